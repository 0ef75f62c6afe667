package care

import (
	"maps"
	"slices"
	"time"
)

// RunState is what a run carries from step to step and what Postgres keeps of
// it: plain JSON of ids, codes and absolute times. The process is walked from
// its start with the answers that it already has, so this is all that a worker
// needs to go on after a crash, a continue-as-new, a reopening or a rebuild.
type RunState struct {
	Answers   []PointAnswer `json:"answers"`
	Open      []OpenPoint   `json:"open"`
	Interrupt *Answer       `json:"interrupt,omitempty"` // set once the run was told to end early
	Suspended *time.Time    `json:"suspended,omitempty"` // until when its clocks stand still
	Reopened  int           `json:"reopened,omitempty"`  // how often; what it opens then has other ids
	// Course is the number of the course under which the run opened, or to which it
	// was brought since. Zero: the first.
	Course int `json:"course,omitempty"`
	// Again is what the run opens anew after it was brought to another course, by
	// point, with the number of that course: what it opens there has other ids.
	Again map[string]int `json:"again,omitempty"`
}

// FirstCourse is the number of the course that every process had first. What was
// kept then says nothing of it.
const FirstCourse = 1

// CourseNumber is the number of the course that the run follows.
func (s RunState) CourseNumber() int { return max(s.Course, FirstCourse) }

// Follow has the run follow a course from now on.
func (s *RunState) Follow(course int) {
	s.Course = course
	if course <= FirstCourse {
		s.Course = 0 // as it was kept when there was no other
	}
}

// PointAnswer is the answer that a path got at one of its points: the names of
// what it opens and awaits, such as "assessment" or "review/2". The states that
// are kept call a point a step.
type PointAnswer struct {
	Point  string `json:"step"`
	Answer Answer `json:"answer"`
}

// OpenPoint is something that the run opened and that has not ended.
type OpenPoint struct {
	Point string     `json:"step"`
	Kind  OpenKind   `json:"kind"`
	ID    string     `json:"id,omitempty"`  // of the task, referral, appointment or run
	Due   *time.Time `json:"due,omitempty"` // of a wait for a time
}

// OpenKind is what an open point is.
type OpenKind string

// What a run may have open.
const (
	OpenTask     OpenKind = "task"
	OpenReferral OpenKind = "referral"
	OpenWait     OpenKind = "wait"
	OpenRun      OpenKind = "run"

	OpenAppointment OpenKind = "appointment"
)

// Answer finds the answer that the path got at a point.
func (s RunState) Answer(point string) (Answer, bool) {
	for _, a := range s.Answers {
		if a.Point == point {
			return a.Answer, true
		}
	}
	return Answer{}, false
}

// Opened finds what is open at a point.
func (s RunState) Opened(point string) (OpenPoint, bool) {
	for _, o := range s.Open {
		if o.Point == point {
			return o, true
		}
	}
	return OpenPoint{}, false
}

// Clone copies the state, so that a refused step leaves no trace in it.
func (s RunState) Clone() RunState {
	s.Answers, s.Open, s.Again = slices.Clone(s.Answers), slices.Clone(s.Open), maps.Clone(s.Again)
	return s
}
