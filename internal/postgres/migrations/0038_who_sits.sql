-- +goose Up

-- Who sits in an équipe reads it, its plan, and what its agency was given of the
-- person for it; a colleague who does not sit reads nothing of them.
--
-- The code of before works on this schema: it reads the same rows, and shows less.
-- +goose StatementBegin

-- What part the caller has in an équipe, while their agency sees what it was given for
-- it: 'sits' who took a seat or speaks from it, 'asked' who was asked to a seat, or may
-- take it over from nobody; empty: none. Who said that they cannot come is asked no
-- longer, unless they take the invitation again.
CREATE FUNCTION equipe_part(equipe_run text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me uuid := my('staff')::uuid;
    own seat;
    part text := '';
BEGIN
    IF NOT EXISTS (SELECT FROM share s WHERE s.run_id = equipe_run AND s.agency = my('agency') AND s.zone = my('zone') AND s.purpose = 'equipe'
        AND (s.seen_until IS NULL OR s.seen_until > my_now())) THEN RETURN ''; END IF;
    FOR own IN SELECT * FROM seat s WHERE s.run_id = equipe_run AND s.agency = my('agency') AND s.state IN ('invited', 'confirmed', 'spoken') LOOP
        IF own.state <> 'invited' AND (own.member = me OR EXISTS (SELECT FROM task t WHERE t.run_id = equipe_run AND t.role = own.role
            AND t.agency = own.agency AND t.holder = me AND t.kind IN ('equipe_opinion', 'plan_sign_off') AND t.state IN ('reserved', 'completed'))) THEN
            RETURN 'sits';
        END IF;
        IF EXISTS (SELECT FROM task t WHERE t.run_id = equipe_run AND t.role = own.role AND t.agency = own.agency AND t.holder = me
                AND t.kind = 'equipe_invitation' AND t.state = 'reserved')
            OR my('role') = own.role
                AND (own.member IS NULL OR EXISTS (SELECT FROM task t WHERE t.run_id = equipe_run AND t.role = own.role AND t.agency = own.agency
                    AND t.kind IN ('equipe_opinion', 'plan_sign_off') AND t.state = 'ready'))
                AND NOT EXISTS (SELECT FROM task t WHERE t.run_id = equipe_run AND t.role = own.role AND t.agency = own.agency
                    AND t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND (t.state = 'reserved'
                        OR t.kind = 'equipe_invitation' AND t.state = 'completed' AND t.outcome = 'unavailable' AND t.holder = me))
        THEN
            part := 'asked';
        END IF;
    END LOOP;
    RETURN part;
END $$;

-- The caller's part in an équipe, with that of those who work on its case, or supervise it: they read all of it.
CREATE FUNCTION reads_equipe(equipe_run text, c uuid) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN CASE WHEN owner_sees_case(c) THEN 'sits' ELSE equipe_part(equipe_run) END;
END $$;

-- Whether the caller sits in an équipe of a case.
CREATE FUNCTION sits_on(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM equipe e WHERE e.case_id = c AND equipe_part(e.run_id) = 'sits');
END $$;

-- Whether the caller does what their agency has a part in of a case's plan, while that
-- is active, or seen for what the agency was given: those of the role that answers for
-- the agency, and who evaluates its goals.
CREATE FUNCTION has_part(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM plan p WHERE p.case_id = c AND my('agency') = ANY (p.agencies)
            AND (p.state = 'active' AND (consents(c) OR NOT asks_consent(my('agency'))) OR p.state IN ('revised', 'completed') AND EXISTS (SELECT FROM share s WHERE s.run_id = p.run_id
                AND s.agency = my('agency') AND s.purpose = 'equipe' AND (s.seen_until IS NULL OR s.seen_until > my_now()))))
        AND (my('role') = (SELECT coalesce(nullif(a ->> 'answers', ''), my('role')) FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
                WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = my('agency') LIMIT 1)
            OR EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.agency = my('agency') AND t.kind = 'goal_evaluation' AND t.ended_at IS NULL
                AND (t.holder = my('staff')::uuid OR t.state = 'ready' AND t.role = my('role'))));
END $$;

