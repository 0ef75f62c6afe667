-- +goose Up

-- A closure that nobody of the zone may approve is approved by the supervisor of another
-- one. They get what they need of this case for this approval, and see it no longer.
--
-- The code of before works on this schema.

-- The approval that something was given for; of everything else there is one a run.
ALTER TABLE share ADD COLUMN task_id uuid REFERENCES task;
DROP INDEX share_run;
CREATE UNIQUE INDEX share_run ON share (run_id, agency, task_id) NULLS NOT DISTINCT;
CREATE INDEX share_task ON share (task_id) WHERE task_id IS NOT NULL;

-- +goose StatementBegin

-- Whether a task came from another zone's case for an approval alone.
CREATE FUNCTION from_elsewhere(task uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM share s WHERE s.task_id = from_elsewhere.task);
END $$;

-- As before, but that an agency is not at work by what somebody else's minutes say of its
-- seat, while nobody of it has taken that.
CREATE OR REPLACE FUNCTION at_work(c uuid, agency text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM case_grant g WHERE g.case_id = c AND g.agency = at_work.agency)
        OR EXISTS (SELECT FROM plan p WHERE p.case_id = c AND p.state = 'active' AND at_work.agency = ANY (p.agencies))
        OR EXISTS (SELECT FROM seat s JOIN run r ON r.id = s.run_id AND r.ended_at IS NULL
            WHERE s.case_id = c AND s.agency = at_work.agency AND (s.state = 'spoken' OR s.state = 'confirmed' AND s.member IS NOT NULL))
        OR EXISTS (SELECT FROM task t JOIN case_file f ON f.id = t.case_id AND f.zone = t.zone LEFT JOIN referral r ON r.id = t.referral_id
            WHERE t.case_id = c AND t.agency = at_work.agency AND t.ended_at IS NULL
                AND t.kind <> 'equipe_invitation' AND (t.kind <> 'equipe_opinion' OR t.holder IS NOT NULL) AND (t.kind <> 'referral_answer' OR r.state <> 'requested'));
END $$;

-- As before, and what was given for an approval ends with it.
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT consents(s.case_id) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    WHEN 'approval' THEN
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.id = s.task_id AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;

-- As before, with what was given for an approval seen by the supervisor alone.
CREATE OR REPLACE FUNCTION owner_sees_share(s share) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN s.zone = my('zone') AND CASE WHEN s.purpose = 'approval' THEN my('role') = 'supervisor' AND (s.seen_until IS NULL OR s.seen_until > my_now())
        WHEN s.seen_until IS NULL OR s.seen_until > my_now()
        THEN owner_sees_case(s.case_id) OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR equipe_part(s.run_id) <> '')
        ELSE s.purpose <> 'transfer' AND owner_sees_case(s.case_id) END;
END $$;

-- As before, the latest of what was given on a run.
CREATE OR REPLACE FUNCTION share_known(share_run text, share_agency text) RETURNS TABLE (legal_basis text, purpose text, shared_at timestamptz,
    ended_at timestamptz, end_reason text, seen_until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.legal_basis, s.purpose, s.shared_at, s.ended_at, s.end_reason, s.seen_until FROM share s
        WHERE s.run_id = share_run AND s.agency = share_agency AND s.zone = my('zone') AND CASE WHEN s.purpose = 'approval' THEN my('role') = 'supervisor'
            ELSE owner_sees_case(s.case_id)
                OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR s.seen_until <= my_now() OR equipe_part(s.run_id) <> '') END
        ORDER BY s.shared_at DESC LIMIT 1;
END $$;
-- +goose StatementEnd
ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN purpose = 'approval' THEN my('role') = 'supervisor' AND (seen_until IS NULL OR seen_until > my_now())
    WHEN seen_until IS NULL OR seen_until > my_now()
    THEN agency = my('agency') AND (purpose <> 'equipe' OR equipe_part(run_id) <> '') OR sees_case(case_id)
    ELSE purpose <> 'transfer' AND sees_case(case_id) END);
