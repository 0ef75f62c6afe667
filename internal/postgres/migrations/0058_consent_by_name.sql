-- +goose Up

-- The person consents to one agency being given what one purpose needs, and to nothing
-- else. What was given before names neither: it goes on counting for what was sent by it,
-- and opens nothing new.
--
-- The code of before works on this schema. While it still runs it takes any consent of a
-- case for one to every private agency, as it did.
ALTER TABLE consent
    ADD agency text NOT NULL DEFAULT '',                -- empty: given before agencies were named
    ADD purpose text NOT NULL DEFAULT '',               -- an area of need, or 'referral', 'appointment', 'equipe'
    ADD withdrawn_from_all boolean NOT NULL DEFAULT false, -- and not from this agency alone
    ADD CHECK ((agency = '') = (purpose = ''));
DROP INDEX consent_in_force;
CREATE UNIQUE INDEX consent_in_force ON consent (case_id, agency, purpose) WHERE withdrawn_at IS NULL;

-- +goose StatementBegin

-- Whether the person consents to an agency being given what some purposes need.
CREATE FUNCTION consents_to(c uuid, agency text, purposes text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM unnest(purposes) AS p (purpose) WHERE NOT EXISTS (SELECT FROM consent o
        WHERE o.case_id = c AND o.agency = consents_to.agency AND o.purpose = p.purpose AND o.withdrawn_at IS NULL));
END $$;

-- Whether a consent of before agencies were named still counts for an agency: nobody has
-- withdrawn it, nor anything from that agency since.
CREATE FUNCTION consented_before(c uuid, agency text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM consent o WHERE o.case_id = c AND o.agency = '' AND o.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT FROM consent w WHERE w.case_id = c AND w.agency = consented_before.agency
            AND w.renewed_by IS NULL AND w.withdrawn_at >= o.given_at));
END $$;

