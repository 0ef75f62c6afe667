// Package following says who follows a case for each agency.
package following

import (
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// ends say why somebody follows a case for their agency no more.
var ends = map[string]string{"replaced": "Poi è stato nominato un altro.", "left": "Non lavora più lì.", "over": "Il lavoro dell’ente è finito."}

// Of tells who follows a case for each agency, and who did, with how it came about.
func Of(p care.Policy, file ledger.Case) (now []web.Term, before []web.Moment) {
	for _, l := range file.Leads {
		how := "ha preso la prima attività"
		if l.ByName != "" {
			how = "nominato da " + l.ByName + ": «" + l.Why + "»"
		}
		since := italian.Date(l.Since.In(italian.Rome))
		if l.Until == nil {
			now = append(now, web.Term{Name: present.AgencyName(p, l.Agency), Value: l.Name + " (" + italian.Role(l.Role) + "), dal " + since + ": " + how + "."})
			continue
		}
		before = append(before, web.Moment{
			Text: l.Name + " (" + italian.Role(l.Role) + "), " + present.AgencyName(p, l.Agency), By: italian.Upper(how) + ". " + ends[l.Ended],
			When: "dal " + since + " " + italian.Dated("a", l.Until.In(italian.Rome)),
		})
	}
	return now, before
}

// Hint says on the form who follows the case now.
func Hint(p care.Policy, file ledger.Case) (text string) {
	now, _ := Of(p, file)
	for _, l := range now {
		text += " Adesso, per " + l.Name + ": " + l.Value
	}
	return text
}
