package consult_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/consult"
)

func TestHowACallStands(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	ring := func(a consult.Answer, until time.Duration) consult.Ring {
		return consult.Ring{Answer: a, Until: now.Add(until)}
	}
	for _, c := range []struct {
		rings []consult.Ring
		state consult.State
		rule  string
	}{
		{nil, consult.ToMake, ""},
		{[]consult.Ring{ring("", time.Minute)}, consult.IsRinging, consult.Ringing},
		{[]consult.Ring{ring("", 0)}, consult.Unanswered, ""},
		{[]consult.Ring{ring(consult.Cannot, time.Minute)}, consult.Unanswered, ""},
		{[]consult.Ring{ring(consult.Cannot, 0), ring(consult.Soon, 0)}, consult.IsAnswered, consult.Answered},
		{[]consult.Ring{ring(consult.Coming, time.Minute)}, consult.IsAnswered, consult.Answered},
	} {
		call := consult.Call{Rings: c.rings}
		require.Equal(t, []any{c.state, c.rule}, []any{call.State(now), call.Refuses(now)}, c.rings)
	}
	require.Empty(t, ring("", 0).Refuses(consult.Coming), "late, and all the same")
	require.Equal(t, consult.Answered, ring(consult.Cannot, 0).Refuses(consult.Coming))
	require.Equal(t, consult.NoAnswer, ring("", 0).Refuses("other"))
}
