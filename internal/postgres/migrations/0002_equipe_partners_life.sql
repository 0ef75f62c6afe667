-- +goose Up

-- What life does to a case: it stands still until a date, goes on in another
-- case file (merged) or in another zone (continued).
ALTER TABLE case_file
    ADD suspended_at    timestamptz,
    ADD suspended_until timestamptz,
    ADD merged_into     uuid REFERENCES case_file,
    ADD continued_in    uuid, -- the case file in another zone
    ADD last_stage      text NOT NULL DEFAULT '', -- where it stood when it was closed
    ADD CHECK ((suspended_at IS NULL) = (suspended_until IS NULL));
ALTER TABLE person ADD receipt_on date; -- of the request to renew the permit

-- The clocks of a suspended case stand still; those of a permit do not.
ALTER TABLE task ADD suspended boolean NOT NULL DEFAULT false;
ALTER TABLE task DROP COLUMN next_at;
ALTER TABLE task ADD next_at timestamptz GENERATED ALWAYS AS (
    CASE WHEN suspended OR state NOT IN ('ready', 'reserved') THEN NULL
         WHEN NOT reminded THEN least(remind_at, escalate_at)
         WHEN NOT escalated THEN escalate_at END) STORED;
ALTER TABLE wait ALTER due_at DROP NOT NULL; -- unset: it stands still

CREATE TABLE equipe (
    run_id      text PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    zone        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('between_agencies', 'within_agency')),
    reason      text NOT NULL DEFAULT '', -- how what sent the case back to it ended
    convened_at timestamptz NOT NULL
);
CREATE INDEX equipe_case ON equipe (case_id);

CREATE TABLE seat (
    id             uuid PRIMARY KEY,
    run_id         text NOT NULL,
    case_id        uuid NOT NULL REFERENCES case_file,
    zone           text NOT NULL,
    agency         text NOT NULL,
    role           text NOT NULL,
    state          text NOT NULL,
    member         uuid, -- who took it
    opinion        text NOT NULL DEFAULT '',
    opinion_note   text NOT NULL DEFAULT '',
    opinion_at     timestamptz,
    signature      text NOT NULL DEFAULT '',
    signature_note text NOT NULL DEFAULT '',
    signature_at   timestamptz,
    minuted        boolean NOT NULL DEFAULT false, -- said in a meeting, and recorded by who kept its minutes
    invited_at     timestamptz NOT NULL
);
CREATE INDEX seat_run ON seat (run_id);
CREATE INDEX seat_case ON seat (case_id, agency);

