-- +goose Up

-- A worker asks whether those of another version are still at work, before it takes
-- up the runs in their place. The code of before works on this schema.
GRANT SELECT ON worker TO percorso_worker;

-- +goose Down
REVOKE SELECT ON worker FROM percorso_worker;
