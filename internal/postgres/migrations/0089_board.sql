-- +goose Up

-- The supervisor's board looks for people by the last day of their permit.
--
-- The code of before works on this schema.
CREATE INDEX person_permit_ends ON person (permit_expiry, case_id) WHERE permit_expiry IS NOT NULL AND receipt_on IS NULL;

-- +goose Down
DROP INDEX person_permit_ends;
