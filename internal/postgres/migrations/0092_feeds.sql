-- +goose Up

-- The address under which the calendar of a member of staff may be read: one each, which a
-- new one makes void. The address is signed with a key that the database does not have.
--
-- The code of before works on this schema: it knows nothing of these addresses.
CREATE TABLE feed (
    staff   uuid PRIMARY KEY REFERENCES staff,
    id      uuid NOT NULL UNIQUE,
    made_at timestamptz NOT NULL,
    read_at timestamptz
);
ALTER TABLE feed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON feed TO percorso_app USING (staff = my('staff')::uuid);
CREATE POLICY opened ON feed TO percorso_definer USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON feed TO percorso_app;
GRANT SELECT, UPDATE ON feed TO percorso_definer;

-- +goose StatementBegin
-- Whose calendar an address opens: of somebody who works here. That it was read stays.
CREATE FUNCTION open_feed(opened uuid, at timestamptz) RETURNS TABLE (id uuid, subject text, name text, role text, zone text, agency text, email text)
LANGUAGE sql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    UPDATE feed f SET read_at = at FROM staff s WHERE f.id = opened AND s.id = f.staff AND s.active
        RETURNING s.id, s.subject, s.name, s.role, s.zone, s.agency, s.email
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION open_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_feed TO percorso_app;

-- +goose Down
DROP FUNCTION open_feed;
DROP TABLE feed;
