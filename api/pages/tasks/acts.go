package tasks

import (
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// acts puts into a row who has its task, and what the caller may do with it: first what
// goes on with it, the rest under «Altro». Who really may is decided when they ask.
func (row *Row) acts(who care.Staff, rules *zone.Rules, t ledger.Task) {
	mine := t.HolderID == who.ID
	switch {
	case mine:
		row.Who = message.Say("work_list.me")
	case t.HolderID != "":
		row.Who = present.HolderName(t)
	case t.FirstID != "" && t.FirstID != who.ID:
		row.Who = message.Say("work_list.free_first_to", "Name", t.FirstName)
	case t.FirstID == who.ID && t.FirstID != "": // it is in their list, though nobody has it yet
		row.Who = message.Say("work_list.free_first_to_you")
	case t.Role == who.Role && t.Agency == who.Agency:
		row.Who = message.Say("work_list.free")
	default:
		row.Who = italian.Upper(italian.Role(t.Role)) + ", " + present.AgencyName(rules.Policy, t.Agency)
	}
	switch {
	case t.Answered:
		row.Open = &web.Link{URL: row.At, Text: message.Say("case_pages.open")}
	case t.Kind == care.ReferralAnswer:
		row.At = "/segnalazioni/" + t.ReferralID
		row.Open = &web.Link{URL: row.At, Text: message.Say("case_pages.open")}
		if mine || t.Role == who.Role && t.Agency == who.Agency {
			row.Open.Text = message.Say("case_pages.answer")
		}
	case mine:
		row.Open = &web.Link{URL: row.At, Text: message.Say("case_pages.go_on")}
	case parts.MayClaim(who, t):
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		row.Claim = &form
	default:
		row.Open = &web.Link{URL: row.At, Text: message.Say("case_pages.open")}
	}
	if t.Answered || !t.State.Open() {
		return
	}
	if t.Actors().Releasable(who) {
		form := web.NewForm("/compiti/" + t.ID + "/rilascia")
		row.Release = &form
	}
	if catalogue.Reassign.MayAsk(who.Role) {
		row.More = append(row.More, web.Link{URL: "/casi-bloccati/" + t.ID + "/riassegna", Text: message.Say("case_pages.pass_on")})
	}
	if catalogue.Extend.MayAsk(who.Role) {
		row.More = append(row.More, web.Link{URL: "/casi-bloccati/" + t.ID + "/proroga", Text: message.Say("work_list.put_off")})
	}
}

// inOneClick offers an outcome in the row; its form, which says the rest, is below «Altro».
func (row *Row) inOneClick(t ledger.Task, outcome, words string) {
	row.Done = &RowAct{Form: web.NewForm("/compiti/" + t.ID + "/completa"), Outcome: outcome, Words: words}
	row.Open, row.Claim = nil, nil
	row.More = append([]web.Link{{URL: row.At, Text: message.Say("case_pages.open")}}, row.More...)
}
