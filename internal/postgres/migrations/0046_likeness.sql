-- +goose Up

-- A person's file is also found by how the names sound, and by the day of birth with the
-- sound of one of them, so that whoever spells a name otherwise finds it all the same.
-- How alike two people are is decided by internal/names, on the few that are found.
--
-- The code of before works on this schema. Who it writes has the keys of before alone,
-- until percorso migrate makes the new ones; who changes a name leaves none, as before.
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
-- day: the day of birth with the sound of a word; sound: that of both names.
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check CHECK (kind IN ('word', 'within', 'whole', 'born', 'number', 'day', 'sound')) NOT VALID;

-- +goose StatementBegin

-- The files that may be of a person among those that the caller sees, by keys of the
-- person's names, the newest first: open ones, or closed ones too unless another file
-- goes on for them. Of a sound that many have the newest alone are looked at.
CREATE FUNCTION find_like(wholes text[], born text, days text[], sounds text[], given text, family text, birth date, closed boolean, but uuid, most int)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
DECLARE
    found uuid;
BEGIN
    FOR found IN
        SELECT h.case_id FROM (
            SELECT k.case_id, k.opened_at FROM person_key k WHERE k.zone = my('zone') AND k.kind = 'whole' AND k.key = ANY (wholes)
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k WHERE k.zone = my('zone') AND k.kind = 'born' AND k.key = born
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k WHERE k.zone = my('zone') AND k.kind = 'day' AND k.key = ANY (days)
            UNION
            (SELECT k.case_id, k.opened_at FROM person_key k WHERE k.zone = my('zone') AND k.kind = 'sound' AND k.key = ANY (sounds)
                ORDER BY k.opened_at DESC, k.case_id LIMIT 500)
            UNION
            SELECT f.id, f.opened_at FROM person p JOIN case_file f ON f.id = p.case_id
            WHERE p.keys = 0 AND f.zone = my('zone') AND lower(btrim(p.family_name)) = lower(btrim(family))
                AND (lower(btrim(p.given_name)) = lower(btrim(given)) OR p.birth_date = birth)
        ) h
        WHERE h.case_id IS DISTINCT FROM but ORDER BY h.opened_at DESC, h.case_id
    LOOP
        IF EXISTS (SELECT FROM case_file f WHERE f.id = found AND (f.closed_at IS NULL OR closed AND f.merged_into IS NULL)) AND owner_sees_case(found) THEN
            RETURN NEXT found;
            most := most - 1;
            EXIT WHEN most <= 0;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION find_like FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_like TO percorso_app;

-- +goose Down
DROP FUNCTION find_like;
DELETE FROM person_key WHERE kind IN ('day', 'sound');
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check CHECK (kind IN ('word', 'within', 'whole', 'born', 'number'));
