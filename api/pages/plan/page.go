package web

// PlanPage is the plan of a person: the version that counts now, and all that
// came before it.
type PlanPage struct {
	Frame
	Lead     string
	Current  *PlanVersion // nil: there is no plan yet
	Versions []PlanVersion
	Equipe   *Link // that made it
	Meeting  *Link // records a meeting with the person; nil: the plan does not count now
}

// Template names the page's file.
func (PlanPage) Template() string { return "plan" }

// PlanVersion is one version of a plan.
type PlanVersion struct {
	Name, When string
	State      Badge
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
	Result   Badge
	By, Note string
}

// PlanAction is an action with how it comes along.
type PlanAction struct {
	Text, Agency, Until string
	State               Badge  // no text: the version never counted
	Sent                string // that the person is, or will be, sent to the agency
	Note, By            string // of who last said how it comes along
	Progress            *Link  // nil: not for the caller
}
