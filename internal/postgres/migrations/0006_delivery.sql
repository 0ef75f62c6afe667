-- +goose Up

-- Wakes and mails wait apart, so that a slow mail server holds up no wake.
-- +goose StatementBegin
DROP FUNCTION take_wakes, next_wake;

-- Hands out entries that are due, the longest due first. No case gets more than a
-- quarter of what is asked for, and those that are busy get nothing: a case that
-- tells its hundred branches something does not hold up the others. An earlier
-- entry of the same run that was tried and comes again later goes along, so that
-- it is not overtaken. Only the first of a long backlog are looked at, so that it
-- costs the same however long that is.
CREATE FUNCTION take_wakes(most int, busy uuid[]) RETURNS TABLE (id uuid, seq bigint, run_id text, case_id uuid, target text, answer jsonb)
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
CREATE FUNCTION next_wake(busy uuid[]) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT min(wake_at) FROM command WHERE state = 'accepted' AND (case_id = ANY (busy)) IS NOT TRUE
$$;
CREATE FUNCTION next_mail() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT min(next_try) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL
$$;
CREATE FUNCTION tell_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('percorso_mail', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- Whoever writes a mail wakes the post with it.
CREATE TRIGGER tell_post AFTER INSERT ON mail FOR EACH STATEMENT EXECUTE FUNCTION tell_post();

REVOKE EXECUTE ON FUNCTION take_wakes, next_wake, next_mail, tell_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wakes, next_wake, next_mail TO percorso_worker;

-- +goose Down
DROP TRIGGER tell_post ON mail;
-- +goose StatementBegin
DROP FUNCTION take_wakes, next_wake, next_mail, tell_post;
CREATE FUNCTION take_wakes(most int) RETURNS TABLE (id uuid, seq bigint, run_id text, target text, answer jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
    WHERE c.id IN (SELECT w.id FROM command w WHERE w.state = 'accepted' AND w.wake_at <= clock_timestamp()
                   ORDER BY w.wake_at, w.seq LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.target, c.answer
$$;
CREATE FUNCTION next_wake() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT least((SELECT min(wake_at) FROM command WHERE state = 'accepted'),
                 (SELECT min(next_try) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL))
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION take_wakes, next_wake FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wakes, next_wake TO percorso_worker;
