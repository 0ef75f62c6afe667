-- +goose Up

-- Who is called to a desk for a consult at once, one ring after the other. A ring hangs on
-- the task and is seen by who sees the task. Where nobody answers in the zone's time the
-- supervisors are told: that mail is written with the ring, for later, and is taken away by
-- the answer or with the end of the task.
--
-- The code of before works on this schema: it rings nobody.
CREATE TABLE consult_ring (
    id          uuid PRIMARY KEY,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    task        uuid NOT NULL REFERENCES task,
    staff       uuid NOT NULL REFERENCES staff,
    at          timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    answer      text NOT NULL DEFAULT '' CHECK (answer IN ('', 'coming', 'in_ten_minutes', 'cannot')),
    answered_at timestamptz
);
CREATE INDEX consult_ring_task ON consult_ring (task, at);
CREATE INDEX consult_ring_staff ON consult_ring (staff, at);
ALTER TABLE consult_ring ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_task ON consult_ring FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM task t WHERE t.id = consult_ring.task));
CREATE POLICY own ON consult_ring FOR UPDATE TO percorso_app USING (staff = my('staff')::uuid);
GRANT SELECT, UPDATE (answer, answered_at) ON consult_ring TO percorso_app;
GRANT SELECT, INSERT ON consult_ring TO percorso_definer;
GRANT DELETE ON mail TO percorso_definer;

-- +goose StatementBegin
-- Rings the next on duty who has not said that they cannot come, and of these who was rung for it
-- longest ago, and then at all; true: somebody is. Of a protected person's none is rung or told
-- but her keepers. Whoever rings meanwhile waits for the task.
CREATE FUNCTION ring_consult(of_task uuid, ring uuid, now timestamptz, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    found_id uuid;
    found_email text;
BEGIN
    SELECT o.* INTO t FROM task o WHERE o.id = of_task AND o.zone = my('zone') AND o.kind = 'social_consult' AND o.ended_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT m.id, m.email INTO found_id, found_email FROM mailed(t.id, t.zone, NULL, t.role, t.agency, now) m
    WHERE m.there AND m.id IS DISTINCT FROM my('staff')::uuid
        AND NOT EXISTS (SELECT FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id AND r.answer = 'cannot')
        AND NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = m.id))
    ORDER BY (SELECT max(r.at) FROM consult_ring r WHERE r.task = t.id AND r.staff = m.id) NULLS FIRST,
        (SELECT max(r.at) FROM consult_ring r WHERE r.staff = m.id) NULLS FIRST, m.id LIMIT 1;
    IF found_id IS NOT NULL THEN
        INSERT INTO consult_ring (id, task, staff, at, until) VALUES (ring, t.id, found_id, now, ring_consult.until);
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            VALUES (ring, t.run_id, t.case_id, 'consult_call', '/', found_email, now, now);
    END IF;
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT DISTINCT ON (a.email) gen_random_uuid(), t.run_id, t.case_id, 'consult_unanswered', '/', a.email, now,
            CASE WHEN found_id IS NULL THEN now ELSE ring_consult.until END, ring
        FROM addressees('{}', t.zone, ARRAY['supervisor'], '', t.case_id, NULL, now) a
        WHERE NOT EXISTS (SELECT FROM protection k WHERE k.case_id = t.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = a.id))
        ORDER BY a.email, a.id;
    RETURN found_id IS NOT NULL;
END $$;

-- Whoever was to be told that nobody answered a ring of the caller's need not be told.
CREATE FUNCTION answered_consult(ring uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM mail m USING consult_ring r WHERE r.id = ring AND r.staff = my('staff')::uuid
        AND m.template = 'consult_unanswered' AND m.record_id = r.id AND m.sent_at IS NULL
$$;

-- A consult that is over rings nobody any more, and nobody is told that it went unanswered.
CREATE FUNCTION silence_consult() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM mail m USING consult_ring r WHERE r.task = NEW.id AND m.record_id = r.id AND m.template = 'consult_unanswered' AND m.sent_at IS NULL;
    RETURN NULL;
END $$;

-- Whoever has Oggi open sees that they are rung, and what was answered.
CREATE FUNCTION tell_rings() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', concat_ws('/', t.zone, t.agency, '')) FROM task t WHERE t.id = NEW.task;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tell_rings AFTER INSERT OR UPDATE ON consult_ring FOR EACH ROW EXECUTE FUNCTION tell_rings();
CREATE TRIGGER silence_consult AFTER UPDATE OF ended_at ON task FOR EACH ROW
    WHEN (NEW.kind = 'social_consult' AND NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL) EXECUTE FUNCTION silence_consult();
REVOKE EXECUTE ON FUNCTION ring_consult, answered_consult, silence_consult, tell_rings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ring_consult, answered_consult TO percorso_app;

-- +goose Down
DROP TRIGGER silence_consult ON task;
DROP FUNCTION silence_consult, answered_consult, ring_consult;
REVOKE DELETE ON mail FROM percorso_definer;
DELETE FROM mail WHERE template IN ('consult_call', 'consult_unanswered');
DROP TABLE consult_ring;
DROP FUNCTION tell_rings;
