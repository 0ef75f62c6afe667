-- +goose Up

-- What holds of a person whose two case files become one, and of a contact that becomes one.
--
-- The code of before works on this schema: a consent that another took the place of
-- is one that is over for it.

-- The consent that took the place of this one, where a merge found both in force.
ALTER TABLE consent ADD renewed_by uuid;

-- Since when the data of a person hold which a merge brought or somebody chose at one,
-- by field. Of the others: since the file was opened, or the permit was shown.
ALTER TABLE person ADD as_of jsonb NOT NULL DEFAULT '{}';

-- What a merge did not choose of the data of a person: it stays readable in the file
-- that stays, by who sees that.
CREATE TABLE set_aside (
    case_id     uuid NOT NULL REFERENCES case_file,
    field       text NOT NULL,
    value       jsonb NOT NULL, -- by the names that person has
    from_number text NOT NULL,  -- of the file that had it
    at          timestamptz NOT NULL,
    by_staff    uuid
);
CREATE INDEX set_aside_case ON set_aside (case_id);
ALTER TABLE set_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE set_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON set_aside FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
GRANT SELECT ON set_aside TO percorso_app;
GRANT SELECT, INSERT ON set_aside TO percorso_definer;
GRANT UPDATE (case_id) ON set_aside TO percorso_definer;
GRANT UPDATE (given_name, family_name, birth_date, citizenship, permit, permit_expiry, receipt_on, languages, phone, as_of) ON person TO percorso_definer;
GRANT UPDATE (needs, notice_version) ON case_file TO percorso_definer;

-- +goose StatementBegin

-- What a file says of its person in a field of those that a merge chooses from, as
-- text by name; empty: nothing.
CREATE FUNCTION said_of(p person, field text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(CASE field
        WHEN 'name' THEN jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name)
        WHEN 'birth_date' THEN jsonb_build_object('birth_date', to_char(p.birth_date, 'YYYY-MM-DD'))
        WHEN 'citizenship' THEN jsonb_build_object('citizenship', p.citizenship)
        WHEN 'permit' THEN jsonb_build_object('permit', nullif(p.permit, ''), 'permit_expiry', to_char(p.permit_expiry, 'YYYY-MM-DD'),
            'receipt_on', to_char(p.receipt_on, 'YYYY-MM-DD'))
        WHEN 'phone' THEN jsonb_build_object('phone', nullif(p.phone, '')) END)
$$;

-- Since when it says so.
CREATE FUNCTION said_since(p person, field text) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT greatest((p.as_of ->> field)::timestamptz, f.opened_at,
        CASE field WHEN 'permit' THEN (SELECT max(t.at) FROM timeline t WHERE t.case_id = p.case_id AND t.code = 'permit_updated') END)
    FROM case_file f WHERE f.id = p.case_id
$$;

