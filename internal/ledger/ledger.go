// Package ledger is the language in which Percorso is written down: ids, commands,
// entries, the steps of a run with their effects, and the lists that people read.
//
// It is a leaf, and stores nothing itself: package postgres does, the processes
// write their steps through activities, and the API reads through interfaces of
// its own. A command of a person becomes an entry of a run's inbox; the run
// answers it with a step; the step's effects are what the records then say.
package ledger

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/crossing"
	"percorso/internal/finding"
	"percorso/internal/health"
	"percorso/internal/kin"
	"percorso/internal/names"
	"percorso/internal/papers"
	"percorso/internal/privacy"
	"percorso/internal/reach"
	"percorso/internal/sole"
	"percorso/internal/speech"
	"percorso/internal/undoing"
	"percorso/internal/working"
)

// Errors that callers tell apart.
var (
	// ErrNotFound: there is no such thing, or the caller may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrKeyReused: the idempotency key was used with another body.
	ErrKeyReused = errors.New("idempotency key reused with another body")
	// ErrNoKey: there is no idempotency key, or none that can be one.
	ErrNoKey = errors.New("no idempotency key")
	// ErrForbidden: role, zone or agency do not allow it.
	ErrForbidden = errors.New("forbidden")
	// ErrCursor: the cursor is broken, or of another list or choice.
	ErrCursor = errors.New("cursor of no page of this list")
)

// Page is one page of a list; Next is empty on the last.
type Page[T any] struct {
	Items []T
	Next  string
}

// Paging asks for a page: at most Limit (1 to 100; 0 means 25) after Cursor.
type Paging struct {
	Limit  int
	Cursor string // opaque, from Page.Next of the same list with the same filter
}

// Person is a person as the record knows them.
type Person struct {
	ID           string     `db:"id" json:"id"`
	GivenName    string     `db:"given_name" json:"given_name"`
	FamilyName   string     `db:"family_name" json:"family_name"`
	BirthDate    time.Time  `db:"birth_date" json:"birth_date"`
	Citizenship  string     `db:"citizenship" json:"citizenship"` // ISO 3166 alpha-2
	Permit       string     `db:"permit" json:"permit"`           // kind code; empty: not shown
	PermitExpiry *time.Time `db:"permit_expiry" json:"permit_expiry"`
	Receipt      *time.Time `db:"receipt_on" json:"receipt_on,omitempty"` // day of the receipt of a request for renewal
	Languages    []string   `db:"languages" json:"languages"`             // BCP 47
	Phone        string     `db:"phone" json:"phone"`

	YearOnly      bool           `db:"birth_year_only" json:"birth_year_only,omitempty"` // of the day of birth the year alone is known; it is kept as its 1 January
	Email         string         `db:"email" json:"email,omitempty"`
	Municipality  string         `db:"municipality" json:"municipality,omitempty"` // where the person lives
	Address       string         `db:"address" json:"address,omitempty"`
	Contacts      []reach.Way    `db:"contacts" json:"contacts,omitempty"`               // Reached are all of them
	NoSafeContact bool           `db:"no_safe_contact" json:"no_safe_contact,omitempty"` // there is no safe way to reach them
	FiscalCode    string         `db:"fiscal_code" json:"fiscal_code,omitempty"`         // codice fiscale, as fiscal.Clean leaves it
	Linked        []kin.Linked   `db:"linked" json:"linked,omitempty"`                   // who belongs to them, also who must not be told
	Reads         []string       `db:"reads" json:"reads,omitempty"`                     // BCP 47
	Speech        []string       `db:"speech" json:"speech,omitempty"`                   // how they communicate, of speech.Ways
	NoAbode       bool           `db:"no_abode" json:"no_abode,omitempty"`               // they have no home
	Papers        []papers.Paper `db:"papers" json:"papers,omitempty"`                   // documents that they have shown
	Version       int            `db:"version" json:"-"`                                 // grows with each change of what can be corrected
}

