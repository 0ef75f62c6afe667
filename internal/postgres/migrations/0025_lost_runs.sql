-- +goose Up

-- Runs that do not go on, each with the cause, for as long as that is seen: the watch
-- writes them, all that there are, and what computes the health of cases reads them.
-- It takes the place of FailingRuns in machine_report, which held the first thousand.
--
-- The code of before works on this schema; it takes no failing run for broken, since
-- its report names none any more.
CREATE TABLE run_trouble (
    run_id  text PRIMARY KEY,
    case_id uuid NOT NULL,
    cause   text NOT NULL CHECK (cause IN ('workflow_task', 'run_missing')),
    since   timestamptz NOT NULL,
    seen_at timestamptz NOT NULL -- when the watch last saw it so
);
CREATE INDEX run_trouble_case ON run_trouble (case_id);
CREATE INDEX run_trouble_cause ON run_trouble (cause, seen_at);

-- Open runs to which something could not be brought, because Temporal has none of
-- their id: the watch looks at them at once.
CREATE TABLE run_suspect (
    run_id text PRIMARY KEY,
    at     timestamptz NOT NULL
);

-- A rebuild of all runs, and the runs that it has started anew already, so that one
-- that was cut off goes on where it stood.
CREATE TABLE rebuild_pass (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);
CREATE UNIQUE INDEX rebuild_pass_open ON rebuild_pass ((true)) WHERE ended_at IS NULL;
CREATE TABLE rebuilt (
    pass   bigint NOT NULL REFERENCES rebuild_pass,
    run_id text NOT NULL,
    PRIMARY KEY (pass, run_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON run_trouble, run_suspect TO percorso_watch;
GRANT SELECT ON run_trouble TO percorso_app;
GRANT SELECT, DELETE ON run_trouble TO percorso_worker;
GRANT INSERT ON run_suspect TO percorso_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON rebuild_pass, rebuilt TO percorso_rebuild;

-- +goose StatementBegin
-- As before, but that an open run that was not found is looked at by the watch.
CREATE OR REPLACE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO run_suspect (run_id, at) SELECT r.id, clock_timestamp() FROM command c JOIN run r ON r.id = c.run_id
        WHERE c.id = command_id AND c.state = 'accepted' AND r.ended_at IS NULL ON CONFLICT DO NOTHING;
    UPDATE command c SET state = 'refused', refusal = '{"code": "ended"}', worked_at = clock_timestamp()
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND c.operation <> 'reopen' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;

-- The open runs of a case, which is named by its number or its id, with all of its branches.
CREATE FUNCTION runs_of_case(named text) RETURNS TABLE (id text, case_id text, epoch int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT r.id, r.case_id::text, r.epoch FROM run r WHERE r.ended_at IS NULL AND r.case_id IN (
        SELECT f.id FROM case_file f WHERE f.number = upper(named) OR f.id::text = lower(named))
    ORDER BY r.started_at, r.id
$$;
-- Whether there is such a case, open or closed.
CREATE FUNCTION case_exists(named text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM case_file f WHERE f.number = upper(named) OR f.id::text = lower(named))
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION runs_of_case, case_exists FROM PUBLIC;
GRANT EXECUTE ON FUNCTION runs_of_case, case_exists TO percorso_rebuild;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended(command_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET state = 'refused', refusal = '{"code": "ended"}', worked_at = clock_timestamp()
    FROM run r WHERE c.id = command_id AND c.state = 'accepted' AND c.operation <> 'reopen' AND r.id = c.run_id AND r.ended_at IS NOT NULL
$$;
-- +goose StatementEnd
DROP FUNCTION runs_of_case, case_exists;
DROP TABLE rebuilt, rebuild_pass, run_suspect, run_trouble;
