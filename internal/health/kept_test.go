package health_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/testclock"
)

// What harms most comes first, and of what harms alike what has waited longest.
func TestTheOrderByHarm(t *testing.T) {
	now := testclock.Monday
	day := func(n int) *time.Time { at := now.AddDate(0, 0, n); return &at }
	task := func(escalate int) health.FactTask {
		return health.FactTask{ID: "t", Kind: care.SocialConsult, State: care.TaskReady, Role: care.SocialWorker, Since: *day(-30), EscalateAt: day(escalate), Candidates: 2}
	}
	nobody := task(5)
	nobody.Candidates = 0
	tasks := func(all ...health.FactTask) health.Facts { return health.Facts{Tasks: all} }
	danger, soon, later, broken := tasks(task(-1)), tasks(task(-1)), tasks(task(-1)), tasks(task(5))
	danger.Danger = true
	soon.Critical, later.Critical = day(health.CriticalDays), day(health.CriticalDays+1)
	broken.Cause, broken.CauseSince = health.CauseDeferred, *day(-1)
	order := []struct {
		name  string
		facts health.Facts
	}{
		{"danger to the person", danger},
		{"a critical date within ten days", soon},
		{"nobody may act", tasks(nobody)},
		{"broken", broken},
		{"nine days late", tasks(task(-9))},
		{"one day late, and nothing else ahead", later},
		{"one day late, and something ahead", tasks(task(-1), task(3))},
		{"as planned", tasks(task(3))},
	}
	var last []int
	for _, c := range order {
		c.facts.Now = now
		h := health.Keep(c.facts, time.UTC).Harm
		place := []int{h.Class, h.LateDay, h.GoesOn}
		require.Equal(t, -1, slices.Compare(last, place), "%s: %v after %v", c.name, place, last)
		last = place
	}
}

// What is kept says until when it holds, and is computed anew from then on.
func TestUntilWhenWhatIsKeptHolds(t *testing.T) {
	now := testclock.Monday
	in := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	const past = time.Microsecond
	for _, c := range []struct {
		name  string
		facts health.Facts
		until time.Duration
	}{
		{"nothing", health.Facts{}, health.Recheck},
		{"a reminder", health.Facts{Tasks: []health.FactTask{{RemindAt: in(time.Hour), EscalateAt: in(2 * time.Hour)}}}, time.Hour},
		{"a term", health.Facts{Tasks: []health.FactTask{{RemindAt: in(-time.Hour), EscalateAt: in(2 * time.Hour)}}}, 2*time.Hour + past},
		{"a term that stands still", health.Facts{Tasks: []health.FactTask{{Suspended: true, EscalateAt: in(2 * time.Hour)}}}, health.Recheck},
		{"a date", health.Facts{Waits: []health.FactWait{{Due: *in(time.Hour)}}}, time.Hour + health.Grace + past},
		{"an entry", health.Facts{Unworked: in(-time.Second)}, health.Grace - time.Second + past},
		{"a clock", health.Facts{NextDue: in(time.Minute)}, time.Minute + health.Grace + past},
		{"a trouble", health.Facts{Cause: health.CauseFailing, CauseUntil: *in(20 * time.Second)}, 20 * time.Second},
	} {
		c.facts.Now = now
		require.Equal(t, now.Add(c.until), health.Keep(c.facts, time.UTC).ChangesAt, c.name)
	}
}
