-- +goose Up

-- Of two commands that hold the same place of the same run, as two moves of one appointment to
-- one hour do, the appointment may have taken either. Whichever is worked first has its own:
-- else the place would not say that it is beyond those that there are, and the other command
-- would be worked one day without any.
--
-- The code of before works on this schema.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION settle_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    other record;
BEGIN
    IF NEW.run_id <> OLD.run_id THEN
        UPDATE booking b SET run_id = NEW.run_id WHERE b.command_id = NEW.id AND b.run_id = OLD.run_id AND b.state = 'held';
    END IF;
    IF NEW.state = 'worked' THEN
        FOR other IN SELECT t.id, t.appointment_id, h.id AS own FROM booking h
                JOIN booking t ON t.run_id = h.run_id AND t.service = h.service AND t.at = h.at AND t.state = 'booked'
                JOIN command c ON c.id = t.command_id AND c.state = 'accepted'
                WHERE h.command_id = NEW.id AND h.run_id = NEW.run_id AND h.state = 'held' LOOP
            UPDATE booking b SET state = 'held', appointment_id = NULL WHERE b.id = other.id;
            UPDATE booking b SET state = 'booked', appointment_id = other.appointment_id WHERE b.id = other.own;
        END LOOP;
    END IF;
    IF NEW.state IN ('worked', 'refused') THEN
        UPDATE booking b SET state = 'ended', ended_at = clock_timestamp() WHERE b.state = 'held'
            AND b.run_id = NEW.run_id AND (b.command_id = NEW.id OR NEW.operation = 'open' AND (NEW.run_id LIKE 'service/%' OR NEW.run_id LIKE 'placement/%'));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION settle_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NEW.run_id <> OLD.run_id THEN
        UPDATE booking b SET run_id = NEW.run_id WHERE b.command_id = NEW.id AND b.run_id = OLD.run_id AND b.state = 'held';
    END IF;
    IF NEW.state IN ('worked', 'refused') THEN
        UPDATE booking b SET state = 'ended', ended_at = clock_timestamp() WHERE b.state = 'held'
            AND b.run_id = NEW.run_id AND (b.command_id = NEW.id OR NEW.operation = 'open' AND (NEW.run_id LIKE 'service/%' OR NEW.run_id LIKE 'placement/%'));
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
