-- +goose Up

-- Whether the same look has left its line already is found along the index by when, and
-- not by going through all the lines that it has ever left: the time is asked once,
-- before. The code of before works on this schema.

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

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION leave_line(staff uuid, link uuid, role text, agency text, zone text, action text, purpose text, asked text,
    searched bytea, cases uuid[], things text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    shown uuid[] := ARRAY(SELECT DISTINCT c FROM unnest(cases) c ORDER BY c);
    what uuid := md5(concat_ws('|', staff, link, action, purpose, asked, encode(searched, 'hex'), shown::text, things))::uuid;
    new_line bigint;
BEGIN
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > clock_timestamp() - interval '10 minutes') THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(what::text));
    IF EXISTS (SELECT FROM audit a WHERE a.same = what AND a.at > clock_timestamp() - interval '10 minutes') THEN RETURN; END IF;
    INSERT INTO audit (staff, link, role, agency, zone, action, purpose, asked, searched, same, case_id)
        VALUES (staff, link, role, agency, zone, action, purpose, asked, searched, what, CASE cardinality(shown) WHEN 1 THEN shown[1] END)
        RETURNING id INTO new_line;
    IF cardinality(shown) > 1 THEN
        INSERT INTO audit_shown (case_id, line) SELECT c, new_line FROM unnest(shown) c;
    END IF;
END $$;
-- +goose StatementEnd
