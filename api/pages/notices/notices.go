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

// list shows what of the caller's was refused later, or opened by others.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	notices, err := s.Records.Notices(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, "Avvisi su quello che hai scritto", access.NoticesPath)}
	for _, n := range notices {
		if n.Opened != nil {
			page.Items = append(page.Items, openingItem(rules.Policy, n))
			continue
		}
		item := Item{
			Title: title(n), When: "Chiesto il " + italian.Moment(n.Asked), Typed: present.Typed(rules.Policy, n.Operation, n.Task, n.Form),
			Heading: "Che cosa avevi scritto", Next: next(n), Dismiss: web.NewForm(access.NoticesPath + "/" + n.ID + "/letto"),
		}
		if n.Refusal != nil {
			item.Why = "La richiesta era accettata, ma quando è arrivato il suo turno non si poteva più registrare. " + s.Problems.Words.Refusal(*n.Refusal)
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

// openingItem tells that somebody opened what the caller had written for others.
func openingItem(p care.Policy, n ledger.Notice) Item {
	o := n.Opened
	item := Item{
		Title: "Quello che hai scritto è stato aperto", When: "Scritto il " + italian.Moment(o.Written) + ", aperto il " + italian.Moment(n.At),
		Why:     o.ByName + ", " + italian.Role(o.ByRole) + " (" + present.AgencyName(p, o.ByAgency) + "), lo legge per un giorno.",
		Heading: "Perché l’ha aperto", Typed: []web.Term{{Name: italian.Field("reason"), Value: o.Reason}},
		Dismiss: web.NewForm(access.NoticesPath + "/" + n.ID + "/letto"),
	}
	if n.CaseID != "" {
		item.Next = &web.Link{URL: "/fascicoli/" + n.CaseID + "/scheda#scritto-" + o.RecordID, Text: "Vai a quello che hai scritto"}
		item.Case = &web.Link{URL: "/fascicoli/" + n.CaseID, Text: "Fascicolo " + n.CaseNumber}
	}
	return item
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
