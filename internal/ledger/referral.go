package ledger

import (
	"slices"

	"percorso/internal/actors"
	"percorso/internal/care"
)

// RedirectsTo says whether the referral may be redirected to an agency of the zone.
func (r Referral) RedirectsTo(a care.Agency) bool {
	return a.Reachable() && actors.Asked{Sender: r.FromAgency, Addressees: r.Asked}.Redirect(a.Code) == ""
}

// Moves lists the operations that a caller may do with the referral: those of the
// sender's agency, and those of whoever the answer waits for. Nothing is to be
// answered while an answer is on its way.
func (r Referral) Moves(who care.Staff) []care.Operation {
	moves := []care.Operation{}
	for _, m := range care.ReferralMoves {
		may := r.FromAgency == who.Agency
		if m.By == care.Addressee {
			may = r.AnswerAgency == who.Agency && r.AnswerRole == who.Role
		}
		if r.Answered && m.Operation != care.OpWithdraw {
			may = false
		}
		if may && slices.Contains(m.From, r.State) {
			moves = append(moves, m.Operation)
		}
	}
	return moves
}
