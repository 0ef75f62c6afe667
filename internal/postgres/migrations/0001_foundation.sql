-- +goose Up

-- Roles are made by an administrator (deploy/postgres/roles.sql); a login joins
-- one of them for each transaction, with what it may see set in the same transaction.
GRANT USAGE ON SCHEMA public TO percorso_app, percorso_worker, percorso_watch, percorso_rebuild, percorso_lead;

-- Who acts, as the transaction says. Unset means nobody, and nobody sees nothing.
-- +goose StatementBegin
CREATE FUNCTION my(what text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('percorso.' || what, true), '') $$;
-- +goose StatementEnd

CREATE TABLE zone_policy (
    zone      text NOT NULL,
    version   text NOT NULL,
    policy    jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    current   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (zone, version)
);
CREATE UNIQUE INDEX zone_policy_current ON zone_policy (zone) WHERE current;

-- Nobody may delete staff: who left is no longer active. What is written at
-- every step names them without a foreign key, which would lock the same few
-- rows in every transaction.
CREATE TABLE staff (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    subject text NOT NULL UNIQUE,
    name    text NOT NULL,
    role    text NOT NULL,
    zone    text NOT NULL,
    agency  text NOT NULL,
    email   text NOT NULL,
    active  boolean NOT NULL DEFAULT true
);
CREATE INDEX staff_pool ON staff (zone, agency, role) WHERE active;

CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

CREATE TABLE person (
    id            uuid PRIMARY KEY,
    case_id       uuid NOT NULL UNIQUE,
    given_name    text NOT NULL,
    family_name   text NOT NULL,
    birth_date    date NOT NULL,
    citizenship   text NOT NULL,
    permit        text NOT NULL,
    permit_expiry date,
    languages     text[] NOT NULL,
    phone         text NOT NULL
);

-- Counts the cases of all zones. It leaves gaps, and keeps nobody waiting.
CREATE SEQUENCE case_number;

CREATE TABLE case_file (
    id             uuid PRIMARY KEY,
    number         text NOT NULL UNIQUE,
    zone           text NOT NULL,
    agency         text NOT NULL,
    stage          text NOT NULL,
    needs          text[] NOT NULL,
    notice_version text NOT NULL,
    opened_at      timestamptz NOT NULL,
    opened_by      uuid NOT NULL REFERENCES staff,
    closed_at      timestamptz,
    outcome        text NOT NULL DEFAULT '',
    CHECK ((closed_at IS NULL) = (outcome = ''))
);
CREATE INDEX case_file_list ON case_file (zone, opened_at DESC, id);
ALTER TABLE person ADD FOREIGN KEY (case_id) REFERENCES case_file DEFERRABLE INITIALLY DEFERRED;

-- Which agencies work on a case and see its file.
CREATE TABLE case_grant (
    case_id    uuid NOT NULL REFERENCES case_file,
    agency     text NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, agency)
);

