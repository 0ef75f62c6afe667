package catalogue

import "percorso/internal/care"

// PermitForm records what was shown: the receipt of a request for renewal, or a
// new permit.
type PermitForm struct {
	Permit string     `json:"permit" from:"shown_permits" doc:"Kind of the new permit, or requested: the receipt"`
	Expiry *care.Date `json:"permit_expiry,omitempty" format:"date" doc:"Last day of the new permit; empty: it does not expire"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
	Seen   string     `json:"seen,omitempty" ask:"seen" maxLength:"100" doc:"Which permit is on record, as the caller has seen it: permit, permit_expiry and, with a receipt, the word receipt, with a blank between them; not_shown: none. Where it is another one by now it is refused. Left out: it is not asked"`
}

// Permit records what was shown. Kind and expiry stay in the record: the process
// is not told of them.
var Permit = Operation[PermitForm]{
	Facts: Facts{
		Code: care.OpPermit, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.ImmigrationExpert, care.Supervisor},
		Path: "permit", Slug: "permesso", Offered: stillOpen,
	},
	Check: func(form PermitForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Permit != "", "permit", care.RuleRequired)
		f.Add(form.Permit == "" || care.KnownPermit(form.Permit), "permit", care.RuleUnknownCode)
		f.Add(form.Permit != care.PermitRequested || form.Expiry == nil, "permit_expiry", care.RuleNotAllowed)
		f.Note("note", form.Note)
		f.Text("seen", form.Seen, 100)
		return f
	},
	Dates: func(form PermitForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "permit_expiry", Meaning: care.NewPermitLastDay, At: form.Expiry.Time()}}
	},
	Example: func(w World) PermitForm { return PermitForm{Permit: pick(w, care.Permits)} },
}
