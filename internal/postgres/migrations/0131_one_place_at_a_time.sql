-- +goose Up

-- A person is expected in one place at a time, also when two files of hers become one: they
-- are not merged while each has her somewhere at the same minute. A merge keeps whoever books
-- for either file waiting, and who waited hears that the file was merged. So does a suspension with who books for its case.
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

-- As before; an appointment from after the time that is being moved into it is being fixed in it.
CREATE OR REPLACE FUNCTION expected_meanwhile(c uuid, since timestamptz, until timestamptz) RETURNS TABLE (id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id::text FROM appointment a
    WHERE a.case_id = expected_meanwhile.c AND a.state IN ('booked', 'confirmed') AND a.at > expected_meanwhile.since AND a.at < expected_meanwhile.until
        AND NOT EXISTS (SELECT FROM command m WHERE m.target = a.id::text AND m.state = 'accepted' AND m.operation = 'cancel_appointment')
    UNION ALL
    SELECT p.id FROM planned_meetings(ARRAY(SELECT r.id FROM run r WHERE r.case_id = expected_meanwhile.c AND r.kind = 'equipe' AND r.ended_at IS NULL)) p
    WHERE NOT p.moved AND NOT p.minuted AND p.at > expected_meanwhile.since AND p.at < expected_meanwhile.until
    UNION ALL
    SELECT '' FROM run r JOIN booking b ON b.run_id = r.id AND b.state = 'held'
    WHERE r.case_id = expected_meanwhile.c AND b.at > expected_meanwhile.since AND b.at < expected_meanwhile.until
        AND NOT EXISTS (SELECT FROM command m JOIN appointment a ON a.id::text = m.target WHERE m.id = b.command_id AND m.operation = 'move_appointment'
                AND a.at > expected_meanwhile.since AND a.at < expected_meanwhile.until)
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
CREATE OR REPLACE FUNCTION expected_meanwhile(c uuid, since timestamptz, until timestamptz) RETURNS TABLE (id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id::text FROM appointment a
    WHERE a.case_id = expected_meanwhile.c AND a.state IN ('booked', 'confirmed') AND a.at > expected_meanwhile.since AND a.at < expected_meanwhile.until
        AND NOT EXISTS (SELECT FROM command m WHERE m.target = a.id::text AND m.state = 'accepted' AND m.operation = 'cancel_appointment')
    UNION ALL
    SELECT p.id FROM planned_meetings(ARRAY(SELECT r.id FROM run r WHERE r.case_id = expected_meanwhile.c AND r.kind = 'equipe' AND r.ended_at IS NULL)) p
    WHERE NOT p.moved AND NOT p.minuted AND p.at > expected_meanwhile.since AND p.at < expected_meanwhile.until
    UNION ALL
    SELECT '' FROM run r JOIN booking b ON b.run_id = r.id AND b.state = 'held'
    WHERE r.case_id = expected_meanwhile.c AND b.at > expected_meanwhile.since AND b.at < expected_meanwhile.until
        AND NOT EXISTS (SELECT FROM command m WHERE m.id = b.command_id AND m.operation = 'move_appointment')
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION lock_places FROM percorso_definer;
