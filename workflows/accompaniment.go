package workflows

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// An accompaniment is the part of a case's path in which its branches go side by
// side: level-2 services, équipe, placement, partners, follow-up. Each is a run
// of its own that reports how it ended, and may lead on to another.
type accompaniment struct {
	r        *run.Run
	branches []string // the runs that have not reported
	steps    []string // points of the open tasks to book, or to decide, what is next
	reviewed bool     // the follow-up has begun, or has had its say
	stage    care.Stage

	plan     bool            // there is an active plan
	agencies []care.Code     // that have a part in it
	equipe   care.EquipeKind // that made it, or is making it
}

// follow rests until all branches have ended, with the follow-up as the last;
// others may begin meanwhile.
func (a *accompaniment) follow(turn int, first care.Answer) error {
	a.reviewed, a.stage = false, ""
	if len(first.Bookings) > 0 {
		a.enter(care.StageSecondLevel)
	}
	a.begin(run.Turn("booking", turn), first)
	for event := 1; a.goesOn(); event++ {
		at := run.Turn(run.Turn("event", turn), event)
		e, err := a.r.AwaitOneOf(at, a.concerns)
		if err != nil {
			return err
		}
		switch e.Operation {
		case care.OpReport:
			a.ended(at, e)
		case care.OpComplete:
			a.goOn(at, e)
		default:
			a.begin(at, e)
		}
		switch {
		case !a.goesOn() && !a.reviewed && e.Operation == care.OpComplete && e.Outcome == care.NotReached:
			a.reviewed = true // nobody can be reviewed who is not found: whether the case is closed is decided
		case !a.goesOn() && !a.reviewed:
			a.review(at, e.Outcome)
		case a.onlyReviews():
			a.enter(care.StageFollowUp)
		}
	}
	return nil
}

func (a *accompaniment) goesOn() bool { return len(a.branches)+len(a.steps) > 0 }

// concerns says what moves the accompaniment.
func (a *accompaniment) concerns(e ledger.Entry) bool {
	switch e.Answer.Operation {
	case care.OpReport:
		return true
	case care.OpComplete:
		return a.stepOf(e.Target) != ""
	}
	return beginsBranch(e)
}

func beginsBranch(e ledger.Entry) bool {
	return begins(e.Answer) && e.Answer.Operation != care.OpComplete
}

// begins says whether an answer begins branches.
func begins(a care.Answer) bool {
	switch a.Operation {
	case care.OpBook, care.OpComplete:
		return len(a.Bookings) > 0
	case care.OpSendToCPI, care.OpConvene, care.OpRefer, care.OpAdopt:
		return true
	case care.OpOpen: // a path that begins with its follow-up
		return a.Stage == care.StageFollowUp
	}
	return false
}

// begin begins the branches that an answer asks for.
func (a *accompaniment) begin(at string, e care.Answer) {
	switch e.Operation {
	case care.OpSendToCPI:
		a.sendToCPI(at, e.At)
	case care.OpConvene:
		a.convene(at, e.Equipe, "")
	case care.OpRefer:
		a.refer(at, e.Agency, e.Matter)
	case care.OpAdopt:
		a.r.TakeOver(at, e.Runs)
		a.branches = append(a.branches, e.Runs...)
	case care.OpOpen:
		a.review(at, "")
	default:
		for i, b := range e.Bookings {
			a.book(run.Turn(at, i+1), b)
		}
	}
}

// ended hears how a branch ended, and goes where that leads; or that somebody is to
// book the next service, or to look for the person, already, by another task than this
// path opened.
func (a *accompaniment) ended(at string, e care.Answer) {
	if task := a.stepOf(e.Subject); e.Outcome == care.AlreadyOpen && task != "" {
		a.steps = slices.DeleteFunc(a.steps, func(s string) bool { return s == task })
		a.r.DropTask(task)
		return
	}
	a.branches = slices.DeleteFunc(a.branches, func(run string) bool { return run == e.Run })
	a.r.Forget(e.Run)
	switch e.Outcome {
	case care.ToCPI:
		a.sendToCPI(at, e.At)
	case care.ToEquipeBetween:
		a.convene(at, care.BetweenAgencies, "")
	case care.ToEquipeWithin:
		a.convene(at, care.WithinAgency, "")
	case care.ToEquipe: // after a rejection, whose reason it is told
		a.convene(at, a.equipe, e.Reason)
	case care.Unsuccessful:
		if !a.plan {
			a.asksNext(at, e)
			return
		}
		a.convene(at, a.equipe, care.Unsuccessful)
	case care.Onward:
		next := a.r.NextService(string(e.Service))
		if next == "" {
			a.asksNext(at, e)
			return
		}
		a.steps = append(a.steps, at+nextPoint)
		a.r.OpenTask(at+nextPoint, ledger.TaskChange{Kind: care.NextService, Role: a.r.Policy.Desk.Link, Service: care.Code(next)})
	case care.PlanActivated:
		a.activate(at, e)
	case care.Revise:
		a.reviewed = false
		a.convene(at, a.equipe, care.Revise)
	default:
		a.asksNext(at, e)
	}
}

