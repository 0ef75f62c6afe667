-- +goose Up

-- Which click something belongs to, in the ids of W3C's trace context, so that it can
-- be followed from the request through the runs to the last line that it wrote. A
-- transaction says it in percorso.trace; whatever it inserts has it. What is of before,
-- and what a clock does by itself, has none.
--
-- The code of before works on this schema, and says none.
ALTER TABLE command ADD trace text NOT NULL DEFAULT coalesce(current_setting('percorso.trace', true), '');
ALTER TABLE timeline ADD trace text NOT NULL DEFAULT coalesce(current_setting('percorso.trace', true), '');
ALTER TABLE audit ADD trace text NOT NULL DEFAULT coalesce(current_setting('percorso.trace', true), '');

-- +goose Down
ALTER TABLE audit DROP trace;
ALTER TABLE timeline DROP trace;
ALTER TABLE command DROP trace;