-- What came for an approval is the supervisor's, and once it is given their own act alone.
ALTER POLICY app_read ON task USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id))
    AND (kind <> 'closure_approval' OR my('role') = 'supervisor' AND ended_at IS NULL OR holder = my('staff')::uuid OR NOT from_elsewhere(id)));
REVOKE EXECUTE ON FUNCTION from_elsewhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION from_elsewhere TO percorso_app;

-- +goose Down
ALTER POLICY app_read ON task USING (zone = my('zone') AND (agency = my('agency') OR sees_case(case_id)));
ALTER POLICY app_read ON share USING (zone = my('zone') AND CASE WHEN seen_until IS NULL OR seen_until > my_now()
    THEN agency = my('agency') AND (purpose <> 'equipe' OR equipe_part(run_id) <> '') OR sees_case(case_id)
    ELSE purpose <> 'transfer' AND sees_case(case_id) END);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION at_work(c uuid, agency text) RETURNS boolean
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
CREATE OR REPLACE FUNCTION share_end(s share) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    reason text;
BEGIN
    IF EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') THEN RETURN 'opened_by_mistake'; END IF;
    IF s.legal_basis = 'consent' AND NOT consents(s.case_id) THEN RETURN 'consent_withdrawn'; END IF;
    CASE s.purpose
    WHEN 'referral' THEN
        SELECT r.state INTO reason FROM referral r WHERE r.share_id = s.id ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1;
        IF NOT FOUND THEN -- given a moment before the referral is made
            RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NOT NULL) THEN 'withdrawn' ELSE '' END;
        END IF;
        RETURN CASE WHEN reason IN ('rejected', 'withdrawn', 'redirected') THEN reason
                    WHEN reason IN ('completed', 'failed') THEN 'completed' ELSE '' END;
    WHEN 'appointment' THEN
        IF EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed'))
            OR EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN RETURN ''; END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled')
                    THEN 'completed' ELSE 'cancelled' END;
    WHEN 'equipe' THEN
        IF EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) THEN RETURN ''; END IF;
        IF NOT EXISTS (SELECT FROM seat t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.state IN ('invited', 'confirmed', 'spoken')) THEN
            RETURN 'waived';
        END IF;
        RETURN CASE WHEN EXISTS (SELECT FROM run WHERE id = s.run_id AND ended_at IS NULL) THEN '' ELSE 'completed' END;
    ELSE -- a transfer
        RETURN CASE WHEN EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.ended_at IS NULL) THEN '' ELSE 'answered' END;
    END CASE;
END $$;
CREATE OR REPLACE FUNCTION owner_sees_share(s share) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN s.zone = my('zone') AND CASE WHEN s.seen_until IS NULL OR s.seen_until > my_now()
        THEN owner_sees_case(s.case_id) OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR equipe_part(s.run_id) <> '')
        ELSE s.purpose <> 'transfer' AND owner_sees_case(s.case_id) END;
END $$;
CREATE OR REPLACE FUNCTION share_known(share_run text, share_agency text) RETURNS TABLE (legal_basis text, purpose text, shared_at timestamptz,
    ended_at timestamptz, end_reason text, seen_until timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    RETURN QUERY SELECT s.legal_basis, s.purpose, s.shared_at, s.ended_at, s.end_reason, s.seen_until FROM share s
        WHERE s.run_id = share_run AND s.agency = share_agency AND s.zone = my('zone') AND (owner_sees_case(s.case_id)
            OR s.agency = my('agency') AND (s.purpose <> 'equipe' OR s.seen_until <= my_now() OR equipe_part(s.run_id) <> ''));
END $$;
-- +goose StatementEnd
DROP FUNCTION from_elsewhere;
DROP INDEX share_task, share_run;
DELETE FROM share WHERE task_id IS NOT NULL; -- what was given for approvals, of which the code of before knows nothing
CREATE UNIQUE INDEX share_run ON share (run_id, agency);
ALTER TABLE share DROP COLUMN task_id;
