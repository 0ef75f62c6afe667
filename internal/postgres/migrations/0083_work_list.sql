-- +goose Up

-- The work list has what somebody did for whom in the last days, for themselves alone: their
-- own lines are found by an index, however many there are.
--
-- And whoever looks at a list is told that something of it has changed, and nothing else: a
-- notice names the list (zone, agency and role), and no case, person, task or time. Whether
-- what changed is theirs to see they find when they read the list anew.
--
-- The code of before works on this schema, and listens to nothing.
CREATE INDEX timeline_by ON timeline (by_staff, at) WHERE by_staff IS NOT NULL;

-- +goose StatementBegin
-- The last line of what the caller did for each person since a time. It tells no more than
-- ids of their own lines: what stands in them, and whether they see it still, is asked of the
-- table.
CREATE FUNCTION touched_since(since timestamptz) RETURNS TABLE (line bigint) LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT max(m.id) FROM timeline m WHERE m.by_staff = my('staff')::uuid AND m.at > since GROUP BY m.case_id
$$;

CREATE FUNCTION tell_lists() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', l.list) FROM (SELECT DISTINCT concat_ws('/', n.zone, n.agency, n.role) AS list FROM changed n) l;
    RETURN NULL;
END $$;
-- What a reminder or a kept answer changes of a task changes no list.
CREATE FUNCTION tell_changed_lists() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', l.list) FROM (SELECT DISTINCT concat_ws('/', x.zone, x.agency, x.role) AS list
        FROM before o JOIN changed n ON n.id = o.id, LATERAL (VALUES (o.zone, o.agency, o.role), (n.zone, n.agency, n.role)) AS x (zone, agency, role)
        WHERE (o.state, o.holder, o.role, o.agency, o.escalate_at, o.suspended) IS DISTINCT FROM (n.state, n.holder, n.role, n.agency, n.escalate_at, n.suspended)) l;
    RETURN NULL;
END $$;
-- An appointment is on the day of everybody of its agency.
CREATE FUNCTION tell_days() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', l.list) FROM (SELECT DISTINCT concat_ws('/', n.zone, n.agency, '') AS list FROM changed n) l;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION touched_since, tell_lists, tell_changed_lists, tell_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touched_since TO percorso_app;
CREATE TRIGGER tell_lists AFTER INSERT ON task REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_lists();
CREATE TRIGGER tell_changed_lists AFTER UPDATE ON task REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_lists();
CREATE TRIGGER tell_days AFTER INSERT ON appointment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_days();
CREATE TRIGGER tell_changed_days AFTER UPDATE ON appointment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_days();

-- +goose Down
DROP TRIGGER tell_changed_days ON appointment;
DROP TRIGGER tell_days ON appointment;
DROP TRIGGER tell_changed_lists ON task;
DROP TRIGGER tell_lists ON task;
DROP FUNCTION touched_since, tell_lists, tell_changed_lists, tell_days;
DROP INDEX timeline_by;
