package person_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/written"
)

const address = "/fascicoli/" + apitest.AnotherID + "/persona"

// What is known of a person is on a page of its own, with what was corrected.
func TestThePagesOfAPerson(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, "/fascicoli/"+apitest.AnotherID).Text, `href="`+address+`"`)
	page := b.Open(t, address).Words()
	for _, want := range []string{
		"Persona Prova 0001", "1º maggio 1992", "Pakistan", "urdu, inglese", "Telefono: si può chiamare, non lasciare messaggi, della persona, dopo le 18 000 0000001", "Codice fiscale PRVPSN92E01Z236U", "Comune in cui vive nessuna indicazione",
		"Cognome : era Prova 0010 , adesso Prova 0001", "Lingue : era urdu , adesso urdu, inglese", "Mostrato il passaporto.", apitest.SomeWorker.Name,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, b.Open(t, "/fascicoli/"+apitest.MergedID+"/persona").Words(), "Correggi i dati", "the person's data are in the file that stays")
	b.LogIn(apitest.SomeCPI.Subject)
	require.Equal(t, http.StatusForbidden, b.Open(t, address+"/correggi").StatusCode)
}

// asTyped is the form as the page gives it, with what was changed in it.
func asTyped(change url.Values) url.Values {
	form := url.Values{
		"key": {"chiave"}, "seen": {"2"}, "given_name": {"Persona"}, "family_name": {"Prova 0001"}, "birth_date": {"1/5/1992"}, "citizenship": {"PK"}, "languages": {"ur", "en"},
		"other_language": {""}, "contacts-0-kind": {"phone"}, "contacts-0-value": {"000 0000001"}, "contacts-0-whose": {"own"}, "contacts-0-call": {"yes"}, "contacts-0-message": {"no"}, "contacts-0-hours": {"dopo le 18"}, "contacts-1-kind": {"phone"}, "fiscal_code": {"PRVPSN92E01Z236U"}, "municipality": {""}, "address": {""}, "note": {"Mostrato il passaporto"},
	}
	for field, values := range change {
		form[field] = values
	}
	return form
}

// Of what the form holds only what differs is corrected, whichever field that is.
func TestWhatDiffersIsCorrected(t *testing.T) {
	yes := true
	contacts := func(list ...reach.Way) correction.PersonCorrection {
		list = append([]reach.Way{}, list...)
		return correction.PersonCorrection{Contacts: &list}
	}
	linked := func(list ...kin.Linked) correction.PersonCorrection {
		return correction.PersonCorrection{Linked: &list}
	}
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		change url.Values
		want   correction.PersonCorrection
	}{
		"a name":              {url.Values{"family_name": {" Esempia "}}, correction.PersonCorrection{FamilyName: text("Esempia")}},
		"one name alone":      {url.Values{"given_name": {""}}, correction.PersonCorrection{GivenName: text("")}},
		"a day of birth":      {url.Values{"birth_date": {"5/1/1992"}}, correction.PersonCorrection{BirthDate: text("1992-01-05")}},
		"the year alone":      {url.Values{"birth_date": {"1992"}}, correction.PersonCorrection{BirthDate: text("1992")}},
		"a citizenship":       {url.Values{"citizenship": {"MA"}}, correction.PersonCorrection{Citizenship: text("MA")}},
		"a language besides":  {url.Values{"other_language": {"wo"}}, correction.PersonCorrection{Languages: []string{"ur", "en", "wo"}}},
		"a language less":     {url.Values{"languages": {"ur"}}, correction.PersonCorrection{Languages: []string{"ur"}}},
		"a telephone":         {url.Values{"contacts-0-value": {"000 0000002"}, "contacts-0-hours": {""}}, contacts(reach.Way{Kind: "phone", Value: "000 0000002", Whose: "own", Call: "yes", Message: "no"})},
		"where they live":     {url.Values{"municipality": {"Prato"}, "address": {"Via di Prova 1"}}, correction.PersonCorrection{Municipality: text("Prato"), Address: text("Via di Prova 1")}},
		"a codice fiscale":    {url.Values{"fiscal_code": {" prv psn 92e41 z236y"}}, correction.PersonCorrection{FiscalCode: text("PRVPSN92E41Z236Y")}},
		"an address of mails": {url.Values{"contacts-1-kind": {"email"}, "contacts-1-value": {" una@prova.invalid"}}, contacts(reach.Way{Kind: "phone", Value: "000 0000001", Whose: "own", Call: "yes", Message: "no", Hours: "dopo le 18"}, reach.Way{Kind: "email", Value: "una@prova.invalid"})},
		"a contact less":      {url.Values{"contacts-0-value": {""}}, contacts()},
		"who signs": {url.Values{"linked-0-name": {"Madre Prova"}, "linked-0-relation": {"mother"}, "linked-0-phone": {"000 0000002"}, "linked-0-call": {"yes"}, "linked-0-signs": {"1"}},
			linked(kin.Linked{Name: "Madre Prova", Relation: "mother", Phone: "000 0000002", Call: "yes", Signs: true})},
		"who must not be told": {url.Values{"linked-1-name": {"Padre Prova"}, "linked-1-relation": {"father"}, "linked-1-barred": {"1"}, "linked-1-order": {"juvenile_court"}, "linked-1-ordered": {"4/5/2026"}},
			linked(kin.Linked{Name: "Padre Prova", Relation: "father", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"})},
		"how they communicate": {url.Values{"speech": {"signs", "no_phone"}, "reads": {"ur"}}, correction.PersonCorrection{Speech: &[]string{"signs", "no_phone"}, Reads: []string{"ur"}}},
		"no home":              {url.Values{"no_abode": {"yes"}}, correction.PersonCorrection{NoAbode: &yes}},
		"a document":           {url.Values{"papers-0-type": {"passport"}, "papers-0-number": {"PROVA001"}, "papers-0-expires": {"31/1/2030"}}, correction.PersonCorrection{Papers: &[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "2030-01-31"}}}},
		"no safe contact":      {url.Values{"no_safe_contact": {"yes"}}, correction.PersonCorrection{NoSafeContact: &yes}},
	} {
		b := apitest.NewPages(t)
		b.LogIn(apitest.SomeWorker.Subject)
		var sent []ledger.NewCommand
		b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { sent = append(sent, c); return nil, nil }
		answer := b.Send(t, address+"/correggi", asTyped(c.change))
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, "%s: %s", name, answer.Text)
		require.Equal(t, address, answer.Header.Get("Location"))
		require.Len(t, sent, 1, name)
		c.want.Seen, c.want.Note = 2, "Mostrato il passaporto"
		require.Equal(t, c.want, apitest.FormIn(t, catalogue.Correct, sent[0]), name)
		require.Contains(t, b.Open(t, address).Words(), "La correzione è registrata.")
	}
}

