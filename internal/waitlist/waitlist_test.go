package waitlist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/testclock"
	"percorso/internal/usual"
	"percorso/internal/waitlist"
)

// policy is a zone whose service receives on Mondays and Thursdays, one in the morning and one
// by telephone in the afternoon.
func policy() care.Policy {
	return usual.Completed(care.Policy{
		Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26"},
		Services: []care.Service{
			{Code: "pas", Agency: "comune", Role: care.SocialWorker, Matters: []string{"housing"}, Sessions: []care.Session{
				{Days: []care.Weekday{"mon", "thu"}, From: "09:00", To: "10:00", Seconds: 1800, Places: 1, Mode: agenda.InPerson},
				{Days: []care.Weekday{"mon", "thu"}, From: "15:00", To: "15:30", Seconds: 1800, Places: 1, Mode: agenda.ByPhone},
			}},
			{Code: "open", Agency: "comune", Role: care.SocialWorker},
		},
	})
}

func at(days, hour, minute int) time.Time {
	monday := testclock.Monday.In(testclock.Rome)
	return time.Date(monday.Year(), monday.Month(), monday.Day()+days, hour, minute, 0, 0, testclock.Rome)
}

// TestWhoGetsWhichPlace in their order: each the first that suits them, and one.
func TestWhoGetsWhichPlace(t *testing.T) {
	cal, err := calendar.New(policy())
	require.NoError(t, err)
	now := at(0, 8, 30)
	rung, day := at(0, 8, 0), care.DayOf(at(0, 0, 0))
	for name, c := range map[string]struct {
		list  []waitlist.Waiting
		taken []agenda.Taken
		given map[string]time.Time
	}{
		"none within the hour":           {[]waitlist.Waiting{{ID: "a"}}, nil, map[string]time.Time{"a": at(0, 9, 30)}},
		"one each, in their order":       {[]waitlist.Waiting{{ID: "a"}, {ID: "b"}}, nil, map[string]time.Time{"a": at(0, 9, 30), "b": at(0, 15, 0)}},
		"what is taken is passed over":   {[]waitlist.Waiting{{ID: "a"}}, []agenda.Taken{{At: at(0, 9, 30), Until: at(0, 15, 30)}}, map[string]time.Time{"a": at(3, 9, 0)}},
		"who does not telephone":         {[]waitlist.Waiting{{ID: "a", NoPhone: true, Wish: waitlist.Wish{Hours: waitlist.Afternoon}}, {ID: "b", Wish: waitlist.Wish{Mode: agenda.ByPhone}}}, nil, map[string]time.Time{"b": at(0, 15, 0)}},
		"a morning, on foot":             {[]waitlist.Waiting{{ID: "a", Wish: waitlist.Wish{Hours: waitlist.Morning, Mode: agenda.InPerson}, Refused: []time.Time{at(0, 9, 30)}}}, nil, map[string]time.Time{"a": at(3, 9, 0)}},
		"she is expected somewhere":      {[]waitlist.Waiting{{ID: "a", Busy: []agenda.Taken{{At: at(0, 9, 45), Until: at(0, 10, 30)}}}}, nil, map[string]time.Time{"a": at(0, 15, 0)}},
		"not too late":                   {[]waitlist.Waiting{{ID: "a", Wish: waitlist.Wish{By: &day, Hours: waitlist.Afternoon}, NoPhone: true}}, nil, map[string]time.Time{}},
		"rung in vain: the next is":      {[]waitlist.Waiting{{ID: "a", Unreached: &rung}, {ID: "b"}}, nil, map[string]time.Time{"b": at(0, 9, 30)}},
		"the PUA's, where none is given": {[]waitlist.Waiting{{ID: "a", PUA: true}}, nil, map[string]time.Time{"a": at(0, 9, 30)}},
	} {
		t.Run(name, func(t *testing.T) {
			given := map[string]time.Time{}
			for _, g := range waitlist.Give(c.list, agenda.Of(policy(), "pas", cal, now), c.taken, now) {
				given[g.Waiting] = g.At
			}
			require.Equal(t, c.given, given)
		})
	}
	require.Equal(t, at(1, 18, 0), waitlist.Until(policy(), cal, at(3, 9, 0), now), "a working day")
	require.Equal(t, at(0, 9, 30), waitlist.Until(policy(), cal, at(0, 9, 30), now), "never beyond its hour")
}

func TestWhatAWishMayHold(t *testing.T) {
	yesterday := care.DayOf(at(-1, 0, 0))
	for name, c := range map[string]struct {
		wish   waitlist.Wish
		faults []care.Fault
	}{
		"all":             {waitlist.Wish{Service: "pas", Matter: "housing", Language: "ur", Interpreter: "woman", Mode: agenda.InPerson, Hours: waitlist.Morning, WithChild: true}, nil},
		"the service":     {waitlist.Wish{Service: "pas"}, nil},
		"none":            {waitlist.Wish{}, []care.Fault{{Field: "service", Rule: care.RuleService}}},
		"never full":      {waitlist.Wish{Service: "open"}, []care.Fault{{Field: "service", Rule: waitlist.RuleHours}}},
		"another matter":  {waitlist.Wish{Service: "pas", Matter: "school"}, []care.Fault{{Field: "matter", Rule: care.RuleMatter}}},
		"of no language":  {waitlist.Wish{Service: "pas", Interpreter: "man"}, []care.Fault{{Field: "language", Rule: care.RuleRequired}}},
		"another code":    {waitlist.Wish{Service: "pas", Mode: "x", Hours: "x"}, []care.Fault{{Field: "mode", Rule: care.RuleUnknownCode}, {Field: "hours", Rule: care.RuleUnknownCode}}},
		"by yesterday":    {waitlist.Wish{Service: "pas", By: &yesterday}, []care.Fault{{Field: "by", Rule: care.RuleInThePast}}},
		"no language tag": {waitlist.Wish{Service: "pas", Language: "?"}, []care.Fault{{Field: "language", Rule: care.RuleLanguage}}},
	} {
		require.Equal(t, c.faults, c.wish.Check(policy(), at(0, 8, 0)), name)
	}
}

// TestWhoCalls: who put her there, who works in the service, a desk; the supervisor is told of
// what is late.
func TestWhoCalls(t *testing.T) {
	ends := at(1, 18, 0)
	call := waitlist.Call{Entry: waitlist.Entry{PutBy: "who", Wish: waitlist.Wish{Service: "pas"}}, Offer: "x", EndsAt: &ends}
	of := func(id string, role care.Role, agency string) care.Staff {
		return care.Staff{ID: id, Role: role, Agency: agency, Zone: "prova"}
	}
	for name, c := range map[string]struct {
		who         care.Staff
		early, late bool
	}{
		"who put her there": {of("who", care.SocialWorker, "sds"), true, true},
		"of the service":    {of("x", care.SocialWorker, "comune"), true, true},
		"of another":        {of("x", care.SocialWorker, "sds"), false, false},
		"at a desk":         {of("x", care.DeskOperator, "comune"), true, true},
		"the supervisor":    {of("x", care.Supervisor, "comune"), false, true},
	} {
		require.Equal(t, c.early, call.Today(c.who, policy(), at(0, 9, 0)), name)
		require.Equal(t, c.late, call.Today(c.who, policy(), ends), name)
	}
	require.True(t, waitlist.Call{}.Late(at(0, 0, 0)), "nothing was offered in time")
}
