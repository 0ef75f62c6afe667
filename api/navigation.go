package api

import (
	"slices"

	"percorso/api/access"
	"percorso/api/pages/help"
	"percorso/api/rest"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/message"
)

// destinations are what the navigation leads to, with who finds something there.
var destinations = []struct {
	url, name string
	open      func(care.Staff, care.Policy) bool
}{
	{"/", "today", hasWork},
	{"/casi-bloccati", "stuck", func(who care.Staff, _ care.Policy) bool { return who.Role == care.Supervisor }},
	{"/sportello", "desk", func(who care.Staff, _ care.Policy) bool { return catalogue.Contact.MayAsk(who.Role) }},
	{"/letture", "readers", isOfficer},
	{"/compiti", "tasks", hasWork},
	{"/segnalazioni", "referrals", hasWork},
	{"/appuntamenti", "appointments", hasWork},
	{"/fascicoli", "cases", care.ReadsCases},
}

func isOfficer(who care.Staff, _ care.Policy) bool { return who.Role == care.PrivacyOfficer }
func hasWork(who care.Staff, p care.Policy) bool   { return !isOfficer(who, p) }

// officersRoutes are open to whoever answers for who read the files; the only ones.
var officersRoutes = []string{"/", "/letture", "/letture/:id", "/ripresa/:id", help.Path, access.LoginsPath, access.NoticesPath, rest.Prefix + "/me"}

// opens says whether a route is open to a member of staff at all: to an officer and to
// the program that reports mails what is theirs alone, to anybody else every one.
func opens(who care.Staff, route string) bool {
	switch who.Role {
	case care.PrivacyOfficer:
		return slices.Contains(officersRoutes, route)
	case care.MailSystem:
		return route == rest.Prefix+access.MailBounces
	}
	return true
}

// homeOf is the first page of a role: «Oggi», but for those who have no work there.
func homeOf(role care.Role) string {
	if role == care.PrivacyOfficer {
		return "/letture"
	}
	return "/"
}

// navigation lists the places that are open to a member of staff.
func navigation(who care.Staff, policy care.Policy) []web.Link {
	var links []web.Link
	for _, d := range destinations {
		if d.open(who, policy) {
			links = append(links, web.Link{URL: d.url, Text: message.Of("nav", d.name)})
		}
	}
	return links
}
