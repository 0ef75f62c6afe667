-- +goose Up

-- A seat of a protected person's équipe goes to a keeper who does not sit there already: of
-- two seats that fell to one keeper the second could not be answered. Where there is
-- nobody else, nobody has it, and the sentence of the case says so. And the meetings of an
-- équipe are read, which are the records of the forms that planned them.
--
-- The code of before works on this schema, and has no word for why nobody can take such a seat.

-- +goose StatementBegin

-- Whether a person has another seat of an équipe than one, or is asked to it.
CREATE FUNCTION has_other_seat(run text, person uuid, role text, agency text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM seat e WHERE e.run_id = run AND e.member = person AND e.state IN ('confirmed', 'spoken') AND (e.role, e.agency) <> ($3, $4))
        OR EXISTS (SELECT FROM task o WHERE o.run_id = run AND o.holder = person AND o.state = 'reserved'
            AND o.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (o.role, o.agency) <> ($3, $4))
$$;

-- As before, and of a seat: to a keeper who has no other one, and what is said from it to one
-- of its agency. Who holds it keeps it, unless they sit in another one.
CREATE OR REPLACE FUNCTION keep_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
    seat boolean := NEW.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off');
    says boolean := NEW.kind IN ('equipe_opinion', 'plan_sign_off'); -- which its agency alone can
    other uuid;
BEGIN
    IF of_file IS NULL OR NEW.state NOT IN ('ready', 'reserved') THEN RETURN NEW; END IF;
    IF NEW.kind = 'referral_answer' THEN -- it stays with whom it was addressed to; who held it and knows nothing of her now does so no more
        IF NEW.state = 'reserved' AND NOT EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder) THEN
            NEW.state := 'ready';
            NEW.holder := NULL;
            NEW.reserved_at := NULL;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'reserved' AND EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.id = NEW.holder AND (k.agency = NEW.agency OR NOT says))
        AND NOT (seat AND EXISTS (SELECT FROM seat e WHERE e.run_id = NEW.run_id AND e.member = NEW.holder AND e.state IN ('confirmed', 'spoken')
            AND (e.role, e.agency) <> (NEW.role, NEW.agency))) THEN RETURN NEW; END IF;
    SELECT k.id INTO other FROM keepers_of(of_file) k WHERE k.zone = NEW.zone AND (k.agency = NEW.agency OR k.role = 'supervisor' AND NOT says) AND k.id IS DISTINCT FROM NEW.proposed_by
        AND NOT (seat AND has_other_seat(NEW.run_id, k.id, NEW.role, NEW.agency))
        ORDER BY k.agency = NEW.agency DESC, k.role = NEW.role DESC, seat AND k.role = 'supervisor' DESC, TG_OP = 'UPDATE' AND k.id = OLD.holder, k.id LIMIT 1;
    NEW.state := CASE WHEN other IS NULL THEN 'ready' ELSE 'reserved' END;
    NEW.holder := other;
    NEW.reserved_at := CASE WHEN other IS NOT NULL THEN coalesce(NEW.reserved_at, NEW.ready_at) END;
    RETURN NEW;
END $$;

-- As before: who has another seat of the équipe can do nothing about one.
CREATE OR REPLACE FUNCTION kept_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, candidates bigint, supervisor text, receivers boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM protection p WHERE p.case_id = ANY (cases)) THEN RETURN; END IF;
    RETURN QUERY SELECT f.id::text, coalesce(t.id::text, ''),
        (SELECT count(*) FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role) AND k.id IS DISTINCT FROM t.proposed_by
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))),
        s.agency,
        EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.agency = t.agency
            AND k.id IS DISTINCT FROM t.holder AND k.id IS DISTINCT FROM t.proposed_by AND k.id IS DISTINCT FROM s.id
            AND NOT (seat.it AND has_other_seat(t.run_id, k.id, t.role, t.agency))
            AND CASE WHEN seat.it OR t.kind = 'closure_approval' THEN k.role = t.role ELSE k.role <> 'supervisor' END)
    FROM protection p JOIN case_file f ON f.id = p.case_id LEFT JOIN task t ON t.case_id = p.case_id AND t.state IN ('ready', 'reserved')
        LEFT JOIN LATERAL (SELECT k.id, k.agency FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.role = 'supervisor'
            AND k.id IS DISTINCT FROM t.proposed_by ORDER BY k.id LIMIT 1) s ON true,
        LATERAL (SELECT t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AS it) seat
    WHERE p.case_id = ANY (cases);
END $$;

