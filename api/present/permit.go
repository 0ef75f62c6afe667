package present

import (
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// Permit says what is known of a person's permit, with its last day and the receipt of
// its renewal.
func Permit(person ledger.Person) string {
	permit := italian.Permit(person.Permit)
	if person.PermitExpiry != nil {
		permit += ", scade " + italian.Dated("", *person.PermitExpiry)
	}
	if person.Receipt != nil {
		permit += ", ricevuta " + italian.Dated("di", *person.Receipt)
	}
	return permit
}
