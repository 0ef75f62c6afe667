package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

func (s *Server) registerTaskPages(p access.Routes) {
	p.Get("/compiti", s.taskList)
	p.Get("/compiti/:id", s.taskPage)
	p.Post("/compiti/:id/prendi", s.claimTask)
	p.Post("/compiti/:id/rilascia", s.releaseTask)
	p.Post("/compiti/:id/completa", s.completeTask)
}

// taskList shows what the caller holds, and what they may take.
func (s *Server) taskList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	mine, err := s.records.Tasks(ctx, who, ledger.TaskFilter{Mine: true}, ledger.Paging{Cursor: c.Query("miei")})
	if err != nil {
		return err
	}
	team, err := s.records.Tasks(ctx, who, ledger.TaskFilter{Team: true}, ledger.Paging{Cursor: c.Query("gruppo")})
	if err != nil {
		return err
	}
	page := web.TaskList{Frame: s.pages.Frame(c, "I miei compiti", "/compiti")}
	for _, t := range mine.Items {
		page.Mine = append(page.Mine, s.taskItem(who, rules, t))
	}
	for _, t := range team.Items {
		page.Team = append(page.Team, s.taskItem(who, rules, t))
	}
	slices.SortStableFunc(page.Mine, suspendedLast)
	slices.SortStableFunc(page.Team, suspendedLast)
	page.MoreMine, page.MoreTeam = nextPage(c, "miei", mine.Next), nextPage(c, "gruppo", team.Next)
	s.pages.Render(c, http.StatusOK, page)
	return nil
}

// taskItem is a task as lists show it.
func (s *Server) taskItem(who care.Staff, rules *zone.Rules, t ledger.Task) web.TaskItem {
	item := web.TaskItem{
		URL: "/compiti/" + t.ID, Title: italian.TaskKind(t.Kind), Person: t.Person, Case: t.CaseNumber, Due: s.taskDue(rules, t), Suspended: t.Suspended,
	}
	if t.Service != "" {
		item.Service = serviceName(rules.Policy, t.Service)
	}
	mine := t.HolderID == who.ID
	switch {
	case t.Kind == care.ReferralAnswer:
		item.URL = "/segnalazioni/" + t.ReferralID
		if mine || t.Role == who.Role && t.Agency == who.Agency {
			item.Next = "Rispondi"
		}
	case mine:
		item.Next = "Continua"
	case mayClaim(who, t):
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		item.Claim = &form
	}
	if t.HolderID != "" && !mine {
		item.Holder = holderWords(t)
	}
	return item
}

// taskDue says by when a task is due; one that stands still with its case is
// due at no time.
func (s *Server) taskDue(rules *zone.Rules, t ledger.Task) web.Badge {
	if t.Suspended {
		return suspendedBadge
	}
	return dueBadge(t.Due, s.now(), rules)
}

// suspendedLast puts what can wait below what cannot.
func suspendedLast(a, b web.TaskItem) int {
	switch {
	case a.Suspended == b.Suspended:
		return 0
	case b.Suspended:
		return -1
	}
	return 1
}

// mayClaim says whether the caller is offered a task; who really may is decided
// when they ask.
func mayClaim(who care.Staff, t ledger.Task) bool {
	return t.State == care.TaskReady && t.Kind != care.ReferralAnswer &&
		(t.Role == who.Role && t.Agency == who.Agency || who.Role == care.Supervisor)
}

func holderWords(t ledger.Task) string {
	if t.HolderName != "" {
		return t.HolderName
	}
	return italian.ARole(t.HolderRole)
}

// nextPage is the address of a list's next page: this one with another cursor.
func nextPage(c *gin.Context, parameter, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := c.Request.URL.Query()
	q.Set(parameter, cursor)
	return c.Request.URL.Path + "?" + q.Encode()
}

// claimTask gives a task to the caller, and leads to its form. Who comes second
// is told who has it.
func (s *Server) claimTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, catalogue.Claim, "/compiti/"+c.Param("id"), "Il compito è in carico a te.")
}

