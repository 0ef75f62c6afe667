-- +goose Up

-- Who has two accounts is one person: what asks for two people asks by `identity`, which the
-- list of staff names, and no longer by account. An account without one is its own person.
-- What is somebody's own (what they hold, follow, write) stays by account.
--
-- The code of before works on this schema: it names nobody's identity, and its rules ask by
-- account where they do so outside of these functions.
SET LOCAL lock_timeout = '3s';
ALTER TABLE staff ADD identity text CHECK (identity <> '');
CREATE INDEX staff_identity ON staff (identity) WHERE identity IS NOT NULL;
ALTER TABLE run ADD asked_by uuid; -- who began it; NULL: a machine, or nobody knows

-- +goose StatementBegin
-- Whether two accounts are one person's; NULL where one of them is nobody's.
CREATE FUNCTION same_identity(one uuid, other uuid) RETURNS boolean
LANGUAGE sql STABLE STRICT AS $$
    SELECT one = other OR EXISTS (SELECT FROM staff a JOIN staff b ON b.identity = a.identity WHERE a.id = one AND b.id = other)
$$;

-- Whose an account is: the same of two accounts where they are one person's.
CREATE FUNCTION identity_of(account uuid) RETURNS text
LANGUAGE sql STABLE STRICT AS $$
    SELECT coalesce('identity/' || s.identity, s.id::text) FROM staff s WHERE s.id = account
$$;

-- Who asked the addressee of a branch, or another zone, for an answer: who began the branch, and
-- whoever passed its question on. Of them alone who are known to have other accounts.
CREATE FUNCTION askers(run text) RETURNS SETOF staff
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT s.* FROM run r JOIN staff s ON s.identity IS NOT NULL AND (s.id = r.asked_by OR s.id IN (SELECT l.by_staff FROM timeline l
        WHERE l.case_id = r.case_id AND l.run_id = r.id AND l.code = 'referral_requested')) WHERE r.id = askers.run
$$;

-- Whether an account would answer what its person has asked with an account of another agency.
CREATE FUNCTION answers_oneself(run text, account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM staff s JOIN askers(run) a ON a.identity = s.identity AND (a.zone, a.agency) <> (s.zone, s.agency) WHERE s.id = account)
$$;

-- As the ones of before, by identity. Who has said something with another account is told to
-- the caller as the caller.
CREATE OR REPLACE FUNCTION absent_pools(cases uuid[]) RETURNS TABLE (case_id text, task_id text, supervisors boolean, member text, away_from timestamptz, away_until timestamptz, last_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM absence) THEN RETURN; END IF;
    RETURN QUERY WITH pool AS (SELECT t.case_id, t.id AS task, p.supervisors, s.id FROM task t JOIN case_file f ON f.id = t.case_id
            CROSS JOIN (VALUES (false), (true)) AS p (supervisors)
            JOIN staff s ON s.active AND s.zone = t.zone AND same_identity(s.id, t.proposed_by) IS NOT TRUE
                AND CASE WHEN p.supervisors THEN s.role = 'supervisor' ELSE t.state = 'ready' AND (s.agency, s.role) = (t.agency, t.role) END
            WHERE t.case_id = ANY (cases) AND t.state IN ('ready', 'reserved') AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
                AND NOT EXISTS (SELECT FROM protection x WHERE x.case_id = t.case_id))
        SELECT p.case_id::text, p.task::text, p.supervisors, p.id::text, day_begins(a.first_day), day_begins(a.last_day + 1), a.last_day
        FROM pool p JOIN absence a ON a.staff = p.id
        WHERE NOT EXISTS (SELECT FROM pool o WHERE o.task = p.task AND o.supervisors = p.supervisors AND NOT EXISTS (SELECT FROM absence b WHERE b.staff = o.id))
        ORDER BY p.task, p.supervisors, p.id, a.first_day;
END $$;
CREATE OR REPLACE FUNCTION absent_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, away_from timestamptz, away_until timestamptz, last_day date, substitute text, gaps jsonb, colleagues bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM absence) THEN RETURN; END IF;
    RETURN QUERY SELECT t.case_id::text, t.id::text, day_begins(a.first_day), day_begins(a.last_day + 1), a.last_day, coalesce(s.name, ''),
        (SELECT jsonb_agg(jsonb_build_object('from', day_begins(o.first_day), 'until', day_begins(o.last_day + 1))) FROM absence o WHERE o.staff = s.id),
        (SELECT count(*) FROM staff c WHERE c.active AND (c.zone, c.agency, c.role) = (t.zone, t.agency, t.role) AND c.id <> t.holder AND same_identity(c.id, t.proposed_by) IS NOT TRUE
            AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = c.id)))
    FROM task t JOIN absence a ON a.staff = t.holder JOIN case_file f ON f.id = t.case_id
        LEFT JOIN staff s ON s.id = substitute_in(a, t.case_id, t.proposed_by)
    WHERE t.case_id = ANY (cases) AND t.state = 'reserved' AND t.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
    ORDER BY t.id, a.first_day;
