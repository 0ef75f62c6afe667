package fuzz_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/italian"
)

// faults sends a body to the API and gives what is wrong with its fields, by their
// names.
func (w *world) faults(account, path, body string) map[string]string {
	w.t.Helper()
	s := &sent{method: http.MethodPost, path: rest.Prefix + path, body: body, mark: w.marked(), header: http.Header{
		"Authorization": {"Bearer " + w.tokens[account]}, "Content-Type": {"application/json"}, rest.KeyHeader: {fmt.Sprint("k", w.marks)},
	}}
	var p problem.Problem
	require.NoError(w.t, json.Unmarshal([]byte(w.send(s).text), &p))
	found := map[string]string{}
	for _, e := range p.Errors {
		found[e.Field] = e.Rule
	}
	return found
}

// TestDatesThroughEveryDoor sends to the API the dates between which each may lie,
// and those just outside of them; and to the pages, where a date is a day.
func TestDatesThroughEveryDoor(t *testing.T) {
	w := newWorld(t)
	file, equipe := w.ids["case"][0], w.ids["equipe"][0]
	now := w.Now.In(italian.Rome)
	held := func(kind care.TaskKind) string {
		for _, row := range w.Rows(`SELECT id FROM task WHERE kind = $1 AND state = 'reserved'`, kind) {
			return fmt.Sprint(row["id"])
		}
		t.Fatalf("nobody holds a task of the kind %s", kind)
		return ""
	}
	hour := time.Hour
	moment := func(at time.Time) string { return at.Format(time.RFC3339) }
	day := func(at time.Time) string { return at.Format(time.DateOnly) }
	person := `{"person":{"given_name":"Persona","family_name":"Prova","birth_date":"%s","citizenship":"PK","languages":["ur"]},"needs":["labour"],"channel":"in_person","topic":"labour","notice_given":true,"notice_version":"1","another_person":true}`
	permit := strings.Replace(strings.Replace(person, "%s", "1992-03-01", 1), `"languages"`, `"permit":"work","permit_expiry":"%s","languages"`, 1)
	for _, c := range []struct {
		account, path, body, field string
		say                        func(time.Time) string
		early, first, last, late   time.Time
		tooEarly, tooLate          string
	}{
		{"desk_operator.prato", "/case-files", person, "person.birth_date", day, now.AddDate(-130, 0, -1), now.AddDate(-130, 0, 0), now, now.AddDate(0, 0, 1), care.RuleImplausible, care.RuleInTheFuture},
		{"desk_operator.prato", "/case-files", permit, "person.permit_expiry", day, now.AddDate(-30, 0, -1), now.AddDate(-30, 0, 0), now.AddDate(30, 0, 0), now.AddDate(30, 0, 1), care.RuleImplausible, care.RuleImplausible},
		{"social_worker.prato", "/eligibility-checks", `{"birth_date":"%s"}`, "birth_date", day, now.AddDate(-130, 0, -1), now.AddDate(-130, 0, 0), now, now.AddDate(0, 0, 1), care.RuleImplausible, care.RuleInTheFuture},
		{"social_worker.prato", "/case-files/" + file + "/bookings", `{"service":"cpi","at":"%s"}`, "at", moment, now.Add(-hour), now.Add(hour), openBefore(now.AddDate(2, 0, 0)), now.AddDate(2, 0, 1), care.RuleInThePast, care.RuleTooFar},
		{"social_worker.prato", "/case-files/" + file + "/meetings", `{"at":"%s"}`, "at", moment, now.AddDate(0, 0, -31), now.AddDate(0, 0, -29), now, now.Add(hour), care.RuleTooLongAgo, care.RuleInTheFuture},
		{"social_worker.prato", "/case-files/" + file + "/suspension", `{"until":"%s","reason":"abroad"}`, "until", moment, now.Add(-hour), now.Add(hour), now.AddDate(2, 0, 0), now.AddDate(2, 0, 1), care.RuleInThePast, care.RuleTooFar},
		{"social_worker.prato", "/equipes/" + equipe + "/minutes", `{"at":"%s","text":"Prova","votes":[]}`, "at", moment, now.AddDate(-1, 0, -1), now.AddDate(-1, 0, 1), now, now.Add(hour), care.RuleImplausible, care.RuleInTheFuture},
		{"supervisor.prato", "/tasks/" + w.ids["task"][0] + "/extend", `{"until":"%s","note":"Prova"}`, "until", moment, now.Add(-hour), openFrom(now.Add(hour)), openBefore(now.AddDate(2, 0, 0)), now.AddDate(2, 0, 1), care.RuleInThePast, care.RuleTooFar},
		{"cpi_operator.prato", "/tasks/" + held(care.Measure) + "/complete", `{"outcome":"started","measure":"internship","until":"%s"}`, "until", moment, now.Add(-hour), now.Add(hour), now.AddDate(5, 0, 0), now.AddDate(5, 0, 1), care.RuleInThePast, care.RuleImplausible},
	} {
		for at, rule := range map[time.Time]string{c.early: c.tooEarly, c.first: "", c.last: "", c.late: c.tooLate} {
			if got := w.faults(c.account, c.path, fmt.Sprintf(c.body, c.say(at)))[c.field]; got != rule {
				t.Errorf("%s with %s %s: %q, want %q", c.path, c.field, c.say(at), got, rule)
			}
		}
	}

	b := newBrowser(w)
	page := func(account, path string, form url.Values) got {
		s := b.asked(account, http.MethodPost, path, "")
		s.header.Set("Content-Type", "application/x-www-form-urlencoded")
		form.Set("key", fmt.Sprint("k", b.marks))
		s.body = form.Encode()
		a := b.send(s)
		b.check(s, a)
		return a
	}
	for _, c := range []struct {
		path  string
		form  url.Values
		field string
		rules map[string]string // by days
	}{
		{"/fascicoli/" + file + "/incontro", url.Values{"hour": {"00:01"}}, "day", map[string]string{
			day(now.AddDate(0, 0, -40)): care.RuleTooLongAgo, day(now.AddDate(0, 0, 2)): care.RuleInTheFuture, "9999-12-31": care.RuleInTheFuture, "10000-01-01": parts.RuleDate}},
		{"/fascicoli/" + file + "/sospendi", url.Values{"reason": {"abroad"}}, "until", map[string]string{
			day(now.AddDate(0, 0, -2)): care.RuleInThePast, day(now.AddDate(2, 0, 3)): care.RuleTooFar, "9999-12-31": care.RuleTooFar, "0001-01-01": parts.RuleDate}},
		{"/sportello/fascicolo", url.Values{"given_name": {"Persona"}, "family_name": {"Prova"}}, "birth_date", map[string]string{
			day(now.AddDate(0, 0, 2)): care.RuleInTheFuture, day(now.AddDate(-131, 0, 0)): care.RuleImplausible, "0001-01-01": correction.RuleBirth, "10000-01-01": correction.RuleBirth}},
		{"/verifica-requisiti", url.Values{}, "birth_date", map[string]string{
			day(now.AddDate(0, 0, 2)): care.RuleInTheFuture, day(now.AddDate(-131, 0, 0)): care.RuleImplausible, "0001-01-01": correction.RuleBirth}},
	} {
		for typed, rule := range c.rules {
			account := "social_worker.prato"
			if strings.HasPrefix(c.path, "/sportello") {
				account = "desk_operator.prato"
			}
			by := strings.Split(typed, "-")
			for i, part := range []string{"-year", "-month", "-day"} {
				c.form.Set(c.field+part, by[i])
			}
			if a := page(account, c.path, c.form); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, italian.Rule(rule)) || !strings.Contains(a.text, `value="`+by[0]+`"`) {
				t.Errorf("%s with %s: %d %v, want %q and what was typed", c.path, typed, a.status, fieldErrors.FindAllString(a.text, -1), italian.Rule(rule))
			}
		}
	}
}

