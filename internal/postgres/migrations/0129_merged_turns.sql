-- +goose Up

-- Who waits for a place, and turns out to have an appointment there in a second file, waits no
-- more once the two are one: as whoever gets an appointment does. The turn comes back where the
-- files are taken apart again.
--
-- The code of before works on this schema.
SET LOCAL lock_timeout = '5s';
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION carry_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('waiting', (SELECT coalesce(jsonb_agg(w.id), '[]') FROM waiting w WHERE w.case_id = NEW.merged));
    UPDATE waiting w SET left_at = clock_timestamp(), left_why = 'merged' WHERE w.left_at IS NULL AND w.case_id IN (NEW.merged, NEW.case_id)
        AND (EXISTS (SELECT FROM waiting o WHERE o.left_at IS NULL AND o.case_id IN (NEW.merged, NEW.case_id) AND o.case_id <> w.case_id
                AND o.service = w.service AND o.matter = w.matter AND (o.since, o.id) < (w.since, w.id))
            OR EXISTS (SELECT FROM appointment a WHERE a.case_id IN (NEW.merged, NEW.case_id) AND a.service = w.service
                AND w.matter IN ('', coalesce(a.matter, '')) AND a.state IN ('booked', 'confirmed') AND a.at > NEW.at));
    UPDATE waiting w SET case_id = NEW.case_id WHERE w.case_id = NEW.merged;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION carry_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    NEW.before := NEW.before || jsonb_build_object('waiting', (SELECT coalesce(jsonb_agg(w.id), '[]') FROM waiting w WHERE w.case_id = NEW.merged));
    UPDATE waiting w SET left_at = clock_timestamp(), left_why = 'merged' WHERE w.left_at IS NULL AND w.case_id IN (NEW.merged, NEW.case_id)
        AND EXISTS (SELECT FROM waiting o WHERE o.left_at IS NULL AND o.case_id IN (NEW.merged, NEW.case_id) AND o.case_id <> w.case_id
            AND o.service = w.service AND o.matter = w.matter AND (o.since, o.id) < (w.since, w.id));
    UPDATE waiting w SET case_id = NEW.case_id WHERE w.case_id = NEW.merged;
    RETURN NEW;
END $$;
-- +goose StatementEnd
