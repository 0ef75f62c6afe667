// Package needs adds the needs of a case that are found outside of an assessment, and
// closes those that are over.
package needs

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/postgres"
)

// Work adds a need or closes one, as a member of staff asks; or says why not. Whoever asks
// meanwhile waits for the case's run. Who found or closed which, and on what, is the record
// that the form becomes.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	form, err := postgres.FormOf(catalogue.AddNeed, c.Data) // which has the same fields
	if err != nil {
		return nil, err
	}
	ends, moment := c.Operation == care.OpEndNeed, "need_found"
	if ends {
		moment = "need_over"
	}
	var rule *string
	if err := tx.QueryRow(ctx, `SELECT change_need($1, $2, $3)`, own, form.Area, ends).Scan(&rule); err != nil {
		return nil, err
	}
	switch {
	case rule == nil:
		return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, moment, form.Area)
	case *rule == needs.UnknownCase:
		return nil, ledger.ErrNotFound
	case *rule == needs.Ended:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	}
	return care.Refuse(care.Fault{Field: "area", Rule: *rule}), nil
}
