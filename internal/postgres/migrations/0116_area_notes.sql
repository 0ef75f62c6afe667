-- +goose Up

-- The note on an area of an assessment may be for others than the rest of it: it is a record
-- of its own then, with its circle.
--
-- The code of before works on this schema: its forms do not leave this choice.

-- +goose StatementBegin
-- As before, with such a note.
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment', 'area_note',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'tell_person', 'add_need', 'end_need', 'add_date', 'move_date', 'end_date')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION usual_circle(kind text, role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'social_worker' AND kind IN ('service_pact', 'measure', 'check_measure', 'placement_appointment', 'placement_outcome') THEN 'social'
        WHEN kind IN ('open', 'first_listening', 'social_consult', 'orientation', 'confirm_appointment', 'interview', 'assessment',
            'follow_practice', 'social_service', 'next_service', 'book_again', 'find_person', 'decide_next', 'meet', 'review', 'suspend', 'permit', 'permit_renewal',
            'reconsider', 'coming_of_age', 'plan_action_due', 'take_up_again', 'tell_person', 'add_need', 'end_need', 'add_date', 'move_date', 'end_date')
        THEN CASE WHEN role = 'social_worker' THEN 'social' ELSE 'agency' END
        ELSE 'case' END
$$;
-- +goose StatementEnd
