-- The roles of Percorso. Run by an administrator of the cluster, as often as wanted; it changes only
-- what is missing. Passwords are not set here, databases are not made here (see docs/operations.md).
--
-- What a group role may do is granted by the migrations, table by table. The login of a process has no
-- rights of its own: NOINHERIT makes it take on one group in each transaction with SET LOCAL ROLE, so
-- that a forgotten SET ROLE reads nothing instead of everything.

DO $roles$
DECLARE
    name text;
    pair text[];
BEGIN
    -- Groups: the application for people, the worker, the watch over all cases, the rebuild of a lost
    -- Temporal cluster, and the aggregates of the zone lead.
    FOREACH name IN ARRAY ARRAY[
        'percorso_app', 'percorso_worker', 'percorso_watch', 'percorso_rebuild', 'percorso_lead'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
        END IF;
    END LOOP;

    -- Logins of the processes that work on people's data.
    FOREACH name IN ARRAY ARRAY['percorso_api', 'percorso_work', 'percorso_ops'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', name);
        END IF;
    END LOOP;

    -- Logins that own databases: percorso, and Temporal's two. They are members of nothing, but reach the
    -- schema public of their own databases only by inheriting from pg_database_owner.
    FOREACH name IN ARRAY ARRAY['percorso_migrate', 'percorso_temporal'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;

    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['percorso_app', 'percorso_api'],
        ['percorso_watch', 'percorso_api'],
        ['percorso_lead', 'percorso_api'],
        ['percorso_worker', 'percorso_work'],
        ['percorso_rebuild', 'percorso_ops']
    ] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_auth_members m
            JOIN pg_roles granted ON granted.oid = m.roleid
            JOIN pg_roles member ON member.oid = m.member
            WHERE granted.rolname = pair[1] AND member.rolname = pair[2]
        ) THEN
            EXECUTE format('GRANT %I TO %I', pair[1], pair[2]);
        END IF;
    END LOOP;

    -- Row-level security binds neither superusers nor BYPASSRLS: such a role would see every zone.
    SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO name
    FROM pg_roles
    WHERE rolname LIKE 'percorso\_%' AND rolname <> current_user AND rolname <> 'percorso_admin'
      AND (rolsuper OR rolbypassrls);
    IF name IS NOT NULL THEN
        RAISE EXCEPTION 'superuser or BYPASSRLS is not allowed for: %', name;
    END IF;
END
$roles$;
