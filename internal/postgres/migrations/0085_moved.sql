-- +goose Up

-- An appointment that gets another time stays as what it was, with who asked and why, and
-- names the one that has the time of now. Nobody is expected in two places at one time.
--
-- The code of before works on this schema: what it moves leaves no row behind.
ALTER TABLE appointment
    ADD COLUMN moved_to uuid,                     -- the appointment that has the time of now; NULL: it was not moved
    ADD COLUMN asked_by text NOT NULL DEFAULT '', -- who asked that it be moved or cancelled
    ADD COLUMN why      text NOT NULL DEFAULT '';
GRANT SELECT (moved_to, asked_by, why) ON appointment TO percorso_app;
CREATE INDEX booking_run ON booking (run_id) WHERE state IN ('held', 'booked');

-- +goose StatementBegin

-- Whether somebody speaks of the person of an appointment: they say the number of the
-- file and the day of birth. Which of the two is wrong is told to nobody.
CREATE FUNCTION speaks_of(appointment_id uuid, number text, born date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM appointment a JOIN case_file f ON f.id = a.case_id JOIN person p ON p.case_id = a.case_id
        WHERE a.id = speaks_of.appointment_id AND upper(btrim(speaks_of.number)) = upper(f.number) AND p.birth_date = speaks_of.born)
$$;

-- Whether the person of a case is expected somewhere at some time of a stretch, but for
-- what one run has: by a service of which the caller may not know, too.
CREATE FUNCTION expected_then(c uuid, since timestamptz, until timestamptz, but_for text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM run r JOIN booking b ON b.run_id = r.id AND b.state IN ('held', 'booked')
        WHERE r.case_id = expected_then.c AND r.id <> expected_then.but_for AND b.at < expected_then.until AND b.until > expected_then.since)
$$;

-- As before. Of a move and of a cancellation the appointment's own row keeps the rest, and
-- by what somebody was known who asked is kept nowhere.
CREATE OR REPLACE FUNCTION record_form(kind text, data jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'open' THEN jsonb_set(data, '{Person}', coalesce(data -> 'Person', '{}')
            - ARRAY['id', 'given_name', 'family_name', 'birth_date', 'citizenship', 'languages', 'phone'])
        WHEN 'minutes' THEN data - 'text'
        WHEN 'move_appointment' THEN data - ARRAY['number', 'birth_date', 'was']
        WHEN 'cancel_appointment' THEN data - ARRAY['number', 'birth_date', 'was']
        ELSE data END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION speaks_of, expected_then FROM PUBLIC;
GRANT EXECUTE ON FUNCTION speaks_of, expected_then TO percorso_app;

-- +goose StatementBegin
-- As before, with what is written when somebody is told of another time.
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'tell_person', 'add_need', 'end_need')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION record_form(kind text, data jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'open' THEN jsonb_set(data, '{Person}', coalesce(data -> 'Person', '{}')
            - ARRAY['id', 'given_name', 'family_name', 'birth_date', 'citizenship', 'languages', 'phone'])
        WHEN 'minutes' THEN data - 'text'
        ELSE data END
$$;
-- +goose StatementEnd
DROP FUNCTION speaks_of, expected_then;
DROP INDEX booking_run;
ALTER TABLE appointment DROP COLUMN moved_to, DROP COLUMN asked_by, DROP COLUMN why;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'add_need', 'end_need')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
