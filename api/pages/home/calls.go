package home

import (
	"slices"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// answers are what somebody who is rung may say.
var answers = []consult.Answer{consult.Coming, consult.Soon, consult.Cannot}

// calls are the consults that a desk asks for at once: whoever is rung answers there, whoever
// receives at the desk calls and reads who comes, and a supervisor reads whom nobody answers.
func calls(d *day) func() error {
	return func() error {
		if !consult.MayRing(d.who) && d.who.Role != care.Supervisor {
			return nil
		}
		list, err := d.Consults.Calls(d.Request.Context(), d.who)
		if err != nil {
			return err
		}
		var lines []web.Line
		for _, c := range list {
			last := c.Last()
			mine := slices.IndexFunc(c.Rings, func(r consult.Ring) bool { return r.Staff == d.who.ID && r.Answer == "" })
			line := web.Line{URL: "/compiti/" + c.Task, Text: message.Say("home_call.title"), When: c.Number}
			state := c.State(d.now)
			switch {
			case mine >= 0 && state != consult.IsAnswered:
				line.State = message.Say("home_call.since", "Since", italian.Hour(c.Rings[mine].At))
				for _, a := range answers {
					line.Acts = append(line.Acts, web.LineAct{Form: web.NewForm("/consulti/" + c.Rings[mine].ID), Text: message.Of("home_answer", a), Value: string(a), From: todayPath})
				}
			case d.who.Role == care.Supervisor && state != consult.Unanswered:
				continue
			case state == consult.ToMake:
				line.State = message.Say("home_call.to_call")
			case state == consult.IsRinging:
				line.State = message.Say("home_call.rings", "Name", last.Name, "Since", italian.Hour(last.At))
			case last.Answer == consult.Soon:
				line.State = message.Say("home_call.comes_in_ten_minutes", "Name", last.Name)
			case state == consult.IsAnswered:
				line.State = message.Say("home_call.comes", "Name", last.Name)
			default:
				line.State = message.Say("home_call.nobody")
			}
			if consult.MayRing(d.who) && len(line.Acts) == 0 && c.Refuses(d.now) == "" {
				text := message.Say("home_call.consult")
				if last != nil {
					text = message.Say("home_call.another")
				}
				line.Acts = []web.LineAct{{Form: web.NewForm("/compiti/" + c.Task + "/chiama"), Text: text, From: todayPath}}
			}
			lines = append(lines, line)
		}
		if len(lines) > 0 {
			d.add("consulti", message.Say("home_call.list"), lines, allTasks, message.Say("home.all_tasks"))
		}
		return nil
	}
}