-- Chooses, of what two files say of their person, what holds in the one that stays:
-- as was asked, by field ('merged', 'kept'), and else what is newer. Nothing said goes
-- before nothing, and a day of birth before a 1 January, which often stands for a year
-- alone. What is not chosen is set aside. Languages and needs are united; the person
-- is found by the names of both. Where another permit holds, the case that stays hears
-- of it, and watches its day.
CREATE FUNCTION merge_persons(merged uuid, kept uuid, adoption uuid, chosen jsonb, staff uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m person;
    k person;
    m_file case_file;
    k_file case_file;
    keys_of_kept person_key[];
    f text;
    of_merged jsonb;
    of_kept jsonb;
    takes boolean;
    watch uuid := md5(adoption || ' permit')::uuid;
BEGIN
    SELECT * INTO STRICT m FROM person p WHERE p.case_id = merged;
    SELECT * INTO STRICT k FROM person p WHERE p.case_id = kept FOR UPDATE;
    SELECT * INTO STRICT m_file FROM case_file o WHERE o.id = merged;
    SELECT * INTO STRICT k_file FROM case_file o WHERE o.id = kept;
    keys_of_kept := ARRAY(SELECT o FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number');
    UPDATE set_aside SET case_id = kept WHERE case_id = merged;
    FOREACH f IN ARRAY ARRAY['name', 'birth_date', 'citizenship', 'permit', 'phone'] LOOP
        of_merged := said_of(m, f);
        of_kept := said_of(k, f);
        CONTINUE WHEN of_merged = of_kept;
        takes := CASE WHEN chosen ->> f = 'merged' THEN true WHEN chosen ->> f = 'kept' THEN false
            WHEN '{}' IN (of_merged, of_kept) THEN of_kept = '{}'
            WHEN f = 'birth_date' AND (to_char(m.birth_date, 'MM-DD') = '01-01') <> (to_char(k.birth_date, 'MM-DD') = '01-01')
                THEN to_char(k.birth_date, 'MM-DD') = '01-01'
            ELSE said_since(m, f) > said_since(k, f) END;
        k.as_of := k.as_of || jsonb_build_object(f, CASE WHEN chosen ->> f IN ('merged', 'kept') THEN merge_persons.at
            WHEN takes THEN said_since(m, f) ELSE said_since(k, f) END);
        INSERT INTO set_aside (case_id, field, value, from_number, at, by_staff)
            SELECT kept, f, v.value, v.number, merge_persons.at, merge_persons.staff
            FROM (SELECT CASE WHEN takes THEN of_kept ELSE of_merged END, CASE WHEN takes THEN k_file.number ELSE m_file.number END) v (value, number)
            WHERE v.value <> '{}';
        CONTINUE WHEN NOT takes;
        CASE f
        WHEN 'name' THEN k.given_name := m.given_name; k.family_name := m.family_name;
        WHEN 'birth_date' THEN k.birth_date := m.birth_date;
        WHEN 'citizenship' THEN k.citizenship := m.citizenship;
        WHEN 'permit' THEN
            k.permit := m.permit; k.permit_expiry := m.permit_expiry; k.receipt_on := m.receipt_on;
            INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, data, created_at, wake_at)
                VALUES (watch, 'case/' || kept, kept, k_file.zone, '', 'case/' || merged, '', watch::text, '', 'permit',
                    jsonb_build_object('op', 'permit', 'case', 'case/' || kept),
                    jsonb_strip_nulls(jsonb_build_object('permit', m.permit, 'permit_expiry', CASE WHEN m.permit <> 'requested' THEN m.permit_expiry END)),
                    clock_timestamp(), clock_timestamp());
            PERFORM pg_notify('percorso_wake', '');
        WHEN 'phone' THEN k.phone := m.phone;
        END CASE;
    END LOOP;
    UPDATE person p SET given_name = k.given_name, family_name = k.family_name, birth_date = k.birth_date, citizenship = k.citizenship, permit = k.permit,
        permit_expiry = k.permit_expiry, receipt_on = k.receipt_on, phone = k.phone, as_of = k.as_of,
        languages = k.languages || ARRAY(SELECT l FROM unnest(m.languages) WITH ORDINALITY AS u (l, n) WHERE NOT l = ANY (k.languages) ORDER BY n)
        WHERE p.case_id = kept;
    UPDATE case_file o SET needs = k_file.needs || ARRAY(SELECT x FROM unnest(m_file.needs) WITH ORDINALITY AS u (x, n) WHERE NOT x = ANY (k_file.needs) ORDER BY n),
        notice_version = CASE WHEN m_file.opened_at > k_file.opened_at AND m_file.notice_version <> '' OR k_file.notice_version = ''
            THEN m_file.notice_version ELSE k_file.notice_version END
        WHERE o.id = kept;
    IF k.keys > 0 AND m.keys > 0 THEN
        DELETE FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number';
        INSERT INTO person_key (case_id, zone, kind, key, opened_at)
            SELECT kept, k_file.zone, o.kind, o.key, k_file.opened_at FROM (
                SELECT u.kind, u.key FROM unnest(keys_of_kept) AS u UNION SELECT o.kind, o.key FROM person_key o WHERE o.case_id = merged AND o.kind <> 'number') o;
        UPDATE person p SET keys = least(k.keys, m.keys) WHERE p.case_id = kept;
    END IF;
END $$;

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
                disclosed(kept, 'consent', true, '{}', false), merge_consents.at, f.notice_version
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
REVOKE EXECUTE ON FUNCTION merge_consents, claim_contact, said_of, said_since, merge_persons FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merge_persons TO percorso_worker;
GRANT EXECUTE ON FUNCTION said_of TO percorso_definer;
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
DROP FUNCTION merge_persons, said_since, said_of, merge_consents, claim_contact;
DROP TABLE set_aside;
ALTER TABLE person DROP COLUMN as_of;
REVOKE UPDATE (given_name, family_name, birth_date, citizenship, permit, permit_expiry, receipt_on, languages, phone) ON person FROM percorso_definer;
REVOKE UPDATE (needs, notice_version) ON case_file FROM percorso_definer;
ALTER TABLE consent DROP COLUMN renewed_by;
REVOKE INSERT ON share FROM percorso_definer;
REVOKE UPDATE (withdrawn_at, withdrawn_to) ON consent FROM percorso_definer;
