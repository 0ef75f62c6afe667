-- +goose Up

-- What the health of a case hangs on besides its tasks and waits is rare: that its person is
-- protected, that it has days after which something is lost, and that somebody is away who
-- has one of its tasks or could do something about it. Each step asks for that, so it is asked whether there is any before six functions look
-- for it.
--
-- And what a trigger of a task would leave as it is, it is not called for: a task that ends.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE FUNCTION facts_beside(of_case uuid) RETURNS TABLE (kept boolean, away boolean, dated boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    kept := EXISTS (SELECT FROM protection p WHERE p.case_id = of_case);
    dated := EXISTS (SELECT FROM critical_date d WHERE d.case_id = of_case AND d.ended_at IS NULL);
    away := EXISTS (SELECT FROM absence);
    IF away THEN
        away := EXISTS (SELECT FROM task t JOIN staff s ON s.id = t.holder OR s.zone = t.zone AND (s.role = 'supervisor' OR (s.agency, s.role) = (t.agency, t.role))
            JOIN absence a ON a.staff = s.id WHERE t.case_id = of_case AND t.state IN ('ready', 'reserved'));
    END IF;
    RETURN NEXT;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION facts_beside FROM PUBLIC;
GRANT EXECUTE ON FUNCTION facts_beside TO percorso_app, percorso_worker, percorso_watch;

CREATE OR REPLACE TRIGGER keep_task BEFORE INSERT OR UPDATE OF state, holder ON task FOR EACH ROW
    WHEN (NEW.state IN ('ready', 'reserved')) EXECUTE FUNCTION keep_task();

-- +goose Down
CREATE OR REPLACE TRIGGER keep_task BEFORE INSERT OR UPDATE OF state, holder ON task FOR EACH ROW EXECUTE FUNCTION keep_task();
DROP FUNCTION facts_beside;
