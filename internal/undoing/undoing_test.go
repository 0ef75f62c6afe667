package undoing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/undoing"
)

func TestWhoTakesAClosureBack(t *testing.T) {
	closed := time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		closure        undoing.Closure
		after          time.Duration
		says, confirms string
	}{
		"nobody has said it":            {undoing.Closure{Outcome: care.OutcomeDeceased, At: &closed}, time.Hour, "", undoing.RuleSecondPerson},
		"another has":                   {undoing.Closure{Outcome: care.OutcomeDeceased, At: &closed, SaidBy: []string{"other"}}, time.Hour, "", ""},
		"they have themselves":          {undoing.Closure{Outcome: care.OutcomeMovedAway, At: &closed, SaidBy: []string{"self"}}, time.Hour, undoing.RuleSaidAlready, undoing.RuleSecondPerson},
		"both have":                     {undoing.Closure{Outcome: care.OutcomeMovedAway, At: &closed, SaidBy: []string{"self", "other"}}, time.Hour, undoing.RuleSaidAlready, ""},
		"opened by mistake, by mistake": {undoing.Closure{Outcome: care.OutcomeOpenedByMistake, At: &closed, SaidBy: []string{"other"}}, time.Hour, "", ""},
		"on the last day":               {undoing.Closure{Outcome: care.OutcomeDeceased, At: &closed, SaidBy: []string{"other"}}, undoing.Term, "", ""},
		"past the last day":             {undoing.Closure{Outcome: care.OutcomeDeceased, At: &closed, SaidBy: []string{"other"}}, undoing.Term + time.Second, undoing.RuleTooLate, undoing.RuleTooLate},
		"merged":                        {undoing.Closure{Outcome: care.OutcomeMerged, At: &closed, SaidBy: []string{"other"}}, time.Hour, undoing.RuleStays, undoing.RuleStays},
		"in another zone":               {undoing.Closure{Outcome: care.OutcomeTransferred, At: &closed, SaidBy: []string{"other"}}, time.Hour, undoing.RuleStays, undoing.RuleStays},
		"open":                          {undoing.Closure{SaidBy: []string{"other"}}, time.Hour, undoing.RuleOpen, undoing.RuleOpen},
		"about to be opened":            {undoing.Closure{Outcome: care.OutcomeDeceased, At: &closed, Begins: true, SaidBy: []string{"other"}}, time.Hour, undoing.RuleOpen, undoing.RuleOpen},
	} {
		require.Equal(t, c.says, c.closure.Said("self", closed.Add(c.after)), "%s: who says it", name)
		require.Equal(t, c.confirms, c.closure.Confirmed("self", closed.Add(c.after)), "%s: who confirms it", name)
	}
}

func TestWhoTakesAMergeBack(t *testing.T) {
	at := time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)
	fresh := undoing.Merge{At: at, Remembered: true, SaidBy: []string{"other"}}
	change := func(does func(*undoing.Merge)) undoing.Merge {
		m := fresh
		does(&m)
		return m
	}
	for name, c := range map[string]struct {
		merge          undoing.Merge
		after          time.Duration
		says, confirms string
	}{
		"another has said it":         {fresh, time.Hour, "", ""},
		"nobody has":                  {change(func(m *undoing.Merge) { m.SaidBy = nil }), time.Hour, "", undoing.RuleSecondPerson},
		"they have themselves":        {change(func(m *undoing.Merge) { m.SaidBy = []string{"self"} }), time.Hour, undoing.RuleSaidAlready, undoing.RuleSecondPerson},
		"on the last day":             {fresh, undoing.Term, "", ""},
		"past the last day":           {fresh, undoing.Term + time.Second, undoing.RuleLateToPart, undoing.RuleLateToPart},
		"merged on":                   {change(func(m *undoing.Merge) { m.MergedOn = true }), time.Hour, undoing.RuleMergedOn, undoing.RuleMergedOn},
		"another zone is asked":       {change(func(m *undoing.Merge) { m.AskedElsewhere = true }), time.Hour, undoing.RuleAskedElsewhere, undoing.RuleAskedElsewhere},
		"of before it was remembered": {change(func(m *undoing.Merge) { m.Remembered = false }), time.Hour, undoing.RuleNotRemembered, undoing.RuleNotRemembered},
	} {
		require.Equal(t, c.says, c.merge.Said("self", at.Add(c.after)), "%s: who says it", name)
		require.Equal(t, c.confirms, c.merge.Confirmed("self", at.Add(c.after)), "%s: who confirms it", name)
	}
}

func TestWhenASecondPersonIsRemindedAndTheSupervisorsAreTold(t *testing.T) {
	until := time.Date(2027, 3, 31, 10, 0, 0, 0, time.UTC)
	require.Equal(t, until.AddDate(0, 0, -15), undoing.Remind(until.AddDate(0, 0, -30), until))
	require.Equal(t, until.AddDate(0, 0, -7), undoing.Escalate(until.AddDate(0, 0, -30), until))
	require.Equal(t, until.AddDate(0, 0, -2), undoing.Remind(until.AddDate(0, 0, -4), until))
	require.Equal(t, until.AddDate(0, 0, -1), undoing.Escalate(until.AddDate(0, 0, -4), until))
}
