-- +goose Up

-- As before, with what the sentence of a case has to know besides: who really holds a
-- task, whether its referral was acknowledged, until when its partner has a link, and
-- whether there is anybody whom the supervisor may give it to. It is asked bit by bit: what
-- a task may need is asked only of a task that needs it. As one statement it took longer
-- to set up at each step than to answer.
--
-- The code of before works on this schema.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz,
    tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz,
    deferred timestamptz, critical date, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
DECLARE
    one uuid;
    t record;
    facts jsonb;
    renewal boolean;
    warning boolean;
    candidates bigint;
    proposer_could boolean;
    supervisor record;
BEGIN
    FOREACH one IN ARRAY cases LOOP
        SELECT f.id::text, f.zone, f.suspended_at, f.suspended_until,
            -- Of all its runs, since what is open is an index that many cases share.
            (SELECT min(CASE WHEN r.ended_at IS NULL THEN r.next_due END) FROM run r WHERE r.case_id = f.id),
            (SELECT l.at FROM timeline l WHERE l.case_id = f.id ORDER BY l.id DESC LIMIT 1)
        INTO case_id, zone, suspended_at, suspended_until, next_due, last_at
        FROM case_file f WHERE f.id = one AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
        CONTINUE WHEN NOT FOUND;

        SELECT min(c.created_at), min(c.deferred_at) FILTER (WHERE c.zone = health_facts.zone) INTO unworked, deferred
        FROM command c WHERE c.case_id = one AND c.state = 'accepted';

        tasks := NULL;
        renewal := false;
        FOR t IN SELECT k.id, k.kind, k.state, k.role, k.agency, k.zone, k.ready_at, k.reserved_at, k.clock_from, k.reminded, k.remind_at, k.escalate_at,
                k.escalated, k.suspended, k.holder, k.proposed_by, k.referral_id
            FROM task k WHERE k.case_id = one AND k.state IN ('ready', 'reserved') ORDER BY k.ready_at, k.id LOOP
            renewal := renewal OR t.kind = 'permit_renewal';
            SELECT count(*) FILTER (WHERE s.id IS DISTINCT FROM t.proposed_by), coalesce(bool_or(s.id = t.proposed_by), false) INTO candidates, proposer_could
            FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role;
            SELECT s.id, s.agency INTO supervisor FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
                AND s.id IS DISTINCT FROM t.proposed_by ORDER BY s.id LIMIT 1;
            facts := jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from, 'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended, 'candidates', candidates, 'proposer_could', proposer_could,
                'proposer_holds', t.state = 'reserved' AND t.holder IS NOT DISTINCT FROM t.proposed_by,
                'answered', unworked IS NOT NULL AND answer_on_its_way(t.id), 'referral', t.referral_id IS NOT NULL,
                'holder_gone', t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
                    AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')),
                'supervisor', supervisor.agency,
                -- Whether its agency has anybody else whom the supervisor may give it to.
                'receivers', EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency
                    AND s.id IS DISTINCT FROM t.holder AND s.id IS DISTINCT FROM t.proposed_by AND s.id IS DISTINCT FROM supervisor.id
                    AND CASE WHEN t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off', 'closure_approval') THEN s.role = t.role ELSE s.role <> 'supervisor' END));
            IF t.state = 'reserved' THEN
                facts := facts || jsonb_build_object('held_by', (SELECT jsonb_build_object('role', h.role, 'agency', h.agency) FROM staff h WHERE h.id = t.holder));
            END IF;
            IF t.kind IN ('referral_answer', 'referral_outcome') THEN
                -- Of a question to a partner, what the zone knows of it.
                facts := facts || jsonb_build_object(
                    'partner', (SELECT g FROM referral r JOIN zone_policy z ON z.zone = health_facts.zone AND z.current, jsonb_array_elements(z.agencies) g
                        WHERE r.id = t.referral_id AND g ->> 'code' = r.to_agency LIMIT 1),
                    'acknowledged', t.kind = 'referral_answer' AND EXISTS (SELECT FROM referral r WHERE r.id = t.referral_id AND r.state <> 'requested'),
                    'link_until', (SELECT max(l.expires_at) FROM link l WHERE l.task_id = t.id AND l.used_at IS NULL),
                    'not_reached', CASE WHEN EXISTS (SELECT FROM link l WHERE l.task_id = t.id) THEN undelivered(t.id) END);
            ELSE
                facts := facts || jsonb_build_object('partner', NULL, 'not_reached', NULL);
            END IF;
            tasks := coalesce(tasks, '[]') || facts;
        END LOOP;

        SELECT coalesce(bool_or(w.code = 'permit_warning'), false), jsonb_agg(jsonb_build_object('code', w.code, 'set', w.set_at, 'due', w.due_at) ORDER BY w.due_at, w.code)
        INTO warning, waits FROM wait w WHERE w.case_id = one AND w.due_at IS NOT NULL;

        SELECT r.cause, r.since INTO trouble, trouble_since FROM run_trouble r WHERE r.case_id = one ORDER BY r.cause, r.since LIMIT 1;
        IF trouble IS NULL THEN
            trouble := '';
            reported := NULL;
        ELSE
            reported := (SELECT m.at FROM machine_report m);
        END IF;
        -- The last day of a permit for as long as nobody has seen to it.
        critical := CASE WHEN renewal OR warning THEN (SELECT p.permit_expiry FROM person p WHERE p.case_id = one AND p.permit <> 'requested') END;
        RETURN NEXT;
    END LOOP;
