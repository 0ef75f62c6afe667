package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

const equipePath = "/equipe/" + anotherID

// TestEquipePage: opinions stand side by side, dissent with its reasons, and a
// seat that was replaced is the last.
func TestEquipePage(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(equipePath)).main(t)
	seats := page.every("li", "class", "seat")
	if len(seats) != 6 || !strings.Contains(seats[5].words(), "Esperto immigrazione") {
		t.Fatalf("%d seats", len(seats))
	}
	if dissent := page.every("li", "class", "is-danger"); len(dissent) != 1 || !strings.Contains(dissent[0].words(), "Contrario") || !strings.Contains(dissent[0].words(), "prima del lavoro") {
		t.Error("the dissent is not seen")
	}
	if _, ok := page.first("a", "href", equipePath+"/verbale"); !ok || !strings.Contains(page.words(), "almeno 3 ruoli, di 2 enti") {
		t.Errorf("%s", page.words())
	}
	b.logIn(someCPI.Subject)
	page = readPage(t, b.visit(equipePath)).main(t)
	for _, link := range page.every("a") {
		if href := link.attr("href"); href == casePath || href == equipePath+"/verbale" {
			t.Errorf("a member without the case file is led to %s", href)
		}
	}
	if a := b.visit(equipePath + "/verbale"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a member who keeps no minutes: %d", a.StatusCode)
	}
}

// TestMinutes: a row for each seat that has something to say; what is wrong is
// told at its row, and nothing typed is lost, not even of who spoke meanwhile.
func TestMinutes(t *testing.T) { testclock.Each(t, takesMinutes) }

func takesMinutes(t *testing.T, now time.Time) {
	b := newPagesAt(t, now)
	b.logIn(someWorker.Subject)
	address := equipePath + "/verbale"
	form, _ := readPage(t, b.visit(address)).first("form", "action", address)
	values := filledIn(form)
	if _, asked := values["seat-2-outcome"]; asked || !values.Has("seat-6-outcome") {
		t.Errorf("the form asks for more than who has not spoken: %v", values)
	}
	values.Set("day", b.pages.day(-1))
	values.Set("text", "Verbale di prova")
	values.Set("seat-6-outcome", care.Dissenting)
	a := b.submit(address, values)
	page := readPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", a.StatusCode, page.main(t).words())
	}
	checkProblems(t, page)
	again, _ := page.first("form", "action", address)
	if kept := filledIn(again); kept.Get("text") != "Verbale di prova" || kept.Get("seat-6-outcome") != care.Dissenting || kept.Get("day") != b.pages.day(-1) {
		t.Errorf("what was typed is lost: %v", kept)
	}
	values.Set("hour", "10:00")
	values.Set("key", "altra")
	page = readPage(t, b.submit(address, values))
	checkProblems(t, page)
	if _, ok := page.first("a", "href", "#seat-6-note"); !ok {
		t.Errorf("a dissent without its reasons: %s", page.main(t).words())
	}
	values.Set("seat-6-note", "Motivo di prova")
	values.Set("seat-2-outcome", care.Favourable)
	values.Set("key", "terza")
	b.records.accept = func(ledger.NewCommand) error {
		return care.Refuse(care.Fault{Field: "votes[0].role", Rule: care.RuleSaid})
	}
	page = readPage(t, b.submit(address, values))
	checkProblems(t, page)
	if _, ok := page.first("a", "href", "#seat-2-outcome"); !ok {
		t.Errorf("who has spoken meanwhile: %s", page.main(t).words())
	}
	values.Set("key", "quarta")
	var got ledger.NewCommand
	b.records.accept = func(c ledger.NewCommand) error { got = c; return nil }
	if a := b.submit(address, values); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != equipePath {
		t.Fatalf("%d %s", a.StatusCode, readPage(t, a).main(t).words())
	}
	minutes := formIn(t, catalogue.Minutes, got)
	if got.Run != someRun || len(minutes.Votes) != 2 || minutes.Votes[0].Role != care.CPIOperator || minutes.Votes[0].Agency != "cpi" || minutes.Votes[1].Role != care.DeskOperator || minutes.Votes[1].Note != "Motivo di prova" {
		t.Errorf("%s %+v", got.Run, minutes)
	}
}

// TestDecisionsShowWhatTheyAreMadeOn: opinions, signatures and the plan come
// along with the tasks of an équipe.
func TestDecisionsShowWhatTheyAreMadeOn(t *testing.T) {
	b := newPages(t)
	for i := range b.pages.policies {
		b.pages.policies[i].FollowThrough = []string{"pas", "spac"}
	}
	b.logIn(someWorker.Subject)
	for kind, wants := range map[care.TaskKind][]string{
		care.EquipeOpinion:   {"Favorevole con condizioni", "Il caso è tornato all’équipe"},
		care.PlanSignOff:     {"Contrario", "Si aggiunge la ricerca di una casa.", "La persona sarà inviata a questo ente"},
		care.QuorumDecision:  {"Hanno firmato: assistente sociale.", "Non sono d’accordo: esperto in politiche attive del lavoro.", "Non hanno firmato in tempo:"},
		care.Evaluation:      {"Il tirocinio va bene, il contratto non c’è ancora.", "In vigore"},
		care.TransferAnswer:  {"Pakistan", "La persona si trasferisce per lavoro", "Il progetto, in vigore nell’altra zona", "Base giuridica"},
		care.ClosureApproval: {"Chiusura del fascicolo: Fascicolo chiuso (Bisogni soddisfatti)", "Il percorso è concluso.", someCPI.Name},
		care.NextService:     {"prosegue con: Punto SPAC"},
	} {
		b.hold(kind)
		b.pages.task.Run = someRun
		if kind == care.NextService {
			b.pages.task.Service = "pas"
		}
		text := strings.ToLower(readPage(t, b.visit("/compiti/"+someID)).main(t).words())
		for _, want := range wants {
			if !strings.Contains(text, strings.ToLower(want)) {
				t.Errorf("%s does not say %q: %s", kind, want, text)
			}
		}
	}
	b.hold(care.TransferAnswer)
	if _, ok := readPage(t, b.visit("/compiti/"+someID)).main(t).first("a", "href", casePath); ok {
		t.Error("another zone's case file is offered")
	}
}

// TestSuspendedTasksComeLast, marked as what they are.
func TestSuspendedTasksComeLast(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.pages.task.Suspended, b.pages.task.Due = true, nil
	items := readPage(t, b.visit("/compiti")).every("li", "class", "work")
	section := readPage(t, b.visit("/compiti")).every("section")[0].every("li", "class", "work")
	if len(items) < 3 || len(section) < 2 || !strings.Contains(section[len(section)-1].words(), "Caso sospeso") || strings.Contains(section[0].words(), "Caso sospeso") {
		t.Errorf("%d: %s", len(section), section[len(section)-1].words())
	}
}

func withValues(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}
