-- +goose Up

-- Whoever works on a case adds a need that they come upon, and closes one that is over,
-- outside of any assessment. The gates read what the case has then.
--
-- The code of before works on this schema.

-- +goose StatementBegin
-- Adds an area of need to a case that the caller works on, or closes it. It says by which
-- rule it is refused; NULL: it is done. What the first listening finds is said there.
CREATE FUNCTION change_need(c uuid, area text, ends boolean) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    f case_file;
BEGIN
    PERFORM FROM run r WHERE r.id = 'case/' || c FOR UPDATE;
    SELECT * INTO f FROM case_file o WHERE o.id = c AND o.zone = my('zone') AND (owner_sees_case(o.id) OR at_work(o.id, my('agency'))) FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown_case'; END IF;
    IF f.closed_at IS NOT NULL THEN RETURN 'ended'; END IF;
    IF EXISTS (SELECT FROM task t WHERE t.case_id = c AND t.kind = 'first_listening' AND t.ended_at IS NULL) THEN RETURN 'needs_at_listening'; END IF;
    IF ends <> (area = ANY (f.needs)) THEN RETURN CASE WHEN ends THEN 'need_not_there' ELSE 'need_there' END; END IF;
    UPDATE case_file o SET needs = CASE WHEN ends THEN array_remove(o.needs, area) ELSE o.needs || area END WHERE o.id = c;
    RETURN NULL;
END $$;

-- As before, with the forms of these two operations.
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'add_need', 'end_need')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION change_need FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_need TO percorso_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
DROP FUNCTION change_need;
