package desk_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/fiscal"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/privacy"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

func TestDeskSaysWhetherItIsOpenAndWhoIsThere(t *testing.T) {
	b := apitest.NewPages(t)
	for _, at := range []struct {
		when string
		want []string
	}{
		{"2026-11-23 09:30", []string{"Aperto ora, fino alle 13.00", "Accesso libero: 9.00–13.00 e 15.00–17.00", "urdu (fino alle 13.00)", "Presenti durante l’apertura operatore di sportello, assistente sociale", "italiano, cinese"}},
		{"2026-11-23 15:30", []string{"Aperto ora, fino alle 17.00", "nessuno in questo momento"}},
		{"2026-11-24 13:00", []string{"Chiuso ora", "Prossima apertura: giovedì 26 novembre alle 9.00."}},
		{"2026-11-25 10:00", []string{"Oggi non c’è accesso libero.", "Prossima apertura: domani alle 9.00."}},
		{"2026-12-25 10:00", []string{"Oggi gli uffici sono chiusi.", "Prossima apertura: lunedì 28 dicembre alle 9.00."}},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", at.when, italian.Rome)
		if err != nil {
			t.Fatal(err)
		}
		b.At(now)
		b.LogIn(apitest.SomeWorker.Subject) // the session of another day has ended
		page := b.Open(t, "/sportello")
		for _, want := range at.want {
			if !strings.Contains(page.Words(), want) {
				t.Errorf("%s: no %q in %s", at.when, want, page.Words())
			}
		}
	}
}

func TestDeskIsForThoseWhoReceive(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	for _, path := range []string{"/sportello", "/sportello/accesso", "/sportello/fascicolo", "/accessi"} {
		if page := b.Open(t, path); page.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, page.StatusCode)
		}
	}
}

// someOpening is a form that is in order.
func someOpening() url.Values {
	return url.Values{
		"key": {"chiave"}, "given_name": {" Persona "}, "family_name": {"Prova 0009"}, "birth_date": {"1992-05-01"}, "citizenship": {"PK"},
		"permit": {"work"}, "permit_expiry": {"2030-01-31"}, "languages": {"ur", "it"}, "other_language": {"wo"}, "phone": {"000 0000009"}, "phone-whose": {"relative"}, "phone-call": {"yes"}, "phone-message": {"no"}, "phone-hours": {"dopo le 18"}, "fiscal_code": {"PRVPSN92E01Z236U"},
		"needs": {"labour", "housing"}, "topic": {"labour"}, "channel": {"phone"}, "notice_given": {"read_aloud"}, "notice_language": {"ur"}, "note": {"Testo di prova"},
	}
}

func TestOpenACase(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	var sent ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { sent = c; return nil }
	page := b.Send(t, "/sportello/fascicolo", someOpening())
	if to := page.Header.Get("Location"); page.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/fascicoli/0190") {
		t.Fatalf("%d %s %s", page.StatusCode, to, page.Text)
	}
	form := apitest.FormIn(t, catalogue.Open, sent)
	p := form.Person
	if p.GivenName != "Persona" || !p.BirthDate.Equal(time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC)) || p.PermitExpiry == nil || p.FiscalCode != "PRVPSN92E01Z236U" ||
		strings.Join(p.Languages, " ") != "ur it wo" || strings.Join(form.Needs, " ") != "labour housing" || !form.NoticeGiven || form.Way != privacy.ReadAloud || form.Language != "ur" || form.Note != "Testo di prova" {
		t.Errorf("%+v", form)
	}
	if want := (reach.Way{Kind: "phone", Value: "000 0000009", Whose: "relative", Call: "yes", Message: "no", Hours: "dopo le 18"}); len(p.Contacts) != 1 || p.Contacts[0] != want {
		t.Errorf("%+v", p.Contacts)
	}
	if flash := b.Open(t, "/sportello"); !strings.Contains(flash.Words(), "Il fascicolo è aperto. Il prossimo passo è") {
		t.Errorf("no word of it: %s", flash.Words())
	}
	year := someOpening()
	year.Set("key", "altra-chiave")
	year.Set("birth_date", "1992")
	b.Send(t, "/sportello/fascicolo", year)
	if p := apitest.FormIn(t, catalogue.Open, sent).Person; !p.YearOnly || !p.BirthDate.Equal(time.Date(1992, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a year alone: %+v", p)
	}
}

