-- +goose Up

-- When somebody must be told again of a permit whose renewal was not asked for, while
-- the task to see to it is open: on its last day, and on the day of the last alarm.
--
-- The code of before works on this schema: it never sets it.

ALTER TABLE task ADD COLUMN alarm_at timestamptz;

-- +goose StatementBegin
-- As before, with the time from which on a task can be done.
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz,
    tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz,
    deferred timestamptz, critical date, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT f.id::text, f.zone, f.suspended_at, f.suspended_until,
        (SELECT jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from, 'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended,
                'candidates', (SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role),
                'answered', answer_on_its_way(t.id),
                -- Of a question to a partner, what the zone knows of it.
                'partner', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN (
                    SELECT a FROM referral r JOIN zone_policy z ON z.zone = f.zone AND z.current, jsonb_array_elements(z.policy -> 'agencies') a
                    WHERE r.id = t.referral_id AND a ->> 'code' = r.to_agency LIMIT 1) END,
                'not_reached', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN undelivered(t.id) END) ORDER BY t.ready_at, t.id)
            FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved')),
        (SELECT jsonb_agg(jsonb_build_object('code', w.code, 'set', w.set_at, 'due', w.due_at) ORDER BY w.due_at, w.code)
            FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL),
        (SELECT min(c.created_at) FROM command c WHERE c.case_id = f.id AND c.state = 'accepted'),
        (SELECT min(r.next_due) FROM run r WHERE r.case_id = f.id AND r.ended_at IS NULL),
        coalesce(t.cause, ''), t.since, (SELECT m.at FROM machine_report m WHERE t.cause IS NOT NULL),
        (SELECT min(c.deferred_at) FROM command c WHERE c.case_id = f.id AND c.zone = f.zone AND c.state = 'accepted' AND c.deferred_at IS NOT NULL),
        -- The last day of a permit for as long as nobody has seen to it.
        (SELECT p.permit_expiry FROM person p WHERE p.case_id = f.id AND p.permit <> 'requested' AND (
            EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved') AND t.kind = 'permit_renewal')
            OR EXISTS (SELECT FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL AND w.code = 'permit_warning'))),
        (SELECT l.at FROM timeline l WHERE l.case_id = f.id ORDER BY l.id DESC LIMIT 1)
    FROM case_file f LEFT JOIN LATERAL (SELECT t.cause, t.since FROM run_trouble t WHERE t.case_id = f.id ORDER BY t.cause, t.since LIMIT 1) t ON true
    WHERE f.id = ANY (cases) AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz,
    tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz,
    deferred timestamptz, critical date, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT f.id::text, f.zone, f.suspended_at, f.suspended_until,
        (SELECT jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended,
                'candidates', (SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role),
                'answered', answer_on_its_way(t.id),
                -- Of a question to a partner, what the zone knows of it.
                'partner', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN (
                    SELECT a FROM referral r JOIN zone_policy z ON z.zone = f.zone AND z.current, jsonb_array_elements(z.policy -> 'agencies') a
                    WHERE r.id = t.referral_id AND a ->> 'code' = r.to_agency LIMIT 1) END,
                'not_reached', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN undelivered(t.id) END) ORDER BY t.ready_at, t.id)
            FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved')),
        (SELECT jsonb_agg(jsonb_build_object('code', w.code, 'set', w.set_at, 'due', w.due_at) ORDER BY w.due_at, w.code)
            FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL),
        (SELECT min(c.created_at) FROM command c WHERE c.case_id = f.id AND c.state = 'accepted'),
        (SELECT min(r.next_due) FROM run r WHERE r.case_id = f.id AND r.ended_at IS NULL),
        coalesce(t.cause, ''), t.since, (SELECT m.at FROM machine_report m WHERE t.cause IS NOT NULL),
        (SELECT min(c.deferred_at) FROM command c WHERE c.case_id = f.id AND c.zone = f.zone AND c.state = 'accepted' AND c.deferred_at IS NOT NULL),
        -- The last day of a permit for as long as nobody has seen to it.
        (SELECT p.permit_expiry FROM person p WHERE p.case_id = f.id AND p.permit <> 'requested' AND (
            EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved') AND t.kind = 'permit_renewal')
            OR EXISTS (SELECT FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL AND w.code = 'permit_warning'))),
        (SELECT l.at FROM timeline l WHERE l.case_id = f.id ORDER BY l.id DESC LIMIT 1)
    FROM case_file f LEFT JOIN LATERAL (SELECT t.cause, t.since FROM run_trouble t WHERE t.case_id = f.id ORDER BY t.cause, t.since LIMIT 1) t ON true
    WHERE f.id = ANY (cases) AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
END $$;
-- +goose StatementEnd
ALTER TABLE task DROP COLUMN alarm_at;