-- Whether what an agency was sent already has a consent to stand on.
CREATE FUNCTION stands_on_consent(c uuid, agency text, purposes text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN consents_to(c, agency, purposes) OR consented_before(c, agency);
END $$;

-- Whether some consent to an agency is in force, for whatever purpose.
CREATE FUNCTION has_consent(c uuid, agency text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM consent o WHERE o.case_id = c AND o.agency = has_consent.agency AND o.withdrawn_at IS NULL)
        OR consented_before(c, agency);
END $$;

-- The purposes that a consent has to be for: the areas of need that a referral is for, or
-- what the data are given for where there are none.
CREATE FUNCTION purposes_of(purpose text, areas jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN purpose = 'referral' AND jsonb_typeof(areas) = 'array' AND jsonb_array_length(areas) > 0
        THEN ARRAY(SELECT jsonb_array_elements_text(areas)) ELSE ARRAY[purpose] END
$$;

CREATE FUNCTION share_purposes(s share) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT purposes_of(s.purpose, s.snapshot -> 'needs')
$$;

-- As before, by what the person consents to for the agency and the purpose.
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT stands_on_consent(s.case_id, s.agency, share_purposes(s)) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    WHEN 'approval' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.id = s.task_id AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;

-- As before, with a consent to the caller's agency.
CREATE OR REPLACE FUNCTION has_part(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM plan p WHERE p.case_id = c AND my('agency') = ANY (p.agencies)
            AND (p.state = 'active' AND (has_consent(c, my('agency')) OR NOT asks_consent(my('agency'))) OR p.state IN ('revised', 'completed') AND EXISTS (SELECT FROM share s WHERE s.run_id = p.run_id
                AND s.agency = my('agency') AND s.purpose = 'equipe' AND (s.seen_until IS NULL OR s.seen_until > my_now()))))
        AND (my('role') = (SELECT coalesce(nullif(a ->> 'answers', ''), my('role')) FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
                WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = my('agency') LIMIT 1)
            OR EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.agency = my('agency') AND t.kind = 'goal_evaluation' AND t.ended_at IS NULL
                AND (t.holder = my('staff')::uuid OR t.state = 'ready' AND t.role = my('role'))));
END $$;

-- What the caller's agency would pass on of a case, with a referral that it was sent, to
-- another one, and whether the person consents to that.
CREATE FUNCTION passing_to(c uuid, agency text, legal_basis text) RETURNS TABLE (snapshot jsonb, consents boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.snapshot, consents_to(passing_to.c, passing_to.agency, purposes_of('referral', p.snapshot -> 'needs')) FROM passing_on(passing_to.c, passing_to.legal_basis) p
$$;

-- Gives the members of a case's équipes at work that are of some private agencies what the
-- équipe needs of the person, who consents to that.
CREATE FUNCTION give_to_members(c uuid, agencies text[], areas text[], at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
    SELECT DISTINCT ON (s.run_id, s.agency) gen_random_uuid(), c, s.run_id, s.zone, s.agency, 'consent', 'equipe', disclosed(c, 'consent', false, areas, true),
        give_to_members.at, f.notice_version
    FROM seat s JOIN run r ON r.id = s.run_id JOIN case_file f ON f.id = s.case_id
    WHERE s.case_id = c AND s.agency <> f.agency AND s.agency = ANY (agencies) AND s.state IN ('invited', 'confirmed', 'spoken') AND r.ended_at IS NULL
        AND consents_to(c, s.agency, '{equipe}')
    ON CONFLICT DO NOTHING
$$;

-- Gives a case file the declarations on consent of the one that is merged into it. The
-- person's latest one counts, for each agency and purpose, in whichever file it was made:
-- nothing that was given before a withdrawal from the same agency, or from all, is in
-- force. What stands on it ends in both files. An old withdrawal that names no agency was
-- from all of them.
CREATE OR REPLACE FUNCTION merge_consents(merged uuid, kept uuid, adoption uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE consent c SET withdrawn_at = last.withdrawn_at, withdrawn_to = last.withdrawn_to, withdrawn_from_all = last.from_all
        FROM (SELECT g.id AS given, d.* FROM consent g, LATERAL (
                SELECT w.withdrawn_at, w.withdrawn_to, w.withdrawn_from_all OR w.agency = '' AS from_all FROM consent w
                WHERE w.case_id IN (merged, kept) AND w.withdrawn_at >= g.given_at AND w.renewed_by IS NULL
                    AND (w.agency IN ('', g.agency) OR w.withdrawn_from_all)
                ORDER BY w.withdrawn_at DESC LIMIT 1) d
            WHERE g.case_id IN (merged, kept) AND g.withdrawn_at IS NULL) last
        WHERE c.id = last.given;
    UPDATE consent c SET withdrawn_at = later.given_at, renewed_by = later.id
        FROM (SELECT DISTINCT ON (agency, purpose) id, agency, purpose, given_at FROM consent
            WHERE case_id IN (merged, kept) AND withdrawn_at IS NULL ORDER BY agency, purpose, given_at DESC, id) later
        WHERE c.case_id IN (merged, kept) AND c.withdrawn_at IS NULL AND c.agency = later.agency AND c.purpose = later.purpose AND c.id <> later.id;
    UPDATE consent SET case_id = kept WHERE case_id = merged;
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT m.id, o.run_id, kept, o.zone, '', 'case/' || merged, '', m.id::text, '', 'withdraw_consent',
            jsonb_build_object('op', 'withdraw_consent', 'case', 'case/' || kept, 'agency', o.agency), clock_timestamp(), clock_timestamp()
        FROM (SELECT DISTINCT ON (r.id) r.id AS run_id, r.zone, s.agency FROM run r JOIN referral f ON f.run_id = r.id JOIN share s ON s.id = f.share_id
                WHERE r.case_id = kept AND r.ended_at IS NULL AND r.kind IN ('referral', 'placement') AND s.legal_basis = 'consent'
                    AND f.state NOT IN ('rejected', 'withdrawn', 'redirected', 'completed', 'failed')
                    AND NOT stands_on_consent(kept, s.agency, share_purposes(s)) ORDER BY r.id) o,
            LATERAL (SELECT md5(adoption || ' consent ' || o.run_id)::uuid AS id) m;
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION passing_to, give_to_members FROM PUBLIC;
GRANT EXECUTE ON FUNCTION passing_to TO percorso_app;
GRANT EXECUTE ON FUNCTION give_to_members TO percorso_worker;
GRANT UPDATE (withdrawn_from_all) ON consent TO percorso_definer;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT consents(s.case_id) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    WHEN 'approval' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.id = s.task_id AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;
CREATE OR REPLACE FUNCTION has_part(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM plan p WHERE p.case_id = c AND my('agency') = ANY (p.agencies)
            AND (p.state = 'active' AND (consents(c) OR NOT asks_consent(my('agency'))) OR p.state IN ('revised', 'completed') AND EXISTS (SELECT FROM share s WHERE s.run_id = p.run_id
                AND s.agency = my('agency') AND s.purpose = 'equipe' AND (s.seen_until IS NULL OR s.seen_until > my_now()))))
        AND (my('role') = (SELECT coalesce(nullif(a ->> 'answers', ''), my('role')) FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
                WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = my('agency') LIMIT 1)
            OR EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.agency = my('agency') AND t.kind = 'goal_evaluation' AND t.ended_at IS NULL
                AND (t.holder = my('staff')::uuid OR t.state = 'ready' AND t.role = my('role'))));
END $$;
CREATE OR REPLACE FUNCTION merge_consents(merged uuid, kept uuid, adoption uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    last record;
BEGIN
    SELECT d.* INTO last FROM (
        SELECT c.id, c.given_at AS said_at, c.given_to AS said_to, false AS withdrawn FROM consent c WHERE c.case_id IN (merged, kept)
        UNION ALL SELECT c.id, c.withdrawn_at, c.withdrawn_to, true FROM consent c
            WHERE c.case_id IN (merged, kept) AND c.withdrawn_at IS NOT NULL AND c.renewed_by IS NULL) d
    ORDER BY d.said_at DESC, d.withdrawn DESC LIMIT 1;
    IF NOT FOUND THEN RETURN; END IF;
    IF last.withdrawn THEN
        UPDATE consent SET withdrawn_at = last.said_at, withdrawn_to = last.said_to WHERE case_id IN (merged, kept) AND withdrawn_at IS NULL;
        IF FOUND THEN
            INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
                SELECT m.id, r.id, kept, r.zone, '', 'case/' || merged, '', m.id::text, '', 'withdraw_consent',
                    jsonb_build_object('op', 'withdraw_consent', 'case', 'case/' || kept), clock_timestamp(), clock_timestamp()
                FROM run r, LATERAL (SELECT md5(adoption || ' consent ' || r.id)::uuid AS id) m
                WHERE r.case_id = kept AND r.ended_at IS NULL AND r.kind IN ('referral', 'placement');
            PERFORM pg_notify('percorso_wake', '');
        END IF;
    ELSE
        UPDATE consent SET withdrawn_at = last.said_at, renewed_by = last.id WHERE case_id IN (merged, kept) AND withdrawn_at IS NULL AND id <> last.id;
    END IF;
    UPDATE consent SET case_id = kept WHERE case_id = merged;
    IF NOT last.withdrawn THEN
        INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
            SELECT DISTINCT ON (s.run_id, s.agency) gen_random_uuid(), kept, s.run_id, s.zone, s.agency, 'consent', 'equipe',
                disclosed(kept, 'consent', true, '{}', false), merge_consents.at, f.notice_version
            FROM seat s JOIN run r ON r.id = s.run_id JOIN case_file f ON f.id = s.case_id
            WHERE s.case_id = kept AND s.agency <> f.agency AND s.state IN ('invited', 'confirmed', 'spoken') AND r.ended_at IS NULL
            ON CONFLICT DO NOTHING;
    END IF;
END $$;
-- +goose StatementEnd
DROP FUNCTION give_to_members, passing_to, share_purposes, purposes_of, has_consent, stands_on_consent, consented_before, consents_to;
-- The code of before would take what one agency is consented to for a consent to all of
-- them: it ends, and the person is asked again.
UPDATE consent SET withdrawn_at = now() WHERE agency <> '' AND withdrawn_at IS NULL;
DROP INDEX consent_in_force;
CREATE UNIQUE INDEX consent_in_force ON consent (case_id) WHERE withdrawn_at IS NULL;
ALTER TABLE consent DROP COLUMN agency, DROP COLUMN purpose, DROP COLUMN withdrawn_from_all;
