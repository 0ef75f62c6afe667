-- +goose Up

-- Indexes by which what grows with the cases is found without being read from one end to
-- the other. With a hundred thousand cases a case with all its parts took five seconds,
-- for who follows it, and the first page of somebody's tasks a tenth of one.
--
-- The code of before works on this schema.

CREATE INDEX lead_case ON lead (case_id);
CREATE INDEX referral_run ON referral (run_id);
-- What comes to a member of staff first is found by the cases that they follow.
CREATE INDEX task_untaken ON task (case_id) WHERE state = 'ready' AND begun_at IS NULL AND NOT reminded;

-- +goose StatementBegin
-- As before. What is compared with a CASE or a coalesce is looked for row by row, since
-- Postgres asks of rows behind a policy only what it knows to tell nothing; what a subquery
-- has answered already is looked up. Each mail took seconds with a million tasks. A
-- timeline is found by its case.
CREATE OR REPLACE FUNCTION mail_about(mail_id uuid) RETURNS TABLE (asker text, asker_role text, phone text, task text, due timestamptz, asked timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH m AS (SELECT * FROM mail WHERE id = mail_id),
    t AS (SELECT t.* FROM task t WHERE t.id = (SELECT CASE
        WHEN m.template = 'transfer_refused' THEN (SELECT a.id FROM task a WHERE a.run_id = m.run_id AND a.kind = 'transfer_answer' ORDER BY a.ready_at DESC LIMIT 1)
        WHEN m.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(m.link, 10)::uuid
        WHEN m.link ~ '^/invito/[0-9a-f-]{36}$' THEN (SELECT l.task_id FROM link l WHERE l.id = substr(m.link, 9)::uuid) END FROM m)),
    r AS (SELECT r.*, (SELECT s.role FROM timeline l JOIN staff s ON s.id = l.by_staff
            WHERE l.case_id = r.case_id AND l.run_id = r.run_id AND l.code = 'referral_requested' ORDER BY l.id DESC LIMIT 1) AS role
        FROM referral r WHERE r.id = (SELECT coalesce((SELECT t.referral_id FROM t),
            CASE WHEN m.template IN ('work_ended', 'partner_ended') THEN (SELECT o.id FROM referral o WHERE o.run_id = m.run_id ORDER BY o.requested_at DESC LIMIT 1) END) FROM m)),
    w AS (SELECT CASE WHEN m.template = 'transfer_refused' THEN (SELECT t.zone FROM t)
                WHEN m.template IN ('work_ended', 'partner_ended') THEN coalesce((SELECT r.zone FROM run r WHERE r.id = m.run_id), f.zone) ELSE f.zone END AS zone,
            CASE WHEN m.template = 'transfer_refused' THEN (SELECT t.agency FROM t) ELSE coalesce((SELECT r.from_agency FROM r), f.agency) END AS agency
        FROM m JOIN case_file f ON f.id = m.case_id)
    SELECT a ->> 'name', (SELECT r.role FROM r), a ->> 'phone', CASE WHEN m.template IN ('reminder', 'escalation') THEN (SELECT t.kind FROM t) END,
        CASE WHEN m.template NOT LIKE 'transfer_%' THEN (SELECT t.escalate_at FROM t) END, (SELECT r.requested_at FROM r)
    FROM m, w LEFT JOIN zone_policy z ON z.zone = w.zone AND z.current LEFT JOIN LATERAL jsonb_array_elements(z.policy -> 'agencies') a ON a ->> 'code' = w.agency
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION mail_about(mail_id uuid) RETURNS TABLE (asker text, asker_role text, phone text, task text, due timestamptz, asked timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH m AS (SELECT * FROM mail WHERE id = mail_id),
    t AS (SELECT t.* FROM m, task t WHERE t.id = CASE
        WHEN m.template = 'transfer_refused' THEN (SELECT a.id FROM task a WHERE a.run_id = m.run_id AND a.kind = 'transfer_answer' ORDER BY a.ready_at DESC LIMIT 1)
        WHEN m.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(m.link, 10)::uuid
        WHEN m.link ~ '^/invito/[0-9a-f-]{36}$' THEN (SELECT l.task_id FROM link l WHERE l.id = substr(m.link, 9)::uuid) END),
    r AS (SELECT r.*, (SELECT s.role FROM timeline l JOIN staff s ON s.id = l.by_staff
            WHERE l.run_id = r.run_id AND l.code = 'referral_requested' ORDER BY l.id DESC LIMIT 1) AS role
        FROM m, referral r WHERE r.id = coalesce((SELECT t.referral_id FROM t),
            CASE WHEN m.template IN ('work_ended', 'partner_ended') THEN (SELECT o.id FROM referral o WHERE o.run_id = m.run_id ORDER BY o.requested_at DESC LIMIT 1) END)),
    w AS (SELECT CASE WHEN m.template = 'transfer_refused' THEN (SELECT t.zone FROM t)
                WHEN m.template IN ('work_ended', 'partner_ended') THEN coalesce((SELECT r.zone FROM run r WHERE r.id = m.run_id), f.zone) ELSE f.zone END AS zone,
            CASE WHEN m.template = 'transfer_refused' THEN (SELECT t.agency FROM t) ELSE coalesce((SELECT r.from_agency FROM r), f.agency) END AS agency
        FROM m JOIN case_file f ON f.id = m.case_id)
    SELECT a ->> 'name', (SELECT r.role FROM r), a ->> 'phone', CASE WHEN m.template IN ('reminder', 'escalation') THEN (SELECT t.kind FROM t) END,
        CASE WHEN m.template NOT LIKE 'transfer_%' THEN (SELECT t.escalate_at FROM t) END, (SELECT r.requested_at FROM r)
    FROM m, w LEFT JOIN zone_policy z ON z.zone = w.zone AND z.current LEFT JOIN LATERAL jsonb_array_elements(z.policy -> 'agencies') a ON a ->> 'code' = w.agency
$$;
-- +goose StatementEnd
DROP INDEX task_untaken, referral_run, lead_case;