-- A plan is seen by who works on the case, by who sits in an équipe of it, and by
-- those who have something to do in it.
CREATE OR REPLACE FUNCTION sees_plan(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN owner_sees_case(c) OR sits_on(c) OR has_part(c);
END $$;

-- As before, with what was given for an équipe seen by who has a part in it.
CREATE OR REPLACE FUNCTION owner_sees_share(s share) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN s.zone = my('zone') AND CASE WHEN s.seen_until IS NULL OR s.seen_until > my_now()
        THEN owner_sees_case(s.case_id) OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR equipe_part(s.run_id) <> '')
        ELSE s.purpose <> 'transfer' AND owner_sees_case(s.case_id) END;
END $$;

-- As before, but that what is seen of an équipe is known to who has a part in it.
CREATE OR REPLACE FUNCTION share_known(share_run text, share_agency text) RETURNS TABLE (legal_basis text, purpose text, shared_at timestamptz,
    ended_at timestamptz, end_reason text, seen_until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.legal_basis, s.purpose, s.shared_at, s.ended_at, s.end_reason, s.seen_until FROM share s
        WHERE s.run_id = share_run AND s.agency = share_agency AND s.zone = my('zone') AND (owner_sees_case(s.case_id)
            OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR s.seen_until <= my_now() OR equipe_part(s.run_id) <> ''));
END $$;

-- Why an équipe was convened, for who sees the équipe.
CREATE OR REPLACE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.data ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND e.zone = my('zone') AND reads_equipe(e.run_id, e.case_id) <> '' AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;

-- What another agency is given of the person: shown to the sender, and kept as a share,
-- by the same words. Of the needs all, or some areas, of which known ones the case has.
-- A private partner gets what it needs to call.
CREATE FUNCTION disclosed(c uuid, legal_basis text, everything boolean, areas text[], known boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name, 'languages', p.languages, 'phone', p.phone,
            'needs', CASE WHEN everything THEN f.needs WHEN known THEN ARRAY(SELECT a FROM unnest(areas) a WHERE a = ANY (f.needs)) ELSE areas END,
            'case_number', f.number)
        || CASE WHEN disclosed.legal_basis = 'consent' THEN '{}' ELSE jsonb_build_object('birth_date', p.birth_date, 'citizenship', p.citizenship) END
        FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = c);
END $$;

-- Whether the caller answers for who read a case that their zone has handed over to
-- another one: its supervisor, for the zone's time. Of the files that the other zone
-- has since, nobody of this one does.
CREATE FUNCTION answers_for(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN my('role') = 'supervisor' AND EXISTS (SELECT FROM case_file f WHERE f.id = c AND f.zone = 'archive/' || my('zone'));
END $$;

-- As before, also for who answers for a case that was handed over.
CREATE OR REPLACE FUNCTION reads_of(c uuid, before bigint, most int) RETURNS TABLE (id bigint, at timestamptz, by_name text, by_role text, by_agency text,
    by_zone text, action text, purpose text, asked text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, a.at, coalesce(s.name, ''), a.role, a.agency, a.zone, a.action, a.purpose, a.asked
    FROM (SELECT of.id FROM unnest(same_file(c)) AS file (case_id), LATERAL (
            (SELECT o.id FROM audit o WHERE o.case_id = file.case_id AND o.id < before ORDER BY o.id DESC LIMIT most)
            UNION ALL
            (SELECT o.line FROM audit_shown o WHERE o.case_id = file.case_id AND o.line < before ORDER BY o.line DESC LIMIT most)) AS of
        WHERE sees_lines(c) OR answers_for(c)) AS found JOIN audit a ON a.id = found.id LEFT JOIN staff s ON s.id = a.staff
    ORDER BY a.id DESC LIMIT most;
END $$;
-- +goose StatementEnd

-- Who was asked to a seat reads what the équipe is about and who sits in it; its
-- minutes are for who does.
ALTER POLICY app_read ON equipe USING (zone = my('zone') AND reads_equipe(run_id, case_id) <> '');
ALTER POLICY app_read ON seat USING (zone = my('zone') AND reads_equipe(run_id, case_id) <> '');
ALTER POLICY app_read ON minutes USING (zone = my('zone') AND reads_equipe(run_id, case_id) = 'sits');
-- Those who have something to do in a plan read the versions that came to be.
ALTER POLICY app_read ON plan USING (zone = my('zone') AND (sees_case(case_id) OR sits_on(case_id)
    OR state IN ('active', 'revised', 'completed') AND has_part(case_id)));
ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN seen_until IS NULL OR seen_until > my_now()
    THEN sees_case(case_id) OR agency = my('agency') AND (purpose <> 'equipe' OR equipe_part(run_id) <> '')
    ELSE purpose <> 'transfer' AND sees_case(case_id) END);
ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id)
    OR agency = my('agency') AND works_on(case_id) AND (run_id NOT LIKE 'equipe/%' OR equipe_part(run_id) = 'sits')));

