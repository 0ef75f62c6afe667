-- +goose Up

-- Who of the staff is away, from which day to which, and who works their tasks meanwhile.
-- Why somebody is away is nobody's matter here. What is over is not kept.
--
-- The code of before works on this schema: to it nobody is away.

CREATE TABLE absence (
    id         uuid PRIMARY KEY, -- made of who enters it and their key
    staff      uuid NOT NULL REFERENCES staff,
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    substitute uuid REFERENCES staff, -- NULL: whoever has the role of a task where it is done
    CHECK (first_day <= last_day),
    CHECK (substitute <> staff)
);
CREATE INDEX absence_staff ON absence (staff, last_day);
CREATE INDEX absence_substitute ON absence (substitute, last_day) WHERE substitute IS NOT NULL;

-- +goose StatementBegin

-- When a day begins, where the zones are.
CREATE FUNCTION day_begins(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT day_begins.day::timestamp AT TIME ZONE 'Europe/Rome' $$;

-- The day that it is there.
CREATE FUNCTION day_of(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (day_of.at AT TIME ZONE 'Europe/Rome')::date $$;

-- Whether the caller may enter, change and end absences of somebody: their own, and as a
-- supervisor those of the zone.
CREATE FUNCTION answers_for_staff(of_staff uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM staff s WHERE s.id = of_staff AND s.active AND s.zone = my('zone') AND (s.id::text = my('staff') OR my('role') = 'supervisor'));
END $$;

-- Whether somebody is away at a time.
CREATE FUNCTION is_away(somebody uuid, at timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM absence a WHERE a.staff = somebody AND day_of(is_away.at) BETWEEN a.first_day AND a.last_day);
END $$;

-- The substitute that an absence names, as long as they work where and as whom they stand in for, may
-- know of the person of a task, and did not propose what it is to approve. That they are there
-- is asked besides.
CREATE FUNCTION substitute_in(a absence, of_case uuid, proposer uuid) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT s.id FROM staff s JOIN staff h ON h.id = a.staff
        WHERE s.id = a.substitute AND s.active AND (s.zone, s.agency, s.role) = (h.zone, h.agency, h.role) AND s.id IS DISTINCT FROM proposer
            AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = of_case AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = s.id)));
END $$;

-- Who acts in a case where somebody should, as its lead or the holder of a task: themselves, or while
-- they are away their substitute; NULL: nobody by name.
CREATE FUNCTION acts_for(somebody uuid, of_case uuid, proposer uuid, at timestamptz) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    a absence;
BEGIN
    IF somebody IS NULL THEN RETURN NULL; END IF;
    SELECT o.* INTO a FROM absence o WHERE o.staff = somebody AND day_of(acts_for.at) BETWEEN o.first_day AND o.last_day;
    IF NOT FOUND THEN RETURN (SELECT s.id FROM staff s WHERE s.id = somebody); END IF;
    RETURN CASE WHEN NOT is_away(a.substitute, acts_for.at) THEN substitute_in(a, of_case, proposer) END;
END $$;

-- That who holds a task is away at a time: until which day, and who works it meanwhile by
-- name. No row: they are there, or nobody holds it.
CREATE FUNCTION holder_away(of_task uuid, at timestamptz) RETURNS TABLE (last_day date, substitute uuid)
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT a.last_day, acts_for(t.holder, t.case_id, t.proposed_by, holder_away.at)
        FROM task t JOIN absence a ON a.staff = t.holder AND day_of(holder_away.at) BETWEEN a.first_day AND a.last_day
        WHERE t.id = of_task AND t.state = 'reserved';
END $$;

-- In whose place the caller is: their own, unless they are away, and that of those whom they
-- stand in for while these are.
CREATE FUNCTION acting_for() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.id FROM staff s WHERE s.id::text = my('staff') AND NOT is_away(s.id, my_now())
        UNION ALL SELECT a.staff FROM absence a WHERE a.substitute::text = my('staff') AND day_of(my_now()) BETWEEN a.first_day AND a.last_day
            AND substitute_in(a, NULL, NULL) IS NOT NULL;
