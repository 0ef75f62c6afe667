package present

import (
	"strings"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// BranchName is what a branch of a case is called.
func BranchName(p care.Policy, b ledger.Branch) string {
	switch b.Kind {
	case care.RunService:
		return ServiceName(p, b.Service)
	case care.RunReferral:
		return message.Say("standing.referral_to", "Agency", article.To(AgencyName(p, b.Agency)))
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
		return message.Say("standing.nothing_lost")
	}
	return message.Say("standing.lost", "Names", strings.Join(names, "; "))
}
