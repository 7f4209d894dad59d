-- What may be asked about rows that whoever asks may not see: numbers, and nothing else. Put in place again after every
-- migration, with row_functions.py. Each runs as the owner of the tables.

-- Whether nobody acts but the owner, as in a command or a migration.
CREATE OR REPLACE FUNCTION public.doorway_owner_acts() RETURNS boolean
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN current_setting('role') = 'none' AND pg_has_role(session_user, current_user, 'MEMBER');
END $$;

-- Whose work they are: the person's own, or that of people whom they answer for.
CREATE OR REPLACE FUNCTION public.doorway_answers_for_client(subject bigint) RETURNS boolean
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN doorway_owner_acts() OR EXISTS (SELECT 1 FROM sessions_app_client WHERE id = subject AND ({own}));
END $$;

-- Real clients whose reference has one of these marks, or who have this number: for somebody who is signed in. `plain`
-- is the reference itself, as long as some stand in clear.
CREATE OR REPLACE FUNCTION public.doorway_client_numbers(marks text[], plain text, number bigint)
RETURNS TABLE (client bigint, team bigint, therapist bigint)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT id, team_id, therapist_id FROM sessions_app_client
        WHERE NOT is_practice
        AND (id = number OR reference_mark = ANY(marks) OR (plain <> '' AND reference = plain))
        AND ({me} IS NOT NULL OR doorway_owner_acts())
        ORDER BY id;
END $$;

-- The numbers of all entries of the audit trail that concern a client, for the privacy officer and for who answers for
-- the client; from then on the transaction shows them those entries.
CREATE OR REPLACE FUNCTION public.doorway_look_into_trail(subject bigint) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found bigint[];
BEGIN
    IF NOT (coalesce({reads_trail}, false) OR doorway_answers_for_client(subject)) THEN
        RETURN '{{}}';
    END IF;
    SELECT array_agg(id) INTO found FROM ({about}) AS entry;
    PERFORM set_config('doorway.looked_into', coalesce(found::text, ''), true);
    RETURN coalesce(found, '{{}}');
END $$;

-- Reports about a client are found under another reference, also those of a therapist who had the client before.
CREATE OR REPLACE FUNCTION public.doorway_note_reference(subject bigint, mark text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF doorway_answers_for_client(subject) THEN
        UPDATE sessions_app_reviewtask SET client_reference = mark WHERE report_id IN (
            SELECT report.id FROM sessions_app_departurereport AS report
            JOIN sessions_app_departureevent AS departure ON departure.id = report.departure_id
            WHERE departure.client_id = subject
        );
    END IF;
END $$;

-- From now on the transaction lets the record of this client go to another therapist, and shows it where it has gone:
-- for whoever answers for the therapist who has the client.
CREATE OR REPLACE FUNCTION public.doorway_hand_over(subject bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM sessions_app_client WHERE id = subject AND NOT is_practice AND therapist_id = ANY({people})
    ) THEN
        PERFORM set_config('doorway.handing', subject::text, true), set_config('doorway.has_lent', '', true);
    END IF;
END $$;