END $$;

-- Whether somebody may do a task in the place of who holds it, as actors.Task.OnBehalf says:
-- an answer of theirs that is on its way protects it.
CREATE FUNCTION on_behalf(of_task uuid, somebody text, at timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN holder_away(t.id, on_behalf.at) h ON true JOIN staff s ON s.id::text = somebody AND s.active AND s.zone = t.zone
        WHERE t.id = of_task AND t.kind NOT IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND s.id IS DISTINCT FROM t.proposed_by AND s.id <> t.holder
            AND CASE WHEN h.substitute IS NULL THEN (s.agency, s.role) = (t.agency, t.role) ELSE s.id = h.substitute END);
END $$;

-- The open tasks of some cases whose holder is away, or will be: between which times, until
-- which day, whom they named, when that one is away too, and how many colleagues there are
-- who may do it where nobody is named.
CREATE FUNCTION absent_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, away_from timestamptz, away_until timestamptz, last_day date,
    substitute text, gaps jsonb, colleagues bigint)
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

-- Of the open tasks of some cases: where each of those who may take a free one will be away at
-- some time, or each of the zone's supervisors, when that is, one by one. Of a protected person it
-- is for her keepers to say.
CREATE FUNCTION absent_pools(cases uuid[]) RETURNS TABLE (case_id text, task_id text, supervisors boolean, member text, away_from timestamptz, away_until timestamptz, last_day date)
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

-- Whom a mail about a task goes to: who holds it, or all of a role. In the place of who is
-- away it goes to those who work their tasks meanwhile; where nobody is there it goes
-- to them all the same, who find it when they are back.
CREATE FUNCTION mailed(of_task uuid, mail_zone text, holder uuid, mail_role text, mail_agency text, at timestamptz) RETURNS TABLE (id uuid, email text, there boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    by_name uuid; -- who works it meanwhile
    by_all boolean := holder IS NULL;
BEGIN
    IF NOT by_all THEN
        SELECT h.substitute, h.substitute IS NULL INTO by_name, by_all FROM holder_away(of_task, mailed.at) h
            WHERE NOT EXISTS (SELECT FROM task t WHERE t.id = of_task AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off'));
    END IF;
    RETURN QUERY WITH whom AS (
            SELECT s.id, s.email, NOT is_away(s.id, mailed.at) AS there FROM staff s
            WHERE s.active AND s.zone = mail_zone AND (s.id = holder AND (s.agency = mail_agency OR s.role = 'supervisor' OR mail_agency = '')
                OR s.id = by_name OR by_all AND s.role = mail_role AND (s.agency = mail_agency OR mail_agency = '')))
        SELECT w.id, w.email, w.there FROM whom w WHERE w.there OR NOT EXISTS (SELECT FROM whom o WHERE o.there) AND (holder IS NULL OR w.id = holder);
END $$;

-- Has the health computed anew of the cases in which somebody holds something.
CREATE FUNCTION mark_held(somebody uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = somebody AND t.state = 'reserved') ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch'
        AND h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = somebody AND t.state = 'reserved');
END $$;
-- Likewise of those with a task that is for all of a role, of whom one comes or goes; what
-- waits in a zone goes by its supervisors, too.
CREATE FUNCTION mark_absent_pool(of_zone text, of_agency text, of_role text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.zone = of_zone AND t.ended_at IS NULL
        AND (of_role = 'supervisor' OR (t.agency, t.role) = (of_agency, of_role))) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id IN (SELECT t.case_id FROM task t
        WHERE t.zone = of_zone AND t.ended_at IS NULL AND (of_role = 'supervisor' OR (t.agency, t.role) = (of_agency, of_role)));
END $$;
CREATE FUNCTION mark_absence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    a absence := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    caller text := act_for(NULL); -- of a protected person's cases too
BEGIN
    PERFORM mark_held(h.staff) FROM (SELECT a.staff UNION SELECT o.staff FROM absence o WHERE o.substitute = a.staff ORDER BY 1) h;
    PERFORM mark_absent_pool(s.zone, s.agency, s.role) FROM staff s WHERE s.id = a.staff;
    PERFORM act_for(caller);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mark_absence AFTER INSERT OR UPDATE OR DELETE ON absence DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_absence();
-- A substitute who leaves, or works elsewhere or as something else, stands in for nobody.
CREATE FUNCTION mark_substituted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_held(h.staff) FROM (SELECT DISTINCT o.staff FROM absence o WHERE o.substitute = NEW.id ORDER BY 1) h;
    RETURN NULL;
END $$;
CREATE TRIGGER mark_substituted AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.role, OLD.name) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.role, NEW.name)) EXECUTE FUNCTION mark_substituted();

