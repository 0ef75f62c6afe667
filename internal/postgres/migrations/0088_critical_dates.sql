-- +goose Up

-- Days of a person's life after which something is lost: an eviction, the end of a reception,
-- a hearing, a birth, the end of a benefit. Each has who watches it. The words (how it is
-- known, what happened) are in the records that the forms become, with their circle; a hearing
-- and a birth are named to those alone who read the first of these.
--
-- The code of before works on this schema: to it no case has such a day.

CREATE TABLE critical_date (
    id           uuid PRIMARY KEY, -- of the command that added or corrected it, as its record's
    record_id    uuid NOT NULL,    -- of the first of them
    case_id      uuid NOT NULL REFERENCES case_file,
    kind         text NOT NULL CHECK (kind IN ('eviction', 'reception_end', 'hearing', 'birth', 'benefit_end')),
    on_day       date NOT NULL,
    watcher      uuid NOT NULL REFERENCES staff,
    watch_agency text NOT NULL,    -- as what they watch it: where they work there no more, whoever is of that role does
    watch_role   text NOT NULL,
    by_staff     uuid NOT NULL REFERENCES staff,
    at           timestamptz NOT NULL,
    replaces     uuid REFERENCES critical_date,
    remind_at    timestamptz,      -- when who watches it gets the next mail; NULL: none
    ended_at     timestamptz,
    ended_by     uuid,             -- the command
    outcome      text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'corrected', 'over')),
    CHECK ((ended_at IS NULL) = (outcome = ''))
);
CREATE INDEX critical_date_case ON critical_date (case_id);
CREATE INDEX critical_date_watcher ON critical_date (watcher) WHERE ended_at IS NULL;
CREATE INDEX critical_date_pool ON critical_date (watch_agency, watch_role) WHERE ended_at IS NULL;
CREATE INDEX critical_date_remind ON critical_date (remind_at) WHERE ended_at IS NULL;
ALTER TABLE critical_date ENABLE ROW LEVEL SECURITY;
ALTER TABLE critical_date FORCE ROW LEVEL SECURITY;
CREATE POLICY protected ON critical_date AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id NOT IN (SELECT hidden_cases()));
GRANT SELECT, INSERT, UPDATE ON critical_date TO percorso_definer;
SELECT settle_rights();

-- +goose StatementBegin

-- When who watches a day gets the next mail, after a time: in the mornings ten and three days before.
CREATE FUNCTION next_reminder(day date, after timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT min(t) FROM unnest(ARRAY[day_begins(day - 10), day_begins(day - 3)]) AS u (begins), LATERAL (SELECT u.begins + interval '8 hours' AS t) m WHERE t > after
$$;

-- The kind as everybody may know it who knows of the case.
CREATE FUNCTION told_kind(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN kind IN ('hearing', 'birth') THEN '' ELSE kind END $$;

-- Adds a day to a case that the caller works on (old is NULL), corrects one, or says that it is
-- over. It says by which rule it is refused; NULL: it is done.
CREATE FUNCTION keep_date(c uuid, command uuid, old uuid, new_kind text, day date, named uuid, over boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
    d critical_date;
    who staff;
BEGIN
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    SELECT * INTO f FROM case_file o WHERE o.id = c AND o.zone = my('zone') AND (owner_sees_case(o.id) OR at_work(o.id, my('agency')));
    IF NOT FOUND THEN RETURN 'unknown_case'; END IF;
    IF f.closed_at IS NOT NULL THEN RETURN 'ended'; END IF;
    IF old IS NOT NULL THEN
        SELECT * INTO d FROM critical_date o WHERE o.id = old AND o.case_id = c AND o.ended_at IS NULL FOR UPDATE;
        IF NOT FOUND THEN RETURN 'date_not_open'; END IF;
    END IF;
    IF NOT over THEN
        SELECT * INTO who FROM staff s WHERE s.id = named AND s.active AND s.zone = my('zone') AND s.role NOT IN ('mail_system', 'privacy_officer');
        IF NOT FOUND THEN RETURN 'not_at_work_here'; END IF;
        -- Whoever watches reads the file, or a mail would lead them nowhere.
        IF who.role <> 'supervisor' AND NOT EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = who.agency) THEN RETURN 'watcher_reads_no_file'; END IF;
        IF EXISTS (SELECT FROM protection p WHERE p.case_id = c AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = named)) THEN RETURN 'keepers_only'; END IF;
        IF EXISTS (SELECT FROM critical_date o WHERE o.case_id = c AND o.ended_at IS NULL AND o.id IS DISTINCT FROM old
            AND (o.kind, o.on_day) = (coalesce(d.kind, new_kind), day)) THEN RETURN 'date_there'; END IF;
    END IF;
    IF old IS NOT NULL THEN
        UPDATE critical_date o SET ended_at = greatest(keep_date.at, o.at), ended_by = command, outcome = CASE WHEN over THEN 'over' ELSE 'corrected' END WHERE o.id = old;
    END IF;
    IF NOT over THEN
        INSERT INTO critical_date (id, record_id, case_id, kind, on_day, watcher, watch_agency, watch_role, by_staff, at, replaces, remind_at)
            VALUES (command, coalesce(d.record_id, command), c, coalesce(d.kind, new_kind), day, who.id, who.agency, who.role, my('staff')::uuid, keep_date.at, old,
                CASE WHEN who.id::text = my('staff') OR who.id = d.watcher THEN next_reminder(day, keep_date.at) ELSE keep_date.at END);
    END IF;
    RETURN NULL;
END $$;

-- Whether somebody works still where and as what they watch a day.
CREATE FUNCTION still_watches(d critical_date) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM staff s JOIN case_file f ON f.id = d.case_id AND f.zone = s.zone WHERE s.id = d.watcher AND s.active AND s.agency = d.watch_agency);
END $$;

