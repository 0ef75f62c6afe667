package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
)

// TestMain lets this binary be the floor's worker, as the bench itself can be.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == floorArgument {
		end(runFloorWorker())
	}
	os.Exit(m.Run())
}

// TestEveryWayWorks takes the shortest measurement on a real stack. What it
// gives is no measure of anything: that it gives it is the test.
func TestEveryWayWorks(t *testing.T) {
	stack := stacktest.Start(t, nil)
	for _, variable := range stack.Env(standalone.API) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	r, err := measure(t.Context(), plan{zone: "prato", repeats: 1, slot: 500 * time.Millisecond, claims: 300 * time.Millisecond, paths: 2 * time.Second, visits: 1, cases: 32})
	require.NoError(t, err)
	for _, way := range wayNames {
		for _, callers := range lanes {
			require.Len(t, r.slots[way][callers], 1)
			m := r.slots[way][callers][0]
			require.Positive(t, m.steps, "%s, %d at once", way, callers)
			require.Positive(t, m.cpu[ofTemporal], "%s, %d at once", way, callers)
		}
	}
	require.Positive(t, r.apiMemory())
	require.Greater(t, r.visits[0].Files, 5)
	require.Positive(t, r.visits[0].Bytes)
	require.Positive(t, r.visits[0].Paint)
	require.LessOrEqual(t, r.loop.events, mostEvents*r.loop.steps)
	for name, runs := range map[string]int{"straight": 4, "complex": 9} {
		h := r.histories[name]
		require.Equal(t, runs, h.runs, name)
		require.Greater(t, h.steps, h.commands, name)
		require.LessOrEqual(t, h.perStep(), float64(mostEvents), name)
		require.Positive(t, r.paths[name][0].steps, name)
	}
	require.Contains(t, r.markdown(), "history events a step")
}

func TestLineOfTheWalksIsFound(t *testing.T) {
	line, err := walkLine([]byte("=== RUN\n    wander_test.go:46: 5200 steps in 40 walks, 31 a second\n--- PASS\n"))
	require.NoError(t, err)
	require.Equal(t, "5200 steps in 40 walks, 31 a second", line)
	_, err = walkLine([]byte("PASS"))
	require.Error(t, err)
}

func TestPercentile(t *testing.T) {
	m := measurement{latencies: []time.Duration{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
	require.EqualValues(t, 5, m.percentile(50))
	require.EqualValues(t, 9, m.percentile(95))
	require.Zero(t, measurement{}.percentile(50))
}

func TestResultStandsBetweenItsMarkers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("before\n"+benchMarkers.begin()+"old\n"+benchMarkers.end()+"after\n"), 0o600))
	for range 2 {
		require.NoError(t, writeBetweenMarkers(file, benchMarkers, "new\n"))
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "before\n"+benchMarkers.begin()+"\nnew\n\n"+benchMarkers.end()+"after\n", string(content))
	require.NoError(t, os.WriteFile(file, []byte("no markers"), 0o600))
	require.Error(t, writeBetweenMarkers(file, benchMarkers, "new\n"))
}

func TestOwnTimeIsRead(t *testing.T) {
	for deadline := time.Now().Add(50 * time.Millisecond); time.Now().Before(deadline); {
	}
	ticks, err := ticksOf(os.Getpid(), true)
	require.NoError(t, err)
	require.Positive(t, ticks)
	require.Positive(t, residentSet(os.Getpid()))
}

func TestRowsOfTheClicksAreFound(t *testing.T) {
	out := []byte("=== RUN\n    clicks_test.go:58: clicks: | whole straight path | ≤ 12 | 11 | 19 |\n    clicks_test.go:58: clicks: | a | ≤ 3 | 3 | 4 |\n--- PASS\n")
	require.Equal(t, []string{"| whole straight path | ≤ 12 | 11 | 19 |", "| a | ≤ 3 | 3 | 4 |"}, clickRows(out))
}
