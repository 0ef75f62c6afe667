-- +goose Up

-- Whom a reminder goes to. A protected person's is mailed to whoever of her keepers can do what
-- is to be done, be they of another role than the task; the check on what the API's role writes
-- knew the role alone, so such a reminder could not be sent. It asks now that a reminder is of a
-- task that its sender sees, and goes to somebody of the staff; whom, is mailed()'s to say.
--
-- The code of before works on this schema: it may write what it wrote.
SET LOCAL lock_timeout = '5s';
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder'
    AND EXISTS (SELECT FROM staff s WHERE s.active AND s.email = mail.recipient)
    AND EXISTS (SELECT FROM task t WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));

-- +goose Down
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (SELECT FROM task t JOIN staff s ON s.active AND s.zone = t.zone AND s.email = mail.recipient
        AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = '') OR on_behalf(t.id, s.id::text, my_now()))
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));
