-- +goose Up

-- When the person of an appointment came, as whoever receives them has marked it. Who sees
-- the appointment may mark that, and nothing else of it.
--
-- The code of before works on this schema: what it moves to another hour stays marked.
ALTER TABLE appointment ADD COLUMN arrived_at timestamptz; -- NULL: nobody has marked that they are here
GRANT SELECT (arrived_at), UPDATE (arrived_at) ON appointment TO percorso_app;
CREATE POLICY mark_arrival ON appointment FOR UPDATE TO percorso_app
    USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));

-- +goose Down
DROP POLICY mark_arrival ON appointment;
ALTER TABLE appointment DROP COLUMN arrived_at;