// Reached are all ways of reaching a person.
func (p Person) Reached() []reach.Way { return reach.All(p.Contacts, p.Phone, p.Email) }

// ReachedBy is the person with these ways of reaching them. The number and the address that
// stand alone are the first that may be called or written to, so that code which knows no
// more proposes no other; none, where there is no safe one.
func (p Person) ReachedBy(list []reach.Way) Person {
	p.Contacts, p.Phone, p.Email = list, "", ""
	if !p.NoSafeContact {
		p.Phone, p.Email = reach.First(list, reach.Phone), reach.First(list, reach.Email)
	}
	return p
}

// SetAside is what a merge did not choose of the data of a person.
type SetAside struct {
	Values map[string]string `db:"value" json:"values" doc:"By the fields of person_data"`
	From   string            `db:"from_number" json:"from" doc:"Number of the case file that had it"`
	At     time.Time         `db:"at" json:"at" doc:"When the files were merged"`
	ByName string            `db:"by_name" json:"by_name"`
}

// Correction is what was corrected in a field of a person's data.
type Correction struct {
	At     time.Time `db:"at" json:"at"`
	Field  string    `db:"field" json:"field" doc:"By the fields of the form"`
	Old    string    `db:"old" json:"old" doc:"What was there; empty: nothing. Languages have a blank between them"`
	New    string    `db:"new" json:"new"`
	Why    string    `db:"why" json:"why"`
	ByName string    `db:"by_name" json:"by_name"`
	ByRole care.Role `db:"by_role" json:"by_role"`
}

// CaseOpening is the desk's form that opens a case file.
type CaseOpening struct {
	Person        Person
	Needs         []string
	Channel       string
	Topic         string
	NoticeGiven   bool // the privacy notice (informativa) was given
	NoticeVersion string
	Note          string
	ContactID     string // the contact it grows from, if any
	AnotherPerson bool   `json:",omitempty"` // the person is none of those whose files were offered
	privacy.Notice
}

// NewContact is the desk's form of a contact.
type NewContact struct {
	Topic       string
	Language    string
	Channel     string
	Citizenship string // may be unknown
	Outcome     string // information, consultation
	Note        string
}

// Contact is a contact at the desk. It names nobody.
type Contact struct {
	ID          string    `db:"id"`
	Topic       string    `db:"topic"`
	Language    string    `db:"language"`
	Channel     string    `db:"channel"`
	Citizenship string    `db:"citizenship"`
	Outcome     string    `db:"outcome"`
	Note        string    `db:"note"`
	CaseID      string    `db:"case_id"`
	At          time.Time `db:"at"`
}

// Task is a task in a list.
type Task struct {
	ID         string         `db:"id"`
	Run        string         `db:"run_id"`
	CaseID     string         `db:"case_id"`
	CaseNumber string         `db:"case_number"` // what people call the case, e.g. PO-2026-00012
	Person     string         `db:"person"`      // name; empty where the caller may not know it
	Kind       care.TaskKind  `db:"kind"`
	State      care.TaskState `db:"state"`
	Role       care.Role      `db:"role"`
	Agency     string         `db:"agency"`
	Service    string         `db:"service"`
	ReferralID string         `db:"referral_id"`
	Reason     string         `db:"reason"` // why somebody is to decide what is next: how what came before ended
	HolderID   string         `db:"holder_id"`
	HolderName string         `db:"holder_name"`
	HolderRole care.Role      `db:"holder_role"`
	Proposer   string         `db:"proposer"`    // identity of who proposed the closure that it is to approve
	HolderGone bool           `db:"holder_gone"` // they have left, or work elsewhere
	FirstID    string         `db:"first_id"`    // to whom it comes first, who follows the case; empty: to all of its role
	FirstName  string         `db:"first_name"`
	Stamp      string         `db:"stamp"` // changes with who does it, and by when
	Outcome    string         `db:"outcome"`
	Ready      time.Time      `db:"ready_at"`
	Due        *time.Time     `db:"due_at"` // when the supervisor is told: to claim while ready, to complete while reserved
	Reminders  int            `db:"reminders"`
	Escalated  bool           `db:"escalated"`     // it is late, and somebody was told so
	LateSince  *time.Time     `db:"late_since"`    // the first term of the task that passed; stays, whoever takes it and whatever term is set
	Suspended  bool           `db:"suspended"`     // with its case: its clocks stand still, and it is due at no time
	Answered   bool           `db:"answered"`      // an accepted answer to it is on its way: until that is worked or refused, nobody may do anything with it
	AwayUntil  *time.Time     `db:"away_until"`    // last day on which who holds it is away; nil: they are there
	StandsID   string         `db:"substitute_id"` // who works it meanwhile; empty: whoever has its role
	StandsName string         `db:"substitute_name"`
	GivenTo    []Colleague    `db:"-"` // to whom the supervisor may give it; of one task that the supervisor reads
}