CREATE TABLE minutes (
    id       uuid PRIMARY KEY, -- of the command
    run_id   text NOT NULL,
    case_id  uuid NOT NULL REFERENCES case_file,
    zone     text NOT NULL,
    held_at  timestamptz NOT NULL,
    text     text NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX minutes_case ON minutes (case_id);

CREATE TABLE plan (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES case_file,
    run_id       text NOT NULL, -- the équipe that made it
    zone         text NOT NULL,
    version      int NOT NULL,
    state        text NOT NULL,
    content      jsonb NOT NULL, -- goals and actions, each with its id
    agencies     text[] NOT NULL DEFAULT '{}', -- that have a part in it
    changes      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    activated_at timestamptz,
    ended_at     timestamptz,
    UNIQUE (case_id, version)
);
CREATE UNIQUE INDEX plan_active ON plan (case_id) WHERE state = 'active';

-- How an action comes along, whatever version of the plan it stands in.
CREATE TABLE action_progress (
    action_id uuid PRIMARY KEY,
    case_id   uuid NOT NULL REFERENCES case_file,
    zone      text NOT NULL,
    agency    text NOT NULL,
    state     text NOT NULL,
    note      text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    by_staff  uuid NOT NULL
);
CREATE INDEX action_progress_case ON action_progress (case_id);

CREATE TABLE goal_finding (
    id       uuid PRIMARY KEY, -- derived from command and goal
    goal_id  uuid NOT NULL,
    case_id  uuid NOT NULL REFERENCES case_file,
    zone     text NOT NULL,
    agency   text NOT NULL,
    result   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    at       timestamptz NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX goal_finding_case ON goal_finding (case_id);

-- The person's consent to data reaching private partners; one is in force at most.
CREATE TABLE consent (
    id           uuid PRIMARY KEY, -- of the command
    case_id      uuid NOT NULL REFERENCES case_file,
    zone         text NOT NULL,
    given_at     timestamptz NOT NULL,
    given_to     uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_to uuid
);
CREATE UNIQUE INDEX consent_in_force ON consent (case_id) WHERE withdrawn_at IS NULL;

-- A valid meeting with the person, held by any agency: the proof of what reset the counter.
CREATE TABLE meeting (
    id       uuid PRIMARY KEY, -- of the command
    case_id  uuid NOT NULL REFERENCES case_file,
    run_id   text NOT NULL,
    zone     text NOT NULL,
    agency   text NOT NULL,
    role     text NOT NULL,
    held_at  timestamptz NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX meeting_case ON meeting (case_id, held_at DESC);

-- One-time links of partners without accounts. The signature that makes a link
-- out of a row is added when the mail is sent, and is kept nowhere.
CREATE TABLE link (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    run_id      text NOT NULL,
    zone        text NOT NULL,
    agency      text NOT NULL,
    referral_id uuid NOT NULL REFERENCES referral,
    task_id     uuid NOT NULL REFERENCES task,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX link_task ON link (task_id);

ALTER TABLE referral ADD purpose text NOT NULL DEFAULT '', ADD outcome text NOT NULL DEFAULT '';
ALTER TABLE share ADD notice_version text NOT NULL DEFAULT '';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['equipe', 'seat', 'minutes', 'plan', 'action_progress', 'goal_finding', 'consent', 'meeting', 'link'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($q$CREATE POLICY worker ON %I TO percorso_worker USING (case_id = my('case')::uuid)$q$, t);
    END LOOP;
    -- For the functions below, which alone act as the owner.
    FOREACH t IN ARRAY ARRAY['person', 'case_file', 'case_grant', 'share', 'contact', 'wait', 'referral', 'appointment', 'record',
                             'timeline', 'audit', 'equipe', 'seat', 'minutes', 'plan', 'action_progress', 'goal_finding', 'consent',
                             'meeting', 'link'] LOOP
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP POLICY owner ON run;
DROP POLICY owner ON task;
CREATE POLICY owner ON run TO CURRENT_USER USING (true);
CREATE POLICY owner ON task TO CURRENT_USER USING (true);

-- The équipe and the plan are seen by who works on the case, by the agencies
-- that have a seat, and by those that have a part in the plan.
-- +goose StatementBegin
CREATE FUNCTION sees_plan(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN my('role') = 'supervisor'
        OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'))
        OR EXISTS (SELECT FROM seat s WHERE s.case_id = c AND s.agency = my('agency') AND s.state IN ('invited', 'confirmed', 'spoken'))
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND my('agency') = ANY (p.agencies));
END $$;
-- +goose StatementEnd

CREATE POLICY app_read ON equipe FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON seat FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON minutes FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON plan FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON action_progress FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_write ON action_progress FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid AND sees_plan(case_id));
CREATE POLICY app_change ON action_progress FOR UPDATE TO percorso_app USING (zone = my('zone') AND sees_plan(case_id))
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid);
CREATE POLICY app_read ON goal_finding FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON consent FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(case_id));
CREATE POLICY app_read ON meeting FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));

GRANT SELECT ON equipe, seat, minutes, plan, action_progress, goal_finding, consent, meeting TO percorso_app;
GRANT INSERT, UPDATE ON action_progress TO percorso_app;
GRANT SELECT, INSERT, UPDATE ON equipe, seat, minutes, plan, action_progress, goal_finding, consent, meeting, link TO percorso_worker;

-- An ended run is worked again only if somebody asked for it.
CREATE INDEX command_reopen ON command (run_id) WHERE operation = 'reopen';

-- A run is found by the tasks of it that the caller sees, in whatever zone: a
-- transfer is answered from another zone than the case's.
DROP POLICY app_read ON run;
CREATE POLICY app_read ON run FOR SELECT TO percorso_app
    USING (zone = my('zone') AND sees_case(case_id) OR EXISTS (SELECT FROM task t WHERE t.run_id = run.id));

-- What another agency gets of the person: shown to the sender, and kept as a
-- share, by the same words. A private partner gets what it needs to call.
-- In PL/pgSQL the query is planned once a session.
-- +goose StatementBegin
CREATE FUNCTION disclosure(c uuid, legal_basis text, purpose text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN disclosure.purpose = '' THEN f.needs ELSE ARRAY[disclosure.purpose] END, 'case_number', f.number)
        || CASE WHEN disclosure.legal_basis = 'consent' THEN '{}' ELSE jsonb_build_object('birth_date', p.birth_date, 'citizenship', p.citizenship) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;

