package plan_test

import (
	"net/http"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
)

// TestAMeetingIsPlannedOnItsPage: all who sit are proposed, what is missing is told at its
// field and nothing typed is lost.
func TestAMeetingIsPlannedOnItsPage(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	if _, offered := apitest.ReadPage(t, b.Visit(equipePath)).First("a", "href", equipePath+"/riunione"); !offered {
		t.Error("the page of the équipe does not offer it")
	}
	address := equipePath + "/riunione"
	form, _ := apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	values := apitest.FilledIn(form)
	invited := 0
	for name := range values {
		if strings.HasPrefix(name, "invited-") {
			invited++
		}
	}
	if invited == 0 || values.Get("how") != gathering.InPerson {
		t.Fatalf("it begins with %v", values)
	}
	values.Set("note", "Nota di prova")
	a := b.Submit(address, values)
	page := apitest.ReadPage(t, a)
	apitest.CheckProblems(t, page)
	if _, told := page.First("a", "href", "#place"); !told || a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.Main(t).Words(), "Nota di prova") {
		t.Errorf("%d %s", a.StatusCode, page.Main(t).Words())
	}
	var sent gathering.MeetingPlan
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) {
		sent = apitest.FormIn(t, catalogue.PlanMeeting, c)
		return nil, nil
	}
	values.Set("place", "Sala di prova")
	values.Set("day", b.Pages.Day(7))
	values.Set("hour", "10:00")
	if a := b.Submit(address, values); a.StatusCode != http.StatusSeeOther || len(sent.Invited) != invited || sent.Place != "Sala di prova" || sent.At.IsZero() {
		t.Errorf("%d %+v %s", a.StatusCode, sent, apitest.ReadPage(t, a).Main(t).Words())
	}
	// The one that is planned is moved for a reason, or called off.
	b.Pages.Planned = []gathering.Planned{{ID: apitest.SomeID, Run: apitest.SomeRun, At: sent.At, How: gathering.InPerson, Place: "Sala di prova", Invited: sent.Invited}}
	form, _ = apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	values = apitest.FilledIn(form)
	values.Set("called_off", "1")
	values.Set("why", "Prova: non serve più")
	if a := b.Submit(address, values); a.StatusCode != http.StatusSeeOther || !sent.CalledOff || sent.Seen != apitest.SomeID || sent.Why != "Prova: non serve più" || sent.Invited != nil {
		t.Errorf("%d %+v %s", a.StatusCode, sent, apitest.ReadPage(t, a).Main(t).Words())
	}
	b.LogIn(apitest.SomeCPI.Subject)
	if a := b.Visit(address); a.StatusCode != http.StatusForbidden {
		t.Errorf("a member who plans none: %d", a.StatusCode)
	}
}
