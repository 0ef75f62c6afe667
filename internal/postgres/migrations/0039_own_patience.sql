-- +goose Up

-- What cannot be written for a reason that may pass is its entry's own matter, and not
-- its run's: the entry rests, holds up the later ones of its sender, and counts as
-- deferred once a few tries came to nothing.
--
-- The code of before works on this schema.

ALTER TABLE command ADD rests_until timestamptz; -- it is not tried before, whoever brings it; wake_at moves each time that it is taken
CREATE INDEX command_tried ON command (run_id, caller, seq) WHERE state = 'accepted' AND deferrals > 0;

-- +goose StatementBegin
-- As before, but that it ends the entry's rest.
CREATE OR REPLACE FUNCTION mend_entry(entry uuid, refuse boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run r WHERE r.id = (SELECT c.run_id FROM command c WHERE c.id = entry) FOR UPDATE;
    UPDATE command SET state = CASE WHEN refuse THEN 'refused' ELSE state END, refusal = CASE WHEN refuse THEN '{"code": "by_hand"}'::jsonb END,
        worked_at = CASE WHEN refuse THEN clock_timestamp() END, wake_at = clock_timestamp(), rests_until = NULL
    WHERE id = entry AND state = 'accepted' AND deferred_at IS NOT NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM pg_notify('percorso_wake', '');
    RETURN true;
END $$;
-- As before, and what waited behind an entry is tried at once.
CREATE OR REPLACE FUNCTION release_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE command SET wake_at = clock_timestamp(), rests_until = NULL WHERE id IN (SELECT h.id FROM command h
        WHERE h.case_id = NEW.case_id AND h.run_id = NEW.run_id AND h.caller = NEW.caller AND h.state = 'accepted' AND h.seq > NEW.seq ORDER BY h.seq FOR UPDATE);
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER release_held ON command;
CREATE TRIGGER release_held AFTER UPDATE OF state ON command FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND NEW.state <> 'accepted' AND OLD.deferrals > 0) EXECUTE FUNCTION release_held();

-- +goose Down
DROP TRIGGER release_held ON command;
CREATE TRIGGER release_held AFTER UPDATE OF state ON command FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND NEW.state <> 'accepted' AND OLD.deferred_at IS NOT NULL) EXECUTE FUNCTION release_held();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mend_entry(entry uuid, refuse boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run r WHERE r.id = (SELECT c.run_id FROM command c WHERE c.id = entry) FOR UPDATE;
    UPDATE command SET state = CASE WHEN refuse THEN 'refused' ELSE state END, refusal = CASE WHEN refuse THEN '{"code": "by_hand"}'::jsonb END,
        worked_at = CASE WHEN refuse THEN clock_timestamp() END, wake_at = clock_timestamp()
    WHERE id = entry AND state = 'accepted' AND deferred_at IS NOT NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM pg_notify('percorso_wake', '');
    RETURN true;
END $$;
CREATE OR REPLACE FUNCTION release_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE command SET wake_at = clock_timestamp() WHERE id IN (SELECT h.id FROM command h
        WHERE h.case_id = NEW.case_id AND h.run_id = NEW.run_id AND h.caller = NEW.caller AND h.state = 'accepted' AND h.seq > NEW.seq ORDER BY h.seq FOR UPDATE);
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP INDEX command_tried;
ALTER TABLE command DROP rests_until;
