// Package writing shows what somebody wrote in a case: its words for those in its circle, and
// who wrote it and on which day for the others.
package writing

import (
	"cmp"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/sheet"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/written"
)

// Record is what somebody wrote.
type Record struct {
	ID     string
	Title  string
	By     string // who and when
	Fields []web.Term
	Circle string
	Open   string // address where it is opened all the same; empty: it is readable
	// How it was amended, the latest first, and where the caller amends it; empty: they may not.
	Amended []present.Amended
	Amend   string
}

// Of shows a record, or by whom and when it was written.
func Of(p care.Policy, caseID string, r ledger.Record) Record {
	by := cmp.Or(italian.Upper(italian.Role(r.ByRole)), present.AgencyName(p, r.ByAgency))
	shown := Record{ID: r.ID, Title: parts.FormTitle(r.Form), Circle: sheet.Circle(written.Circle(r.Circle))}
	if !r.Readable {
		shown.By = message.Say("writing.by_role", "Role", italian.Role(r.ByRole), "Agency", present.AgencyName(p, r.ByAgency), "Day", italian.Date(r.At.In(italian.Rome)))
		shown.Open = "/fascicoli/" + caseID + "/scritti/" + r.ID
		return shown
	}
	if r.ByName != "" {
		by = r.ByName + ", " + italian.Role(r.ByRole) + " (" + present.AgencyName(p, r.ByAgency) + ")"
	}
	shown.By = by + ", " + italian.Moment(r.At)
	op, task := parts.FormOf(r.Form)
	shown.Fields = present.Typed(p, op, task, r.Fields)
	for _, a := range r.Amended {
		shown.Amended = append(shown.Amended, AmendedOf(p, r.Form, a))
	}
	if r.MayAmend {
		shown.Amend = "/fascicoli/" + caseID + "/scritti/" + r.ID + "/correggi"
	}
	return shown
}

// AmendedOf shows how a record of a form was amended.
func AmendedOf(p care.Policy, form string, a ledger.Amendment) present.Amended {
	op, task := parts.FormOf(form)
	return present.AmendedOf(p, op, task, a)
}
