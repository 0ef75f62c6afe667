package eligibility

import (
	"maps"
	"slices"
)

// citizenships are the states whose citizen one may be, by ISO 3166-1 alpha-2: the 193
// members of the United Nations (un.org/en/about-us/member-states), its two observers,
// the Holy See and Palestine, and Taiwan and Kosovo (XK, as the European Union writes
// it), which Italy's statistics of citizenships know besides
// (istat.it/classificazione/codici-delle-unita-territoriali-estere). A territory is
// none of them, whatever code it has: who is of Réunion is a citizen of France.
var citizenships = []string{
	"AD", "AE", "AF", "AG", "AL", "AM", "AO", "AR", "AT", "AU", "AZ",
	"BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "BZ",
	"CA", "CD", "CF", "CG", "CH", "CI", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CY", "CZ",
	"DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "ER", "ES", "ET", "FI", "FJ", "FM", "FR",
	"GA", "GB", "GD", "GE", "GH", "GM", "GN", "GQ", "GR", "GT", "GW", "GY", "HN", "HR", "HT", "HU",
	"ID", "IE", "IL", "IN", "IQ", "IR", "IS", "IT", "JM", "JO", "JP",
	"KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY",
	"MA", "MC", "MD", "ME", "MG", "MH", "MK", "ML", "MM", "MN", "MR", "MT", "MU", "MV", "MW", "MX", "MY", "MZ",
	"NA", "NE", "NG", "NI", "NL", "NO", "NP", "NR", "NZ", "OM", "PA", "PE", "PG", "PH", "PK", "PL", "PS", "PT", "PW", "PY", "QA",
	"RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SI", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SY", "SZ",
	"TD", "TG", "TH", "TJ", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "US", "UY", "UZ",
	"VA", "VC", "VE", "VN", "VU", "WS", "XK", "YE", "ZA", "ZM", "ZW",
}

// Citizenships lists the codes of the states whose citizen one may be, in their order.
func Citizenships() []string { return slices.Clone(citizenships) }

// IsCitizenship says whether a person may be recorded with a code: that of a state, or
// Stateless. That a citizenship is not known is no code; it is left empty.
func IsCitizenship(code string) bool {
	_, found := slices.BinarySearch(citizenships, code)
	return found || code == Stateless
}

// territories are those of member states of the European Union with a code of their
// own. Earlier versions took it for a citizenship: who was recorded with it is a
// citizen of the state.
var territories = map[string]string{
	"RE": "FR", "GP": "FR", "MQ": "FR", "GF": "FR", "YT": "FR", "PM": "FR", "BL": "FR", "MF": "FR", "NC": "FR", "PF": "FR", "WF": "FR",
	"AW": "NL", "BQ": "NL", "CW": "NL", "SX": "NL", "AN": "NL", "GL": "DK", "FO": "DK", "AX": "FI",
}

// FreeCitizens are the member states of the European Union, with their territories'
// codes: their citizens need no permit.
func FreeCitizens() []string {
	return slices.AppendSeq(slices.Clone(euMembers), maps.Keys(territories))
}

// ofEU says whether a citizenship, also one that an earlier version recorded, is that
// of a member state of the European Union.
func ofEU(citizenship string) bool {
	if state, ok := territories[citizenship]; ok {
		citizenship = state
	}
	return slices.Contains(euMembers, citizenship)
}
