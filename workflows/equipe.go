package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/quorum"
	"percorso/workflows/run"
)

// Equipe is a multidisciplinary équipe at work on one case: the roles that the
// zone requires are convened and say their opinions, a plan is drafted, signed
// off by a quorum of roles and agencies, and agreed by the person. A role that
// stays missing holds nobody up. Its outcome is an agreed plan, or none.
func Equipe(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, equipeProcess)
}

var equipeProcess = &run.Process{Course: confirmingCourse, Path: equipe}

// confirmingCourse is the course of an équipe from which on what minutes say of a seat is
// reported, and counts once that seat has said it itself; silence is taken as the zone's
// file says; and a seat is not asked again whose role has nobody else.
const confirmingCourse = 2

func equipe(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	t := convene(r, opening)
	for turn := 1; ; turn++ {
		if err := t.hearOpinions(sitting(turn)); err != nil {
			return "", err
		}
		outcome, err := t.makePlan(planning(turn))
		if err != nil || outcome != care.Reconvene {
			return outcome, err
		}
	}
}

// sitting and planning are the points of a turn: hearing the opinions, and making
// a plan of them.
func sitting(turn int) string  { return run.Turn("sitting", turn) }
func planning(turn int) string { return run.Turn("plan", turn) }

// table is where an équipe sits: one seat a role.
type table struct {
	r     *run.Run
	rule  care.EquipeRule
	seats []*seat
}

// seat is a role of the équipe, and how far it has come.
type seat struct {
	care.SeatRule
	agency care.Code
	state  care.SeatState
	asked  int    // invitations
	task   string // point of its open invitation or opinion
	member string // id of the task whose holder sits here; empty: nobody in particular
	stands bool   // it takes the place of another one

	cannot   []string  // ids of the invitations of this sitting whose holders cannot come
	reported care.Code // what minutes say that was said from it, and it has not confirmed
}

// maxInvitations is how many colleagues of a role are asked before it counts as silent.
const maxInvitations = 3

func convene(r *run.Run, opening care.Answer) *table {
	rule, _ := r.Policy.Equipe(opening.Equipe)
	if beganWithoutSeats(r) {
		rule = care.EquipeRule{Kind: opening.Equipe}
	}
	t := &table{r: r, rule: rule}
	r.Report.Equipe = opening.Equipe
	r.Effects().Equipe = &ledger.EquipeChange{Kind: opening.Equipe, Reason: opening.Reason}
	for _, s := range rule.Seats {
		t.seats = append(t.seats, &seat{SeatRule: s, agency: care.Code(r.Policy.RoleAgency(s.Role))})
	}
	return t
}

// beganWithoutSeats says whether the équipe came to its plan and heard nobody
// before. Its zone's policy had no rule for its kind then; today a policy is
// completed when it is read, with a rule that has seats. An équipe that is under way
// gets none: those whom it would ask now have their part in nothing that it did.
func beganWithoutSeats(r *run.Run) bool {
	state, draft := r.State(), run.Turn(planning(1), 1)+"/draft"
	_, open := state.Opened(draft)
	_, done := state.Answer(draft)
	_, heard := state.Answer(run.Turn(sitting(1)+"/heard", 1))
	return (open || done) && !heard
}