-- Where all of a role are away, one more of it changes that.
CREATE FUNCTION mark_joined() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_absent_pool(NEW.zone, NEW.agency, NEW.role) WHERE EXISTS (SELECT FROM absence a JOIN staff s ON s.id = a.staff
        WHERE s.zone = NEW.zone AND s.role = NEW.role AND (s.agency = NEW.agency OR NEW.role = 'supervisor'));
    RETURN NULL;
END $$;
CREATE TRIGGER mark_joined AFTER INSERT OR UPDATE OF active, zone, agency, role ON staff FOR EACH ROW EXECUTE FUNCTION mark_joined();

-- What is over is nobody's any more. It goes with the next that is entered, changed or ended.
CREATE FUNCTION forget_absences(before date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM absence a USING staff s WHERE s.id = a.staff AND s.zone = my('zone') AND a.last_day < least(forget_absences.before, day_of(my_now()));
END $$;

-- The line of what somebody did with an absence, and with whose.
CREATE FUNCTION note_absence(act text, of_staff uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit (staff, role, agency, zone, action, asked)
        VALUES (my('staff')::uuid, my('role'), my('agency'), my('zone'), act, of_staff::text);
END $$;

-- As before, and what a substitute has sent is on its way as well.
CREATE OR REPLACE FUNCTION answer_on_its_way(task uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN command c ON c.target = t.id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted' AND c.operation = 'complete'
                AND (c.role = '' OR c.caller = t.holder::text OR on_behalf(t.id, c.caller, coalesce(my('now')::timestamptz, c.created_at))))
        OR EXISTS (SELECT FROM task t JOIN command c ON c.target = t.referral_id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted'
                AND (t.kind = 'referral_answer' AND c.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect')
                    AND (c.role = '' OR c.role = t.role AND c.agency = t.agency
                        AND (t.holder IS NULL OR c.caller = t.holder::text OR on_behalf(t.id, c.caller, coalesce(my('now')::timestamptz, c.created_at))))
                    OR t.kind = 'supply_information' AND c.operation = 'supply' AND c.agency = t.agency
                    OR c.operation = 'withdraw' AND c.agency = (SELECT r.from_agency FROM referral r WHERE r.id = t.referral_id)));
END $$;

-- As before, and the substitute of a social worker who follows the case, while that one is
-- away: of what they hold in it now, or lead.
CREATE OR REPLACE FUNCTION follows(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := my('staff')::uuid;
BEGIN
    RETURN my('role') = 'social_worker' AND (EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.holder = me)
        OR EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.opened_by = me)
        OR EXISTS (SELECT FROM absence a JOIN staff s ON s.id = a.staff AND s.active AND (s.zone, s.agency, s.role) = (my('zone'), my('agency'), my('role'))
            WHERE a.substitute = me AND day_of(my_now()) BETWEEN a.first_day AND a.last_day
                AND (EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.holder = a.staff AND t.state = 'reserved')
                    OR EXISTS (SELECT FROM lead l WHERE l.case_id = c AND l.staff = a.staff AND l.until IS NULL))));
