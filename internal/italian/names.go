package italian

import "percorso/internal/care"

// AgencyName is an agency as its zone names it.
func AgencyName(p care.Policy, code string) string {
	if a, ok := p.Agency(code); ok {
		return a.Name
	}
	return spaced(code)
}

// ZoneName is a zone by its code, which is the name of its town.
func ZoneName(code string) string { return Upper(spaced(code)) }
