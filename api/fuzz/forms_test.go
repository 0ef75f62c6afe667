package fuzz_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"percorso/api/apitest"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/invitation"
	"percorso/internal/legible"
)

// browser fills in the forms that the pages show, as each account sees them and as
// partners do through their links.
type browser struct {
	*world
	forms []form
	pages []page // that there are
}

// page is an address that an account was led to.
type page struct{ account, address string }

// form is a form as a page showed it.
type form struct {
	account string // empty: a partner's
	action  string
	apitest.Dom
}

// mostPages bounds how many pages of one account are looked at.
const mostPages = 70

func newBrowser(w *world, accounts ...string) *browser {
	b := &browser{world: w}
	for _, account := range accounts {
		b.walk(account)
	}
	for _, link := range w.links {
		b.look(page{"", link})
	}
	return b
}

// walk follows the links of an account's pages.
func (b *browser) walk(account string) {
	known := map[string]bool{}
	next := []string{"/compiti", "/fascicoli", "/segnalazioni", "/appuntamenti", "/sportello", "/casi-bloccati", "/letture"}
	for looked := 0; len(next) > 0 && looked < mostPages; looked++ {
		at := next[0]
		next = next[1:]
		for _, link := range b.look(page{account, at}) {
			to, err := url.Parse(link)
			if err != nil || to.IsAbs() || !strings.HasPrefix(to.Path, "/") || strings.HasPrefix(to.Path, "/assets/") || strings.HasPrefix(to.Path, "/log") {
				continue
			}
			to.Fragment = ""
			if shape := shapeOf(to); !known[shape] {
				known[shape] = true
				next = append(next, to.String())
			}
		}
	}
}

// shapeOf is what is alike of the addresses of a list's pages.
func shapeOf(address *url.URL) string {
	return address.Path + "?" + strings.Join(slices.Sorted(maps.Keys(address.Query())), "&")
}

// look opens a page, remembers its forms and gives its links.
func (b *browser) look(p page) (links []string) {
	b.t.Helper()
	to, err := url.Parse(p.address)
	require.NoError(b.t, err)
	s := b.asked(p.account, http.MethodGet, to.Path, to.RawQuery)
	a := b.send(s)
	if a.status != http.StatusOK {
		return nil
	}
	b.check(s, a)
	b.pages = append(b.pages, p)
	root, err := html.Parse(strings.NewReader(a.text))
	require.NoError(b.t, err)
	dom := apitest.Dom{Node: root}
	for _, f := range dom.Every("form") {
		if action := f.Attribute("action"); strings.EqualFold(f.Attribute("method"), "post") && action != "/logout" {
			b.forms = append(b.forms, form{p.account, action, f})
		}
	}
	for _, a := range dom.Every("a") {
		links = append(links, a.Attribute("href"))
	}
	return links
}

// asked is a request as a browser sends it.
func (b *browser) asked(account, method, path, query string) *sent {
	s := &sent{method: method, path: path, query: query, mark: b.marked(), header: http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}}}
	if account != "" {
		s.header.Set("Cookie", b.cookies[account])
		s.header.Set("Origin", b.rig.URL)
		s.header.Set("Sec-Fetch-Site", "same-origin")
	}
	return s
}

// request makes a request of a page that there is, or with one of its forms.
func (b *browser) request(c *choices) *sent {
	if c.one(5) {
		return b.addressed(c)
	}
	f := pick(c, b.forms)
	s := b.asked(f.account, http.MethodPost, f.action, "")
	s.header.Set("Content-Type", "application/x-www-form-urlencoded")
	filled := b.fill(c, s, f)
	for range c.below(3) {
		b.breakForm(c, s, filled)
	}
	if s.body == "" {
		s.body = filled.Encode()
	}
	if c.one(8) {
		b.breakEnvelope(c, s, f)
	}
	return s
}

