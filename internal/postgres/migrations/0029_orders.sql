-- +goose Up

-- Further orders that lists are read in, along an index each: see 0019_lists.sql.
--
-- The code of before works on this schema: it reads the same rows, and writes nothing
-- of what is new.

-- Cases go downwards by both, as referrals do, and so do contacts. What is open, and
-- what has another stage than most, is found without reading the others.
DROP INDEX case_file_list, contact_list;
CREATE INDEX case_file_list ON case_file (zone, opened_at, id);
CREATE INDEX case_file_open ON case_file (zone, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX case_file_closed ON case_file (zone, opened_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX case_file_stage ON case_file (zone, stage, opened_at, id);
CREATE INDEX contact_list ON contact (zone, agency, at, id);

-- The days of one service.
CREATE INDEX appointment_service ON appointment (zone, service, at, id);

-- Referrals by when they are to be answered are read along the open tasks to answer
-- them, which know by when. So such a task says too between which agencies it is: no
-- index is in the order of one table by the columns of another.
ALTER TABLE task ADD asked_by text NOT NULL DEFAULT '', ADD asked text NOT NULL DEFAULT '';
-- +goose StatementBegin
CREATE FUNCTION name_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT r.from_agency, r.to_agency INTO STRICT NEW.asked_by, NEW.asked FROM referral r WHERE r.id = NEW.referral_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER name_asked BEFORE INSERT ON task FOR EACH ROW WHEN (NEW.kind = 'referral_answer' AND NEW.referral_id IS NOT NULL)
    EXECUTE FUNCTION name_asked();
REVOKE EXECUTE ON FUNCTION name_asked FROM PUBLIC;
UPDATE task t SET asked_by = r.from_agency, asked = r.to_agency FROM referral r
    WHERE r.id = t.referral_id AND t.kind = 'referral_answer' AND t.ended_at IS NULL;
CREATE INDEX task_answer_to ON task (zone, asked, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;
CREATE INDEX task_answer_from ON task (zone, asked_by, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;
CREATE INDEX task_answer ON task (zone, escalate_at, id) WHERE kind = 'referral_answer' AND ended_at IS NULL AND NOT suspended;

-- The open referrals of an agency, the newest first.
CREATE INDEX referral_to_open ON referral (zone, to_agency, requested_at, id)
    WHERE state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected');
CREATE INDEX referral_from_open ON referral (zone, from_agency, requested_at, id)
    WHERE state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected');

-- +goose StatementBegin

-- In which kinds of keys a word is looked for: a single letter at the beginning of a
-- name alone.
CREATE FUNCTION key_kinds(word text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END
$$;
REVOKE EXECUTE ON FUNCTION key_kinds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_kinds TO percorso_definer;

-- As before, and no dearer where very much would be found. What a word finds that few
-- have is put in order. Where every word, or the number, is that of many, the files
-- themselves are gone through, the newest first, and a page is soon together; where it
-- is not, all that is found is put in order after all.
CREATE OR REPLACE FUNCTION find_files(words text[], number text, typed text, before timestamptz, before_id uuid, most int)
RETURNS TABLE (id uuid, opened_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 25 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    last text := chr(1114111); -- no text goes on with a later sign
    many CONSTANT int := 1000; -- keys
    far CONSTANT int := 2000;  -- files that are gone through
    rarest text;
    fewest int := many;
    numbers int;
    n int;
    w text;
    found record;
BEGIN
    FOREACH w IN ARRAY words LOOP
        SELECT count(*) INTO n FROM (SELECT FROM person_key k WHERE k.zone = my('zone') AND k.kind = ANY (key_kinds(w))
            AND k.key >= w AND k.key < w || last LIMIT many) few;
        IF n < fewest THEN
            rarest := w;
            fewest := n;
        END IF;
    END LOOP;
    SELECT count(*) INTO numbers FROM (SELECT FROM person_key k WHERE find_files.number <> '' AND k.zone = my('zone') AND k.kind = 'number'
        AND k.key >= find_files.number AND k.key < find_files.number || last LIMIT many) few;
    -- Who has no keys yet is found below alone.
    IF (rarest IS NULL OR numbers = many) AND NOT EXISTS (SELECT FROM person p WHERE p.keys = 0) THEN
        n := 0;
        FOR found IN
            SELECT f.id, f.opened_at, owner_sees_case(f.id) AND (NOT EXISTS (SELECT FROM unnest(words) AS u (word) WHERE NOT EXISTS (
                    SELECT FROM person_key k WHERE k.case_id = f.id AND k.kind = ANY (key_kinds(u.word)) AND k.key >= u.word AND k.key < u.word || last))
                OR find_files.number <> '' AND EXISTS (
                    SELECT FROM person_key k WHERE k.case_id = f.id AND k.kind = 'number' AND k.key >= find_files.number AND k.key < find_files.number || last)) AS fits
            FROM case_file f WHERE f.zone = my('zone') AND (f.opened_at, f.id) < (before, before_id)
            ORDER BY f.opened_at DESC, f.id DESC LIMIT far
        LOOP
            n := n + 1;
            before := found.opened_at;
            before_id := found.id;
            CONTINUE WHEN NOT found.fits;
            id := found.id;
            opened_at := found.opened_at;
            RETURN NEXT;
            most := most - 1;
            IF most <= 0 THEN RETURN; END IF;
        END LOOP;
        IF n < far THEN RETURN; END IF;
    END IF;
    FOR found IN
        SELECT h.case_id, h.opened_at FROM (
            SELECT k.case_id, k.opened_at FROM unnest(words) AS u (word) JOIN person_key k ON k.zone = my('zone')
                AND k.kind = ANY (key_kinds(u.word)) AND k.key >= u.word AND k.key < u.word || last
            WHERE rarest IS NULL
            GROUP BY k.case_id, k.opened_at HAVING count(DISTINCT u.word) = cardinality(words)
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k
            WHERE rarest IS NOT NULL AND k.zone = my('zone') AND k.kind = ANY (key_kinds(rarest)) AND k.key >= rarest AND k.key < rarest || last
                AND NOT EXISTS (SELECT FROM unnest(words) AS u (word) WHERE u.word <> rarest AND NOT EXISTS (
                    SELECT FROM person_key o WHERE o.case_id = k.case_id AND o.kind = ANY (key_kinds(u.word)) AND o.key >= u.word AND o.key < u.word || last))
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k
            WHERE find_files.number <> '' AND k.zone = my('zone') AND k.kind = 'number' AND k.key >= find_files.number AND k.key < find_files.number || last
            UNION
            SELECT f.id, f.opened_at FROM person p JOIN case_file f ON f.id = p.case_id
            WHERE p.keys = 0 AND f.zone = my('zone') AND (strpos(lower(p.given_name || ' ' || p.family_name), lower(typed)) > 0
                OR (SELECT bool_and(strpos(lower(p.given_name || ' ' || p.family_name), u.word) > 0) FROM unnest(words) AS u (word))
                OR find_files.number <> '' AND find_files.number IN (SELECT left(k, length(find_files.number)) FROM number_keys(f.number) k))
        ) h
        WHERE (h.opened_at, h.case_id) < (before, before_id)
        ORDER BY h.opened_at DESC, h.case_id DESC
    LOOP
        IF owner_sees_case(found.case_id) THEN
            id := found.case_id;
            opened_at := found.opened_at;
            RETURN NEXT;
            most := most - 1;
            EXIT WHEN most <= 0;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION find_files(words text[], number text, typed text, before timestamptz, before_id uuid, most int) RETURNS TABLE (id uuid, opened_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 25 SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    last text := chr(1114111); -- no text goes on with a later sign
    found record;
BEGIN
    FOR found IN
        SELECT h.case_id, h.opened_at FROM (
            SELECT k.case_id, k.opened_at FROM unnest(words) AS w (word) JOIN person_key k ON k.zone = my('zone')
                AND k.kind = ANY (CASE WHEN length(w.word) > 1 THEN ARRAY['word', 'within'] ELSE ARRAY['word'] END)
                AND k.key >= w.word AND k.key < w.word || last
            GROUP BY k.case_id, k.opened_at HAVING count(DISTINCT w.word) = cardinality(words)
            UNION
            SELECT k.case_id, k.opened_at FROM person_key k
            WHERE find_files.number <> '' AND k.zone = my('zone') AND k.kind = 'number' AND k.key >= find_files.number AND k.key < find_files.number || last
            UNION
            SELECT f.id, f.opened_at FROM person p JOIN case_file f ON f.id = p.case_id
            WHERE p.keys = 0 AND f.zone = my('zone') AND (strpos(lower(p.given_name || ' ' || p.family_name), lower(typed)) > 0
                OR (SELECT bool_and(strpos(lower(p.given_name || ' ' || p.family_name), w.word) > 0) FROM unnest(words) AS w (word))
                OR find_files.number <> '' AND find_files.number IN (SELECT left(n, length(find_files.number)) FROM number_keys(f.number) n))
        ) h
        WHERE (h.opened_at, h.case_id) < (before, before_id)
        ORDER BY h.opened_at DESC, h.case_id DESC
    LOOP
        IF owner_sees_case(found.case_id) THEN
            id := found.case_id;
            opened_at := found.opened_at;
            RETURN NEXT;
            most := most - 1;
            EXIT WHEN most <= 0;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd
DROP FUNCTION key_kinds;
DROP INDEX referral_to_open, referral_from_open, task_answer_to, task_answer_from, task_answer;
DROP TRIGGER name_asked ON task;
DROP FUNCTION name_asked;
ALTER TABLE task DROP COLUMN asked_by, DROP COLUMN asked;
DROP INDEX appointment_service, case_file_list, case_file_open, case_file_closed, case_file_stage, contact_list;
CREATE INDEX case_file_list ON case_file (zone, opened_at DESC, id);
CREATE INDEX contact_list ON contact (zone, agency, at DESC, id);