-- The run of a case that some agency is at work on, whoever opened its file: by
-- its grant, a seat, a part in the plan, or a task.
CREATE FUNCTION run_at_work(run text) RETURNS TABLE (id text, case_id text, ended boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.id, r.case_id::text, r.ended_at IS NOT NULL FROM run r
    WHERE r.id = run_at_work.run AND r.zone = my('zone') AND (sees_plan(r.case_id)
        OR EXISTS (SELECT FROM task t WHERE t.case_id = r.case_id AND t.zone = my('zone') AND t.agency = my('agency')))
$$;

-- What a one-time link opens, in the columns of store.Link. The person is shown
-- only once the referral was acknowledged, and while it stands.
CREATE FUNCTION open_link(link_id uuid) RETURNS TABLE (id text, zone text, agency text, from_agency text, case_number text, purpose text,
    state text, task text, open boolean, expires_at timestamptz, used_at timestamptz, snapshot jsonb, target text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT l.id::text, l.zone, l.agency, r.from_agency, f.number, r.purpose, r.state, t.kind, t.ended_at IS NULL, l.expires_at, l.used_at,
        CASE WHEN r.state IN ('received', 'on_hold', 'accepted', 'in_progress', 'completed', 'failed') AND l.expires_at > clock_timestamp()
             THEN s.snapshot END,
        (CASE t.kind WHEN 'referral_answer' THEN r.id ELSE t.id END)::text
    FROM link l JOIN referral r ON r.id = l.referral_id JOIN share s ON s.id = r.share_id JOIN task t ON t.id = l.task_id
        JOIN case_file f ON f.id = l.case_id
    WHERE l.id = link_id
$$;

-- Uses a link once: what it asks becomes a command of the partner, which the
-- relay delivers. No row: used, expired, settled, or not what is asked now.
CREATE FUNCTION use_link(link_id uuid, operation text, answer jsonb, data jsonb) RETURNS TABLE (command_id text, run_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    l link;
    t task;
    r referral;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id AND used_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO r FROM referral WHERE id = l.referral_id;
    IF NOT (CASE use_link.operation
        WHEN 'acknowledge' THEN t.kind = 'referral_answer' AND r.state = 'requested'
        WHEN 'reject' THEN t.kind = 'referral_answer' AND r.state IN ('requested', 'received')
        WHEN 'accept' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'hold' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'complete' THEN t.kind = 'referral_outcome'
        ELSE false END) THEN RETURN; END IF;
    UPDATE link SET used_at = clock_timestamp() WHERE id = l.id;
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, created_at, wake_at)
    VALUES (c, l.run_id, l.case_id, l.zone, l.agency, 'link/' || l.id, '', l.id::text, '', use_link.operation,
        (CASE t.kind WHEN 'referral_answer' THEN r.id ELSE t.id END)::text,
        use_link.answer || jsonb_build_object('op', use_link.operation, 'case', 'case/' || l.case_id), use_link.data,
        clock_timestamp(), clock_timestamp());
    PERFORM pg_notify('percorso_wake', '');
    RETURN QUERY SELECT c::text, l.run_id;
END $$;

-- Mails a new link to the partner's registered address, for as long as the old
-- one's task is open; not more often than once a minute. It is good for as long
-- as the old one was.
CREATE FUNCTION renew_link(link_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    l link;
    t task;
    address text;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id;
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM link o WHERE o.task_id = l.task_id AND o.created_at > clock_timestamp() - interval '1 minute') THEN
        RETURN false;
    END IF;
    SELECT a ->> 'email' INTO address FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
    WHERE z.zone = l.zone AND z.current AND a ->> 'code' = l.agency;
    IF coalesce(address, '') = '' THEN RETURN false; END IF;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (c, l.case_id, l.run_id, l.zone, l.agency, l.referral_id, l.task_id, clock_timestamp(), clock_timestamp() + (l.expires_at - l.created_at));
    INSERT INTO mail (id, run_id, case_id, template, link, recipients, created_at, next_try)
    VALUES (gen_random_uuid(), l.run_id, l.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || c, ARRAY[address], clock_timestamp(), clock_timestamp());
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (l.case_id, l.run_id, l.zone, clock_timestamp(), 'link_sent', l.agency);
    PERFORM pg_notify('percorso_wake', '');
    RETURN true;
END $$;

-- Why a case file may not be merged into another, as a rule of forms; NULL: it
-- may. The file that stays is locked, so that it stays as it is found.
CREATE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept AND (a.birth_date = b.birth_date
            OR lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name))) THEN
        RETURN 'not_the_same_person';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;

