package parts

import (
	"strings"
	"time"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/alike"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/undoing"
	"percorso/internal/zone"
)

// TaskItemOf is a task as lists show it.
func TaskItemOf(who care.Staff, rules *zone.Rules, t ledger.Task, now time.Time) TaskItem {
	item := TaskItem{
		URL: "/compiti/" + t.ID, Title: italian.TaskKind(t.Kind), Person: t.Person, Case: t.CaseNumber, Due: present.TaskDue(rules, t, now), Suspended: t.Suspended,
	}
	if t.Service != "" {
		item.Service = present.ServiceName(rules.Policy, t.Service)
	}
	mine, behalf := t.HolderID == who.ID, t.Actors().OnBehalf(who)
	switch {
	case t.Answered: // the badge says so
	case t.Kind == care.ReferralAnswer:
		item.URL = "/segnalazioni/" + t.ReferralID
		if mine || t.Role == who.Role && t.Agency == who.Agency {
			item.Next = message.Say("case_pages.answer")
		}
	case mine, behalf:
		item.Next = message.Say("case_pages.go_on")
	case MayClaim(who, t):
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		item.Claim = &form
	}
	if t.FirstID != who.ID {
		item.First = t.FirstName
	}
	if t.HolderID != "" && !mine {
		item.Holder = present.HolderName(t)
	}
	if behalf {
		item.Holder, item.Behalf = "", message.Say("task_item.who_is_away", "Name", t.HolderName, "Away", italian.Away(*t.AwayUntil, now))
	}
	return item
}

// SuspendedLast puts what can wait below what cannot.
func SuspendedLast(a, b TaskItem) int {
	switch {
	case a.Suspended == b.Suspended:
		return 0
	case b.Suspended:
		return -1
	}
	return 1
}

// MayClaim says whether the caller is offered a task; who really may is decided
// when they ask.
func MayClaim(who care.Staff, t ledger.Task) bool {
	return t.State.Open() && !t.Answered && t.Actors().Claimable(who)
}

// MayWork says whether a task is the caller's to go on with: they hold it, or stand in for
// who does, and no answer to it is on its way, or it is offered to them.
func MayWork(who care.Staff, t ledger.Task) bool {
	return t.Actors().Workable(who) && !t.Answered || MayClaim(who, t)
}

// CandidateOf is a case file that may be the one looked for, of which nothing is shown but
// whose it may be, since the person looks at the screen too; reopens: the caller may ask
// for it to be reopened.
func CandidateOf(file ledger.CaseFile, reopens bool) Candidate {
	c := Candidate{
		URL: "/fascicoli/" + file.ID, Person: file.Person, Number: file.Number,
	}
	if len(file.By) > 0 {
		c.Why = message.Say("candidate.found_by", "By", strings.Join(web.Each(file.By, alike.FoundBy), "; "))
	}
	if file.Like != nil {
		c.Why = italian.Upper(alike.People(*file.Like))
	}
	if file.Known != nil && !file.Known.BirthDate.IsZero() {
		c.Born = message.Say("candidate.born", "Year", file.Known.BirthDate.Year())
	}
	if file.Closed != nil {
		c.Closed, c.Reopen = true, reopens && undoing.MayReopen(file.Outcome)
	}
	return c
}

// CaseItemOf is a case file as lists show it.
func CaseItemOf(rules *zone.Rules, file ledger.CaseFile, now time.Time) CaseItem {
	return CaseItem{
		URL: "/fascicoli/" + file.ID, Person: file.Person, Number: file.Number, Stage: italian.Stage(file.Stage),
		Opened: italian.Dated("", file.Opened.In(italian.Rome)), Sentence: present.CaseInShort(rules, file, now), Health: present.CaseBadge(file),
	}
}
