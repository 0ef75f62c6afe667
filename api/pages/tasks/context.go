package tasks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/pages/parts/free"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/crossing"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	words "percorso/internal/italian/given"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/sole"
	"percorso/internal/zone"
)

// What a task is decided on: the opinions that were given, the plan that was
// proposed, what the caller's agency was given of the person.

// equipeTasks are the kinds of task of an équipe, with the state of the plan's
// version that each is about; empty: of none yet.
var equipeTasks = map[care.TaskKind]care.PlanState{
	care.EquipeInvitation: "", care.EquipeOpinion: "", care.PlanDraft: "",
	care.PlanSignOff: care.PlanProposed, care.QuorumDecision: care.PlanProposed, care.PlanAgreement: care.PlanSignedOff,
}

// planTasks are the kinds of task that are about the active plan.
var planTasks = []care.TaskKind{care.GoalEvaluation, care.Evaluation, care.Review}

// fillContext fills in what a task is decided on.
func (s *Place) fillContext(ctx context.Context, page *TaskPage, about *subject) error {
	who, rules, t := about.who, about.rules, about.task
	if state, ok := equipeTasks[t.Kind]; ok {
		if err := s.fillEquipe(ctx, page, about, state); err != nil {
			return err
		}
	}
	if slices.Contains(planTasks, t.Kind) {
		if err := s.fillPlan(ctx, page, who, rules, t, care.PlanActive); err != nil {
			return err
		}
	}
	if why := italian.WhyNext(t.Reason); why != "" {
		page.Words = append(page.Words, why)
	}
	switch t.Kind {
	case care.NextService:
		if next, ok := rules.Service(t.Service); ok {
			page.Words = append(page.Words, message.Say("task_page.next_service", "Service", next.Name))
		}
	case care.TakeUpAgain:
		if err := about.lost(ctx, page); err != nil {
			return err
		}
	case care.ClosureApproval, care.ClosureReturned, care.Closure:
		if err := about.proposal(ctx, page); err != nil {
			return err
		}
	}
	if t.Kind == care.TransferAnswer || t.Kind == care.ClosureApproval && page.Note == nil || !care.ReadsCases(who, rules.Policy) {
		return s.fillShare(ctx, page, about)
	}
	return s.fillGiven(ctx, page, who, rules, t)
}

// fillGiven shows what an outcome of the task gives another agency, before it is
// chosen: the employment centre, or again who has rejected it.
func (s *Place) fillGiven(ctx context.Context, page *TaskPage, who care.Staff, rules *zone.Rules, t ledger.Task) error {
	if !t.Actors().Workable(who) {
		return nil
	}
	form, _ := completion.FormOf(t.Kind)
	if _, again := form.Outcome(care.Resubmit); again && page.Asked != nil {
		return page.givenAgain(rules.Policy)
	}
	members := ""
	if list := crossing.Members(rules.Policy); len(list) > 0 {
		if _, convenes := form.Outcome(care.ToEquipeBetween); convenes {
			members = message.Say("task_page.members", "Agencies", parts.AgencyNames(list))
		}
	}
	if _, sends := form.Outcome(care.ToCPI); !sends {
		if members != "" {
			page.Words = append(page.Words, members)
		}
		return nil
	}
	cpi, _ := rules.Agency(rules.CPI())
	given, err := s.Records.Disclosure(ctx, who, t.CaseID, cpi.Code, "")
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	page.Shared = &parts.Given{
		Title: message.Say("task_page.given_to_employment", "Agency", article.The(cpi.Name)), Hint: strings.TrimSpace(words.Of(catalogue.ToCPI).Hint + " " + members),
		Terms: present.DisclosedTerms(rules.Policy, given.Snapshot), Purpose: italian.Purpose("referral"), Ground: italian.LegalBasis(given.LegalBasis),
		Profile: parts.WorkProfile(t.CaseID, "/compiti/"+t.ID),
	}
	return nil
}

