package cases

import (
	"context"
	"net/url"
	"strings"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// fillCaseLife fills in what life did to a case, and what its équipe and its
// plan are.
func (s *Place) fillCaseLife(ctx context.Context, page *CasePage, who care.Staff, rules *zone.Rules, file ledger.Case) error {
	address := "/fascicoli/" + file.ID
	if file.SuspendedUntil != nil && file.Closed == nil {
		if file.Waiting.Health == health.Planned {
			page.Sentence = "" // the banner says it
		}
		page.Suspension = &Suspension{Text: "Percorso sospeso fino a " + italian.Day(*file.SuspendedUntil)}
		if catalogue.Resume.MayAsk(who.Role) {
			form := web.NewForm(address + "/riprendi")
			page.Suspension.Resume = &form
		}
	}
	if file.MergedInto != "" {
		page.Merged = &web.Link{URL: "/fascicoli/" + url.PathEscape(file.MergedInto), Text: "Apri il fascicolo che resta"}
	}
	page.Protection = protectionOf(file)
	page.Mistake, page.Parted = mistakeOf(who, file, s.Now()), partedOf(rules.Policy, file, s.Now())
	if file.Transfer != "" {
		page.Transfer = &Transfer{To: s.zoneName(ctx, file.Transfer)}
		if catalogue.Recall.MayAsk(who.Role) {
			form := web.NewForm(address + "/ritira-passaggio")
			page.Transfer.Recall = &form
		}
	}
	equipes, err := s.Records.Equipes(ctx, who, file.ID)
	if err != nil {
		return err
	}
	for _, e := range equipes {
		if link := parts.EquipeLink(e.Run); link != nil {
			when := "convocata " + italian.Dated("", e.Convened.In(italian.Rome))
			if m := gathering.Open(e.Meetings); m != nil && e.Ended == nil {
				when += "; riunione: " + present.MeetingWhen(*m)
			}
			page.Equipes = append(page.Equipes, web.Line{
				URL: link.URL, Text: italian.Upper(italian.EquipeKind(e.Kind)), State: present.EquipeBadge(e).Text, When: when,
			})
		}
	}
	plans, err := s.Records.Plans(ctx, who, file.ID)
	if err != nil {
		return err
	}
	if current := parts.CurrentPlan(plans); current != nil {
		shown := parts.PlanVersionOf(rules.Policy, *current, nil)
		shown.Changes = "" // the plan's own page says it
		page.Plan, page.PlanURL = &shown, address+"/progetto"
	}
	return nil
}

// protectionOf says who knows of a protected person; nil: she is known like others.
func protectionOf(file ledger.Case) *Protection {
	p := file.Protection
	if p == nil {
		return nil
	}
	shown := Protection{Keepers: "La conoscono solo i custodi: " + strings.Join(web.Each(p.Keepers, func(k ledger.Keeper) string { return k.Name }), ", ") +
		". Per tutti gli altri, colleghi e responsabili compresi, non esiste: non parlarne con chi non è in questo elenco."}
	for _, k := range p.Keepers {
		if k.ID == p.AskedBy {
			shown.Lifting = k.Name + " propone di togliere la protezione: un altro custode può farlo."
		}
	}
	for _, l := range p.Likeness {
		shown.Alike = append(shown.Alike, web.Link{URL: "/fascicoli/" + l.ID, Text: "Fascicolo " + l.Number + ", aperto " + italian.Dated("", l.Opened.In(italian.Rome))})
	}
	return &shown
}

// undoingWords say who has said that a closure, or a merge, was a mistake and why, and what
// taking it back leads to.
func undoingWords(p care.Policy, file ledger.Case) string {
	outcome, _ := care.ByCode(p.Outcomes, file.Outcome)
	if file.MergedInto != "" {
		return file.Undoing.SaidBy + " segnala che l’unione a un altro fascicolo è uno sbaglio: «" + file.Undoing.Why + "». Se confermi, questo fascicolo torna com’era, a «" +
			italian.Stage(file.LastStage) + "», con le sue attività. Quello che è stato registrato da allora resta nell’altro fascicolo, e qui trovi l’elenco."
	}
	return file.Undoing.SaidBy + " segnala che la chiusura («" + outcome.Name + "») è uno sbaglio: «" + file.Undoing.Why + "». Se confermi, il fascicolo torna a «" +
		italian.Stage(file.LastStage) + "». " + present.LostWords(p, file)
}

// zoneName is the name of a zone's municipality.
func (s *Place) zoneName(ctx context.Context, zone string) string {
	rules, err := s.Book.Rules(ctx, zone)
	if err != nil {
		return italian.Upper(zone) // its code says it too
	}
	return rules.Municipality
}