END $$;
CREATE OR REPLACE FUNCTION addressees(whom uuid[], in_zone text, roles text[], in_agency text, of_case uuid, but uuid, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH meant AS MATERIALIZED (
            SELECT s.id, acts_for(s.id, of_case, but, addressees.at) AS acts FROM staff s
            WHERE s.id = ANY (whom) AND s.active AND s.zone = in_zone AND (s.agency = in_agency OR s.role = 'supervisor' OR in_agency = '') AND same_identity(s.id, but) IS NOT TRUE),
        found AS (SELECT s.id, s.email, NOT is_away(s.id, addressees.at) AS there FROM staff s
            WHERE s.active AND s.zone = in_zone AND same_identity(s.id, but) IS NOT TRUE AND (s.id IN (SELECT m.acts FROM meant m) OR s.id IN (SELECT m.id FROM meant m)
                OR s.role = ANY (roles) AND (s.agency = in_agency OR in_agency = '')
                    AND (NOT EXISTS (SELECT FROM meant) OR EXISTS (SELECT FROM meant m WHERE m.acts IS NULL))))
        SELECT f.id, f.email, f.there FROM found f
        WHERE f.there OR NOT EXISTS (SELECT FROM found o WHERE o.there) AND (f.id IN (SELECT m.id FROM meant m) OR NOT EXISTS (SELECT FROM meant));
END $$;
CREATE OR REPLACE FUNCTION approver_of(of_zone text, of_agency text, of_role text, proposer uuid) RETURNS TABLE (zone text, agency text, role text)
LANGUAGE sql STABLE AS $$
    SELECT s.zone, s.agency, s.role FROM staff s WHERE s.active AND same_identity(s.id, proposer) IS NOT TRUE
        AND ((s.zone, s.agency, s.role) = (of_zone, of_agency, of_role) OR s.role = 'supervisor' AND EXISTS (SELECT FROM zone_policy z WHERE z.zone = s.zone AND z.current))
    ORDER BY s.zone <> of_zone, (s.agency, s.role) <> (of_agency, of_role), s.zone, s.id LIMIT 1
$$;
CREATE OR REPLACE FUNCTION closure_of(c uuid) RETURNS TABLE (outcome text, closed_at timestamptz, begins boolean, said_by text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) OR NOT sees_case(c) THEN RETURN; END IF;
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    RETURN QUERY SELECT f.outcome, f.closed_at,
            EXISTS (SELECT FROM command o WHERE o.run_id = 'case/' || c AND o.operation = 'reopen' AND o.state = 'accepted'),
            ARRAY (SELECT CASE WHEN same_identity(r.by_staff, my('staff')::uuid) THEN my('staff') ELSE r.by_staff::text END FROM record r WHERE r.case_id = c AND r.kind = 'mistake' AND r.created_at >= f.closed_at)
        FROM case_file f WHERE f.id = c;
END $$;
CREATE OR REPLACE FUNCTION confirmers(m mistake, supervisors boolean, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    f case_file;
BEGIN
    SELECT o.* INTO f FROM case_file o WHERE o.id = m.case_id;
    IF EXISTS (SELECT FROM protection p WHERE p.case_id = f.id) THEN
        RETURN QUERY SELECT k.id, k.email, NOT is_away(k.id, confirmers.at) FROM protection p CROSS JOIN LATERAL keepers_of(p.file) k
            WHERE p.case_id = f.id AND NOT same_identity(k.id, m.by_staff) AND k.role IN ('social_worker', 'supervisor');
        RETURN;
    END IF;
    IF NOT supervisors THEN
        RETURN QUERY SELECT a.* FROM addressees(ARRAY(SELECT l.staff FROM lead l JOIN staff s ON s.id = l.staff AND s.role = 'social_worker' WHERE l.case_id = f.id AND l.agency = f.agency
                AND (l.until IS NULL OR l.ended = 'over') ORDER BY l.since DESC LIMIT 1), f.zone, ARRAY['social_worker'], f.agency, f.id, m.by_staff, confirmers.at) a WHERE a.there;
        IF FOUND THEN RETURN; END IF;
    END IF;
    RETURN QUERY SELECT a.* FROM addressees('{}', f.zone, ARRAY['supervisor'], '', f.id, m.by_staff, confirmers.at) a;
END $$;
CREATE OR REPLACE FUNCTION has_other_seat(run text, person uuid, role text, agency text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM seat e WHERE e.run_id = run AND same_identity(e.member, person) AND e.state IN ('confirmed', 'spoken') AND (e.role, e.agency) <> ($3, $4))
        OR EXISTS (SELECT FROM task o WHERE o.run_id = run AND same_identity(o.holder, person) AND o.state = 'reserved'
            AND o.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (o.role, o.agency) <> ($3, $4))
$$;
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz, tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz, deferred timestamptz, critical date, last_at timestamptz)
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
    own text[];
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
            -- Who has asked it with an account of another agency does not answer it.
            own := CASE WHEN t.kind IN ('referral_answer', 'transfer_answer') THEN ARRAY(SELECT a.identity FROM askers(t.run_id) a WHERE (a.zone, a.agency) <> (t.zone, t.agency)) ELSE '{}' END;
            SELECT count(*) FILTER (WHERE NOT x.asked), coalesce(bool_or(x.asked), false) INTO candidates, proposer_could
            FROM staff s, LATERAL (SELECT coalesce(same_identity(s.id, t.proposed_by), false) OR coalesce(s.identity = ANY (own), false) AS asked) x
            WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role;
            SELECT s.id, s.agency INTO supervisor FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
                AND same_identity(s.id, t.proposed_by) IS NOT TRUE ORDER BY s.id LIMIT 1;
            facts := jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from,
                'expected', CASE WHEN t.kind = 'confirm_appointment' THEN (SELECT max(a.at) FROM appointment a WHERE a.run_id = t.run_id AND a.state = 'booked' AND a.at > t.ready_at) END,
                'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended, 'candidates', candidates, 'proposer_could', proposer_could,
                'proposer_holds', t.state = 'reserved' AND (coalesce(same_identity(t.holder, t.proposed_by), false) OR EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.identity = ANY (own))),
                'answered', unworked IS NOT NULL AND answer_on_its_way(t.id), 'referral', t.referral_id IS NOT NULL,
                'holder_gone', t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
                    AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')),
                'supervisor', supervisor.agency,
                -- Whether its agency has anybody else whom the supervisor may give it to.
                'receivers', EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency
                    AND s.id IS DISTINCT FROM t.holder AND same_identity(s.id, t.proposed_by) IS NOT TRUE AND s.id IS DISTINCT FROM supervisor.id AND (s.identity = ANY (own)) IS NOT TRUE
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
CREATE OR REPLACE FUNCTION keep_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
    seat boolean := NEW.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off');
    says boolean := NEW.kind IN ('equipe_opinion', 'plan_sign_off'); -- which its agency alone can
    other uuid;
