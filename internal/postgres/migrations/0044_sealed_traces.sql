-- +goose Up

-- Seals take in which click a line belongs to, too: the text of version 2 is that of
-- version 1 and the line's trace. What is sealed keeps its version.
--
-- The code of before works on this schema: it seals by this function as by the one
-- before. Only its own percorso audit verify does not know the new version, and says so.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION seal_lines(most int) RETURNS TABLE (sealed bigint, of_book text, of_lines bigint, made bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    head seal_head;
    last seal;
    this seal;
    of_these text;
    top bigint;
    found_lines bigint;
    as_of timestamptz;
    writers text[];
    body bytea;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('percorso seal')) THEN RETURN; END IF;
    SELECT * INTO head FROM seal_head;
    FOREACH of_these IN ARRAY ARRAY['audit', 'timeline'] LOOP
        this.book := of_these;
        SELECT * INTO last FROM seal s WHERE s.book = this.book ORDER BY s.number DESC LIMIT 1;
        as_of := clock_timestamp();
        EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %I', this.book || '_id_seq') INTO top;
        CONTINUE WHEN top <= coalesce(last.up_to, 0);
        writers := ARRAY(SELECT l.virtualtransaction FROM pg_locks l WHERE l.relation = this.book::regclass AND l.mode = 'RowExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
        FOR pauses IN 1..40 LOOP
            EXIT WHEN NOT EXISTS (SELECT FROM pg_locks l WHERE l.virtualtransaction = ANY (writers) AND l.relation = this.book::regclass);
            PERFORM pg_sleep(0.05);
        END LOOP;
        CONTINUE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.virtualtransaction = ANY (writers) AND l.relation = this.book::regclass);

        this.version := 2;
        this.after_line := last.up_to;
        EXECUTE format('SELECT count(*), max(id) FROM (SELECT id FROM %I WHERE id >= coalesce($1 + 1, ''-9223372036854775808''::bigint) AND id <= $2 ORDER BY id LIMIT $3) l', this.book)
            INTO found_lines, this.up_to USING this.after_line, top, most;
        IF found_lines < most THEN
            this.up_to := top;
        END IF;
        this.complete_at := CASE WHEN this.up_to = top THEN as_of ELSE last.complete_at END;
        IF this.book = 'audit' THEN
            SELECT count(*), coalesce(string_agg(int8send(l.id) || substring(l.digest FROM 1 FOR 8), '' ORDER BY l.id), ''),
                sha256(coalesce(string_agg(l.digest, '' ORDER BY l.id), '')) INTO this.lines, this.marks, body
            FROM (SELECT a.id, sha256(convert_to(seal_part(a.id::text) || seal_part(seal_time(a.at)) || seal_part(a.staff::text) || seal_part(a.link::text)
                    || seal_part(a.role) || seal_part(a.agency) || seal_part(a.zone) || seal_part(a.action) || seal_part(a.case_id::text)
                    || seal_part(a.purpose) || seal_part(a.asked) || seal_part(encode(a.searched, 'hex')) || seal_part(a.same::text)
                    || seal_part((SELECT string_agg(s.case_id::text, ' ' ORDER BY s.case_id) FROM audit_shown s WHERE s.line = a.id)) || seal_part(a.trace), 'UTF8')) AS digest
                FROM audit a WHERE a.id >= coalesce(this.after_line + 1, '-9223372036854775808') AND a.id <= this.up_to) l;
        ELSE
            SELECT count(*), coalesce(string_agg(int8send(l.id) || substring(l.digest FROM 1 FOR 8), '' ORDER BY l.id), ''),
                sha256(coalesce(string_agg(l.digest, '' ORDER BY l.id), '')) INTO this.lines, this.marks, body
            FROM (SELECT t.id, sha256(convert_to(seal_part(t.id::text) || seal_part(seal_time(t.at)) || seal_part(t.case_id::text) || seal_part(t.run_id)
                    || seal_part(t.zone) || seal_part(t.code) || seal_part(t.detail) || seal_part(t.command_id::text) || seal_part(t.by_staff::text) || seal_part(t.trace), 'UTF8')) AS digest
                FROM timeline t WHERE t.id >= coalesce(this.after_line + 1, '-9223372036854775808') AND t.id <= this.up_to) l;
        END IF;
        this.number := coalesce(head.number, 0) + 1;
        this.previous := coalesce(head.digest, '');
        this.sealed_at := clock_timestamp();
        this.digest := sha256(this.previous || convert_to(seal_part(this.version::text) || seal_part(this.number::text) || seal_part(this.book)
            || seal_part(this.after_line::text) || seal_part(this.up_to::text) || seal_part(this.lines::text)
            || seal_part(seal_time(this.complete_at)) || seal_part(seal_time(this.sealed_at)), 'UTF8') || body);
        INSERT INTO seal SELECT this.*;
        INSERT INTO seal_head (number, digest) VALUES (this.number, this.digest)
            ON CONFLICT (one) DO UPDATE SET number = excluded.number, digest = excluded.digest;
        RETURN QUERY SELECT this.number, this.book, this.lines, this.digest;
        RETURN;
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- Seals of version 2 stay: a program that does not know them says so.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION seal_lines(most int) RETURNS TABLE (sealed bigint, of_book text, of_lines bigint, made bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    head seal_head;
    last seal;
    this seal;
    of_these text;
    top bigint;
    found_lines bigint;
    as_of timestamptz;
    writers text[];
    body bytea;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('percorso seal')) THEN RETURN; END IF;
    SELECT * INTO head FROM seal_head;
    FOREACH of_these IN ARRAY ARRAY['audit', 'timeline'] LOOP
        this.book := of_these;
        SELECT * INTO last FROM seal s WHERE s.book = this.book ORDER BY s.number DESC LIMIT 1;
        as_of := clock_timestamp();
        EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM %I', this.book || '_id_seq') INTO top;
        CONTINUE WHEN top <= coalesce(last.up_to, 0);
        writers := ARRAY(SELECT l.virtualtransaction FROM pg_locks l WHERE l.relation = this.book::regclass AND l.mode = 'RowExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
        FOR pauses IN 1..40 LOOP
            EXIT WHEN NOT EXISTS (SELECT FROM pg_locks l WHERE l.virtualtransaction = ANY (writers) AND l.relation = this.book::regclass);
            PERFORM pg_sleep(0.05);
        END LOOP;
        CONTINUE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.virtualtransaction = ANY (writers) AND l.relation = this.book::regclass);

        this.version := 1;
        this.after_line := last.up_to;
        EXECUTE format('SELECT count(*), max(id) FROM (SELECT id FROM %I WHERE id >= coalesce($1 + 1, ''-9223372036854775808''::bigint) AND id <= $2 ORDER BY id LIMIT $3) l', this.book)
            INTO found_lines, this.up_to USING this.after_line, top, most;
        IF found_lines < most THEN
            this.up_to := top;
        END IF;
        this.complete_at := CASE WHEN this.up_to = top THEN as_of ELSE last.complete_at END;
        IF this.book = 'audit' THEN
            SELECT count(*), coalesce(string_agg(int8send(l.id) || substring(l.digest FROM 1 FOR 8), '' ORDER BY l.id), ''),
                sha256(coalesce(string_agg(l.digest, '' ORDER BY l.id), '')) INTO this.lines, this.marks, body
            FROM (SELECT a.id, sha256(convert_to(seal_part(a.id::text) || seal_part(seal_time(a.at)) || seal_part(a.staff::text) || seal_part(a.link::text)
                    || seal_part(a.role) || seal_part(a.agency) || seal_part(a.zone) || seal_part(a.action) || seal_part(a.case_id::text)
                    || seal_part(a.purpose) || seal_part(a.asked) || seal_part(encode(a.searched, 'hex')) || seal_part(a.same::text)
                    || seal_part((SELECT string_agg(s.case_id::text, ' ' ORDER BY s.case_id) FROM audit_shown s WHERE s.line = a.id)), 'UTF8')) AS digest
                FROM audit a WHERE a.id >= coalesce(this.after_line + 1, '-9223372036854775808') AND a.id <= this.up_to) l;
        ELSE
            SELECT count(*), coalesce(string_agg(int8send(l.id) || substring(l.digest FROM 1 FOR 8), '' ORDER BY l.id), ''),
                sha256(coalesce(string_agg(l.digest, '' ORDER BY l.id), '')) INTO this.lines, this.marks, body
            FROM (SELECT t.id, sha256(convert_to(seal_part(t.id::text) || seal_part(seal_time(t.at)) || seal_part(t.case_id::text) || seal_part(t.run_id)
                    || seal_part(t.zone) || seal_part(t.code) || seal_part(t.detail) || seal_part(t.command_id::text) || seal_part(t.by_staff::text), 'UTF8')) AS digest
                FROM timeline t WHERE t.id >= coalesce(this.after_line + 1, '-9223372036854775808') AND t.id <= this.up_to) l;
        END IF;
        this.number := coalesce(head.number, 0) + 1;
        this.previous := coalesce(head.digest, '');
        this.sealed_at := clock_timestamp();
        this.digest := sha256(this.previous || convert_to(seal_part(this.version::text) || seal_part(this.number::text) || seal_part(this.book)
            || seal_part(this.after_line::text) || seal_part(this.up_to::text) || seal_part(this.lines::text)
            || seal_part(seal_time(this.complete_at)) || seal_part(seal_time(this.sealed_at)), 'UTF8') || body);
        INSERT INTO seal SELECT this.*;
        INSERT INTO seal_head (number, digest) VALUES (this.number, this.digest)
            ON CONFLICT (one) DO UPDATE SET number = excluded.number, digest = excluded.digest;
        RETURN QUERY SELECT this.number, this.book, this.lines, this.digest;
        RETURN;
    END LOOP;
END $$;
-- +goose StatementEnd
