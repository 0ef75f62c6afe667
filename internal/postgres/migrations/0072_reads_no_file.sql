-- +goose Up

-- What somebody does who reads no file: the privacy officer, who is told who read it, and
-- the program that reports mails.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- The line of a login is of the agency that its member of staff is listed with, also of
-- an officer, who reads as nobody of theirs: without one they were not logged in.
CREATE OR REPLACE FUNCTION note_act(action text, c uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit (staff, role, agency, zone, action, case_id)
    VALUES (my('staff')::uuid, my('role'), coalesce(my('agency'), (SELECT s.agency FROM staff s WHERE s.id = my('staff')::uuid)), my('zone'), note_act.action, c);
END $$;

-- They keep no file of a protected person. Named as keepers they left her with one fewer
-- than it looked, and her tasks with somebody who cannot do them.
CREATE OR REPLACE FUNCTION hidden_cases() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT p.case_id FROM protection p WHERE NOT EXISTS (SELECT FROM keeper k JOIN staff s ON s.id = k.staff
        WHERE k.file = p.file AND k.staff::text = my('staff') AND s.active AND s.zone = p.zone AND s.agency = k.agency
            AND s.role NOT IN ('privacy_officer', 'mail_system'));
END $$;

-- As before, without who reads no file.
CREATE OR REPLACE FUNCTION keepers_of(of_file uuid) RETURNS SETOF staff LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT s.* FROM keeper k JOIN protection p ON p.case_id = k.file JOIN staff s ON s.id = k.staff AND s.active AND s.zone = p.zone AND s.agency = k.agency
        AND s.role NOT IN ('privacy_officer', 'mail_system')
    WHERE k.file = of_file ORDER BY s.agency = ANY (p.agencies) DESC, k.named_at, s.id
$$;

-- As before: who reads no file is nobody whom one may name.
CREATE OR REPLACE FUNCTION refuse_keepers(of_file uuid, of_zone text, own text[], named uuid[], least_own int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN count(s.id) <> count(n.id) THEN 'unknown_keeper'
        WHEN count(*) FILTER (WHERE NOT s.own) > 1 THEN 'one_keeper_elsewhere'
        WHEN count(*) FILTER (WHERE s.own) < least_own THEN 'two_keepers' END
    FROM (SELECT DISTINCT u.id FROM unnest(named || ARRAY(SELECT k.id FROM keepers_of(of_file) k)) AS u (id)) n
        LEFT JOIN (SELECT o.id, o.agency = ANY (own) OR o.role = 'supervisor' AS own FROM staff o WHERE o.active AND o.zone = of_zone
            AND o.role NOT IN ('privacy_officer', 'mail_system')) s ON s.id = n.id
$$;

-- What they had been given goes to the other keepers.
DO $$
BEGIN
    PERFORM settle_keepers(f.file) FROM (SELECT DISTINCT k.file FROM keeper k JOIN staff s ON s.id = k.staff
        WHERE s.role IN ('privacy_officer', 'mail_system') ORDER BY k.file) f;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_act(action text, c uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit (staff, role, agency, zone, action, case_id)
    VALUES (my('staff')::uuid, my('role'), my('agency'), my('zone'), note_act.action, c);
END $$;
CREATE OR REPLACE FUNCTION refuse_keepers(of_file uuid, of_zone text, own text[], named uuid[], least_own int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE WHEN count(s.id) <> count(n.id) THEN 'unknown_keeper'
        WHEN count(*) FILTER (WHERE NOT s.own) > 1 THEN 'one_keeper_elsewhere'
        WHEN count(*) FILTER (WHERE s.own) < least_own THEN 'two_keepers' END
    FROM (SELECT DISTINCT u.id FROM unnest(named || ARRAY(SELECT k.id FROM keepers_of(of_file) k)) AS u (id)) n
        LEFT JOIN (SELECT o.id, o.agency = ANY (own) OR o.role = 'supervisor' AS own FROM staff o WHERE o.active AND o.zone = of_zone) s ON s.id = n.id
$$;
CREATE OR REPLACE FUNCTION keepers_of(of_file uuid) RETURNS SETOF staff LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = public AS $$
    SELECT s.* FROM keeper k JOIN protection p ON p.case_id = k.file JOIN staff s ON s.id = k.staff AND s.active AND s.zone = p.zone AND s.agency = k.agency
    WHERE k.file = of_file ORDER BY s.agency = ANY (p.agencies) DESC, k.named_at, s.id
$$;
CREATE OR REPLACE FUNCTION hidden_cases() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT p.case_id FROM protection p WHERE NOT EXISTS (SELECT FROM keeper k JOIN staff s ON s.id = k.staff
        WHERE k.file = p.file AND k.staff::text = my('staff') AND s.active AND s.zone = p.zone AND s.agency = k.agency);
END $$;
-- +goose StatementEnd
