-- +goose Up

-- Who waits for a place of a service that has none, in the order in which they came, and the
-- places that are offered to them. An offer says that a place is kept, and for which row of the
-- list, and nothing of whom that is of: whoever counts what is free counts those of people whom
-- they may not know of as well.
--
-- The code of before works on this schema: it puts nobody on a list, offers nothing, and books a
-- place that is kept for somebody.
SET LOCAL lock_timeout = '5s';
CREATE TABLE waiting (
    id          uuid PRIMARY KEY, -- made of who put them there and their key
    case_id     uuid NOT NULL REFERENCES case_file,
    zone        text NOT NULL,
    service     text NOT NULL,
    matter      text NOT NULL,    -- empty: none in particular
    language    text NOT NULL,    -- of the interpreter; empty: none is needed
    interpreter text NOT NULL CHECK (interpreter IN ('', 'woman', 'man')),
    mode        text NOT NULL CHECK (mode IN ('', 'in_person', 'phone')),
    hours       text NOT NULL CHECK (hours IN ('', 'morning', 'afternoon')),
    with_child  boolean NOT NULL,
    before_day  date,             -- the last one on which it is not too late; NULL: it never is
    pua         boolean NOT NULL, -- the place would be one of those that the PUA has
    put_by      uuid NOT NULL REFERENCES staff,
    since       timestamptz NOT NULL,
    left_at     timestamptz,
    left_why    text NOT NULL DEFAULT '' CHECK (left_why IN ('', 'booked', 'unwanted', 'closed', 'merged')),
    CHECK ((left_at IS NULL) = (left_why = ''))
);
CREATE UNIQUE INDEX waiting_once ON waiting (case_id, service, matter) WHERE left_at IS NULL;
CREATE INDEX waiting_case ON waiting (case_id);
CREATE INDEX waiting_order ON waiting (zone, service, since, id) WHERE left_at IS NULL;

CREATE TABLE waiting_offer (
    id      uuid PRIMARY KEY,
    entry   uuid NOT NULL REFERENCES waiting,
    zone    text NOT NULL,
    service text NOT NULL,
    at      timestamptz NOT NULL,
    until   timestamptz NOT NULL CHECK (until > at),
    pua     boolean NOT NULL,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL, -- until then it is kept; from then on it is late that nobody has called
    state   text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'booked', 'declined', 'unreached', 'gone')),
    said_at timestamptz,
    said_by uuid REFERENCES staff
);
CREATE UNIQUE INDEX waiting_offer_open ON waiting_offer (entry) WHERE state = 'open';
CREATE INDEX waiting_offer_entry ON waiting_offer (entry);
CREATE INDEX waiting_offer_taken ON waiting_offer (zone, service, at) WHERE state = 'open';

ALTER TABLE waiting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON waiting FOR SELECT TO percorso_app USING (zone = (SELECT my('zone')) AND sees_case(case_id));
CREATE POLICY no_officer ON waiting AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY protected ON waiting AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id NOT IN (SELECT hidden_cases()));
CREATE POLICY app_put ON waiting FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND put_by = my('staff')::uuid AND EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
CREATE POLICY app_leave ON waiting FOR UPDATE TO percorso_app USING (zone = my('zone') AND sees_case(case_id)) WITH CHECK (left_why IN ('', 'unwanted'));
GRANT SELECT, INSERT (id, case_id, zone, service, matter, language, interpreter, mode, hours, with_child, before_day, pua, put_by, since), UPDATE (left_at, left_why, before_day) ON waiting TO percorso_app;
GRANT SELECT, UPDATE ON waiting TO percorso_definer;

ALTER TABLE waiting_offer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON waiting_offer FOR SELECT TO percorso_app USING (zone = (SELECT my('zone')));
CREATE POLICY no_officer ON waiting_offer AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY app_say ON waiting_offer FOR UPDATE TO percorso_app USING (EXISTS (SELECT FROM waiting w WHERE w.id = entry)) WITH CHECK (said_by = my('staff')::uuid);
GRANT SELECT, UPDATE (state, said_at, said_by) ON waiting_offer TO percorso_app;
GRANT SELECT, INSERT, UPDATE ON waiting_offer TO percorso_definer;

-- The worker offers places, and so reads what is taken of which service.
CREATE POLICY worker_read ON waiting_offer FOR SELECT TO percorso_worker USING (true);
GRANT SELECT ON waiting_offer TO percorso_worker;
CREATE POLICY worker_read ON booking FOR SELECT TO percorso_worker USING (true);
GRANT SELECT (zone, service, at, until, state, pua) ON booking TO percorso_worker;
CREATE POLICY worker_read ON place_kept FOR SELECT TO percorso_worker USING (true);
GRANT SELECT (zone, service, at, until, pua, staff, ends_at) ON place_kept TO percorso_worker;
CREATE POLICY worker_read ON called_off FOR SELECT TO percorso_worker USING (true);
GRANT SELECT (id, zone, service, first_day, last_day, reason, back_from) ON called_off TO percorso_worker;
GRANT EXECUTE ON FUNCTION lock_places TO percorso_worker;

-- +goose StatementBegin

