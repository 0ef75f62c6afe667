-- +goose Up

-- A referral that its sender takes back at the moment in which it is answered: which of
-- the two is accepted first holds, and whoever asked for the other is told so.
--
-- And what minutes say of a seat of an équipe is kept as reported, until the seat has
-- confirmed it.
--
-- The code of before works on this schema.
ALTER TABLE seat ADD COLUMN reported boolean NOT NULL DEFAULT false;
-- +goose StatementBegin

-- As before, and so is the sender's withdrawal of the referral that a task is about.
CREATE OR REPLACE FUNCTION answer_on_its_way(task uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM task t JOIN command c ON c.target = t.id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted' AND c.operation = 'complete' AND (c.role = '' OR c.caller = t.holder::text))
        OR EXISTS (SELECT FROM task t JOIN command c ON c.target = t.referral_id::text
            WHERE t.id = answer_on_its_way.task AND c.state = 'accepted'
                AND (t.kind = 'referral_answer' AND c.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect')
                    AND (c.role = '' OR c.role = t.role AND c.agency = t.agency AND (t.holder IS NULL OR c.caller = t.holder::text))
                    OR t.kind = 'supply_information' AND c.operation = 'supply' AND c.agency = t.agency
                    OR c.operation = 'withdraw' AND c.agency = (SELECT r.from_agency FROM referral r WHERE r.id = t.referral_id)));
END $$;

-- As before. A withdrawal locks whatever is to be done for the referral.
CREATE OR REPLACE FUNCTION begin_answer(operation text, target text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    answered uuid[];
BEGIN
    IF begin_answer.operation = 'complete' THEN
        answered := ARRAY [begin_answer.target::uuid];
    ELSIF begin_answer.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect', 'supply', 'withdraw') THEN
        answered := ARRAY (SELECT t.id FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
            WHERE r.id = begin_answer.target::uuid AND t.ended_at IS NULL
                AND (begin_answer.operation = 'withdraw'
                    OR t.kind = CASE begin_answer.operation WHEN 'supply' THEN 'supply_information' ELSE 'referral_answer' END));
    END IF;
    PERFORM FROM task t WHERE t.id = ANY (answered) ORDER BY t.id FOR UPDATE;
    RETURN EXISTS (SELECT FROM task t WHERE t.id = ANY (answered) AND answer_on_its_way(t.id));
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION begin_answer(operation text, target text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    answered uuid;
BEGIN
    IF begin_answer.operation = 'complete' THEN
        answered := begin_answer.target::uuid;
    ELSIF begin_answer.operation IN ('acknowledge', 'accept', 'reject', 'hold', 'redirect', 'supply') THEN
        SELECT t.id INTO answered FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
        WHERE r.id = begin_answer.target::uuid AND t.ended_at IS NULL
            AND t.kind = CASE begin_answer.operation WHEN 'supply' THEN 'supply_information' ELSE 'referral_answer' END;
    END IF;
    PERFORM FROM task t WHERE t.id = answered FOR UPDATE;
    RETURN FOUND AND answer_on_its_way(answered);
END $$;
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
-- +goose StatementEnd
ALTER TABLE seat DROP COLUMN reported;
