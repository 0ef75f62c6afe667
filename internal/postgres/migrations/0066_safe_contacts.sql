-- +goose Up

-- A person has several contacts, each with whose it is and what may be done with it, or no
-- safe one. The number and the address that stand alone are the first that may be called or
-- written to: those that are there stay, and are contacts of which nobody has asked more.
--
-- The code of before works on this schema: it knows the number and the address that stand
-- alone, so that it proposes none that must not be called, and leaves the contacts. What it
-- writes there is a contact besides.

ALTER TABLE person ADD contacts jsonb NOT NULL DEFAULT '[]';
ALTER TABLE person ADD no_safe_contact boolean NOT NULL DEFAULT false;
GRANT UPDATE (contacts, no_safe_contact) ON person TO percorso_definer;

-- +goose StatementBegin

-- What is known of a number or an address besides itself; NULL: nothing.
CREATE FUNCTION contact_terms(contacts jsonb, kind text, value text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT nullif(c - '{kind,value}'::text[], '{}') FROM jsonb_array_elements(contacts) c
    WHERE c ->> 'kind' = contact_terms.kind AND c ->> 'value' = contact_terms.value LIMIT 1
$$;

-- All contacts of somebody of whom a number and an address stand alone besides.
CREATE FUNCTION reached(contacts jsonb, phone text, email text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', x.kind, 'value', x.value) ORDER BY x.kind DESC), '[]') || contacts
    FROM (VALUES ('phone', phone), ('email', email)) x (kind, value)
    WHERE x.value <> '' AND NOT EXISTS (SELECT FROM jsonb_array_elements(contacts) c WHERE c ->> 'kind' = x.kind AND c ->> 'value' = x.value)
$$;

-- The one among some contacts that is the same number or address; NULL: there is none.
CREATE FUNCTION one_contact(contacts jsonb, contact jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT c FROM jsonb_array_elements(contacts) c WHERE c ->> 'kind' = contact ->> 'kind' AND c ->> 'value' = contact ->> 'value' LIMIT 1
$$;

-- The contacts of two files of one person: the number that stands
-- alone first, then those of the one that stays. What must not
-- be called by one of them must not by both. Where none is safe, a number and an address that
-- stand alone are among them, so that they are not lost.
CREATE FUNCTION united_contacts(stays jsonb, goes jsonb, phone text, email text, unsafe boolean) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    WITH own AS (
        SELECT c || CASE WHEN contact_terms(goes, c ->> 'kind', c ->> 'value') ->> 'call' = 'no' THEN '{"call":"no"}'::jsonb ELSE '{}' END AS c, n
        FROM jsonb_array_elements(stays) WITH ORDINALITY u (c, n))
    SELECT coalesce(jsonb_agg(a.c ORDER BY a.c ->> 'kind' = 'phone' AND a.c ->> 'value' = phone DESC, a.part, a.n), '[]') FROM (
        SELECT 2 AS part, n, c FROM own
        UNION ALL SELECT 1, x.n, jsonb_build_object('kind', x.kind, 'value', x.value) FROM (VALUES (1, 'phone', phone), (2, 'email', email)) x (n, kind, value)
            WHERE unsafe AND x.value <> '' AND NOT EXISTS (SELECT FROM jsonb_array_elements(stays || goes) c WHERE c ->> 'kind' = x.kind AND c ->> 'value' = x.value)
        UNION ALL SELECT 3, u.n, u.c FROM jsonb_array_elements(goes) WITH ORDINALITY u (c, n)
            WHERE NOT EXISTS (SELECT FROM own WHERE own.c ->> 'kind' = u.c ->> 'kind' AND own.c ->> 'value' = u.c ->> 'value')) a
$$;

-- As before, with what may be done with the telephone.
CREATE OR REPLACE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}' ELSE jsonb_build_object('birth_date', p.birth_date, 'citizenship', p.citizenship) END
            || CASE WHEN contact_terms(p.contacts, 'phone', p.phone) IS NULL THEN '{}' ELSE jsonb_build_object('phone_terms', contact_terms(p.contacts, 'phone', p.phone)) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;

-- As before, with contacts. Code that does not know them leaves them as they are.
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
        contacts = CASE WHEN corrected ? 'contacts' THEN p.contacts ELSE o.contacts END,
        no_safe_contact = CASE WHEN corrected ? 'no_safe_contact' THEN p.no_safe_contact ELSE o.no_safe_contact END,
        as_of = o.as_of || (SELECT coalesce(jsonb_object_agg(m.field, correct_person.at), '{}') FROM (SELECT DISTINCT
            CASE x ->> 'field' WHEN 'given_name' THEN 'name' WHEN 'family_name' THEN 'name' WHEN 'contacts' THEN 'phone' ELSE x ->> 'field' END AS field
            FROM jsonb_array_elements(changes) x) m WHERE m.field IN ('name', 'birth_date', 'citizenship', 'phone'))
        WHERE o.case_id = c;
    DELETE FROM person_key k WHERE k.case_id = c AND (k.kind <> 'fiscal' OR coded OR 'fiscal' = ANY (kinds)); -- the code of before makes none
    PERFORM keep_keys(c, kinds, correct_person.keys);
    UPDATE person o SET keys = keys_version WHERE o.case_id = c;
END $$;

-- As before. Of the contacts each is as it was that nobody has changed since the merge, and
-- those that came with it alone are gone; so is a number or an address that stands alone.
CREATE OR REPLACE FUNCTION unmerged(said jsonb, was jsonb, became jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    r jsonb;
    own jsonb;    -- contacts before the merge
    merged jsonb; -- and after it
    alone jsonb;
    kind text;
BEGIN
    SELECT said || coalesce(jsonb_object_agg(u.key, u.value) FILTER (WHERE u.as_merged), '{}') INTO r FROM (
        SELECT x.key, x.value, bool_and(said -> x.key = became -> x.key) OVER (PARTITION BY CASE
            WHEN x.key IN ('given_name', 'family_name') THEN 'name'
            WHEN x.key IN ('birth_date', 'birth_year_only') THEN 'birth_date'
            WHEN x.key IN ('permit', 'permit_expiry', 'receipt_on') THEN 'permit' ELSE x.key END) AS as_merged
        FROM jsonb_each(was) x WHERE x.key NOT IN ('id', 'case_id', 'as_of', 'keys', 'version')) u;
    own := reached(coalesce(was -> 'contacts', '[]'), was ->> 'phone', was ->> 'email');
    merged := reached(coalesce(became -> 'contacts', '[]'), became ->> 'phone', became ->> 'email');
    IF said -> 'contacts' <> became -> 'contacts' THEN
        r := r || jsonb_build_object('contacts', (SELECT coalesce(jsonb_agg(CASE WHEN e.c = e.as_merged THEN coalesce(e.before, e.c) ELSE e.c END ORDER BY e.n), '[]') FROM (
            SELECT u.c, u.n, one_contact(own, u.c) AS before, one_contact(merged, u.c) AS as_merged
            FROM jsonb_array_elements(said -> 'contacts') WITH ORDINALITY u (c, n)) e WHERE e.before IS NOT NULL OR e.c IS DISTINCT FROM e.as_merged));
    END IF;
    FOREACH kind IN ARRAY ARRAY['phone', 'email'] LOOP
        alone := jsonb_build_object('kind', kind, 'value', r -> kind);
        CONTINUE WHEN NOT ((r ->> 'no_safe_contact')::boolean OR coalesce(one_contact(r -> 'contacts', alone) ->> 'call', '') = 'no'
            OR one_contact(merged, alone) IS NOT NULL AND one_contact(own || (r -> 'contacts'), alone) IS NULL);
        r := r || jsonb_build_object(kind, coalesce((SELECT u.c ->> 'value' FROM jsonb_array_elements(r -> 'contacts') WITH ORDINALITY u (c, n)
            WHERE u.c ->> 'kind' = kind AND u.c ->> 'call' IS DISTINCT FROM 'no' AND NOT (r ->> 'no_safe_contact')::boolean ORDER BY u.n LIMIT 1), ''));
    END LOOP;
    RETURN r;
END $$;

-- As before, with the contacts of both.
CREATE OR REPLACE FUNCTION carry_contacts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_old person;
    of_new person;
    united jsonb;
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
    united := united_contacts(of_new.contacts, of_old.contacts, of_new.phone, coalesce(nullif(of_new.email, ''), of_old.email), of_old.no_safe_contact OR of_new.no_safe_contact);
    UPDATE person p SET email = coalesce(nullif(p.email, ''), of_old.email), municipality = coalesce(nullif(p.municipality, ''), of_old.municipality),
        address = coalesce(nullif(p.address, ''), of_old.address), fiscal_code = coalesce(nullif(p.fiscal_code, ''), of_old.fiscal_code), birth_year_only = p.birth_year_only OR of_old.birth_year_only AND p.birth_date = of_old.birth_date
        WHERE p.case_id = of_new.case_id;
    UPDATE person p SET contacts = united, no_safe_contact = of_old.no_safe_contact OR of_new.no_safe_contact,
        phone = CASE WHEN of_old.no_safe_contact OR of_new.no_safe_contact OR contact_terms(united, 'phone', p.phone) ->> 'call' = 'no' THEN '' ELSE p.phone END,
        email = CASE WHEN of_old.no_safe_contact OR of_new.no_safe_contact OR contact_terms(united, 'email', p.email) ->> 'call' = 'no' THEN '' ELSE p.email END
        WHERE p.case_id = of_new.case_id AND (united <> '[]' OR of_old.no_safe_contact OR of_new.no_safe_contact);
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER count_versions ON person;
CREATE TRIGGER count_versions BEFORE UPDATE ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address, OLD.fiscal_code, OLD.contacts, OLD.no_safe_contact)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address, NEW.fiscal_code, NEW.contacts, NEW.no_safe_contact))
    EXECUTE FUNCTION count_versions();

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION unmerged(said jsonb, was jsonb, became jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT said || coalesce(jsonb_object_agg(u.key, u.value) FILTER (WHERE u.as_merged), '{}') FROM (
        SELECT x.key, x.value, bool_and(said -> x.key = became -> x.key) OVER (PARTITION BY CASE
            WHEN x.key IN ('given_name', 'family_name') THEN 'name'
            WHEN x.key IN ('birth_date', 'birth_year_only') THEN 'birth_date'
            WHEN x.key IN ('permit', 'permit_expiry', 'receipt_on') THEN 'permit' ELSE x.key END) AS as_merged
        FROM jsonb_each(was) x WHERE x.key NOT IN ('id', 'case_id', 'as_of', 'keys', 'version')) u
$$;
CREATE OR REPLACE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}' ELSE jsonb_build_object('birth_date', p.birth_date, 'citizenship', p.citizenship) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;
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
-- +goose StatementEnd
DROP TRIGGER count_versions ON person;
CREATE TRIGGER count_versions BEFORE UPDATE ON person FOR EACH ROW
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address, OLD.fiscal_code)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address, NEW.fiscal_code))
    EXECUTE FUNCTION count_versions();
DROP FUNCTION united_contacts, contact_terms, one_contact, reached;
ALTER TABLE person DROP COLUMN contacts, DROP COLUMN no_safe_contact;
