package partner

import (
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
	"percorso/internal/message"
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
	noted   bool
	dated   bool // it takes when what is asked for takes place
}

// code names an answer in the form, and in the messages.
func (m linkMove) code() string {
	if m.outcome != "" {
		return m.outcome
	}
	return string(m.op)
}

// note is the label of its note; empty: it takes none.
func (m linkMove) note() string {
	if label, ok := message.Find("invitation.note", m.code()); ok {
		return label
	}
	return ""
}

// linkAnswers are in the order in which the page offers them; the first that is
// allowed is what the link asks for.
var linkAnswers = []linkMove{
	{op: care.OpAcknowledge},
	{op: care.OpAccept, dated: true},
	{op: care.OpHold, noted: true},
	{op: care.OpReject},
	{op: care.OpComplete, outcome: care.Completed},
	{op: care.OpComplete, outcome: care.Failed},
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
			label = move.note()
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
	page := InvitationNotice{Frame: linkFrame(message.Say("invitation.thanks")), Good: true, Lead: message.Of("invitation.done", move.code())}
	if move.op == care.OpAcknowledge {
		page.Detail = message.Say("invitation.another_follows")
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
		Frame: linkFrame(message.Say("invitation.title", "Agency", article.The(present.AgencyName(rules.Policy, link.Agency)))), Lead: message.Say("invitation.lead", "Agency", from),
		Terms: []web.Term{
			{Name: message.Say("invitation.from"), Value: from}, {Name: message.Say("invitation.case"), Value: link.Number}, {Name: message.Say("invitation.what_for"), Value: present.PurposeOf(rules.Policy, link.Purpose)},
		},
		Until: message.Say("invitation.valid_until", "Day", italian.Day(link.Expires), "Hour", italian.Hour(link.Expires)),
	}
	if office, _ := rules.Agency(link.From); office.Phone != "" {
		page.Terms = append(page.Terms, web.Term{Name: message.Say("invitation.whom_to_call"), Value: message.Say("strip.where_and_phone", "Agency", from, "Phone", office.Phone)})
	}
	switch {
	case link.Task == care.ReferralOutcome:
		page.Title, page.Lead = message.Say("invitation.how_it_went"), message.Say("invitation.how_it_went_lead", "Agency", from)
		page.Todo = message.Say("invitation.todo_outcome")
	case link.State == care.ReferralRequested:
		page.Todo = message.Say("invitation.todo_read")
	default:
		page.Todo = message.Say("invitation.todo_answer")
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
		Code: m.code(), Text: message.Of("invitation.act", m.code()), Explain: message.Of("invitation.explain", m.code()), Form: web.Form{Action: access.InvitationPath + token, Faults: typed.form.Faults},
		Main: main, Open: typed.op != "", Note: typed.note, NoteAs: m.note(), NeedsIt: m.noted,
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

// deadLinks are the statuses of what a link is not good for.
var deadLinks = map[access.LinkState]int{
	access.LinkUsed: http.StatusGone, access.LinkAnswered: http.StatusConflict, access.LinkExpired: http.StatusGone, access.LinkSettled: http.StatusGone,
	access.LinkForged: http.StatusNotFound,
}

// whomToCall says who answers questions about a link that asks for nothing any more.
func (s *Place) whomToCall(ctx context.Context, link ledger.Link) string {
	rules, err := s.Book.Rules(ctx, link.Zone)
	if err != nil { // the file has gone to another zone
		return message.Say("invitation.questions")
	}
	agency := article.The(present.AgencyName(rules.Policy, link.From))
	if from, _ := rules.Agency(link.From); from.Phone != "" {
		return message.Say("invitation.questions_to_phone", "Agency", agency, "Phone", from.Phone)
	}
	return message.Say("invitation.questions_to", "Agency", agency)
}

// deadLink says kindly that a link is not good any more; nothing has happened.
func (s *Place) deadLink(c *gin.Context, token string, link ledger.Link, state access.LinkState) {
	s.Links.Refused(c, s.Guard, state)
	page := InvitationNotice{
		Frame: linkFrame(message.Of("invitation.dead_title", state)), Lead: message.Of("invitation.dead_lead", state), Detail: message.Of("invitation.dead_detail", state),
	}
	if state == access.LinkSettled {
		if why, ok := message.Find("invitation.settled_by", link.State); ok { // by how far its referral has come
			page.Lead = why
		}
		page.Detail += " " + s.whomToCall(c.Request.Context(), link)
	}
	if state.Renewable() && link.Open {
		page.Renew = &web.Form{Action: access.InvitationPath + strings.TrimSuffix(token, "/") + "/nuovo"}
	} else if state == access.LinkUsed {
		page.Detail = ""
	}
	s.Pages.Render(c, deadLinks[state], page)
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
		Frame: linkFrame(message.Say("invitation.new_link")), Good: true, Lead: message.Say("invitation.new_link_lead"),
		Detail: message.Say("invitation.new_link_detail"),
	})
	return nil
}
