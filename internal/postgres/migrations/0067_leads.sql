-- +goose Up

-- A case has for each agency one member of staff who follows it before their colleagues:
-- its lead (referente). Who was it, and since when, is kept.
--
-- The code of before works on this schema: whoever takes a task with it becomes the lead
-- as well, and it shows nobody.

CREATE TABLE lead (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id    uuid NOT NULL,
    agency     text NOT NULL,
    staff      uuid NOT NULL REFERENCES staff,
    since      timestamptz NOT NULL,
    command_id uuid,                     -- by which somebody named them; NULL: by the first task that they took
    until      timestamptz,              -- NULL: they are it
    ended      text CHECK (ended IN ('replaced', 'left', 'over')), -- another was named; they work there no more; the agency's part is over
    CHECK ((until IS NULL) = (ended IS NULL))
);
CREATE UNIQUE INDEX lead_now ON lead (case_id, agency) WHERE until IS NULL;
CREATE INDEX lead_staff ON lead (staff) WHERE until IS NULL;

-- Of the cases that are open already the lead is who has a task of theirs for the longest time.
INSERT INTO lead (case_id, agency, staff, since)
    SELECT DISTINCT ON (t.case_id, t.agency) t.case_id, t.agency, s.id, coalesce(t.reserved_at, t.ready_at) FROM task t
        JOIN staff s ON s.id = t.holder AND s.active AND (s.zone, s.agency, s.role) = (t.zone, t.agency, t.role)
        JOIN case_file f ON f.id = t.case_id AND f.zone = t.zone AND f.closed_at IS NULL
    WHERE t.state = 'reserved' AND t.kind <> 'closure_approval'
        AND s.role NOT IN ('desk_operator', 'intercultural_mediator', 'supervisor', 'mail_system', 'privacy_officer')
    ORDER BY t.case_id, t.agency, coalesce(t.reserved_at, t.ready_at), t.id;

ALTER TABLE lead ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead FORCE ROW LEVEL SECURITY;
-- Whoever reads the file reads who follows it; another agency who of its own does.
CREATE POLICY app_read ON lead FOR SELECT TO percorso_app
    USING (staff = my('staff')::uuid OR EXISTS (SELECT FROM case_file f WHERE f.id = case_id) OR agency = my('agency') AND works_on(case_id));
CREATE POLICY no_officer ON lead AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY protected ON lead AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id NOT IN (SELECT hidden_cases()));
GRANT SELECT ON lead TO percorso_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON lead TO percorso_definer;

-- +goose StatementBegin

-- Who takes a task of an open case for their agency, in their own profession, becomes its
-- lead where there is none. The desk and the mediators receive whoever comes, and a
-- supervisor helps out: they are named by hand. Nor does it come of approving a closure.
CREATE FUNCTION lead_by_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO lead (case_id, agency, staff, since)
        SELECT NEW.case_id, NEW.agency, s.id, coalesce(NEW.reserved_at, my_now())
        FROM staff s JOIN case_file f ON f.id = NEW.case_id AND f.zone = NEW.zone AND f.closed_at IS NULL
        WHERE s.id = NEW.holder AND s.active AND (s.zone, s.agency, s.role) = (NEW.zone, NEW.agency, NEW.role)
            AND s.role NOT IN ('desk_operator', 'intercultural_mediator', 'supervisor', 'mail_system', 'privacy_officer')
        ON CONFLICT (case_id, agency) WHERE until IS NULL DO NOTHING;
    RETURN NULL;
END $$;
-- At the end of the transaction, when it waits for nothing else any more.
CREATE CONSTRAINT TRIGGER lead_by_task AFTER INSERT OR UPDATE OF state, holder ON task DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'reserved' AND NEW.holder IS NOT NULL AND NEW.kind <> 'closure_approval') EXECUTE FUNCTION lead_by_task();

-- Who leaves, or goes to work elsewhere, is nobody's lead any more: the next who takes a
-- task there is, or who is named.
CREATE FUNCTION lead_leaves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE lead l SET until = greatest(my_now(), l.since), ended = 'left' FROM (SELECT o.id FROM lead o
        WHERE o.staff = NEW.id AND o.until IS NULL AND (NOT NEW.active OR NEW.zone <> OLD.zone OR o.agency <> NEW.agency) ORDER BY o.id FOR UPDATE) gone WHERE l.id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER lead_leaves AFTER UPDATE OF active, zone, agency ON staff FOR EACH ROW
    WHEN ((OLD.active, OLD.zone, OLD.agency) IS DISTINCT FROM (NEW.active, NEW.zone, NEW.agency)) EXECUTE FUNCTION lead_leaves();

