-- What decides about disposal, in the database itself: see doors.py. Put in place again after every migration.

-- Whether the door is open for this very transaction: then, and only then, `doorway_dispose` is at work.
CREATE OR REPLACE FUNCTION public.doorway_door_is_open() RETURNS boolean STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE record text := current_setting('doorway.disposal', true);
BEGIN
    IF record IS NULL OR record = '' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT 1 FROM followups_disposedrecord
        WHERE id = record::bigint AND opened_in = pg_current_xact_id()::text
    );
END $$;

-- In place of pgtrigger's own, which anybody who can set a variable may tell to leave a trigger out. Here that is for a
-- session of the tables' owner that acts for nobody else, and for a disposal.
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE named text := current_setting('pgtrigger.ignore', true);
BEGIN
    IF coalesce(named, '') <> '' AND trigger_name = ANY(named::text[]) AND current_setting('role') = 'none' THEN
        RETURN pg_has_role(
            session_user,
            (SELECT relowner FROM pg_class WHERE oid = 'public.followups_disposedrecord'::regclass),
            'MEMBER'
        );
    END IF;
    RETURN public.doorway_door_is_open();
END $$;

-- The last time anything was done for somebody, in any way that is written down.
CREATE OR REPLACE FUNCTION public.doorway_last_service(subject bigint, lone uuid) RETURNS timestamptz
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT max(at) FROM (
        SELECT session.starts_at AS at FROM sessions_app_therapysession AS session
            JOIN sessions_app_therapysession_clients AS there ON there.therapysession_id = session.id
            WHERE there.client_id = subject
        UNION ALL SELECT greatest(began_at, ended_at, received_at) FROM sessions_app_departureevent
            WHERE client_id = subject OR id = lone
        UNION ALL SELECT attempt.occurred_at FROM followups_contactattempt AS attempt
            JOIN sessions_app_departureevent AS departure ON departure.id = attempt.departure_id
            WHERE departure.client_id = subject OR departure.id = lone
        UNION ALL SELECT addendum.at FROM sessions_app_reportaddendum AS addendum
            JOIN sessions_app_departurereport AS report ON report.id = addendum.report_id
            JOIN sessions_app_departureevent AS departure ON departure.id = report.departure_id
            WHERE departure.client_id = subject OR departure.id = lone
        UNION ALL SELECT at FROM followups_copyrequest WHERE client_id = subject
        UNION ALL SELECT pgh_created_at FROM sessions_app_clientevent WHERE pgh_obj_id = subject AND pgh_label = 'insert'
    ) AS said);
END $$;

-- The sites somebody was at.
CREATE OR REPLACE FUNCTION public.doorway_places(subject bigint, lone uuid) RETURNS bigint[]
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT site), '{}') FROM (
        SELECT team.site_id AS site FROM sessions_app_client AS client
            JOIN accounts_team AS team ON team.id = client.team_id WHERE client.id = subject
        UNION SELECT site_id FROM sessions_app_departureevent WHERE client_id = subject OR id = lone
        UNION SELECT session.site_id FROM sessions_app_therapysession AS session
            JOIN sessions_app_therapysession_clients AS there ON there.therapysession_id = session.id
            WHERE there.client_id = subject
    ) AS found);
END $$;

-- A date of birth is never asked for. Somebody under 13 is taken to be just born, somebody under 18 to be just 13: the
-- latest day on which they can come of age. The younger of what the client's page and their departures say counts.
-- NULL where a site of theirs has adopted no rule: then the record is kept.
CREATE OR REPLACE FUNCTION public.doorway_keep_until(subject bigint, lone uuid) RETURNS date STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last timestamptz := public.doorway_last_service(subject, lone);
    youngest int;
    places bigint[];
    ruled int;
    until timestamptz;
BEGIN
    SELECT min(CASE band WHEN 'under_13' THEN 0 WHEN '13_17' THEN 13 END) INTO youngest FROM (
        SELECT age_band AS band FROM sessions_app_client WHERE id = subject
        UNION ALL SELECT age_band FROM sessions_app_departureevent WHERE client_id = subject OR id = lone
    ) AS said;
    places := public.doorway_places(subject, lone);
    SELECT count(*) FILTER (WHERE record_class = 'chart'),
        max(greatest(
            last + make_interval(years => years_after_last),
            last + make_interval(years => greatest(age_of_majority - youngest, 0) + years_after_majority)
        )) INTO ruled, until
    FROM (
        SELECT DISTINCT ON (site_id, record_class) * FROM followups_retentionrule
        WHERE site_id = ANY(places) ORDER BY site_id, record_class, id DESC
    ) AS rules;
    IF cardinality(places) = 0 OR ruled < cardinality(places) THEN
        RETURN NULL;
    END IF;
    RETURN until::date;
