-- +goose Up

-- What life does to a case: it stands still until a date, goes on in another
-- case file (merged) or in another zone (continued).
ALTER TABLE case_file
    ADD suspended_at    timestamptz,
    ADD suspended_until timestamptz,
    ADD merged_into     uuid REFERENCES case_file,
    ADD continued_in    uuid, -- the case file in another zone
    ADD last_stage      text NOT NULL DEFAULT '', -- where it stood when it was closed
    ADD CHECK ((suspended_at IS NULL) = (suspended_until IS NULL));
ALTER TABLE person ADD receipt_on date; -- of the request to renew the permit

-- The clocks of a suspended case stand still; those of a permit do not.
ALTER TABLE task ADD suspended boolean NOT NULL DEFAULT false;
ALTER TABLE task DROP COLUMN next_at;
ALTER TABLE task ADD next_at timestamptz GENERATED ALWAYS AS (
    CASE WHEN suspended OR state NOT IN ('ready', 'reserved') THEN NULL
         WHEN NOT reminded THEN least(remind_at, escalate_at)
         WHEN NOT escalated THEN escalate_at END) STORED;
ALTER TABLE wait ALTER due_at DROP NOT NULL; -- unset: it stands still

CREATE TABLE equipe (
    run_id      text PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    zone        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('between_agencies', 'within_agency')),
    reason      text NOT NULL DEFAULT '', -- how what sent the case back to it ended
    convened_at timestamptz NOT NULL
);
CREATE INDEX equipe_case ON equipe (case_id);

CREATE TABLE seat (
    id             uuid PRIMARY KEY,
    run_id         text NOT NULL,
    case_id        uuid NOT NULL REFERENCES case_file,
    zone           text NOT NULL,
    agency         text NOT NULL,
    role           text NOT NULL,
    state          text NOT NULL,
    member         uuid, -- who took it
    opinion        text NOT NULL DEFAULT '',
    opinion_note   text NOT NULL DEFAULT '',
    opinion_at     timestamptz,
    signature      text NOT NULL DEFAULT '',
    signature_note text NOT NULL DEFAULT '',
    signature_at   timestamptz,
    minuted        boolean NOT NULL DEFAULT false, -- said in a meeting, and recorded by who kept its minutes
    invited_at     timestamptz NOT NULL
);
CREATE INDEX seat_run ON seat (run_id);
CREATE INDEX seat_case ON seat (case_id, agency);

