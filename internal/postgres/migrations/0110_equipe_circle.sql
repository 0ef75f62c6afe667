-- +goose Up

-- Whoever writes a note may give it to the case's équipe: to who sits in it, of whatever
-- agency, for as long as they sit. Those of another agency, who read no file, know of what was
-- written for the équipe, and of nothing else.
--
-- The code of before works on this schema: its forms do not leave this choice.

-- +goose StatementBegin

-- Whether the caller sits in an équipe of a case: as one of another agency, or of one that works
-- on the case, until the équipe has ended and none of its plans is active any more.
CREATE FUNCTION sits_in(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN sits_on(c) OR EXISTS (SELECT FROM seat s JOIN run r ON r.id = s.run_id WHERE s.case_id = c AND s.member = my('staff')::uuid AND s.agency = my('agency')
            AND s.state IN ('confirmed', 'spoken') AND (r.ended_at IS NULL OR EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state = 'active')))
        AND EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone')) AND owner_sees_case(c);
END $$;

-- As before; who sits in the équipe as one of an agency that works on the case reads, too, what is for it.
CREATE OR REPLACE FUNCTION in_circle(record uuid, c uuid, circle text, kind text, agency text, by_staff uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF circle IS NULL THEN
        circle := usual_circle(kind, (SELECT m.role FROM command m WHERE m.id = in_circle.record));
    END IF;
    RETURN circle = 'case' OR by_staff = my('staff')::uuid OR circle = 'agency' AND agency = my('agency') OR follows(c)
        OR circle = 'equipe' AND sits_in(c)
        OR EXISTS (SELECT FROM record_opening o WHERE o.record_id = in_circle.record AND o.staff = my('staff')::uuid AND o.at > my_now() - interval '1 day');
END $$;

-- As before, with what is for the équipe in which the caller sits.
CREATE OR REPLACE FUNCTION records_of(c uuid, wanted uuid, forms text[], before timestamptz, before_id uuid, most int)
RETURNS TABLE (id text, run_id text, form text, at timestamptz, by_name text, by_role text, by_agency text, circle text, readable boolean, data jsonb,
    version int, versions jsonb, may_amend boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT r.id::text, r.run_id, r.kind, r.created_at, coalesce(s.name, ''), coalesce(nullif(m.role, ''), s.role, ''), r.agency,
            coalesce(r.circle, usual_circle(r.kind, m.role)), i.readable, CASE WHEN i.readable THEN said_now(r.id, r.data) END,
            CASE WHEN i.readable THEN 1 + coalesce(jsonb_array_length(w.versions), 0) ELSE 0 END,
            CASE WHEN i.readable AND w.versions IS NOT NULL THEN jsonb_build_array(jsonb_build_object('version', 1, 'data', r.data)) || w.versions END,
            i.readable AND may_amend(r.id)
        FROM record r LEFT JOIN staff s ON s.id = r.by_staff LEFT JOIN command m ON m.id = r.id
            CROSS JOIN LATERAL (SELECT in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) AS readable) i
            LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('version', v.version, 'data', v.data, 'why', v.why, 'at', v.at, 'by_name', b.name, 'by_role', v.role) ORDER BY v.version) AS versions
                FROM record_version v JOIN staff b ON b.id = v.by_staff WHERE v.record_id = r.id) w ON true
        WHERE r.case_id = c AND r.zone = my('zone') AND (knows_of_record(r.case_id, r.agency, r.run_id) OR r.circle = 'equipe' AND sits_in(r.case_id)) AND (wanted IS NULL OR r.id = wanted)
            AND (forms IS NULL OR r.kind = ANY (forms)) AND (before IS NULL OR (r.created_at, r.id) < (before, before_id))
        ORDER BY r.created_at DESC, r.id DESC LIMIT most;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION sits_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sits_in TO percorso_app;

ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id)
        OR agency = my('agency') AND works_on(case_id) AND (run_id NOT LIKE 'equipe/%' OR equipe_part(run_id) = 'sits')
        OR circle = 'equipe' AND sits_in(case_id))
    AND in_circle(id, case_id, circle, kind, agency, by_staff));
DROP TRIGGER choose_circle ON record;
CREATE TRIGGER choose_circle BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.data ->> 'circle' IN ('social', 'equipe', 'agency')) EXECUTE FUNCTION choose_circle();

-- +goose Down
DROP TRIGGER choose_circle ON record;
CREATE TRIGGER choose_circle BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.data ->> 'circle' IN ('social', 'agency')) EXECUTE FUNCTION choose_circle();
ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id)
        OR agency = my('agency') AND works_on(case_id) AND (run_id NOT LIKE 'equipe/%' OR equipe_part(run_id) = 'sits'))
    AND in_circle(id, case_id, circle, kind, agency, by_staff));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION records_of(c uuid, wanted uuid, forms text[], before timestamptz, before_id uuid, most int)
RETURNS TABLE (id text, run_id text, form text, at timestamptz, by_name text, by_role text, by_agency text, circle text, readable boolean, data jsonb,
    version int, versions jsonb, may_amend boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT r.id::text, r.run_id, r.kind, r.created_at, coalesce(s.name, ''), coalesce(nullif(m.role, ''), s.role, ''), r.agency,
            coalesce(r.circle, usual_circle(r.kind, m.role)), i.readable, CASE WHEN i.readable THEN said_now(r.id, r.data) END,
            CASE WHEN i.readable THEN 1 + coalesce(jsonb_array_length(w.versions), 0) ELSE 0 END,
            CASE WHEN i.readable AND w.versions IS NOT NULL THEN jsonb_build_array(jsonb_build_object('version', 1, 'data', r.data)) || w.versions END,
            i.readable AND may_amend(r.id)
        FROM record r LEFT JOIN staff s ON s.id = r.by_staff LEFT JOIN command m ON m.id = r.id
            CROSS JOIN LATERAL (SELECT in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff) AS readable) i
            LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('version', v.version, 'data', v.data, 'why', v.why, 'at', v.at, 'by_name', b.name, 'by_role', v.role) ORDER BY v.version) AS versions
                FROM record_version v JOIN staff b ON b.id = v.by_staff WHERE v.record_id = r.id) w ON true
        WHERE r.case_id = c AND r.zone = my('zone') AND knows_of_record(r.case_id, r.agency, r.run_id) AND (wanted IS NULL OR r.id = wanted)
            AND (forms IS NULL OR r.kind = ANY (forms)) AND (before IS NULL OR (r.created_at, r.id) < (before, before_id))
        ORDER BY r.created_at DESC, r.id DESC LIMIT most;
END $$;
CREATE OR REPLACE FUNCTION in_circle(record uuid, c uuid, circle text, kind text, agency text, by_staff uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF circle IS NULL THEN
        circle := usual_circle(kind, (SELECT m.role FROM command m WHERE m.id = in_circle.record));
    END IF;
    RETURN circle = 'case' OR by_staff = my('staff')::uuid OR circle = 'agency' AND agency = my('agency') OR follows(c)
        OR circle = 'equipe' AND sits_on(c)
        OR EXISTS (SELECT FROM record_opening o WHERE o.record_id = in_circle.record AND o.staff = my('staff')::uuid AND o.at > my_now() - interval '1 day');
END $$;
-- +goose StatementEnd
DROP FUNCTION sits_in;