// fill fills in a form as somebody would.
func (b *browser) fill(c *choices, s *sent, f form) url.Values {
	filled := url.Values{}
	radios := map[string][]string{}
	for _, e := range f.Every("input") {
		name, text := e.Attribute("name"), e.Attribute("value")
		switch e.Attribute("type") {
		case "hidden":
			filled.Set(name, text)
		case "radio":
			radios[name] = append(radios[name], text)
		case "checkbox":
			if !c.one(3) {
				filled.Add(name, text)
			}
		default:
			switch of, part, _ := web.DatePart(name); {
			case part == "-year":
				day := b.day(pick(c, []int{1, 30, 200, -1, -9000, 0}))
				filled.Set(of+"-day", day.Format("2"))
				filled.Set(of+"-month", day.Format("1"))
				filled.Set(name, day.Format("2006"))
			case part != "":
			case name == "hour" || strings.HasSuffix(name, "-hour"):
				filled.Set(name, "10.00")
			default:
				filled.Set(name, "Prova "+s.mark)
			}
		}
	}
	for _, e := range f.Every("textarea") {
		if !c.one(4) {
			filled.Set(e.Attribute("name"), "Prova "+s.mark)
		}
	}
	for _, e := range f.Every("select") {
		var values []string
		for _, o := range e.Every("option") {
			values = append(values, o.Attribute("value"))
		}
		if len(values) > 0 && !c.one(6) {
			filled.Set(e.Attribute("name"), pick(c, values[min(1, len(values)-1):]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(radios)) {
		if !c.one(6) {
			filled.Set(name, pick(c, radios[name]))
		}
	}
	for _, e := range f.Every("button") {
		if name := e.Attribute("name"); name != "" && c.one(3) {
			filled.Set(name, e.Attribute("value"))
		}
	}
	if filled.Has("key") && !c.one(10) {
		filled.Set("key", fmt.Sprint("k", b.marks))
	}
	return filled
}

var noForm = []string{"\xff", "\x00", "\uFFFD", "\xc0\xaf", "\xed\xa0\x80"}

// breakForm breaks a form in one way.
func (b *browser) breakForm(c *choices, s *sent, filled url.Values) {
	if len(filled) == 0 {
		filled.Set("note", "Prova")
	}
	name := pick(c, slices.Sorted(maps.Keys(filled)))
	switch c.below(10) {
	case 0, 1:
		filled.Add(name, s.mark+pick(c, noForm))
		s.bad = "no text"
	case 2:
		if s.bad == "" {
			filled.Set(name, s.mark+pick(c, noForm)+"Prova")
			s.bad = "no text"
		}
	case 3:
		if s.bad == "" { // what was bad would be gone
			filled[name] = []string{s.mark + pick(c, unseen) + filled.Get(name)}
		}
	case 4:
		filled[name] = s.instead(filled[name], strings.Repeat(s.mark+" ", 900))
	case 5:
		filled[name] = s.instead(filled[name], pick(c, append(slices.Clone(noDay), noDate...)))
	case 6:
		filled[name] = s.instead(filled[name], s.mark)
	case 7:
		if s.bad == "" {
			filled.Del(name)
		}
	case 8:
		filled.Set(pick(c, []string{"unknown", s.mark, "", "__proto__", "outcome", "key", "answer", "note", "add"}), s.mark)
		if s.bad != "" {
			filled.Add("unknown", pick(c, noForm)) // what was bad may be gone
		}
	case 9:
		filled[name] = s.instead(filled[name], pick(c, append(slices.Clone(noID), "<script>"+s.mark, `"'><b>`+s.mark, "25:99", "-1", "%")))
		if !utf8.ValidString(filled.Get(name)) {
			s.bad = "no text"
		}
	}
}

// instead puts a value in the place of the first of a field's; before it, where
// that may be what makes the form a bad one.
func (s *sent) instead(values []string, value string) []string {
	if s.bad == "" {
		values = values[min(1, len(values)):]
	}
	return append([]string{value}, values...)
}

// breakEnvelope breaks what a form is sent in.
func (b *browser) breakEnvelope(c *choices, s *sent, f form) {
	switch c.below(8) {
	case 0:
		if s.body != "" {
			s.header["Content-Type"], s.bad = []string{pick(c, []string{"application/json", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded; charset=latin1", ""})}, "a form of another kind"
		}
	case 1:
		s.body, s.bad = joined(s.body, "note=%zz"+s.mark), "a form that is none"
	case 2:
		s.body, s.bad = s.body+"&note="+strings.Repeat(s.mark, 1<<17), "too large"
	case 3:
		if f.account != "" {
			s.header["Sec-Fetch-Site"], s.header["Origin"], s.bad = []string{"cross-site"}, []string{"https://" + s.mark + ".example"}, "another site"
		}
	case 4:
		if f.account != "" {
			s.header["Cookie"], s.bad = []string{pick(c, []string{"", "percorso=" + s.mark, "percorso=\xff", "percorso=;percorso=a", strings.Repeat("z=1;", 500)})}, "nobody asks"
		}
	case 5:
		s.query, s.bad = pick(c, []string{"a=%zz", "a=%ff", "a=1&a=2", "%00=" + s.mark}), "a query that is none"
	case 6:
		s.method, s.bad = pick(c, []string{http.MethodPut, http.MethodDelete, s.mark}), "another method"
	default:
		b.elsewhere(c, s)
	}
}

// elsewhere puts what is no id in the place of one in the address.
func (b *browser) elsewhere(c *choices, s *sent) {
	parts := strings.Split(s.path, "/")
	for i, part := range parts {
		if care.IsID(part) || i > 0 && parts[i-1] == "invito" {
			parts[i] = pick(c, append(noID, s.mark))
			s.path, s.bad = strings.Join(parts, "/"), "an id of nothing"
			return
		}
	}
}

// addressed asks for a page by an address that is broken.
func (b *browser) addressed(c *choices) *sent {
	p := pick(c, b.pages)
	to, err := url.Parse(p.address)
	require.NoError(b.t, err)
	s := b.asked(p.account, http.MethodGet, to.Path, to.RawQuery)
	switch c.below(4) {
	case 0:
		b.elsewhere(c, s)
	case 1:
		name := pick(c, []string{"da", "dopo", "miei", "gruppo", "storia", "altri", "dal", "servizio", "stato", "elenco", "ente", "bisogno", "poi", "next", "unknown", s.mark})
		wrong := pick(c, append(append(slices.Clone(noDay), unseen...), s.mark, "<script>"+s.mark, strings.Repeat("z", 3000), "eyJhIjoxfQ"))
		s.query = joined(s.query, url.Values{name: {wrong}}.Encode())
	case 2:
		s.query, s.bad = joined(s.query, pick(c, []string{"a=%zz", "a=%ff", "a=1&a=2", "a=%00", "a=1;b=2", "%ff"})), "a query that is none"
	default:
		s.header[pick(c, []string{"Accept-Language", "If-None-Match", "Range", "Traceparent", "X-Forwarded-Host", "Referer", "User-Agent"})] = []string{pick(c, strange)}
	}
	return s
}

// check asks what must hold of every page.
func (b *browser) check(s *sent, a got) {
	b.t.Helper()
	fail := func(format string, about ...any) {
		b.t.Errorf("%s\n%s\nanswers %d %.800s", s, fmt.Sprintf(format, about...), a.status, a.text)
	}
	if a.status >= 300 && a.status < 400 {
		if to := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			fail("leads to %s", to)
		}
		return
	}
	text := strings.TrimSpace(a.text)
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.HasPrefix(text, "<!doctype html>") || !strings.HasSuffix(text, "</html>") {
		fail("is no whole page")
		return
	}
	if !legible.Text(a.text) {
		fail("shows what nobody can see")
	}
	root, err := html.Parse(strings.NewReader(a.text))
	require.NoError(b.t, err)
	dom := apitest.Dom{Node: root}
	if len(dom.Every("main")) != 1 || len(dom.Every("h1")) != 1 {
		fail("has not one h1 and one main")
	}
	if a.status >= http.StatusBadRequest && strings.Contains(outside(dom), s.mark) {
		fail("repeats outside of its fields what was typed")
	}
	for _, f := range dom.Every("p", "class", "field-error") {
		if words := f.Words(); words == "" || strings.Contains(words, "(") && strings.Contains(words, "non rispetta una regola") {
			fail("tells a rule without words")
		}
	}
}

// outside is all of a page but what its fields hold.
func outside(dom apitest.Dom) string {
	for _, e := range dom.Every("input") {
		e.Attr = nil
	}
	for _, e := range dom.Every("textarea") {
		e.FirstChild = nil
	}
	var all strings.Builder
	if err := html.Render(&all, dom.Node); err != nil {
		return err.Error()
	}
	return all.String()
}

// try makes a request of an input, sends it and checks the answer. A partner's
// link that was used gives way to a new one.
func (b *browser) try(input []byte) (status int, action string) {
	b.t.Helper()
	s := b.request(&choices{bytes: input})
	a := b.send(s)
	b.check(s, a)
	if strings.HasPrefix(s.path, "/invito/") && s.method == http.MethodPost && a.status == http.StatusOK {
		b.another(s.path)
	}
	return a.status, s.path
}

// another puts a new link in the place of one that was used.
func (b *browser) another(used string) {
	_, run, _, _ := b.Referred()
	link := "/invito/" + invitation.Sign(apitest.SomeKey, b.Mailed(run, "partner_request")[0], b.Now.AddDate(0, 0, 5))
	for i, f := range b.forms {
		if f.action == used {
			b.forms[i].action = link
		}
	}
}
