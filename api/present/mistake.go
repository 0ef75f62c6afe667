package present

import "percorso/internal/ledger"

// MistakeIn says what somebody says to be a mistake.
func MistakeIn(n ledger.Notice) string {
	if n.Mistake.Merge {
		return "l’unione a un altro fascicolo è uno sbaglio"
	}
	return "la chiusura è uno sbaglio"
}
