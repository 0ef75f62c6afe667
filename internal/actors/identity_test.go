package actors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
)

func TestTwoAccountsOfOnePerson(t *testing.T) {
	for name, c := range map[string]struct {
		a, b care.Staff
		same bool
	}{
		"one account":                     {care.Staff{ID: "a"}, care.Staff{ID: "a"}, true},
		"two accounts":                    {care.Staff{ID: "a"}, care.Staff{ID: "b"}, false},
		"two of one person":               {care.Staff{ID: "a", Identity: "x"}, care.Staff{ID: "b", Identity: "x"}, true},
		"two of one, in two zones":        {care.Staff{ID: "a", Zone: "prato", Identity: "x"}, care.Staff{ID: "b", Zone: "lucca", Identity: "x"}, true},
		"two of two people":               {care.Staff{ID: "a", Identity: "x"}, care.Staff{ID: "b", Identity: "y"}, false},
		"one of whom nothing is said":     {care.Staff{ID: "a", Identity: "x"}, care.Staff{ID: "b"}, false},
		"a code that is another's id":     {care.Staff{ID: "a", Identity: "b"}, care.Staff{ID: "b"}, false},
		"nobody and nobody is no account": {care.Staff{}, care.Staff{}, false},
	} {
		require.Equal(t, c.same, actors.Same(c.a, c.b), name)
	}
	task := actors.Task{Kind: care.ClosureApproval, State: care.TaskReady, Role: care.Supervisor, Proposer: actors.Identity(care.Staff{ID: "a", Identity: "x"})}
	require.Equal(t, care.RuleOtherPerson, task.ToPerson(care.Staff{ID: "b", Role: care.Supervisor, Identity: "x"}))
	require.Empty(t, task.ToPerson(care.Staff{ID: "c", Role: care.Supervisor}))
}
