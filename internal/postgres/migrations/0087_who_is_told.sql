-- +goose Up

-- A mistake that waits for its second person is somebody's work: it has a person, whoever is
-- to confirm it by name where there is one, a reminder, and then the zone's supervisors. And
-- every mail to people who work goes by one rule: who is away has none, their substitute has
-- it, or whoever has their role in the agency. And who is invited to a meeting of an équipe is
-- told of it by mail, and of its being moved or called off, for which there is a reason.
--
-- The code of before works on this schema: what it says to be a mistake is reminded of, and
-- goes to no supervisor after that; it tells nobody of a meeting, and takes one that was
-- called off for one that was moved.
ALTER TABLE mistake
    ADD COLUMN escalate_at  timestamptz, -- when the supervisors are told; NULL: it was said before this was kept
    ADD COLUMN escalated_at timestamptz; -- NULL: they were not
ALTER TABLE mail ADD COLUMN record_id uuid; -- of the form that planned or called off the meeting that it is about
CREATE INDEX mistake_escalates ON mistake (escalate_at) WHERE ended_at IS NULL AND escalated_at IS NULL;

-- +goose StatementBegin

-- Whom a mail goes to that is for some by name, or for all who have one of some roles in an
-- agency (empty: in the zone), but for one of them. In the place of who is away it goes to
-- their substitute or, where there is none, to all of the roles; so it does where nobody of
-- those named is at work any more. Where nobody is there at all it goes to who was meant all the
-- same, who find it when they are back.
CREATE FUNCTION addressees(whom uuid[], in_zone text, roles text[], in_agency text, of_case uuid, but uuid, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH meant AS MATERIALIZED (
            SELECT s.id, acts_for(s.id, of_case, but, addressees.at) AS acts FROM staff s
            WHERE s.id = ANY (whom) AND s.active AND s.zone = in_zone AND (s.agency = in_agency OR s.role = 'supervisor' OR in_agency = '') AND s.id IS DISTINCT FROM but),
        found AS (SELECT s.id, s.email, NOT is_away(s.id, addressees.at) AS there FROM staff s
            WHERE s.active AND s.zone = in_zone AND s.id IS DISTINCT FROM but AND (s.id IN (SELECT m.acts FROM meant m) OR s.id IN (SELECT m.id FROM meant m)
                OR s.role = ANY (roles) AND (s.agency = in_agency OR in_agency = '')
                    AND (NOT EXISTS (SELECT FROM meant) OR EXISTS (SELECT FROM meant m WHERE m.acts IS NULL))))
        SELECT f.id, f.email, f.there FROM found f
        WHERE f.there OR NOT EXISTS (SELECT FROM found o WHERE o.there) AND (f.id IN (SELECT m.id FROM meant m) OR NOT EXISTS (SELECT FROM meant));
END $$;

-- Whom a mail about a task goes to: who holds it, or all of a role. A seat is its member's
-- own, whom nobody stands in for; and what somebody held who left is nobody's until a supervisor
-- gives it to somebody.
CREATE OR REPLACE FUNCTION mailed(of_task uuid, mail_zone text, holder uuid, mail_role text, mail_agency text, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    t task;
BEGIN
    SELECT o.* INTO t FROM task o WHERE o.id = of_task;
    IF holder IS NOT NULL AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') THEN
        RETURN QUERY SELECT s.id, s.email, NOT is_away(s.id, mailed.at) FROM staff s
            WHERE s.id = holder AND s.active AND s.zone = mail_zone AND (s.agency = mail_agency OR s.role = 'supervisor' OR mail_agency = '');
    ELSIF holder IS NULL OR EXISTS (SELECT FROM staff s WHERE s.id = holder AND s.active AND s.zone = mail_zone) THEN
        RETURN QUERY SELECT a.* FROM addressees(CASE WHEN holder IS NULL THEN '{}' ELSE ARRAY[holder] END, mail_zone,
            ARRAY[mail_role], mail_agency, t.case_id, NULL, mailed.at) a;
    END IF;
END $$;

-- Who is to confirm a mistake: a protected person's keepers; who followed the file; the social
-- workers of its agency; or, where it was passed on or none of these is there, the supervisors.
-- Never who said it.
CREATE FUNCTION confirmers(m mistake, supervisors boolean, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    f case_file;
BEGIN
    SELECT o.* INTO f FROM case_file o WHERE o.id = m.case_id;
    IF EXISTS (SELECT FROM protection p WHERE p.case_id = f.id) THEN
        RETURN QUERY SELECT k.id, k.email, NOT is_away(k.id, confirmers.at) FROM protection p CROSS JOIN LATERAL keepers_of(p.file) k
            WHERE p.case_id = f.id AND k.id <> m.by_staff AND k.role IN ('social_worker', 'supervisor');
        RETURN;
    END IF;
    IF NOT supervisors THEN
        RETURN QUERY SELECT a.* FROM addressees(ARRAY(SELECT l.staff FROM lead l JOIN staff s ON s.id = l.staff AND s.role = 'social_worker' WHERE l.case_id = f.id AND l.agency = f.agency
                AND (l.until IS NULL OR l.ended = 'over') ORDER BY l.since DESC LIMIT 1), f.zone, ARRAY['social_worker'], f.agency, f.id, m.by_staff, confirmers.at) a WHERE a.there;
        IF FOUND THEN RETURN; END IF;
    END IF;
    RETURN QUERY SELECT a.* FROM addressees('{}', f.zone, ARRAY['supervisor'], '', f.id, m.by_staff, confirmers.at) a;
END $$;

-- Writes a mail for each of them; false: there is nobody who would read it now.
CREATE FUNCTION tell_confirmers(m mistake, supervisors boolean, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (c.email) gen_random_uuid(), 'case/' || m.case_id, m.case_id, 'mistake_said', '/fascicoli/' || m.case_id, c.email, tell_confirmers.at, tell_confirmers.at
        FROM confirmers(m, supervisors, tell_confirmers.at) c ORDER BY c.email, c.id;
    RETURN EXISTS (SELECT FROM confirmers(m, supervisors, tell_confirmers.at) c WHERE c.there AND mail_returns(c.email, tell_confirmers.at) IS NULL);
END $$;

-- As the function of before, of the same name, with when the supervisors are told.
CREATE FUNCTION await_second(c uuid, command uuid, at timestamptz, until timestamptz, remind timestamptz, escalate timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
BEGIN
    INSERT INTO mistake (command_id, case_id, by_staff, at, until, remind_at, escalate_at)
        SELECT command, f.id, my('staff')::uuid, await_second.at, await_second.until, remind, escalate
        FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND sees_case(c) RETURNING * INTO STRICT m;
    IF NOT tell_confirmers(m, false, await_second.at) THEN
        INSERT INTO timeline (case_id, run_id, zone, at, code) SELECT f.id, 'case/' || f.id, f.zone, await_second.at, 'mistake_unreached' FROM case_file f WHERE f.id = c;
    END IF;
END $$;
CREATE OR REPLACE FUNCTION await_second(c uuid, command uuid, at timestamptz, until timestamptz, remind timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT await_second(c, command, await_second.at, await_second.until, remind, NULL)
$$;

-- The clock of mistakes: reminds those who are to confirm one, then tells the supervisors, and
-- ends it when its term is over, which who said it is told, or who stands in for them. It says
-- how many it came to.
CREATE OR REPLACE FUNCTION mistakes_fall_due(now timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
    f case_file;
    n int := 0;
    passes boolean;
    code text;
BEGIN
    FOR m IN SELECT * FROM mistake o WHERE o.ended_at IS NULL AND (o.until <= mistakes_fall_due.now OR o.remind_at <= mistakes_fall_due.now
            OR o.escalated_at IS NULL AND o.escalate_at <= mistakes_fall_due.now
            OR NOT EXISTS (SELECT FROM case_file q WHERE q.id = o.case_id AND q.closed_at <= o.at)) ORDER BY o.until LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        SELECT * INTO f FROM case_file o WHERE o.id = m.case_id;
        passes := m.escalated_at IS NULL AND m.escalate_at <= mistakes_fall_due.now;
        UPDATE mistake o SET remind_at = CASE WHEN o.remind_at > mistakes_fall_due.now THEN o.remind_at END, ended_at = CASE WHEN x.outcome <> '' THEN mistakes_fall_due.now END, outcome = x.outcome,
                escalated_at = CASE WHEN passes AND x.outcome = '' THEN mistakes_fall_due.now ELSE o.escalated_at END
            FROM (SELECT CASE WHEN f.closed_at IS NULL OR f.closed_at > m.at THEN 'open' WHEN m.until <= mistakes_fall_due.now THEN 'lapsed' ELSE '' END AS outcome) x
            WHERE o.command_id = m.command_id RETURNING o.outcome INTO m.outcome;
        CONTINUE WHEN m.outcome = 'open';
        IF m.outcome = 'lapsed' THEN
            code := 'mistake_lapsed';
            INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
                SELECT DISTINCT ON (a.email) gen_random_uuid(), 'case/' || f.id, f.id, 'mistake_lapsed', '/fascicoli/' || f.id, a.email, mistakes_fall_due.now, mistakes_fall_due.now
                FROM staff s, addressees(ARRAY[s.id], f.zone, ARRAY[s.role], s.agency, f.id, NULL, mistakes_fall_due.now) a WHERE s.id = m.by_staff ORDER BY a.email, a.id;
        ELSE
            code := CASE WHEN NOT tell_confirmers(m, passes, mistakes_fall_due.now) THEN 'mistake_unreached' WHEN passes THEN 'mistake_escalated' ELSE 'mistake_reminded' END;
        END IF;
        INSERT INTO timeline (case_id, run_id, zone, at, code) VALUES (f.id, 'case/' || f.id, f.zone, mistakes_fall_due.now, code);
    END LOOP;
    RETURN n;
END $$;

-- The mistakes that the caller may confirm, and those of their own that have lapsed and of
-- which they have not said that they know.
CREATE FUNCTION mistakes_told() RETURNS TABLE (id uuid, case_id uuid, number text, person text, at timestamptz, until timestamptz, said_by text, why text, merge boolean, lapsed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT h.id, h.case_id, h.number, trim(p.given_name || ' ' || p.family_name), h.at, h.until, h.said_by, h.why, h.merge, h.lapsed
    FROM mistakes_here() h JOIN person p ON p.case_id = h.case_id ORDER BY h.until, h.id
$$;

-- For whom a mistake waits that was said of a case which the caller sees, and when the
-- supervisors are told, or were. Away is for whom nobody stands in.
CREATE FUNCTION mistake_waits(c uuid) RETURNS TABLE (said uuid, names text[], roles text[], escalate_at timestamptz, escalated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.by_staff, array_agg(s.name ORDER BY s.name) FILTER (WHERE s.id IS NOT NULL), array_agg(DISTINCT s.role) FILTER (WHERE s.id IS NOT NULL), m.escalate_at, m.escalated_at
    FROM mistake m JOIN case_file f ON f.id = m.case_id LEFT JOIN LATERAL confirmers(m, m.escalated_at IS NOT NULL, my_now()) a ON a.there LEFT JOIN staff s ON s.id = a.id
    WHERE m.case_id = c AND m.ended_at IS NULL AND f.zone = my('zone') AND owner_sees_case(c)
    GROUP BY m.command_id ORDER BY m.at DESC LIMIT 1
$$;

-- The meetings that were planned of some équipes, and what became of them: the next form for
-- one that had not been yet moved it or called it off, and says why.
CREATE FUNCTION meetings_planned(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, called_off boolean, why text, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT d.id::text, d.run_id, m.at, d.data ->> 'how', coalesce(d.data ->> 'place', ''), d.data -> 'invited', coalesce(d.data ->> 'note', ''),
        d.created_at, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), ''), n.off IS FALSE, n.off IS TRUE, coalesce(n.why, ''),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'minutes' AND o.data ->> 'meeting' = d.id::text)
    FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.run_id = e.run_id AND d.kind = 'plan_meeting' AND d.data ->> 'called_off' IS DISTINCT FROM 'true',
        LATERAL (SELECT (d.data ->> 'at')::timestamptz AS at) m
        LEFT JOIN LATERAL (SELECT o.data ->> 'called_off' IS NOT DISTINCT FROM 'true' AS off, o.data ->> 'why' AS why FROM record o
            WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'plan_meeting' AND o.created_at < m.at AND (o.created_at, o.id) > (d.created_at, d.id)
            ORDER BY o.created_at, o.id LIMIT 1) n ON true
    WHERE e.run_id = ANY (runs) ORDER BY m.at DESC, d.created_at DESC
$$;
CREATE FUNCTION meetings_here(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, called_off boolean, why text, minuted boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.* FROM meetings_planned(ARRAY(SELECT e.run_id FROM equipe e WHERE e.run_id = ANY (runs) AND e.zone = my('zone') AND reads_equipe(e.run_id, e.case_id) <> '')) p
$$;
-- As before, for code that knows of no calling off.
CREATE OR REPLACE FUNCTION planned_meetings(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT p.id, p.run_id, p.at, p.how, p.place, p.invited, p.note, p.asked_at, p.by_name, p.moved OR p.called_off, p.minuted FROM meetings_planned(runs) p
$$;

-- Tells by mail who sits in some seats of an équipe, or is asked to, of a meeting that a form
-- of the caller's plans, moves or calls off. Who is away is passed over as always; of a protected person's
-- none is told but her keepers. It says for how many of the seats there is nobody to tell.
CREATE FUNCTION tell_seats(run text, form uuid, seats jsonb, mail_template text, at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    e equipe;
    s jsonb;
    unreached int := 0;
BEGIN
    SELECT o.* INTO STRICT e FROM equipe o WHERE o.run_id = run AND o.zone = my('zone') AND mail_template LIKE 'meeting\_%';
    FOR s IN SELECT jsonb_array_elements(seats) LOOP
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
            SELECT DISTINCT ON (a.email) gen_random_uuid(), e.run_id, e.case_id, mail_template, '/equipe/' || substr(e.run_id, 8), a.email, tell_seats.at, tell_seats.at, form
            FROM addressees(ARRAY(SELECT o.member FROM seat o WHERE o.run_id = e.run_id AND (o.role, o.agency) = (s ->> 'role', s ->> 'agency') AND o.member IS NOT NULL AND o.state IN ('confirmed', 'spoken')
                    UNION SELECT t.holder FROM task t WHERE t.run_id = e.run_id AND t.state = 'reserved' AND (t.role, t.agency) = (s ->> 'role', s ->> 'agency')),
                e.zone, ARRAY[s ->> 'role'], s ->> 'agency', e.case_id, NULL, tell_seats.at) a
            WHERE NOT EXISTS (SELECT FROM protection p WHERE p.case_id = e.case_id AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = a.id))
            ORDER BY a.email, a.id;
        IF NOT FOUND THEN unreached := unreached + 1; END IF;
    END LOOP;
    RETURN unreached;
END $$;

-- What a mail about a meeting says of it: when it is, or was to be, where, and who asks.
CREATE FUNCTION mail_meeting(mail_id uuid) RETURNS TABLE (meets timestamptz, how text, place text, by_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.at, p.how, p.place, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), '')
    FROM mail m JOIN record d ON d.id = m.record_id
        JOIN LATERAL (SELECT o.* FROM meetings_planned(ARRAY[d.run_id]) o WHERE o.asked_at <= d.created_at ORDER BY o.asked_at DESC LIMIT 1) p ON true
    WHERE m.id = mail_id
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION meetings_planned, meetings_here, tell_seats, mail_meeting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meetings_planned TO percorso_definer, percorso_worker;
GRANT EXECUTE ON FUNCTION meetings_here, tell_seats TO percorso_app;
GRANT EXECUTE ON FUNCTION mail_meeting TO percorso_worker;
DROP FUNCTION mail_of_mistake;
REVOKE EXECUTE ON FUNCTION addressees, confirmers, tell_confirmers, await_second(uuid, uuid, timestamptz, timestamptz, timestamptz, timestamptz), mistakes_told, mistake_waits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION addressees TO percorso_worker;
GRANT EXECUTE ON FUNCTION await_second(uuid, uuid, timestamptz, timestamptz, timestamptz, timestamptz), mistakes_told, mistake_waits TO percorso_app;

-- +goose Down
DROP FUNCTION mail_meeting, tell_seats, meetings_here, mistake_waits, mistakes_told, await_second(uuid, uuid, timestamptz, timestamptz, timestamptz, timestamptz);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION planned_meetings(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT d.id::text, d.run_id, m.at, d.data ->> 'how', coalesce(d.data ->> 'place', ''), d.data -> 'invited', coalesce(d.data ->> 'note', ''),
        d.created_at, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), ''),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'plan_meeting' AND o.created_at < m.at
            AND (o.created_at, o.id) > (d.created_at, d.id)),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'minutes' AND o.data ->> 'meeting' = d.id::text)
    FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.run_id = e.run_id AND d.kind = 'plan_meeting', LATERAL (SELECT (d.data ->> 'at')::timestamptz AS at) m
    WHERE e.run_id = ANY (runs) ORDER BY m.at DESC, d.created_at DESC
$$;
CREATE FUNCTION mail_of_mistake(m mistake, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (s.email) gen_random_uuid(), 'case/' || f.id, f.id, 'mistake_said', '/fascicoli/' || f.id, s.email, mail_of_mistake.at, mail_of_mistake.at
        FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND s.id <> m.by_staff
            AND s.role = CASE WHEN EXISTS (SELECT FROM staff o WHERE o.zone = f.zone AND o.active AND o.role = 'supervisor' AND o.id <> m.by_staff)
                THEN 'supervisor' ELSE 'social_worker' END
        WHERE f.id = m.case_id
        ORDER BY s.email, s.id
$$;
CREATE OR REPLACE FUNCTION await_second(c uuid, command uuid, at timestamptz, until timestamptz, remind timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
BEGIN
    INSERT INTO mistake (command_id, case_id, by_staff, at, until, remind_at) SELECT command, f.id, my('staff')::uuid, await_second.at, await_second.until, remind
        FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND sees_case(c) RETURNING * INTO STRICT m;
    PERFORM mail_of_mistake(m, await_second.at);
END $$;
CREATE OR REPLACE FUNCTION mistakes_fall_due(now timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
    f case_file;
    n int := 0;
BEGIN
    FOR m IN SELECT * FROM mistake o WHERE o.ended_at IS NULL AND (o.until <= mistakes_fall_due.now OR o.remind_at <= mistakes_fall_due.now
            OR NOT EXISTS (SELECT FROM case_file q WHERE q.id = o.case_id AND q.closed_at <= o.at)) ORDER BY o.until LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        SELECT * INTO f FROM case_file o WHERE o.id = m.case_id;
        UPDATE mistake o SET remind_at = NULL, ended_at = CASE WHEN x.outcome <> '' THEN mistakes_fall_due.now END, outcome = x.outcome
            FROM (SELECT CASE WHEN f.closed_at IS NULL OR f.closed_at > m.at THEN 'open' WHEN m.until <= mistakes_fall_due.now THEN 'lapsed' ELSE '' END AS outcome) x
            WHERE o.command_id = m.command_id RETURNING o.outcome INTO m.outcome;
        CONTINUE WHEN m.outcome = 'open';
        INSERT INTO timeline (case_id, run_id, zone, at, code) VALUES (f.id, 'case/' || f.id, f.zone, mistakes_fall_due.now,
            CASE m.outcome WHEN 'lapsed' THEN 'mistake_lapsed' ELSE 'mistake_reminded' END);
        IF m.outcome = '' THEN
            PERFORM mail_of_mistake(m, mistakes_fall_due.now);
        ELSE
            INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
                SELECT gen_random_uuid(), 'case/' || f.id, f.id, 'mistake_lapsed', '/fascicoli/' || f.id, s.email, mistakes_fall_due.now, mistakes_fall_due.now
                FROM staff s WHERE s.id = m.by_staff AND s.active AND s.zone = f.zone;
        END IF;
    END LOOP;
    RETURN n;
END $$;
CREATE OR REPLACE FUNCTION mailed(of_task uuid, mail_zone text, holder uuid, mail_role text, mail_agency text, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    by_name uuid; -- who works it meanwhile
    by_all boolean := holder IS NULL;
BEGIN
    IF NOT by_all THEN
        SELECT h.substitute, h.substitute IS NULL INTO by_name, by_all FROM holder_away(of_task, mailed.at) h
            WHERE NOT EXISTS (SELECT FROM task t WHERE t.id = of_task AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off'));
    END IF;
    RETURN QUERY WITH whom AS (
            SELECT s.id, s.email, NOT is_away(s.id, mailed.at) AS there FROM staff s
            WHERE s.active AND s.zone = mail_zone AND (s.id = holder AND (s.agency = mail_agency OR s.role = 'supervisor' OR mail_agency = '')
                OR s.id = by_name OR by_all AND s.role = mail_role AND (s.agency = mail_agency OR mail_agency = '')))
        SELECT w.id, w.email, w.there FROM whom w WHERE w.there OR NOT EXISTS (SELECT FROM whom o WHERE o.there) AND (holder IS NULL OR w.id = holder);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION mail_of_mistake FROM PUBLIC;
DROP FUNCTION meetings_planned, tell_confirmers, confirmers, addressees;
ALTER TABLE mail DROP record_id;
ALTER TABLE mistake DROP escalate_at, DROP escalated_at;
