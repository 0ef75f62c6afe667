package homevisit_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/together"
)

// visits is a browser with an appointment, and who may go there.
func visits(t *testing.T) (b *apitest.PagesRig, appointment string) {
	b = apitest.NewPages(t)
	b.Visits.Named = []homevisit.Visitor{
		{ID: apitest.SomeWorker.ID, Name: "Maria Prova", Role: care.SocialWorker, Visits: true}, {ID: apitest.AnotherID, Name: "Carla Esempio", Role: care.SocialWorker, Visits: true},
		{ID: apitest.SomeID, Name: "Anna Prova", Role: care.DeskOperator},
	}
	b.LogIn(apitest.SomeWorker.Subject)
	found := regexp.MustCompile(`"/appuntamenti/([0-9a-f-]{36})"`).FindStringSubmatch(b.Visit("/appuntamenti").Text)
	require.Len(t, found, 2)
	return b, found[1]
}

func (v visit) at(start time.Time) homevisit.Visit {
	return homevisit.Visit{
		Appointment: string(v), Version: 3, CaseID: apitest.AnotherID, Person: "Persona Prova", First: apitest.SomeWorker.ID, FirstName: "Maria Prova", Second: apitest.AnotherID, SecondName: "Carla Esempio",
		Knows: apitest.SomeID, KnowsName: "Anna Prova", Phone: "333 0000001", Domicile: "via di Prova, 1", At: start, Until: start.Add(time.Hour), AskAt: start.Add(90 * time.Minute), AlarmAt: start.Add(2 * time.Hour),
	}
}

type visit string

