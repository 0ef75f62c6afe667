-- +goose Up

-- What a gate of eligibility refused somebody is stored from now on without the rule that
-- shut it: that somebody showed no permit, or an old one, is no record. Nor is it one of
-- what was refused before.
--
-- The code of before works on this schema: it stores the rules as it did.
UPDATE command SET refusal = jsonb_set(refusal, '{faults}', (
        SELECT jsonb_agg(CASE WHEN f ->> 'rule' ~ '^(level_2|take_over)[.]' THEN jsonb_set(f, '{rule}', '"gate_shut"') ELSE f END ORDER BY n)
        FROM jsonb_array_elements(refusal -> 'faults') WITH ORDINALITY AS list (f, n)))
    WHERE state = 'refused' AND refusal::text ~ '"(level_2|take_over)[.]';

-- +goose Down
-- The rules are not known any more, and what is stored reads as before.
SELECT 1;
