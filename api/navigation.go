package api

import (
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// destinations are what the navigation leads to, with who finds something there, and
// whose work begins there.
var destinations = []struct {
	url, text string
	open      func(care.Staff, care.Policy) bool
	home      care.Role
}{
	{"/casi-bloccati", "Percorsi fermi", func(who care.Staff, _ care.Policy) bool { return who.Role == care.Supervisor }, care.Supervisor},
	{"/sportello", "Sportello", func(who care.Staff, _ care.Policy) bool { return catalogue.Contact.MayAsk(who.Role) }, care.DeskOperator},
	{"/compiti", "Attività", everybody, ""},
	{"/segnalazioni", "Segnalazioni", everybody, care.CPIOperator},
	{"/appuntamenti", "Appuntamenti", everybody, ""},
	{"/fascicoli", "Persone che seguo", care.ReadsCases, ""},
}

func everybody(care.Staff, care.Policy) bool { return true }

// homeOf is the first page of a role: where its work begins.
func homeOf(role care.Role) string {
	for _, p := range destinations {
		if p.home == role {
			return p.url
		}
	}
	return "/compiti"
}

// navigation lists the places that are open to a member of staff.
func navigation(who care.Staff, policy care.Policy) []web.Link {
	var links []web.Link
	for _, d := range destinations {
		if d.open(who, policy) {
			links = append(links, web.Link{URL: d.url, Text: d.text})
		}
	}
	return links
}
