-- +goose Up

-- The supervisor's board asks of no task and of no lead whether its reader may know of it: of
-- those of open cases of their zone they always may, but for a protected person's, which the
-- policy for all functions leaves out. With a hundred thousand cases that was most of what the
-- board cost. So it is with the days after which something is lost: of those whom somebody
-- watches who is there, nobody else is asked whether they do. Whom to call is found along the
-- hours to come, and the consults that a desk asks for among what is open.
--
-- The code of before works on this schema: it asks as it did.
SET LOCAL lock_timeout = '5s';
CREATE INDEX task_consult ON task (zone, ready_at, id) WHERE kind = 'social_consult' AND ended_at IS NULL;

-- +goose StatementBegin
-- How many open tasks each member of staff of the zone has, so far as is worth saying: along the
-- index of who holds what, which is left after as many.
CREATE FUNCTION loads_here(most int) RETURNS TABLE (staff text, tasks int) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.id::text, (SELECT count(*) FROM (SELECT FROM task t WHERE t.holder = s.id AND t.zone = s.zone AND t.ended_at IS NULL
            ORDER BY t.suspended, CASE WHEN t.suspended THEN t.ready_at ELSE t.escalate_at END, t.id LIMIT most) held)::int
        FROM staff s WHERE my('role') = 'supervisor' AND s.zone = my('zone') AND s.active;
END $$;

-- The open cases of the zone, opened between two times, that are nobody's: no agency has a lead
-- and no task is held. Of many the newest are looked at.
CREATE FUNCTION nobodys_here(first_time timestamptz, last_time timestamptz, looked int) RETURNS TABLE (case_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT n.id FROM (SELECT f.id FROM case_file f WHERE my('role') = 'supervisor' AND f.zone = my('zone') AND f.closed_at IS NULL
            AND f.opened_at BETWEEN first_time AND last_time ORDER BY f.opened_at DESC, f.id DESC LIMIT looked) n
        WHERE NOT EXISTS (SELECT FROM lead l WHERE l.case_id = n.id AND l.until IS NULL)
            AND NOT EXISTS (SELECT FROM task t WHERE t.case_id = n.id AND t.state = 'reserved');
END $$;

-- Whether the substitute for an absence of somebody is there and may stand in, but for a case
-- that is kept from them and what they proposed themselves.
CREATE FUNCTION stood_in(a absence, h staff) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM staff s WHERE s.id = a.substitute AND s.active AND (s.zone, s.agency, s.role) = (h.zone, h.agency, h.role)) AND NOT is_away(a.substitute, my_now());
END $$;

-- Which tasks the caller does for who is away, as on_behalf() says of one. Who acts is asked of no
-- task that the substitute does in any case; OFFSET 0 has it asked last.
CREATE FUNCTION behalf_here() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT x.id FROM (
            SELECT o.* FROM absence a JOIN staff h ON h.id = a.staff JOIN task o ON o.holder = a.staff AND o.ended_at IS NULL AND o.state = 'reserved' AND o.zone = my('zone')
            WHERE day_of(my_now()) BETWEEN a.first_day AND a.last_day AND o.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
                AND (a.substitute::text = my('staff') OR (o.agency, o.role) = (my('agency'), my('role'))
                    AND (same_identity(o.proposed_by, a.substitute) OR EXISTS (SELECT FROM protection p WHERE p.case_id = o.case_id) OR NOT stood_in(a, h)))
            OFFSET 0) x JOIN staff s ON s.id::text = my('staff') AND s.active AND s.zone = x.zone AND same_identity(s.id, x.proposed_by) IS NOT TRUE AND s.id <> x.holder
            CROSS JOIN LATERAL (SELECT acts_for(x.holder, x.case_id, x.proposed_by, my_now()) AS who) acts
        WHERE CASE WHEN acts.who IS NULL THEN (s.agency, s.role) = (x.agency, x.role) ELSE s.id = acts.who END;
END $$;

