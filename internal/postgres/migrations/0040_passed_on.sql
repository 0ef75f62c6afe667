-- +goose Up

-- What goes to other agencies is shown to whoever may pass it on, and goes by what an
-- agency acts as; and who answers for the readers of a case finds it.
--
-- The code of before works on this schema.
-- +goose StatementBegin

-- What an addressee passes on with a referral: what it was given itself, as far as the
-- next one may have it.
CREATE FUNCTION passed_on(referral uuid, legal_basis text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT s.snapshot - CASE WHEN passed_on.legal_basis = 'consent' THEN '{birth_date,citizenship}' ELSE '{}' END::text[]
        FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = passed_on.referral);
END $$;

-- What the caller's agency would pass on of a case with a referral that it was sent,
-- and whether the person consents to what reaches private agencies.
CREATE FUNCTION passing_on(c uuid, legal_basis text) RETURNS TABLE (snapshot jsonb, consents boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT passed_on(r.id, passing_on.legal_basis), consents(passing_on.c) FROM referral r JOIN share s ON s.id = r.share_id
    WHERE r.case_id = passing_on.c AND r.zone = my('zone') AND r.to_agency = my('agency') AND r.state IN ('requested', 'received') AND owner_sees_share(s)
    ORDER BY r.requested_at DESC LIMIT 1
$$;

-- As before, by what the agency acts as; where the zone does not say it, the third
-- sector is independent.
CREATE OR REPLACE FUNCTION asks_consent(agency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
        WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = asks_consent.agency
            AND coalesce(a ->> 'acts_as', CASE a ->> 'kind' WHEN 'third_sector' THEN 'independent' ELSE 'public_body' END) <> 'independent')
$$;

-- The cases that the supervisor's zone has handed over to another one: numbers alone.
CREATE FUNCTION handed_over_here() RETURNS TABLE (id uuid, number text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT f.id, f.number, f.closed_at FROM case_file f
    WHERE my('role') = 'supervisor' AND f.zone = 'archive/' || my('zone') AND f.continued_in IS NOT NULL AND f.closed_at IS NOT NULL
$$;
-- +goose StatementEnd
-- Asked in the order of what it costs, since lists ask it of each row.
ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN seen_until IS NULL OR seen_until > my_now()
    THEN agency = my('agency') AND (purpose <> 'equipe' OR equipe_part(run_id) <> '') OR sees_case(case_id)
    ELSE purpose <> 'transfer' AND sees_case(case_id) END);
REVOKE EXECUTE ON FUNCTION passing_on, handed_over_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION passing_on, handed_over_here TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asks_consent(agency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
        WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = asks_consent.agency AND a ->> 'kind' <> 'third_sector')
$$;
-- +goose StatementEnd
DROP FUNCTION handed_over_here, passing_on, passed_on;
