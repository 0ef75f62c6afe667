package mediation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	. "percorso/internal/mediation"
	"percorso/internal/testclock"
)

var policy = care.Policy{
	Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}, Matters: []care.Named{{Code: "lavoro", Name: "Lavoro"}},
	Providers: []care.Provider{
		{Code: "una", Lots: []care.Lot{{Code: "asia", Hours: 10, Languages: []string{"bn", "ar-MA"}, Notice: care.Duration{N: 2, Unit: care.WorkingDays}, Unit: 30, Modes: []string{agenda.InPerson, agenda.ByPhone}, Parallel: 2}}},
		{Code: "altra", Lots: []care.Lot{{Code: "telefono", Hours: 1, Languages: []string{"bn"}, Notice: care.Duration{N: 4, Unit: care.Hours}, Unit: 15, Modes: []string{agenda.ByPhone}, Ends: "2026-11-30"}}},
	},
}

var (
	asia, phone = policy.Providers[0].Lots[0], policy.Providers[1].Lots[0]
	friday      = time.Date(2026, 11, 27, 10, 0, 0, 0, testclock.Rome)
)

func TestALotServesItsLanguagesInItsModesUntilItEnds(t *testing.T) {
	for _, test := range []struct {
		lot            care.Lot
		language, mode string
		at             time.Time
		want           bool
	}{
		{asia, "bn", agenda.InPerson, friday, true},
		{asia, "ar-MA", agenda.ByPhone, friday, true},
		{asia, "ar", agenda.InPerson, friday, true},     // is served by a variety of it
		{asia, "ar-TN", agenda.InPerson, friday, false}, // by no other
		{asia, "b", agenda.InPerson, friday, false},
		{phone, "bn", agenda.InPerson, friday, false},
		{phone, "bn", agenda.ByPhone, friday.AddDate(0, 0, 3), true}, // its last day
		{phone, "bn", agenda.ByPhone, friday.AddDate(0, 0, 4), false},
	} {
		require.Equal(t, test.want, Serves(test.lot, test.language, test.mode, test.at), "%+v", test)
	}
	require.Equal(t, []string{"ar-MA", "bn"}, Languages(policy))
}

func TestWhatIsBegunOfAUnitIsUsed(t *testing.T) {
	for minutes, want := range map[int]int{1: 30, 30: 30, 31: 60, 60: 60} {
		require.Equal(t, want, Charged(asia, minutes))
	}
	require.Equal(t, 40, Charged(care.Lot{}, 40), "of a lot that is known no more")
}

// Until when it costs nothing: working days end with the offices, and closed days count for none.
func TestUntilWhenAMediatorIsCalledOffAtNoCost(t *testing.T) {
	cal, err := calendar.New(policy)
	require.NoError(t, err)
	at := func(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, testclock.Rome) }
	require.Equal(t, time.Date(2026, 11, 25, 18, 0, 0, 0, testclock.Rome), CancelBy(cal, asia, friday))
	require.Equal(t, at(3, 18), CancelBy(cal, asia, at(7, 9)), "for a Monday, the Thursday before")
	require.Equal(t, at(4, 18), CancelBy(cal, asia, at(9, 9)), "the eighth is a holiday")
	require.Equal(t, friday.Add(-4*time.Hour), CancelBy(cal, phone, friday))

	confirmed := Request{State: Confirmed, CancelBy: at(3, 18)}
	require.Equal(t, Cancelled, confirmed.CalledOff(false, at(3, 18)))
	require.Equal(t, Late, confirmed.CalledOff(false, at(3, 19)))
	require.Equal(t, Cancelled, confirmed.CalledOff(true, at(7, 8)), "the mediator is ill")
	require.Equal(t, Cancelled, Request{State: Requested, CancelBy: at(3, 18)}.CalledOff(false, at(7, 8)), "nobody had said yes")
}

