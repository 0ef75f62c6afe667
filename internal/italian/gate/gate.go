// Package gate says why a gate of eligibility is shut, and what opens it.
package gate

import "percorso/internal/eligibility"

// Rules are the sentences of the rules that shut a gate, by their codes.
var Rules = map[string]string{
	eligibility.RuleShut:                  "I requisiti per quello che chiedi non c’erano: «Verifica i requisiti», allo sportello, dice oggi quali servono.",
	eligibility.RuleLevel1Foreign:         "Ai cittadini italiani lo sportello dà informazioni: registra un accesso, senza aprire il fascicolo.",
	eligibility.RuleLevel1Citizenship:     "Manca la cittadinanza: chiedila, e per i cittadini stranieri lo sportello può fare di più che informare.",
	eligibility.RuleLevel2ThirdCountry:    "I servizi di secondo livello sono per i cittadini di Paesi terzi, cioè di nessuno Stato dell’Unione europea, se la materia non è per tutti i cittadini stranieri.",
	eligibility.RuleLevel2Foreign:         "Le pratiche sono per i cittadini stranieri: ai cittadini italiani lo sportello dà informazioni.",
	eligibility.RuleLevel2BirthDate:       "Manca la data di nascita: chiedila prima di prenotare questa materia, che è per persone di una certa età.",
	eligibility.RuleLevel2AgeMin:          "La persona non ha ancora l’età che la zona chiede per questa materia.",
	eligibility.RuleLevel2AgeMax:          "La persona ha superato l’età che la zona ammette per questa materia.",
	eligibility.RuleLevel2Citizenship:     "Manca la cittadinanza: chiedila prima di prenotare. Ai cittadini di Paesi terzi è aperto il secondo livello.",
	eligibility.RuleLevel2Permit:          "Per questo servizio di secondo livello serve che la persona mostri il permesso di soggiorno, o la ricevuta della richiesta: quando lo mostra, registralo.",
	eligibility.RuleLevel2PermitBefore:    "Per questo servizio di secondo livello serve che la persona mostri il permesso di soggiorno, o la ricevuta della richiesta: quando lo mostra, registralo.",
	eligibility.RuleLevel2PermitExpired:   "Il permesso di soggiorno è scaduto: serve la ricevuta della richiesta di rinnovo.",
	eligibility.RuleTakeOverThirdCountry:  "La presa in carico integrata è per i cittadini di Paesi terzi, cioè di nessuno Stato dell’Unione europea.",
	eligibility.RuleTakeOverCitizenship:   "Manca la cittadinanza: chiedila prima della presa in carico, che è per i cittadini di Paesi terzi.",
	eligibility.RuleTakeOverPermit:        "Per la presa in carico integrata serve che la persona mostri il permesso di soggiorno, o la ricevuta della richiesta: quando lo mostra, registralo.",
	eligibility.RuleTakeOverPermitBefore:  "Per la presa in carico integrata serve che la persona mostri il permesso di soggiorno, o la ricevuta della richiesta: quando lo mostra, registralo.",
	eligibility.RuleTakeOverPermitExpired: "Il permesso di soggiorno è scaduto: per la presa in carico serve la ricevuta della richiesta di rinnovo.",
	eligibility.RuleLevel2BirthDay:        "Della nascita è noto solo l’anno, che non basta per dire l’età: serve il giorno.",
	eligibility.RuleTakeOverBirthDay:      "Della nascita è noto solo l’anno, che non basta per dire se la persona ha tra i 16 e i 65 anni: serve il giorno.",
	eligibility.RuleTakeOverBirthDate:     "Manca la data di nascita: chiedila prima della presa in carico, che è tra i 16 e i 65 anni.",
	eligibility.RuleTakeOverAgeMin:        "La presa in carico integrata è dai 16 anni compiuti.",
	eligibility.RuleTakeOverAgeMax:        "La presa in carico integrata è fino ai 65 anni compresi: restano possibili i servizi di secondo livello.",
	eligibility.RuleTakeOverNeed:          "La presa in carico integrata richiede almeno un bisogno sociale o di lavoro: se c’è, aggiungilo ai bisogni.",
}
