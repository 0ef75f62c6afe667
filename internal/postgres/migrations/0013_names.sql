-- +goose Up

-- A case file is found by the name of its person, whoever typed it how: by keys that
-- internal/names makes of it. Row-level security keeps Postgres from using an index
-- where an operator might leak, as LIKE does; keys are found by equality and by
-- comparison, among those of a zone, the newest file first.
--
-- The code of before works on this schema. Who it writes has no keys, and is found
-- by what was typed, as before, until percorso migrate makes them.
CREATE TABLE person_key (
    case_id   uuid NOT NULL REFERENCES case_file,
    zone      text NOT NULL,
    -- word: a word of the name; within: the end of a word, by which what stands within
    -- it is found; whole: both names in one order; born: family name and day of birth;
    -- number: the case's number, or the end of it.
    kind      text NOT NULL CHECK (kind IN ('word', 'within', 'whole', 'born', 'number')),
    key       text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX person_key_find ON person_key (zone, kind, key, opened_at, case_id);
CREATE INDEX person_key_case ON person_key (case_id);

-- Which version of keys a person has; 0: none.
ALTER TABLE person ADD keys smallint NOT NULL DEFAULT 0;
CREATE INDEX person_keys ON person (keys, case_id);

ALTER TABLE person_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_key FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON person_key TO CURRENT_USER USING (true);
-- A step writes the keys of its case's person. Nobody reads keys but the functions
-- below, which show a case to nobody who does not see it.
CREATE POLICY worker ON person_key TO percorso_worker USING (case_id = my('case')::uuid);
GRANT INSERT ON person_key TO percorso_worker;

-- +goose StatementBegin

-- The keys of a case's number: without its hyphens, from each of its signs on.
CREATE FUNCTION number_keys(number text) RETURNS SETOF text LANGUAGE sql IMMUTABLE ROWS 12 AS $$
    SELECT substr(plain, n) FROM replace(lower(number), '-', '') AS plain, generate_series(1, length(plain) - 1) AS n
$$;

-- Writes the keys of a case's person, by kind and key.
CREATE FUNCTION keep_keys(c uuid, kinds text[], keys text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO person_key (case_id, zone, kind, key, opened_at)
    SELECT f.id, f.zone, k.kind, k.key, f.opened_at FROM case_file f, (
        SELECT unnest(kinds) AS kind, unnest(keys) AS key UNION ALL SELECT 'number', number_keys(o.number) FROM case_file o WHERE o.id = c) k
    WHERE f.id = c
$$;

-- Who changes a name otherwise than with its keys leaves none that are no longer true.
CREATE FUNCTION forget_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM person_key WHERE case_id = NEW.case_id;
    NEW.keys := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER forget_keys BEFORE UPDATE OF given_name, family_name, birth_date ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date) IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date))
    EXECUTE FUNCTION forget_keys();

