package usual

import (
	"reflect"
	"slices"
	"testing"

	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/terms"
)

// barest is what every zone's policy says, however old the code that stored it.
var barest = care.Policy{
	Zone:     "prova",
	Agencies: []care.Agency{{Code: "comune", Kind: care.KindMunicipality}, {Code: "cpi", Kind: care.KindCPI, Answers: care.CPIOperator}},
	Roles:    []care.RoleHolder{{Role: care.DeskOperator, Agency: "comune"}, {Role: care.Supervisor, Agency: "comune"}, {Role: care.CPIOperator, Agency: "cpi"}},
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
	if !slices.Equal(slices.Sorted(slices.Values(deadlines)), slices.Sorted(slices.Values(care.DeadlineCodes))) {
		t.Errorf("usual deadlines: %v", deadlines)
	}
	if !slices.Equal(outcomes, care.ClosureOutcomes) {
		t.Errorf("usual outcomes: %v", outcomes)
	}
}

// TestCompletedPolicyLacksNothing: of the barest policy every task finds somebody
// of the zone and has its time, and every other term lasts some time too.
func TestCompletedPolicyLacksNothing(t *testing.T) {
	p := Completed(barest)
	for _, kind := range TaskKinds {
		rule, ok := p.Task(kind.Kind)
		if !ok || rule.Role != "" && !p.HasRole(rule.Role) || rule.Role == "" && kind.Role != "" {
			t.Errorf("%s is for %q", kind.Kind, rule.Role)
		}
		for _, c := range []care.Clock{rule.Claim, rule.Complete} {
			if c.Remind.IsZero() || c.Escalate.IsZero() || c.Escalate.Unit != c.Remind.Unit || c.Escalate.N < c.Remind.N || c.Kind == "" || c.Source == "" {
				t.Errorf("%s has the clock %+v", kind.Kind, c)
			}
		}
	}
	for _, code := range care.DeadlineCodes {
		if d, ok := p.Deadline(code); !ok || d.Duration.IsZero() || d.Kind == "" || d.Source == "" {
			t.Errorf("%s: %+v", code, d)
		}
	}
	for _, kind := range care.EquipeKinds {
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
	for _, code := range care.ClosureOutcomes {
		if o, ok := care.ByCode(p.Outcomes, code); !ok || o.Name == "" {
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
	own.Tasks = []care.TaskRule{
		{Kind: "later", Role: care.DeskOperator, Claim: clock(1, 1), Complete: clock(1, 1)}, // of a later version still
		{Kind: care.Review, Role: care.DeskOperator, Claim: care.Clock{Remind: care.Duration{N: 3, Unit: care.Hours}}, Complete: clock(7, 9)},
	}
	own.Deadlines = []care.Deadline{{Code: care.DeadlinePartnerLink, Duration: care.Duration{N: 1, Unit: care.Hours}}, {Code: care.DeadlineRebook}}
	own.Outcomes = []care.Named{{Code: care.OutcomeMovedAway, Name: "Altrove"}}
	own.NoShow.Attempts = 4
	own.ClosureApproval = care.CPIOperator
	before := care.Policy{
		Zone: own.Zone, Agencies: slices.Clone(own.Agencies), Roles: slices.Clone(own.Roles), Tasks: slices.Clone(own.Tasks),
		Deadlines: slices.Clone(own.Deadlines), Outcomes: slices.Clone(own.Outcomes), NoShow: own.NoShow, ClosureApproval: own.ClosureApproval,
	}
	p := Completed(own)
	if !reflect.DeepEqual(own, before) {
		t.Errorf("changed: %+v", own)
	}
	review, _ := p.Task(care.Review)
	three := care.Duration{N: 3, Unit: care.Hours}
	if review.Role != care.DeskOperator || review.Claim.Remind != three || review.Claim.Escalate != three || review.Complete != clock(7, 9) {
		t.Errorf("%+v", review)
	}
	approval, _ := p.Task(care.ClosureApproval)
	link, _ := p.Deadline(care.DeadlinePartnerLink)
	rebook, _ := p.Deadline(care.DeadlineRebook)
	moved, _ := care.ByCode(p.Outcomes, care.OutcomeMovedAway)
	if approval.Role != care.CPIOperator || link.Duration != (care.Duration{N: 1, Unit: care.Hours}) || rebook.Duration.IsZero() || moved.Name != "Altrove" || p.NoShow.Attempts != 4 {
		t.Errorf("%+v, %+v, %+v, %+v, %d", approval, link, rebook, moved, p.NoShow.Attempts)
	}
	if _, ok := p.Task("later"); !ok {
		t.Error("a kind of a later version is gone")
	}
	if !reflect.DeepEqual(p, Completed(p)) {
		t.Error("a complete policy is changed")
	}
}

// TestRunsDecideAsBefore: a run whose policy was silent has taken its turns by
// what the code did then. Nothing here may change.
func TestRunsDecideAsBefore(t *testing.T) {
	silent, completed := barest, Completed(barest)
	if silent.NoShowAttempts() != completed.NoShowAttempts() {
		t.Errorf("attempts: %d, %d", silent.NoShowAttempts(), completed.NoShowAttempts())
	}
	for _, outcome := range []string{care.Placed, care.InTraining, care.PlanActivated, care.Resolved, ""} {
		deadline, reviews := terms.Rhythm(silent, care.Code(outcome))
		if d, r := terms.Rhythm(completed, care.Code(outcome)); d != deadline || r != reviews {
			t.Errorf("after %q: %s, %d; was %s, %d", outcome, d, r, deadline, reviews)
		}
	}
	if silent.ClosureApproval != completed.ClosureApproval || silent.CPI() != completed.CPI() ||
		!reflect.DeepEqual(silent.Desk, completed.Desk) || !reflect.DeepEqual(silent.FollowThrough, completed.FollowThrough) {
		t.Error("a run would decide otherwise")
	}
}

// TestEveryKindHasItsRule: a new form needs a row in TaskKinds too.
func TestEveryKindHasItsRule(t *testing.T) {
	for _, form := range completion.Forms {
		if !slices.ContainsFunc(TaskKinds, func(k TaskUsual) bool { return k.Kind == form.Kind }) {
			t.Errorf("%s is not in TaskKinds", form.Kind)
		}
	}
	if len(TaskKinds) != len(completion.Forms)+1 { // the answer to a referral has no form
		t.Errorf("%d kinds, %d forms", len(TaskKinds), len(completion.Forms))
	}
}
