package workflows

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// What happens to a run beside its path, whatever the path rests on: it is
// ended or merged away, stands still and goes on, hears of consent, meetings and
// permits, asks another zone. None of it is a turn of the path, so it leaves its
// trace in what the run has open and in no answer.

// handling says what became of an entry beside the path.
type handling int

const (
	forPath    handling = iota // the path decides
	harmless                   // the path may have it; otherwise it is taken all the same
	done                       // taken, and no matter of the path
	interrupts                 // taken: the run ends early
	refused                    // not now
)

// permitWatch is the step of the wait, and then of the task, that a permit's expiry asks for.
const permitWatch = "permit"

// beside handles what concerns the run and not its path. The entry that the path
// gets may be another than the one that came.
func (r *run) beside(ctx workflow.Context, e ledger.Entry) (ledger.Entry, handling) {
	ofCase := r.id == r.caseID
	if r.ending && !whileEnding(e.Answer.Operation) {
		return e, refused
	}
	switch e.Answer.Operation {
	case care.OpEnd, care.OpClose, care.OpMerge:
		return e, interrupts
	case care.OpRenewPolicy, care.OpMailBounced, care.OpConsent:
		return e, done
	case care.OpSuspend:
		r.suspend(e.Answer)
		return e, done
	case care.OpResume:
		if r.state.Suspended == nil {
			return e, refused
		}
		r.resume()
		return e, done
	case care.OpClock:
		r.besideClock(e)
		return e, harmless // what the path waits for may be due as well; if not, it is about tasks, which the store looks at
	case care.OpMeet:
		if ofCase {
			r.tellBranches(e.Answer, care.RunFollowUp)
		}
		return e, harmless
	case care.OpUnconsent:
		if ofCase {
			r.tellBranches(care.Answer{Operation: care.OpUnconsent}, care.RunReferral, care.RunPlacement)
		}
		return e, harmless // a referral that stands on it ends
	case care.OpPermit:
		r.watchPermit()
		return e, done
	case care.OpTransfer:
		r.begin(step("transfer", r.revision), care.RunTransfer, care.Answer{Zone: e.Answer.Zone})
		return e, done
	case care.OpRecall:
		return e, r.recall()
	case care.OpAdopt:
		if !r.awaits(e) {
			r.adoptRuns("adopted", e.Answer.Runs)
			return e, done
		}
	case care.OpReport:
		return r.reportBeside(e)
	case care.OpComplete:
		if task := r.permitTask(); task != "" && e.Target == r.idOf(task) {
			r.endTask(task, e.Answer, true)
			r.watchPermit()
			return e, done
		}
	case care.OpOpen:
		if ofCase && workflow.GetVersion(ctx, "permit-watch", workflow.DefaultVersion, 1) == 1 {
			r.watchPermit()
		}
	}
	return e, forPath
}

// suspend lets the clocks of the run stand still until a date: the case's own
// timer ends it, and its branches follow.
func (r *run) suspend(a care.Answer) {
	r.state.Suspended = a.Until
	r.close(care.SuspensionOver)
	if r.id != r.caseID {
		return
	}
	r.open(care.OpenStep{Step: care.SuspensionOver, Kind: care.OpenWait})
	r.effects.Waits = append(r.effects.Waits, ledger.Wait{Step: care.SuspensionOver, Deadline: care.SuspensionOver, At: a.Until})
	r.tellBranches(care.Answer{Operation: care.OpSuspend, Until: a.Until}, standsStill...)
}

// standsStill are the kinds of branches that a suspension reaches: what another
// zone is asked is not the person's absence.
var standsStill = []care.RunKind{care.RunService, care.RunEquipe, care.RunPlacement, care.RunReferral, care.RunFollowUp}

// resume lets the clocks go on, computed anew.
func (r *run) resume() {
	r.state.Suspended = nil
	if r.id == r.caseID {
		r.close(care.SuspensionOver)
		r.tellBranches(care.Answer{Operation: care.OpResume}, standsStill...)
	}
}

// besideClock works the waits that no path set.
func (r *run) besideClock(e ledger.Entry) {
	if r.fellDue(care.SuspensionOver, e) {
		r.resume()
	}
	if r.fellDue(permitWatch, e) {
		r.close(permitWatch)
		r.openTask(step(permitWatch, r.revision), ledger.TaskChange{Kind: care.PermitRenewal})
	}
}

// fellDue says whether a wait of the run is over by the time of a clock's entry.
func (r *run) fellDue(step string, e ledger.Entry) bool {
	wait, ok := r.state.Opened(step)
	return ok && wait.Kind == care.OpenWait && wait.Due != nil && e.Answer.Operation == care.OpClock && !wait.Due.After(*e.Answer.At)
}

// watchPermit sets anew when the permit of the person asks for attention; the
// store knows the dates. A task to see to it is done with.
func (r *run) watchPermit() {
	if task := r.permitTask(); task != "" {
		r.endTask(task, care.Answer{}, false)
	}
	r.close(permitWatch)
	r.open(care.OpenStep{Step: permitWatch, Kind: care.OpenWait})
	r.effects.Waits = append(r.effects.Waits, ledger.Wait{Step: permitWatch, Deadline: care.DeadlinePermitWarning})
}

// permitTask is the step of the open task to see to the permit; empty: none.
func (r *run) permitTask() string {
	for _, o := range r.state.Open {
		if o.Kind == care.OpenTask && strings.HasPrefix(o.Step, permitWatch+"/") {
			return o.Step
		}
	}
	return ""
}

