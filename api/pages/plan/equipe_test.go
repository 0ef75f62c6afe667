package plan_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

const equipePath = "/equipe/" + apitest.AnotherID

// TestEquipePage: opinions stand side by side, dissent with its reasons, and a
// seat that was replaced is the last.
func TestEquipePage(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(equipePath)).Main(t)
	seats := page.Every("li", "class", "seat")
	if len(seats) != 6 || !strings.Contains(seats[5].Words(), "Esperto immigrazione") {
		t.Fatalf("%d seats", len(seats))
	}
	if dissent := page.Every("li", "class", "is-danger"); len(dissent) != 1 || !strings.Contains(dissent[0].Words(), "Contrario") || !strings.Contains(dissent[0].Words(), "prima del lavoro") {
		t.Error("the dissent is not seen")
	}
	if !strings.Contains(page.Words(), "Scritto per l’équipe Valutazione") || !strings.Contains(page.Words(), "Nota di prova") {
		t.Error("what was written for the équipe is not read")
	}
	if _, ok := page.First("a", "href", equipePath+"/verbale"); !ok || !strings.Contains(page.Words(), "almeno 3 ruoli, di 2 enti") {
		t.Errorf("%s", page.Words())
	}
	b.LogIn(apitest.SomeCPI.Subject)
	page = apitest.ReadPage(t, b.Visit(equipePath)).Main(t)
	for _, link := range page.Every("a") {
		if href := link.Attribute("href"); href == apitest.CasePath || href == equipePath+"/verbale" {
			t.Errorf("a member without the case file is led to %s", href)
		}
	}
	if a := b.Visit(equipePath + "/verbale"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a member who keeps no minutes: %d", a.StatusCode)
	}
}

// TestMinutes: a row for each seat that has something to say; what is wrong is
// told at its row, and nothing typed is lost, not even of who spoke meanwhile.
func TestMinutes(t *testing.T) { testclock.Each(t, takesMinutes) }

func takesMinutes(t *testing.T, now time.Time) {
	b := apitest.NewPagesAt(t, now)
	b.LogIn(apitest.SomeWorker.Subject)
	address := equipePath + "/verbale"
	form, _ := apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	values := apitest.FilledIn(form)
	if _, asked := values["seat-2-outcome"]; asked || !values.Has("seat-6-outcome") {
		t.Errorf("the form asks for more than who has not spoken: %v", values)
	}
	values.Set("day", b.Pages.Day(-1))
	values.Set("text", "Verbale di prova")
	values.Set("seat-6-outcome", care.Dissenting)
	a := b.Submit(address, values)
	page := apitest.ReadPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", a.StatusCode, page.Main(t).Words())
	}
	apitest.CheckProblems(t, page)
	again, _ := page.First("form", "action", address)
	if kept := apitest.FilledIn(again); kept.Get("text") != "Verbale di prova" || kept.Get("seat-6-outcome") != care.Dissenting || kept.Get("day") != b.Pages.Day(-1) {
		t.Errorf("what was typed is lost: %v", kept)
	}
	values.Set("hour", "10:00")
	values.Set("key", "altra")
	page = apitest.ReadPage(t, b.Submit(address, values))
	apitest.CheckProblems(t, page)
	if _, ok := page.First("a", "href", "#seat-6-note"); !ok {
		t.Errorf("a dissent without its reasons: %s", page.Main(t).Words())
	}
	values.Set("seat-6-note", "Motivo di prova")
	values.Set("seat-2-outcome", care.Favourable)
	values.Set("key", "terza")
	b.Records.OnAccept = func(ledger.NewCommand) error {
		return care.Refuse(care.Fault{Field: "votes[0].role", Rule: care.RuleSaid})
	}
	page = apitest.ReadPage(t, b.Submit(address, values))
	apitest.CheckProblems(t, page)
	if _, ok := page.First("a", "href", "#seat-2-outcome"); !ok {
		t.Errorf("who has spoken meanwhile: %s", page.Main(t).Words())
	}
	values.Set("key", "quarta")
	var got ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return nil }
	if a := b.Submit(address, values); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != equipePath {
		t.Fatalf("%d %s", a.StatusCode, apitest.ReadPage(t, a).Main(t).Words())
	}
	minutes := apitest.FormIn(t, catalogue.Minutes, got)
	if got.Run != apitest.SomeRun || len(minutes.Votes) != 2 || minutes.Votes[0].Role != care.CPIOperator || minutes.Votes[0].Agency != "cpi" || minutes.Votes[1].Role != care.DeskOperator || minutes.Votes[1].Note != "Motivo di prova" {
		t.Errorf("%s %+v", got.Run, minutes)
	}
}

