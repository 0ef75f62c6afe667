-- +goose Up

-- A person may have a codice fiscale. Their file is found by it, and nothing makes two
-- files likelier to be of one person. The employment centre is told of it with a referral.
--
-- The code of before works on this schema: it knows no codes, takes none away, and leaves
-- the keys of those that are there.

ALTER TABLE person ADD fiscal_code text NOT NULL DEFAULT '';
GRANT UPDATE (fiscal_code) ON person TO percorso_definer;
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check
    CHECK (kind IN ('word', 'within', 'whole', 'born', 'number', 'day', 'sound', 'birth', 'phone', 'fiscal')) NOT VALID;

-- +goose StatementBegin

-- As before, and a codice fiscale, by its sign, among its like.
CREATE OR REPLACE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(word, 1) WHEN '@' THEN ARRAY['birth'] WHEN '+' THEN ARRAY['phone'] WHEN '=' THEN ARRAY['fiscal'] WHEN '#' THEN '{}'
        ELSE CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END END
$$;

-- The files whose person has a codice fiscale, by its key, among those that the caller
-- sees: open ones, or closed ones too unless another file goes on for them.
CREATE FUNCTION find_coded(code text, closed boolean, but uuid, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT k.case_id FROM person_key k JOIN case_file f ON f.id = k.case_id
    WHERE k.zone = my('zone') AND k.kind = 'fiscal' AND k.key = code AND k.case_id IS DISTINCT FROM but
        AND (f.closed_at IS NULL OR closed AND f.merged_into IS NULL) AND owner_sees_case(k.case_id)
    ORDER BY k.opened_at DESC, k.case_id LIMIT most
$$;

-- What an agency that works with the codice fiscale is given besides.
CREATE FUNCTION disclosed_code(c uuid, told boolean) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN told AND p.fiscal_code <> '' THEN jsonb_build_object('fiscal_code', p.fiscal_code) ELSE '{}' END FROM person p WHERE p.case_id = c
$$;

-- As before, without the codice fiscale: it is for whom it was given to.
CREATE OR REPLACE FUNCTION passed_on(referral uuid, legal_basis text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT s.snapshot - CASE WHEN passed_on.legal_basis = 'consent' THEN '{birth_date,citizenship,fiscal_code}' ELSE '{fiscal_code}' END::text[]
        FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = passed_on.referral);
END $$;

-- As before, with the codice fiscale. Code that does not know it leaves it, and its key, as they are.
CREATE OR REPLACE FUNCTION correct_person(c uuid, command uuid, corrected jsonb, keys_version int, kinds text[], keys text[], changes jsonb, why text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    p person := jsonb_populate_record(NULL::person, corrected);
    coded boolean := EXISTS (SELECT FROM jsonb_array_elements(changes) x WHERE x ->> 'field' = 'fiscal_code');
BEGIN
    IF NOT EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND owner_sees_case(c)) THEN
        RAISE EXCEPTION 'the caller does not see the case';
    END IF;
    INSERT INTO correction (command_id, case_id, field, old, new, why, at, by_staff)
        SELECT command, c, x ->> 'field', x ->> 'old', x ->> 'new', correct_person.why, correct_person.at, my('staff')::uuid
        FROM jsonb_array_elements(changes) x;
    UPDATE person o SET given_name = p.given_name, family_name = p.family_name, birth_date = p.birth_date, birth_year_only = coalesce(p.birth_year_only, false),
        citizenship = p.citizenship, languages = p.languages, phone = p.phone, email = coalesce(p.email, ''), municipality = coalesce(p.municipality, ''), address = coalesce(p.address, ''),
        fiscal_code = CASE WHEN coded THEN coalesce(p.fiscal_code, '') ELSE o.fiscal_code END,
        as_of = o.as_of || (SELECT coalesce(jsonb_object_agg(m.field, correct_person.at), '{}') FROM (SELECT DISTINCT
            CASE x ->> 'field' WHEN 'given_name' THEN 'name' WHEN 'family_name' THEN 'name' ELSE x ->> 'field' END AS field
            FROM jsonb_array_elements(changes) x) m WHERE m.field IN ('name', 'birth_date', 'citizenship', 'phone'))
        WHERE o.case_id = c;
    DELETE FROM person_key k WHERE k.case_id = c AND (k.kind <> 'fiscal' OR coded OR 'fiscal' = ANY (kinds)); -- the code of before makes none
    PERFORM keep_keys(c, kinds, correct_person.keys);
    UPDATE person o SET keys = keys_version WHERE o.case_id = c;
END $$;

-- As before, with the codice fiscale.
CREATE OR REPLACE FUNCTION carry_contacts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
                ('address', of_old.address, of_new.address), ('fiscal_code', of_old.fiscal_code, of_new.fiscal_code)) x (field, value, kept)
            WHERE x.value <> '' AND x.kept <> '' AND x.value <> x.kept;
    END IF;
    UPDATE person p SET email = coalesce(nullif(p.email, ''), of_old.email), municipality = coalesce(nullif(p.municipality, ''), of_old.municipality),
        address = coalesce(nullif(p.address, ''), of_old.address), fiscal_code = coalesce(nullif(p.fiscal_code, ''), of_old.fiscal_code), birth_year_only = p.birth_year_only OR of_old.birth_year_only AND p.birth_date = of_old.birth_date
        WHERE p.case_id = of_new.case_id;
    RETURN NULL;
