-- +goose Up

-- A closure that waits to be approved by somebody who leaves goes to somebody else: of the
-- zone, else the supervisor of another one, who is given what they need for it while the
-- one before sees it no more. And of whose mail comes back "sent" is not said, and their
-- supervisor is told. A corrected day of birth moves the clocks that hang on it.
--
-- The code of before works on this schema.

-- One approval may be given to the supervisors of several zones, one after the other.
DROP INDEX share_run;
CREATE UNIQUE INDEX share_run ON share (run_id, agency, task_id, zone) NULLS NOT DISTINCT;
GRANT UPDATE (agency, role, holder, reserved_at) ON task TO percorso_definer;
CREATE INDEX mail_recipient ON mail (recipient, created_at);

-- +goose StatementBegin

-- Who is asked to approve what somebody proposes: those of a role in a zone, else that
-- zone's supervisor, else that of another one, and nobody who proposed it.
CREATE FUNCTION approver_of(of_zone text, of_agency text, of_role text, proposer uuid) RETURNS TABLE (zone text, agency text, role text)
LANGUAGE sql STABLE AS $$
    SELECT s.zone, s.agency, s.role FROM staff s WHERE s.active AND s.id IS DISTINCT FROM proposer
        AND ((s.zone, s.agency, s.role) = (of_zone, of_agency, of_role) OR s.role = 'supervisor' AND EXISTS (SELECT FROM zone_policy z WHERE z.zone = s.zone AND z.current))
    ORDER BY s.zone <> of_zone, (s.agency, s.role) <> (of_agency, of_role), s.zone, s.id LIMIT 1
$$;

-- What another zone's supervisor approves a closure by: whom it is about, which outcome is
-- proposed, and why.
CREATE FUNCTION approval_snapshot(c uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT disclosed(c, 'public_task', true, '{}', false) - '{phone,languages,birth_date,citizenship}'::text[] || (
        SELECT jsonb_build_object('note', coalesce(r.data ->> 'note', ''), 'outcome', coalesce(nullif(r.data ->> 'closure_outcome', ''), r.data ->> 'outcome'))
        FROM (VALUES (1)) AS once LEFT JOIN LATERAL (SELECT data FROM record WHERE case_id = c AND kind IN ('close', 'closure') ORDER BY created_at DESC LIMIT 1) r ON true)
$$;

-- As before, and what was given for an approval ends where another zone is asked for it.
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT stands_on_consent(s.case_id, s.agency, share_purposes(s)) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    WHEN 'approval' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.id = s.task_id AND t.ended_at IS NULL AND t.zone = s.zone) THEN '' ELSE 'answered' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;

-- Gives the approvals that somebody was to give who is there no more to somebody else. One
-- of which the answer is on its way stays, and so does a protected person's, which is her
-- keepers'. Where there is nobody, it comes home, and the
-- case is an orphan that says so.
CREATE FUNCTION pass_approvals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
-- Before the others of its kind, since it locks runs and tasks: triggers go by their names.
CREATE TRIGGER approvals_pass AFTER UPDATE OF active, zone, agency, role ON staff FOR EACH ROW
    WHEN (OLD.active AND (NEW.active, NEW.zone, NEW.agency, NEW.role) IS DISTINCT FROM (OLD.active, OLD.zone, OLD.agency, OLD.role)) EXECUTE FUNCTION pass_approvals();

-- Since when the mail to an address comes back; NULL: it does not. A mail server that took
-- a later one may still report it: it counts once a day has passed without that. What was
-- not sent by us, or is a text that cannot be written, says nothing of the address.
CREATE FUNCTION mail_returns(address text, now timestamptz) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT min(m.failed_at) FROM mail m WHERE m.recipient = address AND m.failed_at IS NOT NULL AND m.cause NOT IN ('protected', 'unwritten', 'content')
        AND NOT EXISTS (SELECT FROM mail o WHERE o.recipient = address AND o.created_at > m.failed_at AND o.failed_at IS NULL
            AND o.sent_at < mail_returns.now - interval '1 day')
$$;

-- The members of the supervisor's zone whose mail comes back.
CREATE FUNCTION returned_here() RETURNS TABLE (name text, role text, agency text, since timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.name, s.role, s.agency, r.since FROM staff s, mail_returns(s.email, my_now()) AS r (since)
    WHERE my('role') = 'supervisor' AND s.zone = my('zone') AND s.active AND r.since IS NOT NULL ORDER BY r.since, s.name, s.id
$$;

-- Tells the run of a case that the day of birth of its person was corrected, from which on
-- it waits for other birthdays. The relay brings it, to a worker that knows of it.
CREATE FUNCTION tell_corrected(c uuid, entry uuid, course int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT entry, r.id, c, r.zone, '', r.id, '', entry::text, '', 'correct_person',
            jsonb_build_object('op', 'correct_person', 'case', r.id, 'course', tell_corrected.course), clock_timestamp(), clock_timestamp()
        FROM run r WHERE r.id = 'case/' || c AND r.zone = my('zone') AND r.ended_at IS NULL AND sees_case(c);
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION tell_corrected, approver_of, approval_snapshot, pass_approvals, mail_returns, returned_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION approver_of, approval_snapshot TO percorso_worker, percorso_definer;
GRANT EXECUTE ON FUNCTION mail_returns TO percorso_app, percorso_worker;
GRANT EXECUTE ON FUNCTION returned_here, tell_corrected TO percorso_app;

-- +goose Down
DROP TRIGGER approvals_pass ON staff;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT stands_on_consent(s.case_id, s.agency, share_purposes(s)) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    WHEN 'approval' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.id = s.task_id AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;
-- +goose StatementEnd
DROP FUNCTION tell_corrected, returned_here, mail_returns, pass_approvals, approval_snapshot, approver_of;
DROP INDEX mail_recipient;
REVOKE UPDATE (agency, role, holder, reserved_at) ON task FROM percorso_definer;
DROP INDEX share_run;
DELETE FROM share s WHERE task_id IS NOT NULL AND ended_at IS NOT NULL AND EXISTS (SELECT FROM share o WHERE o.task_id = s.task_id AND o.agency = s.agency AND o.shared_at > s.shared_at);
CREATE UNIQUE INDEX share_run ON share (run_id, agency, task_id) NULLS NOT DISTINCT;
