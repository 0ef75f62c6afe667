package gates

import (
	"slices"

	"percorso/internal/actors"
	"percorso/internal/care"
)

// answering are the operations by which the addressee of a referral answers it.
var answering = []care.Operation{care.OpAcknowledge, care.OpAccept, care.OpReject, care.OpHold, care.OpRedirect}

// ownQuestion asks whether who answers has asked it themself, with an account of the agency
// or zone that asks.
func ownQuestion(g *asked) ([]care.Fault, error) {
	op := g.Entry.Answer.Operation
	if !slices.Contains(answering, op) && (op != care.OpComplete || g.Task == nil || g.Task.Kind != care.TransferAnswer) {
		return nil, nil
	}
	var own bool
	err := g.tx.QueryRow(g.ctx, `SELECT answers_oneself($1, $2)`, g.Run, g.Caller).Scan(&own)
	return fault(own, "", actors.RuleOwnQuestion), err
}
