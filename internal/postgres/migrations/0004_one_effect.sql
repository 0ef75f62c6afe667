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
