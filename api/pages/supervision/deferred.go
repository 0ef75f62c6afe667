package supervision

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/message"
)

const deferredURL = "/richieste-ferme"

// DeferredList is what was accepted in the zone and cannot be registered as it is.
type DeferredList struct {
	web.Frame
	Items []DeferredItem
}

// Template names the page's file.
func (DeferredList) Template() *template.Template { return templates["deferred"] }

// DeferredItem is one such entry. What was typed is its author's alone.
type DeferredItem struct {
	Title         string
	Case          *web.Link
	Terms         []web.Term
	NoteID        string
	Retry, Refuse web.Form
}

// deferredList shows what cannot be registered, with what may be done about it.
func (s *Place) deferredList(c *gin.Context, who care.Staff) error {
	entries, err := s.Records.DeferredEntries(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := DeferredList{Frame: s.Pages.Frame(c, message.Say("supervision_deferred.title"), stuckURL)}
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	for i, e := range entries {
		item := DeferredItem{
			Title: italian.Operation(e.Operation), NoteID: "note-" + strconv.Itoa(i),
			Terms: []web.Term{
				{Name: message.Say("supervision_deferred.not_recorded"), Value: message.Say("supervision_deferred.since", "When", italian.When(e.Since, s.Now()))}, {Name: message.Say("supervision_deferred.fault"), Value: e.Code},
				{Name: message.Say("supervision_deferred.tries"), Value: message.Count("supervision_deferred.tried", e.Tries, "Next", italian.When(e.Next, s.Now()))},
			},
			Retry: web.NewForm(deferredURL + "/" + e.ID + "/riprova"), Refuse: web.NewForm(deferredURL + "/" + e.ID + "/rifiuta"),
		}
		if e.Author != "" {
			item.Terms = append(item.Terms, web.Term{Name: message.Say("supervision_deferred.author"), Value: e.Author})
		}
		if e.Behind > 0 {
			item.Terms = append(item.Terms, web.Term{Name: message.Say("supervision_deferred.behind"), Value: message.Count("supervision_deferred.waiting", e.Behind)})
		}
		if e.CaseID != "" {
			item.Case = &web.Link{URL: "/fascicoli/" + e.CaseID, Text: message.Say("supervision.case", "Number", e.CaseNumber)}
		}
		page.Items = append(page.Items, item)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// mend has an entry tried again or refused, with a reason.
func (s *Place) mend(op catalogue.Operation[catalogue.ReasonForm], words string) access.Handler {
	return func(c *gin.Context, who care.Staff) error {
		_, err := s.Door.Do(c.Request.Context(), who, op.Command(c.PostForm("key"), c.Param("id"), catalogue.ReasonForm{Note: web.Typed(c, "note")}))
		var refused *care.Refusal
		switch {
		case errors.As(err, &refused) && len(refused.Faults) > 0:
			return s.Pages.LeaveRefused(c, deferredURL, message.Say("supervision_deferred.write_why", "Fault", s.Problems.Words.Fault(refused.Faults[0])))
		case err != nil:
			return err
		}
		return s.Pages.Leave(c, deferredURL, words)
	}
}
