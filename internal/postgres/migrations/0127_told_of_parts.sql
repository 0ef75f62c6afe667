-- +goose Up

-- A professional who is added to an appointment, or taken out of it, is told by mail, and so are
-- those who take part when it gets another hour or is cancelled. And where somebody is entered as
-- away after a visit at home or a part in an appointment was planned for them, whoever planned it
-- reads of it, and of visits the supervisor as well. Whoever may not see the appointment, as it is
-- of a person who is protected by now, is told nothing of it.
--
-- The code of before works on this schema. Where a worker of it is given such a mail it knows no
-- text for it, and the mail fails: who takes part reads the same among the appointments.
SET LOCAL lock_timeout = '5s';
CREATE INDEX home_visit_planned ON home_visit (planned_by, at) WHERE NOT called_off;
CREATE INDEX participant_added ON participant (added_by) WHERE ended_at IS NULL;

-- +goose StatementBegin
CREATE FUNCTION tell_participant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT gen_random_uuid(), 'together/' || NEW.appointment_id, NULL::uuid, CASE WHEN NEW.ended_at IS NULL THEN 'participant_added' ELSE 'participant_out' END, '/appuntamenti', s.email,
            clock_timestamp(), clock_timestamp(), NEW.appointment_id
        FROM staff s JOIN appointment a ON a.id = NEW.appointment_id WHERE s.id = NEW.staff AND s.active AND s.id::text IS DISTINCT FROM my('staff')
            AND EXISTS (SELECT FROM taking_part(a.case_id) t WHERE t.id = s.id);
    RETURN NULL;
END $$;

CREATE FUNCTION tell_participants() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try, record_id)
        SELECT gen_random_uuid(), 'together/' || NEW.id, NULL::uuid, CASE NEW.state WHEN 'cancelled' THEN 'participant_cancelled' ELSE 'participant_moved' END, '/appuntamenti', s.email,
            clock_timestamp(), clock_timestamp(), NEW.id
        FROM participant p JOIN staff s ON s.id = p.staff AND s.active WHERE p.appointment_id = NEW.id AND p.ended_at IS NULL AND (EXISTS (SELECT FROM taking_part(NEW.case_id) t WHERE t.id = p.staff)
            OR NEW.state = 'cancelled' AND NOT EXISTS (SELECT FROM protection o WHERE o.case_id = NEW.case_id)); -- whose part ends with it
    RETURN NULL;
END $$;

-- What is to come and was planned for somebody who is away on that day: visits at home on which
-- they go, or of which they know, that the caller planned, or for a supervisor all of them; and
-- parts of appointments for which the caller added them. Of the person nothing is said.
CREATE FUNCTION vacancies(now timestamptz) RETURNS TABLE (appointment text, at timestamptz, name text, as_what text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT a.id::text, v.at, s.name, CASE WHEN s.id = v.knows THEN 'knows' ELSE 'goes' END
    FROM home_visit v JOIN appointment a ON a.id = v.appointment_id JOIN staff s ON s.id IN (v.first, v.second, v.knows)
    WHERE v.zone = my('zone') AND NOT v.called_off AND v.at > vacancies.now AND (v.planned_by::text = my('staff') OR my('role') = 'supervisor')
        AND EXISTS (SELECT FROM absence x WHERE x.staff = s.id AND day_of(v.at) BETWEEN x.first_day AND x.last_day)
    UNION ALL SELECT a.id::text, a.at, s.name, 'takes_part'
    FROM participant p JOIN appointment a ON a.id = p.appointment_id AND a.state IN ('booked', 'confirmed') AND a.at > vacancies.now JOIN staff s ON s.id = p.staff
    WHERE p.zone = my('zone') AND p.ended_at IS NULL AND p.added_by::text = my('staff')
        AND EXISTS (SELECT FROM absence x WHERE x.staff = s.id AND day_of(a.at) BETWEEN x.first_day AND x.last_day)
    ORDER BY 2, 1, 3
$$;
-- +goose StatementEnd
CREATE TRIGGER tell_participant AFTER INSERT OR UPDATE OF ended_at ON participant FOR EACH ROW EXECUTE FUNCTION tell_participant();
CREATE TRIGGER tell_participants AFTER UPDATE OF state, at ON appointment FOR EACH ROW
    WHEN (NEW.state IN ('booked', 'confirmed') AND NEW.at <> OLD.at OR NEW.state = 'cancelled' AND OLD.state <> 'cancelled') EXECUTE FUNCTION tell_participants();
REVOKE EXECUTE ON FUNCTION tell_participant, tell_participants, vacancies FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vacancies TO percorso_app;
SELECT settle_rights();

-- +goose Down
DROP TRIGGER tell_participants ON appointment;
DROP TRIGGER tell_participant ON participant;
DROP FUNCTION vacancies, tell_participants, tell_participant;
DROP INDEX participant_added;
DROP INDEX home_visit_planned;
DELETE FROM mail WHERE template LIKE 'participant\_%';
