-- +goose Up

-- Who takes part in an appointment beside whom the person comes to: professionals by name, of
-- any agency that has a part in the case. A row names nobody who is helped; whoever does not
-- see the appointment sees none of them. One who was taken out stays, with who did it and why.
-- And what each agency says became of its part, once the hour has been.
--
-- The code of before works on this schema: it adds nobody, and what it moves to another hour
-- it moves for those who take part as well, without asking whether they can.
SET LOCAL lock_timeout = '5s';
CREATE TABLE participant (
    id             uuid PRIMARY KEY, -- made of who adds them and their key
    appointment_id uuid NOT NULL REFERENCES appointment,
    zone           text NOT NULL,
    staff          uuid NOT NULL REFERENCES staff,
    agency         text NOT NULL,    -- whose part is theirs
    added_by       uuid NOT NULL REFERENCES staff,
    added_at       timestamptz NOT NULL,
    ended_by       uuid REFERENCES staff,
    ended_at       timestamptz,      -- NULL: they take part
    why            text NOT NULL DEFAULT '' CHECK (why IN ('', 'cannot_come', 'somebody_else', 'not_needed', 'by_mistake')),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (why = ''))
);
CREATE UNIQUE INDEX participant_once ON participant (appointment_id, staff) WHERE ended_at IS NULL;
CREATE INDEX participant_of ON participant (appointment_id, added_at);
CREATE INDEX participant_staff ON participant (staff) WHERE ended_at IS NULL;

CREATE TABLE part_outcome (
    appointment_id uuid NOT NULL REFERENCES appointment,
    agency         text NOT NULL,
    zone           text NOT NULL,
    held           boolean NOT NULL, -- the agency's part took place
    note           text NOT NULL DEFAULT '',
    circle         text NOT NULL CHECK (circle IN ('case', 'agency', 'equipe')), -- who reads the note
    by_staff       uuid NOT NULL REFERENCES staff,
    at             timestamptz NOT NULL,
    PRIMARY KEY (appointment_id, agency)
);

ALTER TABLE participant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE part_outcome ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- An appointment is there for whom its own policies show it to.
CREATE POLICY app_read ON participant FOR SELECT TO percorso_app USING (zone = my('zone') AND EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id));
CREATE POLICY app_add ON participant FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND added_by = my('staff')::uuid AND EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id));
CREATE POLICY app_end ON participant FOR UPDATE TO percorso_app
    USING (zone = my('zone') AND ended_at IS NULL AND EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id)) WITH CHECK (ended_by = my('staff')::uuid);
CREATE POLICY app_say ON part_outcome FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid AND EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id));
CREATE POLICY no_officer ON participant AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY no_officer ON part_outcome AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
GRANT SELECT, INSERT, UPDATE (ended_by, ended_at, why) ON participant TO percorso_app;
GRANT INSERT ON part_outcome TO percorso_app;
GRANT SELECT ON participant, part_outcome TO percorso_definer;
CREATE INDEX seat_member ON seat (member) WHERE member IS NOT NULL;

-- +goose StatementBegin

-- Who may take part in an appointment of a case: staff of the agencies that have a part in it,
-- because they work on it, or by a seat in an équipe of it, or by something that was sent to
-- them or that they have to do. Of a protected person her keepers alone.
CREATE FUNCTION taking_part(c uuid) RETURNS TABLE (id uuid, name text, role text, agency text) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.id, s.name, s.role, s.agency FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND s.role NOT IN ('privacy_officer', 'mail_system')
    WHERE f.id = c AND s.agency IN (
            SELECT g.agency FROM case_grant g WHERE g.case_id = c
            UNION SELECT e.agency FROM seat e JOIN run r ON r.id = e.run_id WHERE e.case_id = c AND e.state IN ('invited', 'confirmed', 'spoken')
                AND (r.ended_at IS NULL OR EXISTS (SELECT FROM plan p WHERE p.run_id = e.run_id AND p.state = 'active'))
            UNION SELECT r.to_agency FROM referral r WHERE r.case_id = c AND r.state IN ('requested', 'received', 'on_hold', 'accepted', 'in_progress')
            UNION SELECT t.agency FROM task t WHERE t.case_id = c AND t.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM protection o WHERE o.case_id = c AND s.id NOT IN (SELECT k.id FROM keepers_of(o.file) k));
END $$;

-- The appointments in which the caller takes part, for as long as their agency has one in the
-- case; those of more than ninety days ago are for who works on it.
CREATE FUNCTION attended() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT p.appointment_id FROM participant p JOIN appointment a ON a.id = p.appointment_id AND a.at > my_now() - interval '90 days'
    WHERE p.staff::text = my('staff') AND p.ended_at IS NULL AND p.zone = my('zone') AND EXISTS (SELECT FROM taking_part(a.case_id) t WHERE t.id = p.staff);
END $$;

