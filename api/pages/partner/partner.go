package partner

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
)

// The pages of a partner's one-time link. Whoever holds the link needs no
// account: there is no login and no session, and the link itself, which nobody
// else knows, protects its form from other sites. It must not leave the page by
// the way: no referrer, no index.

// Mount registers the pages.
func (s *Place) Mount(r *gin.Engine) {
	g := r.Group(access.InvitationPath, apart, s.Links.Slowly(s.Guard))
	g.GET("/:token", s.Pages.Answer(withLink(s.showInvitation)))
	g.POST("/:token", s.Pages.Form(withLink(s.takeInvitation)))
	g.POST("/:token/nuovo", s.Pages.Form(withLink(s.sendNewLink)))
}

func apart(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex, nofollow")
}

func withLink(h func(c *gin.Context, token string) error) func(*gin.Context) error {
	return func(c *gin.Context) error { return h(c, c.Param("token")) }
}

func linkFrame(title string) web.Frame { return web.Frame{Title: title, Apart: true} }

func (s *Place) showInvitation(c *gin.Context, token string) error {
	link, state, err := s.Links.Open(c.Request.Context(), token)
	if err != nil {
		return err
	}
	if state != access.LinkValid {
		s.deadLink(c, token, link, state)
		return nil
	}
	return s.invitationPage(c, token, link, http.StatusOK, nil)
}

// refusedAnswer is an answer that broke a rule, with what was typed.
type refusedAnswer struct {
	op     care.Operation
	reason string
	note   string
	starts string
	ends   string
	form   web.Form
}

// linkMove is an answer as the page offers it.
type linkMove struct {
	op      care.Operation
	outcome string // of care.OpComplete
	text    string
	explain string
	note    string // label; empty: it takes none
	noted   bool
	dated   bool   // it takes when what is asked for takes place
	done    string // what is said afterwards
}

// code names an answer in the form.
func (m linkMove) code() string {
	if m.outcome != "" {
		return m.outcome
	}
	return string(m.op)
}

// linkAnswers are in the order in which the page offers them; the first that is
// allowed is what the link asks for.
var linkAnswers = []linkMove{
	{op: care.OpAcknowledge, text: "Abbiamo letto (presa visione)", explain: "Dice a chi ha inviato che la segnalazione è arrivata. Non è ancora una risposta: dopo vedrà i dati della persona, e riceverà un altro link per rispondere.",
		done: "Ha letto la segnalazione."},
	{op: care.OpAccept, text: "Accettiamo", explain: "Il Suo ente si occupa di quanto è chiesto. Se sa quando, lo dica: chiederemo com’è andata solo dopo.", dated: true, done: "La risposta è registrata: il Suo ente ha accettato."},
	{op: care.OpHold, text: "Ci servono informazioni", explain: "Chi ha inviato risponde, poi riceve un altro link.", note: "Che cosa manca", noted: true,
		done: "La richiesta di informazioni è inviata."},
	{op: care.OpReject, text: "Non possiamo accettare", explain: "Chi ha inviato vede il motivo e decide come proseguire.", note: "Spiegazione",
		done: "La risposta è registrata: il Suo ente non ha accettato."},
	{op: care.OpComplete, outcome: care.Completed, text: "È andata a buon fine", explain: "Quanto era chiesto è stato fatto.", note: "Note",
		done: "L’esito è registrato. Grazie per il lavoro fatto con la persona."},
	{op: care.OpComplete, outcome: care.Failed, text: "Non è stato possibile", explain: "Dica perché: chi ha inviato decide come proseguire.", note: "Spiegazione",
		done: "L’esito è registrato."},
}

// takeInvitation takes a partner's answer, which uses the link up.
func (s *Place) takeInvitation(c *gin.Context, token string) error {
	i := slices.IndexFunc(linkAnswers, func(m linkMove) bool { return m.code() == c.PostForm("answer") })
	if faults := act.Unreadable(c.Request.Context()); i < 0 && len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if i < 0 {
		return problem.New(problem.BadRequest)
	}
	move, typedIn := linkAnswers[i], refusedAnswer{reason: c.PostForm("reason"), note: web.Typed(c, "note")}
	form := catalogue.ReferralMoveForm{Reason: typedIn.reason, Note: typedIn.note}
	var malformed []care.Fault
	if move.dated {
		typedIn.starts, typedIn.ends = c.PostForm("starts"), c.PostForm("ends")
		form.Starts, form.Ends, malformed = readDays(typedIn)
	}
	answer := catalogue.Moves[move.op].Command("", "", form)
	if move.op == care.OpComplete {
		answer = catalogue.Complete.Command("", "", care.Completion{Outcome: move.outcome, Reason: typedIn.reason, Note: typedIn.note})
	}
	link, state, err := s.Answer(act.WithUnreadable(c.Request.Context(), malformed...), token, answer)
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused) && refused.Code != care.RefusedInvalid:
		s.deadLink(c, token, link, access.LinkSettled)
		return nil
	case err == nil && state != access.LinkValid:
		s.deadLink(c, token, link, state)
		return nil
	case err == nil:
		return s.thank(c, link, move)
	}
	typedIn.op, typedIn.form = move.op, web.Form{Action: c.Request.URL.Path}
	status, err := s.Problems.RefusedForm(&typedIn.form, err, func(path string) (string, string) {
		label := italian.Field(path)
		if path == "note" {
			label = move.note
		}
		return move.code() + "-" + path, label
	})
	if err != nil {
		return err
	}
	return s.invitationPage(c, token, link, status, map[string]refusedAnswer{move.code(): typedIn})
}

