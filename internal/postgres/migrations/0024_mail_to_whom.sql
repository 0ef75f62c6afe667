-- +goose Up

-- To whom a mail may go is no more up to who writes it. Who works at the API reminds
-- of a task those who are to do it. A step writes to staff, and to the address that a
-- partner has in the zone's file, as it counts for the run or is now.
--
-- The code of before works on this schema: it writes to nobody else.
ALTER POLICY app_write ON mail WITH CHECK (template = 'reminder' AND EXISTS (
    SELECT FROM task t JOIN staff s ON s.active AND s.zone = t.zone AND s.email = mail.recipient
        AND (s.id = t.holder OR t.holder IS NULL AND s.role = t.role AND (s.agency = t.agency OR t.agency = ''))
    WHERE t.id = CASE WHEN mail.link ~ '^/compiti/[0-9a-f-]{36}$' THEN substr(mail.link, 10)::uuid END AND t.case_id = mail.case_id));
ALTER POLICY worker ON mail WITH CHECK (case_id = my('case')::uuid AND (
    EXISTS (SELECT FROM staff s WHERE s.active AND s.email = mail.recipient)
    OR EXISTS (SELECT FROM run r JOIN zone_policy z ON z.zone = r.zone AND (z.current OR z.version = r.policy_version),
            jsonb_array_elements(z.policy -> 'agencies') a
        WHERE r.id = mail.run_id AND a ->> 'email' = mail.recipient)));
-- What becomes of a mail is written by functions.
REVOKE UPDATE ON mail FROM percorso_worker;

-- +goose Down
GRANT UPDATE ON mail TO percorso_worker;
ALTER POLICY app_write ON mail WITH CHECK (true);
ALTER POLICY worker ON mail WITH CHECK (case_id = my('case')::uuid);