END $$;
-- +goose StatementEnd

-- As before, with the cases of a whole agency where it gets its first or second member
-- of staff, or loses them: it matters whether a task may be given to somebody else there.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mark_pool(pool_zone text, pool_agency text, pool_role text, more int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    after int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role = pool_role);
    colleagues int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role <> 'supervisor');
    of_all boolean := pool_role <> 'supervisor' AND least(colleagues, 2) <> least(colleagues - more, 2);
BEGIN
    IF least(after, 2) = least(after - more, 2) AND NOT of_all THEN RETURN; END IF;
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.zone = pool_zone AND t.agency = pool_agency
        AND (t.role = pool_role OR of_all) AND t.ended_at IS NULL) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id IN (SELECT t.case_id FROM task t
        WHERE t.zone = pool_zone AND t.agency = pool_agency AND (t.role = pool_role OR of_all) AND t.ended_at IS NULL);
END $$;
-- +goose StatementEnd
-- What is kept of these says something else. Of others it is computed anew within hours.
UPDATE case_health SET changes_at = 'epoch' WHERE case_id IN (SELECT t.case_id FROM task t LEFT JOIN staff h ON h.id = t.holder WHERE t.ended_at IS NULL
    AND (t.kind IN ('referral_answer', 'referral_outcome') OR (h.role, h.agency) <> (t.role, t.agency)));

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz,
    tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz,
    deferred timestamptz, critical date, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT f.id::text, f.zone, f.suspended_at, f.suspended_until, a.tasks, b.waits, e.unworked,
        -- Of all its runs, since what is open is an index that many cases share.
        (SELECT min(CASE WHEN r.ended_at IS NULL THEN r.next_due END) FROM run r WHERE r.case_id = f.id),
        coalesce(d.cause, ''), d.since, (SELECT m.at FROM machine_report m WHERE d.cause IS NOT NULL), e.deferred,
        -- The last day of a permit for as long as nobody has seen to it.
        (SELECT p.permit_expiry FROM person p WHERE p.case_id = f.id AND p.permit <> 'requested' AND (a.renewal OR b.warning)),
        (SELECT l.at FROM timeline l WHERE l.case_id = f.id ORDER BY l.id DESC LIMIT 1)
    FROM case_file f
    CROSS JOIN LATERAL (SELECT min(c.created_at) AS unworked, min(c.deferred_at) FILTER (WHERE c.zone = f.zone) AS deferred
        FROM command c WHERE c.case_id = f.id AND c.state = 'accepted') e
    CROSS JOIN LATERAL (SELECT bool_or(t.kind = 'permit_renewal') AS renewal,
            jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from, 'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended,
                'candidates', (SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role
                    AND s.id IS DISTINCT FROM t.proposed_by),
                'proposer_could', t.proposed_by IS NOT NULL AND EXISTS (SELECT FROM staff s WHERE s.id = t.proposed_by AND s.active AND s.zone = t.zone
                    AND (s.agency, s.role) = (t.agency, t.role)), 'proposer_holds', t.state = 'reserved' AND t.holder IS NOT DISTINCT FROM t.proposed_by,
                'answered', e.unworked IS NOT NULL AND answer_on_its_way(t.id), 'referral', t.referral_id IS NOT NULL,
                'holder_gone', t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
                    AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')),
                'supervisor', (SELECT s.agency FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
                    AND s.id IS DISTINCT FROM t.proposed_by ORDER BY s.id LIMIT 1),
                -- Of a question to a partner, what the zone knows of it.
                'partner', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN (
                    SELECT g FROM referral r JOIN zone_policy z ON z.zone = f.zone AND z.current, jsonb_array_elements(z.agencies) g
                    WHERE r.id = t.referral_id AND g ->> 'code' = r.to_agency LIMIT 1) END,
                'not_reached', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') AND EXISTS (SELECT FROM link k WHERE k.task_id = t.id)
                    THEN undelivered(t.id) END) ORDER BY t.ready_at, t.id) AS tasks
        FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved')) a
    CROSS JOIN LATERAL (SELECT bool_or(w.code = 'permit_warning') AS warning,
            jsonb_agg(jsonb_build_object('code', w.code, 'set', w.set_at, 'due', w.due_at) ORDER BY w.due_at, w.code) AS waits
        FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL) b
    LEFT JOIN LATERAL (SELECT t.cause, t.since FROM run_trouble t WHERE t.case_id = f.id ORDER BY t.cause, t.since LIMIT 1) d ON true
    WHERE f.id = ANY (cases) AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mark_pool(pool_zone text, pool_agency text, pool_role text, more int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    after int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role = pool_role);
BEGIN
    IF least(after, 2) = least(after - more, 2) THEN RETURN; END IF;
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.zone = pool_zone AND t.agency = pool_agency
        AND t.role = pool_role AND t.ended_at IS NULL) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id IN (SELECT t.case_id FROM task t
        WHERE t.zone = pool_zone AND t.agency = pool_agency AND t.role = pool_role AND t.ended_at IS NULL);
END $$;
-- +goose StatementEnd
