package takeover_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/internal/takeover"
)

func TestWhatBeginsATakeOver(t *testing.T) {
	accepted := ledger.Effects{Referrals: []ledger.ReferralChange{{State: care.ReferralAccepted}}}
	plan := func(s care.PlanState) ledger.Effects { return ledger.Effects{Plan: &ledger.PlanChange{State: s}} }
	for _, c := range []struct {
		kind    care.RunKind
		effects ledger.Effects
		want    takeover.With
	}{
		{care.RunEquipe, plan(care.PlanAgreed), takeover.Plan},
		{care.RunEquipe, plan(care.PlanSignedOff), ""},
		{care.RunPlacement, accepted, takeover.Placement},
		{care.RunReferral, accepted, ""},
		{care.RunPlacement, ledger.Effects{Referrals: []ledger.ReferralChange{{State: care.ReferralReceived}}}, ""},
		{care.RunPlacement, ledger.Effects{}, ""},
	} {
		require.Equal(t, c.want, takeover.Begins(c.kind, c.effects), "%s %+v", c.kind, c.effects)
	}
}

// What the gate was answered is kept in codes; that no permit was shown, or an old one,
// is not.
func TestWhatIsKeptOfTheDay(t *testing.T) {
	on := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	day := func(years int) time.Time { return on.AddDate(-years, 0, 0) }
	past, later := on.AddDate(0, 0, -1), on.AddDate(1, 0, 0)
	labour := []care.NeedArea{{Code: "labour", Difficulty: "labour"}, {Code: "school"}}
	good := eligibility.PersonFacts{BirthDate: day(30), Citizenship: "PK", Permit: "work", PermitExpiry: &later, Needs: labour}
	want := takeover.Record{On: "2026-11-26", With: takeover.Plan, Gate: "open", Age: "adult", Citizenship: "third_country", Permit: "valid", Needs: []string{"labour"}}
	require.Equal(t, want, takeover.Of(takeover.Plan, good, on))

	for name, c := range map[string]struct {
		change func(*eligibility.PersonFacts)
		want   func(*takeover.Record)
	}{
		"an old permit": {func(f *eligibility.PersonFacts) { f.PermitExpiry = &past }, func(r *takeover.Record) { r.Gate, r.Permit = "shut", "" }},
		"none shown":    {func(f *eligibility.PersonFacts) { f.Permit = "" }, func(r *takeover.Record) { r.Gate, r.Permit = "shut", "" }},
		"a receipt": {func(f *eligibility.PersonFacts) {
			f.Permit, f.PermitExpiry, f.RenewalAsked = care.PermitRequested, nil, true
		}, func(r *takeover.Record) { r.Permit = "requested" }},
		"under 16": {func(f *eligibility.PersonFacts) { f.BirthDate = day(16).AddDate(0, 0, 1) }, func(r *takeover.Record) { r.Gate, r.Age = "shut", "under" }},
		"16 today": {func(f *eligibility.PersonFacts) { f.BirthDate = day(16) }, func(r *takeover.Record) { r.Age = "minor" }},
		"65":       {func(f *eligibility.PersonFacts) { f.BirthDate = day(66).AddDate(0, 0, 1) }, func(*takeover.Record) {}},
		"66 today": {func(f *eligibility.PersonFacts) { f.BirthDate = day(66) }, func(r *takeover.Record) { r.Gate, r.Age = "shut", "over" }},
		"65 or 66 by the year": {func(f *eligibility.PersonFacts) {
			f.BirthDate, f.YearOnly = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), true
		}, func(r *takeover.Record) { r.Gate, r.Age = "shut", "unknown" }},
		"an adult by the year": {func(f *eligibility.PersonFacts) {
			f.BirthDate, f.YearOnly = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), true
		}, func(*takeover.Record) {}},
		"of no known day": {func(f *eligibility.PersonFacts) { f.BirthDate = time.Time{} }, func(r *takeover.Record) { r.Gate, r.Age = "shut", "unknown" }},
		"of the EU":       {func(f *eligibility.PersonFacts) { f.Citizenship = "RO" }, func(r *takeover.Record) { r.Gate, r.Citizenship = "shut", "other" }},
		"no such need":    {func(f *eligibility.PersonFacts) { f.Needs = labour[1:] }, func(r *takeover.Record) { r.Gate, r.Needs = "shut", []string{} }},
	} {
		facts, expected := good, want
		c.change(&facts)
		c.want(&expected)
		require.Equal(t, expected, takeover.Of(takeover.Plan, facts, on), name)
	}
}

func TestHowSomebodyWasTold(t *testing.T) {
	require.Equal(t, []care.Fault{{Field: "how", Rule: care.RuleReason}}, takeover.Telling{}.Check())
	require.Empty(t, takeover.Telling{How: "phone", Mediator: true}.Check())
}
