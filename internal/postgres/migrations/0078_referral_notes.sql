-- +goose Up

-- Either side adds notes to a referral that was sent, for as long as what was given with it
-- stands. A note is a record of its author's agency, which the other side reads too, with
-- how it was corrected, until the data are out of its sight.
--
-- The code of before works on this schema.

-- +goose StatementBegin

-- Whether the caller may add a note to a referral now, under the lock of its run: NULL, they
-- may; else the code of a refusal. Its case and run; none: they do not know of it.
CREATE FUNCTION referral_to_note(wanted uuid) RETURNS TABLE (case_id text, run_id text, refused text) LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public AS $$
DECLARE
    r referral;
    s share;
BEGIN
    PERFORM FROM run u WHERE u.id = (SELECT x.run_id FROM referral x WHERE x.id = wanted AND x.zone = my('zone')) FOR UPDATE;
    SELECT * INTO r FROM referral x WHERE x.id = wanted AND x.zone = my('zone');
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO s FROM share x WHERE x.id = r.share_id;
    IF NOT owner_sees_case(r.case_id) AND r.to_agency IS DISTINCT FROM my('agency') THEN RETURN; END IF;
    RETURN QUERY SELECT r.case_id::text, r.run_id, CASE
        WHEN my('agency') NOT IN (r.from_agency, r.to_agency) THEN 'forbidden'
        WHEN s.ended_at IS NOT NULL OR NOT owner_sees_share(s) THEN 'ended' END;
END $$;

-- The notes of a referral, the latest first, to each side while it sees what was given with
-- it. Why one was corrected is its author's agency's.
CREATE FUNCTION referral_notes(wanted uuid) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    r referral;
    s share;
BEGIN
    SELECT * INTO r FROM referral x WHERE x.id = wanted AND x.zone = my('zone');
    IF NOT FOUND THEN RETURN '[]'; END IF;
    SELECT * INTO s FROM share x WHERE x.id = r.share_id;
    IF NOT owner_sees_share(s) THEN RETURN '[]'; END IF;
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'at', d.created_at, 'by_name', b.name, 'by_role', coalesce(nullif(m.role, ''), b.role), 'by_agency', d.agency,
            'note', said_now(d.id, d.data) ->> 'note', 'amended', coalesce(w.versions, '[]')) ORDER BY d.created_at DESC, d.id DESC), '[]')
        FROM record d JOIN staff b ON b.id = d.by_staff LEFT JOIN command m ON m.id = d.id
            LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('version', v.version, 'at', v.at, 'by_name', a.name, 'by_role', v.role,
                    'why', CASE WHEN d.agency = my('agency') THEN v.why ELSE '' END,
                    'changes', jsonb_build_array(jsonb_build_object('field', 'note', 'old', v.old, 'new', v.data -> 'note'))) ORDER BY v.version DESC) AS versions
                FROM (SELECT x.*, coalesce(lag(x.data -> 'note') OVER (ORDER BY x.version), d.data -> 'note') AS old FROM record_version x WHERE x.record_id = d.id) v
                    JOIN staff a ON a.id = v.by_staff) w ON true
        WHERE d.run_id = r.run_id AND d.kind = 'note_referral' AND d.data #>> '{done,referral}' = r.id::text);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION referral_to_note, referral_notes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referral_to_note, referral_notes TO percorso_app;

-- +goose Down
DROP FUNCTION referral_to_note, referral_notes;
