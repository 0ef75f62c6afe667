-- +goose Up

-- A protected person is known to her keepers alone. Each of them is named; for everybody
-- else there is no such case, whatever they ask: the policies below hide its rows from the
-- staff, and from the functions that see more than who calls them. The machinery, which
-- acts for nobody, goes on seeing it.
--
-- The code of before works on this schema, and protects nobody.

-- One row for each file of a protected person: her case, what was merged into it, and what
-- it was in another zone. It says what naming her keepers needs, so that nobody has to
-- read the file for it.
CREATE TABLE protection (
    case_id    uuid PRIMARY KEY,
    file       uuid NOT NULL,            -- the case whose keepers count
    zone       text NOT NULL,
    number     text NOT NULL,
    agencies   text[] NOT NULL,          -- that keep the file
    reason     text NOT NULL,
    since      timestamptz NOT NULL,
    by_staff   uuid NOT NULL REFERENCES staff,
    lifting_by uuid REFERENCES staff,    -- who has asked to lift it; somebody else does
    lifting_at timestamptz
);
CREATE INDEX protection_file ON protection (file);
CREATE TABLE keeper (
    file     uuid NOT NULL,
    staff    uuid NOT NULL REFERENCES staff,
    agency   text NOT NULL,              -- as whose member they were named: elsewhere they keep nothing
    named_at timestamptz NOT NULL,
    named_by uuid NOT NULL REFERENCES staff,
    PRIMARY KEY (file, staff)
);
CREATE INDEX keeper_staff ON keeper (staff);
-- Files that were opened since, of somebody who may be the same person. Who opened them
-- was shown nothing.
CREATE TABLE likeness (
    file uuid NOT NULL,
    twin uuid NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (file, twin)
);
ALTER TABLE protection ENABLE ROW LEVEL SECURITY;
ALTER TABLE protection FORCE ROW LEVEL SECURITY;
ALTER TABLE keeper ENABLE ROW LEVEL SECURITY;
ALTER TABLE keeper FORCE ROW LEVEL SECURITY;
ALTER TABLE likeness ENABLE ROW LEVEL SECURITY;
ALTER TABLE likeness FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON protection, keeper, likeness TO percorso_definer;
GRANT SELECT ON protection, keeper, likeness TO percorso_app;
GRANT UPDATE (state) ON task TO percorso_definer;
-- What does not go on names a case too.
ALTER TABLE run_trouble ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_trouble FORCE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON run_trouble TO percorso_app, percorso_worker, percorso_watch USING (true);

-- +goose StatementBegin
-- The cases that the caller must not know of. It is asked once a statement for each table
-- that is read, and has next to nothing to do where nobody is protected.
CREATE FUNCTION hidden_cases() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT p.case_id FROM protection p WHERE NOT EXISTS (SELECT FROM keeper k JOIN staff s ON s.id = k.staff
        WHERE k.file = p.file AND k.staff::text = my('staff') AND s.active AND s.zone = p.zone AND s.agency = k.agency);
END $$;

-- Who keeps a file now: at work where they were named. Those of its own agencies first.
CREATE FUNCTION keepers_of(of_file uuid) RETURNS SETOF staff LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT s.* FROM keeper k JOIN protection p ON p.case_id = k.file JOIN staff s ON s.id = k.staff AND s.active AND s.zone = p.zone AND s.agency = k.agency
    WHERE k.file = of_file ORDER BY s.agency = ANY (p.agencies) DESC, k.named_at, s.id
$$;