// hearOpinions rests until every seat has spoken or is waived. Who was waived in
// an earlier sitting is asked again.
func (t *table) hearOpinions(at string) error {
	round := t.r.Round(at, care.DeadlineEquipeAnswer)
	for _, s := range t.seats {
		s.cannot, s.reported = nil, ""
		if s.state == "" || s.state == care.SeatWaived {
			t.invite(round, s)
		}
	}
	for round.Waiting() {
		task, answer, err := round.Hear(t.takesMinutesOrNobody)
		if err != nil {
			return err
		}
		switch s := t.seatOf(task); {
		case answer.Operation == care.OpReport:
			s := t.seatAsked(answer.Subject)
			round.Drop(s.task)
			t.goOnWithoutSeat(round, s)
		case answer.Operation == care.OpMinutes && t.confirmed():
			t.report(round, answer.Votes)
		case answer.Operation == care.OpMinutes:
			for _, v := range answer.Votes {
				s := t.seatFor(v)
				round.Drop(s.task)
				t.speaks(s, v.Outcome)
			}
		case s == nil: // the patience is over
			t.goOnWithout(round)
		case s.state == care.SeatConfirmed:
			t.speaks(s, answer.Outcome)
		case answer.Outcome == care.Confirmed:
			t.confirms(round, s)
		case s.asked < maxInvitations: // a colleague takes the place
			s.cannot = append(s.cannot, t.r.IDOf(task))
			t.invite(round, s)
		default:
			t.goOnWithoutSeat(round, s)
		}
	}
	round.End()
	return nil
}

func (t *table) invite(round *run.Round, s *seat) {
	s.asked++
	s.state, s.member = care.SeatInvited, ""
	s.task = run.Turn("invitation/"+string(s.Role), s.asked)
	invitation := ledger.TaskChange{Kind: care.EquipeInvitation, Role: s.Role, Agency: s.agency}
	if t.confirmed() {
		invitation.Cannot = s.cannot
	}
	round.Ask(s.task, invitation)
	t.change(ledger.SeatChange{ID: t.id(s), Role: s.Role, Agency: s.agency, State: s.state})
}

// confirms seats who took the invitation: the opinion is theirs to give.
func (t *table) confirms(round *run.Round, s *seat) {
	s.state, s.member = care.SeatConfirmed, t.r.IDOf(s.task)
	t.askOpinion(round, s)
	t.change(ledger.SeatChange{ID: t.id(s), State: s.state})
}

func (t *table) askOpinion(round *run.Round, s *seat) {
	s.task = run.Turn("opinion/"+string(s.Role), s.asked)
	round.Ask(s.task, ledger.TaskChange{Kind: care.EquipeOpinion, Role: s.Role, Agency: s.agency, Like: s.member})
}

// confirmed says whether what minutes say of a seat counts only once it has confirmed it.
func (t *table) confirmed() bool { return t.r.Course() >= confirmingCourse }

// report keeps what minutes say of the opinions that were given. Each seat confirms its
// own by the task to give it, or says otherwise there; whoever was only invited to it has
// been in the meeting, and is asked for the opinion.
func (t *table) report(round *run.Round, votes []care.Vote) {
	for _, v := range votes {
		s := t.seatFor(v)
		s.reported = v.Outcome
		change := ledger.SeatChange{ID: t.id(s), Opinion: v.Outcome, Reported: true}
		if s.state == care.SeatInvited {
			s.state, s.member = care.SeatConfirmed, t.r.IDOf(s.task)
			change.State = s.state
			round.Drop(s.task)
			t.askOpinion(round, s)
		}
		t.change(change)
	}
	t.giveTime(round)
}

// giveTime lets the term run anew, once: whoever is to confirm what minutes say has not
// had it until now.
func (t *table) giveTime(round *run.Round) {
	if round.Turns() == 1 {
		round.Renew()
	}
}

func (t *table) speaks(s *seat, opinion care.Code) {
	s.state, s.task = care.SeatSpoken, ""
	t.change(ledger.SeatChange{ID: t.id(s), State: s.state, Opinion: opinion})
}

// goOnWithout deals with the seats that stayed silent as the zone's policy says.
func (t *table) goOnWithout(round *run.Round) {
	for _, s := range slices.Clone(t.seats) {
		if s.task != "" {
			round.Drop(s.task)
			if t.confirmed() && s.IfSilent == care.TacitSilent && s.state == care.SeatConfirmed {
				t.speaksBySilence(s)
				continue
			}
			t.goOnWithoutSeat(round, s)
		}
	}
	if round.Waiting() { // somebody was asked instead
		round.Renew()
	}
}

