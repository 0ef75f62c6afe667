package actors

import (
	"slices"

	"percorso/internal/care"
)

// Task is an open task, as far as it says who may act.
type Task struct {
	Kind       care.TaskKind
	State      care.TaskState
	Role       care.Role
	Agency     string
	HolderID   string // empty: nobody holds it
	HolderGone bool   // who holds it has left, or works elsewhere
	Proposer   string // identity of who proposed the closure that it is to approve; empty: nobody did
	Away       bool   // who holds it is away today
	Substitute string // id of who works it meanwhile, by name; empty: whoever has its role
}

// SeatKinds are the tasks of a seat of an équipe.
var SeatKinds = []care.TaskKind{care.EquipeInvitation, care.EquipeOpinion, care.PlanSignOff}

// Seat says whether the task is a seat's: what is said from it is its holder's own.
func (t Task) Seat() bool { return slices.Contains(SeatKinds, t.Kind) }

// Claimable says whether somebody may make the task theirs to do: those of its role
// while nobody holds it. The supervisor may too, also in the place of a holder who has
// left; what is another agency's to do they record as that agency told them. A
// referral is answered and a seat taken by the agency's own staff alone.
func (t Task) Claimable(who care.Staff) bool {
	supervises := who.Role == care.Supervisor
	switch {
	case t.State == care.TaskReserved && (!t.HolderGone || !supervises), t.Kind == care.ReferralAnswer:
		return false
	case t.Agency != who.Agency:
		return supervises && !t.Seat()
	}
	return supervises || t.Role == who.Role
}

// OnBehalf says whether somebody may do the task in the place of who holds it and is away:
// their substitute, or where they have named none who can, a colleague of its role. It stays
// its holder's. What is said from a seat is its holder's own, and who proposed something
// does not approve it for somebody else either.
func (t Task) OnBehalf(who care.Staff) bool {
	switch {
	case t.State != care.TaskReserved, !t.Away, t.Seat(), who.ID == "", who.ID == t.HolderID, t.Proposer == Identity(who):
		return false
	case t.Substitute != "":
		return who.ID == t.Substitute
	}
	return who.Role == t.Role && who.Agency == t.Agency
}

// Workable says whether somebody may complete the task as it is: who holds it, and who
// stands in for them.
func (t Task) Workable(who care.Staff) bool {
	return t.State == care.TaskReserved && who.ID != "" && t.HolderID == who.ID || t.OnBehalf(who)
}

// Releasable says whether somebody may give the task back to those of its role: who
// holds it, and the supervisor of its agency.
func (t Task) Releasable(who care.Staff) bool {
	return t.State == care.TaskReserved && (who.ID != "" && t.HolderID == who.ID || who.Role == care.Supervisor && t.Agency == who.Agency)
}

// ToRole says by which rule the task may not be passed to those of a role, who work
// for an agency; empty: it may. It stays in its agency, a seat and a second pair of
// eyes in their role.
func (t Task) ToRole(role care.Role, agency string) (rule string) {
	switch {
	case agency != t.Agency:
		return care.RuleOtherAgency
	case role != t.Role && t.fixed():
		return care.RuleOtherRole
	}
	return ""
}

// fixed says whether the task is for one role alone.
func (t Task) fixed() bool { return t.Seat() || t.Kind == care.ClosureApproval }

// ToPerson says by which rule the task may not be given to a member of staff who is
// at work in its zone; empty: it may. A seat's profession speaks from it, or the
// supervisor in their place.
func (t Task) ToPerson(to care.Staff) (rule string) {
	switch {
	case to.Agency != t.Agency:
		return care.RuleOtherAgency
	case t.fixed() && to.Role != t.Role && (!t.Seat() || to.Role != care.Supervisor):
		return care.RuleOtherRole
	case t.Proposer != "" && t.Proposer == Identity(to):
		return care.RuleOtherPerson
	}
	return ""
}

// RoleFor is the role whose task it is once a member of staff was given it.
func (t Task) RoleFor(to care.Staff) care.Role {
	if t.fixed() {
		return t.Role
	}
	return to.Role
}

// Means is what a supervisor can do for a task that does not go on.
type Means string

// The means of a supervisor.
const (
	TakeOver Means = "take_over" // do it in the place of who should
	Release  Means = "release"   // give it back to all who may do it
	Give     Means = "give"      // give it to a named colleague of its agency
	Report   Means = "report"    // record what another agency said
	Withdraw Means = "withdraw"  // the referral that it is about
)

// Means lists what the supervisor can do for the task, who works for an agency. about
// says whether the task is about a referral that the case's own agency has sent.
func (t Task) Means(agency string, about bool) (means []Means) {
	who := care.Staff{Role: care.Supervisor, Agency: agency}
	own := t.Agency == agency
	switch {
	case t.State == care.TaskReady && t.Role == care.Supervisor && own: // it is theirs, and in nobody's place
	case t.Claimable(who) && own:
		means = append(means, TakeOver)
	case t.Claimable(who):
		means = append(means, Report)
	}
	if t.Releasable(who) {
		means = append(means, Release)
	}
	means = append(means, Give)
	if about && !own {
		means = append(means, Withdraw)
	}
	return means
}
