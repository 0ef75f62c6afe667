-- +goose Up

-- A person is expected in one place at a time, also when two files of hers become one: they
-- are not merged while each has her somewhere at the same minute. A merge keeps whoever books
-- for either file waiting, and who waited hears that the file was merged.
--
-- The code of before works on this schema.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
-- As before, and whoever books for one of the two persons waits, in the order of locks.
CREATE OR REPLACE FUNCTION lock_merge(merged uuid, kept uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run WHERE id IN ('case/' || merged, 'case/' || kept) ORDER BY id FOR UPDATE;
    PERFORM FROM run WHERE case_id = merged AND kind <> 'case' ORDER BY id FOR UPDATE;
    PERFORM FROM task WHERE case_id = merged ORDER BY id FOR UPDATE;
    PERFORM FROM mail WHERE case_id = merged AND failed_at IS NULL ORDER BY id FOR UPDATE;
    PERFORM FROM action_progress WHERE case_id = merged ORDER BY action_id FOR UPDATE;
    PERFORM lock_places(ARRAY['person/' || merged, 'person/' || kept]);
    PERFORM FROM case_file WHERE id IN (merged, kept) ORDER BY id FOR UPDATE;
END $$;

-- Whether the persons of two cases are both expected somewhere at some minute from a time on.
CREATE FUNCTION both_expected(one uuid, other uuid, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM run r JOIN booking b ON b.run_id = r.id AND b.state IN ('held', 'booked')
        WHERE r.case_id = both_expected.one AND b.until > both_expected.since AND expected_then(both_expected.other, greatest(b.at, both_expected.since), b.until, ''))
$$;

-- Whether a case was merged into another one: asked by who books, of a file that they saw.
CREATE FUNCTION merged_away(c uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM case_file f WHERE f.id = merged_away.c AND f.merged_into IS NOT NULL)
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION both_expected, merged_away FROM PUBLIC;
GRANT EXECUTE ON FUNCTION both_expected TO percorso_worker;
GRANT EXECUTE ON FUNCTION lock_places TO percorso_definer;
GRANT EXECUTE ON FUNCTION merged_away TO percorso_app;

-- +goose Down
DROP FUNCTION merged_away, both_expected;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION lock_merge(merged uuid, kept uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run WHERE id IN ('case/' || merged, 'case/' || kept) ORDER BY id FOR UPDATE;
    PERFORM FROM run WHERE case_id = merged AND kind <> 'case' ORDER BY id FOR UPDATE;
    PERFORM FROM task WHERE case_id = merged ORDER BY id FOR UPDATE;
    PERFORM FROM mail WHERE case_id = merged AND failed_at IS NULL ORDER BY id FOR UPDATE;
    PERFORM FROM action_progress WHERE case_id = merged ORDER BY action_id FOR UPDATE;
    PERFORM FROM case_file WHERE id IN (merged, kept) ORDER BY id FOR UPDATE;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION lock_places FROM percorso_definer;
