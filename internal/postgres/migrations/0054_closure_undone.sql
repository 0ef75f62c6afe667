-- +goose Up

-- Two people take back a closure that was a mistake.
--
-- The code of before works on this schema, and knows nothing of it.

-- +goose StatementBegin
-- The closure of a case that the caller sees, with who has said since that it was a
-- mistake. The case's run is locked: of two who confirm it one comes second.
CREATE FUNCTION closure_of(c uuid) RETURNS TABLE (outcome text, closed_at timestamptz, begins boolean, said_by text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) OR NOT sees_case(c) THEN RETURN; END IF;
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    RETURN QUERY SELECT f.outcome, f.closed_at,
            EXISTS (SELECT FROM command o WHERE o.run_id = 'case/' || c AND o.operation = 'reopen' AND o.state = 'accepted'),
            ARRAY (SELECT r.by_staff::text FROM record r WHERE r.case_id = c AND r.kind = 'mistake' AND r.created_at >= f.closed_at)
        FROM case_file f WHERE f.id = c;
END $$;

-- Tells by mail, that somebody says so of a case that the caller sees, who may confirm
-- it: the other supervisors of the zone or, where there is none, its social workers.
CREATE FUNCTION tell_of_mistake(c uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (s.email) gen_random_uuid(), 'case/' || c, c, 'mistake_said', '/fascicoli/' || c, s.email, tell_of_mistake.at, tell_of_mistake.at
        FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND s.id <> my('staff')::uuid
            AND s.role = CASE WHEN EXISTS (SELECT FROM staff o WHERE o.zone = f.zone AND o.active AND o.role = 'supervisor' AND o.id <> my('staff')::uuid)
                THEN 'supervisor' ELSE 'social_worker' END
        WHERE f.id = c AND f.zone = my('zone') AND sees_case(c)
        ORDER BY s.email, s.id
$$;

-- Has a closed case opened again where it was closed, since its closure was a mistake.
-- The relay brings it.
CREATE FUNCTION take_up_again(c uuid, entry uuid, course int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT entry, r.id, c, r.zone, '', r.id, '', entry::text, '', 'reopen',
            jsonb_build_object('op', 'reopen', 'stage', f.last_stage, 'outcome', 'undone', 'case', r.id, 'course', take_up_again.course),
            clock_timestamp(), clock_timestamp()
        FROM run r JOIN case_file f ON f.id = c WHERE r.id = 'case/' || c AND f.zone = my('zone') AND f.closed_at IS NOT NULL AND sees_case(c);
    PERFORM pg_notify('percorso_wake', '');
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION closure_of, tell_of_mistake, take_up_again FROM PUBLIC;
GRANT EXECUTE ON FUNCTION closure_of, tell_of_mistake, take_up_again TO percorso_app;

-- +goose Down
DROP FUNCTION closure_of, tell_of_mistake, take_up_again;
