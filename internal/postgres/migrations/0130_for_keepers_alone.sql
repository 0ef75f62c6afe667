-- +goose Up

-- Whoever has come to be hidden a person from learns nothing of a visit to her home that was
-- planned before, not even that there is one: but for who goes, from its hour on, and for whoever
-- is told that nobody answers. Likewise a supervisor who neither goes nor knows about a visit
-- learns of it when they are told, and not before.
--
-- Besides, a request for a mediator keeps what it was asked with: its hour and its lot may change,
-- and the same key with another form is none that was sent again.
--
-- The code of before works on this schema.
SET LOCAL lock_timeout = '5s';
ALTER TABLE mediation ADD COLUMN form_digest text NOT NULL DEFAULT ''; -- empty: asked for before this was kept
-- +goose StatementBegin
-- Whether the caller goes on a visit or knows about it, or is told that nobody answers. The
-- appointment of a person who is hidden from the caller is none here (policy protected).
CREATE FUNCTION visit_is_mine(v home_visit, now timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE
        WHEN my('staff')::uuid IN (v.first, v.second) AND v.at <= visit_is_mine.now THEN true
        WHEN (my('staff')::uuid = v.knows OR my('role') = 'supervisor') AND v.alarm_at <= visit_is_mine.now THEN true
        WHEN my('staff')::uuid IN (v.first, v.second, v.knows) THEN EXISTS (SELECT FROM appointment a WHERE a.id = v.appointment_id)
        ELSE false END
$$;

CREATE OR REPLACE FUNCTION visits_watched(now timestamptz, until timestamptz) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.zone = my('zone') AND NOT v.called_off AND v.at < visits_watched.until
        AND (v.first_back IS NULL OR v.second IS NOT NULL AND v.second_back IS NULL) AND visit_is_mine(v, visits_watched.now)
$$;

CREATE OR REPLACE FUNCTION visit_of(appointment uuid) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.appointment_id = visit_of.appointment AND v.zone = my('zone') AND NOT v.called_off AND visit_is_mine(v, my_now())
$$;

CREATE OR REPLACE FUNCTION visit_returns(appointment uuid, first_back timestamptz, second_back timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE home_visit v SET first_back = coalesce(v.first_back, visit_returns.first_back), second_back = coalesce(v.second_back, visit_returns.second_back)
    WHERE v.appointment_id = visit_returns.appointment AND v.zone = my('zone') AND NOT v.called_off AND visit_is_mine(v, my_now())
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION visit_is_mine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visit_is_mine TO percorso_definer;
SELECT settle_rights();

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION visits_watched(now timestamptz, until timestamptz) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.zone = my('zone') AND NOT v.called_off AND v.at < visits_watched.until
        AND (v.first_back IS NULL OR v.second IS NOT NULL AND v.second_back IS NULL)
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor' AND v.alarm_at <= visits_watched.now)
$$;

CREATE OR REPLACE FUNCTION visit_of(appointment uuid) RETURNS SETOF home_visit
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT v.* FROM home_visit v WHERE v.appointment_id = visit_of.appointment AND v.zone = my('zone') AND NOT v.called_off
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor')
$$;

CREATE OR REPLACE FUNCTION visit_returns(appointment uuid, first_back timestamptz, second_back timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE home_visit v SET first_back = coalesce(v.first_back, visit_returns.first_back), second_back = coalesce(v.second_back, visit_returns.second_back)
    WHERE v.appointment_id = visit_returns.appointment AND v.zone = my('zone') AND NOT v.called_off
        AND (my('staff')::uuid IN (v.first, v.second, v.knows) OR my('role') = 'supervisor')
$$;
-- +goose StatementEnd
DROP FUNCTION visit_is_mine;
ALTER TABLE mediation DROP COLUMN form_digest;
