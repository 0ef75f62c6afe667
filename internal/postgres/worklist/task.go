package worklist

import (
	"percorso/internal/postgres"
	"percorso/internal/postgres/leads"
)

// SelectTask reads tasks, each called t, as lists show them. A suspended one is due at no
// time. What the caller's agency was given is looked up for each row of the page (of which
// there is one at most): joined by the agency alone, all that it was ever given would be read.
const SelectTask = `SELECT t.id::text, t.run_id, t.case_id::text, coalesce(f.number, case_number(t.case_id)) AS case_number,
	btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person,
	t.kind, t.state, t.role, t.agency, t.service, t.reason, coalesce(t.referral_id::text, '') AS referral_id, coalesce(t.holder::text, '') AS holder_id, coalesce(identity_of(t.proposed_by), '') AS proposer,
	coalesce(h.name, '') AS holder_name, coalesce(h.role, '') AS holder_role, ` + postgres.HolderGone + ` AS holder_gone, ` + postgres.TaskStamp + ` AS stamp,
	away.last_day AS away_until, coalesce(stands.id::text, '') AS substitute_id, coalesce(stands.name, '') AS substitute_name, coalesce(first.id::text, '') AS first_id, coalesce(first.name, '') AS first_name, ` + outcomeSaid + ` AS outcome, t.ready_at, CASE WHEN NOT t.suspended THEN t.escalate_at END AS due_at, t.reminders,
	t.escalated AND t.untold_since IS NULL AND NOT t.suspended AS escalated, t.late_since, t.suspended, t.ended_at IS NULL AND answer_on_its_way(t.id) AS answered
	FROM task t LEFT JOIN case_file f ON f.id = t.case_id LEFT JOIN person p ON p.case_id = t.case_id
	LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE g.run_id = t.run_id AND g.agency = my('agency') LIMIT 1) s ON true
	LEFT JOIN LATERAL holder_away(CASE WHEN t.state = 'reserved' THEN t.id END, my_now()) away ON true LEFT JOIN staff stands ON stands.id = away.substitute
	LEFT JOIN staff h ON h.id = t.holder ` + leads.First

// What was said from a seat of an équipe is for who said it, and who sits there too.
const outcomeSaid = `CASE WHEN t.kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off') AND t.ended_at IS NOT NULL
	AND t.holder::text IS DISTINCT FROM my('staff') AND reads_equipe(t.run_id, t.case_id) <> 'sits' THEN '' ELSE t.outcome END`

// OnBehalf is whether the caller does a task called t for who is away. Those tasks are an array,
// so that they are looked up: Postgres would else look through all that is due in the zone.
const OnBehalf = "t.id = ANY (ARRAY(SELECT behalf_here()))"

// DueOrReady is what tasks are ordered by, after whether they are suspended.
const DueOrReady = "CASE WHEN t.suspended THEN t.ready_at ELSE t.escalate_at END"