// TaskFilter chooses tasks.
type TaskFilter struct {
	Mine     bool // held by the caller, or free and theirs first
	Team     bool // ready for the caller's role and agency
	OnBehalf bool // held by somebody who is away, and the caller's to do in their place
	Others   bool // with Team: but for those that are the caller's first
	CaseID   string
	State    care.TaskState // empty: open ones
	Overdue  bool
}

// CaseFile is a case in a list.
type CaseFile struct {
	ID       string         `db:"id"` // opaque; the run is case/<id>
	Number   string         `db:"number"`
	Zone     string         `db:"zone"`
	Person   string         `db:"person"`
	Stage    care.Stage     `db:"stage"`
	Needs    []string       `db:"needs"`
	Opened   time.Time      `db:"opened_at"`
	Closed   *time.Time     `db:"closed_at"`
	Outcome  string         `db:"outcome"`
	Waiting  health.Waiting `db:"-"`
	PolicyV  string         `db:"policy_version"`
	Revision int            `db:"revision"`

	SuspendedAt    *time.Time `db:"suspended_at"`
	SuspendedUntil *time.Time `db:"suspended_until"` // its clocks stand still until then
	MergedInto     string     `db:"merged_into"`     // id of the case file that it goes on in
	LastStage      care.Stage `db:"last_stage"`      // where it stood when it was closed

	Known *Person         `db:"-"` // what the file says of the person, where it is to be compared
	Like  *names.Likeness `db:"-"` // in what the person is like another, where that was asked
	Apart bool            `db:"-"` // and somebody has said that they are two people
	By    []finding.By    `db:"-"` // what it was found by, where something was searched
}

// CaseFilter chooses cases.
type CaseFilter struct {
	Open   *bool
	Stage  care.Stage
	Health health.Health // computed; only with Open
	Led    *bool         // the caller follows it for their agency, before colleagues; or does not
	Search string        // name, day of birth, telephone, codice fiscale or number, at least 2 characters; never logged
}

// Branch is one sub-process of a case, for its line of stages and branches.
type Branch struct {
	Run     string          `db:"run_id"`
	Kind    care.RunKind    `db:"kind"`
	Service string          `db:"service"`
	Agency  string          `db:"agency"` // of its service, or that the person was referred to
	Matter  string          `db:"matter"` // of its service
	Needs   []string        `db:"needs"`  // areas that a referral is for; none: the person as a whole
	Equipe  care.EquipeKind `db:"equipe"`
	Started time.Time       `db:"started_at"`
	Ended   *time.Time      `db:"ended_at"`
	Outcome string          `db:"outcome"`
}

// Moment is a line of a case's timeline.
type Moment struct {
	At     time.Time `db:"at"`
	Run    string    `db:"run_id"`
	Code   string    `db:"code"`
	Detail string    `db:"detail"` // a code
	ByRole care.Role `db:"by_role"`
	ByName string    `db:"by_name"`
	Note   string    `db:"note"` // free text of the form, where the caller may read it
	Changed
}

