-- +goose Up

-- Days on which a service receives nobody, as it has said, and who was expected then: each is
-- to be told. Whose an appointment is stands with it alone, so that whoever may not know of
-- that has no row here either.
--
-- The code of before works on this schema: it offers places on such a day. Whoever is given
-- one there keeps it, until somebody calls the day off again.

CREATE TABLE called_off (
    id        uuid PRIMARY KEY, -- made of who calls it off and their key
    zone      text NOT NULL,
    service   text NOT NULL,
    first_day date NOT NULL,
    last_day  date NOT NULL,
    reason    text NOT NULL,
    note      text NOT NULL DEFAULT '',
    made_by   uuid NOT NULL REFERENCES staff,
    made_at   timestamptz NOT NULL,
    back_from date, -- from this day on the service receives again; NULL: it does not
    back_by   uuid REFERENCES staff,
    CHECK (first_day <= last_day),
    CHECK ((back_from IS NULL) = (back_by IS NULL))
);
CREATE INDEX called_off_days ON called_off (zone, service, last_day);

CREATE TABLE called_off_person (
    called_off  uuid NOT NULL REFERENCES called_off,
    appointment uuid NOT NULL REFERENCES appointment,
    try         text NOT NULL DEFAULT '' CHECK (try IN ('', 'reached', 'not_reached')),
    tried_by    uuid REFERENCES staff,
    tried_at    timestamptz,
    PRIMARY KEY (called_off, appointment)
);
CREATE INDEX called_off_appointment ON called_off_person (appointment);

ALTER TABLE called_off ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON called_off FOR SELECT TO percorso_app USING (zone = my('zone'));
CREATE POLICY no_officer ON called_off AS RESTRICTIVE FOR SELECT TO percorso_app USING ((SELECT my('role')) IS DISTINCT FROM 'privacy_officer');
CREATE POLICY app_call_off ON called_off FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND made_by = my('staff')::uuid);
CREATE POLICY app_take_back ON called_off FOR UPDATE TO percorso_app USING (zone = my('zone')) WITH CHECK (zone = my('zone') AND back_by = my('staff')::uuid);
GRANT SELECT, INSERT (id, zone, service, first_day, last_day, reason, note, made_by, made_at), UPDATE (back_from, back_by) ON called_off TO percorso_app;
GRANT SELECT ON called_off TO percorso_definer;

ALTER TABLE called_off_person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON called_off_person FOR SELECT TO percorso_app USING (EXISTS (SELECT FROM appointment a WHERE a.id = appointment));
CREATE POLICY app_try ON called_off_person FOR UPDATE TO percorso_app USING (EXISTS (SELECT FROM appointment a WHERE a.id = appointment))
    WITH CHECK (tried_by = my('staff')::uuid);
GRANT SELECT, UPDATE (try, tried_by, tried_at) ON called_off_person TO percorso_app;
GRANT SELECT, INSERT ON called_off_person TO percorso_definer;

-- +goose StatementBegin
-- Has the runs that expect somebody on the days of a service cancel that, as the service asks:
-- those of people as well of whom who calls the days off must not know: nothing of what is
-- found is told. What somebody else
-- has asked to cancel is left to them. The caller has called the days off in the same transaction.
CREATE FUNCTION call_off(one uuid, from_at timestamptz, until_at timestamptz, answer jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    me text := my('staff');
    a record;
BEGIN
    IF NOT EXISTS (SELECT FROM called_off c WHERE c.id = call_off.one AND c.zone = my('zone') AND c.made_by::text = me) THEN RETURN; END IF;
    PERFORM act_for(NULL);
    FOR a IN SELECT o.id, o.run_id, o.case_id, o.at FROM called_off c
            JOIN appointment o ON o.zone = c.zone AND o.service = c.service AND o.at >= from_at AND o.at < until_at AND o.state IN ('booked', 'confirmed')
            WHERE c.id = call_off.one AND NOT EXISTS (SELECT FROM command m WHERE m.target = o.id::text AND m.state = 'accepted' AND m.operation = 'cancel_appointment')
            ORDER BY o.id LOOP
        INSERT INTO called_off_person (called_off, appointment) VALUES (call_off.one, a.id) ON CONFLICT DO NOTHING;
        CONTINUE WHEN NOT FOUND;
        INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, created_at, wake_at)
            VALUES (gen_random_uuid(), a.run_id, a.case_id, my('zone'), my('agency'), me, my('role'), 'called off ' || call_off.one || ' ' || a.id, '',
                'cancel_appointment', a.id, call_off.answer || jsonb_build_object('case', 'case/' || a.case_id),
                jsonb_build_object('by', 'service', 'why', 'office_cannot', 'was', a.at), clock_timestamp(), clock_timestamp());
    END LOOP;
    PERFORM act_for(me);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION call_off FROM PUBLIC;
GRANT EXECUTE ON FUNCTION call_off TO percorso_app;

-- +goose Down
DROP FUNCTION call_off;
DROP TABLE called_off_person, called_off;
