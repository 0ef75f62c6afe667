-- +goose Up

-- Who names whoever follows a case says whom they saw there, so that of two who do so at
-- once the second does not undo unseen what the first did.
--
-- The code of before works on this schema: it says nothing of what it has seen.
SET LOCAL lock_timeout = '3s';

-- +goose StatementBegin
-- As the one of before, which does not ask; seen: who followed the case when the form was made.
CREATE FUNCTION name_lead(c uuid, named uuid, command uuid, at timestamptz, seen uuid[]) RETURNS TABLE (refused text, before uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
DECLARE
    over timestamptz;
    to_agency text := (SELECT s.agency FROM staff s WHERE s.id = named AND s.active AND s.zone = my('zone'));
BEGIN
    SELECT r.ended_at INTO over FROM run r JOIN case_file f ON f.id = r.case_id AND f.zone = my('zone') WHERE r.id = 'case/' || c AND EXISTS (SELECT FROM run_at_work(r.id)) FOR UPDATE OF r;
    refused := CASE WHEN NOT FOUND OR over IS NOT NULL THEN 'ended'
        WHEN to_agency IS NULL THEN 'not_at_work_here' WHEN NOT at_work(c, to_agency) THEN 'lead_agency_not_at_work'
        WHEN EXISTS (SELECT FROM protection p WHERE p.case_id = c AND NOT EXISTS (SELECT FROM keepers_of(p.file) k WHERE k.id = named)) THEN 'keepers_only'
        WHEN EXISTS (SELECT FROM lead l WHERE l.case_id = c AND l.agency = to_agency AND l.staff = named AND l.until IS NULL) THEN 'lead_already'
        WHEN EXISTS (SELECT FROM lead l WHERE l.case_id = c AND l.agency = to_agency AND l.until IS NULL AND l.staff <> ALL (seen)) THEN 'lead_named_meanwhile' END;
    IF refused IS NULL THEN
        UPDATE lead l SET until = greatest(name_lead.at, l.since), ended = 'replaced' WHERE l.case_id = c AND l.agency = to_agency AND l.until IS NULL RETURNING l.staff INTO before;
        INSERT INTO lead (case_id, agency, staff, since, command_id) VALUES (c, to_agency, named, name_lead.at, command);
    END IF;
    RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION name_lead(c uuid, named uuid, command uuid, at timestamptz) RETURNS TABLE (refused text, before uuid)
LANGUAGE sql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT * FROM name_lead(c, named, command, at, NULL);
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION name_lead(uuid, uuid, uuid, timestamptz, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION name_lead(uuid, uuid, uuid, timestamptz, uuid[]) TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION name_lead(c uuid, named uuid, command uuid, at timestamptz) RETURNS TABLE (refused text, before uuid)
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
DROP FUNCTION name_lead(uuid, uuid, uuid, timestamptz, uuid[]);
