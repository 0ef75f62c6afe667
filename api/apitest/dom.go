package apitest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"percorso/api/web"
)

// Dom is a page, or a part of one, as a browser reads it.
type Dom struct{ *html.Node }

func ReadPage(t testing.TB, a answer) Dom {
	t.Helper()
	node, err := html.Parse(strings.NewReader(a.Text))
	if err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("no page: %d %s %v", a.StatusCode, a.Header.Get("Content-Type"), err)
	}
	return Dom{node}
}

// All finds the elements that a test accepts, in their order.
func (d Dom) All(is func(Dom) bool) (found []Dom) {
	for n := range d.Descendants() {
		if e := (Dom{n}); n.Type == html.ElementNode && is(e) {
			found = append(found, e)
		}
	}
	return found
}

// First finds an element by its tag and attributes: first("a", "href", "/").
func (d Dom) First(tag string, attributes ...string) (Dom, bool) {
	for _, e := range d.Every(tag, attributes...) {
		return e, true
	}
	return Dom{}, false
}

func (d Dom) Every(tag string, attributes ...string) []Dom {
	return d.All(func(e Dom) bool {
		if tag != "" && e.Data != tag {
			return false
		}
		for i := 0; i+1 < len(attributes); i += 2 {
			if !e.has(attributes[i], attributes[i+1]) {
				return false
			}
		}
		return true
	})
}

// Has says whether an attribute is there with the value; of class, among its words.
func (d Dom) has(name, value string) bool {
	for _, a := range d.Attr {
		if a.Key == name && (a.Val == value || name == "class" && strings.Contains(" "+a.Val+" ", " "+value+" ")) {
			return true
		}
	}
	return false
}

