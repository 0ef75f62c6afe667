-- +goose Up

-- Whoever asks for an appointment to be moved says the number of the file and the day of birth.
-- The number is any that the person was given, as on the slip of a file that was merged since;
-- and of whom the year of birth alone is known, the day goes by its year.
--
-- The code of before works on this schema.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION speaks_of(appointment_id uuid, number text, born date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM appointment a JOIN person p ON p.case_id = a.case_id JOIN case_file f ON f.id = ANY (same_file(a.case_id))
        WHERE a.id = speaks_of.appointment_id AND upper(btrim(speaks_of.number)) = upper(f.number)
            AND CASE WHEN p.birth_year_only THEN extract(year FROM p.birth_date) = extract(year FROM speaks_of.born) ELSE p.birth_date = speaks_of.born END)
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION speaks_of(appointment_id uuid, number text, born date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM appointment a JOIN case_file f ON f.id = a.case_id JOIN person p ON p.case_id = a.case_id
        WHERE a.id = speaks_of.appointment_id AND upper(btrim(speaks_of.number)) = upper(f.number) AND p.birth_date = speaks_of.born)
$$;
-- +goose StatementEnd
