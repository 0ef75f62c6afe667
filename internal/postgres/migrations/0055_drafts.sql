-- +goose Up

-- What people have typed into a form and not sent yet. It is encrypted with a key
-- that the database does not have, and its author alone sees that it is there.
--
-- The code of before works on this schema: it knows nothing of drafts.
CREATE TABLE draft (
    staff   uuid NOT NULL REFERENCES staff,
    path    text NOT NULL CHECK (length(path) <= 300), -- where the form is sent: names and ids
    id      uuid NOT NULL UNIQUE,
    page    text NOT NULL CHECK (length(page) <= 300), -- where the form was opened; empty: not known
    sealed  bytea NOT NULL CHECK (octet_length(sealed) <= 400000),
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (staff, path)
);
CREATE INDEX draft_kept ON draft (kept_at);
ALTER TABLE draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY author ON draft TO percorso_app USING (staff = my('staff')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO percorso_app;
GRANT SELECT, DELETE ON draft TO percorso_definer;

-- +goose StatementBegin
CREATE FUNCTION forget_drafts(age interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM draft WHERE kept_at < clock_timestamp() - greatest(age, interval '30 days')
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION forget_drafts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_drafts TO percorso_app;

-- +goose Down
DROP FUNCTION forget_drafts;
DROP TABLE draft;