// speaksBySilence takes the silence of who has the seat for an opinion: what minutes say
// that it was, or else none against.
func (t *table) speaksBySilence(s *seat) {
	if s.reported == "" {
		t.speaks(s, care.Tacit)
		return
	}
	s.state, s.task = care.SeatSpoken, ""
	t.change(ledger.SeatChange{ID: t.id(s), State: s.state})
}

// goOnWithoutSeat waives a seat, or has another role take its place, once.
func (t *table) goOnWithoutSeat(round *run.Round, s *seat) {
	s.task = ""
	taken := slices.ContainsFunc(t.seats, func(o *seat) bool { return o.Role == s.ReplaceBy })
	if s.IfSilent != care.ReplaceSilent || s.stands || taken {
		s.state = care.SeatWaived
		t.change(ledger.SeatChange{ID: t.id(s), State: s.state})
		return
	}
	s.state = care.SeatReplaced
	t.change(ledger.SeatChange{ID: t.id(s), State: s.state})
	other := &seat{SeatRule: care.SeatRule{Role: s.ReplaceBy, IfSilent: care.WaiveSilent}, agency: care.Code(t.r.Policy.RoleAgency(s.ReplaceBy)), stands: true}
	t.seats = append(t.seats, other)
	t.invite(round, other)
}

// makePlan drafts a plan until it is signed off and agreed, or given up. Reconvene:
// the équipe is to be heard again first.
func (t *table) makePlan(at string) (outcome care.Code, err error) {
	for turn := 1; ; turn++ {
		at := run.Turn(at, turn)
		t.plan(care.PlanDrafting)
		draft, err := t.r.Perform(at+"/draft", ledger.TaskChange{Kind: care.PlanDraft})
		if err != nil {
			return "", err
		}
		if draft.Outcome == care.NoPlan {
			t.plan(care.PlanDropped)
			t.r.Report.Reason = draft.Reason
			return care.NoPlan, nil
		}
		t.plan(care.PlanProposed)
		goOn, err := t.signOff(at)
		switch {
		case err != nil:
			return "", err
		case goOn == care.Redraft:
			continue
		case goOn == care.Reconvene:
			return care.Reconvene, nil
		case goOn == care.EndWork:
			t.plan(care.PlanDropped)
			return care.NoPlan, nil
		}
		t.plan(care.PlanSignedOff)
		person, err := t.r.Perform(at+"/agreement", ledger.TaskChange{Kind: care.PlanAgreement})
		switch {
		case err != nil:
			return "", err
		case person.Outcome == care.ChangesAsked:
			continue
		case person.Outcome == care.Declined:
			t.plan(care.PlanDeclined)
			return care.PlanRefused, nil
		}
		t.plan(care.PlanAgreed)
		t.r.Report.Subject, t.r.Report.At = t.planID(), person.At
		t.r.Report.Routes, t.r.Report.Agencies = without(draft.Routes, person.LeftOut), without(draft.Agencies, person.LeftOut)
		return care.PlanActivated, nil
	}
}

// without are the agencies but for those to which the person has said no: they are not
// sent there, and who has no part in the plan is not asked how it comes along.
func without(agencies, leftOut []care.Code) []care.Code {
	return slices.DeleteFunc(slices.Clone(agencies), func(agency care.Code) bool { return slices.Contains(leftOut, agency) })
}

