-- +goose Up

-- That somebody says that a closure, a death or a merge was a mistake waits for a second
-- person with a term: who may confirm it has it among their notices and is reminded; when
-- the term is over it lapses, and who said it is told.
--
-- The code of before works on this schema. What it says to be a mistake has no clock.
CREATE TABLE mistake (
    command_id   uuid PRIMARY KEY,                   -- that said it
    case_id      uuid NOT NULL REFERENCES case_file, -- that is closed, or merged away
    by_staff     uuid NOT NULL REFERENCES staff,
    at           timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    remind_at    timestamptz,                        -- NULL: reminded
    ended_at     timestamptz,
    outcome      text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'undone', 'lapsed', 'open')), -- open: the case was opened again otherwise
    dismissed_at timestamptz,                        -- who said it knows that it lapsed
    CHECK ((ended_at IS NULL) = (outcome = ''))
);
CREATE INDEX mistake_case ON mistake (case_id);
CREATE INDEX mistake_open ON mistake (until) WHERE ended_at IS NULL;
CREATE INDEX mistake_lapsed ON mistake (by_staff) WHERE outcome = 'lapsed' AND dismissed_at IS NULL;
ALTER TABLE mistake ENABLE ROW LEVEL SECURITY;
ALTER TABLE mistake FORCE ROW LEVEL SECURITY;
CREATE POLICY protected ON mistake AS RESTRICTIVE FOR SELECT TO percorso_app, percorso_definer
    USING ((SELECT coalesce(my('staff'), my('outside'))) IS NULL OR case_id NOT IN (SELECT hidden_cases()));
GRANT SELECT, INSERT, UPDATE ON mistake TO percorso_definer;
SELECT settle_rights();
INSERT INTO mistake (command_id, case_id, by_staff, at, until)
    SELECT r.id, f.id, r.by_staff, r.created_at, f.closed_at + interval '30 days' FROM record r JOIN case_file f ON f.id = r.case_id
    WHERE r.kind = 'mistake' AND f.closed_at <= r.created_at AND r.created_at > clock_timestamp() - interval '30 days';

-- +goose StatementBegin