END $$;

-- Why a record must stay; empty when nothing speaks against its disposal.
CREATE OR REPLACE FUNCTION public.doorway_why_kept(subject bigint, lone uuid) RETURNS text STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE until date;
BEGIN
    IF EXISTS (SELECT 1 FROM followups_legalhold WHERE client_key = subject AND lifted_at IS NULL) THEN
        RETURN 'held';
    END IF;
    IF EXISTS (SELECT 1 FROM sessions_app_client WHERE id = subject AND is_practice)
       OR EXISTS (SELECT 1 FROM sessions_app_departureevent
                  WHERE id = lone AND (is_practice OR client_id IS NOT NULL)) THEN
        RETURN 'not_alone';
    END IF;
    IF EXISTS (SELECT 1 FROM sessions_app_departureevent
               WHERE (client_id = subject OR id = lone) AND ended_at IS NULL AND voided_at IS NULL)
       OR EXISTS (SELECT 1 FROM followups_followup AS promise
                  JOIN sessions_app_departureevent AS departure ON departure.id = promise.departure_id
                  WHERE (departure.client_id = subject OR departure.id = lone) AND promise.state = 'open') THEN
        RETURN 'open';
    END IF;
    until := public.doorway_keep_until(subject, lone);
    IF until IS NULL THEN
        RETURN 'no_rule';
    END IF;
    RETURN CASE WHEN until < current_date THEN '' ELSE 'not_due' END;
END $$;

DROP FUNCTION IF EXISTS public.doorway_client_key(bigint, text[], text);

-- Which rules count for one record: the newest of each class of every site it was at.
CREATE OR REPLACE FUNCTION public.doorway_rules_of(subject bigint, lone uuid) RETURNS jsonb
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(
            jsonb_build_object('rule', id, 'from', country_rule, 'class', record_class) ORDER BY site_id, record_class
        ), '[]')
        FROM (
            SELECT DISTINCT ON (site_id, record_class) * FROM followups_retentionrule
            WHERE site_id = ANY(public.doorway_places(subject, lone)) ORDER BY site_id, record_class, id DESC
        ) AS rules
    );
END $$;

-- The next records after a key, in the order of their keys, with why each is kept: nothing but numbers and dates.
CREATE OR REPLACE FUNCTION public.doorway_clients(after bigint, most int)
RETURNS TABLE (key bigint, why text, last_on date, until date)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT id, doorway_why_kept(id, NULL), doorway_last_service(id, NULL)::date,
        doorway_keep_until(id, NULL)
        FROM sessions_app_client WHERE id > after AND NOT is_practice ORDER BY id LIMIT most;
END $$;

CREATE OR REPLACE FUNCTION public.doorway_lone_departures(after uuid, most int)
RETURNS TABLE (key uuid, why text, last_on date, until date)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT id, doorway_why_kept(NULL, id), doorway_last_service(NULL, id)::date,
        doorway_keep_until(NULL, id)
        FROM sessions_app_departureevent WHERE id > after AND client_id IS NULL AND NOT is_practice
        ORDER BY id LIMIT most;
END $$;

CREATE OR REPLACE FUNCTION public.doorway_only_disposed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT public.doorway_door_is_open() THEN
        RAISE EXCEPTION 'A record is removed by a disposal and in no other way.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

-- Beside pgtrigger's, so that nothing leaves them out. Made once: making one locks its table.
DO $do$
DECLARE guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['sessions_app_client', 'sessions_app_departureevent'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = guarded::regclass AND tgname = 'doorway_only_disposed') THEN
            EXECUTE format('CREATE TRIGGER doorway_only_disposed BEFORE DELETE ON %I FOR EACH ROW '
                'EXECUTE FUNCTION public.doorway_only_disposed()', guarded);
        END IF;
    END LOOP;
END $do$;