-- Who watches a day at a time: who was named, their substitute while they are away, else
-- whoever is of that role there. Where that is nobody, the supervisors.
CREATE FUNCTION watchers_of(d critical_date, at timestamptz) RETURNS SETOF staff LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2 SET search_path = public AS $$
DECLARE
    acts uuid := CASE WHEN still_watches(d) THEN acts_for(d.watcher, d.case_id, NULL, watchers_of.at) END;
BEGIN
    RETURN QUERY WITH knows AS (SELECT s.* FROM staff s JOIN case_file f ON f.id = d.case_id AND f.zone = s.zone
            WHERE s.active AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = d.case_id AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = s.id))),
        of_role AS (SELECT k.* FROM knows k WHERE (k.agency, k.role) = (d.watch_agency, d.watch_role) AND NOT is_away(k.id, watchers_of.at))
        SELECT k.* FROM knows k WHERE k.id = acts
        UNION ALL SELECT k.* FROM of_role k WHERE acts IS NULL
        UNION ALL SELECT k.* FROM knows k WHERE acts IS NULL AND k.role = 'supervisor' AND NOT EXISTS (SELECT FROM of_role);
END $$;

-- The days of a case, those to come first, as the caller may know them: what kind it is where
-- that is for few, and all words, to those alone whom the record is for. That of the permit
-- follows from the permit.
CREATE FUNCTION dates_of(c uuid) RETURNS TABLE (id text, kind text, on_day date, source text, note text, watcher text, watcher_name text, watch_role text, watch_agency text,
    by_name text, at timestamptz, replaces text, ended_at timestamptz, outcome text, what text, ended_by text, reads boolean, reads_end boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(f.id)) THEN RETURN; END IF;
    RETURN QUERY SELECT x.* FROM (
        SELECT d.id::text, CASE WHEN first.ok THEN d.kind ELSE told_kind(d.kind) END, d.on_day, CASE WHEN own.ok THEN coalesce(said_now(r.id, r.data) ->> 'source', '') ELSE '' END,
            CASE WHEN own.ok THEN coalesce(said_now(r.id, r.data) ->> 'note', '') ELSE '' END, d.watcher::text,
            coalesce(CASE WHEN still_watches(d) THEN (SELECT s.name FROM staff s WHERE s.id = acts_for(d.watcher, d.case_id, NULL, my_now())) END, ''), d.watch_role, d.watch_agency,
            b.name, d.at, coalesce(d.replaces::text, ''), d.ended_at, d.outcome, CASE WHEN last.ok THEN coalesce(said_now(e.id, e.data) ->> 'note', '') ELSE '' END,
            coalesce(n.name, ''), own.ok, last.ok
        FROM critical_date d JOIN staff b ON b.id = d.by_staff LEFT JOIN record a ON a.id = d.record_id LEFT JOIN record r ON r.id = d.id LEFT JOIN record e ON e.id = d.ended_by
            LEFT JOIN staff n ON n.id = e.by_staff
            CROSS JOIN LATERAL (SELECT a.id IS NOT NULL AND in_circle(a.id, a.case_id, a.circle, a.kind, a.agency, a.by_staff) AS ok) first
            CROSS JOIN LATERAL (SELECT r.id IS NOT NULL AND in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) AS ok) own
            CROSS JOIN LATERAL (SELECT e.id IS NOT NULL AND in_circle(e.id, e.case_id, e.circle, e.kind, e.agency, e.by_staff) AS ok) last
        WHERE d.case_id = c
        UNION ALL SELECT '', 'permit', p.permit_expiry, '', '', '', '', '', '', '', NULL, '', NULL, '', '', '', true, false
            FROM person p WHERE p.case_id = c AND p.permit_expiry IS NOT NULL AND p.permit NOT IN ('', 'requested')
    ) x (id, kind, on_day, source, note, watcher, watcher_name, watch_role, watch_agency, by_name, at, replaces, ended_at, outcome, what, ended_by, reads, reads_end)
    ORDER BY x.ended_at DESC NULLS FIRST, x.on_day, x.id;
