-- +goose Up

-- Indexes for what people look at, so that it costs the same however many cases there
-- are. A list is read along one in its own order, first by what it is chosen by; row
-- after row of it is then looked at, and no more than a page has.
--
-- The code of before works on this schema.

-- A supervisor's tasks, and those that have ended.
CREATE INDEX task_zone ON task (zone, suspended, (CASE WHEN suspended THEN ready_at ELSE escalate_at END), id) WHERE ended_at IS NULL;
CREATE INDEX task_ended ON task (zone, state, suspended, (CASE WHEN suspended THEN ready_at ELSE escalate_at END), id) WHERE ended_at IS NOT NULL;
-- What a referral waits for.
CREATE INDEX task_referral ON task (referral_id) WHERE referral_id IS NOT NULL;

-- Referrals too go downwards by both.
DROP INDEX referral_to, referral_from;
CREATE INDEX referral_to ON referral (zone, to_agency, requested_at, id);
CREATE INDEX referral_from ON referral (zone, from_agency, requested_at, id);
CREATE INDEX referral_zone ON referral (zone, requested_at, id);

-- What a merge and a handover move, and what a case has of consent.
CREATE INDEX command_of_case ON command (case_id);
CREATE INDEX contact_case ON contact (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX mail_case ON mail (case_id);
CREATE INDEX link_case ON link (case_id);
CREATE INDEX consent_case ON consent (case_id);

-- +goose Down
DROP INDEX task_zone, task_ended, task_referral, referral_to, referral_from, referral_zone, command_of_case, contact_case, mail_case, link_case, consent_case;
CREATE INDEX referral_to ON referral (zone, to_agency, requested_at DESC, id);
CREATE INDEX referral_from ON referral (zone, from_agency, requested_at DESC, id);
