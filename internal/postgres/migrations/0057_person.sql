-- +goose Up

-- The data of a person can be corrected. What they were before is kept, with who, when
-- and why, and read by who reads the person.
--
-- The code of before works on this schema: what it does not know it leaves as it is.

-- Of the day of birth the year alone is known; it is kept as its 1 January.
ALTER TABLE person ADD birth_year_only boolean NOT NULL DEFAULT false;
ALTER TABLE person ADD email text NOT NULL DEFAULT '';
ALTER TABLE person ADD municipality text NOT NULL DEFAULT ''; -- where they live
ALTER TABLE person ADD address text NOT NULL DEFAULT '';
-- Grows with each change of what can be corrected, so that who corrects it sees what it was.
ALTER TABLE person ADD version int NOT NULL DEFAULT 1;

CREATE TABLE correction (
    command_id uuid NOT NULL,
    case_id    uuid NOT NULL REFERENCES case_file,
    field      text NOT NULL,
    old        text NOT NULL,
    new        text NOT NULL,
    why        text NOT NULL,
    at         timestamptz NOT NULL,
    by_staff   uuid NOT NULL REFERENCES staff,
    PRIMARY KEY (command_id, field)
);
CREATE INDEX correction_case ON correction (case_id, at);
ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE correction FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON correction FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
GRANT SELECT ON correction TO percorso_app;
GRANT SELECT, INSERT ON correction TO percorso_definer;
GRANT UPDATE (birth_year_only, email, municipality, address) ON person TO percorso_definer;

-- Of which cases somebody has said that they are of two people, when the first of them was
-- opened: the two are not offered as one person again.
CREATE TABLE told_apart (
    case_id  uuid NOT NULL, -- that was opened; its file comes with its first step
    other_id uuid NOT NULL REFERENCES case_file,
    zone     text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    by_staff uuid NOT NULL REFERENCES staff,
    PRIMARY KEY (case_id, other_id)
);
CREATE INDEX told_apart_other ON told_apart (other_id);
ALTER TABLE told_apart ENABLE ROW LEVEL SECURITY;
ALTER TABLE told_apart FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON told_apart FOR SELECT TO percorso_app USING (zone = my('zone'));
CREATE POLICY app_write ON told_apart FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND by_staff = my('staff')::uuid);
CREATE POLICY no_officer ON told_apart AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
GRANT SELECT, INSERT ON told_apart TO percorso_app;

-- A file is found by the day of birth and the telephone too, whose keys begin with a sign
-- that no word of a name has.
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check
    CHECK (kind IN ('word', 'within', 'whole', 'born', 'number', 'day', 'sound', 'birth', 'phone')) NOT VALID;

-- +goose StatementBegin

-- In which kinds of keys a word is looked for: a single letter at the beginning of a
-- name alone; a day of birth or a telephone, by its sign, among its like; # in none.
CREATE OR REPLACE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(word, 1) WHEN '@' THEN ARRAY['birth'] WHEN '+' THEN ARRAY['phone'] WHEN '#' THEN '{}'
        ELSE CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END END
$$;

CREATE FUNCTION count_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    IF to_char(NEW.birth_date, 'MM-DD') <> '01-01' THEN
        NEW.birth_year_only := false; -- a merge has brought another day
    END IF;
    RETURN NEW;
END $$;