END $$;

-- The days to come of some open cases, for their health: who watches each, or nobody by name,
-- and when these are away. near is from when on the day counts, so many days before.
CREATE FUNCTION watched_dates(cases uuid[], before int) RETURNS TABLE (case_id text, kind text, on_day date, near timestamptz, watcher text, role text, agency text, away jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.case_id::text, told_kind(d.kind), d.on_day, day_begins(d.on_day - before), coalesce(s.name, ''), d.watch_role, d.watch_agency,
        (SELECT jsonb_agg(jsonb_build_object('from', day_begins(a.first_day), 'until', day_begins(a.last_day + 1), 'substitute', coalesce(t.name, ''),
                'gaps', (SELECT jsonb_agg(jsonb_build_object('from', day_begins(o.first_day), 'until', day_begins(o.last_day + 1))) FROM absence o WHERE o.staff = t.id)) ORDER BY a.first_day)
            FROM absence a LEFT JOIN staff t ON t.id = substitute_in(a, d.case_id, NULL) WHERE a.staff = s.id)
    FROM critical_date d JOIN case_file f ON f.id = d.case_id LEFT JOIN staff s ON s.id = d.watcher AND still_watches(d)
    WHERE d.case_id = ANY (cases) AND d.ended_at IS NULL AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
    ORDER BY d.case_id, d.on_day, d.id;
END $$;

-- The days until another that the caller watches now, themselves or in the place of somebody.
CREATE FUNCTION dates_watched_here(until date) RETURNS TABLE (id text, case_id text, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.id::text, d.case_id::text, told_kind(d.kind), d.on_day FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL AND f.zone = my('zone')
        WHERE d.ended_at IS NULL AND d.on_day <= until
            AND (d.watcher IN (SELECT acting_for()) OR (d.watch_agency, d.watch_role) = (my('agency'), my('role')) OR my('role') = 'supervisor')
            AND EXISTS (SELECT FROM watchers_of(d, my_now()) w WHERE w.id::text = my('staff'))
        ORDER BY d.on_day, d.id LIMIT 100;
END $$;

-- The clock of these days: writes a mail to who watches one, which says neither whom nor what
-- it is about. It says how many it came to.
CREATE FUNCTION dates_fall_due(now timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    d critical_date;
    n int := 0;
BEGIN
    FOR d IN SELECT * FROM critical_date o WHERE o.ended_at IS NULL AND o.remind_at <= dates_fall_due.now ORDER BY o.remind_at LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        UPDATE critical_date o SET remind_at = next_reminder(d.on_day, dates_fall_due.now) WHERE o.id = d.id;
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            SELECT DISTINCT ON (w.email) gen_random_uuid(), 'case/' || f.id, f.id, 'date_nears', '/fascicoli/' || f.id, w.email, dates_fall_due.now, dates_fall_due.now
            FROM case_file f, watchers_of(d, dates_fall_due.now) w WHERE f.id = d.case_id AND f.closed_at IS NULL ORDER BY w.email, w.id;
    END LOOP;
    RETURN n;
END $$;

-- What is kept of a case's health goes by its days and by who watches them.
CREATE FUNCTION mark_date() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM mark_health(NEW.case_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mark_date AFTER INSERT OR UPDATE OF case_id, on_day, watcher, ended_at ON critical_date DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_date();

-- As before, and of those in which they watch a day.
CREATE OR REPLACE FUNCTION mark_held(somebody uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    theirs uuid[] := ARRAY(SELECT t.case_id FROM task t WHERE t.holder = somebody AND t.state = 'reserved'
        UNION SELECT d.case_id FROM critical_date d WHERE d.watcher = somebody AND d.ended_at IS NULL);
BEGIN
    PERFORM FROM case_health h WHERE h.case_id = ANY (theirs) ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id = ANY (theirs);
END $$;

-- Who watches a day may leave, or work elsewhere, or be called otherwise.
CREATE FUNCTION mark_watcher() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL); -- of a protected person's cases too
BEGIN
    PERFORM mark_held(NEW.id) WHERE EXISTS (SELECT FROM critical_date d WHERE d.watcher = NEW.id AND d.ended_at IS NULL);
    PERFORM act_for(caller);
    RETURN NULL;
END $$;
CREATE TRIGGER mark_watcher AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.name) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.name)) EXECUTE FUNCTION mark_watcher();

-- Where a file goes into another one its days go on there, and come back when the two are taken
-- apart again, with what was corrected meanwhile.
CREATE FUNCTION carry_dates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('dates', (SELECT coalesce(jsonb_agg(DISTINCT d.record_id), '[]') FROM critical_date d WHERE d.case_id = NEW.merged));
    UPDATE critical_date d SET case_id = NEW.case_id WHERE d.case_id = NEW.merged;
    RETURN NEW;
END $$;
CREATE TRIGGER carry_dates BEFORE INSERT ON file_merge FOR EACH ROW EXECUTE FUNCTION carry_dates();
CREATE FUNCTION part_dates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE critical_date d SET case_id = OLD.merged WHERE d.case_id = OLD.case_id AND OLD.before -> 'dates' ? d.record_id::text;
    RETURN NULL;
END $$;
CREATE TRIGGER part_dates AFTER UPDATE OF undone_at ON file_merge FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL) EXECUTE FUNCTION part_dates();

