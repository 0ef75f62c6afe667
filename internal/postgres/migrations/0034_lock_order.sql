-- +goose Up

-- One order of locks; docs/design.md says it. Today two merges that crossed, or a claim,
-- a failed mail or a progress beside a merge, waited for each other until Postgres undid one.
--
-- The code of before works on this schema; its merges cross others as they did.

-- +goose StatementBegin

-- Locks what a merge changes that others lock too, in the order that all keep: the
-- runs of both cases, the branches of the merged one, what is locked without its run,
-- and the files. Whatever was on its way there is committed then, and goes along.
CREATE FUNCTION lock_merge(merged uuid, kept uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM FROM run WHERE id IN ('case/' || merged, 'case/' || kept) ORDER BY id FOR UPDATE;
    PERFORM FROM run WHERE case_id = merged AND kind <> 'case' ORDER BY id FOR UPDATE;
    PERFORM FROM task WHERE case_id = merged ORDER BY id FOR UPDATE;
    PERFORM FROM mail WHERE case_id = merged AND failed_at IS NULL ORDER BY id FOR UPDATE;
    PERFORM FROM action_progress WHERE case_id = merged ORDER BY action_id FOR UPDATE;
    PERFORM FROM case_file WHERE id IN (merged, kept) ORDER BY id FOR UPDATE;
END $$;

-- Brings an accepted entry to the case that the transaction works, where it was
-- accepted for a file that was merged into it in the same moment. It says whether it did.
CREATE FUNCTION follow_merge(entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    kept uuid := my('case')::uuid;
BEGIN
    UPDATE command c SET case_id = kept, answer = jsonb_set(c.answer, '{case}', to_jsonb('case/' || kept))
    FROM run r WHERE c.id = entry AND c.state = 'accepted' AND r.id = c.run_id AND r.case_id = kept
        AND c.case_id <> kept AND c.case_id = ANY (same_file(kept));
    RETURN FOUND;
END $$;

-- As before, and in one order, since each run of a case settles all that was given of it.
CREATE OR REPLACE FUNCTION settle_shares(c uuid, at timestamptz, later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE share SET end_reason = e.reason, ended_at = CASE WHEN e.reason <> '' THEN settle_shares.at END,
        seen_until = CASE e.reason WHEN '' THEN NULL WHEN 'completed' THEN later ELSE settle_shares.at END
    FROM (SELECT s.id, share_end(s) AS reason FROM share s WHERE s.case_id = c AND share_end(s) <> s.end_reason ORDER BY s.id FOR NO KEY UPDATE) e
    -- What is out of sight comes back only if it stands again.
    WHERE share.id = e.id AND e.reason <> share.end_reason AND ('' IN (e.reason, share.end_reason) OR share.end_reason = 'completed');
END $$;

-- As before, and in one order.
CREATE OR REPLACE FUNCTION release_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE command SET wake_at = clock_timestamp() WHERE id IN (SELECT h.id FROM command h
        WHERE h.case_id = NEW.case_id AND h.run_id = NEW.run_id AND h.caller = NEW.caller AND h.state = 'accepted' AND h.seq > NEW.seq ORDER BY h.seq FOR UPDATE);
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION lock_merge, follow_merge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_merge, follow_merge TO percorso_worker;

-- +goose Down
DROP FUNCTION lock_merge, follow_merge;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION settle_shares(c uuid, at timestamptz, later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE share SET end_reason = e.reason, ended_at = CASE WHEN e.reason <> '' THEN settle_shares.at END,
        seen_until = CASE e.reason WHEN '' THEN NULL WHEN 'completed' THEN later ELSE settle_shares.at END
    FROM (SELECT id, share_end(s) AS reason FROM share s WHERE case_id = c) e
    -- What is out of sight comes back only if it stands again.
    WHERE share.id = e.id AND e.reason <> share.end_reason AND ('' IN (e.reason, share.end_reason) OR share.end_reason = 'completed');
END $$;
CREATE OR REPLACE FUNCTION release_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE command SET wake_at = clock_timestamp() WHERE case_id = NEW.case_id AND run_id = NEW.run_id AND caller = NEW.caller AND state = 'accepted' AND seq > NEW.seq;
    IF FOUND THEN PERFORM pg_notify('percorso_wake', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