BEGIN
    IF of_file IS NULL OR NEW.state NOT IN ('ready', 'reserved') THEN RETURN NEW; END IF;
    IF NEW.kind = 'referral_answer' THEN -- it stays with whom it was addressed to; who held it and knows nothing of her now does so no more
        IF NEW.state = 'reserved' AND NOT EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder) THEN
            NEW.state := 'ready';
            NEW.holder := NULL;
            NEW.reserved_at := NULL;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'reserved' AND EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder AND (k.agency = NEW.agency OR NOT says))
        AND NOT (seat AND EXISTS (SELECT FROM seat e WHERE e.run_id = NEW.run_id AND same_identity(e.member, NEW.holder) AND e.state IN ('confirmed', 'spoken')
            AND (e.role, e.agency) <> (NEW.role, NEW.agency))) THEN RETURN NEW; END IF;
    SELECT k.id INTO other FROM keepers_of(of_file) k WHERE k.zone = NEW.zone AND (k.agency = NEW.agency OR k.role = 'supervisor' AND NOT says) AND same_identity(k.id, NEW.proposed_by) IS NOT TRUE
        AND NOT (seat AND has_other_seat(NEW.run_id, k.id, NEW.role, NEW.agency))
        ORDER BY k.agency = NEW.agency DESC, k.role = NEW.role DESC, seat AND k.role = 'supervisor' DESC, TG_OP = 'UPDATE' AND k.id = OLD.holder, k.id LIMIT 1;
    NEW.state := CASE WHEN other IS NULL THEN 'ready' ELSE 'reserved' END;
    NEW.holder := other;
    NEW.reserved_at := CASE WHEN other IS NOT NULL THEN coalesce(NEW.reserved_at, NEW.ready_at) END;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION kept_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, candidates bigint, supervisor text, receivers boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM protection p WHERE p.case_id = ANY (cases)) THEN RETURN; END IF;
    RETURN QUERY SELECT f.id::text, coalesce(t.id::text, ''),
        (SELECT count(*) FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role) AND same_identity(k.id, t.proposed_by) IS NOT TRUE
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))),
        s.agency,
        EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.agency = t.agency
            AND k.id IS DISTINCT FROM t.holder AND same_identity(k.id, t.proposed_by) IS NOT TRUE AND k.id IS DISTINCT FROM s.id
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))
            AND CASE WHEN seat.it OR t.kind = 'closure_approval' THEN k.role = t.role ELSE k.role <> 'supervisor' END)
    FROM protection p JOIN case_file f ON f.id = p.case_id LEFT JOIN task t ON t.case_id = p.case_id AND t.state IN ('ready', 'reserved')
        LEFT JOIN LATERAL (SELECT k.id, k.agency FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.role = 'supervisor'
            AND same_identity(k.id, t.proposed_by) IS NOT TRUE ORDER BY k.id LIMIT 1) s ON true,
        LATERAL (SELECT t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AS it) seat
    WHERE p.case_id = ANY (cases);
END $$;
CREATE OR REPLACE FUNCTION lift_protection(c uuid, confirms boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT confirms THEN
        IF p.lifting_by IS NOT NULL THEN RETURN 'lifting_asked_already'; END IF;
        UPDATE protection o SET lifting_by = my('staff')::uuid, lifting_at = lift_protection.at WHERE o.file = c;
        RETURN '';
    END IF;
    IF p.lifting_by IS NULL OR same_identity(p.lifting_by, my('staff')::uuid) THEN RETURN 'second_keeper_must_lift'; END IF;
    DELETE FROM likeness l WHERE l.file = c;
    DELETE FROM keeper k WHERE k.file = c;
    DELETE FROM protection o WHERE o.file = c;
    PERFORM mark_health(c);
    RETURN NULL;
END $$;
-- That one more or less changes nothing where there are several holds of accounts that are each
-- somebody else's.
CREATE OR REPLACE FUNCTION mark_pool(pool_zone text, pool_agency text, pool_role text, more int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    after int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role = pool_role);
    colleagues int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role <> 'supervisor');
    of_all boolean := pool_role <> 'supervisor' AND least(colleagues, 2) <> least(colleagues - more, 2);
BEGIN
    IF least(after, 2) = least(after - more, 2) AND NOT of_all AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.identity IS NOT NULL) THEN RETURN; END IF;
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.zone = pool_zone AND t.agency = pool_agency
        AND (t.role = pool_role OR of_all) AND t.ended_at IS NULL) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id IN (SELECT t.case_id FROM task t
        WHERE t.zone = pool_zone AND t.agency = pool_agency AND (t.role = pool_role OR of_all) AND t.ended_at IS NULL);
END $$;
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
    coded boolean := EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'fiscal' AND o.key = n.key
        WHERE n.case_id = merged AND n.kind = 'fiscal');
    own boolean := EXISTS (SELECT FROM correction c WHERE c.case_id IN (merged, kept) AND same_identity(c.by_staff, may_merge.by_staff)
        AND c.field IN ('given_name', 'family_name', 'birth_date', 'fiscal_code') AND c.at > may_merge.at - interval '30 days');
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF (own OR NOT coded)
        AND (own OR EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.fiscal_code <> '' AND b.fiscal_code <> '' AND length(a.fiscal_code) = length(b.fiscal_code))
            OR NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.birth_date = b.birth_date AND to_char(a.birth_date, 'MM-DD') <> '01-01'
                AND (lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name)
                    OR EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'whole' AND o.key = n.key
                        WHERE n.case_id = merged AND n.kind = 'whole'))))
        AND NOT EXISTS (SELECT FROM record r WHERE r.kind = 'vouch' AND r.created_at > may_merge.at - interval '30 days' AND NOT same_identity(r.by_staff, may_merge.by_staff)
            AND (r.case_id = merged AND r.data ->> 'other' = kept::text OR r.case_id = kept AND r.data ->> 'other' = merged::text)) THEN
        RETURN 'second_person_must_vouch';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION merge_of(c uuid) RETURNS TABLE (at timestamptz, kept uuid, remembered boolean, merged_on boolean, asked_elsewhere boolean, said_by text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    into_file uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) OR NOT sees_case(c) THEN RETURN; END IF;
    SELECT f.merged_into INTO into_file FROM case_file f WHERE f.id = c;
    PERFORM FROM run r WHERE r.id IN ('case/' || c, 'case/' || into_file) ORDER BY r.id FOR UPDATE;
    RETURN QUERY SELECT f.closed_at, k.id, coalesce(m.before <> '{}', false), k.merged_into IS NOT NULL,
            EXISTS (SELECT FROM asked_elsewhere(k.id)),
            ARRAY (SELECT CASE WHEN same_identity(r.by_staff, my('staff')::uuid) THEN my('staff') ELSE r.by_staff::text END FROM record r WHERE r.case_id = c AND r.kind = 'mistake' AND r.created_at >= f.closed_at)
        FROM case_file f JOIN case_file k ON k.id = f.merged_into
            LEFT JOIN LATERAL (SELECT o.before FROM file_merge o WHERE o.merged = c AND o.undone_at IS NULL ORDER BY o.at DESC LIMIT 1) m ON true
        WHERE f.id = c;
