package waitlist_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/waitlist"
)

// TestWhoWaits: by service, in their order, with what they wait for; and on the pages of a case
// and of the day.
func TestWhoWaits(t *testing.T) {
	b := apitest.NewPages(t)
	b.Waiting.Calls = apitest.SomeCalls(b.Now)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/liste-attesa").Words()
	for _, words := range []string{"Punto PAS (2)", "1º Persona Prova 0001", "2º Persona Prova 0002", "Interprete di urdu (solo una donna), di mattina", "Si è liberato un posto", "Senti se aspetta ancora", "Non aspetta più"} {
		require.Contains(t, page, words)
	}
	b.Waiting.Next = apitest.AnotherID
	long := b.Open(t, "/liste-attesa")
	require.Contains(t, long.Words(), "Punto PAS (fino al 2º, e ce ne sono altri)")
	require.Contains(t, long.Text, "/liste-attesa?dopo="+apitest.AnotherID)
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/liste-attesa/"+apitest.SomeID, url.Values{"esito": {"esce"}}).StatusCode)
	require.Equal(t, []string{apitest.SomeID}, b.Waiting.Left)
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/liste-attesa/"+apitest.AnotherID, url.Values{"esito": {"resta"}}).StatusCode)
	require.Contains(t, b.Open(t, "/liste-attesa").Words(), "resta in lista")
	from := b.Send(t, "/liste-attesa/"+apitest.AnotherID, url.Values{"esito": {"resta"}, "da": {"chiamare"}})
	require.Equal(t, "/da-chiamare", from.Header.Get("Location"), "one stays with the calls")
	require.Contains(t, b.Open(t, apitest.CasePath+"/appuntamenti").Words(), "In lista d’attesa")
	today := b.Open(t, "/").Words()
	require.Contains(t, today, "Chiama Persona Prova 0001: si è liberato un posto: gio 26 novembre")
	require.Contains(t, today, "Chiama Persona Prova 0002: Punto PAS")
}

// TestPuttingSomebodyOnAList keeps what was typed where it is refused, and says which place there is.
func TestPuttingSomebodyOnAList(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const form = apitest.CasePath + "/lista-attesa"
	require.Contains(t, b.Open(t, form).Words(), "Lingua dell’interprete")
	typed := url.Values{"key": {"chiave"}, "service": {"pas"}, "language": {"ur"}, "interpreter": {"woman"}, "hours": {"morning"}, "by-day": {"1"}, "by-month": {"12"}, "by-year": {"2026"}}
	refusal := care.Refuse(care.Fault{Field: "service", Rule: agenda.PlaceFree})
	refusal.Offers = []care.Booking{{Service: "pas", At: b.Now.AddDate(0, 0, 3)}}
	b.Waiting.Refuses = refusal
	refused := b.Send(t, form, typed)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	require.Contains(t, refused.Words(), "C’è già un posto che va bene: prenotalo. Il primo posto libero: gio 26 novembre")
	require.Contains(t, refused.Words(), "Metti in lista d’attesa")
	b.Waiting.Refuses = nil
	typed.Set("by-day", "x")
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, form, typed).StatusCode)
	typed.Set("by-day", "1")
	require.Equal(t, http.StatusSeeOther, b.Send(t, form, typed).StatusCode)
	require.Len(t, b.Waiting.Wishes, 1)
	by := *b.Waiting.Wishes[0].By
	require.Equal(t, "2026-12-01", by.Format("2006-01-02"))
	b.Waiting.Wishes[0].By = nil
	require.Equal(t, []waitlist.Wish{{Service: "pas", Language: "ur", Interpreter: "woman", Hours: waitlist.Morning}}, b.Waiting.Wishes)
}
