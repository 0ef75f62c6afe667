package referrals

import (
	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// noting is the way to the form that adds a note.
const noting = "nota"

// ReferralNote is a note that either side added since the referral was sent.
type ReferralNote struct {
	Text, By string
	Amended  []present.Amended
}

// note adds a note to a referral that was sent.
func (s *Place) note(c *gin.Context, who care.Staff) error {
	id, form := c.Param("id"), catalogue.ReasonForm{Note: web.Typed(c, "note")}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.NoteReferral.Command(c.PostForm("key"), id, form))
	if err == nil {
		return s.Pages.Done(c, cmd, "/segnalazioni/"+id, message.Say("referral_page.note_added"))
	}
	again := web.NewForm("/segnalazioni/" + id + "/" + noting)
	status, err := s.Problems.RefusedForm(&again, err, func(string) (string, string) { return noting + "-note", italian.Field("note") })
	if err != nil {
		return err
	}
	return s.showReferral(c, who, status, &refusedMove{care.OpNoteReferral, catalogue.ReferralMoveForm{Note: form.Note}, again, c.Request.PostForm})
}

// notesOf fills in the notes, and the form for another one while both sides work on what
// was asked.
func notesOf(page *Referral, who care.Staff, p care.Policy, r ledger.Referral, refused *refusedMove) {
	for _, n := range r.Notes {
		shown := ReferralNote{Text: n.Note, By: n.ByName + ", " + italian.Role(n.ByRole) + " (" + present.AgencyName(p, n.ByAgency) + "), " + italian.Moment(n.At)}
		for _, a := range n.Amended {
			shown.Amended = append(shown.Amended, present.AmendedOf(p, care.OpNoteReferral, "", a))
		}
		page.Notes = append(page.Notes, shown)
	}
	if r.Ended != nil || r.Snapshot == nil || who.Agency != r.FromAgency && who.Agency != r.ToAgency {
		return
	}
	action := ReferralAction{
		Code: noting, Text: message.Say("referral_page.add_note"), Explain: message.Say("referral_page.add_note_explain", "Agency", article.The(present.AgencyName(p, other(who, r)))),
		Form: web.NewForm("/segnalazioni/" + r.ID + "/" + noting), Ask: true, NoteAs: message.Say("referral_page.note_label"), NeedsIt: true,
	}
	if refused != nil && refused.op == care.OpNoteReferral {
		action.Form, action.Open, action.Note = refused.form, true, refused.typed.Note
	}
	page.Others = append(page.Others, action)
}

// other is the other side of a referral.
func other(who care.Staff, r ledger.Referral) string {
	if who.Agency == r.FromAgency {
		return r.ToAgency
	}
	return r.FromAgency
}
