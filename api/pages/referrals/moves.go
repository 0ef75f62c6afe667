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
	"percorso/internal/message"
	"percorso/internal/zone"
)

// referralMove is an operation on a referral as the pages offer it.
type referralMove struct {
	op    care.Operation
	path  string
	ask   bool // it has fields
	noted bool // the note is required
}

// explain says what it means, for whoever is about to do it.
func (m referralMove) explain() string { return message.Of("referral_page.explain", m.op) }

// done says what was done.
func (m referralMove) done() string { return message.Of("referral_page.done", m.op) }

// note is the label of the note; empty: it has none.
func (m referralMove) note() string {
	if !m.ask {
		return ""
	}
	return message.Of("referral_page.note", m.op)
}

// referralMoves are in the order in which the pages offer them: the first that
// is allowed is the one that the referral waits for.
var referralMoves = []referralMove{
	{op: care.OpAcknowledge, path: "presa-visione"},
	{op: care.OpAccept, path: "accetta"},
	{op: care.OpSupply, path: "invia-informazioni", ask: true, noted: true},
	{op: care.OpHold, path: "chiedi-informazioni", ask: true, noted: true},
	{op: care.OpRedirect, path: "inoltra", ask: true},
	{op: care.OpReject, path: "rifiuta", ask: true},
	{op: care.OpWithdraw, path: "ritira", ask: true},
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
		to, done := after(c, m.done())
		if m.op == care.OpAcknowledge && c.PostForm("da") == "elenco" { // it is read there, and answered
			to = "/segnalazioni/" + id + "?" + fromRow + "=si"
		}
		return s.Pages.Done(c, cmd, to, done)
	}
	again := web.NewForm("/segnalazioni/" + id + "/" + m.path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (string, string) {
		if path == "note" {
			return m.path + "-note", m.note()
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
		return "/segnalazioni/" + next + "?" + fromRow + "=si", message.Say("referral_page.done_and_next", "Done", done)
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
			Code: m.path, Text: italian.Operation(m.op), Explain: m.explain(), Form: web.NewForm("/segnalazioni/" + r.ID + "/" + m.path),
			Ask: m.ask, NoteAs: m.note(), NeedsIt: m.noted,
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
					Value: reason.Code, Text: reason.Name, Hint: message.Say("referral_page.then", "Next", italian.NextStep(reason.NextStep)), Chosen: reason.Code == typed.Reason,
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
		page.Todo = present.Answered()
	}
	if page.First != nil && first != care.OpSupply && byLink(p, r) {
		page.Todo = message.Say("referral_page.answers_by_link")
	}
	return nil
}
