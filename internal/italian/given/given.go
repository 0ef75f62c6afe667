// Package given says what somebody is given of a person with an operation.
package given

import "percorso/internal/catalogue"

// Texts are what a page says above the data of the person that somebody is
// given with an operation. Purpose is the code of what they are given for.
type Texts struct{ Title, Hint, Purpose string }

var texts = map[catalogue.Receiver]Texts{
	catalogue.ToCPI:       {"Dati che riceve", "Sono questi e nessun altro.", "referral"},
	catalogue.ToService:   {"Se il servizio è di un altro ente", "L’ente riceve questi dati della persona, e nient’altro.", "appointment"},
	catalogue.ToOtherZone: {"Dati che riceve l’altra zona", "Sono questi, con quello che scrivi nelle note.", "transfer"},
	catalogue.ToMembers:   {"Dati che riceve chi siede nell’équipe per un altro ente", "Sono questi e nessun altro; un ente privato li riceve solo se la persona acconsente, senza la data di nascita e la cittadinanza.", "equipe"},
	catalogue.ToPartner:   {"Dati che riceve", "Prima di inviare guarda che cosa riceve il partner: questi dati e nessun altro.", "referral"},
}

// Of are the texts about what a receiver gets.
func Of(to catalogue.Receiver) Texts { return texts[to] }

// ActivePlan says that another zone gets the plan, where there is one.
const ActivePlan = "la versione attiva, se c’è"
