package care

import "slices"

// Policy is all that a zone decides for itself, as its file says it. A run
// resolves it once and keeps it, so that an edited file breaks no replay: it is
// plain JSON, of slices in the file's order. Package zone reads and validates it.
// One that an older version of the code stored is Completed when it is read.
type Policy struct {
	Zone         string `json:"zone"`    // code
	Version      string `json:"version"` // digest of all the rest
	Municipality string `json:"municipality"`
	Lead         bool   `json:"lead,omitempty"` // capofila: sees the aggregate of all zones

	Agencies []Agency     `json:"agencies"`
	Roles    []RoleHolder `json:"roles"`
	Desk     Desk         `json:"desk"`
	Needs    []NeedArea   `json:"needs"`
	Matters  []Named      `json:"matters"`
	Gates    []MatterGate `json:"matter_gates,omitempty"` // of the matters that have one of their own
	Services []Service    `json:"services"`               // of level 2
	// FollowThrough is the order in which people pass through the services and
	// stay monitored, where the zone has one. Codes of services.
	FollowThrough []string     `json:"follow_through,omitempty"`
	Partners      []Partner    `json:"partners"`
	SharedAgenda  SharedAgenda `json:"shared_agenda"`
	Brings        []Bring      `json:"brings,omitempty"`
	Checked       []Checking   `json:"checked,omitempty"` // languages of sheets
	Providers     []Provider   `json:"providers,omitempty"`
	SMS           string       `json:"sms,omitempty"`     // address of the gateway for text messages to people; empty: none are sent
	Messages      Band         `json:"messages,omitzero"` // the hours of open days at which people are written to, no weekday; empty: the usual ones

	Tasks           []TaskRule     `json:"tasks"`     // one of each TaskKinds
	Deadlines       []Deadline     `json:"deadlines"` // one of each DeadlineCodes
	NoShow          NoShowRule     `json:"no_show"`
	FollowUps       []FollowUpRule `json:"follow_ups"`
	Equipes         []EquipeRule   `json:"equipes"`
	ClosureApproval Role           `json:"closure_approval,omitempty"`    // whose second pair of eyes approves closures; empty: nobody's
	ApprovalOf      []string       `json:"closure_approval_of,omitempty"` // the outcomes of which it does, and "early"; empty: all

	Outcomes      []Named        `json:"outcomes"` // of closure
	RejectReasons []RejectReason `json:"reject_reasons"`
	Measures      []Named        `json:"measures"`

	PatronSaint PatronSaint     `json:"patron_saint"`
	Closures    []OfficeClosure `json:"closures,omitempty"`
	DayEnds     string          `json:"day_ends"` // "18:00": when the offices' working day, and so a term, ends

	Target   Target     `json:"target"`
	Figures  []Figure   `json:"figures,omitempty"`
	Schedule []Activity `json:"schedule,omitempty"`
}

// Named is a code with the Italian name that people read.
type Named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// AgencyKind says what an agency is.
type AgencyKind string

// Kinds of agencies.
const (
	KindMunicipality  AgencyKind = "municipality"
	KindCPI           AgencyKind = "cpi"
	KindHealthSociety AgencyKind = "health_society" // società della salute (SdS)
	KindHealth        AgencyKind = "health"         // azienda sanitaria (ASL)
	KindSchool        AgencyKind = "school"
	KindProject       AgencyKind = "project" // a project of several public bodies
	KindThirdSector   AgencyKind = "third_sector"
)

// AgencyKinds lists the kinds.
var AgencyKinds = []AgencyKind{KindMunicipality, KindCPI, KindHealthSociety, KindHealth, KindSchool, KindProject, KindThirdSector}

// LegalBasis is on what ground an agency of this kind may be given personal data.
func (k AgencyKind) LegalBasis() LegalBasis {
	if k == KindThirdSector {
		return Consent
	}
	return PublicTask
}

// ActsAs is in what capacity an agency works with the zone.
type ActsAs string