-- The lists of all zones that somebody is on.
CREATE FUNCTION waiting_lists() RETURNS TABLE (zone text, service text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
    SELECT DISTINCT w.zone, w.service FROM waiting w WHERE w.left_at IS NULL ORDER BY 1, 2
$$;

-- Who may be offered a place of a service by now, in their order, with what decides which one
-- suits them: nobody to whom one is offered already, who is about to be booked there, or whose
-- case stands still.
CREATE FUNCTION waiting_people(of_zone text, of_service text, now timestamptz) RETURNS TABLE (id text, service text, matter text, language text, interpreter text,
    mode text, hours text, with_child boolean, before_day date, pua boolean, no_phone boolean, refused timestamptz[], busy jsonb, unreached_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT w.id::text, w.service, w.matter, w.language, w.interpreter, w.mode, w.hours, w.with_child, w.before_day, w.pua, 'no_phone' = ANY (p.speech),
        ARRAY(SELECT o.at FROM waiting_offer o WHERE o.entry = w.id AND o.state IN ('declined', 'unreached', 'booked')),
        (SELECT coalesce(jsonb_agg(jsonb_build_object('at', b.at, 'until', b.until)), '[]') FROM (
            SELECT o.at, o.until FROM appointment a JOIN booking o ON o.appointment_id = a.id AND o.state = 'booked' WHERE a.case_id = w.case_id AND a.state IN ('booked', 'confirmed') AND a.at > waiting_people.now - interval '8 hours'
            UNION ALL SELECT o.at, o.until FROM run r JOIN booking o ON o.run_id = r.id AND o.state = 'held' WHERE r.case_id = w.case_id) b),
        (SELECT max(o.said_at) FROM waiting_offer o WHERE o.entry = w.id AND o.state = 'unreached')
    FROM waiting w JOIN person p ON p.case_id = w.case_id JOIN case_file f ON f.id = w.case_id
    WHERE w.zone = of_zone AND w.service = of_service AND w.left_at IS NULL AND f.closed_at IS NULL AND (f.suspended_until IS NULL OR f.suspended_until <= waiting_people.now)
        AND (w.before_day IS NULL OR w.before_day >= day_of(waiting_people.now))
        AND NOT EXISTS (SELECT FROM waiting_offer o WHERE o.entry = w.id AND o.state = 'open')
        AND NOT EXISTS (SELECT FROM run r JOIN booking b ON b.run_id = r.id AND b.state = 'held' WHERE r.case_id = w.case_id AND b.service = w.service)
    ORDER BY w.since, w.id LIMIT 200
$$;

-- Keeps a place for somebody in a list, unless they have left it. The caller has locked its day.
CREATE FUNCTION offer_waiting(of_entry uuid, at timestamptz, until timestamptz, ends_at timestamptz, now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    w waiting;
BEGIN
    SELECT * INTO w FROM waiting e WHERE e.id = of_entry AND e.left_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO waiting_offer (id, entry, zone, service, at, until, pua, made_at, ends_at)
        VALUES (gen_random_uuid(), w.id, w.zone, w.service, offer_waiting.at, offer_waiting.until, w.pua, offer_waiting.now, offer_waiting.ends_at) ON CONFLICT DO NOTHING;
END $$;

-- Keeps a place no more that is none, or that somebody else has. That nobody called in time
-- stands in the case's timeline.
CREATE FUNCTION withdraw_waiting(of_offer uuid, now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    o waiting_offer;
BEGIN
    UPDATE waiting_offer p SET state = 'gone' WHERE p.id = of_offer AND p.state = 'open' RETURNING p.* INTO o;
    IF NOT FOUND OR o.ends_at > withdraw_waiting.now THEN RETURN; END IF;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) SELECT w.case_id, 'case/' || w.case_id, w.zone, withdraw_waiting.now, 'waiting_lost', w.service FROM waiting w WHERE w.id = o.entry;
END $$;

-- Whether the person of a case may be put on a list; else why not. The case stays open, and
-- nobody books her there, until the caller is through, who has locked her as a booking does.
CREATE FUNCTION refuses_waiting(c uuid, of_service text, of_matter text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND f.closed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN RETURN 'case_not_open'; END IF;
    IF EXISTS (SELECT FROM waiting w WHERE w.case_id = c AND w.service = of_service AND w.matter = of_matter AND w.left_at IS NULL) THEN RETURN 'waits_already'; END IF;
    IF EXISTS (SELECT FROM appointment a WHERE a.case_id = c AND a.service = of_service AND of_matter IN ('', coalesce(a.matter, '')) AND a.state IN ('booked', 'confirmed') AND a.at > my_now())
        OR EXISTS (SELECT FROM run r JOIN booking b ON b.run_id = r.id WHERE r.case_id = c AND b.service = of_service AND b.state = 'held') THEN RETURN 'has_an_appointment'; END IF;
    RETURN '';
END $$;

-- What is offered to somebody who leaves a list is theirs, or offered no more.
CREATE FUNCTION settle_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE waiting_offer o SET state = CASE NEW.left_why WHEN 'booked' THEN 'booked' ELSE 'gone' END WHERE o.entry = NEW.id AND o.state = 'open';
    RETURN NULL;
END $$;

-- Whoever has an appointment with the service waits for none; one that had been before she was
-- put on the list changes nothing, whatever is said of it later.
CREATE FUNCTION end_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE waiting w SET left_at = clock_timestamp(), left_why = 'booked'
        WHERE w.case_id = NEW.case_id AND w.service = NEW.service AND w.matter IN ('', coalesce(NEW.matter, '')) AND w.left_at IS NULL AND w.since < NEW.at;
    RETURN NULL;
END $$;

-- Whose case is closed waits for nothing, and has their turn back where the closure was a mistake.
CREATE FUNCTION close_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.closed_at IS NULL THEN
        UPDATE waiting w SET left_at = NULL, left_why = '' WHERE w.id IN (SELECT DISTINCT ON (o.service, o.matter) o.id FROM waiting o -- of two that were merged, one
            WHERE o.case_id = NEW.id AND o.left_why = 'closed' AND o.left_at > clock_timestamp() - interval '30 days' ORDER BY o.service, o.matter, o.since, o.id);
    ELSE
        UPDATE waiting w SET left_at = clock_timestamp(), left_why = 'closed' WHERE w.case_id = NEW.id AND w.left_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

-- Where a file goes into another one, its turns go on there, and come back when the two are taken
-- apart again. Who is on a list in both of them has the earlier turn.
CREATE FUNCTION carry_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('waiting', (SELECT coalesce(jsonb_agg(w.id), '[]') FROM waiting w WHERE w.case_id = NEW.merged));
    UPDATE waiting w SET left_at = clock_timestamp(), left_why = 'merged' WHERE w.left_at IS NULL AND w.case_id IN (NEW.merged, NEW.case_id)
        AND EXISTS (SELECT FROM waiting o WHERE o.left_at IS NULL AND o.case_id IN (NEW.merged, NEW.case_id) AND o.case_id <> w.case_id
            AND o.service = w.service AND o.matter = w.matter AND (o.since, o.id) < (w.since, w.id));
    UPDATE waiting w SET case_id = NEW.case_id WHERE w.case_id = NEW.merged;
    RETURN NEW;
END $$;
CREATE FUNCTION part_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE waiting w SET case_id = OLD.merged WHERE w.case_id = OLD.case_id AND OLD.before -> 'waiting' ? w.id::text;
    UPDATE waiting w SET left_at = NULL, left_why = '' WHERE w.case_id IN (OLD.merged, OLD.case_id) AND w.left_why = 'merged' AND w.left_at >= OLD.at
        AND NOT EXISTS (SELECT FROM waiting o WHERE o.left_at IS NULL AND o.case_id = w.case_id AND o.service = w.service AND o.matter = w.matter);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER settle_waiting AFTER UPDATE OF left_at ON waiting FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL) EXECUTE FUNCTION settle_waiting();
CREATE TRIGGER end_waiting AFTER INSERT OR UPDATE OF state, at ON appointment FOR EACH ROW WHEN (NEW.state IN ('booked', 'confirmed')) EXECUTE FUNCTION end_waiting();
CREATE TRIGGER close_waiting AFTER UPDATE OF closed_at ON case_file FOR EACH ROW WHEN ((OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL)) EXECUTE FUNCTION close_waiting();
CREATE TRIGGER carry_waiting BEFORE INSERT ON file_merge FOR EACH ROW EXECUTE FUNCTION carry_waiting();
CREATE TRIGGER part_waiting AFTER UPDATE OF undone_at ON file_merge FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL) EXECUTE FUNCTION part_waiting();
REVOKE EXECUTE ON FUNCTION waiting_lists, waiting_people, offer_waiting, withdraw_waiting, refuses_waiting, settle_waiting, end_waiting, close_waiting, carry_waiting, part_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting_lists, waiting_people, offer_waiting, withdraw_waiting TO percorso_worker;
GRANT EXECUTE ON FUNCTION refuses_waiting TO percorso_app;
SELECT settle_rights();

-- +goose Down
DROP TRIGGER part_waiting ON file_merge;
DROP TRIGGER carry_waiting ON file_merge;
DROP TRIGGER close_waiting ON case_file;
DROP TRIGGER end_waiting ON appointment;
DROP TRIGGER settle_waiting ON waiting;
DROP FUNCTION part_waiting, carry_waiting, close_waiting, end_waiting, settle_waiting, refuses_waiting, withdraw_waiting, offer_waiting, waiting_people, waiting_lists;
REVOKE EXECUTE ON FUNCTION lock_places FROM percorso_worker;
DROP POLICY worker_read ON called_off;
REVOKE SELECT (id, zone, service, first_day, last_day, reason, back_from) ON called_off FROM percorso_worker;
DROP POLICY worker_read ON place_kept;
REVOKE SELECT (zone, service, at, until, pua, staff, ends_at) ON place_kept FROM percorso_worker;
DROP POLICY worker_read ON booking;
REVOKE SELECT (zone, service, at, until, state, pua) ON booking FROM percorso_worker;
DROP TABLE waiting_offer, waiting;
