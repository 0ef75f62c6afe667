package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// AnsweredBadge marks what an accepted answer is on its way to.
func AnsweredBadge() web.Badge {
	return web.Badge{Tone: "info", Icon: "it-clock", Text: message.Say("standing.answer_coming")}
}

// Answered says that an accepted answer is on its way, and what that means.
func Answered() string { return message.Say("standing.answered") }

// TaskDue says by when a task is due; one that stands still with its case is
// due at no time, and one whose answer is on its way asks for nothing.
func TaskDue(rules *zone.Rules, t ledger.Task, now time.Time) web.Badge {
	if t.Answered {
		return AnsweredBadge()
	}
	if t.Suspended {
		return SuspendedBadge()
	}
	return DueBadge(t.Due, now, rules)
}

// HolderName is who holds a task: by name, or by role where the name is not known.
func HolderName(t ledger.Task) string {
	if t.HolderName != "" {
		return t.HolderName
	}
	return italian.ARole(t.HolderRole)
}
