package care

import (
	"fmt"
	"time"
)

// Code is a word of a closed list: of the code's own, or of the zone's policy. It
// is all that a process may be given where people write.
type Code string

// Codes makes codes of words.
func Codes(words []string) []Code {
	var codes []Code
	for _, w := range words {
		codes = append(codes, Code(w))
	}
	return codes
}

// Operation is what a command asks or an entry reports.
type Operation string

// Operations that move a path go through its process.
const (
	OpOpen          Operation = "open"        // begins a run
	OpComplete      Operation = "complete"    // a task, with its form
	OpAcknowledge   Operation = "acknowledge" // a referral: seen, not yet a yes
	OpAccept        Operation = "accept"
	OpReject        Operation = "reject"
	OpHold          Operation = "hold" // asks the sender for more
	OpSupply        Operation = "supply"
	OpRedirect      Operation = "redirect"
	OpWithdraw      Operation = "withdraw"
	OpBook          Operation = "book"         // another level-2 service
	OpSendToCPI     Operation = "send_to_cpi"  // starts a placement
	OpConvene       Operation = "convene"      // an équipe
	OpPlanMeeting   Operation = "plan_meeting" // of an équipe, or moves or calls off the one that is planned
	OpMinutes       Operation = "minutes"      // of an équipe's meeting, with the opinions given there
	OpRefer         Operation = "refer"        // the person to a partner
	OpMeet          Operation = "meet"         // a valid meeting with the person was held, by any agency
	OpConsent       Operation = "consent"      // the person consents to a private partner being given what a purpose needs
	OpUnconsent     Operation = "withdraw_consent"
	OpPermit        Operation = "permit"         // a renewal receipt or a new permit was shown
	OpSuspend       Operation = "suspend"        // a case, until a date
	OpResume        Operation = "resume"         // a suspended case, before its date
	OpTransfer      Operation = "transfer"       // asks another zone to take the case over
	OpRecall        Operation = "recall"         // takes back what another zone was asked
	OpMerge         Operation = "merge"          // a second case file of the same person into the one that stays
	OpCorrect       Operation = "correct_person" // their data, with what was there before
	OpVouch         Operation = "vouch"          // a second person confirms that two files are of one person
	OpMistake       Operation = "mistake"        // somebody says that a closure was a mistake
	OpUndo          Operation = "undo"           // somebody else confirms it, which takes the closure back
	OpProtect       Operation = "protect"        // she is known to named keepers alone from now on
	OpNameKeeper    Operation = "name_keeper"    // one more who may know of her
	OpDismissKeeper Operation = "dismiss_keeper" // who need not know of her any more
	OpAskLifting    Operation = "ask_lifting"    // a keeper asks that she be protected no longer
	OpLift          Operation = "lift"           // another keeper does it
	OpAdopt         Operation = "adopt"          // the case that stays takes over the branches of the merged one
	OpReopen        Operation = "reopen"         // a closed case
	OpClose         Operation = "close"          // a case, early, from any stage
	OpMoveMeeting   Operation = "move_appointment"
	OpCancelMeeting Operation = "cancel_appointment"
	OpRenewPolicy   Operation = "renew_policy" // a supervisor brings the zone's new rules to an open run
	OpReport        Operation = "report"       // a sub-process tells its case how it ended
	OpEnd           Operation = "end"          // a case ends a branch
	OpMailBounced   Operation = "mail_bounced" // a mail came back
	OpClock         Operation = "clock"        // a deadline fell due
	OpNewCourse     Operation = "new_course"   // operations bring an open run to a newer course
)

