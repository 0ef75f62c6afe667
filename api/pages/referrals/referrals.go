package referrals

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	s.mountSending(p)
	p.Get("/segnalazioni", s.referralList)
	p.Get("/segnalazioni/:id", s.referral)
	p.Post("/segnalazioni/:id/"+noting, s.note)
	for _, m := range referralMoves {
		p.Post("/segnalazioni/:id/"+m.path, func(c *gin.Context, who care.Staff) error { return s.moveReferral(c, who, m) })
	}
}

// referralList shows what came to the caller's agency, or what left it; those
// that wait for the caller come first.
func (s *Place) referralList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	sent, all := c.Query("elenco") == "inviate", c.Query("concluse") == "si"
	var faults care.Faults
	faults.Add(sent || c.Query("elenco") == "", "query.elenco", care.RuleUnknownCode)
	faults.Add(all || c.Query("concluse") == "", "query.concluse", care.RuleUnknownCode)
	byDue := c.Query("ordine") == "scadenza"
	faults.Add(byDue || c.Query("ordine") == "", "query.ordine", care.RuleUnknownCode)
	filter := ledger.ReferralFilter{Incoming: !sent, Sent: sent, Open: !all, ByDue: byDue}
	if unread := c.Query("stato"); unread != "" {
		faults.Add(unread == "da-leggere", "query.stato", care.RuleUnknownCode)
		filter.State = care.ReferralRequested
	}
	if len(faults) > 0 {
		return care.Refuse(faults...)
	}
	rows, next, err := s.rowsOf(ctx, who, rules, filter, c.Query("da"))
	if err != nil {
		return err
	}
	page := ReferralList{
		Frame: s.Pages.Frame(c, message.Say("referral_page.title"), "/segnalazioni"), Rows: rows, More: web.NextPage(c.Request.URL, "da", next),
		Tabs: []web.Link{
			{URL: "/segnalazioni", Text: message.Say("referral_page.received"), Current: !sent},
			{URL: "/segnalazioni?elenco=inviate", Text: message.Say("referral_page.sent"), Current: sent},
		},
	}
	base := "/segnalazioni?"
	if sent {
		base += "elenco=inviate&"
	}
	page.All = web.Link{URL: base + "concluse=si", Text: message.Say("referral_page.all")}
	if all {
		page.All = web.Link{URL: strings.TrimRight(base, "?&"), Text: message.Say("referral_page.open_only")}
	}
	page.Order = web.Link{URL: base + "ordine=scadenza", Text: message.Say("referral_page.by_due")}
	if byDue {
		page.Order = web.Link{URL: strings.TrimRight(base, "?&"), Text: message.Say("referral_page.all_open")}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// byLink says whether a referral's addressee answers through one-time links: the
// sender's staff may record what it says by telephone, and need not.
func byLink(p care.Policy, r ledger.Referral) bool {
	agency, ok := p.Agency(r.ToAgency)
	return ok && agency.ByLink()
}

// waitsFor says whether the referral waits for the caller: withdrawing is always
// allowed, and never awaited.
func waitsFor(who care.Staff, r ledger.Referral) bool {
	return slices.ContainsFunc(r.Moves(who), func(op care.Operation) bool { return op != care.OpWithdraw })
}

func (s *Place) referralItem(who care.Staff, rules *zone.Rules, r ledger.Referral) ReferralItem {
	item := ReferralItem{
		ID: r.ID, URL: "/segnalazioni/" + r.ID, Facts: facts(rules.Policy, r), Person: message.Say("case_pages.referral"), Case: r.CaseNumber, State: referralBadge(r.State), Due: s.referralDue(rules, r),
		Agency: italian.Upper(article.From(present.AgencyName(rules.Policy, r.FromAgency))), When: message.Say("referral_page.sent_on", "Day", italian.Dated("", r.Requested.In(italian.Rome))),
	}
	if r.FromAgency == who.Agency {
		item.Agency = italian.Upper(article.To(present.AgencyName(rules.Policy, r.ToAgency)))
	}
	if person, ok := present.SnapshotOf(r); ok {
		item.Person = person.GivenName + " " + person.FamilyName
	} else {
		item.Sight = present.Unseen()
	}
	if slices.Contains(r.Moves(who), care.OpAcknowledge) && !byLink(rules.Policy, r) {
		form := web.NewForm(item.URL + "/presa-visione")
		item.Acknowledge = &form
	}
	return item
}

// referralDue says by when an answer is due; nothing is, once it was given.
func (s *Place) referralDue(rules *zone.Rules, r ledger.Referral) web.Badge {
	switch {
	case r.Answered:
		return present.AnsweredBadge()
	case r.Due == nil || r.State.Answered():
		return web.Badge{}
	}
	return present.DueBadge(r.Due, s.Now(), rules)
}

// referralBadge says how a referral stands.
func referralBadge(state care.ReferralState) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(italian.ReferralState(state))}
	switch state {
	case care.ReferralRequested, care.ReferralOnHold:
		b.Tone, b.Icon = "warning", "it-clock"
	case care.ReferralReceived:
		b.Tone, b.Icon = "info", "it-password-visible"
	case care.ReferralAccepted, care.ReferralInProgress, care.ReferralCompleted:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.ReferralRejected, care.ReferralFailed:
		b.Tone, b.Icon = "danger", "it-close-circle"
	}
	return b
}

