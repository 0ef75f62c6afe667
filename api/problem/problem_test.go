package problem

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/zap"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/words"
)

// marker stands for what somebody typed.
const marker = "ZMarkerPersonaZ"

func TestErrorIsDescribedWithoutWhatItIsAbout(t *testing.T) {
	err := fmt.Errorf("%w: %w", ErrProviderAway, fmt.Errorf("reading %s: %w", marker, &pgconn.PgError{Code: "22P02", Message: marker}))
	said := Describe(err)
	if strings.Contains(said, marker) || !strings.Contains(said, ErrProviderAway.Error()) || !strings.Contains(said, "22P02") {
		t.Error(said)
	}
}

// TestCodesHaveWords asks Italian for every code of a problem: an unknown one
// gets a generic sentence that quotes it.
func TestCodesHaveWords(t *testing.T) {
	var words Words = words.Words{}
	for code := range statuses {
		if text := words.Refusal(care.Refusal{Code: code}); text == "" || strings.Contains(text, "("+code+")") {
			t.Errorf("%s: %q", code, text)
		}
	}
}

// A conflict that a rule explains is said in the words of the rule.
func TestWhatHappenedMeanwhileIsSaid(t *testing.T) {
	teller := NewTeller(words.Words{}, zap.NewNop())
	refusal := &care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Field: "into", Rule: care.RuleIntoMerged}}}
	p := Refusal(refusal)
	teller.Word(t.Context(), p)
	if p.Status != http.StatusConflict || p.Detail != italian.Rule(care.RuleIntoMerged) {
		t.Errorf("%+v", p)
	}
	for rule, field := range map[string]string{care.RuleIntoMerged: "into", care.RuleMerged: ""} {
		var form web.Form
		status, err := teller.RefusedForm(&form, &care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Field: field, Rule: rule}}},
			func(path string) (string, string) { return path, "Fascicolo" })
		said := form.Alert
		if field != "" && len(form.Faults) == 1 {
			said = form.Faults[0].Text
		}
		if err != nil || status != http.StatusConflict || said != italian.Rule(rule) {
			t.Errorf("%d %v %+v", status, err, form)
		}
	}
}

func TestWhatThereIsAlreadyIsNamed(t *testing.T) {
	for want, open := range map[Open]care.Open{
		{ID: "placement/1", Location: "/api/v1/referrals/r1"}:  {Case: "c1", Run: "placement/1", Referral: "r1"},
		{ID: "placement/1", Location: "/api/v1/case-files/c1"}: {Case: "c1", Run: "placement/1"},
		{ID: "equipe/1", Location: "/api/v1/equipes/1"}:        {Case: "c1", Run: "equipe/1"},
		{ID: "case/c1", Location: "/api/v1/case-files/c1"}:     {Case: "c1"},
	} {
		p := Refusal(&care.Refusal{Code: care.RefusedOpen, Faults: []care.Fault{{Rule: care.RulePlacementOpen}}, Open: &open})
		NewTeller(words.Words{}, zap.NewNop()).Word(t.Context(), p)
		if p.Status != http.StatusConflict || p.Open == nil || *p.Open != want || p.Detail != italian.Rule(care.RulePlacementOpen) {
			t.Errorf("%+v, %+v", p, p.Open)
		}
	}
}
