-- +goose Up

-- Appointments that are visits at the person's home: who goes, who knows about it, and whether
-- they are back. A visit hangs on its appointment and is read by whoever reads the person, as
-- her domicile is. That they are to be asked whether they are back, and that others are to be
-- told where they do not answer, are mails which are written with the visit, for later: they
-- move and go with the appointment, and go with the answer.
--
-- The code of before works on this schema: it plans none.
SET LOCAL lock_timeout = '5s';
CREATE TABLE home_visit (
    appointment_id uuid PRIMARY KEY REFERENCES appointment ON DELETE CASCADE,
    zone           text NOT NULL,
    run_id         text NOT NULL,            -- of the appointment
    version        int NOT NULL DEFAULT 1,
    first          uuid NOT NULL REFERENCES staff,
    second         uuid REFERENCES staff,    -- NULL: one goes alone
    alone          text NOT NULL,            -- why
    knows          uuid NOT NULL REFERENCES staff,
    phone          text NOT NULL,            -- of those who go
    address        text NOT NULL,            -- empty: at the domicile
    at             timestamptz NOT NULL,     -- as the appointment has it
    until          timestamptz NOT NULL CHECK (until > at),
    ask_at         timestamptz NOT NULL CHECK (ask_at >= until),
    alarm_at       timestamptz NOT NULL CHECK (alarm_at >= ask_at),
    first_back     timestamptz,
    second_back    timestamptz,
    called_off     boolean NOT NULL DEFAULT false, -- with its appointment, or since that is at the office again
    planned_by     uuid NOT NULL REFERENCES staff,
    planned_at     timestamptz NOT NULL,
    CHECK (second <> first AND knows <> first AND knows <> second),
    CHECK ((second IS NULL) = (alone <> ''))
);
CREATE INDEX home_visit_run ON home_visit (run_id);
CREATE INDEX home_visit_at ON home_visit (zone, at) WHERE NOT called_off;
CREATE INDEX home_visit_out ON home_visit (zone, alarm_at) WHERE NOT called_off AND (first_back IS NULL OR second IS NOT NULL AND second_back IS NULL);
CREATE INDEX mail_record ON mail (record_id) WHERE record_id IS NOT NULL; -- by which those of a visit are found
ALTER TABLE home_visit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_person ON home_visit TO percorso_app USING (zone = (SELECT my('zone'))
    AND EXISTS (SELECT FROM appointment a JOIN person p ON p.case_id = a.case_id WHERE a.id = appointment_id));
CREATE POLICY no_officer ON home_visit AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
GRANT SELECT, INSERT, UPDATE ON home_visit TO percorso_app;
GRANT SELECT, UPDATE ON home_visit TO percorso_definer;

-- +goose StatementBegin
-- When a visit is, and when it will be once a move that is asked for is done.
CREATE FUNCTION visit_times(run text, at timestamptz) RETURNS TABLE (at timestamptz) LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT visit_times.at UNION SELECT b.at FROM booking b WHERE b.run_id = visit_times.run AND b.state = 'held'
$$;

