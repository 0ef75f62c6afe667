// Package visiting says in Italian who visits a person at home, and whether they are back.
package visiting

import (
	"strings"
	"time"

	"percorso/internal/homevisit"
	"percorso/internal/italian"
)

// Who is who goes: "vanno Maria Prova e Carla Esempio", "va una persona sola, Maria Prova".
func Who(v homevisit.Visit) string {
	if v.Second == "" {
		return "va una persona sola, " + v.FirstName
	}
	return "vanno " + v.FirstName + " e " + v.SecondName
}

// Back says whether they are, or when they are expected to be: "rientro atteso alle 11.30".
func Back(v homevisit.Visit, now time.Time) string {
	switch v.State(now) {
	case homevisit.Returned:
		if v.Second == "" {
			return "di ritorno"
		}
		return "rientrati"
	case homevisit.Unanswered:
		if v.Second == "" {
			return "nessuna risposta: non si sa se è di ritorno"
		}
		return "nessuna risposta: non si sa se sono rientrati"
	}
	return "rientro atteso alle " + italian.Hour(v.AskAt)
}

// Said says it where the visit is one of many appointments: "Visita a domicilio, vanno Maria
// Prova e Carla Esempio, rientro atteso alle 11.30".
func Said(v homevisit.Visit, now time.Time) string {
	return "Visita a domicilio, " + Who(v) + ", " + Back(v, now)
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
	said := italian.Upper(Who(v))
	if v.Alone != "" {
		said += ": " + strings.TrimSuffix(v.Alone, ".")
	}
	said += ". "
	switch state := v.State(now); {
	case v.Goes(who) && !v.Waits(who):
		return said + "Hai detto che tu sei di ritorno: manca la risposta di chi è con te"
	case v.Goes(who) && state == homevisit.Out:
		return said + "Quando la visita è finita, dillo qui"
	case v.Goes(who) && state != homevisit.Ahead && v.Second == "":
		return said + "Sei di ritorno?"
	case v.Goes(who) && state != homevisit.Ahead:
		return said + "Siete rientrati?"
	case state == homevisit.Unanswered && v.Second == "":
		return said + "Non ha detto di essere di ritorno: chiama il " + v.Phone + ". Della visita sa " + v.KnowsName
	case state == homevisit.Unanswered:
		return said + "Nessuno ha detto che sono rientrati: chiama il " + v.Phone + ". Della visita sa " + v.KnowsName
	}
	return said + italian.Upper(Back(v, now)) + ". Rispondono al " + v.Phone
}
