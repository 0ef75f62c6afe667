package workflows

import (
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// What life does to a case beside its path, whatever the path rests on: it is
// closed, merged into another one or given to another zone, and hears of
// consent, meetings and permits. The engine adds what every run hears: that it is
// suspended, resumed, ended.

// permitWatch is the point of the wait, and then of the task, that a permit's expiry asks for.
const permitWatch = "permit"

// besideCase works what concerns the case and not its path.
func besideCase(r *run.Run, e ledger.Entry) run.Handling {
	switch e.Answer.Operation {
	case care.OpClose, care.OpMerge:
		if asksApproval(r, e.Answer) {
			return run.Done
		}
		return r.Interrupt(e.Answer)
	case care.OpConsent:
		return run.Done
	case care.OpSuspend:
		if e.Answer.Outcome == care.Cancelled && openBeside(r, tellPoint) == "" {
			askToTell(r)
		}
	case care.OpMeet:
		r.TellBranches(e.Answer, care.RunFollowUp)
	case care.OpUnconsent: // a referral that stands on it ends
		r.TellBranches(care.Answer{Operation: care.OpUnconsent, Agency: e.Answer.Agency}, care.RunReferral, care.RunPlacement)
	case care.OpPermit:
		watchPermit(r)
		watchGrant(r)
		watchMerged(r, e.Answer)
		if task := openBeside(r, besideNext+"/"+care.NotRenewed); task != "" {
			r.DropTask(task)
		}
		return run.Done
	case care.OpClock:
		permitFallsDue(r, e)
		daysFallDue(r, e)
	case care.OpCorrect:
		watchBirthdays(r)
		return run.Done
	case care.OpTransfer:
		r.Begin(run.Turn("transfer", r.Revision()), care.RunTransfer, care.Answer{Zone: e.Answer.Zone})
		return run.Done
	case care.OpRecall:
		return recall(r)
	case care.OpAdopt:
		if !r.Awaits(e) {
			r.TakeOver("adopted", e.Answer.Runs)
			return run.Done
		}
	case care.OpReport:
		if e.Answer.Outcome == care.PlanActivated {
			watchPlan(r)
		}
		if lost := ledger.KindOf(e.Answer.Run) == care.RunPlacement && e.Answer.Agency != ""; lost && !r.Ending() && openBeside(r, tellPoint) == "" {
			askToTell(r)
		}
		return reportBeside(r, e)
	case care.OpComplete:
		if told(r, e) {
			return run.Done
		}
		if task := permitTask(r); task != "" && e.Target == r.IDOf(task) {
			r.EndTask(task, e.Answer.Outcome)
			watchPermit(r)
			watchGrant(r)
			if e.Answer.Outcome == care.NotRenewed {
				decidesBeside(r, care.NotRenewed, "")
			}
			return run.Done
		}
		if handling := answersEarlyClosure(r, e); handling != run.ForPath {
			return handling
		}
		if task := decidedBeside(r, e.Target); task != "" {
			r.EndTask(task, e.Answer.Outcome)
			return run.Done
		}
		if task := dayOf(r, e); task != "" {
			r.EndTask(task, e.Answer.Outcome)
			if strings.HasPrefix(task, care.PlanActionDate) {
				watchPlan(r)
			}
			return run.Done
		}
	case care.OpOpen:
		watchBirthdays(r)
		if r.HasChange("permit-watch") { // the recorded histories hold this question
			watchPermit(r)
		}
	case care.OpReopen:
		if r.Awaits(e) {
			watchPermit(r)
			watchBirthdays(r)
		}
	}
	return run.ForPath
}

// watchPermit sets anew when the permit of the person asks for attention; the
// store knows the dates. A task to see to it is done with.
func watchPermit(r *run.Run) {
	if task := permitTask(r); task != "" {
		r.DropTask(task)
	}
	expiry := r.Wait(permitWatch)
	expiry.End()
	expiry.Begin(care.DeadlinePermitWarning)
}

// permitFallsDue opens the task to see to the permit once it asks for attention.
func permitFallsDue(r *run.Run, e ledger.Entry) {
	if expiry := r.Wait(permitWatch); expiry.FellDue(e) {
		expiry.End()
		r.OpenTask(run.Turn(permitWatch, r.Revision()), ledger.TaskChange{Kind: care.PermitRenewal})
	}
}

// permitTask is the point of the open task to see to the permit; empty: none.
func permitTask(r *run.Run) string { return openBeside(r, permitWatch) }

// reportBeside hears a branch that the path does not count: what another zone
// answered, or what came with a merge and ended before the path had taken it up.
func reportBeside(r *run.Run, e ledger.Entry) run.Handling {
	if task := decidedBeside(r, e.Answer.Subject); task != "" && e.Answer.Outcome == care.AlreadyOpen { // the path has asked the same
		r.DropTask(task)
		return run.Done
	}
	transfer := ledger.KindOf(e.Answer.Run) == care.RunTransfer && !r.Ending()
	if !transfer && r.Awaits(e) {
		return run.ForPath
	}
	r.Forget(e.Answer.Run)
	if transfer && e.Answer.Outcome == care.Accepted {
		return r.Interrupt(care.Answer{Operation: care.OpTransfer, Reason: care.OutcomeTransferred, Zone: e.Answer.Zone, Stage: e.Answer.Stage})
	}
	if !transfer {
		reportLost(r, e.Answer)
	}
	return run.Done
}

// recall takes back what another zone was asked. Where it has answered, or its answer
// is on its way, the store refuses the step.
func recall(r *run.Run) run.Handling {
	if !r.TellBranches(care.Answer{Operation: care.OpEnd}, care.RunTransfer) {
		return run.Refused // nobody was asked
	}
	return run.Done
}

// endCase ends a case early: it is merged away, closed, or another zone's.
func endCase(r *run.Run, why care.Answer) (care.Code, error) {
	if why.Operation == care.OpMerge {
		return mergeAway(r, why)
	}
	return closeCase(r, why)
}

// mergeAway ends the second case file of a person: its branches go on in the
// one that stays, which takes them over; its own tasks are that one's now.
func mergeAway(r *run.Run, why care.Answer) (care.Code, error) {
	if r.Course() >= nextStepCourse {
		r.Tell(why.Case, care.Answer{Operation: care.OpPermit, Outcome: care.OutcomeMerged, Reason: undecided(r)})
	}
	r.DropOwn()
	r.TellBranches(care.Answer{Operation: care.OpEnd}, care.RunTransfer)
	for _, o := range r.State().Open {
		r.Forget(o.ID)
	}
	r.Enter(care.StageClosed)
	r.Effects().Closure, r.Effects().MergeInto = care.OutcomeMerged, why.Case
	return care.OutcomeMerged, nil
}

// closeCase winds the case up and closes it. Where another zone has taken it,
// the path goes on there.
func closeCase(r *run.Run, why care.Answer) (care.Code, error) {
	approved(r, why)
	if err := r.WindUp(); err != nil {
		return "", err
	}
	r.Enter(care.StageClosed)
	r.Effects().Closure = why.Reason
	if why.Operation == care.OpTransfer {
		r.Effects().Handover = &ledger.Handover{
			Zone: why.Zone, Run: ledger.RunID(care.RunCase, r.IDOf("handover")), Stage: why.Stage,
		}
	}
	return why.Reason, nil
}
