package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"percorso/internal/care"
)

// dom is a page, or a part of one, as a browser reads it.
type dom struct{ *html.Node }

func readPage(t *testing.T, a answer) dom {
	t.Helper()
	node, err := html.Parse(strings.NewReader(a.text))
	if err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("no page: %d %s %v", a.StatusCode, a.Header.Get("Content-Type"), err)
	}
	return dom{node}
}

// all finds the elements that a test accepts, in their order.
func (d dom) all(is func(dom) bool) (found []dom) {
	for n := range d.Descendants() {
		if e := (dom{n}); n.Type == html.ElementNode && is(e) {
			found = append(found, e)
		}
	}
	return found
}

// first finds an element by its tag and attributes: first("a", "href", "/").
func (d dom) first(tag string, attributes ...string) (dom, bool) {
	for _, e := range d.every(tag, attributes...) {
		return e, true
	}
	return dom{}, false
}

func (d dom) every(tag string, attributes ...string) []dom {
	return d.all(func(e dom) bool {
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

// has says whether an attribute is there with the value; of class, among its words.
func (d dom) has(name, value string) bool {
	for _, a := range d.Attr {
		if a.Key == name && (a.Val == value || name == "class" && strings.Contains(" "+a.Val+" ", " "+value+" ")) {
			return true
		}
	}
	return false
}

func (d dom) attr(name string) string {
	for _, a := range d.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words are the text in the element, with single spaces.
func (d dom) words() string {
	var text strings.Builder
	for n := range d.Descendants() {
		if n.Type == html.TextNode {
			text.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// main is the part of the page between its header and its footer.
func (d dom) main(t *testing.T) dom {
	t.Helper()
	m, ok := d.first("main")
	if !ok {
		t.Fatal("the page has no main")
	}
	return m
}

// visit opens a page with the browser that is logged in.
func (b *rig) visit(path string) answer {
	b.t.Helper()
	r := b.request(http.MethodGet, path, "")
	r.Header.Set("Accept", "text/html")
	return b.do(b.browser, r)
}

// submit sends a form as the browser does.
func (b *rig) submit(path string, form url.Values) answer {
	b.t.Helper()
	r := b.request(http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", b.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(b.browser, r)
}

// filledIn is what a form holds as it was shown: hidden fields, and what is
// chosen or typed already.
func filledIn(form dom) url.Values {
	values := url.Values{}
	for _, e := range form.every("input") {
		kind := e.attr("type")
		if kind == "radio" || kind == "checkbox" {
			if _, checked := attrOf(e, "checked"); !checked {
				continue
			}
		}
		values.Add(e.attr("name"), e.attr("value"))
	}
	for _, e := range form.every("textarea") {
		values.Add(e.attr("name"), e.words())
	}
	for _, e := range form.every("select") {
		chosen := ""
		for _, o := range e.every("option") {
			if _, ok := attrOf(o, "selected"); ok {
				chosen = o.attr("value")
			}
		}
		values.Add(e.attr("name"), chosen)
	}
	return values
}

func attrOf(e dom, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// checkProblems asks that the page leads from what is wrong to the fields, and
// that each of them says so.
func checkProblems(t *testing.T, page dom) {
	t.Helper()
	summary, ok := page.first("div", "class", "problems")
	if !ok {
		t.Fatalf("no summary of what is wrong: %s", page.main(t).words())
	}
	links := summary.every("a")
	if len(links) == 0 {
		t.Errorf("the summary leads to no field: %s", summary.words())
	}
	for _, link := range links {
		id := strings.TrimPrefix(link.attr("href"), "#")
		field, ok := page.first("", "id", id)
		if !ok {
			t.Errorf("the summary leads to %q, which is not there", id)
			continue
		}
		if !strings.Contains(field.attr("aria-describedby"), id+"-errore") || field.attr("aria-invalid") == "" && field.Data != "fieldset" {
			t.Errorf("%s does not say what is wrong with it", id)
		}
		if _, ok := page.first("p", "id", id+"-errore"); !ok {
			t.Errorf("no words beside %s", id)
		}
	}
}

func (b *pagesRig) sentCommands() int {
	b.pages.mu.Lock()
	defer b.pages.mu.Unlock()
	return len(b.pages.commands)
}

var someDesk = care.Staff{ID: "s5", Subject: "desk_operator.prova", Name: "Operatrice Prova 0003", Role: care.DeskOperator, Zone: "prato", Agency: "comune"}
