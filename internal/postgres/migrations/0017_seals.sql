-- +goose Up

-- Each minute the lines of audit and timeline that were written since are sealed: a
-- digest over them and over the seal before. percorso audit verify computes all of
-- it anew, and finds a line that was changed, taken out or put in.
--
-- The code of before works on this schema.
CREATE TABLE seal (
    number      bigint PRIMARY KEY,   -- of both books, without gaps
    version     int NOT NULL,         -- of the text that a line is digested as
    book        text NOT NULL CHECK (book IN ('audit', 'timeline')),
    after_line  bigint,               -- it is over all lines with a greater id; NULL: the first seal of its book
    up_to       bigint NOT NULL,      -- and no greater than this
    lines       bigint NOT NULL,      -- so many
    marks       bytea NOT NULL,       -- of each line its id and the first 8 bytes of its digest, to name one that differs
    complete_at timestamptz,          -- every line of the book that was written before is sealed
    digest      bytea NOT NULL,
    previous    bytea NOT NULL,       -- the digest of the seal before; empty: the first
    sealed_at   timestamptz NOT NULL
);
CREATE INDEX seal_book ON seal (book, number DESC);
CREATE TRIGGER only_inserted BEFORE UPDATE OR DELETE OR TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The last seal once more, so that its loss is noticed.
CREATE TABLE seal_head (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL,
    digest bytea NOT NULL
);

CREATE INDEX audit_shown_line ON audit_shown (line, case_id);

GRANT SELECT ON audit, audit_shown, timeline, seal, seal_head, audit_id_seq, timeline_id_seq TO percorso_auditor;
CREATE POLICY auditor ON audit FOR SELECT TO percorso_auditor USING (true);
CREATE POLICY auditor ON audit_shown FOR SELECT TO percorso_auditor USING (true);
CREATE POLICY auditor ON timeline FOR SELECT TO percorso_auditor USING (true);
GRANT SELECT, INSERT ON seal TO percorso_definer;
GRANT SELECT, INSERT, UPDATE ON seal_head TO percorso_definer;
GRANT SELECT ON audit_id_seq, timeline_id_seq TO percorso_definer;

-- +goose StatementBegin

-- One part of the text that is digested: its length in bytes and itself, or a dash
-- where there is none, so that no two lines have one text. It is in such words that
-- Postgres takes the function for what is in it: a call for each part would be most of
-- what a seal takes.
CREATE FUNCTION seal_part(part text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN part IS NULL THEN '-' ELSE octet_length(part)::text || ':' || part END
$$;
-- A time in microseconds, whatever the settings of whoever asks.
CREATE FUNCTION seal_time(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN isfinite(at) THEN (extract(epoch FROM at) * 1000000)::bigint::text ELSE at::text END
$$;

-- Seals what was written since: the lines of one book, and no more than most; those
-- that are left come with the next call. No row: there is nothing to seal, another
-- process seals, or a transaction that has written a line takes long.
--
-- A line gets its id before it can be seen, so whoever writes now may have a lower id
-- than lines that are there already. The ids up to the last that was given out are
-- taken, and then it is awaited that everybody ends who was writing: what has one of
-- these ids and will ever be seen is seen after that. Nobody waits for the sealer.
CREATE FUNCTION seal_lines(most int) RETURNS TABLE (sealed bigint, of_book text, of_lines bigint, made bytea)
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

-- Since when the audit has had a line that is not sealed; NULL: it has none.
CREATE FUNCTION unsealed_since() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.at FROM audit a WHERE a.id > coalesce((SELECT s.up_to FROM seal s WHERE s.book = 'audit' ORDER BY s.number DESC LIMIT 1), 0) ORDER BY a.id LIMIT 1
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION seal_lines, unsealed_since FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_lines, unsealed_since TO percorso_watch;

-- +goose Down
DROP FUNCTION seal_lines, unsealed_since, seal_part, seal_time;
DROP POLICY auditor ON audit;
DROP POLICY auditor ON audit_shown;
DROP POLICY auditor ON timeline;
REVOKE SELECT ON audit, audit_shown, timeline, audit_id_seq, timeline_id_seq FROM percorso_auditor;
REVOKE SELECT ON audit_id_seq, timeline_id_seq FROM percorso_definer;
DROP INDEX audit_shown_line;
DROP TABLE seal_head, seal;
