package deferred

import (
	"slices"

	"percorso/internal/care"
)

// Alike are the operations whose place one takes: of those the latest counts. None:
// what adds something, as a meeting or a booking, takes nothing's place.
func Alike(op care.Operation) []care.Operation {
	i := slices.IndexFunc(alike, func(ops []care.Operation) bool { return slices.Contains(ops, op) })
	if i < 0 {
		return nil
	}
	return alike[i]
}

var alike = [][]care.Operation{
	{care.OpComplete}, {care.OpAcknowledge}, {care.OpAccept, care.OpReject, care.OpHold, care.OpRedirect}, {care.OpSupply}, {care.OpWithdraw},
	{care.OpPermit}, {care.OpConsent, care.OpUnconsent}, {care.OpSuspend, care.OpResume}, {care.OpTransfer, care.OpRecall}, {care.OpClose, care.OpReopen},
	{care.OpRenewPolicy}, {care.OpClock},
}
