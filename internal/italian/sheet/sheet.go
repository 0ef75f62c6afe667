// Package sheet says in Italian what was written in a case: its parts, and for whom each is.
package sheet

import "percorso/internal/written"

var kinds = map[written.Kind]string{
	written.Needs: "Bisogni e ascolto", written.Assessment: "Valutazioni", written.TakeOver: "Presa in carico", written.Practice: "Pratiche e interventi", written.Appointment: "Appuntamenti e colloqui",
	written.Plan: "Progetto personalizzato", written.Equipes: "Équipe", written.Referral: "Segnalazioni", written.Pact: "Patto di servizio",
	written.Measure: "Misure e inserimento", written.Meeting: "Incontri e verifiche", written.Permit: "Permesso di soggiorno", written.Dates: "Date importanti", written.Consent: "Consenso",
	written.Elsewhere: "Numeri in altri sistemi",
	written.Course:    "Andamento del percorso", written.Work: "Chi fa che cosa",
}

// Kind is the heading of a kind of record.
func Kind(k written.Kind) string { return kinds[k] }

var circles = map[written.Circle]string{
	written.Case: "Lo legge chi segue la persona", written.Agency: "Lo legge l’ente di chi l’ha scritto", written.Equipe: "Lo legge l’équipe",
	written.SocialService: "Riservato al servizio sociale",
}

// Circle says who reads a record.
func Circle(c written.Circle) string { return circles[c] }