// givenAgain shows what the agency that rejected a referral gets when it is sent again:
// what it was given before.
func (p *TaskPage) givenAgain(policy care.Policy) error {
	referral := p.Asked.about
	if referral.Snapshot == nil {
		return nil
	}
	var given ledger.Snapshot
	if err := json.Unmarshal(referral.Snapshot, &given); err != nil {
		return err
	}
	p.Shared = &parts.Given{
		Title: message.Say("task_page.given_again", "Agency", article.The(present.AgencyName(policy, referral.ToAgency))), Hint: words.Of(catalogue.ToCPI).Hint,
		Terms: present.DisclosedTerms(policy, given), Purpose: italian.ReferralPurpose(policy, referral.Purpose), Ground: italian.LegalBasis(referral.LegalBasis),
	}
	return nil
}

// lost shows what a closure has ended that was taken back.
func (a *subject) lost(ctx context.Context, page *TaskPage) error {
	file, err := a.file(ctx)
	if err == nil && file != nil {
		page.Words = append(page.Words, present.LostWords(a.rules.Policy, *file))
	}
	return err
}

// fillEquipe shows what the équipe of a task says, and the version of the plan
// that the task is about.
func (s *Place) fillEquipe(ctx context.Context, page *TaskPage, about *subject, state care.PlanState) error {
	who, rules, t := about.who, about.rules, about.task
	equipe, err := s.Records.Equipe(ctx, who, t.Run)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	page.Seats, page.Equipe = decided.SeatsOf(rules.Policy, equipe.Seats), decided.EquipeLink(equipe.Run)
	page.Voices, page.Weighs = decided.Voices(equipe.Seats), t.Kind == care.PlanDraft
	if equipe.Reason != "" {
		page.Words = append(page.Words, message.Say("task_page.back_at_equipe", "Why", present.WhyBack(rules.Policy, equipe.Reason)))
	}
	if m := gathering.Open(equipe.Meetings); m != nil {
		page.Words = append(page.Words, message.Say("task_page.meeting", "When", present.MeetingWhen(*m)))
	}
	if said := about.reported(equipe); said != "" {
		page.Words = append(page.Words, message.Say("task_page.reported_opinion", "Outcome", italian.Outcome(t.Kind, said)))
	}
	if t.Kind == care.QuorumDecision {
		page.Words = append(page.Words, quorumWords(rules.Policy, equipe))
	}
	if state == "" {
		return nil
	}
	return s.fillPlan(ctx, page, who, rules, t, state)
}

// reported is what minutes say was said from the seat that the task is of, with which its
// form begins; empty: nothing.
func (a *subject) reported(equipe ledger.Equipe) (said string) {
	for _, seat := range equipe.Seats {
		if !seat.Reported || seat.Role != a.task.Role || seat.Agency != a.task.Agency {
			continue
		}
		note := ""
		switch a.task.Kind {
		case care.EquipeOpinion:
			said, note = seat.Opinion, seat.OpinionNote
		case care.PlanSignOff:
			said, note = seat.Signature, seat.SignatureNote
		}
		if said != "" {
			a.minuted = url.Values{"outcome": {said}, string(completion.FieldNote): {note}}
		}
	}
	return said
}

// quorumWords says who signed, who is against and who was not waited for.
func quorumWords(p care.Policy, equipe ledger.Equipe) string {
	said := map[string][]string{}
	for _, seat := range equipe.Seats {
		name := italian.Role(seat.Role)
		switch {
		case seat.State == care.SeatReplaced:
		case seat.Signature == care.Signed || seat.Signature == care.Dissenting:
			said[seat.Signature] = append(said[seat.Signature], name)
		default:
			said[""] = append(said[""], name)
		}
	}
	names := func(code string) string {
		if len(said[code]) == 0 {
			return message.Say("task_page.nobody")
		}
		return strings.Join(said[code], ", ")
	}
	signed := message.Say("task_page.signed", "Names", names(care.Signed), "Against", names(care.Dissenting), "Late", names(""))
	rule, ok := p.Equipe(equipe.Kind)
	if !ok {
		return signed
	}
	return message.Say("task_page.quorum", "Roles", message.Count("task_page.signatures_roles", rule.Quorum.Roles),
		"Agencies", message.Count("task_page.signatures_agencies", rule.Quorum.Agencies)) + " " + signed
}

