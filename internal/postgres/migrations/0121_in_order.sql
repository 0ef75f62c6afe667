-- +goose Up

-- What waits is found in the order in which it is taken: mails by whether one holds up all and
-- then by their time, entries by their time and number. With a hundred thousand due at once, as
-- after a week without a mail server, all were sorted for each four mails that were taken, and
-- all entries of one moment for each sixty-four.
--
-- The code of before works on this schema: it takes them as it did.
SET LOCAL lock_timeout = '5s';
CREATE INDEX mail_in_order ON mail (halts DESC, next_try) WHERE sent_at IS NULL AND failed_at IS NULL;
DROP INDEX command_wake;
CREATE INDEX command_wake ON command (wake_at, seq) WHERE state = 'accepted';

-- +goose Down
DROP INDEX command_wake;
CREATE INDEX command_wake ON command (wake_at) WHERE state = 'accepted';
DROP INDEX mail_in_order;
