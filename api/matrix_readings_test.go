package api_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"percorso/api/live"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// Whom the readings are about: each file is of another person, has gone another way,
// and every field and text of it holds a marker of its own.
const (
	standing    = "open"        // everything of it stands: two referrals, an équipe, an active plan
	rejected    = "rejected"    // the employment centre and the private partner rejected their referrals
	unconsented = "unconsented" // the person withdrew the consent
	byMistake   = "mistake"     // closed as opened by mistake
	joined      = "merged"      // merged into another file
	passed      = "handed"      // another zone has taken it over
	ended       = "closed"      // closed as placed, and the term after it is over
	secret      = "protected"   // the person is protected: a social worker keeps it, a second one, and one operator of the employment centre
)

var files = []string{standing, rejected, unconsented, byMistake, joined, passed, secret, ended}

// kinds are what is written in a file, in the order in which the expected answers
// list it. opening: the note of who opened it; form: of a task of the municipality's;
// theirs: of one of the employment centre's; referral: what was written to who was asked.
var kinds = []string{"number", "name", "birth", "phone", "code", "opening", "consent", "form", "theirs", "referral", "meeting", "opinion", "minutes", "plan", "progress", "transfer"}

// marker is what stands for one kind in a file.
func marker(file, kind string) string { return "Zmarca" + file + kind + "Z" }

var markers = regexp.MustCompile(`Zmarca([a-z]+?)(` + strings.Join(kinds, "|") + `)Z`)

// dossier is a file as the readings ask for it.
type dossier struct {
	name, number string
	born         time.Time
	caseRun      string
	ids          map[string][]string // by what they are of
}

// birthdays are how a day may be written.
func (f *dossier) birthdays() []string {
	months := []string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"}
	return []string{f.born.Format(time.DateOnly), f.born.Format("02/01/2006"), fmt.Sprint(f.born.Day(), " ", months[f.born.Month()-1], " ", f.born.Year())}
}

// opened opens a file of a person who is all markers.
func (w *crowd) opened(name string, born time.Time) *dossier {
	w.T.Helper()
	cmd, err := w.Records.Accept(w.T.Context(), w.Accounts["desk_operator.prato"], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{
		Person: ledger.Person{GivenName: marker(name, "name"), FamilyName: marker(name, "name"), BirthDate: born, Citizenship: "PK", Permit: "work", Phone: marker(name, "phone"), FiscalCode: marker(name, "code"), Languages: []string{"ur"}},
		Needs:  []string{"labour", "housing"}, NoticeGiven: true, NoticeVersion: "2026-01", Note: marker(name, "opening"),
	}).NewCommand)
	require.NoError(w.T, err)
	f := &dossier{name: name, born: born, caseRun: cmd.Run, ids: map[string][]string{"case": {ledger.BareID(cmd.Run)}}}
	w.Does(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{Stage: care.StageFirstLevel}, nil)
	w.Does(cmd.Run, w.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	f.number = fmt.Sprint(w.Row(`SELECT number FROM case_file WHERE id = $1`, ledger.BareID(cmd.Run))["number"])
	return f
}

// refers refers the person of a file to an agency with accounts, which has accepted.
func (w *crowd) refers(f *dossier, agency care.Code, role care.Role, purpose care.Code) (run, referral string) {
	run, referral = postgrestest.NewRun(care.RunReferral), uuid.NewString()
	answer := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: agency, Role: role, Referral: referral})
	w.Branch(f.caseRun, run, care.Answer{Agency: agency, Matter: purpose}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: agency, Purpose: purpose}}, Tasks: []ledger.TaskChange{answer},
	})
	_, err := w.Owner.Exec(w.T.Context(), `UPDATE referral SET note = $2 WHERE id = $1`, referral, marker(f.name, "referral"))
	require.NoError(w.T, err)
	outcome := postgrestest.Opens(run, "outcome", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: agency, Role: role, Referral: referral})
	w.Does(run, w.Clock(), ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralInProgress}}, Tasks: []ledger.TaskChange{{ID: answer.ID, State: care.TaskObsolete}, outcome},
	}, nil)
	f.ids["referral"], f.ids["task"], f.ids["form"] = append(f.ids["referral"], referral), append(f.ids["task"], answer.ID, outcome.ID), append(f.ids["form"], outcome.ID)
	return run, referral
}