-- The case file in another zone has the keys that the old one had; those of the old
-- one go where it went.
CREATE FUNCTION hand_over_keys(old uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    n case_file;
BEGIN
    SELECT f.* INTO STRICT n FROM case_file o JOIN case_file f ON f.id = o.continued_in WHERE o.id = old;
    INSERT INTO person_key (case_id, zone, kind, key, opened_at)
        SELECT n.id, n.zone, k.kind, k.key, n.opened_at FROM person_key k WHERE k.case_id = old AND k.kind <> 'number'
        UNION ALL SELECT n.id, n.zone, 'number', number_keys(n.number), n.opened_at WHERE EXISTS (SELECT FROM person_key k WHERE k.case_id = old);
    UPDATE person p SET keys = o.keys FROM person o WHERE p.case_id = n.id AND o.case_id = old;
    UPDATE person_key k SET zone = f.zone FROM case_file f WHERE f.id = ANY (same_file(old)) AND k.case_id = f.id;
END $$;

-- In which kinds of keys a word is looked for: a single letter at the beginning of a
-- name alone.
CREATE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END
$$;

-- The files that a search finds among those that the caller sees, the newest first,
-- from a file on, and no more than asked for. Each word has to be found in the name;
-- a single letter at the beginning of one. Or the number of the case is.
-- What a word finds that few have is put in order. Where every word, or the number, is
-- that of many, the files themselves are gone through, the newest first, and a page is
-- soon together; where it is not, all that is found is put in order after all.
CREATE FUNCTION find_files(words text[], number text, typed text, before timestamptz, before_id uuid, most int)
RETURNS TABLE (id uuid, opened_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 25 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    last text := chr(1114111); -- no text goes on with a later sign
    many CONSTANT int := 1000; -- keys
    far CONSTANT int := 2000;  -- files that are gone through
    rarest text;
    fewest int := many;
    numbers int;
    n int;
    w text;
    found record;
BEGIN
    FOREACH w IN ARRAY words LOOP
        SELECT count(*) INTO n FROM (SELECT FROM person_key k WHERE k.zone = my('zone') AND k.kind = ANY (key_kinds(w))
            AND k.key >= w AND k.key < w || last LIMIT many) few;
        IF n < fewest THEN
            rarest := w;
            fewest := n;
        END IF;
    END LOOP;
    SELECT count(*) INTO numbers FROM (SELECT FROM person_key k WHERE find_files.number <> '' AND k.zone = my('zone') AND k.kind = 'number'
        AND k.key >= find_files.number AND k.key < find_files.number || last LIMIT many) few;
    -- Who has no keys yet is found below alone.
    IF (rarest IS NULL OR numbers = many) AND NOT EXISTS (SELECT FROM person p WHERE p.keys = 0) THEN
        n := 0;
        FOR found IN
            SELECT f.id, f.opened_at, owner_sees_case(f.id) AND (NOT EXISTS (SELECT FROM unnest(words) AS u (word) WHERE NOT EXISTS (
                    SELECT FROM person_key k WHERE k.case_id = f.id AND k.kind = ANY (key_kinds(u.word)) AND k.key >= u.word AND k.key < u.word || last))
                OR find_files.number <> '' AND EXISTS (
                    SELECT FROM person_key k WHERE k.case_id = f.id AND k.kind = 'number' AND k.key >= find_files.number AND k.key < find_files.number || last)) AS fits
            FROM case_file f WHERE f.zone = my('zone') AND (f.opened_at, f.id) < (before, before_id)
            ORDER BY f.opened_at DESC, f.id DESC LIMIT far
        LOOP
            n := n + 1;
            before := found.opened_at;
            before_id := found.id;
            CONTINUE WHEN NOT found.fits;
            id := found.id;
            opened_at := found.opened_at;
            RETURN NEXT;
            most := most - 1;
            IF most <= 0 THEN RETURN; END IF;
        END LOOP;
        IF n < far THEN RETURN; END IF;
    END IF;
    FOR found IN
        SELECT h.case_id, h.opened_at FROM (
            SELECT k.case_id, k.opened_at FROM unnest(words) AS u (word) JOIN person_key k ON k.zone = my('zone')
                AND k.kind = ANY (key_kinds(u.word)) AND k.key >= u.word AND k.key < u.word || last
            WHERE rarest IS NULL
            GROUP BY k.case_id, k.opened_at HAVING count(DISTINCT u.word) = cardinality(words)
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k
            WHERE rarest IS NOT NULL AND k.zone = my('zone') AND k.kind = ANY (key_kinds(rarest)) AND k.key >= rarest AND k.key < rarest || last
                AND NOT EXISTS (SELECT FROM unnest(words) AS u (word) WHERE u.word <> rarest AND NOT EXISTS (
                    SELECT FROM person_key o WHERE o.case_id = k.case_id AND o.kind = ANY (key_kinds(u.word)) AND o.key >= u.word AND o.key < u.word || last))
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k
            WHERE find_files.number <> '' AND k.zone = my('zone') AND k.kind = 'number' AND k.key >= find_files.number AND k.key < find_files.number || last
            UNION
            SELECT f.id, f.opened_at FROM person p JOIN case_file f ON f.id = p.case_id
            WHERE p.keys = 0 AND f.zone = my('zone') AND (strpos(lower(p.given_name || ' ' || p.family_name), lower(typed)) > 0
                OR (SELECT bool_and(strpos(lower(p.given_name || ' ' || p.family_name), u.word) > 0) FROM unnest(words) AS u (word))
                OR find_files.number <> '' AND find_files.number IN (SELECT left(k, length(find_files.number)) FROM number_keys(f.number) k))
        ) h
        WHERE (h.opened_at, h.case_id) < (before, before_id)
        ORDER BY h.opened_at DESC, h.case_id DESC
    LOOP
        IF owner_sees_case(found.case_id) THEN
            id := found.case_id;
            opened_at := found.opened_at;
            RETURN NEXT;
            most := most - 1;
            EXIT WHEN most <= 0;
        END IF;
    END LOOP;
END $$;

-- The open files that seem to be of the same person among those that the caller
-- sees, the newest first: both names are the same in either order, or the family
-- name and the day of birth are.
CREATE FUNCTION find_same(wholes text[], born text, given text, family text, birth date, but uuid, most int) RETURNS SETOF uuid
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
            SELECT f.id, f.opened_at FROM person p JOIN case_file f ON f.id = p.case_id
            WHERE p.keys = 0 AND f.zone = my('zone') AND lower(btrim(p.family_name)) = lower(btrim(family))
                AND (lower(btrim(p.given_name)) = lower(btrim(given)) OR p.birth_date = birth)
        ) h
        WHERE h.case_id IS DISTINCT FROM but ORDER BY h.opened_at DESC, h.case_id
    LOOP
        IF EXISTS (SELECT FROM case_file f WHERE f.id = found AND f.closed_at IS NULL) AND owner_sees_case(found) THEN
            RETURN NEXT found;
            most := most - 1;
            EXIT WHEN most <= 0;
        END IF;
    END LOOP;
END $$;

-- As before, and that the names are the same in either order, however they are typed.
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
REVOKE EXECUTE ON FUNCTION key_kinds, forget_keys, hand_over_keys, find_files, find_same FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_over_keys TO percorso_worker;
GRANT EXECUTE ON FUNCTION find_files, find_same TO percorso_app;

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
            OR lower(a.given_name) = lower(b.given_name) AND lower(a.family_name) = lower(b.family_name))) THEN
        RETURN 'not_the_same_person';
    END IF;
    IF (k.stage = 'first_level' OR state ? 'interrupt')
            AND EXISTS (SELECT FROM run r WHERE r.case_id = merged AND r.ended_at IS NULL AND r.kind NOT IN ('case', 'transfer')) THEN
        RETURN 'kept_file_must_be_on_its_way';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER forget_keys ON person;
DROP FUNCTION find_files, find_same, key_kinds, forget_keys, hand_over_keys, keep_keys, number_keys;
ALTER TABLE person DROP COLUMN keys;
DROP TABLE person_key;
