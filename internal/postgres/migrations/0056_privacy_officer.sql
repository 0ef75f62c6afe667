-- +goose Up

-- Who answers in a zone for who read its files (role privacy_officer): of a case they
-- are told by day who read it, as whom and what for, while it was in their zone, and
-- they read nothing of the case itself.
--
-- The code of before works on this schema: it knows nobody of that role.
-- leave_line is replaced.

-- +goose StatementBegin
-- Nothing of a case is theirs to read, whatever else lets somebody read it. What does
-- not depend on the row is asked once.
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['action_progress', 'appointment', 'case_file', 'case_grant', 'case_health', 'consent', 'contact', 'equipe', 'goal_finding',
        'meeting', 'minutes', 'person', 'plan', 'record', 'referral', 'run', 'seat', 'set_aside', 'share', 'task', 'timeline', 'wait'] LOOP
        EXECUTE format('CREATE POLICY no_officer ON %I AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my(''role'')) IS DISTINCT FROM ''privacy_officer'')', kept);
    END LOOP;
END $$;

-- Such an officer reads as nobody of their agency, so that what is an agency's to read
-- is none of theirs: the agency of their lines is the one that they are listed with.
CREATE OR REPLACE FUNCTION leave_line(staff uuid, link uuid, role text, agency text, zone text, action text, purpose text, asked text,
    searched bytea, cases uuid[], things text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    shown uuid[] := ARRAY(SELECT DISTINCT c FROM unnest(cases) c ORDER BY c);
    what uuid := md5(concat_ws('|', staff, link, action, purpose, asked, encode(searched, 'hex'), shown::text, things))::uuid;
    new_line bigint;
    recently timestamptz := clock_timestamp() - interval '10 minutes';
BEGIN
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > recently) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(what::text));
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > recently) THEN RETURN; END IF;
    INSERT INTO audit (staff, link, role, agency, zone, action, purpose, asked, searched, same, case_id)
        VALUES (staff, link, role, coalesce(agency, (SELECT s.agency FROM staff s WHERE s.id = leave_line.staff)), zone, action, purpose, asked, searched, what,
            CASE cardinality(shown) WHEN 1 THEN shown[1] END)
        RETURNING id INTO new_line;
    IF cardinality(shown) > 1 THEN
        INSERT INTO audit_shown (case_id, line) SELECT c, new_line FROM unnest(shown) c;
    END IF;
END $$;

-- The number of a case whose readers the caller answers for, and when it was handed over
-- to another zone. No row: it is none of theirs.
CREATE FUNCTION officers_case(c uuid) RETURNS TABLE (number text, handed_at timestamptz) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT f.number, CASE WHEN f.zone <> my('zone') THEN f.closed_at END FROM case_file f
        WHERE my('role') = 'privacy_officer' AND f.id = c AND f.zone IN (my('zone'), 'archive/' || my('zone'));
END $$;

-- The case of a number whose readers the caller answers for; of one that was merged,
-- the file that was kept. searched is a keyed digest of what was asked. That it was
-- asked is a reading, found or not.
CREATE FUNCTION find_officers_case(asked text, searched bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
    found uuid;
BEGIN
    IF my('role') IS DISTINCT FROM 'privacy_officer' THEN RETURN NULL; END IF;
    SELECT * INTO f FROM case_file WHERE number = asked;
    WHILE f.merged_into IS NOT NULL LOOP
        SELECT * INTO f FROM case_file WHERE id = f.merged_into;
    END LOOP;
    SELECT f.id INTO found WHERE EXISTS (SELECT FROM officers_case(f.id));
    PERFORM leave_line(my('staff')::uuid, NULL, my('role'), NULL, my('zone'),
        'search_reads', 'accountability', '', find_officers_case.searched, array_remove(ARRAY[found], NULL), '');
    RETURN found;
END $$;

-- Who read or changed a case file, and those that were merged into it, by the days of
-- the offices, the newest first: that many days before one. Nobody is named. That it was
-- asked is a reading too, and is not told in the same answer.
CREATE FUNCTION readers_by_day(c uuid, before date, days int) RETURNS TABLE (day date, by_zone text, by_agency text, by_role text, action text, purpose text, times bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM officers_case(c)) THEN RETURN; END IF;
    RETURN QUERY WITH line AS (
        SELECT o.id FROM audit o WHERE o.case_id = ANY (same_file(c))
        UNION SELECT o.line FROM audit_shown o WHERE o.case_id = ANY (same_file(c))),
    dated AS (SELECT (a.at AT TIME ZONE 'Europe/Rome')::date AS day, a.zone, a.agency, a.role, a.action, a.purpose FROM line JOIN audit a ON a.id = line.id)
    SELECT d.day, d.zone, d.agency, d.role, d.action, d.purpose, count(*) FROM dated d
    WHERE d.day IN (SELECT e.day FROM dated e WHERE e.day < before GROUP BY e.day ORDER BY e.day DESC LIMIT days)
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1 DESC, 2, 3, 4, 6, 5;
    PERFORM leave_line(my('staff')::uuid, NULL, my('role'), NULL, my('zone'),
        'read_reads', 'accountability', '', NULL, ARRAY[c], '');
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION officers_case, find_officers_case, readers_by_day FROM PUBLIC;
GRANT EXECUTE ON FUNCTION officers_case, find_officers_case, readers_by_day TO percorso_app;

-- +goose Down
DROP FUNCTION readers_by_day, find_officers_case, officers_case;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION leave_line(staff uuid, link uuid, role text, agency text, zone text, action text, purpose text, asked text,
    searched bytea, cases uuid[], things text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    shown uuid[] := ARRAY(SELECT DISTINCT c FROM unnest(cases) c ORDER BY c);
    what uuid := md5(concat_ws('|', staff, link, action, purpose, asked, encode(searched, 'hex'), shown::text, things))::uuid;
    new_line bigint;
    recently timestamptz := clock_timestamp() - interval '10 minutes';
BEGIN
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > recently) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(what::text));
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > recently) THEN RETURN; END IF;
    INSERT INTO audit (staff, link, role, agency, zone, action, purpose, asked, searched, same, case_id)
        VALUES (staff, link, role, agency, zone, action, purpose, asked, searched, what, CASE cardinality(shown) WHEN 1 THEN shown[1] END)
        RETURNING id INTO new_line;
    IF cardinality(shown) > 1 THEN
        INSERT INTO audit_shown (case_id, line) SELECT c, new_line FROM unnest(shown) c;
    END IF;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE
    kept text;
BEGIN
    FOR kept IN SELECT tablename FROM pg_policies WHERE policyname = 'no_officer' LOOP
        EXECUTE format('DROP POLICY no_officer ON %I', kept);
    END LOOP;
END $$;
-- +goose StatementEnd