func TestOpeningComesBackAsItWasTyped(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	form := someOpening()
	form.Set("given_name", "") // of the two names one is enough
	form.Set("family_name", "")
	form.Set("birth_date", "31/2/1992")
	form.Del("notice_given")
	page := b.Send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || len(b.Records.Commands) != 0 {
		t.Fatalf("%d", page.StatusCode)
	}
	faults := page.Problems()
	for field, want := range map[string]string{"given_name": "Nome: ", "birth_date": "Data di nascita: ", "notice_given": "Informativa sulla privacy: "} {
		if !strings.HasPrefix(faults[field], want) {
			t.Errorf("%s: %v", field, faults)
		}
	}
	if len(faults) != 3 {
		t.Errorf("more is wrong than is: %v", faults)
	}
	for field, typed := range form {
		if got := page.Filled(field); field != "key" && !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(typed))) {
			t.Errorf("%s came back as %v", field, got)
		}
	}
	if strings.Contains(page.Words(), "Registra un accesso") {
		t.Error("a contact is offered where a case may be opened")
	}
}

// A codice fiscale that is mistyped, or that is not of who was born that day, is told
// apart, and comes back as it was typed.
func TestAFiscalCodeThatIsWrong(t *testing.T) {
	for typed, rule := range map[string]string{"PRVPSN92E01Z236X": fiscal.RuleCheck, "PRVPSN90E12Z236Y": fiscal.RuleBorn, "Prova": fiscal.RuleShape} {
		b := apitest.NewPages(t)
		b.LogIn(apitest.SomeWorker.Subject)
		form := someOpening()
		form.Set("fiscal_code", typed)
		page := b.Send(t, "/sportello/fascicolo", form)
		if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["fiscal_code"] != "Codice fiscale: "+italian.Rule(rule) || page.Filled("fiscal_code")[0] != typed {
			t.Errorf("%s: %d %v", typed, page.StatusCode, page.Problems())
		}
	}
}

// What may be done with a number needs one; of who cannot be reached safely none is asked for.
func TestHowSomebodyIsReached(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	form := someOpening()
	form.Set("phone", "")
	page := b.Send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["phone"] != "Numero o indirizzo: Scrivi il numero o l’indirizzo." || page.Filled("phone-hours")[0] != "dopo le 18" {
		t.Errorf("%d %v", page.StatusCode, page.Problems())
	}
	var sent ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { sent = c; return nil }
	for _, field := range []string{"phone-whose", "phone-call", "phone-message", "phone-hours"} {
		form.Del(field)
	}
	form.Set("no_safe_contact", "yes")
	if page = b.Send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther || !apitest.FormIn(t, catalogue.Open, sent).Person.NoSafeContact {
		t.Errorf("%d %s", page.StatusCode, page.Words())
	}
}

func TestItalianCitizensAreOfferedAContact(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	form := someOpening()
	form.Set("citizenship", "IT")
	page := b.Send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.Problems()["citizenship"], italian.Rule(eligibility.RuleLevel1Foreign)) {
		t.Fatalf("%d %v", page.StatusCode, page.Problems())
	}
	buttons := page.All("button")
	i := slices.IndexFunc(buttons, func(n *html.Node) bool { return apitest.Attribute(n, "formaction") != "" })
	if i < 0 {
		t.Fatal("no contact is offered")
	}
	contact := b.Send(t, apitest.Attribute(buttons[i], "formaction"), form)
	for field, want := range map[string]string{"citizenship": "IT", "topic": "labour", "channel": "phone", "language": "ur", "outcome": "information", "note": ""} {
		if got := strings.Join(contact.Filled(field), " "); got != want {
			t.Errorf("%s is %q", field, got)
		}
	}
	if strings.Contains(contact.Text, "Prova 0009") || len(b.Records.Commands) != 0 {
		t.Error("a contact names nobody, and is not recorded yet")
	}
}

func TestRecordAContact(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	form := url.Values{"key": {"uno"}, "topic": {"school"}, "channel": {"in_person"}, "language": {"it"}, "outcome": {"consultation"}, "note": {"Testo di prova"}}
	page := b.Send(t, "/sportello/accesso", form)
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["citizenship"] == "" || strings.Join(page.Filled("note"), "") != "Testo di prova" {
		t.Fatalf("%d %v", page.StatusCode, page.Problems())
	}
	form.Set("outcome", "information")
	for range 2 { // a double click
		page = b.Send(t, "/sportello/accesso", form)
		if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/sportello" {
			t.Fatalf("%d %s", page.StatusCode, page.Text)
		}
	}
	if len(b.Records.Commands) != 1 {
		t.Errorf("%d contacts", len(b.Records.Commands))
	}
	form.Set("note", "Altro")
	if page = b.Send(t, "/sportello/accesso", form); page.StatusCode != http.StatusConflict {
		t.Errorf("the same key with another body: %d", page.StatusCode)
	}
}

