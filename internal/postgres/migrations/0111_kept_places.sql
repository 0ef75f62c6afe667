-- +goose Up

-- A place that somebody has chosen on a form and not sent yet is kept for them for ten
-- minutes, so that a slow conversation does not lose it. A row says who keeps which place, by
-- which of their forms, and nothing of whom it is for. Those that are over are deleted by
-- whoever keeps the next one.
--
-- The code of before works on this schema: it keeps none, and does not see those that are kept.
SET LOCAL lock_timeout = '5s';
CREATE TABLE place_kept (
    staff   uuid NOT NULL REFERENCES staff,
    form    uuid NOT NULL, -- derived from whose it is and where it is sent
    zone    text NOT NULL,
    service text NOT NULL,
    at      timestamptz NOT NULL,
    until   timestamptz NOT NULL CHECK (until > at),
    pua     boolean NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (staff, form, service, at)
);
CREATE INDEX place_kept_at ON place_kept (zone, service, at);
CREATE INDEX place_kept_ends ON place_kept (ends_at);
ALTER TABLE place_kept ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_read ON place_kept FOR SELECT TO percorso_app USING (zone = my('zone'));
CREATE POLICY app_keep ON place_kept FOR INSERT TO percorso_app WITH CHECK (zone = my('zone') AND staff = my('staff')::uuid);
CREATE POLICY app_leave ON place_kept FOR DELETE TO percorso_app USING (zone = my('zone') AND (staff = my('staff')::uuid OR ends_at < clock_timestamp()));
GRANT SELECT, INSERT, DELETE ON place_kept TO percorso_app;

-- +goose Down
DROP TABLE place_kept;
