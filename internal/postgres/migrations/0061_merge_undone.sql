-- +goose Up

-- Two people take back a merge that was a mistake. So that the file that ended can stand
-- again as it was, a merge remembers what it was about to change.
--
-- The code of before works on this schema, and remembers nothing: what it merges stays so.

CREATE TABLE file_merge (
    entry      uuid PRIMARY KEY,                   -- the command that asked for it
    case_id    uuid NOT NULL REFERENCES case_file, -- the file that stays
    merged     uuid NOT NULL REFERENCES case_file,
    at         timestamptz NOT NULL,
    before     jsonb NOT NULL,                     -- what it changed, as it was; empty once nobody can ask for it any more
    undone_at  timestamptz,
    kept_since jsonb NOT NULL DEFAULT '[]',        -- what was recorded meanwhile and stayed, by codes
    proposed   jsonb NOT NULL DEFAULT '[]'         -- what it had ended, and is to be asked again
);
CREATE INDEX file_merge_case ON file_merge (case_id);
CREATE INDEX file_merge_merged ON file_merge (merged, at DESC);
ALTER TABLE file_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY protected ON file_merge AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id NOT IN (SELECT hidden_cases()) AND merged NOT IN (SELECT hidden_cases()));
GRANT SELECT, INSERT, UPDATE ON file_merge TO percorso_definer;
GRANT UPDATE (stage, closed_at, outcome, suspended_at, suspended_until) ON case_file TO percorso_definer;
GRANT UPDATE (outcome, ended_at, holder, reserved_at, suspended, stood_at) ON task TO percorso_definer;
GRANT INSERT ON wait, told_apart TO percorso_definer;
GRANT SELECT ON told_apart TO percorso_definer;
GRANT DELETE ON case_grant, set_aside TO percorso_definer;

-- +goose StatementBegin

-- Remembers of two files, in the step that merges them and before it changes anything,
-- what their merge is about to change. What can no longer be taken back is forgotten.
CREATE FUNCTION remember_merge(merged uuid, kept uuid, entry uuid, at timestamptz, forget timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    own text := 'case/' || merged;
    t text;
    ids jsonb := '{}';
    rows_of jsonb;
BEGIN
    UPDATE file_merge m SET before = '{}' WHERE m.at < forget AND m.before <> '{}';
    FOREACH t IN ARRAY ARRAY['record', 'contact', 'mail', 'minutes', 'meeting', 'goal_finding'] LOOP
        EXECUTE format('SELECT coalesce(jsonb_agg(id), ''[]'') FROM %I WHERE case_id = $1', t) INTO rows_of USING merged;
        ids := ids || jsonb_build_object(t, rows_of);
    END LOOP;
    INSERT INTO file_merge (entry, case_id, merged, at, before) SELECT remember_merge.entry, kept, m.id, remember_merge.at, jsonb_build_object(
        'ids', ids,
        'state', r.state,
        'runs', ARRAY(SELECT o.id FROM run o WHERE o.case_id = m.id AND o.kind NOT IN ('case', 'transfer') ORDER BY o.id),
        'ended', ARRAY(SELECT o.id FROM run o WHERE o.case_id = m.id AND o.kind NOT IN ('case', 'transfer') AND o.ended_at IS NOT NULL),
        'tasks', (SELECT coalesce(jsonb_agg(o), '[]') FROM task o WHERE o.run_id = own AND o.ended_at IS NULL),
        'waits', (SELECT coalesce(jsonb_agg(o), '[]') FROM wait o WHERE o.run_id = own),
        'suspended', jsonb_build_object('at', m.suspended_at, 'until', m.suspended_until),
        'plans', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'version', o.version, 'state', o.state)), '[]') FROM plan o WHERE o.case_id = m.id),
        'actions', (SELECT coalesce(jsonb_agg(o.action_id), '[]') FROM action_progress o WHERE o.case_id = m.id),
        'consents', (SELECT coalesce(jsonb_agg(o), '[]') FROM consent o WHERE o.case_id IN (m.id, kept)),
        'aside', (SELECT coalesce(jsonb_agg(o), '[]') FROM set_aside o WHERE o.case_id IN (m.id, kept)),
        'person', (SELECT to_jsonb(o) FROM person o WHERE o.case_id = kept),
        'needs', k.needs, 'notice', k.notice_version,
        'grants', ARRAY(SELECT g.agency FROM case_grant g WHERE g.case_id = kept))
        FROM case_file m, case_file k, run r WHERE m.id = merged AND k.id = kept AND r.id = own;