-- The policies. What says which agencies keep a file (case_grant) has none: other policies
-- ask it for each row, of a case whose rows have theirs. Who acts for nobody (a worker, the watch, a migration) is asked nothing;
-- what is asked of others does not depend on the row but for its case.
DO $$
DECLARE
    kept text;
    whose text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['action_progress', 'appointment', 'case_file', 'case_health', 'command', 'consent', 'contact', 'equipe',
        'goal_finding', 'link', 'meeting', 'minutes', 'person', 'person_key', 'plan', 'record', 'referral', 'run', 'run_trouble', 'seat', 'set_aside',
        'share', 'task', 'timeline', 'wait'] LOOP
        whose := CASE kept WHEN 'case_file' THEN 'id' ELSE 'case_id' END;
        EXECUTE format('CREATE POLICY protected ON %I AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
            USING ((SELECT coalesce(my(''staff''), my(''outside''))) IS NULL OR %s %I NOT IN (SELECT hidden_cases()))', kept,
            CASE kept WHEN 'contact' THEN 'case_id IS NULL OR'
                -- Who stops keeping her, or names another without knowing of her, is answered.
                WHEN 'command' THEN 'case_id IS NULL OR operation IN (''name_keeper'', ''dismiss_keeper'') OR' ELSE '' END, whose);
    END LOOP;
END $$;

-- Whoever does something for a protected person is one of her keepers, by name: a task
-- that nobody of them holds goes to one, of its agency and best of its role. A referral
-- is answered by whoever of them is of the agency that was asked.
CREATE FUNCTION keep_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
    other uuid;
BEGIN
    IF of_file IS NULL OR NEW.state NOT IN ('ready', 'reserved') OR NEW.kind = 'referral_answer' THEN RETURN NEW; END IF;
    IF NEW.state = 'reserved' AND EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder) THEN RETURN NEW; END IF;
    SELECT k.id INTO other FROM keepers_of(of_file) k WHERE k.zone = NEW.zone AND (k.agency = NEW.agency OR k.role = 'supervisor') AND k.id IS DISTINCT FROM NEW.proposed_by
        ORDER BY k.agency = NEW.agency DESC, k.role = NEW.role DESC, TG_OP = 'UPDATE' AND k.id = OLD.holder, k.id LIMIT 1;
    NEW.state := CASE WHEN other IS NULL THEN 'ready' ELSE 'reserved' END;
    NEW.holder := other;
    NEW.reserved_at := CASE WHEN other IS NOT NULL THEN coalesce(NEW.reserved_at, NEW.ready_at) END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_task BEFORE INSERT OR UPDATE OF state, holder ON task FOR EACH ROW EXECUTE FUNCTION keep_task();

-- No mail about her goes to anybody but a keeper: what was to go to somebody else goes to
-- the first of them, once, and where there is none, to nobody.
CREATE FUNCTION keep_mail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
BEGIN
    IF of_file IS NULL OR NEW.sent_at IS NOT NULL OR EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.email = NEW.recipient) THEN RETURN NEW; END IF;
    IF NEW.link LIKE '/invito/%' THEN RETURN NULL; END IF;
    NEW.recipient := (SELECT k.email FROM keepers_of(of_file) k LIMIT 1);
    IF NEW.recipient IS NULL OR EXISTS (SELECT FROM mail m WHERE m.case_id = NEW.case_id AND m.recipient = NEW.recipient AND m.link = NEW.link
        AND m.template = NEW.template AND m.created_at = NEW.created_at) THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_mail BEFORE INSERT ON mail FOR EACH ROW EXECUTE FUNCTION keep_mail();

-- Has the transaction act for nobody, as the machinery does, and for whom it acted again:
-- for the functions that see a protected case whoever asks. It says for whom it acted.
CREATE FUNCTION act_for(who text) RETURNS text LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    before text := my('staff');
BEGIN
    PERFORM set_config('percorso.staff', coalesce(who, ''), true);
    RETURN before;
END $$;

-- Gives what is open of a file to those who keep it now. It sees the file whoever asks.
CREATE FUNCTION settle_keepers(of_file uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL);
BEGIN
    PERFORM FROM task t WHERE t.case_id = of_file AND t.state IN ('ready', 'reserved') ORDER BY t.id FOR UPDATE;
    UPDATE task t SET state = t.state WHERE t.case_id = of_file AND t.state IN ('ready', 'reserved');
    PERFORM mark_health(of_file);
    PERFORM act_for(caller);
END $$;

-- Who stops keeping a file, having left or gone to work elsewhere, leaves it to the others.
CREATE FUNCTION mark_keepers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM settle_keepers(k.file) FROM (SELECT o.file FROM keeper o WHERE o.staff = NEW.id ORDER BY o.file) k;
    RETURN NULL;
