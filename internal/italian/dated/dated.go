// Package dated holds the words of days after which something is lost.
package dated

import "percorso/internal/critical"

// Kinds says what happens on such a day; of one that few may know nothing but that it matters.
var Kinds = map[string]string{
	"": "una data importante", string(critical.Eviction): "sfratto", string(critical.Reception): "fine dell’accoglienza", string(critical.Hearing): "udienza",
	string(critical.Birth): "nascita prevista", string(critical.BenefitEnd): "fine di un sussidio", string(critical.Permit): "ultimo giorno del permesso",
}

// Labels are the names of what is asked of a day.
var Labels = map[string]string{"kind": "Che cosa succede", "on": "Il giorno", "source": "Come lo sappiamo", "watcher": "Chi la segue", "date": "Quale data"}

// Nothing is what is said where there is nothing to choose from.
var Nothing = map[string]string{"date": "Il fascicolo non ha date da seguire.", "watcher": "Nessun collega può seguire la data."}

// Form is what the page of a form about such days says.
type Form struct {
	Intro, Done string
	Hints       map[string]string
}

const (
	source  = "Chi l’ha detto, o quale carta: «la lettera del tribunale»."
	watcher = "Se è assente la segue il sostituto; se va via, i colleghi con lo stesso ruolo."
)

// The forms that add a day, correct it, and say that it is over.
var (
	Adds = Form{
		"Un giorno dopo il quale si perde qualcosa: da dieci giorni prima questa persona viene prima di chi è in ritardo. L’ultimo giorno del permesso c’è già: non riscriverlo.",
		"La data è registrata. Chi la segue riceve un messaggio in tempo, senza il nome della persona.",
		map[string]string{"source": source, "watcher": watcher, "note": "Quello che serve sapere per quel giorno."},
	}
	Corrects = Form{
		"Quella di prima resta scritta, con chi l’ha corretta e perché.", "La data è corretta.",
		map[string]string{"source": source, "watcher": watcher, "note": "Perché si corregge."},
	}
	Ends = Form{"Da adesso nessuno deve più seguirla.", "La data non è più da seguire.", map[string]string{"note": "Che cosa è successo, o perché non vale più."}}
)

// Rules are why it is not done.
var Rules = map[string]string{
	critical.There:       "Questa data c’è già: guardala tra quelle del fascicolo.",
	critical.ReadsNoFile: "Chi segue una data deve poter leggere il fascicolo: scegli chi lavora nell’ente che lo tiene.",
	critical.NotOpen:     "Questa data è già passata, o qualcuno l’ha corretta intanto: scegli tra quelle che ci sono adesso.",
}
