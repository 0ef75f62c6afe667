-- +goose Up

-- How a case stands knows the hour of an appointment that nobody has confirmed: from then on
-- it is asked whether the person came.
--
-- The code of before works on this schema: it does not look at the hour.
-- +goose StatementBegin
-- As before, with the hour that a task to confirm an appointment is about.
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
    question record;
    links record;
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
                k.escalated, k.suspended, k.holder, k.proposed_by, k.referral_id, k.run_id
            FROM task k WHERE k.case_id = one AND k.state IN ('ready', 'reserved') ORDER BY k.ready_at, k.id LOOP
            renewal := renewal OR t.kind = 'permit_renewal';
            SELECT count(*) FILTER (WHERE s.id IS DISTINCT FROM t.proposed_by), coalesce(bool_or(s.id = t.proposed_by), false) INTO candidates, proposer_could
            FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role;
            SELECT s.id, s.agency INTO supervisor FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
                AND s.id IS DISTINCT FROM t.proposed_by ORDER BY s.id LIMIT 1;
            facts := jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from,
                'expected', CASE WHEN t.kind = 'confirm_appointment' THEN (SELECT max(a.at) FROM appointment a WHERE a.run_id = t.run_id AND a.state = 'booked' AND a.at > t.ready_at) END,
                'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
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
                SELECT r.to_agency, r.state INTO question FROM referral r WHERE r.id = t.referral_id;
                facts := facts || jsonb_build_object(
                    'partner', (SELECT g FROM zone_policy z, jsonb_array_elements(z.agencies) g
                        WHERE z.zone = health_facts.zone AND z.current AND g ->> 'code' = question.to_agency LIMIT 1),
                    'acknowledged', t.kind = 'referral_answer' AND coalesce(question.state <> 'requested', false));
                SELECT count(*) AS sent, max(l.expires_at) FILTER (WHERE l.used_at IS NULL) AS until INTO links FROM link l WHERE l.task_id = t.id;
                IF links.sent > 0 THEN
                    facts := facts || jsonb_build_object('link_until', links.until, 'not_reached', undelivered(t.id));
                END IF;
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
        critical := NULL;
        IF renewal OR warning THEN
            critical := (SELECT p.permit_expiry FROM person p WHERE p.case_id = one AND p.permit <> 'requested');
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- As before; nothing is locked and changed where no share's reason has ended or stands again.
CREATE OR REPLACE FUNCTION settle_shares(c uuid, at timestamptz, later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM share s WHERE s.case_id = c AND share_end(s) <> s.end_reason) THEN RETURN; END IF;
    UPDATE share SET end_reason = e.reason, ended_at = CASE WHEN e.reason <> '' THEN settle_shares.at END,
        seen_until = CASE e.reason WHEN '' THEN NULL WHEN 'completed' THEN later ELSE settle_shares.at END
    FROM (SELECT s.id, share_end(s) AS reason FROM share s WHERE s.case_id = c AND share_end(s) <> s.end_reason ORDER BY s.id FOR NO KEY UPDATE) e
    -- What is out of sight comes back only if it stands again.
    WHERE share.id = e.id AND e.reason <> share.end_reason AND ('' IN (e.reason, share.end_reason) OR share.end_reason = 'completed');
END $$;