// Case is the whole of a case for its page. Reading it is audited.
type Case struct {
	CaseFile
	PersonData   Person
	Branches     []Branch
	Tasks        []Task
	Referrals    []Referral
	Appointments []Appointment
	Consent      *time.Time          // since when something is in force of what the person consents to; nil: nothing is
	Consents     []Consent           // in force first, then the latest
	Meetings     []Meeting           // the latest first
	Transfer     string              // code of the zone that was asked to take the case over and has not answered
	Closing      bool                // its closure was asked, and its branches are ending
	SetAside     []SetAside          // what merges did not choose, the latest first
	Undoing      *Undoing            // of its closure, or its merge; nil: there is none that can be taken back
	Merges       []undoing.FileMerge // of it into another, or of another into it, the latest first
	LostAt       *time.Time          // since when its last closure ended what it had open; nil: nobody has to take it up again

	Interpreted []speech.Held // conversations of which the reader may know who interpreted, the latest first

	Protection *Protection     // nil: nobody keeps it from the others
	Dates      []critical.Date // after which something is lost, then those that are over
	Leads      []Lead          // who follows it for each agency, then who did, the latest first
}

// Lost are the branches that the case's last closure ended.
func (c Case) Lost() (lost []Branch) {
	for _, b := range c.Branches {
		if c.LostAt != nil && b.Outcome == care.EndedEarly && b.Ended != nil && !b.Ended.Before(*c.LostAt) {
			lost = append(lost, b)
		}
	}
	return lost
}

// Consent is what the person consents to, or did. One that was given before agencies were
// named has no names.
type Consent struct {
	crossing.Consent
	Given     time.Time  `db:"given_at"`
	Withdrawn *time.Time `db:"withdrawn_at"` // nil: it is in force
	ToName    string     `db:"to_name"`      // who wrote it down
}

// MayWithdrawFrom lists the agencies from which the person may withdraw a consent: those
// that one in force names or, where one names none, all to which it may have been given.
func (c Case) MayWithdrawFrom(p care.Policy) []care.Agency {
	return slices.DeleteFunc(crossing.Independent(p), func(a care.Agency) bool {
		return !slices.ContainsFunc(c.Consents, func(said Consent) bool {
			return said.Withdrawn == nil && (said.Agency == "" || said.Agency == a.Code)
		})
	})
}

// Unasked lists the independent agencies that a kind of équipe invites on a day, while the
// person has not consented to that.
func (c Case) Unasked(p care.Policy, kind care.EquipeKind, today time.Time) []care.Agency {
	return slices.DeleteFunc(crossing.Invited(p, kind), func(a care.Agency) bool {
		needed := crossing.Consent{Agency: a.Code, Purpose: crossing.ForEquipe}
		return a.LegalBasis() != care.Consent || crossing.Shut(a, today) ||
			slices.ContainsFunc(c.Consents, func(said Consent) bool { return said.Consent == needed && said.Withdrawn == nil })
	})
}

// LastEquipe is the kind of équipe that the case goes back to.
func (c Case) LastEquipe() care.EquipeKind {
	kind, at := care.BetweenAgencies, time.Time{}
	for _, b := range c.Branches {
		if b.Kind == care.RunEquipe && !b.Started.Before(at) {
			kind, at = b.Equipe, b.Started
		}
	}
	return kind
}

// Protection is who keeps the file of a protected person: for nobody else is there one.
type Protection struct {
	Since    time.Time
	Reason   string
	Keepers  []Keeper
	AskedBy  string     // id of the keeper who has asked to lift it; empty: nobody has
	AskedAt  *time.Time // when
	Likeness []Likeness // as far as the caller sees them
}

// Unkept is a protected person's file that nobody keeps any more.
type Unkept struct {
	ID     string `db:"id"`
	Number string `db:"number"`
}

// Returned is a member of staff whose mail comes back.
type Returned struct {
	Name   string    `db:"name"`
	Role   care.Role `db:"role"`
	Agency string    `db:"agency"`
	Since  time.Time `db:"since"`
}

