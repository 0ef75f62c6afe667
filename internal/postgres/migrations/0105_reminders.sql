-- +goose Up

-- That a person is reminded of an appointment, once: a row for each appointment whose hour is
-- near. A message goes to the person where their contacts allow one, and else somebody calls:
-- those are the list of calls. No number and no address stands here: they are read when a
-- message leaves, and so is whether the appointment stands. The case is the appointment's, and
-- so who may know of it.
--
-- The code of before works on this schema: it reminds nobody.
CREATE TABLE reminder (
    appointment_id uuid PRIMARY KEY REFERENCES appointment,
    state          text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'call', 'called', 'none')),
    failed         text NOT NULL DEFAULT '' CHECK (failed IN ('', 'sms', 'email')), -- what did not arrive, so that somebody calls
    tries          int NOT NULL DEFAULT 0,
    next_try       timestamptz,                                                     -- NULL: nothing more is sent
    unanswered     int NOT NULL DEFAULT 0,                                          -- how often somebody called and nobody answered
    called_at      timestamptz,
    called_by      uuid REFERENCES staff,
    CHECK ((state = 'due') = (next_try IS NOT NULL))
);
CREATE INDEX reminder_due ON reminder (next_try) WHERE state = 'due';
ALTER TABLE reminder ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- Whoever sees the appointment, and nobody else: of a protected person her keepers.
CREATE POLICY app_read ON reminder FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id));
GRANT SELECT ON reminder TO percorso_app;
GRANT SELECT, INSERT, UPDATE ON reminder TO percorso_definer;

-- +goose StatementBegin

-- Whether an appointment is one of which the person is still reminded: it stands, it is to come,
-- and its case does not stand still.
CREATE FUNCTION reminded_of(appointment uuid, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM appointment a WHERE a.id = reminded_of.appointment AND a.state IN ('booked', 'confirmed') AND a.at > reminded_of.now
        AND NOT EXISTS (SELECT FROM case_file f WHERE f.id = a.case_id AND (f.suspended_until > reminded_of.now OR f.suspended_until > a.at)))
$$;

