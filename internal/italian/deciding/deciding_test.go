package deciding_test

import (
	"slices"
	"strings"
	"testing"

	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian/deciding"
)

// verbs are what a choice that does something begins with.
var verbs = []string{
	"Accetta", "Annulla", "Apri", "Approva", "Avvia", "Chiudi", "Concludi", "Conferma", "Continua", "Convoca", "Dai", "Dichiara", "Fai", "Firma", "Fissa", "Invia", "Passa", "Prenota",
	"Proponi", "Prosegui", "Registra", "Rifiuta", "Rimanda", "Rinuncia", "Riprendi", "Senti", "Sposta", "Torna",
}

// findings are the outcomes that say what was so, and do nothing by themselves.
var findings = map[care.TaskKind][]string{
	care.SocialConsult: {care.NotNeeded}, care.Interview: {care.Held, care.NoShow}, care.ConfirmAppointment: {care.Held, care.NoShow}, care.Assessment: {care.Resolved}, care.FollowPractice: {care.Granted, care.Refused, care.Abandoned},
	care.SocialService: {care.Resolved, care.Abandoned}, care.NextService: {care.NotNeeded}, care.BookAgain: {care.NotNeeded}, care.FindPerson: {care.SeenTo, care.NotReached},
	care.DecideNext: {care.NotNeeded}, care.EquipeInvitation: {care.Unavailable}, care.PlanAgreement: {care.Agreed, care.ChangesAsked, care.Declined}, care.ReferralOutcome: {care.Completed, care.Failed},
	care.ServicePact: {care.NoShow, care.Declined}, care.PlacementOutcome: {care.Placed, care.InTraining, care.Unsuccessful}, care.Review: {care.Met, care.NotMet}, care.PermitRenewal: {care.NotRenewed},
}

// TestAChoiceThatActsSaysWhatItWillDo: each outcome of the catalogue is an act that begins
// with its verb, or a finding.
func TestAChoiceThatActsSaysWhatItWillDo(t *testing.T) {
	for _, form := range completion.Forms {
		for _, o := range form.Outcomes {
			act := deciding.Act(form.Kind, o.Code)
			verb, _, _ := strings.Cut(strings.ReplaceAll(act, ":", ""), " ")
			if found := slices.Contains(findings[form.Kind], o.Code); found == (act != "") || act != "" && !slices.Contains(verbs, verb) {
				t.Errorf("%s %s: %q, a finding: %t", form.Kind, o.Code, act, found)
			}
		}
	}
}
