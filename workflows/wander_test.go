package workflows_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/store"
)

// Whatever people choose, the case says what it waits for, somebody can act,
// and it can be closed: no dead ends.
func TestWanderingNeverEndsNowhere(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				g := &wanderer{casework: w, rand: rand.New(rand.NewPCG(seed, 1))}
				w.reaches(care.ConfirmAppointment)
				for range 50 {
					g.explained()
					if w.file().Stage == care.StageClosed {
						break
					}
					g.step()
				}
				if w.file().Stage != care.StageClosed {
					w.closesEarly()
				}
				require.Equal(t, care.StageClosed, w.file().Stage)
				w.closed(w.file().Outcome)
			})
		})
	}
}

// wanderer does at random what may be done.
type wanderer struct {
	*casework
	rand *rand.Rand
	last string // what it did, for a failure's message
}

// explained asserts that the case waits for somebody or for a date.
func (g *wanderer) explained() {
	g.Helper()
	file := g.file()
	if file.Stage == care.StageClosed {
		return
	}
	require.Contains(g, []care.WaitFor{care.WaitTask, care.WaitTime}, file.Waiting.For, "after %s: %+v", g.last, file.Waiting)
	require.NotContains(g, []care.Health{care.HealthBroken, care.HealthOrphaned}, file.Waiting.Health, "after %s: %+v", g.last, file.Waiting)
}

// step does one of the things that may be done now.
func (g *wanderer) step() {
	g.Helper()
	var can []func()
	often := func(do func()) { can = append(can, slices.Repeat([]func(){do}, 8)...) } // what leads on
	for _, t := range g.tasks("") {
		if form, ok := care.FormOf(t.Kind); ok {
			often(func() { g.completes(t, form) })
		}
	}
	for _, f := range g.referrals() {
		for _, move := range care.ReferralMoves {
			switch do := func() { g.movesAny(f, move) }; {
			case !slices.Contains(move.From, f.State):
			case move.Operation == care.OpWithdraw, move.Operation == care.OpRedirect:
				can = append(can, do)
			default:
				often(do)
			}
		}
	}
	open := 0 // branches
	for _, b := range g.file().Branches {
		if b.Ended == nil {
			open++
		}
	}
	if open == 1 || open == 2 {
		can = append(can, g.booksAny, g.sends)
	}
	if len(can) == 0 || g.rand.IntN(10) == 0 {
		g.last = "a week"
		g.passes(7 * day)
		return
	}
	can[g.rand.IntN(len(can))]()
}

func pick[T any](g *wanderer, list []T) T { return list[g.rand.IntN(len(list))] }

// completes completes a task with any outcome of its form.
func (g *wanderer) completes(t store.Task, form care.TaskForm) {
	g.Helper()
	outcome := pick(g, form.Outcomes)
	g.last = fmt.Sprint(t.Kind, " ", outcome.Code)
	c := care.Completion{Outcome: outcome.Code}
	for _, field := range outcome.Requires {
		g.fill(&c, field, outcome)
	}
	for _, field := range outcome.Takes {
		if g.rand.IntN(2) == 0 {
			g.fill(&c, field, outcome)
		}
	}
	if t.State == care.TaskReady {
		g.claim(t)
	}
	require.Empty(g, care.CheckCompletion(g.policy(), t.Kind, c, g.now()), "%s", g.last)
	g.asks(t.Role, store.NewCommand{Operation: care.OpComplete, Run: t.Run, Target: t.ID, Answer: c.Answer(), Data: c})
}

// fill fills in one field of a form.
func (g *wanderer) fill(c *care.Completion, field care.Field, o care.TaskOutcome) {
	switch field {
	case care.FieldNeeds:
		c.Needs = []string{"labour", "housing"}
	case care.FieldAreas:
		c.Areas = findings
	case care.FieldBookings:
		for range 1 + g.rand.IntN(2) {
			c.Bookings = append(c.Bookings, g.booking())
		}
	case care.FieldAt:
		c.At = g.soon()
	case care.FieldUntil:
		c.Until = g.soon()
	case care.FieldReason:
		c.Reason = pick(g, o.Reasons)
	case care.FieldMatter:
		c.Matter = pick(g, g.policy().Matters).Code
	case care.FieldMeasure:
		c.Measure = pick(g, g.policy().Measures).Code
	case care.FieldEnterprise:
		c.Enterprise = "Impresa Prova"
	case care.FieldClosureOutcome:
		c.ClosureOutcome = pick(g, g.policy().Outcomes).Code
	case care.FieldNote:
		c.Note = "Prova"
	}
}

func (g *wanderer) booking() care.Booking {
	return care.Booking{Service: pick(g, g.policy().Services).Code, At: *g.soon()}
}

// movesAny makes a move of a referral as who may make it.
func (g *wanderer) movesAny(f store.Referral, move care.ReferralMove) {
	g.Helper()
	g.last = fmt.Sprint(move.Operation, " of a referral ", f.State)
	role, form := care.SocialWorker, care.ReferralMoveForm{Note: "Prova"}
	if move.By == care.Addressee {
		agency, _ := g.policy().Agency(f.ToAgency)
		role = agency.Answers
	}
	switch move.Operation {
	case care.OpReject:
		form.Reason = pick(g, g.policy().RejectReasons).Code
	case care.OpRedirect:
		form.Agency = pick(g, []string{"comune", "cpi"})
	}
	cmd := g.move(role, f, move.Operation, form)
	require.Equal(g, store.CommandWorked, cmd.State, "%s: %v", g.last, cmd.Refusal)
}

func (g *wanderer) booksAny() {
	g.Helper()
	g.last = "a booking"
	form := care.BookingForm{Booking: g.booking()}
	g.asks(care.DeskOperator, store.NewCommand{Operation: care.OpBook, Run: g.run(), Answer: form.Answer(), Data: form})
}

func (g *wanderer) sends() {
	g.Helper()
	g.last = "sending to the CPI"
	g.asks(care.SocialWorker, store.NewCommand{Operation: care.OpSendToCPI, Run: g.run(), Answer: care.SendToCPI{}.Answer(), Data: care.SendToCPI{}})
}
