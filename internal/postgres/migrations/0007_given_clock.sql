-- +goose Up
-- +goose StatementBegin

-- A task became due earlier than its run was told: the run comes and looks, at
-- the time of whoever moved the task. The function without that time stays for
-- the version before, which may still be at work.
CREATE FUNCTION rearm(run text, due timestamptz, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
    SELECT gen_random_uuid(), r.id, r.case_id, r.zone, '', r.id, '', gen_random_uuid()::text, '', 'clock',
        jsonb_build_object('op', 'clock', 'at', rearm.at, 'case', 'case/' || r.case_id), clock_timestamp(), clock_timestamp()
    FROM run r WHERE r.id = rearm.run AND r.ended_at IS NULL AND (r.next_due IS NULL OR r.next_due > due);
    SELECT pg_notify('percorso_wake', '');
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION rearm(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rearm(text, timestamptz, timestamptz) TO percorso_app;

-- +goose Down
DROP FUNCTION rearm(text, timestamptz, timestamptz);
