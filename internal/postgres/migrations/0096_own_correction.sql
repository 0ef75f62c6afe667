-- +goose Up

-- Names, day of birth and codice fiscale by which two files are of one person are no evidence
-- where whoever merges them has corrected them so in the last 30 days: a second person
-- confirms that the files are of one person, as where they differ.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    k case_file;
    state jsonb;
    coded boolean := EXISTS (SELECT FROM person_key n JOIN person_key o ON o.case_id = kept AND o.kind = 'fiscal' AND o.key = n.key
        WHERE n.case_id = merged AND n.kind = 'fiscal');
    own boolean := EXISTS (SELECT FROM correction c WHERE c.case_id IN (merged, kept) AND c.by_staff = may_merge.by_staff
        AND c.field IN ('given_name', 'family_name', 'birth_date', 'fiscal_code') AND c.at > may_merge.at - interval '30 days');
BEGIN
    SELECT r.state INTO state FROM run r WHERE r.id = 'case/' || kept AND r.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR merged = kept THEN RETURN 'unknown_code'; END IF;
    SELECT * INTO k FROM case_file f WHERE f.id = kept AND f.closed_at IS NULL AND f.zone = (SELECT zone FROM case_file WHERE id = merged)
        AND (by_role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = kept AND g.agency = by_agency));
    IF NOT FOUND THEN RETURN 'unknown_code'; END IF;
    IF (own OR NOT coded)
        AND (own OR EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept
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

-- +goose Down
-- +goose StatementBegin
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
