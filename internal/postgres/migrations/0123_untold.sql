-- +goose Up

-- A term that is over is told to whoever can do something about it, and where there was nobody
-- whom that reached, the task keeps that they have yet to hear of it: the first supervisor who
-- is there, be it a new one, one who is back or one whose address works again, is told then; of
-- a protected person, her keepers.
--
-- Say that the only supervisor of Prato leaves in March and the next one comes in May. Of a task
-- that is late since April nobody was told; in May the new one gets a mail, and until then the
-- case says that nobody was told.
--
-- The code of before works on this schema: it keeps nothing of this, and its sentence says what it
-- said. What its workers find late after this migration, where nobody is reached, is not told later
-- either. And where a worker of it is given the mail of several tasks (`escalations`) it knows no
-- text for it, and the mail fails. The list of stuck cases shows these tasks all the same.
SET LOCAL lock_timeout = '5s';
ALTER TABLE task ADD untold_since timestamptz; -- since when nobody could be told that its term is over; NULL: somebody was, or it is not
CREATE INDEX task_untold ON task (zone, untold_since) WHERE untold_since IS NOT NULL AND ended_at IS NULL; -- before the rows change: their deferred triggers would forbid it
UPDATE task t SET untold_since = (SELECT max(l.at) FROM timeline l WHERE l.case_id = t.case_id AND l.run_id = t.run_id AND l.code = 'escalation_unsent' AND l.detail = t.kind AND l.at >= t.escalate_at)
    WHERE t.escalated AND t.ended_at IS NULL
        AND NOT EXISTS (SELECT FROM timeline l WHERE l.case_id = t.case_id AND l.run_id = t.run_id AND l.code = 'escalated' AND l.detail = t.kind AND l.at >= t.escalate_at); -- or it is a permit's alarm

-- +goose StatementBegin
-- The open tasks of some cases whose term is over, of which nobody was told.
CREATE FUNCTION untold_tasks(cases uuid[]) RETURNS TABLE (task_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.id::text FROM task t JOIN case_file f ON f.id = t.case_id
        WHERE t.case_id = ANY (cases) AND t.ended_at IS NULL AND t.escalated AND t.untold_since IS NOT NULL
            AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
END $$;

-- Tells whoever is there now of the tasks whose term is over and of which nobody was told, and
-- says of how many. Who comes to many of them gets one mail, but for protected persons, whose
-- keepers get one for each.
CREATE FUNCTION tell_untold(now timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_zone text;
    t task;
    told uuid[];
    reachable boolean; -- some supervisor is: where none is, only protected persons have anybody
    n int := 0;
BEGIN
    FOR of_zone IN SELECT DISTINCT o.zone FROM task o WHERE o.untold_since IS NOT NULL AND o.ended_at IS NULL ORDER BY 1 LOOP
        told := '{}';
        reachable := EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = of_zone AND s.role = 'supervisor' AND NOT is_away(s.id, tell_untold.now) AND mail_returns(s.email, tell_untold.now) IS NULL);
        FOR t IN SELECT o.* FROM task o WHERE o.zone = of_zone AND o.untold_since IS NOT NULL AND o.ended_at IS NULL AND o.escalated AND NOT o.suspended
                AND (reachable OR EXISTS (SELECT FROM protection p WHERE p.case_id = o.case_id))
                AND EXISTS (SELECT FROM told_late(o, tell_untold.now)) ORDER BY o.untold_since, o.id LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
            told := told || t.id;
            UPDATE task o SET untold_since = NULL WHERE o.id = t.id;
            INSERT INTO timeline (case_id, run_id, zone, at, code, detail) SELECT t.case_id, t.run_id, f.zone, tell_untold.now, 'escalated', t.kind FROM case_file f WHERE f.id = t.case_id;
            PERFORM mark_health(t.case_id);
        END LOOP;
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            SELECT gen_random_uuid(), (array_agg(o.run_id ORDER BY o.id))[1], (array_agg(o.case_id ORDER BY o.id))[1], CASE count(*) WHEN 1 THEN 'escalation' ELSE 'escalations' END,
                CASE count(*) WHEN 1 THEN '/compiti/' || min(o.id::text) ELSE '/casi-bloccati' END, w.email, tell_untold.now, tell_untold.now
            FROM task o, told_late(o, tell_untold.now) w WHERE o.id = ANY (told)
            GROUP BY w.email, (SELECT o.id FROM protection p WHERE p.case_id = o.case_id);
        n := n + cardinality(told);
    END LOOP;
    RETURN n;
END $$;

-- The addresses at which somebody is reached who is told that a task's term is over.
CREATE FUNCTION told_late(t task, at timestamptz) RETURNS TABLE (email text) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT DISTINCT w.email FROM (
            SELECT k.email FROM protection p CROSS JOIN LATERAL keepers_of(p.file) k WHERE p.case_id = t.case_id AND NOT is_away(k.id, told_late.at)
            UNION ALL SELECT m.email FROM mailed(t.id, t.zone, NULL, 'supervisor', '', told_late.at) m
                WHERE m.there AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = t.case_id)) w
        WHERE mail_returns(w.email, told_late.at) IS NULL;
