package offered

import "percorso/internal/agenda"

// askers says who asks that an appointment be moved or cancelled.
var askers = map[string]string{
	agenda.ThePerson: "La persona", agenda.ARelative: "Un familiare", agenda.Another: "Qualcun altro", agenda.TheService: "Il servizio",
}

// Asker is who asks that an appointment be moved or cancelled.
func Asker(code string) string { return askers[code] }

// whys says why.
var whys = map[string]string{
	"cannot_come": "La persona non può venire", "office_cannot": "L’ufficio non può", "interpreter_missing": "Manca l’interprete", "other_cause": "Un altro motivo",
}

// Why is why an appointment is moved or cancelled.
func Why(code string) string { return whys[code] }
