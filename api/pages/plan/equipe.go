package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

func (s *Server) registerEquipePages(p access.Routes) {
	p.Get("/equipe/:id", s.equipePage)
	p.Get("/equipe/:id/verbale", s.showMinutes)
	p.Post("/equipe/:id/verbale", s.recordMinutes)
}

// equipeLink leads to the page of an équipe's run; nil where the run is none.
func equipeLink(run string) *web.Link {
	id, ok := strings.CutPrefix(run, string(care.RunEquipe)+"/")
	if !ok {
		return nil
	}
	return &web.Link{URL: "/equipe/" + id, Text: "Vai all’équipe"}
}

func equipeRun(c *gin.Context) string { return ledger.RunID(care.RunEquipe, c.Param("id")) }

// equipePage shows an équipe to its members and to those who follow the case.
func (s *Server) equipePage(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.book.Rules(ctx, who.Zone)
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
		Frame: s.pages.Frame(c, italian.Upper(italian.EquipeKind(equipe.Kind)), placeOf(who, rules.Policy)),
		State: equipeBadge(equipe), Lead: "Convocata il " + italian.Date(equipe.Convened.In(italian.Rome)) + ".",
		Seats: seatsOf(rules.Policy, equipe.Seats),
	}
	page.Back = &web.Link{URL: "/compiti", Text: "I miei compiti"}
	if care.ReadsCases(who, rules.Policy) {
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
		if catalogue.Minutes.MayAsk(who.Role) {
			page.Record = &web.Link{URL: c.Request.URL.Path + "/verbale", Text: "Registra il verbale di una riunione"}
		}
	}
	for _, m := range equipe.Minutes {
		page.Minutes = append(page.Minutes, web.Moment{When: italian.Moment(m.At), Text: "Riunione", By: m.ByName, Note: m.Text})
	}
	s.pages.Render(c, http.StatusOK, page)
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
func equipeBadge(e ledger.Equipe) web.Badge {
	if e.Ended == nil {
		return web.Badge{Tone: "info", Icon: "it-clock", Text: "Al lavoro"}
	}
	return web.Badge{Tone: "neutral", Icon: "it-lock", Text: "Conclusa il " + italian.Date(e.Ended.In(italian.Rome))}
}

// taskInRun is what the caller has to do in an équipe; nil: nothing.
func (s *Server) taskInRun(c *gin.Context, who care.Staff, equipe ledger.Equipe) (*web.Link, error) {
	tasks, err := s.records.Tasks(c.Request.Context(), who, ledger.TaskFilter{CaseID: equipe.CaseID}, ledger.Paging{})
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
func seatsOf(p care.Policy, seats []ledger.Seat) []web.Seat {
	ordered := slices.Clone(seats)
	slices.SortStableFunc(ordered, func(a, b ledger.Seat) int {
		return cmp.Or(gone(a)-gone(b), slices.Index(care.Roles, a.Role)-slices.Index(care.Roles, b.Role))
	})
	return web.Each(ordered, func(s ledger.Seat) web.Seat { return seatOf(p, s) })
}

func gone(s ledger.Seat) int {
	if s.State == care.SeatReplaced {
		return 1
	}
	return 0
}

func seatOf(p care.Policy, s ledger.Seat) web.Seat {
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