// A processor works for the municipality under a contract, as a co-operative may; who
// is independent decides for itself what it does with what it is given.
const (
	ActsPublicBody      ActsAs = "public_body"
	ActsProcessor       ActsAs = "processor"
	ActsJointController ActsAs = "joint_controller"
	ActsIndependent     ActsAs = "independent"
)

// Agency is an ente that works with the zone.
type Agency struct {
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	Kind  AgencyKind `json:"kind"`
	Phone string     `json:"phone,omitempty"` // of its office, whom mails say to call
	// Answers is the role that answers its referrals; empty: nobody works with Percorso.
	Answers Role `json:"answers,omitempty"`
	// Email is where a partner without accounts gets its one-time links.
	Email string `json:"email,omitempty"`
	// ActsAs is empty where its kind says it.
	ActsAs ActsAs `json:"acts_as,omitempty"`
	Act    string `json:"act,omitempty"`     // by which it does
	ActEnd string `json:"act_end,omitempty"` // its last day, "2027-06-30"; empty: it has none
}

// LegalBasis is on what ground the agency may be given personal data.
func (a Agency) LegalBasis() LegalBasis {
	if a.ActsAs == ActsIndependent || a.ActsAs == "" && a.Kind.LegalBasis() == Consent {
		return Consent
	}
	return PublicTask
}

// Reachable says whether a referral to the agency can be answered: by its staff,
// or through one-time links.
func (a Agency) Reachable() bool { return a.Answers != "" || a.Email != "" }

// ByLink says whether the agency answers through one-time links.
func (a Agency) ByLink() bool { return a.Answers == "" && a.Email != "" }

// RoleHolder is a role of the zone with the agency whose staff have it.
type RoleHolder struct {
	Role   Role   `json:"role"`
	Agency string `json:"agency"`
}

// NeedArea is an area of need. Difficulty says whether it counts as a social or
// a labour difficulty, which the take-over asks for; empty: neither.
type NeedArea struct {
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	Difficulty Difficulty `json:"difficulty,omitempty"`
}

// Difficulty is a kind of difficulty that a take-over is for.
type Difficulty string

// Difficulties, after the action plan.
const (
	DifficultySocial Difficulty = "social"
	DifficultyLabour Difficulty = "labour"
)

// Service is a specialised service of level 2.
type Service struct {
	Code     string    `json:"code"`
	Name     string    `json:"name"`
	Agency   string    `json:"agency"`
	Role     Role      `json:"role"`               // who holds the interview and what follows
	Matters  []string  `json:"matters,omitempty"`  // codes
	Sessions []Session `json:"sessions,omitempty"` // when it receives; none: at any hour of an open day
	Place    Place     `json:"place,omitzero"`     // where; of a service without one the sheets say nothing
}

// Place is where people come, in the words of a sheet for their hand.
type Place struct {
	Name    string `json:"name"` // of the office, neutral: whoever sees it does not learn why one goes there
	Address string `json:"address"`
	Floor   string `json:"floor,omitempty"`
	Way     string `json:"way,omitempty"` // the line and the stop
}

// Bring is what people bring to an appointment about a matter: codes of package slip.
type Bring struct {
	Matter string   `json:"matter"`
	What   []string `json:"what"`
}

// Checking says who read the sentences of a language for sheets, up to an edition of them.
type Checking struct {
	Language string `json:"language"`
	Edition  int    `json:"edition"`
	By       string `json:"by"`
	On       string `json:"on"` // "2026-09-01"
}

// Session is when a service receives, every week on some days. Package agenda counts its places.
type Session struct {
	Days    []Weekday `json:"days"`
	From    string    `json:"from"`
	To      string    `json:"to"`            // or "24:00"
	Seconds int       `json:"seconds"`       // that an appointment lasts
	Places  int       `json:"places"`        // side by side
	PUA     int       `json:"pua,omitempty"` // of these given to the PUA, which come back so many hours before their time
	Release int       `json:"release,omitempty"`
	Mode    string    `json:"mode"`
	Since   string    `json:"since,omitempty"` // "2026-09-01", both included
	Until   string    `json:"until,omitempty"`
	Source  string    `json:"source"`
}

