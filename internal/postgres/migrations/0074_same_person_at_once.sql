-- +goose Up

-- Who opens a file while another one of the same person is being opened is told so; and the
-- codice fiscale counts where two files are to be merged.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- Whose files are being opened where the caller will see them: their persons are still in
-- the forms of the commands. Whoever asks has to have locked what they look for.
CREATE FUNCTION openings_at_work() RETURNS TABLE (case_id uuid, given_name text, family_name text, birth_date date, fiscal_code text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT c.case_id, coalesce(p ->> 'given_name', ''), coalesce(p ->> 'family_name', ''), (p ->> 'birth_date')::date, coalesce(p ->> 'fiscal_code', '')
    FROM command c, LATERAL (SELECT c.data -> 'Person') AS form (p)
    WHERE c.operation = 'open' AND c.state = 'accepted' AND c.zone = my('zone') AND (c.agency = my('agency') OR my('role') = 'supervisor')
        AND p ->> 'birth_date' ~ '^\d{4}-\d\d-\d\d'
$$;

-- As before. The same codice fiscale says that two files are of one person, however the names
-- are spelled; two that differ say that they are not, whatever else agrees, and a second
-- person has to confirm it. A provisional one, of digits, says nothing beside another kind.
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
    coded boolean := EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'fiscal' AND o.key = n.key
        WHERE n.case_id = merged AND n.kind = 'fiscal');
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF NOT coded
        AND (EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.fiscal_code <> '' AND b.fiscal_code <> '' AND length(a.fiscal_code) = length(b.fiscal_code))
            OR NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
                AND a.birth_date = b.birth_date AND to_char(a.birth_date, 'MM-DD') <> '01-01'
                AND (lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name)
                    OR EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'whole' AND o.key = n.key
                        WHERE n.case_id = merged AND n.kind = 'whole'))))
        AND NOT EXISTS (SELECT FROM record r WHERE r.kind = 'vouch' AND r.created_at > may_merge.at - interval '30 days' AND r.by_staff <> may_merge.by_staff
            AND (r.case_id = merged AND r.data ->> 'other' = kept::text OR r.case_id = kept AND r.data ->> 'other' = merged::text)) THEN
        RETURN 'second_person_must_vouch';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION openings_at_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION openings_at_work TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
            AND a.birth_date = b.birth_date AND to_char(a.birth_date, 'MM-DD') <> '01-01'
            AND (lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name)
                OR EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'whole' AND o.key = n.key
                    WHERE n.case_id = merged AND n.kind = 'whole')))
        AND NOT EXISTS (SELECT FROM record r WHERE r.kind = 'vouch' AND r.created_at > may_merge.at - interval '30 days' AND r.by_staff <> may_merge.by_staff
            AND (r.case_id = merged AND r.data ->> 'other' = kept::text OR r.case_id = kept AND r.data ->> 'other' = merged::text)) THEN
        RETURN 'second_person_must_vouch';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP FUNCTION openings_at_work;