// calledOff is a day that is called off, on which everybody was expected: it is of nobody's file.
const calledOff = "00000000-0000-4000-8000-0000000000ff"

// lived makes a file in which everything was written that there is to write.
func (w *crowd) lived(name string, day int) *dossier {
	w.T.Helper()
	const worker, centre = "social_worker.prato", "cpi_operator.prato"
	f := w.opened(name, time.Date(1947, 11, day, 0, 0, 0, 0, time.UTC))
	own := postgrestest.Opens(f.caseRun, "social", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	w.Does(f.caseRun, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{own}}, nil)
	w.Complete(worker, f.caseRun, own.ID, care.Completion{Outcome: care.Continue, Note: marker(name, "form")}, ledger.Effects{}, nil)
	f.ids["task"], f.ids["form"] = []string{own.ID}, []string{own.ID}
	w.Does(f.caseRun, w.Ask(worker, f.caseRun, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing", Note: marker(name, "consent")})), ledger.Effects{}, nil)
	w.Does(f.caseRun, w.Ask(worker, f.caseRun, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: w.Now, Note: marker(name, "meeting")})), ledger.Effects{}, nil)

	service, appointment := postgrestest.NewRun(care.RunService), uuid.NewString()
	w.Branch(f.caseRun, service, care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: appointment, State: care.AppointmentBooked, Service: "pas", At: w.Now.AddDate(0, 0, 30)}}})
	// The day is called off, and she is to be told with the others.
	_, err := w.Owner.Exec(w.T.Context(), `INSERT INTO called_off (id, zone, service, first_day, last_day, reason, made_by, made_at)
		SELECT $1, zone, service, day_of(at), day_of(at), 'other', $3, $4 FROM appointment WHERE id = $2 ON CONFLICT DO NOTHING`, calledOff, appointment, w.Accounts["supervisor.prato"].ID, w.Now)
	require.NoError(w.T, err)
	_, err = w.Owner.Exec(w.T.Context(), `INSERT INTO called_off_person (called_off, appointment) VALUES ($1, $2)`, calledOff, appointment)
	require.NoError(w.T, err)
	f.ids["appointment"], f.ids["off"] = []string{appointment}, []string{calledOff}
	asked, referral := w.refers(f, "cpi", care.CPIOperator, "labour")
	also, second := w.refers(f, "terzo_settore", care.ThirdSectorOperator, "housing")
	task := postgrestest.Opens(asked, "more", ledger.TaskChange{Kind: care.ReferralOutcome, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
	w.Does(asked, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	w.Complete(centre, asked, task.ID, care.Completion{Outcome: care.Completed, Note: marker(name, "theirs")}, ledger.Effects{}, nil)

	w.meets(f)
	if name == rejected {
		for run, referral := range map[string]string{asked: referral, also: second} {
			w.Does(run, w.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRejected}}, Ending: care.Rejected}, nil)
		}
	}
	return f
}

