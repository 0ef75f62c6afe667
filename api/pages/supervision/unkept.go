package supervision

import (
	"errors"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/protection"
)

const unkeptURL = "/protetti-senza-custodi"

// UnkeptList is the protected persons' files of the zone that nobody keeps any more.
type UnkeptList struct {
	web.Frame
	Items []UnkeptItem
	Staff []web.Option // who may be named
}

// Template names the page's file.
func (UnkeptList) Template() *template.Template { return templates["unkept"] }

// UnkeptItem is one of them: its number, and nothing of the person.
type UnkeptItem struct {
	Number string
	Form   web.Form
}

// unkeptList shows for which files somebody has to be named, without reading them.
func (s *Place) unkeptList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	list, err := s.Records.Unkept(ctx, who)
	if err != nil {
		return err
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	colleagues, err := s.Records.Colleagues(ctx, who)
	if err != nil {
		return err
	}
	page := UnkeptList{Frame: s.Pages.Frame(c, message.Say("supervision_unkept.title"), stuckURL)}
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	for _, o := range colleagues {
		if !actors.Same(o, who) && protection.MayKeep(o.Role) && care.ReadsCases(o, rules.Policy) { // of another agency nobody keeps a file alone
			page.Staff = append(page.Staff, web.Option{Value: o.ID, Text: o.Name + ", " + italian.Role(o.Role) + ", " + present.AgencyName(rules.Policy, o.Agency)})
		}
	}
	for _, u := range list {
		page.Items = append(page.Items, UnkeptItem{Number: u.Number, Form: web.NewForm(unkeptURL + "/" + u.ID)})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// nameKeeper names who keeps a file from now on.
func (s *Place) nameKeeper(c *gin.Context, who care.Staff) error {
	form := protection.NewKeeper{Keeper: c.PostForm("keeper")}
	_, err := s.Door.Do(c.Request.Context(), who, catalogue.NameKeeper.Command(c.PostForm("key"), c.Param("id"), form))
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused) && len(refused.Faults) > 0:
		return s.Pages.LeaveRefused(c, unkeptURL, s.Problems.Words.Fault(refused.Faults[0]))
	case err != nil:
		return err
	}
	return s.Pages.Leave(c, unkeptURL, message.Say("supervision_unkept.named"))
}
