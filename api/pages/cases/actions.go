package cases

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// caseAction is what may be asked of a case as a whole, with its small form.
type caseAction struct {
	path   string // below the case's address
	op     care.Operation
	done   string // what is said afterwards
	often  bool   // it is among those that are seen at once
	beside bool   // the page offers it beside the state that it ends, and not among the actions
	allows func(ledger.Case) bool
	// show fills in the form, read makes the operation's form of what was sent;
	// places gives the ids of fields that are not their names.
	show   func(page *parts.CaseForm, in caseFormOf)
	read   func(key, caseID string, sent url.Values) (catalogue.Command, []care.Fault)
	places map[string]string
	then   func(caseID string, sent url.Values) string // where it leads; nil: to the case
}

// caseFormOf is what the form of an action is made of.
type caseFormOf struct {
	rules *zone.Rules
	file  ledger.Case
	sent  url.Values // what was typed; nil at first
	zones []care.Policy
	same  []ledger.CaseFile // that may be of the same person
}

// caseActions are in the order in which a page offers them. What the catalogue has
// besides comes after them.
var caseActions = withOthers([]caseAction{
	action(catalogue.Reopen, readReopening, caseAction{
		often: true, done: "Il fascicolo è riaperto.",
		show: showReopening, places: map[string]string{"bookings": "service", "bookings[0].service": "service", "bookings[0].matter": "service", "bookings[0].at": "day"},
	}),
	action(catalogue.Book, readBookingForm, caseAction{
		often: true, done: "Appuntamento prenotato: il servizio lo deve confermare.",
		show: showBooking, places: map[string]string{"matter": "service", "at": "day"},
	}),
	action(catalogue.Convene, readConvening, caseAction{
		often: true, done: "L’équipe è convocata: ogni ruolo riceve il suo invito.",
		show: showConvening,
	}),
	action(catalogue.ReferToCPI, readSendToCPI, caseAction{
		often: true, done: "Inviato al Centro per l’Impiego: ora ne prende visione.",
		show: showSendToCPI,
	}),
	action(catalogue.Meet, readMeeting, caseAction{
		often: true, done: "Incontro registrato: il monitoraggio riparte da qui.",
		show: showMeeting, places: map[string]string{"at": "day"},
	}),
	action(catalogue.Consent, readConsent, caseAction{
		done: "Il consenso è registrato.",
		show: showConsent, then: afterConsent,
	}),
	plain(catalogue.WithdrawConsent, caseAction{}),
	action(catalogue.Permit, readPermit, caseAction{
		done: "Permesso registrato: le scadenze sono ricalcolate.",
		show: showPermit,
	}),
	plain(catalogue.Suspend, caseAction{}),
	plain(catalogue.Resume, caseAction{beside: true}),
	action(catalogue.Transfer, readTransfer, caseAction{
		done: "La richiesta è inviata: il fascicolo resta qui finché l’altra zona risponde.",
		show: showTransfer,
	}),
	plain(catalogue.Recall, caseAction{beside: true}),
	action(catalogue.Merge, readMerge, caseAction{
		done: "I due fascicoli sono uniti: il percorso prosegue in questo.",
		show: showMerge, then: func(_ string, sent url.Values) string { return "/fascicoli/" + url.PathEscape(sent.Get("into")) },
	}),
	action(catalogue.Close, readClosure, caseAction{
		done: "Chiusura registrata: ogni attività ancora aperta si conclude, poi il fascicolo è chiuso.",
		show: showClosure,
	}),
})

// action is an operation on a case with what reads its form, and how its page
// shows it.
func action[F any](o catalogue.Operation[F], read func(url.Values) (F, []care.Fault), a caseAction) caseAction {
	a.path, a.op, a.allows = o.Slug, o.Code, o.Offered
	a.read = func(key, caseID string, sent url.Values) (catalogue.Command, []care.Fault) {
		form, faults := read(sent)
		return o.Command(key, caseID, form), faults
	}
	return a
}

