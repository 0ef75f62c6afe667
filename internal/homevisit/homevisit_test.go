package homevisit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/homevisit"
)

func TestHowAVisitStands(t *testing.T) {
	at := time.Date(2026, 12, 3, 10, 0, 0, 0, time.UTC)
	v := homevisit.Visit{First: "a", Second: "b", Knows: "k", At: at, Until: at.Add(time.Hour), AskAt: at.Add(90 * time.Minute), AlarmAt: at.Add(2 * time.Hour)}
	for after, want := range map[time.Duration]homevisit.State{-1: homevisit.Ahead, 0: homevisit.Out, time.Hour: homevisit.Out, 90 * time.Minute: homevisit.Asked, 2 * time.Hour: homevisit.Unanswered} {
		require.Equal(t, want, v.State(at.Add(after)), after)
	}
	person := func(id string, role care.Role) care.Staff { return care.Staff{ID: id, Role: role} }
	late := v.AlarmAt
	for _, c := range []struct {
		who  care.Staff
		a    homevisit.Answer
		at   time.Time
		rule string
	}{
		{person("a", care.SocialWorker), homevisit.Me, at, ""},
		{person("b", care.SocialWorker), homevisit.All, at, ""},
		{person("b", care.SocialWorker), homevisit.All, at.Add(-1), homevisit.RuleNotBegun},
		{person("k", care.DeskOperator), homevisit.All, at, ""},
		{person("k", care.DeskOperator), homevisit.Me, at, homevisit.RuleNotVisits},
		{person("s", care.Supervisor), homevisit.All, at, homevisit.RuleNotVisits},
		{person("s", care.Supervisor), homevisit.All, late, ""},
		{person("x", care.SocialWorker), homevisit.All, late, homevisit.RuleNotVisits},
		{person("a", care.SocialWorker), "other", late, care.RuleUnknownCode},
	} {
		require.Equal(t, c.rule, v.Returns(c.who, c.a, c.at), "%v %s", c.who, c.a)
	}
	answered := v
	answered.FirstBack, answered.SecondBack = &at, &at
	require.Empty(t, answered.Returns(person("s", care.Supervisor), homevisit.All, late), "said again it changes nothing")
	v.FirstBack = &at
	require.Equal(t, []any{false, false, true}, []any{v.Back(), v.Waits("a"), v.Waits("b")})
	v.Second = ""
	require.Equal(t, homevisit.Returned, v.State(late))
}

// Two accounts of one person are one, whichever fields they stand in.
func TestOnePersonWithTwoAccounts(t *testing.T) {
	f := homevisit.Going{First: "a", Second: "b", Knows: "k"}
	there := func(a, b, k string) []homevisit.Worker {
		return []homevisit.Worker{{ID: "a", Human: a, Visitor: true}, {ID: "b", Human: b, Visitor: true}, {ID: "k", Human: k}}
	}
	require.Empty(t, f.Named(there("1", "2", "3")))
	require.Equal(t, []care.Fault{{Field: "second", Rule: homevisit.RuleTwice}}, f.Named(there("1", "1", "3")))
	require.Equal(t, []care.Fault{{Field: "knows", Rule: homevisit.RuleKnows}}, f.Named(there("1", "2", "2")))
	require.Equal(t, []care.Fault{{Field: "second", Rule: homevisit.RuleVisitor}, {Field: "knows", Rule: homevisit.RuleKnower}}, f.Named(there("1", "2", "3")[:1]))
}
