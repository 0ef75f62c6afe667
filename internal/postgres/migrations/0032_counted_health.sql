-- +goose Up

-- How many open cases stand how, in each zone: the sum of the lines. A line is added
-- for each change, so that nobody waits for anybody, and the refresher folds them when
-- they have become many.
--
-- The code of before works on this schema.
CREATE TABLE health_count (
    zone   text NOT NULL,
    health text NOT NULL,
    cases  int NOT NULL
);
GRANT SELECT, INSERT, DELETE ON health_count TO percorso_definer;

-- +goose StatementBegin
CREATE FUNCTION count_health() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN INSERT INTO health_count VALUES (OLD.zone, OLD.health, -1); END IF;
    IF TG_OP <> 'DELETE' THEN INSERT INTO health_count VALUES (NEW.zone, NEW.health, 1); END IF;
    RETURN NULL;
END $$;

-- Makes one line of those of each zone and health, when they are more than most.
CREATE FUNCTION fold_health(most int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF (SELECT count(*) FROM health_count) <= most THEN RETURN; END IF;
    WITH gone AS (DELETE FROM health_count RETURNING zone, health, cases)
    INSERT INTO health_count SELECT g.zone, g.health, sum(g.cases) FROM gone g GROUP BY g.zone, g.health HAVING sum(g.cases) <> 0;
END $$;

-- Over all zones, for a board.
CREATE FUNCTION health_counts() RETURNS TABLE (health text, cases int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.health, sum(c.cases)::int FROM health_count c GROUP BY c.health HAVING sum(c.cases) <> 0
$$;

-- Of the zone of the supervisor who asks.
CREATE FUNCTION health_counts_here() RETURNS TABLE (health text, cases int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.health, sum(c.cases)::int FROM health_count c WHERE my('role') = 'supervisor' AND c.zone = my('zone') GROUP BY c.health HAVING sum(c.cases) <> 0
$$;
-- +goose StatementEnd
CREATE TRIGGER count_health AFTER INSERT OR DELETE ON case_health FOR EACH ROW EXECUTE FUNCTION count_health();
CREATE TRIGGER count_health_change AFTER UPDATE OF health ON case_health FOR EACH ROW WHEN (OLD.health <> NEW.health) EXECUTE FUNCTION count_health();
INSERT INTO health_count SELECT zone, health, count(*) FROM case_health GROUP BY zone, health;

REVOKE EXECUTE ON FUNCTION count_health, fold_health, health_counts, health_counts_here FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_health, health_counts TO percorso_watch;
GRANT EXECUTE ON FUNCTION health_counts_here TO percorso_app;

-- +goose Down
DROP TRIGGER count_health ON case_health;
DROP TRIGGER count_health_change ON case_health;
DROP FUNCTION count_health, fold_health, health_counts, health_counts_here;
DROP TABLE health_count;
