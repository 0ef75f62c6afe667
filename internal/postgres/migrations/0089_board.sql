-- +goose Up

-- The supervisor's board looks for people by the last day of their permit, and by the other
-- days after which they lose something.
--
-- The code of before works on this schema.
CREATE INDEX person_permit_ends ON person (permit_expiry, case_id) WHERE permit_expiry IS NOT NULL AND receipt_on IS NULL;
CREATE INDEX critical_date_day ON critical_date (on_day) WHERE ended_at IS NULL;

-- +goose StatementBegin
-- The days between two others on which people of the zone lose something, to a supervisor; what
-- kind it is as everybody may know it.
CREATE FUNCTION dates_between(first_day date, last_day date) RETURNS TABLE (case_id uuid, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.case_id, told_kind(d.kind), d.on_day FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL
        WHERE my('role') = 'supervisor' AND f.zone = my('zone') AND d.ended_at IS NULL AND d.on_day BETWEEN first_day AND last_day;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION dates_between FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dates_between TO percorso_app;

-- +goose Down
DROP FUNCTION dates_between;
DROP INDEX critical_date_day, person_permit_ends;