// MatterGate says who may book a matter. What it leaves out is as for the other matters.
type MatterGate struct {
	Matter     string `json:"matter"`                // code
	Citizens   string `json:"citizens,omitempty"`    // whose citizens
	Permit     string `json:"permit,omitempty"`      // what is asked of a third-country national
	PermitFrom int    `json:"permit_from,omitempty"` // the age from which it is asked
	AgeMin     int    `json:"age_min,omitempty"`
	AgeMax     int    `json:"age_max,omitempty"` // included; 0: none
	Source     string `json:"source"`
}

// Partner is a name under which the zone refers people on, with its agency.
type Partner struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
}

// Weekday is a day of the week: mon to sun.
type Weekday string

// Weekdays are the days from Monday; time.Weekday counts from Sunday.
var Weekdays = []Weekday{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Band is a stretch of a weekday in local time: "09:00" to "13:00", its end excluded.
type Band struct {
	Weekday Weekday `json:"weekday"`
	From    string  `json:"from"`
	To      string  `json:"to"`
}

// Desk is the front desk (PUA level 1).
type Desk struct {
	Channels      []Named   `json:"channels"`
	Topics        []Named   `json:"topics"`
	Hours         []Band    `json:"hours"`                    // free access, by weekday and time
	ByAppointment []Weekday `json:"by_appointment,omitempty"` // days on which one is received by appointment alone
	Practices     []Named   `json:"practices,omitempty"`      // that the desk itself helps with
	// OperatorLanguages are spoken by the operators themselves (BCP 47).
	OperatorLanguages []string       `json:"operator_languages"`
	AlwaysPresent     []Presence     `json:"always_present,omitempty"`
	MediatorAccess    MediatorAccess `json:"mediator_access"`
	Mediators         []Mediator     `json:"mediators,omitempty"` // by calendar
	// Link is the role that stays the person's contact (raccordo) in later steps.
	Link Role `json:"link,omitempty"`
	// ConsultAtOnce is called to the desk when social needs come up.
	ConsultAtOnce Role `json:"consult_at_once,omitempty"`
}

// Presence says who is at the desk whenever it is open.
type Presence struct {
	Role     Role     `json:"role"`
	Count    int      `json:"count"`
	Language string   `json:"language,omitempty"`
	For      []string `json:"for,omitempty"`      // codes of areas of need
	InBands  bool     `json:"in_bands,omitempty"` // in bands of each day rather than all day
}

// MediatorAccess says how one gets a mediator.
type MediatorAccess string

// Ways to a mediator.
const (
	MediatorsByCalendar    MediatorAccess = "calendar"
	MediatorsByAppointment MediatorAccess = "appointment"
	MediatorsAsNeeded      MediatorAccess = "as_needed"
)

// Mediator is a mediator's regular presence at the desk.
type Mediator struct {
	Language string `json:"language"` // BCP 47
	Band
}

// Provider gives mediators on request, out of the lots of hours that were bought of it.
type Provider struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Email string `json:"email"` // where its coordinator gets the links
	Phone string `json:"phone,omitempty"`
	Lots  []Lot  `json:"lots"`
}

// Lot is hours of mediation with what they may be used for. Package mediation counts them.
type Lot struct {
	Code      string   `json:"code"` // no other of the zone has it
	Hours     int      `json:"hours"`
	Languages []string `json:"languages"` // with their varieties: "ar-MA"
	Notice    Duration `json:"notice"`    // until when a mediator is called off at no cost
	Unit      int      `json:"unit"`      // minutes: what is begun of one is used
	Modes     []string `json:"modes"`
	Parallel  int      `json:"parallel"`       // mediators at one time
	Ends      string   `json:"ends,omitempty"` // last day
	Source    string   `json:"source"`
}

