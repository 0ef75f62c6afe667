-- What a database of an older version has belongs to the login that migrated it.
-- That login hands all of it to percorso_owner, in one transaction: whoever is at
-- work notices nothing, since the functions that see more than their callers go on
-- as the role that the policies name.
DO $$
DECLARE
    statement text;
BEGIN
    SET LOCAL lock_timeout = '10s';
    FOR statement IN
        -- The policies first, while the tables are still the login's own.
        SELECT format('ALTER POLICY %I ON %s TO percorso_owner', p.polname, p.polrelid::regclass)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = session_user::regrole AND p.polroles = ARRAY[session_user::regrole::oid]
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO percorso_owner', p.oid::regprocedure)
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = session_user::regrole
        UNION ALL
        -- A sequence that belongs to a column goes with its table.
        SELECT format('ALTER %s %s OWNER TO percorso_owner', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = session_user::regrole AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
