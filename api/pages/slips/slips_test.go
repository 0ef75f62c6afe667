package slips_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apognu/gocal"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/speech"
)

const at = "/fascicoli/" + apitest.AnotherID + "/appuntamenti/" + apitest.SomeID

// sheets is a browser in Prato, of which somebody has read the Urdu sentences and said
// where the service receives.
func sheets(t *testing.T) *apitest.PagesRig {
	b := apitest.NewPages(t)
	i := slices.IndexFunc(b.Pages.ZonePolicies, func(p care.Policy) bool { return p.Zone == "prato" })
	p := &b.Pages.ZonePolicies[i]
	p.Version = "fogli"
	p.Checked = []care.Checking{{Language: "ur", Edition: 1, By: "Lettura di prova", On: "2026-09-01"}}
	p.Services = slices.Clone(p.Services)
	p.Services[1].Place = care.Place{Name: "Ufficio di prova", Address: "via di Prova, 1"}
	b.Pages.ZonePolicy = *p
	b.LogIn(apitest.SomeWorker.Subject)
	return b
}

// TestTheSheetOfAnAppointment: when and where, in two languages, and neither why nor whose.
func TestTheSheetOfAnAppointment(t *testing.T) {
	b := sheets(t)
	page := b.Open(t, at+"/foglio?lingua=ur&porta=1")
	sheet := apitest.Words(page.All("article")[0])
	for _, want := range []string{"Il Suo appuntamento", "آپ کی ملاقات کا وقت", "Ufficio di prova, via di Prova, 1", "0574 000000"} {
		require.Contains(t, sheet, want)
	}
	for _, secret := range []string{"Prova 0001", "PO-2026", "Immigrazione", "Ricongiungimento"} {
		require.NotContains(t, sheet, secret)
	}
	require.Len(t, page.All("article"), 2)
	require.Contains(t, page.Words(), "documento d’identità o passaporto")
	require.Len(t, b.Open(t, at+"/foglio?lingua=it").All("article"), 1)
}

// TestTheFontsOfASheet: the page asks for its style sheet, and all that this names is there.
func TestTheFontsOfASheet(t *testing.T) {
	b := sheets(t)
	require.Contains(t, b.Open(t, at+"/foglio").Text, web.Asset("sheets.css"))
	fonts := regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(b.Visit(web.Asset("sheets.css")).Text, -1)
	require.Len(t, fonts, 6)
	for _, font := range fonts {
		require.Equal(t, http.StatusOK, b.Visit(font[1]).StatusCode, font[1])
	}
}

// TestWhoMustNotBeToldGetsNoSheet: who prints it reads so first, and the sheet does not say it.
func TestWhoMustNotBeToldGetsNoSheet(t *testing.T) {
	b := sheets(t)
	require.NotContains(t, b.Open(t, at+"/foglio").Words(), "Non si deve informare")
	b.Pages.Linked = []kin.Linked{{Name: "Padre Prova", Relation: "father", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"}}
	page := b.Open(t, at+"/foglio")
	require.Contains(t, page.Words(), "Non si deve informare Padre Prova")
	require.NotContains(t, apitest.Words(page.All("article")[0]), "Padre")
}

// TestNoSheetOfACallForWhoDoesNotUseATelephone: whoever prints it is told to move it first.
func TestNoSheetOfACallForWhoDoesNotUseATelephone(t *testing.T) {
	b := sheets(t)
	p := b.Pages.ZonePolicy
	p.Version, p.Services = "telefono", slices.Clone(p.Services)
	for i := range p.Services {
		p.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"mon"}, From: "00:00", To: "24:00", Seconds: 60, Places: 1, Mode: agenda.ByPhone}}
	}
	b.Pages.ZonePolicy = p
	b.Pages.ZonePolicies[slices.IndexFunc(b.Pages.ZonePolicies, func(p care.Policy) bool { return p.Zone == "prato" })] = p
	require.NotContains(t, b.Open(t, at+"/foglio").Words(), "non usa il telefono")
	require.Contains(t, b.Open(t, at+"/foglio").Words(), "telefoni.")
	b.Pages.Speech = []string{speech.NoPhone}
	require.NotContains(t, b.Open(t, at+"/foglio").Words(), "telefoni.")
	require.Contains(t, b.Open(t, at+"/foglio").Words(), "L’appuntamento è per telefono, e la persona non usa il telefono.")
}

// TestASheetInALanguageThatNobodyHasRead is in Italian alone, and the page says why.
func TestASheetInALanguageThatNobodyHasRead(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, at+"/foglio")
	require.Contains(t, page.Words(), "Le frasi in urdu non le ha ancora lette nessuno")
	require.Contains(t, page.Words(), "scrivi l’indirizzo a mano")
	require.Equal(t, http.StatusUnprocessableEntity, b.Visit(at+"/foglio?lingua=xx").StatusCode)
}

