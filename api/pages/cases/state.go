package api

import (
	"context"
	"net/url"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// meetingsShown is how many meetings with the person a page shows.
const meetingsShown = 3

// suspendedBadge marks what stands still with its case.
var suspendedBadge = web.Badge{Tone: "neutral", Icon: "it-ban", Text: "Caso sospeso"}

// fillCaseLife fills in what life did to a case, and what its équipe and its
// plan are.
func (s *Server) fillCaseLife(ctx context.Context, page *web.CasePage, who care.Staff, rules *zone.Rules, file ledger.Case) error {
	address := "/fascicoli/" + file.ID
	if file.SuspendedUntil != nil && file.Closed == nil {
		if file.Waiting.Health == care.HealthPlanned {
			page.Sentence = "" // the banner says it
		}
		page.Suspension = &web.Suspension{Text: "Caso sospeso fino al " + italian.Date(file.SuspendedUntil.In(italian.Rome))}
		if catalogue.Resume.MayAsk(who.Role) {
			form := web.NewForm(address + "/riprendi")
			page.Suspension.Resume = &form
		}
	}
	if file.MergedInto != "" {
		page.Merged = &web.Link{URL: "/fascicoli/" + url.PathEscape(file.MergedInto), Text: "Apri il fascicolo che resta"}
	}
	if file.Transfer != "" {
		page.Transfer = &web.Transfer{To: s.zoneName(ctx, file.Transfer)}
		if catalogue.Recall.MayAsk(who.Role) {
			form := web.NewForm(address + "/ritira-passaggio")
			page.Transfer.Recall = &form
		}
	}
	page.Consent, page.ConsentSince = consentOf(file)
	for _, m := range file.Meetings[:min(len(file.Meetings), meetingsShown)] {
		page.Meetings = append(page.Meetings, web.Line{
			Text: italian.Day(m.At), State: agencyName(rules.Policy, m.Agency), When: meetingBy(m),
		})
	}
	equipes, err := s.records.Equipes(ctx, who, file.ID)
	if err != nil {
		return err
	}
	for _, e := range equipes {
		if link := equipeLink(e.Run); link != nil {
			page.Equipes = append(page.Equipes, web.Line{
				URL: link.URL, Text: italian.Upper(italian.EquipeKind(e.Kind)), State: equipeBadge(e).Text, When: "convocata il " + italian.Date(e.Convened.In(italian.Rome)),
			})
		}
	}
	plans, err := s.records.Plans(ctx, who, file.ID)
	if err != nil {
		return err
	}
	if current := currentPlan(plans); current != nil {
		shown := planVersion(rules.Policy, *current, nil)
		shown.Changes = "" // the plan's own page says it
		page.Plan, page.PlanURL = &shown, address+"/progetto"
	}
	return nil
}

// consentOf says whether data may reach private partners.
func consentOf(file ledger.Case) (badge web.Badge, since string) {
	if file.Consent == nil {
		return web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: "Nessun consenso"}, "I dati della persona non possono arrivare a enti privati."
	}
	return web.Badge{Tone: "success", Icon: "it-check-circle", Text: "Consenso dato"},
		"I dati della persona possono arrivare a enti privati dal " + italian.Date(file.Consent.In(italian.Rome)) + "."
}

func meetingBy(m ledger.Meeting) string {
	if m.ByName == "" {
		return italian.Upper(italian.Role(m.ByRole))
	}
	return m.ByName + ", " + italian.Role(m.ByRole)
}

// zoneName is the name of a zone's municipality.
func (s *Server) zoneName(ctx context.Context, zone string) string {
	rules, err := s.book.Rules(ctx, zone)
	if err != nil {
		return italian.Upper(zone) // its code says it too
	}
	return rules.Municipality
}
