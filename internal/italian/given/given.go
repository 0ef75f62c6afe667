// Package given says what somebody is given of a person with an operation.
package given

import (
	"percorso/internal/catalogue"
	"percorso/internal/message"
)

// Texts are what a page says above the data of the person that somebody is
// given with an operation. Purpose is the code of what they are given for.
type Texts struct{ Title, Hint, Purpose string }

// Of are the texts about what a receiver gets.
func Of(to catalogue.Receiver) Texts {
	switch to {
	case catalogue.ToCPI:
		return Texts{message.Say("given.what_they_receive"), message.Say("given.these_and_no_other"), "referral"}
	case catalogue.ToService:
		return Texts{message.Say("given.if_of_another_agency"), message.Say("given.agency_receives"), "appointment"}
	case catalogue.ToOtherZone:
		return Texts{message.Say("given.what_the_zone_receives"), message.Say("given.these_and_the_notes"), "transfer"}
	case catalogue.ToMembers:
		return Texts{message.Say("given.what_members_receive"), message.Say("given.private_with_consent"), "equipe"}
	case catalogue.ToPartner:
		return Texts{message.Say("given.what_they_receive"), message.Say("given.partner_receives"), "referral"}
	}
	return Texts{}
}

// ActivePlan says that another zone gets the plan, where there is one.
func ActivePlan() string { return message.Say("given.active_plan") }