-- Locks the person of a case that the caller sees, after its file, as whoever adds a row
-- to a case does; and says in which other file the person's data are. No row: the caller
-- does not see the case.
CREATE FUNCTION lock_person(c uuid) RETURNS TABLE (merged_into uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM case_file f WHERE f.id = c FOR KEY SHARE;
    PERFORM FROM person p WHERE p.case_id = c FOR UPDATE;
    RETURN QUERY SELECT f.merged_into FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(c);
END $$;

-- Writes the corrected data of a person whom the caller has locked, with the keys by
-- which they are found, and what they were before. Those that a merge chooses from hold
-- since now.
CREATE FUNCTION correct_person(c uuid, command uuid, corrected jsonb, keys_version int, kinds text[], keys text[], changes jsonb, why text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p person := jsonb_populate_record(NULL::person, corrected);
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(c)) THEN
        RAISE EXCEPTION 'the caller does not see the case';
    END IF;
    INSERT INTO correction (command_id, case_id, field, old, new, why, at, by_staff)
        SELECT command, c, x ->> 'field', x ->> 'old', x ->> 'new', correct_person.why, correct_person.at, my('staff')::uuid
        FROM jsonb_array_elements(changes) x;
    UPDATE person o SET given_name = p.given_name, family_name = p.family_name, birth_date = p.birth_date, birth_year_only = coalesce(p.birth_year_only, false),
        citizenship = p.citizenship, languages = p.languages, phone = p.phone, email = coalesce(p.email, ''), municipality = coalesce(p.municipality, ''), address = coalesce(p.address, ''),
        as_of = o.as_of || (SELECT coalesce(jsonb_object_agg(m.field, correct_person.at), '{}') FROM (SELECT DISTINCT
            CASE x ->> 'field' WHEN 'given_name' THEN 'name' WHEN 'family_name' THEN 'name' ELSE x ->> 'field' END AS field
            FROM jsonb_array_elements(changes) x) m WHERE m.field IN ('name', 'birth_date', 'citizenship', 'phone'))
        WHERE o.case_id = c;
    DELETE FROM person_key k WHERE k.case_id = c;
    PERFORM keep_keys(c, kinds, correct_person.keys);
    UPDATE person o SET keys = keys_version WHERE o.case_id = c;
END $$;

-- The file that stays after a merge, and the one that another zone has made of it, have
-- what the code of before did not know: what the one that stays says goes before, and
-- the other's is set aside.
CREATE FUNCTION carry_contacts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_old person;
    of_new person;
BEGIN
    SELECT * INTO of_old FROM person p WHERE p.case_id = NEW.id;
    SELECT * INTO of_new FROM person p WHERE p.case_id = coalesce(NEW.merged_into, NEW.continued_in) FOR UPDATE;
    IF NEW.merged_into IS NOT NULL THEN
        INSERT INTO set_aside (case_id, field, value, from_number, at)
            SELECT NEW.merged_into, x.field, jsonb_build_object(x.field, x.value), NEW.number, coalesce(my_now(), now())
            FROM (VALUES ('email', of_old.email, of_new.email), ('municipality', of_old.municipality, of_new.municipality),
                ('address', of_old.address, of_new.address)) x (field, value, kept)
            WHERE x.value <> '' AND x.kept <> '' AND x.value <> x.kept;
    END IF;
    UPDATE person p SET email = coalesce(nullif(p.email, ''), of_old.email), municipality = coalesce(nullif(p.municipality, ''), of_old.municipality),
        address = coalesce(nullif(p.address, ''), of_old.address), birth_year_only = p.birth_year_only OR of_old.birth_year_only AND p.birth_date = of_old.birth_date
        WHERE p.case_id = of_new.case_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER count_versions BEFORE UPDATE ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address))
    EXECUTE FUNCTION count_versions();
CREATE CONSTRAINT TRIGGER carry_contacts AFTER UPDATE OF merged_into, continued_in ON case_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.merged_into IS DISTINCT FROM OLD.merged_into OR NEW.continued_in IS DISTINCT FROM OLD.continued_in)
    EXECUTE FUNCTION carry_contacts();
REVOKE EXECUTE ON FUNCTION count_versions, lock_person, correct_person, carry_contacts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_person, correct_person TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END
$$;
-- +goose StatementEnd
DELETE FROM person_key WHERE kind IN ('birth', 'phone');
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check CHECK (kind IN ('word', 'within', 'whole', 'born', 'number', 'day', 'sound')) NOT VALID;
DROP TRIGGER carry_contacts ON case_file;
DROP TRIGGER count_versions ON person;
DROP FUNCTION correct_person, lock_person, carry_contacts, count_versions;
DROP TABLE correction, told_apart;
ALTER TABLE person DROP COLUMN birth_year_only, DROP COLUMN email, DROP COLUMN municipality, DROP COLUMN address, DROP COLUMN version;
