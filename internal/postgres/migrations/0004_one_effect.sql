-- +goose Up

-- +goose StatementBegin

-- Claims a caller's key until the transaction ends. Whoever takes a command
-- claims its key first, then looks for what was stored under it, then acts: of
-- several at once the others wait, and find what the first one stored. It is a
-- lock and no row, so that a transaction that fails has claimed nothing, and the
-- commands stay the only memory of keys, those of before this migration too. Two
-- keys may share a number: they wait for each other, and that is all.
CREATE FUNCTION claim_key(caller text, key text) RETURNS void
LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtext('percorso command'), hashtext(caller || E'\n' || key))
$$;

-- The case that a mail is about, for whoever reports that it came back; no row:
-- no such mail was sent for that run.
CREATE FUNCTION bounced_mail(run text, mail uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.case_id FROM mail m WHERE m.id = bounced_mail.mail AND m.run_id = bounced_mail.run
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION bounced_mail FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bounced_mail TO percorso_app;

-- What a branch was begun for, as far as no second one may stand beside it.
ALTER TABLE run
    ADD matter text NOT NULL DEFAULT '',   -- of a level-2 service
    ADD needs  text[] NOT NULL DEFAULT '{}', -- areas that a referral is for; none: the person as a whole
    ADD equipe text NOT NULL DEFAULT '';   -- kind of an équipe
UPDATE run r SET
    matter = CASE WHEN r.kind = 'service' THEN coalesce(c.answer ->> 'matter', '') ELSE '' END,
    needs = CASE WHEN r.kind = 'referral' AND c.answer ? 'matter' THEN ARRAY[c.answer ->> 'matter'] ELSE '{}' END,
    equipe = coalesce(c.answer ->> 'equipe', '')
FROM command c WHERE c.run_id = r.id AND c.operation = 'open' AND r.kind IN ('service', 'referral', 'equipe');

-- +goose StatementBegin

-- The branches of a case that have not ended, in the columns of care.Branch; a
-- referral is addressed to whom it was last sent on to. Asked for what the caller
-- sees, or to decide whether a second one may begin: whoever sends a referral on
-- does not see the case's others.
CREATE FUNCTION open_branches(c uuid) RETURNS TABLE (run text, kind text, service text, matter text, agency text, needs text[], equipe text, referral text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT r.id, r.kind, r.service, r.matter, coalesce(f.to_agency, r.agency), r.needs, r.equipe, coalesce(f.id::text, '')
    FROM run r LEFT JOIN LATERAL (
        SELECT f.id, f.to_agency FROM referral f WHERE f.case_id = c AND f.run_id = r.id ORDER BY f.requested_at DESC, f.state = 'redirected' LIMIT 1) f ON true
    WHERE r.case_id = c AND r.kind <> 'case' AND r.ended_at IS NULL AND (my('zone') IS NULL OR r.zone = my('zone'))
    ORDER BY r.started_at, r.id
$$;

-- Of two reviews that a merge brings together, those of the case that stays go on.
CREATE FUNCTION end_second_reviews(kept uuid, adoption uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
        SELECT m.id, r.id, kept, r.zone, '', 'case/' || kept, '', m.id::text, '', 'end',
            jsonb_build_object('op', 'end', 'case', 'case/' || kept), clock_timestamp(), clock_timestamp()
        FROM command a JOIN run r ON a.answer -> 'runs' ? r.id, LATERAL (SELECT md5(adoption || r.id || 'end')::uuid AS id) m
        WHERE a.id = adoption AND r.kind = 'follow-up' AND r.ended_at IS NULL AND EXISTS (SELECT FROM run o
            WHERE o.case_id = kept AND o.kind = 'follow-up' AND o.ended_at IS NULL AND NOT a.answer -> 'runs' ? o.id)
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION open_branches, end_second_reviews FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_branches TO percorso_app, percorso_worker;
GRANT EXECUTE ON FUNCTION end_second_reviews TO percorso_worker;
