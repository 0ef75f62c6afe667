// Package tabs leads from one page of a case to the others.
package tabs

import "percorso/api/web"

// The pages of a case, as their addresses end.
const (
	Standing     = ""
	Sheet        = "/scheda"
	Appointments = "/appuntamenti"
	Sent         = "/invii"
	Diary        = "/diario"
	Person       = "/persona"
)

// all are the tabs in their order.
var all = []struct{ at, name string }{
	{Standing, "A che punto è"}, {Sheet, "Scheda"}, {Appointments, "Appuntamenti"}, {Sent, "Invii"}, {Diary, "Diario"}, {Person, "Persona"},
}

// Of are the tabs of a case, as its page "here" shows them.
func Of(caseID, here string) []web.Link {
	list := make([]web.Link, len(all))
	for i, t := range all {
		list[i] = web.Link{URL: "/fascicoli/" + caseID + t.at, Text: t.name, Current: t.at == here}
	}
	return list
}

// Views of the diary, as its parameter says them; empty: what is written.
const (
	View  = "cosa"
	Facts = "fatti" // what happened
)

// Happened is where all that happened in a case is read.
func Happened(caseID string) string { return "/fascicoli/" + caseID + Diary + "?" + View + "=" + Facts }

// OfDiary are the views of a case's diary, as one of them shows them.
func OfDiary(caseID, view string) []web.Link {
	return []web.Link{
		{URL: "/fascicoli/" + caseID + Diary, Text: "Quello che è scritto", Current: view == ""},
		{URL: Happened(caseID), Text: "Che cosa è successo", Current: view == Facts},
		{URL: "/fascicoli/" + caseID + "/letture", Text: "Chi ha letto questo fascicolo"},
	}
}
