-- +goose Up

-- A supervisor reminds those who have a task once a day, as a partner; what concerns a
-- protected person and was for somebody else goes to a keeper who is there; and the mail of a
-- day after which something is lost says which day it is.
--
-- The code of before works on this schema: it reminds as often as it is asked to, and says no day.

-- +goose StatementBegin
-- As before; of her keepers the first who is not away and whose mail does not come back.
CREATE OR REPLACE FUNCTION keep_mail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
BEGIN
    IF of_file IS NULL OR NEW.sent_at IS NOT NULL OR EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.email = NEW.recipient) THEN RETURN NEW; END IF;
    IF NEW.link LIKE '/invito/%' THEN RETURN NULL; END IF;
    NEW.recipient := (SELECT k.email FROM keepers_of(of_file) WITH ORDINALITY k
        ORDER BY is_away(k.id, NEW.created_at) OR mail_returns(k.email, NEW.created_at) IS NOT NULL, k.ordinality LIMIT 1);
    IF NEW.recipient IS NULL OR EXISTS (SELECT FROM mail m WHERE m.case_id = NEW.case_id AND m.recipient = NEW.recipient AND m.link = NEW.link
        AND m.template = NEW.template AND m.created_at = NEW.created_at) THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;

-- Whether each of those whom a reminder of a task would go to has had one on the same day. Of a
-- protected person's any one counts, since it went to a keeper.
CREATE FUNCTION reminded_today(of_task uuid, holder uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(bool_and(EXISTS (SELECT FROM mail m WHERE m.case_id = t.case_id AND m.link = '/compiti/' || t.id AND m.template = 'reminder'
            AND m.created_at >= day_begins(day_of(reminded_today.at)) AND (m.recipient = w.email OR EXISTS (SELECT FROM protection p WHERE p.case_id = t.case_id)))), false)
    FROM task t, mailed(t.id, t.zone, reminded_today.holder, t.role, t.agency, reminded_today.at) w WHERE t.id = of_task AND t.zone = my('zone')
$$;

-- As before; the mail knows which day it is about.
CREATE OR REPLACE FUNCTION dates_fall_due(now timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    d critical_date;
    n int := 0;
BEGIN
    FOR d IN SELECT * FROM critical_date o WHERE o.ended_at IS NULL AND o.remind_at <= dates_fall_due.now ORDER BY o.remind_at LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        UPDATE critical_date o SET remind_at = next_reminder(d.on_day, dates_fall_due.now) WHERE o.id = d.id;
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
            SELECT DISTINCT ON (w.email) gen_random_uuid(), 'case/' || f.id, f.id, 'date_nears', '/fascicoli/' || f.id, w.email, dates_fall_due.now, dates_fall_due.now, d.record_id
            FROM case_file f, watchers_of(d, dates_fall_due.now) w WHERE f.id = d.case_id AND f.closed_at IS NULL ORDER BY w.email, w.id;
    END LOOP;
    RETURN n;
END $$;

-- The day that a mail is about after which something is lost.
CREATE FUNCTION mail_date(mail_id uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT day_begins(min(d.on_day)) FROM mail m JOIN critical_date d ON d.record_id = m.record_id AND d.ended_at IS NULL WHERE m.id = mail_id AND m.template = 'date_nears'
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION reminded_today, mail_date FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reminded_today TO percorso_app;
GRANT EXECUTE ON FUNCTION mail_date TO percorso_worker;

-- +goose Down
DROP FUNCTION mail_date, reminded_today;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION dates_fall_due(now timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    d critical_date;
    n int := 0;
BEGIN
    FOR d IN SELECT * FROM critical_date o WHERE o.ended_at IS NULL AND o.remind_at <= dates_fall_due.now ORDER BY o.remind_at LIMIT 100 FOR UPDATE SKIP LOCKED LOOP
        n := n + 1;
        UPDATE critical_date o SET remind_at = next_reminder(d.on_day, dates_fall_due.now) WHERE o.id = d.id;
        INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
            SELECT DISTINCT ON (w.email) gen_random_uuid(), 'case/' || f.id, f.id, 'date_nears', '/fascicoli/' || f.id, w.email, dates_fall_due.now, dates_fall_due.now
            FROM case_file f, watchers_of(d, dates_fall_due.now) w WHERE f.id = d.case_id AND f.closed_at IS NULL ORDER BY w.email, w.id;
    END LOOP;
    RETURN n;
END $$;
CREATE OR REPLACE FUNCTION keep_mail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    of_file uuid := (SELECT p.file FROM protection p WHERE p.case_id = NEW.case_id);
BEGIN
    IF of_file IS NULL OR NEW.sent_at IS NOT NULL OR EXISTS (SELECT FROM keepers_of(of_file) k WHERE k.email = NEW.recipient) THEN RETURN NEW; END IF;
    IF NEW.link LIKE '/invito/%' THEN RETURN NULL; END IF;
    NEW.recipient := (SELECT k.email FROM keepers_of(of_file) k LIMIT 1);
    IF NEW.recipient IS NULL OR EXISTS (SELECT FROM mail m WHERE m.case_id = NEW.case_id AND m.recipient = NEW.recipient AND m.link = NEW.link
        AND m.template = NEW.template AND m.created_at = NEW.created_at) THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