// Operations that assign work are plain transactions on the task's row.
const (
	OpClaim, OpRelease                 Operation = "claim", "release"
	OpReassign                         Operation = "reassign"                          // to another role, by the supervisor
	OpExtend                           Operation = "extend"                            // more time, by the supervisor
	OpRemind                           Operation = "remind"                            // a reminder now, by the supervisor
	OpContact, OpAmend, OpNoteReferral Operation = "contact", "amend", "note_referral" // records a contact at the desk; corrects what was written; adds a note to a referral that was sent
	OpProgress, OpArrive               Operation = "progress", "arrive"                // how an action of the plan comes along; the person of an appointment is here
	OpRetryEntry, OpRefuseEntry        Operation = "retry_entry", "refuse_entry"       // an accepted entry that cannot be worked, by the supervisor
	OpTellTakeOver, OpWorkProfile      Operation = "tell_take_over", "work_profile"    // how the person was told that they are taken over; what is known of their work
	OpAddDate, OpMoveDate, OpEndDate   Operation = "add_date", "move_date", "end_date" // a day after which something is lost; that it is another; that it is over
	OpElsewhere                        Operation = "number_elsewhere"                  // a number under which the person is known in another system
	OpNameLead, OpAddNeed, OpEndNeed   Operation = "name_lead", "add_need", "end_need" // who follows the case for their agency before the colleagues; a need that is found outside of an assessment, or over
)

// Booking asks for an appointment with a level-2 service.
type Booking struct {
	Service Code      `json:"service" doc:"Code of a level-2 service of the zone"`
	Matter  Code      `json:"matter,omitempty" doc:"Code of the matter, where the service has some"`
	At      time.Time `json:"at" doc:"When, with its offset"`
}

// AreaFinding is what an assessment says of one area of need.
type AreaFinding struct {
	Area   string `json:"area" doc:"Code of an area of need"`
	Need   string `json:"need" enum:"none,some,serious" doc:"How serious the need is"`
	Note   string `json:"note,omitempty" maxLength:"4000" doc:"Free text; never leaves the record"`
	Circle string `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads the note; left out: who reads the rest"`
}

// Completion is the form that completes a task. Which fields count is said by
// the outcome's row in completion.Forms.
type Completion struct {
	Outcome        string        `json:"outcome" doc:"Code of an outcome of the task's kind"`
	Reason         string        `json:"reason,omitempty"`
	Needs          []string      `json:"needs,omitempty"`
	Areas          []AreaFinding `json:"areas,omitempty"`
	Bookings       []Booking     `json:"bookings,omitempty"`
	Beyond         string        `json:"beyond,omitempty" enum:"urgent,deadline,is_here,agreed,other" doc:"Why the appointments have places although there are none, as in a booking"`
	At             *time.Time    `json:"at,omitempty"`
	Until          *time.Time    `json:"until,omitempty"`
	Matter         string        `json:"matter,omitempty"`
	Measure        string        `json:"measure,omitempty"`
	Enterprise     string        `json:"enterprise,omitempty" maxLength:"200"`
	ClosureOutcome string        `json:"closure_outcome,omitempty"`
	Plan           *PlanForm     `json:"plan,omitempty" doc:"The plan that a draft proposes"`
	Goals          []GoalFinding `json:"goals,omitempty" doc:"What the evaluation says of each goal"`
	Stage          Stage         `json:"stage,omitempty" doc:"Where an accepted transfer goes on"`
	Permit         string        `json:"permit,omitempty" doc:"Kind of the new permit"`
	PermitExpiry   *Date         `json:"permit_expiry,omitempty" format:"date" doc:"Last day of the new permit"`
	Consent        bool          `json:"consent,omitempty" doc:"As consents, where one private agency alone is to be asked for"`
	Consents       []string      `json:"consents,omitempty" doc:"Codes of the private agencies that the person consents to be told by this"`
	LeftOut        []string      `json:"left_out,omitempty" doc:"Codes of the private agencies to which the person says no: a plan goes on without sending them there, an équipe without showing them anything"`
	Interpreted    string        `json:"interpreted,omitempty" doc:"Who interpreted in the conversation: not_needed, mediator, colleague, relative (or a friend, of age), telephone. A child never does"`
	Late           int           `json:"late,omitempty" doc:"How many minutes after the hour the person came; who comes late is no absence"`
	Note           string        `json:"note,omitempty" maxLength:"4000" doc:"Free text; never leaves the record"`
	Circle         string        `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads what is written, where the kind of task leaves the choice"`
}

