package ledger

import "strings"

// Fault is an error of the store as everybody else sees it: what went wrong and
// where, and nothing of what was being read or written. The store's own errors
// quote values, and errors end in logs.
type Fault struct {
	SQLSTATE string // what Postgres said; empty where it said nothing
	Place    string // in our own words, and in names of the schema
	Lost     bool   // there was no connection, or it broke
	Cause    error  // context.Canceled or context.DeadlineExceeded, where one of them is why
}

// Error says all that is known.
func (f *Fault) Error() string {
	said := "postgres"
	if f.Lost {
		said += ": no connection"
	}
	if f.SQLSTATE != "" {
		said += ": SQLSTATE " + f.SQLSTATE
	}
	if f.Place != "" {
		said += ": " + f.Place
	}
	return said
}

// Unwrap gives why the caller itself stopped the work.
func (f *Fault) Unwrap() error { return f.Cause }

// Away says that Postgres was not there, or had no time or room: the same may do
// better in a while.
func (f *Fault) Away() bool {
	return f.Lost || f.Cause != nil || f.class("08", "53", "57") || f.SQLSTATE == lockNotAvailable
}

// lockNotAvailable is what a statement gets that waited too long for a lock.
const lockNotAvailable = "55P03"

// Conflict says that others did something at the same moment: the same may do
// better at once.
func (f *Fault) Conflict() bool { return !f.Away() && f.class("40") }

// Unwritable says that no repetition mends it: a value that the table does not
// take, a form that does not read, a statement that is wrong.
func (f *Fault) Unwritable() bool { return !f.Away() && !f.Conflict() }

// Code says in a word why something cannot be written: the SQLSTATE, or the one that
// fits where Postgres could not say any; where it was not asked, a code of ours. It
// holds no value.
func (f *Fault) Code() string {
	switch {
	case f.SQLSTATE != "":
		return f.SQLSTATE
	case f.Cause != nil:
		return queryCanceled
	case f.Lost:
		return connectionFailure
	}
	return CodeUnreadable
}

// What Postgres calls a statement that took too long, and a connection that broke.
const (
	queryCanceled     = "57014"
	connectionFailure = "08006"
)

// CodeUnreadable is why nothing can be written where what is stored does not read.
const CodeUnreadable = "unreadable"

// BadText says that Postgres cannot hold a text, such as one with a zero byte.
func (f *Fault) BadText() bool { return f.SQLSTATE == "22021" || f.SQLSTATE == "22P05" }

// class says whether the SQLSTATE is of one of some classes.
func (f *Fault) class(classes ...string) bool {
	for _, c := range classes {
		if strings.HasPrefix(f.SQLSTATE, c) {
			return true
		}
	}
	return false
}
