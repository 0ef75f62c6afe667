-- +goose Up

-- Indexes by which what grows with the cases is found without being read from one end to
-- the other. With a hundred thousand cases a case with all its parts took five seconds,
-- for who follows it, and the first page of somebody's tasks a tenth of one.
--
-- The code of before works on this schema.

CREATE INDEX lead_case ON lead (case_id);
CREATE INDEX referral_run ON referral (run_id);
-- What comes to a member of staff first is found by the cases that they follow.
CREATE INDEX task_untaken ON task (case_id) WHERE state = 'ready' AND begun_at IS NULL AND NOT reminded;

-- +goose Down
DROP INDEX task_untaken, referral_run, lead_case;
