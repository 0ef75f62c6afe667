-- The roles of Percorso. Run by an administrator of the cluster, as often as wanted; it changes only
-- what is missing. Passwords are not set here, databases are not made here (see docs/operations.md).
-- The administrator is a superuser, or has CREATEROLE and CREATEDB; PostgreSQL 15 or later.
--
-- What a group role may do is granted by the migrations, table by table. The login of a process has no
-- rights of its own: it inherits nothing, and takes on one group in each transaction with SET LOCAL
-- ROLE, so that a forgotten SET ROLE reads nothing instead of everything.

DO $roles$
DECLARE
    name text;
    pair text[];
    inherits boolean;
    superuser boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    -- From 16 on whether a member inherits is said by each membership, before by the member alone.
    said boolean := current_setting('server_version_num')::int >= 160000;
    all_of_it text := CASE WHEN said THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
    moved boolean := false;
BEGIN
    -- Groups: the application for people, the worker, the watch over all cases, the rebuild of a lost
    -- Temporal cluster, the aggregates of the zone lead, whoever loads zones and staff, and whoever
    -- verifies the audit. The functions that see more than who calls them run as percorso_definer.
    FOREACH name IN ARRAY ARRAY[
        'percorso_app', 'percorso_worker', 'percorso_watch', 'percorso_rebuild', 'percorso_lead', 'percorso_setup', 'percorso_auditor',
        'percorso_definer'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
        END IF;
    END LOOP;

    -- Owns the database and all that is in it; the migrations act as it. It has what percorso_definer
    -- has, since only who does may replace that one's functions.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'percorso_owner') THEN
        CREATE ROLE percorso_owner NOLOGIN INHERIT;
    END IF;

    -- Logins of the processes that work on people's data, and of the migrations.
    FOREACH name IN ARRAY ARRAY['percorso_api', 'percorso_work', 'percorso_ops', 'percorso_migrate'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', name);
        END IF;
        IF (SELECT rolinherit FROM pg_roles WHERE rolname = name) THEN -- made by an older version of this file
            EXECUTE format('ALTER ROLE %I NOINHERIT', name);
        END IF;
    END LOOP;

    -- Owns Temporal's two databases. It is a member of nothing, but reaches the schema public of its
    -- own databases only by inheriting from pg_database_owner.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'percorso_temporal') THEN
        CREATE ROLE percorso_temporal LOGIN;
    END IF;

    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['percorso_app', 'percorso_api', ''],
        ['percorso_watch', 'percorso_api', ''],
        ['percorso_lead', 'percorso_api', ''],
        ['percorso_worker', 'percorso_work', ''],
        ['percorso_rebuild', 'percorso_ops', ''],
        ['percorso_setup', 'percorso_ops', ''],
        ['percorso_auditor', 'percorso_ops', ''],
        ['percorso_setup', 'percorso_migrate', ''],
        ['percorso_owner', 'percorso_migrate', ''],
        ['percorso_definer', 'percorso_owner', 'inherits']
    ] LOOP
        inherits := pair[3] = 'inherits';
        IF NOT EXISTS (
            SELECT FROM pg_auth_members m
            JOIN pg_roles granted ON granted.oid = m.roleid
            JOIN pg_roles member ON member.oid = m.member
            WHERE granted.rolname = pair[1] AND member.rolname = pair[2]
                AND coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, inherits) = inherits
                AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
        ) THEN
            EXECUTE format('GRANT %I TO %I', pair[1], pair[2]) || CASE WHEN said THEN format(' WITH INHERIT %s, SET TRUE', upper(inherits::text)) ELSE '' END;
        END IF;
    END LOOP;

    -- A database that belongs to the login of the migrations is of an older version. What is in it is
    -- handed over by percorso migrate, which can do so only once the database is.
    FOR name IN SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = 'percorso_migrate' LOOP
        IF NOT superuser AND NOT moved THEN -- for as long as it takes
            EXECUTE format('GRANT percorso_migrate, percorso_owner TO %I', current_user) || all_of_it;
        END IF;
        moved := true;
        EXECUTE format('ALTER DATABASE %I OWNER TO percorso_owner', name);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO percorso_migrate', name);
    END LOOP;
    IF moved AND NOT superuser THEN
        EXECUTE format('REVOKE percorso_migrate, percorso_owner FROM %I', current_user);
    END IF;

    -- Row-level security binds neither superusers nor BYPASSRLS: such a role would see every zone.
    SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO name
    FROM pg_roles
    WHERE rolname LIKE 'percorso\_%' AND rolname <> current_user AND rolname <> 'percorso_admin'
      AND (rolsuper OR rolbypassrls);
    IF name IS NOT NULL THEN
        RAISE EXCEPTION 'superuser or BYPASSRLS is not allowed for: %', name;
    END IF;

    -- A login that inherits would have every right of its groups without asking for it.
    SELECT string_agg(DISTINCT member.rolname, ', ') INTO name
    FROM pg_auth_members m
    JOIN pg_roles member ON member.oid = m.member
    WHERE member.rolname IN ('percorso_api', 'percorso_work', 'percorso_ops', 'percorso_migrate')
        AND (to_jsonb(m) ->> 'inherit_option')::boolean;
    IF name IS NOT NULL THEN
        RAISE EXCEPTION 'a membership that inherits is not allowed for: %', name;
    END IF;
END
$roles$;