END $$;
CREATE OR REPLACE FUNCTION mistakes_here() RETURNS TABLE (id uuid, case_id uuid, number text, at timestamptz, until timestamptz, said_by text, why text, merge boolean, lapsed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.command_id, f.id, f.number, m.at, m.until, s.name, coalesce(r.data ->> 'note', ''), f.merged_into IS NOT NULL, m.ended_at IS NOT NULL
    FROM mistake m JOIN case_file f ON f.id = m.case_id JOIN staff s ON s.id = m.by_staff LEFT JOIN record r ON r.id = m.command_id
    WHERE f.zone = my('zone') AND owner_sees_case(f.id) AND CASE WHEN m.ended_at IS NULL
        THEN NOT same_identity(m.by_staff, my('staff')::uuid) AND my('role') IN ('social_worker', 'supervisor') AND m.until > my_now() AND f.closed_at <= m.at
        ELSE m.outcome = 'lapsed' AND m.dismissed_at IS NULL AND m.by_staff::text = my('staff') END
    ORDER BY m.until, m.command_id
$$;
CREATE OR REPLACE FUNCTION mistake_waits(c uuid) RETURNS TABLE (said uuid, names text[], roles text[], escalate_at timestamptz, escalated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN same_identity(m.by_staff, my('staff')::uuid) THEN my('staff')::uuid ELSE m.by_staff END, array_agg(s.name ORDER BY s.name) FILTER (WHERE s.id IS NOT NULL), array_agg(DISTINCT s.role) FILTER (WHERE s.id IS NOT NULL), m.escalate_at, m.escalated_at
    FROM mistake m JOIN case_file f ON f.id = m.case_id LEFT JOIN LATERAL confirmers(m, m.escalated_at IS NOT NULL, my_now()) a ON a.there LEFT JOIN staff s ON s.id = a.id
    WHERE m.case_id = c AND m.ended_at IS NULL AND f.zone = my('zone') AND owner_sees_case(c)
    GROUP BY m.command_id ORDER BY m.at DESC LIMIT 1
$$;
CREATE OR REPLACE FUNCTION on_behalf(of_task uuid, somebody text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN holder_away(t.id, on_behalf.at) h ON true JOIN staff s ON s.id::text = somebody AND s.active AND s.zone = t.zone
        WHERE t.id = of_task AND t.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND same_identity(s.id, t.proposed_by) IS NOT TRUE AND s.id <> t.holder
            AND CASE WHEN h.substitute IS NULL THEN (s.agency, s.role) = (t.agency, t.role) ELSE s.id = h.substitute END);
END $$;
CREATE OR REPLACE FUNCTION refuse_keepers(of_file uuid, of_zone text, own text[], named uuid[], least_own int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN count(s.id) <> count(n.id) THEN 'unknown_keeper'
        WHEN count(*) FILTER (WHERE NOT s.own) > 1 THEN 'one_keeper_elsewhere'
        WHEN count(DISTINCT identity_of(s.id)) FILTER (WHERE s.own) < least_own THEN 'two_keepers' END
    FROM (SELECT DISTINCT u.id FROM unnest(named || ARRAY(SELECT k.id FROM keepers_of(of_file) k)) AS u (id)) n
        LEFT JOIN (SELECT o.id, o.agency = ANY (own) OR o.role = 'supervisor' AS own FROM staff o WHERE o.active AND o.zone = of_zone
            AND o.role NOT IN ('privacy_officer', 'mail_system')) s ON s.id = n.id
$$;
CREATE OR REPLACE FUNCTION ring_consult(of_task uuid, ring uuid, now timestamptz, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    found_id uuid;
    found_email text;
BEGIN
    SELECT o.* INTO t FROM task o WHERE o.id = of_task AND o.zone = my('zone') AND o.kind = 'social_consult' AND o.ended_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT m.id, m.email INTO found_id, found_email FROM mailed(t.id, t.zone, NULL, t.role, t.agency, now) m
    WHERE m.there AND same_identity(m.id, my('staff')::uuid) IS NOT TRUE
        AND NOT EXISTS (SELECT FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id AND r.answer = 'cannot')
        AND NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = m.id))
    ORDER BY (SELECT max(r.at) FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id) NULLS FIRST,
        (SELECT max(r.at) FROM consult_ring r WHERE r.staff = m.id) NULLS FIRST, m.id LIMIT 1;
    IF found_id IS NOT NULL THEN
        INSERT INTO consult_ring (id, task, staff, at, until) VALUES (ring, t.id, found_id, now, ring_consult.until);
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            VALUES (ring, t.run_id, t.case_id, 'consult_call', '/', found_email, now, now);
    END IF;
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT DISTINCT ON (a.email) gen_random_uuid(), t.run_id, t.case_id, 'consult_unanswered', '/', a.email, now,
            CASE WHEN found_id IS NULL THEN now ELSE ring_consult.until END, ring
        FROM addressees('{}', t.zone, ARRAY['supervisor'], '', t.case_id, NULL, now) a
        WHERE NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = a.id))
        ORDER BY a.email, a.id;
    RETURN found_id IS NOT NULL;
END $$;
CREATE OR REPLACE FUNCTION sits_elsewhere(task uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    own task;
BEGIN
    SELECT * INTO own FROM task t WHERE t.id = sits_elsewhere.task;
    PERFORM pg_advisory_xact_lock(hashtextextended('seats of ' || own.run_id, 0));
    RETURN EXISTS (SELECT FROM seat s WHERE s.run_id = own.run_id AND same_identity(s.member, person) AND s.state IN ('confirmed', 'spoken')
            AND (s.role, s.agency) <> (own.role, own.agency))
        OR EXISTS (SELECT FROM task t WHERE t.run_id = own.run_id AND same_identity(t.holder, person) AND t.state = 'reserved'
            AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (t.role, t.agency) <> (own.role, own.agency));
END $$;
CREATE OR REPLACE FUNCTION substitute_in(a absence, of_case uuid, proposer uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT s.id FROM staff s JOIN staff h ON h.id = a.staff
        WHERE s.id = a.substitute AND s.active AND (s.zone, s.agency, s.role) = (h.zone, h.agency, h.role) AND same_identity(s.id, proposer) IS NOT TRUE
            AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = of_case AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = s.id)));
