-- +goose Up

-- Why somebody is to decide what is next for a person: how what came before has ended.
-- Empty of tasks that say so by their kind alone.
--
-- The code of before works on this schema.
ALTER TABLE task ADD COLUMN reason text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE task DROP COLUMN reason;
