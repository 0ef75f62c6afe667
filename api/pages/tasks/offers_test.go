package tasks_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/speech"
	"percorso/internal/testclock"
)

// places are the free places that a form offers in one of its fields, as they are read.
func places(t *testing.T, page apitest.Dom, id string) (list []string) {
	t.Helper()
	field, ok := page.First("select", "id", id)
	require.True(t, ok, id)
	for _, o := range field.Every("option") {
		list = append(list, o.Words())
	}
	return list
}

// TestAFormOffersFreePlaces: to choose one takes no day and no hour; of another day its
// free places are shown, with all that was typed, before anything is sent.
func TestAFormOffersFreePlaces(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	address := "/compiti/" + apitest.SomeID
	const field = "booked-bookings-0-"
	b.Hold(care.Orientation)
	offers := places(t, apitest.ReadPage(t, b.Visit(address)), field+"offer")
	require.Equal(t, []string{
		"Un altro giorno, scritto qui sotto",
		"lun 23 novembre, ore 11.00", "lun 23 novembre, ore 12.00", "mar 24 novembre, ore 15.00, per telefono",
		"mar 24 novembre, ore 9.00", "mar 24 novembre, ore 9.30", "mar 24 novembre, ore 10.00",
		"mer 25 novembre, ore 9.00", "mer 25 novembre, ore 10.00", "mer 25 novembre, ore 11.00",
		"mer 25 novembre, ore 9.00", "mer 25 novembre, ore 9.45", "mer 25 novembre, ore 10.30",
	}, offers)
	b.Pages.Speech = []string{speech.NoPhone}
	offers = places(t, apitest.ReadPage(t, b.Visit(address)), field+"offer")
	require.Len(t, offers, 13, "as many, to who does not use a telephone")
	require.NotContains(t, strings.Join(offers, " "), "per telefono")
	b.Pages.Speech = nil

	var got care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = apitest.FormIn(t, catalogue.Complete, c); return nil }
	sent := 0
	sends := func(more url.Values) apitest.Dom {
		b.Hold(care.Orientation)
		sent++
		more.Set("key", "chiave-"+strconv.Itoa(sent))
		more.Set("outcome", care.Booked)
		more.Set(field+"service", "pas/housing_support")
		a := b.Submit(address+"/completa", more)
		if a.StatusCode == http.StatusSeeOther {
			return apitest.Dom{}
		}
		return apitest.ReadPage(t, a)
	}
	sends(url.Values{field + "offer": {"pas 2026-11-24T15:00:00+01:00"}})
	require.Len(t, got.Bookings, 1)
	require.Equal(t, care.Booking{Service: "pas", Matter: "housing_support", At: time.Date(2026, 11, 24, 15, 0, 0, 0, testclock.Rome)},
		care.Booking{Service: got.Bookings[0].Service, Matter: got.Bookings[0].Matter, At: got.Bookings[0].At.In(testclock.Rome)})

	again := sends(url.Values{field + "offer": {""}, field + "day": {"2026-12-01"}, "note": {"Nota digitata"}})
	require.Equal(t, "mar 1º dicembre, ore 15.00, per telefono", places(t, again, field+"offer")[1])
	require.Contains(t, again.Words(), "Scegli uno dei posti liberi da quel giorno")
	require.Contains(t, again.Words(), "Nota digitata")
	noDay := sends(url.Values{field + "offer": {""}, field + "day-day": {"31"}, field + "day-month": {"11"}, field + "day-year": {"2026"}})
	require.NotContains(t, noDay.Words(), "Scegli uno dei posti liberi da quel giorno", "there is no such day")
	require.Contains(t, noDay.Words(), italian.Rule(parts.RuleDate))
	require.Contains(t, sends(url.Values{field + "offer": {"spac 2026-11-25T09:00:00+01:00"}}).Words(), "Il posto è di un altro servizio")
	sends(url.Values{field + "offer": {"pas domani"}})

	// A place that was taken meanwhile is told where it was chosen, with the next ones.
	b.Records.OnAccept = func(ledger.NewCommand) error {
		refusal := care.Refuse(care.Fault{Field: "bookings[0].at", Rule: agenda.NoPlace})
		refusal.Offers = []care.Booking{{Service: "pas", At: time.Date(2026, 12, 1, 15, 30, 0, 0, testclock.Rome)}}
		return refusal
	}
	taken := sends(url.Values{field + "offer": {"pas 2026-11-23T11:00:00+01:00"}})
	fault, ok := taken.First("a", "href", "#"+field+"offer")
	require.True(t, ok, taken.Words())
	require.Contains(t, fault.Words(), "Il primo posto libero: mar 1º dicembre, ore 15.30.")
}