// meets has an équipe meet, in which one operator of the employment centre sits, and
// make a plan.
func (w *crowd) meets(f *dossier) {
	const worker, centre = "social_worker.prato", "cpi_operator.prato"
	own := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
	theirs := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	equipe := w.Equipe(f.caseRun, own, theirs)
	invitation := postgrestest.Opens(equipe, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
	w.Does(equipe, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
	opinion := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.CPIOperator, Agency: "cpi", Like: invitation.ID})
	w.Complete(centre, equipe, invitation.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
		Tasks: []ledger.TaskChange{opinion}, Seats: []ledger.SeatChange{{ID: theirs.ID, State: care.SeatConfirmed}}}, nil)
	w.Does(equipe, w.Ask(centre, equipe, catalogue.Complete.Command("", opinion.ID, care.Completion{Outcome: care.Favourable, Note: marker(f.name, "opinion")})), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: opinion.ID, State: care.TaskCompleted, Outcome: care.Favourable}},
		Seats: []ledger.SeatChange{{ID: theirs.ID, State: care.SeatSpoken, Opinion: care.Favourable}}}, nil)
	minutes := catalogue.MinutesForm{At: w.Now, Text: marker(f.name, "minutes"), Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}, Note: marker(f.name, "opinion")}}}
	w.Does(equipe, w.Ask(worker, equipe, catalogue.Minutes.Command("", "", minutes)), ledger.Effects{Seats: []ledger.SeatChange{
		{ID: own.ID, State: care.SeatSpoken, Opinion: care.Favourable}}}, nil)

	plan, until := uuid.NewString(), w.Now.AddDate(0, 3, 0)
	w.Propose(equipe, plan, care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: marker(f.name, "plan")}}, Actions: []care.PlanAction{{Text: marker(f.name, "plan"), Agency: "comune", Until: &until}},
	})
	for _, state := range []care.PlanState{care.PlanSignedOff, care.PlanAgreed} {
		w.Becomes(equipe, plan, state)
	}
	w.Becomes(f.caseRun, plan, care.PlanActive)
	plans, err := w.Records.Plans(w.T.Context(), w.Accounts[worker], ledger.BareID(f.caseRun))
	require.NoError(w.T, err)
	action := plans[0].Content.Actions[0].ID
	_, err = w.Records.Assign(w.T.Context(), w.Accounts[worker], catalogue.Progress.Command(uuid.NewString(), action,
		catalogue.ProgressForm{State: care.ActionInProgress, Note: marker(f.name, "progress")}).InRun(f.caseRun).NewCommand)
	require.NoError(w.T, err)
	f.ids["task"], f.ids["form"] = append(f.ids["task"], invitation.ID, opinion.ID), append(f.ids["form"], opinion.ID)
	f.ids["equipe"], f.ids["action"] = []string{ledger.BareID(equipe)}, []string{action}
}

// ends brings a file to its end.
func (w *crowd) ends(f *dossier) {
	closes := func(outcome care.Code) {
		for run, r := range w.Runs {
			if r.CaseRun == f.caseRun && run != f.caseRun && w.Count(`run WHERE id = $1 AND ended_at IS NULL`, run) == 1 {
				effects := ledger.Effects{Ending: care.ReferralEnded}
				for _, row := range w.Rows(`SELECT id FROM task WHERE run_id = $1 AND ended_at IS NULL`, run) {
					effects.Tasks = append(effects.Tasks, ledger.TaskChange{ID: fmt.Sprint(row["id"]), State: care.TaskObsolete})
				}
				for _, row := range w.Rows(`SELECT id FROM referral WHERE run_id = $1`, run) {
					effects.Referrals = append(effects.Referrals, ledger.ReferralChange{ID: fmt.Sprint(row["id"]), State: care.ReferralCompleted})
				}
				w.Does(run, w.Clock(), effects, nil)
			}
		}
		w.Does(f.caseRun, w.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: outcome, Ending: outcome}, nil)
	}
	switch f.name {
	case unconsented:
		w.Does(f.caseRun, w.Ask("desk_operator.prato", f.caseRun, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{})), ledger.Effects{}, nil)
	case byMistake:
		closes(care.OutcomeOpenedByMistake)
	case joined:
		kept := w.opened("kept", f.born)
		_, err := w.Records.Assign(w.T.Context(), w.Accounts["social_worker.prato"], // since the names differ
			catalogue.Vouch.Command(uuid.NewString(), ledger.BareID(f.caseRun), catalogue.VouchForm{Other: ledger.BareID(kept.caseRun), Note: "Prova"}).NewCommand)
		require.NoError(w.T, err)
		res, _ := w.Merge("supervisor.prato", f.caseRun, kept.caseRun)
		require.Equal(w.T, ledger.Recorded, res.Verdict)
		f.ids["case"] = append(f.ids["case"], ledger.BareID(kept.caseRun))
	case passed:
		f.ids["case"] = append(f.ids["case"], ledger.BareID(w.hands(f.caseRun, marker(f.name, "transfer"))))
		for _, row := range w.Rows(`SELECT id FROM task WHERE case_id = $1 AND kind = 'transfer_answer'`, ledger.BareID(f.caseRun)) {
			f.ids["task"], f.ids["form"] = append(f.ids["task"], fmt.Sprint(row["id"])), append(f.ids["form"], fmt.Sprint(row["id"]))
		}
	case ended:
		closes(care.OutcomePlaced)
	case secret:
		w.protects(f)
	}
}

