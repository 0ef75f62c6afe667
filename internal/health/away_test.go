package health_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/testclock"
)

func TestWhereAllAreAway(t *testing.T) {
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	now := testclock.Monday
	absent := func(from, until int) health.Absence {
		return health.Absence{Span: health.Span{From: now.Add(time.Duration(from) * time.Hour), Until: now.Add(time.Duration(until) * time.Hour)}, Last: now.Add(time.Duration(until-1) * time.Hour)}
	}
	for _, c := range []struct {
		name    string
		who     health.Shifts
		back    int // hours until the first is back; 0: one is there
		changes int
	}{
		{"somebody is always there", nil, 0, 6},
		{"all are away", health.Shifts{{absent(-1, 5)}, {absent(-3, 2), absent(4, 5)}}, 2, 2},
		{"one is away later", health.Shifts{{absent(-1, 5)}, {absent(1, 2)}}, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := health.Facts{Now: now, Tasks: []health.FactTask{{ID: "1", Kind: care.Review, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune", Since: now, Candidates: 2, Pool: c.who, Supervisors: c.who}}}
			w := health.Explain(facts, cal)
			var back *time.Time
			if c.back > 0 {
				last := now.Add(time.Duration(c.back-1) * time.Hour)
				back = &last
			}
			require.Equal(t, []*time.Time{back, back}, []*time.Time{w.NobodyUntil, w.NoSupervisorUntil})
			require.Equal(t, now.Add(time.Duration(c.changes)*time.Hour), health.Keep(facts, time.UTC).ChangesAt)
		})
	}
}

func TestWhoActsWhileTheHolderIsAway(t *testing.T) {
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	now := testclock.Monday
	span := func(from, until int) health.Span {
		return health.Span{From: now.Add(time.Duration(from) * time.Hour), Until: now.Add(time.Duration(until) * time.Hour)}
	}
	absent := func(from, until int, substitute string, colleagues int, gaps ...health.Span) []health.Absence {
		return []health.Absence{{Span: span(from, until), Last: span(0, until-1).Until, Substitute: substitute, Gaps: gaps, Colleagues: colleagues}}
	}
	last := func(hours int) time.Time { return span(0, hours-1).Until }
	for _, c := range []struct {
		name    string
		is      []health.Absence
		away    *health.Away
		changes int // hours from now
	}{
		{"there", nil, nil, 6},
		{"away, with a substitute", absent(-1, 3, "Prova", 2), &health.Away{Last: last(3), Substitute: "Prova"}, 3},
		{"from this moment", absent(0, 3, "Prova", 2), &health.Away{Last: last(3), Substitute: "Prova"}, 3},
		{"nobody by name", absent(-1, 3, "", 2), &health.Away{Last: last(3), Others: true}, 3},
		{"nobody at all", absent(-1, 3, "", 0), &health.Away{Last: last(3)}, 3},
		{"later", absent(2, 4, "Prova", 2), nil, 2},
		{"until this moment", absent(-4, 0, "Prova", 2), nil, 6},
		{"the substitute is away too", absent(-1, 4, "Prova", 2, span(-1, 1)), &health.Away{Last: last(4), Others: true}, 1},
		{"and will be", absent(-1, 4, "Prova", 2, span(2, 3)), &health.Away{Last: last(4), Substitute: "Prova"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			task := health.FactTask{ID: "1", Kind: care.Review, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", Since: now, Candidates: 2, Absences: c.is}
			facts := health.Facts{Now: now, Tasks: []health.FactTask{task}}
			w := health.Explain(facts, cal)
			require.Equal(t, c.away, w.Away)
			require.Equal(t, health.Planned, w.Health)
			if c.away != nil && c.away.Others {
				require.Equal(t, []care.Role{care.SocialWorker}, w.StandIns)
			} else {
				require.Empty(t, w.StandIns)
			}
			require.Equal(t, now.Add(time.Duration(c.changes)*time.Hour), health.Keep(facts, time.UTC).ChangesAt)
			facts.Tasks[0].HolderGone = true
			require.Nil(t, health.Explain(facts, cal).Away, "who has left is not back some day")
		})
	}
}
