-- +goose Up

-- Whether a person holds another seat of the équipe that a task belongs to. Of two
-- who ask this of one équipe at once the second waits for what the first one does.
--
-- The code of before works on this schema.
-- +goose StatementBegin
CREATE FUNCTION sits_elsewhere(task uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    own task;
BEGIN
    SELECT * INTO own FROM task t WHERE t.id = sits_elsewhere.task;
    PERFORM pg_advisory_xact_lock(hashtextextended('seats of ' || own.run_id, 0));
    RETURN EXISTS (SELECT FROM seat s WHERE s.run_id = own.run_id AND s.member = person AND s.state IN ('confirmed', 'spoken')
            AND (s.role, s.agency) <> (own.role, own.agency))
        OR EXISTS (SELECT FROM task t WHERE t.run_id = own.run_id AND t.holder = person AND t.state = 'reserved'
            AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (t.role, t.agency) <> (own.role, own.agency));
END $$;

-- Marks the cases of those who leave, or go to work elsewhere, with a task in their
-- hands; and all of a zone that gets its first supervisor, or loses its last.
CREATE FUNCTION mark_holders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = NEW.id AND t.ended_at IS NULL)
        OR 'supervisor' IN (OLD.role, NEW.role) AND h.zone IN (OLD.zone, NEW.zone) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch'
        AND (h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = NEW.id AND t.ended_at IS NULL)
            OR 'supervisor' IN (OLD.role, NEW.role) AND h.zone IN (OLD.zone, NEW.zone));
    RETURN NULL;
END $$;
CREATE TRIGGER mark_holders AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.role) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.role)) EXECUTE FUNCTION mark_holders();
CREATE TRIGGER mark_supervised AFTER INSERT ON staff FOR EACH ROW WHEN (NEW.active AND NEW.role = 'supervisor') EXECUTE FUNCTION mark_holders();
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION sits_elsewhere, mark_holders FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sits_elsewhere TO percorso_app, percorso_worker;

-- +goose Down
DROP TRIGGER mark_supervised ON staff;
DROP TRIGGER mark_holders ON staff;
DROP FUNCTION sits_elsewhere, mark_holders;