// logsIn gives somebody a session for the pages.
func (w *crowd) logsIn(who *caller) {
	w.rig.Browser.Jar, _ = cookiejar.New(nil)
	w.rig.LogIn(who.Subject)
	at, err := url.Parse(w.rig.URL)
	require.NoError(w.T, err)
	for _, c := range w.rig.Browser.Jar.Cookies(at) {
		who.cookie = c.Name + "=" + c.Value
	}
}

// noReadings are addresses that show nothing of anybody's file, or to nobody who is
// logged in.
var noReadings = []string{
	"/status", "/livez", "/readyz", "/openapi.json", "/openapi-3.0.json", "/assets/*file", "/login", "/login/callback", "/logged-out", "/sessione", live.Path,
	"/invito/:token", "/invito/mediatore/:token", "/mediatori/:id", "/mediatori/:id/altro", "/mediatori/:id/annulla", "/mediatori/:id/svolto", rest.Prefix + "/mediations/:id", "/calendario/:token", "/ripresa/:id", "/bozze/:id", "/assenze/:id", "/promemoria/:id/sposta", "/sportello/numeri/:id", "/consulti/:id", rest.Prefix + "/zones/:code", rest.Prefix + "/services/:code/offers",
}

// addresses are those of a route for a file: with all of its ids that may stand there.
// Of a route that has none it is one.
func (r *reader) addresses(f *dossier, route string) []string {
	r.T.Helper()
	var of string
	switch {
	case !strings.Contains(route, "/:"):
		return []string{route}
	case strings.HasPrefix(route, rest.Prefix+"/case-files/"), strings.HasPrefix(route, "/fascicoli/"), strings.HasPrefix(route, "/letture/"), strings.HasPrefix(route, "/doppioni/"), strings.HasPrefix(route, "/protetti-senza-custodi/"):
		of = "case"
	case strings.HasPrefix(route, "/compiti/:id/"), strings.HasPrefix(route, "/casi-bloccati/"): // forms: one of each agency's
		of = "form"
	case strings.HasPrefix(route, rest.Prefix+"/tasks/"), strings.HasPrefix(route, "/compiti/"):
		of = "task"
	case strings.HasPrefix(route, rest.Prefix+"/referrals/"), strings.HasPrefix(route, "/segnalazioni/"):
		of = "referral"
	case strings.HasPrefix(route, "/appuntamenti/"), strings.HasPrefix(route, rest.Prefix+"/appointments/"), strings.HasPrefix(route, "/da-chiamare/"), strings.HasPrefix(route, rest.Prefix+"/reminders/"):
		of = "appointment"
	case strings.HasPrefix(route, "/giornate-annullate/"), strings.HasPrefix(route, rest.Prefix+"/called-off-days/"):
		of = "off"
	case strings.HasPrefix(route, "/liste-attesa/"), strings.HasPrefix(route, "/posti-liberati/"):
		of = "waiting"
	case strings.HasPrefix(route, rest.Prefix+"/equipes/"), strings.HasPrefix(route, "/equipe/"):
		of = "equipe"
	case strings.HasPrefix(route, rest.Prefix+"/contacts/"), strings.HasPrefix(route, rest.Prefix+"/commands/"), strings.HasPrefix(route, "/in-lavorazione/"), strings.HasPrefix(route, "/richieste-ferme/"):
		of = "command"
	case strings.HasPrefix(route, "/avvisi/"):
		of = "notice"
	default:
		r.T.Errorf("say here what the id in %s is of", route)
		return nil
	}
	var found []string
	for _, id := range f.ids[of] {
		address := strings.Replace(route, ":id", id, 1)
		for name, also := range map[string]string{":azione": "action", ":appuntamento": "appointment", ":record": "record"} {
			for _, id := range f.ids[also] {
				address = strings.Replace(address, name, id, 1)
			}
		}
		if !strings.Contains(address, ":agency") {
			found = append(found, address)
			continue
		}
		for _, agency := range []string{"cpi", "terzo_settore"} {
			found = append(found, strings.Replace(address, ":agency", agency, 1))
		}
	}
	return found
}

