package queue_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/queue"
)

func TestWhatBecomesOfANumber(t *testing.T) {
	for from, may := range map[queue.State][]queue.State{
		queue.Waiting: {queue.Called, queue.Gone}, queue.Called: {queue.Waiting, queue.Served, queue.Gone}, queue.Served: nil, queue.Gone: nil,
	} {
		for _, to := range []queue.State{queue.Waiting, queue.Called, queue.Served, queue.Gone} {
			rule := queue.NotNow
			for _, m := range may {
				if m == to {
					rule = ""
				}
			}
			require.Equal(t, rule, queue.Ticket{State: from}.Refuses(to), "%s to %s", from, to)
		}
	}
	require.Equal(t, queue.NoState, queue.Ticket{State: queue.Waiting}.Refuses("other"))
	require.Equal(t, "S7", queue.Ticket{Number: 7}.Said())
}

func TestWhoIsHereByLanguage(t *testing.T) {
	nine := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	require.Equal(t, []queue.Waits{{Language: "bn", Count: 1, Since: nine.Add(-time.Hour)}, {Language: "ur", Count: 3, Since: nine}}, queue.Present([]queue.Waits{
		{Language: "ur", Count: 1, Since: nine.Add(time.Minute)}, {Language: "bn", Count: 1, Since: nine.Add(-time.Hour)}, {Language: "ur", Count: 2, Since: nine}}))
}

func TestANumberSaysNoName(t *testing.T) {
	p := care.Policy{Desk: care.Desk{Topics: []care.Named{{Code: "school"}}}}
	require.Empty(t, queue.NewNumber{Topic: "school", Language: "ur"}.Check(p))
	require.Equal(t, []care.Fault{{Field: "topic", Rule: care.RuleUnknownCode}}, queue.NewNumber{Topic: "Persona Prova", Language: "ur"}.Check(p))
	require.Len(t, queue.NewNumber{Topic: "school", Language: "Persona Prova"}.Check(p), 1)
}