// TestCodesAndTextsThroughEveryDoor sends what is no code, and texts past their
// length or with what nobody sees, to the API, to a page and through a partner's
// link; nothing of it is stored.
func TestCodesAndTextsThroughEveryDoor(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(w)
	before := w.Count("command")
	long, free, unseenText := strings.Repeat("z", 4001), "Persona Prova vuole tornare a casa", "Prova\u202e"
	referral := w.ids["referral"][0]
	for _, c := range []struct{ body, field, rule string }{
		{`{"reason":` + quoted(free) + `}`, "reason", care.RuleReason},
		{`{"reason":"` + w.policy.RejectReasons[0].Code + `","note":` + quoted(long) + `}`, "note", care.RuleTooLong},
		{`{"reason":"` + w.policy.RejectReasons[0].Code + `","note":` + quoted(unseenText) + `}`, "note", care.RuleIllegible},
		{`{"reason":` + quoted(strings.Repeat(free, 30_000)) + `}`, "reason", care.RuleReason},
		{`{"agency":"asl"}`, "agency", care.RuleNotAllowed},
	} {
		got := w.faults("cpi_operator.prato", "/referrals/"+referral+"/reject", c.body)
		if rule := got[c.field]; rule != c.rule {
			t.Errorf("%.100s: %v, want %s", c.body, got, c.rule)
		}
	}
	for _, path := range []string{"acknowledge", "accept", "hold", "supply", "withdraw"} {
		if got := w.faults("supervisor.prato", "/referrals/"+referral+"/"+path, `{"note":"Prova","reason":`+quoted(free)+`}`); got["reason"] != care.RuleNotAllowed {
			t.Errorf("%s with a reason: %v", path, got)
		}
	}
	code := w.policy.RejectReasons[0].Code
	for name, form := range map[string]url.Values{
		"a free reason":  {"reason": {free}},
		"no reason":      {},
		"a long note":    {"reason": {code}, "note": {long}},
		"an unseen sign": {"reason": {code}, "note": {unseenText}},
		"no text":        {"reason": {code}, "note": {"Prova\xff"}},
		"a long reason":  {"reason": {strings.Repeat(free, 10_000)}},
	} {
		for path, account := range map[string]string{w.links[0]: "", "/segnalazioni/" + referral + "/rifiuta": "cpi_operator.prato"} {
			s := b.asked(account, http.MethodPost, path, "")
			s.header.Set("Content-Type", "application/x-www-form-urlencoded")
			s.body = form.Encode() + "&answer=reject&key=" + s.mark
			a := b.send(s)
			if b.check(s, a); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, "field-error") {
				t.Errorf("%s at %s: %d", name, path, a.status)
			}
		}
	}
	if after := w.Count("command"); after != before {
		t.Errorf("%d commands were stored", after-before)
	}
}

