package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// Command is what was asked for and what became of it.
type Command struct {
	ID         string              `json:"id"`
	Operation  care.Operation      `json:"operation"`
	State      ledger.CommandState `json:"state"`
	CaseFileID string              `json:"case_file_id"`
	Target     string              `json:"target"`
	Refusal    *Problem            `json:"refusal"`
}

// Page is one page of a list; Next is empty on the last.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// Opening is the desk's form that opens a case file.
type Opening struct {
	Person        Person   `json:"person"`
	Needs         []string `json:"needs"`
	Channel       string   `json:"channel"`
	Topic         string   `json:"topic,omitempty"`
	NoticeGiven   bool     `json:"notice_given"`
	NoticeVersion string   `json:"notice_version,omitempty"`
	Note          string   `json:"note,omitempty"`
	ContactID     string   `json:"contact_id,omitempty"`
	AnotherPerson bool     `json:"another_person,omitempty"` // none of those whose files seem to be of the same person
}

// Person is who a case file is about. Dates are 2006-01-02.
type Person struct {
	GivenName    string   `json:"given_name"`
	FamilyName   string   `json:"family_name"`
	BirthDate    string   `json:"birth_date"`
	Citizenship  string   `json:"citizenship"`
	Permit       string   `json:"permit,omitempty"`
	PermitExpiry string   `json:"permit_expiry,omitempty"`
	Languages    []string `json:"languages"`
	Phone        string   `json:"phone,omitempty"`
}

// Task is a human task.
type Task struct {
	ID         string         `json:"id"`
	Kind       care.TaskKind  `json:"kind"`
	State      care.TaskState `json:"state"`
	CaseFileID string         `json:"case_file_id"`
	Role       care.Role      `json:"role"`
	Agency     string         `json:"agency"`
	Service    string         `json:"service"`
	ReferralID string         `json:"referral_id"`
	Mine       bool           `json:"mine"`
	DueAt      *time.Time     `json:"due_at"`
	Suspended  bool           `json:"suspended"`
}

// Referral is a referral as its sender or addressee sees it.
type Referral struct {
	ID         string             `json:"id"`
	State      care.ReferralState `json:"state"`
	CaseFileID string             `json:"case_file_id"`
	FromAgency string             `json:"from_agency"`
	ToAgency   string             `json:"to_agency"`
	Reason     string             `json:"reason"`
	Purpose    string             `json:"purpose"`
	Outcome    string             `json:"outcome"`
	TaskID     string             `json:"task_id"`
	Allowed    []care.Operation   `json:"allowed"`
}

// CaseFile is a case with where it stands and what it waits for.
type CaseFile struct {
	ID         string         `json:"id"`
	Number     string         `json:"number"`
	Zone       string         `json:"zone"`
	Stage      care.Stage     `json:"stage"`
	Outcome    string         `json:"outcome"`
	ClosedAt   *time.Time     `json:"closed_at"`
	LastStage  care.Stage     `json:"last_stage"` // of a closed case
	Reopenable bool           `json:"reopenable"`
	Suspended  *time.Time     `json:"suspended_until"`
	MergedInto string         `json:"merged_into"` // id of the case file that it goes on in
	Waiting    health.Waiting `json:"waiting"`
	Sentence   string         `json:"sentence"`

	// Of a case that is read by itself; lists leave them out.
	Branches     []Branch   `json:"branches"`
	ConsentSince *time.Time `json:"consent_since"` // nil: no consent in force
	Meetings     []Meeting  `json:"meetings"`      // the latest first
	TransferTo   string     `json:"transfer_to"`   // code of the zone that was asked
	PersonData   Person     `json:"person_data"`
}

// Branch is a sub-process of a case.
type Branch struct {
	ID      string       `json:"id"` // as the timeline has it: kind/opaque id
	Kind    care.RunKind `json:"kind"`
	Service string       `json:"service"`
	Agency  string       `json:"agency"`
	EndedAt *time.Time   `json:"ended_at"`
	Outcome string       `json:"outcome"`
}

// Meeting is a valid meeting with the person.
type Meeting struct {
	At     time.Time `json:"at"`
	Agency string    `json:"agency"`
	ByRole care.Role `json:"by_role"`
}

// TaskQuery chooses tasks; the zero value, all open ones that the caller sees.
type TaskQuery struct {
	CaseFileID string
	Mine, Team bool
	State      care.TaskState
}

// mostItems is what the API gives on one page at most.
const mostItems = 100

// OpenCase opens a case file; its id is the command's CaseFileID.
func (c *Client) OpenCase(ctx context.Context, key string, form Opening) (Command, error) {
	return c.act(ctx, "/case-files", key, form)
}

// CaseFile reads a case, which is audited.
func (c *Client) CaseFile(ctx context.Context, id string) (CaseFile, error) {
	return read[CaseFile](ctx, c, "/case-files/"+id, nil)
}

// Tasks lists tasks, what is due first coming first.
func (c *Client) Tasks(ctx context.Context, q TaskQuery) (Page[Task], error) {
	query := url.Values{"limit": {strconv.Itoa(mostItems)}}
	if q.CaseFileID != "" {
		query.Set("case_file_id", q.CaseFileID)
	}
	if q.State != "" {
		query.Set("state", string(q.State))
	}
	if q.Mine {
		query.Set("mine", "true")
	}
	if q.Team {
		query.Set("team", "true")
	}
	return read[Page[Task]](ctx, c, "/tasks", query)
}

// Task reads a task.
func (c *Client) Task(ctx context.Context, id string) (Task, error) {
	return read[Task](ctx, c, "/tasks/"+id, nil)
}

// Referrals lists the referrals of a case.
func (c *Client) Referrals(ctx context.Context, caseID string) (Page[Referral], error) {
	return read[Page[Referral]](ctx, c, "/referrals", url.Values{"limit": {strconv.Itoa(mostItems)}, "case_file_id": {caseID}})
}

// Zone reads what a zone decides: the codes that forms take.
func (c *Client) Zone(ctx context.Context, code string) (care.Policy, error) {
	return read[care.Policy](ctx, c, "/zones/"+code, nil)
}

// Offer is a free place in a session of a service.
type Offer struct {
	At time.Time `json:"at"`
}

// Offers lists the first free places of a service from a time on.
func (c *Client) Offers(ctx context.Context, service string, from time.Time) (Page[Offer], error) {
	return read[Page[Offer]](ctx, c, "/services/"+service+"/offers", url.Values{"from": {from.Format(time.RFC3339)}, "limit": {"50"}})
}

// Command says what became of a command of the caller's own.
func (c *Client) Command(ctx context.Context, id string) (Command, error) {
	return read[Command](ctx, c, "/commands/"+id, nil)
}

// CaseFiles lists the newest case files, at most so many.
func (c *Client) CaseFiles(ctx context.Context, most int) (Page[CaseFile], error) {
	return read[Page[CaseFile]](ctx, c, "/case-files", url.Values{"limit": {strconv.Itoa(most)}})
}
