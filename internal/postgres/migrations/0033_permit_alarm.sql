-- +goose Up

-- When somebody must be told again of a permit whose renewal was not asked for, while
-- the task to see to it is open: on its last day, and on the day of the last alarm.
--
-- The code of before works on this schema: it never sets it.

ALTER TABLE task ADD COLUMN alarm_at timestamptz;

-- +goose Down
ALTER TABLE task DROP COLUMN alarm_at;
