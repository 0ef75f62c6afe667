// Package visiting says in Italian who visits a person at home, and whether they are back.
package visiting

import (
	"strings"
	"time"

	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// Who is who goes: "vanno Maria Prova e Carla Esempio", "va una persona sola, Maria Prova".
func Who(v homevisit.Visit) string {
	if v.Second == "" {
		return message.Say("visit.goes_alone", "Name", v.FirstName)
	}
	return message.Say("visit.two_go", "First", v.FirstName, "Second", v.SecondName)
}

// Back says whether they are, or when they are expected to be: "rientro atteso alle 11.30".
func Back(v homevisit.Visit, now time.Time) string {
	switch v.State(now) {
	case homevisit.Returned:
		if v.Second == "" {
			return message.Say("visit.one_is_back")
		}
		return message.Say("visit.two_are_back")
	case homevisit.Unanswered:
		if v.Second == "" {
			return message.Say("visit.one_has_not_answered")
		}
		return message.Say("visit.two_have_not_answered")
	}
	return message.Say("visit.back_expected", "Hour", italian.Hour(v.AskAt))
}

// Said says it where the visit is one of many appointments: "Visita a domicilio, vanno Maria
// Prova e Carla Esempio, rientro atteso alle 11.30".
func Said(v homevisit.Visit, now time.Time) string {
	return message.Say("visit.said", "Who", Who(v), "Back", Back(v, now))
}

// Of says it of an appointment, by those that are visits; empty: it is none.
func Of(visits []homevisit.Visit, appointment string, now time.Time) string {
	for _, v := range visits {
		if v.Appointment == appointment {
			return Said(v, now)
		}
	}
	return ""
}

// Today says to somebody how it stands with a visit that they go on, know about, or are told of.
func Today(v homevisit.Visit, who string, now time.Time) string {
	goes := italian.Upper(Who(v))
	if v.Alone != "" {
		goes = message.Say("visit.alone_since", "Who", goes, "Why", strings.TrimSuffix(v.Alone, "."))
	}
	return message.Say("visit.today", "Who", goes, "How", stands(v, who, now))
}

// stands says to somebody how it stands, after who goes.
func stands(v homevisit.Visit, who string, now time.Time) string {
	switch state := v.State(now); {
	case v.Goes(who) && !v.Waits(who):
		return message.Say("visit.other_has_not_answered")
	case v.Goes(who) && state == homevisit.Out:
		return message.Say("visit.say_when_back")
	case v.Goes(who) && state != homevisit.Ahead && v.Second == "":
		return message.Say("visit.are_you_back")
	case v.Goes(who) && state != homevisit.Ahead:
		return message.Say("visit.are_you_both_back")
	case state == homevisit.Unanswered && v.Second == "":
		return message.Say("visit.call_one", "Phone", v.Phone, "Knows", v.KnowsName)
	case state == homevisit.Unanswered:
		return message.Say("visit.call_two", "Phone", v.Phone, "Knows", v.KnowsName)
	}
	return message.Say("visit.phone", "Back", italian.Upper(Back(v, now)), "Phone", v.Phone)
}
