-- +goose Up

-- How each open case stands, as health.Keep last computed it: each step of a run of
-- the case does, and so does the refresher from changes_at on. What changes a case
-- past both sets changes_at back to the epoch, and the row is computed anew. There
-- is a row for each open case, whoever opens it; closing the case takes it away.
--
-- The code of before works on this schema, and keeps nothing: what it writes is
-- marked by the triggers below, which go off at the end of a transaction, so that
-- the row of the case is locked after everything else.
CREATE TABLE case_health (
    case_id     uuid PRIMARY KEY REFERENCES case_file,
    zone        text NOT NULL,
    opened_at   timestamptz NOT NULL,
    health      text NOT NULL DEFAULT 'unknown', -- never computed
    cause       text NOT NULL DEFAULT '',
    waiting     jsonb, -- health.Waiting, without counts of days; NULL: never computed
    task_id     uuid,  -- that it names
    -- health.Harm: what is smaller comes first.
    harm        smallint NOT NULL DEFAULT 15,
    late_day    int NOT NULL DEFAULT 2147483647,
    goes_on     smallint NOT NULL DEFAULT 0,
    computed_at timestamptz NOT NULL DEFAULT 'epoch',
    changes_at  timestamptz NOT NULL DEFAULT 'epoch' -- to be computed anew from then on
);
-- All that are open; the refresher takes them from the first.
INSERT INTO case_health (case_id, zone, opened_at) SELECT id, zone, opened_at FROM case_file WHERE closed_at IS NULL;
CREATE INDEX case_health_list ON case_health (zone, health, opened_at DESC, case_id DESC);
CREATE INDEX case_health_harm ON case_health (zone, harm, late_day, goes_on, opened_at, case_id) WHERE health <> 'planned';
CREATE INDEX case_health_due ON case_health (changes_at);
CREATE INDEX case_health_trouble ON case_health (case_id) WHERE cause IN ('workflow_task', 'run_missing', 'no_current_worker');

ALTER TABLE case_health ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_health FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON case_health TO percorso_worker USING (case_id = my('case')::uuid);
CREATE POLICY watch ON case_health TO percorso_watch USING (true);
-- Who sees the case, in words that leave the list its index: what does not depend
-- on the row is asked once.
CREATE POLICY app_read ON case_health FOR SELECT TO percorso_app USING (zone = my('zone') AND ((SELECT my('role')) = 'supervisor'
    OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = case_health.case_id AND g.agency = my('agency'))));
GRANT SELECT, INSERT, UPDATE, DELETE ON case_health TO percorso_definer;
GRANT SELECT ON machine_report, run_trouble TO percorso_definer;
GRANT SELECT ON case_health TO percorso_app, percorso_worker, percorso_watch;
GRANT UPDATE (health, cause, waiting, task_id, harm, late_day, goes_on, computed_at, changes_at) ON case_health TO percorso_worker, percorso_watch;

-- A zone's agencies, beside its whole policy, which is long.
ALTER TABLE zone_policy ADD COLUMN agencies jsonb GENERATED ALWAYS AS (policy -> 'agencies') STORED;

-- +goose StatementBegin

-- What the health of some open cases depends on, in ids, codes and times. Asked for
-- cases that the caller sees, or to keep their health. In PL/pgSQL its plan is made
-- once a session.
CREATE FUNCTION health_facts(cases uuid[]) RETURNS TABLE (case_id text, zone text, suspended_at timestamptz, suspended_until timestamptz,
    tasks jsonb, waits jsonb, unworked timestamptz, next_due timestamptz, trouble text, trouble_since timestamptz, reported timestamptz,
    deferred timestamptz, critical date, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT f.id::text, f.zone, f.suspended_at, f.suspended_until, a.tasks, b.waits, e.unworked,
        -- Of all its runs, since what is open is an index that many cases share.
        (SELECT min(CASE WHEN r.ended_at IS NULL THEN r.next_due END) FROM run r WHERE r.case_id = f.id),
        coalesce(d.cause, ''), d.since, (SELECT m.at FROM machine_report m WHERE d.cause IS NOT NULL), e.deferred,
        -- The last day of a permit for as long as nobody has seen to it.
        (SELECT p.permit_expiry FROM person p WHERE p.case_id = f.id AND p.permit <> 'requested' AND (a.renewal OR b.warning)),
        (SELECT l.at FROM timeline l WHERE l.case_id = f.id ORDER BY l.id DESC LIMIT 1)
    FROM case_file f
    CROSS JOIN LATERAL (SELECT min(c.created_at) AS unworked, min(c.deferred_at) FILTER (WHERE c.zone = f.zone) AS deferred
        FROM command c WHERE c.case_id = f.id AND c.state = 'accepted') e
    CROSS JOIN LATERAL (SELECT bool_or(t.kind = 'permit_renewal') AS renewal,
            jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'state', t.state, 'role', t.role, 'agency', t.agency, 'zone', t.zone,
                'since', coalesce(t.reserved_at, t.ready_at), 'from', t.clock_from, 'reminded', t.reminded, 'remind_at', t.remind_at, 'escalate_at', t.escalate_at,
                'escalated', t.escalated, 'suspended', t.suspended,
                'candidates', (SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role),
                'answered', e.unworked IS NOT NULL AND answer_on_its_way(t.id), 'referral', t.referral_id IS NOT NULL,
                'holder_gone', t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
                    AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')),
                'supervisor', (SELECT s.agency FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor' ORDER BY s.id LIMIT 1),
                -- Of a question to a partner, what the zone knows of it.
                'partner', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN (
                    SELECT g FROM referral r JOIN zone_policy z ON z.zone = f.zone AND z.current, jsonb_array_elements(z.agencies) g
                    WHERE r.id = t.referral_id AND g ->> 'code' = r.to_agency LIMIT 1) END,
                'not_reached', CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') AND EXISTS (SELECT FROM link k WHERE k.task_id = t.id)
                    THEN undelivered(t.id) END) ORDER BY t.ready_at, t.id) AS tasks
        FROM task t WHERE t.case_id = f.id AND t.state IN ('ready', 'reserved')) a
    CROSS JOIN LATERAL (SELECT bool_or(w.code = 'permit_warning') AS warning,
            jsonb_agg(jsonb_build_object('code', w.code, 'set', w.set_at, 'due', w.due_at) ORDER BY w.due_at, w.code) AS waits
        FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL) b
    LEFT JOIN LATERAL (SELECT t.cause, t.since FROM run_trouble t WHERE t.case_id = f.id ORDER BY t.cause, t.since LIMIT 1) d ON true
    WHERE f.id = ANY (cases) AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id));
