package present

import (
	"strings"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
)

// BranchName is what a branch of a case is called.
func BranchName(p care.Policy, b ledger.Branch) string {
	switch b.Kind {
	case care.RunService:
		return ServiceName(p, b.Service)
	case care.RunReferral:
		return "Invio " + article.To(AgencyName(p, b.Agency))
	}
	return italian.RunKind(b.Kind)
}

// LostWords say what the last closure of a case has ended, that somebody may have to
// begin again.
func LostWords(p care.Policy, file ledger.Case) string {
	var names []string
	for _, b := range file.Lost() {
		names = append(names, BranchName(p, b))
	}
	if len(names) == 0 {
		return "La chiusura non aveva concluso nessuna attività in corso."
	}
	return "La chiusura aveva concluso: " + strings.Join(names, "; ") + "."
}
