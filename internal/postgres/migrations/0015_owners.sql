-- +goose Up

-- The tables belong to percorso_owner, which nobody logs in as: percorso migrate
-- handed them over before it came here, and acts as that role. What the functions
-- do that see more than who calls them, they do as percorso_definer, which has the
-- rights below and no others.
--
-- There is no way down, since who owns what is said by deploy/postgres/roles.sql and
-- not by the schema. The code of before works on this schema.

GRANT USAGE ON SCHEMA public TO percorso_setup, percorso_auditor, percorso_definer;

-- All of these functions read codes and ids of every case. What they change is named.
GRANT SELECT ON zone_policy, staff, person, case_file, case_grant, share, contact, run, command, mail, task, wait, referral, appointment, record,
    timeline, audit, audit_shown, equipe, seat, minutes, plan, action_progress, goal_finding, consent, meeting, link, notice TO percorso_definer;
GRANT INSERT ON case_file, person, case_grant, run, command, plan, link, mail, timeline, audit, audit_shown, notice TO percorso_definer;
GRANT UPDATE ON run, command, mail, plan TO percorso_definer;
GRANT UPDATE (zone, merged_into, continued_in) ON case_file TO percorso_definer;
GRANT UPDATE (case_id, zone) ON task, wait, referral, appointment, record, contact, equipe, seat, minutes, action_progress, goal_finding,
    consent, meeting TO percorso_definer;
GRANT UPDATE (case_id, zone, ended_at, end_reason, seen_until) ON share TO percorso_definer;
GRANT UPDATE (case_id, zone, used_at) ON link TO percorso_definer;
GRANT UPDATE (keys) ON person TO percorso_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker, person_key TO percorso_definer;
GRANT EXECUTE ON FUNCTION owner_sees_case, owner_sees_share, key_kinds TO percorso_definer;

-- +goose StatementBegin

-- What each migration leaves to do, done by percorso migrate after each: functions
-- that see more than who calls them go to percorso_definer; where row-level security
-- is on, the owner sees every row, or a later backfill would pass over them; and
-- percorso_definer sees the rows of every table of which it was granted something.
CREATE FUNCTION settle_rights() RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    statement text;
    misplaced text[] := ARRAY(SELECT format('ALTER ROUTINE %s OWNER TO percorso_definer', p.oid::regprocedure) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.proowner = current_user::regrole);
BEGIN
    IF cardinality(misplaced) > 0 THEN
        -- Who owns something in a schema must be allowed to create there, while it is given.
        GRANT CREATE ON SCHEMA public TO percorso_definer;
        FOREACH statement IN ARRAY misplaced LOOP
            EXECUTE statement;
        END LOOP;
        REVOKE CREATE ON SCHEMA public FROM percorso_definer;
    END IF;
    FOR statement IN
        SELECT format('CREATE POLICY %I ON %s TO %I USING (true)', r.policy, c.oid::regclass, r.role)
        FROM pg_class c, (VALUES ('owner', 'percorso_owner'), ('definer', 'percorso_definer')) AS r (policy, role)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
            AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = r.policy)
            AND (r.policy = 'owner' OR EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 'percorso_definer'::regrole)
                OR EXISTS (SELECT FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = c.oid AND a.grantee = 'percorso_definer'::regrole))
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;

-- How many open tasks there are, for whoever changes zones and staff: of no case.
CREATE FUNCTION open_tasks() RETURNS TABLE (zone text, agency text, role text, holder text, tasks bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT t.zone, t.agency, t.role, coalesce(t.holder::text, ''), count(*) FROM task t WHERE t.ended_at IS NULL GROUP BY t.zone, t.agency, t.role, t.holder
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION settle_rights, open_tasks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_tasks TO percorso_setup;

-- Zones and staff are loaded by a role that sees nothing else.
GRANT SELECT, INSERT, UPDATE ON zone_policy, staff TO percorso_setup;
-- The version before loads them as the login itself. This goes in a later release.
GRANT SELECT, INSERT, UPDATE ON zone_policy, staff TO percorso_migrate;
GRANT SELECT (zone, agency, role, holder, ended_at) ON task TO percorso_migrate;
CREATE POLICY setup_of_before ON task FOR SELECT TO percorso_migrate USING (true);

-- The watch and the rebuild need to know which runs there are, and nothing of what
-- they are about; neither needs to know who is staff.
REVOKE SELECT ON run, zone_policy, staff FROM percorso_watch, percorso_rebuild;
GRANT SELECT (id, kind, case_id, epoch, revision, next_due, started_at, ended_at) ON run TO percorso_watch, percorso_rebuild;

SELECT settle_rights();
