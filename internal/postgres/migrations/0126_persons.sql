-- +goose Up

-- Several persons at one appointment. Each has her own, of her own case, with its own tasks and
-- outcome; their places are one: a place names that of the person whom hers was booked beside,
-- and of those at one hour that belong together one is counted. Who is moved or cancelled leaves
-- the others theirs. Nothing says whose the others are but to who sees their appointments.
--
-- The code of before works on this schema: it joins nobody, and counts each place for itself.
SET LOCAL lock_timeout = '5s';
ALTER TABLE booking ADD joint uuid; -- the place that this one is at; NULL: it is its own
CREATE INDEX booking_joint ON booking (joint) WHERE joint IS NOT NULL;
GRANT SELECT (id, joint), INSERT (joint) ON booking TO percorso_app;
GRANT SELECT (id, joint) ON booking TO percorso_worker;

-- +goose StatementBegin

-- The place of an appointment that the caller may share, as it is or is about to be; and whether
-- it, or what a run has, is a visit at somebody's home.
CREATE FUNCTION joint_place(of_appointment uuid, with_run text) RETURNS TABLE (place text, service text, at timestamptz, until timestamptz, home boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT coalesce(b.joint, b.id)::text, b.service, b.at, b.until,
        EXISTS (SELECT FROM home_visit v WHERE v.run_id IN (a.run_id, with_run) AND NOT v.called_off AND v.first_back IS NULL)
    FROM appointment a JOIN booking b ON b.run_id = a.run_id AND b.service = a.service AND b.state IN ('held', 'booked')
    WHERE a.id = of_appointment AND a.zone = my('zone') AND a.state IN ('booked', 'confirmed') AND (a.agency = my('agency') OR owner_sees_case(a.case_id))
    ORDER BY b.state = 'held' DESC, b.made_at DESC, b.id LIMIT 1
$$;

-- Which other appointments are at the place of some, or are about to be. Which of them the
-- caller sees is not asked here.
CREATE FUNCTION same_place(of_appointments uuid[]) RETURNS TABLE (appointment uuid, other uuid) LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT DISTINCT a.id, x.id FROM appointment a JOIN booking b ON b.run_id = a.run_id AND b.service = a.service AND b.state IN ('held', 'booked')
        JOIN booking o ON (o.id = b.joint OR o.joint = coalesce(b.joint, b.id)) AND o.id <> b.id AND o.at = b.at AND o.state IN ('held', 'booked')
        JOIN appointment x ON x.run_id = o.run_id AND x.service = o.service AND x.state IN ('booked', 'confirmed')
    WHERE a.id = ANY (of_appointments) AND a.zone = my('zone') AND a.state IN ('booked', 'confirmed')
$$;

-- When some staff are expected somewhere, but for some appointments and those at the place of
-- these: whoever is expected at one of several persons is expected there once. These stand aside
-- at whatever hour, as the others follow whoever is moved first, each by a command of their own.
-- So where one of several is moved alone, by less than hers lasts, a professional of them all has
-- both hours, and nobody is told.
CREATE FUNCTION busy_but(of_staff uuid[], since timestamptz, until_at timestamptz, but_for uuid[]) RETURNS TABLE (staff text, at timestamptz, until timestamptz, meets boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    WITH whose AS (SELECT o.id AS asked, s.id AS account FROM staff o JOIN staff s ON s.id = o.id OR s.identity = o.identity WHERE o.id = ANY (of_staff)), -- each with all their accounts
        spared AS (SELECT unnest(but_for) AS id UNION SELECT p.other FROM same_place(but_for) p)
    SELECT w.asked::text, t.at, t.until, false FROM whose w JOIN participant p ON p.staff = w.account JOIN booking b ON b.appointment_id = p.appointment_id AND b.state = 'booked'
        JOIN LATERAL (SELECT b.at, b.until UNION ALL SELECT h.at, h.until FROM booking h WHERE h.run_id = b.run_id AND h.service = b.service AND h.state = 'held') t ON true
    WHERE p.zone = my('zone') AND p.ended_at IS NULL AND NOT EXISTS (SELECT FROM spared x WHERE x.id = p.appointment_id) AND t.at < until_at AND t.until > since
    UNION ALL SELECT w.asked::text, t.at, t.at + (v.until - v.at), false FROM whose w JOIN home_visit v ON w.account IN (v.first, v.second) CROSS JOIN LATERAL visit_times(v.run_id, v.at) t
    WHERE v.zone = my('zone') AND NOT v.called_off AND v.at > my_now() - interval '8 hours' -- none lasts longer
        AND NOT EXISTS (SELECT FROM spared x WHERE x.id = v.appointment_id) AND t.at < until_at AND t.at + (v.until - v.at) > since
    UNION ALL SELECT w.asked::text, m.at, m.at + interval '1 hour', true
    FROM whose w JOIN seat e ON e.member = w.account JOIN LATERAL meetings_planned(ARRAY[e.run_id]) m ON NOT m.moved AND NOT m.called_off AND NOT m.minuted AND m.invited @> jsonb_build_array(jsonb_build_object('role', e.role, 'agency', e.agency))
    WHERE e.zone = my('zone') AND e.state IN ('confirmed', 'spoken') AND NOT EXISTS (SELECT FROM spared x WHERE x.id::text = m.id) AND m.at < until_at AND m.at + interval '1 hour' > since
$$;

-- As before; what is at the place of the appointment stands aside with it.
CREATE OR REPLACE FUNCTION busy_staff(of_staff uuid[], since timestamptz, until_at timestamptz, but_for uuid) RETURNS TABLE (staff text, at timestamptz, until timestamptz, meets boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT b.staff, b.at, b.until, b.meets FROM busy_but(of_staff, since, until_at, array_remove(ARRAY[but_for], NULL)) b
$$;

-- As before; of the places that are one, one is taken: of the PUA's where the first of them is, and
-- unseen where all of them are.
CREATE OR REPLACE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean, pua boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, bool_and(NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id)), (array_agg(b.pua ORDER BY b.joint IS NOT NULL, b.id))[1]
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
    GROUP BY coalesce(b.joint, b.id), b.at, b.until
$$;

-- As before; beside whom somebody is expected does not stand in their record, nor which other
-- files were looked at by whoever merged two.
CREATE OR REPLACE FUNCTION record_form(kind text, data jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'open' THEN jsonb_set(data, '{Person}', coalesce(data -> 'Person', '{}')
            - ARRAY['id', 'given_name', 'family_name', 'birth_date', 'citizenship', 'languages', 'phone'])
        WHEN 'minutes' THEN data - 'text'
        WHEN 'book' THEN data - 'joins'
        WHEN 'merge' THEN data - 'seen'
        WHEN 'move_appointment' THEN data - ARRAY['number', 'birth_date', 'was', 'joins']
        WHEN 'cancel_appointment' THEN data - ARRAY['number', 'birth_date', 'was']
        ELSE data END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION joint_place, same_place, busy_but FROM PUBLIC;
GRANT EXECUTE ON FUNCTION joint_place, same_place, busy_but TO percorso_app;
SELECT settle_rights();

-- +goose Down
-- +goose StatementBegin
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
CREATE OR REPLACE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean, pua boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id), b.pua
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
$$;
CREATE OR REPLACE FUNCTION busy_staff(of_staff uuid[], since timestamptz, until_at timestamptz, but_for uuid) RETURNS TABLE (staff text, at timestamptz, until timestamptz, meets boolean)
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
-- +goose StatementEnd
DROP FUNCTION busy_but, same_place, joint_place;
REVOKE SELECT (id, joint), INSERT (joint) ON booking FROM percorso_app;
REVOKE SELECT (id, joint) ON booking FROM percorso_worker;
ALTER TABLE booking DROP COLUMN joint;
