-- +goose Up

-- A session is of an account, ends when nobody works in it, and can be ended from
-- another one. Its row stays for an hour after its end, so that a request that was
-- under way cannot bring it back.
--
-- The code of before works on this schema: it knows a session that was ended by its
-- expiry, and sessions that it begins end by theirs alone.
ALTER TABLE sessions
    ADD subject text NOT NULL DEFAULT '', -- the account; empty: nobody, or begun by the code of before
    ADD device  text NOT NULL DEFAULT '', -- the kind of browser, as a code
    ADD began   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD seen    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD ended   timestamptz;
CREATE INDEX sessions_subject ON sessions (subject) WHERE subject <> '';

-- From when on the tokens of an account are good: older ones were revoked by it.
CREATE TABLE token_cut (
    subject text PRIMARY KEY,
    at      timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON token_cut TO percorso_app;

-- A form that was sent after its session had ended waits for its author to log in
-- again. What is in it is encrypted with a key that the database does not have.
CREATE TABLE waiting_form (
    id      uuid PRIMARY KEY,
    subject text NOT NULL,  -- the account whose session it was
    browser bytea NOT NULL, -- digest of what the browser's cookie holds
    sealed  bytea NOT NULL CHECK (octet_length(sealed) <= 400000),
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ends_at timestamptz NOT NULL
);
CREATE INDEX waiting_form_subject ON waiting_form (subject, kept_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON waiting_form TO percorso_app;

-- A line of somebody who is not known: a login or a token that was refused.
ALTER TABLE audit DROP CONSTRAINT audit_check;
ALTER TABLE audit ADD CONSTRAINT audit_check CHECK (CASE WHEN action LIKE 'unknown\_%' THEN staff IS NULL AND link IS NULL AND case_id IS NULL
    ELSE (staff IS NULL) <> (link IS NULL) END) NOT VALID;

-- +goose StatementBegin
-- What somebody was refused: what they asked for is a code or the template of an
-- address. The same within ten minutes is one line.
CREATE FUNCTION note_forbidden(asked text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT leave_line(my('staff')::uuid, NULL, my('role'), my('agency'), my('zone'), 'forbidden', '', note_forbidden.asked, NULL, '{}', '')
$$;

-- What somebody was refused whom nobody knows. who is a keyed digest of the account,
-- or of the address that the request came from; asked is a code.
CREATE FUNCTION note_unknown(action text, asked text, who bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT leave_line(NULL, NULL, '', '', '', 'unknown_' || note_unknown.action, '', note_unknown.asked, note_unknown.who, '{}', '')
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION note_forbidden, note_unknown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_forbidden, note_unknown TO percorso_app;

-- +goose Down
DROP FUNCTION note_forbidden;
DROP FUNCTION note_unknown;
ALTER TABLE audit DROP CONSTRAINT audit_check;
ALTER TABLE audit ADD CONSTRAINT audit_check CHECK ((staff IS NULL) <> (link IS NULL)) NOT VALID;
DROP TABLE waiting_form;
DROP TABLE token_cut;
ALTER TABLE sessions DROP subject, DROP device, DROP began, DROP seen, DROP ended;
