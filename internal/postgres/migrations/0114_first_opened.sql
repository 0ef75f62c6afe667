-- +goose Up

-- A meeting that is typed in later was held when the person had a file: of several that were
-- merged the first one counts, which the worker does not see.
--
-- The code of before works on this schema: it does not ask.
SET LOCAL lock_timeout = '3s';

-- +goose StatementBegin
-- When the first file of a person was opened, of those that were merged into one.
CREATE FUNCTION first_opened(c uuid) RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT min(f.opened_at) FROM case_file f WHERE f.id = ANY (same_file(c)));
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION first_opened FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_opened TO percorso_worker;

-- +goose Down
DROP FUNCTION first_opened;
