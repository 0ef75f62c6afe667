-- +goose Up

-- The notes of a referral are found by its run. Whoever opened one referral had all records of
-- all zones read for it, from one end to the other.
--
-- The code of before works on this schema: it asks as it did.
SET LOCAL lock_timeout = '5s';
CREATE INDEX record_of_referral ON record (run_id) WHERE kind = 'note_referral';

-- +goose Down
DROP INDEX record_of_referral;
