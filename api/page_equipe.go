package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/store"
	"percorso/workflows/contract"
)

func (s *Server) registerEquipePages(p pageRoutes) {
	p.get("/equipe/:id", s.equipePage)
	p.get("/equipe/:id/verbale", s.showMinutes)
	p.post("/equipe/:id/verbale", s.recordMinutes)
}

// equipeLink leads to the page of an équipe's run; nil where the run is none.
func equipeLink(run string) *web.Link {
	id, ok := strings.CutPrefix(run, string(care.RunEquipe)+"/")
	if !ok {
		return nil
	}
	return &web.Link{URL: "/equipe/" + id, Text: "Vai all’équipe"}
}

func equipeRun(c *gin.Context) string { return contract.RunID(care.RunEquipe, c.Param("id")) }

// equipePage shows an équipe to its members and to those who follow the case.
func (s *Server) equipePage(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	equipe, err := s.records.Equipe(ctx, who, equipeRun(c))
	if err != nil {
		return err
	}
	plans, err := s.records.Plans(ctx, who, equipe.CaseID)
	if err != nil {
		return err
	}
	page := web.EquipePage{
		Frame: s.frame(c, italian.Upper(italian.EquipeKind(equipe.Kind)), placeOf(who, rules.Policy)),
		State: equipeBadge(equipe), Lead: "Convocata il " + italian.Date(equipe.Convened.In(italian.Rome)) + ".",
		Seats: seatsOf(rules.Policy, equipe.Seats),
	}
	page.Back = &web.Link{URL: "/compiti", Text: "I miei compiti"}
	if readsCases(who, rules.Policy) {
		page.Back = &web.Link{URL: "/fascicoli/" + equipe.CaseID, Text: "Torna al fascicolo"}
	}
	if equipe.Reason != "" {
		page.Why = italian.Upper(whyBack(rules.Policy, equipe.Reason)) + "."
	}
	if rule, ok := rules.Equipe(equipe.Kind); ok && equipe.Ended == nil {
		page.Quorum = "Il progetto passa con la firma di almeno " + italian.Count(rule.Quorum.Roles, "ruolo", "ruoli") + ", di " +
			italian.Count(rule.Quorum.Agencies, "ente", "enti") + ". Chi non è d’accordo lo dice, e il dissenso resta scritto."
	}
	if len(plans) > 0 {
		page.Plan = &web.Link{URL: "/fascicoli/" + equipe.CaseID + "/progetto", Text: "Progetto personalizzato"}
	}
	if equipe.Ended == nil {
		if page.Task, err = s.taskInRun(c, who, equipe); err != nil {
			return err
		}
		if who.Role.MayAsk(care.OpMinutes) {
			page.Record = &web.Link{URL: c.Request.URL.Path + "/verbale", Text: "Registra il verbale di una riunione"}
		}
	}
	for _, m := range equipe.Minutes {
		page.Minutes = append(page.Minutes, web.Moment{When: italian.Moment(m.At), Text: "Riunione", By: m.ByName, Note: m.Text})
	}
	s.render(c, http.StatusOK, page)
	return nil
}

// whyBack says what sent a case back to its équipe: how a branch ended, or why a
// referral was rejected.
func whyBack(p care.Policy, code string) string {
	if reason, ok := p.RejectReason(code); ok {
		return "segnalazione rifiutata, " + strings.ToLower(reason.Name)
	}
	return italian.Ending(p, code)
}

// equipeBadge says how an équipe stands.
func equipeBadge(e store.Equipe) web.Badge {
	if e.Ended == nil {
		return web.Badge{Tone: "info", Icon: "it-clock", Text: "Al lavoro"}
	}
	return web.Badge{Tone: "neutral", Icon: "it-lock", Text: "Conclusa il " + italian.Date(e.Ended.In(italian.Rome))}
}

// taskInRun is what the caller has to do in an équipe; nil: nothing.
func (s *Server) taskInRun(c *gin.Context, who care.Staff, equipe store.Equipe) (*web.Link, error) {
	tasks, err := s.records.Tasks(c.Request.Context(), who, store.TaskFilter{CaseID: equipe.CaseID}, store.Paging{})
	if err != nil {
		return nil, err
	}
	for _, t := range tasks.Items {
		if t.Run == equipe.Run && (t.HolderID == who.ID || mayClaim(who, t)) {
			return &web.Link{URL: "/compiti/" + t.ID, Text: italian.TaskKind(t.Kind)}, nil
		}
	}
	return nil, nil
}

