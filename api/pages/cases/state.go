package cases

import (
	"context"
	"net/url"
	"strings"

	"percorso/api/pages/parts/decided"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
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
		page.Suspension = &Suspension{Text: message.Say("case_page.suspended_until", "Day", italian.Day(*file.SuspendedUntil))}
		if catalogue.Resume.MayAsk(who.Role) {
			form := web.NewForm(address + "/riprendi")
			page.Suspension.Resume = &form
		}
	}
	if file.MergedInto != "" {
		page.Merged = &web.Link{URL: "/fascicoli/" + url.PathEscape(file.MergedInto), Text: message.Say("case_page.open_kept")}
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
		if link := decided.EquipeLink(e.Run); link != nil {
			day := italian.Dated("", e.Convened.In(italian.Rome))
			when := message.Say("case_page.convened", "Day", day)
			if m := gathering.Open(e.Meetings); m != nil && e.Ended == nil {
				when = message.Say("case_page.convened_and_meets", "Day", day, "Meeting", present.MeetingWhen(*m))
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
	if current := decided.CurrentPlan(plans); current != nil {
		shown := decided.PlanVersionOf(rules.Policy, *current, nil)
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
	shown := Protection{Keepers: message.Say("case_page.keepers", "Names", strings.Join(web.Each(p.Keepers, func(k ledger.Keeper) string { return k.Name }), ", "))}
	for _, k := range p.Keepers {
		if k.ID == p.AskedBy {
			shown.Lifting = message.Say("case_page.lifting", "Name", k.Name)
		}
	}
	for _, l := range p.Likeness {
		shown.Alike = append(shown.Alike, web.Link{URL: "/fascicoli/" + l.ID, Text: message.Say("case_page.case_opened", "Number", l.Number, "Day", italian.Dated("", l.Opened.In(italian.Rome)))})
	}
	return &shown
}

// undoingWords say who has said that a closure, or a merge, was a mistake and why, and what
// taking it back leads to.
func undoingWords(p care.Policy, file ledger.Case) string {
	outcome, _ := care.ByCode(p.Outcomes, file.Outcome)
	if file.MergedInto != "" {
		return message.Say("case_mistakes.undo_merge", "Name", file.Undoing.SaidBy, "Why", file.Undoing.Why, "Stage", italian.Stage(file.LastStage))
	}
	return message.Say("case_mistakes.undo_closure", "Name", file.Undoing.SaidBy, "Outcome", outcome.Name, "Why", file.Undoing.Why, "Stage", italian.Stage(file.LastStage), "Lost", present.LostWords(p, file))
}

// zoneName is the name of a zone's municipality.
func (s *Place) zoneName(ctx context.Context, zone string) string {
	rules, err := s.Book.Rules(ctx, zone)
	if err != nil {
		return italian.Upper(zone) // its code says it too
	}
	return rules.Municipality
}
