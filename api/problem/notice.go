package problem

import (
	"net/http"

	"percorso/internal/italian"
)

// Notice is a page that says one thing to somebody who may not be logged in.
type Notice struct {
	Status         int
	Title, Detail  string
	Link, LinkText string // what to do next
}

// NoticeOf is the page that tells the problem of a code; false: it has none of its
// own.
func NoticeOf(code string) (Notice, bool) {
	notice, ok := map[string]Notice{
		Unauthenticated: NoticeSignedOut, NotStaff: NoticeNotStaff, ProviderAway: NoticeProviderAway, LoginFailed: NoticeLoginFailed, Unavailable: NoticeAway,
	}[code]
	return notice, ok
}

// tryAgain says in how many seconds to try again.
func tryAgain(seconds int) string {
	const minute = 60
	if seconds <= 2*minute {
		return "Riprova tra " + italian.Count(seconds, "secondo", "secondi") + "."
	}
	return "Riprova tra " + italian.Count((seconds+minute-1)/minute, "minuto", "minuti") + "."
}

// Notices that are the same wherever they are told.
var (
	NoticeSignedOut = Notice{http.StatusUnauthorized, "Accesso scaduto",
		"La sessione è terminata. Accedi di nuovo e ripeti l’operazione: quello che non è stato inviato non è stato registrato.", "/login", "Accedi"}
	NoticeFormKept = Notice{http.StatusUnauthorized, "Accesso scaduto",
		"La sessione è terminata. Quello che hai scritto è al sicuro e non è ancora stato inviato: accedi di nuovo e ritrovi il modulo come l’avevi lasciato.", "/login", "Accedi e riprendi"}
	NoticeFormGone = Notice{http.StatusNotFound, "Il modulo non c’è più",
		"Un modulo inviato a sessione finita si ritrova per otto ore, con lo stesso account e nello stesso browser; una bozza per trenta giorni, con lo stesso account.", "/", "Torna al tuo lavoro"}
	NoticeLeft = Notice{http.StatusOK, "Sei uscito da Percorso",
		"La sessione su questo computer è chiusa.", "/login", "Accedi di nuovo"}
	NoticeNotStaff = Notice{http.StatusForbidden, "Account non abilitato",
		"Il tuo account è valido, ma non è tra quelli del personale di Percorso. Chiedi al responsabile della tua zona di aggiungerlo.", "/login", "Accedi con un altro account"}
	NoticeProviderAway = Notice{http.StatusServiceUnavailable, "Accesso non disponibile",
		"Il servizio di identità non risponde in questo momento. Riprova tra poco: nessun dato è andato perso.", "/login", "Riprova"}
	NoticeLoginFailed = Notice{http.StatusBadRequest, "Accesso non riuscito",
		"L’accesso non è stato completato: è scaduto, è stato annullato o è stato aperto in un’altra finestra.", "/login", "Accedi di nuovo"}
	NoticeAway = Notice{http.StatusServiceUnavailable, "Percorso non è disponibile",
		"Una parte del sistema non risponde in questo momento. Riprova tra poco: nessun dato è andato perso.", "/", "Riprova"}
)