-- What another agency gets of a person: a copy, with the ground on which it was given.
CREATE TABLE share (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    run_id      text NOT NULL,
    zone        text NOT NULL,
    agency      text NOT NULL,
    legal_basis text NOT NULL CHECK (legal_basis IN ('public_task', 'consent')),
    purpose     text NOT NULL,
    snapshot    jsonb NOT NULL,
    shared_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX share_run ON share (run_id, agency);
CREATE INDEX share_case ON share (case_id);

CREATE TABLE contact (
    id          uuid PRIMARY KEY,
    zone        text NOT NULL,
    agency      text NOT NULL,
    topic       text NOT NULL,
    language    text NOT NULL,
    channel     text NOT NULL,
    citizenship text NOT NULL,
    outcome     text NOT NULL,
    note        text NOT NULL,
    case_id     uuid,
    at          timestamptz NOT NULL,
    by_staff    uuid NOT NULL REFERENCES staff
);
CREATE INDEX contact_list ON contact (zone, agency, at DESC, id);

CREATE TABLE run (
    id             text PRIMARY KEY,
    kind           text NOT NULL,
    case_id        uuid NOT NULL,
    zone           text NOT NULL,
    agency         text NOT NULL DEFAULT '',
    service        text NOT NULL DEFAULT '',
    policy_version text NOT NULL, -- of its deadlines, renewed at each stage
    course_version text NOT NULL, -- of what its path decides by, fixed at its start
    epoch          int NOT NULL DEFAULT 1,
    revision       int NOT NULL DEFAULT 0,
    state          jsonb NOT NULL DEFAULT '{"answers":[],"open":[]}',
    next_due       timestamptz,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    outcome        text NOT NULL DEFAULT ''
);
CREATE INDEX run_case ON run (case_id);
CREATE INDEX run_open ON run (id) WHERE ended_at IS NULL;

-- The inbox of the runs, and the memory of all that was asked.
CREATE TABLE command (
    id         uuid PRIMARY KEY,
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    run_id     text NOT NULL DEFAULT '',
    case_id    uuid,
    zone       text NOT NULL,
    agency     text NOT NULL,
    caller     text NOT NULL, -- id of staff, or of the run that tells
    role       text NOT NULL,
    key        text NOT NULL,
    digest     bytea NOT NULL,
    operation  text NOT NULL,
    target     text NOT NULL DEFAULT '',
    answer     jsonb NOT NULL,
    data       jsonb,
    state      text NOT NULL DEFAULT 'accepted' CHECK (state IN ('accepted', 'worked', 'refused')),
    refusal    jsonb,
    result     jsonb,
    revision   int,
    created_at timestamptz NOT NULL DEFAULT now(),
    worked_at  timestamptz,
    wake_at    timestamptz, -- when the relay wakes its run, unless it was worked by then
    wakes      int NOT NULL DEFAULT 0,
    UNIQUE (caller, key)
);
CREATE INDEX command_wake ON command (wake_at) WHERE state = 'accepted';
CREATE INDEX command_case ON command (case_id) WHERE state = 'accepted';

CREATE TABLE mail (
    id         uuid PRIMARY KEY,
    run_id     text NOT NULL,
    case_id    uuid NOT NULL,
    template   text NOT NULL, -- code of the text; mails hold no personal data
    link       text NOT NULL, -- path of the page
    recipients text[] NOT NULL,
    created_at timestamptz NOT NULL,
    next_try   timestamptz NOT NULL,
    tries      int NOT NULL DEFAULT 0,
    sent_at    timestamptz,
    failed_at  timestamptz
);
CREATE INDEX mail_due ON mail (next_try) WHERE sent_at IS NULL AND failed_at IS NULL;

CREATE TABLE task (
    id          uuid PRIMARY KEY,
    run_id      text NOT NULL,
    case_id     uuid NOT NULL REFERENCES case_file,
    zone        text NOT NULL,
    agency      text NOT NULL,
    role        text NOT NULL,
    kind        text NOT NULL,
    service     text NOT NULL DEFAULT '',
    referral_id uuid,
    state       text NOT NULL CHECK (state IN ('ready', 'reserved', 'completed', 'skipped', 'obsolete')),
    holder      uuid,
    outcome     text NOT NULL DEFAULT '',
    ready_at    timestamptz NOT NULL,
    clock_from  timestamptz NOT NULL, -- when its clocks began
    reserved_at timestamptz,
    ended_at    timestamptz,
    -- The clock that runs: to claim while ready, to complete while reserved.
    remind_at   timestamptz,
    escalate_at timestamptz,
    reminders   int NOT NULL DEFAULT 0,
    reminded    boolean NOT NULL DEFAULT false,
    escalated   boolean NOT NULL DEFAULT false,
    next_at     timestamptz GENERATED ALWAYS AS (
        CASE WHEN state NOT IN ('ready', 'reserved') THEN NULL
             WHEN NOT reminded THEN least(remind_at, escalate_at)
             WHEN NOT escalated THEN escalate_at END) STORED,
    CHECK ((state = 'reserved') <= (holder IS NOT NULL)),
    CHECK ((state IN ('completed', 'skipped', 'obsolete')) = (ended_at IS NOT NULL))
);
CREATE INDEX task_run ON task (run_id);
CREATE INDEX task_case ON task (case_id);
CREATE INDEX task_pool ON task (zone, agency, role, escalate_at, id) WHERE ended_at IS NULL;
CREATE INDEX task_holder ON task (holder, escalate_at, id) WHERE ended_at IS NULL;

CREATE TABLE wait (
    run_id  text NOT NULL,
    step    text NOT NULL,
    case_id uuid NOT NULL REFERENCES case_file,
    zone    text NOT NULL,
    code    text NOT NULL,
    set_at  timestamptz NOT NULL,
    due_at  timestamptz NOT NULL,
    PRIMARY KEY (run_id, step)
);
CREATE INDEX wait_case ON wait (case_id);

CREATE TABLE referral (
    id           uuid PRIMARY KEY,
    run_id       text NOT NULL,
    case_id      uuid NOT NULL REFERENCES case_file,
    zone         text NOT NULL,
    from_agency  text NOT NULL,
    to_agency    text NOT NULL,
    share_id     uuid NOT NULL REFERENCES share,
    continues    uuid REFERENCES referral,
    state        text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    note         text NOT NULL DEFAULT '',
    requested_at timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL
);
CREATE INDEX referral_to ON referral (zone, to_agency, requested_at DESC, id);
CREATE INDEX referral_from ON referral (zone, from_agency, requested_at DESC, id);
CREATE INDEX referral_case ON referral (case_id);

CREATE TABLE appointment (
    id      uuid PRIMARY KEY,
    run_id  text NOT NULL,
    case_id uuid NOT NULL REFERENCES case_file,
    zone    text NOT NULL,
    agency  text NOT NULL,
    service text NOT NULL,
    matter  text NOT NULL DEFAULT '',
    state   text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX appointment_list ON appointment (zone, at, id);
CREATE INDEX appointment_case ON appointment (case_id);

-- The forms as they were filled in: the free text of the path.
CREATE TABLE record (
    id         uuid PRIMARY KEY, -- of the command
    case_id    uuid NOT NULL REFERENCES case_file,
    run_id     text NOT NULL,
    zone       text NOT NULL,
    agency     text NOT NULL,
    kind       text NOT NULL,
    data       jsonb NOT NULL,
    by_staff   uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX record_case ON record (case_id);

CREATE TABLE timeline (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES case_file,
    run_id     text NOT NULL,
    zone       text NOT NULL,
    at         timestamptz NOT NULL,
    code       text NOT NULL,
    detail     text NOT NULL DEFAULT '',
    command_id uuid,
    by_staff   uuid
);
CREATE INDEX timeline_case ON timeline (case_id, id DESC);

CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    staff   uuid NOT NULL,
    role    text NOT NULL,
    agency  text NOT NULL,
    zone    text NOT NULL,
    action  text NOT NULL,
    case_id uuid
);
CREATE INDEX audit_case ON audit (case_id, id DESC);

-- What the watch last saw of the machinery; one row.
CREATE TABLE machine_report (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    at      timestamptz NOT NULL,
    report  jsonb NOT NULL
);

-- Row-level security: without a policy for its role a row is not there. The
-- owner is bound too, so a login that owns the tables sees nothing by accident.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['person', 'case_file', 'case_grant', 'share', 'contact', 'run', 'command', 'mail', 'task',
                             'wait', 'referral', 'appointment', 'record', 'timeline', 'audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        -- The worker works one case a transaction; the watch and the rebuild only read.
        EXECUTE format('CREATE POLICY worker ON %I TO percorso_worker USING (%s)', t,
            CASE t WHEN 'case_file' THEN $q$id = my('case')::uuid$q$ ELSE $q$case_id = my('case')::uuid$q$ END);
    END LOOP;
END $$;
-- +goose StatementEnd

-- A case is seen by the agencies that work on it, and by the zone's supervisor.
-- In PL/pgSQL the subquery is planned once a session, in SQL once a statement.
-- +goose StatementBegin
CREATE FUNCTION sees_case(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN my('role') = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'));
END $$;
-- +goose StatementEnd

CREATE POLICY app_read ON case_grant FOR SELECT TO percorso_app USING (agency = my('agency'));
CREATE POLICY app_read ON case_file FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(id));
CREATE POLICY app_read ON person FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
CREATE POLICY app_read ON share FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
CREATE POLICY app_read ON contact FOR SELECT TO percorso_app USING (zone = my('zone') AND agency = my('agency'));
CREATE POLICY app_write ON contact FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid);
CREATE POLICY app_read ON task FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
CREATE POLICY app_assign ON task FOR UPDATE TO percorso_app
    USING (zone = my('zone') AND (my('role') = 'supervisor'
        OR agency = my('agency') AND (role = my('role') OR holder = my('staff')::uuid)));
CREATE POLICY app_read ON run FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (sees_case(case_id) OR EXISTS (SELECT FROM task t WHERE t.run_id = run.id)));
CREATE POLICY app_open ON run FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND kind = 'case' AND id = 'case/' || case_id);
CREATE POLICY app_read ON command FOR SELECT TO percorso_app USING (caller = my('staff'));
CREATE POLICY app_ask ON command FOR INSERT TO percorso_app
    WITH CHECK (caller = my('staff') AND zone = my('zone') AND agency = my('agency') AND role = my('role'));