// Answer is what a person decided, in codes and times alone: all that a
// process ever learns of a command. It never holds free text or identities.
type Answer struct {
	Operation Operation  `json:"op"`
	Outcome   Code       `json:"outcome,omitempty"`
	Reason    Code       `json:"reason,omitempty"`
	Service   Code       `json:"service,omitempty"`
	Matter    Code       `json:"matter,omitempty"`
	Measure   Code       `json:"measure,omitempty"`
	Agency    Code       `json:"agency,omitempty"`
	Zone      Code       `json:"zone,omitempty"`     // that a transfer goes to
	Stage     Stage      `json:"stage,omitempty"`    // at which a path begins that does not begin at the desk
	Equipe    EquipeKind `json:"equipe,omitempty"`   //
	Needs     []Code     `json:"needs,omitempty"`    // codes of areas
	Routes    []Code     `json:"routes,omitempty"`   // agencies that the plan sends the person to
	Agencies  []Code     `json:"agencies,omitempty"` // that have a part in the plan
	LeftOut   []Code     `json:"left_out,omitempty"` // to which the person said no
	Votes     []Vote     `json:"votes,omitempty"`    // of an équipe's meeting
	Runs      []string   `json:"runs,omitempty"`     // that a case takes over
	Bookings  []Booking  `json:"bookings,omitempty"`
	At        *time.Time `json:"at,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Run       string     `json:"run,omitempty"`     // the run that reports
	Case      string     `json:"case,omitempty"`    // the case that a run serves, or that a merge keeps
	Subject   string     `json:"subject,omitempty"` // the appointment that a service run is about
	Course    int        `json:"course,omitempty"`  // that a run is brought to
}

// WithdrawnFrom says whether the person withdraws what an agency was given by consent:
// from all agencies, or from this one.
func (a Answer) WithdrawnFrom(agency string) bool {
	return a.Operation == OpUnconsent && (a.Agency == "" || string(a.Agency) == agency)
}

// Dates lists the dates of a completion, which mean what the kind of task makes of them.
func (c Completion) Dates(kind TaskKind) []Dated {
	at := AppointmentTime
	if kind == PermitRenewal {
		at = ReceiptDay
	}
	dates := append(BookingDates(c.Bookings), Dated{"at", at, c.At}, Dated{"until", MeasureEnd, c.Until}, Dated{"permit_expiry", NewPermitLastDay, c.PermitExpiry.Time()})
	if c.Plan != nil {
		dates = append(dates, c.Plan.dates()...)
	}
	return dates
}

// BookingDates lists when the appointments are that a form books.
func BookingDates(bookings []Booking) (dates []Dated) {
	for i, b := range bookings {
		dates = append(dates, Dated{fmt.Sprintf("bookings[%d].at", i), AppointmentTime, Given(b.At)})
	}
	return dates
}

// Answer strips a completion to its codes.
func (c Completion) Answer() Answer {
	a := Answer{
		Operation: OpComplete, Outcome: Code(c.Outcome), Reason: Code(c.Reason), Bookings: c.Bookings,
		At: c.At, Until: c.Until, Matter: Code(c.Matter), Measure: Code(c.Measure),
	}
	a.Needs, a.Stage, a.LeftOut = Codes(c.Needs), c.Stage, Codes(c.LeftOut)
	if c.ClosureOutcome != "" {
		a.Reason = Code(c.ClosureOutcome)
	}
	if c.Plan != nil {
		a.Routes, a.Agencies = Codes(c.Plan.Routes()), Codes(c.Plan.Agencies())
	}
	return a
}