// whileEnding says what still reaches a run that is ending.
func whileEnding(op care.Operation) bool {
	switch op {
	case care.OpReport, care.OpAdopt, care.OpClock, care.OpMailBounced, care.OpRenewPolicy:
		return true
	}
	return false
}

// awaits says whether the path rests on such an entry.
func (r *run) awaits(e ledger.Entry) bool { return r.awaiting != nil && r.awaiting.accepts(e) }

// reportBeside hears a branch that the path does not count: what another zone
// answered, or what came with a merge and ended before the path had taken it up.
func (r *run) reportBeside(e ledger.Entry) (ledger.Entry, handling) {
	transfer := ledger.KindOf(e.Answer.Run) == care.RunTransfer && !r.ending
	if !transfer && r.awaits(e) {
		return e, forPath
	}
	r.closeRun(e.Answer.Run)
	if transfer && e.Answer.Outcome == care.Accepted {
		e.Answer = care.Answer{Operation: care.OpTransfer, Reason: care.OutcomeTransferred, Zone: e.Answer.Zone, Stage: e.Answer.Stage}
		return e, interrupts
	}
	return e, done
}

// tellBranches tells the open branches of some kinds, and says whether there are any.
func (r *run) tellBranches(a care.Answer, kinds ...care.RunKind) (told bool) {
	for _, o := range r.state.Open {
		if o.Kind == care.OpenRun && slices.Contains(kinds, ledger.KindOf(o.ID)) {
			r.tell(o.ID, a)
			told = true
		}
	}
	return told
}

// recall takes back what another zone was asked. Where its yes is on its way
// already, that yes counts.
func (r *run) recall() handling {
	if !r.tellBranches(care.Answer{Operation: care.OpEnd}, care.RunTransfer) {
		return refused // nobody was asked
	}
	return done
}

// adoptRuns takes over the branches of a merged case file.
func (r *run) adoptRuns(at string, runs []string) {
	for _, run := range runs {
		r.open(care.OpenStep{Step: at + "/" + run, Kind: care.OpenRun, ID: run})
		if r.ending {
			r.tell(run, care.Answer{Operation: care.OpEnd})
		}
	}
}

// reopen begins the path of an ended case anew; what it had opened before keeps
// its records, and what it opens now has ids of its own.
func (r *run) reopen(ctx workflow.Context, e ledger.Entry) (taken bool, err error) {
	if e.Answer.Operation != care.OpReopen || r.id != r.caseID {
		return false, nil
	}
	r.state = care.RunState{Reopened: r.state.Reopened + 1}
	if err := r.startWalk(ctx); err != nil {
		return false, err
	}
	r.watchPermit()
	return true, r.give(ctx, e)
}

// mergeAway ends the second case file of a person: its branches go on in the
// one that stays, which takes them over; its own tasks are that one's now.
func mergeAway(r *run) (string, error) {
	r.dropOwn()
	for _, o := range slices.Clone(r.state.Open) {
		if ledger.KindOf(o.ID) == care.RunTransfer {
			r.tell(o.ID, care.Answer{Operation: care.OpEnd})
		}
		r.close(o.Step)
	}
	r.enter(care.StageClosed)
	r.effects.Closure, r.effects.MergeInto = care.OutcomeMerged, r.state.Interrupt.Case
	return care.OutcomeMerged, nil
}

// endEarly ends a run that was told to.
func endEarly(r *run) (string, error) { return r.windUp(*r.state.Interrupt) }

// windUp ends what a run has open, the latest first, and then the run. A case
// tells each of its branches and rests until all have reported.
func (r *run) windUp(why care.Answer) (string, error) {
	r.ending = true
	r.dropOwn()
	r.state.Suspended = nil
	for _, o := range slices.Backward(r.state.Open) {
		r.tell(o.ID, care.Answer{Operation: care.OpEnd})
	}
	for turn := 1; len(r.state.Open) > 0; turn++ {
		report, err := r.await(step("ended", turn), isReport)
		if err != nil {
			return "", err
		}
		r.closeRun(report.Run)
	}
	if r.id != r.caseID {
		return care.EndedEarly, nil
	}
	r.enter(care.StageClosed)
	r.effects.Closure = why.Reason
	if why.Operation == care.OpTransfer {
		r.effects.Handover = &ledger.Handover{
			Zone: why.Zone, Run: ledger.RunID(care.RunCase, r.idOf("handover")), Stage: why.Stage,
		}
	}
	return why.Reason, nil
}

// dropOwn ends all that a run has open, the latest first, except its branches.
func (r *run) dropOwn() {
	for _, o := range slices.Backward(slices.Clone(r.state.Open)) {
		switch o.Kind {
		case care.OpenTask:
			r.effects.Tasks = append(r.effects.Tasks, ledger.TaskChange{ID: o.ID, State: care.TaskObsolete})
		case care.OpenReferral:
			r.effects.Referrals = append(r.effects.Referrals, ledger.ReferralChange{ID: o.ID, State: care.ReferralWithdrawn})
		case care.OpenAppointment:
			r.effects.Appointments = append(r.effects.Appointments, ledger.AppointmentChange{ID: o.ID, State: care.AppointmentCancelled})
		case care.OpenRun:
			continue
		}
		r.close(o.Step)
	}
}

func isReport(e ledger.Entry) bool { return e.Answer.Operation == care.OpReport }