END $$;
CREATE OR REPLACE FUNCTION tell_of_mistake(c uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (s.email) gen_random_uuid(), 'case/' || c, c, 'mistake_said', '/fascicoli/' || c, s.email, tell_of_mistake.at, tell_of_mistake.at
        FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND NOT same_identity(s.id, my('staff')::uuid)
            AND s.role = CASE WHEN EXISTS (SELECT FROM staff o WHERE o.zone = f.zone AND o.active AND o.role = 'supervisor' AND NOT same_identity(o.id, my('staff')::uuid))
                THEN 'supervisor' ELSE 'social_worker' END
        WHERE f.id = c AND f.zone = my('zone') AND sees_case(c)
        ORDER BY s.email, s.id
$$;
-- Passes approvals on from who leaves, and from who turns out to be whoever proposed the
-- closure; who holds one to take their own proposal back keeps it.
CREATE OR REPLACE FUNCTION pass_approvals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    leaves boolean := (NEW.active, NEW.zone, NEW.agency, NEW.role) IS DISTINCT FROM (OLD.active, OLD.zone, OLD.agency, OLD.role);
    t task;
    home run;
    next record;
BEGIN
    PERFORM FROM run r WHERE r.id IN (SELECT o.run_id FROM task o WHERE o.kind = 'closure_approval' AND o.state IN ('ready', 'reserved')
        AND (NEW.id IN (o.holder, o.proposed_by) OR (o.zone, o.agency, o.role) = (OLD.zone, OLD.agency, OLD.role))) ORDER BY r.id FOR UPDATE;
    FOR t IN SELECT o.* FROM task o WHERE o.kind = 'closure_approval' AND o.state IN ('ready', 'reserved')
        AND CASE WHEN o.holder = NEW.id AND leaves THEN true
            WHEN NEW.id IN (o.holder, o.proposed_by) AND o.holder <> o.proposed_by AND same_identity(o.holder, o.proposed_by) THEN true
            ELSE ((o.zone, o.agency, o.role) = (OLD.zone, OLD.agency, OLD.role) OR NOT leaves AND o.proposed_by = NEW.id)
                AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND same_identity(s.id, o.proposed_by) IS NOT TRUE AND (s.zone, s.agency, s.role) = (o.zone, o.agency, o.role)) END
        AND NOT answer_on_its_way(o.id) AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = o.case_id)
        ORDER BY o.id FOR UPDATE
    LOOP
        CONTINUE WHEN (t.holder <> NEW.id OR NOT leaves) AND EXISTS (SELECT FROM staff s WHERE s.id = t.holder AND s.active)
            AND (t.holder = t.proposed_by OR same_identity(t.holder, t.proposed_by) IS NOT TRUE);
        SELECT * INTO STRICT home FROM run r WHERE r.id = t.run_id;
        SELECT * INTO next FROM approver_of(home.zone, CASE WHEN t.zone = home.zone THEN t.agency ELSE home.agency END,
            CASE WHEN t.zone = home.zone THEN t.role ELSE 'supervisor' END, t.proposed_by);
        IF next.zone IS NULL THEN
            SELECT s.zone, s.agency, s.role INTO next FROM staff s WHERE s.zone = home.zone AND s.role = 'supervisor' ORDER BY s.active DESC, s.id LIMIT 1;
        END IF;
        CONTINUE WHEN next.zone IS NULL;
        UPDATE task SET zone = next.zone, agency = next.agency, role = next.role, state = 'ready', holder = NULL, reserved_at = NULL WHERE id = t.id;
        PERFORM settle_shares(t.case_id, my_now(), my_now());
        IF next.zone <> home.zone THEN
            INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version, task_id)
                SELECT gen_random_uuid(), t.case_id, t.run_id, next.zone, next.agency, 'public_task', 'approval', approval_snapshot(t.case_id), my_now(), f.notice_version, t.id
                FROM case_file f WHERE f.id = t.case_id ON CONFLICT DO NOTHING;
        END IF;
        INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (t.case_id, t.run_id, home.zone, my_now(),
            CASE WHEN next.zone = home.zone THEN 'approval_passed' ELSE 'approval_elsewhere' END, CASE WHEN next.zone = home.zone THEN '' ELSE next.zone END);
    END LOOP;
    RETURN NULL;
END $$;

-- Once two accounts are known to be one person's, nobody else may be left to approve, to answer,
-- or to sit in a seat; and the other way round.
CREATE FUNCTION mark_identity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    asked uuid[] := ARRAY(SELECT DISTINCT t.case_id FROM task t WHERE t.ended_at IS NULL AND
        (t.proposed_by IS NOT NULL OR t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off', 'referral_answer', 'transfer_answer')));
BEGIN
    PERFORM FROM case_health h WHERE h.case_id = ANY (asked) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id = ANY (asked);
    RETURN NULL;
END $$;
CREATE TRIGGER mark_identity AFTER UPDATE OF identity ON staff FOR EACH ROW WHEN (OLD.identity IS DISTINCT FROM NEW.identity) EXECUTE FUNCTION mark_identity();
CREATE TRIGGER mark_identified AFTER INSERT ON staff FOR EACH ROW WHEN (NEW.identity IS NOT NULL) EXECUTE FUNCTION mark_identity();
-- Before the others of its kind, since it locks runs and tasks: triggers go by their names.
CREATE TRIGGER approvals_pass_identity AFTER UPDATE OF identity ON staff FOR EACH ROW
    WHEN (OLD.active AND OLD.identity IS DISTINCT FROM NEW.identity) EXECUTE FUNCTION pass_approvals();
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION same_identity, identity_of, askers, answers_oneself, mark_identity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION same_identity, identity_of TO percorso_app, percorso_worker, percorso_definer;
GRANT EXECUTE ON FUNCTION answers_oneself TO percorso_app, percorso_worker;

-- +goose Down
DROP TRIGGER approvals_pass_identity ON staff;
DROP TRIGGER mark_identified ON staff;
DROP TRIGGER mark_identity ON staff;
DROP FUNCTION mark_identity;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION absent_pools(cases uuid[]) RETURNS TABLE (case_id text, task_id text, supervisors boolean, member text, away_from timestamptz, away_until timestamptz, last_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM absence) THEN RETURN; END IF;
    RETURN QUERY WITH pool AS (SELECT t.case_id, t.id AS task, p.supervisors, s.id FROM task t JOIN case_file f ON f.id = t.case_id
            CROSS JOIN (VALUES (false), (true)) AS p (supervisors)
            JOIN staff s ON s.active AND s.zone = t.zone AND s.id IS DISTINCT FROM t.proposed_by
                AND CASE WHEN p.supervisors THEN s.role = 'supervisor' ELSE t.state = 'ready' AND (s.agency, s.role) = (t.agency, t.role) END
            WHERE t.case_id = ANY (cases) AND t.state IN ('ready', 'reserved') AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
                AND NOT EXISTS (SELECT FROM protection x WHERE x.case_id = t.case_id))
        SELECT p.case_id::text, p.task::text, p.supervisors, p.id::text, day_begins(a.first_day), day_begins(a.last_day + 1), a.last_day
        FROM pool p JOIN absence a ON a.staff = p.id
        WHERE NOT EXISTS (SELECT FROM pool o WHERE o.task = p.task AND o.supervisors = p.supervisors AND NOT EXISTS (SELECT FROM absence b WHERE b.staff = o.id))
        ORDER BY p.task, p.supervisors, p.id, a.first_day;
END $$;
CREATE OR REPLACE FUNCTION absent_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, away_from timestamptz, away_until timestamptz, last_day date, substitute text, gaps jsonb, colleagues bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM absence) THEN RETURN; END IF;
    RETURN QUERY SELECT t.case_id::text, t.id::text, day_begins(a.first_day), day_begins(a.last_day + 1), a.last_day, coalesce(s.name, ''),
        (SELECT jsonb_agg(jsonb_build_object('from', day_begins(o.first_day), 'until', day_begins(o.last_day + 1))) FROM absence o WHERE o.staff = s.id),
        (SELECT count(*) FROM staff c WHERE c.active AND (c.zone, c.agency, c.role) = (t.zone, t.agency, t.role) AND c.id <> t.holder AND c.id IS DISTINCT FROM t.proposed_by
            AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = c.id)))
    FROM task t JOIN absence a ON a.staff = t.holder JOIN case_file f ON f.id = t.case_id
        LEFT JOIN staff s ON s.id = substitute_in(a, t.case_id, t.proposed_by)
    WHERE t.case_id = ANY (cases) AND t.state = 'reserved' AND t.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
    ORDER BY t.id, a.first_day;
