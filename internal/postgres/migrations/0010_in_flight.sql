-- +goose Up

-- An accepted answer that is on its way protects its task, and what is refused
-- later comes back to its author.
--
-- The code of before works on this schema.

CREATE INDEX command_target ON command (target) WHERE state = 'accepted';

-- +goose StatementBegin

-- Whether an accepted answer to a task is on its way: accepted, and neither worked
-- nor refused. What somebody sent who may not answer it is none, so that nobody else
-- can hold up who may. A referral is answered by what moves it.
CREATE FUNCTION answer_on_its_way(task uuid) RETURNS boolean
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

-- Locks the task that an operation on a target answers, until the transaction ends,
-- and says whether an answer to it is on its way already. Whoever gives a task to
-- somebody else locks the same row: neither slips past the other.
CREATE FUNCTION begin_answer(operation text, target text) RETURNS boolean
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

-- The same of a referral as a whole, whoever is to answer.
CREATE FUNCTION referral_answered(referral uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM referral r JOIN task t ON t.run_id = r.run_id AND t.referral_id = r.id
        WHERE r.id = referral_answered.referral AND t.ended_at IS NULL AND t.kind IN ('referral_answer', 'supply_information') AND answer_on_its_way(t.id));
END $$;

-- The same of what a partner's link asks for.
CREATE FUNCTION link_answered(link_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT t.ended_at IS NULL AND answer_on_its_way(t.id) FROM link l JOIN task t ON t.id = l.task_id WHERE l.id = link_id
$$;

-- As before, but that the task is locked first, and that there is no second answer.
CREATE OR REPLACE FUNCTION use_link(link_id uuid, operation text, answer jsonb, data jsonb) RETURNS TABLE (command_id text, run_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    l link;
    t task;
    r referral;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO t FROM task WHERE id = (SELECT o.task_id FROM link o WHERE o.id = link_id) AND ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR answer_on_its_way(t.id) THEN RETURN; END IF;
    SELECT * INTO l FROM link WHERE id = link_id AND used_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO r FROM referral WHERE id = l.referral_id;
    IF NOT (CASE use_link.operation
        WHEN 'acknowledge' THEN t.kind = 'referral_answer' AND r.state = 'requested'
        WHEN 'reject' THEN t.kind = 'referral_answer' AND r.state IN ('requested', 'received')
        WHEN 'accept' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'hold' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'complete' THEN t.kind = 'referral_outcome'
        ELSE false END) THEN RETURN; END IF;
    UPDATE link SET used_at = clock_timestamp() WHERE id = l.id;
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, created_at, wake_at)
    VALUES (c, l.run_id, l.case_id, l.zone, l.agency, 'link/' || l.id, '', l.id::text, link_digest(use_link.operation, use_link.data), use_link.operation,
        (CASE t.kind WHEN 'referral_answer' THEN r.id ELSE t.id END)::text,
        use_link.answer || jsonb_build_object('op', use_link.operation, 'case', 'case/' || l.case_id), use_link.data,
        clock_timestamp(), clock_timestamp());
    PERFORM pg_notify('percorso_wake', '');
    RETURN QUERY SELECT c::text, l.run_id;
END $$;
-- +goose StatementEnd

-- What was accepted and then refused, for who asked for it. What they typed and why it
-- was refused stand in the command, which its caller alone sees.
CREATE TABLE notice (
    command_id   uuid PRIMARY KEY REFERENCES command,
    staff        uuid NOT NULL,
    at           timestamptz NOT NULL,
    dismissed_at timestamptz
);
CREATE INDEX notice_open ON notice (staff, at DESC, command_id) WHERE dismissed_at IS NULL;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON notice TO CURRENT_USER USING (true);
CREATE POLICY app_read ON notice FOR SELECT TO percorso_app USING (staff::text = my('staff'));
CREATE POLICY app_dismiss ON notice FOR UPDATE TO percorso_app USING (staff::text = my('staff'));
GRANT SELECT, UPDATE (dismissed_at) ON notice TO percorso_app;

-- +goose StatementBegin

-- Tells the author that an accepted command was refused. Where there is nobody to be
-- told any more, or it came through a link, the case's timeline says so.
CREATE FUNCTION tell_author() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM staff s WHERE s.id::text = NEW.caller AND s.active) THEN
        INSERT INTO notice (command_id, staff, at) VALUES (NEW.id, NEW.caller::uuid, NEW.worked_at) ON CONFLICT DO NOTHING;
    ELSIF NEW.role <> '' OR NEW.caller LIKE 'link/%' THEN
        INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff)
            SELECT f.id, NEW.run_id, f.zone, NEW.worked_at, 'entry_refused', coalesce(NEW.refusal ->> 'code', ''), NEW.id,
                CASE WHEN NEW.role <> '' THEN NEW.caller::uuid END
            FROM case_file f WHERE f.id = NEW.case_id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tell_author AFTER UPDATE OF state ON command FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND NEW.state = 'refused') EXECUTE FUNCTION tell_author();

REVOKE EXECUTE ON FUNCTION answer_on_its_way, referral_answered, link_answered, begin_answer, tell_author FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answer_on_its_way, referral_answered, link_answered, begin_answer TO percorso_app;

-- +goose Down
DROP TRIGGER tell_author ON command;
DROP TABLE notice;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION use_link(link_id uuid, operation text, answer jsonb, data jsonb) RETURNS TABLE (command_id text, run_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    l link;
    t task;
    r referral;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id AND used_at IS NULL AND expires_at > clock_timestamp() FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO r FROM referral WHERE id = l.referral_id;
    IF NOT (CASE use_link.operation
        WHEN 'acknowledge' THEN t.kind = 'referral_answer' AND r.state = 'requested'
        WHEN 'reject' THEN t.kind = 'referral_answer' AND r.state IN ('requested', 'received')
        WHEN 'accept' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'hold' THEN t.kind = 'referral_answer' AND r.state = 'received'
        WHEN 'complete' THEN t.kind = 'referral_outcome'
        ELSE false END) THEN RETURN; END IF;
    UPDATE link SET used_at = clock_timestamp() WHERE id = l.id;
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, created_at, wake_at)
    VALUES (c, l.run_id, l.case_id, l.zone, l.agency, 'link/' || l.id, '', l.id::text, link_digest(use_link.operation, use_link.data), use_link.operation,
        (CASE t.kind WHEN 'referral_answer' THEN r.id ELSE t.id END)::text,
        use_link.answer || jsonb_build_object('op', use_link.operation, 'case', 'case/' || l.case_id), use_link.data,
        clock_timestamp(), clock_timestamp());
    PERFORM pg_notify('percorso_wake', '');
    RETURN QUERY SELECT c::text, l.run_id;
END $$;
-- +goose StatementEnd
DROP FUNCTION begin_answer, referral_answered, link_answered, answer_on_its_way, tell_author;
DROP INDEX command_target;
