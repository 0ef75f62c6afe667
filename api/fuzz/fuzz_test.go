package fuzz_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
)

// How many inputs the tests draw: always the same ones.
const (
	drawnRequests = 5000
	drawnForms    = 2000
)

// TestRequestsOfEveryKind sends drawn requests to the API.
func TestRequestsOfEveryKind(t *testing.T) {
	g := newGenerator(newWorld(t))
	source, statuses, operations := rand.New(rand.NewPCG(1, 2)), map[int]int{}, map[string]bool{}
	for range drawnRequests {
		status, op := g.try(random(source))
		statuses[status]++
		operations[op.OperationID] = true
	}
	t.Logf("%d requests to %d of %d operations, by status: %v", drawnRequests, len(operations), len(g.all), statuses)
	if len(operations) < len(g.all) || statuses[http.StatusOK] < drawnRequests/10 {
		t.Error("too little of the API was asked")
	}
}

// TestFormsOfEveryPage sends drawn forms of the pages, and asks for addresses.
func TestFormsOfEveryPage(t *testing.T) {
	w := newWorld(t)
	b := newBrowser(w, w.who...)
	source, statuses, actions := rand.New(rand.NewPCG(3, 4)), map[int]int{}, map[string]bool{}
	for range drawnForms {
		status, action := b.try(random(source))
		statuses[status]++
		actions[action] = true
	}
	t.Logf("%d forms and addresses, of %d forms on %d pages, by status: %v", drawnForms, len(b.forms), len(b.pages), statuses)
	for _, account := range w.who {
		if !slices.ContainsFunc(b.forms, func(f form) bool { return f.account == account }) {
			t.Errorf("%s was shown no form", account)
		}
	}
	if statuses[http.StatusSeeOther] < drawnForms/20 || len(b.forms) < 100 {
		t.Error("too few forms were asked")
	}
}

// FuzzRequests goes on for as long as it is let.
func FuzzRequests(f *testing.F) {
	g := newGenerator(newWorld(f))
	seeds(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		g.T, g.t = t, t
		g.try(input)
	})
}

// FuzzForms goes on for as long as it is let.
func FuzzForms(f *testing.F) {
	w := newWorld(f)
	b := newBrowser(w, w.who...)
	seeds(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		b.T, b.t = t, t
		b.try(input)
	})
}

// seeds are where the search begins.
func seeds(f *testing.F) {
	source := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		f.Add(random(source))
	}
}
