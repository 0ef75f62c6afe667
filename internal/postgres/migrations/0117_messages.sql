-- +goose Up

-- A message to a person that is due at night or on a closed day waits for the next hour at which
-- people are written to, and that was no try.
--
-- A mail that comes back later is reported whoever it was for: of one that reminded a person
-- somebody calls, and of one that asked a provider for a mediator its request says so.
--
-- The code of before works on this schema: it writes at any hour, and is told of no such mail.

-- +goose StatementBegin
CREATE FUNCTION put_off_reminder(appointment text, until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE reminder r SET tries = greatest(r.tries - 1, 0), next_try = put_off_reminder.until WHERE r.appointment_id = put_off_reminder.appointment::uuid AND r.state = 'due'
$$;

-- A mail of a process came back, or one that reminded a person (reminder/<appointment>, under the
-- appointment's id). It gives the case that it was about, nothing in place of one where it was
-- about none, and no row where no such mail was sent. Reported again it changes nothing.
CREATE FUNCTION mail_reported(run text, mail_id uuid) RETURNS TABLE (about uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    caller text := act_for(NULL);
    sent record;
    a appointment;
BEGIN
    SELECT m.case_id INTO sent FROM mail m WHERE m.id = mail_id AND m.run_id = mail_reported.run;
    IF FOUND THEN
        PERFORM fail_mail(mail_id, 'came_back', 0);
        RETURN QUERY SELECT sent.case_id;
    ELSIF mail_reported.run = 'reminder/' || mail_id THEN
        SELECT * INTO a FROM appointment o WHERE o.id = mail_id AND EXISTS (SELECT FROM timeline t WHERE t.case_id = o.case_id AND t.run_id = o.run_id AND t.code = 'person_reminded' AND t.detail = 'email');
        IF FOUND THEN
            PERFORM FROM case_file f WHERE f.id = a.case_id FOR KEY SHARE;
            UPDATE reminder r SET state = 'call', failed = 'email' WHERE r.appointment_id = a.id AND r.state = 'sent';
            IF FOUND THEN
                INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (a.case_id, a.run_id, a.zone, clock_timestamp(), 'person_unreminded', 'email');
            END IF;
            RETURN QUERY SELECT a.case_id;
        END IF;
    END IF;
    PERFORM act_for(caller);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION mail_reported, put_off_reminder FROM PUBLIC;
GRANT EXECUTE ON FUNCTION put_off_reminder TO percorso_worker;
GRANT EXECUTE ON FUNCTION mail_reported TO percorso_app;
SELECT settle_rights();

-- +goose Down
DROP FUNCTION mail_reported, put_off_reminder;
