-- +goose Up

-- A day after which something is lost is watched by somebody whoever leaves: where nobody of
-- the role of who was named is at work any more it is the supervisors, or the keepers of a
-- protected person of whom none has either; and it says so.
--
-- The code of before works on this schema.

-- +goose StatementBegin
-- Those of the zone who may know of the case of a day.
CREATE FUNCTION who_knows(d critical_date) RETURNS SETOF staff LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.* FROM staff s JOIN case_file f ON f.id = d.case_id AND f.zone = s.zone
        WHERE s.active AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = d.case_id AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = s.id));
END $$;
CREATE FUNCTION kept_only(d critical_date) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM protection p WHERE p.case_id = d.case_id);
END $$;

-- As what somebody watches a day: as those of the role of who was named or, where none of them
-- is at work, as the supervisors, or what keepers there are.
CREATE FUNCTION watched_as(d critical_date) RETURNS TABLE (role text, agency text) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT still_watches(d) THEN
        RETURN QUERY SELECT k.role, k.agency FROM who_knows(d) k WHERE (k.agency, k.role) = (d.watch_agency, d.watch_role) OR k.role = 'supervisor' OR kept_only(d)
            ORDER BY (k.agency, k.role) = (d.watch_agency, d.watch_role) DESC, k.role = 'supervisor' DESC, k.id LIMIT 1;
        IF FOUND THEN RETURN; END IF;
    END IF;
    RETURN QUERY SELECT d.watch_role, d.watch_agency;
END $$;

-- As before; where there is no supervisor among the keepers of a protected person, each of these.
CREATE OR REPLACE FUNCTION watchers_of(d critical_date, at timestamptz) RETURNS SETOF staff LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2 SET search_path = public AS $$
DECLARE
    acts uuid := CASE WHEN still_watches(d) THEN acts_for(d.watcher, d.case_id, NULL, watchers_of.at) END;
BEGIN
    RETURN QUERY WITH knows AS (SELECT * FROM who_knows(d)),
        of_role AS (SELECT k.* FROM knows k WHERE (k.agency, k.role) = (d.watch_agency, d.watch_role) AND NOT is_away(k.id, watchers_of.at))
        SELECT k.* FROM knows k WHERE k.id = acts
        UNION ALL SELECT k.* FROM of_role k WHERE acts IS NULL
        UNION ALL SELECT k.* FROM knows k WHERE acts IS NULL AND NOT EXISTS (SELECT FROM of_role)
            AND (k.role = 'supervisor' OR kept_only(d) AND NOT EXISTS (SELECT FROM knows o WHERE o.role = 'supervisor'));
END $$;

-- As before, with who watches.
CREATE OR REPLACE FUNCTION dates_of(c uuid) RETURNS TABLE (id text, kind text, on_day date, source text, note text, watcher text, watcher_name text, watch_role text, watch_agency text,
    by_name text, at timestamptz, replaces text, ended_at timestamptz, outcome text, what text, ended_by text, reads boolean, reads_end boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(f.id)) THEN RETURN; END IF;
    RETURN QUERY SELECT x.* FROM (
        SELECT d.id::text, CASE WHEN first.ok THEN d.kind ELSE told_kind(d.kind) END, d.on_day, CASE WHEN own.ok THEN coalesce(said_now(r.id, r.data) ->> 'source', '') ELSE '' END,
            CASE WHEN own.ok THEN coalesce(said_now(r.id, r.data) ->> 'note', '') ELSE '' END, d.watcher::text,
            coalesce(CASE WHEN still_watches(d) THEN (SELECT s.name FROM staff s WHERE s.id = acts_for(d.watcher, d.case_id, NULL, my_now())) END, ''), v.role, v.agency,
            b.name, d.at, coalesce(d.replaces::text, ''), d.ended_at, d.outcome, CASE WHEN last.ok THEN coalesce(said_now(e.id, e.data) ->> 'note', '') ELSE '' END,
            coalesce(n.name, ''), own.ok, last.ok
        FROM critical_date d JOIN staff b ON b.id = d.by_staff LEFT JOIN record a ON a.id = d.record_id LEFT JOIN record r ON r.id = d.id LEFT JOIN record e ON e.id = d.ended_by
            LEFT JOIN staff n ON n.id = e.by_staff
            CROSS JOIN LATERAL watched_as(d) v
            CROSS JOIN LATERAL (SELECT a.id IS NOT NULL AND in_circle(a.id, a.case_id, a.circle, a.kind, a.agency, a.by_staff) AS ok) first
            CROSS JOIN LATERAL (SELECT r.id IS NOT NULL AND in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) AS ok) own
            CROSS JOIN LATERAL (SELECT e.id IS NOT NULL AND in_circle(e.id, e.case_id, e.circle, e.kind, e.agency, e.by_staff) AS ok) last
        WHERE d.case_id = c
        UNION ALL SELECT '', 'permit', p.permit_expiry, '', '', '', '', '', '', '', NULL, '', NULL, '', '', '', true, false
            FROM person p WHERE p.case_id = c AND p.permit_expiry IS NOT NULL AND p.permit NOT IN ('', 'requested')
    ) x (id, kind, on_day, source, note, watcher, watcher_name, watch_role, watch_agency, by_name, at, replaces, ended_at, outcome, what, ended_by, reads, reads_end)
    ORDER BY x.ended_at DESC NULLS FIRST, x.on_day, x.id;
