-- +goose Up

-- Which code still works on this schema. Migrations expand first: they add, and
-- the code of before works on. One that contracts, so that older code would fail,
-- comes in a later release and says here which migration code must know at least.
-- Code that does not know it refuses to start, and ends where it is at work.
--
-- The code of before works on this schema.
CREATE TABLE schema_mark (
    migration bigint PRIMARY KEY, -- that contracted
    needs     bigint NOT NULL CHECK (needs <= migration), -- the newest migration that code must know at least
    at        timestamptz NOT NULL DEFAULT now()
);

-- 0006 took away what the code of before handed out wakes and mails with. What came
-- after it leaves the older code at work.
INSERT INTO schema_mark (migration, needs) VALUES (6, 6);

-- Whoever connects may ask how the schema stands, before joining a role.
GRANT SELECT ON schema_mark, goose_db_version TO PUBLIC;

-- +goose Down
REVOKE SELECT ON goose_db_version FROM PUBLIC;
DROP TABLE schema_mark;