-- Begins the reminders of a zone's appointments that are to come until a time: each once,
-- however many workers do it.
CREATE FUNCTION begin_reminders(of_zone text, now timestamptz, until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO reminder (appointment_id, next_try)
        SELECT a.id, begin_reminders.now FROM appointment a
        WHERE a.zone = of_zone AND a.at > begin_reminders.now AND a.at <= begin_reminders.until AND reminded_of(a.id, begin_reminders.now)
            AND NOT EXISTS (SELECT FROM reminder r WHERE r.appointment_id = a.id)
        ORDER BY a.at, a.id LIMIT 200
    ON CONFLICT DO NOTHING
$$;

-- Hands out reminders that are due, with what decides how the person is told. Each comes again
-- after a minute unless reminder_tried is told of it. What was moved or cancelled meanwhile, or
-- is over, never does, and what stands still does not until it goes on.
CREATE FUNCTION take_reminders(now timestamptz, most int) RETURNS TABLE (id text, zone text, service text, at timestamptz, tries int, protected boolean,
    languages text[], phone text, email text, contacts jsonb, no_safe_contact boolean, linked jsonb, speech text[])
LANGUAGE plpgsql SECURITY DEFINER ROWS 20 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    UPDATE reminder r SET state = 'none', next_try = NULL WHERE r.appointment_id IN (SELECT o.appointment_id FROM reminder o JOIN appointment a ON a.id = o.appointment_id
        WHERE o.state = 'due' AND o.next_try <= take_reminders.now AND (a.at <= take_reminders.now OR a.state NOT IN ('booked', 'confirmed')) LIMIT 200 FOR UPDATE OF o SKIP LOCKED);
    RETURN QUERY WITH taken AS (
        UPDATE reminder r SET tries = r.tries + 1, next_try = take_reminders.now + interval '1 minute'
        WHERE r.appointment_id IN (SELECT o.appointment_id FROM reminder o JOIN appointment a ON a.id = o.appointment_id
            WHERE o.state = 'due' AND o.next_try <= take_reminders.now AND reminded_of(a.id, take_reminders.now)
            ORDER BY o.next_try, o.appointment_id LIMIT most FOR UPDATE OF o SKIP LOCKED)
        RETURNING r.appointment_id, r.tries)
    SELECT a.id::text, a.zone, a.service, a.at, t.tries, EXISTS (SELECT FROM protection o WHERE o.case_id = a.case_id),
        p.languages, coalesce(p.phone, ''), coalesce(p.email, ''), p.contacts, p.no_safe_contact, p.linked, p.speech
    FROM taken t JOIN appointment a ON a.id = t.appointment_id JOIN person p ON p.case_id = a.case_id;
END $$;

-- What became of a try: sent, later (comes again, after a longer pause each time), failed or
-- call (somebody calls), none (there is no safe way). What was sent or failed stands in the
-- case's timeline.
CREATE FUNCTION reminder_tried(appointment text, outcome text, way text, now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    a appointment;
BEGIN
    SELECT * INTO a FROM appointment o WHERE o.id = reminder_tried.appointment::uuid;
    PERFORM FROM case_file f WHERE f.id = a.case_id FOR KEY SHARE;
    UPDATE reminder r SET
        state = CASE outcome WHEN 'later' THEN 'due' WHEN 'failed' THEN 'call' ELSE outcome END,
        failed = CASE outcome WHEN 'failed' THEN way ELSE '' END,
        next_try = CASE outcome WHEN 'later' THEN reminder_tried.now + interval '30 seconds' * power(2, least(r.tries, 6)) END
        WHERE r.appointment_id = a.id AND r.state = 'due';
    IF NOT FOUND OR outcome NOT IN ('sent', 'failed') THEN RETURN; END IF;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
        VALUES (a.case_id, a.run_id, a.zone, reminder_tried.now, CASE outcome WHEN 'sent' THEN 'person_reminded' ELSE 'person_unreminded' END, way);
END $$;

-- Somebody called the person, or tried to. It says why not; NULL: it is done.
CREATE FUNCTION note_reminder_call(appointment text, answered boolean, now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    a appointment;
    r reminder;
BEGIN
    SELECT * INTO a FROM appointment o WHERE o.id = note_reminder_call.appointment::uuid AND o.zone = my('zone') AND (o.agency = my('agency') OR owner_sees_case(o.case_id));
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    PERFORM FROM case_file f WHERE f.id = a.case_id FOR KEY SHARE;
    SELECT * INTO r FROM reminder o WHERE o.appointment_id = a.id FOR UPDATE;
    IF r.called_by = my('staff')::uuid AND (r.state = 'called') = answered AND (answered OR r.called_at > note_reminder_call.now - interval '1 minute') THEN RETURN NULL; END IF; -- said twice
    IF r.state IS DISTINCT FROM 'call' OR NOT reminded_of(a.id, note_reminder_call.now) THEN RETURN 'not_to_call'; END IF;
    UPDATE reminder o SET state = CASE WHEN answered THEN 'called' ELSE 'call' END, unanswered = o.unanswered + CASE WHEN answered THEN 0 ELSE 1 END,
        called_at = note_reminder_call.now, called_by = my('staff')::uuid WHERE o.appointment_id = a.id;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail, by_staff)
        VALUES (a.case_id, a.run_id, a.zone, note_reminder_call.now, CASE WHEN answered THEN 'person_reminded' ELSE 'person_unreminded' END, 'call', my('staff')::uuid);
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION reminded_of, begin_reminders, take_reminders, reminder_tried, note_reminder_call FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_reminders, take_reminders, reminder_tried TO percorso_worker;
GRANT EXECUTE ON FUNCTION reminded_of, note_reminder_call TO percorso_app;
SELECT settle_rights();

-- +goose Down
DROP FUNCTION note_reminder_call, reminder_tried, take_reminders, begin_reminders, reminded_of;
DROP TABLE reminder;
