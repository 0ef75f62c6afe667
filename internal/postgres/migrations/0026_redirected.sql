-- +goose Up

-- The agencies that a referral asked before, in the order in which each redirected it
-- to the next, with its own addressee as the last: it is redirected to none of them.
--
-- The code of before works on this schema.
-- +goose StatementBegin
CREATE FUNCTION referral_asked(referral_id uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (WITH RECURSIVE asked AS (
            SELECT r.to_agency, r.continues, 1 AS back FROM referral r WHERE r.id = referral_id
            UNION ALL SELECT r.to_agency, r.continues, a.back + 1 FROM asked a JOIN referral r ON r.id = a.continues)
        SELECT array_agg(to_agency ORDER BY back DESC) FROM asked);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION referral_asked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referral_asked TO percorso_app, percorso_worker;

-- +goose Down
DROP FUNCTION referral_asked;
