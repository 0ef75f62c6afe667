-- +goose Up

-- Which places of a service are taken is read without whose they are, by whoever books
-- there. The week of a service counts them beside the appointments that its reader sees: a
-- place that a protected person has would tell somebody who must not know of her that on
-- this day somebody comes whom the list does not show. So it is said of each place whether
-- the reader may know whose it is; to the functions' owner, too, there is no run and no
-- command of a case that whoever asks must not know of (the policy `protected`).
--
-- The code of before works on this schema.

-- +goose StatementBegin
CREATE FUNCTION places_taken(of_service text, from_at timestamptz, until_at timestamptz) RETURNS TABLE (at timestamptz, until timestamptz, unseen boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public AS $$
    SELECT b.at, b.until, NOT EXISTS (SELECT FROM run r WHERE r.id = b.run_id) AND NOT EXISTS (SELECT FROM command c WHERE c.id = b.command_id)
    FROM booking b WHERE b.zone = my('zone') AND b.service = of_service AND b.at < until_at AND b.until > from_at AND b.state IN ('held', 'booked')
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION places_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION places_taken TO percorso_app;

-- +goose Down
DROP FUNCTION places_taken;