// TestNoSheetOfWhatIsOver: nobody is expected at what was cancelled, or of another case.
func TestNoSheetOfWhatIsOver(t *testing.T) {
	b := sheets(t)
	require.Equal(t, http.StatusNotFound, b.Visit("/fascicoli/"+apitest.AnotherID+"/appuntamenti/"+apitest.AcceptedID+"/foglio").StatusCode)
}

// TestTheSheetOfTheNextAppointment: whoever has just fixed it is led there, or told that it is not
// there yet.
func TestTheSheetOfTheNextAppointment(t *testing.T) {
	b := sheets(t)
	require.Equal(t, at+"/foglio", b.Visit("/fascicoli/"+apitest.AnotherID+"/foglio").Header.Get("Location"))
	b.Serve(nothingYet{b.Pages})
	none := b.Visit("/fascicoli/" + apitest.AnotherID + "/foglio")
	require.Equal(t, http.StatusNotFound, none.StatusCode)
	require.Contains(t, none.Text, "L’appuntamento non è ancora nel fascicolo")
}

// nothingYet are records in which nobody is expected.
type nothingYet struct{ *apitest.PageRecords }

func (r nothingYet) CaseFile(ctx context.Context, who care.Staff, id string) (ledger.Case, error) {
	file, err := r.PageRecords.CaseFile(ctx, who, id)
	file.Appointments = nil
	return file, err
}

// readBack is the one entry of a file, as another program reads it.
func readBack(t *testing.T, file string) gocal.Event {
	t.Helper()
	parser := gocal.NewParser(strings.NewReader(file))
	from, to := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	parser.Start, parser.End = &from, &to
	require.NoError(t, parser.Parse())
	require.Len(t, parser.Events, 1)
	return parser.Events[0]
}

// TestTheFileForACalendar is read back by another program: it says when, where, and not why.
func TestTheFileForACalendar(t *testing.T) {
	b := sheets(t)
	answer := b.Visit(at + "/calendario")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	read := readBack(t, answer.Text)
	require.Equal(t, "Appuntamento", read.Summary)
	require.Equal(t, "Ufficio di prova, via di Prova, 1", strings.ReplaceAll(read.Location, `\,`, ","))
	require.True(t, read.End.After(*read.Start))
	require.NotContains(t, answer.Text, "Prova 0001")
}

// TestTheFileOfAMeeting: who is invited to an équipe's meeting has it in their calendar, where
// it moves as the meeting does; nobody else is expected, and nothing says whom it is about.
func TestTheFileOfAMeeting(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const equipe = "/equipe/" + apitest.AnotherID
	require.Equal(t, http.StatusNotFound, b.Visit(equipe+"/calendario").StatusCode, "none is planned")
	asked := b.Now.Add(-48 * time.Hour)
	cpi, worker := gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}, gathering.Invited{Role: care.SocialWorker, Agency: "comune"}
	meets := gathering.Planned{ID: apitest.SomeID, At: b.Now.Add(24 * time.Hour), Asked: asked, How: gathering.ByTelephone, Place: "chiama Prova", Invited: []gathering.Invited{cpi, worker}, Note: "Nota di prova"}
	moved := meets
	moved.ID, moved.At, moved.Asked, moved.Why = apitest.AnotherID, meets.At.Add(time.Hour), asked.Add(time.Hour), "Prova: il motivo"
	meets.Moved = true
	b.Pages.Planned = []gathering.Planned{moved, meets}
	offered := func() bool {
		_, found := apitest.ReadPage(t, b.Visit(equipe)).First("a", "href", equipe+"/calendario")
		return found
	}
	require.True(t, offered())
	answer := b.Visit(equipe + "/calendario")
	for _, line := range []string{"SUMMARY:Riunione", "UID:" + apitest.SomeID + "@percorso", "SEQUENCE:1", "DTSTART:" + moved.At.UTC().Format("20060102T150405Z"), "LOCATION:per telefono\\, chiama Prova"} {
		require.Contains(t, answer.Text, line+"\r\n") // the entry of the day that it had first; how long it takes nobody has said
	}
	read := readBack(t, answer.Text)
	require.True(t, moved.At.Equal(*read.Start), "as another program reads it")
	require.Equal(t, "Riunione", read.Summary)
	for _, secret := range []string{"Prova 0001", "Nota di prova", "il motivo", "quipe"} {
		require.NotContains(t, answer.Text, secret)
	}

	moved.Invited = []gathering.Invited{cpi}
	b.Pages.Planned = []gathering.Planned{moved, meets}
	require.Equal(t, http.StatusNotFound, b.Visit(equipe+"/calendario").StatusCode, "not expected any more")
	require.False(t, offered())
}