func TestNobodyIsAtTwoPlaces(t *testing.T) {
	request := Request{Provider: "una", Lot: "asia", Mediator: "Mediatrice Prova", At: friday, Until: friday.Add(time.Hour)}
	then := func(lot, mediator string, at time.Time) Taken {
		return Taken{Provider: "una", Lot: lot, Mediator: mediator, At: at, Until: at.Add(time.Hour)}
	}
	half := friday.Add(30 * time.Minute)
	for name, test := range map[string]struct {
		taken []Taken
		want  string
	}{
		"nobody":                 {nil, ""},
		"another":                {[]Taken{then("asia", "", half)}, ""},
		"she, written apart":     {[]Taken{then("asia", "MEDIATRICE  prova", half)}, RuleTwice},
		"she, of another lot":    {[]Taken{then("africa", "Mediatrice Prova", half)}, RuleTwice},
		"she, just before":       {[]Taken{then("asia", "Mediatrice Prova", friday.Add(-time.Hour))}, ""},
		"she, afterwards":        {[]Taken{then("asia", "Mediatrice Prova", friday.Add(time.Hour))}, ""},
		"all of the lot":         {[]Taken{then("asia", "", half), then("asia", "Altra Prova", friday)}, RuleParallel},
		"all of another lot":     {[]Taken{then("africa", "", half), then("africa", "", friday)}, ""},
		"all, one after another": {[]Taken{then("asia", "", friday.Add(-time.Hour)), then("asia", "", half)}, ""},
	} {
		require.Equal(t, test.want, Clash(asia, request, test.taken), name)
	}
}

// What may be done and answered follows from how it stands, and from its hour.
func TestWhatMayBeDoneAsItStands(t *testing.T) {
	before, after, later := friday.Add(-time.Hour), friday, friday.AddDate(0, 0, 7)
	for state, want := range map[State]struct {
		acts, acts2 []Act
		answers     []State
	}{
		Requested: {[]Act{Ask, Call}, []Act{Call}, []State{Confirmed, Proposed, Declined}},
		Proposed:  {[]Act{Accept, Ask, Call}, []Act{Accept, Ask, Call}, []State{Proposed, Declined}},
		Confirmed: {[]Act{Call}, []Act{Held, Call}, []State{Declined}},
		Declined:  {[]Act{Ask, Call}, []Act{Call}, nil},
		Done:      {}, Cancelled: {}, Late: {},
	} {
		r := Request{State: state, At: friday, ProposedAt: &later}
		require.Equal(t, want.acts, r.Acts(before), state)
		require.Equal(t, want.acts2, r.Acts(after), state)
		require.Equal(t, want.answers, r.Answers(before), state)
		require.Empty(t, r.Answers(after), state)
		require.Equal(t, len(want.acts) > 0, state.Open(), state)
	}
}

// Why something is not done is what is so: that it has changed meanwhile is said where it has.
func TestWhyNothingIsDoneAsItStands(t *testing.T) {
	before, after := friday.Add(-time.Hour), friday.Add(time.Hour)
	for _, test := range []struct {
		state State
		act   Act
		now   time.Time
		want  string
	}{
		{Requested, Held, before, RuleNoYes}, {Proposed, Held, after, RuleNoYes}, {Declined, Held, after, RuleNoYes}, {Confirmed, Held, before, RuleNotYet}, {Confirmed, Held, after, ""},
		{Requested, Accept, before, RuleNoOffer}, {Confirmed, Accept, before, RuleNoOffer}, {Proposed, Accept, before, ""}, {Proposed, Accept, after, RuleHourPast},
		{Requested, Ask, before, ""}, {Requested, Ask, after, RuleHourPast}, {Declined, Ask, after, RuleHourPast}, {Confirmed, Ask, before, RuleState},
		{Done, Held, after, RuleState}, {Cancelled, Accept, before, RuleState}, {Late, Ask, before, RuleState}, {Done, Call, after, RuleState},
	} {
		require.Equal(t, test.want, Request{State: test.state, At: friday, ProposedAt: &friday}.Refuses(test.act, test.now), "%s %s", test.state, test.act)
	}
}

