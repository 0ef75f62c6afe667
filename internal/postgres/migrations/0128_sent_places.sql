-- +goose Up

-- Whoever assesses a person, or agrees on a plan with them, may send them to the employment
-- centre with a place of the block that it gives. The place is held for the run that is
-- answered so; it ends with a report to its case, which then begins the placement. So the place
-- goes over to the report, which is worked or refused with or without a placement that takes it,
-- as it goes over from a case to what the case begins.
--
-- The code of before works on this schema: none of its reports has a time.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
CREATE FUNCTION report_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE booking b SET run_id = NEW.run_id, command_id = NEW.id WHERE b.id = (SELECT h.id FROM booking h
        WHERE h.run_id = NEW.caller AND h.at = (NEW.answer ->> 'at')::timestamptz AND h.state = 'held' ORDER BY h.id LIMIT 1);
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION report_place FROM PUBLIC;
CREATE TRIGGER report_place AFTER INSERT ON command FOR EACH ROW
    WHEN (NEW.operation = 'report' AND NEW.answer ? 'at') EXECUTE FUNCTION report_place();

-- +goose Down
DROP TRIGGER report_place ON command;
DROP FUNCTION report_place;