// Likeness is a file that was opened since a person is protected, of somebody who may be her.
type Likeness struct {
	ID     string    `db:"id"`
	Number string    `db:"number"`
	Opened time.Time `db:"opened_at"`
}

// Keeper is one of those who know of a protected person.
type Keeper struct {
	ID     string    `db:"id"`
	Name   string    `db:"name"`
	Role   care.Role `db:"role"`
	Agency string    `db:"agency"`
}

// Undoing is how the closure of a case, or its merge, can be taken back as a mistake.
type Undoing struct {
	Until  time.Time  `json:"until"`
	SaidAt *time.Time `json:"said_at,omitempty" doc:"When somebody said that it was a mistake; left out: nobody has"`
	SaidBy string     `json:"said_by,omitempty"`
	Why    string     `json:"why,omitempty"`

	SaidByID    string      `json:"-"`
	WaitsFor    []string    `json:"waits_for,omitempty" doc:"Names of those who are to confirm it and are there; left out: nobody is"`
	Roles       []care.Role `json:"roles,omitempty" doc:"What these are"`
	EscalatesAt *time.Time  `json:"escalates_at,omitempty" doc:"When the supervisors are told"`
	Escalated   *time.Time  `json:"escalated_at,omitempty" doc:"When the supervisors were told"`
}

// Standing is what the case has of which there may be one, but for the meetings
// of the caller's agency.
func (c Case) Standing(p care.Policy) sole.Standing {
	s := sole.Standing{
		Case: c.ID, Closed: c.Closed != nil, Closing: c.Closing, Suspended: c.SuspendedUntil != nil,
		Permit: sole.ShownPermit{Kind: c.PersonData.Permit, Expiry: c.PersonData.PermitExpiry}, Receipt: c.PersonData.Receipt != nil,
	}
	for _, said := range c.Consents {
		if said.Withdrawn == nil {
			s.Consented = append(s.Consented, said.Consent)
		}
	}
	for _, b := range c.Branches {
		if b.Ended != nil {
			continue
		}
		open := sole.Branch{Run: b.Run, Kind: b.Kind, Service: b.Service, Matter: b.Matter, Agency: b.Agency, Needs: b.Needs, Equipe: b.Equipe}
		if b.Kind == care.RunPlacement {
			open.Needs = crossing.PlacementNeeds(p)
		}
		for _, r := range c.Referrals { // as they were sent on
			if r.Run == b.Run {
				open.Agency, open.Referral = r.ToAgency, r.ID
			}
		}
		s.Branches = append(s.Branches, open)
	}
	return s
}

// NotNow refuses an operation on the case that is not offered as it stands.
func (c Case) NotNow(op care.Operation) *care.Refusal {
	r := &care.Refusal{Code: care.RefusedNotAwaited, Operation: op}
	switch {
	case c.Closed != nil:
		r.Now = undoing.Closed(c.Outcome)
	case c.Closing:
		r.Now = care.NowClosing
	}
	return r
}

// Meeting is a valid meeting with the person: the proof of what reset the
// counter of the reviews.
type Meeting struct {
	At     time.Time `db:"held_at"`
	Agency string    `db:"agency"`
	ByRole care.Role `db:"role"`
	ByName string    `db:"by_name"`
}