// TestFormSentTwiceAtOnceHasOneEffect presses a button twice, as a browser may: the
// desk's, a supervisor's, and a partner's.
func TestFormSentTwiceAtOnceHasOneEffect(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(w)
	const times = 6
	for name, c := range map[string]struct {
		account, path string
		form          url.Values
		count         string
	}{
		"a contact": {"desk_operator.prato", "/sportello/accesso", url.Values{
			"topic": {w.policy.Desk.Topics[0].Code}, "language": {"it"}, "channel": {w.policy.Desk.Channels[0].Code}, "outcome": {"information"}}, "contact"},
		"a case file": {"desk_operator.prato", "/sportello/fascicolo", url.Values{
			"given_name": {"Persona"}, "family_name": {"Prova Doppia"}, "birth_date": {"1990-05-01"}, "citizenship": {"MA"}, "languages": {"ar"}, "needs": {"labour"},
			"topic": {w.policy.Desk.Topics[0].Code}, "channel": {w.policy.Desk.Channels[0].Code}, "notice_given": {"handed"}, "notice_language": {"ur"}, "another_person": {"1"}}, "command WHERE operation = 'open'"},
		"a meeting": {"social_worker.prato", "/fascicoli/" + w.ids["case"][0] + "/incontro", url.Values{
			"day": {w.day(-1).In(italian.Rome).Format(time.DateOnly)}, "hour": {"10:00"}}, "command WHERE operation = 'meet'"},
		"a partner's yes": {"", w.links[0], url.Values{"answer": {"acknowledge"}}, "command WHERE operation = 'acknowledge'"},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.Count(c.count)
			c.form.Set("key", "double-"+strings.ReplaceAll(name, " ", "-"))
			answers := make([]*httptest.ResponseRecorder, times)
			var all sync.WaitGroup
			for i := range times {
				s := b.asked(c.account, http.MethodPost, c.path, "")
				s.header.Set("Content-Type", "application/x-www-form-urlencoded")
				r := httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(c.form.Encode()))
				r.Header, answers[i] = s.header, httptest.NewRecorder()
				all.Go(func() { w.rig.Site.Handler().ServeHTTP(answers[i], r) })
			}
			all.Wait()
			said := map[string]int{}
			for _, a := range answers {
				said[fmt.Sprint(a.Code, a.Header().Get("Location"))]++
			}
			if c.account == "" {
				delete(said, fmt.Sprint(http.StatusGone)) // who came once the link was used
			}
			if made := w.Count(c.count) - before; made != 1 || len(said) != 1 {
				t.Errorf("%d effects, answers %v", made, said)
			}
		})
	}
}

