package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/store"
)

// caseAction is what may be asked of a case as a whole, with its small form.
type caseAction struct {
	path   string // below the case's address
	op     care.Operation
	done   string // what is said afterwards
	allows func(store.Case) bool
	// show fills in the form, read makes the operation's form of what was sent;
	// places gives the ids of fields that are not their names.
	show   func(page *web.CaseForm, rules *zoneRules, file store.Case, sent url.Values)
	read   func(sent url.Values) (form any, faults []care.Fault)
	places map[string]string
}

var caseActions = []caseAction{
	{
		path: "prenota", op: care.OpBook, done: "Appuntamento prenotato: il servizio lo deve confermare.", allows: branching,
		show: showBooking, read: readBookingForm, places: map[string]string{"matter": "service", "at": "day"},
	},
	{
		path: "cpi", op: care.OpSendToCPI, done: "Inviato al Centro per l’Impiego: ora ne prende visione.",
		allows: func(file store.Case) bool {
			return branching(file) && !slices.ContainsFunc(file.Branches, func(b store.Branch) bool {
				return b.Kind == care.RunPlacement && b.Ended == nil
			})
		},
		show: showSendToCPI, read: readSendToCPI,
	},
	{
		path: "chiudi", op: care.OpClose, done: "Chiusura registrata: ogni attività ancora aperta si conclude, poi il fascicolo è chiuso.", allows: func(file store.Case) bool { return file.Closed == nil },
		show: showClosure, read: readClosure,
	},
}

// branching says whether a case is where branches begin: from the second level on.
func branching(file store.Case) bool {
	return file.Closed == nil && file.Stage != care.StageFirstLevel && file.Stage != care.StageClosed
}

// caseActionsFor are the actions that the caller is offered; who really may is
// decided when they ask.
func caseActionsFor(who care.Staff, file store.Case) []web.Link {
	var links []web.Link
	for _, a := range caseActions {
		if who.Role.MayAsk(a.op) && a.allows(file) {
			links = append(links, web.Link{URL: "/fascicoli/" + file.ID + "/" + a.path, Text: italian.Operation(a.op)})
		}
	}
	return links
}

func (s *Server) registerCaseActions(p pageRoutes) {
	for _, a := range caseActions {
		p.get("/fascicoli/:id/"+a.path, func(c *gin.Context, who care.Staff) error { return s.showCaseAction(c, who, a) })
		p.post("/fascicoli/:id/"+a.path, func(c *gin.Context, who care.Staff) error { return s.askCaseAction(c, who, a) })
	}
}

// showCaseAction shows the form of an action.
func (s *Server) showCaseAction(c *gin.Context, who care.Staff, a caseAction) error {
	page, err := s.caseForm(c, who, a, nil)
	if err != nil {
		return err
	}
	page.Form = newForm(c.Request.URL.Path)
	s.render(c, http.StatusOK, page)
	return nil
}

// askCaseAction takes the form of an action.
func (s *Server) askCaseAction(c *gin.Context, who care.Staff, a caseAction) error {
	form, faults := a.read(c.Request.PostForm)
	var cmd store.Command
	err := error(care.Refuse(faults...))
	if len(faults) == 0 {
		cmd, err = s.act(c.Request.Context(), who, store.NewCommand{
			Key: c.PostForm("key"), Operation: a.op, Run: caseRun(c.Param("id")), Data: form,
		})
	}
	if err == nil {
		return s.done(c, cmd, "/fascicoli/"+c.Param("id"), a.done)
	}
	again := newForm(c.Request.URL.Path)
	status, err := s.refusedForm(&again, err, func(path string) (id, label string) {
		if id = a.places[path]; id == "" {
			id = path
		}
		return id, italian.Field(path)
	})
	if err != nil {
		return err
	}
	page, err := s.caseForm(c, who, a, c.Request.PostForm)
	if err != nil {
		return err
	}
	page.Form = again
	s.render(c, status, page)
	return nil
}

// caseForm is the page of an action, with what was typed.
func (s *Server) caseForm(c *gin.Context, who care.Staff, a caseAction, sent url.Values) (web.CaseForm, error) {
	if !who.Role.MayAsk(a.op) {
		return web.CaseForm{}, store.ErrForbidden
	}
	ctx := c.Request.Context()
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return web.CaseForm{}, err
	}
	file, err := s.records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return web.CaseForm{}, err
	}
	if sent == nil && !a.allows(file) {
		return web.CaseForm{}, &care.Refusal{Code: care.RefusedNotAwaited}
	}
	page := web.CaseForm{Frame: s.frame(c, italian.Operation(a.op), "/fascicoli"), Button: italian.Operation(a.op)}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	a.show(&page, rules, file, sent)
	return page, nil
}