// Referral is a referral as sender or addressee sees it.
type Referral struct {
	ID           string             `db:"id"`
	Run          string             `db:"run_id"`
	CaseID       string             `db:"case_id"`
	CaseNumber   string             `db:"case_number"`
	State        care.ReferralState `db:"state"`
	FromAgency   string             `db:"from_agency"`
	ToAgency     string             `db:"to_agency"`
	Continues    string             `db:"continues"` // the redirected one it follows
	Asked        []string           `db:"asked"`     // agencies, of those before in their order and of its own
	Reason       string             `db:"reason"`
	LegalBasis   care.LegalBasis    `db:"legal_basis"`
	Purpose      string             `db:"purpose"`       // code of an area of need; empty: a placement, or what a plan sends the person for
	Outcome      string             `db:"outcome"`       // of a settled one, where its addressee gave one
	Snapshot     json.RawMessage    `db:"snapshot"`      // exactly what the addressee may see of the person; nil once that is out of sight
	TaskID       string             `db:"task_id"`       // the addressee's task to answer it
	AnswerRole   care.Role          `db:"answer_role"`   // who answers it: the supervisor may have reassigned the task
	AnswerAgency string             `db:"answer_agency"` // and for which agency
	Requested    time.Time          `db:"requested_at"`
	Due          *time.Time         `db:"due_at"`
	Meeting      *time.Time         `db:"meeting_at"` // when the person comes, while it waits for its answer; nil: it came without an appointment
	Changed      time.Time          `db:"changed_at"`
	Note         string             `db:"note"`
	Answered     bool               `db:"answered"`  // an accepted answer to it is on its way
	Corrected    []GivenCorrected   `db:"corrected"` // since it was given
	Notes        []ReferralNote     `db:"notes"`     // of either side since it was sent, the latest first
	ShareEnd
}

// ReferralNote is a note that one of the two sides added to a referral after it was sent.
type ReferralNote struct {
	ID       string      `json:"id"`
	At       time.Time   `json:"at"`
	ByName   string      `json:"by_name"`
	ByRole   care.Role   `json:"by_role"`
	ByAgency string      `json:"by_agency"`
	Note     string      `json:"note"`
	Amended  []Amendment `json:"amended" nullable:"false" doc:"How it was corrected, the latest first; why, to its author's agency alone"`
}

// GivenCorrected is a field of what an agency was given of a person that was corrected since.
type GivenCorrected struct {
	Field string          `json:"field" doc:"Name of a field of the snapshot"`
	Old   json.RawMessage `json:"old" doc:"As it was given"`
	New   json.RawMessage `json:"new,omitempty" doc:"As it is now"`
	At    time.Time       `json:"at"`
}

// ShareEnd is how what an agency was given of a person has come to its end.
type ShareEnd struct {
	Ended     *time.Time     `db:"share_ended_at"` // nil: what it was given for stands
	Why       care.EndReason `db:"end_reason"`
	SeenUntil *time.Time     `db:"seen_until"` // it is out of sight from then on
}

// Snapshot is what a referral gives the addressee of the person.
type Snapshot struct {
	GivenName   string   `json:"given_name"`
	FamilyName  string   `json:"family_name"`
	BirthDate   string   `json:"birth_date"` // a day (1990-05-12), or the year alone (1990) where no more is known
	Citizenship string   `json:"citizenship"`
	Languages   []string `json:"languages"`
	Phone       string   `json:"phone"`
	Needs       []string `json:"needs"`
	CaseNumber  string   `json:"case_number"`
	FiscalCode  string   `json:"fiscal_code,omitempty"` // for whose work needs it
	// What is known of the telephone, without the number itself.
	PhoneTerms *reach.Terms `json:"phone_terms,omitempty"`
	// What is known of their work, for whom that is given to.
	Work *working.Told `json:"work,omitempty"`
}

// Telephone is the telephone with what may be done with it.
func (s Snapshot) Telephone() reach.Way {
	var terms reach.Terms
	if s.PhoneTerms != nil {
		terms = *s.PhoneTerms
	}
	return terms.Of(s.Phone)
}

// Share is what the caller's agency was given of a person for one of its tasks,
// and on what ground.
type Share struct {
	CaseID     string           `db:"case_id"`
	From       string           `db:"from_zone"` // code of the zone that gave it
	LegalBasis care.LegalBasis  `db:"legal_basis"`
	Purpose    string           `db:"purpose"`  // code
	Snapshot   json.RawMessage  `db:"snapshot"` // a Snapshot; for a transfer with the plan and the note of the request besides; nil once it is out of sight
	At         time.Time        `db:"shared_at"`
	Corrected  []GivenCorrected `db:"corrected"` // since then
	ShareEnd
}

