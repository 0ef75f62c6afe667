package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"percorso/internal/care"
	"percorso/internal/gathering"
)

// Equipe is a multidisciplinary équipe of a case, as its members see it.
type Equipe struct {
	Run      string              `db:"run_id"`
	CaseID   string              `db:"case_id"`
	Kind     care.EquipeKind     `db:"kind"`
	Reason   string              `db:"reason"` // how what sent the case back to it ended; a code
	Note     string              `db:"note"`   // why it was convened, as who convened it wrote
	Convened time.Time           `db:"convened_at"`
	Ended    *time.Time          `db:"ended_at"`
	Outcome  string              `db:"outcome"`
	Seats    []Seat              `db:"-"`
	Minutes  []Minutes           `db:"-"` // of its meetings, the latest first
	Meetings []gathering.Planned `db:"-"` // that were planned, the latest first
}

// Seat is a role of an équipe and what it said.
type Seat struct {
	ID            string         `db:"id"`
	Run           string         `db:"run_id"`
	Role          care.Role      `db:"role"`
	Agency        string         `db:"agency"`
	State         care.SeatState `db:"state"`
	Member        string         `db:"member_name"`
	Opinion       string         `db:"opinion"`
	OpinionNote   string         `db:"opinion_note"`
	OpinionAt     *time.Time     `db:"opinion_at"`
	Signature     string         `db:"signature"`
	SignatureNote string         `db:"signature_note"`
	SignatureAt   *time.Time     `db:"signature_at"`
	Minuted       bool           `db:"minuted"`  // said in a meeting
	Reported      bool           `db:"reported"` // in its minutes alone: it counts once the seat has confirmed it
	Unread        bool           `db:"unread"`   // its agency sees nothing of the équipe; said to those who work on the case
}

// Minutes are those of a meeting.
type Minutes struct {
	Run    string    `db:"run_id"`
	At     time.Time `db:"held_at"`
	Text   string    `db:"text"`
	ByName string    `db:"by_name"`
}

// Plan is one version of a person's plan.
type Plan struct {
	ID        string         `db:"id"`
	CaseID    string         `db:"case_id"`
	Run       string         `db:"run_id"` // of the équipe that made it
	Version   int            `db:"version"`
	State     care.PlanState `db:"state"`
	Content   PlanContent    `db:"content"`
	Agencies  []string       `db:"agencies"`
	Changes   string         `db:"changes"`
	Created   time.Time      `db:"created_at"`
	Activated *time.Time     `db:"activated_at"`
	Ended     *time.Time     `db:"ended_at"`
}

// PlanContent is what a version says, as it is kept: each goal and action has
// its id, which it keeps from version to version.
type PlanContent struct {
	Goals   []care.PlanGoal `json:"goals"`
	Actions []PlannedAction `json:"actions"`
}

// PlanOf is what a version says that a command proposes. What an earlier version
// has keeps its id, and whether the person was sent there for it.
func PlanOf(command string, form care.PlanForm, earlier []PlanContent) PlanContent {
	goals, routed := partsOf(earlier)
	content := PlanContent{Goals: []care.PlanGoal{}, Actions: []PlannedAction{}}
	for i, g := range form.Goals {
		if !goals[g.ID] {
			g.ID = DerivedID(command, "goal "+strconv.Itoa(i))
		}
		content.Goals = append(content.Goals, g)
	}
	for i, a := range form.Actions {
		sent, known := routed[a.ID]
		if !known {
			a.ID = DerivedID(command, "action "+strconv.Itoa(i))
		}
		a.Send = a.Send && !sent
		content.Actions = append(content.Actions, PlannedAction{PlanAction: a, Routed: sent})
	}
	return content
}

// partsOf has the ids of the goals of some versions of a plan, and those of the actions
// with whether the person was sent to their agency.
func partsOf(versions []PlanContent) (goals, routed map[string]bool) {
	goals, routed = map[string]bool{}, map[string]bool{}
	for _, content := range versions {
		for _, g := range content.Goals {
			goals[g.ID] = true
		}
		for _, a := range content.Actions {
			routed[a.ID] = routed[a.ID] || a.Routed
		}
	}
	return goals, routed
}

// UnknownParts names the fields of a plan that keep a goal or an action which none of
// the earlier versions has.
func UnknownParts(form care.PlanForm, earlier []PlanContent) (fields []string) {
	goals, routed := partsOf(earlier)
	for i, g := range form.Goals {
		if g.ID != "" && !goals[g.ID] {
			fields = append(fields, fmt.Sprintf("plan.goals[%d].id", i))
		}
	}
	for i, a := range form.Actions {
		if _, known := routed[a.ID]; a.ID != "" && !known {
			fields = append(fields, fmt.Sprintf("plan.actions[%d].id", i))
		}
	}
	return fields
}

// NeedsAt lists the areas of need of the goals that the plan newly sends the
// person to an agency for, each once.
func (c PlanContent) NeedsAt(agency string) (needs []string) {
	for _, a := range c.Actions {
		if a.Agency == agency && a.Send && a.Goal >= 0 && a.Goal < len(c.Goals) && !slices.Contains(needs, c.Goals[a.Goal].Area) {
			needs = append(needs, c.Goals[a.Goal].Area)
		}
	}
	return needs
}

// PlannedAction is an action with how it comes along.
type PlannedAction struct {
	care.PlanAction
	Routed  bool `json:"routed,omitempty"`   // the person was sent to the agency for it
	LeftOut bool `json:"left_out,omitempty"` // they said no to that, and the plan goes on without it

	State  care.ActionState `json:"-"` // as last reported, in whatever version
	Note   string           `json:"-"`
	At     *time.Time       `json:"-"`
	ByName string           `json:"-"`
}

// GoalFinding is what an agency's evaluation said of a goal.
type GoalFinding struct {
	Goal   string    `db:"goal_id"`
	Agency string    `db:"agency"`
	Result string    `db:"result"`
	Note   string    `db:"note"`
	At     time.Time `db:"at"`
	ByName string    `db:"by_name"`
}

// Disclosure is exactly what an agency would get of a person, shown to the
// sender before anything is sent.
type Disclosure struct {
	Agency     string
	LegalBasis care.LegalBasis
	Consent    bool // whether the consent that the basis asks for is in force; true where it asks for none
	Snapshot   Snapshot
	Digest     string // of the snapshot; the sender gives it back as seen
}

// Link is what a partner's one-time link opens.
type Link struct {
	ID       string             `db:"id"`
	Zone     string             `db:"zone"`
	Agency   string             `db:"agency"`
	From     string             `db:"from_agency"`
	Number   string             `db:"case_number"`
	Purpose  string             `db:"purpose"`
	State    care.ReferralState `db:"state"` // of the referral
	Task     care.TaskKind      `db:"task"`  // what is asked: referral_answer or referral_outcome
	Open     bool               `db:"open"`  // whether that is still asked
	Expires  time.Time          `db:"expires_at"`
	Used     *time.Time         `db:"used_at"`
	Answered bool               `db:"answered"` // an accepted answer to what is asked is on its way
	Snapshot *Snapshot          `db:"snapshot"` // once the referral was acknowledged
	Target   string             `db:"target"`   // id of the referral, or of the task that asks for the outcome
}
