package catalogue

import (
	"math/rand/v2"
	"slices"
	"time"

	"percorso/internal/care"
)

// World is what an example is made of.
type World struct {
	Policy care.Policy
	Now    time.Time
	Rand   *rand.Rand
	Zones  []string      // codes of all zones
	Task   care.TaskKind // of the task, of operations on one
	// Calendar is the zone's; nil: its offices are open every day.
	Calendar care.Calendar
	// Seen gives the digest of what an agency would get of the person; nil: nobody
	// has looked.
	Seen func(agency, purpose string) string
	// SamePerson gives the id of another open case file of the person; nil: there is
	// none.
	SamePerson func() string
	// Colleague gives the id of a colleague of whoever asks; nil: there is none.
	Colleague func() string
}

// colleague is the id of one, or of nobody.
func (w World) colleague() string {
	if w.Colleague == nil {
		return "00000000-0000-0000-0000-000000000000"
	}
	return w.Colleague()
}

// What made-up forms say in words: visibly of no real person.
const exampleText = "Prova"

// noForm is the example of what asks for nothing besides.
func noForm(World) None { return None{} }

// pick picks one of a list.
func pick[T any](w World, list []T) T { return list[w.Rand.IntN(len(list))] }

// pickCode picks a code of one of the zone's lists; empty: the list is.
func pickCode[T any](w World, list []T, code func(T) string) string {
	if len(list) == 0 {
		return ""
	}
	return code(pick(w, list))
}

func codeOf(n care.Named) string { return n.Code }

// soon is ten o'clock on an open day from tomorrow on, within some weeks.
func (w World) soon() time.Time {
	at := w.Now.Add(time.Duration(1+w.Rand.IntN(20)) * 24 * time.Hour)
	if w.Calendar != nil {
		at = w.Calendar.NextOpen(at)
	}
	year, month, day := at.Date()
	return time.Date(year, month, day, 10, 0, 0, 0, at.Location())
}

// booking is an appointment with one of the zone's services.
func (w World) booking() care.Booking {
	return care.Booking{Service: care.Code(pickCode(w, w.Policy.Services, func(s care.Service) string { return s.Code })), At: w.soon()}
}

// need is one of the zone's areas of need.
func (w World) need() string {
	return pickCode(w, w.Policy.Needs, func(n care.NeedArea) string { return n.Code })
}

// needs are some of them.
func (w World) needs() (codes []string) {
	for _, i := range w.Rand.Perm(len(w.Policy.Needs))[:min(len(w.Policy.Needs), 2+w.Rand.IntN(3))] {
		codes = append(codes, w.Policy.Needs[i].Code)
	}
	return codes
}

// partner is an agency that a person can be sent to, but for the employment centre.
func (w World) partner() string {
	partners := slices.DeleteFunc(slices.Clone(w.Policy.Agencies), func(a care.Agency) bool { return !a.Reachable() || a.Kind == care.KindCPI })
	return pickCode(w, partners, func(a care.Agency) string { return a.Code })
}

// closureOutcome is an outcome of closure that people choose.
func (w World) closureOutcome() string {
	return pickCode(w, slices.DeleteFunc(slices.Clone(w.Policy.Outcomes), func(o care.Named) bool { return !care.ChosenOutcome(o.Code) }), codeOf)
}