func (s *Place) referral(c *gin.Context, who care.Staff) error {
	return s.showReferral(c, who, http.StatusOK, nil)
}

// showReferral is the page of a referral, after an action that was refused with
// what was typed in it.
func (s *Place) showReferral(c *gin.Context, who care.Staff, status int, refused *refusedMove) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	r, err := s.Records.Referral(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	title := message.Say("case_pages.referral")
	if r.CaseNumber != "" {
		title = message.Say("referral_page.title_of_case", "Number", r.CaseNumber)
	}
	page := Referral{
		Frame: s.Pages.Frame(c, title, "/segnalazioni"), Print: "/segnalazioni/" + r.ID + "/stampa", State: referralBadge(r.State), Due: s.referralDue(rules, r),
		Lead:   message.Say("referral_page.lead", "From", italian.Upper(article.The(present.AgencyName(rules.Policy, r.FromAgency))), "To", article.To(present.AgencyName(rules.Policy, r.ToAgency)), "Day", italian.Dated("", r.Requested.In(italian.Rome))),
		Shared: present.GivenTerms(rules.Policy, r), About: present.ReferralTerms(rules.Policy, r), Note: r.Note,
		Sight: italian.ShareEnd(present.AgencyName(rules.Policy, r.ToAgency), r.Why, r.SeenUntil, s.Now()),
	}
	if page.meeting, err = s.meetingOf(ctx, who, r); err != nil {
		return err
	}
	if a := page.meeting; a != nil {
		page.About = append(page.About, web.Term{Name: message.Say("case_pages.appointment"), Value: offered.Place(a.At.In(italian.Rome)) + ". " + present.HowAppointmentStands(*a)})
		if s.Now().Before(a.At) {
			page.Change = &web.Link{URL: "/appuntamenti/" + a.ID, Text: message.Say("referral_page.change_appointment")}
		}
	}
	if person, ok := present.SnapshotOf(r); ok {
		page.Person = person.GivenName + " " + person.FamilyName
	}
	rows, next, err := s.beside(ctx, who, rules, r, c.Query(fromRow) != "" && refused == nil)
	if err != nil {
		return err
	}
	page.Rows = rows
	page.Back = &web.Link{URL: "/segnalazioni", Text: message.Say("referral_page.title")}
	if r.FromAgency == who.Agency {
		page.Back.URL += "?elenco=inviate"
	}
	if care.ReadsCases(who, rules.Policy) {
		page.Case = &web.Link{URL: "/fascicoli/" + r.CaseID, Text: message.Say("case_pages.open_case", "Number", r.CaseNumber)}
	}
	if r.Continues != "" && r.FromAgency == who.Agency {
		page.Origin = &web.Link{URL: "/segnalazioni/" + r.Continues, Text: message.Say("referral_page.origin")}
	}
	if err := s.offerMoves(ctx, &page, who, rules, r, refused); err != nil {
		return err
	}
	page.goOn(next)
	notesOf(&page, who, rules.Policy, r, refused)
	if refused != nil {
		page.Problems = refused.form
	}
	if page.History, err = s.referralHistory(c, who, rules.Policy, r); err != nil {
		return err
	}
	if r.State == care.ReferralAccepted || r.State == care.ReferralInProgress {
		if page.Tasks, err = s.tasksAfter(c, who, r); err != nil {
			return err
		}
	}
	s.Pages.Render(c, status, page)
	return nil
}

