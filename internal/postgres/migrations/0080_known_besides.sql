-- +goose Up

-- What is known of a person besides: who belongs to them, and who of those must not be told;
-- how they communicate; that they have no home; which documents they have shown. Where two
-- files of one person are merged all of it is united, whoever must not be told by one of them
-- must not by both, and which codice fiscale holds is chosen as a name is.
--
-- The code of before works on this schema: what it does not know it leaves as it is.

ALTER TABLE person ADD linked jsonb NOT NULL DEFAULT '[]';
ALTER TABLE person ADD reads text[] NOT NULL DEFAULT '{}';  -- languages, BCP 47
ALTER TABLE person ADD speech text[] NOT NULL DEFAULT '{}'; -- how they communicate
ALTER TABLE person ADD no_abode boolean NOT NULL DEFAULT false;
ALTER TABLE person ADD papers jsonb NOT NULL DEFAULT '[]';
GRANT UPDATE (linked, reads, speech, no_abode, papers) ON person TO percorso_definer;

-- +goose StatementBegin

-- A telephone number as it is compared, without what leads to Italy.
CREATE FUNCTION plain_number(number text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(number, '[^0-9+]', '', 'g'), '^(\+|00)(39)?', '')
$$;

-- The people who belong to the person of two files: those of the one that stays, then the
-- others that are not the same. Who must not be told by one of them must not by both, signs
-- nothing and is nobody to call.
CREATE FUNCTION united_kin(stays jsonb, goes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    WITH every AS (
        SELECT DISTINCT ON (u.x) u.x, u.n FROM jsonb_array_elements(stays || goes) WITH ORDINALITY u (x, n) ORDER BY u.x, u.n
    ), bars AS (
        SELECT DISTINCT ON (lower(e.x ->> 'name')) lower(e.x ->> 'name') AS name, e.x FROM every e WHERE (e.x ->> 'barred')::boolean ORDER BY lower(e.x ->> 'name'), e.n)
    SELECT coalesce(jsonb_agg(CASE WHEN b.x IS NULL OR (e.x ->> 'barred')::boolean THEN e.x
        ELSE e.x - '{signs,call}'::text[] || jsonb_build_object('barred', true, 'order', b.x -> 'order', 'ordered', b.x -> 'ordered') END ORDER BY e.n), '[]')
    FROM every e LEFT JOIN bars b ON b.name = lower(e.x ->> 'name')
$$;

-- Some contacts, without leave to call a number of somebody who must not be told.
CREATE FUNCTION without_barred(contacts jsonb, linked jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(u.c || CASE WHEN u.c ->> 'kind' = 'phone' AND EXISTS (SELECT FROM jsonb_array_elements(linked) x
        WHERE (x ->> 'barred')::boolean AND x ->> 'phone' <> '' AND plain_number(x ->> 'phone') = plain_number(u.c ->> 'value')) THEN '{"call":"no"}'::jsonb ELSE '{}' END ORDER BY u.n), '[]')
    FROM jsonb_array_elements(contacts) WITH ORDINALITY u (c, n)
$$;

-- The documents of both files.
CREATE FUNCTION united_papers(stays jsonb, goes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT stays || coalesce(jsonb_agg(u.x ORDER BY u.n), '[]') FROM jsonb_array_elements(goes) WITH ORDINALITY u (x, n)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(stays) s WHERE s ->> 'type' = u.x ->> 'type' AND s ->> 'number' = u.x ->> 'number')
$$;

-- As before, with a year of birth alone as a year, and the codice fiscale.
CREATE OR REPLACE FUNCTION said_of(p person, field text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(CASE field
        WHEN 'name' THEN jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name)
        WHEN 'birth_date' THEN jsonb_build_object('birth_date', to_char(p.birth_date, CASE WHEN p.birth_year_only THEN 'YYYY' ELSE 'YYYY-MM-DD' END))
        WHEN 'citizenship' THEN jsonb_build_object('citizenship', p.citizenship)
        WHEN 'permit' THEN jsonb_build_object('permit', nullif(p.permit, ''), 'permit_expiry', to_char(p.permit_expiry, 'YYYY-MM-DD'),
            'receipt_on', to_char(p.receipt_on, 'YYYY-MM-DD'))
        WHEN 'phone' THEN jsonb_build_object('phone', nullif(p.phone, ''))
        WHEN 'fiscal_code' THEN jsonb_build_object('fiscal_code', nullif(p.fiscal_code, '')) END)
$$;

-- As before, with the codice fiscale among what is chosen, and a year of birth as what it is.
CREATE OR REPLACE FUNCTION merge_persons(merged uuid, kept uuid, adoption uuid, chosen jsonb, staff uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m person;
    k person;
    m_file case_file;
    k_file case_file;
    keys_of_kept person_key[];
    f text;
    of_merged jsonb;
    of_kept jsonb;
    takes boolean;
    watch uuid := md5(adoption || ' permit')::uuid;
BEGIN
    SELECT * INTO STRICT m FROM person p WHERE p.case_id = merged;
    SELECT * INTO STRICT k FROM person p WHERE p.case_id = kept FOR UPDATE;
    SELECT * INTO STRICT m_file FROM case_file o WHERE o.id = merged;
    SELECT * INTO STRICT k_file FROM case_file o WHERE o.id = kept;
    keys_of_kept := ARRAY(SELECT o FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number');
    UPDATE set_aside SET case_id = kept WHERE case_id = merged;
    FOREACH f IN ARRAY ARRAY['name', 'birth_date', 'citizenship', 'permit', 'phone', 'fiscal_code'] LOOP
        of_merged := said_of(m, f);
        of_kept := said_of(k, f);
        CONTINUE WHEN of_merged = of_kept;
        takes := CASE WHEN chosen ->> f = 'merged' THEN true WHEN chosen ->> f = 'kept' THEN false
            WHEN '{}' IN (of_merged, of_kept) THEN of_kept = '{}'
            WHEN f = 'birth_date' AND (to_char(m.birth_date, 'MM-DD') = '01-01') <> (to_char(k.birth_date, 'MM-DD') = '01-01')
                THEN to_char(k.birth_date, 'MM-DD') = '01-01'
            ELSE said_since(m, f) > said_since(k, f) END;
        k.as_of := k.as_of || jsonb_build_object(f, CASE WHEN chosen ->> f IN ('merged', 'kept') THEN merge_persons.at
            WHEN takes THEN said_since(m, f) ELSE said_since(k, f) END);
        INSERT INTO set_aside (case_id, field, value, from_number, at, by_staff)
            SELECT kept, f, v.value, v.number, merge_persons.at, merge_persons.staff
            FROM (SELECT CASE WHEN takes THEN of_kept ELSE of_merged END, CASE WHEN takes THEN k_file.number ELSE m_file.number END) v (value, number)
            WHERE v.value <> '{}';
        CONTINUE WHEN NOT takes;
        CASE f
        WHEN 'name' THEN k.given_name := m.given_name; k.family_name := m.family_name;
        WHEN 'birth_date' THEN k.birth_date := m.birth_date; k.birth_year_only := m.birth_year_only;
        WHEN 'citizenship' THEN k.citizenship := m.citizenship;
        WHEN 'permit' THEN
            k.permit := m.permit; k.permit_expiry := m.permit_expiry; k.receipt_on := m.receipt_on;
            INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, data, created_at, wake_at)
                VALUES (watch, 'case/' || kept, kept, k_file.zone, '', 'case/' || merged, '', watch::text, '', 'permit',
                    jsonb_build_object('op', 'permit', 'case', 'case/' || kept),
                    jsonb_strip_nulls(jsonb_build_object('permit', m.permit, 'permit_expiry', CASE WHEN m.permit <> 'requested' THEN m.permit_expiry END)),
                    clock_timestamp(), clock_timestamp());
            PERFORM pg_notify('percorso_wake', '');
        WHEN 'phone' THEN k.phone := m.phone;
        WHEN 'fiscal_code' THEN k.fiscal_code := m.fiscal_code;
        END CASE;
    END LOOP;
    UPDATE person p SET given_name = k.given_name, family_name = k.family_name, birth_date = k.birth_date, birth_year_only = k.birth_year_only, citizenship = k.citizenship, permit = k.permit,
        permit_expiry = k.permit_expiry, receipt_on = k.receipt_on, phone = k.phone, fiscal_code = k.fiscal_code, as_of = k.as_of,
        languages = k.languages || ARRAY(SELECT l FROM unnest(m.languages) WITH ORDINALITY AS u (l, n) WHERE NOT l = ANY (k.languages) ORDER BY n)
        WHERE p.case_id = kept;
    UPDATE case_file o SET needs = k_file.needs || ARRAY(SELECT x FROM unnest(m_file.needs) WITH ORDINALITY AS u (x, n) WHERE NOT x = ANY (k_file.needs) ORDER BY n),
        notice_version = CASE WHEN m_file.opened_at > k_file.opened_at AND m_file.notice_version <> '' OR k_file.notice_version = ''
            THEN m_file.notice_version ELSE k_file.notice_version END
        WHERE o.id = kept;
    IF k.keys > 0 AND m.keys > 0 THEN
        DELETE FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number';
        INSERT INTO person_key (case_id, zone, kind, key, opened_at)
            SELECT kept, k_file.zone, o.kind, o.key, k_file.opened_at FROM (
                SELECT u.kind, u.key FROM unnest(keys_of_kept) AS u UNION SELECT o.kind, o.key FROM person_key o WHERE o.case_id = merged AND o.kind <> 'number') o;
        UPDATE person p SET keys = least(k.keys, m.keys) WHERE p.case_id = kept;
    END IF;
END $$;

-- As before, with what is known besides.
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
        linked = CASE WHEN corrected ? 'linked' THEN p.linked ELSE o.linked END,
        reads = CASE WHEN corrected ? 'reads' THEN p.reads ELSE o.reads END,
        speech = CASE WHEN corrected ? 'speech' THEN p.speech ELSE o.speech END,
        no_abode = CASE WHEN corrected ? 'no_abode' THEN p.no_abode ELSE o.no_abode END,
        papers = CASE WHEN corrected ? 'papers' THEN p.papers ELSE o.papers END,
        as_of = o.as_of || (SELECT coalesce(jsonb_object_agg(m.field, correct_person.at), '{}') FROM (SELECT DISTINCT
            CASE x ->> 'field' WHEN 'given_name' THEN 'name' WHEN 'family_name' THEN 'name' WHEN 'contacts' THEN 'phone' ELSE x ->> 'field' END AS field
            FROM jsonb_array_elements(changes) x) m WHERE m.field IN ('name', 'birth_date', 'citizenship', 'phone', 'fiscal_code'))
        WHERE o.case_id = c;
    DELETE FROM person_key k WHERE k.case_id = c AND (k.kind <> 'fiscal' OR coded OR 'fiscal' = ANY (kinds)); -- the code of before makes none
    PERFORM keep_keys(c, kinds, correct_person.keys);
    UPDATE person o SET keys = keys_version WHERE o.case_id = c;
END $$;

-- As before, with what is known besides. Which codice fiscale holds was chosen.
CREATE OR REPLACE FUNCTION carry_contacts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_old person;
    of_new person;
    united jsonb;
    kin jsonb;
    whose uuid := coalesce(NEW.merged_into, NEW.continued_in); -- compared with it as it stands, every person would be read
BEGIN
    SELECT * INTO of_old FROM person p WHERE p.case_id = NEW.id;
    SELECT * INTO of_new FROM person p WHERE p.case_id = whose FOR UPDATE;
    IF NEW.merged_into IS NOT NULL THEN
        INSERT INTO set_aside (case_id, field, value, from_number, at)
            SELECT NEW.merged_into, x.field, jsonb_build_object(x.field, x.value), NEW.number, coalesce(my_now(), now())
            FROM (VALUES ('email', of_old.email, of_new.email), ('municipality', of_old.municipality, of_new.municipality),
                ('address', of_old.address, of_new.address)) x (field, value, kept)
            WHERE x.value <> '' AND x.kept <> '' AND x.value <> x.kept;
    END IF;
    united := united_contacts(of_new.contacts, of_old.contacts, of_new.phone, coalesce(nullif(of_new.email, ''), of_old.email), of_old.no_safe_contact OR of_new.no_safe_contact);
    kin := united_kin(of_new.linked, of_old.linked);
    IF EXISTS (SELECT FROM jsonb_array_elements(kin) x WHERE (x ->> 'barred')::boolean) THEN
        united := without_barred(reached(united, of_new.phone, coalesce(nullif(of_new.email, ''), of_old.email)), kin);
    END IF;
    UPDATE person p SET email = coalesce(nullif(p.email, ''), of_old.email), municipality = coalesce(nullif(p.municipality, ''), of_old.municipality),
        address = coalesce(nullif(p.address, ''), of_old.address), fiscal_code = coalesce(nullif(p.fiscal_code, ''), of_old.fiscal_code),
        birth_year_only = p.birth_year_only OR NEW.merged_into IS NULL AND of_old.birth_year_only AND p.birth_date = of_old.birth_date,
        linked = kin, papers = united_papers(p.papers, of_old.papers), no_abode = p.no_abode OR of_old.no_abode AND p.address = '',
        reads = p.reads || ARRAY(SELECT x FROM unnest(of_old.reads) WITH ORDINALITY u (x, n) WHERE NOT x = ANY (p.reads) ORDER BY n),
        speech = p.speech || ARRAY(SELECT x FROM unnest(of_old.speech) WITH ORDINALITY u (x, n) WHERE NOT x = ANY (p.speech) ORDER BY n)
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
    WHEN ((OLD.given_name, OLD.family_name, OLD.birth_date, OLD.birth_year_only, OLD.citizenship, OLD.languages, OLD.phone, OLD.email, OLD.municipality, OLD.address, OLD.fiscal_code, OLD.contacts, OLD.no_safe_contact, OLD.linked, OLD.reads, OLD.speech, OLD.no_abode, OLD.papers)
        IS DISTINCT FROM (NEW.given_name, NEW.family_name, NEW.birth_date, NEW.birth_year_only, NEW.citizenship, NEW.languages, NEW.phone, NEW.email, NEW.municipality, NEW.address, NEW.fiscal_code, NEW.contacts, NEW.no_safe_contact, NEW.linked, NEW.reads, NEW.speech, NEW.no_abode, NEW.papers))
    EXECUTE FUNCTION count_versions();

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION said_of(p person, field text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(CASE field
        WHEN 'name' THEN jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name)
        WHEN 'birth_date' THEN jsonb_build_object('birth_date', to_char(p.birth_date, 'YYYY-MM-DD'))
        WHEN 'citizenship' THEN jsonb_build_object('citizenship', p.citizenship)
        WHEN 'permit' THEN jsonb_build_object('permit', nullif(p.permit, ''), 'permit_expiry', to_char(p.permit_expiry, 'YYYY-MM-DD'),
            'receipt_on', to_char(p.receipt_on, 'YYYY-MM-DD'))
        WHEN 'phone' THEN jsonb_build_object('phone', nullif(p.phone, '')) END)
$$;
CREATE OR REPLACE FUNCTION merge_persons(merged uuid, kept uuid, adoption uuid, chosen jsonb, staff uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m person;
    k person;
    m_file case_file;
    k_file case_file;
    keys_of_kept person_key[];
    f text;
    of_merged jsonb;
    of_kept jsonb;
    takes boolean;
    watch uuid := md5(adoption || ' permit')::uuid;
BEGIN
    SELECT * INTO STRICT m FROM person p WHERE p.case_id = merged;
    SELECT * INTO STRICT k FROM person p WHERE p.case_id = kept FOR UPDATE;
    SELECT * INTO STRICT m_file FROM case_file o WHERE o.id = merged;
    SELECT * INTO STRICT k_file FROM case_file o WHERE o.id = kept;
    keys_of_kept := ARRAY(SELECT o FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number');
    UPDATE set_aside SET case_id = kept WHERE case_id = merged;
    FOREACH f IN ARRAY ARRAY['name', 'birth_date', 'citizenship', 'permit', 'phone'] LOOP
        of_merged := said_of(m, f);
        of_kept := said_of(k, f);
        CONTINUE WHEN of_merged = of_kept;
        takes := CASE WHEN chosen ->> f = 'merged' THEN true WHEN chosen ->> f = 'kept' THEN false
            WHEN '{}' IN (of_merged, of_kept) THEN of_kept = '{}'
            WHEN f = 'birth_date' AND (to_char(m.birth_date, 'MM-DD') = '01-01') <> (to_char(k.birth_date, 'MM-DD') = '01-01')
                THEN to_char(k.birth_date, 'MM-DD') = '01-01'
            ELSE said_since(m, f) > said_since(k, f) END;
        k.as_of := k.as_of || jsonb_build_object(f, CASE WHEN chosen ->> f IN ('merged', 'kept') THEN merge_persons.at
            WHEN takes THEN said_since(m, f) ELSE said_since(k, f) END);
        INSERT INTO set_aside (case_id, field, value, from_number, at, by_staff)
            SELECT kept, f, v.value, v.number, merge_persons.at, merge_persons.staff
            FROM (SELECT CASE WHEN takes THEN of_kept ELSE of_merged END, CASE WHEN takes THEN k_file.number ELSE m_file.number END) v (value, number)
            WHERE v.value <> '{}';
        CONTINUE WHEN NOT takes;
        CASE f
        WHEN 'name' THEN k.given_name := m.given_name; k.family_name := m.family_name;
        WHEN 'birth_date' THEN k.birth_date := m.birth_date;
        WHEN 'citizenship' THEN k.citizenship := m.citizenship;
        WHEN 'permit' THEN
            k.permit := m.permit; k.permit_expiry := m.permit_expiry; k.receipt_on := m.receipt_on;
            INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, data, created_at, wake_at)
                VALUES (watch, 'case/' || kept, kept, k_file.zone, '', 'case/' || merged, '', watch::text, '', 'permit',
                    jsonb_build_object('op', 'permit', 'case', 'case/' || kept),
                    jsonb_strip_nulls(jsonb_build_object('permit', m.permit, 'permit_expiry', CASE WHEN m.permit <> 'requested' THEN m.permit_expiry END)),
                    clock_timestamp(), clock_timestamp());
            PERFORM pg_notify('percorso_wake', '');
        WHEN 'phone' THEN k.phone := m.phone;
        END CASE;
    END LOOP;
    UPDATE person p SET given_name = k.given_name, family_name = k.family_name, birth_date = k.birth_date, citizenship = k.citizenship, permit = k.permit,
        permit_expiry = k.permit_expiry, receipt_on = k.receipt_on, phone = k.phone, as_of = k.as_of,
        languages = k.languages || ARRAY(SELECT l FROM unnest(m.languages) WITH ORDINALITY AS u (l, n) WHERE NOT l = ANY (k.languages) ORDER BY n)
        WHERE p.case_id = kept;
    UPDATE case_file o SET needs = k_file.needs || ARRAY(SELECT x FROM unnest(m_file.needs) WITH ORDINALITY AS u (x, n) WHERE NOT x = ANY (k_file.needs) ORDER BY n),
        notice_version = CASE WHEN m_file.opened_at > k_file.opened_at AND m_file.notice_version <> '' OR k_file.notice_version = ''
            THEN m_file.notice_version ELSE k_file.notice_version END
        WHERE o.id = kept;
    IF k.keys > 0 AND m.keys > 0 THEN
        DELETE FROM person_key o WHERE o.case_id = kept AND o.kind <> 'number';
        INSERT INTO person_key (case_id, zone, kind, key, opened_at)
            SELECT kept, k_file.zone, o.kind, o.key, k_file.opened_at FROM (
                SELECT u.kind, u.key FROM unnest(keys_of_kept) AS u UNION SELECT o.kind, o.key FROM person_key o WHERE o.case_id = merged AND o.kind <> 'number') o;
        UPDATE person p SET keys = least(k.keys, m.keys) WHERE p.case_id = kept;
    END IF;
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
DROP FUNCTION united_papers, without_barred, united_kin, plain_number;
ALTER TABLE person DROP COLUMN linked, DROP COLUMN reads, DROP COLUMN speech, DROP COLUMN no_abode, DROP COLUMN papers;