// activate puts an agreed plan to work: the person is sent where it says, all
// side by side, and is followed up by all who have a part in it.
func (a *accompaniment) activate(at string, e care.Answer) {
	a.plan, a.equipe, a.agencies = true, e.Equipe, e.Agencies
	a.r.Effects().Plan = &ledger.PlanChange{ID: e.Subject, State: care.PlanActive}
	for i, agency := range e.Routes {
		if agency == care.Code(a.r.Policy.CPI()) {
			a.sendToCPI(run.Turn(at, i+1), e.At)
		} else {
			a.refer(run.Turn(at, i+1), agency, "")
		}
	}
	// The reviews begin anew, with those who have a part in this plan.
	a.r.TellBranches(care.Answer{Operation: care.OpEnd}, care.RunFollowUp)
	a.review(at, care.PlanActivated)
}

// goOn ends the task to decide what is next, and books the service that it asks for, if any.
func (a *accompaniment) goOn(at string, e care.Answer) {
	task := a.stepOf(e.Subject)
	a.steps = slices.DeleteFunc(a.steps, func(s string) bool { return s == task })
	a.r.EndTask(task, e.Outcome)
	for i, b := range e.Bookings {
		a.book(run.Turn(at, i+1), b)
	}
}

// stepOf finds the open task to book, or to decide, what is next by its id.
func (a *accompaniment) stepOf(id string) string {
	i := slices.IndexFunc(a.steps, func(s string) bool { return a.r.IDOf(s) == id })
	if i < 0 {
		return ""
	}
	return a.steps[i]
}

// book begins a level-2 service; its appointment carries the service's name.
func (a *accompaniment) book(at string, b care.Booking) {
	a.branch(at, care.RunService, care.Answer{Service: b.Service, Matter: b.Matter, At: &b.At})
}

// sendToCPI begins a placement by the employment centre, with the appointment there that
// its sender has booked; nil: the centre gives one.
func (a *accompaniment) sendToCPI(at string, booked *time.Time) {
	a.enter(care.StagePlacement)
	a.branch(at, care.RunPlacement, care.Answer{Agency: care.Code(a.r.Policy.CPI()), At: booked})
}

// convene begins an équipe, which is told what sends the case to it.
func (a *accompaniment) convene(at string, kind care.EquipeKind, reason care.Code) {
	if kind == "" {
		kind = care.BetweenAgencies
	}
	a.equipe = kind
	a.enter(care.StageEquipe)
	a.branch(at, care.RunEquipe, care.Answer{Equipe: kind, Reason: reason})
}

// refer begins a referral to a partner.
func (a *accompaniment) refer(at string, agency, purpose care.Code) {
	a.branch(at, care.RunReferral, care.Answer{Agency: agency, Matter: purpose})
}

// review begins the follow-up, at the rhythm that goes with what came before.
func (a *accompaniment) review(at string, outcome care.Code) {
	a.reviewed = true
	if !a.goesOn() {
		a.enter(care.StageFollowUp)
	}
	a.branch(at+"/follow-up", care.RunFollowUp, care.Answer{Outcome: outcome, Agencies: a.agencies})
}

// onlyReviews says whether the follow-up is all that goes on.
func (a *accompaniment) onlyReviews() bool {
	return len(a.steps) == 0 && len(a.branches) == 1 && isFollowUp(a.branches[0])
}

func isFollowUp(run string) bool { return ledger.KindOf(run) == care.RunFollowUp }

// enter brings the case to a stage, unless it stands there.
func (a *accompaniment) enter(stage care.Stage) {
	if a.stage != stage {
		a.stage = stage
		a.r.Enter(stage)
	}
}

func (a *accompaniment) branch(at string, kind care.RunKind, with care.Answer) {
	a.branches = append(a.branches, a.r.Begin(at, kind, with))
}
