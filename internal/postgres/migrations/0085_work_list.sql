-- +goose Up

-- The work list has what somebody did for whom in the last days, for themselves alone: their
-- own lines are found by an index, however many there are.
--
-- The code of before works on this schema.
CREATE INDEX timeline_by ON timeline (by_staff, at) WHERE by_staff IS NOT NULL;

-- +goose Down
DROP INDEX timeline_by;