END $$;
-- +goose StatementEnd

ALTER TABLE absence ENABLE ROW LEVEL SECURITY;
ALTER TABLE absence FORCE ROW LEVEL SECURITY;
-- What is now and to come, of oneself, of colleagues of the agency, and of the zone to its supervisor.
CREATE POLICY app_read ON absence FOR SELECT TO percorso_app USING (last_day >= day_of(my_now())
    AND EXISTS (SELECT FROM staff s WHERE s.id = staff AND s.zone = my('zone') AND (s.agency = my('agency') OR my('role') = 'supervisor')));
CREATE POLICY no_officer ON absence AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY app_enter ON absence FOR INSERT TO percorso_app WITH CHECK (answers_for_staff(staff));
CREATE POLICY app_change ON absence FOR UPDATE TO percorso_app USING (answers_for_staff(staff)) WITH CHECK (answers_for_staff(staff));
CREATE POLICY app_end ON absence FOR DELETE TO percorso_app USING (answers_for_staff(staff));
GRANT SELECT, INSERT, UPDATE (first_day, last_day, substitute), DELETE ON absence TO percorso_app;
GRANT SELECT, DELETE ON absence TO percorso_definer;
REVOKE EXECUTE ON FUNCTION answers_for_staff, is_away, substitute_in, acts_for, acting_for, holder_away, on_behalf, absent_tasks, mailed, absent_pools, mark_held, mark_absent_pool, mark_absence, mark_substituted, mark_joined,
    forget_absences, note_absence FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answers_for_staff, acts_for, acting_for, holder_away, on_behalf, absent_tasks, absent_pools, mailed, forget_absences, note_absence TO percorso_app;
GRANT EXECUTE ON FUNCTION holder_away, on_behalf, absent_tasks, absent_pools, mailed TO percorso_worker;
GRANT EXECUTE ON FUNCTION absent_tasks, absent_pools TO percorso_watch;

-- A reminder goes to who works the task meanwhile, too.
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (SELECT FROM task t JOIN staff s ON s.active AND s.zone = t.zone AND s.email = mail.recipient
        AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = '') OR on_behalf(t.id, s.id::text, my_now()))
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));

-- +goose Down
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (SELECT FROM task t JOIN staff s ON s.active AND s.zone = t.zone AND s.email = mail.recipient
        AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = ''))
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION follows(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := my('staff')::uuid;
BEGIN
    RETURN my('role') = 'social_worker' AND (EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.holder = me)
        OR EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.opened_by = me));
END $$;
CREATE OR REPLACE FUNCTION answer_on_its_way(task uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN command c ON c.target = t.id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted' AND c.operation = 'complete' AND (c.role = '' OR c.caller = t.holder::text))
        OR EXISTS (SELECT FROM task t JOIN command c ON c.target = t.referral_id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted'
                AND (t.kind = 'referral_answer' AND c.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect')
                    AND (c.role = '' OR c.role = t.role AND c.agency = t.agency AND (t.holder IS NULL OR c.caller = t.holder::text))
                    OR t.kind = 'supply_information' AND c.operation = 'supply' AND c.agency = t.agency
                    OR c.operation = 'withdraw' AND c.agency = (SELECT r.from_agency FROM referral r WHERE r.id = t.referral_id)));
END $$;
-- +goose StatementEnd
DROP TRIGGER mark_joined ON staff;
DROP TRIGGER mark_substituted ON staff;
DROP FUNCTION note_absence, forget_absences, mark_joined, mark_substituted, mailed, absent_pools, absent_tasks, on_behalf, acting_for, holder_away, acts_for, answers_for_staff CASCADE;
DROP TABLE absence CASCADE;
DROP FUNCTION mark_absence, mark_absent_pool, mark_held, is_away, day_of, day_begins;