-- Where another zone takes a case over its days go on there, without what was written of
-- them here: who accepted it watches them.
CREATE FUNCTION hand_dates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE critical_date d SET case_id = NEW.continued_in, watcher = s.id, watch_agency = s.agency, watch_role = s.role, remind_at = my_now()
        FROM case_file f JOIN staff s ON s.id = f.opened_by WHERE f.id = NEW.continued_in AND d.case_id = NEW.id AND d.ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER hand_dates AFTER UPDATE OF continued_in ON case_file FOR EACH ROW
    WHEN (OLD.continued_in IS NULL AND NEW.continued_in IS NOT NULL) EXECUTE FUNCTION hand_dates();

-- As before, with what is written of these days.
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'tell_person', 'add_need', 'end_need', 'add_date', 'move_date', 'end_date')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION next_reminder, told_kind, keep_date, still_watches, watchers_of, dates_of, watched_dates, dates_watched_here, dates_fall_due, mark_date, mark_watcher,
    carry_dates, part_dates, hand_dates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_date, dates_of, watched_dates, dates_watched_here TO percorso_app;
GRANT EXECUTE ON FUNCTION watched_dates, dates_fall_due TO percorso_worker;
GRANT EXECUTE ON FUNCTION watched_dates TO percorso_watch;
GRANT EXECUTE ON FUNCTION next_reminder, told_kind TO percorso_definer;

-- +goose Down
DROP TRIGGER hand_dates ON case_file;
DROP TRIGGER part_dates ON file_merge;
DROP TRIGGER carry_dates ON file_merge;
DROP TRIGGER mark_watcher ON staff;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mark_held(somebody uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_health h WHERE h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = somebody AND t.state = 'reserved') ORDER BY h.case_id FOR UPDATE;
    UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch'
        AND h.case_id IN (SELECT t.case_id FROM task t WHERE t.holder = somebody AND t.state = 'reserved');
END $$;
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'tell_person', 'add_need', 'end_need')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
DROP FUNCTION hand_dates, part_dates, carry_dates, mark_watcher, dates_fall_due, dates_watched_here, watched_dates, dates_of, keep_date, watchers_of, still_watches, told_kind, next_reminder;
DROP TABLE critical_date;
DROP FUNCTION mark_date;