func (d Dom) Attribute(name string) string {
	for _, a := range d.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Words are the text in the element, with single spaces.
func (d Dom) Words() string {
	var text strings.Builder
	for n := range d.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// Main is the part of the page between its header and its footer.
func (d Dom) Main(t testing.TB) Dom {
	t.Helper()
	m, ok := d.First("main")
	if !ok {
		t.Fatal("the page has no main")
	}
	return m
}

// Visit opens a page with the browser that is logged in.
func (b *Rig) Visit(path string) answer {
	b.t.Helper()
	r := b.Request(http.MethodGet, path, "")
	r.Header.Set("Accept", "text/html")
	return b.Do(b.Browser, r)
}

// Submit sends a form as the browser does.
func (b *Rig) Submit(path string, form url.Values) answer {
	b.t.Helper()
	r := b.Request(http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", b.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(b.Browser, r)
}

// FilledIn is what a form holds as it was shown: hidden fields, and what is
// chosen or typed already.
func FilledIn(form Dom) url.Values {
	values := url.Values{}
	for _, e := range form.Every("input") {
		kind := e.Attribute("type")
		if kind == "radio" || kind == "checkbox" {
			if _, checked := attrOf(e, "checked"); !checked {
				continue
			}
		}
		values.Add(e.Attribute("name"), e.Attribute("value"))
	}
	for _, e := range form.Every("textarea") {
		values.Add(e.Attribute("name"), e.Words())
	}
	for _, e := range form.Every("select") {
		chosen := ""
		for _, o := range e.Every("option") {
			if _, ok := attrOf(o, "selected"); ok {
				chosen = o.Attribute("value")
			}
		}
		values.Add(e.Attribute("name"), chosen)
	}
	return inOne(values)
}

// inOne writes the days of a form in one, as whoever reads the form does, so that a test
// can look at them and set them.
func inOne(values url.Values) url.Values {
	web.JoinDates(values)
	for name := range values {
		if day, ok := strings.CutSuffix(name, "-year"); ok && values.Has(day+"-month") {
			for _, part := range []string{"-day", "-month", "-year"} {
				values.Del(day + part)
			}
		}
	}
	return values
}

func attrOf(e Dom, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// CheckProblems asks that the page leads from what is wrong to the fields, and
// that each of them says so.
func CheckProblems(t testing.TB, page Dom) {
	t.Helper()
	summary, ok := page.First("div", "class", "problems")
	if !ok {
		t.Fatalf("no summary of what is wrong: %s", page.Main(t).Words())
	}
	links := summary.Every("a")
	if len(links) == 0 {
		t.Errorf("the summary leads to no field: %s", summary.Words())
	}
	for _, link := range links {
		id := strings.TrimPrefix(link.Attribute("href"), "#")
		field, ok := page.First("", "id", id)
		if !ok {
			t.Errorf("the summary leads to %q, which is not there", id)
			continue
		}
		if !strings.Contains(field.Attribute("aria-describedby"), id+"-errore") || field.Attribute("aria-invalid") == "" && field.Data != "fieldset" {
			t.Errorf("%s does not say what is wrong with it", id)
		}
		if _, ok := page.First("p", "id", id+"-errore"); !ok {
			t.Errorf("no words beside %s", id)
		}
	}
}

// document is a page that was read.
type document struct {
	answer
	root *html.Node
}

// Open asks for a page as the one who is logged in.
func (b *PagesRig) Open(t testing.TB, path string) document {
	t.Helper()
	return parsed(t, b.Do(b.Browser, b.Request(http.MethodGet, path, "")))
}

// Send sends a form as a browser does.
func (b *PagesRig) Send(t testing.TB, path string, fields url.Values) document {
	t.Helper()
	r := b.Request(http.MethodPost, path, fields.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return parsed(t, b.Do(b.Browser, r))
}

func parsed(t testing.TB, a answer) document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(a.Text))
	if err != nil {
		t.Fatal(err)
	}
	return document{a, root}
}

// All finds the elements of a name.
func (d document) All(name string) (found []*html.Node) {
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func Attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func Has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// Words are the text of an element, with single blanks.
func Words(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

func (d document) Words() string { return Words(d.All("main")[0]) }

// Filled gives what the fields of a name hold, as a browser would send it; of a day, all of it.
func (d document) Filled(name string) (values []string) {
	if year := d.held(name + "-year"); len(year) == 1 {
		return inOne(url.Values{name + "-day": d.held(name + "-day"), name + "-month": d.held(name + "-month"), name + "-year": year})[name]
	}
	return d.held(name)
}

func (d document) held(name string) (values []string) {
	for _, n := range d.All("input") {
		box := Attribute(n, "type") == "checkbox" || Attribute(n, "type") == "radio"
		if Attribute(n, "name") == name && (!box || Has(n, "checked")) {
			values = append(values, Attribute(n, "value"))
		}
	}
	for _, n := range d.All("select") {
		for option := range n.Descendants() {
			if Attribute(n, "name") == name && option.Data == "option" && Has(option, "selected") {
				values = append(values, Attribute(option, "value"))
			}
		}
	}
	for _, n := range d.All("textarea") {
		if Attribute(n, "name") == name {
			values = append(values, Words(n))
		}
	}
	return values
}

// Problems are the links of the summary of errors, by the field that they lead to.
func (d document) Problems() map[string]string {
	found := map[string]string{}
	for _, n := range d.All("a") {
		if id, ok := strings.CutPrefix(Attribute(n, "href"), "#"); ok && id != "contenuto" {
			found[id] = Words(n)
		}
	}
	return found
}

// Anybody asks without a session, as a partner does, with a form or without one.
func (b *PagesRig) Anybody(method, address string, form url.Values) answer {
	b.t.Helper()
	r := b.Request(method, b.Pages.WithLinks(address), form.Encode())
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", "null") // as browsers say on a page without referrer
	return b.Do(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, r)
}

// Offered are the operations that a page has a form for.
func (d document) Offered() (paths []string) {
	for _, form := range d.All("form") {
		if rest, ok := strings.CutPrefix(Attribute(form, "action"), "/segnalazioni/"+SomeID+"/"); ok {
			paths = append(paths, rest)
		}
	}
	slices.Sort(paths)
	return paths
}