END $$;

-- The row of an open case is there from its opening to its closing.
CREATE FUNCTION follow_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.closed_at IS NULL THEN
        INSERT INTO case_health (case_id, zone, opened_at) VALUES (NEW.id, NEW.zone, NEW.opened_at) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM case_health WHERE case_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER follow_case AFTER INSERT OR UPDATE OF closed_at ON case_file FOR EACH ROW EXECUTE FUNCTION follow_case();

-- Has the health of a case computed anew, within seconds.
CREATE FUNCTION mark_health(c uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE case_health SET changes_at = 'epoch' WHERE case_id = c AND changes_at > 'epoch';
END $$;
CREATE FUNCTION mark_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_health(NEW.case_id);
    RETURN NULL;
END $$;
-- A transaction that keeps the health of its case itself says so, and is left alone.
CREATE CONSTRAINT TRIGGER mark_case AFTER INSERT OR UPDATE ON task DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (my('keeps') IS NULL) EXECUTE FUNCTION mark_case();
CREATE CONSTRAINT TRIGGER mark_case AFTER UPDATE OF revision, next_due ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (my('keeps') IS NULL AND (OLD.revision <> NEW.revision OR OLD.next_due IS DISTINCT FROM NEW.next_due)) EXECUTE FUNCTION mark_case();
CREATE CONSTRAINT TRIGGER mark_case AFTER UPDATE OF failed_at ON mail DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.failed_at IS DISTINCT FROM NEW.failed_at) EXECUTE FUNCTION mark_case();
CREATE CONSTRAINT TRIGGER mark_case AFTER INSERT OR UPDATE OF used_at ON link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (my('keeps') IS NULL) EXECUTE FUNCTION mark_case();

-- An entry that was refused past its run was perhaps what the case waited for; one
-- that cannot be written is what it waits for from now on.
CREATE FUNCTION mark_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE case_health SET changes_at = 'epoch' WHERE case_id = NEW.case_id AND cause <> '' AND changes_at > 'epoch';
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mark_waiting AFTER UPDATE OF state ON command DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (my('keeps') IS NULL AND OLD.state = 'accepted' AND NEW.state <> 'accepted') EXECUTE FUNCTION mark_waiting();
CREATE CONSTRAINT TRIGGER mark_deferred AFTER UPDATE OF deferred_at ON command DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.deferred_at IS DISTINCT FROM NEW.deferred_at) EXECUTE FUNCTION mark_case();

-- A merge gives the file that stays what the other one had.
CREATE FUNCTION mark_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_health(NEW.merged_into);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mark_kept AFTER UPDATE OF merged_into ON case_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.merged_into IS NOT NULL) EXECUTE FUNCTION mark_kept();

-- Marks the cases that have an open task of some staff, of whom there were before
-- and after: it matters whether that is nobody, one, or several.
CREATE FUNCTION mark_pool(pool_zone text, pool_agency text, pool_role text, more int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    after int := (SELECT count(*) FROM staff s WHERE s.active AND s.zone = pool_zone AND s.agency = pool_agency AND s.role = pool_role);
BEGIN
    IF least(after, 2) = least(after - more, 2) THEN RETURN; END IF;
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.zone = pool_zone AND t.agency = pool_agency
        AND t.role = pool_role AND t.ended_at IS NULL) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id IN (SELECT t.case_id FROM task t
        WHERE t.zone = pool_zone AND t.agency = pool_agency AND t.role = pool_role AND t.ended_at IS NULL);
