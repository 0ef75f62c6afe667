package api

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
)

// notice is a page that says one thing to somebody who may not be logged in.
type notice struct {
	Status         int
	Title, Detail  string
	Link, LinkText string // what to do next
}

var (
	noticeSignedOut = notice{http.StatusUnauthorized, "Accesso scaduto",
		"La sessione è terminata. Accedi di nuovo e ripeti l’operazione: quello che non è stato inviato non è stato registrato.", "/login", "Accedi"}
	noticeLeft = notice{http.StatusOK, "Sei uscito da Percorso",
		"La sessione su questo computer è chiusa.", "/login", "Accedi di nuovo"}
	noticeNotStaff = notice{http.StatusForbidden, "Account non abilitato",
		"Il tuo account è valido, ma non è tra quelli del personale di Percorso. Chiedi al responsabile della tua zona di aggiungerlo.", "/login", "Accedi con un altro account"}
	noticeProviderAway = notice{http.StatusServiceUnavailable, "Accesso non disponibile",
		"Il servizio di identità non risponde in questo momento. Riprova tra poco: nessun dato è andato perso.", "/login", "Riprova"}
	noticeLoginFailed = notice{http.StatusBadRequest, "Accesso non riuscito",
		"L’accesso non è stato completato: è scaduto, è stato annullato o è stato aperto in un’altra finestra.", "/login", "Accedi di nuovo"}
	noticeAway = notice{http.StatusServiceUnavailable, "Percorso non è disponibile",
		"Una parte del sistema non risponde in questo momento. Riprova tra poco: nessun dato è andato perso.", "/", "Riprova"}
)

// plainNotice is how a notice looks until the pages give it their own look.
var plainNotice = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="it"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}} – Percorso</title></head>
<body><main><h1>{{.Title}}</h1><p>{{.Detail}}</p><p><a href="{{.Link}}">{{.LinkText}}</a></p></main></body></html>
`))

// tell answers with a notice, through Server.renderNotice where the pages have
// set it.
func (s *Server) tell(c *gin.Context, n notice) {
	if s.renderNotice != nil {
		s.renderNotice(c, n)
		return
	}
	var page bytes.Buffer
	if err := plainNotice.Execute(&page, n); err != nil {
		s.broken(c.Request.Context(), err)
	}
	c.Data(n.Status, "text/html; charset=utf-8", page.Bytes())
}
