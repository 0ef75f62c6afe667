package present

import (
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Permit says what is known of a person's permit, with its last day and the receipt of
// its renewal.
func Permit(person ledger.Person) string {
	permit := italian.Permit(person.Permit)
	if person.PermitExpiry != nil {
		permit = message.Say("person_page.permit_expires", "Permit", permit, "Day", italian.Dated("", *person.PermitExpiry))
	}
	if person.Receipt != nil {
		permit = message.Say("person_page.permit_receipt", "Permit", permit, "Receipt", italian.Dated("di", *person.Receipt))
	}
	return permit
}
