package tasks

import (
	"context"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// toConfirm are the mistakes that wait for the caller as their second person. They are no
// tasks, since the file is closed and nobody holds them; they are work all the same.
func (s *Place) toConfirm(ctx context.Context, who care.Staff, rules *zone.Rules) ([]Row, error) {
	if !catalogue.Undo.MayAsk(who.Role) {
		return nil, nil
	}
	list, err := s.Records.ToConfirm(ctx, who)
	now := s.Now().In(rules.Calendar.Location())
	return web.Each(list, func(n ledger.Notice) Row {
		file, m := "/fascicoli/"+n.CaseID, n.Mistake
		form := file + "/" + catalogue.Undo.Slug
		return Row{
			Key: "confirm" + n.ID, Person: m.Person, Number: n.CaseNumber, URL: file, At: form, Title: message.Say("work_list.confirm_mistake", "Mistake", present.MistakeIn(n)),
			Did: message.Say("work_list.mistake_said", "Day", italian.DatedMoment("", n.At), "Why", m.Why), Due: web.Badge{Tone: "neutral", Icon: "it-clock", Text: italian.Brief(m.Until.In(italian.Rome), now)},
			Who: message.Say("work_list.said_by", "Name", m.SaidBy), Open: &web.Link{URL: form, Text: message.Say("case_pages.look_and_confirm")},
		}
	}), err
}
