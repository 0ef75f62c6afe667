-- +goose Up

-- The workers that there are. Each writes its row every five seconds, for as long as
-- its loops move and it asks Temporal for work: Temporal itself notices only after
-- more than a minute that one is gone.
--
-- The code of before works on this schema; its workers write none.
CREATE TABLE worker (
    id         uuid PRIMARY KEY,
    build      text NOT NULL,               -- the version of its binary
    courses    jsonb NOT NULL DEFAULT '{}', -- the course numbers that it knows, by kind of run
    schema     bigint NOT NULL,             -- the newest migration that it knows
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    ended_at   timestamptz                  -- it has said that it ends
);
GRANT SELECT ON worker TO percorso_app, percorso_watch;

-- +goose StatementBegin
-- A worker is at work, or has ended. Rows of those that are gone stay for an hour, so
-- that somebody who asks knows that there were some.
CREATE FUNCTION worker_seen(worker_id uuid, build text, courses jsonb, schema bigint, ends boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM worker WHERE id IN
        (SELECT w.id FROM worker w WHERE w.seen_at < clock_timestamp() - interval '1 hour' AND w.id <> worker_seen.worker_id FOR UPDATE SKIP LOCKED);
    INSERT INTO worker AS w (id, build, courses, schema, started_at, seen_at, ended_at)
        VALUES (worker_seen.worker_id, worker_seen.build, worker_seen.courses, worker_seen.schema, clock_timestamp(), clock_timestamp(),
            CASE WHEN worker_seen.ends THEN clock_timestamp() END)
        ON CONFLICT (id) DO UPDATE SET build = excluded.build, courses = excluded.courses, schema = excluded.schema,
            seen_at = excluded.seen_at, ended_at = excluded.ended_at;
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION worker_seen FROM PUBLIC;
GRANT EXECUTE ON FUNCTION worker_seen TO percorso_worker;

-- +goose Down
DROP FUNCTION worker_seen;
DROP TABLE worker;
