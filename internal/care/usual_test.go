package care

import (
	"reflect"
	"slices"
	"testing"
)

// barest is what every zone's policy says, however old the code that stored it.
var barest = Policy{
	Zone:     "prova",
	Agencies: []Agency{{Code: "comune", Kind: KindMunicipality}, {Code: "cpi", Kind: KindCPI, Answers: CPIOperator}},
	Roles:    []RoleHolder{{DeskOperator, "comune"}, {Supervisor, "comune"}, {CPIOperator, "cpi"}},
}

// TestUsualCoversEveryCode: what a later version adds to a list needs what is usual.
func TestUsualCoversEveryCode(t *testing.T) {
	var deadlines, outcomes []string
	for _, d := range usualDeadlines {
		deadlines = append(deadlines, d.Code)
	}
	for _, o := range usualOutcomes {
		outcomes = append(outcomes, o.Code)
	}
	if !slices.Equal(slices.Sorted(slices.Values(deadlines)), slices.Sorted(slices.Values(DeadlineCodes))) {
		t.Errorf("usual deadlines: %v", deadlines)
	}
	if !slices.Equal(outcomes, ClosureOutcomes) {
		t.Errorf("usual outcomes: %v", outcomes)
	}
}

// TestCompletedPolicyLacksNothing: of the barest policy every task finds somebody
// of the zone and has its time, and every other term lasts some time too.
func TestCompletedPolicyLacksNothing(t *testing.T) {
	p := barest.Completed()
	for _, kind := range TaskKinds {
		rule, ok := p.Task(kind.Kind)
		if !ok || rule.Role != "" && !p.HasRole(rule.Role) || rule.Role == "" && kind.Role != "" {
			t.Errorf("%s is for %q", kind.Kind, rule.Role)
		}
		for _, c := range []Clock{rule.Claim, rule.Complete} {
			if c.Remind.IsZero() || c.Escalate.IsZero() || c.Escalate.ShorterThan(c.Remind) || c.Kind == "" || c.Source == "" {
				t.Errorf("%s has the clock %+v", kind.Kind, c)
			}
		}
	}
	for _, code := range DeadlineCodes {
		if d, ok := p.Deadline(code); !ok || d.Duration.IsZero() || d.Kind == "" || d.Source == "" {
			t.Errorf("%s: %+v", code, d)
		}
	}
	for _, kind := range EquipeKinds {
		e, ok := p.Equipe(kind)
		if !ok || len(e.Seats) == 0 || e.Quorum.Roles > len(e.Seats) || e.Quorum.Agencies == 0 {
			t.Errorf("%s: %+v", kind, e)
		}
		for _, s := range e.Seats {
			if !p.HasRole(s.Role) {
				t.Errorf("%s: nobody takes the seat of %s", kind, s.Role)
			}
		}
	}
	for _, code := range ClosureOutcomes {
		if o, ok := ByCode(p.Outcomes, code); !ok || o.Name == "" {
			t.Errorf("outcome %s: %+v", code, o)
		}
	}
	if p.DayEnds == "" || p.NoShow.Attempts != 1 || len(p.FollowUps) != len(FollowUpStages) {
		t.Errorf("day's end %q, attempts %d, follow-ups %v", p.DayEnds, p.NoShow.Attempts, p.FollowUps)
	}
}

// TestCompletedKeepsWhatTheZoneSays, in whatever order, and leaves what it was
// made from alone: others may hold it.
func TestCompletedKeepsWhatTheZoneSays(t *testing.T) {
	own := barest
	own.Tasks = []TaskRule{
		{Kind: "later", Role: DeskOperator, Claim: clock(1, 1), Complete: clock(1, 1)}, // of a later version still
		{Kind: Review, Role: DeskOperator, Claim: Clock{Remind: Duration{3, Hours}}, Complete: clock(7, 9)},
	}
	own.Deadlines = []Deadline{{Code: DeadlinePartnerLink, Duration: Duration{1, Hours}}, {Code: DeadlineRebook}}
	own.Outcomes = []Named{{OutcomeMovedAway, "Altrove"}}
	own.NoShow.Attempts = 4
	own.ClosureApproval = CPIOperator
	before := Policy{
		Zone: own.Zone, Agencies: slices.Clone(own.Agencies), Roles: slices.Clone(own.Roles), Tasks: slices.Clone(own.Tasks),
		Deadlines: slices.Clone(own.Deadlines), Outcomes: slices.Clone(own.Outcomes), NoShow: own.NoShow, ClosureApproval: own.ClosureApproval,
	}
	p := own.Completed()
	if !reflect.DeepEqual(own, before) {
		t.Errorf("changed: %+v", own)
	}
	review, _ := p.Task(Review)
	three := Duration{3, Hours}
	if review.Role != DeskOperator || review.Claim.Remind != three || review.Claim.Escalate != three || review.Complete != clock(7, 9) {
		t.Errorf("%+v", review)
	}
	approval, _ := p.Task(ClosureApproval)
	link, _ := p.Deadline(DeadlinePartnerLink)
	rebook, _ := p.Deadline(DeadlineRebook)
	moved, _ := ByCode(p.Outcomes, OutcomeMovedAway)
	if approval.Role != CPIOperator || link.Duration != (Duration{1, Hours}) || rebook.Duration.IsZero() || moved.Name != "Altrove" || p.NoShow.Attempts != 4 {
		t.Errorf("%+v, %+v, %+v, %+v, %d", approval, link, rebook, moved, p.NoShow.Attempts)
	}
	if _, ok := p.Task("later"); !ok {
		t.Error("a kind of a later version is gone")
	}
	if !reflect.DeepEqual(p, p.Completed()) {
		t.Error("a complete policy is changed")
	}
}

// TestRunsDecideAsBefore: a run whose policy was silent has taken its turns by
// what the code did then. Nothing here may change.
func TestRunsDecideAsBefore(t *testing.T) {
	silent, completed := barest, barest.Completed()
	if silent.NoShowAttempts() != completed.NoShowAttempts() {
		t.Errorf("attempts: %d, %d", silent.NoShowAttempts(), completed.NoShowAttempts())
	}
	for _, outcome := range []string{Placed, InTraining, PlanActivated, Resolved, ""} {
		deadline, reviews := silent.Rhythm(Code(outcome))
		if d, r := completed.Rhythm(Code(outcome)); d != deadline || r != reviews {
			t.Errorf("after %q: %s, %d; was %s, %d", outcome, d, r, deadline, reviews)
		}
	}
	if silent.ClosureApproval != completed.ClosureApproval || silent.CPI() != completed.CPI() ||
		!reflect.DeepEqual(silent.Desk, completed.Desk) || !reflect.DeepEqual(silent.FollowThrough, completed.FollowThrough) {
		t.Error("a run would decide otherwise")
	}
}
