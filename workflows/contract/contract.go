// Package contract is what the processes, those who start them and those who
// write their steps agree on: names, ids and payloads. It is a leaf, so that
// the API can speak to a process without importing it.
//
// Everything here crosses Temporal: it holds opaque ids, codes and times,
// never an identity or free text.
package contract

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
)

// TaskQueue is where the workers of Percorso listen.
const TaskQueue = "percorso"

// WorkflowTaskTimeout is how long a worker may keep a run's workflow task: a
// worker that is killed in the middle of one costs that run so much. A step
// takes milliseconds; where Postgres keeps it waiting, the SDK asks for more time.
const WorkflowTaskTimeout = 2 * time.Second

// The messages that every process takes.
const (
	// Work is the update that brings a command of a person to its run; its
	// update id is the command's id, its answer a Result.
	Work = "work"
	// Wake is the signal that brings an entry that needs no answer.
	Wake = "wake"
)

// Workflow types by kind of run. A type is its function's name.
const (
	CasePath    = "CasePath"
	SecondLevel = "SecondLevel"
	Equipe      = "Equipe"
	Placement   = "Placement"
	Referral    = "Referral"
	FollowUp    = "FollowUp"
	Transfer    = "Transfer"
)

// WorkflowType gives the workflow type of a kind of run.
func WorkflowType(kind care.RunKind) string {
	switch kind {
	case care.RunCase:
		return CasePath
	case care.RunService:
		return SecondLevel
	case care.RunEquipe:
		return Equipe
	case care.RunPlacement:
		return Placement
	case care.RunReferral:
		return Referral
	case care.RunFollowUp:
		return FollowUp
	case care.RunTransfer:
		return Transfer
	}
	return ""
}

// RunID builds the id of a run, which is also its workflow id.
func RunID(kind care.RunKind, id string) string { return string(kind) + "/" + id }

// KindOf reads the kind of a run from its id.
func KindOf(run string) care.RunKind {
	kind, _, _ := strings.Cut(run, "/")
	return care.RunKind(kind)
}

// BareID is the opaque part of a run's id.
func BareID(run string) string {
	_, id, _ := strings.Cut(run, "/")
	return id
}

// space is the name space of derived ids.
var space = uuid.MustParse("b7a6e6c0-3f0e-5d1c-9a53-7065726f7273")

// DerivedID gives the id of what a run opens at a step: the same run and step
// give the same id whoever computes it and however often.
func DerivedID(run, step string) string {
	return uuid.NewSHA1(space, []byte(run+"\x00"+step)).String()
}

// Start is the input of every process.
type Start struct {
	Run   string `json:"run"`
	Case  string `json:"case"`  // id of the case's own run
	Epoch int    `json:"epoch"` // fences an older cluster that comes back
	// Reopen says that the run has ended and is to be worked again, if somebody
	// asked for that: its epoch is then the next one.
	Reopen bool `json:"reopen,omitempty"`
}

// Entry is one entry of a run's inbox, as the process sees it.
type Entry struct {
	ID     string      `json:"id"`               // of the command, or derived for a clock
	Target string      `json:"target,omitempty"` // id of the task or referral; empty: the run itself
	Answer care.Answer `json:"answer"`
}

// Bounced is the entry that tells a run that a mail about it came back: the
// same one, whoever reports it and however often.
func Bounced(run, mail string) Entry {
	return Entry{ID: DerivedID(run, "bounce/"+mail), Answer: care.Answer{Operation: care.OpMailBounced}}
}

// Result is what became of an entry.
type Result struct {
	Refusal  string `json:"refusal,omitempty"` // a code of care's refusals; empty: worked
	Revision int    `json:"revision,omitempty"`
}

// Step is all that one step of a run writes, in one transaction.
type Step struct {
	Run      string        `json:"run"`
	Case     string        `json:"case"`
	Epoch    int           `json:"epoch"`
	Revision int           `json:"revision"` // that the run stands at, before the step
	Entry    Entry         `json:"entry"`
	Taken    bool          `json:"taken"` // the path awaited the entry; else it is refused under lock
	At       time.Time     `json:"at"`
	State    care.RunState `json:"state"` // after the step
	Effects  Effects       `json:"effects"`
}

// Effects is what a step does to the records, in the order of the path.
type Effects struct {
	Tasks        []TaskChange        `json:"tasks,omitempty"`
	Referrals    []ReferralChange    `json:"referrals,omitempty"`
	Appointments []AppointmentChange `json:"appointments,omitempty"`
	Equipe       *EquipeChange       `json:"equipe,omitempty"`
	Seats        []SeatChange        `json:"seats,omitempty"`
	Plan         *PlanChange         `json:"plan,omitempty"`
	Tell         []Message           `json:"tell,omitempty"`
	Waits        []Wait              `json:"waits,omitempty"`
	Stage        care.Stage          `json:"stage,omitempty"`   // of the case
	Ending       string              `json:"ending,omitempty"`  // the run's outcome: it is over
	Closure      string              `json:"closure,omitempty"` // the case's coded outcome
	Handover     *Handover           `json:"handover,omitempty"`
	MergeInto    string              `json:"merge_into,omitempty"` // id of the case's run that the case's records and branches go to
}