END $$;
CREATE OR REPLACE FUNCTION addressees(whom uuid[], in_zone text, roles text[], in_agency text, of_case uuid, but uuid, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
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
CREATE OR REPLACE FUNCTION approver_of(of_zone text, of_agency text, of_role text, proposer uuid) RETURNS TABLE (zone text, agency text, role text)
LANGUAGE sql STABLE AS $$
    SELECT s.zone, s.agency, s.role FROM staff s WHERE s.active AND s.id IS DISTINCT FROM proposer
        AND ((s.zone, s.agency, s.role) = (of_zone, of_agency, of_role) OR s.role = 'supervisor' AND EXISTS (SELECT FROM zone_policy z WHERE z.zone = s.zone AND z.current))
    ORDER BY s.zone <> of_zone, (s.agency, s.role) <> (of_agency, of_role), s.zone, s.id LIMIT 1
$$;
CREATE OR REPLACE FUNCTION closure_of(c uuid) RETURNS TABLE (outcome text, closed_at timestamptz, begins boolean, said_by text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) OR NOT sees_case(c) THEN RETURN; END IF;
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    RETURN QUERY SELECT f.outcome, f.closed_at,
            EXISTS (SELECT FROM command o WHERE o.run_id = 'case/' || c AND o.operation = 'reopen' AND o.state = 'accepted'),
            ARRAY (SELECT r.by_staff::text FROM record r WHERE r.case_id = c AND r.kind = 'mistake' AND r.created_at >= f.closed_at)
        FROM case_file f WHERE f.id = c;
END $$;
CREATE OR REPLACE FUNCTION confirmers(m mistake, supervisors boolean, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
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
CREATE OR REPLACE FUNCTION has_other_seat(run text, person uuid, role text, agency text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM seat e WHERE e.run_id = run AND e.member = person AND e.state IN ('confirmed', 'spoken') AND (e.role, e.agency) <> ($3, $4))
        OR EXISTS (SELECT FROM task o WHERE o.run_id = run AND o.holder = person AND o.state = 'reserved'
            AND o.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (o.role, o.agency) <> ($3, $4))
$$;
CREATE OR REPLACE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz, tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz, deferred timestamptz, critical date, last_at timestamptz)
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
CREATE OR REPLACE FUNCTION keep_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
    seat boolean := NEW.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off');
    says boolean := NEW.kind IN ('equipe_opinion', 'plan_sign_off'); -- which its agency alone can
    other uuid;
BEGIN
    IF of_file IS NULL OR NEW.state NOT IN ('ready', 'reserved') THEN RETURN NEW; END IF;
    IF NEW.kind = 'referral_answer' THEN -- it stays with whom it was addressed to; who held it and knows nothing of her now does so no more
        IF NEW.state = 'reserved' AND NOT EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder) THEN
            NEW.state := 'ready';
            NEW.holder := NULL;
            NEW.reserved_at := NULL;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'reserved' AND EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder AND (k.agency = NEW.agency OR NOT says))
        AND NOT (seat AND EXISTS (SELECT FROM seat e WHERE e.run_id = NEW.run_id AND e.member = NEW.holder AND e.state IN ('confirmed', 'spoken')
            AND (e.role, e.agency) <> (NEW.role, NEW.agency))) THEN RETURN NEW; END IF;
    SELECT k.id INTO other FROM keepers_of(of_file) k WHERE k.zone = NEW.zone AND (k.agency = NEW.agency OR k.role = 'supervisor' AND NOT says) AND k.id IS DISTINCT FROM NEW.proposed_by
        AND NOT (seat AND has_other_seat(NEW.run_id, k.id, NEW.role, NEW.agency))
        ORDER BY k.agency = NEW.agency DESC, k.role = NEW.role DESC, seat AND k.role = 'supervisor' DESC, TG_OP = 'UPDATE' AND k.id = OLD.holder, k.id LIMIT 1;
    NEW.state := CASE WHEN other IS NULL THEN 'ready' ELSE 'reserved' END;
    NEW.holder := other;
    NEW.reserved_at := CASE WHEN other IS NOT NULL THEN coalesce(NEW.reserved_at, NEW.ready_at) END;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION kept_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, candidates bigint, supervisor text, receivers boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM protection p WHERE p.case_id = ANY (cases)) THEN RETURN; END IF;
    RETURN QUERY SELECT f.id::text, coalesce(t.id::text, ''),
        (SELECT count(*) FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role) AND k.id IS DISTINCT FROM t.proposed_by
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))),
        s.agency,
        EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.agency = t.agency
            AND k.id IS DISTINCT FROM t.holder AND k.id IS DISTINCT FROM t.proposed_by AND k.id IS DISTINCT FROM s.id
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))
            AND CASE WHEN seat.it OR t.kind = 'closure_approval' THEN k.role = t.role ELSE k.role <> 'supervisor' END)
    FROM protection p JOIN case_file f ON f.id = p.case_id LEFT JOIN task t ON t.case_id = p.case_id AND t.state IN ('ready', 'reserved')
        LEFT JOIN LATERAL (SELECT k.id, k.agency FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.role = 'supervisor'
            AND k.id IS DISTINCT FROM t.proposed_by ORDER BY k.id LIMIT 1) s ON true,
        LATERAL (SELECT t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AS it) seat
    WHERE p.case_id = ANY (cases);
