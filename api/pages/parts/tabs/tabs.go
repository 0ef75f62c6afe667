// Package tabs leads from one page of a case to the others.
package tabs

import (
	"percorso/api/web"
	"percorso/internal/message"
)

// The pages of a case, as their addresses end.
const (
	Standing     = ""
	Sheet        = "/scheda"
	Appointments = "/appuntamenti"
	Sent         = "/invii"
	Diary        = "/diario"
	Person       = "/persona"
)

// all are the tabs in their order, with what each is called in the messages.
var all = []struct{ at, code string }{
	{Standing, "standing"}, {Sheet, "sheet"}, {Appointments, "appointments"}, {Sent, "sent"}, {Diary, "diary"}, {Person, "person"},
}

// Of are the tabs of a case, as its page "here" shows them.
func Of(caseID, here string) []web.Link {
	list := make([]web.Link, len(all))
	for i, t := range all {
		list[i] = web.Link{URL: "/fascicoli/" + caseID + t.at, Text: message.Of("case_tabs.tab", t.code), Current: t.at == here}
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
		{URL: "/fascicoli/" + caseID + Diary, Text: message.Say("case_tabs.written"), Current: view == ""},
		{URL: Happened(caseID), Text: message.Say("case_tabs.happened"), Current: view == Facts},
		{URL: "/fascicoli/" + caseID + "/letture", Text: message.Say("case_tabs.read_by")},
	}
}