// reader is what somebody was shown: of each file, which kinds, and where.
type reader struct {
	*crowd
	who   *caller
	files map[string]*dossier
	seen  map[string]map[string]string // file, kind: the route where it was seen first

	answers map[string][]answer // by file
	unknown map[string][]got    // of a file that there is not, by route
}

// answer is what an address of a route answered.
type answer struct {
	route string
	got
}

// got is what an address answered, without what differs from one look to the next.
type got struct {
	status int
	text   string
}

// oneTime is what stands in an answer for one thing or one look alone: ids and keys.
var oneTime = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}|[0-9a-zA-Z_-]{20,}`)

// looks asks for an address, and notes of whom something is shown there.
func (r *reader) looks(method, route, address, body string) got {
	r.T.Helper()
	in := httptest.NewRequest(method, address, strings.NewReader(body))
	if strings.HasPrefix(address, rest.Prefix) {
		in.Header.Set("Authorization", "Bearer "+r.who.token)
		in.Header.Set("Content-Type", "application/json")
		in.Header.Set(rest.KeyHeader, uuid.NewString())
	} else {
		in.Header.Set("Cookie", r.who.cookie)
		in.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rec := httptest.NewRecorder()
	r.rig.Site.Handler().ServeHTTP(rec, in)
	text := rec.Body.String()
	if rec.Code >= http.StatusInternalServerError {
		r.T.Errorf("%s by %s@%s breaks: %s", route, r.who.Role, r.who.agency, r.rig.Log)
	}
	shows := func(file, kind string) {
		if r.seen[file] == nil {
			r.seen[file] = map[string]string{}
		}
		if r.seen[file][kind] == "" {
			r.seen[file][kind] = route
		}
	}
	for _, found := range markers.FindAllStringSubmatch(text, -1) {
		shows(found[1], found[2])
	}
	for name, f := range r.files {
		if strings.Contains(text, f.number) {
			shows(name, "number")
		}
		if slices.ContainsFunc(f.birthdays(), func(day string) bool { return strings.Contains(text, day) }) {
			shows(name, "birth")
		}
		if strings.Contains(text, strings.ToUpper(marker(name, "code"))) { // as it is kept
			shows(name, "code")
		}
	}
	return got{rec.Code, oneTime.ReplaceAllString(text, "ID")}
}

// triesAll asks for every address of every file, and of one that there is not, and looks
// into lists and searches.
func (r *reader) triesAll(nobody *dossier) {
	for _, route := range r.rig.Site.Routes() {
		if route.Method != http.MethodGet || slices.Contains(noReadings, route.Path) {
			continue
		}
		for _, name := range files {
			for _, address := range r.addresses(r.files[name], route.Path) {
				r.answers[name] = append(r.answers[name], answer{route.Path, r.looks(http.MethodGet, route.Path, address, "")})
			}
			if !strings.Contains(route.Path, "/:") {
				break // it is of nobody's file
			}
		}
		if strings.HasPrefix(route.Path, "/casi-bloccati/:id/") { // the next page says once more what was said of the last file
			r.looks(http.MethodGet, "a page between", "/casi-bloccati", "")
		}
		for _, address := range r.addresses(nobody, route.Path) {
			r.unknown[route.Path] = append(r.unknown[route.Path], r.looks(http.MethodGet, route.Path, address, ""))
		}
	}
	for _, list := range []string{"/tasks?state=completed", "/tasks?state=obsolete", "/tasks?team=true", "/tasks?mine=true", "/case-files?limit=100"} {
		r.looks(http.MethodGet, list, rest.Prefix+list, "")
	}
	for _, list := range []string{"libere", "seguo", "recenti"} {
		r.looks(http.MethodGet, "/compiti?elenco="+list, "/compiti?elenco="+list, "")
	}
	for _, f := range r.files {
		for _, id := range f.ids["case"] {
			r.looks(http.MethodGet, "timeline", rest.Prefix+"/case-files/"+id+"/timeline?limit=100", "")
		}
		name := marker(f.name, "name")
		r.looks(http.MethodPost, "search", rest.Prefix+"/case-file-searches", fmt.Sprintf(`{"search":%q}`, name))
		r.looks(http.MethodPost, "search by number", rest.Prefix+"/case-file-searches", fmt.Sprintf(`{"search":%q}`, f.number))
		r.looks(http.MethodPost, "search by birth", rest.Prefix+"/case-file-searches", fmt.Sprintf(`{"search":%q}`, f.born.Format("02/01/2006")))
		r.looks(http.MethodPost, "same person", rest.Prefix+"/same-person-searches", fmt.Sprintf(`{"given_name":%q,"family_name":%q,"birth_date":%q}`, name, name, f.born.Format(time.DateOnly)))
	}
}

// shown is what was seen of a file, as the expected answers write it.
func (r *reader) shown(file string) string {
	var said []string
	for _, kind := range kinds {
		if r.seen[file][kind] != "" {
			said = append(said, kind)
		}
	}
	if len(said) == 0 {
		return "-"
	}
	return strings.Join(said, " ")
}

// readers are who tries to read.
func (w *crowd) readers() (found []*caller) {
	for _, c := range w.callers {
		switch {
		case c.agency == keeps && (w.policy.HasRole(c.Role) && c.Role != care.CPIOperator || c.Role == care.MailSystem || c.Role == care.PrivacyOfficer),
			c.agency == asked && (c.Role == care.CPIOperator || c.Role == care.SocialWorker || c.Role == care.Supervisor),
			c.agency == other && c.Role == care.SocialWorker,
			c.agency == abroad && (c.Role == care.SocialWorker || c.Role == care.Supervisor),
			c.agency == private:
			found = append(found, c)
		}
	}
	for _, agency := range []string{asked} { // a colleague of who sits in the équipe
		s := w.Accounts["cpi_operator_2.prato"]
		found = append(found, &caller{Staff: s, agency: agency, as: "colleague", token: w.rig.Token(s)})
	}
	return found
}

// TestWhoSeesWhat has every reader try every address, search and list, of people who
// are all markers and whose files went each another way. What was seen of whom is
// compared with what is written by hand.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	w := gather(t)
	all := map[string]*dossier{}
	for i, name := range files {
		all[name] = w.lived(name, i+1)
	}
	for _, name := range files {
		w.ends(all[name])
		for _, row := range w.Rows(`SELECT id FROM record WHERE case_id = $1`, all[name].ids["case"][0]) {
			all[name].ids["record"] = append(all[name].ids["record"], fmt.Sprint(row["id"]))
		}
	}
	for _, row := range w.Rows(`SELECT id FROM command WHERE run_id = $1`, all[secret].caseRun) { // of any other, who asked it is answered for good
		all[secret].ids["command"] = append(all[secret].ids["command"], fmt.Sprint(row["id"]))
	}
	// Who is expected is to be called before.
	_, err := w.Owner.Exec(t.Context(), `INSERT INTO reminder (appointment_id, state) SELECT id, 'call' FROM appointment WHERE state IN ('booked', 'confirmed')`)
	require.NoError(t, err)
	// What was given for what has ended in its ordinary way goes out of sight once the
	// zone's term is over: only of the one that was closed.
	_, err = w.Owner.Exec(t.Context(), `UPDATE share SET seen_until = $2 WHERE case_id = $1 AND seen_until > $2`, ledger.BareID(all[ended].caseRun), w.Now.Add(-time.Minute))
	require.NoError(t, err)

	nobody := &dossier{ids: map[string][]string{}} // a file that there is not
	for _, of := range []string{"appointment", "case", "task", "form", "referral", "equipe", "action", "record", "command", "notice"} {
		nobody.ids[of] = []string{uuid.NewString()}
	}
	nobody.ids["off"], nobody.ids["waiting"] = []string{calledOff}, []string{uuid.NewString()}
	callers := w.readers()
	found, trying := make([]*reader, len(callers)), errgroup.Group{}
	trying.SetLimit(4)
	for i, who := range callers {
		w.logsIn(who)
		found[i] = &reader{crowd: w, who: who, files: all, seen: map[string]map[string]string{}, answers: map[string][]answer{}, unknown: map[string][]got{}}
		trying.Go(func() error { found[i].triesAll(nobody); return nil })
	}
	require.NoError(t, trying.Wait())

	m, d, asked := readMatrix(t, "seen.txt"), differences{}, 0
	inside := map[string]map[string]string{} // what those of the agency that keeps the open file see of it, and which addresses answer them
	for _, r := range found {
		who := r.who
		for _, name := range files {
			shown := r.shown(name)
			if m.ask(d, row{"seen", who.role(), who.agency, name}, shown); t.Failed() || len(d) > 0 {
				t.Logf("%s@%s sees of %s: %v", who.role(), who.agency, name, r.seen[name])
			}
			for _, a := range r.answers[name] {
				if asked++; shown == "-" && strings.Contains(a.route, "/:") && !slices.Contains(r.unknown[a.route], a.got) {
					t.Errorf("%s tells %s@%s that there is something of the file %s, of which they see nothing: %d", a.route, who.role(), who.agency, name, a.status)
				}
			}
		}
		if who.agency != keeps {
			continue
		}
		for _, a := range r.answers[standing] {
			if strings.HasPrefix(a.route, rest.Prefix) && a.status < http.StatusBadRequest {
				note(inside, "`GET "+strings.TrimPrefix(a.route, rest.Prefix)+"`", who.role())
			}
		}
		for kind := range r.seen[standing] {
			note(inside, kind, who.role())
		}
	}
	t.Logf("%d addresses, %d lines", asked, len(m.rules))
	m.check(t, d)
	w.livesUnknown(all[secret], nobody)
	if t.Failed() {
		return
	}
	var roles, rows []string
	for _, who := range w.readers() {
		if who.agency == keeps {
			roles = append(roles, "`"+who.role()+"`")
		}
	}
	for row := range inside {
		if strings.HasPrefix(row, "`") {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	yes := func(row, role string) string { return inside[row][strings.Trim(role, "`")] }
	inGuide(t, "seen by role", tableOf("of the file", roles, slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return kind == "transfer" || kind == "opening" }), yes)+"\n"+
		tableOf("address of the API", roles, rows, yes))
}

// note notes that something holds of a role.
func note(of map[string]map[string]string, what, role string) {
	if of[what] == nil {
		of[what] = map[string]string{}
	}
	of[what][role] = "yes"
}