-- With a branch the part of an agency may be over, with the case that of all. Where it goes
-- on in another file, its leads go on there, unless there is one.
CREATE FUNCTION lead_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    caller text := act_for(NULL);
BEGIN
    INSERT INTO lead (case_id, agency, staff, since)
        SELECT f.merged_into, l.agency, l.staff, NEW.ended_at FROM lead l JOIN case_file f ON f.id = l.case_id AND f.merged_into IS NOT NULL
        WHERE NEW.kind = 'case' AND l.case_id = NEW.case_id AND l.until IS NULL ORDER BY l.agency
        ON CONFLICT (case_id, agency) WHERE until IS NULL DO NOTHING;
    UPDATE lead l SET until = greatest(NEW.ended_at, l.since), ended = 'over' FROM (SELECT o.id FROM lead o WHERE o.case_id = NEW.case_id AND o.until IS NULL
        AND (NEW.kind = 'case' OR NOT at_work(o.case_id, o.agency)
            AND NOT EXISTS (SELECT FROM share s WHERE s.case_id = o.case_id AND s.agency = o.agency AND s.ended_at IS NULL)) ORDER BY o.id FOR UPDATE) over WHERE l.id = over.id;
    PERFORM act_for(caller);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lead_ends AFTER UPDATE OF ended_at ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION lead_ends();

-- A merge remembers who led both files, so that they do again once it is taken back.
CREATE FUNCTION remember_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('leads', (SELECT coalesce(jsonb_agg(l), '[]') FROM lead l
        WHERE l.case_id IN (NEW.case_id, NEW.merged) AND l.until IS NULL));
    RETURN NEW;
END $$;
CREATE TRIGGER remember_leads BEFORE INSERT ON file_merge FOR EACH ROW EXECUTE FUNCTION remember_leads();

-- Who led the file that was merged leads it again, unless they have gone since. Whom the
-- merge made lead of the other one is not any more, and who came to lead that by work on
-- what is not its own leads the file that it is of; but who has work there stays.
CREATE FUNCTION part_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE lead l SET until = NULL, ended = NULL FROM jsonb_populate_recordset(NULL::lead, OLD.before -> 'leads') x, staff s
        WHERE l.id = x.id AND x.case_id = OLD.merged AND l.ended = 'over' AND s.id = l.staff AND s.active AND (s.zone, s.agency) = (my('zone'), l.agency);
    DELETE FROM lead l USING jsonb_populate_recordset(NULL::lead, OLD.before -> 'leads') x
        WHERE x.case_id = OLD.merged AND l.case_id = OLD.case_id AND (l.agency, l.staff, l.since) = (x.agency, x.staff, OLD.at) AND l.command_id IS NULL AND l.until IS NULL
            AND NOT EXISTS (SELECT FROM task t WHERE t.case_id = l.case_id AND t.agency = l.agency AND t.holder = l.staff AND t.ended_at IS NULL);
    UPDATE lead l SET case_id = OLD.merged WHERE l.case_id = OLD.case_id AND l.since > OLD.at AND l.command_id IS NULL AND l.until IS NULL
        AND EXISTS (SELECT FROM task t WHERE t.case_id = OLD.merged AND t.agency = l.agency AND t.holder = l.staff AND t.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM task t WHERE t.case_id = l.case_id AND t.agency = l.agency AND t.holder = l.staff AND t.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM lead o WHERE o.case_id = OLD.merged AND o.agency = l.agency AND o.until IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER part_leads AFTER UPDATE OF undone_at ON file_merge FOR EACH ROW
    WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL) EXECUTE FUNCTION part_leads();

-- Names the lead of the agency that somebody works for, in a case that the caller has to
-- do with. Whoever asks meanwhile waits for the case's run. It says by which rule it is
-- refused (NULL: it is done), and who was it before.
CREATE FUNCTION name_lead(c uuid, named uuid, command uuid, at timestamptz) RETURNS TABLE (refused text, before uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
DECLARE
    over timestamptz;
    to_agency text := (SELECT s.agency FROM staff s WHERE s.id = named AND s.active AND s.zone = my('zone'));
BEGIN
    SELECT r.ended_at INTO over FROM run r JOIN case_file f ON f.id = r.case_id AND f.zone = my('zone') WHERE r.id = 'case/' || c AND EXISTS (SELECT FROM run_at_work(r.id)) FOR UPDATE OF r;
    refused := CASE WHEN NOT FOUND OR over IS NOT NULL THEN 'ended'
        WHEN to_agency IS NULL THEN 'not_at_work_here' WHEN NOT at_work(c, to_agency) THEN 'lead_agency_not_at_work'
        WHEN EXISTS (SELECT FROM protection p WHERE p.case_id = c AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = named)) THEN 'keepers_only'
        WHEN EXISTS (SELECT FROM lead l WHERE l.case_id = c AND l.agency = to_agency AND l.staff = named AND l.until IS NULL) THEN 'lead_already' END;
    IF refused IS NULL THEN
        UPDATE lead l SET until = greatest(name_lead.at, l.since), ended = 'replaced' WHERE l.case_id = c AND l.agency = to_agency AND l.until IS NULL RETURNING l.staff INTO before;
        INSERT INTO lead (case_id, agency, staff, since, command_id) VALUES (c, to_agency, named, name_lead.at, command);
    END IF;
    RETURN NEXT;
END $$;
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION lead_by_task, lead_leaves, lead_ends, remember_leads, part_leads, name_lead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION name_lead TO percorso_app;

-- +goose Down
DROP TRIGGER part_leads ON file_merge;
DROP TRIGGER remember_leads ON file_merge;
DROP TRIGGER lead_ends ON run;
DROP TRIGGER lead_leaves ON staff;
DROP TRIGGER lead_by_task ON task;
DROP TABLE lead;
DROP FUNCTION name_lead, part_leads, remember_leads, lead_ends, lead_leaves, lead_by_task;