var fieldErrors = regexp.MustCompile(`(?s)<p class="field-error".*?</p>`)

// TestWhatMadeUpRequestsFound sends what drawn inputs found, since other inputs come
// to it no more once a generator changes.
func TestWhatMadeUpRequestsFound(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(w)
	file, task := w.ids["case"][0], w.ids["task"][len(w.ids["task"])-1]
	if got := w.faults("social_worker.prato", "/eligibility-checks", `{"birth_date":"0001-01-01"}`)["birth_date"]; got != care.RuleImplausible {
		t.Errorf("the first day of year 1 passes for no birth date: %q", got)
	}
	s := &sent{method: http.MethodGet, path: rest.Prefix + "/appointments", query: "from=0001-01-01T00:00:00Z", mark: w.marked(), bad: "the time that stands for none", header: http.Header{"Authorization": {"Bearer " + w.tokens["supervisor.prato"]}}}
	w.send(s)
	for _, c := range []struct {
		method, path, query, body string
		status                    int
	}{
		{http.MethodPost, "/ricerca", "", "cerca=Prova%C0%AF", http.StatusUnprocessableEntity},
		{http.MethodPost, "/ricerca", "", "cerca=Prova&dopo=%ff", http.StatusUnprocessableEntity},
		{http.MethodPost, "/compiti/" + task + "/prendi", "", "key=Prova%C0%AF", http.StatusUnprocessableEntity},
		{http.MethodPost, "/compiti/" + task + "/prendi", "", "key=a&unread=%00", http.StatusUnprocessableEntity},
		{http.MethodGet, "/fascicoli/zz/incontro", "", "", http.StatusNotFound},
		{http.MethodGet, "/fascicoli/" + strings.ToUpper(file) + "/incontro", "", "", http.StatusNotFound},
		{http.MethodGet, "/fascicoli", "stato=prova", "", http.StatusUnprocessableEntity},
		{http.MethodGet, "/fascicoli", "stato=aperti&stato=chiusi", "", http.StatusUnprocessableEntity},
		{http.MethodGet, "/segnalazioni", "elenco=prova", "", http.StatusUnprocessableEntity},
	} {
		s := b.asked("social_worker.prato", c.method, c.path, c.query)
		s.header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.body = c.body
		a := b.send(s)
		if b.check(s, a); a.status != c.status {
			t.Errorf("%s %s?%s %s: %d, want %d", c.method, c.path, c.query, c.body, a.status, c.status)
		}
	}
}

// openBefore is the time, or the one of the day before on which offices are open.
func openBefore(t time.Time) time.Time { return offices().LastOpen(t) }

// openFrom is the time, or the one of the day after on which offices are open.
func openFrom(t time.Time) time.Time { return offices().NextOpen(t) }

func offices() care.Calendar {
	cal, err := calendar.New(care.Policy{Zone: zoneCode, DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	if err != nil {
		panic(err)
	}
	return cal
}