END $$;
CREATE OR REPLACE FUNCTION lift_protection(c uuid, confirms boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT confirms THEN
        IF p.lifting_by IS NOT NULL THEN RETURN 'lifting_asked_already'; END IF;
        UPDATE protection o SET lifting_by = my('staff')::uuid, lifting_at = lift_protection.at WHERE o.file = c;
        RETURN '';
    END IF;
    IF p.lifting_by IS NULL OR p.lifting_by::text = my('staff') THEN RETURN 'second_keeper_must_lift'; END IF;
    DELETE FROM likeness l WHERE l.file = c;
    DELETE FROM keeper k WHERE k.file = c;
    DELETE FROM protection o WHERE o.file = c;
    PERFORM mark_health(c);
    RETURN NULL;
END $$;
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
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
    coded boolean := EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'fiscal' AND o.key = n.key
        WHERE n.case_id = merged AND n.kind = 'fiscal');
    own boolean := EXISTS (SELECT FROM correction c WHERE c.case_id IN (merged, kept) AND c.by_staff = may_merge.by_staff
        AND c.field IN ('given_name', 'family_name', 'birth_date', 'fiscal_code') AND c.at > may_merge.at - interval '30 days');
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF (own OR NOT coded)
        AND (own OR EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.fiscal_code <> '' AND b.fiscal_code <> '' AND length(a.fiscal_code) = length(b.fiscal_code))
            OR NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.birth_date = b.birth_date AND to_char(a.birth_date, 'MM-DD') <> '01-01'
                AND (lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name)
                    OR EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'whole' AND o.key = n.key
                        WHERE n.case_id = merged AND n.kind = 'whole'))))
        AND NOT EXISTS (SELECT FROM record r WHERE r.kind = 'vouch' AND r.created_at > may_merge.at - interval '30 days' AND r.by_staff <> may_merge.by_staff
            AND (r.case_id = merged AND r.data ->> 'other' = kept::text OR r.case_id = kept AND r.data ->> 'other' = merged::text)) THEN
        RETURN 'second_person_must_vouch';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION merge_of(c uuid) RETURNS TABLE (at timestamptz, kept uuid, remembered boolean, merged_on boolean, asked_elsewhere boolean, said_by text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    into_file uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) OR NOT sees_case(c) THEN RETURN; END IF;
    SELECT f.merged_into INTO into_file FROM case_file f WHERE f.id = c;
    PERFORM FROM run r WHERE r.id IN ('case/' || c, 'case/' || into_file) ORDER BY r.id FOR UPDATE;
    RETURN QUERY SELECT f.closed_at, k.id, coalesce(m.before <> '{}', false), k.merged_into IS NOT NULL,
            EXISTS (SELECT FROM asked_elsewhere(k.id)),
            ARRAY (SELECT r.by_staff::text FROM record r WHERE r.case_id = c AND r.kind = 'mistake' AND r.created_at >= f.closed_at)
        FROM case_file f JOIN case_file k ON k.id = f.merged_into
            LEFT JOIN LATERAL (SELECT o.before FROM file_merge o WHERE o.merged = c AND o.undone_at IS NULL ORDER BY o.at DESC LIMIT 1) m ON true
        WHERE f.id = c;
END $$;
CREATE OR REPLACE FUNCTION mistakes_here() RETURNS TABLE (id uuid, case_id uuid, number text, at timestamptz, until timestamptz, said_by text, why text, merge boolean, lapsed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.command_id, f.id, f.number, m.at, m.until, s.name, coalesce(r.data ->> 'note', ''), f.merged_into IS NOT NULL, m.ended_at IS NOT NULL
    FROM mistake m JOIN case_file f ON f.id = m.case_id JOIN staff s ON s.id = m.by_staff LEFT JOIN record r ON r.id = m.command_id
    WHERE f.zone = my('zone') AND owner_sees_case(f.id) AND CASE WHEN m.ended_at IS NULL
        THEN m.by_staff::text <> my('staff') AND my('role') IN ('social_worker', 'supervisor') AND m.until > my_now() AND f.closed_at <= m.at
        ELSE m.outcome = 'lapsed' AND m.dismissed_at IS NULL AND m.by_staff::text = my('staff') END
    ORDER BY m.until, m.command_id
$$;
CREATE OR REPLACE FUNCTION mistake_waits(c uuid) RETURNS TABLE (said uuid, names text[], roles text[], escalate_at timestamptz, escalated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.by_staff, array_agg(s.name ORDER BY s.name) FILTER (WHERE s.id IS NOT NULL), array_agg(DISTINCT s.role) FILTER (WHERE s.id IS NOT NULL), m.escalate_at, m.escalated_at
    FROM mistake m JOIN case_file f ON f.id = m.case_id LEFT JOIN LATERAL confirmers(m, m.escalated_at IS NOT NULL, my_now()) a ON a.there LEFT JOIN staff s ON s.id = a.id
    WHERE m.case_id = c AND m.ended_at IS NULL AND f.zone = my('zone') AND owner_sees_case(c)
    GROUP BY m.command_id ORDER BY m.at DESC LIMIT 1
$$;
CREATE OR REPLACE FUNCTION on_behalf(of_task uuid, somebody text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN holder_away(t.id, on_behalf.at) h ON true JOIN staff s ON s.id::text = somebody AND s.active AND s.zone = t.zone
        WHERE t.id = of_task AND t.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND s.id IS DISTINCT FROM t.proposed_by AND s.id <> t.holder
            AND CASE WHEN h.substitute IS NULL THEN (s.agency, s.role) = (t.agency, t.role) ELSE s.id = h.substitute END);
END $$;
CREATE OR REPLACE FUNCTION refuse_keepers(of_file uuid, of_zone text, own text[], named uuid[], least_own int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN count(s.id) <> count(n.id) THEN 'unknown_keeper'
        WHEN count(*) FILTER (WHERE NOT s.own) > 1 THEN 'one_keeper_elsewhere'
        WHEN count(*) FILTER (WHERE s.own) < least_own THEN 'two_keepers' END
    FROM (SELECT DISTINCT u.id FROM unnest(named || ARRAY(SELECT k.id FROM keepers_of(of_file) k)) AS u (id)) n
        LEFT JOIN (SELECT o.id, o.agency = ANY (own) OR o.role = 'supervisor' AS own FROM staff o WHERE o.active AND o.zone = of_zone
            AND o.role NOT IN ('privacy_officer', 'mail_system')) s ON s.id = n.id
$$;
CREATE OR REPLACE FUNCTION ring_consult(of_task uuid, ring uuid, now timestamptz, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    found_id uuid;
    found_email text;
BEGIN
    SELECT o.* INTO t FROM task o WHERE o.id = of_task AND o.zone = my('zone') AND o.kind = 'social_consult' AND o.ended_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT m.id, m.email INTO found_id, found_email FROM mailed(t.id, t.zone, NULL, t.role, t.agency, now) m
    WHERE m.there AND m.id IS DISTINCT FROM my('staff')::uuid
        AND NOT EXISTS (SELECT FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id AND r.answer = 'cannot')
        AND NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = m.id))
    ORDER BY (SELECT max(r.at) FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id) NULLS FIRST,
        (SELECT max(r.at) FROM consult_ring r WHERE r.staff = m.id) NULLS FIRST, m.id LIMIT 1;
    IF found_id IS NOT NULL THEN
        INSERT INTO consult_ring (id, task, staff, at, until) VALUES (ring, t.id, found_id, now, ring_consult.until);
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            VALUES (ring, t.run_id, t.case_id, 'consult_call', '/', found_email, now, now);
    END IF;
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT DISTINCT ON (a.email) gen_random_uuid(), t.run_id, t.case_id, 'consult_unanswered', '/', a.email, now,
            CASE WHEN found_id IS NULL THEN now ELSE ring_consult.until END, ring
        FROM addressees('{}', t.zone, ARRAY['supervisor'], '', t.case_id, NULL, now) a
        WHERE NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = a.id))
        ORDER BY a.email, a.id;
    RETURN found_id IS NOT NULL;
