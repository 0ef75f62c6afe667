-- +goose Up

-- Numbers of who comes to a desk without an appointment: what about and in which language,
-- and no name. They begin anew each day; of a day that is over its counts are kept.
--
-- The code of before works on this schema: it knows nothing of numbers.
CREATE TABLE desk_number (
    id        uuid PRIMARY KEY,
    zone      text NOT NULL,
    agency    text NOT NULL,
    day       date NOT NULL,
    number    int NOT NULL,
    topic     text NOT NULL,
    language  text NOT NULL,
    state     text NOT NULL CHECK (state IN ('waiting', 'called', 'served', 'gone')),
    taken_at  timestamptz NOT NULL,
    called_at timestamptz,
    call      uuid, -- of whoever called the next one, so that it is called once
    UNIQUE (zone, agency, day, number)
);
CREATE TABLE desk_day (
    zone   text NOT NULL,
    agency text NOT NULL,
    day    date NOT NULL,
    taken  int NOT NULL,
    served int NOT NULL,
    gone   int NOT NULL, -- or never called
    PRIMARY KEY (zone, agency, day)
);
ALTER TABLE desk_number ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE desk_day ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY desk ON desk_number TO percorso_app
    USING (zone = my('zone') AND agency = my('agency') AND my('role') IN ('desk_operator', 'social_worker', 'intercultural_mediator'));
CREATE POLICY counts ON desk_number FOR SELECT TO percorso_app USING (zone = my('zone') AND my('role') = 'supervisor');
CREATE POLICY counts ON desk_day FOR SELECT TO percorso_app
    USING (zone = my('zone') AND (my('role') = 'supervisor' OR agency = my('agency') AND my('role') IN ('desk_operator', 'social_worker', 'intercultural_mediator')));
GRANT SELECT, INSERT, UPDATE ON desk_number TO percorso_app;
GRANT SELECT ON desk_day TO percorso_app;
GRANT SELECT, DELETE ON desk_number TO percorso_definer;
GRANT SELECT, INSERT, UPDATE ON desk_day TO percorso_definer;

-- +goose StatementBegin
-- What is left of the zone's days before today. It goes with the next look at the numbers.
CREATE FUNCTION forget_numbers() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH past AS (DELETE FROM desk_number n WHERE n.zone = my('zone') AND n.day < day_of(my_now())
        RETURNING n.zone, n.agency, n.day, n.state)
    INSERT INTO desk_day (zone, agency, day, taken, served, gone)
        SELECT p.zone, p.agency, p.day, count(*), count(*) FILTER (WHERE p.state = 'served'), count(*) FILTER (WHERE p.state <> 'served')
        FROM past p GROUP BY p.zone, p.agency, p.day
    ON CONFLICT (zone, agency, day) DO UPDATE SET taken = desk_day.taken + excluded.taken,
        served = desk_day.served + excluded.served, gone = desk_day.gone + excluded.gone
$$;

-- Whoever has the page of the desk open sees the number that somebody takes or calls.
CREATE FUNCTION tell_numbers() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('percorso_lists', l.list) FROM (SELECT DISTINCT concat_ws('/', n.zone, n.agency, '') AS list FROM changed n) l;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION forget_numbers, tell_numbers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_numbers TO percorso_app;
CREATE TRIGGER tell_numbers AFTER INSERT ON desk_number REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_numbers();
CREATE TRIGGER tell_changed_numbers AFTER UPDATE ON desk_number REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_numbers();

-- +goose Down
DROP TABLE desk_number, desk_day;
DROP FUNCTION forget_numbers, tell_numbers;
