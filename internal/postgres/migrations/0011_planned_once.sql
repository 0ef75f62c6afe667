-- +goose Up

-- The same functions in another language. One in SQL that acts as its owner is planned
-- anew by each transaction that calls it, which for these took longer than to run them;
-- one in PL/pgSQL is planned once a connection.
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION answer_on_its_way(task uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN command c ON c.target = t.id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted' AND c.operation = 'complete' AND (c.role = '' OR c.caller = t.holder::text))
        OR EXISTS (SELECT FROM task t JOIN command c ON c.target = t.referral_id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted'
                AND (t.kind = 'referral_answer' AND c.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect')
                    AND (c.role = '' OR c.role = t.role AND c.agency = t.agency AND (t.holder IS NULL OR c.caller = t.holder::text))
                    OR t.kind = 'supply_information' AND c.operation = 'supply' AND c.agency = t.agency));
END $$;

CREATE OR REPLACE FUNCTION referral_answered(referral uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
        WHERE r.id = referral_answered.referral AND t.ended_at IS NULL AND t.kind IN ('referral_answer', 'supply_information') AND answer_on_its_way(t.id));
END $$;

CREATE OR REPLACE FUNCTION undelivered(task uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN (SELECT m.failed_at FROM (SELECT l.id, l.used_at FROM link l WHERE l.task_id = undelivered.task ORDER BY l.created_at DESC LIMIT 1) n
        JOIN mail m ON m.link = '/invito/' || n.id AND m.failed_at IS NOT NULL WHERE n.used_at IS NULL);
END $$;

CREATE OR REPLACE FUNCTION open_branches(c uuid)
RETURNS TABLE (run text, kind text, service text, matter text, agency text, needs text[], equipe text, referral text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT r.id, r.kind, r.service, r.matter, coalesce(f.to_agency, r.agency), r.needs, r.equipe, coalesce(f.id::text, '')
    FROM run r LEFT JOIN LATERAL (
        SELECT f.id, f.to_agency FROM referral f WHERE f.case_id = open_branches.c AND f.run_id = r.id
        ORDER BY f.requested_at DESC, f.state = 'redirected' LIMIT 1) f ON true
    WHERE r.case_id = open_branches.c AND r.kind <> 'case' AND r.ended_at IS NULL AND (my('zone') IS NULL OR r.zone = my('zone'))
    ORDER BY r.started_at, r.id;
END $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way down, since what these functions answer is the same in both languages.
