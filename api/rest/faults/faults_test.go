package faults

import (
	"strings"
	"testing"

	"percorso/internal/italian/words"
)

// TestRulesOfTheAPIHaveWords asks Italian for every rule that the API itself
// makes: an unknown one gets a generic sentence that quotes it.
func TestRulesOfTheAPIHaveWords(t *testing.T) {
	words := words.Words{}
	for _, r := range append(rules, struct{ message, rule string }{"", "type"}) {
		generic := strings.ReplaceAll(words.Rule("zz"), "zz", r.rule)
		if text := words.Rule(r.rule); text == "" || text == generic {
			t.Errorf("%s: %q", r.rule, text)
		}
	}
}
