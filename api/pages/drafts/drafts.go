// Package drafts is where people find the forms that they have begun and not sent.
package drafts

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Place is the page with what it needs; all of it is needed.
type Place struct {
	room.Room
	Drafts kept.Drafts
}

const path = access.DraftsPath

// Mount registers the page.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path+"/:id/elimina", s.drop)
}

func (s *Place) list(c *gin.Context, who care.Staff) error {
	list, err := s.Drafts.Drafts(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("drafts.title"), path)}
	for _, d := range list {
		page.Items = append(page.Items, Item{What: form(d.Path), Kept: italian.Moment(d.KeptAt), Resume: path + "/" + d.ID, Drop: path + "/" + d.ID + "/elimina"})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// drop deletes a draft. One that is gone is well.
func (s *Place) drop(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	d, err := s.Drafts.Draft(ctx, who, c.Param("id"))
	if err == nil {
		err = s.Drafts.DropDraft(ctx, who, d.Path)
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	return s.Pages.Leave(c, path, message.Say("drafts.deleted"))
}

// form says what a form is about by the place that it belongs to. It names nobody:
// what it is about may be out of its author's sight by now.
func form(path string) string {
	for _, place := range []struct{ path, words string }{
		{"/compiti/", message.Say("drafts_form.task")}, {"/fascicoli/", message.Say("drafts_form.case")}, {"/sportello/", message.Say("drafts_form.desk")},
		{"/segnalazioni/", message.Say("drafts_form.referral")}, {"/equipe/", message.Say("drafts_form.equipe")},
	} {
		if strings.HasPrefix(path, place.path) {
			return place.words
		}
	}
	return message.Say("drafts_form.other")
}
