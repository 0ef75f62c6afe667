-- +goose Up

-- What another agency sees of a person it sees for a reason: a referral to
-- answer, an appointment to keep, a seat in an équipe, a transfer to decide. A
-- share has an end, and is out of sight from seen_until on.
ALTER TABLE share
    ADD ended_at   timestamptz,
    ADD end_reason text NOT NULL DEFAULT '',
    ADD seen_until timestamptz,
    ADD CHECK ((ended_at IS NULL) = (end_reason = '') AND (seen_until IS NULL) = (end_reason = ''));

CREATE INDEX referral_share ON referral (share_id);
CREATE INDEX appointment_run ON appointment (run_id, agency);
CREATE INDEX case_file_merged ON case_file (merged_into) WHERE merged_into IS NOT NULL;

-- +goose StatementBegin

-- The time by which a term has passed, as the transaction says.
CREATE FUNCTION my_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(my('now')::timestamptz, statement_timestamp()) $$;

-- Whether a person's consent to data reaching private partners is in force. Like
-- most of what follows in PL/pgSQL, whose queries are planned once a session: those
-- of SQL functions are planned each time.
CREATE FUNCTION consents(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM consent WHERE case_id = c AND withdrawn_at IS NULL);
END $$;

-- Why a share has ended; empty: what it was given for still stands. Of a referral
-- that was sent again, the latest counts. What has come to an ordinary end is
-- 'completed'.
CREATE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT consents(s.case_id) THEN RETURN 'consent_withdrawn'; END IF;
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
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;

