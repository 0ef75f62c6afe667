-- +goose Up

-- The same functions in another language. One in SQL that acts as its owner is planned
-- anew by each transaction that calls it, which for these took longer than to run them;
-- one in PL/pgSQL is planned once a connection.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION undelivered(task uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT m.failed_at FROM (SELECT l.id, l.used_at FROM link l WHERE l.task_id = undelivered.task ORDER BY l.created_at DESC LIMIT 1) n
        JOIN mail m ON m.link = '/invito/' || n.id AND m.failed_at IS NOT NULL WHERE n.used_at IS NULL);
END $$;

CREATE OR REPLACE FUNCTION open_branches(c uuid)
RETURNS TABLE (run text, kind text, service text, matter text, agency text, needs text[], equipe text, referral text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT r.id, r.kind, r.service, r.matter, coalesce(f.to_agency, r.agency), r.needs, r.equipe, coalesce(f.id::text, '')
    FROM run r LEFT JOIN LATERAL (
        SELECT f.id, f.to_agency FROM referral f WHERE f.case_id = open_branches.c AND f.run_id = r.id
        ORDER BY f.requested_at DESC, f.state = 'redirected' LIMIT 1) f ON true
    WHERE r.case_id = open_branches.c AND r.kind <> 'case' AND r.ended_at IS NULL AND (my('zone') IS NULL OR r.zone = my('zone'))
    ORDER BY r.started_at, r.id;
END $$;

CREATE OR REPLACE FUNCTION next_wake(busy uuid[]) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT min(wake_at) FROM command WHERE state = 'accepted' AND (case_id = ANY (busy)) IS NOT TRUE);
END $$;

CREATE OR REPLACE FUNCTION case_unworked(c uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT min(created_at) FROM command WHERE case_id = c AND state = 'accepted');
END $$;

CREATE OR REPLACE FUNCTION asked_elsewhere(c uuid) RETURNS SETOF task
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.* FROM task t JOIN case_file f ON f.id = t.case_id
    WHERE t.case_id = c AND t.ended_at IS NULL AND f.zone = my('zone') AND t.zone <> f.zone;
END $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way down, since what these functions answer is the same in both languages.