// TestDecisionsShowWhatTheyAreMadeOn: opinions, signatures and the plan come
// along with the tasks of an équipe.
func TestDecisionsShowWhatTheyAreMadeOn(t *testing.T) {
	b := apitest.NewPages(t)
	for i := range b.Pages.ZonePolicies {
		b.Pages.ZonePolicies[i].FollowThrough = []string{"pas", "spac"}
	}
	b.LogIn(apitest.SomeWorker.Subject)
	for kind, wants := range map[care.TaskKind][]string{
		care.EquipeOpinion:   {"Favorevole con condizioni", "Si è tornati all’équipe"},
		care.PlanSignOff:     {"Contrario", "Si aggiunge la ricerca di una casa.", "La persona sarà inviata a questo ente"},
		care.QuorumDecision:  {"Hanno firmato: assistente sociale.", "Non sono d’accordo: esperto in politiche attive del lavoro.", "Non hanno firmato in tempo:"},
		care.Evaluation:      {"Il tirocinio va bene, il contratto non c’è ancora.", "In vigore"},
		care.TransferAnswer:  {"Pakistan", "La persona si trasferisce per lavoro", "Il progetto, in vigore nell’altra zona", "Base giuridica"},
		care.ClosureApproval: {"Chiusura del fascicolo: Fascicolo chiuso (Bisogni soddisfatti)", "Il percorso è concluso.", apitest.SomeCPI.Name},
		care.NextService:     {"prosegue con: Punto SPAC"},
	} {
		b.Hold(kind)
		b.Pages.OneTask.Run = apitest.SomeRun
		if kind == care.NextService {
			b.Pages.OneTask.Service = "spac"
		}
		text := strings.ToLower(apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t).Words())
		for _, want := range wants {
			if !strings.Contains(text, strings.ToLower(want)) {
				t.Errorf("%s does not say %q: %s", kind, want, text)
			}
		}
	}
	b.Hold(care.TransferAnswer)
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t).First("a", "href", apitest.CasePath); ok {
		t.Error("another zone's case file is offered")
	}
}

// minuted is an équipe of which minutes say what was said from the seat of a task.
type minuted struct{ *apitest.PageRecords }

func (m minuted) Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error) {
	e, err := m.PageRecords.Equipe(ctx, s, run)
	for i := range e.Seats {
		seat := &e.Seats[i]
		seat.Reported = true
		seat.Opinion, seat.OpinionNote, seat.Signature, seat.SignatureNote = care.WithConditions, "Detto in riunione.", care.Dissenting, "Contrario in riunione."
	}
	return e, err
}

// TestASeatConfirmsWhatMinutesSay: its form begins with what was reported, so that it is
// confirmed by one click, and can be corrected.
func TestASeatConfirmsWhatMinutesSay(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(minuted{b.Pages})
	b.LogIn(apitest.SomeWorker.Subject)
	b.Pages.OneTask.Role, b.Pages.OneTask.Agency, b.Pages.OneTask.Run = care.SocialWorker, "comune", apitest.SomeRun
	for kind, want := range map[care.TaskKind][3]string{
		care.EquipeOpinion: {care.WithConditions, "Detto in riunione.", "Nel verbale della riunione risulta: Parere favorevole con condizioni"},
		care.PlanSignOff:   {care.Dissenting, "Contrario in riunione.", "Nel verbale della riunione risulta: Dissenso sul progetto"},
	} {
		b.Hold(kind)
		address := "/compiti/" + apitest.SomeID
		page := apitest.ReadPage(t, b.Visit(address)).Main(t)
		form, _ := page.First("form", "action", address+"/completa")
		if sent := apitest.FilledIn(form); sent.Get("outcome") != want[0] || sent.Get("note") != want[1] {
			t.Errorf("%s begins with %v", kind, sent)
		}
		if !strings.Contains(page.Words(), want[2]) || !strings.Contains(page.Words(), "oppure correggi") {
			t.Errorf("%s: %s", kind, page.Words())
		}
	}
	b.Pages.OneTask.Agency = "cpi" // somebody else's seat
	b.Hold(care.EquipeOpinion)
	if page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t); strings.Contains(page.Words(), "Nel verbale della riunione risulta") {
		t.Error(page.Words())
	}
}

// TestSuspendedTasksStandApart: they are due at no time.
func TestSuspendedTasksStandApart(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Pages.OneTask.Suspended, b.Pages.OneTask.Due = true, nil
	titles := 0
	for _, group := range apitest.ReadPage(t, b.Visit("/compiti")).Every("tbody") {
		if strings.HasPrefix(group.Words(), "Senza scadenza") {
			titles++
		}
	}
	if titles != 1 {
		t.Errorf("%d groups of what has no term", titles)
	}
}