// readDays reads when what is accepted takes place.
func readDays(typed refusedAnswer) (starts, ends *care.Date, malformed []care.Fault) {
	read := func(value, field string) *care.Date {
		day, ok := parts.ReadDate(value)
		if !ok {
			malformed = append(malformed, care.Fault{Field: field, Rule: parts.RuleDate})
		}
		if day.IsZero() {
			return nil
		}
		return care.DateOf(day)
	}
	return read(typed.starts, "starts"), read(typed.ends, "ends"), malformed
}

// thank says that the answer was taken, with the person's data once the
// referral was acknowledged.
func (s *Place) thank(c *gin.Context, link ledger.Link, move linkMove) error {
	rules, err := s.Book.Rules(c.Request.Context(), link.Zone)
	if err != nil {
		return err
	}
	page := InvitationNotice{Frame: linkFrame("Grazie"), Good: true, Lead: move.done}
	if move.op == care.OpAcknowledge {
		page.Detail = "Tra poco riceve un altro messaggio, con il link per rispondere."
	}
	if link.Snapshot != nil && (move.op == care.OpAcknowledge || move.op == care.OpAccept) {
		page.Shared = present.DisclosedTerms(rules.Policy, *link.Snapshot)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// invitationPage shows what a link asks; refused are answers that broke a rule,
// by their codes.
func (s *Place) invitationPage(c *gin.Context, token string, link ledger.Link, status int, refused map[string]refusedAnswer) error {
	rules, err := s.Book.Rules(c.Request.Context(), link.Zone)
	if err != nil {
		return err
	}
	from := present.AgencyName(rules.Policy, link.From)
	page := Invitation{
		Frame: linkFrame("Una segnalazione per " + article.The(present.AgencyName(rules.Policy, link.Agency))), Lead: from + " Le invia una persona seguita dai suoi servizi.",
		Terms: []web.Term{
			{Name: "Da", Value: from}, {Name: "Fascicolo", Value: link.Number}, {Name: "Per che cosa", Value: present.PurposeOf(rules.Policy, link.Purpose)},
		},
		Until: "Questo link vale una volta sola, fino a " + italian.Day(link.Expires) + ", ore " + italian.Hour(link.Expires) + ".",
	}
	if office, _ := rules.Agency(link.From); office.Phone != "" {
		page.Terms = append(page.Terms, web.Term{Name: "Chi chiamare", Value: from + ", telefono " + office.Phone})
	}
	switch {
	case link.Task == care.ReferralOutcome:
		page.Title, page.Lead = "Com’è andata?", from+" Le ha inviato una persona, e il Suo ente ha accettato di seguirla."
		page.Todo = "Dica com’è andata, quando l’intervento è concluso."
	case link.State == care.ReferralRequested:
		page.Todo = "Legga la segnalazione: dopo vedrà i dati della persona."
	default:
		page.Todo = "Dica se il Suo ente può occuparsene."
	}
	if link.Snapshot != nil {
		page.Shared = present.DisclosedTerms(rules.Policy, *link.Snapshot)
	}
	allowed := act.LinkMoves(link)
	for _, m := range linkAnswers {
		if slices.Contains(allowed, m.op) {
			page.Moves = append(page.Moves, s.linkMoveOf(rules.Policy, m, token, len(page.Moves) == 0, refused[m.code()]))
		}
	}
	for _, r := range refused {
		page.Problems = r.form
	}
	s.Pages.Render(c, status, page)
	return nil
}

func (s *Place) linkMoveOf(p care.Policy, m linkMove, token string, main bool, typed refusedAnswer) InvitationMove {
	shown := InvitationMove{
		Code: m.code(), Text: m.text, Explain: m.explain, Form: web.Form{Action: access.InvitationPath + token, Faults: typed.form.Faults},
		Main: main, Open: typed.op != "", Note: typed.note, NoteAs: m.note, NeedsIt: m.noted,
		Dated: m.dated, Starts: typed.starts, Ends: typed.ends,
	}
	switch m.code() {
	case string(care.OpReject):
		for _, reason := range p.RejectReasons {
			shown.Reasons = append(shown.Reasons, web.Option{Value: reason.Code, Text: reason.Name, Chosen: reason.Code == typed.reason})
		}
	case care.Failed:
		form, _ := completion.FormOf(care.ReferralOutcome)
		outcome, _ := form.Outcome(care.Failed)
		for _, code := range outcome.Reasons {
			shown.Reasons = append(shown.Reasons, web.Option{Value: code, Text: italian.Reason(code), Chosen: code == typed.reason})
		}
	}
	return shown
}

// deadLinks say what a link is not good for.
var deadLinks = map[access.LinkState]struct {
	status              int
	title, lead, detail string
}{
	access.LinkUsed: {http.StatusGone, "Questo link è già stato usato",
		"Ogni link vale una volta sola: la risposta data è registrata.", "Se ha ancora qualcosa da dire, può chiederne un altro: arriva all’indirizzo del Suo ente."},
	access.LinkAnswered: {http.StatusConflict, "Una risposta è già in arrivo",
		"Qualcuno ha già risposto, per esempio al telefono: la risposta è registrata e sarà elaborata a breve.", "Se dopo resta qualcosa da dire, questo link funziona ancora."},
	access.LinkExpired: {http.StatusGone, "Questo link è scaduto",
		"Il tempo per usarlo è passato. Niente è andato perso.", "Può chiederne un altro: arriva all’indirizzo del Suo ente."},
	access.LinkSettled: {http.StatusGone, "Non serve più una risposta",
		"Quello che questo link chiedeva non si aspetta più.", "I dati della persona non si vedono più da qui."},
	access.LinkForged: {http.StatusNotFound, "Questo link non è valido",
		"L’indirizzo non è completo, non è uno dei nostri, o non vale più.", "Lo apra dal messaggio che ha ricevuto, senza ricopiarlo. Se non si apre, chiami l’ente che Le ha scritto."},
}

// settledBy says why a link asks for nothing any more, by how far its referral has come.
var settledBy = map[care.ReferralState]string{
	care.ReferralOnHold:     "Il Suo ente ha chiesto informazioni: ora tocca a chi ha inviato. Poi riceve un altro link per rispondere.",
	care.ReferralAccepted:   "La risposta è già registrata: il Suo ente ha accettato. Per dire com’è andata riceve un altro link.",
	care.ReferralInProgress: "La risposta è già registrata: il Suo ente ha accettato. Per dire com’è andata riceve un altro link.",
	care.ReferralRejected:   "La risposta è già registrata: il Suo ente non ha accettato.",
	care.ReferralCompleted:  "L’esito è già registrato: quanto era chiesto è stato fatto.",
	care.ReferralFailed:     "L’esito è già registrato: non è stato possibile.",
	care.ReferralWithdrawn:  "La segnalazione è stata ritirata, o il percorso della persona qui è finito: il Suo ente non deve fare altro.",
	care.ReferralRedirected: "La segnalazione è passata a un altro ente: il Suo non deve fare altro.",
}

// whomToCall says who answers questions about a link that asks for nothing any more.
func (s *Place) whomToCall(ctx context.Context, link ledger.Link) string {
	rules, err := s.Book.Rules(ctx, link.Zone)
	if err != nil { // the file has gone to another zone
		return "Se ha domande, chiami l’ente che Le ha scritto."
	}
	words := "Se ha domande, chiami " + article.The(present.AgencyName(rules.Policy, link.From))
	if from, _ := rules.Agency(link.From); from.Phone != "" {
		words += ", telefono " + from.Phone
	}
	return words + "."
}

// deadLink says kindly that a link is not good any more; nothing has happened.
func (s *Place) deadLink(c *gin.Context, token string, link ledger.Link, state access.LinkState) {
	s.Links.Refused(c, s.Guard, state)
	said := deadLinks[state]
	page := InvitationNotice{Frame: linkFrame(said.title), Lead: said.lead, Detail: said.detail}
	if state == access.LinkSettled {
		page.Lead = cmp.Or(settledBy[link.State], said.lead)
		page.Detail += " " + s.whomToCall(c.Request.Context(), link)
	}
	if state.Renewable() && link.Open {
		page.Renew = &web.Form{Action: access.InvitationPath + strings.TrimSuffix(token, "/") + "/nuovo"}
	} else if state == access.LinkUsed {
		page.Detail = ""
	}
	s.Pages.Render(c, said.status, page)
}

// sendNewLink has a new link sent to the partner's own address.
func (s *Place) sendNewLink(c *gin.Context, token string) error {
	ctx := c.Request.Context()
	state, err := s.Renew(ctx, token)
	if err != nil {
		return err
	}
	if !state.Renewable() {
		s.deadLink(c, token, ledger.Link{}, state)
		return nil
	}
	s.Pages.Render(c, http.StatusOK, InvitationNotice{
		Frame: linkFrame("Il nuovo link è in arrivo"), Good: true, Lead: "Tra poco arriva un messaggio all’indirizzo che il Suo ente ha lasciato.",
		Detail: "Se non arriva, guardi nella posta indesiderata o contatti l’ente che Le ha scritto.",
	})
	return nil
}