// seatsOf are the seats of an équipe, side by side, in the order of the roles;
// those that were replaced come last.
func seatsOf(p care.Policy, seats []store.Seat) []web.Seat {
	ordered := slices.Clone(seats)
	slices.SortStableFunc(ordered, func(a, b store.Seat) int {
		return cmp.Or(gone(a)-gone(b), slices.Index(care.Roles, a.Role)-slices.Index(care.Roles, b.Role))
	})
	return converted(ordered, func(s store.Seat) web.Seat { return seatOf(p, s) })
}

func gone(s store.Seat) int {
	if s.State == care.SeatReplaced {
		return 1
	}
	return 0
}

func seatOf(p care.Policy, s store.Seat) web.Seat {
	shown := web.Seat{
		Role: italian.Upper(italian.Role(s.Role)), Agency: agencyName(p, s.Agency), Member: s.Member,
		State: web.Badge{Tone: "neutral", Icon: "it-clock", Text: italian.Upper(italian.SeatState(s.State))}, OpinionNote: s.OpinionNote, SignatureNote: s.SignatureNote,
	}
	switch s.State {
	case care.SeatSpoken:
		shown.State.Tone, shown.State.Icon = "success", "it-check-circle"
	case care.SeatConfirmed:
		shown.State.Tone = "info"
	case care.SeatWaived, care.SeatReplaced:
		shown.State.Icon = "it-close-circle"
	}
	if s.Opinion != "" {
		shown.Opinion = voteBadge(s.Opinion, italian.Opinion(s.Opinion))
	}
	if s.Signature != "" {
		shown.Signature = voteBadge(s.Signature, italian.Signature(s.Signature))
	}
	if at := cmp.Or(s.SignatureAt, s.OpinionAt); at != nil {
		shown.When = italian.Moment(*at)
		if s.Minuted {
			shown.When += ", in riunione"
		}
	}
	return shown
}

// voteBadge is an opinion or a signature: dissent stands out.
func voteBadge(code, words string) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(words)}
	switch code {
	case care.Favourable, care.Signed:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.WithConditions:
		b.Tone, b.Icon = "info", "it-info-circle"
	case care.Dissenting:
		b.Tone, b.Icon = "danger", "it-close-circle"
	}
	return b
}

// minutesForm shows and reads the minutes of a meeting: a row for each seat that
// still counts.
type minutesForm struct {
	policy care.Policy
	seats  []store.Seat
	sent   url.Values
	places map[string]string
	labels map[string]string
}

func newMinutesForm(p care.Policy, equipe store.Equipe, sent url.Values) *minutesForm {
	f := &minutesForm{policy: p, sent: sent}
	for _, seat := range equipe.Seats {
		if gone(seat) == 0 {
			f.seats = append(f.seats, seat)
		}
	}
	return f
}

func seatAt(i int) string { return fmt.Sprintf("seat-%d", i) }

func (f *minutesForm) show() []web.Field {
	fields := []web.Field{
		{Shape: "group", Label: "Quando si è tenuta la riunione", Row: true, Fields: []web.Field{
			{Shape: "input", Type: "date", ID: "day", Label: "Giorno", Value: f.sent.Get("day"), Required: true},
			{Shape: "input", Type: "time", ID: "hour", Label: "Ora", Value: f.sent.Get("hour"), Required: true},
		}},
		{Shape: "area", ID: "text", Label: "Verbale", Hint: "Che cosa si è detto e deciso. Lo leggono i membri dell’équipe.", Value: f.sent.Get("text"), Rows: 8, Required: true},
	}
	votes := web.Field{Shape: "group", Label: "Pareri dati in riunione", Hint: "Uno per ruolo; lascia «Non ha parlato» per chi non c’era. Se il progetto aspetta le firme, il parere vale come firma."}
	for i, seat := range f.seats {
		at := seatAt(i)
		outcome := web.Field{Shape: "select", ID: at + "-outcome", Label: "Parere", Required: true, Empty: "Non ha parlato", Options: options(italian.Opinions(), f.sent.Get(at+"-outcome"))}
		votes.Fields = append(votes.Fields, web.Field{Shape: "group", Label: f.seat(i), Fields: []web.Field{
			{Shape: "hidden", ID: at + "-role", Value: string(seat.Role)}, {Shape: "hidden", ID: at + "-agency", Value: seat.Agency},
			outcome,
			{Shape: "area", ID: at + "-note", Label: "Motivi", Hint: "Servono se il parere non è favorevole.", Value: f.sent.Get(at + "-note"), Rows: 2},
		}})
	}
	return append(fields, votes)
}

