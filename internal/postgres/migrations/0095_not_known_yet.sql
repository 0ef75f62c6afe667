-- +goose Up

-- Of whom a file is opened the day of birth or the citizenship may not be known yet. The day
-- is then 0001-01-01, which is nobody's and which the code of before takes for none, and the
-- citizenship an empty text; a correction completes them. No agency is given such a day, and
-- of two files that are merged the one that knows says it.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- As before; a day that is not known is none.
CREATE OR REPLACE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}'
            ELSE jsonb_build_object('birth_date', CASE WHEN p.birth_date = '0001-01-01' THEN '' ELSE to_char(p.birth_date, CASE WHEN p.birth_year_only THEN 'YYYY' ELSE 'YYYY-MM-DD' END) END,
                'citizenship', p.citizenship) END
            || CASE WHEN contact_terms(p.contacts, 'phone', p.phone) IS NULL THEN '{}' ELSE jsonb_build_object('phone_terms', contact_terms(p.contacts, 'phone', p.phone)) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;

-- As before; what is not known is not said.
CREATE OR REPLACE FUNCTION said_of(p person, field text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(CASE field
        WHEN 'name' THEN jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name)
        WHEN 'birth_date' THEN jsonb_build_object('birth_date', CASE WHEN p.birth_date <> '0001-01-01' THEN to_char(p.birth_date, CASE WHEN p.birth_year_only THEN 'YYYY' ELSE 'YYYY-MM-DD' END) END)
        WHEN 'citizenship' THEN jsonb_build_object('citizenship', nullif(p.citizenship, ''))
        WHEN 'permit' THEN jsonb_build_object('permit', nullif(p.permit, ''), 'permit_expiry', to_char(p.permit_expiry, 'YYYY-MM-DD'),
            'receipt_on', to_char(p.receipt_on, 'YYYY-MM-DD'))
        WHEN 'phone' THEN jsonb_build_object('phone', nullif(p.phone, ''))
        WHEN 'fiscal_code' THEN jsonb_build_object('fiscal_code', nullif(p.fiscal_code, '')) END)
$$;

-- As before; a day that is not known may be any.
CREATE OR REPLACE FUNCTION births_near(a date, b date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT '0001-01-01' IN (a, b) OR (SELECT count(*) FROM generate_series(1, 8) n WHERE substr(to_char(a, 'YYYYMMDD'), n, 1) <> substr(to_char(b, 'YYYYMMDD'), n, 1)) <= 2
        OR to_char(a, 'YYYYDDMM') = to_char(b, 'YYYYMMDD')
        OR to_char(a, 'YYYY') = to_char(b, 'YYYY') AND '0101' IN (to_char(a, 'MMDD'), to_char(b, 'MMDD'))
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}'
            ELSE jsonb_build_object('birth_date', to_char(p.birth_date, CASE WHEN p.birth_year_only THEN 'YYYY' ELSE 'YYYY-MM-DD' END), 'citizenship', p.citizenship) END
            || CASE WHEN contact_terms(p.contacts, 'phone', p.phone) IS NULL THEN '{}' ELSE jsonb_build_object('phone_terms', contact_terms(p.contacts, 'phone', p.phone)) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;

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

CREATE OR REPLACE FUNCTION births_near(a date, b date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (SELECT count(*) FROM generate_series(1, 8) n WHERE substr(to_char(a, 'YYYYMMDD'), n, 1) <> substr(to_char(b, 'YYYYMMDD'), n, 1)) <= 2
        OR to_char(a, 'YYYYDDMM') = to_char(b, 'YYYYMMDD')
        OR to_char(a, 'YYYY') = to_char(b, 'YYYY') AND '0101' IN (to_char(a, 'MMDD'), to_char(b, 'MMDD'))
$$;
-- +goose StatementEnd