// fillPlan shows the latest version in a state; without one there is nothing to show.
func (s *Place) fillPlan(ctx context.Context, page *TaskPage, who care.Staff, rules *zone.Rules, t ledger.Task, state care.PlanState) error {
	plans, err := s.Records.Plans(ctx, who, t.CaseID)
	if errors.Is(err, ledger.ErrNotFound) { // who takes the task reads it
		return nil
	}
	if err != nil {
		return err
	}
	plan := decided.PlanInState(plans, state)
	if plan == nil {
		return nil
	}
	findings, err := s.Records.GoalFindings(ctx, who, t.CaseID)
	if err != nil {
		return err
	}
	shown := decided.PlanVersionOf(rules.Policy, *plan, findings)
	if state == care.PlanActive {
		decided.OfferProgress(&shown, who, rules.Policy, *plan)
		page.PlanKnown = true
	}
	page.Plan = &shown
	page.PlanAt = &web.Link{URL: "/fascicoli/" + t.CaseID + "/progetto", Text: message.Say("task_page.all_versions")}
	return nil
}

// fillShare shows what the caller's agency was given of the person for a task,
// or why it does not see that. Of a transfer, the plan and the words of whoever
// asks come along.
func (s *Place) fillShare(ctx context.Context, page *TaskPage, about *subject) error {
	who, rules, t := about.who, about.rules, about.task
	share, err := s.Records.Share(ctx, who, t.ID)
	if errors.Is(err, ledger.ErrNotFound) {
		agency, _ := rules.Agency(who.Agency)
		if _, ok := equipeTasks[t.Kind]; ok && agency.LegalBasis() == care.Consent {
			page.Words = append(page.Words, message.Say("task_page.invitation", "Agency", article.Of(present.AgencyName(rules.Policy, rules.RoleAgency(care.DeskOperator))), "Day", italian.Dated("di", t.Ready.In(italian.Rome))))
		}
		return nil
	}
	if err != nil {
		return err
	}
	page.Shared = &parts.Given{
		Title: message.Say("task_page.given_to_you"), Purpose: italian.Purpose(share.Purpose), Ground: italian.LegalBasis(share.LegalBasis),
		Hint: italian.ShareEnd(present.AgencyName(rules.Policy, who.Agency), share.Why, share.SeenUntil, s.Now()),
	}
	if share.Snapshot == nil {
		return nil
	}
	var given struct {
		ledger.Snapshot
		Plan    ledger.PlanContent `json:"plan"`
		Note    string             `json:"note"`
		Outcome string             `json:"outcome"` // of the closure to approve
	}
	if err := json.Unmarshal(share.Snapshot, &given); err != nil {
		return err
	}
	page.Shared.Terms = append(present.DisclosedTerms(rules.Policy, given.Snapshot), present.CorrectedTerms(rules.Policy, share.Corrected)...)
	if t.State.Open() && page.Strip == nil {
		if page.Strip, err = about.stripOfGiven(ctx, given.Snapshot, page.Asked); err != nil {
			return err
		}
	}
	switch {
	case t.Kind == care.ClosureApproval:
		outcome, _ := care.ByCode(rules.Outcomes, given.Outcome)
		page.Note = &Quote{Title: message.Say("task_page.closure_elsewhere", "Outcome", cmp.Or(outcome.Name, given.Outcome)), Text: given.Note}
	case given.Note != "":
		page.Note = &Quote{Title: message.Say("task_page.why_transfer"), Text: given.Note}
	}
	if len(given.Plan.Actions) > 0 {
		// How its actions come along is not among what was given.
		shown := decided.PlanVersionOf(rules.Policy, ledger.Plan{State: care.PlanAgreed, Content: given.Plan}, nil)
		shown.Name, shown.When, shown.State = message.Say("task_page.in_force_elsewhere"), "", present.PlanBadge(care.PlanActive)
		page.Plan = &shown
	}
	return nil
}

