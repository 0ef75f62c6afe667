-- +goose Up

-- Whoever merges two files chooses between what both say of the person: where somebody corrects
-- one of them meanwhile, they are told. The two are locked until the merge is done.
--
-- The code of before works on this schema: it does not ask.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
CREATE FUNCTION persons_merged(merged uuid, kept uuid) RETURNS TABLE (case_id text, version int)
LANGUAGE plpgsql SECURITY DEFINER ROWS 2 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM person p WHERE p.case_id IN (merged, kept) ORDER BY p.case_id FOR UPDATE;
    RETURN QUERY SELECT p.case_id::text, p.version FROM person p WHERE p.case_id IN (merged, kept);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION persons_merged FROM PUBLIC;
GRANT EXECUTE ON FUNCTION persons_merged TO percorso_worker;

-- +goose Down
DROP FUNCTION persons_merged;
