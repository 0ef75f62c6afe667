-- +goose Up

-- A place that somebody was given although there was none says so, and why: by whoever
-- decides when the service receives. It counts as taken like any other.
--
-- The code of before works on this schema: it gives no such place, and counts those there are.
ALTER TABLE booking ADD beyond text NOT NULL DEFAULT '' CHECK (beyond IN ('', 'extra', 'out_of_hours')), ADD beyond_why text NOT NULL DEFAULT '';
GRANT INSERT (beyond, beyond_why) ON booking TO percorso_app;

-- +goose StatementBegin
-- Which of some appointments that stand, and that the caller sees, have such a place.
CREATE FUNCTION booked_beyond(appointments uuid[]) RETURNS TABLE (id text, beyond text, beyond_why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id::text, b.beyond, b.beyond_why FROM appointment a JOIN booking b ON b.appointment_id = a.id AND b.state = 'booked' AND b.beyond <> ''
    WHERE a.id = ANY (appointments) AND a.zone = my('zone') AND (a.agency = my('agency') OR sees_case(a.case_id))
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION booked_beyond FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booked_beyond TO percorso_app;

-- +goose Down
DROP FUNCTION booked_beyond;
ALTER TABLE booking DROP COLUMN beyond, DROP COLUMN beyond_why;
