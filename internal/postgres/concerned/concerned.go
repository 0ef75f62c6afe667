// Package concerned tells the agencies that work on a case concerned that it is over for
// them.
package concerned

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/told"
)

// Ending is a branch of a case that ends before its agencies have ended it, or the case.
type Ending struct {
	Case, Run, Zone string
	Cause           string // id of the entry that ends it
	By              string // agency of who asked for that; empty: a machine
	Done            string // id of the task by which that was asked, or of something else
}

// agency is one that has something open in the branch: with whom, or whose it is. It is
// of another zone where that was asked to take the case over.
type agency struct {
	Zone    string   `db:"zone"`
	Code    string   `db:"agency"`
	Holders []string `db:"holders"`
	Roles   []string `db:"roles"`
}

// selectAgencies finds the agencies of a branch's open tasks, referrals and seats, but
// for the one that the case is with and the one that ends it.
const selectAgencies = `SELECT zone, agency, coalesce(array_agg(DISTINCT holder) FILTER (WHERE holder IS NOT NULL), '{}') AS holders,
		coalesce(array_agg(DISTINCT role) FILTER (WHERE role IS NOT NULL), '{}') AS roles
	FROM (SELECT t.zone, t.agency, t.holder::text, t.role FROM task t WHERE t.run_id = $1 AND t.id::text <> $5 AND t.` + postgres.TaskOpen + `
		UNION ALL SELECT r.zone, r.to_agency, NULL, NULL FROM referral r WHERE r.run_id = $1 AND r.state IN ('requested', 'received', 'on_hold', 'accepted', 'in_progress')
		UNION ALL SELECT s.zone, s.agency, s.member::text, s.role FROM seat s WHERE s.run_id = $1 AND s.state IN ('invited', 'confirmed', 'spoken')) open
	WHERE zone <> $2 OR agency <> $3 AND agency <> (SELECT f.agency FROM case_file f WHERE f.id = $4) GROUP BY zone, agency ORDER BY zone, agency`

// Tell writes a mail to each agency: to those who hold something of it, or else to all of
// the role, or to the address of a partner without accounts. moment is given the line of
// the timeline, which says who was told and who could not be.
func (e Ending) Tell(ctx context.Context, tx postgres.Tx, batch *pgx.Batch, set *postgres.Ruleset, s ledger.Step, moment func(code, detail string)) error {
	agencies, err := postgres.Many[agency](ctx, tx, selectAgencies, e.Run, e.Zone, e.By, e.Case, e.Done)
	for _, a := range agencies {
		template, to, reached := "work_ended", []string(nil), true
		known, _ := set.Agency(a.Code)
		if a.Zone != e.Zone {
			known = care.Agency{} // the other zone's are not those of this one's file
		}
		if known.ByLink() {
			template, to = "partner_ended", []string{known.Email}
		} else if to, reached, err = e.staff(ctx, tx, a, string(known.Answers), s.At); err != nil {
			return err
		}
		e.say(moment, a, reached)
		if len(to) == 0 {
			continue
		}
		link := "/compiti"
		if known.ByLink() {
			link = ""
		}
		for _, address := range to {
			batch.Queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING`,
				ledger.DerivedID(e.Run, "mail "+template+" "+a.Code+" "+address+" "+e.Cause), e.Run, e.Case, template, link, address, s.At)
		}
	}
	return err
}

// Invited tells whom a meeting invites that an équipe has planned for later that it is not to
// be, since the équipe ends.
func Invited(ctx context.Context, tx postgres.Tx, equipe string, at time.Time) error {
	_, err := tx.Exec(ctx, `SELECT end_meetings($1, $2)`, equipe, at)
	return err
}

// say writes the line of the timeline that says who was told, or that nobody could be.
func (e Ending) say(moment func(code, detail string), a agency, reached bool) {
	switch {
	case a.Zone != e.Zone && reached:
		moment(told.Zone, a.Zone)
	case a.Zone != e.Zone:
		moment(told.NotZone, a.Zone)
	case reached:
		moment(told.Agency, a.Code)
	default:
		moment(told.NotAgency, a.Code)
	}
}

// staff are the addresses of an agency's staff: of those who hold something, or stand in
// for who does, and where there is none of them, of all who have the role; and whether one of
// them is there to read it.
func (e Ending) staff(ctx context.Context, tx postgres.Tx, a agency, answers string, at time.Time) (to []string, reached bool, err error) {
	roles := a.Roles
	if len(roles) == 0 {
		roles = []string{answers}
	}
	type row struct {
		Email string `db:"email"`
		There bool   `db:"there"`
	}
	found, err := postgres.Many[row](ctx, tx, `SELECT email, bool_or(there) AS there FROM addressees($1, $2, $3, $4, $5, NULL, $6) GROUP BY email ORDER BY email`,
		a.Holders, a.Zone, roles, a.Code, e.Case, at)
	for _, f := range found {
		to, reached = append(to, f.Email), reached || f.There
	}
	return to, reached, err
}