END $$;
CREATE OR REPLACE FUNCTION watched_dates(cases uuid[], before int) RETURNS TABLE (case_id text, kind text, on_day date, near timestamptz, watcher text, role text, agency text, away jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.case_id::text, told_kind(d.kind), d.on_day, day_begins(d.on_day - before), coalesce(s.name, ''), v.role, v.agency,
        (SELECT jsonb_agg(jsonb_build_object('from', day_begins(a.first_day), 'until', day_begins(a.last_day + 1), 'substitute', coalesce(t.name, ''),
                'gaps', (SELECT jsonb_agg(jsonb_build_object('from', day_begins(o.first_day), 'until', day_begins(o.last_day + 1))) FROM absence o WHERE o.staff = t.id)) ORDER BY a.first_day)
            FROM absence a LEFT JOIN staff t ON t.id = substitute_in(a, d.case_id, NULL) WHERE a.staff = s.id)
    FROM critical_date d JOIN case_file f ON f.id = d.case_id LEFT JOIN staff s ON s.id = d.watcher AND still_watches(d)
        CROSS JOIN LATERAL watched_as(d) v
    WHERE d.case_id = ANY (cases) AND d.ended_at IS NULL AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
    ORDER BY d.case_id, d.on_day, d.id;
END $$;

CREATE OR REPLACE FUNCTION dates_watched_here(until date) RETURNS TABLE (id text, case_id text, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.id::text, d.case_id::text, told_kind(d.kind), d.on_day FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL AND f.zone = my('zone')
        WHERE d.ended_at IS NULL AND d.on_day <= until
            AND (d.watcher IN (SELECT acting_for()) OR (d.watch_agency, d.watch_role) = (my('agency'), my('role')) OR my('role') = 'supervisor' OR kept_only(d))
            AND EXISTS (SELECT FROM watchers_of(d, my_now()) w WHERE w.id::text = my('staff'))
        ORDER BY d.on_day, d.id LIMIT 100;
END $$;

-- As before; and who leaves or comes may be the last, or the first, of a role.
CREATE OR REPLACE FUNCTION mark_watcher() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL); -- of a protected person's cases too
    theirs uuid[];
BEGIN
    PERFORM mark_held(NEW.id) WHERE EXISTS (SELECT FROM critical_date d WHERE d.watcher = NEW.id AND d.ended_at IS NULL);
    IF (OLD.active, OLD.zone, OLD.agency, OLD.role) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.role) THEN
        theirs := ARRAY(SELECT d.case_id FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.zone IN (OLD.zone, NEW.zone)
            WHERE d.ended_at IS NULL AND NOT still_watches(d));
        PERFORM FROM case_health h WHERE h.case_id = ANY (theirs) ORDER BY h.case_id FOR UPDATE;
        UPDATE case_health h SET changes_at = 'epoch' WHERE h.changes_at > 'epoch' AND h.case_id = ANY (theirs);
    END IF;
    PERFORM act_for(caller);
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER mark_watcher ON staff;
CREATE TRIGGER mark_watcher AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.name, OLD.role) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.name, NEW.role)) EXECUTE FUNCTION mark_watcher();
REVOKE EXECUTE ON FUNCTION who_knows, kept_only, watched_as FROM PUBLIC;

-- +goose Down
DROP TRIGGER mark_watcher ON staff;
CREATE TRIGGER mark_watcher AFTER UPDATE ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency, OLD.name) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency, NEW.name)) EXECUTE FUNCTION mark_watcher();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mark_watcher() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL); -- of a protected person's cases too
BEGIN
    PERFORM mark_held(NEW.id) WHERE EXISTS (SELECT FROM critical_date d WHERE d.watcher = NEW.id AND d.ended_at IS NULL);
    PERFORM act_for(caller);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION watched_dates(cases uuid[], before int) RETURNS TABLE (case_id text, kind text, on_day date, near timestamptz, watcher text, role text, agency text, away jsonb)
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
CREATE OR REPLACE FUNCTION dates_of(c uuid) RETURNS TABLE (id text, kind text, on_day date, source text, note text, watcher text, watcher_name text, watch_role text, watch_agency text,
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
CREATE OR REPLACE FUNCTION watchers_of(d critical_date, at timestamptz) RETURNS SETOF staff LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2 SET search_path = public AS $$
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
CREATE OR REPLACE FUNCTION dates_watched_here(until date) RETURNS TABLE (id text, case_id text, kind text, on_day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT d.id::text, d.case_id::text, told_kind(d.kind), d.on_day FROM critical_date d JOIN case_file f ON f.id = d.case_id AND f.closed_at IS NULL AND f.zone = my('zone')
        WHERE d.ended_at IS NULL AND d.on_day <= until
            AND (d.watcher IN (SELECT acting_for()) OR (d.watch_agency, d.watch_role) = (my('agency'), my('role')) OR my('role') = 'supervisor')
            AND EXISTS (SELECT FROM watchers_of(d, my_now()) w WHERE w.id::text = my('staff'))
        ORDER BY d.on_day, d.id LIMIT 100;
END $$;
-- +goose StatementEnd
DROP FUNCTION watched_as, kept_only, who_knows;
