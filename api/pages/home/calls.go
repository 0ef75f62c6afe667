package home

import (
	"slices"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/italian"
)

// answers are what somebody who is rung may say.
var answers = []struct {
	answer consult.Answer
	text   string
}{{consult.Coming, "Arrivo"}, {consult.Soon, "Tra 10 minuti"}, {consult.Cannot, "Non posso"}}

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
			line := web.Line{URL: "/compiti/" + c.Task, Text: "Consulto allo sportello", When: c.Number}
			state := c.State(d.now)
			switch {
			case mine >= 0 && state != consult.IsAnswered:
				line.State = "Ti chiamano allo sportello, dalle " + italian.Hour(c.Rings[mine].At)
				for _, a := range answers {
					line.Acts = append(line.Acts, web.LineAct{Form: web.NewForm("/consulti/" + c.Rings[mine].ID), Text: a.text, Value: string(a.answer), From: todayPath})
				}
			case d.who.Role == care.Supervisor && state != consult.Unanswered:
				continue
			case state == consult.ToMake:
				line.State = "Da chiamare"
			case state == consult.IsRinging:
				line.State = "Chiamata a " + last.Name + ", dalle " + italian.Hour(last.At)
			case last.Answer == consult.Soon:
				line.State = last.Name + " arriva tra 10 minuti"
			case state == consult.IsAnswered:
				line.State = last.Name + " arriva"
			default:
				line.State = "Non viene nessuno: il responsabile è avvisato"
			}
			if consult.MayRing(d.who) && len(line.Acts) == 0 && c.Refuses(d.now) == "" {
				text := "Consulta subito"
				if last != nil {
					text = "Chiama un altro"
				}
				line.Acts = []web.LineAct{{Form: web.NewForm("/compiti/" + c.Task + "/chiama"), Text: text, From: todayPath}}
			}
			lines = append(lines, line)
		}
		if len(lines) > 0 {
			d.add("consulti", "Consulti allo sportello", lines, allTasks, "Tutte le tue attività")
		}
		return nil
	}
}
