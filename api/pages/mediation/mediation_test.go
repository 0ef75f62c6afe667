package mediation_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/agenda"
	"percorso/internal/mediation"
)

const one = "/mediatori/" + apitest.SomeID

// form is the one form of a page, as a browser would send it.
func form(t *testing.T, b *apitest.PagesRig, address string) url.Values {
	t.Helper()
	found, ok := apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	require.True(t, ok, address)
	return apitest.FilledIn(found)
}

func with(sent url.Values, more ...string) url.Values {
	for i := 0; i < len(more); i += 2 {
		sent.Set(more[i], more[i+1])
	}
	return sent
}

// TestAMediatorIsAskedForFromAnAppointment: the form shows the person, has what follows from
// the appointment, says what the coordinator gets to see, and keeps what was typed.
func TestAMediatorIsAskedForFromAnAppointment(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	found := regexp.MustCompile(`"/appuntamenti/([0-9a-f-]{36})"`).FindStringSubmatch(b.Visit("/appuntamenti").Text)
	require.Len(t, found, 2)
	id := found[1]
	address := "/appuntamenti/" + id + "/mediatore"
	require.Contains(t, b.Visit("/fascicoli/"+apitest.AnotherID+"/appuntamenti").Text, "/mediatore\"", "the case leads there too")
	page := b.Open(t, address)
	for _, words := range []string{"mai chi è la persona", "L’appuntamento", "Cooperativa di prova: bengalese, urdu", "usate 8 ore su 10 (80 %)", "preavviso 2 giorni lavorativi; conta a unità di 30 minuti"} {
		require.Contains(t, page.Words(), words)
	}
	sent := with(form(t, b, address), "language", "bn", "minutes", "tanti", "place", "Ufficio di prova", "lot", "asia")
	refused := b.Submit(address, sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	require.Contains(t, refused.Text, "da 5 a 480")
	require.Contains(t, refused.Text, `value="Ufficio di prova"`)

	require.Equal(t, http.StatusSeeOther, b.Send(t, address, with(sent, "minutes", "45")).StatusCode)
	require.Equal(t, mediation.Form{Appointment: id, Language: "bn", Matter: sent.Get("matter"), Place: "Ufficio di prova", Mode: agenda.InPerson, At: b.Requests.One.At, Minutes: 45, Lot: "asia"}, b.Requests.Form)
	require.Contains(t, b.Open(t, one).Words(), "non è confermato")

	// For an appointment one is asked for once: the page leads to it.
	b.Requests.One.Appointment = id
	require.Equal(t, one, b.Visit(address).Header.Get("Location"))
}

// TestAMediatorIsAskedForForADayAndAnHour.
func TestAMediatorIsAskedForForADayAndAnHour(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	const address = "/mediatori/chiedi"
	sent := with(form(t, b, address), "language", "bn", "place", "Ufficio di prova", "lot", "telefono", "day-day", "3", "day-month", "12", "day-year", "2026", "hour", "25.00")
	refused := b.Submit(address, sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	require.Equal(t, http.StatusSeeOther, b.Send(t, address, with(sent, "hour", "15.30")).StatusCode)
	require.True(t, time.Date(2026, 12, 3, 14, 30, 0, 0, time.UTC).Equal(b.Requests.Form.At))
	require.Empty(t, b.Requests.Form.Appointment)
}

// TestTheListSaysWhatComesNext in each state, and what is left of the lots; each act from the
// page of the request.
func TestTheListSaysWhatComesNext(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/mediatori").Words()
	for _, words := range []string{"Da confermare: aspettano il fornitore", "ore 10.30, bengalese", "Cooperativa di prova", "Usate 8 ore su 10 (80 %); restano 2 ore Quasi finito"} {
		require.Contains(t, page, words)
	}
	b.Requests.One.Unsent = true
	require.Contains(t, b.Open(t, "/mediatori").Words(), "L’email al fornitore non è arrivata")

	b.Requests.One.State = mediation.Declined
	require.Contains(t, b.Open(t, "/mediatori").Words(), "Senza nessuno: chiedi a un altro")
	next := form(t, b, one+"/altro")
	require.NotContains(t, b.Open(t, one+"/altro").Text, `value="asia"`, "who was asked just now")
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, one+"/altro", next).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/altro", with(next, "lot", "telefono")).StatusCode)
	require.Equal(t, "lontano", b.Requests.One.Provider)

	later := b.Requests.One.At.Add(5 * time.Hour)
	b.Requests.One.State, b.Requests.One.ProposedAt = mediation.Proposed, &later
	require.Contains(t, b.Open(t, "/mediatori").Words(), "Da decidere: il fornitore propone un altro orario")
	require.Contains(t, b.Open(t, one).Words(), "Accetta: lunedì 30 novembre 2026, ore 15.30")
	seen := url.Values{"seen": {later.UTC().Format(time.RFC3339Nano)}}
	require.Contains(t, b.Open(t, one).Text, `name="seen" value="`+seen.Get("seen")+`"`)
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/accetta", url.Values{"seen": {b.Requests.One.At.UTC().Format(time.RFC3339Nano)}}).StatusCode)
	require.Contains(t, b.Open(t, one).Words(), "Nel frattempo la richiesta è cambiata", "another hour than the one that was seen")
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/accetta", seen).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/accetta", seen).StatusCode)
	require.Contains(t, b.Open(t, one).Words(), "Nel frattempo la richiesta è cambiata")
	b.Requests.One.Elsewhen, b.Requests.One.Appointment = true, apitest.SomeID
	require.Contains(t, b.Open(t, one).Words(), "Sposta l’appuntamento a lunedì 30 novembre 2026, ore 15.30")

	require.Contains(t, b.Open(t, one+"/svolto").Words(), "La richiesta adesso è: confermato.")
	off := form(t, b, one+"/annulla")
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, one+"/annulla", off).StatusCode)
	b.Requests.One.CancelBy = b.Now.Add(-time.Hour)
	require.Contains(t, b.Open(t, one+"/annulla").Words(), "Il preavviso è passato")
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/annulla", with(off, "by", "us")).StatusCode)
	require.Equal(t, mediation.Late, b.Requests.One.State)
	require.Contains(t, b.Open(t, "/mediatori?elenco=conclusi").Words(), "Annullato tardi: conta nel lotto")

	b.Requests.One.State, b.Requests.One.At = mediation.Confirmed, b.Now.Add(-time.Hour)
	require.Contains(t, b.Open(t, "/mediatori").Words(), "Da registrare: quanti minuti?")
	held := form(t, b, one+"/svolto")
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, one+"/svolto", with(held, "minutes", "0")).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, one+"/svolto", with(held, "minutes", "40")).StatusCode)
	require.Contains(t, b.Open(t, one).Words(), "Minuti usati 40")
	require.Equal(t, http.StatusNotFound, b.Open(t, "/mediatori/"+apitest.AnotherID).StatusCode)
}

