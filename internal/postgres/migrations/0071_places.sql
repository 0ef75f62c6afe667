-- +goose Up

-- An appointment takes up a place of its service's session. A row says that a place is
-- taken, and nothing of whom it is for: whoever counts what is free counts all of them,
-- those of people whom the caller does not see as well.
--
-- The code of before works on this schema: it holds no place for what it accepts, and
-- the appointment that its step writes takes one where it falls.

CREATE TABLE booking (
    id             uuid PRIMARY KEY,
    zone           text NOT NULL,
    service        text NOT NULL,
    at             timestamptz NOT NULL,
    until          timestamptz NOT NULL CHECK (until > at),
    run_id         text NOT NULL,        -- that has the appointment, or is about to
    command_id     uuid,                 -- that asked for it; NULL: one of before
    appointment_id uuid,                 -- NULL: it is held for the command
    state          text NOT NULL CHECK (state IN ('held', 'booked', 'moved', 'ended')),
    made_at        timestamptz NOT NULL,
    ended_at       timestamptz
);
CREATE INDEX booking_taken ON booking (zone, service, at) WHERE state IN ('held', 'booked');
CREATE INDEX booking_held ON booking (run_id, service, at) WHERE state = 'held';
CREATE INDEX booking_command ON booking (command_id) WHERE state = 'held';
CREATE UNIQUE INDEX booking_appointment ON booking (appointment_id) WHERE state = 'booked';

-- Appointments of before are taken where they fall. How long they last nobody has said.
INSERT INTO booking (id, zone, service, at, until, run_id, appointment_id, state, made_at)
    SELECT gen_random_uuid(), a.zone, a.service, a.at, a.at + interval '30 minutes', a.run_id, a.id, 'booked', clock_timestamp()
    FROM appointment a WHERE a.state IN ('booked', 'confirmed');

ALTER TABLE booking ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON booking FOR SELECT TO percorso_app USING (zone = my('zone'));
CREATE POLICY app_hold ON booking FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND state = 'held');
GRANT SELECT (zone, service, at, until, state), INSERT (id, zone, service, at, until, run_id, command_id, state, made_at) ON booking TO percorso_app;
GRANT SELECT, INSERT, UPDATE ON booking TO percorso_definer;

-- +goose StatementBegin
-- Keeps whoever asks for places of these days of services waiting until the one before
-- is through. They are taken in one order, whatever order they come in.
CREATE FUNCTION lock_places(days text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day int;
BEGIN
    FOR day IN SELECT DISTINCT hashtext(d) FROM unnest(days) d ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(hashtext('percorso places'), day);
    END LOOP;
END $$;

-- What becomes of an appointment becomes of its place. The one that was held for it is
-- now its own; one that it had at another time stays as moved, and is free.
CREATE FUNCTION keep_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    kept uuid;
BEGIN
    IF NEW.state NOT IN ('booked', 'confirmed') THEN
        UPDATE booking b SET state = 'ended', ended_at = clock_timestamp() WHERE b.appointment_id = NEW.id AND b.state = 'booked';
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM booking b WHERE b.appointment_id = NEW.id AND b.state = 'booked' AND b.at = NEW.at) THEN RETURN NULL; END IF;
    UPDATE booking b SET state = 'moved', ended_at = clock_timestamp() WHERE b.appointment_id = NEW.id AND b.state = 'booked';
    SELECT b.id INTO kept FROM booking b WHERE b.run_id = NEW.run_id AND b.service = NEW.service AND b.at = NEW.at AND b.state = 'held' ORDER BY b.id LIMIT 1;
    IF FOUND THEN
        UPDATE booking b SET state = 'booked', appointment_id = NEW.id WHERE b.id = kept;
    ELSIF TG_OP = 'INSERT' OR NEW.at <> OLD.at THEN -- else somebody did not come, and has no other time yet
        INSERT INTO booking (id, zone, service, at, until, run_id, appointment_id, state, made_at)
            VALUES (gen_random_uuid(), NEW.zone, NEW.service, NEW.at, NEW.at + interval '30 minutes', NEW.run_id, NEW.id, 'booked', clock_timestamp());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_place AFTER INSERT OR UPDATE OF state, at ON appointment FOR EACH ROW EXECUTE FUNCTION keep_place();

-- A place that a case asked for goes to the run of the service that it begins.
CREATE FUNCTION pass_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE booking b SET run_id = NEW.run_id WHERE b.id = (SELECT h.id FROM booking h
        WHERE h.run_id = NEW.caller AND h.service = NEW.answer ->> 'service' AND h.at = (NEW.answer ->> 'at')::timestamptz AND h.state = 'held' ORDER BY h.id LIMIT 1);
    RETURN NULL;
END $$;
CREATE TRIGGER pass_place AFTER INSERT ON command FOR EACH ROW
    WHEN (NEW.operation = 'open' AND NEW.run_id LIKE 'service/%') EXECUTE FUNCTION pass_place();

-- What is held for a command is free once that is refused, and once it is worked and made
-- no use of it. A command that goes over to another file with its run takes it along.
CREATE FUNCTION settle_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.run_id <> OLD.run_id THEN
        UPDATE booking b SET run_id = NEW.run_id WHERE b.command_id = NEW.id AND b.run_id = OLD.run_id AND b.state = 'held';
    END IF;
    IF NEW.state IN ('worked', 'refused') THEN
        UPDATE booking b SET state = 'ended', ended_at = clock_timestamp() WHERE b.state = 'held'
            AND b.run_id = NEW.run_id AND (b.command_id = NEW.id OR NEW.operation = 'open' AND NEW.run_id LIKE 'service/%');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER settle_places AFTER UPDATE OF state, run_id ON command FOR EACH ROW
    WHEN (OLD.run_id <> NEW.run_id OR OLD.state = 'accepted' AND NEW.state <> 'accepted') EXECUTE FUNCTION settle_places();
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION lock_places, keep_place, pass_place, settle_places FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_places TO percorso_app;

-- +goose Down
DROP TRIGGER settle_places ON command;
DROP TRIGGER pass_place ON command;
DROP TRIGGER keep_place ON appointment;
DROP FUNCTION lock_places, keep_place, pass_place, settle_places;
DROP TABLE booking;
