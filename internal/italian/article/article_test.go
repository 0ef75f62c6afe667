package article_test

import (
	"testing"

	"percorso/internal/italian/article"
)

func TestNamesOfAgenciesAfterPrepositions(t *testing.T) {
	for name, want := range map[string][3]string{
		"Comune di Prova":         {"al Comune di Prova", "dal Comune di Prova", "del Comune di Prova"},
		"Centro per l’Impiego":    {"al Centro per l’Impiego", "dal Centro per l’Impiego", "del Centro per l’Impiego"},
		"Sportello di Prova":      {"allo Sportello di Prova", "dallo Sportello di Prova", "dello Sportello di Prova"},
		"Cooperativa di Prova":    {"alla Cooperativa di Prova", "dalla Cooperativa di Prova", "della Cooperativa di Prova"},
		"Associazione Prova":      {"all’Associazione Prova", "dall’Associazione Prova", "dell’Associazione Prova"},
		"Prova Onlus":             {"a Prova Onlus", "da Prova Onlus", "di Prova Onlus"},
		"":                        {"a ", "da ", "di "},
		"Ufficio immigrazione, X": {"all’Ufficio immigrazione, X", "dall’Ufficio immigrazione, X", "dell’Ufficio immigrazione, X"},
	} {
		if got := [3]string{article.To(name), article.From(name), article.Of(name)}; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