// A form that is refused comes back as it was typed, with what is known beside it.
func TestACorrectionComesBackAsItWasTyped(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Send(t, address+"/correggi", asTyped(url.Values{
		"family_name": {"Esempia"}, "birth_date": {"31/2/1992"}, "contacts-1-kind": {"email"}, "contacts-1-value": {"nessuna chiocciola"}, "languages": {"ar"}, "note": {""},
	}))
	require.Equal(t, http.StatusUnprocessableEntity, page.StatusCode)
	faults := page.Problems()
	for _, field := range []string{"birth_date", "contacts-1-value", "note"} {
		require.NotEmpty(t, faults[field], field)
	}
	require.Contains(t, faults["birth_date"], "solo l’anno")
	for _, want := range []string{`value="Esempia"`, `value="31"`, `value="1992"`, `value="nessuna chiocciola"`, `value="ar" checked`, "Adesso risulta: Prova 0001."} {
		require.Contains(t, page.Text, want)
	}
	require.NotContains(t, page.Text, `name="languages" value="ur" checked`)

	page = b.Send(t, address+"/correggi", asTyped(url.Values{"linked-0-name": {"Padre Prova"}, "linked-0-relation": {"father"}, "linked-0-barred": {"1"}, "linked-0-phone": {"abc"}}))
	for field, words := range map[string]string{"linked-0-order": "Scegli chi lo ha disposto.", "linked-0-ordered": "Scrivi il giorno della decisione.", "linked-0-phone": "da 6 a 15 cifre"} {
		require.Contains(t, page.Problems()[field], words)
	}
	require.Equal(t, []string{"Padre Prova"}, page.Filled("linked-0-name"))

	page = b.Send(t, address+"/correggi", asTyped(nil))
	require.Equal(t, http.StatusUnprocessableEntity, page.StatusCode)
	require.Contains(t, page.Words(), "Nessun dato è diverso da com’era")

	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return care.RefuseChanged(correction.RuleMeanwhile), nil
	}
	page = b.Send(t, address+"/correggi", asTyped(url.Values{"contacts-0-value": {"000 0000002"}}))
	require.Equal(t, http.StatusConflict, page.StatusCode)
	require.Contains(t, page.Words(), "Qualcun altro ha corretto questi dati mentre scrivevi")
	require.Contains(t, page.Text, `value="000 0000002"`)
	require.Contains(t, page.Words(), "Contatti. Adesso risulta: Telefono (si può chiamare, non lasciare messaggi, della persona, dopo le 18): 000 0000001.")
}

