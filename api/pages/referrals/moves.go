package referrals

import (
	"context"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// referralMove is an operation on a referral as the pages offer it.
type referralMove struct {
	op      care.Operation
	path    string
	explain string // what it means, for whoever is about to do it
	done    string // what was done
	ask     bool   // it has fields
	note    string // label of the note
	noted   bool   // the note is required
}

// referralMoves are in the order in which the pages offer them: the first that
// is allowed is the one that the referral waits for.
var referralMoves = []referralMove{
	{op: care.OpAcknowledge, path: "presa-visione", done: "Hai letto la segnalazione. Ora puoi accettarla, rifiutarla o chiedere informazioni.",
		explain: "Dice a chi l’ha inviata che l’hai vista. Non è ancora una risposta."},
	{op: care.OpAccept, path: "accetta", done: "Hai accettato la segnalazione.",
		explain: "Il tuo ente si fa carico di quanto è chiesto; chi ha inviato la segnalazione lo saprà."},
	{op: care.OpSupply, path: "invia-informazioni", done: "Le informazioni sono inviate.", ask: true, note: "Informazioni richieste", noted: true,
		explain: "L’ente destinatario legge questo testo: scrivi solo quello che gli serve."},
	{op: care.OpHold, path: "chiedi-informazioni", done: "La richiesta di informazioni è inviata.", ask: true, note: "Che cosa manca", noted: true,
		explain: "La segnalazione resta in attesa finché chi l’ha inviata risponde."},
	{op: care.OpRedirect, path: "inoltra", done: "La segnalazione è inoltrata.", ask: true, note: "Perché",
		explain: "Un altro ente la riceve al posto del tuo, per la stessa finalità, con al più i dati della persona che vedi qui. A un ente privato serve il consenso della persona."},
	{op: care.OpReject, path: "rifiuta", done: "Hai rifiutato la segnalazione.", ask: true, note: "Spiegazione per chi ha inviato",
		explain: "Chi ha inviato la segnalazione vede il motivo e decide come proseguire."},
	{op: care.OpWithdraw, path: "ritira", done: "La segnalazione è ritirata.", ask: true, note: "Perché",
		explain: "L’ente destinatario non deve più rispondere."},
}

// refusedMove is an action that was refused, with what was typed.
type refusedMove struct {
	op    care.Operation
	typed catalogue.ReferralMoveForm
	form  web.Form
	sent  url.Values
}

// moveReferral does what the caller asks of a referral. What is acknowledged in the list
// opens beside it.
func (s *Place) moveReferral(c *gin.Context, who care.Staff, m referralMove) error {
	id := c.Param("id")
	if m.op == care.OpAccept && c.PostForm("fissa") != "" {
		return s.acceptAndFix(c, who, m)
	}
	form := catalogue.ReferralMoveForm{Note: web.Typed(c, "note")}
	switch m.op {
	case care.OpReject:
		form.Reason = c.PostForm("reason")
	case care.OpRedirect:
		form.Agency, form.Consent = c.PostForm("agency"), c.PostForm("consent") != ""
	}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Moves[m.op].Command(c.PostForm("key"), id, form))
	if err == nil {
		to, done := after(c, m.done)
		if m.op == care.OpAcknowledge && c.PostForm("da") == "elenco" { // it is read there, and answered
			to = "/segnalazioni/" + id + "?" + fromRow + "=si"
		}
		return s.Pages.Done(c, cmd, to, done)
	}
	again := web.NewForm("/segnalazioni/" + id + "/" + m.path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (string, string) {
		if path == "note" {
			return m.path + "-note", m.note
		}
		return m.path + "-" + path, italian.Field(path)
	})
	switch {
	case err != nil:
		return err
	case c.PostForm("da") == "elenco" && again.Alert != "":
		return s.Pages.LeaveRefused(c, "/segnalazioni", again.Alert)
	}
	return s.showReferral(c, who, status, &refusedMove{m.op, form, again, c.Request.PostForm})
}

// fromRow says in an address that one comes from a row of the list, where the keys stay.
const fromRow = "riga"

// after is where an act leads, and what is said there: from the list back to it, and from
// an open referral to the next one that waits.
func after(c *gin.Context, done string) (to, words string) {
	next := c.PostForm("prossima")
	switch {
	case c.PostForm("da") == "elenco":
		return "/segnalazioni", done
	case care.IsID(next):
		return "/segnalazioni/" + next + "?" + fromRow + "=si", done + " Questa è la prossima."
	}
	return "/segnalazioni/" + c.Param("id"), done
}

// goOn says which referral waits after this one: what answers it leads there.
func (page *Referral) goOn(next string) {
	leads := func(a *ReferralAction) {
		if a != nil && slices.Contains([]string{"accetta", "rifiuta", "inoltra", "chiedi-informazioni"}, a.Code) {
			a.Next = next
		}
	}
	leads(page.First)
	for i := range page.Others {
		leads(&page.Others[i])
	}
}

// offerMoves fills in what the caller may do: what the referral waits for on
// top, the rest below.
func (s *Place) offerMoves(ctx context.Context, page *Referral, who care.Staff, rules *zone.Rules, r ledger.Referral, refused *refusedMove) error {
	p, allowed := rules.Policy, r.Moves(who)
	var first care.Operation
	for _, m := range referralMoves {
		if !slices.Contains(allowed, m.op) {
			continue
		}
		action := ReferralAction{
			Code: m.path, Text: italian.Operation(m.op), Explain: m.explain, Form: web.NewForm("/segnalazioni/" + r.ID + "/" + m.path),
			Ask: m.ask, NoteAs: m.note, NeedsIt: m.noted,
		}
		var typed catalogue.ReferralMoveForm
		if refused != nil && refused.op == m.op {
			action.Form, action.Open, typed = refused.form, true, refused.typed
		}
		action.Note = typed.Note
		switch m.op {
		case care.OpAccept:
			var sent url.Values
			if refused != nil {
				sent = refused.sent
			}
			if err := s.offerWhen(ctx, &action, page.meeting, who, rules, r, sent); err != nil {
				return err
			}
		case care.OpReject:
			for _, reason := range p.RejectReasons {
				action.Reasons = append(action.Reasons, web.Option{
					Value: reason.Code, Text: reason.Name, Hint: "Poi " + italian.NextStep(reason.NextStep) + ".", Chosen: reason.Code == typed.Reason,
				})
			}
		case care.OpRedirect:
			for _, a := range p.Agencies {
				if r.RedirectsTo(a) {
					action.Agency = append(action.Agency, web.Option{Value: a.Code, Text: a.Name, Chosen: a.Code == typed.Agency})
				}
			}
			if len(action.Agency) == 0 {
				continue // there is nobody to redirect it to
			}
			action.AsksConsent = slices.ContainsFunc(crossing.Independent(p), r.RedirectsTo)
			if typed.Consent {
				action.Agreed = "1"
			}
		}
		if page.First == nil && m.op != care.OpWithdraw {
			page.First, first = &action, m.op
		} else {
			page.Others = append(page.Others, action)
		}
	}
	page.Todo = awaited(page.First != nil, who, r)
	if r.Answered {
		page.Todo = present.Answered
	}
	if page.First != nil && first != care.OpSupply && byLink(p, r) {
		page.Todo = "Il partner risponde dal link che riceve per email. Se ti risponde a voce, registra qui quello che dice."
	}
	return nil
}
