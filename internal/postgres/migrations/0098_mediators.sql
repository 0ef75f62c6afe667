-- +goose Up

-- Mediators who are asked for, out of the lots that the zone has bought of its providers. A
-- request names nobody: it hangs on an appointment, and whoever may not know of that does not
-- know of the request either; or it is for a day and an hour alone. A provider's coordinator
-- answers through a link, which shows them that one request.
--
-- The code of before works on this schema: it asks for none, and a mail that is about no case
-- it sends like any other, but without the signature that opens its link.
CREATE TABLE mediation (
    id             uuid PRIMARY KEY,
    zone           text NOT NULL,
    agency         text NOT NULL,            -- of who asked
    appointment_id uuid,                     -- NULL: for a day and an hour alone
    language       text NOT NULL,
    matter         text NOT NULL DEFAULT '',
    place          text NOT NULL DEFAULT '',
    mode           text NOT NULL CHECK (mode IN ('in_person', 'phone')),
    at             timestamptz NOT NULL,
    until          timestamptz NOT NULL CHECK (until > at),
    state          text NOT NULL CHECK (state IN ('requested', 'proposed', 'confirmed', 'declined', 'done', 'cancelled', 'late')),
    provider       text NOT NULL,            -- who was asked last
    lot            text NOT NULL,
    link           uuid NOT NULL,            -- of their coordinator
    mediator       text NOT NULL DEFAULT '', -- by name, as the coordinator gives it
    proposed_at    timestamptz,
    cancel_by      timestamptz NOT NULL,     -- until when it is called off at no cost
    planned        int NOT NULL,             -- minutes of the lot that it takes, or would
    used           int NOT NULL DEFAULT 0,   -- minutes
    counted        int NOT NULL DEFAULT 0,   -- minutes of the lot that it took
    asked_by       uuid NOT NULL REFERENCES staff,
    asked_at       timestamptz NOT NULL,
    ended_at       timestamptz,
    CHECK ((state = 'proposed') <= (proposed_at IS NOT NULL)),
    CHECK ((state IN ('done', 'cancelled', 'late')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX mediation_link ON mediation (link);
-- One at a time for an appointment.
CREATE UNIQUE INDEX mediation_appointment ON mediation (appointment_id) WHERE state IN ('requested', 'proposed', 'confirmed', 'declined');
CREATE INDEX mediation_open ON mediation (zone, at) WHERE state IN ('requested', 'proposed', 'confirmed', 'declined');
CREATE INDEX mediation_ended ON mediation (zone, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX mediation_lot ON mediation (zone, lot) INCLUDE (state, planned, counted);

-- The providers who were asked, one after the other, under the id of the link that each got.
CREATE TABLE mediation_ask (
    id           uuid PRIMARY KEY,
    mediation_id uuid NOT NULL REFERENCES mediation,
    provider     text NOT NULL,
    lot          text NOT NULL,
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    answer       text NOT NULL DEFAULT '' CHECK (answer IN ('', 'confirmed', 'proposed', 'declined')),
    answered_at  timestamptz
);
CREATE INDEX mediation_ask_of ON mediation_ask (mediation_id, asked_at);

ALTER TABLE mediation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE mediation_ask ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- An appointment is there for whom its own policies show it to.
CREATE POLICY of_zone ON mediation TO percorso_app USING (zone = (SELECT my('zone'))
    AND (appointment_id IS NULL OR EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id)));
CREATE POLICY by_link ON mediation TO percorso_app USING (link = (SELECT my('mediation')::uuid));
CREATE POLICY no_officer ON mediation AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY of_request ON mediation_ask TO percorso_app USING (EXISTS (SELECT FROM mediation m WHERE m.id = mediation_id));
CREATE POLICY by_link ON mediation_ask TO percorso_app USING (id = (SELECT my('mediation')::uuid));
GRANT SELECT, INSERT, UPDATE ON mediation, mediation_ask TO percorso_app;
GRANT SELECT, UPDATE ON mediation TO percorso_definer;
GRANT SELECT ON mediation_ask TO percorso_definer;
SELECT settle_rights();

ALTER TABLE mail ALTER case_id DROP NOT NULL; -- NULL: it is about none

-- +goose StatementBegin
-- Mails the link of a request to who was asked, at the address that the zone has of them.
CREATE FUNCTION tell_mediators(asked uuid, template text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
    SELECT md5(k.id || ' ' || tell_mediators.template)::uuid, 'mediation/' || m.id, NULL, tell_mediators.template, '/invito/mediatore/' || k.id, p ->> 'email', clock_timestamp(), clock_timestamp()
    FROM mediation_ask k JOIN mediation m ON m.id = k.mediation_id
    JOIN zone_policy z ON z.zone = m.zone AND z.current, jsonb_array_elements(z.policy -> 'providers') p
    WHERE k.id = tell_mediators.asked AND p ->> 'code' = k.provider
    ON CONFLICT DO NOTHING
$$;

-- Whether the mail with a link came back.
CREATE FUNCTION mediators_unsent(asked uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM mail m WHERE m.link = '/invito/mediatore/' || asked AND m.failed_at IS NOT NULL)
$$;

-- What was used of each lot of a zone, and what of it is promised: in all requests, also in
-- those of whose appointment the caller may not know.
CREATE FUNCTION mediation_spent(of text) RETURNS TABLE (lot text, used int, held int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.lot, coalesce(sum(m.counted), 0)::int, coalesce(sum(m.planned) FILTER (WHERE m.state IN ('requested', 'proposed', 'confirmed')), 0)::int
    FROM mediation m WHERE m.zone = of AND (of = my('zone') OR my('mediation') IS NOT NULL) GROUP BY m.lot
$$;

-- Where mediators are promised to be in some time.
CREATE FUNCTION mediators_taken(of text, since timestamptz, until timestamptz, but_for uuid) RETURNS TABLE (provider text, lot text, mediator text, at timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.provider, m.lot, m.mediator, m.at, m.until FROM mediation m
    WHERE m.zone = of AND (of = my('zone') OR my('mediation') IS NOT NULL) AND m.state = 'confirmed'
        AND m.at > mediators_taken.since - interval '8 hours' AND m.at < mediators_taken.until AND m.until > mediators_taken.since AND m.id <> but_for
$$;

-- How it stands with the mediator of an appointment, to whoever sees that; empty: none was
-- asked for. One who is confirmed for another hour is not confirmed for this one.
CREATE FUNCTION mediator_of(appointment uuid, at timestamptz) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce((SELECT CASE WHEN m.at <> mediator_of.at THEN 'proposed' ELSE m.state END FROM mediation m
        WHERE m.appointment_id = mediator_of.appointment AND m.state IN ('requested', 'proposed', 'confirmed', 'declined')), '')
$$;

-- Keeps an appointment as it is until the caller is through: it is not moved between the
-- moment at which its hour is read and the one at which a mediator is asked for that.
CREATE FUNCTION hold_appointment(appointment uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM appointment a WHERE a.id = hold_appointment.appointment FOR SHARE;
END $$;

-- An appointment that is cancelled, or gets another hour than the provider can, needs no
-- mediator any more: that is called off, and the coordinator is told.
CREATE FUNCTION keep_mediator() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    m mediation;
    now timestamptz := clock_timestamp();
    becomes text;
BEGIN
    SELECT * INTO m FROM mediation o WHERE o.appointment_id = NEW.id AND o.state IN ('requested', 'proposed', 'confirmed', 'declined') FOR UPDATE;
    -- What has begun is for people to end, who know whether the mediator came.
    IF NOT FOUND OR m.at <= now OR NEW.state <> 'cancelled' AND NEW.at IN (m.at, m.proposed_at, OLD.at) THEN RETURN NULL; END IF;
    becomes := CASE WHEN m.state = 'confirmed' AND now > m.cancel_by THEN 'late' ELSE 'cancelled' END;
    UPDATE mediation SET state = becomes, counted = CASE becomes WHEN 'late' THEN planned ELSE 0 END, ended_at = now WHERE id = m.id;
    IF m.state <> 'declined' THEN PERFORM tell_mediators(m.link, 'mediator_called_off'); END IF;
    RETURN NULL;
END $$;

-- As before, with until when a coordinator's link is good.
CREATE OR REPLACE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipient text, tries int, expires_at timestamptz)
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
            CASE WHEN m.link LIKE '/invito/mediatore/%' THEN (SELECT k.expires_at FROM mediation_ask k WHERE k.id = substr(m.link, 19)::uuid)
                WHEN m.link LIKE '/invito/%' THEN (SELECT l.expires_at FROM link l WHERE l.id = substr(m.link, 9)::uuid) END;
END $$;

-- As before, with who asks for a mediator.
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
        FROM m JOIN case_file f ON f.id = m.case_id
        UNION ALL SELECT d.zone, d.agency FROM mediation_ask k JOIN mediation d ON d.id = k.mediation_id
        WHERE k.id = (SELECT CASE WHEN m.link ~ '^/invito/mediatore/[0-9a-f-]{36}$' THEN substr(m.link, 19)::uuid END FROM m))
    SELECT a ->> 'name', (SELECT r.role FROM r), a ->> 'phone', CASE WHEN m.template IN ('reminder', 'escalation') THEN (SELECT t.kind FROM t) END,
        CASE WHEN m.template NOT LIKE 'transfer_%' THEN (SELECT t.escalate_at FROM t) END, (SELECT r.requested_at FROM r)
    FROM m, w LEFT JOIN zone_policy z ON z.zone = w.zone AND z.current LEFT JOIN LATERAL jsonb_array_elements(z.policy -> 'agencies') a ON a ->> 'code' = w.agency
$$;
-- +goose StatementEnd
CREATE TRIGGER keep_mediator AFTER UPDATE OF state, at ON appointment FOR EACH ROW EXECUTE FUNCTION keep_mediator();
REVOKE EXECUTE ON FUNCTION tell_mediators, mediators_unsent, mediation_spent, mediators_taken, mediator_of, hold_appointment, keep_mediator FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_mediators, mediators_unsent, mediation_spent, mediators_taken, mediator_of, hold_appointment TO percorso_app;

-- +goose Down
DROP TRIGGER keep_mediator ON appointment;
DELETE FROM mail WHERE case_id IS NULL;
ALTER TABLE mail ALTER case_id SET NOT NULL;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION take_mails(most int) RETURNS TABLE (id uuid, run_id text, template text, link text, recipient text, tries int, expires_at timestamptz)
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
DROP FUNCTION keep_mediator, hold_appointment, mediator_of, mediators_taken, mediation_spent, mediators_unsent, tell_mediators;
DROP TABLE mediation_ask, mediation;