func TestWhatIsAskedIsChecked(t *testing.T) {
	cal, err := calendar.New(policy)
	require.NoError(t, err)
	right := Form{Language: "bn", Matter: "lavoro", Place: "via di Prova, 1", Mode: agenda.InPerson, At: friday, Minutes: 60, Lot: "asia"}
	require.Empty(t, right.Check(policy, cal, testclock.Monday))
	for name, test := range map[string]struct {
		change func(*Form)
		want   care.Fault
	}{
		"no language":       {func(f *Form) { f.Language = "" }, care.Fault{Field: "language", Rule: care.RuleRequired}},
		"no place":          {func(f *Form) { f.Place = " " }, care.Fault{Field: "place", Rule: care.RuleRequired}},
		"no hour":           {func(f *Form) { f.At = time.Time{} }, care.Fault{Field: "at", Rule: care.RuleRequired}},
		"an hour that was":  {func(f *Form) { f.At = friday.AddDate(0, 0, -7) }, care.Fault{Field: "at", Rule: care.RuleInThePast}},
		"a holiday":         {func(f *Form) { f.At = time.Date(2026, 12, 25, 9, 0, 0, 0, testclock.Rome) }, care.Fault{Field: "at", Rule: care.RuleClosedDay}},
		"a Sunday":          {func(f *Form) { f.At = friday.AddDate(0, 0, 2) }, care.Fault{Field: "at", Rule: care.RuleClosedDay}},
		"in the night":      {func(f *Form) { f.At = friday.Add(-7 * time.Hour) }, care.Fault{Field: "at", Rule: agenda.OutsideHours}},
		"in the evening":    {func(f *Form) { f.At = friday.Add(10 * time.Hour) }, care.Fault{Field: "at", Rule: agenda.OutsideHours}},
		"a minute":          {func(f *Form) { f.Minutes = 1 }, care.Fault{Field: "minutes", Rule: RuleMinutes}},
		"a day":             {func(f *Form) { f.Minutes = 24 * 60 }, care.Fault{Field: "minutes", Rule: RuleMinutes}},
		"no lot":            {func(f *Form) { f.Lot = "" }, care.Fault{Field: "lot", Rule: care.RuleRequired}},
		"an unknown lot":    {func(f *Form) { f.Lot = "europa" }, care.Fault{Field: "lot", Rule: RuleLot}},
		"of another mode":   {func(f *Form) { f.Lot = "telefono" }, care.Fault{Field: "lot", Rule: RuleLot}},
		"an unknown matter": {func(f *Form) { f.Matter = "altro" }, care.Fault{Field: "matter", Rule: care.RuleUnknownCode}},
	} {
		f := right
		test.change(&f)
		require.Contains(t, f.Check(policy, cal, testclock.Monday), test.want, name)
	}
	by := right
	by.Mode, by.Place = agenda.ByPhone, ""
	require.Empty(t, by.Check(policy, cal, testclock.Monday), "on the telephone one is nowhere")

	r := Request{State: Requested, At: friday}
	require.Contains(t, Answer{What: Done}.Check(r, policy, cal, testclock.Monday), care.Fault{Field: "what", Rule: care.RuleRequired})
	require.Contains(t, Answer{What: Proposed}.Check(r, policy, cal, testclock.Monday), care.Fault{Field: "at", Rule: care.RuleRequired})
	require.Contains(t, Answer{What: Proposed, At: friday}.Check(r, policy, cal, testclock.Monday), care.Fault{Field: "at", Rule: RuleSameTime})
	require.Empty(t, Answer{What: Proposed, At: friday.Add(time.Hour)}.Check(r, policy, cal, testclock.Monday))
	require.Contains(t, Answer{What: Proposed, At: friday.AddDate(0, 0, 2)}.Check(r, policy, cal, testclock.Monday), care.Fault{Field: "at", Rule: care.RuleClosedDay})
	require.Contains(t, Answer{What: Proposed, At: friday.Add(-7 * time.Hour)}.Check(r, policy, cal, testclock.Monday), care.Fault{Field: "at", Rule: agenda.OutsideHours})
	always := policy
	always.Services = []care.Service{{Code: "prova", Sessions: []care.Session{{Days: care.Weekdays, From: "00:00", To: "24:00"}}}}
	right.At = friday.Add(-7 * time.Hour)
	require.Empty(t, right.Check(always, cal, testclock.Monday), "where people are received in the night")
}

func TestWhatIsLeftOfALot(t *testing.T) {
	all := Balances(policy, []Spent{{Lot: "asia", Used: 479, Held: 60}, {Lot: "gone", Used: 1}})
	require.Len(t, all, 2)
	require.Equal(t, 600-479-60, all[0].Left())
	require.Equal(t, 79, all[0].Percent())
	require.False(t, all[0].Low())
	all[0].Used = 480
	require.True(t, all[0].Low(), "at 80 of a hundred")
	require.Equal(t, 60, all[1].Left())
}