// proposal shows who proposed the closure that is to be approved, and why; of one
// that was not approved, who said so and why.
func (a *subject) proposal(ctx context.Context, page *TaskPage) error {
	moments, err := a.moments(ctx)
	if err != nil {
		return err
	}
	proposals := []string{string(care.Closure) + "/" + care.Closed, string(care.Evaluation) + "/" + care.ProposeClose, string(care.Review) + "/" + care.ProposeClose}
	for _, m := range moments {
		completed := m.Code == "task_completed"
		proposes := m.Code == "closure_asked" || completed && slices.ContainsFunc(proposals, func(p string) bool { return strings.HasPrefix(m.Detail, p+"/") })
		refuses := completed && m.Detail == string(care.ClosureApproval)+"/"+care.NotApproved
		approves := a.task.Kind == care.ClosureApproval
		if proposes && !approves {
			return nil // nobody has said anything to that yet
		}
		if proposes || refuses && !approves {
			shown := present.MomentOf(a.rules.Policy, m)
			page.Note = &Quote{Title: shown.Text, Text: shown.Note, By: strings.Trim(shown.By+", "+shown.When, ", ")}
			return nil
		}
	}
	return nil
}

// fillForm gives the form of a task what it asks about: the plan that a draft
// begins from, the goals to evaluate, the matters that the person cannot book, and the
// private partners that a plan needs the person's consent for.
func (s *Place) fillForm(ctx context.Context, form *parts.TaskForm, about *subject) error {
	who, rules, t := about.who, about.rules, about.task
	if form.Sent == nil {
		form.Sent = about.minuted
		if about.late > 0 {
			form.Sent = url.Values{care.Held + "-" + string(completion.FieldLate): {strconv.Itoa(about.late)}}
		}
	}
	if form.Books() {
		file, err := about.file(ctx)
		if err != nil {
			return err
		}
		if file != nil {
			form.Shut = parts.ShutMatters(rules.Policy, file.PersonData.Facts(rules.Policy, file.Needs), s.Now().In(rules.Calendar.Location()))
		}
	}
	if err := about.members(ctx, form, s.Now().In(rules.Calendar.Location())); err != nil {
		return err
	}
	if day, says := form.SaysWhen(); says {
		records, err := free.ReachableIn(ctx, s.Records, who, t.Run)
		if err != nil {
			return err
		}
		of := "" // whoever books chooses among the services
		if !form.Books() {
			of = cmp.Or(t.Service, t.Agency)
		}
		if form.Offers, err = free.Find(ctx, records, who, rules, day, of); err != nil {
			return err
		}
	}
	if err := s.fillBlock(ctx, form, about); err != nil {
		return err
	}
	if !slices.Contains([]care.TaskKind{care.PlanDraft, care.GoalEvaluation, care.Evaluation, care.PlanAgreement}, t.Kind) {
		return nil
	}
	plans, err := s.Records.Plans(ctx, who, t.CaseID)
	if err != nil {
		return err
	}
	active := decided.PlanInState(plans, care.PlanActive)
	switch t.Kind {
	case care.PlanDraft:
		from := decided.PlanInState(plans, care.PlanDrafting)
		if from == nil {
			from = active
		}
		form.Draft = &parts.PlanDraft{Policy: form.Policy, From: from, Active: active != nil}
	case care.PlanAgreement:
		if plan := decided.PlanInState(plans, care.PlanSignedOff); plan != nil {
			form.Private = map[string][]parts.Asked{}
			form.Private[care.Agreed], err = s.consentFor(ctx, who, form.Policy, *plan)
		}
	default:
		if active != nil {
			form.Goals = active.Content.Goals
		}
	}
	return err
}

