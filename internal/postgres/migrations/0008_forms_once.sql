-- +goose Up

-- What people write stands once. A command holds its form until it is worked, since
-- the step reads it there; from then on the records keep it, and the command its
-- digest alone, by which a repeated key is known. A refused command keeps its form:
-- no record has it, and who wrote it may have to be told.
--
-- There is no way down, since the forms are in the records alone from here on. The
-- code of before works on this schema.

-- +goose StatementBegin

-- What a record keeps of a form. Who the person is stands in the person's own row,
-- and the minutes' text in theirs; what was shown of the permit stays, since the
-- person's row has the newest alone.
CREATE FUNCTION record_form(kind text, data jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'open' THEN jsonb_set(data, '{Person}', coalesce(data -> 'Person', '{}')
            - ARRAY['id', 'given_name', 'family_name', 'birth_date', 'citizenship', 'languages', 'phone'])
        WHEN 'minutes' THEN data - 'text'
        ELSE data END
$$;

-- By what an answer through a link is known when it is sent again.
CREATE FUNCTION link_digest(operation text, data jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(operation || E'\n' || coalesce(data::text, ''), 'UTF8'))
$$;

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

ALTER TABLE record ALTER by_staff DROP NOT NULL; -- a partner that answers through a link is none of the staff

-- What is worked at once is recorded at once, by who asked for it.
CREATE POLICY app_write ON record FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid);
GRANT INSERT ON record TO percorso_app;

UPDATE command SET digest = link_digest(operation, data) WHERE caller LIKE 'link/%';
INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at)
    SELECT c.id, c.case_id, c.run_id, f.zone, c.agency, coalesce(t.kind, c.operation), record_form(coalesce(t.kind, c.operation), c.data),
        CASE WHEN c.role <> '' THEN c.caller::uuid END, c.worked_at
    FROM command c JOIN case_file f ON f.id = c.case_id LEFT JOIN task t ON c.operation = 'complete' AND t.id::text = c.target
    WHERE c.state = 'worked' AND c.data <> '{}'
    ON CONFLICT (id) DO NOTHING;
UPDATE record SET data = record_form(kind, data) WHERE kind IN ('open', 'minutes');
UPDATE command SET data = NULL WHERE state = 'worked' AND data IS NOT NULL;
