-- What stands open in the names of people: numbers, and never a row. For admins and clinical leads, for who answers for
-- them, and for the clock. Put in place again after every migration, with leaving.py.
CREATE OR REPLACE FUNCTION public.doorway_open_work(whose bigint[]) RETURNS TABLE (person bigint, kind text, number bigint)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE counts_all boolean := doorway_owner_acts() OR current_setting('role') = {worker} OR EXISTS (
    SELECT 1 FROM accounts_user WHERE accounts_user.id = {me} AND is_active
    AND ('admin' = ANY(roles) OR is_clinical_lead)
);
BEGIN
    RETURN QUERY
    WITH subject AS (
        SELECT one AS id FROM unnest(whose) AS one WHERE counts_all OR one = ANY({people})
    ), supervised AS (
        SELECT given.supervisor_id, given.supervisee_id FROM accounts_supervision AS given
        JOIN accounts_user AS supervisor ON supervisor.id = given.supervisor_id
        JOIN accounts_user AS supervisee ON supervisee.id = given.supervisee_id
        WHERE supervisee.is_active AND given.starts_on <= current_date
        AND (given.ends_on IS NULL OR given.ends_on > current_date)
    )
    SELECT subject.id, found.kind, count(*) FROM subject JOIN LATERAL (
        SELECT 'clients' AS kind FROM sessions_app_client AS client
            WHERE client.therapist_id = subject.id AND NOT client.is_practice
        UNION ALL SELECT 'follow_ups' FROM followups_followup AS promise
            JOIN sessions_app_departureevent AS departure ON departure.id = promise.departure_id
            WHERE promise.owner_id = subject.id AND promise.state = 'open' AND departure.therapist_id = subject.id
            AND NOT departure.is_practice
        UNION ALL SELECT 'reports' FROM sessions_app_departurereport AS report
            JOIN sessions_app_departureevent AS departure ON departure.id = report.departure_id
            WHERE report.author_id = subject.id AND report.signed_at IS NULL
            AND departure.voided_at IS NULL AND NOT departure.is_practice
        UNION ALL SELECT 'supervisees' FROM supervised WHERE supervised.supervisor_id = subject.id AND NOT EXISTS (
            SELECT 1 FROM supervised AS other JOIN accounts_user AS works ON works.id = other.supervisor_id
            WHERE other.supervisee_id = supervised.supervisee_id AND other.supervisor_id <> subject.id AND works.is_active
        )
        UNION ALL SELECT 'reviews' FROM sessions_app_reviewtask AS task
            JOIN supervised ON supervised.supervisee_id = task.author_id
            WHERE supervised.supervisor_id = subject.id AND task.stage IN ('waiting', 'for_co_sign') AND NOT EXISTS (
                SELECT 1 FROM supervised AS other JOIN accounts_user AS works ON works.id = other.supervisor_id
                WHERE other.supervisee_id = task.author_id AND other.supervisor_id <> subject.id AND works.is_active
            )
        UNION ALL SELECT 'covers' FROM followups_absence AS absence
            WHERE absence.cover_id = subject.id AND absence.ends_at > clock_timestamp()
    ) AS found ON true GROUP BY subject.id, found.kind;
END $$;
