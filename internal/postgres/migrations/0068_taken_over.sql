-- +goose Up

-- When somebody was taken over is a record of the case, which a step writes where it
-- happens. It is counted by its day.
--
-- The code of before works on this schema, and keeps no take-over.
CREATE INDEX record_taken_over ON record (zone, created_at) WHERE kind = 'take_over';

-- +goose Down
DROP INDEX record_taken_over;