END $$;

-- As before, also by the codice fiscale.
CREATE OR REPLACE FUNCTION tell_keepers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM protection) THEN RETURN NULL; END IF;
    INSERT INTO likeness (file, twin, at)
        SELECT DISTINCT p.file, n.case_id, clock_timestamp() FROM protection p JOIN person_key o ON o.case_id = p.case_id AND o.kind IN ('whole', 'born', 'fiscal')
            JOIN new_key n ON n.zone = p.zone AND n.kind = o.kind AND n.key = o.key
        WHERE NOT EXISTS (SELECT FROM protection t WHERE t.case_id = n.case_id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- As before: that of the codice fiscale stays true, whatever the name is.
CREATE OR REPLACE FUNCTION forget_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM person_key WHERE case_id = NEW.case_id AND kind <> 'fiscal';
    NEW.keys := 0;
    RETURN NEW;
END $$;
-- +goose StatementEnd
DROP TRIGGER count_versions ON person;
CREATE TRIGGER count_versions BEFORE UPDATE ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address, OLD.fiscal_code)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address, NEW.fiscal_code))
    EXECUTE FUNCTION count_versions();
REVOKE EXECUTE ON FUNCTION find_coded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_coded TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(word, 1) WHEN '@' THEN ARRAY['birth'] WHEN '+' THEN ARRAY['phone'] WHEN '#' THEN '{}'
        ELSE CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END END
$$;
CREATE OR REPLACE FUNCTION passed_on(referral uuid, legal_basis text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT s.snapshot - CASE WHEN passed_on.legal_basis = 'consent' THEN '{birth_date,citizenship}' ELSE '{}' END::text[]
        FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = passed_on.referral);
END $$;
CREATE OR REPLACE FUNCTION correct_person(c uuid, command uuid, corrected jsonb, keys_version int, kinds text[], keys text[], changes jsonb, why text, at timestamptz) RETURNS void
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
CREATE OR REPLACE FUNCTION carry_contacts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
CREATE OR REPLACE FUNCTION tell_keepers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM protection) THEN RETURN NULL; END IF;
    INSERT INTO likeness (file, twin, at)
        SELECT DISTINCT p.file, n.case_id, clock_timestamp() FROM protection p JOIN person_key o ON o.case_id = p.case_id AND o.kind IN ('whole', 'born')
            JOIN new_key n ON n.zone = p.zone AND n.kind = o.kind AND n.key = o.key
        WHERE NOT EXISTS (SELECT FROM protection t WHERE t.case_id = n.case_id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION forget_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM person_key WHERE case_id = NEW.case_id;
    NEW.keys := 0;
    RETURN NEW;
END $$;
-- +goose StatementEnd
DROP TRIGGER count_versions ON person;
CREATE TRIGGER count_versions BEFORE UPDATE ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address))
    EXECUTE FUNCTION count_versions();
DROP FUNCTION find_coded, disclosed_code;
DELETE FROM person_key WHERE kind = 'fiscal';
ALTER TABLE person_key DROP CONSTRAINT person_key_kind_check;
ALTER TABLE person_key ADD CONSTRAINT person_key_kind_check
    CHECK (kind IN ('word', 'within', 'whole', 'born', 'number', 'day', 'sound', 'birth', 'phone')) NOT VALID;
ALTER TABLE person DROP COLUMN fiscal_code;
