package lists

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/manual"
	"percorso/internal/testclock"
)

// TestEverythingIsMeasured reads every page, searches and acts on two small
// databases: that each gives rows is asked by the measurement. What it takes is no
// measure of anything.
func TestEverythingIsMeasured(t *testing.T) {
	root := manual.Root()
	s, err := startServer(t.Context(), filepath.Join(root, "bin"), filepath.Join(root, "node_modules"), "")
	require.NoError(t, err)
	defer s.stop()
	r, err := measureOn(t.Context(), s, Plan{Small: 150, Large: 210, Seed: 3, Repeats: 1, Times: 1, Now: testclock.Monday, Say: t.Logf})
	require.NoError(t, err)
	require.Positive(t, r.lookUp[1])
	require.Equal(t, "one row by its id", r.lines[0].name)
	named := map[string]line{}
	for _, l := range r.lines {
		named[l.name] = l
		require.Positive(t, l.small, l.name)
		require.Positive(t, l.large, l.name)
		require.Contains(t, r.Markdown(), "| "+l.name+" |")
	}
	require.Len(t, named, len(r.lines), "a name twice")
	require.Equal(t, 25, named["all tasks of a supervisor, first page"].rows)
	require.Equal(t, 25, named["cases of a social worker, first page"].rows)
	require.Zero(t, named["search: a wildcard as text"].rows)
	require.Equal(t, 1, named["search: a number"].rows)
	require.Equal(t, 3, named["a case with all its parts"].rows)

	offers, err := measureOffers(t.Context(), s, OffersPlan{Bookings: 6500, Repeats: 1, Times: 1, Now: testclock.Monday, Say: t.Logf})
	require.NoError(t, err)
	var days []int
	for _, l := range offers.probes {
		require.Positive(t, l.took)
		days = append(days, l.days)
	}
	require.Equal(t, []int{26, 1, 26, 1}, days, "which everything is full before")
}

func TestWhatIsMissedOfOffers(t *testing.T) {
	r := &OffersResult{probes: []offerLine{{days: 28, took: 84 * time.Millisecond, lookUp: time.Millisecond}}}
	require.False(t, r.Missed())
	require.Contains(t, r.Markdown(), "84.0 | 3.00 | kept")
	r.probes[0].took++
	require.True(t, r.Missed())
	require.Contains(t, r.Markdown(), "**missed**")
}

func TestWhatIsMissed(t *testing.T) {
	r := &Result{lookUp: pair{time.Millisecond, time.Millisecond}}
	for _, c := range []struct {
		line  line
		fault string
	}{
		{line{small: 10 * time.Millisecond, large: 20 * time.Millisecond}, ""},
		{line{small: 10 * time.Millisecond, large: 21 * time.Millisecond}, "grows"},
		{line{small: time.Millisecond, large: 6 * time.Millisecond}, ""},
		{line{small: 40 * time.Millisecond, large: 51 * time.Millisecond}, "more than 50 look-ups"},
		{line{sort: aSearch, small: 20 * time.Millisecond, large: 100 * time.Millisecond}, ""},
		{line{sort: aSearch, small: 10 * time.Millisecond, large: 51 * time.Millisecond}, "grows more than 5 times"},
		{line{sort: aWhole, small: 60 * time.Millisecond, large: 90 * time.Millisecond}, ""},
		{line{sort: aWhole, small: 60 * time.Millisecond, large: 101 * time.Millisecond}, "more than 100 look-ups"},
		{line{sort: aWatch, small: time.Millisecond, large: 900 * time.Millisecond}, ""},
		{line{sort: aWatch, small: time.Millisecond, large: 901 * time.Millisecond}, "more than 3 % of a core"},
		{line{sort: anAct, small: 200 * time.Millisecond, large: 210 * time.Millisecond}, ""},
	} {
		require.Equal(t, c.fault, r.fault(c.line), c.line)
		r.lines = []line{c.line}
		require.Equal(t, c.fault != "", r.Missed())
	}
	require.False(t, (&Result{}).Missed())
	slow := line{small: time.Millisecond, large: 20 * time.Millisecond, least: pair{time.Millisecond, 19 * time.Millisecond}}
	require.Contains(t, (&Result{lookUp: r.lookUp, lines: []line{slow}}).Markdown(), "**missed: grows** |")
	slow.least = pair{time.Millisecond, 2 * time.Millisecond}
	require.True(t, (&Result{lookUp: r.lookUp, lines: []line{slow}}).Missed())
	require.Contains(t, (&Result{lookUp: r.lookUp, lines: []line{slow}}).Markdown(), "**missed: grows**, not by the least |")
	require.True(t, (&Result{scanned: []string{"task 1 times"}}).Missed())
	require.Contains(t, (&Result{scanned: []string{"task 1 times"}}).Markdown(), "task 1 times")
}
