-- +goose Up

-- Whether an agency is at work on a case now: the case's own, a part in its active
-- plan, a seat that somebody took, or something to do. Who was asked and has not
-- looked yet is not, nor is who was told that there is nothing to do.
--
-- The code of before works on this schema.
-- +goose StatementBegin
CREATE FUNCTION at_work(c uuid, agency text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = at_work.agency)
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND at_work.agency = ANY (p.agencies))
        OR EXISTS (SELECT FROM seat s JOIN run r ON r.id = s.run_id AND r.ended_at IS NULL
            WHERE s.case_id = c AND s.agency = at_work.agency AND s.state IN ('confirmed', 'spoken'))
        OR EXISTS (SELECT FROM task t JOIN case_file f ON f.id = t.case_id AND f.zone = t.zone LEFT JOIN referral r ON r.id = t.referral_id
            WHERE t.case_id = c AND t.agency = at_work.agency AND t.ended_at IS NULL
                AND t.kind <> 'equipe_invitation' AND (t.kind <> 'referral_answer' OR r.state <> 'requested'));
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION at_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION at_work TO percorso_app, percorso_worker;

-- +goose Down
DROP FUNCTION at_work;
