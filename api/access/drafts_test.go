package access

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/internal/kept"
)

// drafted sends a form as a page does when a field of it is left.
func (b *rig) drafted(path, page string, form url.Values) answer {
	b.t.Helper()
	req := b.request(http.MethodPost, path, form.Encode())
	req.Header.Set("Content-Type", formType)
	req.Header.Set(draftHeader, page)
	return b.do(b.browser, req)
}

// kept are the drafts of an author.
func (b *rig) kept() []kept.Draft {
	b.t.Helper()
	list, err := b.drafts.Drafts(b.t.Context(), someWorker)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// TestDraft: what is typed is kept without being done, is offered on its page, comes
// back as it was typed, and goes with what is sent, unless that was refused.
func TestDraft(t *testing.T) {
	b := newRig(t)
	b.logIn(someWorker.Subject)
	path, page := "/inviati/"+someID, "/pagine/"+someID
	for _, note := range []string{"Una no", "Una nota"} {
		if a := b.drafted(path, page, url.Values{"note": {note}}); a.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
	}
	kept := b.kept()
	if len(kept) != 1 || kept[0].Page != page {
		t.Fatalf("kept: %+v", kept)
	}
	again := DraftsPath + "/" + kept[0].ID
	if d, err := b.drafts.Draft(t.Context(), someWorker, kept[0].ID); err != nil || strings.Contains(string(d.Sealed), "nota") {
		t.Errorf("it is kept open: %q %v", d.Sealed, err)
	}
	if a := b.do(b.browser, b.request(http.MethodGet, page, "")); !strings.Contains(a.Text, "Le tue bozze (1)") || !strings.Contains(a.Text, again+" Qui hai scritto") {
		t.Errorf("its page: %s", a.Text)
	}
	if a := b.do(b.browser, b.request(http.MethodGet, "/pagine/"+anotherID, "")); !strings.Contains(a.Text, "Le tue bozze (1)") || strings.Contains(a.Text, again) {
		t.Errorf("another page: %s", a.Text)
	}
	if a := b.do(b.browser, b.request(http.MethodGet, again, "")); a.StatusCode != http.StatusOK || a.Text != someID+" held Una nota" {
		t.Errorf("shown again: %d %s", a.StatusCode, a.Text)
	}
	b.drafted(path, again, url.Values{"note": {"no"}}) // gone on with where it was shown again
	if kept = b.kept(); len(kept) != 1 || kept[0].Page != page {
		t.Errorf("gone on with: %+v", kept)
	}
	if a := b.sends(path, url.Values{"note": {"no"}}); a.StatusCode != http.StatusSeeOther || len(b.kept()) != 1 {
		t.Errorf("refused: %d, %+v", a.StatusCode, b.kept())
	}
	if a := b.sends(path, url.Values{"note": {"Una nota"}}); a.StatusCode != http.StatusSeeOther || len(b.kept()) != 0 {
		t.Errorf("sent: %d, %+v", a.StatusCode, b.kept())
	}
	if a := b.do(b.browser, b.request(http.MethodGet, again, "")); a.StatusCode != http.StatusNotFound {
		t.Errorf("after it was sent: %d %s", a.StatusCode, a.Text)
	}
	b.drafted(path, page, url.Values{"note": {"gone"}}) // what it is about is out of sight by then
	if a := b.do(b.browser, b.request(http.MethodGet, DraftsPath+"/"+b.kept()[0].ID, "")); a.StatusCode != http.StatusNotFound || strings.Contains(a.Text, "Ecco la tua bozza") {
		t.Errorf("of what is not there: %d %s", a.StatusCode, a.Text)
	}
}

// TestDraftIsItsAuthors: nobody else sees that there is one, or what it says, and
// nobody who is logged in no more adds to it.
func TestDraftIsItsAuthors(t *testing.T) {
	b := newRig(t)
	b.logIn(someWorker.Subject)
	path, page := "/inviati/"+someID, "/pagine/"+someID
	b.drafted(path, page, url.Values{"note": {"Una nota"}})
	again := DraftsPath + "/" + b.kept()[0].ID
	b.logIn(someSupervisor.Subject)
	if a := b.do(b.browser, b.request(http.MethodGet, page, "")); a.Text != "" {
		t.Errorf("a colleague's page: %s", a.Text)
	}
	if a := b.do(b.browser, b.request(http.MethodGet, again, "")); a.StatusCode != http.StatusNotFound || strings.Contains(a.Text, "nota") {
		t.Errorf("a colleague: %d %s", a.StatusCode, a.Text)
	}
	b.after(sessionIdle)
	if a := b.drafted(path, page, url.Values{"note": {"Altro"}}); a.StatusCode != http.StatusUnauthorized || len(b.logins.Kept()) != 0 {
		t.Errorf("after the session: %d, forms that wait: %d", a.StatusCode, len(b.logins.Kept()))
	}
}

// TestDraftThatIsNone: what is too long is refused, and so is a page that is none.
func TestDraftThatIsNone(t *testing.T) {
	b := newRig(t)
	b.logIn(someWorker.Subject)
	for name, c := range map[string]struct {
		page, note string
		status     int
	}{
		"too long":                        {"/pagine/" + someID, strings.Repeat("a", longestWaiting), http.StatusRequestEntityTooLarge},
		"a page that holds what is typed": {"/pagine?cerca=Anna", "nota", http.StatusBadRequest},
		"a page elsewhere":                {"//altrove.example", "nota", http.StatusBadRequest},
	} {
		if a := b.drafted("/inviati/"+someID, c.page, url.Values{"note": {c.note}}); a.StatusCode != c.status || len(b.kept()) != 0 {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.Text)
		}
	}
}

// TestAPlaceIsKept while the form is open in which it was chosen, with a draft of it or when
// it is shown again; whoever leaves the page leaves the place.
func TestAPlaceIsKept(t *testing.T) {
	b := newRig(t)
	b.logIn(someWorker.Subject)
	path, page := "/inviati/"+someID, "/pagine/"+someID
	kept := func() string {
		list := b.places.Kept(someWorker, path)
		if len(list) == 0 {
			return ""
		}
		return string(list[0].Service)
	}
	chosen := url.Values{"note": {"Una nota"}, "when-offer": {"pas 2026-11-26T09:00:00+01:00"}, "other": {"spac 2026-11-26T09:00:00+01:00"}}
	b.drafted(path, page, chosen)
	if kept() != "pas" {
		t.Errorf("with the draft %q is kept", kept())
	}
	b.drafted(path, page, url.Values{"note": {"Una nota"}, "when-offer": {""}})
	if kept() != "" {
		t.Errorf("%q is kept, and nothing is chosen", kept())
	}
	b.sends(path, chosen)
	if kept() != "pas" {
		t.Errorf("of the form that was sent %q is kept", kept())
	}
	req := b.request(http.MethodPost, path, chosen.Encode())
	req.Header.Set("Content-Type", formType)
	req.Header.Set(draftHeader, page)
	req.Header.Set(leftHeader, "yes")
	b.do(b.browser, req)
	if kept() != "" {
		t.Errorf("the page is left, and %q is kept", kept())
	}
}
