package undoing

import "time"

// Awaited is that somebody says that a closure or a merge was a mistake: it waits for a
// second person, or nobody has confirmed it within the term.
type Awaited struct {
	Person string    `db:"person" json:"person" doc:"Whose file it is"`
	SaidBy string    `db:"said_by" json:"said_by"`
	Why    string    `db:"why" json:"why"`
	Until  time.Time `db:"until" json:"until" doc:"Until when it can be confirmed"`
	Merge  bool      `db:"merge" json:"merge" doc:"It is about the merge of the file into another one, and not about its closure"`
	Lapsed bool      `db:"lapsed" json:"lapsed" doc:"The caller said it, and nobody has confirmed it; else the caller may confirm it"`
}

// week before its term is over, the supervisors are told of it.
const week = 7 * 24 * time.Hour

// Remind is when those who are to confirm a mistake are reminded that was said at a moment and
// may be confirmed until another: half-way.
func Remind(said, until time.Time) time.Time { return said.Add(until.Sub(said) / 2) }

// Escalate is when the supervisors are told of it besides: a week before its term is over, or
// three quarters of the way where that is later.
func Escalate(said, until time.Time) time.Time {
	late := said.Add(until.Sub(said) / 4 * 3)
	if last := until.Add(-week); last.After(late) {
		return last
	}
	return late
}