CREATE POLICY app_read ON wait FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(case_id));
CREATE POLICY app_read ON referral FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (from_agency = my('agency') OR to_agency = my('agency') OR my('role') = 'supervisor'));
CREATE POLICY app_read ON appointment FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
CREATE POLICY app_read ON record FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
CREATE POLICY app_read ON timeline FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(case_id));
CREATE POLICY app_write ON timeline FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND by_staff = my('staff')::uuid);
CREATE POLICY app_read ON audit FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(case_id));
CREATE POLICY app_write ON audit FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND staff = my('staff')::uuid);
CREATE POLICY app_write ON mail FOR INSERT TO percorso_app WITH CHECK (true);

CREATE POLICY rebuild_read ON run FOR SELECT TO percorso_rebuild USING (true);
CREATE POLICY watch_read ON run FOR SELECT TO percorso_watch USING (true);

GRANT SELECT ON zone_policy, staff TO percorso_app, percorso_worker, percorso_watch, percorso_rebuild;
GRANT SELECT ON person, case_file, case_grant, share, contact, run, command, task, wait, referral, appointment, record, timeline, audit
    TO percorso_app;
GRANT INSERT ON contact, run, command, timeline, audit, mail TO percorso_app;
GRANT UPDATE (state, holder, role, agency, reserved_at, remind_at, escalate_at, reminders, reminded, escalated) ON task TO percorso_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO percorso_app;
GRANT SELECT ON machine_report TO percorso_app, percorso_watch;
GRANT INSERT, UPDATE ON machine_report TO percorso_watch;
GRANT SELECT, INSERT, UPDATE ON person, case_file, case_grant, share, run, command, mail, task, referral, appointment, record, timeline, audit,
    contact TO percorso_worker;