-- Whom the caller may add to an appointment that they see.
CREATE FUNCTION may_attend(of_appointment uuid) RETURNS TABLE (id text, name text, role text, agency text) LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
    SELECT t.id::text, t.name, t.role, t.agency FROM appointment a, taking_part(a.case_id) t
    WHERE a.id = of_appointment AND a.zone = my('zone') AND (a.agency = my('agency') OR owner_sees_case(a.case_id) OR a.id IN (SELECT attended()))
    ORDER BY t.agency, t.role, t.name, t.id
$$;

-- Why the part of one who takes part in an appointment that stands has nobody as things are;
-- empty: it has. A day of theirs is called off where each service that their role holds in
-- their agency receives nobody.
CREATE FUNCTION uncovered_part(of_appointment uuid, of_staff uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE
        WHEN s.id IS NULL THEN 'no_part'
        WHEN EXISTS (SELECT FROM absence x WHERE x.staff = of_staff AND day_of(a.at) BETWEEN x.first_day AND x.last_day) THEN 'away'
        WHEN (SELECT bool_and(EXISTS (SELECT FROM called_off c WHERE c.zone = a.zone AND c.service = v ->> 'code' AND c.first_day <= day_of(a.at)
                AND day_of(a.at) <= coalesce(c.back_from - 1, c.last_day)))
            FROM zone_policy z, jsonb_array_elements(z.policy -> 'services') v WHERE z.zone = a.zone AND z.current AND v ->> 'agency' = s.agency AND v ->> 'role' = s.role) THEN 'called_off'
        ELSE '' END
    FROM appointment a LEFT JOIN LATERAL taking_part(a.case_id) s ON s.id = of_staff
    WHERE a.id = of_appointment AND a.zone = my('zone') AND a.state IN ('booked', 'confirmed')
$$;

-- Who of some staff is expected somewhere in some time, and when; nothing else, and whoever
-- asks: in appointments in which they take part and on visits at home, those that are about to
-- be moved there as well, and in the meetings of équipes in which they sit, each for an hour.
CREATE FUNCTION busy_staff(of_staff uuid[], since timestamptz, until_at timestamptz, but_for uuid) RETURNS TABLE (staff text, at timestamptz, until timestamptz, meets boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    WITH whose AS (SELECT o.id AS asked, s.id AS account FROM staff o JOIN staff s ON s.id = o.id OR s.identity = o.identity WHERE o.id = ANY (of_staff)) -- each with all their accounts
    SELECT w.asked::text, t.at, t.until, false FROM whose w JOIN participant p ON p.staff = w.account JOIN booking b ON b.appointment_id = p.appointment_id AND b.state = 'booked'
        JOIN LATERAL (SELECT b.at, b.until UNION ALL SELECT h.at, h.until FROM booking h WHERE h.run_id = b.run_id AND h.service = b.service AND h.state = 'held') t ON true
    WHERE p.zone = my('zone') AND p.ended_at IS NULL AND p.appointment_id IS DISTINCT FROM but_for AND t.at < until_at AND t.until > since
    UNION ALL SELECT w.asked::text, t.at, t.at + (v.until - v.at), false FROM whose w JOIN home_visit v ON w.account IN (v.first, v.second) CROSS JOIN LATERAL visit_times(v.run_id, v.at) t
    WHERE v.zone = my('zone') AND NOT v.called_off AND v.at > my_now() - interval '8 hours' -- none lasts longer
        AND v.appointment_id IS DISTINCT FROM but_for AND t.at < until_at AND t.at + (v.until - v.at) > since
    UNION ALL SELECT w.asked::text, m.at, m.at + interval '1 hour', true
    FROM whose w JOIN seat e ON e.member = w.account JOIN LATERAL meetings_planned(ARRAY[e.run_id]) m ON NOT m.moved AND NOT m.called_off AND NOT m.minuted AND m.invited @> jsonb_build_array(jsonb_build_object('role', e.role, 'agency', e.agency))
    WHERE e.zone = my('zone') AND e.state IN ('confirmed', 'spoken') AND m.id IS DISTINCT FROM but_for::text AND m.at < until_at AND m.at + interval '1 hour' > since
$$;

-- As before; busy is whoever is expected anywhere then, and not on another visit alone.
CREATE OR REPLACE FUNCTION visitors_then(appointment uuid, named uuid[], since timestamptz, until timestamptz) RETURNS TABLE (id text, name text, human text, visitor boolean, away boolean, busy boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.id::text, s.name, identity_of(s.id), visits_with(s, a.case_id), is_away(s.id, visitors_then.since),
        EXISTS (SELECT FROM visit_times(a.run_id, visitors_then.since) n, busy_staff(ARRAY[s.id], n.at, n.at + (visitors_then.until - visitors_then.since), a.id))
    FROM appointment a JOIN staff s ON s.zone = a.zone AND s.id = ANY (visitors_then.named)
    WHERE a.id = visitors_then.appointment AND a.zone = my('zone') AND s.active AND s.role NOT IN ('privacy_officer', 'mail_system')
$$;

-- Until when an appointment lasts, and whether another hour is asked for at this moment.
CREATE FUNCTION place_of(appointment uuid) RETURNS TABLE (until timestamptz, moves boolean) LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT b.until, EXISTS (SELECT FROM booking h WHERE h.run_id = b.run_id AND h.service = b.service AND h.state = 'held')
    FROM booking b WHERE b.appointment_id = place_of.appointment AND b.state = 'booked' AND b.zone = my('zone')
$$;

-- Those who take part in what a run expects its person for, or did when she did not come.
CREATE FUNCTION attending(run text) RETURNS TABLE (appointment uuid, staff uuid) LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT p.appointment_id, p.staff FROM appointment a JOIN participant p ON p.appointment_id = a.id AND p.ended_at IS NULL
    WHERE a.run_id = attending.run AND a.zone = my('zone') AND a.state IN ('booked', 'confirmed', 'no_show')
$$;

-- The appointments that somebody is expected at: those in which they take part, and those of
-- whom they follow, or have something to do for. What of these the caller sees is not asked here.
CREATE FUNCTION expecting(of_staff uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT p.appointment_id FROM participant p WHERE p.staff = of_staff AND p.ended_at IS NULL AND p.zone = my('zone')
    UNION SELECT a.id FROM appointment a WHERE a.zone = my('zone') AND (
        a.case_id = ANY (ARRAY(SELECT l.case_id FROM lead l WHERE l.staff = of_staff AND l.until IS NULL))
        OR a.case_id = ANY (ARRAY(SELECT t.case_id FROM task t WHERE t.holder = of_staff AND t.ended_at IS NULL)))
$$;

-- The meetings of équipes in which somebody sits, as far as the caller reads these.
CREATE FUNCTION meetings_of(of_staff uuid, since timestamptz, until_at timestamptz) RETURNS TABLE (id text, run_id text, case_id text, at timestamptz, how text, place text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT m.id, m.run_id, e.case_id::text, m.at, m.how, m.place
    FROM seat e JOIN LATERAL meetings_here(ARRAY[e.run_id]) m ON NOT m.moved AND NOT m.called_off AND m.invited @> jsonb_build_array(jsonb_build_object('role', e.role, 'agency', e.agency))
    WHERE e.member = of_staff AND e.zone = my('zone') AND e.state IN ('confirmed', 'spoken') AND m.at >= since AND m.at < until_at ORDER BY m.at, m.id
$$;

-- What each agency says became of its part in some appointments, to who sees them; the note
-- to those of its circle.
CREATE FUNCTION part_outcomes(of_appointments uuid[]) RETURNS TABLE (appointment text, agency text, held boolean, note text, circle text, by_name text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT a.id::text, o.agency, o.held, CASE WHEN in_circle(a.id, a.case_id, o.circle, '', o.agency, o.by_staff)
            AND (o.circle <> 'case' OR o.agency = my('agency') OR owner_sees_case(a.case_id)) THEN o.note ELSE '' END, o.circle, s.name, o.at
    FROM part_outcome o JOIN appointment a ON a.id = o.appointment_id JOIN staff s ON s.id = o.by_staff
    WHERE o.appointment_id = ANY (of_appointments) AND a.zone = my('zone') AND my('role') IS DISTINCT FROM 'privacy_officer'
        AND (a.agency = my('agency') OR owner_sees_case(a.case_id) OR a.id IN (SELECT attended()))
    ORDER BY o.at, o.agency
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION taking_part, attended, may_attend, uncovered_part, busy_staff, place_of, attending, expecting, meetings_of, part_outcomes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attended, may_attend, uncovered_part, busy_staff, place_of, attending, expecting, meetings_of, part_outcomes TO percorso_app;
SELECT settle_rights();

-- Who takes part sees the appointment, though neither it nor the case is of their agency.
ALTER POLICY app_read ON appointment USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id) OR id IN (SELECT attended())));

-- +goose Down
ALTER POLICY app_read ON appointment USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION visitors_then(appointment uuid, named uuid[], since timestamptz, until timestamptz) RETURNS TABLE (id text, name text, human text, visitor boolean, away boolean, busy boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.id::text, s.name, identity_of(s.id), visits_with(s, a.case_id), is_away(s.id, visitors_then.since),
        EXISTS (SELECT FROM home_visit v, LATERAL visit_times(v.run_id, v.at) t, LATERAL visit_times(a.run_id, visitors_then.since) n
            WHERE v.zone = a.zone AND v.at > my_now() - interval '8 hours' AND v.appointment_id <> a.id AND NOT v.called_off -- none lasts longer
                AND identity_of(s.id) IN (identity_of(v.first), identity_of(v.second))
                AND t.at < n.at + (visitors_then.until - visitors_then.since) AND t.at + (v.until - v.at) > n.at)
    FROM appointment a JOIN staff s ON s.zone = a.zone AND s.id = ANY (visitors_then.named)
    WHERE a.id = visitors_then.appointment AND a.zone = my('zone') AND s.active AND s.role NOT IN ('privacy_officer', 'mail_system')
$$;
-- +goose StatementEnd
DROP FUNCTION part_outcomes, meetings_of, expecting, attending, place_of, busy_staff, uncovered_part, may_attend, attended, taking_part;
DROP INDEX seat_member;
DROP TABLE part_outcome, participant;