END $$;
CREATE OR REPLACE FUNCTION sits_elsewhere(task uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
CREATE OR REPLACE FUNCTION substitute_in(a absence, of_case uuid, proposer uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT s.id FROM staff s JOIN staff h ON h.id = a.staff
        WHERE s.id = a.substitute AND s.active AND (s.zone, s.agency, s.role) = (h.zone, h.agency, h.role) AND s.id IS DISTINCT FROM proposer
            AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = of_case AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = s.id)));
END $$;
CREATE OR REPLACE FUNCTION tell_of_mistake(c uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (s.email) gen_random_uuid(), 'case/' || c, c, 'mistake_said', '/fascicoli/' || c, s.email, tell_of_mistake.at, tell_of_mistake.at
        FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND s.id <> my('staff')::uuid
            AND s.role = CASE WHEN EXISTS (SELECT FROM staff o WHERE o.zone = f.zone AND o.active AND o.role = 'supervisor' AND o.id <> my('staff')::uuid)
                THEN 'supervisor' ELSE 'social_worker' END
        WHERE f.id = c AND f.zone = my('zone') AND sees_case(c)
        ORDER BY s.email, s.id
$$;
CREATE OR REPLACE FUNCTION pass_approvals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    home run;
    next record;
BEGIN
    PERFORM FROM run r WHERE r.id IN (SELECT o.run_id FROM task o WHERE o.kind = 'closure_approval' AND o.state IN ('ready', 'reserved')
        AND (o.holder = NEW.id OR (o.zone, o.agency, o.role) = (OLD.zone, OLD.agency, OLD.role))) ORDER BY r.id FOR UPDATE;
    FOR t IN SELECT o.* FROM task o WHERE o.kind = 'closure_approval' AND o.state IN ('ready', 'reserved')
        AND (o.holder = NEW.id OR (o.zone, o.agency, o.role) = (OLD.zone, OLD.agency, OLD.role)
            AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.id IS DISTINCT FROM o.proposed_by AND (s.zone, s.agency, s.role) = (o.zone, o.agency, o.role)))
        AND NOT answer_on_its_way(o.id) AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = o.case_id)
        ORDER BY o.id FOR UPDATE
    LOOP
        CONTINUE WHEN t.holder <> NEW.id AND EXISTS (SELECT FROM staff s WHERE s.id = t.holder AND s.active);
        SELECT * INTO STRICT home FROM run r WHERE r.id = t.run_id;
        SELECT * INTO next FROM approver_of(home.zone, CASE WHEN t.zone = home.zone THEN t.agency ELSE home.agency END,
            CASE WHEN t.zone = home.zone THEN t.role ELSE 'supervisor' END, t.proposed_by);
        IF next.zone IS NULL THEN
            SELECT s.zone, s.agency, s.role INTO next FROM staff s WHERE s.zone = home.zone AND s.role = 'supervisor' ORDER BY s.active DESC, s.id LIMIT 1;
        END IF;
        CONTINUE WHEN next.zone IS NULL;
        UPDATE task SET zone = next.zone, agency = next.agency, role = next.role, state = 'ready', holder = NULL, reserved_at = NULL WHERE id = t.id;
        PERFORM settle_shares(t.case_id, my_now(), my_now());
        IF next.zone <> home.zone THEN
            INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version, task_id)
                SELECT gen_random_uuid(), t.case_id, t.run_id, next.zone, next.agency, 'public_task', 'approval', approval_snapshot(t.case_id), my_now(), f.notice_version, t.id
                FROM case_file f WHERE f.id = t.case_id ON CONFLICT DO NOTHING;
        END IF;
        INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (t.case_id, t.run_id, home.zone, my_now(),
            CASE WHEN next.zone = home.zone THEN 'approval_passed' ELSE 'approval_elsewhere' END, CASE WHEN next.zone = home.zone THEN '' ELSE next.zone END);
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP FUNCTION answers_oneself, askers, identity_of, same_identity;
ALTER TABLE run DROP asked_by;
DROP INDEX staff_identity;
ALTER TABLE staff DROP identity;
