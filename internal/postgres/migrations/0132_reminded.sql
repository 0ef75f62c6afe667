-- +goose Up

-- Whom a reminder goes to. The one of a protected person's task is given to a keeper of hers
-- (keep_mail), be they of another role than the task; the check on what the API's role writes
-- knew the role alone, so that such a reminder could not be sent. It knows her keepers now.
--
-- The code of before works on this schema: it may write what it wrote.
SET LOCAL lock_timeout = '5s';
-- Whether an address is that of a keeper of a protected person whose case the caller sees.
CREATE FUNCTION keeper_at(c uuid, address text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT sees_case(c) AND EXISTS (SELECT FROM protection p CROSS JOIN LATERAL keepers_of(p.file) k WHERE p.case_id = c AND k.email = address)
$$;
REVOKE EXECUTE ON FUNCTION keeper_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keeper_at TO percorso_app;
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (SELECT FROM task t
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id
        AND (keeper_at(t.case_id, mail.recipient) OR EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.email = mail.recipient
            AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = '') OR on_behalf(t.id, s.id::text, my_now()))))));

-- +goose Down
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (SELECT FROM task t JOIN staff s ON s.active AND s.zone = t.zone AND s.email = mail.recipient
        AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = '') OR on_behalf(t.id, s.id::text, my_now()))
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));
DROP FUNCTION keeper_at;
