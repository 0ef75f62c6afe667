package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

func TestStuckCasesAreFreedFromTheirList(t *testing.T) {
	b := newPages(t)
	b.logIn(someSupervisor.Subject)
	page := b.open(t, "/casi-bloccati")
	for _, want := range []string{"In ritardo", "prenda visione della segnalazione", "Sollecita", "Riassegna", "Proroga"} {
		if !strings.Contains(page.words(), want) {
			t.Errorf("no %q in %s", want, page.words())
		}
	}
	var sent []ledger.NewCommand
	b.records.assign = func(c ledger.NewCommand) (*care.Refusal, error) { sent = append(sent, c); return nil, nil }
	base := "/casi-bloccati/" + someID
	for _, form := range []struct {
		path   string
		fields url.Values
		op     care.Operation
	}{
		{"/sollecita", url.Values{"key": {"a"}}, care.OpRemind},
		{"/riassegna", url.Values{"key": {"b"}, "role": {"desk_operator"}, "note": {"Testo di prova"}}, care.OpReassign},
		{"/proroga", url.Values{"key": {"c"}, "until": {"2099-12-01"}}, care.OpExtend},
	} {
		done := b.send(t, base+form.path, form.fields)
		if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/casi-bloccati" || sent[len(sent)-1].Operation != form.op {
			t.Fatalf("%s: %d %s", form.path, done.StatusCode, done.text)
		}
	}
	assignment := formIn(t, catalogue.Extend, sent[2])
	if assignment.Until == nil || !assignment.Until.Equal(time.Date(2099, 12, 1, 18, 0, 0, 0, italian.Rome)) {
		t.Errorf("extended until %v", assignment.Until)
	}
}

func TestRepairComesBackAsItWasTyped(t *testing.T) {
	b := newPages(t)
	b.logIn(someSupervisor.Subject)
	page := b.send(t, "/casi-bloccati/"+someID+"/proroga", url.Values{"key": {"a"}, "until": {"2020-01-01"}, "note": {"Testo di prova"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.problems()["until"] == "" ||
		strings.Join(page.filled("until"), "") != "2020-01-01" || strings.Join(page.filled("note"), "") != "Testo di prova" {
		t.Errorf("%d %v", page.StatusCode, page.problems())
	}
	page = b.send(t, "/casi-bloccati/"+someID+"/riassegna", url.Values{"key": {"b"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.problems()["role"] == "" {
		t.Errorf("%d %v", page.StatusCode, page.problems())
	}
}

func TestRepairsAreTheSupervisors(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	for _, path := range []string{"/riassegna", "/proroga"} {
		if page := b.open(t, "/casi-bloccati/"+someID+path); page.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, page.StatusCode)
		}
	}
	if page := b.send(t, "/casi-bloccati/"+someID+"/sollecita", url.Values{"key": {"a"}}); page.StatusCode != http.StatusForbidden {
		t.Errorf("%d", page.StatusCode)
	}
}

// nothingStuck are records in which all is as planned.
type nothingStuck struct{ *pageRecords }

func (nothingStuck) StuckCases(context.Context, care.Staff, ledger.Paging) (page ledger.Page[ledger.StuckCase], _ error) {
	return page, nil
}

func TestNothingStuckIsSaid(t *testing.T) {
	b := newPages(t)
	b.serve(nothingStuck{b.pages})
	b.logIn(someSupervisor.Subject)
	if page := b.open(t, "/casi-bloccati"); !strings.Contains(page.words(), "tutti i percorsi procedono come previsto") {
		t.Error(page.words())
	}
}
