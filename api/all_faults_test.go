package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestAllThatIsWrongIsToldAtOnce: what cannot be read and what is missing come back in
// one round, each at its field, and a field that cannot be read is not also missing.
func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.PlanDraft)
	for _, form := range []struct {
		address string
		sent    url.Values
		want    []string
	}{
		{"/sportello/fascicolo", apitest.WithValues("birth_date", "31/2/1990"),
			[]string{"birth_date", "channel", "given_name", "notice_given", "notice_language", "topic"}},
		{"/sportello/fascicolo", apitest.WithValues("birth_date", "31/2/1990", "given_name", "\x01"),
			[]string{"birth_date", "channel", "given_name", "notice_given", "notice_language", "topic"}},
		{"/fascicoli/" + apitest.AnotherID + "/sospendi", apitest.WithValues("until", "mai"), []string{"reason", "until"}},
		{"/fascicoli/" + apitest.AnotherID + "/sospendi", apitest.WithValues("until-day", "3", "until-month", "", "until-year", "2027"), []string{"reason", "until-month"}},
		{"/equipe/" + apitest.AnotherID + "/verbale", apitest.WithValues("day", "mai", "hour", "10:00"), []string{"day", "seat-6-outcome", "text"}},
		{"/compiti/" + apitest.SomeID + "/completa", apitest.WithValues("outcome", care.Proposed, "proposed-plan-goals", "1", "proposed-plan-actions", "1",
			"proposed-plan-goal-0-area", "housing", "proposed-plan-action-0-until", "mai"),
			[]string{"proposed-plan-action-0-agency", "proposed-plan-action-0-goal", "proposed-plan-action-0-text", "proposed-plan-action-0-until", "proposed-plan-goal-0-text"}},
	} {
		before := b.SentCommands()
		page := b.Send(t, form.address, form.sent)
		told := page.Problems()
		if got := slices.Sorted(maps.Keys(told)); page.StatusCode != http.StatusUnprocessableEntity || !slices.Equal(got, form.want) || b.SentCommands() != before {
			t.Errorf("%s: %d %v, want %v", form.address, page.StatusCode, told, form.want)
		}
	}
}