// SharedAgenda is the agenda that the desk shares with an agency; With is
// empty where the zone has none. Its slots come back every week.
type SharedAgenda struct {
	With  string `json:"with,omitempty"` // code of the agency
	Slots []Band `json:"slots,omitempty"`
}

// Clock is one of a task's two clocks: after Remind its candidates or holder
// are reminded, after Escalate the supervisor is told.
type Clock struct {
	Remind   Duration     `json:"remind"`
	Escalate Duration     `json:"escalate"`
	Kind     DeadlineKind `json:"kind"`
	Source   string       `json:"source"`
}

// TaskRule is a kind of task in the zone. Claim runs from when the task is
// ready (or from the date that it is for) until it is claimed, Complete from
// the claim. Of a referral's answer they are the acknowledgement and the answer.
type TaskRule struct {
	Kind     TaskKind `json:"kind"`
	Role     Role     `json:"role,omitempty"` // empty: the service's, or the addressee's
	Claim    Clock    `json:"claim"`
	Complete Clock    `json:"complete"`
}

// DeadlineKind says how hard a deadline is.
type DeadlineKind string

// A binding deadline comes from a law or a convention, an ordinary one guides
// the work, an internal one is the office's own.
const (
	BindingDeadline  DeadlineKind = "binding"
	OrdinaryDeadline DeadlineKind = "ordinary"
	InternalDeadline DeadlineKind = "internal"
)

// DeadlineKinds lists the kinds.
var DeadlineKinds = []DeadlineKind{BindingDeadline, OrdinaryDeadline, InternalDeadline}

// Deadline is a term of the zone.
type Deadline struct {
	Code     string       `json:"code"`
	Duration Duration     `json:"duration"`
	Kind     DeadlineKind `json:"kind"`
	Source   string       `json:"source"` // where the term comes from
}

// Codes of the deadlines that are not a task's clocks.
const (
	// DeadlineAppointmentReminder is how long before an appointment the person is reminded.
	DeadlineAppointmentReminder = "appointment_reminder"
	// DeadlineRebook is within what time a person who did not come is booked again.
	DeadlineRebook = "no_show_rebook"
	// DeadlineMeasureCheck is how often a labour measure is checked while it runs.
	DeadlineMeasureCheck = "measure_check"
	// DeadlineReviewAfterPlacement and DeadlineReviewAfterService are the rhythms of the reviews, by what came before.
	DeadlineReviewAfterPlacement = "review_after_placement"
	DeadlineReviewAfterService   = "review_after_service"
	// DeadlinePermitWarning is how long before a permit's expiry the path warns.
	DeadlinePermitWarning = "permit_warning"
	// DeadlinePermitReminder and DeadlinePermitAlarm are how long before it the renewal is reminded, and the case stands out.
	DeadlinePermitReminder = "permit_reminder"
	DeadlinePermitAlarm    = "permit_alarm"
	DeadlinePermitReceipt  = "permit_receipt" // how long after a renewal receipt one asks whether the new permit has come
	// DeadlineReviewAfterPlan is the rhythm of the reviews while a plan is active.
	DeadlineReviewAfterPlan = "review_after_plan"
	// DeadlineEquipeAnswer is how long a role of an équipe may stay silent before it is waived or replaced; DeadlineEquipeSignOff the same for a plan's signature.
	DeadlineEquipeAnswer  = "equipe_answer"
	DeadlineEquipeSignOff = "equipe_sign_off"
	// DeadlineGoalEvaluation is how long an evaluation waits for the other agencies.
	DeadlineGoalEvaluation = "goal_evaluation"
	// DeadlinePartnerLink is for how long a partner's one-time link is good.
	DeadlinePartnerLink = "partner_link"
	// For how long an agency sees what it was given, once that has come to an ordinary end; by how
	// much a term is extended without a reason; how long a place is kept for whoever waits for one.
	DeadlineShareAfterEnd, DeadlineExtension, DeadlineWaitingOffer = "share_after_end", "extension_without_reason", "waiting_offer"
	// How long a consult at the desk rings before the supervisor is told; from the end of a home visit until who went is asked whether they are back, and from there until others are told.
	DeadlineConsultCall, DeadlineVisitReturn, DeadlineVisitAlarm = "consult_call", "visit_return", "visit_unanswered"
	// SuspensionOver is the wait of a suspended case for its date. No zone sets it.
	SuspensionOver = "suspension_over"
	// Waits of a case for a day in the life of its person, which no zone sets: the 16th birthday,
	// half a year before the 18th, the date of an action of the plan, and the day on which a permit was granted.
	TurnsSixteen, NearlyAdult, PlanActionDate, PermitGranted = "turns_sixteen", "nearly_adult", "plan_action_date", "permit_granted"
)

