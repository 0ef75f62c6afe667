-- +goose Up

-- Who protects a person, and who takes a merge back, waits for what the case has, and not for
-- all cases, runs and consents to be read from one end to the other.
--
-- The code of before works on this schema.
CREATE INDEX case_file_continued ON case_file (continued_in) WHERE continued_in IS NOT NULL;

-- +goose StatementBegin
-- As before; the files that went before are found by one of two indexes each.
CREATE OR REPLACE FUNCTION protect(c uuid, named uuid[], why text, at timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
    own text[];
    me uuid := my('staff')::uuid;
    refused text;
BEGIN
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    SELECT * INTO f FROM case_file o WHERE o.id = c AND o.zone = my('zone') AND owner_sees_case(o.id);
    IF NOT FOUND OR my('role') NOT IN ('social_worker', 'supervisor') THEN RETURN 'unknown_case'; END IF;
    IF f.merged_into IS NOT NULL THEN RETURN 'file_merged'; END IF;
    IF EXISTS (SELECT FROM protection p WHERE p.case_id = c) THEN RETURN 'protected_already'; END IF;
    IF EXISTS (SELECT FROM asked_elsewhere(c)) THEN RETURN 'transfer_under_way'; END IF;
    own := ARRAY(SELECT g.agency FROM case_grant g WHERE g.case_id = c ORDER BY g.agency);
    refused := refuse_keepers(c, f.zone, own, named || me, 2);
    IF refused IS NOT NULL THEN RETURN refused; END IF;
    INSERT INTO keeper (file, staff, agency, named_at, named_by)
        SELECT DISTINCT c, s.id, s.agency, protect.at, me FROM staff s WHERE s.id = ANY (named || me);
    INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff)
        WITH RECURSIVE file AS (SELECT f.id, f.number UNION SELECT o.id, o.number FROM file CROSS JOIN LATERAL (
                SELECT a.id, a.number FROM case_file a WHERE a.merged_into = file.id UNION ALL SELECT a.id, a.number FROM case_file a WHERE a.continued_in = file.id) o)
        SELECT file.id, c, f.zone, file.number, own, why, protect.at, me FROM file;
    UPDATE link l SET expires_at = least(l.expires_at, protect.at) WHERE l.case_id = c AND l.used_at IS NULL;
    UPDATE mail m SET recipient = (SELECT s.email FROM staff s WHERE s.id = me)
        WHERE m.case_id = c AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.link NOT LIKE '/invito/%' AND NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.email = m.recipient);
    UPDATE mail m SET failed_at = protect.at, held_at = NULL, halts = false, cause = 'protected'
        WHERE m.case_id = c AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.link LIKE '/invito/%';
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
-- As before; what the merge withdrew and told to end is found by its ids.
CREATE OR REPLACE FUNCTION undo_merge(c uuid, command uuid, now timestamptz, rule text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    m file_merge;
    b jsonb;
    own text := 'case/' || c;
    kept text;
    runs text[];
    going text[];      -- its branches that go on
    over text[];       -- that have ended meanwhile
    late text[];       -- of which the other case has yet to hear that they have ended
    rests boolean;     -- its case stood still before
    t text;
    p person;
    was person;
    became person;
    now_said jsonb;    -- of the person of the file that stays
    left_state jsonb;
    withdrawn uuid[];  -- consents
    told text[];       -- branches that were to end
BEGIN
    SELECT * INTO STRICT m FROM file_merge o WHERE o.merged = c AND o.undone_at IS NULL AND o.before <> '{}' AND my('role') IN ('social_worker', 'supervisor')
        AND EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) AND owner_sees_case(c) ORDER BY o.at DESC LIMIT 1;
    b := m.before;
    withdrawn := ARRAY(SELECT jsonb_array_elements_text(b -> 'withdrawn')::uuid);
    told := ARRAY(SELECT jsonb_array_elements_text(b -> 'told'));
    kept := 'case/' || m.case_id;
    runs := ARRAY(SELECT jsonb_array_elements_text(b -> 'runs'));
    rests := b -> 'state' ? 'suspended';
    PERFORM FROM run r WHERE r.id = ANY (runs) ORDER BY r.id FOR UPDATE;
    PERFORM FROM task o WHERE o.run_id = own OR o.run_id = ANY (runs) ORDER BY o.id FOR UPDATE;
    PERFORM FROM mail o WHERE o.case_id = m.case_id AND (o.run_id = own OR o.run_id = ANY (runs)) AND o.failed_at IS NULL ORDER BY o.id FOR UPDATE;
    PERFORM FROM action_progress o WHERE o.case_id = m.case_id ORDER BY o.action_id FOR UPDATE;
    PERFORM FROM case_file o WHERE o.id IN (c, m.case_id) ORDER BY o.id FOR UPDATE;
    going := ARRAY(SELECT r.id FROM run r WHERE r.id = ANY (runs) AND r.ended_at IS NULL ORDER BY r.id);
    over := ARRAY(SELECT r.id FROM run r WHERE r.id = ANY (runs) AND r.ended_at IS NOT NULL AND NOT b -> 'ended' ? r.id ORDER BY r.id);

    late := ARRAY(SELECT o.caller FROM command o WHERE o.run_id = kept AND o.state = 'accepted' AND o.operation = 'report' AND o.caller = ANY (over));
    UPDATE command o SET run_id = own, case_id = c, answer = jsonb_set(o.answer, '{case}', to_jsonb(own))
        WHERE o.run_id = kept AND o.state = 'accepted' AND o.operation = 'report' AND o.caller = ANY (late);
    over := ARRAY(SELECT unnest(over) EXCEPT SELECT unnest(late));

    -- The file, and what its branches have.
    UPDATE case_file f SET merged_into = NULL, closed_at = NULL, outcome = '', stage = f.last_stage,
        suspended_at = (b #>> '{suspended,at}')::timestamptz, suspended_until = (b #>> '{suspended,until}')::timestamptz WHERE f.id = c;
    UPDATE run r SET case_id = c WHERE r.id = ANY (runs);
    UPDATE command o SET case_id = c, answer = jsonb_set(o.answer, '{case}', to_jsonb(own)) WHERE o.case_id = m.case_id AND o.run_id = ANY (runs);
    UPDATE task o SET case_id = c WHERE o.run_id = own OR o.run_id = ANY (runs);
    FOREACH t IN ARRAY ARRAY['share', 'wait', 'referral', 'appointment', 'equipe', 'seat', 'link', 'mail'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2 AND run_id = ANY ($3)', t) USING c, m.case_id, runs;
    END LOOP;
    FOREACH t IN ARRAY ARRAY['record', 'contact', 'mail', 'minutes', 'meeting', 'goal_finding'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2 AND id IN (SELECT jsonb_array_elements_text($3)::uuid)', t) USING c, m.case_id, b -> 'ids' -> t;
    END LOOP;

    -- Its plans, with those that its équipes have made meanwhile behind them.
    UPDATE plan o SET case_id = c, version = x.version FROM jsonb_to_recordset(b -> 'plans') AS x (id uuid, version int) WHERE o.id = x.id AND o.case_id = m.case_id;
    UPDATE plan o SET case_id = c, version = x.version FROM (SELECT n.id, row_number() OVER (ORDER BY n.version)
            + (SELECT coalesce(max(q.version), 0) FROM plan q WHERE q.case_id = c) AS version FROM plan n WHERE n.case_id = m.case_id AND n.run_id = ANY (runs)) x
        WHERE o.id = x.id;
    UPDATE plan o SET state = 'active', ended_at = NULL FROM jsonb_to_recordset(b -> 'plans') AS x (id uuid, state text)
        WHERE o.id = x.id AND x.state = 'active' AND o.state = 'revised' AND o.ended_at = m.at AND NOT EXISTS (SELECT FROM plan q WHERE q.case_id = c AND q.state = 'active');
    UPDATE action_progress o SET case_id = c WHERE o.case_id = m.case_id AND (b -> 'actions' ? o.action_id::text
        OR EXISTS (SELECT FROM plan q, jsonb_array_elements(q.content -> 'actions') a WHERE q.case_id = c AND a ->> 'id' = o.action_id::text));

    -- What the person has declared in it. What was over since the other file had the same
    -- is in force where that still is; what the merge withdrew is not, and is proposed.
    UPDATE consent o SET case_id = c FROM jsonb_populate_recordset(NULL::consent, b -> 'consents') x WHERE o.id = x.id AND x.case_id = c;
    UPDATE consent o SET withdrawn_at = NULL, withdrawn_to = NULL, renewed_by = NULL FROM consent other
        WHERE o.id = ANY (withdrawn) AND other.id = o.renewed_by AND other.withdrawn_at IS NULL
            AND NOT EXISTS (SELECT FROM consent q WHERE q.case_id = o.case_id AND q.agency = o.agency AND q.purpose = o.purpose AND q.withdrawn_at IS NULL);

    -- The person of the file that stays, but for what was corrected meanwhile.
    SELECT * INTO STRICT p FROM person o WHERE o.case_id = m.case_id FOR UPDATE;
    was := jsonb_populate_record(NULL::person, b -> 'person');
    became := jsonb_populate_record(NULL::person, b -> 'after');
    now_said := unmerged(to_jsonb(p), b -> 'person', b -> 'after');
    SELECT string_agg(format('%I', x.key), ', ') INTO t FROM jsonb_each(now_said) x WHERE x.value IS DISTINCT FROM to_jsonb(p) -> x.key;
    IF t IS NOT NULL THEN
        EXECUTE format('UPDATE person o SET (%1$s) = (SELECT %1$s FROM jsonb_populate_record(NULL::person, $1)) WHERE o.case_id = $2', t) USING now_said, m.case_id;
    END IF;
    p := jsonb_populate_record(p, now_said);
    UPDATE person o SET as_of = (SELECT coalesce(jsonb_object_agg(n.key, n.since), '{}') FROM (
            SELECT e.key, CASE WHEN e.value = became.as_of -> e.key THEN was.as_of -> e.key ELSE e.value END AS since FROM jsonb_each(p.as_of) e) n WHERE n.since IS NOT NULL)
        WHERE o.case_id = m.case_id;
    UPDATE case_file f SET needs = ARRAY(SELECT x FROM unnest(f.needs) WITH ORDINALITY u (x, n) WHERE b -> 'needs' ? x OR NOT b -> 'united' ? x ORDER BY n),
        notice_version = b ->> 'notice' WHERE f.id = m.case_id;
    -- What was set aside of either is in its place, or stays to be read where that was corrected.
    DELETE FROM set_aside o USING case_file f, jsonb_populate_recordset(NULL::set_aside, b -> 'set_aside') x
        WHERE o.case_id = m.case_id AND (o.field, o.value, o.from_number, o.at) = (x.field, x.value, x.from_number, x.at) AND o.from_number = f.number AND (f.id = c OR f.id = m.case_id AND o.value = CASE WHEN o.field IN ('name', 'birth_date', 'citizenship', 'permit', 'phone')
            THEN said_of(p, o.field) ELSE jsonb_build_object(o.field, to_jsonb(p) -> o.field) END);
    UPDATE set_aside o SET case_id = c FROM jsonb_populate_recordset(NULL::set_aside, b -> 'aside') x
        WHERE x.case_id = c AND o.case_id = m.case_id AND (o.field, o.value, o.from_number, o.at) = (x.field, x.value, x.from_number, x.at);
    -- Who sees it by the other file alone no longer does, unless they have work in it.
    DELETE FROM case_grant g WHERE g.case_id = m.case_id AND NOT b -> 'grants' ? g.agency
        AND NOT EXISTS (SELECT FROM task o WHERE o.case_id = m.case_id AND o.agency = g.agency AND o.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM case_grant o JOIN case_file f ON f.id = o.case_id WHERE f.merged_into = m.case_id AND o.agency = g.agency);
    INSERT INTO told_apart (case_id, other_id, zone, at, by_staff) VALUES (c, m.case_id, my('zone'), undo_merge.now, my('staff')::uuid) ON CONFLICT DO NOTHING;
    -- Of a protected person both stay so, each with its keepers.
    INSERT INTO keeper (file, staff, agency, named_at, named_by) SELECT c, k.staff, k.agency, k.named_at, k.named_by
        FROM keeper k JOIN protection o ON o.case_id = c AND o.file = k.file WHERE o.file <> c ON CONFLICT DO NOTHING;
    UPDATE protection o SET file = c WHERE o.case_id = c;

    -- Its run: where it stood, with its tasks and its waits. Whose holder works there no
    -- more waits for somebody else.
    UPDATE task o SET state = CASE WHEN x.holder IS NOT NULL AND h.id IS NULL THEN 'ready' ELSE x.state END, outcome = '', ended_at = NULL,
            holder = h.id, reserved_at = CASE WHEN h.id IS NOT NULL THEN x.reserved_at END,
            suspended = CASE WHEN rests THEN x.suspended ELSE x.kind <> 'permit_renewal' END,
            stood_at = CASE WHEN rests THEN x.stood_at WHEN x.kind <> 'permit_renewal' THEN m.at END
        FROM jsonb_populate_recordset(NULL::task, b -> 'tasks') x LEFT JOIN staff h ON h.id = x.holder AND h.active AND (h.zone, h.agency) = (x.zone, x.agency)
        WHERE o.id = x.id;
    INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at, stood_at, stood_due)
        SELECT own, w.step, c, w.zone, w.code, w.set_at, CASE WHEN f.goes_on THEN w.due_at END,
            CASE WHEN NOT f.goes_on THEN coalesce(w.stood_at, m.at) END, CASE WHEN NOT f.goes_on THEN coalesce(w.stood_due, w.due_at) END
        FROM jsonb_populate_recordset(NULL::wait, b -> 'waits') w, LATERAL (SELECT rests AND w.due_at IS NOT NULL
            OR w.code IN ('permit_warning', 'suspension_over', 'turns_sixteen', 'nearly_adult', 'plan_action_date', 'permit_granted') AS goes_on) f;
    left_state := b -> 'state';
    IF NOT rests THEN
        left_state := left_state || jsonb_build_object('suspended', undo_merge.now, 'open', (SELECT coalesce(jsonb_agg(CASE
            WHEN EXISTS (SELECT FROM wait w WHERE w.run_id = own AND w.step = o.value ->> 'step' AND w.due_at IS NULL) THEN o.value - 'due' ELSE o.value END ORDER BY o.n), '[]')
            FROM jsonb_array_elements(left_state -> 'open') WITH ORDINALITY o (value, n)));
    END IF;
    UPDATE run r SET state = left_state, ended_at = NULL, outcome = '', next_due = (SELECT min(due) FROM (
            SELECT min(least(o.next_at, o.alarm_at)) AS due FROM task o WHERE o.run_id = own AND o.ended_at IS NULL
            UNION ALL SELECT min(w.due_at) FROM wait w WHERE w.run_id = own) clocks) WHERE r.id = own;

    -- What was recorded meanwhile and stays, and what is to be asked again, on both sides.
    UPDATE file_merge o SET undone_at = undo_merge.now, before = '{}',
        kept_since = (SELECT coalesce(jsonb_agg(x ORDER BY x.at), '[]') FROM (
            SELECT 'record' AS what, r.kind, r.agency, r.created_at AS at FROM record r
                WHERE r.case_id = m.case_id AND r.created_at > m.at AND r.kind NOT IN ('merge', 'vouch', 'mistake', 'undo')
            UNION ALL SELECT 'branch', r.kind, r.agency, r.started_at FROM run r WHERE r.case_id = m.case_id AND r.kind <> 'case' AND r.started_at > m.at) x),
        proposed = (SELECT coalesce(jsonb_agg(x ORDER BY x.what, x.agency, x.purpose), '[]') FROM (
            SELECT 'consent' AS what, q.case_id, q.agency, q.purpose FROM consent q WHERE q.id = ANY (withdrawn) AND q.withdrawn_at IS NOT NULL
            UNION ALL SELECT DISTINCT r.kind, r.case_id, r.agency, coalesce((SELECT f.purpose FROM referral f WHERE f.run_id = r.id ORDER BY f.requested_at LIMIT 1), '')
                FROM run r WHERE r.id = ANY (told) AND r.kind <> 'follow-up') x)
        WHERE o.entry = m.entry;

    -- What both cases hear of it. Its own run is started by who looks for lost ones, as soon
    -- as it does not answer.
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT x.id, x.run, x.case_id, my('zone'), '', x.caller, '', x.id::text, '', x.answer ->> 'op', jsonb_strip_nulls(x.answer || jsonb_build_object('case', 'case/' || x.case_id)),
            clock_timestamp(), clock_timestamp()
        FROM (SELECT md5(undo_merge.command || y.run || y.caller || (y.answer ->> 'op'))::uuid AS id, y.* FROM (
            SELECT 1 AS n, own AS run, c AS case_id, r.id AS caller, jsonb_build_object('op', 'report', 'run', r.id, 'outcome', 'abandoned', 'reason', rule) AS answer
                FROM run r WHERE r.id = ANY (over)
            UNION ALL SELECT 2, own, c, own, jsonb_build_object('op', 'resume') WHERE NOT rests
            UNION ALL SELECT 2, r.id, c, own, jsonb_build_object('op', 'suspend', 'until', (b #>> '{suspended,until}')::timestamptz)
                FROM run r WHERE rests AND r.id = ANY (going) AND NOT r.state ? 'suspended'
            UNION ALL SELECT 3, own, c, kept, jsonb_build_object('op', 'permit', 'outcome', 'merged', 'reason', CASE WHEN cardinality(over) = 0 THEN rule END)
            UNION ALL SELECT 4, kept, m.case_id, r.id, jsonb_build_object('op', 'report', 'run', r.id, 'outcome', rule) FROM run r WHERE r.id = ANY (going || late)
            UNION ALL SELECT 5, kept, m.case_id, own, jsonb_build_object('op', 'permit', 'outcome', 'merged', 'reason', rule)) y) x
        WHERE EXISTS (SELECT FROM run r WHERE r.id = x.run AND r.ended_at IS NULL) ORDER BY x.n, x.caller;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff)
        SELECT m.case_id, kept, my('zone'), undo_merge.now, 'merge_undone', f.number, undo_merge.command, my('staff')::uuid FROM case_file f WHERE f.id = c
        UNION ALL SELECT c, own, my('zone'), undo_merge.now, 'merge_undone', f.number, undo_merge.command, my('staff')::uuid FROM case_file f WHERE f.id = m.case_id;
    PERFORM mark_health(m.case_id);
    PERFORM pg_notify('percorso_wake', '');
    RETURN m.case_id;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION undo_merge(c uuid, command uuid, now timestamptz, rule text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    m file_merge;
    b jsonb;
    own text := 'case/' || c;
    kept text;
    runs text[];
    going text[];      -- its branches that go on
    over text[];       -- that have ended meanwhile
    late text[];       -- of which the other case has yet to hear that they have ended
    rests boolean;     -- its case stood still before
    t text;
    p person;
    was person;
    became person;
    now_said jsonb;    -- of the person of the file that stays
    left_state jsonb;
BEGIN
    SELECT * INTO STRICT m FROM file_merge o WHERE o.merged = c AND o.undone_at IS NULL AND o.before <> '{}' AND my('role') IN ('social_worker', 'supervisor')
        AND EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) AND owner_sees_case(c) ORDER BY o.at DESC LIMIT 1;
    b := m.before;
    kept := 'case/' || m.case_id;
    runs := ARRAY(SELECT jsonb_array_elements_text(b -> 'runs'));
    rests := b -> 'state' ? 'suspended';
    PERFORM FROM run r WHERE r.id = ANY (runs) ORDER BY r.id FOR UPDATE;
    PERFORM FROM task o WHERE o.run_id = own OR o.run_id = ANY (runs) ORDER BY o.id FOR UPDATE;
    PERFORM FROM mail o WHERE o.case_id = m.case_id AND (o.run_id = own OR o.run_id = ANY (runs)) AND o.failed_at IS NULL ORDER BY o.id FOR UPDATE;
    PERFORM FROM action_progress o WHERE o.case_id = m.case_id ORDER BY o.action_id FOR UPDATE;
    PERFORM FROM case_file o WHERE o.id IN (c, m.case_id) ORDER BY o.id FOR UPDATE;
    going := ARRAY(SELECT r.id FROM run r WHERE r.id = ANY (runs) AND r.ended_at IS NULL ORDER BY r.id);
    over := ARRAY(SELECT r.id FROM run r WHERE r.id = ANY (runs) AND r.ended_at IS NOT NULL AND NOT b -> 'ended' ? r.id ORDER BY r.id);

    late := ARRAY(SELECT o.caller FROM command o WHERE o.run_id = kept AND o.state = 'accepted' AND o.operation = 'report' AND o.caller = ANY (over));
    UPDATE command o SET run_id = own, case_id = c, answer = jsonb_set(o.answer, '{case}', to_jsonb(own))
        WHERE o.run_id = kept AND o.state = 'accepted' AND o.operation = 'report' AND o.caller = ANY (late);
    over := ARRAY(SELECT unnest(over) EXCEPT SELECT unnest(late));

    -- The file, and what its branches have.
    UPDATE case_file f SET merged_into = NULL, closed_at = NULL, outcome = '', stage = f.last_stage,
        suspended_at = (b #>> '{suspended,at}')::timestamptz, suspended_until = (b #>> '{suspended,until}')::timestamptz WHERE f.id = c;
    UPDATE run r SET case_id = c WHERE r.id = ANY (runs);
    UPDATE command o SET case_id = c, answer = jsonb_set(o.answer, '{case}', to_jsonb(own)) WHERE o.case_id = m.case_id AND o.run_id = ANY (runs);
    UPDATE task o SET case_id = c WHERE o.run_id = own OR o.run_id = ANY (runs);
    FOREACH t IN ARRAY ARRAY['share', 'wait', 'referral', 'appointment', 'equipe', 'seat', 'link', 'mail'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2 AND run_id = ANY ($3)', t) USING c, m.case_id, runs;
    END LOOP;
    FOREACH t IN ARRAY ARRAY['record', 'contact', 'mail', 'minutes', 'meeting', 'goal_finding'] LOOP
        EXECUTE format('UPDATE %I SET case_id = $1 WHERE case_id = $2 AND id IN (SELECT jsonb_array_elements_text($3)::uuid)', t) USING c, m.case_id, b -> 'ids' -> t;
    END LOOP;

    -- Its plans, with those that its équipes have made meanwhile behind them.
    UPDATE plan o SET case_id = c, version = x.version FROM jsonb_to_recordset(b -> 'plans') AS x (id uuid, version int) WHERE o.id = x.id AND o.case_id = m.case_id;
    UPDATE plan o SET case_id = c, version = x.version FROM (SELECT n.id, row_number() OVER (ORDER BY n.version)
            + (SELECT coalesce(max(q.version), 0) FROM plan q WHERE q.case_id = c) AS version FROM plan n WHERE n.case_id = m.case_id AND n.run_id = ANY (runs)) x
        WHERE o.id = x.id;
    UPDATE plan o SET state = 'active', ended_at = NULL FROM jsonb_to_recordset(b -> 'plans') AS x (id uuid, state text)
        WHERE o.id = x.id AND x.state = 'active' AND o.state = 'revised' AND o.ended_at = m.at AND NOT EXISTS (SELECT FROM plan q WHERE q.case_id = c AND q.state = 'active');
    UPDATE action_progress o SET case_id = c WHERE o.case_id = m.case_id AND (b -> 'actions' ? o.action_id::text
        OR EXISTS (SELECT FROM plan q, jsonb_array_elements(q.content -> 'actions') a WHERE q.case_id = c AND a ->> 'id' = o.action_id::text));

    -- What the person has declared in it. What was over since the other file had the same
    -- is in force where that still is; what the merge withdrew is not, and is proposed.
    UPDATE consent o SET case_id = c FROM jsonb_populate_recordset(NULL::consent, b -> 'consents') x WHERE o.id = x.id AND x.case_id = c;
    UPDATE consent o SET withdrawn_at = NULL, withdrawn_to = NULL, renewed_by = NULL FROM consent other
        WHERE b -> 'withdrawn' ? o.id::text AND other.id = o.renewed_by AND other.withdrawn_at IS NULL
            AND NOT EXISTS (SELECT FROM consent q WHERE q.case_id = o.case_id AND q.agency = o.agency AND q.purpose = o.purpose AND q.withdrawn_at IS NULL);

    -- The person of the file that stays, but for what was corrected meanwhile.
    SELECT * INTO STRICT p FROM person o WHERE o.case_id = m.case_id FOR UPDATE;
    was := jsonb_populate_record(NULL::person, b -> 'person');
    became := jsonb_populate_record(NULL::person, b -> 'after');
    now_said := unmerged(to_jsonb(p), b -> 'person', b -> 'after');
    SELECT string_agg(format('%I', x.key), ', ') INTO t FROM jsonb_each(now_said) x WHERE x.value IS DISTINCT FROM to_jsonb(p) -> x.key;
    IF t IS NOT NULL THEN
        EXECUTE format('UPDATE person o SET (%1$s) = (SELECT %1$s FROM jsonb_populate_record(NULL::person, $1)) WHERE o.case_id = $2', t) USING now_said, m.case_id;
    END IF;
    p := jsonb_populate_record(p, now_said);
    UPDATE person o SET as_of = (SELECT coalesce(jsonb_object_agg(n.key, n.since), '{}') FROM (
            SELECT e.key, CASE WHEN e.value = became.as_of -> e.key THEN was.as_of -> e.key ELSE e.value END AS since FROM jsonb_each(p.as_of) e) n WHERE n.since IS NOT NULL)
        WHERE o.case_id = m.case_id;
    UPDATE case_file f SET needs = ARRAY(SELECT x FROM unnest(f.needs) WITH ORDINALITY u (x, n) WHERE b -> 'needs' ? x OR NOT b -> 'united' ? x ORDER BY n),
        notice_version = b ->> 'notice' WHERE f.id = m.case_id;
    -- What was set aside of either is in its place, or stays to be read where that was corrected.
    DELETE FROM set_aside o USING case_file f, jsonb_populate_recordset(NULL::set_aside, b -> 'set_aside') x
        WHERE o.case_id = m.case_id AND (o.field, o.value, o.from_number, o.at) = (x.field, x.value, x.from_number, x.at) AND o.from_number = f.number AND (f.id = c OR f.id = m.case_id AND o.value = CASE WHEN o.field IN ('name', 'birth_date', 'citizenship', 'permit', 'phone')
            THEN said_of(p, o.field) ELSE jsonb_build_object(o.field, to_jsonb(p) -> o.field) END);
    UPDATE set_aside o SET case_id = c FROM jsonb_populate_recordset(NULL::set_aside, b -> 'aside') x
        WHERE x.case_id = c AND o.case_id = m.case_id AND (o.field, o.value, o.from_number, o.at) = (x.field, x.value, x.from_number, x.at);
    -- Who sees it by the other file alone no longer does, unless they have work in it.
    DELETE FROM case_grant g WHERE g.case_id = m.case_id AND NOT b -> 'grants' ? g.agency
        AND NOT EXISTS (SELECT FROM task o WHERE o.case_id = m.case_id AND o.agency = g.agency AND o.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM case_grant o JOIN case_file f ON f.id = o.case_id WHERE f.merged_into = m.case_id AND o.agency = g.agency);
    INSERT INTO told_apart (case_id, other_id, zone, at, by_staff) VALUES (c, m.case_id, my('zone'), undo_merge.now, my('staff')::uuid) ON CONFLICT DO NOTHING;
    -- Of a protected person both stay so, each with its keepers.
    INSERT INTO keeper (file, staff, agency, named_at, named_by) SELECT c, k.staff, k.agency, k.named_at, k.named_by
        FROM keeper k JOIN protection o ON o.case_id = c AND o.file = k.file WHERE o.file <> c ON CONFLICT DO NOTHING;
    UPDATE protection o SET file = c WHERE o.case_id = c;

    -- Its run: where it stood, with its tasks and its waits. Whose holder works there no
    -- more waits for somebody else.
    UPDATE task o SET state = CASE WHEN x.holder IS NOT NULL AND h.id IS NULL THEN 'ready' ELSE x.state END, outcome = '', ended_at = NULL,
            holder = h.id, reserved_at = CASE WHEN h.id IS NOT NULL THEN x.reserved_at END,
            suspended = CASE WHEN rests THEN x.suspended ELSE x.kind <> 'permit_renewal' END,
            stood_at = CASE WHEN rests THEN x.stood_at WHEN x.kind <> 'permit_renewal' THEN m.at END
        FROM jsonb_populate_recordset(NULL::task, b -> 'tasks') x LEFT JOIN staff h ON h.id = x.holder AND h.active AND (h.zone, h.agency) = (x.zone, x.agency)
        WHERE o.id = x.id;
    INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at, stood_at, stood_due)
        SELECT own, w.step, c, w.zone, w.code, w.set_at, CASE WHEN f.goes_on THEN w.due_at END,
            CASE WHEN NOT f.goes_on THEN coalesce(w.stood_at, m.at) END, CASE WHEN NOT f.goes_on THEN coalesce(w.stood_due, w.due_at) END
        FROM jsonb_populate_recordset(NULL::wait, b -> 'waits') w, LATERAL (SELECT rests AND w.due_at IS NOT NULL
            OR w.code IN ('permit_warning', 'suspension_over', 'turns_sixteen', 'nearly_adult', 'plan_action_date', 'permit_granted') AS goes_on) f;
    left_state := b -> 'state';
    IF NOT rests THEN
        left_state := left_state || jsonb_build_object('suspended', undo_merge.now, 'open', (SELECT coalesce(jsonb_agg(CASE
            WHEN EXISTS (SELECT FROM wait w WHERE w.run_id = own AND w.step = o.value ->> 'step' AND w.due_at IS NULL) THEN o.value - 'due' ELSE o.value END ORDER BY o.n), '[]')
            FROM jsonb_array_elements(left_state -> 'open') WITH ORDINALITY o (value, n)));
    END IF;
    UPDATE run r SET state = left_state, ended_at = NULL, outcome = '', next_due = (SELECT min(due) FROM (
            SELECT min(least(o.next_at, o.alarm_at)) AS due FROM task o WHERE o.run_id = own AND o.ended_at IS NULL
            UNION ALL SELECT min(w.due_at) FROM wait w WHERE w.run_id = own) clocks) WHERE r.id = own;

    -- What was recorded meanwhile and stays, and what is to be asked again, on both sides.
    UPDATE file_merge o SET undone_at = undo_merge.now, before = '{}',
        kept_since = (SELECT coalesce(jsonb_agg(x ORDER BY x.at), '[]') FROM (
            SELECT 'record' AS what, r.kind, r.agency, r.created_at AS at FROM record r
                WHERE r.case_id = m.case_id AND r.created_at > m.at AND r.kind NOT IN ('merge', 'vouch', 'mistake', 'undo')
            UNION ALL SELECT 'branch', r.kind, r.agency, r.started_at FROM run r WHERE r.case_id = m.case_id AND r.kind <> 'case' AND r.started_at > m.at) x),
        proposed = (SELECT coalesce(jsonb_agg(x ORDER BY x.what, x.agency, x.purpose), '[]') FROM (
            SELECT 'consent' AS what, q.case_id, q.agency, q.purpose FROM consent q WHERE b -> 'withdrawn' ? q.id::text AND q.withdrawn_at IS NOT NULL
            UNION ALL SELECT DISTINCT r.kind, r.case_id, r.agency, coalesce((SELECT f.purpose FROM referral f WHERE f.run_id = r.id ORDER BY f.requested_at LIMIT 1), '')
                FROM run r WHERE b -> 'told' ? r.id AND r.kind <> 'follow-up') x)
        WHERE o.entry = m.entry;

    -- What both cases hear of it. Its own run is started by who looks for lost ones, as soon
    -- as it does not answer.
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT x.id, x.run, x.case_id, my('zone'), '', x.caller, '', x.id::text, '', x.answer ->> 'op', jsonb_strip_nulls(x.answer || jsonb_build_object('case', 'case/' || x.case_id)),
            clock_timestamp(), clock_timestamp()
        FROM (SELECT md5(undo_merge.command || y.run || y.caller || (y.answer ->> 'op'))::uuid AS id, y.* FROM (
            SELECT 1 AS n, own AS run, c AS case_id, r.id AS caller, jsonb_build_object('op', 'report', 'run', r.id, 'outcome', 'abandoned', 'reason', rule) AS answer
                FROM run r WHERE r.id = ANY (over)
            UNION ALL SELECT 2, own, c, own, jsonb_build_object('op', 'resume') WHERE NOT rests
            UNION ALL SELECT 2, r.id, c, own, jsonb_build_object('op', 'suspend', 'until', (b #>> '{suspended,until}')::timestamptz)
                FROM run r WHERE rests AND r.id = ANY (going) AND NOT r.state ? 'suspended'
            UNION ALL SELECT 3, own, c, kept, jsonb_build_object('op', 'permit', 'outcome', 'merged', 'reason', CASE WHEN cardinality(over) = 0 THEN rule END)
            UNION ALL SELECT 4, kept, m.case_id, r.id, jsonb_build_object('op', 'report', 'run', r.id, 'outcome', rule) FROM run r WHERE r.id = ANY (going || late)
            UNION ALL SELECT 5, kept, m.case_id, own, jsonb_build_object('op', 'permit', 'outcome', 'merged', 'reason', rule)) y) x
        WHERE EXISTS (SELECT FROM run r WHERE r.id = x.run AND r.ended_at IS NULL) ORDER BY x.n, x.caller;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff)
        SELECT m.case_id, kept, my('zone'), undo_merge.now, 'merge_undone', f.number, undo_merge.command, my('staff')::uuid FROM case_file f WHERE f.id = c
        UNION ALL SELECT c, own, my('zone'), undo_merge.now, 'merge_undone', f.number, undo_merge.command, my('staff')::uuid FROM case_file f WHERE f.id = m.case_id;
    PERFORM mark_health(m.case_id);
    PERFORM pg_notify('percorso_wake', '');
    RETURN m.case_id;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION protect(c uuid, named uuid[], why text, at timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
    own text[];
    me uuid := my('staff')::uuid;
    refused text;
BEGIN
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    SELECT * INTO f FROM case_file o WHERE o.id = c AND o.zone = my('zone') AND owner_sees_case(o.id);
    IF NOT FOUND OR my('role') NOT IN ('social_worker', 'supervisor') THEN RETURN 'unknown_case'; END IF;
    IF f.merged_into IS NOT NULL THEN RETURN 'file_merged'; END IF;
    IF EXISTS (SELECT FROM protection p WHERE p.case_id = c) THEN RETURN 'protected_already'; END IF;
    IF EXISTS (SELECT FROM asked_elsewhere(c)) THEN RETURN 'transfer_under_way'; END IF;
    own := ARRAY(SELECT g.agency FROM case_grant g WHERE g.case_id = c ORDER BY g.agency);
    refused := refuse_keepers(c, f.zone, own, named || me, 2);
    IF refused IS NOT NULL THEN RETURN refused; END IF;
    INSERT INTO keeper (file, staff, agency, named_at, named_by)
        SELECT DISTINCT c, s.id, s.agency, protect.at, me FROM staff s WHERE s.id = ANY (named || me);
    INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff)
        WITH RECURSIVE file AS (SELECT f.id, f.number UNION SELECT o.id, o.number FROM case_file o JOIN file ON file.id IN (o.merged_into, o.continued_in))
        SELECT file.id, c, f.zone, file.number, own, why, protect.at, me FROM file;
    UPDATE link l SET expires_at = least(l.expires_at, protect.at) WHERE l.case_id = c AND l.used_at IS NULL;
    UPDATE mail m SET recipient = (SELECT s.email FROM staff s WHERE s.id = me)
        WHERE m.case_id = c AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.link NOT LIKE '/invito/%' AND NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.email = m.recipient);
    UPDATE mail m SET failed_at = protect.at, held_at = NULL, halts = false, cause = 'protected'
        WHERE m.case_id = c AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.link LIKE '/invito/%';
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP INDEX case_file_continued;
