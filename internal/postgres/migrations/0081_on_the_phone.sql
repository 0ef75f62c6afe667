-- +goose Up

-- Nobody is promised an appointment by telephone who does not use one.
--
-- The code of before works on this schema: it does not ask.

-- +goose StatementBegin

-- Whether the person of a run's case uses a telephone, and nothing else of them: an agency
-- that gives an appointment may see no file.
CREATE FUNCTION on_the_phone(of_run text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT NOT EXISTS (SELECT FROM run r JOIN person p ON p.case_id = r.case_id WHERE r.id = of_run AND r.zone = my('zone') AND 'no_phone' = ANY (p.speech))
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION on_the_phone FROM PUBLIC;
GRANT EXECUTE ON FUNCTION on_the_phone TO percorso_app;

-- +goose Down
DROP FUNCTION on_the_phone;
