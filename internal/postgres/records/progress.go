package records

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/progress"
)

// progress says how an action of the active plan comes along.
func (r commands) progress(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	form, err := catalogue.Progress.Decode(c.Data)
	if err != nil {
		return ledger.Command{}, &ledger.Fault{Place: "a progress whose form does not read"}
	}
	caseID, now := ledger.BareID(c.Run), r.Clock()
	if !care.IsID(caseID) || !care.IsID(c.Target) {
		return ledger.Command{}, ledger.ErrNotFound
	}
	refusal, err := progress.Keep(ctx, tx, s, caseID, c.Target, form, now)
	if err == nil && refusal == nil {
		err = postgres.TellMoment(ctx, tx, s, id, caseID, c.Run, now, "action_"+string(form.State), s.Agency)
	}
	if err != nil {
		return ledger.Command{}, err
	}
	return r.settle(ctx, tx, s, c, id, caseID, refusal)
}
