-- +goose Up

-- Which places of a service are taken is read without whose they are, by whoever books
-- there. The week of a service counts them beside the appointments that its reader sees: a
-- place that a protected person has would tell somebody who must not know of her that on
-- this day somebody comes whom the list does not show. So it is said of each place whether
-- the reader may know whose it is; to the functions' owner, too, there is no run and no
-- command of a case that whoever asks must not know of (the policy `protected`).
--
-- And an équipe that has ended meets no more: a meeting that it has planned for later is
-- called off by its end, and those whom it invites are told, whoever ended it.
--
-- And a mail that asks to confirm a mistake says by when.
--
-- The code of before works on this schema: it tells nobody, and shows the meeting as called off.

-- +goose StatementBegin
CREATE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id)
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
$$;

-- As before; one that is not to be any more, since its équipe has ended, is called off.
CREATE OR REPLACE FUNCTION meetings_planned(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, called_off boolean, why text, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT d.id::text, d.run_id, m.at, d.data ->> 'how', coalesce(d.data ->> 'place', ''), d.data -> 'invited', coalesce(d.data ->> 'note', ''),
        d.created_at, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), ''), n.off IS FALSE, n.off IS TRUE OR n.off IS NULL AND coalesce(r.ended_at < m.at, false), coalesce(n.why, ''),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'minutes' AND o.data ->> 'meeting' = d.id::text)
    FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.run_id = e.run_id AND d.kind = 'plan_meeting' AND d.data ->> 'called_off' IS DISTINCT FROM 'true' LEFT JOIN run r ON r.id = e.run_id,
        LATERAL (SELECT (d.data ->> 'at')::timestamptz AS at) m
        LEFT JOIN LATERAL (SELECT o.data ->> 'called_off' IS NOT DISTINCT FROM 'true' AS off, o.data ->> 'why' AS why FROM record o
            WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'plan_meeting' AND o.created_at < m.at AND (o.created_at, o.id) > (d.created_at, d.id)
            ORDER BY o.created_at, o.id LIMIT 1) n ON true
    WHERE e.run_id = ANY (runs) ORDER BY m.at DESC, d.created_at DESC
$$;

-- Tells by mail whom a meeting invites that an équipe has planned for later, as the équipe
-- ends. Who is away is passed over as always; of a protected person's none is told but her keepers.
CREATE FUNCTION end_meetings(of_run text, now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
    SELECT DISTINCT ON (p.id, a.email) gen_random_uuid(), e.run_id, e.case_id, 'meeting_off', '/equipe/' || substr(e.run_id, 8), a.email, end_meetings.now, end_meetings.now, p.id::uuid
    FROM equipe e, meetings_planned(ARRAY[e.run_id]) p, jsonb_array_elements(p.invited) i, addressees(
        ARRAY(SELECT o.member FROM seat o WHERE o.run_id = e.run_id AND (o.role, o.agency) = (i ->> 'role', i ->> 'agency') AND o.member IS NOT NULL),
        e.zone, ARRAY[i ->> 'role'], i ->> 'agency', e.case_id, NULL, end_meetings.now) a
    WHERE e.run_id = of_run AND p.at > end_meetings.now AND NOT p.moved AND NOT p.called_off AND NOT p.minuted
        AND NOT EXISTS (SELECT FROM protection k WHERE k.case_id = e.case_id AND NOT EXISTS (SELECT FROM keepers_of(k.file) f WHERE f.id = a.id))
    ORDER BY p.id, a.email, a.id
$$;

-- By when a mistake can be confirmed that a mail asks for.
CREATE FUNCTION mail_mistake(mail_id uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT max(o.until) FROM mail m JOIN mistake o ON o.case_id = m.case_id AND o.ended_at IS NULL WHERE m.id = mail_id AND m.template = 'mistake_said'
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION places_taken, end_meetings, mail_mistake FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_meetings, mail_mistake TO percorso_worker;
GRANT EXECUTE ON FUNCTION places_taken TO percorso_app;

-- +goose Down
DROP FUNCTION places_taken, end_meetings, mail_mistake;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION meetings_planned(runs text[]) RETURNS TABLE (id text, run_id text, at timestamptz, how text, place text, invited jsonb, note text,
    asked_at timestamptz, by_name text, moved boolean, called_off boolean, why text, minuted boolean)
LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT d.id::text, d.run_id, m.at, d.data ->> 'how', coalesce(d.data ->> 'place', ''), d.data -> 'invited', coalesce(d.data ->> 'note', ''),
        d.created_at, coalesce((SELECT s.name FROM staff s WHERE s.id = d.by_staff), ''), n.off IS FALSE, n.off IS TRUE, coalesce(n.why, ''),
        EXISTS (SELECT FROM record o WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'minutes' AND o.data ->> 'meeting' = d.id::text)
    FROM equipe e JOIN record d ON d.case_id = e.case_id AND d.run_id = e.run_id AND d.kind = 'plan_meeting' AND d.data ->> 'called_off' IS DISTINCT FROM 'true',
        LATERAL (SELECT (d.data ->> 'at')::timestamptz AS at) m
        LEFT JOIN LATERAL (SELECT o.data ->> 'called_off' IS NOT DISTINCT FROM 'true' AS off, o.data ->> 'why' AS why FROM record o
            WHERE o.case_id = d.case_id AND o.run_id = d.run_id AND o.kind = 'plan_meeting' AND o.created_at < m.at AND (o.created_at, o.id) > (d.created_at, d.id)
            ORDER BY o.created_at, o.id LIMIT 1) n ON true
    WHERE e.run_id = ANY (runs) ORDER BY m.at DESC, d.created_at DESC
$$;
-- +goose StatementEnd
