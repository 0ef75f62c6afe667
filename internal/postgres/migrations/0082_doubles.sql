-- +goose Up

-- Two case files that may be of one person are kept as a pair when the second one is opened
-- or either person is corrected, so that whoever may merge finds them without comparing
-- everybody with everybody. A pair is written where keys of both agree; whether the two are
-- alike is said by internal/names when the pair is read.
--
-- The code of before works on this schema, and reads no pairs. Those of the files that there are
-- come with their keys, which percorso migrate makes anew.

CREATE TABLE alike (
    file uuid NOT NULL,
    twin uuid NOT NULL CHECK (file < twin),
    zone text NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (file, twin)
);
CREATE INDEX alike_newest ON alike (zone, at, file, twin);
ALTER TABLE alike ENABLE ROW LEVEL SECURITY;
ALTER TABLE alike FORCE ROW LEVEL SECURITY;
-- It is read by who sees both files, and who keeps one of a protected person's learns of no other.
CREATE POLICY app_read ON alike FOR SELECT TO percorso_app USING (zone = my('zone') AND sees_case(file) AND sees_case(twin));
CREATE POLICY protected ON alike AS RESTRICTIVE FOR SELECT TO percorso_app
    USING (file NOT IN (SELECT hidden_cases()) AND twin NOT IN (SELECT hidden_cases()));
CREATE POLICY no_officer ON alike AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
GRANT SELECT ON alike TO percorso_app;
GRANT SELECT, INSERT ON alike TO percorso_definer;

-- +goose StatementBegin
-- Whether one day of birth may have been typed for the other: at most two digits differ, day and
-- month are exchanged, or of one the year alone is known.
CREATE FUNCTION births_near(a date, b date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (SELECT count(*) FROM generate_series(1, 8) n WHERE substr(to_char(a, 'YYYYMMDD'), n, 1) <> substr(to_char(b, 'YYYYMMDD'), n, 1)) <= 2
        OR to_char(a, 'YYYYDDMM') = to_char(b, 'YYYYMMDD')
        OR to_char(a, 'YYYY') = to_char(b, 'YYYY') AND '0101' IN (to_char(a, 'MMDD'), to_char(b, 'MMDD'))
$$;

-- Keeps the pairs of which one file has got keys: those with the same codice fiscale, with the
-- day of birth and the sounds of two words, or with the same or like names and a near birth. Of
-- names that many have the newest alone are looked at.
CREATE FUNCTION keep_alike() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO alike (file, twin, zone, at)
        SELECT DISTINCT least(h.a, h.b), greatest(h.a, h.b), h.zone, clock_timestamp() FROM (
            SELECT n.case_id AS a, k.case_id AS b, n.zone FROM new_key n
                JOIN person_key k ON k.zone = n.zone AND k.kind = 'day' AND k.key = n.key AND k.case_id <> n.case_id
            WHERE n.kind = 'day' GROUP BY n.case_id, k.case_id, n.zone HAVING count(*) > 1
            UNION
            SELECT n.case_id, k.case_id, n.zone FROM new_key n
                JOIN person_key k ON k.zone = n.zone AND k.kind = 'fiscal' AND k.key = n.key AND k.case_id <> n.case_id
            WHERE n.kind = 'fiscal'
            UNION
            SELECT n.case_id, s.case_id, n.zone FROM new_key n JOIN person p ON p.case_id = n.case_id
                CROSS JOIN LATERAL (SELECT k.case_id FROM person_key k WHERE k.zone = n.zone AND k.kind = n.kind AND k.key = n.key AND k.case_id <> n.case_id
                    ORDER BY k.opened_at DESC, k.case_id LIMIT 200) s
                JOIN person o ON o.case_id = s.case_id
            WHERE n.kind IN ('whole', 'sound') AND births_near(p.birth_date, o.birth_date)
        ) h
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION births_near, keep_alike FROM PUBLIC;
GRANT EXECUTE ON FUNCTION births_near TO percorso_definer;
CREATE TRIGGER keep_alike AFTER INSERT ON person_key REFERENCING NEW TABLE AS new_key FOR EACH STATEMENT EXECUTE FUNCTION keep_alike();

-- +goose Down
DROP TRIGGER keep_alike ON person_key;
DROP FUNCTION keep_alike, births_near;
DROP TABLE alike;
