package trace

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	id     = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00-" + id + "-00f067aa0ba902b7-01"
)

// A caller's ids are taken over where they are some, and nothing else of what it says.
func TestWhatACallerGives(t *testing.T) {
	ctx := FromCaller(t.Context(), []string{parent})
	require.Equal(t, id, ID(ctx))
	require.Equal(t, parent, Parent(ctx))
	require.Equal(t, parent, Parent(Ensured(ctx)))

	for name, given := range map[string][]string{
		"nothing":        nil,
		"empty":          {""},
		"no ids":         {"Zqxmarker"},
		"all zero":       {"00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01"},
		"no parent":      {"00-" + id + "-" + strings.Repeat("0", 16) + "-01"},
		"another length": {parent + "0"},
		"more behind":    {parent + "-Zqxmarker"},
		"capitals":       {strings.ToUpper(parent)},
		"no version":     {"ff" + parent[2:]},
		"two of them":    {parent, parent},
		"a line break":   {parent + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := FromCaller(t.Context(), given)
			require.Empty(t, ID(ctx))
			require.Empty(t, Parent(ctx))
			ctx = Ensured(ctx)
			require.Regexp(t, `^[0-9a-f]{32}$`, ID(ctx))
			require.NotEqual(t, ID(ctx), ID(Ensured(t.Context())))
			require.Equal(t, ID(ctx), ID(With(t.Context(), Parent(ctx))), "and so it is handed on")
		})
	}
}