// DeadlineCodes lists the codes that every zone sets.
var DeadlineCodes = []string{
	DeadlineAppointmentReminder, DeadlineRebook, DeadlineMeasureCheck,
	DeadlineReviewAfterPlacement, DeadlineReviewAfterService, DeadlineReviewAfterPlan,
	DeadlinePermitWarning, DeadlinePermitReminder, DeadlinePermitAlarm, DeadlinePermitReceipt,
	DeadlineEquipeAnswer, DeadlineEquipeSignOff, DeadlineGoalEvaluation, DeadlinePartnerLink, DeadlineShareAfterEnd, DeadlineExtension, DeadlineConsultCall, DeadlineWaitingOffer, DeadlineVisitReturn, DeadlineVisitAlarm,
}

// NoShowRule says how often a person may miss an appointment before they count
// as not reached.
type NoShowRule struct {
	Attempts int `json:"attempts"`
}

// FollowUpRule is a rhythm of reviews.
type FollowUpRule struct {
	After    Stage  `json:"after"`    // the stage that came before: second_level, equipe or placement
	Deadline string `json:"deadline"` // code of the rhythm
	Reviews  int    `json:"reviews"`  // before each evaluation
}

// RejectReason is why an addressee may reject a referral, with what then is to do.
type RejectReason struct {
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	NextStep NextStep `json:"next_step"`
}

// NextStep is what the sender of a rejected referral should do.
type NextStep string

// Next steps after a rejection.
const (
	NextChooseAnother NextStep = "choose_another" // back to the sender, for another addressee
	NextSupply        NextStep = "supply"         // send again with what was missing
	NextTryLater      NextStep = "try_later"
	NextReachPerson   NextStep = "reach_person" // find the person, then send again
)

// NextSteps lists them.
var NextSteps = []NextStep{NextChooseAnother, NextSupply, NextTryLater, NextReachPerson}

// Outcomes of a closure that every zone's file names.
const (
	OutcomePlaced          = "placed"
	OutcomeNeedsMet        = "needs_met"
	OutcomeMovedAway       = "moved_away"
	OutcomeWithdrew        = "withdrew"
	OutcomeUnreachable     = "unreachable"
	OutcomeNotEligible     = "not_eligible"
	OutcomeOpenedByMistake = "opened_by_mistake"
	OutcomeDeceased        = "deceased"
	OutcomeMerged          = "merged"      // the path goes on in another case file
	OutcomeTransferred     = "transferred" // the path goes on in another zone
)

// ClosureOutcomes lists them.
var ClosureOutcomes = []string{
	OutcomePlaced, OutcomeNeedsMet, OutcomeMovedAway, OutcomeWithdrew,
	OutcomeUnreachable, OutcomeNotEligible, OutcomeOpenedByMistake, OutcomeDeceased,
	OutcomeMerged, OutcomeTransferred,
}

// ChosenOutcome says whether people may choose a closure outcome: a merge and a
// transfer have operations of their own.
func ChosenOutcome(code string) bool { return code != OutcomeMerged && code != OutcomeTransferred }

