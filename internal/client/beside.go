package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// What a case does beside its straight path: équipes and plans, partners, and
// what life does to it.

// Equipe is a multidisciplinary équipe of a case.
type Equipe struct {
	ID         string          `json:"id"`
	CaseFileID string          `json:"case_file_id"`
	Kind       care.EquipeKind `json:"kind"`
	Reason     string          `json:"reason"`
	EndedAt    *time.Time      `json:"ended_at"`
	Outcome    string          `json:"outcome"`
	Seats      []Seat          `json:"seats"`
	Minutes    []Minutes       `json:"minutes"`
}

// Seat is a role of an équipe and what it said.
type Seat struct {
	ID        string         `json:"id"`
	Role      care.Role      `json:"role"`
	Agency    string         `json:"agency"`
	State     care.SeatState `json:"state"`
	Member    string         `json:"member"`
	Opinion   string         `json:"opinion"`
	Signature string         `json:"signature"`
	Minuted   bool           `json:"minuted"`
	Reported  bool           `json:"reported"`
}

// Minutes are those of a meeting of an équipe.
type Minutes struct {
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	ByName string    `json:"by_name"`
}

// Plan is a version of a person's plan.
type Plan struct {
	ID       string          `json:"id"`
	EquipeID string          `json:"equipe_id"`
	Version  int             `json:"version"`
	State    care.PlanState  `json:"state"`
	Goals    []care.PlanGoal `json:"goals"`
	Actions  []PlanAction    `json:"actions"`
	Agencies []string        `json:"agencies"`
	Changes  string          `json:"changes"`
}

// PlanAction is an action of a plan with how it comes along.
type PlanAction struct {
	care.PlanAction
	Routed   bool                   `json:"routed"`
	Progress catalogue.ProgressForm `json:"progress"`
}

// GoalFinding is what an agency's evaluation said of a goal.
type GoalFinding struct {
	care.GoalFinding
	Agency string    `json:"agency"`
	At     time.Time `json:"at"`
	ByName string    `json:"by_name"`
}

// Disclosure is exactly what an agency would get of a person.
type Disclosure struct {
	Agency         string          `json:"agency"`
	LegalBasis     care.LegalBasis `json:"legal_basis"`
	ConsentInForce bool            `json:"consent_in_force"`
	Snapshot       ledger.Snapshot `json:"snapshot"`
	Digest         string          `json:"digest"` // catalogue.ReferForm gives it back as Seen
}

// Share is what the caller's agency was given of a person along with a task.
type Share struct {
	CaseFileID string          `json:"case_file_id"`
	LegalBasis care.LegalBasis `json:"legal_basis"`
	Purpose    string          `json:"purpose"`
	Snapshot   ledger.Snapshot `json:"snapshot"`
	Plan       *struct {
		Goals   []care.PlanGoal `json:"goals"`
		Actions []PlanAction    `json:"actions"`
	} `json:"plan"` // to a zone that is asked to take the case over
	Note string `json:"note"`
}

// Moment is a line of a case's timeline.
type Moment struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code"`
	Detail string    `json:"detail"`
	Branch string    `json:"branch"`
	ByRole care.Role `json:"by_role"`
	Note   string    `json:"note"`
}

// Timeline reads the newest lines of a case's timeline.
func (c *Client) Timeline(ctx context.Context, caseID string) (Page[Moment], error) {
	return read[Page[Moment]](ctx, c, "/case-files/"+caseID+"/timeline", url.Values{"limit": {strconv.Itoa(mostItems)}})
}

// Equipes lists the équipes of a case, the latest first.
func (c *Client) Equipes(ctx context.Context, caseID string) (Page[Equipe], error) {
	return read[Page[Equipe]](ctx, c, "/case-files/"+caseID+"/equipes", nil)
}

// Equipe reads an équipe.
func (c *Client) Equipe(ctx context.Context, id string) (Equipe, error) {
	return read[Equipe](ctx, c, "/equipes/"+id, nil)
}

// Plans lists the versions of a person's plan, the latest first.
func (c *Client) Plans(ctx context.Context, caseID string) (Page[Plan], error) {
	return read[Page[Plan]](ctx, c, "/case-files/"+caseID+"/plans", nil)
}

// GoalFindings lists what the evaluations said of the goals, the latest first.
func (c *Client) GoalFindings(ctx context.Context, caseID string) (Page[GoalFinding], error) {
	return read[Page[GoalFinding]](ctx, c, "/case-files/"+caseID+"/goal-findings", nil)
}

// Disclosure reads what an agency would get of a person; purpose may be empty.
func (c *Client) Disclosure(ctx context.Context, caseID, agency, purpose string) (Disclosure, error) {
	query := url.Values{}
	if purpose != "" {
		query.Set("purpose", purpose)
	}
	return read[Disclosure](ctx, c, "/case-files/"+caseID+"/disclosures/"+url.PathEscape(agency), query)
}

// MergeCandidates lists the open case files that may be of the same person.
func (c *Client) MergeCandidates(ctx context.Context, caseID string) (Page[CaseFile], error) {
	return read[Page[CaseFile]](ctx, c, "/case-files/"+caseID+"/merge-candidates", nil)
}

// SamePerson lists the case files that may be of a person: names and date of
// birth alone are asked for.
func (c *Client) SamePerson(ctx context.Context, p Person) (Page[CaseFile], error) {
	body := map[string]string{"given_name": p.GivenName, "family_name": p.FamilyName, "birth_date": p.BirthDate}
	var page Page[CaseFile]
	err := c.call(ctx, http.MethodPost, "/same-person-searches", "", body, &page)
	return page, err
}

// Share reads what the caller's agency was given of a person along with a task.
func (c *Client) Share(ctx context.Context, taskID string) (Share, error) {
	return read[Share](ctx, c, "/tasks/"+taskID+"/share", nil)
}
