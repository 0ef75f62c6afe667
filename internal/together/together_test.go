package together_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/together"
	"percorso/internal/written"
)

func TestWhoIsAdded(t *testing.T) {
	right := together.Asked{Stands: true, May: true}
	require.NoError(t, right.Refuse())
	for rule, change := range map[string]func(*together.Asked){
		together.RuleOver:  func(a *together.Asked) { a.Came = true },
		together.RuleMoves: func(a *together.Asked) { a.Moves = true },
		together.RulePart:  func(a *together.Asked) { a.May, a.Busy = false, true },
		together.RuleThere: func(a *together.Asked) { a.There = true },
		together.RuleAway:  func(a *together.Asked) { a.Gap = together.Away },
		together.RuleOff:   func(a *together.Asked) { a.Gap = together.CalledOff },
		together.RuleTwice: func(a *together.Asked) { a.Busy, a.Meets = true, true },
		together.RuleMeets: func(a *together.Asked) { a.Meets = true },
	} {
		asked := right
		change(&asked)
		var refused *care.Refusal
		require.ErrorAs(t, asked.Refuse(), &refused)
		require.Equal(t, rule, refused.Faults[0].Rule)
	}
	over := right
	over.Stands = false
	require.Equal(t, care.RefuseChanged(together.RuleOver), over.Refuse())
}

func TestWhoseAgendaSomebodyLooksAt(t *testing.T) {
	who := care.Staff{ID: "a", Zone: "prato", Agency: "comune", Role: care.SocialWorker}
	colleague, desk, cpi := who, who, who
	colleague.ID, desk.ID, cpi.ID = "b", "c", "d"
	desk.Role, cpi.Agency = care.DeskOperator, "cpi"
	require.Equal(t, []bool{true, true, false, false}, []bool{together.MayLook(who, who), together.MayLook(who, colleague), together.MayLook(who, desk), together.MayLook(who, cpi)})
	supervisor := care.Staff{ID: "s", Zone: "prato", Agency: "sds", Role: care.Supervisor}
	require.True(t, together.MayLook(supervisor, cpi))
	supervisor.Zone = "lucca"
	require.False(t, together.MayLook(supervisor, cpi))
}

func TestWhatIsSaidOfAPart(t *testing.T) {
	require.Equal(t, care.Faults{{Field: "why", Rule: care.RuleRequired}}, together.CheckWhy(""))
	require.Equal(t, care.Faults{{Field: "why", Rule: care.RuleReason}}, together.CheckWhy("ill"))
	require.Empty(t, together.CheckWhy("not_needed"))
	yes := true
	require.Empty(t, together.Outcome{Held: &yes, Circle: written.Agency}.Check())
	require.Equal(t, care.Faults{{Field: "held", Rule: care.RuleRequired}, {Field: "circle", Rule: care.RuleRequired}}, together.Outcome{Circle: written.SocialService}.Check())
	now := time.Now()
	require.Equal(t, []string{"comune", "cpi"}, together.Parts("comune", []together.Participant{{Agency: "cpi"}, {Agency: "cpi"}, {Agency: "scuola", EndedAt: &now}}))
}

func TestWhoSaysWhatBecameOfAPart(t *testing.T) {
	right := together.Said{Part: true, Came: true}
	require.Empty(t, right.Refuses())
	for rule, change := range map[string]func(*together.Said){
		together.RuleSaid: func(s *together.Said) { s.There, s.Gone = true, true }, together.RuleOver: func(s *together.Said) { s.Gone = true },
		together.RuleNoneHere: func(s *together.Said) { s.Part, s.Came = false, false }, together.RuleItsHour: func(s *together.Said) { s.Came = false },
	} {
		said := right
		change(&said)
		require.Equal(t, rule, said.Refuses())
	}
}
