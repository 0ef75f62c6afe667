package versions

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhoseVersionBecomesCurrent: a worker takes what nobody else works, and by
// release leaves the rest to an operator.
func TestWhoseVersionBecomesCurrent(t *testing.T) {
	const own, other = "own", "other"
	polls := func(builds ...string) map[string]int {
		polling := map[string]int{}
		for _, b := range builds {
			polling[b] = 1
		}
		return polling
	}
	for name, c := range map[string]struct {
		standing Standing
		// whether it takes: by itself at its start, by itself later, and by release
		first, later, byRelease bool
	}{
		"it is current":                     {Standing{own, polls(own)}, true, true, true},
		"it is current and does not poll":   {Standing{own, polls()}, true, true, true},
		"it does not poll yet":              {Standing{other, polls(other)}, false, false, false},
		"nobody polls":                      {Standing{Unversioned, polls()}, false, false, false},
		"none is current":                   {Standing{Unversioned, polls(own)}, true, true, true},
		"those of before are at work":       {Standing{Unversioned, polls(own, Unversioned)}, true, false, false},
		"none is current, and others wait":  {Standing{Unversioned, polls(own, other)}, true, true, false},
		"another is current, and at work":   {Standing{other, polls(own, other)}, true, false, false},
		"another is current, and is gone":   {Standing{other, polls(own)}, true, true, false},
		"another is current, a third polls": {Standing{other, polls(own, "third")}, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.first, (&Keeper{Build: own}).takes(c.standing))
			later := &Keeper{Build: own, been: true}
			for range surely {
				require.Equal(t, c.later && c.standing.Current == own, later.takes(c.standing), "one may be starting again")
				later.sift(t.Context(), c.standing)
			}
			require.Equal(t, c.later, later.takes(c.standing))
			require.Equal(t, c.byRelease, (&Keeper{Build: own, ByRelease: true}).takes(c.standing))
			require.Equal(t, c.byRelease, (&Keeper{Build: own, ByRelease: true, been: true}).takes(c.standing))
		})
	}
	without := Keeper{Build: Unversioned}
	require.True(t, without.takes(Standing{other, polls(Unversioned, other)}), "versions are switched off again")
	require.False(t, without.takes(Standing{other, polls(other)}))
}

// TestOwnBuildIsThatOfTheBinary, whatever runs it, unless it was linked with one.
func TestOwnBuildIsThatOfTheBinary(t *testing.T) {
	one, err := Own()
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{16}$`, one)
	again, err := Own()
	require.NoError(t, err)
	require.Equal(t, one, again)
	t.Cleanup(func() { linked = "" })
	linked = "1.4.0"
	again, err = Own()
	require.NoError(t, err)
	require.Equal(t, "1.4.0", again)
}

// TestWhoIsGoneCounts: what Temporal remembers of workers that are gone keeps nobody
// from working, but of the own build, whose worker is there.
func TestWhoIsGoneCounts(t *testing.T) {
	k := &Keeper{Build: "own", been: true, AtWork: func(_ context.Context, build string, polling int) (int, error) {
		switch build {
		case "gone":
			return 0, nil
		case "unknown":
			return 0, errors.New("Postgres is away")
		}
		return polling, nil
	}}
	for current, taken := range map[string]bool{"gone": true, "unknown": false, "there": false} {
		k.gone = 0
		for range surely {
			s := Standing{Current: current, Polling: map[string]int{current: 1, "own": 1}}
			require.False(t, k.takes(s))
			k.sift(t.Context(), s)
		}
		require.Equal(t, taken, k.takes(Standing{Current: current, Polling: map[string]int{"own": 1}}), current)
	}
}
