package terms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/terms"
)

func TestWhichExtensionsAskForAReason(t *testing.T) {
	permit := func(n int) *time.Time {
		last := time.Date(2026, 10, 5+n, 0, 0, 0, 0, time.UTC)
		return &last
	}
	term := func(n int) *time.Time { at := evening(n); return &at }
	fault := func(field, rule string) []care.Fault { return []care.Fault{{Field: field, Rule: rule}} }
	long, past, renewal := fault("note", terms.RuleWhyLong), fault("note", terms.RuleWhyPermit), fault("until", terms.RulePermit)
	for name, c := range map[string]struct {
		term, permit *time.Time
		until        int // days after Monday
		kind         care.TaskKind
		without      []care.Fault // where no reason is given
		with         []care.Fault
	}{
		"as much as the zone leaves free":           {term(1), nil, 8, care.Interview, nil, nil},
		"a day more":                                {term(1), nil, 9, care.Interview, long, nil},
		"a month more":                              {term(1), nil, 30, care.Interview, long, nil},
		"counted from today where the term is past": {term(-5), nil, 7, care.Interview, nil, nil},
		"a day more than from today":                {term(-5), nil, 8, care.Interview, long, nil},
		"of a task that stands still":               {nil, nil, 8, care.Interview, long, nil},
		"earlier than it was":                       {term(9), nil, 2, care.Interview, nil, nil},
		"on the permit's last day":                  {term(1), permit(3), 3, care.Interview, nil, nil},
		"past the permit's last day":                {term(1), permit(3), 4, care.Interview, past, nil},
		"far past it":                               {term(1), permit(3), 30, care.Interview, past, nil},
		"the renewal past its last day":             {term(1), permit(3), 4, care.PermitRenewal, renewal, renewal},
		"the renewal on its last day":               {term(1), permit(3), 3, care.PermitRenewal, nil, nil},
		"the renewal of a permit that is over":      {term(1), permit(-3), 4, care.PermitRenewal, past, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := rule(t)
			e := terms.Extension{Kind: c.kind, Until: evening(c.until), Now: monday, Term: c.term, Freely: days(5), PermitEnds: c.permit}
			require.Equal(t, c.without, e.Faults(r.Calendar))
			e.Reason = true
			require.Equal(t, c.with, e.Faults(r.Calendar))
		})
	}
}

// Whoever puts off again what was put off already says why, however little it is; who
// brings a term nearer does not.
func TestATermIsPutOffWithoutAReasonOnce(t *testing.T) {
	r, term := rule(t), evening(4)
	for until, why := range map[int]bool{3: false, 4: false, 5: true, 9: true} {
		e := terms.Extension{Kind: care.Interview, Until: evening(until), Now: monday, Term: &term, Set: true, Freely: days(5)}
		require.Equal(t, why, len(e.Faults(r.Calendar)) > 0, until)
		e.Reason = true
		require.Empty(t, e.Faults(r.Calendar), until)
	}
}
