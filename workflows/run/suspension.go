package run

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// standsStill are the kinds of branches that a suspension reaches: what another
// zone is asked is not the person's absence.
var standsStill = []care.RunKind{care.RunService, care.RunEquipe, care.RunPlacement, care.RunReferral, care.RunFollowUp}

// suspend lets the clocks of the run stand still until a date: the case's own
// timer ends it, and its branches follow.
func (r *Run) suspend(a care.Answer) {
	r.state.Suspended = a.Until
	over := r.Wait(care.SuspensionOver)
	over.End()
	if !r.ofCase() {
		return
	}
	over.begin(ledger.Wait{Deadline: care.SuspensionOver, At: a.Until})
	r.TellBranches(care.Answer{Operation: care.OpSuspend, Until: a.Until}, standsStill...)
}

// resume lets the clocks go on, computed anew.
func (r *Run) resume() {
	r.state.Suspended = nil
	if r.ofCase() {
		r.Wait(care.SuspensionOver).End()
		r.TellBranches(care.Answer{Operation: care.OpResume}, standsStill...)
	}
}
