-- +goose Up

-- What waits, for a board.
--
-- The code of before works on this schema.

-- +goose StatementBegin
-- What waits, over all zones, in counts and seconds: no id of anything, so that it may
-- be shown on a board. Only what is open is looked at, by the indexes on it. Entries that
-- cannot be written are left out: they wait for somebody who mends something, and would
-- hide what the machinery leaves undone.
CREATE FUNCTION figures() RETURNS TABLE (entries int, oldest_entry float8, overdue_clock float8, mails int, oldest_mail float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND deferred_at IS NULL)::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM command WHERE state = 'accepted' AND deferred_at IS NULL)), 0)::float8,
        greatest(coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(next_due) FROM run WHERE ended_at IS NULL)), 0), 0)::float8,
        (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)), 0)::float8
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION figures TO percorso_watch;

-- +goose Down
DROP FUNCTION figures;
