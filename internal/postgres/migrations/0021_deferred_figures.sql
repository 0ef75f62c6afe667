-- +goose Up

-- Entries that cannot be written are counted apart: they wait for somebody who mends
-- something, and would hide what the machinery leaves undone.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION figures() RETURNS TABLE (entries int, oldest_entry float8, overdue_clock float8, mails int, oldest_mail float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND deferred_at IS NULL)::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM command WHERE state = 'accepted' AND deferred_at IS NULL)), 0)::float8,
        greatest(coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(next_due) FROM run WHERE ended_at IS NULL)), 0), 0)::float8,
        (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)), 0)::float8
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION figures() RETURNS TABLE (entries int, oldest_entry float8, overdue_clock float8, mails int, oldest_mail float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted')::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM command WHERE state = 'accepted')), 0)::float8,
        greatest(coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(next_due) FROM run WHERE ended_at IS NULL)), 0), 0)::float8,
        (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)::int,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)), 0)::float8
$$;
-- +goose StatementEnd
