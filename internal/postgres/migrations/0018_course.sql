-- +goose Up

-- Each run keeps the number of the course that its path follows, so that a worker
-- that does not know it leaves the run to another.
--
-- The code of before works on this schema.
ALTER TABLE run
    ADD course              int NOT NULL DEFAULT 1 CHECK (course > 0),
    ADD path_policy_version text; -- of what its path decides by, fixed at its start

-- So far that was called course_version, which the code of before goes on writing.
-- It goes in a later release; until then both are kept in step.
UPDATE run SET path_policy_version = course_version;

-- +goose StatementBegin
CREATE FUNCTION name_path_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.path_policy_version := coalesce(NEW.path_policy_version, NEW.course_version);
    NEW.course_version := NEW.path_policy_version;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER name_path_policy BEFORE INSERT ON run FOR EACH ROW EXECUTE FUNCTION name_path_policy();
ALTER TABLE run ALTER path_policy_version SET NOT NULL;

-- +goose StatementBegin

-- Whether a worker is at work that knows a course of a kind of run. Each writes its
-- row every five seconds.
CREATE FUNCTION course_known(kind text, course int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM worker w WHERE w.ended_at IS NULL AND w.seen_at > clock_timestamp() - interval '15 seconds'
        AND (w.courses ->> course_known.kind)::int >= course_known.course)
$$;

-- Asks the open runs of a kind, of one case or of all, to go over to a newer course.
-- Each gets an entry of its own, and no second one for the same course. It says how
-- many were asked.
CREATE FUNCTION ask_new_course(kind text, course int, case_id uuid) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH asked AS (
        INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT gen_random_uuid(), r.id, r.case_id, r.zone, '', 'operations', '', 'course ' || ask_new_course.course || ' of ' || r.id || ' at ' || r.revision, '', 'new_course',
            jsonb_build_object('op', 'new_course', 'case', 'case/' || r.case_id, 'course', ask_new_course.course), clock_timestamp(), clock_timestamp()
        FROM run r WHERE r.kind = ask_new_course.kind AND r.ended_at IS NULL AND r.revision > 0 AND r.course < ask_new_course.course
            AND (ask_new_course.case_id IS NULL OR r.case_id = ask_new_course.case_id)
            AND NOT EXISTS (SELECT FROM command c WHERE c.run_id = r.id AND c.state = 'accepted' AND c.operation = 'new_course')
        ORDER BY r.started_at, r.id
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::int FROM asked, LATERAL (SELECT pg_notify('percorso_wake', '')) AS told
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION course_known, ask_new_course FROM PUBLIC;
GRANT EXECUTE ON FUNCTION course_known TO percorso_worker;
GRANT EXECUTE ON FUNCTION ask_new_course TO percorso_rebuild;
GRANT SELECT (course) ON run TO percorso_rebuild;

-- +goose Down
DROP FUNCTION ask_new_course, course_known;
DROP TRIGGER name_path_policy ON run;
DROP FUNCTION name_path_policy;
ALTER TABLE run DROP path_policy_version, DROP course;
