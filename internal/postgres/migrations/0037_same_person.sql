-- +goose Up

-- What holds of a person whose two case files become one, and of a contact that becomes one.
--
-- The code of before works on this schema: a consent that another took the place of
-- is one that is over for it.

-- The consent that took the place of this one, where a merge found both in force.
ALTER TABLE consent ADD renewed_by uuid;

-- +goose StatementBegin

-- Gives a case file the declarations on consent of the one that is merged into it. The
-- person's latest one counts, in whichever file it was made: after a withdrawal nothing
-- that was given before is in force. What stands on it ends in both files. Where a
-- consent is in force, the private members of the équipes at work are given what they
-- need, as when it is given.
CREATE FUNCTION merge_consents(merged uuid, kept uuid, adoption uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    last record;
BEGIN
    SELECT d.* INTO last FROM (
        SELECT c.id, c.given_at AS said_at, c.given_to AS said_to, false AS withdrawn FROM consent c WHERE c.case_id IN (merged, kept)
        UNION ALL SELECT c.id, c.withdrawn_at, c.withdrawn_to, true FROM consent c
            WHERE c.case_id IN (merged, kept) AND c.withdrawn_at IS NOT NULL AND c.renewed_by IS NULL) d
    ORDER BY d.said_at DESC, d.withdrawn DESC LIMIT 1;
    IF NOT FOUND THEN RETURN; END IF;
    IF last.withdrawn THEN
        UPDATE consent SET withdrawn_at = last.said_at, withdrawn_to = last.said_to WHERE case_id IN (merged, kept) AND withdrawn_at IS NULL;
        IF FOUND THEN
            INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
                SELECT m.id, r.id, kept, r.zone, '', 'case/' || merged, '', m.id::text, '', 'withdraw_consent',
                    jsonb_build_object('op', 'withdraw_consent', 'case', 'case/' || kept), clock_timestamp(), clock_timestamp()
                FROM run r, LATERAL (SELECT md5(adoption || ' consent ' || r.id)::uuid AS id) m
                WHERE r.case_id = kept AND r.ended_at IS NULL AND r.kind IN ('referral', 'placement');
            PERFORM pg_notify('percorso_wake', '');
        END IF;
    ELSE
        UPDATE consent SET withdrawn_at = last.said_at, renewed_by = last.id WHERE case_id IN (merged, kept) AND withdrawn_at IS NULL AND id <> last.id;
    END IF;
    UPDATE consent SET case_id = kept WHERE case_id = merged;
    IF NOT last.withdrawn THEN
        INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
            SELECT DISTINCT ON (s.run_id, s.agency) gen_random_uuid(), kept, s.run_id, s.zone, s.agency, 'consent', 'equipe',
                disclosure(kept, 'consent', ''), merge_consents.at, f.notice_version
            FROM seat s JOIN run r ON r.id = s.run_id JOIN case_file f ON f.id = s.case_id
            WHERE s.case_id = kept AND s.agency <> f.agency AND s.state IN ('invited', 'confirmed', 'spoken') AND r.ended_at IS NULL
            ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- As before, but that the person's latest declaration on consent counts, and that one
-- which is on its way to the merged file goes to the one that stays.
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
    FOREACH t IN ARRAY ARRAY['referral', 'appointment', 'record', 'contact', 'mail', 'equipe', 'seat', 'minutes',
                             'action_progress', 'goal_finding', 'meeting', 'link'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2', t) USING kept, merged;
    END LOOP;
    UPDATE command SET run_id = 'case/' || kept, case_id = kept, answer = jsonb_set(answer, '{case}', to_jsonb('case/' || kept)), wake_at = clock_timestamp()
        WHERE case_id = merged AND run_id = own AND state = 'accepted' AND operation IN ('consent', 'withdraw_consent');
    PERFORM merge_consents(merged, kept, adoption, merge_case.at);
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

-- Gives the contact that a case grows from to the case, in the transaction that accepts
-- its opening. A rule of forms: why not; NULL: it has it. It is one of the caller's
-- desk, of which no other case has grown.
CREATE FUNCTION claim_contact(contact_id uuid, c uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k contact;
BEGIN
    SELECT * INTO k FROM contact o WHERE o.id = contact_id AND o.zone = my('zone') AND o.agency = my('agency') FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown_contact'; END IF;
    IF k.case_id IS NOT NULL THEN RETURN 'contact_linked'; END IF;
    UPDATE contact SET case_id = c WHERE id = k.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION merge_consents, claim_contact FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_contact TO percorso_app;
GRANT UPDATE (withdrawn_at, withdrawn_to, renewed_by) ON consent TO percorso_definer;
GRANT INSERT ON share TO percorso_definer;

-- +goose Down
-- +goose StatementBegin
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
-- +goose StatementEnd
DROP FUNCTION merge_consents, claim_contact;
ALTER TABLE consent DROP COLUMN renewed_by;
REVOKE INSERT ON share FROM percorso_definer;
REVOKE UPDATE (withdrawn_at, withdrawn_to) ON consent FROM percorso_definer;
