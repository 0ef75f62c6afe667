package notices

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(access.NoticesPath, s.list)
	p.Post(access.NoticesPath+"/:id/letto", s.dismiss)
}

// list shows what of the caller's was refused later.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	notices, err := s.Records.Notices(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, "Richieste non registrate", access.NoticesPath)}
	for _, n := range notices {
		item := Item{
			Title: title(n), When: "Chiesto il " + italian.Moment(n.Asked), Typed: present.Typed(rules.Policy, n.Operation, n.Task, n.Form),
			Next: next(n), Dismiss: web.NewForm(access.NoticesPath + "/" + n.ID + "/letto"),
		}
		if n.Refusal != nil {
			item.Why = s.Problems.Words.Refusal(*n.Refusal)
			for _, fault := range n.Refusal.Faults {
				item.Why += " " + s.Problems.Words.Fault(fault)
			}
		}
		if n.CaseID != "" {
			item.Case = &web.Link{URL: "/fascicoli/" + n.CaseID, Text: "Fascicolo " + n.CaseNumber}
		}
		page.Items = append(page.Items, item)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// title says what was asked for.
func title(n ledger.Notice) string {
	if n.Operation == care.OpComplete && n.Task != "" {
		return italian.Upper(italian.TaskKind(n.Task))
	}
	return italian.Operation(n.Operation)
}

// next is where what was refused may be done again, or seen how it stands.
func next(n ledger.Notice) *web.Link {
	switch {
	case n.TaskOpen:
		return &web.Link{URL: "/compiti/" + n.TaskID, Text: "Vai all’attività"}
	case n.ReferralID != "":
		return &web.Link{URL: "/segnalazioni/" + n.ReferralID, Text: "Vai alla segnalazione"}
	case n.CaseID != "":
		return &web.Link{URL: "/fascicoli/" + n.CaseID, Text: "Vedi a che punto è"}
	}
	return nil
}

// dismiss takes a notice away that was read.
func (s *Place) dismiss(c *gin.Context, who care.Staff) error {
	if act.Held(c.Request.Context()) {
		return s.Pages.Leave(c, access.NoticesPath, "")
	}
	if err := s.Records.DismissNotice(c.Request.Context(), who, c.Param("id")); err != nil {
		return err
	}
	return s.Pages.Leave(c, access.NoticesPath, "Avviso tolto.")
}
