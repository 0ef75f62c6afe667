// Package consult calls a professional to a desk, at once.
//
// Example: on a Tuesday social needs come up at Lucca's open desk. The desk presses «Consulta
// subito»: of the social workers on duty the one who was called longest ago is rung. She cannot
// come, and says so; the next one is rung, and answers «Arrivo».
package consult

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Answer is what somebody who is rung says.
type Answer string

// The answers. Whoever cannot come has the next one rung.
const (
	Coming Answer = "coming"
	Soon   Answer = "in_ten_minutes"
	Cannot Answer = "cannot"
)

// Answers lists them.
var Answers = []Answer{Coming, Soon, Cannot}

// Why nobody is rung, or an answer is not taken.
const (
	Ringing  = "already_ringing"  // somebody is, and may still answer
	Answered = "already_answered" // somebody comes, or this one has said that they cannot
	NoDuty   = "nobody_on_duty"   // the supervisor is told
	NoAnswer = "unknown_answer"
)

// The kinds of mail: to who is rung, and to the supervisor where nobody comes.
const (
	MailCall       = "consult_call"
	MailUnanswered = "consult_unanswered"
)

// MayRing says whether somebody may call a professional to the desk: whoever receives there.
func MayRing(who care.Staff) bool {
	return slices.Contains([]care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator}, who.Role)
}

// Ring is that one member of staff was called.
type Ring struct {
	ID     string    `db:"id"`
	Task   string    `db:"task"`
	Staff  string    `db:"staff"`
	Name   string    `db:"name"`
	At     time.Time `db:"at"`
	Until  time.Time `db:"until"` // then the supervisor is told
	Answer Answer    `db:"answer"`
}

// Call is a consult that is to be held, with who was rung for it, the last one last.
type Call struct {
	Task   string `db:"task"`
	CaseID string `db:"case_id"`
	Number string `db:"number"`
	Rings  []Ring
}

// State is how it stands with a call.
type State string

// A call is to be made, rings, is answered, or nobody has answered it.
const (
	ToMake     State = "to_make"
	IsRinging  State = "ringing"
	IsAnswered State = "answered"
	Unanswered State = "unanswered"
)

// Last is who was rung last; nil: nobody yet.
func (c Call) Last() *Ring {
	if len(c.Rings) == 0 {
		return nil
	}
	return &c.Rings[len(c.Rings)-1]
}

// State says how it stands now.
func (c Call) State(now time.Time) State {
	switch last := c.Last(); {
	case last == nil:
		return ToMake
	case last.Answer == Coming || last.Answer == Soon:
		return IsAnswered
	case last.Answer == "" && now.Before(last.Until):
		return IsRinging
	default:
		return Unanswered
	}
}

// Refuses says by which rule nobody is rung now; empty: the next one is.
func (c Call) Refuses(now time.Time) string {
	switch c.State(now) {
	case IsRinging:
		return Ringing
	case IsAnswered:
		return Answered
	default:
		return ""
	}
}

// Refuses says by which rule an answer is not taken; empty: it is. Who answers late still does.
func (r Ring) Refuses(a Answer) string {
	switch {
	case !slices.Contains(Answers, a):
		return NoAnswer
	case r.Answer != "":
		return Answered
	}
	return ""
}
