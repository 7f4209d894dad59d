-- Deletes one record as a whole. The parts in braces are written out by doors.py for the tables there are: 0, 1 and 2 are
-- the client, the sessions and the departures. A session that somebody else took part in stays.
CREATE OR REPLACE FUNCTION public.doorway_dispose(record bigint) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    subject bigint;
    lone uuid;
    why text;
    gone int;
    done jsonb := '{{}}';
    {declares}
BEGIN
    SELECT client_key, departure_key INTO subject, lone FROM followups_disposedrecord AS item
        JOIN followups_disposal AS list ON list.id = item.disposal_id
        WHERE item.id = record AND item.settled_at IS NULL AND list.is_approved FOR UPDATE OF item SKIP LOCKED;
    IF NOT FOUND THEN
        PERFORM 1 FROM followups_disposedrecord AS item JOIN followups_disposal AS list ON list.id = item.disposal_id
            WHERE item.id = record AND list.is_approved;
        IF FOUND THEN
            RETURN 'taken';
        END IF;
        RAISE EXCEPTION 'Two people have not said so.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM 1 FROM sessions_app_client WHERE id = subject FOR UPDATE;
    PERFORM 1 FROM sessions_app_departureevent WHERE client_id = subject OR id = lone ORDER BY id FOR UPDATE;
    why := public.doorway_why_kept(subject, lone);
    IF subject IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sessions_app_client WHERE id = subject)
       OR lone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sessions_app_departureevent WHERE id = lone) THEN
        why := 'not_there';
    END IF;
    IF why <> '' THEN
        UPDATE followups_disposedrecord SET settled_at = now(), kept_because = why WHERE id = record;
        RETURN why;
    END IF;
    UPDATE followups_disposedrecord SET opened_in = pg_current_xact_id()::text WHERE id = record;
    PERFORM set_config('doorway.disposal', record::text, true);
    ids_0 := CASE WHEN subject IS NULL THEN '{{}}' ELSE ARRAY[subject] END;
    SELECT coalesce(array_agg(id), '{{}}') INTO ids_2 FROM sessions_app_departureevent
        WHERE client_id = subject OR id = lone;
    SELECT coalesce(array_agg(id), '{{}}') INTO ids_1 FROM (
        SELECT therapysession_id AS id FROM sessions_app_therapysession_clients WHERE client_id = subject
        UNION SELECT session_id FROM sessions_app_departureevent WHERE id = ANY(ids_2) AND session_id IS NOT NULL
    ) AS session
    WHERE NOT EXISTS (SELECT 1 FROM sessions_app_therapysession_clients AS there
                      WHERE there.therapysession_id = session.id AND there.client_id IS DISTINCT FROM subject)
      AND NOT EXISTS (SELECT 1 FROM sessions_app_departureevent AS other
                      WHERE other.session_id = session.id AND other.id <> ALL(ids_2));
    {gathers}
    {deletes}
    UPDATE followups_disposedrecord SET opened_in = '', settled_at = now(), counts = done WHERE id = record;
    PERFORM set_config('doorway.disposal', '', true);
    RETURN '';
END $$;