REVOKE EXECUTE ON FUNCTION equipe_part, reads_equipe, sits_on, has_part, answers_for FROM PUBLIC;
GRANT EXECUTE ON FUNCTION equipe_part, reads_equipe, sits_on, has_part, answers_for TO percorso_app;

-- +goose Down
ALTER POLICY app_read ON equipe USING (zone = my('zone') AND sees_plan(case_id));
ALTER POLICY app_read ON seat USING (zone = my('zone') AND sees_plan(case_id));
ALTER POLICY app_read ON minutes USING (zone = my('zone') AND sees_plan(case_id));
ALTER POLICY app_read ON plan USING (zone = my('zone') AND sees_plan(case_id));
ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN seen_until IS NULL OR seen_until > my_now()
    THEN agency = my('agency') OR sees_case(case_id) ELSE purpose <> 'transfer' AND sees_case(case_id) END);
ALTER POLICY app_read ON record USING (zone = my('zone') AND (sees_case(case_id) OR agency = my('agency') AND works_on(case_id)));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION sees_plan(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN my('role') = 'supervisor'
        OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'))
        OR EXISTS (SELECT FROM share s WHERE s.case_id = c AND s.agency = my('agency') AND s.purpose = 'equipe'
            AND (s.seen_until IS NULL OR s.seen_until > my_now()))
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND my('agency') = ANY (p.agencies))
            AND (consents(c) OR NOT asks_consent(my('agency')));
END $$;
CREATE OR REPLACE FUNCTION owner_sees_share(s share) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN s.zone = my('zone') AND CASE WHEN s.seen_until IS NULL OR s.seen_until > my_now()
        THEN s.agency = my('agency') OR owner_sees_case(s.case_id) ELSE s.purpose <> 'transfer' AND owner_sees_case(s.case_id) END;
END $$;
CREATE OR REPLACE FUNCTION share_known(share_run text, share_agency text) RETURNS TABLE (legal_basis text, purpose text, shared_at timestamptz,
    ended_at timestamptz, end_reason text, seen_until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.legal_basis, s.purpose, s.shared_at, s.ended_at, s.end_reason, s.seen_until FROM share s
        WHERE s.run_id = share_run AND s.agency = share_agency AND s.zone = my('zone') AND (s.agency = my('agency') OR owner_sees_case(s.case_id));
END $$;
CREATE OR REPLACE FUNCTION equipe_note(run text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT d.data ->> 'note' FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.kind = 'convene' AND d.created_at <= e.convened_at
    WHERE e.run_id = equipe_note.run AND e.zone = my('zone') AND sees_plan(e.case_id) AND NOT EXISTS (SELECT FROM equipe o
        WHERE o.case_id = e.case_id AND o.run_id <> e.run_id AND o.convened_at >= d.created_at AND o.convened_at < e.convened_at)
    ORDER BY d.created_at DESC LIMIT 1
$$;
CREATE OR REPLACE FUNCTION reads_of(c uuid, before bigint, most int) RETURNS TABLE (id bigint, at timestamptz, by_name text, by_role text, by_agency text,
    by_zone text, action text, purpose text, asked text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT a.id, a.at, coalesce(s.name, ''), a.role, a.agency, a.zone, a.action, a.purpose, a.asked
    FROM (SELECT of.id FROM unnest(same_file(c)) AS file (case_id), LATERAL (
            (SELECT o.id FROM audit o WHERE o.case_id = file.case_id AND o.id < before ORDER BY o.id DESC LIMIT most)
            UNION ALL
            (SELECT o.line FROM audit_shown o WHERE o.case_id = file.case_id AND o.line < before ORDER BY o.line DESC LIMIT most)) AS of
        WHERE sees_lines(c)) AS found JOIN audit a ON a.id = found.id LEFT JOIN staff s ON s.id = a.staff
    ORDER BY a.id DESC LIMIT most;
END $$;
-- +goose StatementEnd
DROP FUNCTION answers_for, has_part, sits_on, reads_equipe, equipe_part, disclosed;
