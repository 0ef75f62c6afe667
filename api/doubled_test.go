package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue/several"
	"percorso/internal/completion"
)

// TestNoFormAsksTwice looks at the forms of all pages and of all tasks: nothing that
// a browser sends by itself is refused for being there twice.
func TestNoFormAsksTwice(t *testing.T) {
	b := apitest.NewPages(t)
	forms, more := 0, map[string]bool{}
	look := func(name, address string) {
		t.Helper()
		for _, form := range apitest.ReadPage(t, b.Visit(b.Pages.WithLinks(address))).Every("form") {
			forms++
			seen := map[string]map[string]bool{}
			for _, field := range slices.Concat(form.Every("input"), form.Every("select"), form.Every("textarea")) {
				id, value, kind := field.Attribute("name"), field.Attribute("value"), field.Attribute("type")
				if kind == "radio" && seen[id] != nil {
					continue // one of them is sent
				}
				if kind == "checkbox" && seen[id] != nil && !seen[id][value] && several.Takes(id[strings.LastIndexByte(id, '-')+1:]) {
					more[id] = true
				} else if seen[id] != nil {
					t.Errorf("%s: %q is sent twice", name, id)
				}
				if seen[id] == nil {
					seen[id] = map[string]bool{}
				}
				seen[id][value] = true
			}
		}
	}
	for _, page := range pagesInBrowser {
		if page.who != "" {
			b.LogIn(page.who)
		}
		look(page.name, page.address)
	}
	b.LogIn(apitest.SomeWorker.Subject)
	for _, form := range completion.Forms {
		b.Hold(form.Kind)
		look(string(form.Kind), "/compiti/"+apitest.SomeID)
	}
	if forms < 40 || !more["needs"] || !more["languages"] {
		t.Errorf("%d forms, with several of %v", forms, slices.Sorted(maps.Keys(more)))
	}
}

// TestDoubledFieldIsRefused sends forms of every kind with a field twice: each comes
// back with the rule, and nothing is done. Boxes to tick are sent more than once.
func TestDoubledFieldIsRefused(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.FirstListening)
	contact := url.Values{"key": {"k"}, "topic": {"school"}, "outcome": {"information"}, "channel": {"desk"}, "note": {"Prima"}}
	opening := url.Values{"key": {"k"}, "given_name": {"Prima"}, "needs": {"labour"}, "note": {"Prima"}}
	task := url.Values{"key": {"k"}, "outcome": {"heard"}, "needs": {"labour"}, "note": {"Prima"}}
	suspend := url.Values{"key": {"k"}, "until": {b.Pages.Day(30)}, "note": {"Prima"}}
	search := url.Values{"cerca": {"Prova"}}
	check := url.Values{"citizenship": {"PK"}, "needs": {"labour"}}
	for path, form := range map[string]url.Values{
		"/sportello/accesso": contact, "/sportello/fascicolo": opening, "/compiti/" + apitest.SomeID + "/completa": task,
		"/fascicoli/" + apitest.AnotherID + "/sospendi": suspend, "/ricerca": search, "/verifica-requisiti": check,
		"/compiti/" + apitest.SomeID + "/rilascia": {"key": {"k"}},
	} {
		for _, name := range slices.Concat(slices.Sorted(maps.Keys(form)), []string{"unknown"}) {
			sent := url.Values{name: {"un’altra cosa"}}
			if name == "unknown" || name == "needs" {
				sent = url.Values{name: {"labour"}}
			}
			maps.Copy(sent, form)
			sent[name] = []string{sent.Get(name), sent.Get(name)}
			a := b.Submit(path, sent)
			text := apitest.ReadPage(t, a).Main(t).Words()
			if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "La voce è ripetuta") || name != "note" && form.Has("note") && !strings.Contains(a.Text, "Prima") {
				t.Errorf("%s of %s: %d %.300s", name, path, a.StatusCode, text)
			}
		}
	}
	if n := b.SentCommands(); n > 0 {
		t.Errorf("%d commands", n)
	}
	task["needs"] = []string{"labour", "school"}
	if a := b.Submit("/compiti/"+apitest.SomeID+"/completa", task); a.StatusCode != http.StatusSeeOther || b.SentCommands() != 1 {
		t.Errorf("two needs: %d %.300s", a.StatusCode, a.Text)
	}
}
