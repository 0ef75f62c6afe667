-- +goose Up

-- A task's clocks run from when it is ready and from its first claim, whoever claims
-- it and gives it back; a term that somebody set stays; that it was late stays written.
--
-- The code of before works on this schema: it begins clocks anew, as it did.

ALTER TABLE task ADD COLUMN begun_at timestamptz; -- when somebody first claimed it
ALTER TABLE task ADD COLUMN term_set timestamptz; -- the term that somebody set by hand
ALTER TABLE task ADD COLUMN late_since timestamptz; -- the first term that passed; stays
ALTER TABLE task ADD COLUMN stood_at timestamptz; -- since when its clocks stand still
ALTER TABLE wait ADD COLUMN stood_at timestamptz;
ALTER TABLE wait ADD COLUMN stood_due timestamptz; -- when it was due when it began to stand still

UPDATE task SET begun_at = reserved_at, late_since = CASE WHEN escalated THEN escalate_at END WHERE ended_at IS NULL;
UPDATE task t SET term_set = t.escalate_at WHERE t.ended_at IS NULL AND EXISTS (SELECT FROM command c JOIN record r ON r.id = c.id
    WHERE c.operation = 'extend' AND c.state = 'worked' AND c.target = t.id::text AND (r.data ->> 'until')::timestamptz = t.escalate_at);

GRANT UPDATE (begun_at, term_set, late_since) ON task TO percorso_app;

-- +goose Down
ALTER TABLE wait DROP COLUMN stood_at, DROP COLUMN stood_due;
ALTER TABLE task DROP COLUMN begun_at, DROP COLUMN term_set, DROP COLUMN late_since, DROP COLUMN stood_at;