func TestContactsAreListedByDay(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/accessi")
	if page.StatusCode != http.StatusOK || len(page.All("h2")) == 0 || !strings.Contains(page.Words(), "Lavoro") {
		t.Errorf("%d %s", page.StatusCode, page.Words())
	}
}

func TestEligibilityOnAPage(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.At(time.Date(2026, 11, 23, 10, 0, 0, 0, italian.Rome))
	page := b.Send(t, "/verifica-requisiti", url.Values{
		"birth_date": {"2010-12-15"}, "citizenship": {"PK"}, "permit": {"family"}, "needs": {"labour"},
	})
	text := page.Words()
	for _, want := range []string{"Informazioni Sì", "(primo livello) Sì", "(secondo livello) Sì", "Presa in carico integrata No", italian.Rule(eligibility.RuleTakeOverAgeMin), "dal 15 dicembre 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Join(page.Filled("birth_date"), "") != "2010-12-15" || len(b.Records.Commands) != 0 {
		t.Error("what was asked is gone, or stored")
	}
	page = b.Send(t, "/verifica-requisiti", url.Values{"birth_date": {"2018-05-05"}, "citizenship": {"CN"}})
	for _, want := range []string{"(secondo livello) Solo per 1 materia, vedi sotto", "Inserimento scolastico Sì", "Rinnovo del permesso di soggiorno No " + italian.Rule(eligibility.RuleLevel2Permit)} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	page = b.Send(t, "/verifica-requisiti", url.Values{"birth_date": {"2010"}, "citizenship": {"PK"}, "permit": {"family"}, "needs": {"labour"}})
	if !strings.Contains(page.Words(), italian.Rule(eligibility.RuleTakeOverBirthDay)) || strings.Join(page.Filled("birth_date"), "") != "//2010" {
		t.Errorf("a year alone: %v, %s", page.Filled("birth_date"), page.Words())
	}
	page = b.Send(t, "/verifica-requisiti", url.Values{"birth_date": {"2030-01-01"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["birth_date"] == "" {
		t.Errorf("%d %v", page.StatusCode, page.Problems())
	}
}

// TestPersonWithAnOpenFile: the desk is told before a second one is opened, and
// goes on where it is somebody else; nothing typed is lost.
func TestPersonWithAnOpenFile(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Records.Same = b.Pages.SomeFiles()[:1]
	form := someOpening()
	page := b.Send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusConflict || len(b.Records.Commands) != 0 || !strings.Contains(page.Words(), "È la stessa persona: apri il fascicolo n. PO-2026-00012") {
		t.Fatalf("%d %s", page.StatusCode, page.Words())
	}
	for field, typed := range form {
		got := slices.Sorted(slices.Values(page.Filled(field)))
		want := slices.Sorted(slices.Values(typed))
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		if field != "key" && field != "other_language" && field != "languages" && !slices.Equal(got, want) {
			t.Errorf("%s came back as %v", field, got)
		}
	}
	b.Records.Same[0].Like = &names.Likeness{Code: true, Born: names.SwappedBirth}
	if page = b.Send(t, "/sportello/fascicolo", form); !strings.Contains(page.Words(), "Stesso codice fiscale, altri nomi, giorno e mese di nascita scambiati") {
		t.Errorf("%s", page.Words())
	}
	b.Records.Same[0].Like = &names.Likeness{Names: names.LikeNames, Born: names.SwappedBirth}
	closed := b.Records.Same[0].Opened.AddDate(0, 1, 0)
	b.Records.Same[0].Closed, b.Records.Same[0].Outcome = &closed, "withdrew"
	page = b.Send(t, "/sportello/fascicolo", form)
	for _, said := range []string{"Nomi simili, giorno e mese di nascita scambiati", "vai al fascicolo n. PO-2026-00012 e riaprilo"} {
		if !strings.Contains(page.Words(), said) {
			t.Errorf("not said: %s", said)
		}
	}
	b.Records.Same[0].Outcome = "deceased"
	if page = b.Send(t, "/sportello/fascicolo", form); !strings.Contains(page.Words(), "guarda il fascicolo n. PO-2026-00012") {
		t.Errorf("%s", page.Words())
	}
	form.Set("another_person", "1")
	if page = b.Send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther || len(b.Records.Commands) != 1 {
		t.Fatalf("%d %s", page.StatusCode, page.Words())
	}
	form.Del("another_person") // the same form, sent before the warning came
	if page = b.Send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther || len(b.Records.Commands) != 1 {
		t.Errorf("the same form sent twice: %d", page.StatusCode)
	}
}

// inTalk are records of a case that has just been opened at the desk.
type inTalk struct{ *apitest.PageRecords }

func (r inTalk) Tasks(context.Context, care.Staff, ledger.TaskFilter, ledger.Paging) (page ledger.Page[ledger.Task], err error) {
	for i, kind := range []care.TaskKind{care.FirstListening, care.Orientation} {
		task := r.OneTask
		task.ID, task.Kind, task.State, task.HolderID = []string{apitest.SomeID, apitest.AnotherID}[i], kind, care.TaskReady, ""
		task.Role, task.Agency = apitest.SomeDesk.Role, apitest.SomeDesk.Agency
		page.Items = append(page.Items, task)
	}
	return page, nil
}

func (r inTalk) Task(ctx context.Context, who care.Staff, id string) (ledger.Task, error) {
	tasks, err := r.Tasks(ctx, who, ledger.TaskFilter{}, ledger.Paging{})
	return tasks.Items[slices.IndexFunc(tasks.Items, func(t ledger.Task) bool { return t.ID == id })], err
}

// TestOneConversation: the desk opens the file, writes what it heard and gives an
// appointment on one page; what is wrong with any of it is said before anything is done.
func TestOneConversation(t *testing.T) {
	b := apitest.NewPages(t)
	b.Records.People[apitest.SomeDesk.Subject] = apitest.SomeDesk
	b.Serve(inTalk{b.Pages})
	notes, interpreted := map[string]string{}, map[string]string{}
	b.Records.OnAccept = func(c ledger.NewCommand) error {
		if c.Operation == care.OpComplete {
			form := apitest.FormIn(t, catalogue.Complete, c)
			notes[form.Outcome], interpreted[form.Outcome] = form.Note, form.Interpreted
		}
		return nil
	}
	b.LogIn(apitest.SomeDesk.Subject)
	if page := b.Open(t, "/sportello/fascicolo"); !strings.Contains(page.Words(), "Che cosa hai ascoltato") || len(page.Filled("cerca")) == 0 {
		t.Errorf("%s", page.Words())
	}
	form := someOpening()
	form.Set("listening", "Testo di prova")
	form.Set("suggested", "Proposta di prova")
	form.Set("interpreted", speech.Minor)
	if page := b.Send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.Words(), "Un bambino o un ragazzo non fa mai da interprete") {
		t.Errorf("%d %v", page.StatusCode, page.Problems())
	}
	form.Set("interpreted", speech.Relative)
	form.Set("service", "uoc_immigrazione/")
	page := b.Send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || len(b.Records.Commands) != 0 || !slices.Contains(page.Filled("listening"), "Testo di prova") {
		t.Fatalf("without an hour: %d, %d commands, %v", page.StatusCode, len(b.Records.Commands), page.Problems())
	}
	slots, err := b.Pages.Offers(t.Context(), apitest.SomeDesk, "uoc_immigrazione", b.Now, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(slots) > 0 {
		form.Set("offer", "uoc_immigrazione "+slots[0].At.Format(time.RFC3339))
	} else {
		form.Set("day", b.Now.AddDate(0, 0, 7).Format(time.DateOnly))
		form.Set("hour", "10:00")
	}
	if page = b.Send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %v", page.StatusCode, page.Problems())
	}
	if link, found := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.AnotherID)).First("a", "href", page.Header.Get("Location")+"/foglio"); !found || link.Words() != "Stampa il foglietto" {
		t.Error("nothing leads to the sheet of the appointment")
	}
	if _, again := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.AnotherID)).First("a", "href", page.Header.Get("Location")+"/foglio"); again {
		t.Error("it is told twice")
	}
	var done []string
	for _, c := range b.Records.Commands {
		done = append(done, string(c.Operation))
	}
	if listened := notes[care.Heard]; listened != "Testo di prova\n\nProposto: Proposta di prova" {
		t.Errorf("%q", listened)
	}
	if by := interpreted[care.Heard]; by != speech.Relative {
		t.Errorf("interpreted by %q", by)
	}
	slices.Sort(done)
	if !slices.Equal(done, []string{"claim", "claim", "complete", "complete", "open"}) {
		t.Errorf("%v", done)
	}
}
