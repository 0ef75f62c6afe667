-- +goose Up

-- What somebody did meanwhile is said to who asks for the same a moment later.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- The rule by which a file that was to be kept in a merge is no longer there to merge
-- into; NULL: it is, or is none that the caller may know of.
CREATE FUNCTION became_of_kept(merged uuid, kept uuid, by_agency text, by_role text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN k.merged_into = m.id THEN 'merged_here' WHEN k.merged_into IS NOT NULL THEN 'kept_file_merged'
        WHEN k.closed_at IS NOT NULL THEN 'kept_file_archived' END
    FROM case_file k JOIN case_file m ON m.id = became_of_kept.merged AND k.zone IN (m.zone, 'archive/' || m.zone)
    WHERE k.id = became_of_kept.kept
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = k.id AND g.agency = by_agency))
$$;

-- As before, and that a second merge of a file hears of the first.
CREATE OR REPLACE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO run_suspect (run_id, at) SELECT r.id, clock_timestamp() FROM command c JOIN run r ON r.id = c.run_id
        WHERE c.id = command_id AND c.state = 'accepted' AND r.ended_at IS NULL ON CONFLICT DO NOTHING;
    UPDATE command c SET state = 'refused', worked_at = clock_timestamp(),
        refusal = CASE WHEN c.operation = 'merge' AND EXISTS (SELECT FROM case_file f WHERE 'case/' || f.id = c.run_id AND f.merged_into IS NOT NULL)
            THEN '{"code": "changed", "faults": [{"field": "", "rule": "file_merged"}]}' ELSE '{"code": "ended"}' END::jsonb
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND c.operation <> 'reopen' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION became_of_kept FROM PUBLIC;
GRANT EXECUTE ON FUNCTION became_of_kept TO percorso_worker;

-- Whoever releases a version asks who says that it is at work.
GRANT SELECT ON worker TO percorso_rebuild;

-- +goose Down
REVOKE SELECT ON worker FROM percorso_rebuild;
DROP FUNCTION became_of_kept;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO run_suspect (run_id, at) SELECT r.id, clock_timestamp() FROM command c JOIN run r ON r.id = c.run_id
        WHERE c.id = command_id AND c.state = 'accepted' AND r.ended_at IS NULL ON CONFLICT DO NOTHING;
    UPDATE command c SET state = 'refused', refusal = '{"code": "ended"}', worked_at = clock_timestamp()
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND c.operation <> 'reopen' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;
-- +goose StatementEnd