CREATE TABLE minutes (
    id       uuid PRIMARY KEY, -- of the command
    run_id   text NOT NULL,
    case_id  uuid NOT NULL REFERENCES case_file,
    zone     text NOT NULL,
    held_at  timestamptz NOT NULL,
    text     text NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX minutes_case ON minutes (case_id);

CREATE TABLE plan (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES case_file,
    run_id       text NOT NULL, -- the équipe that made it
    zone         text NOT NULL,
    version      int NOT NULL,
    state        text NOT NULL,
    content      jsonb NOT NULL, -- goals and actions, each with its id
    agencies     text[] NOT NULL DEFAULT '{}', -- that have a part in it
    changes      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    activated_at timestamptz,
    ended_at     timestamptz,
    UNIQUE (case_id, version)
);
CREATE UNIQUE INDEX plan_active ON plan (case_id) WHERE state = 'active';

-- How an action comes along, whatever version of the plan it stands in.
CREATE TABLE action_progress (
    action_id uuid PRIMARY KEY,
    case_id   uuid NOT NULL REFERENCES case_file,
    zone      text NOT NULL,
    agency    text NOT NULL,
    state     text NOT NULL,
    note      text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    by_staff  uuid NOT NULL
);
CREATE INDEX action_progress_case ON action_progress (case_id);

CREATE TABLE goal_finding (
    id       uuid PRIMARY KEY, -- derived from command and goal
    goal_id  uuid NOT NULL,
    case_id  uuid NOT NULL REFERENCES case_file,
    zone     text NOT NULL,
    agency   text NOT NULL,
    result   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    at       timestamptz NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX goal_finding_case ON goal_finding (case_id);

-- The person's consent to data reaching private partners; one is in force at most.
CREATE TABLE consent (
    id           uuid PRIMARY KEY, -- of the command
    case_id      uuid NOT NULL REFERENCES case_file,
    zone         text NOT NULL,
    given_at     timestamptz NOT NULL,
    given_to     uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_to uuid
);
CREATE UNIQUE INDEX consent_in_force ON consent (case_id) WHERE withdrawn_at IS NULL;

-- A valid meeting with the person, held by any agency: the proof of what reset the counter.
CREATE TABLE meeting (
    id       uuid PRIMARY KEY, -- of the command
    case_id  uuid NOT NULL REFERENCES case_file,
    run_id   text NOT NULL,
    zone     text NOT NULL,
    agency   text NOT NULL,
    role     text NOT NULL,
    held_at  timestamptz NOT NULL,
    by_staff uuid NOT NULL
);
CREATE INDEX meeting_case ON meeting (case_id, held_at DESC);

-- One-time links of partners without accounts. The signature that makes a link
-- out of a row is added when the mail is sent, and is kept nowhere.
CREATE TABLE link (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    run_id      text NOT NULL,
    zone        text NOT NULL,
    agency      text NOT NULL,
    referral_id uuid NOT NULL REFERENCES referral,
    task_id     uuid NOT NULL REFERENCES task,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX link_task ON link (task_id);

ALTER TABLE referral ADD purpose text NOT NULL DEFAULT '', ADD outcome text NOT NULL DEFAULT '';
ALTER TABLE share ADD notice_version text NOT NULL DEFAULT '';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['equipe', 'seat', 'minutes', 'plan', 'action_progress', 'goal_finding', 'consent', 'meeting', 'link'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($q$CREATE POLICY worker ON %I TO percorso_worker USING (case_id = my('case')::uuid)$q$, t);
    END LOOP;
    -- For the functions below, which alone act as the owner.
    FOREACH t IN ARRAY ARRAY['person', 'case_file', 'case_grant', 'share', 'contact', 'wait', 'referral', 'appointment', 'record',
                             'timeline', 'audit', 'equipe', 'seat', 'minutes', 'plan', 'action_progress', 'goal_finding', 'consent',
                             'meeting', 'link'] LOOP
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP POLICY owner ON run;
DROP POLICY owner ON task;
CREATE POLICY owner ON run TO CURRENT_USER USING (true);
CREATE POLICY owner ON task TO CURRENT_USER USING (true);

-- The équipe and the plan are seen by who works on the case, by the agencies
-- that have a seat, and by those that have a part in the plan.
-- +goose StatementBegin
CREATE FUNCTION sees_plan(c uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN my('role') = 'supervisor'
        OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = my('agency'))
        OR EXISTS (SELECT FROM seat s WHERE s.case_id = c AND s.agency = my('agency') AND s.state IN ('invited', 'confirmed', 'spoken'))
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND my('agency') = ANY (p.agencies));
END $$;
-- +goose StatementEnd

CREATE POLICY app_read ON equipe FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON seat FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON minutes FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON plan FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON action_progress FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_write ON action_progress FOR INSERT TO percorso_app
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid AND sees_plan(case_id));
CREATE POLICY app_change ON action_progress FOR UPDATE TO percorso_app USING (zone = my('zone') AND sees_plan(case_id))
    WITH CHECK (zone = my('zone') AND agency = my('agency') AND by_staff = my('staff')::uuid);
CREATE POLICY app_read ON goal_finding FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));
CREATE POLICY app_read ON consent FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(case_id));
CREATE POLICY app_read ON meeting FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_plan(case_id));

GRANT SELECT ON equipe, seat, minutes, plan, action_progress, goal_finding, consent, meeting TO percorso_app;
GRANT INSERT, UPDATE ON action_progress TO percorso_app;
GRANT SELECT, INSERT, UPDATE ON equipe, seat, minutes, plan, action_progress, goal_finding, consent, meeting, link TO percorso_worker;
