// Package decided shows on pages what an équipe decided.
package decided

import "percorso/api/web"

// PlanVersion is one version of a plan.
type PlanVersion struct {
	Name, When string
	State      web.Badge
	Changes    string // against the version before
	Goals      []PlanGoal
}

// PlanGoal is a goal with what is done for it, and what was found of it.
type PlanGoal struct {
	Name, Text string
	Findings   []Finding
	Actions    []PlanAction
}

// Finding is how far an agency found a goal to be reached.
type Finding struct {
	Result   web.Badge
	By, Note string
}

// PlanAction is an action with how it comes along.
type PlanAction struct {
	Text, Agency, Until string
	State               web.Badge // no text: the version never counted
	Sent                string    // that the person is, or will be, sent to the agency
	Note, By            string    // of who last said how it comes along
	Progress            *web.Link // nil: not for the caller
}

// Seat is a role of an équipe with what it said; a badge without text: nothing yet.
type Seat struct {
	Role, Agency, Member string
	State                web.Badge
	Opinion, Signature   web.Badge
	OpinionNote          string
	SignatureNote        string
	When                 string
	Unread               string // why its agency reads nothing of the équipe; empty: it does
}