// The files that may be of one person stand together, open and closed, but for those of which
// somebody has said that they are two people.
func TestTheFilesOfAPerson(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	closed := b.Pages.SomeFiles()[3]
	closed.ID, closed.Number, closed.Like = apitest.ClosedID, "PO-2025-00003", &names.Likeness{Code: true}
	apart := closed
	apart.ID, apart.Number, apart.Apart = apitest.MergedID, "PO-2025-00004", true
	b.Records.Same = []ledger.CaseFile{closed, apart}
	page := b.Open(t, address+"/fascicoli")
	require.Contains(t, page.Text, `href="/fascicoli/`+apitest.ClosedID+`"`)
	for _, want := range []string{"(questo)", "PO-2025-00003", "Chiuso", "Prato", "codice fiscale"} {
		require.Contains(t, page.Words(), want)
	}
	require.NotContains(t, page.Words(), "PO-2025-00004")
	require.NotContains(t, page.Text, "/unisci", "another zone is asked to take it")
	require.Contains(t, b.Open(t, "/fascicoli/"+apitest.SuspendedID+"/persona/fascicoli").Text, `<a href="/fascicoli/`+apitest.SuspendedID+`/unisci">Unisci i due fascicoli</a>`)
}

// family is the pages' records with a person who has a mother and a sister.
type family struct{ *apitest.PageRecords }

func (f family) CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error) {
	c, err := f.PageRecords.CaseFile(ctx, s, id)
	c.PersonData.Linked = []kin.Linked{
		{Name: "Madre di prova", Relation: "mother", Signs: true, File: "PO-2026-00077"}, {Name: "Sorella di prova", Relation: "sibling", File: "PO-2026-00078"},
	}
	return c, err
}

// Who belongs to a person is there with the number of their own file, for who sees that file.
func TestThoseNearAPerson(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(family{b.Pages})
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, address)
	require.Contains(t, page.Words(), "Madre di prova (madre, firma) Fascicolo PO-2026-00077")
	require.Contains(t, page.Text, `href="/fascicoli/`+apitest.ClosedID+`"`)
	require.Contains(t, page.Words(), "Sorella di prova (fratello o sorella)")
	require.NotContains(t, page.Words(), "PO-2026-00078")
}

// numbered is the pages' records with a person who has two numbers of one system, of which
// the later one holds.
type numbered struct{ *apitest.PageRecords }

func (n numbered) WrittenIn(_ context.Context, _ care.Staff, _ string, kind written.Kind, _ ledger.Paging) (page ledger.Page[ledger.Record], _ error) {
	for _, number := range []string{"CS-2", "CS-1"} {
		page.Items = append(page.Items, ledger.Record{Kind: string(kind), Form: string(care.OpElsewhere), ByName: "Operatrice di prova", Readable: true,
			Fields: json.RawMessage(`{"system": "social_record", "number": "` + number + `", "on": "2026-03-03"}`)})
	}
	return page, nil
}

// A number of another system stands on the page of the person, with what it was before; what
// a system wants is one text, and nothing that it does not want.
func TestNumbersInOtherSystems(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(numbered{b.Pages})
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, address).Words()
	for _, want := range []string{"Cartella sociale CS-2, dal 3 marzo 2026", "I numeri di prima", "CS-1", "Scrivi o correggi un numero", "Copia per: SIISL"} {
		require.Contains(t, page, want)
	}
	text := html.UnescapeString(b.Open(t, address+"/copia?sistema=social_record").Text)
	for _, want := range []string{"Numero: CS-2\n", "Cognome e nome: Prova 0001 Persona\n", "Codice fiscale: PRVPSN92E01Z236U\n", "Bisogni: ", "Telefono: 000 0000001\n"} {
		require.Contains(t, text, want)
	}
	_, other, _ := strings.Cut(b.Open(t, address+"/copia?sistema=siisl").Text, "<textarea")
	for _, unwanted := range []string{"CS-2", "Bisogni", "Permesso"} {
		require.NotContains(t, other, unwanted)
	}
	require.Equal(t, http.StatusUnprocessableEntity, b.Visit(address+"/copia?sistema=altro").StatusCode)
	require.Contains(t, b.Open(t, "/fascicoli/"+apitest.AnotherID+"/numero-altrove").Words(), "DID del Centro per l’Impiego")
}
