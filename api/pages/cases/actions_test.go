package cases

import (
	"strings"
	"testing"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// TestCaseActions: an action is offered to whom and when it is allowed.
func TestCaseActions(t *testing.T) {
	ended := testclock.Monday
	open := func(stage care.Stage, branches ...ledger.Branch) ledger.Case {
		return ledger.Case{CaseFile: ledger.CaseFile{ID: "1", Stage: stage}, Branches: branches}
	}
	closed := open(care.StageClosed)
	closed.Closed, closed.Outcome = &ended, care.OutcomeMovedAway
	merged, suspended, agreed, asked := closed, open(care.StageFollowUp), open(care.StageEquipe, ledger.Branch{Kind: care.RunEquipe, Equipe: care.WithinAgency}), open(care.StageEquipe)
	merged.MergedInto, merged.Outcome = "2", care.OutcomeMerged
	suspended.SuspendedUntil, agreed.Consent, asked.Transfer = &ended, &ended, "pistoia"
	recent, mistaken := closed, closed
	parting := merged
	parting.Undoing = &ledger.Undoing{}
	recent.Undoing, mistaken.Undoing = &ledger.Undoing{}, &ledger.Undoing{SaidAt: &ended}
	kept, lifted := open(care.StageFirstLevel), open(care.StageFirstLevel)
	kept.Protection, lifted.Protection = &ledger.Protection{}, &ledger.Protection{AskedBy: "1"}
	closing := open(care.StageFollowUp)
	closing.Closing = true
	orienting := open(care.StageFirstLevel)
	orienting.Tasks = []ledger.Task{{Kind: care.Orientation, State: care.TaskReady}}
	for _, test := range []struct {
		name          string
		role          care.Role
		file          ledger.Case
		often, others string
	}{
		{"a social worker at the first level", care.SocialWorker, open(care.StageFirstLevel), "incontro", "consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente profilo-lavoro numero-altrove data-importante proteggi"},
		{"a desk operator at the orientation", care.DeskOperator, orienting, "cpi partner incontro", "consenso permesso chiudi profilo-lavoro numero-altrove data-importante"},
		{"a social worker at the second", care.SocialWorker, open(care.StageSecondLevel), "prenota equipe cpi partner incontro", "consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"a desk operator, who does not convene", care.DeskOperator, open(care.StageSecondLevel), "prenota cpi partner incontro", "consenso permesso chiudi profilo-lavoro numero-altrove aggiungi-bisogno data-importante"},
		{"with the CPI already", care.SocialWorker, open(care.StagePlacement, ledger.Branch{Kind: care.RunPlacement}), "prenota equipe partner incontro", "consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"after a placement", care.SocialWorker, open(care.StageFollowUp, ledger.Branch{Kind: care.RunPlacement, Ended: &ended}), "prenota equipe cpi partner incontro", "consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"an équipe at work, with consent", care.SocialWorker, agreed, "prenota equipe cpi partner incontro", "consenso revoca-consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"both équipes at work", care.SocialWorker, open(care.StageEquipe, ledger.Branch{Kind: care.RunEquipe, Equipe: care.WithinAgency}, ledger.Branch{Kind: care.RunEquipe, Equipe: care.BetweenAgencies}),
			"prenota cpi partner incontro", "consenso permesso sospendi trasferimento unisci stessa-persona chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"a transfer that was asked", care.Supervisor, asked, "prenota equipe cpi partner incontro", "consenso permesso sospendi chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante"},
		{"a closure that was asked", care.Supervisor, closing, "", "numero-altrove proteggi"},
		{"a suspended case", care.SocialWorker, suspended, "prenota equipe cpi partner incontro", "consenso permesso trasferimento unisci stessa-persona chiudi referente presa-in-carico-detta profilo-lavoro numero-altrove aggiungi-bisogno data-importante proteggi"},
		{"a mediator", care.InterculturalMediator, open(care.StageSecondLevel), "incontro", "profilo-lavoro aggiungi-bisogno data-importante"},
		{"a closed case", care.Supervisor, closed, "riapri", "numero-altrove proteggi"},
		{"closed a short time ago", care.Supervisor, recent, "riapri", "chiusura-sbagliata numero-altrove proteggi"},
		{"closed, which is said to be a mistake", care.Supervisor, mistaken, "riapri annulla-chiusura", "numero-altrove proteggi"},
		{"merged by mistake", care.SocialWorker, parting, "", "chiusura-sbagliata"},
		{"and who may not merge", care.DeskOperator, parting, "", ""},
		{"and who may not confirm it", care.DeskOperator, mistaken, "riapri", "numero-altrove"},
		{"a protected person", care.SocialWorker, kept, "incontro", "consenso permesso sospendi stessa-persona chiudi referente profilo-lavoro numero-altrove data-importante custodi togli-custode proponi-fine-protezione"},
		{"who is to be so no longer", care.SocialWorker, lifted, "incontro", "consenso permesso sospendi stessa-persona chiudi referente profilo-lavoro numero-altrove data-importante custodi togli-custode togli-protezione"},
		{"a merged one", care.Supervisor, merged, "", ""},
	} {
		paths := func(links []web.Link) string {
			var got []string
			for _, link := range links {
				got = append(got, strings.TrimPrefix(link.URL, "/fascicoli/1/"))
			}
			return strings.Join(got, " ")
		}
		often, others := offered(care.Staff{Role: test.role}, test.file)
		if paths(often) != test.often || paths(others) != test.others {
			t.Errorf("%s: %q and %q, want %q and %q", test.name, paths(often), paths(others), test.often, test.others)
		}
	}
}
