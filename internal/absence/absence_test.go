package absence_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/absence"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

func TestDaysAway(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		now = now.In(testclock.Rome)
		day := func(days int) *care.Date { return care.DateOf(now.AddDate(0, 0, days)) }
		for _, c := range []struct {
			name        string
			first, last *care.Date
			field, rule string // empty: they are right
		}{
			{"two weeks", day(0), day(13), "", ""},
			{"today alone", day(0), day(0), "", ""},
			{"since yesterday", day(-1), day(2), "", ""},
			{"for months already", day(-200), day(100), "", ""},
			{"no first day", nil, day(2), "first", care.RuleRequired},
			{"no last day", day(2), nil, "last", care.RuleRequired},
			{"the other way round", day(3), day(2), "last", care.RuleReversed},
			{"over", day(-3), day(-1), "last", care.RuleInThePast},
			{"a year that was mistyped", day(0), day(7300), "last", care.RuleTooFar},
			{"in ten years", day(3650), day(3651), "first", care.RuleTooFar},
			{"since ten years", day(-3650), day(0), "last", care.RuleTooFar},
		} {
			t.Run(c.name, func(t *testing.T) {
				faults := absence.Days{First: c.first, Last: c.last}.Check(now)
				if c.rule == "" {
					require.Empty(t, faults)
					return
				}
				require.Contains(t, faults, care.Fault{Field: c.field, Rule: c.rule})
			})
		}
	})
	require.Equal(t, []care.Fault{{Field: "substitute", Rule: care.RuleNotHere}}, absence.Days{First: care.DateOf(testclock.Monday), Last: care.DateOf(testclock.Monday), Substitute: "Prova"}.Check(testclock.Monday))
}

func TestWhoMayStandIn(t *testing.T) {
	day := func(days int) time.Time { return care.DayOf(testclock.Monday).AddDate(0, 0, days) }
	of := care.Staff{ID: "a", Zone: "prato", Agency: "comune", Role: care.SocialWorker}
	colleague, desk, cpi := of, of, of
	colleague.ID, desk.ID, cpi.ID = "b", "c", "d"
	desk.Role, cpi.Agency = care.DeskOperator, "cpi"
	of.Identity = "one"
	twin := of
	twin.ID = "e"
	weeks := func(from, to int) []absence.Span { return []absence.Span{{First: day(from), Last: day(to)}} }
	for _, c := range []struct {
		name        string
		own         []absence.Span
		to          *care.Staff
		theirs      []absence.Span
		field, rule string
	}{
		{"a colleague", nil, &colleague, nil, "", ""},
		{"who is away before and after", weeks(-5, -1), &colleague, append(weeks(-9, -1), weeks(14, 20)...), "", ""},
		{"who is back too late", nil, &colleague, weeks(-5, 0), "substitute", absence.SubstituteAway},
		{"who leaves on the last day", nil, &colleague, weeks(13, 20), "substitute", absence.SubstituteAway},
		{"of another role", nil, &desk, nil, "substitute", absence.OtherRole},
		{"of another agency", nil, &cpi, nil, "substitute", absence.OtherAgency},
		{"who is not there", nil, nil, nil, "substitute", care.RuleNotHere},
		{"themselves", nil, &of, nil, "substitute", absence.ForOneself},
		{"themselves, with another account", nil, &twin, nil, "substitute", absence.ForOneself},
		{"twice on a day", weeks(13, 15), &colleague, nil, "first", absence.Overlaps},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := absence.Days{First: care.DateOf(day(0)), Last: care.DateOf(day(13)), Substitute: "named"}
			faults := form.Refuse(of, c.own, c.to, c.theirs)
			if c.rule == "" {
				require.Empty(t, faults)
				return
			}
			require.Equal(t, []care.Fault{{Field: c.field, Rule: c.rule}}, faults)
		})
	}
	require.Empty(t, absence.Days{First: care.DateOf(day(0)), Last: care.DateOf(day(1))}.Refuse(of, nil, nil, nil), "nobody by name")

	supervisor := care.Staff{ID: "s", Zone: "prato", Agency: "cpi", Role: care.Supervisor}
	require.True(t, absence.MayEnter(of, of))
	require.True(t, absence.MayEnter(supervisor, of))
	require.False(t, absence.MayEnter(colleague, of))
	supervisor.Zone = "lucca"
	require.False(t, absence.MayEnter(supervisor, of))
}