// ReferralFilter chooses referrals.
type ReferralFilter struct {
	Incoming bool // addressed to the caller's agency
	Sent     bool
	State    care.ReferralState
	Open     bool
	CaseID   string
	ByDue    bool // those that are to be answered by some time, what is due first at the top; else the newest is
}

// Appointment is an appointment of a case with a service.
type Appointment struct {
	ID         string     `db:"id"`
	Run        string     `db:"run_id"`
	CaseID     string     `db:"case_id"`
	CaseNumber string     `db:"case_number"`
	Person     string     `db:"person"`
	Service    string     `db:"service"`
	Matter     string     `db:"matter"`
	State      string     `db:"state"`
	At         time.Time  `db:"at"`
	MovedTo    string     `db:"moved_to"` // id of the one that has the time of now; empty: it was not moved
	AskedBy    string     `db:"asked_by"` // who asked that it be moved or cancelled
	Why        string     `db:"why"`
	Suspended  bool       `db:"suspended"`  // it stands, and its case stands still then
	Arrived    *time.Time `db:"arrived_at"` // nil: nobody has marked that the person is here
	Languages  []string   `db:"languages"`  // of the person, as far as the reader knows them
	Mediator   string     `db:"mediator"`   // how it stands with the one who was asked for; empty: none was
}

// Stands says whether the person is expected.
func (a Appointment) Stands() bool {
	return a.State == string(care.AppointmentBooked) || a.State == string(care.AppointmentConfirmed)
}

// AppointmentFilter chooses appointments.
type AppointmentFilter struct {
	From, To            time.Time
	ID, Service, CaseID string
	Of                  string // id of whose agenda it is in; empty: of anybody
}

// StuckCase is an open case that is not waiting as planned.
type StuckCase struct {
	CaseFile
	TaskID string `db:"task_id"` // the task that can be reminded, reassigned or extended; empty where none is
}

// HandedOver is a case that the zone has handed over to another one.
type HandedOver struct {
	ID     string    `db:"id"`
	Number string    `db:"number"`
	At     time.Time `db:"at"`
}

// Double is two case files that may be of one person, the older one first.
type Double struct {
	Files [2]DoubleFile
	Like  names.Likeness
}

// DoubleFile is what tells them apart.
type DoubleFile struct {
	ID, Number            string
	GivenName, FamilyName string
	BirthDate             time.Time
	YearOnly              bool
	OpenedAt              time.Time
	ClosedAt              *time.Time
}

// ToldApart is the line of who has said that two files are of two people.
const ToldApart = "told_apart"

// Readers are who read or changed a case file, by day: some days of them.
type Readers struct {
	CaseID   string
	Number   string     `db:"number"`
	HandedAt *time.Time `db:"handed_at"` // to another zone; nil: it was not
	Lines    []DaysReading
	Before   *care.Date // from where to go on; nil: there is no more
}

// DaysReading says how often a case file was read or changed on a day, by whom and what
// for. Nobody is named.
type DaysReading struct {
	Day      time.Time      `db:"day"`
	ByZone   string         `db:"by_zone"`
	ByAgency string         `db:"by_agency"`
	ByRole   care.Role      `db:"by_role"` // empty: a partner, through its link
	Action   string         `db:"action"`
	Purpose  ReadingPurpose `db:"purpose"`
	Times    int            `db:"times"`
}

// Read is one audited read or write of a case file. A partner that looked
// through its link has an agency and no name.
type Read struct {
	At       time.Time      `db:"at"`
	ByName   string         `db:"by_name"`
	ByRole   care.Role      `db:"by_role"`
	ByAgency string         `db:"by_agency"`
	ByZone   string         `db:"by_zone"`
	Action   string         `db:"action"`  // a Reading, or the operation that was asked
	Purpose  ReadingPurpose `db:"purpose"` // of a reading
	Asked    string         `db:"asked"`   // filters of a list, what was refused: codes
}