END $$;

-- As before; a partner of a protected person is sent no link, and nobody is told that it was.
CREATE OR REPLACE FUNCTION remind_by_link(task_id uuid, today date, now timestamptz, good_until timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    partner text;
    address text;
    l uuid := gen_random_uuid();
BEGIN
    SELECT * INTO t FROM task WHERE id = remind_by_link.task_id AND ended_at IS NULL AND zone = my('zone') FOR UPDATE;
    SELECT r.to_agency, a ->> 'email' INTO partner, address FROM referral r JOIN zone_policy z ON z.zone = t.zone AND z.current,
        jsonb_array_elements(z.policy -> 'agencies') a WHERE r.id = t.referral_id AND a ->> 'code' = r.to_agency;
    IF t.id IS NULL OR my('role') <> 'supervisor' OR coalesce(address, '') = '' OR NOT may_know(t.case_id, partner) THEN RETURN 'unreached'; END IF;
    IF t.link_sent_on = today AND undelivered(t.id) IS NULL THEN RETURN 'today'; END IF;
    UPDATE task SET link_sent_on = today WHERE id = t.id;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (l, t.case_id, t.run_id, t.zone, partner, t.referral_id, t.id, now, good_until);
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), t.run_id, t.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || l, address, now, now);
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (t.case_id, t.run_id, t.zone, now, 'link_sent', partner);
    RETURN 'sent';
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION untold_tasks, tell_untold, told_late FROM PUBLIC;
GRANT UPDATE (untold_since) ON task TO percorso_definer;
GRANT EXECUTE ON FUNCTION untold_tasks TO percorso_app, percorso_worker, percorso_watch;
GRANT EXECUTE ON FUNCTION tell_untold TO percorso_worker;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION remind_by_link(task_id uuid, today date, now timestamptz, good_until timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    partner text;
    address text;
    l uuid := gen_random_uuid();
BEGIN
    SELECT * INTO t FROM task WHERE id = remind_by_link.task_id AND ended_at IS NULL AND zone = my('zone') FOR UPDATE;
    SELECT r.to_agency, a ->> 'email' INTO partner, address FROM referral r JOIN zone_policy z ON z.zone = t.zone AND z.current,
        jsonb_array_elements(z.policy -> 'agencies') a WHERE r.id = t.referral_id AND a ->> 'code' = r.to_agency;
    IF t.id IS NULL OR my('role') <> 'supervisor' OR coalesce(address, '') = '' THEN RETURN 'unreached'; END IF;
    IF t.link_sent_on = today AND undelivered(t.id) IS NULL THEN RETURN 'today'; END IF;
    UPDATE task SET link_sent_on = today WHERE id = t.id;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (l, t.case_id, t.run_id, t.zone, partner, t.referral_id, t.id, now, good_until);
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), t.run_id, t.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || l, address, now, now);
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (t.case_id, t.run_id, t.zone, now, 'link_sent', partner);
    RETURN 'sent';
END $$;
-- +goose StatementEnd
DROP FUNCTION untold_tasks, tell_untold, told_late;
DROP INDEX task_untold;
ALTER TABLE task DROP COLUMN untold_since;
