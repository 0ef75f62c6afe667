// Package amending keeps what people write of something that was written or sent before: a new version of it, or a note.
package amending

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/amending"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Work amends a record or adds a note to a referral, as a member of staff asks, and gives
// the command the run that it is about, and its case; or says why not.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (caseID string, _ *care.Refusal, err error) {
	if !care.IsID(c.Target) {
		return "", nil, ledger.ErrNotFound
	}
	if c.Operation == care.OpNoteReferral {
		return note(ctx, tx, s, c, id, at)
	}
	return amend(ctx, tx, s, c, id, at)
}

// amend amends a record. Whoever amends it meanwhile waits for the case's run. What the
// process was answered stays.
func amend(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (caseID string, _ *care.Refusal, err error) {
	form, err := postgres.FormOf(catalogue.Amend, c.Data)
	if err != nil {
		return "", nil, err
	}
	was, may := amending.Version{}, false
	err = tx.QueryRow(ctx, `SELECT case_id, run_id, form, data, version, may FROM record_to_amend($1)`, c.Target).
		Scan(&caseID, &c.Run, &was.Form, &was.Data, &was.Number, &may)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil, ledger.ErrNotFound
	case err != nil:
		return "", nil, err
	case !may:
		return caseID, &care.Refusal{Code: care.RefusedForbidden}, nil
	}
	said, faults := form.Of(was)
	switch {
	case slices.ContainsFunc(faults, func(f care.Fault) bool { return f.Rule == amending.RuleMeanwhile }):
		return caseID, &care.Refusal{Code: care.RefusedChanged, Faults: faults}, nil
	case len(faults) > 0:
		return caseID, care.Refuse(faults...), nil
	}
	before, now := amending.Found(was.Data), amending.Found(said)
	without := func(all, some []string) []string {
		return postgres.OrEmpty(slices.DeleteFunc(slices.Clone(all), func(n string) bool { return slices.Contains(some, n) }))
	}
	if _, err = tx.Exec(ctx, `SELECT amend_record($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, c.Target, was.Number+1, said, form.Why, at, without(now, before), without(before, now)); err != nil {
		return "", nil, err
	}
	return caseID, nil, postgres.TellMoment(ctx, tx, s, id, caseID, c.Run, at, "record_amended", was.Form)
}
