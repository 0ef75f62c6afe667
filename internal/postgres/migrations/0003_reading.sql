-- +goose Up

-- Lists of tasks show what is due first, and what is suspended last.
DROP INDEX task_pool, task_holder;
CREATE INDEX task_pool ON task (zone, agency, role, suspended, (CASE WHEN suspended THEN ready_at ELSE escalate_at END), id) WHERE ended_at IS NULL;
CREATE INDEX task_holder ON task (holder, suspended, (CASE WHEN suspended THEN ready_at ELSE escalate_at END), id) WHERE ended_at IS NULL;

-- What who reads a case needs of rows that are not theirs to see. Each function
-- is asked for what row-level security lets the caller see already. ROWS 1: with
-- the thousand that Postgres assumes, lists would cost enough to be compiled.
-- +goose StatementBegin

-- Open tasks of a case that another zone does: its answer to a transfer.
CREATE FUNCTION asked_elsewhere(c uuid) RETURNS SETOF task
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT t.* FROM task t JOIN case_file f ON f.id = t.case_id
    WHERE t.case_id = c AND t.ended_at IS NULL AND f.zone = my('zone') AND t.zone <> f.zone
$$;
-- How an équipe ended, for its members who do not see the case's runs.
CREATE FUNCTION equipe_end(run text) RETURNS TABLE (ended_at timestamptz, outcome text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT r.ended_at, r.outcome FROM run r WHERE r.id = equipe_end.run AND r.kind = 'equipe'
$$;
-- Why it was convened: what who asked for it wrote to its members. The form
-- belongs to the first équipe that was convened after it.
CREATE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.data ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION asked_elsewhere, equipe_end, equipe_note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asked_elsewhere, equipe_end, equipe_note TO percorso_app;

-- +goose Down
DROP INDEX task_pool, task_holder;
CREATE INDEX task_pool ON task (zone, agency, role, escalate_at, id) WHERE ended_at IS NULL;
CREATE INDEX task_holder ON task (holder, escalate_at, id) WHERE ended_at IS NULL;
DROP FUNCTION asked_elsewhere, equipe_end, equipe_note;
