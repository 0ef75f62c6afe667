package run

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A Standing is where a run stands: its revision and state, which Postgres keeps
// as well, and the effects that the step under way is going to write. Its verbs
// open, end and tell; none of them rests.
//
// What a run opens or awaits is known by its point, such as "assessment" or
// "review/2". The state keeps what is open and what was answered under these
// names, and ids are made of them, so a point is unique in its process, never
// changed, and never used for anything else.
type Standing struct {
	ID   string // of the run
	Case string // id of the case's own run

	revision int
	state    care.RunState
	effects  ledger.Effects
	ending   bool // the run winds up: nothing new begins
	trace    *trace
}

// State is a copy of the run's state, to read.
func (s *Standing) State() care.RunState { return s.state.Clone() }

// Revision counts the steps that were recorded. A step sees the one before it.
func (s *Standing) Revision() int { return s.revision }

// Ending says whether the run winds up.
func (s *Standing) Ending() bool { return s.ending }

// Effects are what the step under way is going to write besides what the verbs
// write: a process adds the records that are its own.
func (s *Standing) Effects() *ledger.Effects { return &s.effects }

// IDOf gives the id of what is opened at a point. The run and the point alone
// decide it, and how often the run was reopened, since its path then begins anew.
func (s *Standing) IDOf(point string) string {
	s.trace.asks(point)
	if course := s.state.Again[point]; course > 0 {
		point = Turn("course", course) + "/" + point
	}
	if s.state.Reopened > 0 {
		point = Turn("reopened", s.state.Reopened) + "/" + point
	}
	return ledger.DerivedID(s.ID, point)
}

// Enter brings the case to a stage.
func (s *Standing) Enter(stage care.Stage) { s.effects.Stage = stage }

// Tell leaves a message: an entry for another run's inbox.
func (s *Standing) Tell(run string, a care.Answer) {
	s.effects.Tell = append(s.effects.Tell, ledger.Message{Run: run, Answer: a})
}

// DropOwn ends all that the run has open, the latest first, except its branches.
func (s *Standing) DropOwn() {
	for _, o := range slices.Backward(slices.Clone(s.state.Open)) {
		if o.Kind != care.OpenRun {
			s.drop(o)
		}
	}
}

// drop ends something that the run has open and does not need any more. A branch
// is told to end, and stays open until it has reported.
func (s *Standing) drop(o care.OpenPoint) {
	switch o.Kind {
	case care.OpenTask:
		s.effects.Tasks = append(s.effects.Tasks, ledger.TaskChange{ID: o.ID, State: care.TaskObsolete})
	case care.OpenReferral:
		s.effects.Referrals = append(s.effects.Referrals, ledger.ReferralChange{ID: o.ID, State: care.ReferralWithdrawn})
	case care.OpenAppointment:
		s.effects.Appointments = append(s.effects.Appointments, ledger.AppointmentChange{ID: o.ID, State: care.AppointmentCancelled})
	case care.OpenRun:
		s.Tell(o.ID, care.Answer{Operation: care.OpEnd})
		return
	}
	s.close(o.Point)
}

// open keeps in mind what the run opens. It says false where it is open already,
// as on a walk from the start.
func (s *Standing) open(o care.OpenPoint) (fresh bool) {
	s.trace.opens(o.Point)
	if _, ok := s.state.Opened(o.Point); ok {
		return false
	}
	s.state.Open = append(s.state.Open, o)
	return true
}

// close forgets what the run opened at a point.
func (s *Standing) close(point string) {
	s.trace.closes(point)
	s.state.Open = slices.DeleteFunc(s.state.Open, func(o care.OpenPoint) bool { return o.Point == point })
}

// reopen empties the state: the path begins anew, what it had opened before keeps
// its records, and what it opens now has ids of its own. It follows the course of today.
func (s *Standing) reopen(course int) {
	s.state = care.RunState{Reopened: s.state.Reopened + 1}
	s.state.Follow(course)
}

// settle takes over what Postgres computed with a step.
func (s *Standing) settle(res ledger.StepResult) {
	s.revision, s.effects = res.Revision, ledger.Effects{}
	for _, w := range res.Waits {
		for i := range s.state.Open {
			if s.state.Open[i].Point == w.Point {
				s.state.Open[i].Due = w.Due
			}
		}
	}
}

// restore takes Postgres's revision and state, where it gives one.
func (s *Standing) restore(res ledger.StepResult) {
	if res.State != nil {
		s.state = res.State.Clone()
	}
	s.revision = res.Revision
}