// releaseTask gives a task back.
func (s *Server) releaseTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, catalogue.Release, "/compiti", "Hai rilasciato il compito: torna tra quelli da prendere in carico.")
}

func (s *Server) assignTask(c *gin.Context, who care.Staff, op catalogue.Operation[catalogue.None], to, words string) error {
	_, err := s.door.Do(c.Request.Context(), who, op.Command(c.PostForm("key"), c.Param("id"), catalogue.None{}))
	var refused *care.Refusal
	if errors.As(err, &refused) {
		return s.pages.LeaveRefused(c, "/compiti", s.words.Refusal(refused.Code, refused.Role))
	}
	if err != nil {
		return err
	}
	return s.pages.Leave(c, to, words)
}

// taskPage shows one task, with its form where the caller holds it.
func (s *Server) taskPage(c *gin.Context, who care.Staff) error {
	task, err := s.records.Task(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	page, err := s.taskPageOf(c, who, task)
	if err != nil {
		return err
	}
	form, err := s.formOf(c, who, task, nil)
	if err != nil {
		return err
	}
	if form != nil && task.State == care.TaskReserved && task.HolderID == who.ID {
		page.Form = form.show(web.NewForm("/compiti/" + task.ID + "/completa"))
		release := web.NewForm("/compiti/" + task.ID + "/rilascia")
		page.Release = &release
	}
	s.pages.Render(c, http.StatusOK, page)
	return nil
}

// completeTask takes the form of a task; what is wrong with it is shown on the
// same page, with what was typed.
func (s *Server) completeTask(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	task, err := s.records.Task(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	form, err := s.formOf(c, who, task, c.Request.PostForm)
	switch {
	case err != nil:
		return err
	case form == nil:
		return ledger.ErrNotFound
	case c.PostForm(addRow) != "":
		return s.taskAgain(c, who, task, form, web.NewForm(c.Request.URL.Path), http.StatusOK)
	}
	done, faults := form.read()
	var cmd ledger.Command
	if err = care.Refuse(faults...); len(faults) == 0 {
		cmd, err = s.door.Do(ctx, who, catalogue.Complete.Command(c.PostForm("key"), task.ID, done))
	}
	if err == nil {
		return s.pages.Done(c, cmd, "/compiti", "Compito completato: "+italian.TaskKind(task.Kind)+".")
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.problems.RefusedForm(&again, err, form.naming)
	if err != nil {
		return err
	}
	return s.taskAgain(c, who, task, form, again, status)
}

// taskAgain shows a task's form again, with what was typed.
func (s *Server) taskAgain(c *gin.Context, who care.Staff, task ledger.Task, form *taskForm, again web.Form, status int) error {
	page, err := s.taskPageOf(c, who, task)
	if err != nil {
		return err
	}
	page.Form, page.State, page.Claim = form.show(again), "", nil
	s.pages.Render(c, status, page)
	return nil
}

// formOf is the form of a task's kind; nil: it has none.
func (s *Server) formOf(c *gin.Context, who care.Staff, task ledger.Task, sent url.Values) (*taskForm, error) {
	ctx := c.Request.Context()
	kind, ok := care.FormOf(task.Kind)
	if !ok {
		return nil, nil
	}
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return nil, err
	}
	form := &taskForm{TaskForm: kind, policy: rules.Policy, service: task.Service, sent: sent}
	return form, s.fillForm(ctx, who, form, task)
}

// taskPageOf is all of a task's page but its form.
func (s *Server) taskPageOf(c *gin.Context, who care.Staff, t ledger.Task) (web.TaskPage, error) {
	ctx := c.Request.Context()
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return web.TaskPage{}, err
	}
	page := web.TaskPage{
		Frame: s.pages.Frame(c, italian.TaskKind(t.Kind), "/compiti"), Person: t.Person, Purpose: italian.TaskPurpose(t.Kind),
		State: taskState(who, t),
	}
	page.Back = &web.Link{URL: "/compiti", Text: "I miei compiti"}
	if t.State.Open() {
		due := s.taskDue(rules, t)
		page.Due = &due
	}
	add := func(name, value string) {
		if value != "" {
			page.Terms = append(page.Terms, web.Term{Name: name, Value: value})
		}
	}
	add("Fascicolo", t.CaseNumber)
	if t.Service != "" {
		add("Servizio", serviceName(rules.Policy, t.Service))
	}
	add("Chi può farlo", italian.Upper(italian.Role(t.Role))+", "+agencyName(rules.Policy, t.Agency))
	if t.HolderID != "" {
		add("In carico a", holderWords(t))
	}
	add("Pronto da", italian.Moment(t.Ready))
	if t.Due != nil && t.State.Open() {
		add("Il responsabile è avvisato", italian.When(*t.Due, s.now()))
	}
	if t.Reminders > 0 {
		add("Solleciti", italian.Count(t.Reminders, "inviato", "inviati"))
	}
	switch {
	case t.Kind == care.ReferralAnswer:
		page.Answer = &web.Link{URL: "/segnalazioni/" + t.ReferralID, Text: "Vai alla segnalazione"}
	case mayClaim(who, t):
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		page.Claim = &form
	}
	if care.ReadsCases(who, rules.Policy) && t.Kind != care.TransferAnswer { // whose case file is another zone's
		page.Case = &web.Link{URL: "/fascicoli/" + t.CaseID, Text: "Apri il fascicolo " + t.CaseNumber}
	}
	if page.Asked, err = s.asked(ctx, who, rules, t); err != nil {
		return page, err
	}
	return page, s.fillContext(ctx, &page, who, rules, t)
}

// taskState says why the caller has no form to fill in; empty: they have, or
// can claim it.
func taskState(who care.Staff, t ledger.Task) string {
	switch {
	case t.Kind == care.ReferralAnswer && t.State.Open(), mayClaim(who, t), t.State == care.TaskReserved && t.HolderID == who.ID:
		return ""
	case t.State == care.TaskReady:
		return "Il compito è da prendere in carico da parte di " + italian.ARole(t.Role) + "."
	case t.State == care.TaskReserved:
		return "Il compito è in carico a " + holderWords(t) + " (" + italian.Role(t.HolderRole) + ")."
	case t.State == care.TaskCompleted:
		return "Il compito è completato: " + italian.Outcome(t.Kind, t.Outcome) + "."
	}
	return "Il compito è " + italian.TaskState(t.State) + "."
}

// asked is what the other side of a referral wrote, for the tasks that it came
// back with.
func (s *Server) asked(ctx context.Context, who care.Staff, rules *zone.Rules, t ledger.Task) (*web.Asked, error) {
	if t.ReferralID == "" || t.Kind != care.SupplyInformation && t.Kind != care.NextStepAfterRejection && t.Kind != care.ReferralOutcome {
		return nil, nil
	}
	referral, err := s.records.Referral(ctx, who, t.ReferralID)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	asked := &web.Asked{
		Title: "Che cosa chiede " + agencyName(rules.Policy, referral.ToAgency), Note: referral.Note,
		Referral: web.Link{URL: "/segnalazioni/" + referral.ID, Text: "Apri la segnalazione"},
	}
	switch t.Kind {
	case care.ReferralOutcome:
		asked.Title = "La persona è stata inviata a " + agencyName(rules.Policy, referral.ToAgency)
		if agency, ok := rules.Agency(referral.ToAgency); ok && agency.ByLink() {
			asked.Next = "Il partner risponde dal link che riceve per posta; se ti risponde a voce, registra tu l’esito"
		}
	case care.NextStepAfterRejection:
		asked.Title = "Perché " + agencyName(rules.Policy, referral.ToAgency) + " ha rifiutato"
		if reason, ok := rules.RejectReason(referral.Reason); ok {
			asked.Reason, asked.Next = reason.Name, italian.Upper(italian.NextStep(reason.NextStep))
		}
	}
	return asked, nil
}
