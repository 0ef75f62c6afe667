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

// OfTheSameAgency is the condition that an entry e about consent is overtaken by one about
// the agency $7, or all where it is empty, and the purpose $8, or all: what the person says
// of one agency takes the place of nothing that they said of another.
const OfTheSameAgency = ` AND (e.operation NOT IN ('consent', 'withdraw_consent') OR $7 = ''
	OR e.answer ->> 'agency' = $7 AND ($8 = '' OR coalesce(e.answer ->> 'matter', $8) = $8))`
