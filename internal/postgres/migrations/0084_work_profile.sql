-- +goose Up

-- What the employment centre is told of a person's work with a referral, and a school of
-- their Italian. What is said of it are records, as everything that people write.
--
-- The code of before works on this schema: it gives what it gave.

-- +goose StatementBegin

-- What an agency is told: asked says how much (extent), whose part of the plan it is
-- (agency), the day (on), the citizenships that need no permit (free), and by kinds of
-- permit whether one may work (kinds). Of each field of the profile the latest that was
-- said counts. The kind of the permit is not told, nor what is noted for the file.
CREATE FUNCTION disclosed_work(c uuid, asked jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    extent text := coalesce(asked ->> 'extent', '');
    said jsonb;
    may jsonb := '{"may_work": "to_check"}';
    p record;
    asks jsonb;
BEGIN
    IF extent = '' THEN RETURN '{}'; END IF;
    SELECT coalesce(jsonb_object_agg(f.key, f.value ORDER BY r.created_at, r.id), '{}') - 'note' INTO said
        FROM record r, jsonb_each(r.data) f WHERE r.case_id = c AND r.kind = 'work_profile' AND f.value <> '""';
    IF extent = 'language' THEN RETURN passed_work(jsonb_build_object('work', said), asked); END IF;
    SELECT o.citizenship, o.permit, o.permit_expiry, o.municipality INTO p FROM person o WHERE o.case_id = c;
    IF asked -> 'free' ? p.citizenship THEN
        may := '{"may_work": "yes"}';
    ELSIF p.permit_expiry IS NULL OR p.permit_expiry >= (asked ->> 'on')::date THEN
        may := coalesce(asked -> 'kinds' -> p.permit, may);
    END IF;
    SELECT jsonb_agg(jsonb_build_object('text', a ->> 'text', 'until', a ->> 'until') ORDER BY a ->> 'until', a ->> 'text') INTO asks
        FROM plan o, jsonb_array_elements(o.content -> 'actions') a
        WHERE o.case_id = c AND o.state = 'active' AND a ->> 'agency' = asked ->> 'agency';
    RETURN jsonb_build_object('work', jsonb_strip_nulls(may || jsonb_build_object('domicile', nullif(p.municipality, ''), 'permit_expiry', p.permit_expiry::text, 'asks', asks) || said
        || CASE WHEN said ? 'may_work' THEN '{"limit": null}' ELSE '{}' END::jsonb));
END $$;

-- What was given, as it is passed on to who is told so much of somebody's work.
CREATE FUNCTION passed_work(given jsonb, asked jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE coalesce(asked ->> 'extent', '') WHEN 'work' THEN given
        WHEN 'language' THEN (given - 'work') || CASE WHEN given -> 'work' ? 'italian' THEN jsonb_build_object('work', jsonb_strip_nulls(jsonb_build_object(
            'italian', given -> 'work' -> 'italian', 'italian_proof', given -> 'work' -> 'italian_proof'))) ELSE '{}' END
        ELSE given - 'work' END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION disclosed_work, passed_work;