-- Ends what was given of the person of a case where its reason has ended: at
-- once, or after an ordinary end at later. What stands again is seen again.
CREATE FUNCTION settle_shares(c uuid, at timestamptz, later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE share SET end_reason = e.reason, ended_at = CASE WHEN e.reason <> '' THEN settle_shares.at END,
        seen_until = CASE e.reason WHEN '' THEN NULL WHEN 'completed' THEN later ELSE settle_shares.at END
    FROM (SELECT id, share_end(s) AS reason FROM share s WHERE case_id = c) e
    -- What is out of sight comes back only if it stands again.
    WHERE share.id = e.id AND e.reason <> share.end_reason AND ('' IN (e.reason, share.end_reason) OR share.end_reason = 'completed');
END $$;

-- What sees_case says, for the functions of the owner: a plan is kept for one
-- role, and would be made anew each time that the two take turns.
CREATE FUNCTION owner_sees_case(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN my('role') = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'));
END $$;

-- Whether a share may be seen, for the functions of the owner, as the policy
-- below says it: what was given stays seen by who works on the case. Of a transfer
-- nobody does in the zone that was asked.
CREATE FUNCTION owner_sees_share(s share) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN s.zone = my('zone') AND CASE WHEN s.seen_until IS NULL OR s.seen_until > my_now()
        THEN s.agency = my('agency') OR owner_sees_case(s.case_id) ELSE s.purpose <> 'transfer' AND owner_sees_case(s.case_id) END;
END $$;

-- Whether an agency of the zone may be given personal data with consent alone.
CREATE FUNCTION asks_consent(agency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
        WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = asks_consent.agency AND a ->> 'kind' <> 'third_sector')
$$;

-- The équipe and the plan are seen by who works on the case, by the agencies
-- that were given the person's data for their seat, for as long as they see
-- those, and by those that have a part in the active plan.
CREATE OR REPLACE FUNCTION sees_plan(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN my('role') = 'supervisor'
        OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'))
        OR EXISTS (SELECT FROM share s WHERE s.case_id = c AND s.agency = my('agency') AND s.purpose = 'equipe'
            AND (s.seen_until IS NULL OR s.seen_until > my_now()))
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND my('agency') = ANY (p.agencies))
            AND (consents(c) OR NOT asks_consent(my('agency')));
END $$;

-- Whether the caller's agency is at work on a case, or was until a moment ago.
CREATE FUNCTION works_on(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN sees_plan(c) OR EXISTS (SELECT FROM share s WHERE s.case_id = c AND s.agency = my('agency') AND owner_sees_share(s));
END $$;

-- What is known of a share whoever it was given to, once it is out of sight too.
CREATE FUNCTION share_known(share_run text, share_agency text) RETURNS TABLE (legal_basis text, purpose text, shared_at timestamptz,
    ended_at timestamptz, end_reason text, seen_until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.legal_basis, s.purpose, s.shared_at, s.ended_at, s.end_reason, s.seen_until FROM share s
        WHERE s.run_id = share_run AND s.agency = share_agency AND s.zone = my('zone') AND (s.agency = my('agency') OR owner_sees_case(s.case_id));
END $$;

-- The number by which people call a case; asked for cases that the caller has
-- something of.
CREATE FUNCTION case_number(c uuid) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT number FROM case_file WHERE id = c);
END $$;

-- What a referral and an appointment say of the person: for who sees the person's data.
CREATE FUNCTION referral_words(referral_id uuid) RETURNS TABLE (purpose text, note text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT r.purpose, r.note FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = referral_id AND owner_sees_share(s);
END $$;
CREATE FUNCTION appointment_matter(appointment_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT a.matter FROM appointment a WHERE a.id = appointment_id AND a.zone = my('zone') AND (owner_sees_case(a.case_id)
        OR EXISTS (SELECT FROM share s WHERE s.run_id = a.run_id AND s.agency = my('agency') AND owner_sees_share(s))));
END $$;

-- A case file and those that were merged into it, be it over others.
CREATE FUNCTION same_file(c uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (WITH RECURSIVE file AS (SELECT c AS id UNION SELECT f.id FROM case_file f JOIN file ON f.merged_into = file.id)
        SELECT array_agg(id) FROM file);
END $$;

-- As before, but that no line of timeline and audit is moved: who reads a case
-- reads those of the files that were merged into it too, and nobody any longer
-- those of a case that was handed over, whose merged files go to the archive with it.
CREATE OR REPLACE FUNCTION merge_case(merged uuid, kept uuid, adoption uuid, command uuid, staff uuid, at timestamptz) RETURNS void
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
    FOREACH t IN ARRAY ARRAY['referral', 'appointment', 'record', 'contact', 'mail', 'equipe', 'seat', 'minutes',
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
CREATE OR REPLACE FUNCTION handover_case(old uuid, new_run text, new_zone text, new_stage text, new_number text, policy_version text,
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
    UPDATE case_file SET continued_in = new WHERE id = old;
    UPDATE case_file SET zone = 'archive/' || zone WHERE id = ANY (same_file(old));
    FOREACH t IN ARRAY ARRAY['run', 'task', 'wait', 'referral', 'share', 'appointment', 'record', 'contact', 'equipe', 'seat',
                             'minutes', 'plan', 'action_progress', 'goal_finding', 'consent', 'meeting', 'link'] LOOP
        EXECUTE format('UPDATE %I SET zone = $2 || zone WHERE case_id = ANY ($1)', t) USING same_file(old), 'archive/';
    END LOOP;
END $$;

-- Why an équipe was convened, for who sees the équipe.
CREATE OR REPLACE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.data ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND e.zone = my('zone') AND sees_plan(e.case_id) AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;

-- What a one-time link opens, in the columns of ledger.Link. The person is shown
-- once the referral was acknowledged, while it stands and what was given with it.
CREATE OR REPLACE FUNCTION open_link(link_id uuid) RETURNS TABLE (id text, zone text, agency text, from_agency text, case_number text, purpose text,
    state text, task text, open boolean, expires_at timestamptz, used_at timestamptz, snapshot jsonb, target text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT l.id::text, l.zone, l.agency, r.from_agency, f.number, r.purpose, r.state, t.kind, t.ended_at IS NULL, l.expires_at, l.used_at,
        CASE WHEN r.state IN ('received', 'on_hold', 'accepted', 'in_progress') AND l.expires_at > clock_timestamp() AND s.end_reason = ''
             THEN s.snapshot END,
        (CASE t.kind WHEN 'referral_answer' THEN r.id ELSE t.id END)::text
    FROM link l JOIN referral r ON r.id = l.referral_id JOIN share s ON s.id = r.share_id JOIN task t ON t.id = l.task_id
        JOIN case_file f ON f.id = l.case_id
    WHERE l.id = link_id
$$;
-- +goose StatementEnd

ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN seen_until IS NULL OR seen_until > my_now()
    THEN agency = my('agency') OR sees_case(case_id) ELSE purpose <> 'transfer' AND sees_case(case_id) END);
-- The forms that an agency filled in stay its own to read for as long as it is at work on the case.
ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id) OR agency = my('agency') AND works_on(case_id)));
REVOKE SELECT ON referral, appointment FROM percorso_app;
GRANT SELECT (id, run_id, case_id, zone, from_agency, to_agency, share_id, continues, state, reason, outcome, requested_at, changed_at)
    ON referral TO percorso_app;
GRANT SELECT (id, run_id, case_id, zone, agency, service, state, at) ON appointment TO percorso_app;

REVOKE EXECUTE ON FUNCTION consents, share_end, settle_shares, same_file, works_on, share_known, case_number, referral_words, appointment_matter, owner_sees_case,
    owner_sees_share FROM PUBLIC;
GRANT EXECUTE ON FUNCTION works_on, share_known, case_number, referral_words, appointment_matter TO percorso_app;
GRANT EXECUTE ON FUNCTION settle_shares TO percorso_worker;

-- What was given before: an ordinary end has the usual term, from when it was.
SELECT settle_shares(id, now(), now() + interval '30 days') FROM case_file;
UPDATE share s SET seen_until = least(s.seen_until, ended.at + interval '30 days')
FROM (SELECT s.id, coalesce((SELECT max(changed_at) FROM referral f WHERE f.share_id = s.id), r.ended_at) AS at FROM share s JOIN run r ON r.id = s.run_id) ended
WHERE s.end_reason = 'completed' AND ended.id = s.id AND ended.at IS NOT NULL;

-- Every reading of personal data leaves a line: who, when, what was asked and
-- what for, and of which cases it showed something. What was searched is there
-- as a keyed digest alone.
DROP POLICY app_read ON audit;
DROP POLICY app_write ON audit;
DROP POLICY worker ON audit;
REVOKE ALL ON audit FROM percorso_app, percorso_worker;
ALTER TABLE audit
    ALTER at SET DEFAULT clock_timestamp(),
    ALTER staff DROP NOT NULL,
    ADD link     uuid, -- of a partner without accounts, who looked through it
    ADD purpose  text NOT NULL DEFAULT '',
    ADD asked    text NOT NULL DEFAULT '', -- filters of a list, what was refused: codes
    ADD searched bytea,
    ADD same     uuid, -- digest of who read what: the same within ten minutes is one line
    ADD CHECK ((staff IS NULL) <> (link IS NULL));
CREATE INDEX audit_same ON audit (same, at DESC) WHERE same IS NOT NULL;

-- The cases that a list showed. A line about one case names it itself.
CREATE TABLE audit_shown (
    case_id uuid NOT NULL,
    line    bigint NOT NULL, -- of audit
    PRIMARY KEY (case_id, line)
);
ALTER TABLE audit_shown ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_shown FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON audit_shown TO CURRENT_USER USING (true);

-- +goose StatementBegin

-- Lines are only inserted: nobody may change or delete one, whatever their rights.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of % are only inserted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_inserted BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_inserted BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_shown FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_inserted BEFORE UPDATE OR DELETE OR TRUNCATE ON timeline FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A line of who read what. Its time is the database's own. Two who look at the
-- same thing at once as the same person wait for each other, and leave one line.
CREATE FUNCTION leave_line(staff uuid, link uuid, role text, agency text, zone text, action text, purpose text, asked text,
    searched bytea, cases uuid[], things text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    shown uuid[] := ARRAY(SELECT DISTINCT c FROM unnest(cases) c ORDER BY c);
    what uuid := md5(concat_ws('|', staff, link, action, purpose, asked, encode(searched, 'hex'), shown::text, things))::uuid;
    new_line bigint;
BEGIN
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > clock_timestamp() - interval '10 minutes') THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(what::text));
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > clock_timestamp() - interval '10 minutes') THEN RETURN; END IF;
    INSERT INTO audit (staff, link, role, agency, zone, action, purpose, asked, searched, same, case_id)
        VALUES (staff, link, role, agency, zone, action, purpose, asked, searched, what, CASE cardinality(shown) WHEN 1 THEN shown[1] END)
        RETURNING id INTO new_line;
    IF cardinality(shown) > 1 THEN
        INSERT INTO audit_shown (case_id, line) SELECT c, new_line FROM unnest(shown) c;
    END IF;
END $$;

-- What the member of staff whom the transaction names has read. things are the
-- ids of what was shown that is of no case.
CREATE FUNCTION note_reading(action text, purpose text, asked text, searched bytea, cases uuid[], things text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM leave_line(my('staff')::uuid, NULL, my('role'), my('agency'), my('zone'), action, purpose, asked, searched, cases, things);
END $$;

-- What somebody asked to read of a case and does not see. What is not there
-- leaves no line.
CREATE FUNCTION note_refusal(kind text, id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT leave_line(my('staff')::uuid, NULL, my('role'), my('agency'), my('zone'), 'refused', '', note_refusal.kind, NULL, ARRAY[c.case_id], '')
    FROM (SELECT f.id FROM case_file f WHERE f.id = CASE note_refusal.kind WHEN 'case' THEN note_refusal.id::uuid END
        UNION ALL SELECT t.case_id FROM task t WHERE t.id = CASE note_refusal.kind WHEN 'task' THEN note_refusal.id::uuid END
        UNION ALL SELECT r.case_id FROM referral r WHERE r.id = CASE note_refusal.kind WHEN 'referral' THEN note_refusal.id::uuid END
        UNION ALL SELECT r.case_id FROM run r WHERE note_refusal.kind = 'run' AND r.id = note_refusal.id) AS c (case_id)
$$;

-- A partner's look through its link, with the person's data or without.
CREATE FUNCTION note_link(link_id uuid, shown boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT leave_line(NULL, l.id, '', l.agency, l.zone, CASE WHEN shown THEN 'read_link' ELSE 'open_link' END, 'referral', '', NULL, ARRAY[l.case_id], '')
    FROM link l WHERE l.id = link_id
$$;

-- What a member of staff has done at once, and what a step has done for the one
-- who asked for it.
CREATE FUNCTION note_act(action text, c uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit (staff, role, agency, zone, action, case_id)
    VALUES (my('staff')::uuid, my('role'), my('agency'), my('zone'), note_act.action, c);
END $$;
CREATE FUNCTION note_step(command_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit (staff, role, agency, zone, action, case_id)
    SELECT c.caller::uuid, c.role, c.agency, c.zone, c.operation, c.case_id FROM command c
    WHERE c.id = command_id AND c.case_id = my('case')::uuid AND c.role <> '';
END $$;

-- Whether the caller reads what happened on a case: who works on it, or on the
-- file that it was merged into. Of a case that another zone has, nobody does.
CREATE FUNCTION sees_lines(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
BEGIN
    LOOP
        SELECT * INTO f FROM case_file WHERE id = c;
        IF f.zone = my('zone') AND owner_sees_case(c) THEN RETURN true; END IF;
        IF f.merged_into IS NULL THEN RETURN false; END IF;
        c := f.merged_into;
    END LOOP;
END $$;

-- Who read or changed a case file, and those that were merged into it, the newest
-- first, before a line.
CREATE FUNCTION reads_of(c uuid, before bigint, most int) RETURNS TABLE (id bigint, at timestamptz, by_name text, by_role text, by_agency text,
    by_zone text, action text, purpose text, asked text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, a.at, coalesce(s.name, ''), a.role, a.agency, a.zone, a.action, a.purpose, a.asked
    FROM (SELECT of.id FROM unnest(same_file(c)) AS file (case_id), LATERAL (
            (SELECT o.id FROM audit o WHERE o.case_id = file.case_id AND o.id < before ORDER BY o.id DESC LIMIT most)
            UNION ALL
            (SELECT o.line FROM audit_shown o WHERE o.case_id = file.case_id AND o.line < before ORDER BY o.line DESC LIMIT most)) AS of
        WHERE sees_lines(c)) AS found JOIN audit a ON a.id = found.id LEFT JOIN staff s ON s.id = a.staff
    ORDER BY a.id DESC LIMIT most;
END $$;
-- +goose StatementEnd

ALTER POLICY app_read ON timeline USING (sees_lines(case_id));
REVOKE UPDATE ON timeline FROM percorso_worker;
REVOKE EXECUTE ON FUNCTION leave_line, note_reading, note_refusal, note_link, note_act, note_step, sees_lines, reads_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_reading, note_refusal, note_link, note_act, sees_lines, reads_of, same_file TO percorso_app;
GRANT EXECUTE ON FUNCTION note_step TO percorso_worker;
