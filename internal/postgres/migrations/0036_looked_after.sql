-- +goose Up

-- What operations and the watch need of runs and entries, over all zones.
--
-- The code of before works on this schema. A watch of before leaves the rows of the
-- new cause as they are: until a newer one looks, their cases count as broken, as they
-- did when the row was written.

-- A run that a newer version has brought on waits for a worker of it.
ALTER TABLE run_trouble DROP CONSTRAINT run_trouble_cause_check,
    ADD CONSTRAINT run_trouble_cause_check CHECK (cause IN ('workflow_task', 'run_missing', 'no_current_worker'));

-- +goose StatementBegin
-- The open runs with something to be worked by a worker that knows a newer course than
-- any of those that are given work: known holds the newest of each kind that one of them
-- knows. Since when each waits. It is asked of what waits, and not of all runs.
CREATE FUNCTION runs_beyond(known jsonb) RETURNS TABLE (run_id text, case_id uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.id, r.case_id, min(w.since) FROM (
        SELECT c.run_id, c.created_at AS since, CASE WHEN c.operation = 'new_course' THEN (c.answer ->> 'course')::int ELSE 0 END AS asks
            FROM command c WHERE c.state = 'accepted' AND c.deferred_at IS NULL AND c.created_at < (SELECT clock_timestamp() - interval '5 seconds')
        UNION ALL SELECT d.id, d.next_due, 0 FROM run d WHERE d.ended_at IS NULL AND d.next_due < (SELECT clock_timestamp() - interval '5 seconds')) w
    JOIN run r ON r.id = w.run_id AND r.ended_at IS NULL AND greatest(r.course, w.asks) > coalesce((known ->> r.kind)::int, 0)
    GROUP BY r.id, r.case_id
$$;

-- What is deferred, of all zones: codes alone, of people neither names nor ids.
CREATE FUNCTION all_deferred() RETURNS TABLE (id text, run_id text, case_id text, case_number text, zone text, operation text, since timestamptz,
    fault text, tries int, next_try timestamptz, behind int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.id::text, d.run_id, coalesce(f.id::text, ''), coalesce(f.number, ''), d.zone, d.operation, d.deferred_at, d.fault, d.deferrals, d.wake_at,
        (SELECT count(*) FROM command b WHERE b.case_id = d.case_id AND b.run_id = d.run_id AND b.caller = d.caller AND b.state = 'accepted' AND b.seq > d.seq)::int
    FROM command d LEFT JOIN case_file f ON f.id = d.case_id WHERE d.state = 'accepted' AND d.deferred_at IS NOT NULL ORDER BY d.deferred_at, d.seq
$$;

-- Has a deferred entry tried again now, or refuses it, on behalf of operations: the
-- case's timeline says so, as where its supervisor does. It says whether there was one.
CREATE FUNCTION mend_entry_by_operations(entry uuid, refuse boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT mend_entry(entry, refuse) THEN RETURN false; END IF;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
        SELECT f.id, c.run_id, f.zone, clock_timestamp(), 'entry_mended', CASE WHEN refuse THEN 'refuse_entry' ELSE 'retry_entry' END
        FROM command c JOIN case_file f ON f.id = c.case_id WHERE c.id = entry;
    RETURN true;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION runs_beyond, all_deferred, mend_entry_by_operations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION runs_beyond TO percorso_watch;
GRANT EXECUTE ON FUNCTION all_deferred, mend_entry_by_operations TO percorso_rebuild;
-- What is done to an entry is told in its case's timeline.
REVOKE EXECUTE ON FUNCTION mend_entry FROM percorso_rebuild;

-- +goose Down
GRANT EXECUTE ON FUNCTION mend_entry TO percorso_rebuild;
DROP FUNCTION runs_beyond, all_deferred, mend_entry_by_operations;
DELETE FROM run_trouble WHERE cause = 'no_current_worker';
ALTER TABLE run_trouble DROP CONSTRAINT run_trouble_cause_check,
    ADD CONSTRAINT run_trouble_cause_check CHECK (cause IN ('workflow_task', 'run_missing'));
