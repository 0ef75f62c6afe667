-- +goose Up

-- What is written is corrected: a new version of a record stands beside the ones before it,
-- with who, when and why. The process goes on by what was answered.
--
-- The code of before works on this schema: it reads each record as it was first written.

CREATE TABLE record_version (
    command_id uuid PRIMARY KEY,
    record_id  uuid NOT NULL REFERENCES record,
    version    int NOT NULL CHECK (version > 1), -- the first is the record itself
    data       jsonb NOT NULL,                   -- the whole form
    why        text NOT NULL CHECK (why <> ''),
    at         timestamptz NOT NULL,
    by_staff   uuid NOT NULL REFERENCES staff,
    role       text NOT NULL,
    UNIQUE (record_id, version)
);
ALTER TABLE record_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_version FORCE ROW LEVEL SECURITY;
-- Whoever reads the record reads its versions.
CREATE POLICY app_read ON record_version FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM record r WHERE r.id = record_id));
CREATE POLICY no_officer ON record_version AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY protected ON record_version AS RESTRICTIVE FOR SELECT TO percorso_app
    USING (NOT EXISTS (SELECT FROM hidden_cases()) OR EXISTS (SELECT FROM record r WHERE r.id = record_id));
GRANT SELECT ON record_version TO percorso_app;
GRANT SELECT, INSERT ON record_version TO percorso_definer;
CREATE TRIGGER only_inserted BEFORE UPDATE OR DELETE OR TRUNCATE ON record_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin

-- What a record says now: its newest version.
CREATE FUNCTION said_now(record uuid, data jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT v.data FROM record_version v WHERE v.record_id = said_now.record ORDER BY v.version DESC LIMIT 1), said_now.data)
$$;

-- Whether the caller may amend a record that they know of: its author may, at the agency
-- that they wrote it for. Where the author works there no more, so may who is of the same
-- role there and follows the case: its lead, or whoever holds or held a task of it.
CREATE FUNCTION may_amend(record uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := my('staff')::uuid;
BEGIN
    RETURN EXISTS (SELECT FROM public.record r JOIN staff a ON a.id = r.by_staff LEFT JOIN command m ON m.id = r.id
        WHERE r.id = may_amend.record AND r.zone = my('zone') AND r.agency = my('agency') AND (a.id = me
            OR NOT (a.active AND a.zone = r.zone AND a.agency = r.agency) AND coalesce(nullif(m.role, ''), a.role) = my('role')
                AND (EXISTS (SELECT FROM task t WHERE t.case_id = r.case_id AND t.holder = me)
                    OR EXISTS (SELECT FROM lead l WHERE l.case_id = r.case_id AND l.staff = me AND l.until IS NULL))
                AND in_circle(r.id, r.case_id, r.circle, r.kind, r.agency, r.by_staff)));
END $$;

-- What was written in a case, as written_of, with its versions: outside of the circle by
-- whom and when it was first written alone.
CREATE FUNCTION records_of(c uuid, wanted uuid, forms text[], before timestamptz, before_id uuid, most int)
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

-- A record that the caller knows of, to amend it: under the lock of its case's run, so that
-- of two who amend it one comes after the other, and no gate reads the needs meanwhile.
CREATE FUNCTION record_to_amend(wanted uuid) RETURNS TABLE (case_id text, run_id text, form text, data jsonb, version int, may boolean)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
DECLARE
    r public.record;
BEGIN
    PERFORM FROM run u WHERE u.id = (SELECT 'case/' || x.case_id FROM public.record x WHERE x.id = wanted AND x.zone = my('zone')) FOR UPDATE;
    SELECT * INTO r FROM public.record x WHERE x.id = wanted AND x.zone = my('zone');
    IF NOT FOUND OR NOT knows_of_record(r.case_id, r.agency, r.run_id) THEN RETURN; END IF;
    RETURN QUERY SELECT r.case_id::text, r.run_id, r.kind, said_now(r.id, r.data), (SELECT 1 + count(*)::int FROM record_version v WHERE v.record_id = r.id), may_amend(r.id);
END $$;

-- Keeps a new version of a record, and has the case the needs that it now says: one that
-- it says no more is the case's no more, unless something else that was written has it.
CREATE FUNCTION amend_record(command uuid, amended uuid, next int, said jsonb, why text, at timestamptz, added text[], gone text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    c uuid := (SELECT r.case_id FROM record r WHERE r.id = amended);
BEGIN
    IF NOT may_amend(amended) THEN RAISE EXCEPTION 'the caller may not amend the record'; END IF;
    INSERT INTO record_version (command_id, record_id, version, data, why, at, by_staff, role)
        VALUES (command, amended, next, said, amend_record.why, amend_record.at, my('staff')::uuid, my('role'));
    UPDATE case_file f SET needs = ARRAY(SELECT n FROM unnest(f.needs) WITH ORDINALITY u (n, i)
            WHERE NOT n = ANY (gone) OR EXISTS (SELECT FROM record o, LATERAL said_now(o.id, o.data) AS s (d) WHERE o.case_id = c AND o.id <> amended AND CASE o.kind
                WHEN 'first_listening' THEN s.d -> 'needs' ? n
                WHEN 'add_need' THEN s.d ->> 'area' = n
                WHEN 'assessment' THEN EXISTS (SELECT FROM jsonb_array_elements(s.d -> 'areas') a WHERE a ->> 'area' = n AND a ->> 'need' <> 'none')
                ELSE false END) ORDER BY i)
            || ARRAY(SELECT n FROM unnest(added) n WHERE NOT n = ANY (f.needs))
        WHERE f.id = c AND (added <> '{}' OR gone <> '{}');
END $$;

-- As before, in its newest version.
CREATE OR REPLACE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT said_now(d.id, d.data) ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND e.zone = my('zone') AND reads_equipe(e.run_id, e.case_id) <> '' AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;

-- What of what an agency was given of a person was corrected since, as long as it may see
-- it: what it got and what is so now, of the fields that it got and of no others.
CREATE FUNCTION given_corrected(share_id uuid) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    s share;
    now_said jsonb;
BEGIN
    SELECT * INTO s FROM share x WHERE x.id = share_id;
    IF NOT FOUND OR NOT owner_sees_share(s) OR s.ended_at IS NOT NULL OR s.purpose IN ('approval', 'transfer') THEN RETURN '[]'; END IF;
    now_said := disclosed(s.case_id, s.legal_basis, false, '{}', false) || disclosed_code(s.case_id, s.snapshot ? 'fiscal_code');
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('field', k.field, 'old', s.snapshot -> k.field, 'new', now_said -> k.field, 'at', k.at) ORDER BY k.at, k.field), '[]')
        FROM (SELECT o.field, max(o.at) AS at FROM correction o WHERE o.case_id = ANY (same_file(s.case_id)) AND o.at >= s.shared_at AND s.snapshot ? o.field GROUP BY o.field) k
        WHERE s.snapshot -> k.field IS DISTINCT FROM now_said -> k.field);
END $$;
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION may_amend, records_of, record_to_amend, amend_record, given_corrected FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_of, record_to_amend, amend_record, given_corrected TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.data ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND e.zone = my('zone') AND reads_equipe(e.run_id, e.case_id) <> '' AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;
-- +goose StatementEnd
DROP FUNCTION records_of, record_to_amend, amend_record, given_corrected, may_amend, said_now;
DROP TABLE record_version;
