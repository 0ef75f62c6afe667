-- +goose Up

-- Of a protected person's tasks only her keepers can do any: whom the sentence of the case
-- names as able to act is counted among them alone. health_facts goes on counting all
-- who have a role; this says what that is of a protected case.
--
-- The code of before works on this schema, and names people who know nothing of her.

-- +goose StatementBegin
-- Those of some cases that are protected, each with its open tasks, or with none: how many
-- keepers may do a task, the agency of the supervisor among them, and whether another one of its
-- agency may be given it.
CREATE FUNCTION kept_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, candidates bigint, supervisor text, receivers boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM protection p WHERE p.case_id = ANY (cases)) THEN RETURN; END IF;
    RETURN QUERY SELECT f.id::text, coalesce(t.id::text, ''),
        (SELECT count(*) FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role) AND k.id IS DISTINCT FROM t.proposed_by),
        s.agency,
        EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.agency = t.agency
            AND k.id IS DISTINCT FROM t.holder AND k.id IS DISTINCT FROM t.proposed_by AND k.id IS DISTINCT FROM s.id
            AND CASE WHEN t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off', 'closure_approval') THEN k.role = t.role ELSE k.role <> 'supervisor' END)
    FROM protection p JOIN case_file f ON f.id = p.case_id LEFT JOIN task t ON t.case_id = p.case_id AND t.state IN ('ready', 'reserved')
        LEFT JOIN LATERAL (SELECT k.id, k.agency FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.role = 'supervisor'
            AND k.id IS DISTINCT FROM t.proposed_by ORDER BY k.id LIMIT 1) s ON true
    WHERE p.case_id = ANY (cases);
END $$;

-- The open seats of the équipes of some cases that no supervisor of the zone can take: nobody
-- sits in two of one équipe, and each of them sits in another.
CREATE FUNCTION seated_elsewhere(cases uuid[]) RETURNS TABLE (task_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.id::text FROM task t JOIN case_file f ON f.id = t.case_id
    WHERE t.case_id = ANY (cases) AND t.state IN ('ready', 'reserved') AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
        AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
            AND NOT EXISTS (SELECT FROM seat e WHERE e.run_id = t.run_id AND e.member = s.id AND e.state IN ('confirmed', 'spoken') AND (e.role, e.agency) <> (t.role, t.agency))
            AND NOT EXISTS (SELECT FROM task o WHERE o.run_id = t.run_id AND o.holder = s.id AND o.state = 'reserved'
                AND o.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (o.role, o.agency) <> (t.role, t.agency)));
END $$;
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION kept_tasks, seated_elsewhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kept_tasks, seated_elsewhere TO percorso_app, percorso_worker, percorso_watch;

-- Who keeps a file, and who may be the same person, is read by those who may know of that
-- file: of before, "file" was taken for the column of protection, so that whoever kept one file
-- saw the keepers of all.
DROP POLICY app_read ON keeper;
DROP POLICY app_read ON likeness;
CREATE POLICY app_read ON keeper FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = keeper.file));
-- Where the other file is protected by now as well, its own keepers alone may know of it.
CREATE POLICY app_read ON likeness FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = likeness.file) AND twin NOT IN (SELECT hidden_cases()));

-- +goose Down
DROP POLICY app_read ON keeper;
DROP POLICY app_read ON likeness;
CREATE POLICY app_read ON keeper FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = file));
CREATE POLICY app_read ON likeness FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = file));
DROP FUNCTION kept_tasks, seated_elsewhere;