// PatronSaint is the town's own holiday.
type PatronSaint struct {
	Day  string `json:"day"` // "12-26": month and day
	Name string `json:"name"`
}

// OfficeClosure is a stretch of days on which the offices are closed, both included.
type OfficeClosure struct {
	From string `json:"from"` // "2026-08-14"
	To   string `json:"to"`
	Name string `json:"name"`
}

// Target is a figure to report against in the project's period, never a gate.
type Target struct {
	TakeOvers int    `json:"take_overs"`
	From      string `json:"from"` // "2018-10-02"
	To        string `json:"to"`
}

// Figure is a fact of the zone that reports quote.
type Figure struct {
	Code  string  `json:"code"`
	Value float64 `json:"value"`
	Note  string  `json:"note,omitempty"`
}

// Activity is a line of the action plan's schedule.
type Activity struct {
	Code    string   `json:"code"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Outputs []string `json:"outputs"` // codes of what is counted
}

// find gives the first item that a test accepts.
func find[T any](items []T, is func(T) bool) (item T, ok bool) {
	if i := slices.IndexFunc(items, is); i >= 0 {
		return items[i], true
	}
	return item, false
}

// Agency finds an agency by its code.
func (p Policy) Agency(code string) (Agency, bool) {
	return find(p.Agencies, func(a Agency) bool { return a.Code == code })
}

// CPI is the code of the zone's employment centre.
func (p Policy) CPI() string {
	a, _ := find(p.Agencies, func(a Agency) bool { return a.Kind == KindCPI })
	return a.Code
}

// HasRole says whether the zone has a role.
func (p Policy) HasRole(role Role) bool { return p.RoleAgency(role) != "" }

// RoleAgency is the agency whose staff have a role; empty where nobody has it.
func (p Policy) RoleAgency(role Role) string {
	h, _ := find(p.Roles, func(h RoleHolder) bool { return h.Role == role })
	return h.Agency
}

// Service finds a level-2 service by its code.
func (p Policy) Service(code string) (Service, bool) {
	return find(p.Services, func(s Service) bool { return s.Code == code })
}

// Partner finds a partner by its code.
func (p Policy) Partner(code string) (Partner, bool) {
	return find(p.Partners, func(q Partner) bool { return q.Code == code })
}

// Task finds the rule of a kind of task.
func (p Policy) Task(kind TaskKind) (TaskRule, bool) {
	return find(p.Tasks, func(t TaskRule) bool { return t.Kind == kind })
}

// Difficult says whether one of the needs is a difficulty of a kind.
func (p Policy) Difficult(needs []Code, kind Difficulty) bool {
	return slices.ContainsFunc(p.Needs, func(a NeedArea) bool {
		return a.Difficulty == kind && slices.Contains(needs, Code(a.Code))
	})
}

// Deadline finds a deadline by its code.
func (p Policy) Deadline(code string) (Deadline, bool) {
	return find(p.Deadlines, func(d Deadline) bool { return d.Code == code })
}

// NoShowAttempts is how many appointments a person may miss without a good
// reason before they count as not reached; at least 1.
func (p Policy) NoShowAttempts() int { return max(1, p.NoShow.Attempts) }

// NeedAreas resolves codes of areas; it leaves out those that the zone has not.
func (p Policy) NeedAreas(codes []string) []NeedArea {
	var areas []NeedArea
	for _, code := range codes {
		if a, ok := find(p.Needs, func(a NeedArea) bool { return a.Code == code }); ok {
			areas = append(areas, a)
		}
	}
	return areas
}

// RejectReason finds a reason to reject a referral by its code.
func (p Policy) RejectReason(code string) (RejectReason, bool) {
	return find(p.RejectReasons, func(r RejectReason) bool { return r.Code == code })
}

// ByCode finds an entry of one of the policy's lists: ByCode(p.Measures, "training").
func ByCode(list []Named, code string) (Named, bool) {
	return find(list, func(n Named) bool { return n.Code == code })
}
