-- +goose Up

-- What is written can be read again by those it is for. A record has a circle: everybody
-- who works on the case, the author's agency, the équipe, or the social service. Outside
-- of it one sees who wrote when, and opens it with a reason, which its author is told.
--
-- The code of before works on this schema: what it writes has the usual circle of its kind
-- and author. No row is written anew for those that are there, however many there are.

ALTER TABLE record ADD COLUMN circle text CHECK (circle IN ('case', 'agency', 'equipe', 'social')); -- NULL: the usual one

-- That somebody outside of a record's circle opened it all the same.
CREATE TABLE record_opening (
    id           uuid PRIMARY KEY, -- made of who asks and their key
    record_id    uuid NOT NULL REFERENCES record,
    staff        uuid NOT NULL REFERENCES staff,
    role         text NOT NULL,
    agency       text NOT NULL,
    at           timestamptz NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    author       uuid REFERENCES staff, -- who is told; NULL: a partner that answered through a link
    dismissed_at timestamptz
);
CREATE INDEX record_opening_record ON record_opening (record_id);
CREATE INDEX record_opening_author ON record_opening (author, at DESC) WHERE dismissed_at IS NULL;
ALTER TABLE record_opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_opening FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON record_opening FOR SELECT TO percorso_app USING (my('staff')::uuid IN (author, staff));
CREATE POLICY app_dismiss ON record_opening FOR UPDATE TO percorso_app USING (author = my('staff')::uuid);
GRANT SELECT, UPDATE (dismissed_at) ON record_opening TO percorso_app;
GRANT SELECT, INSERT ON record_opening TO percorso_definer;

-- A record is only inserted. It moves with its case, and nothing else of it changes.
CREATE TRIGGER only_inserted BEFORE DELETE OR TRUNCATE OR UPDATE OF id, run_id, agency, kind, data, by_staff, created_at, circle ON record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE ON record FROM percorso_worker;

-- +goose StatementBegin

-- The circle of what was written before circles were kept, or by code that keeps none, by
-- the kind of its form and the role of its author then.
CREATE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;

-- Whether the caller is a social worker who follows a case: who holds or held a task of
-- it, or opened it.
CREATE FUNCTION follows(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := my('staff')::uuid;
BEGIN
    RETURN my('role') = 'social_worker' AND (EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.holder = me)
        OR EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.opened_by = me));
END $$;

-- Whether the caller is in a record's circle: also its author, and for a day whoever
-- opened it with a reason. That they may read anything of the case is asked besides.
CREATE FUNCTION in_circle(record uuid, c uuid, circle text, kind text, agency text, by_staff uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF circle IS NULL THEN
        circle := usual_circle(kind, (SELECT m.role FROM command m WHERE m.id = in_circle.record));
    END IF;
    RETURN circle = 'case' OR by_staff = my('staff')::uuid OR circle = 'agency' AND agency = my('agency') OR follows(c)
        OR circle = 'equipe' AND sits_on(c)
        OR EXISTS (SELECT FROM record_opening o WHERE o.record_id = in_circle.record AND o.staff = my('staff')::uuid AND o.at > my_now() - interval '1 day');
END $$;

-- Whether the caller may know that something was written in a case, by their agency or
-- by all.
CREATE FUNCTION knows_of_record(c uuid, agency text, run text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN owner_sees_case(c) OR agency = my('agency') AND works_on(c) AND (run NOT LIKE 'equipe/%' OR equipe_part(run) = 'sits');
END $$;

-- What was written in a case, the newest first: outside of its circle by whom and when alone.
CREATE FUNCTION written_of(c uuid, forms text[], before timestamptz, before_id uuid, most int)
RETURNS TABLE (id text, run_id text, form text, at timestamptz, by_name text, by_role text, by_agency text, circle text, readable boolean, data jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT r.id::text, r.run_id, r.kind, r.created_at, coalesce(s.name, ''), coalesce(nullif(m.role, ''), s.role, ''), r.agency,
            coalesce(r.circle, usual_circle(r.kind, m.role)), i.readable, CASE WHEN i.readable THEN r.data END
        FROM record r LEFT JOIN staff s ON s.id = r.by_staff LEFT JOIN command m ON m.id = r.id
            CROSS JOIN LATERAL (SELECT in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) AS readable) i
        WHERE r.case_id = c AND r.zone = my('zone') AND knows_of_record(r.case_id, r.agency, r.run_id)
            AND (forms IS NULL OR r.kind = ANY (forms)) AND (before IS NULL OR (r.created_at, r.id) < (before, before_id))
        ORDER BY r.created_at DESC, r.id DESC LIMIT most;
END $$;

-- Opens a record to the caller, who is outside of its circle, for a day, and has its author
-- told why. It gives the record's case; none: the caller does not know of it.
CREATE FUNCTION open_record(opening uuid, record uuid, reason text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    r public.record;
BEGIN
    SELECT * INTO r FROM public.record x WHERE x.id = open_record.record AND x.zone = my('zone') FOR SHARE;
    IF NOT FOUND OR NOT knows_of_record(r.case_id, r.agency, r.run_id) THEN RETURN NULL; END IF;
    IF NOT in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) THEN
        INSERT INTO record_opening (id, record_id, staff, role, agency, at, reason, author)
            VALUES (opening, r.id, my('staff')::uuid, my('role'), my('agency'), my_now(), open_record.reason, r.by_staff) ON CONFLICT DO NOTHING;
    END IF;
    RETURN r.case_id;
END $$;
-- +goose StatementEnd

ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id)
        OR agency = my('agency') AND works_on(case_id) AND (run_id NOT LIKE 'equipe/%' OR equipe_part(run_id) = 'sits'))
    AND in_circle(id, case_id, circle, kind, agency, by_staff));
REVOKE EXECUTE ON FUNCTION usual_circle, follows, in_circle, knows_of_record, written_of, open_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION in_circle, written_of, open_record TO percorso_app;
GRANT EXECUTE ON FUNCTION usual_circle TO percorso_definer;

-- +goose Down
ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id)
    OR agency = my('agency') AND works_on(case_id) AND (run_id NOT LIKE 'equipe/%' OR equipe_part(run_id) = 'sits')));
DROP FUNCTION written_of, open_record, knows_of_record, in_circle, follows, usual_circle;
GRANT UPDATE ON record TO percorso_worker;
DROP TRIGGER only_inserted ON record;
DROP TABLE record_opening;
ALTER TABLE record DROP COLUMN circle;
