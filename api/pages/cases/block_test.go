package cases_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/pages/parts/free"
	"percorso/internal/agenda"
	"percorso/internal/ledger"
)

// TestTheSendingBooksAPlace of the block that the employment centre gives: the button says so,
// and says no more than that it sends where there is none.
func TestTheSendingBooksAPlace(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	address := apitest.CasePath + "/cpi"
	var got ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return nil }
	wrong := func() apitest.Dom {
		a := b.Submit(address, url.Values{"key": {uuid.NewString()}, agenda.OfferField: {""}, "note": {"Nota digitata"}})
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "the person is there, and chooses")
		main := apitest.ReadPage(t, a).Main(t)
		require.Contains(t, main.Words(), "Nota digitata")
		require.Empty(t, got.Operation)
		return main
	}
	button := func(main apitest.Dom) string {
		buttons := main.Every("button", "type", "submit")
		return buttons[len(buttons)-1].Words()
	}
	main := wrong()
	require.Contains(t, main.Words(), "Appuntamento al CPI: Scegli un posto, oppure «Nessuno di questi».")
	require.Equal(t, "Invia al CPI e fissa l’appuntamento", button(main))
	choice, _ := main.First("select", "name", agenda.OfferField)
	var places []string
	for _, o := range choice.Every("option") {
		places = append(places, o.Attribute("value"))
	}
	require.Len(t, places, 10, "nothing chosen yet, eight places, and none of them")

	chosen, ok := agenda.ReadOffer(places[1])
	require.True(t, ok)
	require.Equal(t, http.StatusSeeOther, b.Submit(address, url.Values{"key": {"b"}, agenda.OfferField: {places[1]}}).StatusCode)
	require.NotNil(t, got.Answer.At)
	require.True(t, got.Answer.At.Equal(chosen.At))
	require.Equal(t, http.StatusSeeOther, b.Submit(address, url.Values{"key": {"c"}, agenda.OfferField: {free.Without}}).StatusCode)
	require.Nil(t, got.Answer.At)
	got = ledger.NewCommand{}
	b.Pages.ZonePolicy.SharedAgenda.With = "" // the centre gives nothing
	main = wrong()
	require.Equal(t, "Invia al CPI", button(main))
	require.NotContains(t, main.Words(), "Scegli con la persona")
}