// Empty says whether the step changes no record.
func (e Effects) Empty() bool {
	return len(e.Tasks)+len(e.Referrals)+len(e.Appointments)+len(e.Seats)+len(e.Tell)+len(e.Waits) == 0 &&
		e.Equipe == nil && e.Plan == nil && e.Stage == "" && e.Ending == "" && e.Closure == ""
}

// TaskChange opens a task (State ready), reserves it for who acted, or ends it.
type TaskChange struct {
	ID       string         `json:"id"`
	State    care.TaskState `json:"state"`
	Kind     care.TaskKind  `json:"kind,omitempty"`
	Role     care.Role      `json:"role,omitempty"`   // empty: the service's, else as the zone says for the kind
	Agency   string         `json:"agency,omitempty"` // empty: the role's agency in the zone
	Service  string         `json:"service,omitempty"`
	Referral string         `json:"referral,omitempty"`
	Outcome  string         `json:"outcome,omitempty"`
	From     *time.Time     `json:"from,omitempty"` // when its clocks begin; nil: now
	Zone     string         `json:"zone,omitempty"` // whose task it is; empty: the case's
	// Like names an earlier task: who held it holds this one.
	Like string `json:"like,omitempty"`
}

// ReferralChange creates a referral (State requested) or moves it.
type ReferralChange struct {
	ID     string             `json:"id"`
	State  care.ReferralState `json:"state"`
	Agency string             `json:"agency,omitempty"` // the addressee, of a new one
	From   string             `json:"from,omitempty"`   // the redirected one that a new one continues
	Reason string             `json:"reason,omitempty"`
	// Purpose is the area of need that a new one is for; empty: as a whole.
	Purpose string `json:"purpose,omitempty"`
}

// EquipeChange records why an équipe is convened.
type EquipeChange struct {
	Kind   care.EquipeKind `json:"kind"`
	Reason string          `json:"reason,omitempty"` // how what sent the case back ended
}

// SeatChange makes a seat of an équipe (State invited), or moves it. What who
// acted wrote as its reasons is kept with it.
type SeatChange struct {
	ID        string         `json:"id"`
	Role      care.Role      `json:"role,omitempty"`
	Agency    string         `json:"agency,omitempty"`
	State     care.SeatState `json:"state,omitempty"`
	Opinion   string         `json:"opinion,omitempty"`
	Signature string         `json:"signature,omitempty"` // signed, dissenting, or waived
}

// PlanChange moves a version of the case's plan. A draft begins as a copy of the
// active version; what is proposed is the content of the draft's form; a version
// that becomes active takes the place of the one before.
type PlanChange struct {
	ID    string         `json:"id"`
	State care.PlanState `json:"state"`
}

// Handover opens the case file in another zone, with what that zone may see,
// and ends the old zone's access.
type Handover struct {
	Zone  string     `json:"zone"`
	Run   string     `json:"run"`   // of the new case
	Stage care.Stage `json:"stage"` // at which it goes on
}

// AppointmentChange books an appointment or moves its state.
type AppointmentChange struct {
	ID      string                `json:"id"`
	State   care.AppointmentState `json:"state"`
	Service string                `json:"service,omitempty"`
	Matter  string                `json:"matter,omitempty"`
	At      time.Time             `json:"at,omitzero"` // zero: as it was
}

// Message is an entry for another run's inbox, written with the step and
// delivered by the outbox. An open message starts the run.
type Message struct {
	Run    string      `json:"run"`
	Answer care.Answer `json:"answer"`
}

// Wait is a time that the path waits for: the zone's deadline of that code.
type Wait struct {
	Step     string     `json:"step"`
	Deadline string     `json:"deadline"`
	At       *time.Time `json:"at,omitempty"` // an absolute time, in place of a deadline counted from now
}

// Verdict says what the store made of a step.
type Verdict string

// Verdicts of a step.
const (
	Recorded Verdict = "recorded"
	Refused  Verdict = "refused" // durably, with a code
	Known    Verdict = "known"   // worked earlier; its stored result comes back
	Behind   Verdict = "behind"  // Postgres is ahead of the run: take its state and work the entry again
	Fenced   Verdict = "fenced"  // a newer epoch owns the run
	Idle     Verdict = "idle"    // a clock fired and found nothing due
)

// StepResult is the store's answer to a step, and to a load.
type StepResult struct {
	Verdict  Verdict         `json:"verdict"`
	Result   Result          `json:"result"`
	Revision int             `json:"revision"`
	Epoch    int             `json:"epoch"`
	NextDue  *time.Time      `json:"next_due,omitempty"` // the earliest clock of the run
	Waits    []care.OpenStep `json:"waits,omitempty"`    // waits of the step with their computed times
	State    *care.RunState  `json:"state,omitempty"`    // where the run's own is not Postgres's
	Policy   *care.Policy    `json:"policy,omitempty"`   // on load, and when renewed
	Ended    bool            `json:"ended,omitempty"`    // the run is over in Postgres
}