// TestAMediatorIsRungUpThereAndThen: the numbers are at hand, and the minutes are noted afterwards.
func TestAMediatorIsRungUpThereAndThen(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const address = "/mediatori/telefonata"
	require.Contains(t, b.Open(t, address).Words(), "Cooperativa di prova, telefono 0574 000010")
	sent := form(t, b, address)
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, address, sent).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, address, with(sent, "language", "ur", "minutes", "12", "lot", "asia")).StatusCode)
	require.Equal(t, 12, b.Requests.Form.Minutes)
}

// TestACoordinatorAnswersByLink: they see language, place, hour and matter and nobody's name,
// may come back, and say that the mediator is ill after all.
func TestACoordinatorAnswersByLink(t *testing.T) {
	b := apitest.NewPages(t)
	address := b.Pages.WithLinks("/invito/mediatore/{mediatore}")
	looks := func() string {
		t.Helper()
		a := b.Anybody(http.MethodGet, address, nil)
		require.Equal(t, http.StatusOK, a.StatusCode)
		require.Equal(t, "no-referrer", a.Header.Get("Referrer-Policy"))
		return apitest.ReadPage(t, a).Words()
	}
	words := looks()
	for _, says := range []string{"Il Comune di Prato Le chiede un mediatore: bengalese", "Lunedì 30 novembre 2026, ore 10.30", "Ufficio di prova, via di Prova, 1", "Disagio abitativo", "telefono"} {
		require.Contains(t, words, says)
	}
	for _, hidden := range []string{"Persona Prova", "PO-2026", "href=\"/mediatori"} {
		require.NotContains(t, words, hidden)
	}
	says := func(status int, more ...string) string {
		t.Helper()
		a := b.Anybody(http.MethodPost, address, with(url.Values{}, more...))
		page := apitest.ReadPage(t, a)
		require.Equal(t, status, a.StatusCode, page.Words())
		if status == http.StatusUnprocessableEntity {
			apitest.CheckProblems(t, page)
		}
		return page.Words()
	}
	says(http.StatusBadRequest, "what", "open")
	says(http.StatusUnprocessableEntity, "what", "proposed", "day-day", "31", "day-month", "11", "day-year", "2026", "hour", "9.00", "mediator", "Mediatrice Prova")
	says(http.StatusUnprocessableEntity, "what", "proposed", "day-day", "30", "day-month", "11", "day-year", "2026", "hour", "10.30")
	require.Contains(t, says(http.StatusOK, "what", "confirmed", "mediator", "Mediatrice Prova"), "Grazie, la risposta è registrata")
	words = looks()
	require.Contains(t, words, "Se il mediatore non può più, lo dica qui sotto.")
	says(http.StatusConflict, "what", "proposed", "day-day", "1", "day-month", "12", "day-year", "2026", "hour", "9.00")
	says(http.StatusOK, "what", "declined")
	require.Equal(t, mediation.Declined, b.Requests.One.State)
	words = looks()
	require.Contains(t, words, "non deve fare altro")

	for _, wrong := range []string{"/invito/mediatore/falso", b.Pages.WithLinks("/invito/mediatore/{richiesto}"), strings.Replace(address, "mediatore/", "", 1), strings.Replace(address, "invito/mediatore", "calendario", 1)} {
		require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, wrong, nil).StatusCode, wrong)
	}
}
