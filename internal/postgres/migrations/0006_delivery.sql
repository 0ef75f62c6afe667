-- +goose Up

-- Wakes and mails wait apart, so that a slow mail server holds up no wake.
-- +goose StatementBegin
DROP FUNCTION take_wakes, next_wake;

-- Hands out entries that are due, the longest due first. No case gets more than a
-- quarter of what is asked for, and those that are busy get nothing: a case that
-- tells its hundred branches something does not hold up the others. An earlier
-- entry of the same run that was tried and comes again later goes along, so that
-- it is not overtaken. Only the first of a long backlog are looked at, so that it
-- costs the same however long that is.
CREATE FUNCTION take_wakes(most int, busy uuid[]) RETURNS TABLE (id uuid, seq bigint, run_id text, case_id uuid, target text, answer jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
    WHERE c.id IN (
        WITH due AS (
            SELECT d.id, d.case_id, d.run_id, d.seq, d.wake_at AS at FROM command d
            WHERE d.state = 'accepted' AND d.wake_at <= clock_timestamp() AND (d.case_id = ANY (busy)) IS NOT TRUE
            ORDER BY d.wake_at, d.seq LIMIT most * 8
        ), earlier AS (
            SELECT e.id, e.case_id, e.seq, min(d.at) AS at FROM due d JOIN command e ON e.case_id = d.case_id AND e.run_id = d.run_id
            WHERE e.state = 'accepted' AND e.wakes > 0 AND e.wake_at > clock_timestamp() AND e.seq < d.seq GROUP BY e.id
        ), candidate AS (
            SELECT id, at, row_number() OVER (PARTITION BY case_id ORDER BY at, seq) AS nth, again
            FROM (SELECT id, case_id, seq, at, false AS again FROM due UNION ALL SELECT id, case_id, seq, at, true FROM earlier) a
        )
        SELECT w.id FROM command w JOIN candidate n ON n.id = w.id
        WHERE n.nth <= greatest(most / 4, 1) AND w.state = 'accepted' AND (n.again OR w.wake_at <= clock_timestamp())
        ORDER BY n.at, w.seq LIMIT most FOR UPDATE OF w SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.case_id, c.target, c.answer
$$;
CREATE FUNCTION next_wake(busy uuid[]) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT min(wake_at) FROM command WHERE state = 'accepted' AND (case_id = ANY (busy)) IS NOT TRUE
$$;
CREATE FUNCTION tell_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('percorso_mail', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- Whoever writes a mail wakes the post with it.
CREATE TRIGGER tell_post AFTER INSERT ON mail FOR EACH STATEMENT EXECUTE FUNCTION tell_post();

REVOKE EXECUTE ON FUNCTION take_wakes, next_wake, tell_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wakes, next_wake TO percorso_worker;

-- A mail has one recipient, so that one whom the server refuses keeps it from
-- nobody else, and each one's result is known.
ALTER TABLE mail
    ADD recipient   text,
    ADD cause       text NOT NULL DEFAULT '',      -- why it waits or failed: a code, never what the server wrote
    ADD code        int NOT NULL DEFAULT 0,        -- of the server's reply; 0: it gave none
    ADD held_at     timestamptz,                   -- since when it waits for the operator
    ADD halts       boolean NOT NULL DEFAULT false, -- it is held by what would hold every mail: the others wait until it was tried again
    ADD deferred_at timestamptz;                   -- since when the server puts it off
INSERT INTO mail (id, run_id, case_id, template, link, recipients, recipient, created_at, next_try, tries, sent_at, failed_at)
    SELECT md5(m.id || ' ' || r.n)::uuid, m.run_id, m.case_id, m.template, m.link, m.recipients, r.recipient, m.created_at, m.next_try, m.tries, m.sent_at, m.failed_at
    FROM mail m, unnest(m.recipients) WITH ORDINALITY r (recipient, n) WHERE r.n > 1;
UPDATE mail SET recipient = coalesce(recipients[1], '') WHERE recipient IS NULL;
ALTER TABLE mail ALTER recipient SET NOT NULL, DROP recipients;
CREATE INDEX mail_held ON mail (held_at) WHERE held_at IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mail_failed ON mail (link) WHERE failed_at IS NOT NULL;

-- +goose StatementBegin
DROP FUNCTION take_mails, mail_done, bounced_mail;

-- Hands out mails that are due; each comes again after a minute unless mail_tried
-- is told of it. While one is held by what would hold every mail, it alone is tried,
-- each time it is due, and the others wait for it.
CREATE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipient text, tries int, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    halted timestamptz := (SELECT max(m.next_try) FROM mail m WHERE m.held_at IS NOT NULL AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.halts);
BEGIN
    IF halted > clock_timestamp() THEN RETURN; END IF;
    RETURN QUERY UPDATE mail m SET tries = m.tries + 1, next_try = clock_timestamp() + interval '1 minute'
        WHERE m.id IN (SELECT w.id FROM mail w WHERE w.sent_at IS NULL AND w.failed_at IS NULL AND w.next_try <= clock_timestamp()
                       ORDER BY w.halts DESC, w.next_try LIMIT CASE WHEN halted IS NULL THEN most ELSE 1 END FOR UPDATE SKIP LOCKED)
        RETURNING m.id, m.run_id, m.template, m.link, m.recipient, m.tries,
            CASE WHEN m.link LIKE '/invito/%' THEN (SELECT l.expires_at FROM link l WHERE l.id = substr(m.link, 9)::uuid) END;
END $$;

-- When there is something to take.
CREATE FUNCTION next_mail() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce((SELECT max(next_try) FROM mail WHERE held_at IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL AND halts),
                    (SELECT min(next_try) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL))
$$;

-- A mail will never arrive: its case says so, whether or not its run is still there.
CREATE FUNCTION fail_mail(mail_id uuid, cause text, code int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    m mail;
BEGIN
    UPDATE mail SET failed_at = clock_timestamp(), held_at = NULL, halts = false, cause = fail_mail.cause, code = fail_mail.code
        WHERE id = mail_id AND failed_at IS NULL RETURNING * INTO m;
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
        SELECT m.case_id, m.run_id, f.zone, clock_timestamp(), 'mail_bounced',
            coalesce((SELECT l.agency FROM link l WHERE m.link = '/invito/' || l.id), '')
        FROM case_file f WHERE f.id = m.case_id;
END $$;

-- What became of a try: sent, later (the server puts it off), held (the operator
-- has to mend something first; everything: no mail would go) or failed. A mail that
-- is put off for longer than longest has failed. It says what it made of it.
CREATE FUNCTION mail_tried(mail_id uuid, outcome text, cause text, code int, everything boolean, longest interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
    m mail;
    made text := mail_tried.outcome;
    at timestamptz := clock_timestamp();
BEGIN
    SELECT * INTO m FROM mail WHERE id = mail_id AND sent_at IS NULL AND failed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN made; END IF;
    IF made = 'later' AND m.deferred_at < at - longest THEN
        made := 'failed';
    END IF;
    CASE made
    WHEN 'sent' THEN
        UPDATE mail SET sent_at = at, held_at = NULL, halts = false, cause = '', code = 0 WHERE id = mail_id;
    WHEN 'later' THEN
        UPDATE mail SET deferred_at = coalesce(deferred_at, at), held_at = NULL, halts = false, cause = mail_tried.cause, code = mail_tried.code,
            next_try = at + least(interval '1 hour', interval '5 seconds' * power(3, least(m.tries - 1, 7))) WHERE id = mail_id;
    WHEN 'held' THEN
        UPDATE mail SET held_at = coalesce(held_at, at), halts = everything, cause = mail_tried.cause, code = mail_tried.code,
            next_try = at + least(interval '10 minutes', interval '5 seconds' * power(2, least(m.tries - 1, 7))) WHERE id = mail_id;
    WHEN 'failed' THEN
        PERFORM fail_mail(mail_id, CASE mail_tried.outcome WHEN 'later' THEN 'too_long' ELSE mail_tried.cause END, mail_tried.code);
    END CASE;
    IF NOT (made = 'held' AND everything) AND mail_tried.cause <> 'unwritten' THEN
        -- The server took it as far as its recipient: what waited for that is due.
        UPDATE mail SET halts = false, next_try = at WHERE held_at IS NOT NULL AND halts AND sent_at IS NULL AND failed_at IS NULL;
    END IF;
    RETURN made;
END $$;
-- Whoever starts may have been given what was missing: what is held is due.
CREATE FUNCTION retry_held_mails() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail SET next_try = least(next_try, clock_timestamp()) WHERE held_at IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL
$$;
-- The mail system reports a mail that came back. It gives the case that the mail
-- was about; NULL: no such mail was sent for that run.
CREATE FUNCTION mail_came_back(run text, mail_id uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    about uuid := (SELECT m.case_id FROM mail m WHERE m.id = mail_id AND m.run_id = mail_came_back.run);
BEGIN
    IF about IS NOT NULL THEN
        PERFORM fail_mail(mail_id, 'came_back', 0);
    END IF;
    RETURN about;
END $$;
-- Since when a partner has not the link that its task waits for, because the
-- newest mail with one failed; NULL: it was not refused.
CREATE FUNCTION undelivered(task uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.failed_at FROM (SELECT l.id, l.used_at FROM link l WHERE l.task_id = undelivered.task ORDER BY l.created_at DESC LIMIT 1) n
        JOIN mail m ON m.link = '/invito/' || n.id AND m.failed_at IS NOT NULL WHERE n.used_at IS NULL
$$;
-- How the mails do: how many wait for the operator, since when and why, and how
-- many failed within a day.
CREATE FUNCTION mail_state() RETURNS TABLE (held int, since timestamptz, cause text, code int, failed int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH held AS (SELECT * FROM mail WHERE held_at IS NOT NULL AND sent_at IS NULL AND failed_at IS NULL)
    SELECT CASE WHEN EXISTS (SELECT FROM held WHERE halts) THEN (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL)
                ELSE (SELECT count(*) FROM held) END::int,
        (SELECT min(held_at) FROM held),
        coalesce((SELECT h.cause FROM held h ORDER BY h.halts DESC, h.held_at LIMIT 1), ''),
        coalesce((SELECT h.code FROM held h ORDER BY h.halts DESC, h.held_at LIMIT 1), 0),
        (SELECT count(*) FROM mail WHERE failed_at > clock_timestamp() - interval '1 day')::int
$$;
-- A mail that the server puts off, or that waits for the operator, is not what
-- the machinery has left undone.
CREATE OR REPLACE FUNCTION backlog(before timestamptz) RETURNS TABLE (entries int, clocks int, outbox int, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND created_at < before)::int,
           (SELECT count(*) FROM run WHERE ended_at IS NULL AND next_due < before)::int,
           (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < before AND held_at IS NULL AND deferred_at IS NULL
                AND NOT EXISTS (SELECT FROM mail h WHERE h.held_at IS NOT NULL AND h.sent_at IS NULL AND h.failed_at IS NULL AND h.halts))::int,
           least((SELECT min(created_at) FROM command WHERE state = 'accepted' AND created_at < before),
                 (SELECT min(next_due) FROM run WHERE ended_at IS NULL AND next_due < before))
$$;
-- As before, with one recipient.
CREATE OR REPLACE FUNCTION renew_link(link_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    l link;
    t task;
    address text;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id;
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM link o WHERE o.task_id = l.task_id AND o.created_at > clock_timestamp() - interval '1 minute') THEN
        RETURN false;
    END IF;
    SELECT a ->> 'email' INTO address FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
    WHERE z.zone = l.zone AND z.current AND a ->> 'code' = l.agency;
    IF coalesce(address, '') = '' THEN RETURN false; END IF;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (c, l.case_id, l.run_id, l.zone, l.agency, l.referral_id, l.task_id, clock_timestamp(), clock_timestamp() + (l.expires_at - l.created_at));
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), l.run_id, l.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || c, address, clock_timestamp(), clock_timestamp());
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (l.case_id, l.run_id, l.zone, clock_timestamp(), 'link_sent', l.agency);
    RETURN true;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION take_mails, next_mail, fail_mail, mail_tried, retry_held_mails, mail_came_back, undelivered, mail_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_mails, next_mail, mail_tried, retry_held_mails TO percorso_worker;
GRANT EXECUTE ON FUNCTION mail_came_back, undelivered TO percorso_app;
GRANT EXECUTE ON FUNCTION mail_state TO percorso_app, percorso_watch;

-- +goose Down
DROP TRIGGER tell_post ON mail;
DROP FUNCTION take_mails, fail_mail, mail_tried, retry_held_mails, mail_came_back, undelivered, mail_state;
ALTER TABLE mail ADD recipients text[];
UPDATE mail SET recipients = ARRAY[recipient];
ALTER TABLE mail ALTER recipients SET NOT NULL, DROP recipient, DROP cause, DROP code, DROP held_at, DROP halts, DROP deferred_at;
DROP INDEX mail_failed;
-- +goose StatementBegin
DROP FUNCTION take_wakes, next_wake, next_mail, tell_post;
CREATE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipients text[], tries int, expires_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail m SET tries = m.tries + 1, next_try = clock_timestamp() + least(interval '1 hour', interval '5 seconds' * power(3, least(m.tries, 7)))
    WHERE m.id IN (SELECT w.id FROM mail w WHERE w.sent_at IS NULL AND w.failed_at IS NULL AND w.next_try <= clock_timestamp()
                   ORDER BY w.next_try LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING m.id, m.run_id, m.template, m.link, m.recipients, m.tries,
        CASE WHEN m.link LIKE '/invito/%' THEN (SELECT l.expires_at FROM link l WHERE l.id = substr(m.link, 9)::uuid) END
$$;
CREATE FUNCTION mail_done(mail_id uuid, sent boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE mail SET sent_at = CASE WHEN sent THEN clock_timestamp() END, failed_at = CASE WHEN NOT sent THEN clock_timestamp() END
    WHERE id = mail_id
$$;
CREATE OR REPLACE FUNCTION backlog(before timestamptz) RETURNS TABLE (entries int, clocks int, outbox int, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT (SELECT count(*) FROM command WHERE state = 'accepted' AND created_at < before)::int,
           (SELECT count(*) FROM run WHERE ended_at IS NULL AND next_due < before)::int,
           (SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < before)::int,
           least((SELECT min(created_at) FROM command WHERE state = 'accepted' AND created_at < before),
                 (SELECT min(next_due) FROM run WHERE ended_at IS NULL AND next_due < before))
$$;
CREATE OR REPLACE FUNCTION renew_link(link_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    l link;
    t task;
    address text;
    c uuid := gen_random_uuid();
BEGIN
    SELECT * INTO l FROM link WHERE id = link_id;
    SELECT * INTO t FROM task WHERE id = l.task_id AND ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM link o WHERE o.task_id = l.task_id AND o.created_at > clock_timestamp() - interval '1 minute') THEN
        RETURN false;
    END IF;
    SELECT a ->> 'email' INTO address FROM zone_policy z, jsonb_array_elements(z.policy -> 'agencies') a
    WHERE z.zone = l.zone AND z.current AND a ->> 'code' = l.agency;
    IF coalesce(address, '') = '' THEN RETURN false; END IF;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (c, l.case_id, l.run_id, l.zone, l.agency, l.referral_id, l.task_id, clock_timestamp(), clock_timestamp() + (l.expires_at - l.created_at));
    INSERT INTO mail (id, run_id, case_id, template, link, recipients, created_at, next_try)
    VALUES (gen_random_uuid(), l.run_id, l.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || c, ARRAY[address], clock_timestamp(), clock_timestamp());
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (l.case_id, l.run_id, l.zone, clock_timestamp(), 'link_sent', l.agency);
    PERFORM pg_notify('percorso_wake', '');
    RETURN true;
END $$;
CREATE FUNCTION take_wakes(most int) RETURNS TABLE (id uuid, seq bigint, run_id text, target text, answer jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE command c SET wakes = wakes + 1, wake_at = clock_timestamp() + least(interval '20 seconds', interval '1 second' * power(2, least(c.wakes, 5)))
    WHERE c.id IN (SELECT w.id FROM command w WHERE w.state = 'accepted' AND w.wake_at <= clock_timestamp()
                   ORDER BY w.wake_at, w.seq LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.seq, c.run_id, c.target, c.answer
$$;
CREATE FUNCTION next_wake() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT least((SELECT min(wake_at) FROM command WHERE state = 'accepted'),
                 (SELECT min(next_try) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL))
$$;
CREATE FUNCTION bounced_mail(run text, mail uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.case_id FROM mail m WHERE m.id = bounced_mail.mail AND m.run_id = bounced_mail.run
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION take_wakes, next_wake, take_mails, mail_done, bounced_mail FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wakes, next_wake, take_mails, mail_done TO percorso_worker;
GRANT EXECUTE ON FUNCTION bounced_mail TO percorso_app;
