-- +goose Up

-- Whoever writes a note says whom it is for, where its form leaves them the choice. What
-- was chosen holds whatever code writes the record.
--
-- The code of before works on this schema: its forms leave no choice.

-- +goose StatementBegin
CREATE FUNCTION choose_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.circle := NEW.data ->> 'circle';
    RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION choose_circle FROM PUBLIC;
CREATE TRIGGER choose_circle BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.data ->> 'circle' IN ('social', 'agency')) EXECUTE FUNCTION choose_circle();

-- +goose Down
DROP TRIGGER choose_circle ON record;
DROP FUNCTION choose_circle;
