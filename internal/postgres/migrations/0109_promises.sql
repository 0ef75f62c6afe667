-- +goose Up

-- What somebody reminds themselves of, about a case or about none. What it says is encrypted
-- with a key that the database does not have, and its author alone sees that it is there, for
-- as long as they see the case. Where they do not any more, whoever follows the case is told
-- that there was one.
--
-- The code of before works on this schema: it knows nothing of promises.
CREATE TABLE promise (
    id      uuid PRIMARY KEY,
    staff   uuid NOT NULL REFERENCES staff,
    case_id uuid REFERENCES case_file, -- NULL: about none
    on_day  date NOT NULL,             -- as it was typed: it is due on the next day on which the offices are open
    minute  int CHECK (minute BETWEEN 0 AND 1439), -- of that day; NULL: it has no hour
    sealed  bytea NOT NULL CHECK (octet_length(sealed) <= 8000),
    made_at timestamptz NOT NULL,
    done_at timestamptz                -- NULL: it is not
);
CREATE INDEX promise_staff ON promise (staff, on_day);
CREATE INDEX promise_case ON promise (case_id) WHERE case_id IS NOT NULL;
ALTER TABLE promise ENABLE ROW LEVEL SECURITY;
ALTER TABLE promise FORCE ROW LEVEL SECURITY;
CREATE POLICY author ON promise TO percorso_app
    USING (staff = my('staff')::uuid AND (case_id IS NULL OR EXISTS (SELECT FROM case_file f WHERE f.id = case_id)));
CREATE POLICY no_officer ON promise AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY protected ON promise AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id IS NULL OR case_id NOT IN (SELECT hidden_cases()));
GRANT SELECT, INSERT, UPDATE, DELETE ON promise TO percorso_app;
GRANT SELECT, UPDATE, DELETE ON promise TO percorso_definer;

-- +goose StatementBegin

-- Of the cases that the caller follows, the promises of others who have to do with them no
-- more: they left, work elsewhere, their agency's part is over, or they do not keep the person.
CREATE FUNCTION promises_left() RETURNS TABLE (id text, case_id text, number text, person text, author text, on_day date, minute int)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT r.id::text, f.id::text, f.number, btrim(p.given_name || ' ' || p.family_name), s.name, r.on_day, r.minute
    FROM lead l JOIN case_file f ON f.id = l.case_id AND f.zone = my('zone') JOIN person p ON p.case_id = f.id
        JOIN promise r ON r.case_id = f.id AND r.done_at IS NULL JOIN staff s ON s.id = r.staff
    WHERE l.staff = my('staff')::uuid AND l.until IS NULL AND r.staff <> l.staff AND owner_sees_case(f.id)
        AND NOT (s.active AND s.zone = f.zone AND (s.role = 'supervisor' OR EXISTS (SELECT FROM case_grant g WHERE g.case_id = f.id AND g.agency = s.agency))
            AND NOT EXISTS (SELECT FROM protection o WHERE o.case_id = f.id AND NOT EXISTS (SELECT FROM keepers_of(o.file) k WHERE k.id = s.id)))
    ORDER BY r.on_day, r.minute NULLS FIRST, r.id
$$;

-- Deletes one of these, of which the caller has taken note.
CREATE FUNCTION drop_left_promise(of_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM promise r WHERE r.id = of_id AND r.id::text IN (SELECT o.id FROM promises_left() o)
$$;

-- Deletes those of everybody that are long done, or long past their day.
CREATE FUNCTION forget_promises(age interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    DELETE FROM promise r WHERE CASE WHEN r.done_at IS NULL THEN r.on_day < (clock_timestamp() - greatest(age, interval '30 days'))::date
        ELSE r.done_at < clock_timestamp() - greatest(age, interval '30 days') END
$$;

-- Where a file goes into another one its promises go on there, and come back when the two are
-- taken apart again.
CREATE FUNCTION carry_promises() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('promises', (SELECT coalesce(jsonb_agg(r.id), '[]') FROM promise r WHERE r.case_id = NEW.merged));
    UPDATE promise r SET case_id = NEW.case_id WHERE r.case_id = NEW.merged;
    RETURN NEW;
END $$;
CREATE TRIGGER carry_promises BEFORE INSERT ON file_merge FOR EACH ROW EXECUTE FUNCTION carry_promises();
CREATE FUNCTION part_promises() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE promise r SET case_id = OLD.merged WHERE r.case_id = OLD.case_id AND OLD.before -> 'promises' ? r.id::text;
    RETURN NULL;
END $$;
CREATE TRIGGER part_promises AFTER UPDATE OF undone_at ON file_merge FOR EACH ROW WHEN (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL) EXECUTE FUNCTION part_promises();

-- Where another zone takes a case over, who follows it there is told of those that were not done.
CREATE FUNCTION hand_promises() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE promise r SET case_id = NEW.continued_in WHERE r.case_id = NEW.id AND r.done_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER hand_promises AFTER UPDATE OF continued_in ON case_file FOR EACH ROW
    WHEN (OLD.continued_in IS NULL AND NEW.continued_in IS NOT NULL) EXECUTE FUNCTION hand_promises();
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION promises_left, drop_left_promise, forget_promises, carry_promises, part_promises, hand_promises FROM PUBLIC;
GRANT EXECUTE ON FUNCTION promises_left, drop_left_promise, forget_promises TO percorso_app;

-- +goose Down
DROP TRIGGER hand_promises ON case_file;
DROP TRIGGER part_promises ON file_merge;
DROP TRIGGER carry_promises ON file_merge;
DROP FUNCTION hand_promises, part_promises, carry_promises, forget_promises, drop_left_promise, promises_left;
DROP TABLE promise;
