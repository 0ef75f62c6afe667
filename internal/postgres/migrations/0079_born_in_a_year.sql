-- +goose Up

-- Who is known by the year of their birth alone is given to no agency as born on a day.
--
-- The code of before works on this schema: a year is no day to it, and it shows none.

-- +goose StatementBegin

-- As before: of the day of birth the year alone, where no more is known.
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
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}' ELSE jsonb_build_object('birth_date', p.birth_date, 'citizenship', p.citizenship) END
            || CASE WHEN contact_terms(p.contacts, 'phone', p.phone) IS NULL THEN '{}' ELSE jsonb_build_object('phone_terms', contact_terms(p.contacts, 'phone', p.phone)) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;
-- +goose StatementEnd