// awaited says what the referral waits for, to whoever reads it.
func awaited(mine bool, who care.Staff, r ledger.Referral) string {
	switch {
	case r.State == care.ReferralRequested && mine:
		return message.Say("referral_page.todo_read")
	case r.State == care.ReferralReceived && mine:
		return message.Say("referral_page.todo_decide")
	case r.State == care.ReferralOnHold && mine:
		return message.Say("referral_page.todo_supply")
	case r.State == care.ReferralRequested:
		return message.Say("referral_page.waits_for_reading")
	case r.State == care.ReferralReceived:
		return message.Say("referral_page.waits_for_answer")
	case r.State == care.ReferralOnHold:
		return message.Say("referral_page.waits_for_information")
	case r.State == care.ReferralRejected && r.FromAgency == who.Agency:
		return message.Say("referral_page.was_rejected")
	}
	return ""
}

// noted is the line of a note, which stands among the notes.
const noted = "referral_noted"

// historyLength is how much of a case's timeline is looked through.
const historyLength = 100

// referralHistory lists the referral's states, the newest first: from the
// case's timeline for who may read it, else what the referral itself says.
func (s *Place) referralHistory(c *gin.Context, who care.Staff, p care.Policy, r ledger.Referral) ([]web.Moment, error) {
	var moments ledger.Page[ledger.Moment]
	if care.ReadsCases(who, p) {
		var err error
		moments, err = s.Records.Timeline(c.Request.Context(), who, r.CaseID, ledger.Paging{Limit: historyLength})
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return nil, err
		}
	}
	var history []web.Moment
	for _, m := range moments.Items {
		if m.Run == r.Run && strings.HasPrefix(m.Code, "referral_") && m.Code != noted {
			history = append(history, present.MomentOf(p, m))
		}
	}
	if len(history) > 0 {
		return history, nil
	}
	if r.State != care.ReferralRequested {
		history = append(history, web.Moment{When: italian.Moment(r.Changed), Text: message.Say("referral_page.state", "State", italian.ReferralState(r.State))})
	}
	return append(history, web.Moment{When: italian.Moment(r.Requested), Text: message.Say("referral_page.was_sent"), By: present.AgencyName(p, r.FromAgency)}), nil
}

// tasksAfter lists the tasks of the referral's case that the caller may work.
func (s *Place) tasksAfter(c *gin.Context, who care.Staff, r ledger.Referral) ([]web.Link, error) {
	tasks, err := s.Records.Tasks(c.Request.Context(), who, ledger.TaskFilter{CaseID: r.CaseID}, ledger.Paging{})
	if err != nil {
		return nil, err
	}
	var links []web.Link
	for _, t := range tasks.Items {
		if parts.MayWork(who, t) {
			links = append(links, web.Link{URL: "/compiti/" + t.ID, Text: italian.TaskKind(t.Kind)})
		}
	}
	return links, nil
}
