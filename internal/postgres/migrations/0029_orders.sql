-- +goose Up

-- Further orders that lists are read in, along an index each: see 0019_lists.sql.
--
-- The code of before works on this schema: it reads the same rows, and writes nothing
-- of what is new.

-- Cases go downwards by both, as referrals do, and so do contacts. What is open, and
-- what has another stage than most, is found without reading the others.
DROP INDEX case_file_list, contact_list;
CREATE INDEX case_file_list ON case_file (zone, opened_at, id);
CREATE INDEX case_file_open ON case_file (zone, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX case_file_closed ON case_file (zone, opened_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX case_file_stage ON case_file (zone, stage, opened_at, id);
CREATE INDEX contact_list ON contact (zone, agency, at, id);

-- The days of one service.
CREATE INDEX appointment_service ON appointment (zone, service, at, id);

-- Referrals by when they are to be answered are read along the open tasks to answer
-- them, which know by when. So such a task says too between which agencies it is: no
-- index is in the order of one table by the columns of another.
ALTER TABLE task ADD asked_by text NOT NULL DEFAULT '', ADD asked text NOT NULL DEFAULT '';
-- +goose StatementBegin
CREATE FUNCTION name_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT r.from_agency, r.to_agency INTO STRICT NEW.asked_by, NEW.asked FROM referral r WHERE r.id = NEW.referral_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER name_asked BEFORE INSERT ON task FOR EACH ROW WHEN (NEW.kind = 'referral_answer' AND NEW.referral_id IS NOT NULL)
    EXECUTE FUNCTION name_asked();
REVOKE EXECUTE ON FUNCTION name_asked FROM PUBLIC;
UPDATE task t SET asked_by = r.from_agency, asked = r.to_agency FROM referral r
    WHERE r.id = t.referral_id AND t.kind = 'referral_answer' AND t.ended_at IS NULL;
CREATE INDEX task_answer_to ON task (zone, asked, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;
CREATE INDEX task_answer_from ON task (zone, asked_by, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;
CREATE INDEX task_answer ON task (zone, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;

-- The open referrals of an agency, the newest first.
CREATE INDEX referral_to_open ON referral (zone, to_agency, requested_at, id)
    WHERE state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected');
CREATE INDEX referral_from_open ON referral (zone, from_agency, requested_at, id)
    WHERE state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected');

-- +goose Down
DROP INDEX referral_to_open, referral_from_open, task_answer_to, task_answer_from, task_answer;
DROP TRIGGER name_asked ON task;
DROP FUNCTION name_asked;
ALTER TABLE task DROP COLUMN asked_by, DROP COLUMN asked;
DROP INDEX appointment_service, case_file_list, case_file_open, case_file_closed, case_file_stage, contact_list;
CREATE INDEX case_file_list ON case_file (zone, opened_at DESC, id);
CREATE INDEX contact_list ON contact (zone, agency, at DESC, id);