END $$;

-- Remembers of a merge that is done how it left the person, what it set aside of both, which
-- consents it withdrew, and which branches it told to end.
CREATE FUNCTION remember_merged(entry uuid, adoption uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    SET CONSTRAINTS carry_contacts IMMEDIATE;
    UPDATE file_merge m SET before = m.before || jsonb_build_object(
        'after', (SELECT to_jsonb(p) FROM person p WHERE p.case_id = m.case_id),
        'set_aside', (SELECT coalesce(jsonb_agg(o), '[]') FROM set_aside o WHERE o.case_id = m.case_id
            AND NOT EXISTS (SELECT FROM jsonb_populate_recordset(NULL::set_aside, m.before -> 'aside') x WHERE (o.field, o.value, o.from_number, o.at) = (x.field, x.value, x.from_number, x.at))),
        'united', (SELECT f.needs FROM case_file f WHERE f.id = m.case_id),
        'withdrawn', ARRAY(SELECT o.id FROM consent o, jsonb_populate_recordset(NULL::consent, m.before -> 'consents') b
            WHERE o.id = b.id AND b.withdrawn_at IS NULL AND o.withdrawn_at IS NOT NULL),
        'told', ARRAY(SELECT c.run_id FROM command c WHERE c.case_id = m.case_id
            AND (c.operation = 'withdraw_consent' AND c.id = md5(adoption || ' consent ' || c.run_id)::uuid
                OR c.operation = 'end' AND c.id = md5(adoption || c.run_id || 'end')::uuid)))
        WHERE m.entry = remember_merged.entry;
    SET CONSTRAINTS carry_contacts DEFERRED;
END $$;

-- How a file that the caller sees was merged, and stands since: the runs of both cases
-- are locked, so that of two who take it back one comes second. No row: it is not merged.
CREATE FUNCTION merge_of(c uuid) RETURNS TABLE (at timestamptz, kept uuid, remembered boolean, merged_on boolean, asked_elsewhere boolean, said_by text[])
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

-- What is said of a person in a file that another one was merged into, without what came
-- of that: each column as it was, unless it was corrected meanwhile. A name, a day of birth
-- and what a permit is go together. A column that comes later is restored like the others.
CREATE FUNCTION unmerged(said jsonb, was jsonb, became jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT said || coalesce(jsonb_object_agg(u.key, u.value) FILTER (WHERE u.as_merged), '{}') FROM (
        SELECT x.key, x.value, bool_and(said -> x.key = became -> x.key) OVER (PARTITION BY CASE
            WHEN x.key IN ('given_name', 'family_name') THEN 'name'
            WHEN x.key IN ('birth_date', 'birth_year_only') THEN 'birth_date'
            WHEN x.key IN ('permit', 'permit_expiry', 'receipt_on') THEN 'permit' ELSE x.key END) AS as_merged
        FROM jsonb_each(was) x WHERE x.key NOT IN ('id', 'case_id', 'as_of', 'keys', 'version')) u
$$;

-- Gives the person of a file that the caller sees the keys of what is said of them.
CREATE FUNCTION renew_keys(c uuid, keys_version int, kinds text[], keys text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(c)) THEN
        RAISE EXCEPTION 'the caller does not see the case';
    END IF;
    DELETE FROM person_key k WHERE k.case_id = c;
    PERFORM keep_keys(c, kinds, renew_keys.keys);
    UPDATE person o SET keys = keys_version WHERE o.case_id = c;
END $$;

-- Takes the merge of a file back, which the caller has asked about with merge_of. Its own
-- things are its own again, its run stands where it stood, with its clocks as in a
-- suspension, and waits to be started; what was recorded meanwhile stays where it is.
CREATE FUNCTION undo_merge(c uuid, command uuid, now timestamptz, rule text) RETURNS uuid
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

-- The merges of a file that the caller sees, from both sides, the latest first.
CREATE FUNCTION merges_of(c uuid) RETURNS TABLE (other uuid, number text, stays boolean, at timestamptz, remembers boolean, undone_at timestamptz, kept_since jsonb, proposed jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT f.id, f.number, m.case_id = c, m.at, m.before <> '{}' AND k.merged_into IS NULL, m.undone_at, m.kept_since, m.proposed
    FROM file_merge m JOIN case_file f ON f.id = CASE WHEN m.case_id = c THEN m.merged ELSE m.case_id END JOIN case_file k ON k.id = m.case_id
    WHERE (m.case_id = c OR m.merged = c) AND EXISTS (SELECT FROM case_file o WHERE o.id = c AND o.zone = my('zone')) AND owner_sees_case(c)
    ORDER BY m.at DESC
$$;

-- Where the case of a run is that a merge, or its undoing, took from one that is named;
-- NULL: nothing took it from there.
CREATE FUNCTION case_now(run text, named uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.case_id FROM run r WHERE r.id = case_now.run AND r.case_id <> named
        AND EXISTS (SELECT FROM file_merge m WHERE m.case_id = named AND m.merged = r.case_id AND m.undone_at IS NOT NULL)
$$;

-- As before, and one that was accepted for the file that stays in the moment in which the
-- merge was taken back.
CREATE OR REPLACE FUNCTION follow_merge(entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    kept uuid := my('case')::uuid;
BEGIN
    UPDATE command c SET case_id = kept, answer = jsonb_set(c.answer, '{case}', to_jsonb('case/' || kept))
    FROM run r WHERE c.id = entry AND c.state = 'accepted' AND r.id = c.run_id AND r.case_id = kept
        AND c.case_id <> kept AND (c.case_id = ANY (same_file(kept))
            OR EXISTS (SELECT FROM file_merge m WHERE m.merged = kept AND m.case_id = c.case_id AND m.undone_at IS NOT NULL));
    RETURN FOUND;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION remember_merge, remember_merged, merge_of, undo_merge, renew_keys, merges_of, case_now FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remember_merge, remember_merged, case_now TO percorso_worker;
GRANT EXECUTE ON FUNCTION merge_of, undo_merge, renew_keys, merges_of TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION follow_merge(entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    kept uuid := my('case')::uuid;
BEGIN
    UPDATE command c SET case_id = kept, answer = jsonb_set(c.answer, '{case}', to_jsonb('case/' || kept))
    FROM run r WHERE c.id = entry AND c.state = 'accepted' AND r.id = c.run_id AND r.case_id = kept
        AND c.case_id <> kept AND c.case_id = ANY (same_file(kept));
    RETURN FOUND;
END $$;
-- +goose StatementEnd
DROP FUNCTION remember_merge, remember_merged, merge_of, undo_merge, unmerged, renew_keys, merges_of, case_now;
DROP TABLE file_merge;
REVOKE UPDATE (stage, closed_at, outcome, suspended_at, suspended_until) ON case_file FROM percorso_definer;
REVOKE UPDATE (outcome, ended_at, holder, reserved_at, suspended, stood_at) ON task FROM percorso_definer;
REVOKE INSERT ON wait, told_apart FROM percorso_definer;
REVOKE SELECT ON told_apart FROM percorso_definer;
REVOKE DELETE ON case_grant, set_aside FROM percorso_definer;
