package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// TransferForm asks another zone to take a case over.
type TransferForm struct {
	Zone   string `json:"zone" from:"other_zones" doc:"Code of the other zone"`
	Notice bool   `json:"notice_given" doc:"The person knows of the transfer; required"`
	Note   string `json:"note" maxLength:"4000" doc:"Why; the other zone reads it"`
}

// Transfer asks another zone to take a case over.
var Transfer = Operation[TransferForm]{
	Facts: Facts{
		Code: care.OpTransfer, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor}, Zones: true,
		Path: "transfer", Slug: "trasferimento", Gives: ToOtherZone,
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Transfer == "" && file.Protection == nil },
	},
	Check: func(form TransferForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Zone != "", "zone", care.RuleRequired)
		f.Add(form.Zone == "" || form.Zone != around.Zone && slices.Contains(around.Zones, form.Zone), "zone", care.RuleUnknownCode)
		f.Add(form.Notice, "notice_given", care.RuleNotice)
		f.Add(care.Said(form.Note), "note", care.RuleRequired)
		f.Note("note", form.Note)
		return f
	},
	Answer: func(form TransferForm) care.Answer { return care.Answer{Zone: care.Code(form.Zone)} },
	Example: func(w World) TransferForm {
		others := slices.DeleteFunc(slices.Clone(w.Zones), func(zone string) bool { return zone == w.Policy.Zone })
		return TransferForm{Zone: pickCode(w, others, func(zone string) string { return zone }), Notice: true, Note: exampleText}
	},
}

// Recall takes back what another zone was asked.
var Recall = Operation[None]{
	Facts: Facts{
		Code: care.OpRecall, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "transfer-recall", Slug: "ritira-passaggio", Shown: WithState, Moment: "transfer_recalled",
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Transfer != "" },
	},
	Example: noForm,
}