END $$;
CREATE TRIGGER mark_keepers AFTER UPDATE OF active, zone, agency, role ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.role) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.role)) EXECUTE FUNCTION mark_keepers();

-- The rule by which some members of staff may not keep a file together; NULL: they may.
-- Those of its own agencies, and the zone's supervisor, are as many as wanted, and at
-- least two where it begins; of other agencies there is one.
CREATE FUNCTION refuse_keepers(of_file uuid, of_zone text, own text[], named uuid[], least_own int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN count(s.id) <> count(n.id) THEN 'unknown_keeper'
        WHEN count(*) FILTER (WHERE NOT s.own) > 1 THEN 'one_keeper_elsewhere'
        WHEN count(*) FILTER (WHERE s.own) < least_own THEN 'two_keepers' END
    FROM (SELECT DISTINCT u.id FROM unnest(named || ARRAY(SELECT k.id FROM keepers_of(of_file) k)) AS u (id)) n
        LEFT JOIN (SELECT o.id, o.agency = ANY (own) OR o.role = 'supervisor' AS own FROM staff o WHERE o.active AND o.zone = of_zone) s ON s.id = n.id
$$;

-- Protects the person of a case that the caller follows, who keeps it with those whom they
-- name. Whatever others had of it is out of sight at once: what is open goes to a keeper,
-- links to partners are shut, mails that wait go to a keeper. It says by which rule it is
-- refused; NULL: it is done.
CREATE FUNCTION protect(c uuid, named uuid[], why text, at timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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

-- Names one more keeper of a file, as one of its keepers asks; where nobody keeps it any
-- more, as the zone's supervisor asks, who reads nothing of it. It says by which rule it is
-- refused; NULL: it is done.
CREATE FUNCTION name_keeper(c uuid, named uuid, at timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
    refused text;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT (EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff'))
        OR my('role') = 'supervisor' AND NOT EXISTS (SELECT FROM keepers_of(c))) THEN RETURN 'unknown_case'; END IF;
    refused := refuse_keepers(c, p.zone, p.agencies, ARRAY[named], 1);
    IF refused IS NOT NULL THEN RETURN refused; END IF;
    INSERT INTO keeper (file, staff, agency, named_at, named_by) SELECT c, s.id, s.agency, name_keeper.at, my('staff')::uuid FROM staff s WHERE s.id = named
        ON CONFLICT (file, staff) DO UPDATE SET agency = excluded.agency, named_at = excluded.named_at, named_by = excluded.named_by;
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;

-- Takes a keeper away, as one of them asks, be it of themselves. One of the file's own
-- agencies has to stay.
CREATE FUNCTION dismiss_keeper(c uuid, gone uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p protection;
BEGIN
    SELECT * INTO p FROM protection o WHERE o.case_id = c AND o.file = c AND o.zone = my('zone') FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id::text = my('staff')) THEN RETURN 'unknown_case'; END IF;
    IF NOT EXISTS (SELECT FROM keeper k WHERE k.file = c AND k.staff = gone) THEN RETURN 'unknown_keeper'; END IF;
    IF NOT EXISTS (SELECT FROM keepers_of(c) k WHERE k.id <> gone AND (k.agency = ANY (p.agencies) OR k.role = 'supervisor')) THEN RETURN 'last_keeper'; END IF;
    DELETE FROM keeper k WHERE k.file = c AND k.staff = gone;
    UPDATE protection o SET lifting_by = NULL, lifting_at = NULL WHERE o.file = c AND o.lifting_by = gone;
    PERFORM settle_keepers(c);
    RETURN NULL;
END $$;

-- Lifts the protection, which takes two keepers: the first asks for it, and another one
-- does it. It says by which rule it is refused; empty: it was asked; NULL: it is lifted.
CREATE FUNCTION lift_protection(c uuid, confirms boolean, at timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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

-- The protected cases of the supervisor's zone that nobody keeps any more: their number
-- alone, so that somebody can be named.
CREATE FUNCTION unkept_here() RETURNS TABLE (id uuid, number text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.case_id, p.number FROM protection p
    WHERE my('role') = 'supervisor' AND p.zone = my('zone') AND p.case_id = p.file AND NOT EXISTS (SELECT FROM keepers_of(p.file)) ORDER BY p.number
$$;

-- Whether somebody may know of the other one of two files, and whether one of them is
-- kept apart since its person is protected.
CREATE FUNCTION kept_apart(c uuid, other uuid, who text) RETURNS TABLE (known boolean, kept boolean) LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT NOT EXISTS (SELECT FROM protection p WHERE p.case_id = other AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id::text = who)),
        EXISTS (SELECT FROM protection p WHERE p.case_id IN (c, other))
$$;

-- Whether an agency may be given something of a case: of a protected person those that
-- keep her file, and those of which somebody is named.
CREATE FUNCTION may_know(c uuid, agency text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT NOT EXISTS (SELECT FROM protection p WHERE p.case_id = c AND NOT may_know.agency = ANY (p.agencies)
        AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.agency = may_know.agency))
$$;

-- Of a file that is opened for somebody who may be a protected person her keepers hear,
-- and nobody else.
CREATE FUNCTION tell_keepers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM protection) THEN RETURN NULL; END IF;
    INSERT INTO likeness (file, twin, at)
        SELECT DISTINCT p.file, n.case_id, clock_timestamp() FROM protection p JOIN person_key o ON o.case_id = p.case_id AND o.kind IN ('whole', 'born')
            JOIN new_key n ON n.zone = p.zone AND n.kind = o.kind AND n.key = o.key
        WHERE NOT EXISTS (SELECT FROM protection t WHERE t.case_id = n.case_id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_keepers AFTER INSERT ON person_key REFERENCING NEW TABLE AS new_key FOR EACH STATEMENT EXECUTE FUNCTION tell_keepers();

-- How the protected cases of a zone stand, all of them, for the function below.
CREATE FUNCTION protected_health(of_zone text) RETURNS TABLE (health text, cases int) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL);
BEGIN
    RETURN QUERY SELECT h.health, count(*)::int FROM protection p JOIN case_health h ON h.case_id = p.case_id WHERE h.zone = of_zone GROUP BY h.health;
    PERFORM act_for(caller);
END $$;

-- As before, without the cases that the caller must not know of.
CREATE OR REPLACE FUNCTION health_counts_here() RETURNS TABLE (health text, cases int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.health, sum(c.cases)::int FROM (
        SELECT h.health, h.cases FROM health_count h WHERE my('role') = 'supervisor' AND h.zone = my('zone')
        UNION ALL SELECT u.health, -u.cases FROM protected_health(my('zone')) u WHERE my('role') = 'supervisor'
        UNION ALL SELECT k.health, 1 FROM case_health k JOIN protection p ON p.case_id = k.case_id WHERE my('role') = 'supervisor' AND k.zone = my('zone')) c
    GROUP BY c.health HAVING sum(c.cases) <> 0
$$;
-- Whether a link was sent for a case whose person is protected since: nobody gets another.
CREATE OR REPLACE FUNCTION renew_link(link_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    l link;
    t task;
    address text;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id AND case_id NOT IN (SELECT p.case_id FROM protection p);
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM link o WHERE o.task_id = l.task_id AND o.created_at > clock_timestamp() - interval '1 minute') THEN
        RETURN false;
    END IF;
    SELECT a ->> 'email' INTO address FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
    WHERE z.zone = l.zone AND z.current AND a ->> 'code' = l.agency;
    IF coalesce(address, '') = '' THEN RETURN false; END IF;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (c, l.case_id, l.run_id, l.zone, l.agency, l.referral_id, l.task_id, clock_timestamp(), clock_timestamp() + (l.expires_at - l.created_at));
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), l.run_id, l.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || c, address, clock_timestamp(), clock_timestamp());
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (l.case_id, l.run_id, l.zone, clock_timestamp(), 'link_sent', l.agency);
    RETURN true;
END $$;
-- A mail came back whoever it is about: the line of its case says so.
CREATE OR REPLACE FUNCTION mail_came_back(run text, mail_id uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    about uuid := (SELECT m.case_id FROM mail m WHERE m.id = mail_id AND m.run_id = mail_came_back.run);
    caller text := act_for(NULL);
BEGIN
    IF about IS NOT NULL THEN
        PERFORM fail_mail(mail_id, 'came_back', 0);
    END IF;
    PERFORM act_for(caller);
    RETURN about;
END $$;
-- +goose StatementEnd

-- Her keepers read of her protection what there is to know.
CREATE POLICY app_read ON protection FOR SELECT TO percorso_app USING (zone = my('zone') AND case_id NOT IN (SELECT hidden_cases()));
CREATE POLICY app_read ON keeper FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = file));
CREATE POLICY app_read ON likeness FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM protection p WHERE p.case_id = file));
CREATE POLICY protected ON told_apart AS RESTRICTIVE FOR SELECT TO percorso_app USING (case_id NOT IN (SELECT hidden_cases()) AND other_id NOT IN (SELECT hidden_cases()));
CREATE POLICY protected ON record_opening AS RESTRICTIVE FOR SELECT TO percorso_app
    USING (NOT EXISTS (SELECT FROM hidden_cases()) OR EXISTS (SELECT FROM record r WHERE r.id = record_id));
