package places

import (
	"context"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/postgres"
	"percorso/internal/postgres/calledoff"
)

// Around is when a service receives from now on, and which places are taken then, whoever it is
// by: those that are kept on a form are.
func Around(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, service string, now time.Time) (of agenda.Agenda, taken []agenda.Taken, err error) {
	until := now.AddDate(0, 0, agenda.Ahead+1)
	off, err := calledoff.In(ctx, tx, rules.Zone, service, rules.There(now), rules.There(until))
	if err != nil {
		return of, nil, err
	}
	taken, err = postgres.Many[agenda.Taken](ctx, tx, `SELECT at, until, false AS unseen, pua, false AS kept FROM booking b
		WHERE zone = $1 AND service = $2 AND at > $3 AND at < $4 AND until > $5 AND state IN ('held', 'booked') AND `+counts+`
		UNION ALL SELECT at, until, false, pua, true FROM place_kept WHERE zone = $1 AND service = $2 AND at > $3 AND at < $4 AND until > $5 AND ends_at > $5`,
		rules.Zone, service, now.Add(-longest), until, now)
	return agenda.Of(rules.Policy, service, rules.Calendar, now).Without(off), taken, err
}

// Lock keeps whoever asks for places of these days of a service waiting.
func Lock(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, places []care.Booking) error {
	return lockDays(ctx, tx, rules, nil, places)
}

// promised says whether a place is kept for a person who waits. It stays hers where somebody was
// given one beyond those that there are meanwhile.
func promised(ctx context.Context, tx postgres.Tx, caseID, service string, at, now time.Time) (kept bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM waiting_offer o JOIN waiting w ON w.id = o.entry
		WHERE w.case_id = $1 AND o.service = $2 AND o.at = $3 AND o.state = 'open' AND o.ends_at > $4)`, caseID, service, at, now).Scan(&kept)
	return kept, err
}

// calls keeps that somebody has told a person who waits of the place that was kept for her: it is
// the one that is held now.
func calls(ctx context.Context, tx postgres.Tx, s care.Staff, caseID, service string, at, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE waiting_offer o SET state = 'booked', said_at = $4, said_by = $5 FROM waiting w
		WHERE w.id = o.entry AND w.case_id = $1 AND o.service = $2 AND o.at = $3 AND o.state = 'open'`, caseID, service, at, now, s.ID)
	return err
}
