-- +goose Up

-- What is due is found along its index. clock_timestamp() may be another for each row,
-- so Postgres asks it of each, and every run's clock was looked at every few seconds
-- to find those that are overdue; asked once, before, it is where the index is entered.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- As before, but along the index.
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

CREATE OR REPLACE FUNCTION wake_overdue(most int) RETURNS int
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

-- The same text as before, in such words that Postgres takes the function for what is in
-- it: a call for each part was most of what a seal took.
CREATE OR REPLACE FUNCTION seal_part(part text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN part IS NULL THEN '-' ELSE octet_length(part)::text || ':' || part END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
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
            WHERE d.state = 'accepted' AND d.wake_at <= clock_timestamp() AND (d.case_id = ANY (busy)) IS NOT TRUE
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

CREATE OR REPLACE FUNCTION wake_overdue(most int) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH overdue AS (
        UPDATE run SET woken_at = clock_timestamp() WHERE id IN (
            SELECT r.id FROM run r WHERE NOT EXISTS (SELECT FROM unattended) AND r.ended_at IS NULL AND r.next_due < clock_timestamp() - interval '30 seconds'
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

CREATE OR REPLACE FUNCTION seal_part(part text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN part IS NULL THEN '-' ELSE octet_length(part) || ':' || part END
$$;
-- +goose StatementEnd
