-- +goose Up

-- A person is expected in one place at a time, also when two files of hers become one: they
-- are not merged while each has her somewhere at the same minute. A merge keeps whoever books
-- for either file waiting, and who waited hears that the file was merged. So does a suspension with who books for its case.
--
-- Her protection is not undone by people whom one keeper alone has picked, either.
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

-- As before, and of two keepers of the file's own agencies, which protecting takes, neither
-- takes the other one away: somebody else is named first.
CREATE OR REPLACE FUNCTION dismiss_keeper(c uuid, gone uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
    own int;  -- people, whatever accounts they have
    stay int;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT EXISTS (SELECT FROM keeper k WHERE k.file = c AND k.staff = gone) THEN RETURN 'unknown_keeper'; END IF;
    SELECT count(DISTINCT identity_of(k.id)), count(DISTINCT identity_of(k.id)) FILTER (WHERE k.id <> gone) INTO own, stay
        FROM keepers_of(c) k WHERE k.agency = ANY (p.agencies) OR k.role = 'supervisor';
    IF stay = 0 OR stay < 2 AND stay < own THEN RETURN 'last_keeper'; END IF;
    DELETE FROM keeper k WHERE k.file = c AND k.staff = gone;
    UPDATE protection o SET lifting_by = NULL, lifting_at = NULL WHERE o.file = c AND o.lifting_by = gone;
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;

-- As before, and who lifts was a keeper before it was asked for. Where none of those is left it
-- is asked for anew.
CREATE OR REPLACE FUNCTION lift_protection(c uuid, confirms boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT confirms THEN
        IF p.lifting_by IS NOT NULL
            AND EXISTS (SELECT FROM keeper k JOIN keepers_of(c) s ON s.id = k.staff WHERE k.file = c AND k.named_at <= p.lifting_at AND NOT same_identity(p.lifting_by, s.id)) THEN RETURN 'lifting_asked_already'; END IF;
        UPDATE protection o SET lifting_by = my('staff')::uuid, lifting_at = lift_protection.at WHERE o.file = c;
        RETURN '';
    END IF;
    IF p.lifting_by IS NULL OR same_identity(p.lifting_by, my('staff')::uuid)
        OR NOT EXISTS (SELECT FROM keeper k WHERE k.file = c AND k.staff::text = my('staff') AND k.named_at <= p.lifting_at) THEN RETURN 'second_keeper_must_lift'; END IF;
    DELETE FROM likeness l WHERE l.file = c;
    DELETE FROM keeper k WHERE k.file = c;
    DELETE FROM protection o WHERE o.file = c;
    PERFORM mark_health(c);
    RETURN NULL;
END $$;
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
CREATE OR REPLACE FUNCTION dismiss_keeper(c uuid, gone uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT EXISTS (SELECT FROM keeper k WHERE k.file = c AND k.staff = gone) THEN RETURN 'unknown_keeper'; END IF;
    IF NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id <> gone AND (k.agency = ANY (p.agencies) OR k.role = 'supervisor')) THEN RETURN 'last_keeper'; END IF;
    DELETE FROM keeper k WHERE k.file = c AND k.staff = gone;
    UPDATE protection o SET lifting_by = NULL, lifting_at = NULL WHERE o.file = c AND o.lifting_by = gone;
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION lift_protection(c uuid, confirms boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT confirms THEN
        IF p.lifting_by IS NOT NULL THEN RETURN 'lifting_asked_already'; END IF;
        UPDATE protection o SET lifting_by = my('staff')::uuid, lifting_at = lift_protection.at WHERE o.file = c;
        RETURN '';
    END IF;
    IF p.lifting_by IS NULL OR same_identity(p.lifting_by, my('staff')::uuid) THEN RETURN 'second_keeper_must_lift'; END IF;
    DELETE FROM likeness l WHERE l.file = c;
    DELETE FROM keeper k WHERE k.file = c;
    DELETE FROM protection o WHERE o.file = c;
    PERFORM mark_health(c);
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION lock_places FROM percorso_definer;
