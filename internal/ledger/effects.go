package ledger

import (
	"time"

	"percorso/internal/care"
)

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
	Ending       care.Code           `json:"ending,omitempty"`  // the run's outcome: it is over
	Closure      care.Code           `json:"closure,omitempty"` // the case's coded outcome
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
	Agency   care.Code      `json:"agency,omitempty"` // empty: the role's agency in the zone
	Service  care.Code      `json:"service,omitempty"`
	Referral string         `json:"referral,omitempty"`
	Outcome  care.Code      `json:"outcome,omitempty"`
	Reason   care.Code      `json:"reason,omitempty"` // why somebody is to decide what is next
	From     *time.Time     `json:"from,omitempty"`   // when its clocks begin; nil: now
	Zone     care.Code      `json:"zone,omitempty"`   // whose task it is; empty: the case's
	// Like names an earlier task: who held it holds this one.
	Like string `json:"like,omitempty"`
	// Cannot names earlier invitations to a seat of an équipe, whose holders cannot come.
	// Where its role has nobody else, the invitation ends as it opens, and its run is told.
	Cannot []string `json:"cannot,omitempty"`
}

// ReferralChange creates a referral (State requested) or moves it.
type ReferralChange struct {
	ID     string             `json:"id"`
	State  care.ReferralState `json:"state"`
	Agency care.Code          `json:"agency,omitempty"` // the addressee, of a new one
	From   string             `json:"from,omitempty"`   // the redirected one that a new one continues
	Reason care.Code          `json:"reason,omitempty"`
	// Purpose is the area of need that a new one is for; empty: as a whole.
	Purpose care.Code `json:"purpose,omitempty"`
}

// EquipeChange records why an équipe is convened.
type EquipeChange struct {
	Kind   care.EquipeKind `json:"kind"`
	Reason care.Code       `json:"reason,omitempty"` // how what sent the case back ended
}

// SeatChange makes a seat of an équipe (State invited), or moves it. What who
// acted wrote as its reasons is kept with it.
type SeatChange struct {
	ID        string         `json:"id"`
	Role      care.Role      `json:"role,omitempty"`
	Agency    care.Code      `json:"agency,omitempty"`
	State     care.SeatState `json:"state,omitempty"`
	Opinion   care.Code      `json:"opinion,omitempty"`
	Signature care.Code      `json:"signature,omitempty"` // signed, dissenting, waived, or tacit
	Reported  bool           `json:"reported,omitempty"`  // minutes say so, and the seat has yet to confirm it
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
	Zone  care.Code  `json:"zone"`
	Run   string     `json:"run"`   // of the new case
	Stage care.Stage `json:"stage"` // at which it goes on
}

// AppointmentChange books an appointment or moves its state.
type AppointmentChange struct {
	ID      string                `json:"id"`
	State   care.AppointmentState `json:"state"` // empty: as it was
	Service care.Code             `json:"service,omitempty"`
	Matter  care.Code             `json:"matter,omitempty"`
	At      time.Time             `json:"at,omitzero"` // zero: as it was
}

// Message is what a step leaves for another run: written with the step, an entry
// of that run's inbox from then on, and brought to it by the relay. One that
// opens a run starts it.
type Message struct {
	Run    string      `json:"run"`
	Answer care.Answer `json:"answer"`
}

// Wait is a time that the path waits for: the zone's deadline of that code.
type Wait struct {
	Point    string     `json:"step"`
	Deadline string     `json:"deadline"`
	At       *time.Time `json:"at,omitempty"` // an absolute time, in place of a deadline counted from now
}
