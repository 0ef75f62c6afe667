package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// views are what somebody is shown where nobody's id stands in the address: each page and
// list with its filters, and what each box of a search finds of a person.
type views map[string]got

// differs is where two texts differ.
func differs(was, is string) string {
	n := 0
	for n < min(len(was), len(is)) && was[n] == is[n] {
		n++
	}
	around := func(text string) string { return text[max(0, n-80):min(len(text), n+80)] }
	return around(was) + "\nand now\n" + around(is)
}

// keepsHer says who knows of the protected person.
func keepsHer(who *caller) bool {
	return slices.Contains([]string{firstKeeper, secondKeeper, keptByName}, who.Subject)
}

// listsOf are the addresses without an id, with each filter that they know.
func (w *crowd) listsOf() (found []string) {
	for _, route := range w.rig.Site.Routes() {
		if route.Method == http.MethodGet && !strings.Contains(route.Path, "/:") && !slices.Contains(noReadings, route.Path) && route.Path != "/ricerca" { // what one searched last: below
			found = append(found, route.Path)
		}
	}
	day := w.Now.Add(24 * time.Hour).Format(time.DateOnly)
	off := w.Now.AddDate(0, 0, 30).Format(time.DateOnly)
	for path, filters := range map[string][]string{
		"/compiti":                     {"elenco=libere", "elenco=seguo", "elenco=recenti"},
		"/fascicoli":                   {"stato=in-ritardo", "stato=fermi", "stato=senza-nessuno", "stato=come-previsto", "stato=chiusi", "mie=si"},
		"/segnalazioni":                {"elenco=inviate", "concluse=si", "elenco=inviate&concluse=si", "ordine=scadenza"},
		"/quadro":                      {"elenco=date", "elenco=atti"},
		"/quadro/cause":                {"per=nobody", "per=machine", "per=mail", "formato=csv"},
		"/casi-bloccati":               {"spunta=tutte"},
		"/appuntamenti":                {"servizio=uoc_immigrazione", "servizio=pas&vista=settimana", "servizio=pas&vista=mese", "servizio=uoc_immigrazione&vista=mese", "servizio=uoc_immigrazione&vista=settimana", "servizio=cpi&vista=settimana"},
		"/appuntamenti/stampa":         {"giorno=" + day, "giorno=" + day + "&porta=1", "giorno=" + day + "&servizio=uoc_immigrazione"},
		"/giornate-annullate/proposta": {"servizio=pas&dal=" + off + "&al=" + off},
		rest.Prefix + "/tasks":         {"state=completed", "state=obsolete", "team=true", "mine=true", "limit=100"},
		rest.Prefix + "/services/uoc_immigrazione/offers": {""},
	} {
		for _, filter := range filters {
			found = append(found, path+"?"+filter)
		}
	}
	return found
}

// placesOf are the places of a session: a place that a protected person has is none, since
// whoever books there would be promised it.
var placesOf = regexp.MustCompile(`(\d+) posti liberi su (\d+)`)

// gone is how many places somebody has, as a page tells.
func gone(text string) (taken []int) {
	for _, found := range placesOf.FindAllStringSubmatch(text, -1) {
		free, _ := strconv.Atoi(found[1])
		all, _ := strconv.Atoi(found[2])
		taken = append(taken, all-free)
	}
	return taken
}

// views asks somebody's lists and searches.
func (r *reader) views(f *dossier, lists []string) views {
	found := views{}
	for _, address := range lists {
		found[address] = r.looks(http.MethodGet, address, address, "")
	}
	for kind, text := range map[string]string{"name": marker(f.name, "name"), "birth": f.born.Format("02/01/2006"), "phone": marker(f.name, "phone"), "number": f.number, "code": strings.ToUpper(marker(f.name, "code"))} {
		r.looks(http.MethodPost, "/ricerca", "/ricerca", url.Values{"cerca": {text}}.Encode())
		found["search by "+kind] = r.looks(http.MethodGet, "/ricerca", "/ricerca", "")
		found["asked for by "+kind] = r.looks(http.MethodPost, "search", rest.Prefix+"/case-file-searches", fmt.Sprintf(`{"search":%q}`, text))
	}
	return found
}