// TestAServiceOffersItsOwnPlaces where it moves an appointment, and none where it receives
// at any hour.
func TestAServiceOffersItsOwnPlaces(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.ConfirmAppointment)
	b.Pages.OneTask.Service = "spac"
	page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID))
	offers := places(t, page, "moved-at-offer")
	require.Len(t, offers, 9)
	require.Equal(t, "mer 25 novembre, ore 9.00", offers[1])
	var got care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = apitest.FormIn(t, catalogue.Complete, c); return nil }
	a := b.Submit("/compiti/"+apitest.SomeID+"/completa", url.Values{"key": {"a"}, "outcome": {care.Moved}, "moved-at-offer": {"spac 2026-11-25T09:00:00+01:00"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	require.True(t, time.Date(2026, 11, 25, 9, 0, 0, 0, testclock.Rome).Equal(*got.At))

	// The employment centre where no service has its name: its shared agenda.
	b.Hold(care.PlacementAppointment)
	b.Pages.OneTask.Service, b.Pages.OneTask.Agency = "", "cpi"
	b.Pages.ZonePolicy.Services = b.Pages.ZonePolicy.Services[:3]
	b.Serve(b.Pages)
	b.LogIn(apitest.SomeWorker.Subject)
	offers = places(t, apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)), "at-offer")
	require.Equal(t, "mer 25 novembre, ore 9.00", offers[1])
	require.Equal(t, "mer 2 dicembre, ore 9.00", offers[5])

	b.Hold(care.ConfirmAppointment)
	b.Pages.OneTask.Service = "spac"
	b.Pages.ZonePolicy.Services[2].Sessions = nil
	b.Serve(b.Pages)
	b.LogIn(apitest.SomeWorker.Subject)
	page = apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID))
	_, offered := page.First("select", "id", "moved-at-offer")
	require.False(t, offered)
	require.True(t, strings.Contains(page.Words(), "Ora"))
	b.Records.OnAccept = nil
	page = apitest.ReadPage(t, b.Submit("/compiti/"+apitest.SomeID+"/completa", url.Values{"key": {"b"}, "outcome": {care.Moved}, "moved-at-day": {"2026-12-01"}}))
	require.NotContains(t, page.Words(), "Scegli uno dei posti liberi", "none is offered")
}

// TestAnAssessmentBooksAPlace of the block that the employment centre gives, where it sends the
// person there: one is chosen with her, or none.
func TestAnAssessmentBooksAPlace(t *testing.T) {
	b := apitest.NewPages(t)
	records := &withoutPlacement{PageRecords: b.Pages}
	b.Serve(records)
	b.LogIn(apitest.SomeWorker.Subject)
	const address, field = "/compiti/" + apitest.SomeID, "cpi-at-offer"
	b.Hold(care.Assessment)
	offers := places(t, apitest.ReadPage(t, b.Visit(address)), field)
	require.Equal(t, "mer 25 novembre, ore 9.00", offers[1])
	require.Equal(t, "Nessuno di questi: lo fissa il CPI quando accetta", offers[len(offers)-1])
	var got care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = apitest.FormIn(t, catalogue.Complete, c); return nil }
	sends := func(place string) int {
		b.Hold(care.Assessment)
		got = care.Completion{}
		return b.Submit(address+"/completa", url.Values{"key": {uuid.NewString()}, "outcome": {care.ToCPI}, "areas-labour-need": {"serious"}, field: {place}}).StatusCode
	}
	require.Equal(t, http.StatusUnprocessableEntity, sends(""), "the person is there, and chooses")
	require.Equal(t, http.StatusSeeOther, sends("cpi 2026-11-25T09:00:00+01:00"))
	require.True(t, time.Date(2026, 11, 25, 9, 0, 0, 0, testclock.Rome).Equal(*got.At))
	require.Equal(t, http.StatusSeeOther, sends(free.Without))
	require.Nil(t, got.At)
	records.open = true // she is with the centre already: each place would be refused
	b.Hold(care.Assessment)
	_, asked := apitest.ReadPage(t, b.Visit(address)).First("select", "name", field)
	require.False(t, asked)
	require.Equal(t, http.StatusSeeOther, sends(""))
	records.open = false
	b.Pages.ZonePolicy.SharedAgenda.With = "" // the centre gives nothing
	_, asked = apitest.ReadPage(t, b.Visit(address)).First("select", "name", field)
	require.False(t, asked)
}

// withoutPlacement has cases that are with the employment centre where open is set alone.
type withoutPlacement struct {
	*apitest.PageRecords
	open bool
}

func (r *withoutPlacement) CaseFile(ctx context.Context, who care.Staff, id string) (ledger.Case, error) {
	c, err := r.PageRecords.CaseFile(ctx, who, id)
	c.Branches = slices.DeleteFunc(c.Branches, func(b ledger.Branch) bool { return b.Kind == care.RunPlacement && !r.open })
	return c, err
}