-- As before; of a protected person's case those of her keepers count who supervise.
CREATE OR REPLACE FUNCTION seated_elsewhere(cases uuid[]) RETURNS TABLE (task_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.id::text FROM task t JOIN case_file f ON f.id = t.case_id LEFT JOIN protection p ON p.case_id = t.case_id
    WHERE t.case_id = ANY (cases) AND t.state IN ('ready', 'reserved') AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
        AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
            AND (p.file IS NULL OR s.id IN (SELECT k.id FROM keepers_of(p.file) k)) AND NOT has_other_seat(t.run_id, s.id, t.role, t.agency));
END $$;

-- The open seats of protected persons' équipes that their keepers of the role cannot take,
-- since each of them has another one.
CREATE FUNCTION kept_seats(cases uuid[]) RETURNS TABLE (task_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.id::text FROM protection p JOIN task t ON t.case_id = p.case_id
    WHERE t.case_id = ANY (cases) AND t.state = 'ready' AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND EXISTS (SELECT FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role))
        AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role)
            AND NOT has_other_seat(t.run_id, k.id, t.role, t.agency));
END $$;

-- The meetings that were planned of some équipes. One that was planned while another had
-- not been yet moved that one.
CREATE FUNCTION planned_meetings(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT d.id::text, d.run_id, m.at, d.data ->> 'how', coalesce(d.data ->> 'place', ''), d.data -> 'invited', coalesce(d.data ->> 'note', ''),
        d.created_at, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), ''),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'plan_meeting' AND o.created_at < m.at
            AND (o.created_at, o.id) > (d.created_at, d.id)),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'minutes' AND o.data ->> 'meeting' = d.id::text)
    FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.run_id = e.run_id AND d.kind = 'plan_meeting', LATERAL (SELECT (d.data ->> 'at')::timestamptz AS at) m
    WHERE e.run_id = ANY (runs) ORDER BY m.at DESC, d.created_at DESC
$$;

-- Those that the caller reads, who sits in the équipe or works on its case.
CREATE FUNCTION equipe_meetings(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, minuted boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.* FROM planned_meetings(ARRAY(SELECT e.run_id FROM equipe e WHERE e.run_id = ANY (runs) AND e.zone = my('zone') AND reads_equipe(e.run_id, e.case_id) <> '')) p
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION has_other_seat, kept_seats, planned_meetings, equipe_meetings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kept_seats TO percorso_app, percorso_worker, percorso_watch;
GRANT EXECUTE ON FUNCTION equipe_meetings TO percorso_app;
GRANT EXECUTE ON FUNCTION planned_meetings TO percorso_definer, percorso_worker;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
CREATE OR REPLACE FUNCTION kept_tasks(cases uuid[]) RETURNS TABLE (case_id text, task_id text, candidates bigint, supervisor text, receivers boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM protection p WHERE p.case_id = ANY (cases)) THEN RETURN; END IF;
    RETURN QUERY SELECT f.id::text, coalesce(t.id::text, ''),
        (SELECT count(*) FROM keepers_of(p.file) k WHERE (k.zone, k.agency, k.role) = (t.zone, t.agency, t.role) AND k.id IS DISTINCT FROM t.proposed_by),
        s.agency,
        EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.agency = t.agency
            AND k.id IS DISTINCT FROM t.holder AND k.id IS DISTINCT FROM t.proposed_by AND k.id IS DISTINCT FROM s.id
            AND CASE WHEN t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off', 'closure_approval') THEN k.role = t.role ELSE k.role <> 'supervisor' END)
    FROM protection p JOIN case_file f ON f.id = p.case_id LEFT JOIN task t ON t.case_id = p.case_id AND t.state IN ('ready', 'reserved')
        LEFT JOIN LATERAL (SELECT k.id, k.agency FROM keepers_of(p.file) k WHERE k.zone = t.zone AND k.role = 'supervisor'
            AND k.id IS DISTINCT FROM t.proposed_by ORDER BY k.id LIMIT 1) s ON true
    WHERE p.case_id = ANY (cases);
END $$;
CREATE OR REPLACE FUNCTION seated_elsewhere(cases uuid[]) RETURNS TABLE (task_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT t.id::text FROM task t JOIN case_file f ON f.id = t.case_id
    WHERE t.case_id = ANY (cases) AND t.state IN ('ready', 'reserved') AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')
        AND (my('zone') IS NULL OR f.zone = my('zone') AND sees_case(f.id))
        AND NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.role = 'supervisor'
            AND NOT EXISTS (SELECT FROM seat e WHERE e.run_id = t.run_id AND e.member = s.id AND e.state IN ('confirmed', 'spoken') AND (e.role, e.agency) <> (t.role, t.agency))
            AND NOT EXISTS (SELECT FROM task o WHERE o.run_id = t.run_id AND o.holder = s.id AND o.state = 'reserved'
                AND o.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (o.role, o.agency) <> (t.role, t.agency)));
END $$;
-- +goose StatementEnd
DROP FUNCTION equipe_meetings, planned_meetings, kept_seats, has_other_seat;