// signOff asks all who spoke for their signature. Where no quorum signs, the
// supervisor decides whether to go on all the same.
func (t *table) signOff(at string) (goOn care.Code, err error) {
	round := t.r.Round(at+"/sign_off", care.DeadlineEquipeSignOff)
	for _, s := range t.seats {
		s.reported = ""
		if s.state == care.SeatSpoken {
			s.task = at + "/sign_off/" + string(s.Role)
			round.Ask(s.task, ledger.TaskChange{Kind: care.PlanSignOff, Role: s.Role, Agency: s.agency, Like: s.member})
		}
	}
	var votes []care.Vote
	signs := func(s *seat, how care.Code) {
		s.task = ""
		votes = append(votes, care.Vote{Role: s.Role, Agency: s.agency, Outcome: how})
		t.change(ledger.SeatChange{ID: t.id(s), Signature: how})
	}
	for round.Waiting() {
		task, answer, err := round.Hear(t.takesMinutes)
		if err != nil {
			return "", err
		}
		switch s := t.seatOf(task); {
		case answer.Operation == care.OpMinutes && t.confirmed():
			for _, v := range answer.Votes {
				s := t.seatFor(v)
				s.reported = asSignature(v)
				t.change(ledger.SeatChange{ID: t.id(s), Signature: s.reported, Reported: true})
			}
			t.giveTime(round)
		case answer.Operation == care.OpMinutes:
			for _, v := range answer.Votes {
				s := t.seatFor(v)
				round.Drop(s.task)
				if quorum.Signs(v) {
					v.Outcome = care.Signed
				}
				signs(s, v.Outcome)
			}
		case s == nil: // the patience is over
			for _, s := range t.seats {
				if s.task != "" {
					round.Drop(s.task)
					signs(s, t.silent(s))
				}
			}
		default:
			signs(s, answer.Outcome)
		}
	}
	round.End()
	if quorum.Reached(t.rule.Quorum, votes) {
		return care.Proceed, nil
	}
	decision, err := t.r.Perform(at+"/quorum", ledger.TaskChange{Kind: care.QuorumDecision})
	return decision.Outcome, err
}

// asSignature is what a minuted vote on a plan says of its seat's signature.
func asSignature(v care.Vote) care.Code {
	if quorum.Signs(v) {
		return care.Signed
	}
	return v.Outcome
}

// silent is what the silence of a seat under a plan counts as.
func (t *table) silent(s *seat) care.Code {
	if t.confirmed() && s.IfSilent == care.TacitSilent && s.reported != care.Dissenting {
		return care.Tacit
	}
	return care.Code(care.SeatWaived)
}

// seatOf finds the seat of an open task by its point.
func (t *table) seatOf(task string) *seat {
	for _, s := range t.seats {
		if task != "" && s.task == task {
			return s
		}
	}
	return nil
}

// seatFor finds the seat that a minuted vote is of, if it has yet to say something.
func (t *table) seatFor(v care.Vote) *seat {
	for _, s := range t.seats {
		if s.task != "" && s.Role == v.Role && s.agency == v.Agency {
			return s
		}
	}
	return nil
}

// seatAsked finds the seat of an open task by the task's id.
func (t *table) seatAsked(id string) *seat {
	for _, s := range t.seats {
		if s.task != "" && t.r.IDOf(s.task) == id {
			return s
		}
	}
	return nil
}

// takesMinutesOrNobody is takesMinutes, and also says whether an entry tells that there
// is nobody else to invite to a seat.
func (t *table) takesMinutesOrNobody(e ledger.Entry) bool {
	return t.takesMinutes(e) || e.Answer.Operation == care.OpReport && e.Answer.Outcome == care.NobodyElse && t.seatAsked(e.Answer.Subject) != nil
}

// takesMinutes says whether an entry is the minutes of a meeting in which only
// seats spoke that have something to say.
func (t *table) takesMinutes(e ledger.Entry) bool {
	return e.Answer.Operation == care.OpMinutes && len(e.Answer.Votes) > 0 &&
		!slices.ContainsFunc(e.Answer.Votes, func(v care.Vote) bool { return t.seatFor(v) == nil })
}

func (t *table) id(s *seat) string { return t.r.IDOf("seat/" + string(s.Role)) }

func (t *table) change(s ledger.SeatChange) { t.r.Effects().Seats = append(t.r.Effects().Seats, s) }

func (t *table) planID() string { return t.r.IDOf("plan") }

func (t *table) plan(state care.PlanState) {
	t.r.Effects().Plan = &ledger.PlanChange{ID: t.planID(), State: state}
}
