// Package gathered plans the meetings of équipes, and reads them. A meeting is the record
// of the form that planned it: one that is planned before the one before it has been takes
// its place.
package gathered

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/standing"
)

// Of lists the meetings of some équipes that the caller reads, the latest first.
func Of(ctx context.Context, tx postgres.Tx, runs ...string) ([]gathering.Planned, error) {
	return postgres.Many[gathering.Planned](ctx, tx, `SELECT * FROM meetings_here($1)`, runs)
}

// Fill gives each of some équipes its meetings.
func Fill(ctx context.Context, tx postgres.Tx, runs []string, equipes map[string]*ledger.Equipe) error {
	meetings, err := Of(ctx, tx, runs...)
	for _, m := range meetings {
		equipes[m.Run].Meetings = append(equipes[m.Run].Meetings, m)
	}
	return err
}

// Plan plans a meeting of an équipe, moves the one that has not been yet, or calls it off; or says why
// not. ledger.ErrNotFound: the caller knows of no such équipe.
func Plan(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (caseID string, _ *care.Refusal, _ error) {
	type row struct {
		Case  string `db:"case_id"`
		Ended bool   `db:"ended"`
	}
	equipe, err := postgres.One[row](ctx, tx, `SELECT case_id, ended FROM run_at_work($1) WHERE EXISTS (SELECT FROM equipe e WHERE e.run_id = $1)`, c.Run)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, ledger.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	if equipe.Ended {
		return equipe.Case, &care.Refusal{Code: care.RefusedEnded}, nil
	}
	form, err := postgres.FormOf(catalogue.PlanMeeting, c.Data)
	if err != nil {
		return "", nil, err
	}
	faults, err := standing.AtWork(ctx, tx, equipe.Case, s)
	if err != nil {
		return "", nil, err
	}
	for i, invited := range form.Invited {
		var sits bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM seat WHERE run_id = $1 AND role = $2 AND agency = $3 AND state IN ('invited', 'confirmed', 'spoken'))`,
			c.Run, invited.Role, invited.Agency).Scan(&sits); err != nil {
			return "", nil, err
		}
		if !sits {
			faults = append(faults, care.Fault{Field: fmt.Sprintf("invited[%d].role", i), Rule: gathering.RuleNoSeat})
		}
	}
	if !form.CalledOff && !form.Anyway {
		if err := places.LockStaff(ctx, tx, s.Zone, form.At); err != nil {
			return "", nil, err
		}
		elsewhere, err := elsewhere(ctx, tx, c.Run, form)
		if err != nil {
			return "", nil, err
		}
		if elsewhere {
			faults = append(faults, care.Fault{Field: "anyway", Rule: gathering.RuleBusy})
		}
	}
	var given, family string
	if err := tx.QueryRow(ctx, `SELECT coalesce(min(given_name), ''), coalesce(min(family_name), '') FROM person WHERE case_id = $1`, equipe.Case).Scan(&given, &family); err != nil {
		return "", nil, err
	}
	if gathering.Tells(form.Place, given, family) {
		faults = append(faults, care.Fault{Field: "place", Rule: gathering.RuleTells})
	}
	// Of two who plan at once the second moves what the first has planned, if they have seen it.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('meetings of ' || $1, 0))`, c.Run); err != nil {
		return "", nil, err
	}
	meetings, err := Of(ctx, tx, c.Run)
	if err != nil {
		return "", nil, err
	}
	open := gathering.Open(meetings)
	if open != nil && !at.Before(open.At) {
		open = nil // it has been
	}
	if rule := form.Meanwhile(open); rule != "" {
		return equipe.Case, care.RefuseChanged(rule), nil
	}
	if faults = append(faults, form.Stands(open)...); len(faults) > 0 {
		return equipe.Case, care.Refuse(faults...), nil
	}
	moment := "meeting_planned"
	switch {
	case form.CalledOff:
		moment = "meeting_called_off"
	case open != nil:
		moment = "meeting_moved"
	}
	if err := postgres.TellMoment(ctx, tx, s, id, equipe.Case, c.Run, at, moment, ""); err != nil {
		return "", nil, err
	}
	return equipe.Case, nil, tell(ctx, tx, s, c.Run, equipe.Case, id, form.Told(open), at)
}

// elsewhere says whether somebody who is invited is expected at another place then. The
// meeting that the form moves does not count.
func elsewhere(ctx context.Context, tx postgres.Tx, run string, form gathering.MeetingPlan) (bool, error) {
	var invited []string
	for _, i := range form.Invited {
		invited = append(invited, string(i.Role)+" "+i.Agency)
	}
	type seated struct {
		Member string `db:"member"`
	}
	seats, err := postgres.Many[seated](ctx, tx, `SELECT member::text FROM seat WHERE run_id = $1 AND role || ' ' || agency = ANY ($2) AND state IN ('confirmed', 'spoken') AND member IS NOT NULL`, run, invited)
	if err != nil || len(seats) == 0 {
		return false, err
	}
	members := make([]string, len(seats))
	for i, seat := range seats {
		members[i] = seat.Member
	}
	meetings, err := Of(ctx, tx, run)
	if err != nil {
		return false, err
	}
	butFor := ""
	if open := gathering.Open(meetings); open != nil {
		butFor = open.ID
	}
	busy, err := places.BusyIn(ctx, tx, members, form.At, form.At.Add(gathering.Lasts), butFor)
	return len(busy) > 0, err
}

// tell writes the mails to the seats that a form of a meeting concerns; the timeline says
// where there is nobody to tell.
func tell(ctx context.Context, tx postgres.Tx, s care.Staff, run, caseID, id string, told map[string][]gathering.Invited, at time.Time) error {
	unreached := 0
	for _, template := range gathering.Mails {
		n := 0
		if err := tx.QueryRow(ctx, `SELECT tell_seats($1, $2, $3, $4, $5)`, run, id, postgres.OrEmpty(told[template]), template, at).Scan(&n); err != nil {
			return err
		}
		unreached += n
	}
	if unreached == 0 {
		return nil
	}
	return postgres.TellMoment(ctx, tx, s, id, caseID, run, at, "meeting_untold", "")
}

// Minuted says by which rule no minutes of a meeting are taken of an équipe at a moment;
// empty: they are, or are of no planned one.
func Minuted(ctx context.Context, tx postgres.Tx, run, meeting string, now time.Time) (rule string, err error) {
	if meeting == "" {
		return "", nil
	}
	rows, err := postgres.Many[gathering.Planned](ctx, tx, `SELECT * FROM meetings_planned($1) WHERE id = $2`, []string{run}, meeting)
	if err != nil || len(rows) == 0 {
		return gathering.Minutes(nil, now), err
	}
	return gathering.Minutes(&rows[0], now), nil
}
