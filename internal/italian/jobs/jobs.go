// Package jobs says in Italian what is known of a person's work.
package jobs

import (
	"strings"
	"time"

	"percorso/internal/message"
	"percorso/internal/working"
)

// Fields are those of a profile, but for the note.
var Fields = []string{"may_work", "schooling", "recognition", "italian", "italian_proof", "work_done", "licences", "free_hours", "did", "pact", "benefits"}

// Label is the name of a field of a profile.
func Label(field string) string {
	said, _ := message.Find("operation_label", working.Form+"."+field)
	return said
}

// Choice says a code of a profile.
func Choice(code string) string {
	said, _ := message.Find("operation_choice", working.Form+"."+code)
	return said
}

// May says whether somebody may work; empty: nobody is told.
func May(a working.Answer) string {
	if limit, ok := message.Find("work_limit", a.Limit); ok {
		return message.Say("jobs.may_within", "May", Choice(a.May), "Limit", limit)
	}
	return Choice(a.May)
}

// FromTable says what the table answers, with its source, where the form asks for it.
func FromTable(a working.Answer, source string) string {
	return message.Say("jobs.from_table", "May", May(a), "Source", source)
}

// Level is the level of Italian, and how it is known; empty: it is not.
func Level(t working.Told) string {
	words := Choice(t.Italian)
	if proof := Choice(t.ItalianProof); words != "" && proof != "" {
		return message.Say("jobs.level", "Level", words, "Proof", proof)
	}
	return words
}

// Told lists what an agency is told, each with its name; day says a day in words.
func Told(t working.Told, day func(time.Time) string) (terms [][2]string) {
	add := func(name, value string) {
		if value != "" {
			terms = append(terms, [2]string{name, value})
		}
	}
	add(message.Say("jobs.domicile"), t.Domicile)
	add(Label("may_work"), May(t.Answer))
	if last, err := time.Parse(time.DateOnly, t.PermitExpiry); err == nil {
		add(message.Say("jobs.permit_valid"), day(last))
	}
	add(Label("schooling"), Choice(t.Schooling))
	add(Label("recognition"), Choice(t.Recognition))
	add(Label("italian"), Level(t))
	add(Label("work_done"), t.WorkDone)
	add(Label("licences"), t.Licences)
	add(Label("free_hours"), t.FreeHours)
	add(Label("did"), Choice(t.DID))
	add(Label("pact"), Choice(t.Pact))
	add(Label("benefits"), Choice(t.Benefits))
	var asks []string
	for _, asked := range t.Asks {
		words := strings.TrimSuffix(asked.Text, ".")
		if asked.Until != nil {
			words = message.Say("jobs.asked_until", "What", words, "Day", day(*asked.Until))
		}
		asks = append(asks, words)
	}
	add(message.Say("jobs.plan_asks"), strings.Join(asks, "; "))
	return terms
}
