package words_test

import (
	"slices"
	"strings"
	"testing"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian/words"
	"percorso/internal/told"
	"percorso/internal/undoing"
)

// TestEveryRefusalOfEveryOperationSaysWhatIsSoAndWhatToDo walks all that people may
// ask, every code with which it may be refused, and all that may stand in its way.
func TestEveryRefusalOfEveryOperationSaysWhatIsSoAndWhatToDo(t *testing.T) {
	codes := []string{
		care.RefusedNotAwaited, care.RefusedTaken, care.RefusedNotHeld, care.RefusedForbidden, care.RefusedEnded, care.RefusedInvalid,
		care.RefusedChanged, care.RefusedInFlight, care.RefusedOvertaken, care.RefusedByHand, care.RefusedOpen, told.Nobody, told.Today,
	}
	general := map[string]bool{}
	for _, code := range []string{care.RefusedNotAwaited, care.RefusedEnded} {
		general[words.Refusal(care.Refusal{Code: code})] = true
	}
	texts := map[string]bool{}
	for _, known := range catalogue.All {
		op := known.About()
		for _, code := range codes {
			for _, now := range inTheWay(op) {
				text := words.Refusal(care.Refusal{Code: code, Operation: op.Code, Now: now})
				late := code == care.RefusedNotAwaited || code == care.RefusedEnded
				if strings.Contains(text, "(") && strings.Contains(text, code) || !strings.HasSuffix(text, ".") || strings.Contains(text, "_") {
					t.Errorf("%s refused as %s while %q: %q", op.Code, code, now, text)
				}
				if late && general[text] {
					t.Errorf("%s refused as %s while %q has no words of its own: %q", op.Code, code, now, text)
				}
				if !strings.ContainsAny(strings.TrimSuffix(text, "."), ":;.") {
					t.Errorf("%s refused as %s while %q says what is so, and not what can be done: %q", op.Code, code, now, text)
				}
				texts[text] = true
			}
		}
	}
	if len(texts) < 60 {
		t.Errorf("only %d different answers", len(texts))
	}
}

// inTheWay lists what may be so when an operation is not possible.
func inTheWay(op catalogue.Facts) (list []string) {
	switch op.On {
	case catalogue.OnReferral:
		for _, s := range []care.ReferralState{
			care.ReferralRequested, care.ReferralReceived, care.ReferralOnHold, care.ReferralAccepted, care.ReferralRejected,
			care.ReferralInProgress, care.ReferralCompleted, care.ReferralFailed, care.ReferralWithdrawn, care.ReferralRedirected,
		} {
			if _, allowed := s.Move(op.Code); !allowed {
				list = append(list, string(s))
			}
		}
		return list
	case catalogue.OnTask:
		list = []string{string(care.TaskCompleted), string(care.TaskSkipped), string(care.TaskObsolete)}
		if op.Code == care.OpClaim || op.Code == care.OpComplete {
			list = append(list, string(care.TaskReady))
		}
		return list
	case catalogue.OnAction:
		return []string{"", string(care.PlanDrafting), string(care.PlanProposed), string(care.PlanRevised), string(care.PlanDropped), string(care.PlanCompleted)}
	}
	list = []string{"", care.NowClosed, undoing.NowFinal, undoing.NowMerged, care.NowClosing, string(care.FirstListening), string(care.SocialConsult), string(care.ClosureApproval)}
	if op.Code == care.OpRecall {
		list = append(list, string(care.Accepted), string(care.Rejected))
	}
	return list
}

// TestRefusalsAreSaidInTheirOwnWords has some of them read as people do.
func TestRefusalsAreSaidInTheirOwnWords(t *testing.T) {
	for _, c := range []struct {
		refused care.Refusal
		want    []string
	}{
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpAccept, Now: "requested"}, []string{"ancora da leggere", "prima scegli «Ho letto (presa visione)»"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpAccept, Now: "accepted"}, []string{"già stata accettata", "si prosegue"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpAccept, Now: "withdrawn"}, []string{"ritirata", "non aspetta più risposte"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpComplete, Now: "completed"}, []string{"già stata completata", "il fascicolo dice"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpSendToCPI, Now: "first_listening"}, []string{"primo livello", "«Primo ascolto»", "ripetere"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpBook, Now: "closed"}, []string{"è chiuso", "riaprilo"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpBook, Now: undoing.NowFinal}, []string{"non si riapre", "se è stato uno sbaglio"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpReopen, Now: undoing.NowFinal}, []string{"non si riapre"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpBook, Now: undoing.NowMerged}, []string{"unito a un altro", "si lavora su quello"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpPlanMeeting}, []string{"non si riunisce più", "se ne convoca un’altra"}},
		{care.Refusal{Code: care.RefusedEnded, Operation: care.OpMinutes}, []string{"il verbale non si aggiunge più", "si registra nel fascicolo"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpResume}, []string{"non è sospeso"}},
		{care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpRecall, Now: "accepted"}, []string{"già accettato"}},
		{care.Refusal{Code: care.RefusedTaken, Role: care.SocialWorker}, []string{"da un assistente sociale", "il responsabile te la passi"}},
		{care.Refusal{Code: care.RefusedForbidden, Operation: care.OpAccept}, []string{"per un altro ente", "le risponde quello"}},
		{care.Refusal{Code: care.RefusedForbidden, Operation: care.OpRetryEntry}, []string{"la può fare il responsabile"}},
		{care.Refusal{Code: care.RefusedNotHeld, Operation: care.OpRelease}, []string{"nulla da rimettere tra le libere"}},
	} {
		text := words.Refusal(c.refused)
		if i := slices.IndexFunc(c.want, func(s string) bool { return !strings.Contains(text, s) }); i >= 0 {
			t.Errorf("%+v: %q does not say %q", c.refused, text, c.want[i])
		}
	}
}