-- As before; whose answer it would be is asked only where one is on its way.
CREATE OR REPLACE FUNCTION begin_answer(operation text, target text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    answered uuid[];
    about text[] := '{}';
    one record;
BEGIN
    IF begin_answer.operation = 'complete' THEN
        answered := ARRAY [begin_answer.target::uuid];
    ELSIF begin_answer.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect', 'supply', 'withdraw') THEN
        answered := ARRAY (SELECT t.id FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
            WHERE r.id = begin_answer.target::uuid AND t.ended_at IS NULL
                AND (begin_answer.operation = 'withdraw'
                    OR t.kind = CASE begin_answer.operation WHEN 'supply' THEN 'supply_information' ELSE 'referral_answer' END));
    END IF;
    FOR one IN SELECT t.id, t.referral_id FROM task t WHERE t.id = ANY (answered) ORDER BY t.id FOR UPDATE LOOP
        about := about || one.id::text || one.referral_id::text;
    END LOOP;
    IF NOT EXISTS (SELECT FROM command c WHERE c.state = 'accepted' AND c.target = ANY (about)) THEN RETURN false; END IF;
    RETURN EXISTS (SELECT FROM task t WHERE t.id = ANY (answered) AND answer_on_its_way(t.id));
END $$;
-- +goose StatementEnd

-- +goose Down
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
    question record;
    links record;
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
                SELECT r.to_agency, r.state INTO question FROM referral r WHERE r.id = t.referral_id;
                facts := facts || jsonb_build_object(
                    'partner', (SELECT g FROM zone_policy z, jsonb_array_elements(z.agencies) g
                        WHERE z.zone = health_facts.zone AND z.current AND g ->> 'code' = question.to_agency LIMIT 1),
                    'acknowledged', t.kind = 'referral_answer' AND coalesce(question.state <> 'requested', false));
                SELECT count(*) AS sent, max(l.expires_at) FILTER (WHERE l.used_at IS NULL) AS until INTO links FROM link l WHERE l.task_id = t.id;
                IF links.sent > 0 THEN
                    facts := facts || jsonb_build_object('link_until', links.until, 'not_reached', undelivered(t.id));
                END IF;
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
        critical := NULL;
        IF renewal OR warning THEN
            critical := (SELECT p.permit_expiry FROM person p WHERE p.case_id = one AND p.permit <> 'requested');
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- As before; nothing is locked and changed where no share's reason has ended or stands again.
CREATE OR REPLACE FUNCTION settle_shares(c uuid, at timestamptz, later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM share s WHERE s.case_id = c AND share_end(s) <> s.end_reason) THEN RETURN; END IF;
    UPDATE share SET end_reason = e.reason, ended_at = CASE WHEN e.reason <> '' THEN settle_shares.at END,
        seen_until = CASE e.reason WHEN '' THEN NULL WHEN 'completed' THEN later ELSE settle_shares.at END
    FROM (SELECT s.id, share_end(s) AS reason FROM share s WHERE s.case_id = c AND share_end(s) <> s.end_reason ORDER BY s.id FOR NO KEY UPDATE) e
    -- What is out of sight comes back only if it stands again.
    WHERE share.id = e.id AND e.reason <> share.end_reason AND ('' IN (e.reason, share.end_reason) OR share.end_reason = 'completed');
END $$;

-- As before; whose answer it would be is asked only where one is on its way.
CREATE OR REPLACE FUNCTION begin_answer(operation text, target text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    answered uuid[];
    about text[] := '{}';
    one record;
BEGIN
    IF begin_answer.operation = 'complete' THEN
        answered := ARRAY [begin_answer.target::uuid];
    ELSIF begin_answer.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect', 'supply', 'withdraw') THEN
        answered := ARRAY (SELECT t.id FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
            WHERE r.id = begin_answer.target::uuid AND t.ended_at IS NULL
                AND (begin_answer.operation = 'withdraw'
                    OR t.kind = CASE begin_answer.operation WHEN 'supply' THEN 'supply_information' ELSE 'referral_answer' END));
    END IF;
    FOR one IN SELECT t.id, t.referral_id FROM task t WHERE t.id = ANY (answered) ORDER BY t.id FOR UPDATE LOOP
        about := about || one.id::text || one.referral_id::text;
    END LOOP;
    IF NOT EXISTS (SELECT FROM command c WHERE c.state = 'accepted' AND c.target = ANY (about)) THEN RETURN false; END IF;
    RETURN EXISTS (SELECT FROM task t WHERE t.id = ANY (answered) AND answer_on_its_way(t.id));
END $$;
-- +goose StatementEnd