-- As before; of a day whose watcher, or who stands in for them, is there only they are asked, and
-- not all who might watch it.
CREATE OR REPLACE FUNCTION dates_watched_here(until date) RETURNS TABLE (id text, case_id text, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT (x.d).id::text, (x.d).case_id::text, told_kind((x.d).kind), (x.d).on_day FROM (
            SELECT d FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL AND f.zone = my('zone')
            WHERE d.ended_at IS NULL AND d.on_day <= until
                AND (d.watcher IN (SELECT acting_for())
                    OR (NOT EXISTS (SELECT FROM staff s WHERE s.id = d.watcher AND s.active AND s.agency = d.watch_agency AND s.zone = f.zone)
                            OR EXISTS (SELECT FROM absence a JOIN staff h ON h.id = a.staff
                            WHERE a.staff = d.watcher AND day_of(my_now()) BETWEEN a.first_day AND a.last_day AND (NOT stood_in(a, h) OR kept_only(d))))
                        AND ((d.watch_agency, d.watch_role) = (my('agency'), my('role')) OR my('role') = 'supervisor' OR kept_only(d)))
            OFFSET 0) x
        WHERE EXISTS (SELECT FROM watchers_of(x.d, my_now()) w WHERE w.id::text = my('staff'))
        ORDER BY (x.d).on_day, (x.d).id LIMIT 100;
END $$;

-- Which appointments the caller sees whose people are to be called, the nearest hour first. They
-- are found along the hours to come: a person is to be called not long before hers.
CREATE FUNCTION to_call_here(now timestamptz, most int) RETURNS TABLE (appointment uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT a.id FROM appointment a JOIN reminder r ON r.appointment_id = a.id AND r.state = 'call'
        WHERE a.zone = my('zone') AND a.at > to_call_here.now AND (a.agency = my('agency') OR owner_sees_case(a.case_id)) AND reminded_of(a.id, to_call_here.now)
        ORDER BY a.at, a.id LIMIT most;
END $$;

-- As before; the runs are looked up one by one: of a join Postgres may think that it has to read all.
CREATE OR REPLACE FUNCTION runs_beyond(known jsonb) RETURNS TABLE (run_id text, case_id uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.id, r.case_id, min(w.since) FROM (
        SELECT c.run_id, c.created_at AS since, CASE WHEN c.operation = 'new_course' THEN (c.answer ->> 'course')::int ELSE 0 END AS asks
            FROM command c WHERE c.state = 'accepted' AND c.deferred_at IS NULL AND c.created_at < (SELECT clock_timestamp() - interval '5 seconds')
        UNION ALL SELECT d.id, d.next_due, 0 FROM run d WHERE d.ended_at IS NULL AND d.next_due < (SELECT clock_timestamp() - interval '5 seconds')) w
    CROSS JOIN LATERAL (SELECT o.id, o.case_id FROM run o WHERE o.id = w.run_id AND o.ended_at IS NULL
        AND greatest(o.course, w.asks) > coalesce((known ->> o.kind)::int, 0) OFFSET 0) r
    GROUP BY r.id, r.case_id
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION loads_here, nobodys_here, to_call_here, stood_in, behalf_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION loads_here, nobodys_here, to_call_here, behalf_here TO percorso_app;

-- +goose Down

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION dates_watched_here(until date) RETURNS TABLE (id text, case_id text, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.id::text, d.case_id::text, told_kind(d.kind), d.on_day FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL AND f.zone = my('zone')
        WHERE d.ended_at IS NULL AND d.on_day <= until
            AND (d.watcher IN (SELECT acting_for()) OR (d.watch_agency, d.watch_role) = (my('agency'), my('role')) OR my('role') = 'supervisor' OR kept_only(d))
            AND EXISTS (SELECT FROM watchers_of(d, my_now()) w WHERE w.id::text = my('staff'))
        ORDER BY d.on_day, d.id LIMIT 100;
END $$;
CREATE OR REPLACE FUNCTION runs_beyond(known jsonb) RETURNS TABLE (run_id text, case_id uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.id, r.case_id, min(w.since) FROM (
        SELECT c.run_id, c.created_at AS since, CASE WHEN c.operation = 'new_course' THEN (c.answer ->> 'course')::int ELSE 0 END AS asks
            FROM command c WHERE c.state = 'accepted' AND c.deferred_at IS NULL AND c.created_at < (SELECT clock_timestamp() - interval '5 seconds')
        UNION ALL SELECT d.id, d.next_due, 0 FROM run d WHERE d.ended_at IS NULL AND d.next_due < (SELECT clock_timestamp() - interval '5 seconds')) w
    JOIN run r ON r.id = w.run_id AND r.ended_at IS NULL AND greatest(r.course, w.asks) > coalesce((known ->> r.kind)::int, 0)
    GROUP BY r.id, r.case_id
$$;
-- +goose StatementEnd
DROP FUNCTION loads_here, nobodys_here, to_call_here, behalf_here, stood_in;
DROP INDEX task_consult;
