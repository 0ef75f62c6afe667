package supervision

import (
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
)

const handedURL = "/fascicoli-passati"

// HandedList is the cases that the zone has handed over to another one.
type HandedList struct {
	web.Frame
	Items []HandedItem
}

// Template names the page's file.
func (HandedList) Template() *template.Template { return templates["handed"] }

// HandedItem is one such case. The file is the other zone's; who read it here is told.
type HandedItem struct{ Number, When, ReadsURL string }

// handedList shows for which cases the supervisor still answers who read them.
func (s *Place) handedList(c *gin.Context, who care.Staff) error {
	list, err := s.Records.HandedOver(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := HandedList{Frame: s.Pages.Frame(c, message.Say("supervision_handed.title"), stuckURL)}
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	for _, h := range list {
		page.Items = append(page.Items, HandedItem{Number: h.Number, When: italian.Moment(h.At), ReadsURL: "/fascicoli/" + h.ID + "/letture?da=passati"})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
