-- +goose Up

-- Whether a person holds another seat of the équipe that a task belongs to. Of two
-- who ask this of one équipe at once the second waits for what the first one does.
--
-- The code of before works on this schema.
-- +goose StatementBegin
CREATE FUNCTION sits_elsewhere(task uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    own task;
BEGIN
    SELECT * INTO own FROM task t WHERE t.id = sits_elsewhere.task;
    PERFORM pg_advisory_xact_lock(hashtextextended('seats of ' || own.run_id, 0));
    RETURN EXISTS (SELECT FROM seat s WHERE s.run_id = own.run_id AND s.member = person AND s.state IN ('confirmed', 'spoken')
            AND (s.role, s.agency) <> (own.role, own.agency))
        OR EXISTS (SELECT FROM task t WHERE t.run_id = own.run_id AND t.holder = person AND t.state = 'reserved'
            AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (t.role, t.agency) <> (own.role, own.agency));
END $$;

-- As before, with whether who holds a task is at work there, and what its zone's
-- supervisor can do for it.
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
                'answered', answer_on_its_way(t.id), 'referral', t.referral_id IS NOT NULL,
                'holder_gone', t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
                    AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')),
                'supervisor', (SELECT s.agency FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor' ORDER BY s.id LIMIT 1),
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

-- Marks the cases of those who leave, or go to work elsewhere, with a task in their
-- hands; and all of a zone that gets its first supervisor, or loses its last.
CREATE FUNCTION mark_holders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = NEW.id AND t.ended_at IS NULL)
        OR 'supervisor' IN (OLD.role, NEW.role) AND h.zone IN (OLD.zone, NEW.zone) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch'
        AND (h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = NEW.id AND t.ended_at IS NULL)
            OR 'supervisor' IN (OLD.role, NEW.role) AND h.zone IN (OLD.zone, NEW.zone));
    RETURN NULL;
END $$;
CREATE TRIGGER mark_holders AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.role) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.role)) EXECUTE FUNCTION mark_holders();
CREATE TRIGGER mark_supervised AFTER INSERT ON staff FOR EACH ROW WHEN (NEW.active AND NEW.role = 'supervisor') EXECUTE FUNCTION mark_holders();
-- +goose StatementEnd
-- What is kept says nothing of this yet.
UPDATE case_health SET changes_at = 'epoch';
REVOKE EXECUTE ON FUNCTION sits_elsewhere, mark_holders FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sits_elsewhere TO percorso_app, percorso_worker;

-- +goose Down
DROP TRIGGER mark_supervised ON staff;
DROP TRIGGER mark_holders ON staff;
DROP FUNCTION sits_elsewhere, mark_holders;
-- +goose StatementBegin
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
