-- +goose Up

-- Two people say together what one may not say alone: that two case files are of one
-- person although names or day of birth differ.
--
-- The code of before works on this schema, and is answered more strictly.

-- +goose StatementBegin
-- As before, but that the names and the day of birth have to agree, or somebody else
-- than who merges has confirmed within the last 30 days that they are one person. A
-- 1 January often stands for a year alone, and is no evidence.
CREATE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text, by_staff uuid, at timestamptz) RETURNS text
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

-- The code of before asks in this way, and has a word for who is not the same alone.
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE rule WHEN 'second_person_must_vouch' THEN 'not_the_same_person' ELSE rule END
    FROM may_merge(merged, kept, by_agency, by_role, NULL, clock_timestamp()) AS rule
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION may_merge(uuid, uuid, text, text, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_merge(uuid, uuid, text, text, uuid, timestamptz) TO percorso_worker;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION may_merge(merged uuid, kept uuid, by_agency text, by_role text) RETURNS text
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
    IF NOT EXISTS (SELECT FROM person a, person b WHERE a.case_id = merged AND b.case_id = kept AND (a.birth_date = b.birth_date
            OR lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name)))
        AND NOT EXISTS (SELECT FROM person_key a JOIN person_key b ON b.case_id = kept AND b.kind = 'whole' AND b.key = a.key
            WHERE a.case_id = merged AND a.kind = 'whole') THEN
        RETURN 'not_the_same_person';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP FUNCTION may_merge(uuid, uuid, text, text, uuid, timestamptz);