func (f *minutesForm) seat(i int) string {
	return italian.Upper(italian.Role(f.seats[i].Role)) + ", " + agencyName(f.policy, f.seats[i].Agency)
}

func (f *minutesForm) read() (care.MinutesForm, []care.Fault) {
	f.places = map[string]string{"at": "day", "votes": seatAt(0) + "-outcome"}
	f.labels = map[string]string{"at": "Quando", "text": "Verbale", "votes": "Pareri"}
	minutes := care.MinutesForm{Text: strings.TrimSpace(f.sent.Get("text"))}
	var faults []care.Fault
	at, rule := moment(f.sent.Get("day"), f.sent.Get("hour"))
	if rule != "" {
		faults = append(faults, care.Fault{Field: "at", Rule: rule})
	}
	if at != nil {
		minutes.At = *at
	}
	for i, seat := range f.seats {
		row := seatAt(i)
		vote := care.MinutedVote{
			Vote: care.Vote{Role: seat.Role, Agency: seat.Agency, Outcome: f.sent.Get(row + "-outcome")}, Note: strings.TrimSpace(f.sent.Get(row + "-note")),
		}
		if vote.Outcome == "" && vote.Note == "" {
			continue
		}
		path := fmt.Sprintf("votes[%d].", len(minutes.Votes))
		for _, name := range []string{"role", "agency", "outcome"} {
			f.places[path+name], f.labels[path+name] = row+"-outcome", f.seat(i)
		}
		f.places[path+"note"], f.labels[path+"note"] = row+"-note", "Motivi: "+f.seat(i)
		minutes.Votes = append(minutes.Votes, vote)
	}
	return minutes, faults
}

func (f *minutesForm) naming(path string) (id, label string) {
	id, label = path, italian.Field(path)
	if place, ok := f.places[path]; ok {
		id = place
	}
	if name, ok := f.labels[path]; ok {
		label = name
	}
	return id, label
}

func (s *Server) showMinutes(c *gin.Context, who care.Staff) error {
	return s.minutesPage(c, who, http.StatusOK, newForm(c.Request.URL.Path), nil)
}

// recordMinutes takes the minutes of a meeting with what was said there.
func (s *Server) recordMinutes(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	equipe, err := s.records.Equipe(ctx, who, equipeRun(c))
	if err != nil {
		return err
	}
	form := newMinutesForm(rules.Policy, equipe, c.Request.PostForm)
	minutes, faults := form.read()
	var cmd store.Command
	if err = care.Refuse(faults...); len(faults) == 0 {
		cmd, err = s.act(ctx, who, store.NewCommand{Key: c.PostForm("key"), Operation: care.OpMinutes, Run: equipe.Run, Data: minutes})
	}
	if err == nil {
		return s.done(c, cmd, "/equipe/"+c.Param("id"), "Il verbale è registrato, con i pareri dati in riunione.")
	}
	again := newForm(c.Request.URL.Path)
	status, err := s.refusedForm(&again, err, form.naming)
	if err != nil {
		return err
	}
	return s.minutesPage(c, who, status, again, c.Request.PostForm)
}

// minutesPage is the form of a meeting's minutes, with what was typed.
func (s *Server) minutesPage(c *gin.Context, who care.Staff, status int, form web.Form, sent url.Values) error {
	if !who.Role.MayAsk(care.OpMinutes) {
		return store.ErrForbidden
	}
	ctx := c.Request.Context()
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	equipe, err := s.records.Equipe(ctx, who, equipeRun(c))
	if err != nil {
		return err
	}
	page := web.CaseForm{
		Frame: s.frame(c, "Verbale di una riunione", "/fascicoli"), Form: form, Button: "Registra il verbale",
		Intro: "Registra una riunione dell’équipe con i pareri dati a voce: chi li ha dati non deve più scriverli.",
	}
	page.Back = &web.Link{URL: "/equipe/" + c.Param("id"), Text: italian.Upper(italian.EquipeKind(equipe.Kind))}
	page.Fields = newMinutesForm(rules.Policy, equipe, sent).show()
	s.render(c, status, page)
	return nil
}
