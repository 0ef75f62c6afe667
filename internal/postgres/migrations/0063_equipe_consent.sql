-- +goose Up

-- A private agency reads a plan that it has a part in by the consent that this part stands
-- on, and not by one to something else; who works on a case sees which seats of an équipe
-- read nothing.
--
-- The code of before works on this schema, and shows less of the plan to those agencies.

-- +goose StatementBegin

-- Whether the agency of a seat sees nothing of the équipe while that is at work: it was
-- given nothing, or what it was given has ended.
CREATE FUNCTION unread_seat(s seat) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM run r WHERE r.id = s.run_id AND r.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM case_grant g WHERE g.case_id = s.case_id AND g.agency = s.agency)
        AND NOT EXISTS (SELECT FROM share h WHERE h.run_id = s.run_id AND h.agency = s.agency AND h.purpose = 'equipe'
            AND (h.seen_until IS NULL OR h.seen_until > my_now()));
END $$;

-- Whether a private agency's part in a plan stands on the person's consent: to what the
-- plan sends them there for, or to the équipe that made it.
CREATE FUNCTION part_consented(p plan, agency text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    areas text[] := ARRAY(SELECT DISTINCT p.content -> 'goals' -> (a ->> 'goal')::int ->> 'area' FROM jsonb_array_elements(p.content -> 'actions') a
        WHERE a ->> 'agency' = part_consented.agency AND (a ->> 'send')::boolean);
BEGIN
    RETURN cardinality(areas) > 0 AND stands_on_consent(p.case_id, part_consented.agency, areas)
        OR stands_on_consent(p.case_id, part_consented.agency, '{equipe}');
END $$;

-- As before, by the consent that the caller's part stands on.
CREATE OR REPLACE FUNCTION has_part(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM plan p WHERE p.case_id = c AND my('agency') = ANY (p.agencies)
            AND (p.state = 'active' AND (NOT asks_consent(my('agency')) OR part_consented(p, my('agency'))) OR p.state IN ('revised', 'completed') AND EXISTS (SELECT FROM share s WHERE s.run_id = p.run_id
                AND s.agency = my('agency') AND s.purpose = 'equipe' AND (s.seen_until IS NULL OR s.seen_until > my_now()))))
        AND (my('role') = (SELECT coalesce(nullif(a ->> 'answers', ''), my('role')) FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
                WHERE z.zone = my('zone') AND z.current AND a ->> 'code' = my('agency') LIMIT 1)
            OR EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.agency = my('agency') AND t.kind = 'goal_evaluation' AND t.ended_at IS NULL
                AND (t.holder = my('staff')::uuid OR t.state = 'ready' AND t.role = my('role'))));
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION unread_seat, part_consented FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unread_seat TO percorso_app;

-- +goose Down
-- +goose StatementBegin
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
-- +goose StatementEnd
DROP FUNCTION part_consented, unread_seat;
