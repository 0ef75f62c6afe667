package present

import (
	"time"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/timeline"
	"percorso/internal/message"
)

// OnBoard says why a person stands in a list of the supervisor's board.
func OnBoard(p care.Policy, list board.List, row board.Row, now time.Time) string {
	switch list {
	case board.Dated:
		return italian.Upper(italian.DayKind(row.Code)) + ", " + italian.Dated("", row.At)
	case board.Unmoved:
		return timeline.Line(p, row.Code, row.Detail) + ", " + italian.Brief(row.At, now)
	}
	return message.Say("causes.opened", "Stage", italian.Stage(care.Stage(row.Code)), "Day", italian.Brief(row.At, now))
}

// Cause says how many cases are stuck for one reason: "14 aspettano il Centro per l’Impiego".
func Cause(p care.Policy, n board.Counted) string {
	switch n.Cause {
	case board.Nobody:
		return message.Count("causes.cause_nobody", n.Cases)
	case board.Machine:
		return message.Count("causes.cause_machine", n.Cases)
	case board.Mail:
		return message.Count("causes.cause_mail", n.Cases)
	}
	return message.Count("causes.cause_agency", n.Cases, "Agency", article.The(AgencyName(p, n.Cause.Of())))
}

// WhyHeld says the reason alone.
func WhyHeld(p care.Policy, of board.Cause) string {
	switch of {
	case board.Nobody:
		return message.Say("causes.held_nobody")
	case board.Machine:
		return message.Say("causes.held_machine")
	case board.Mail:
		return message.Say("causes.held_mail")
	}
	return message.Say("causes.held_agency", "Agency", article.The(AgencyName(p, of.Of())))
}