func noteField(sent url.Values, required bool, hint string) web.Field {
	return web.Field{Shape: "area", ID: "note", Label: italian.Field("note"), Hint: hint, Value: sent.Get("note"), Required: required}
}

func showBooking(page *web.CaseForm, rules *zoneRules, file store.Case, sent url.Values) {
	page.Intro = "L’appuntamento si aggiunge al percorso. Il servizio lo conferma, lo sposta o lo annulla."
	page.Fields = []web.Field{
		{Shape: "select", ID: "service", Label: "Servizio e materia", Required: true, Groups: serviceOptions(rules.Policy, sent.Get("service"))},
		{Shape: "group", Label: "Quando", Row: true, Fields: []web.Field{
			{Shape: "input", Type: "date", ID: "day", Label: "Giorno", Value: sent.Get("day"), Required: true},
			{Shape: "input", Type: "time", ID: "hour", Label: "Ora", Value: sent.Get("hour"), Required: true},
		}},
		noteField(sent, false, italian.FieldHelp("note")),
	}
	page.Given = givenToServices(rules.Policy, file)
}

// givenToServices says what a service of another agency than the one that keeps
// the case files gets of the person; nil where the zone has no such service.
func givenToServices(p care.Policy, file store.Case) *web.Given {
	var names, grounds []string
	for _, service := range p.Services {
		agency, _ := p.Agency(service.Agency)
		if service.Agency == p.RoleAgency(care.DeskOperator) || slices.Contains(names, agency.Name) {
			continue
		}
		names = append(names, agency.Name)
		if ground := italian.LegalBasis(agency.Kind.LegalBasis()); !slices.Contains(grounds, ground) {
			grounds = append(grounds, ground)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &web.Given{
		Title: "Se il servizio è di un altro ente: " + strings.Join(names, ", "), Hint: "L’ente riceve questi dati della persona, e nient’altro.",
		Terms: givenTerms(p, file), Purpose: italian.Purpose("appointment"), Ground: strings.Join(grounds, "; "),
	}
}

func readBookingForm(sent url.Values) (any, []care.Fault) {
	booking, faults := readBooking(sent.Get("service"), sent.Get("day"), sent.Get("hour"))
	return care.BookingForm{Booking: booking, Note: strings.TrimSpace(sent.Get("note"))}, faults
}

func showSendToCPI(page *web.CaseForm, rules *zoneRules, file store.Case, sent url.Values) {
	cpi, _ := rules.Agency(rules.CPI())
	page.Intro = "Destinatario: " + cpi.Name + ". Prende visione dell’invio e poi risponde se accetta."
	page.Given = &web.Given{
		Title: "Dati che riceve: " + cpi.Name, Hint: "Sono questi e nessun altro.", Terms: givenTerms(rules.Policy, file),
		Purpose: italian.Purpose("referral"), Ground: italian.LegalBasis(cpi.Kind.LegalBasis()),
	}
	page.Fields = []web.Field{noteField(sent, false, "Restano nel fascicolo: non sono tra i dati inviati.")}
}

func readSendToCPI(sent url.Values) (any, []care.Fault) {
	return care.SendToCPI{Note: strings.TrimSpace(sent.Get("note"))}, nil
}

func showClosure(page *web.CaseForm, rules *zoneRules, _ store.Case, sent url.Values) {
	page.Intro = "Il percorso finisce adesso: i compiti aperti non servono più e gli enti coinvolti ne sono avvisati. Il fascicolo resta leggibile."
	page.Danger = true
	page.Button = "Chiudi il fascicolo"
	page.Fields = []web.Field{
		{Shape: "select", ID: "outcome", Label: "Con quale esito", Required: true, Options: options(rules.Outcomes, sent.Get("outcome"))},
		noteField(sent, true, "Scrivi perché si chiude in anticipo."),
	}
}

func readClosure(sent url.Values) (any, []care.Fault) {
	return care.EarlyClosure{Outcome: sent.Get("outcome"), Note: strings.TrimSpace(sent.Get("note"))}, nil
}