-- Writes a mail for each of those who may confirm a mistake: the other supervisors of the
-- zone or, where there is none, its social workers.
CREATE FUNCTION mail_of_mistake(m mistake, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
        SELECT DISTINCT ON (s.email) gen_random_uuid(), 'case/' || f.id, f.id, 'mistake_said', '/fascicoli/' || f.id, s.email, mail_of_mistake.at, mail_of_mistake.at
        FROM case_file f JOIN staff s ON s.zone = f.zone AND s.active AND s.id <> m.by_staff
            AND s.role = CASE WHEN EXISTS (SELECT FROM staff o WHERE o.zone = f.zone AND o.active AND o.role = 'supervisor' AND o.id <> m.by_staff)
                THEN 'supervisor' ELSE 'social_worker' END
        WHERE f.id = m.case_id
        ORDER BY s.email, s.id
$$;

-- Begins the term of what the caller says of a case that they see, and tells by mail who
-- may confirm it.
CREATE FUNCTION await_second(c uuid, command uuid, at timestamptz, until timestamptz, remind timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
BEGIN
    INSERT INTO mistake (command_id, case_id, by_staff, at, until, remind_at) SELECT command, f.id, my('staff')::uuid, await_second.at, await_second.until, remind
        FROM case_file f WHERE f.id = c AND f.zone = my('zone') AND sees_case(c) RETURNING * INTO STRICT m;
    PERFORM mail_of_mistake(m, await_second.at);
END $$;

-- Ends the terms of what was said of a case, which the caller has confirmed.
CREATE FUNCTION second_confirmed(c uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mistake m SET ended_at = second_confirmed.at, outcome = 'undone' FROM case_file f
        WHERE m.case_id = c AND m.ended_at IS NULL AND f.id = c AND f.zone = my('zone')
$$;

-- The clock of mistakes: reminds those who may confirm one, and ends it when its term is
-- over, which who said it is told. It says how many it came to.
CREATE FUNCTION mistakes_fall_due(now timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mistake;
    f case_file;
    n int := 0;
BEGIN
    FOR m IN SELECT * FROM mistake o WHERE o.ended_at IS NULL AND (o.until <= mistakes_fall_due.now OR o.remind_at <= mistakes_fall_due.now
            OR NOT EXISTS (SELECT FROM case_file q WHERE q.id = o.case_id AND q.closed_at <= o.at)) ORDER BY o.until LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        SELECT * INTO f FROM case_file o WHERE o.id = m.case_id;
        UPDATE mistake o SET remind_at = NULL, ended_at = CASE WHEN x.outcome <> '' THEN mistakes_fall_due.now END, outcome = x.outcome
            FROM (SELECT CASE WHEN f.closed_at IS NULL OR f.closed_at > m.at THEN 'open' WHEN m.until <= mistakes_fall_due.now THEN 'lapsed' ELSE '' END AS outcome) x
            WHERE o.command_id = m.command_id RETURNING o.outcome INTO m.outcome;
        CONTINUE WHEN m.outcome = 'open';
        INSERT INTO timeline (case_id, run_id, zone, at, code) VALUES (f.id, 'case/' || f.id, f.zone, mistakes_fall_due.now,
            CASE m.outcome WHEN 'lapsed' THEN 'mistake_lapsed' ELSE 'mistake_reminded' END);
        IF m.outcome = '' THEN
            PERFORM mail_of_mistake(m, mistakes_fall_due.now);
        ELSE
            INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
                SELECT gen_random_uuid(), 'case/' || f.id, f.id, 'mistake_lapsed', '/fascicoli/' || f.id, s.email, mistakes_fall_due.now, mistakes_fall_due.now
                FROM staff s WHERE s.id = m.by_staff AND s.active AND s.zone = f.zone;
        END IF;
    END LOOP;
    RETURN n;
END $$;

-- The mistakes that the caller may confirm, and those of their own that have lapsed and of
-- which they have not said that they know.
CREATE FUNCTION mistakes_here() RETURNS TABLE (id uuid, case_id uuid, number text, at timestamptz, until timestamptz, said_by text, why text, merge boolean, lapsed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.command_id, f.id, f.number, m.at, m.until, s.name, coalesce(r.data ->> 'note', ''), f.merged_into IS NOT NULL, m.ended_at IS NOT NULL
    FROM mistake m JOIN case_file f ON f.id = m.case_id JOIN staff s ON s.id = m.by_staff LEFT JOIN record r ON r.id = m.command_id
    WHERE f.zone = my('zone') AND owner_sees_case(f.id) AND CASE WHEN m.ended_at IS NULL
        THEN m.by_staff::text <> my('staff') AND my('role') IN ('social_worker', 'supervisor') AND m.until > my_now() AND f.closed_at <= m.at
        ELSE m.outcome = 'lapsed' AND m.dismissed_at IS NULL AND m.by_staff::text = my('staff') END
    ORDER BY m.until, m.command_id
$$;

-- Says that the caller knows of one of theirs that it has lapsed; false: there is none.
CREATE FUNCTION dismiss_mistake(mistake_id uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE mistake m SET dismissed_at = coalesce(m.dismissed_at, dismiss_mistake.at) WHERE m.command_id = mistake_id AND m.by_staff::text = my('staff') AND m.outcome = 'lapsed';
    RETURN FOUND;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION mail_of_mistake, await_second, second_confirmed, mistakes_fall_due, mistakes_here, dismiss_mistake FROM PUBLIC;
GRANT EXECUTE ON FUNCTION await_second, second_confirmed, mistakes_here, dismiss_mistake TO percorso_app;
GRANT EXECUTE ON FUNCTION mistakes_fall_due TO percorso_worker;

-- +goose Down
DROP FUNCTION mistakes_fall_due, mistakes_here, dismiss_mistake, second_confirmed, await_second, mail_of_mistake;
DROP TABLE mistake;