// The form offers who may go, keeps what was typed, and says what is wrong at the field.
func TestAVisitIsPlanned(t *testing.T) {
	b, id := visits(t)
	address := "/appuntamenti/" + id + "/visita"
	require.Contains(t, b.Visit("/fascicoli/"+apitest.AnotherID+"/appuntamenti").Text, `/visita"`, "the case leads there")
	page := apitest.ReadPage(t, b.Visit(address))
	require.Contains(t, page.Words(), "Parla urdu", "the person stands above it")
	form, there := page.First("form", "action", address)
	require.True(t, there)
	sent := apitest.FilledIn(form)
	require.Equal(t, []string{apitest.SomeWorker.ID, "0"}, []string{sent.Get("goes"), sent.Get("seen")})
	sent.Set("address", "piazza di Prova, 2")
	b.Visits.Refuse = care.Refuse(care.Fault{Field: "second", Rule: homevisit.RuleSecond})
	refused := b.Submit(address, sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	require.Contains(t, refused.Text, `value="piazza di Prova, 2"`)

	b.Visits.Refuse = nil
	sent.Set("second", apitest.AnotherID)
	sent.Set("knows", apitest.SomeID)
	sent.Set("phone", "333 0000001")
	sent.Set("minutes", "60")
	require.Equal(t, http.StatusSeeOther, b.Submit(address, sent).StatusCode)
	require.Equal(t, []homevisit.Going{{First: apitest.SomeWorker.ID, Second: apitest.AnotherID, Knows: apitest.SomeID, Phone: "333 0000001", Address: "piazza di Prova, 2", Minutes: 60}}, b.Visits.Asked)

	b.Visits.List = []homevisit.Visit{visit(id).at(b.Now.AddDate(0, 0, 1))}
	words := b.Open(t, address).Words()
	for _, want := range []string{"Vanno Maria Prova e Carla Esempio", "via di Prova, 1", "Non è più a domicilio"} {
		require.Contains(t, words, want)
	}
	for _, shown := range []string{"/appuntamenti", "/fascicoli/" + apitest.AnotherID + "/appuntamenti"} {
		require.Contains(t, b.Open(t, shown).Words(), "Visita a domicilio, vanno Maria Prova e Carla Esempio, rientro atteso alle", shown)
	}
	require.Contains(t, b.Open(t, "/appuntamenti?persona="+apitest.SomeWorker.ID+"&vista=settimana").Words(), "Visita a domicilio, vanno Maria Prova")

	// Who goes is entered as away: whoever planned it reads that somebody else is to go.
	b.Together.Left = []together.Vacancy{{Appointment: id, At: b.Now.AddDate(0, 0, 1), Name: "Carla Esempio", As: together.Goes}}
	left := b.Open(t, "/")
	require.Contains(t, left.Words(), "Carla Esempio è assente: chi va al suo posto?")
	require.Contains(t, left.Text, address)
	require.Contains(t, b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/vacancies", "").Text, `"as":"goes"`)
	drop := address + "/togli"
	form, there = apitest.ReadPage(t, b.Visit(drop)).First("form", "action", drop)
	require.True(t, there)
	require.Equal(t, http.StatusSeeOther, b.Submit(drop, apitest.FilledIn(form)).StatusCode)
	require.Empty(t, b.Visits.List)
}

// Who goes is asked in Oggi whether they are back; who is told that nobody answers reads whom to
// ring, and not whose the visit was where they may not know of her.
func TestAreYouBack(t *testing.T) {
	b, id := visits(t)
	v := visit(id).at(b.Now.Add(-100 * time.Minute))
	b.Visits.List = []homevisit.Visit{v}
	page := apitest.ReadPage(t, b.Visit("/")).Main(t)
	require.Contains(t, page.Words(), "Vanno Maria Prova e Carla Esempio. Siete rientrati?")
	require.Contains(t, page.Words(), "Visita a domicilio: Persona Prova")
	form, there := page.First("form", "action", "/appuntamenti/"+id+"/rientro")
	require.True(t, there)
	require.Equal(t, http.StatusSeeOther, b.Submit("/appuntamenti/"+id+"/rientro", apitest.FilledIn(form)).StatusCode)
	require.Equal(t, homevisit.All, b.Visits.Said[id], "one answers for both")

	v.AlarmAt, v.CaseID, v.Person = b.Now, "", ""
	b.Visits.List = []homevisit.Visit{v}
	b.LogIn(apitest.SomeSupervisor.Subject)
	page = apitest.ReadPage(t, b.Visit("/")).Main(t)
	require.Contains(t, page.Words(), "Nessuno ha detto che sono rientrati: chiama il 333 0000001. Della visita sa Anna Prova")
	require.NotContains(t, page.Words(), "Visita a domicilio: ")
	require.Contains(t, page.Words(), "Sono rientrati : Visita a domicilio")
}

// The same through the API.
func TestVisitsThroughTheAPI(t *testing.T) {
	b, id := visits(t)
	b.Visits.List = []homevisit.Visit{visit(id).at(b.Now.Add(-100 * time.Minute))}
	for _, list := range []string{"/home-visits", "/case-files/" + apitest.AnotherID + "/home-visits"} {
		a := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+list, "")
		require.Equal(t, http.StatusOK, a.StatusCode, list)
		require.True(t, strings.Contains(a.Text, `"state":"asked"`) && strings.Contains(a.Text, `"address":"via di Prova, 1"`), a.Text)
	}
	one := rest.Prefix + "/appointments/" + id
	require.Equal(t, http.StatusNoContent, b.As(apitest.SomeWorker, http.MethodPut, one+"/home-visit",
		`{"goes":"`+apitest.SomeWorker.ID+`","alone":"Prova","knows":"`+apitest.SomeID+`","phone":"333 0000001","minutes":45,"seen":3}`).StatusCode)
	require.Equal(t, 45, b.Visits.Asked[0].Minutes)
	require.Equal(t, http.StatusNoContent, b.Post(apitest.SomeWorker, "/appointments/"+id+"/return", `{"answer":"me"}`, "prova").StatusCode)
	require.Equal(t, homevisit.Me, b.Visits.Said[id])
	require.Equal(t, http.StatusNotFound, b.Post(apitest.SomeWorker, "/appointments/"+apitest.ClosedID+"/return", `{"answer":"me"}`, "prova").StatusCode)
	require.Equal(t, http.StatusNoContent, b.As(apitest.SomeWorker, http.MethodDelete, one+"/home-visit?seen=3", "").StatusCode)
	require.Empty(t, b.Visits.List)
}