// caseActionsFor are the actions that the caller is offered: those that are
// often asked for, and the others. Who really may is decided when they ask.
func caseActionsFor(who care.Staff, file ledger.Case) (often, others []web.Link) {
	offer := func(a caseAction) {
		link := web.Link{URL: "/fascicoli/" + file.ID + "/" + a.path, Text: italian.Operation(a.op)}
		switch {
		case !catalogue.MayAsk(who.Role, a.op) || !a.allows(file) || a.beside:
		case a.often:
			often = append(often, link)
		default:
			others = append(others, link)
		}
	}
	for _, a := range caseActions {
		offer(a)
		if a.op == care.OpSendToCPI {
			offer(caseAction{path: catalogue.Refer.Slug, op: care.OpRefer, often: true, allows: catalogue.Refer.Offered})
		}
	}
	return often, others
}

func (s *Place) mountActions(p access.Routes) {
	for _, a := range caseActions {
		p.Get("/fascicoli/:id/"+a.path, func(c *gin.Context, who care.Staff) error { return s.showCaseAction(c, who, a) })
		p.Post("/fascicoli/:id/"+a.path, func(c *gin.Context, who care.Staff) error { return s.askCaseAction(c, who, a) })
	}
}

// showCaseAction shows the form of an action.
func (s *Place) showCaseAction(c *gin.Context, who care.Staff, a caseAction) error {
	page, err := s.caseForm(c, who, a, nil)
	if err != nil {
		return err
	}
	page.Form = web.NewForm(c.Request.URL.Path)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// askCaseAction takes the form of an action.
func (s *Place) askCaseAction(c *gin.Context, who care.Staff, a caseAction) error {
	command, faults := a.read(c.PostForm("key"), c.Param("id"), c.Request.PostForm)
	var cmd ledger.Command
	err := error(care.Refuse(faults...))
	if len(faults) == 0 {
		cmd, err = s.Door.Do(c.Request.Context(), who, command)
	}
	if err == nil {
		return s.Pages.Done(c, cmd, s.afterAction(c, who, a), a.done)
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) {
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
	s.Pages.Render(c, status, page)
	return nil
}

// afterAction is where an action leads: to the case, or for who does not see it
// to the plan that they have a part in.
func (s *Place) afterAction(c *gin.Context, who care.Staff, a caseAction) string {
	to := "/fascicoli/" + c.Param("id")
	if a.then != nil {
		return a.then(c.Param("id"), c.Request.PostForm)
	}
	if rules, err := s.Book.Rules(c.Request.Context(), who.Zone); err == nil && !care.ReadsCases(who, rules.Policy) {
		to += "/progetto"
	}
	return to
}

// caseForm is the page of an action, with what was typed.
func (s *Place) caseForm(c *gin.Context, who care.Staff, a caseAction, sent url.Values) (parts.CaseForm, error) {
	if !catalogue.MayAsk(who.Role, a.op) {
		return parts.CaseForm{}, ledger.ErrForbidden
	}
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return parts.CaseForm{}, err
	}
	back := &web.Link{URL: "/fascicoli/" + c.Param("id")}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	switch {
	case err == nil:
		back.Text = file.Person + ", " + file.Number
	case a.op == care.OpMeet && errors.Is(err, ledger.ErrNotFound):
		// Who is at work on the case without its file meets the person too.
		file.ID, err = c.Param("id"), nil
		back = &web.Link{URL: "/fascicoli/" + c.Param("id") + "/progetto", Text: "Progetto personalizzato"}
	default:
		return parts.CaseForm{}, err
	}
	if sent == nil && !a.allows(file) {
		if second := file.Standing(rules.Policy).Second(ledger.CaseRun(file.ID), care.Answer{Operation: a.op}, care.ShownPermit{}); second != nil {
			return parts.CaseForm{}, second
		}
		return parts.CaseForm{}, &care.Refusal{Code: care.RefusedNotAwaited}
	}
	in := caseFormOf{rules: rules, file: file, sent: sent}
	switch a.op {
	case care.OpTransfer:
		in.zones, err = s.Records.Zones(ctx)
	case care.OpMerge:
		in.same, err = s.Records.MergeCandidates(ctx, who, file.ID)
	case care.OpConsent:
		if sent == nil {
			in.sent = c.Request.URL.Query()
		}
	}
	if err != nil {
		return parts.CaseForm{}, err
	}
	page := parts.CaseForm{Frame: s.Pages.Frame(c, italian.Operation(a.op), "/fascicoli"), Button: italian.Operation(a.op)}
	page.Back = back
	a.show(&page, in)
	return page, nil
}

func showBooking(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "L’appuntamento si aggiunge al percorso. Il servizio lo conferma, lo sposta o lo annulla."
	page.Fields = []web.Field{
		{Shape: "select", ID: "service", Label: "Servizio e materia", Required: true, Groups: freeServices(in)},
		parts.WhenField("Quando", in.sent),
		parts.NoteField(in.sent, false, italian.FieldHelp("note")),
	}
	page.Given = givenToServices(in.rules.Policy, in.file)
}

// freeServices are the services, with their matters, that are not under way.
func freeServices(in caseFormOf) []web.OptionGroup {
	stands := in.file.Standing(in.rules.Policy)
	groups := parts.ServiceOptions(in.rules.Policy, in.sent.Get("service"))
	for i := range groups {
		groups[i].Options = slices.DeleteFunc(groups[i].Options, func(o web.Option) bool {
			service, matter, _ := strings.Cut(o.Value, "/")
			booking := care.Answer{Operation: care.OpBook, Bookings: []care.Booking{{Service: care.Code(service), Matter: care.Code(matter)}}}
			return stands.Second(ledger.CaseRun(in.file.ID), booking, care.ShownPermit{}) != nil
		})
	}
	return slices.DeleteFunc(groups, func(g web.OptionGroup) bool { return len(g.Options) == 0 })
}

// givenToServices says what a service of another agency than the one that keeps
// the case files gets of the person; nil where the zone has no such service.
func givenToServices(p care.Policy, file ledger.Case) *parts.Given {
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
	return &parts.Given{
		Title: "Se il servizio è di un altro ente: " + strings.Join(names, ", "), Hint: "L’ente riceve questi dati della persona, e nient’altro.",
		Terms: givenTerms(p, file), Purpose: italian.Purpose("appointment"), Ground: strings.Join(grounds, "; "),
	}
}

func readBookingForm(sent url.Values) (catalogue.BookingForm, []care.Fault) {
	booking, faults := parts.ReadBooking(sent.Get("service"), sent.Get("day"), sent.Get("hour"))
	return catalogue.BookingForm{Booking: booking, Note: strings.TrimSpace(sent.Get("note"))}, faults
}

func showSendToCPI(page *parts.CaseForm, in caseFormOf) {
	cpi, _ := in.rules.Agency(in.rules.CPI())
	page.Intro = "Destinatario: " + cpi.Name + ". Prende visione dell’invio e poi risponde se accetta."
	page.Given = &parts.Given{
		Title: "Dati che riceve: " + cpi.Name, Hint: "Sono questi e nessun altro.", Terms: givenTerms(in.rules.Policy, in.file),
		Purpose: italian.Purpose("referral"), Ground: italian.LegalBasis(cpi.Kind.LegalBasis()),
	}
	page.Fields = []web.Field{parts.NoteField(in.sent, false, "Restano nel fascicolo: non sono tra i dati inviati.")}
}

func readSendToCPI(sent url.Values) (catalogue.SendToCPI, []care.Fault) {
	return catalogue.SendToCPI{Note: strings.TrimSpace(sent.Get("note"))}, nil
}

func showClosure(page *parts.CaseForm, in caseFormOf) {
	page.Intro = "Il percorso finisce adesso: i compiti aperti non servono più e gli enti coinvolti ne sono avvisati. Il fascicolo resta leggibile."
	page.Danger = true
	page.Button = "Chiudi il fascicolo"
	page.Fields = []web.Field{
		{Shape: "select", ID: "outcome", Label: "Con quale esito", Required: true, Options: present.Options(present.ClosureOutcomes(in.rules.Policy), in.sent.Get("outcome"))},
		parts.NoteField(in.sent, true, "Scrivi perché si chiude in anticipo."),
	}
}

func readClosure(sent url.Values) (catalogue.EarlyClosure, []care.Fault) {
	return catalogue.EarlyClosure{Outcome: sent.Get("outcome"), Note: strings.TrimSpace(sent.Get("note"))}, nil
}