-- The hours that an appointment has, and will have once a move that is asked for is done.
CREATE FUNCTION visit_hours(appointment uuid) RETURNS timestamptz[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT ARRAY(SELECT t.at FROM visit_times(a.run_id, a.at) t ORDER BY t.at) FROM appointment a WHERE a.id = visit_hours.appointment AND a.zone = my('zone')
$$;

-- Who may go to somebody's home: who reads her case for an agency that does, and of a protected
-- person her keepers.
CREATE FUNCTION visits_with(s staff, of_case uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.active AND s.role NOT IN ('privacy_officer', 'mail_system')
        AND EXISTS (SELECT FROM case_grant g WHERE g.case_id = of_case AND g.agency = s.agency)
        AND NOT EXISTS (SELECT FROM protection o WHERE o.case_id = of_case AND NOT EXISTS (SELECT FROM keepers_of(o.file) k WHERE k.id = s.id))
$$;

-- Those who may go to the home of the person of an appointment that the caller sees; with who
-- works there besides, who may know about the visit.
CREATE FUNCTION visitors_of(appointment uuid) RETURNS TABLE (id text, name text, role text, visits boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.id::text, s.name, s.role, visits_with(s, a.case_id) FROM appointment a JOIN staff s ON s.zone = a.zone
    WHERE a.id = visitors_of.appointment AND a.zone = my('zone') AND owner_sees_case(a.case_id)
        AND s.active AND s.role NOT IN ('privacy_officer', 'mail_system') AND (s.agency = my('agency') OR visits_with(s, a.case_id))
    ORDER BY s.name, s.id
$$;

-- How some members of staff of the caller's zone stand for a visit at some time: whether they may
-- go, are away, and are busy with another visit. A visit that is about to be moved is where it is
-- and where it goes. Two accounts of one person are one.
CREATE FUNCTION visitors_then(appointment uuid, named uuid[], since timestamptz, until timestamptz) RETURNS TABLE (id text, name text, human text, visitor boolean, away boolean, busy boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.id::text, s.name, identity_of(s.id), visits_with(s, a.case_id), is_away(s.id, visitors_then.since),
        EXISTS (SELECT FROM home_visit v, LATERAL visit_times(v.run_id, v.at) t, LATERAL visit_times(a.run_id, visitors_then.since) n
            WHERE v.zone = a.zone AND v.at > my_now() - interval '8 hours' AND v.appointment_id <> a.id AND NOT v.called_off -- none lasts longer
                AND identity_of(s.id) IN (identity_of(v.first), identity_of(v.second))
                AND t.at < n.at + (visitors_then.until - visitors_then.since) AND t.at + (v.until - v.at) > n.at)
    FROM appointment a JOIN staff s ON s.zone = a.zone AND s.id = ANY (visitors_then.named)
    WHERE a.id = visitors_then.appointment AND a.zone = my('zone') AND s.active AND s.role NOT IN ('privacy_officer', 'mail_system')
$$;

-- The same of those who go on the visit that a run has, where the caller moves it.
CREATE FUNCTION visitors_moved(run text, to_at timestamptz) RETURNS TABLE (id text, name text, human text, visitor boolean, away boolean, busy boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT w.* FROM home_visit v, LATERAL visitors_then(v.appointment_id, ARRAY[v.first, v.second], visitors_moved.to_at, visitors_moved.to_at + (v.until - v.at)) w
    WHERE v.run_id = visitors_moved.run AND v.zone = my('zone') AND NOT v.called_off AND v.first_back IS NULL AND v.at > my_now()
$$;

-- Writes the mails of a visit as it is now, and tells who goes, or went until now, but for the caller.
CREATE FUNCTION tell_visitors(v home_visit, told uuid[], now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM mail m WHERE m.record_id = v.appointment_id AND m.template IN ('home_visit_return', 'home_visit_unanswered') AND m.sent_at IS NULL;
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT gen_random_uuid(), 'homevisit/' || v.appointment_id, NULL::uuid, 'home_visit_changed', '/', s.email, now, now, v.appointment_id
        FROM staff s WHERE s.id = ANY (told) AND s.zone = v.zone AND s.active AND s.id::text IS DISTINCT FROM my('staff');
    IF v.called_off THEN RETURN; END IF;
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT gen_random_uuid(), 'homevisit/' || v.appointment_id, NULL::uuid, 'home_visit_return', '/', s.email, now, v.ask_at, v.appointment_id
        FROM staff s WHERE s.id IN (v.first, v.second)
        UNION ALL SELECT gen_random_uuid(), 'homevisit/' || v.appointment_id, NULL::uuid, 'home_visit_unanswered', '/', o.email, now, v.alarm_at, v.appointment_id
        FROM (SELECT a.email FROM addressees('{}', v.zone, ARRAY['supervisor'], '', NULL, NULL, v.alarm_at) a UNION SELECT s.email FROM staff s WHERE s.id = v.knows) o;
END $$;

-- The same, of a visit that the caller has just planned, changed or taken back.
CREATE FUNCTION visit_planned(appointment uuid, told uuid[], now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT tell_visitors(v, visit_planned.told, visit_planned.now) FROM home_visit v WHERE v.appointment_id = visit_planned.appointment AND v.zone = my('zone') AND v.planned_by = my('staff')::uuid
$$;

-- Nobody is asked any more who is back, and when all are nobody is told that they did not answer.
CREATE FUNCTION visit_answered(appointment uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM mail m USING home_visit v WHERE v.appointment_id = visit_answered.appointment AND v.zone = my('zone') AND m.record_id = v.appointment_id AND m.sent_at IS NULL
        AND (v.first_back IS NOT NULL AND (v.second IS NULL OR v.second_back IS NOT NULL) AND m.template IN ('home_visit_return', 'home_visit_unanswered')
            OR m.template = 'home_visit_return' AND m.recipient IN (SELECT s.email FROM staff s WHERE s.id = v.first AND v.first_back IS NOT NULL OR s.id = v.second AND v.second_back IS NOT NULL))
$$;

-- The visits that the caller goes on or knows about, and for a supervisor those of which nobody
-- has said that they are back: of whose person they may know nothing, too.
CREATE FUNCTION visits_watched(now timestamptz, until timestamptz) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.zone = my('zone') AND NOT v.called_off AND v.at < visits_watched.until
        AND (v.first_back IS NULL OR v.second IS NOT NULL AND v.second_back IS NULL)
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor' AND v.alarm_at <= visits_watched.now)
$$;

-- One of those, whoever is back already.
CREATE FUNCTION visit_of(appointment uuid) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.appointment_id = visit_of.appointment AND v.zone = my('zone') AND NOT v.called_off
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor')
$$;

-- Keeps that some are back from a visit of those; the caller has asked whether they may say so.
CREATE FUNCTION visit_returns(appointment uuid, first_back timestamptz, second_back timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE home_visit v SET first_back = coalesce(v.first_back, visit_returns.first_back), second_back = coalesce(v.second_back, visit_returns.second_back)
    WHERE v.appointment_id = visit_returns.appointment AND v.zone = my('zone') AND NOT v.called_off
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor')
$$;

-- Those of some appointments that are visits at home, for who reminds people of them.
CREATE FUNCTION visits_at_home(appointments uuid[]) RETURNS TABLE (id text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id::text FROM appointment a JOIN home_visit v ON v.appointment_id = a.id AND v.at = a.at AND NOT v.called_off WHERE a.id = ANY (appointments)
$$;

-- A visit that has not begun goes where its appointment goes. One that has stays as it was: those
-- who went are asked about that, and the appointment's new hour is no visit until one is planned.
CREATE FUNCTION keep_home_visit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    v home_visit;
BEGIN
    UPDATE home_visit o SET version = o.version + 1, called_off = NEW.state = 'cancelled', -- none that is comes back
            at = NEW.at, until = o.until + (NEW.at - o.at), ask_at = o.ask_at + (NEW.at - o.at), alarm_at = o.alarm_at + (NEW.at - o.at)
        WHERE o.appointment_id = NEW.id AND NOT o.called_off AND o.at > clock_timestamp() AND (o.at <> NEW.at OR NEW.state = 'cancelled') RETURNING o.* INTO v;
    IF FOUND THEN PERFORM tell_visitors(v, ARRAY[v.first, v.second], clock_timestamp()); END IF;
    RETURN NULL;
END $$;

-- Whoever has Oggi open sees that a visit is planned, or that somebody is back.
CREATE FUNCTION tell_home_visit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', concat_ws('/', NEW.zone, s.agency, '')) FROM staff s WHERE s.id IN (NEW.first, NEW.second, NEW.knows) GROUP BY s.agency;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_home_visit AFTER UPDATE OF state, at ON appointment FOR EACH ROW EXECUTE FUNCTION keep_home_visit();
CREATE TRIGGER tell_home_visit AFTER INSERT OR UPDATE ON home_visit FOR EACH ROW EXECUTE FUNCTION tell_home_visit();
REVOKE EXECUTE ON FUNCTION visit_times, visit_hours, visits_with, visitors_of, visitors_then, visitors_moved, tell_visitors, visit_planned, visit_answered, visits_watched, visit_of, visit_returns, visits_at_home, keep_home_visit, tell_home_visit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visit_times TO percorso_definer;
GRANT EXECUTE ON FUNCTION visit_hours, visitors_of, visitors_then, visitors_moved, visit_planned, visit_answered, visits_watched, visit_of, visit_returns TO percorso_app;
GRANT EXECUTE ON FUNCTION visits_at_home TO percorso_worker;
SELECT settle_rights();

-- +goose Down
DROP INDEX mail_record;
DROP TRIGGER keep_home_visit ON appointment;
DROP TABLE home_visit CASCADE;
DROP FUNCTION tell_home_visit, keep_home_visit, visits_at_home, visit_returns, visit_answered, visit_planned, visitors_moved, visitors_then, visitors_of, visits_with, visit_hours, visit_times;
DELETE FROM mail WHERE template LIKE 'home\_visit\_%';