GRANT USAGE ON SEQUENCE case_number TO percorso_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON wait TO percorso_worker;
GRANT SELECT ON run TO percorso_rebuild, percorso_watch;

-- The relay sees of all cases only what wakes a run and what a mail is made of:
-- ids and codes. These functions belong to the owner, who is let through here alone.
CREATE POLICY owner ON command TO CURRENT_USER USING (true);
CREATE POLICY owner ON mail TO CURRENT_USER USING (true);
CREATE POLICY owner ON run FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner ON task FOR SELECT TO CURRENT_USER USING (true);

-- +goose StatementBegin
CREATE FUNCTION take_wakes(most int) RETURNS TABLE (id uuid, seq bigint, run_id text, target text, answer jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
    WHERE c.id IN (SELECT w.id FROM command w WHERE w.state = 'accepted' AND w.wake_at <= clock_timestamp()
                   ORDER BY w.wake_at, w.seq LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.target, c.answer
$$;
-- A run that ended while a command was on its way to it will never work it.
CREATE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET state = 'refused', refusal = '{"code": "ended"}', worked_at = clock_timestamp()
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;
CREATE FUNCTION next_wake() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT least((SELECT min(wake_at) FROM command WHERE state = 'accepted'),
                 (SELECT min(next_try) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL))
$$;
CREATE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipients text[], tries int)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail m SET tries = m.tries + 1, next_try = clock_timestamp() + least(interval '1 hour', interval '5 seconds' * power(3, least(m.tries, 7)))
    WHERE m.id IN (SELECT w.id FROM mail w WHERE w.sent_at IS NULL AND w.failed_at IS NULL AND w.next_try <= clock_timestamp()
                   ORDER BY w.next_try LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING m.id, m.run_id, m.template, m.link, m.recipients, m.tries
$$;
CREATE FUNCTION mail_done(mail_id uuid, sent boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail SET sent_at = CASE WHEN sent THEN clock_timestamp() END, failed_at = CASE WHEN NOT sent THEN clock_timestamp() END
    WHERE id = mail_id
$$;
CREATE FUNCTION backlog(before timestamptz) RETURNS TABLE (entries int, clocks int, outbox int, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND created_at < before)::int,
           (SELECT count(*) FROM run WHERE ended_at IS NULL AND next_due < before)::int,
           (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < before)::int,
           least((SELECT min(created_at) FROM command WHERE state = 'accepted' AND created_at < before),
                 (SELECT min(next_due) FROM run WHERE ended_at IS NULL AND next_due < before))
$$;
-- A task became due earlier than its run was told: the run comes and looks.
CREATE FUNCTION rearm(run text, due timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
    SELECT gen_random_uuid(), r.id, r.case_id, r.zone, '', r.id, '', gen_random_uuid()::text, '', 'clock',
        jsonb_build_object('op', 'clock', 'at', clock_timestamp(), 'case', 'case/' || r.case_id), clock_timestamp(), clock_timestamp()
    FROM run r WHERE r.id = rearm.run AND r.ended_at IS NULL AND (r.next_due IS NULL OR r.next_due > due);
    SELECT pg_notify('percorso_wake', '');
$$;
-- Since when the inbox of a case has had something unworked; asked for cases that the caller sees.
CREATE FUNCTION case_unworked(c uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT min(created_at) FROM command WHERE case_id = c AND state = 'accepted'
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION take_wakes, next_wake, take_mails, mail_done, refuse_ended, backlog, rearm, case_unworked FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wakes, next_wake, take_mails, mail_done, refuse_ended TO percorso_worker;
GRANT EXECUTE ON FUNCTION backlog TO percorso_watch;
GRANT EXECUTE ON FUNCTION case_unworked, rearm TO percorso_app;

-- +goose Down
DROP FUNCTION take_wakes, next_wake, take_mails, mail_done, refuse_ended, backlog, rearm, case_unworked, my, sees_case CASCADE;
DROP TABLE machine_report, audit, timeline, record, appointment, referral, wait, task, mail, command, run, contact, share,
    case_grant, person, case_file, sessions, staff, zone_policy CASCADE;
DROP SEQUENCE case_number;