// fillBlock gives a form that may send the person to the employment centre the places that it
// gives, unless the plan that the person agrees to does not send them there, or they are with it
// already, as where a plan was revised.
func (s *Place) fillBlock(ctx context.Context, form *parts.TaskForm, about *subject) error {
	id := form.SendsWith()
	if id == "" {
		return nil
	}
	who, rules, t := about.who, about.rules, about.task
	if t.Kind == care.PlanAgreement {
		plans, err := s.Records.Plans(ctx, who, t.CaseID)
		if err != nil {
			return err
		}
		plan := decided.PlanInState(plans, care.PlanSignedOff)
		if plan == nil || !slices.ContainsFunc(plan.Content.Actions, func(a ledger.PlannedAction) bool { return a.Send && a.Agency == rules.CPI() }) {
			return nil
		}
	}
	file, err := about.file(ctx)
	if err != nil {
		return err
	}
	sending := care.Answer{Operation: care.OpSendToCPI}
	if file != nil && file.Standing(rules.Policy).Second(ledger.CaseRun(file.ID), sending, sole.ShownPermit{}) != nil {
		return nil // each place would be refused
	}
	records, err := free.ReachableIn(ctx, s.Records, who, t.Run)
	if err == nil {
		form.Block, err = free.Block(ctx, records, who, rules.CPI(), message.Say("task_page.employment_places"), id, form.Sent)
	}
	return err
}

// members names the private agencies that each outcome would invite to an équipe, while the
// person has not consented to that.
func (a *subject) members(ctx context.Context, form *parts.TaskForm, today time.Time) error {
	convening := map[string]care.EquipeKind{care.ToEquipeBetween: care.BetweenAgencies, care.ToEquipeWithin: care.WithinAgency, care.ToEquipe: "", care.Revise: ""}
	if !slices.ContainsFunc(form.Outcomes, func(o completion.TaskOutcome) bool { _, convenes := convening[o.Code]; return convenes }) {
		return nil
	}
	file, err := a.file(ctx)
	if err != nil || file == nil {
		return err
	}
	form.Private = map[string][]parts.Asked{}
	for outcome, kind := range convening {
		for _, agency := range file.Unasked(a.rules.Policy, cmp.Or(kind, file.LastEquipe()), today) {
			form.Private[outcome] = append(form.Private[outcome], parts.Asked{Agency: agency.Code, Name: agency.Name, For: present.ConsentPurpose(a.rules.Policy, crossing.ForEquipe)})
		}
	}
	return nil
}

// consentFor names the private partners that a plan newly sends the person to, with what
// for, while their consent to that is not in force.
func (s *Place) consentFor(ctx context.Context, who care.Staff, p care.Policy, plan ledger.Plan) (list []parts.Asked, err error) {
	var asked []string
	for _, a := range plan.Content.Actions {
		agency, _ := p.Agency(a.Agency)
		if !a.Send || agency.LegalBasis() != care.Consent || slices.Contains(asked, agency.Code) {
			continue
		}
		asked = append(asked, agency.Code)
		var missing []string
		for _, area := range plan.Content.NeedsAt(a.Agency) {
			given, err := s.Records.Disclosure(ctx, who, plan.CaseID, a.Agency, area)
			if err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return nil, err
			}
			if !given.Consent {
				missing = append(missing, strings.ToLower(present.ConsentPurpose(p, area)))
			}
		}
		if len(missing) > 0 {
			list = append(list, parts.Asked{Agency: agency.Code, Name: agency.Name, For: strings.Join(missing, ", ")})
		}
	}
	return list, nil
}
