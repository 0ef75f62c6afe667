-- +goose Up

-- A message to a person that is due at night or on a closed day waits for the next hour at which
-- people are written to, and that was no try.
--
-- The code of before works on this schema: it writes at any hour.

-- +goose StatementBegin
CREATE FUNCTION put_off_reminder(appointment text, until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE reminder r SET tries = greatest(r.tries - 1, 0), next_try = put_off_reminder.until WHERE r.appointment_id = put_off_reminder.appointment::uuid AND r.state = 'due'
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION put_off_reminder FROM PUBLIC;
GRANT EXECUTE ON FUNCTION put_off_reminder TO percorso_worker;
SELECT settle_rights();

-- +goose Down
DROP FUNCTION put_off_reminder;
