-- +goose Up

-- The deferred entries of the zone of the supervisor who asks: codes, and who asked
-- for them, never what they typed.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE FUNCTION deferred_here() RETURNS TABLE (id text, run_id text, case_id text, case_number text, operation text, author text, since timestamptz,
    fault text, tries int, next_try timestamptz, behind int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.id::text, d.run_id, coalesce(f.id::text, ''), coalesce(f.number, ''), d.operation, coalesce(s.name, ''), d.deferred_at, d.fault, d.deferrals, d.wake_at,
        (SELECT count(*) FROM command b WHERE b.case_id = d.case_id AND b.run_id = d.run_id AND b.caller = d.caller AND b.state = 'accepted' AND b.seq > d.seq)::int
    FROM command d LEFT JOIN case_file f ON f.id = d.case_id LEFT JOIN staff s ON s.id::text = d.caller
    WHERE my('role') = 'supervisor' AND d.zone = my('zone') AND d.state = 'accepted' AND d.deferred_at IS NOT NULL ORDER BY d.deferred_at, d.seq LIMIT 100
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION deferred_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deferred_here TO percorso_app;

-- +goose Down
DROP FUNCTION deferred_here;
