-- +goose Up

-- A service of another agency gives the PUA some of the places of its sessions. So a place
-- says whether the PUA has asked for it: what each side may still take is counted by that.
-- And whoever sends a person to the employment centre books one of these places with it: it
-- is held for the case, and goes over to the placement that the case begins.
--
-- The code of before works on this schema: it counts all places alike.
SET LOCAL lock_timeout = '5s';
ALTER TABLE booking ADD COLUMN pua boolean NOT NULL DEFAULT false;
GRANT SELECT (pua), INSERT (pua) ON booking TO percorso_app;

-- +goose StatementBegin
-- As before, with who has asked for each place.
DROP FUNCTION places_taken;
CREATE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean, pua boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id), b.pua
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
$$;
REVOKE EXECUTE ON FUNCTION places_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION places_taken TO percorso_app;

-- As before; so does the place at the agency that a placement sends the person to.
CREATE OR REPLACE FUNCTION pass_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE booking b SET run_id = NEW.run_id WHERE b.id = (SELECT h.id FROM booking h
        WHERE h.run_id = NEW.caller AND h.service = coalesce(NEW.answer ->> 'service', NEW.answer ->> 'agency')
            AND h.at = (NEW.answer ->> 'at')::timestamptz AND h.state = 'held' ORDER BY h.id LIMIT 1);
    RETURN NULL;
END $$;

-- As before, of a placement as well.
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
DROP TRIGGER pass_place ON command;
CREATE TRIGGER pass_place AFTER INSERT ON command FOR EACH ROW
    WHEN (NEW.operation = 'open' AND (NEW.run_id LIKE 'service/%' OR NEW.run_id LIKE 'placement/%')) EXECUTE FUNCTION pass_place();

-- +goose Down
DROP TRIGGER pass_place ON command;
CREATE TRIGGER pass_place AFTER INSERT ON command FOR EACH ROW
    WHEN (NEW.operation = 'open' AND NEW.run_id LIKE 'service/%') EXECUTE FUNCTION pass_place();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION pass_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE booking b SET run_id = NEW.run_id WHERE b.id = (SELECT h.id FROM booking h
        WHERE h.run_id = NEW.caller AND h.service = NEW.answer ->> 'service' AND h.at = (NEW.answer ->> 'at')::timestamptz AND h.state = 'held' ORDER BY h.id LIMIT 1);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION settle_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
DROP FUNCTION places_taken;
CREATE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id)
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
$$;
REVOKE EXECUTE ON FUNCTION places_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION places_taken TO percorso_app;
-- +goose StatementEnd
ALTER TABLE booking DROP COLUMN pua;
