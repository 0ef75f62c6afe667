-- +goose Up

-- What a step asks of an équipe's plan, for what the équipe's members were given: it
-- looked through all plans.
--
-- The code of before works on this schema.
CREATE INDEX plan_run ON plan (run_id);

-- +goose Down
DROP INDEX plan_run;