-- What somebody was told of a case is none of theirs any more once it is protected.
CREATE POLICY protected ON notice AS RESTRICTIVE FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM command c WHERE c.id = command_id));

REVOKE EXECUTE ON FUNCTION hidden_cases, keepers_of, settle_keepers, refuse_keepers, protect, name_keeper, dismiss_keeper, lift_protection, unkept_here, protected_health, act_for,
    keep_task, keep_mail, mark_keepers, tell_keepers, kept_apart, may_know FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kept_apart, may_know TO percorso_worker;
GRANT EXECUTE ON FUNCTION hidden_cases, protect, name_keeper, dismiss_keeper, lift_protection, unkept_here TO percorso_app;
GRANT EXECUTE ON FUNCTION act_for TO percorso_definer;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mail_came_back(run text, mail_id uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    about uuid := (SELECT m.case_id FROM mail m WHERE m.id = mail_id AND m.run_id = mail_came_back.run);
BEGIN
    IF about IS NOT NULL THEN
        PERFORM fail_mail(mail_id, 'came_back', 0);
    END IF;
    RETURN about;
END $$;
CREATE OR REPLACE FUNCTION health_counts_here() RETURNS TABLE (health text, cases int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.health, sum(c.cases)::int FROM health_count c WHERE my('role') = 'supervisor' AND c.zone = my('zone') GROUP BY c.health HAVING sum(c.cases) <> 0
$$;
CREATE OR REPLACE FUNCTION renew_link(link_id uuid) RETURNS boolean
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
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), l.run_id, l.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || c, address, clock_timestamp(), clock_timestamp());
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (l.case_id, l.run_id, l.zone, clock_timestamp(), 'link_sent', l.agency);
    RETURN true;
END $$;
DO $$
DECLARE
    kept text;
BEGIN
    FOR kept IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'protected' LOOP
        EXECUTE format('DROP POLICY protected ON %I', kept);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP POLICY all_rows ON run_trouble;
ALTER TABLE run_trouble NO FORCE ROW LEVEL SECURITY;
ALTER TABLE run_trouble DISABLE ROW LEVEL SECURITY;
DROP TRIGGER tell_keepers ON person_key;
DROP TRIGGER mark_keepers ON staff;
DROP TRIGGER keep_mail ON mail;
DROP TRIGGER keep_task ON task;
DROP TABLE likeness, keeper;
DROP FUNCTION kept_apart, may_know, protect, name_keeper, dismiss_keeper, lift_protection, unkept_here, protected_health, refuse_keepers, tell_keepers, mark_keepers, settle_keepers, act_for, keep_mail,
    keep_task, keepers_of;
DROP TABLE protection;
DROP FUNCTION hidden_cases;
REVOKE UPDATE (state) ON task FROM percorso_definer;