-- Gives what a case file has to the one that it is merged into: all but the file
-- itself, its person, its own run, its audit, and a transfer that was asked. The
-- case that stays takes over the branches that are open.
CREATE FUNCTION merge_case(merged uuid, kept uuid, adoption uuid, command uuid, staff uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t text;
    stays text[] := ARRAY(SELECT id FROM run WHERE case_id = merged AND kind IN ('case', 'transfer'));
    own text := 'case/' || merged;
    runs text[];
    versions int;
BEGIN
    PERFORM FROM case_file WHERE id IN (merged, kept) ORDER BY id FOR UPDATE;
    UPDATE case_file SET merged_into = kept WHERE id = merged;
    INSERT INTO case_grant (case_id, agency, granted_at) SELECT kept, g.agency, merge_case.at FROM case_grant g WHERE g.case_id = merged
        ON CONFLICT DO NOTHING;
    runs := ARRAY(SELECT id FROM run WHERE case_id = merged AND ended_at IS NULL AND NOT id = ANY (stays) ORDER BY started_at, id);
    UPDATE run SET case_id = kept WHERE case_id = merged AND NOT id = ANY (stays);
    UPDATE command SET case_id = kept, answer = jsonb_set(answer, '{case}', to_jsonb('case/' || kept))
        WHERE case_id = merged AND NOT run_id = ANY (stays);
    UPDATE task SET case_id = kept WHERE case_id = merged AND (run_id = own OR NOT run_id = ANY (stays));
    UPDATE share SET case_id = kept WHERE case_id = merged AND NOT run_id = ANY (stays);
    UPDATE wait SET case_id = kept WHERE case_id = merged AND NOT run_id = ANY (stays); -- those of its own run end with it
    SELECT coalesce(max(version), 0) INTO versions FROM plan WHERE case_id = kept;
    IF EXISTS (SELECT FROM plan WHERE case_id = kept AND state = 'active') THEN
        UPDATE plan SET state = 'revised', ended_at = merge_case.at WHERE case_id = merged AND state = 'active';
    END IF;
    UPDATE plan SET case_id = kept, version = version + versions WHERE case_id = merged;
    UPDATE consent c SET case_id = kept WHERE c.case_id = merged AND (c.withdrawn_at IS NOT NULL
        OR NOT EXISTS (SELECT FROM consent k WHERE k.case_id = kept AND k.withdrawn_at IS NULL));
    FOREACH t IN ARRAY ARRAY['referral', 'appointment', 'record', 'timeline', 'contact', 'mail', 'equipe', 'seat', 'minutes',
                             'action_progress', 'goal_finding', 'meeting', 'link'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2', t) USING kept, merged;
    END LOOP;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff)
        SELECT kept, 'case/' || kept, f.zone, merge_case.at, 'case_merged', f.number, merge_case.command, merge_case.staff
        FROM case_file f WHERE f.id = merged;
    IF cardinality(runs) > 0 THEN
        -- A branch stands still, or goes on, with the case that it is now of.
        INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
            SELECT m.id, r.id, kept, f.zone, '', own, '', m.id::text, '', m.op,
                jsonb_strip_nulls(jsonb_build_object('op', m.op, 'until', f.suspended_until, 'case', 'case/' || kept)), clock_timestamp(), clock_timestamp()
            FROM case_file f JOIN run r ON r.id = ANY (runs) AND (r.state ? 'suspended') <> (f.suspended_until IS NOT NULL),
                LATERAL (SELECT md5(adoption || r.id)::uuid AS id, CASE WHEN f.suspended_until IS NULL THEN 'resume' ELSE 'suspend' END AS op) m
            WHERE f.id = kept;
        INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
            SELECT adoption, 'case/' || kept, kept, f.zone, '', own, '', adoption::text, '', 'adopt',
                jsonb_build_object('op', 'adopt', 'runs', runs, 'case', 'case/' || kept), clock_timestamp(), clock_timestamp()
            FROM case_file f WHERE f.id = kept;
        PERFORM pg_notify('percorso_wake', '');
    END IF;
END $$;

-- Hands a case over to another zone, which accepted it: a new case file there,
-- of whoever accepted, with the person and the active plan. Whatever the old
-- zone has of the case goes to its archive, where nobody looks.
CREATE FUNCTION handover_case(old uuid, new_run text, new_zone text, new_stage text, new_number text, policy_version text,
    opening uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t text;
    new uuid := substr(new_run, 6)::uuid; -- after case/
    old_zone text := (SELECT zone FROM case_file WHERE id = old);
    answer task;
BEGIN
    SELECT * INTO STRICT answer FROM task WHERE case_id = old AND kind = 'transfer_answer' AND outcome = 'accepted' AND zone = new_zone
        ORDER BY ended_at DESC LIMIT 1;
    INSERT INTO case_file (id, number, zone, agency, stage, needs, notice_version, opened_at, opened_by)
        SELECT new, new_number, new_zone, answer.agency, new_stage, f.needs, f.notice_version, handover_case.at, answer.holder
        FROM case_file f WHERE f.id = old;
    INSERT INTO person (id, case_id, given_name, family_name, birth_date, citizenship, permit, permit_expiry, receipt_on, languages, phone)
        SELECT gen_random_uuid(), new, p.given_name, p.family_name, p.birth_date, p.citizenship, p.permit, p.permit_expiry, p.receipt_on, p.languages, p.phone
        FROM person p WHERE p.case_id = old;
    INSERT INTO case_grant (case_id, agency, granted_at) VALUES (new, answer.agency, handover_case.at);
    INSERT INTO run (id, kind, case_id, zone, agency, policy_version, course_version, started_at)
        VALUES (new_run, 'case', new, new_zone, answer.agency, handover_case.policy_version, handover_case.policy_version, handover_case.at);
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        VALUES (opening, new_run, new, new_zone, '', 'case/' || old, '', opening::text, '', 'open',
            jsonb_build_object('op', 'open', 'stage', new_stage, 'case', new_run), clock_timestamp(), clock_timestamp());
    PERFORM pg_notify('percorso_wake', '');
    -- Of the agencies that have a part in the plan, those that the new zone has too.
    INSERT INTO plan (id, case_id, run_id, zone, version, state, content, agencies, created_at, activated_at)
        SELECT gen_random_uuid(), new, new_run, new_zone, 1, 'active', p.content,
            ARRAY(SELECT a ->> 'code' FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
                  WHERE z.zone = new_zone AND z.version = handover_case.policy_version AND a ->> 'code' = ANY (p.agencies)),
            handover_case.at, handover_case.at
        FROM plan p WHERE p.case_id = old AND p.state = 'active';
    UPDATE action_progress g SET case_id = new, zone = new_zone FROM plan p, jsonb_array_elements(p.content -> 'actions') a
        WHERE p.case_id = old AND p.state = 'active' AND g.case_id = old AND g.action_id::text = a ->> 'id';
    UPDATE plan p SET state = CASE p.state WHEN 'active' THEN 'completed' ELSE 'dropped' END, ended_at = handover_case.at
        WHERE p.case_id = old AND p.ended_at IS NULL;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail, by_staff) VALUES
        (new, new_run, new_zone, handover_case.at, 'case_opened', '', answer.holder),
        (new, new_run, new_zone, handover_case.at, 'transfer_accepted', old_zone, answer.holder);
    UPDATE case_file SET continued_in = new, zone = 'archive/' || zone WHERE id = old;
    FOREACH t IN ARRAY ARRAY['run', 'task', 'wait', 'referral', 'share', 'appointment', 'record', 'timeline', 'audit', 'contact', 'equipe', 'seat',
                             'minutes', 'plan', 'action_progress', 'goal_finding', 'consent', 'meeting', 'link'] LOOP
        EXECUTE format('UPDATE %I SET zone = $2 || zone WHERE case_id = $1', t) USING old, 'archive/';
    END LOOP;
END $$;

-- Who asked for a reopening waits for the ended run to be worked again.
CREATE OR REPLACE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET state = 'refused', refusal = '{"code": "ended"}', worked_at = clock_timestamp()
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND c.operation <> 'reopen' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;

-- A mail with a one-time link says until when the link is good: the sender signs it.
DROP FUNCTION take_mails;
CREATE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipients text[], tries int, expires_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail m SET tries = m.tries + 1, next_try = clock_timestamp() + least(interval '1 hour', interval '5 seconds' * power(3, least(m.tries, 7)))
    WHERE m.id IN (SELECT w.id FROM mail w WHERE w.sent_at IS NULL AND w.failed_at IS NULL AND w.next_try <= clock_timestamp()
                   ORDER BY w.next_try LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING m.id, m.run_id, m.template, m.link, m.recipients, m.tries,
        CASE WHEN m.link LIKE '/invito/%' THEN (SELECT l.expires_at FROM link l WHERE l.id = substr(m.link, 9)::uuid) END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION sees_plan, run_at_work, open_link, use_link, renew_link, may_merge, merge_case, handover_case, take_mails FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_plan, run_at_work, open_link, use_link, renew_link TO percorso_app;
GRANT EXECUTE ON FUNCTION may_merge, merge_case, handover_case, take_mails TO percorso_worker;
