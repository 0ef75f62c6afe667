// Package following says who follows a case for each agency.
package following

import (
	"strings"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Of tells who follows a case for each agency, and who did, with how it came about.
func Of(p care.Policy, file ledger.Case) (now []web.Term, before []web.Moment) {
	for _, l := range file.Leads {
		how := message.Say("leads.first_task")
		if l.ByName != "" {
			how = message.Say("leads.named_by", "Name", l.ByName, "Why", l.Why)
		}
		since := italian.Date(l.Since.In(italian.Rome))
		if l.Until == nil {
			now = append(now, web.Term{Name: present.AgencyName(p, l.Agency), Value: message.Say("leads.now", "Name", l.Name, "Role", italian.Role(l.Role), "Since", since, "How", how)})
			continue
		}
		before = append(before, web.Moment{
			Text: l.Name + " (" + italian.Role(l.Role) + "), " + present.AgencyName(p, l.Agency), By: italian.Upper(how) + ". " + message.Of("leads.end", l.Ended),
			When: message.Say("leads.from_to", "Since", since, "Until", italian.Dated("a", l.Until.In(italian.Rome))),
		})
	}
	return now, before
}

// Hint says on the form who follows the case now.
func Hint(p care.Policy, file ledger.Case) string {
	now, _ := Of(p, file)
	return strings.Join(web.Each(now, func(l web.Term) string { return message.Say("leads.hint", "Name", l.Name, "Lead", l.Value) }), " ")
}
