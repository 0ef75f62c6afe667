package steps

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/concerned"
)

// tellConcerned tells the other agencies that a branch is over for them: the case ends it,
// who sent a referral withdraws it, or the consent that it stood on is withdrawn.
func tellConcerned(w *writer) error {
	e := w.step.Effects
	withdrawn := slices.ContainsFunc(e.Referrals, func(r ledger.ReferralChange) bool { return r.State == care.ReferralWithdrawn })
	if !withdrawn && (w.step.Entry.Answer.Operation != care.OpEnd || e.Ending == "") {
		return nil
	}
	ending := concerned.Ending{Case: w.caseID(), Run: w.step.Run, Zone: w.run.Zone, Cause: w.step.Entry.ID, By: w.entry.Agency}
	return ending.Tell(w.ctx, w.tx, &w.batch, w.policy, w.step, w.moment)
}
