-- +goose Up

-- Whoever reminds a partner sends it a new link, the supervisor once a day for a task. Of the
-- links of a task the newest is good for an answer, and for an hour the one before, since
-- somebody may be answering by it just then.
--
-- The code of before works on this schema: it sends no such links, and what asks for
-- a new one in the place of an old one gets it as before.
ALTER TABLE task ADD link_sent_on date;
GRANT UPDATE (link_sent_on) ON task TO percorso_definer;
GRANT UPDATE (expires_at) ON link TO percorso_definer;

-- +goose StatementBegin
CREATE FUNCTION supersede_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE link SET expires_at = least(expires_at, NEW.created_at + interval '1 hour') WHERE task_id = NEW.task_id AND id <> NEW.id AND used_at IS NULL;
    RETURN NULL;
END $$;

-- Sends a partner a new link for an open task, to the address that its zone's file has,
-- good until a time. It answers sent, today (a reminder took one on this day, and did
-- not come back) or unreached.
CREATE FUNCTION remind_by_link(task_id uuid, today date, now timestamptz, good_until timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t task;
    partner text;
    address text;
    l uuid := gen_random_uuid();
BEGIN
    SELECT * INTO t FROM task WHERE id = remind_by_link.task_id AND ended_at IS NULL AND zone = my('zone') FOR UPDATE;
    SELECT r.to_agency, a ->> 'email' INTO partner, address FROM referral r JOIN zone_policy z ON z.zone = t.zone AND z.current,
        jsonb_array_elements(z.policy -> 'agencies') a WHERE r.id = t.referral_id AND a ->> 'code' = r.to_agency;
    IF t.id IS NULL OR my('role') <> 'supervisor' OR coalesce(address, '') = '' THEN RETURN 'unreached'; END IF;
    IF t.link_sent_on = today AND undelivered(t.id) IS NULL THEN RETURN 'today'; END IF;
    UPDATE task SET link_sent_on = today WHERE id = t.id;
    INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
    VALUES (l, t.case_id, t.run_id, t.zone, partner, t.referral_id, t.id, now, good_until);
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    VALUES (gen_random_uuid(), t.run_id, t.case_id, CASE t.kind WHEN 'referral_answer' THEN 'partner_request' ELSE 'partner_outcome' END,
        '/invito/' || l, address, now, now);
    INSERT INTO timeline (case_id, run_id, zone, at, code, detail) VALUES (t.case_id, t.run_id, t.zone, now, 'link_sent', partner);
    RETURN 'sent';
END $$;
-- +goose StatementEnd
CREATE TRIGGER supersede_links AFTER INSERT ON link FOR EACH ROW EXECUTE FUNCTION supersede_links();
REVOKE EXECUTE ON FUNCTION supersede_links, remind_by_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remind_by_link TO percorso_app;

-- +goose Down
DROP TRIGGER supersede_links ON link;
DROP FUNCTION remind_by_link, supersede_links;
ALTER TABLE task DROP link_sent_on;
REVOKE UPDATE (expires_at) ON link FROM percorso_definer;
