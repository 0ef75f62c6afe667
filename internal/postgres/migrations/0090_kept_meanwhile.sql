-- +goose Up

-- At a suspension somebody says of each appointment and planned meeting that falls into it
-- what becomes of it. What is kept is shown as kept, to whoever sees the appointment, and a
-- case that another zone takes over stands still there as long as it would have here.
--
-- The code of before works on this schema: it suspends without asking.

-- +goose StatementBegin

-- What the person of a case is expected for within a time, by its id; empty: something that
-- is being fixed. What somebody has asked to cancel is as good as cancelled, and what is
-- being moved is there already.
CREATE FUNCTION expected_meanwhile(c uuid, since timestamptz, until timestamptz) RETURNS TABLE (id text)
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

-- Whether a case stands still at a time: asked of an appointment by whoever sees that.
CREATE FUNCTION suspended_then(c uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM case_file f WHERE f.id = suspended_then.c AND f.suspended_until > suspended_then.at)
$$;

-- A case that another zone has taken over while it stood still stands still there too. Why
-- it does is not that zone's to know.
CREATE FUNCTION keep_suspended(old uuid, new_run text, until timestamptz, suspension uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT suspension, r.id, r.case_id, r.zone, '', 'case/' || old, '', suspension::text, '', 'suspend',
            jsonb_build_object('op', 'suspend', 'until', keep_suspended.until, 'case', r.id), clock_timestamp(), clock_timestamp()
        FROM run r WHERE r.id = keep_suspended.new_run;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION expected_meanwhile, suspended_then, keep_suspended FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expected_meanwhile TO percorso_app, percorso_worker;
GRANT EXECUTE ON FUNCTION suspended_then TO percorso_app;
GRANT EXECUTE ON FUNCTION keep_suspended TO percorso_worker;

-- +goose Down
DROP FUNCTION keep_suspended, suspended_then, expected_meanwhile;
