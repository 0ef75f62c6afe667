-- +goose Up

-- What cannot be written as it is stands beside the accepted entry: since when and
-- why, never a value. It holds up the later ones of its sender, and nobody else's.
--
-- The code of before works on this schema.

ALTER TABLE command
    ADD deferred_at timestamptz,          -- since when its step cannot be written
    ADD fault       text NOT NULL DEFAULT '', -- why: the SQLSTATE, or a code of ours
    ADD deferrals   int NOT NULL DEFAULT 0;   -- tries that came to nothing
CREATE INDEX command_deferred ON command (run_id, caller, seq) WHERE state = 'accepted' AND deferred_at IS NOT NULL;
CREATE INDEX run_due ON run (next_due) WHERE ended_at IS NULL;
ALTER TABLE run ADD woken_at timestamptz; -- when its clock was last seen to be overdue, and brought to it

-- A row here says that nobody works this database, since it was only filled to be
-- measured: no process starts on it, no lost run is started, and no overdue clock is
-- brought. Whoever connects may ask, before joining a role.
CREATE TABLE unattended (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    since timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON unattended TO PUBLIC;

-- +goose StatementBegin

-- How long a deferred entry rests before its next try.
CREATE FUNCTION deferral_pause(deferrals int) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT least(interval '10 minutes', interval '5 seconds' * power(2, least(deferrals, 7)))
$$;

-- As before, but that a deferred entry rests for up to ten minutes, and is not taken
-- along with a later one; and planned once a connection. The time is asked once, before:
-- clock_timestamp() may be another for each row, so Postgres would ask it of each, and go
-- through all that waits instead of along the index.
CREATE OR REPLACE FUNCTION take_wakes(most int, busy uuid[]) RETURNS TABLE (id uuid, seq bigint, run_id text, case_id uuid, target text, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + CASE WHEN c.deferred_at IS NULL
        THEN least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
        ELSE deferral_pause(c.deferrals) END
    WHERE c.id IN (
        WITH due AS (
            SELECT d.id, d.case_id, d.run_id, d.seq, d.wake_at AS at FROM command d
            WHERE d.state = 'accepted' AND d.wake_at <= (SELECT clock_timestamp()) AND (d.case_id = ANY (busy)) IS NOT TRUE
            ORDER BY d.wake_at, d.seq LIMIT most * 8
        ), earlier AS (
            SELECT e.id, e.case_id, e.seq, min(d.at) AS at FROM due d JOIN command e ON e.case_id = d.case_id AND e.run_id = d.run_id
            WHERE e.state = 'accepted' AND e.wakes > 0 AND e.wake_at > clock_timestamp() AND e.seq < d.seq AND e.deferrals = 0 GROUP BY e.id
        ), candidate AS (
            SELECT id, at, row_number() OVER (PARTITION BY case_id ORDER BY at, seq) AS nth, again
            FROM (SELECT id, case_id, seq, at, false AS again FROM due UNION ALL SELECT id, case_id, seq, at, true FROM earlier) a
        )
        SELECT w.id FROM command w JOIN candidate n ON n.id = w.id
        WHERE n.nth <= greatest(most / 4, 1) AND w.state = 'accepted' AND (n.again OR w.wake_at <= clock_timestamp())
        ORDER BY n.at, w.seq LIMIT most FOR UPDATE OF w SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.case_id, c.target, c.answer;
END $$;

-- Brings overdue clocks to their runs as entries, at most once in ten minutes each:
-- a run that found Postgres away rests before it looks again, and one whose own clock
-- cannot be written has nowhere else to say why. It says how many; where nobody works
-- the database, none. The time is asked once, as above.
CREATE FUNCTION wake_overdue(most int) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH overdue AS (
        UPDATE run SET woken_at = clock_timestamp() WHERE id IN (
            SELECT r.id FROM run r WHERE NOT EXISTS (SELECT FROM unattended) AND r.ended_at IS NULL AND r.next_due < (SELECT clock_timestamp() - interval '30 seconds')
                AND (r.woken_at IS NULL OR r.woken_at < clock_timestamp() - interval '10 minutes')
                AND NOT EXISTS (SELECT FROM command c WHERE c.case_id = r.case_id AND c.run_id = r.id AND c.state = 'accepted' AND c.operation = 'clock')
            ORDER BY r.next_due LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING id, case_id, zone
    ), entries AS (
        INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT gen_random_uuid(), o.id, o.case_id, o.zone, '', o.id, '', gen_random_uuid()::text, '', 'clock',
            jsonb_build_object('op', 'clock', 'at', clock_timestamp(), 'case', 'case/' || o.case_id), clock_timestamp(), clock_timestamp()
        FROM overdue o RETURNING 1
    ) SELECT count(*)::int FROM entries
$$;

-- A deferred entry is worked or refused: the later ones of its sender are due.
CREATE FUNCTION release_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE command SET wake_at = clock_timestamp() WHERE case_id = NEW.case_id AND run_id = NEW.run_id AND caller = NEW.caller AND state = 'accepted' AND seq > NEW.seq;
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
    RETURN NULL;
END $$;

-- What of a case is deferred, the first of it first.
CREATE FUNCTION case_deferred(c uuid) RETURNS TABLE (id uuid, run_id text, operation text, target text, caller text, since timestamptz, fault text, tries int, next_try timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.id, d.run_id, d.operation, d.target, d.caller, d.deferred_at, d.fault, d.deferrals, d.wake_at FROM command d
    WHERE d.case_id = case_deferred.c AND d.state = 'accepted' AND d.deferred_at IS NOT NULL AND (my('zone') IS NULL OR d.zone = my('zone')) ORDER BY d.deferred_at, d.seq;
END $$;

-- How many entries are deferred, and since when the first of them is.
CREATE FUNCTION deferred_entries() RETURNS TABLE (entries int, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT count(*)::int, min(deferred_at) FROM command WHERE state = 'accepted' AND deferred_at IS NOT NULL
$$;

-- Refuses a deferred entry by hand, or has it tried again now. The run is locked first, as where a
-- step is written: an entry that is being worked at this moment is not refused.
-- It says whether there was a deferred entry of that id.
CREATE FUNCTION mend_entry(entry uuid, refuse boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run r WHERE r.id = (SELECT c.run_id FROM command c WHERE c.id = entry) FOR UPDATE;
    UPDATE command SET state = CASE WHEN refuse THEN 'refused' ELSE state END, refusal = CASE WHEN refuse THEN '{"code": "by_hand"}'::jsonb END,
        worked_at = CASE WHEN refuse THEN clock_timestamp() END, wake_at = clock_timestamp()
    WHERE id = entry AND state = 'accepted' AND deferred_at IS NOT NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM pg_notify('percorso_wake', '');
    RETURN true;
END $$;
-- The same by the supervisor of its zone.
CREATE FUNCTION mend_entry_here(entry uuid, refuse boolean) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT my('role') = 'supervisor' AND EXISTS (SELECT FROM command c WHERE c.id = entry AND c.zone = my('zone')) AND mend_entry(entry, refuse)
$$;
-- What is deferred is told apart from what the machinery has left undone.
CREATE OR REPLACE FUNCTION backlog(before timestamptz) RETURNS TABLE (entries int, clocks int, outbox int, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND created_at < before AND deferred_at IS NULL)::int,
           (SELECT count(*) FROM run WHERE ended_at IS NULL AND next_due < before)::int,
           (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < before AND held_at IS NULL AND deferred_at IS NULL
                AND NOT EXISTS (SELECT FROM mail h WHERE h.held_at IS NOT NULL AND h.sent_at IS NULL AND h.failed_at IS NULL AND h.halts))::int,
           least((SELECT min(created_at) FROM command WHERE state = 'accepted' AND created_at < before AND deferred_at IS NULL),
                 (SELECT min(next_due) FROM run WHERE ended_at IS NULL AND next_due < before))
$$;
-- +goose StatementEnd
CREATE TRIGGER release_held AFTER UPDATE OF state ON command FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND NEW.state <> 'accepted' AND OLD.deferred_at IS NOT NULL) EXECUTE FUNCTION release_held();

REVOKE EXECUTE ON FUNCTION wake_overdue, release_held, case_deferred, deferred_entries, mend_entry, mend_entry_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wake_overdue TO percorso_worker;
GRANT EXECUTE ON FUNCTION case_deferred TO percorso_app, percorso_worker;
GRANT EXECUTE ON FUNCTION mend_entry_here TO percorso_app;
GRANT EXECUTE ON FUNCTION mend_entry TO percorso_rebuild;
GRANT EXECUTE ON FUNCTION deferred_entries TO percorso_app, percorso_watch, percorso_rebuild;

-- +goose Down
DROP TRIGGER release_held ON command;
DROP FUNCTION wake_overdue, release_held, case_deferred, deferred_entries, mend_entry_here, mend_entry;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION take_wakes(most int, busy uuid[]) RETURNS TABLE (id uuid, seq bigint, run_id text, case_id uuid, target text, answer jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
    WHERE c.id IN (
        WITH due AS (
            SELECT d.id, d.case_id, d.run_id, d.seq, d.wake_at AS at FROM command d
            WHERE d.state = 'accepted' AND d.wake_at <= clock_timestamp() AND (d.case_id = ANY (busy)) IS NOT TRUE
            ORDER BY d.wake_at, d.seq LIMIT most * 8
        ), earlier AS (
            SELECT e.id, e.case_id, e.seq, min(d.at) AS at FROM due d JOIN command e ON e.case_id = d.case_id AND e.run_id = d.run_id
            WHERE e.state = 'accepted' AND e.wakes > 0 AND e.wake_at > clock_timestamp() AND e.seq < d.seq GROUP BY e.id
        ), candidate AS (
            SELECT id, at, row_number() OVER (PARTITION BY case_id ORDER BY at, seq) AS nth, again
            FROM (SELECT id, case_id, seq, at, false AS again FROM due UNION ALL SELECT id, case_id, seq, at, true FROM earlier) a
        )
        SELECT w.id FROM command w JOIN candidate n ON n.id = w.id
        WHERE n.nth <= greatest(most / 4, 1) AND w.state = 'accepted' AND (n.again OR w.wake_at <= clock_timestamp())
        ORDER BY n.at, w.seq LIMIT most FOR UPDATE OF w SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.case_id, c.target, c.answer
$$;
CREATE OR REPLACE FUNCTION backlog(before timestamptz) RETURNS TABLE (entries int, clocks int, outbox int, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND created_at < before)::int,
           (SELECT count(*) FROM run WHERE ended_at IS NULL AND next_due < before)::int,
           (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < before AND held_at IS NULL AND deferred_at IS NULL
                AND NOT EXISTS (SELECT FROM mail h WHERE h.held_at IS NOT NULL AND h.sent_at IS NULL AND h.failed_at IS NULL AND h.halts))::int,
           least((SELECT min(created_at) FROM command WHERE state = 'accepted' AND created_at < before),
                 (SELECT min(next_due) FROM run WHERE ended_at IS NULL AND next_due < before))
$$;
-- +goose StatementEnd
DROP FUNCTION deferral_pause;
DROP INDEX run_due, command_deferred;
DROP TABLE unattended;
ALTER TABLE run DROP woken_at;
ALTER TABLE command DROP deferred_at, DROP fault, DROP deferrals;