END $$;
CREATE FUNCTION mark_new_staff() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_pool(s.zone, s.agency, s.role, s.more::int)
        FROM (SELECT n.zone, n.agency, n.role, count(*) AS more FROM new_staff n WHERE n.active GROUP BY n.zone, n.agency, n.role) s;
    RETURN NULL;
END $$;
CREATE TRIGGER mark_new_staff AFTER INSERT ON staff REFERENCING NEW TABLE AS new_staff FOR EACH STATEMENT EXECUTE FUNCTION mark_new_staff();
CREATE FUNCTION mark_changed_staff() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_pool(s.zone, s.agency, s.role, s.more::int)
        FROM (SELECT n.zone, n.agency, n.role, sum(n.one) AS more FROM (
                SELECT zone, agency, role, 1 AS one FROM new_staff WHERE active UNION ALL SELECT zone, agency, role, -1 FROM old_staff WHERE active) n
            GROUP BY n.zone, n.agency, n.role HAVING sum(n.one) <> 0) s;
    RETURN NULL;
END $$;
CREATE TRIGGER mark_changed_staff AFTER UPDATE ON staff REFERENCING OLD TABLE AS old_staff NEW TABLE AS new_staff
    FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_staff();

-- A policy says which partners answer through links.
CREATE FUNCTION mark_partners() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.zone = NEW.zone AND EXISTS (SELECT FROM task t WHERE t.case_id = h.case_id AND t.ended_at IS NULL
        AND t.kind IN ('referral_answer', 'referral_outcome')) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.zone = NEW.zone AND h.changes_at > 'epoch' AND EXISTS (SELECT FROM task t
        WHERE t.case_id = h.case_id AND t.ended_at IS NULL AND t.kind IN ('referral_answer', 'referral_outcome'));
    RETURN NULL;
END $$;
CREATE TRIGGER mark_partners AFTER INSERT OR UPDATE OF current ON zone_policy FOR EACH ROW WHEN (NEW.current) EXECUTE FUNCTION mark_partners();

-- Marks what nothing tells of: cases whose inbox has been unworked since before a
-- time, and those with a run that does not go on, or does again. What the watch said before reported_since
-- is too old to count. Rows that somebody has locked are left for the next time.
CREATE FUNCTION mark_unmoved(before timestamptz, reported_since timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.case_id IN (
        SELECT o.case_id FROM case_health o WHERE o.changes_at > 'epoch' AND o.case_id IN (
            SELECT c.case_id FROM command c JOIN case_health w ON w.case_id = c.case_id WHERE c.state = 'accepted'
                AND c.created_at < before AND w.cause NOT IN ('inbox', 'workflow_task', 'run_missing', 'no_current_worker', 'deferred')
            UNION SELECT t.case_id FROM run_trouble t JOIN case_health w ON w.case_id = t.case_id, machine_report m
                WHERE m.at > reported_since AND w.cause NOT IN ('workflow_task', 'run_missing', 'no_current_worker')
            UNION SELECT w.case_id FROM case_health w WHERE w.cause IN ('workflow_task', 'run_missing', 'no_current_worker')
                AND NOT EXISTS (SELECT FROM run_trouble t WHERE t.case_id = w.case_id AND t.cause = w.cause))
        FOR UPDATE SKIP LOCKED);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION health_facts, follow_case, mark_health, mark_case, mark_waiting, mark_kept, mark_pool, mark_new_staff, mark_changed_staff,
    mark_partners, mark_unmoved FROM PUBLIC;
GRANT EXECUTE ON FUNCTION health_facts TO percorso_app, percorso_worker, percorso_watch;
GRANT EXECUTE ON FUNCTION mark_unmoved TO percorso_watch;

-- +goose Down
DROP TRIGGER follow_case ON case_file;
DROP TRIGGER mark_kept ON case_file;
DROP TRIGGER mark_case ON task;
DROP TRIGGER mark_case ON run;
DROP TRIGGER mark_case ON mail;
DROP TRIGGER mark_case ON link;
DROP TRIGGER mark_waiting ON command;
DROP TRIGGER mark_deferred ON command;
DROP TRIGGER mark_new_staff ON staff;
DROP TRIGGER mark_changed_staff ON staff;
DROP TRIGGER mark_partners ON zone_policy;
DROP FUNCTION health_facts, follow_case, mark_health, mark_case, mark_waiting, mark_kept, mark_pool, mark_new_staff, mark_changed_staff,
    mark_partners, mark_unmoved;
DROP TABLE case_health;
ALTER TABLE zone_policy DROP COLUMN agencies;