// livesUnseen has a great deal happen to the protected person while nobody else's file
// changes: no page, list, count or search of anybody who must not know of her may change
// by a letter. What is told of an id of hers is told of one that never was, also where
// something is sent. It gives what was seen before she is known again.
func (w *crowd) livesUnseen(f, nobody *dossier) (again func()) {
	w.T.Helper()
	lists := w.listsOf()
	var readers []*reader
	for _, who := range w.callers {
		if who.Role == care.MailSystem || keepsHer(who) {
			continue
		}
		if who.cookie == "" {
			w.logsIn(who)
		}
		readers = append(readers, &reader{crowd: w, who: who, seen: map[string]map[string]string{}})
	}
	all := func(ask func(n int, r *reader)) {
		asking := errgroup.Group{}
		asking.SetLimit(4)
		for n, r := range readers {
			asking.Go(func() error { ask(n, r); return nil })
		}
		require.NoError(w.T, asking.Wait())
	}
	before := make([]views, len(readers))
	all(func(n int, r *reader) { r.views(f, lists); before[n] = r.views(f, lists) }) // the first look takes what the page before has left to be said

	w.happensToHer(f)
	all(func(n int, r *reader) {
		for address, now := range r.views(f, lists) {
			if was := before[n][address]; now.status != was.status || placesOf.ReplaceAllString(now.text, "") != placesOf.ReplaceAllString(was.text, "") || !slices.Equal(gone(now.text), gone(was.text)) {
				w.T.Errorf("%s of %s@%s changes with what happens to a protected person: %d\n%s", address, r.who.role(), r.who.agency, now.status, differs(was.text, now.text))
			}
		}
		for _, route := range w.rig.Site.Routes() {
			if route.Method != http.MethodPost || !strings.Contains(route.Path, "/:") || strings.Contains(route.Path, ":token") || strings.HasPrefix(route.Path, rest.Prefix) || strings.HasPrefix(route.Path, "/assenze/") || strings.HasSuffix(route.Path, "/riapri") || strings.HasPrefix(route.Path, "/mediatori/") || strings.HasPrefix(route.Path, "/bozze/") || strings.HasPrefix(route.Path, "/promemoria/") || slices.Contains(noReadings, route.Path) {
				continue
			}
			of := r.sent(nobody, route.Path)
			for n, told := range r.sent(f, route.Path) {
				if told != of[min(n, len(of)-1)] {
					w.T.Errorf("what %s@%s sends to %s tells that she is there: %d %s", r.who.role(), r.who.agency, route.Path, told.status, differs(of[min(n, len(of)-1)].text, told.text))
				}
			}
		}
	})
	return func() {
		changed := map[string]int{}
		all(func(n int, r *reader) { before[n] = r.compared(before[n], r.views(f, lists)) })
		for n, r := range readers {
			if r.who.agency == keeps {
				changed[r.who.role()] += len(before[n])
			}
		}
		w.T.Logf("%d readers look at %d lists; once she is known again they differ in %v", len(readers), len(lists)+10, changed)
		for _, role := range []care.Role{care.DeskOperator, care.Supervisor} {
			require.Greater(w.T, changed[string(role)], 8, "the lists of a %s show her, once she is known", role)
		}
	}
}

// compared are the views that differ.
func (r *reader) compared(was, is views) views {
	for address, seen := range is {
		if was[address] == seen {
			delete(was, address)
		}
	}
	return was
}

// sent is what somebody is told who sends an empty form to an address of a file.
func (r *reader) sent(f *dossier, route string) (told []got) {
	for _, address := range r.addresses(f, route) {
		told = append(told, r.looks(http.MethodPost, route, address, "note=Prova"))
	}
	return told
}

// happensToHer has her file late, urgent, with work for every role of every agency, with
// appointments today and tomorrow, and with a referral that comes to nothing.
func (w *crowd) happensToHer(f *dossier) {
	w.T.Helper()
	var tasks []ledger.TaskChange
	for i, at := range []struct {
		kind   care.TaskKind
		role   care.Role
		agency care.Code
	}{
		{care.FirstListening, care.DeskOperator, "comune"}, {care.SocialService, care.SocialWorker, "comune"}, {care.Review, care.SocialWorker, "comune"},
		{care.ClosureApproval, care.Supervisor, "comune"}, {care.ReferralOutcome, care.CPIOperator, "cpi"},
	} {
		tasks = append(tasks, postgrestest.Opens(f.caseRun, fmt.Sprint("unseen", i), ledger.TaskChange{Kind: at.kind, Role: at.role, Agency: at.agency}))
		f.ids["task"] = append(f.ids["task"], tasks[i].ID)
	}
	w.Does(f.caseRun, w.Clock(), ledger.Effects{Tasks: tasks}, nil)
	for _, late := range tasks {
		_, err := w.Owner.Exec(w.T.Context(), `UPDATE task SET remind_at = $2, escalate_at = $2, reminded = true, escalated = true WHERE id = $1`, late.ID, w.Now.AddDate(0, 0, -3))
		require.NoError(w.T, err)
	}
	booked := ledger.AppointmentChange{ID: uuid.NewString(), State: care.AppointmentConfirmed, Service: "uoc_immigrazione", At: w.Now.Add(24 * time.Hour)}
	f.ids["appointment"] = append(f.ids["appointment"], booked.ID)
	w.Does(f.caseRun, w.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{booked, // a step, with which her health is kept
		{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "pas", At: w.Now.Add(2 * time.Hour)},
		{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "cpi", At: w.Now.Add(3 * time.Hour)}}}, nil)
	w.refers(f, "cpi", care.CPIOperator, "training")
	waits := uuid.NewString() // of her turn, and of the place that is kept for her
	for _, sql := range []string{
		`INSERT INTO waiting (id, case_id, zone, service, matter, language, interpreter, mode, hours, with_child, pua, put_by, since)
			SELECT $1, f.id, f.zone, 'pas', '', '', '', '', '', false, false, f.opened_by, $3::timestamptz FROM case_file f WHERE f.id = $2`,
		`INSERT INTO waiting_offer (id, entry, zone, service, at, until, pua, made_at, ends_at)
			SELECT w.id, w.id, w.zone, w.service, $3::timestamptz + interval '1 day', $3::timestamptz + interval '25 hours', false, $3::timestamptz, $3::timestamptz + interval '1 hour' FROM waiting w WHERE w.id = $1 AND w.case_id = $2`,
	} {
		_, err := w.Owner.Exec(w.T.Context(), sql, waits, ledger.BareID(f.caseRun), w.Now)
		require.NoError(w.T, err)
	}
	f.ids["waiting"] = []string{waits}
}
