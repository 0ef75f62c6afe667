package workflows_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/amending"
	"percorso/internal/arrival"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/waiting"
	"percorso/internal/testclock"
	"percorso/internal/undoing"
	"percorso/workflows/contract"
)

var (
	walks     = flag.Int("walks", 72, "how many random walks the property test makes")
	firstWalk = flag.Uint64("first-walk", 0, "the seed of the first of them")
	walkSteps = flag.Int("walk-steps", 45, "how many steps each of them has at most, before it goes home")
)

// Whatever people, silence, faults and clocks make of a path: after every step
// the case says truly what it waits for, nobody sees it who may not, and in the
// end ordinary answers lead it to a closure that leaves nothing open. Every
// operation of the catalogue is played.
func TestEveryWalkLeadsToClosure(t *testing.T) {
	begun := time.Now() //nolint:forbidigo // measures the walks
	all := &played{times: map[care.Operation]int{}, claims: countedClaims{}, besides: map[string]int{}}
	t.Run("walks", func(t *testing.T) {
		for seed := *firstWalk; seed < *firstWalk+uint64(*walks); seed++ {
			start := testclock.Moments[seed%uint64(len(testclock.Moments))]
			t.Run(fmt.Sprint("seed ", seed, " from ", start.Name), func(t *testing.T) {
				t.Parallel()
				g := &wanderer{rand: rand.New(rand.NewPCG(seed, 1)), played: map[care.Operation]int{}, changesRules: seed%8 == 0, guards: seed%8 == 3 || seed%8 == 6,
					claims: countedClaims{}, besides: map[string]int{}, rules: postgres.NewRules(calendar.New)}
				if seed%2 == 0 { // so that each is done in many walks
					g.mends = &[]catalogue.Operation[catalogue.ReasonForm]{catalogue.RetryEntry, catalogue.RefuseEntry}[seed/2%2]
				}
				defer func() { all.add(g) }()
				knows := 0
				if seed%5 == 0 {
					knows = 1 + int(seed/5%2)
				}
				playKnowing(t, start.At, knows, func(w *casework) {
					w.zone = []string{"prato", "lucca", "pistoia", "lucca"}[seed%4] // of Lucca's équipe two seats are private
					g.casework = w
					w.carrier.(*play).steps.fault = g.fault
					defer g.restoresRules()
					defer func() {
						if t.Failed() {
							t.Log("on ", g.zone, " case ", g.id, ":\n", strings.Join(g.trail, ""))
						}
					}()
					g.opensAny()
					g.looks()
					switch seed % 4 {
					case 1:
						g.goesOnTo(care.EquipeOpinion)
					case 3:
						g.goesOnTo("")
					}
					for i := range *walkSteps {
						switch open := g.known.Stage != care.StageClosed; {
						case g.guards && g.kept == nil && open && i >= 3:
							g.protects()
						case g.kept != nil && g.steps >= g.kept.lifts && open && g.rand.IntN(2) == 0:
							g.lifts()
						default:
							g.step()
						}
						g.holds()
					}
					g.goesHome()
					require.GreaterOrEqual(g, g.claims.all(), leastClaims, "claims of the sentence that were tried")
				})
			})
		}
	})
	t.Logf("%d steps in %d walks, %.0f a second; %d entries waited for a newer worker; %v", all.steps, *walks, float64(all.steps)/time.Since(begun).Seconds(), all.left, all.times) //nolint:forbidigo // see above
	t.Logf("%d claims of the sentence tried: %v; besides: %v", all.claims.all(), all.claims, all.besides)
	if *walks < enoughWalks || t.Failed() {
		return
	}
	for _, what := range around {
		require.Positive(t, all.besides[what], "in no walk: %s", what)
	}
	for _, of := range claims {
		require.Positive(t, all.claims[of], "no claim was tried of %s", of)
	}
	for _, o := range catalogue.All {
		if code := o.About().Code; !slices.Contains(keeping, code) && !slices.Contains(byID, code) {
			require.Positive(t, all.times[code], "%s was done in no walk", code)
		}
	}
	require.Positive(t, all.left, "no older worker met an entry of a newer course")
}

// played is what was done in all walks.
type played struct {
	sync.Mutex
	steps  int
	left   int // entries that waited for a worker of a newer course
	times  map[care.Operation]int
	claims countedClaims

	besides map[string]int // what happened around the cases
}

func (p *played) add(g *wanderer) {
	p.Lock()
	defer p.Unlock()
	p.steps += g.steps
	p.left += g.left
	p.claims.add(g.claims)
	for what, n := range g.besides {
		p.besides[what] += n
	}
	for o, n := range g.played {
		p.times[o] += n
	}
}

// enoughWalks is how many walks come to everything that may be asked.
const enoughWalks = 72

// wanderer does at random what may be done.
type wanderer struct {
	*casework
	rand       *rand.Rand
	last       string   // what it did, for a failure's message
	trail      []string // all that it did
	steps      int
	left       int                    // entries that waited for a worker of a newer course
	known      ledger.Case            // as it was after the last step
	open       []ledger.Task          // likewise
	revision   int                    // of its runs together, before that was read
	claims     countedClaims          // of its sentences that were tried
	promise    promised               // what the last of them said will happen
	besides    map[string]int         // what happened around the case
	guards     bool                   // the person is to be protected
	kept       *keepers               // of the protected person; nil: she is not
	everywhere string                 // the statement that looks for a case in all tables
	rules      *postgres.Rules        // that those who try go by
	lives      int                    // reopenings
	undone     bool                   // a closure of it was taken back
	played     map[care.Operation]int // what was done

	person       ledger.Person // whom the case is about
	changesRules bool          // the zone's rules change on the way, once
	newest       string        // version of the changed rules
	changed      string        // zone that has them

	mends          *catalogue.Operation[catalogue.ReasonForm] // what the supervisor does, once, with an answer that cannot be written; nil: there is none
	poison         string                                     // entry whose step cannot be written; empty: none
	amended, noted bool                                       // that what was written was amended, and a referral has a note
}

// did counts a step and names it.
func (g *wanderer) did(what ...any) {
	g.steps++
	g.last = fmt.Sprintln(what...)
	g.trail = append(g.trail, g.now().Format(time.DateTime+" "), g.last)
}

// fault is what happens to a transaction now and then: Postgres is gone before
// it, or its answer is lost after it. The step is tried again. A poisoned entry
// cannot be written at all.
func (g *wanderer) fault(e ledger.Entry) (before, after error) {
	if e.ID == g.poison {
		return &ledger.Fault{SQLSTATE: "22001"}, nil
	}
	switch g.rand.IntN(40) {
	case 0:
		return &ledger.Fault{Lost: true}, nil
	case 1:
		return nil, &ledger.Fault{Lost: true}
	}
	return nil, nil
}

// holds asserts what must be so after every step.
func (g *wanderer) holds() {
	g.Helper()
	g.keepsHealth()
	g.looks()
	if g.kept != nil {
		g.unknown()
	}
	if g.known.Stage == care.StageClosed {
		g.isClosed(g.known, g.known.Outcome)
		g.isStill()
		g.unseen()
		return
	}
	// The relay brings what it could not deliver a second later, on the wall clock, and a
	// clock that fell due with the last step is at work beside the walk.
	for range 3 {
		if len(g.unworked()) == 0 && g.known.Waiting.Cause != health.CauseClock {
			break
		}
		time.Sleep(1100 * time.Millisecond)
		g.carrier.(*play).relay()
		g.looks()
	}
	g.explained(g.known)
	g.knowsAppointments()
	g.tells()
	g.unseen()
}

// looks reads how the case stands, for what is asserted of it and for the next step.
func (g *wanderer) looks() {
	g.Helper()
	g.revision = g.revisions()
	g.known = g.file()
	g.open = nil
	if g.known.Stage != care.StageClosed {
		g.open = g.tasks("")
	}
}

// keepsHealth asserts that of each open case is kept what is computed. A step keeps it
// itself; what else changes it, and what time does, is the refresher's.
func (g *wanderer) keepsHealth() {
	g.Helper()
	ctx := context.Background()
	var cases []string
	for run := range g.carrier.(*play).cases {
		cases = append(cases, ledger.BareID(run))
	}
	require.NoError(g, g.health.Look(ctx))
	_, err := g.health.Refresh(ctx, 1000)
	require.NoError(g, err)
	back := errors.New("as it was")
	require.ErrorIs(g, g.asWatch(func(tx pgx.Tx) error {
		kept := g.keptHealth(ctx, tx, cases)
		if _, err := tx.Exec(ctx, `UPDATE case_health SET changes_at = 'epoch' WHERE case_id = ANY ($1)`, cases); err != nil {
			return err
		}
		if _, err := waiting.Refresh(ctx, tx, testclock.Rome, g.now(), len(kept)); err != nil {
			return err
		}
		require.Equal(g, g.keptHealth(ctx, tx, cases), kept, "kept after %s", g.last)
		return back
	}), back)
}

// keptHealth reads what is kept of the open ones of some cases, and locks it: a step
// that is at work beside the walk ends after what is compared.
func (g *wanderer) keptHealth(ctx context.Context, tx pgx.Tx, cases []string) []string {
	g.Helper()
	rows, _ := tx.Query(ctx, `SELECT to_jsonb(h) - '{computed_at,changes_at}'::text[] #>> '{}' FROM case_health h WHERE case_id = ANY ($1) ORDER BY case_id FOR UPDATE`, cases)
	kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(g, err)
	return kept
}

// isStill asserts that nothing of a closed case waits.
func (g *wanderer) isStill() {
	g.Helper()
	var waits int
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM wait WHERE case_id = $1)
			+ (SELECT count(*) FROM run WHERE case_id = $1 AND (ended_at IS NULL OR next_due IS NOT NULL))`, g.id).Scan(&waits)
	}))
	require.Zero(g, waits, "what a closed case waits for, after %s", g.last)
}

// explained asserts that the sentence is there and true.
func (g *wanderer) explained(file ledger.Case) {
	g.Helper()
	w := file.Waiting
	require.NotEmpty(g, italian.Sentence(w, g.policy(), g.now()))
	if w.Cause == health.CauseProposer { // true: the zone has no other supervisor, and what is left is to take the closure back
		require.Equal(g, []any{health.Orphaned, care.ClosureApproval}, []any{w.Health, w.Task})
		return
	}
	if w.Cause == health.CauseKeepers || w.Cause == health.CauseSeated { // true: who could do it knows nothing of her, or sits already
		require.NotNil(g, g.kept, "after %s", g.last)
		return
	}
	if w.Cause == health.CauseMail { // true: a mail came back
		require.Equal(g, health.Broken, w.Health)
		return
	}
	require.NotContains(g, []health.Health{health.Broken, health.Orphaned}, w.Health, "after %s: %+v, unworked: %v", g.last, w, g.unworked())
	late := false
	var open []ledger.Task
	for _, t := range slices.Concat(g.open, g.askedElsewhere(file)) {
		open = append(open, t)
		late = late || !t.Suspended && (t.Escalated || t.Due != nil && g.now().After(*t.Due))
	}
	require.Equal(g, late, w.Health == health.Late, "after %s: %+v of %+v", g.last, w, open)
	switch w.For {
	case health.WaitTask:
		i := slices.IndexFunc(open, func(t ledger.Task) bool { return t.ID == w.TaskID || w.Zone != "" && t.Kind == w.Task })
		require.GreaterOrEqual(g, i, 0, "after %s the case waits for a task that is not open: %+v", g.last, w)
		require.Equal(g, [3]string{string(open[i].Kind), string(open[i].Role), open[i].Agency}, [3]string{string(w.Task), string(w.Role), w.Agency})
	case health.WaitTime:
		require.NotNil(g, w.Until, "after %s: %+v", g.last, w)
		require.Contains(g, leadOn, w.Then, "after %s nobody has a next step: %+v", g.last, w)
		require.False(g, w.Until.Add(health.Grace).Before(g.now()), "after %s: %+v at %s", g.last, w, g.now())
		if file.SuspendedUntil != nil {
			require.True(g, file.SuspendedUntil.Equal(*w.Until))
		}
	default:
		require.Fail(g, "no sentence", "after %s: %+v", g.last, w)
	}
}

// knowsAppointments asserts that each run that is under way has open what its appointments
// are: none stands of which its path knows nothing, and it awaits none that is over.
func (g *wanderer) knowsAppointments() {
	g.Helper()
	var astray []string
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), `SELECT r.id || ': ' || k.known::text || ' but ' || k.stands::text FROM run r,
			LATERAL (SELECT ARRAY(SELECT o ->> 'id' FROM jsonb_array_elements(r.state -> 'open') o WHERE o ->> 'kind' = 'appointment' ORDER BY 1) AS known,
				ARRAY(SELECT a.id::text FROM appointment a WHERE a.run_id = r.id AND a.state IN ('booked', 'confirmed') ORDER BY 1) AS stands) k
			WHERE r.case_id = $1 AND k.known IS DISTINCT FROM k.stands`, g.id)
		var err error
		astray, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}))
	require.Empty(g, astray, "appointments that a path knows, and those that stand, after %s", g.last)
}

// leadOn are the waits of a case that lead to somebody's task, where nobody has one now.
var leadOn = []string{health.ThenResume, care.DeadlineReviewAfterPlacement, care.DeadlineReviewAfterService, care.DeadlineReviewAfterPlan}

// unworked lists what was accepted for the case and not worked.
func (g *wanderer) unworked() (found []string) {
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), `SELECT operation || ' for ' || run_id || ' of ' || (answer ->> 'case') FROM command WHERE case_id = $1 AND state = 'accepted'`, g.id)
		var err error
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}))
	return found
}

// askedElsewhere is what another zone is asked about the case.
func (g *wanderer) askedElsewhere(file ledger.Case) (all []ledger.Task) {
	g.Helper()
	if there, asked := g.approvalElsewhere(file); there != nil {
		defer func() { all = append(all, asked) }()
	}
	if file.Transfer == "" {
		return nil
	}
	page, err := g.records.Tasks(context.Background(), g.staff[file.Transfer][care.SocialWorker], ledger.TaskFilter{CaseID: g.id}, ledger.Paging{})
	require.NoError(g, err)
	require.Len(g, page.Items, 1)
	return page.Items
}

// unseen asserts that a member of staff of any zone sees of the case what they
// may and no more.
func (g *wanderer) unseen() {
	g.Helper()
	ctx := context.Background()
	zones := []string{"prato", "pistoia", "lucca"}
	staff := g.staff[pick(g, zones)]
	who := staff[pick(g, slices.Sorted(mapKeys(staff)))]
	var granted bool
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_grant WHERE case_id = $1 AND agency = $2)`, g.id, who.Agency).Scan(&granted)
	}))
	sees := who.Zone == g.zone && (who.Role == care.Supervisor || granted) && g.keeps(who)
	_, err := g.records.CaseFile(ctx, who, g.id)
	require.Equal(g, sees, err == nil, "%s of %s reads the file after %s: %v", who.Role, who.Zone, g.last, err)
	if g.steps%3 == 0 { // a search is dear
		files, err := g.records.CaseFiles(ctx, who, ledger.CaseFilter{Search: g.known.Number}, ledger.Paging{})
		require.NoError(g, err)
		require.Equal(g, sees, slices.ContainsFunc(files.Items, func(f ledger.CaseFile) bool { return f.ID == g.id }))
	}
	plans, err := g.records.Plans(ctx, who, g.id)
	switch planned := g.seesPlan(who); {
	case !g.keeps(who):
		require.Empty(g, plans)
	case sees || planned == seen:
		require.NoError(g, err, "%s of %s reads the plan after %s", who.Role, who.Zone, g.last)
	case planned == hidden:
		require.Empty(g, plans, "%s of %s reads the plan after %s", who.Role, who.Zone, g.last)
	}
	tasks, err := g.records.Tasks(ctx, who, ledger.TaskFilter{CaseID: g.id}, ledger.Paging{Limit: 100})
	require.NoError(g, err)
	for _, t := range tasks.Items {
		require.True(g, sees || t.Agency == who.Agency, "%s of %s sees the task %s of %s after %s", who.Role, who.Zone, t.Kind, t.Agency, g.last)
	}
	referrals, err := g.records.Referrals(ctx, who, ledger.ReferralFilter{CaseID: g.id}, ledger.Paging{Limit: 100})
	require.NoError(g, err)
	for _, f := range referrals.Items {
		require.True(g, who.Zone == g.zone && (who.Role == care.Supervisor || f.FromAgency == who.Agency || f.ToAgency == who.Agency))
	}
	switch {
	case !g.keeps(who):
		require.Empty(g, tasks.Items)
		require.Empty(g, referrals.Items)
	case !sees:
		g.holdsSight(who, tasks.Items, referrals.Items)
	}
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// world is what examples are made of.
func (g *wanderer) world() catalogue.World {
	return catalogue.World{
		Policy: g.policy(), Now: g.now(), Rand: g.rand, Zones: zonesWalked, Calendar: g.calendar(),
		Seen: func(agency, purpose string) string {
			seen, err := g.records.Disclosure(context.Background(), g.as(care.SocialWorker), g.id, agency, purpose)
			require.NoError(g, err)
			return seen.Digest
		},
		Colleague: func() string { return g.as(care.SocialWorker).ID },
	}
}

// calendar is that of the zone.
func (g *wanderer) calendar() care.Calendar {
	cal, err := calendar.New(g.policy())
	require.NoError(g, err)
	return cal
}

var zonesWalked = []string{"prato", "pistoia", "lucca"}

// about is the world of a task.
func (g *wanderer) about(t ledger.Task) catalogue.World {
	world := g.world()
	world.Task = t.Kind
	return world
}

// opensAny opens a case file.
func (g *wanderer) opensAny() {
	g.Helper()
	form := catalogue.Open.Example(g.world())
	g.person = form.Person
	g.id = g.opensFile(form)
}

// opensFile opens a case file by its form, and gives its id.
func (g *wanderer) opensFile(form ledger.CaseOpening) string {
	g.Helper()
	cmd := g.ask(care.DeskOperator, catalogue.Open.Command("", "", form))
	require.Equal(g, ledger.CommandWorked, cmd.State, "opening: %v", cmd.Refusal)
	g.played[care.OpOpen]++
	return ledger.BareID(cmd.Run)
}

// step does one of the things that may be done now.
func (g *wanderer) step() {
	g.Helper()
	file := g.known
	if file.Stage == care.StageClosed {
		g.reopens(file)
		return
	}
	var can []func()
	often := func(do func()) { can = append(can, slices.Repeat([]func(){do}, 6)...) } // what leads on
	tasks := g.open
	g.writesMore()
	if g.carrier.(*play).knows > 0 && g.rand.IntN(8) == 0 {
		g.meetsAnotherWorker(tasks)
		return
	}
	for _, t := range tasks {
		if _, ok := completion.FormOf(t.Kind); !ok || t.Kind == care.TransferAnswer || g.seatOfNobody(t) {
			continue
		}
		if g.mends != nil && g.rand.IntN(3) == 0 {
			if g.spoils(t, *g.mends) {
				g.mends = nil
			}
			return
		}
		often(func() {
			g.comes(t, "")
			g.arrives(t)
			g.completes(t, catalogue.Complete.Example(g.about(t)))
		})
	}
	for _, f := range g.referrals() {
		for _, move := range care.ReferralMoves {
			switch do := func() { g.movesAny(f, move) }; {
			case !slices.Contains(move.From, f.State):
			case move.Operation == care.OpWithdraw:
				can = append(can, do)
			case move.Operation == care.OpRedirect, move.Operation == care.OpHold, move.Operation == care.OpSupply: // seldom to be had
				can = append(can, slices.Repeat([]func(){do}, 12)...)
			default:
				often(do)
			}
		}
	}
	if len(tasks) > 0 {
		can = append(can, slices.Repeat([]func(){func() { g.assignsAny(pick(g, tasks)) }}, 3)...)
	}
	can = append(can, g.life(file)...)
	can = append(can, g.company()...)
	if g.rand.IntN(6) == 0 {
		g.did("silence")
		g.passes(time.Duration(1+g.rand.IntN(20)) * day)
		return
	}
	can[g.rand.IntN(len(can))]()
}

// seatOfNobody says whether a task is free and from a seat that none of a protected person's keepers
// can take, or speak from.
func (g *wanderer) seatOfNobody(t ledger.Task) bool {
	if g.kept == nil || t.State != care.TaskReady {
		return false
	}
	spoken := t.Kind == care.EquipeOpinion || t.Kind == care.PlanSignOff
	return t.Kind == care.EquipeInvitation || spoken && !g.keeps(g.as(t.Role))
}

// life is what life does to a case: every operation of the catalogue on a case,
// its équipes or its plan, and what concerns no case.
func (g *wanderer) life(file ledger.Case) (can []func()) {
	open := 0 // branches; not too many at once
	for _, b := range file.Branches {
		if b.Ended != nil {
			continue
		}
		open++
		if b.Kind == care.RunEquipe {
			can = append(can, slices.Repeat([]func(){func() {
				g.Helper()
				g.tries(g.asker(catalogue.Minutes.Facts), catalogue.Minutes.Any(ledger.BareID(b.Run), g.world()))
			}}, 3)...)
			can = append(can, func() {
				g.assigns(g.asker(catalogue.PlanMeeting.Facts), catalogue.PlanMeeting.Any(ledger.BareID(b.Run), g.world()))
			})
		}
	}
	if file.Transfer != "" {
		can = append(can, g.answersElsewhere, func() { g.asks(catalogue.Recall) }, func() { g.asks(catalogue.Recall) })
	}
	for _, o := range catalogue.All {
		facts := o.About()
		begins := slices.Contains([]care.Operation{care.OpBook, care.OpSendToCPI, care.OpConvene, care.OpRefer}, facts.Code)
		if facts.On != catalogue.OnCase || slices.Contains(keeping, facts.Code) || begins && open >= 3 || facts.Code == care.OpClose && g.rand.IntN(2) > 0 {
			continue
		}
		can = append(can, func() {
			g.Helper()
			g.asks(o)
		})
	}
	for _, a := range file.Appointments {
		if a.Stands() {
			change := pick(g, []catalogue.Known{catalogue.MoveAppointment, catalogue.MoveAppointment, catalogue.CancelAppointment})
			can = append(can, func() {
				g.Helper()
				g.tries(care.SocialWorker, change.Any(a.ID, g.world()).InRun(a.Run))
			})
		}
	}
	if g.rand.IntN(5) == 0 {
		can = append(can, func() { g.assigns(care.DeskOperator, catalogue.Contact.Any("", g.world())) })
	}
	if action := g.actionOfPlan(); action != "" {
		can = append(can, func() {
			g.assigns(care.SocialWorker, catalogue.Progress.Any(action, g.world()).InRun(g.run()))
		})
	}
	return can
}

// byID is what changes something of a case by its id, which no example knows: in a walk it is refused
// each time, and what it does is tried by the tests of the store.
var byID = []care.Operation{care.OpMoveDate, care.OpEndDate}

// keeping is what hides a case from its walkers: who walks on knows nothing of it.
var keeping = []care.Operation{care.OpProtect, care.OpNameKeeper, care.OpDismissKeeper, care.OpAskLifting, care.OpLift}

// asks asks for an operation on the case, and follows where it leads.
func (g *wanderer) asks(o catalogue.Known) {
	g.Helper()
	switch code := o.About().Code; {
	case code == care.OpMerge:
		g.merges()
	case code == care.OpVouch:
		g.vouches()
	case o.About().AtOnce:
		g.assigns(g.asker(o.About()), o.Any(g.id, g.world()))
	case code == care.OpRenewPolicy:
		g.renewsPolicy()
	case code == care.OpMeet:
		g.meetsEarlier()
	default:
		g.tries(g.asker(o.About()), o.Any(g.id, g.world()))
	}
}

// writesMore amends, once, what the desk wrote when it opened the file, and adds a note to
// the first referral that there is. Nothing is drawn for it, and nothing else changes by it.
func (g *wanderer) writesMore() {
	g.Helper()
	if !g.amended {
		g.amended = true
		page, err := g.records.WrittenIn(context.Background(), g.as(care.DeskOperator), g.id, "", ledger.Paging{Limit: 20})
		require.NoError(g, err)
		if i := slices.IndexFunc(page.Items, func(r ledger.Record) bool { return r.Form == string(care.OpOpen) }); i >= 0 {
			note := "Corretto di prova"
			g.assigns(care.DeskOperator, catalogue.Amend.Command("", page.Items[i].ID, amending.Amended{Seen: 1, Why: "Prova", Note: &note}))
		}
	}
	if sent := g.referrals(); !g.noted && len(sent) > 0 {
		g.noted = true
		g.assigns(care.SocialWorker, catalogue.NoteReferral.Command("", sent[0].ID, catalogue.ReasonForm{Note: "Nota di prova"}))
	}
}

// asker is a role of the zone that may ask for an operation on a case.
func (g *wanderer) asker(facts catalogue.Facts) care.Role {
	if facts.Asks == nil { // whoever is at work on the case
		return pick(g, []care.Role{care.CPIOperator, care.SocialWorker})
	}
	roles := slices.DeleteFunc(slices.Sorted(mapKeys(g.staff[g.zone])), func(r care.Role) bool { return !facts.MayAsk(r) })
	if keep := slices.DeleteFunc(slices.Clone(roles), func(r care.Role) bool { return !g.keeps(g.as(r)) }); len(keep) > 0 {
		roles = keep // others are told that there is no such case
	}
	return pick(g, roles)
}

// assignsAny does what may be done about who does a task, and by when.
func (g *wanderer) assignsAny(t ledger.Task) {
	g.Helper()
	o := pick(g, []catalogue.Known{catalogue.Claim, catalogue.Release, catalogue.Reassign, catalogue.Extend, catalogue.Remind})
	role := t.Role
	switch asks := o.About().Asks; {
	case asks != nil:
		role = pick(g, asks)
	case t.State == care.TaskReserved:
		role = t.HolderRole
	}
	g.assigns(role, o.Any(t.ID, g.about(t)))
}

// assigns asks for what wakes no process and may be refused.
func (g *wanderer) assigns(role care.Role, c catalogue.Command) {
	g.Helper()
	g.did(c.Operation)
	require.Empty(g, c.Check(g.around()), "%s", g.last)
	c.Key = g.key()
	_, err := g.records.Assign(context.Background(), g.as(role), c.NewCommand)
	var refusal *care.Refusal
	switch {
	case err == nil:
		g.played[c.Operation]++
	case errors.As(err, &refusal), errors.Is(err, ledger.ErrNotFound), errors.Is(err, ledger.ErrForbidden):
		g.did(c.Operation, "by", role, "refused", err)
	default:
		require.NoError(g, err, "%s", g.last)
	}
}

// arrives has the desk mark, but for every fourth time, that the person of a task's appointment is
// here, where it is of today. Nothing is drawn for it.
func (g *wanderer) arrives(t ledger.Task) {
	g.Helper()
	for _, a := range g.known.Appointments {
		if a.Run == t.Run && a.Stands() && g.steps%4 > 0 && arrival.Today(a.At, g.now().In(testclock.Rome)) {
			g.assigns(care.DeskOperator, catalogue.Arrive.Command("", a.ID, arrival.Mark{}))
		}
	}
}

// actionOfPlan is an action of the active plan; empty: there is none.
func (g *wanderer) actionOfPlan() string {
	g.Helper()
	plans, err := g.records.Plans(context.Background(), g.as(care.Supervisor), g.id)
	require.NoError(g, err)
	for _, p := range plans {
		if p.State == care.PlanActive && len(p.Content.Actions) > 0 {
			return pick(g, p.Content.Actions).ID
		}
	}
	return ""
}

// tries asks for what may be refused: by a rule, or because the path does not
// await it where it stands.
func (g *wanderer) tries(role care.Role, c catalogue.Command) ledger.Command {
	g.Helper()
	g.did(c.Operation)
	c.Key = g.key()
	cmd, err := g.records.Accept(context.Background(), g.as(role), c.NewCommand)
	if errors.Is(err, ledger.ErrNotFound) {
		return cmd // whose agency does not work on the case
	}
	require.NoError(g, err)
	if cmd.State == ledger.CommandAccepted {
		g.bring(cmd)
	}
	cmd, err = g.records.Command(context.Background(), g.as(role), cmd.ID)
	require.NoError(g, err)
	require.NotEqual(g, ledger.CommandAccepted, cmd.State, "%s", g.last)
	if cmd.State == ledger.CommandWorked {
		g.played[c.Operation]++
	}
	if cmd.State == ledger.CommandRefused {
		g.did(c.Operation, "refused", cmd.Refusal)
		require.Contains(g, []string{care.RefusedInvalid, care.RefusedNotAwaited, care.RefusedOpen}, cmd.Refusal.Code, "%s", g.last)
		g.toldWhy(cmd)
	}
	return cmd
}

// meetsAnotherWorker has the case gone on with by a worker of the other course. What
// follows the newer course the older worker leaves alone: it waits for the newer one.
func (g *wanderer) meetsAnotherWorker(tasks []ledger.Task) {
	g.Helper()
	p := g.carrier.(*play)
	if p.knows == 1 {
		g.did("a newer worker comes")
		p.changes(g.casework, 2)
		return
	}
	g.did("the newer worker goes")
	left := p.steps.left()
	p.changes(g.casework, 1)
	following := map[string]int{}
	for _, r := range g.openRuns() {
		following[r.ID] = r.Course
	}
	if !slices.Contains(slices.Collect(maps.Values(following)), 2) {
		return // the older one knows all of it
	}
	p.settle("that the older worker leaves a run", func() bool { return p.steps.left() > left })
	i := slices.IndexFunc(tasks, func(t ledger.Task) bool {
		_, ok := completion.FormOf(t.Kind)
		return ok && following[t.Run] == 2 && t.Kind != care.TransferAnswer && !g.seatOfNobody(t)
	})
	comesBack := func() {
		g.did("and comes back")
		p.changes(g.casework, 2)
	}
	if i < 0 {
		comesBack()
		return
	}
	role, c := g.answer(tasks[i], catalogue.Complete.Example(g.about(tasks[i])))
	cmd := g.accept(role, c)
	if cmd.State != ledger.CommandAccepted {
		comesBack()
		return
	}
	g.bring(cmd)
	is := func() ledger.CommandState {
		now, err := g.records.Command(context.Background(), g.as(role), cmd.ID)
		require.NoError(g, err)
		return now.State
	}
	require.Equal(g, ledger.CommandAccepted, is(), "after %s: the older worker leaves it", g.last)
	comesBack()
	require.NoError(g, p.env.SignalWorkflowByID(cmd.Run, contract.Wake, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}))
	p.settle("what waited for the newer worker", func() bool { return is() != ledger.CommandAccepted })
	g.left++
	p.relay()
}

// spoils completes a task with an answer that cannot be written. The supervisor has
// it tried again once it can be, or refuses it. False: the task takes no answer now.
func (g *wanderer) spoils(t ledger.Task, mend catalogue.Operation[catalogue.ReasonForm]) bool {
	g.Helper()
	g.did(t.Kind, "cannot be written,", mend.Code)
	role, c := g.answer(t, catalogue.Complete.Example(g.about(t)))
	cmd := g.accept(role, c)
	if cmd.State != ledger.CommandAccepted {
		return false
	}
	g.poison = cmd.ID
	g.bring(cmd)
	g.poison = ""
	w := g.file().Waiting
	require.Equal(g, []any{health.Broken, health.CauseDeferred}, []any{w.Health, w.Cause}, "after %s", g.last)
	g.assigns(care.Supervisor, mend.Any(cmd.ID, g.world()))
	g.carrier.(*play).relay()
	cmd, err := g.records.Command(context.Background(), g.as(role), cmd.ID)
	require.NoError(g, err)
	if mend.Code == care.OpRefuseEntry {
		g.refused(care.RefusedByHand, cmd)
	}
	require.NotEqual(g, ledger.CommandAccepted, cmd.State, "after %s", g.last)
	return true
}

// answersElsewhere has the other zone answer what it was asked.
func (g *wanderer) answersElsewhere() {
	g.Helper()
	asked := g.askedElsewhere(g.known)[0]
	there := g.another(g.known.Transfer)
	g.did("an answer to a transfer")
	if g.rand.IntN(3) > 0 {
		there.answers(asked, care.Completion{Outcome: care.Rejected, Reason: "no_capacity"})
		return
	}
	number := g.known.Number
	there.answers(asked, care.Completion{Outcome: care.Accepted, Stage: pick(g, []care.Stage{care.StageFirstLevel, care.StageFollowUp})})
	_, err := g.records.CaseFile(context.Background(), g.as(care.Supervisor), g.id)
	require.ErrorIs(g, err, ledger.ErrNotFound, "the access of the zone that gave the case away")
	files, err := g.records.CaseFiles(context.Background(), g.as(care.Supervisor), ledger.CaseFilter{Search: number}, ledger.Paging{})
	require.NoError(g, err)
	require.Empty(g, files.Items)
	g.id, g.zone = g.continuedIn(), there.zone
}

// merges opens a second file for the same person, and merges one into the other.
func (g *wanderer) merges() {
	g.Helper()
	form := catalogue.Open.Example(g.world())
	form.Person = g.person
	second := g.another(g.zone)
	second.id = g.opensFile(form)
	from, into := second, g.casework
	if g.rand.IntN(2) == 0 {
		from, into = g.casework, second
	}
	if g.kept == nil {
		g.declares(from, into)
	}
	said := g.words(from.id, into.id)
	world := g.world()
	world.SamePerson = func() string { return into.id }
	cmd := g.tries(g.asker(catalogue.Merge.Facts), catalogue.Merge.Any(from.id, world))
	if cmd.State != ledger.CommandWorked {
		second.closesEarly()
		return
	}
	// Who withdrew everything in one file has withdrawn what they had given in the other.
	require.Subset(g, said, g.words(into.id), "what the person said last, of two files")
	if len(said) > 0 {
		g.happens(consentsMerged)
	}
	if g.parts(from) {
		second.closesEarly()
		return
	}
	merged := from.id
	if g.id == merged {
		g.id = into.id
	}
	(&wanderer{casework: &casework{carrier: g.carrier, office: g.office, zone: g.zone, id: merged}, last: g.last}).isStill()
}

// parts has two people take a merge back, now and then; false: the files stay one.
func (g *wanderer) parts(merged *casework) bool {
	g.Helper()
	p := g.carrier.(*play)
	if knows := p.knows; knows > 0 && knows < undoing.Course || g.rand.IntN(2) == 0 {
		return false
	}
	before := g.played[care.OpUndo]
	g.assigns(care.SocialWorker, catalogue.Mistake.Any(merged.id, g.world()))
	g.assigns(care.Supervisor, catalogue.Undo.Any(merged.id, g.world()))
	if g.played[care.OpUndo] == before {
		return false
	}
	open := merged.openRuns()
	i := slices.IndexFunc(open, func(r openRun) bool { return r.ID == merged.run() })
	require.GreaterOrEqual(g, i, 0, "the run of a file that was merged, after %s", g.last)
	p.start(ledger.Start{Run: merged.run(), Case: merged.run(), Epoch: open[i].Epoch}) // as whatever is lost
	g.passes(time.Minute)
	g.happens(mergeUndone)
	return true
}

// vouches confirms that a second file is of the same person, and closes that.
func (g *wanderer) vouches() {
	g.Helper()
	form := catalogue.Open.Example(g.world())
	form.Person = g.person
	second := g.another(g.zone)
	second.id = g.opensFile(form)
	world := g.world()
	world.SamePerson = func() string { return second.id }
	g.assigns(g.asker(catalogue.Vouch.Facts), catalogue.Vouch.Any(g.id, world))
	second.closesEarly()
}

// renewsPolicy brings the zone's newest rules to the case. They may have changed
// just now.
func (g *wanderer) renewsPolicy() {
	g.Helper()
	if g.changesRules {
		g.changesRules = false
		g.newest = g.loadsLongerTerms()
	}
	for range 40 {
		if cmd := g.tries(care.Supervisor, catalogue.RenewPolicy.Any(g.id, g.world())); cmd.State != ledger.CommandWorked {
			return // the case has ended
		}
		if g.newest == "" || g.file().Zone != g.changed || g.file().PolicyV == g.newest {
			return
		}
		time.Sleep(100 * time.Millisecond) // a worker remembers a zone's rules for a moment
	}
	require.Fail(g, "the case does not take up the newest rules")
}

// loadsLongerTerms loads rules of the zone that give everybody more time, and
// gives their version.
func (g *wanderer) loadsLongerTerms() string {
	g.Helper()
	changed := g.policy()
	changed.Version, g.changed = changed.Version+"-longer", changed.Zone
	changed.Tasks = slices.Clone(changed.Tasks)
	for i := range changed.Tasks {
		t := &changed.Tasks[i]
		for _, term := range []*care.Duration{&t.Claim.Remind, &t.Claim.Escalate, &t.Complete.Remind, &t.Complete.Escalate} {
			term.N++
		}
	}
	g.loads(changed)
	return changed.Version
}

// restoresRules gives the zone its own rules back.
func (g *wanderer) restoresRules() {
	if g.newest != "" {
		g.loads(g.zones[g.changed])
	}
}

// loads makes these the rules of a zone.
func (g *wanderer) loads(p care.Policy) {
	g.Helper()
	g.setsUp(ledger.SetupChange{Policy: &p})
}

// reopens brings a closed case back, at most twice.
func (g *wanderer) reopens(file ledger.Case) {
	g.Helper()
	knows := g.carrier.(*play).knows
	if file.Undoing != nil && !g.undone && (knows == 0 || knows >= undoing.Course) && g.rand.IntN(4) == 0 {
		g.undone = true
		before := g.played[care.OpUndo]
		g.assigns(care.SocialWorker, catalogue.Mistake.Any(g.id, g.world()))
		g.assigns(care.Supervisor, catalogue.Undo.Any(g.id, g.world()))
		g.passes(time.Minute)
		require.Equal(g, g.played[care.OpUndo] > before, g.file().Closed == nil, "two people take a closure back, whatever its outcome")
		return
	}
	if g.lives == 2 || !undoing.MayReopen(file.Outcome) {
		g.did("rest")
		g.passes(30 * day)
		return
	}
	g.lives++
	cmd := g.tries(g.asker(catalogue.Reopen.Facts), catalogue.Reopen.Any(g.id, g.world()))
	if knows > 0 && cmd.State == ledger.CommandWorked {
		require.Equal(g, openRun{ID: g.run(), Epoch: g.openRuns()[0].Epoch, Course: knows}, g.openRuns()[0], "what is reopened follows the newest course")
	}
}

// homewards is the answer to each kind of task that leads to a closure.
var homewards = map[care.TaskKind]string{
	care.FirstListening: care.Heard, care.SocialConsult: care.NotNeeded, care.Orientation: care.Informed, care.ConfirmAppointment: care.Cancelled,
	care.Interview: care.NoShow, care.Assessment: care.Resolved, care.FollowPractice: care.Granted, care.SocialService: care.Resolved,
	care.NextService: care.NotNeeded, care.EquipeInvitation: care.Unavailable, care.EquipeOpinion: care.Favourable, care.PlanDraft: care.NoPlan,
	care.PlanSignOff: care.Signed, care.QuorumDecision: care.EndWork, care.PlanAgreement: care.Declined, care.SupplyInformation: care.Supplied,
	care.NextStepAfterRejection: care.GiveUp, care.ReferralOutcome: care.Completed, care.PlacementAppointment: care.Fixed,
	care.ServicePact: care.Declined, care.Measure: care.Started, care.PlacementOutcome: care.Placed, care.Review: care.ProposeClose,
	care.GoalEvaluation: care.Evaluated, care.Evaluation: care.ProposeClose, care.Closure: care.Closed, care.ClosureApproval: care.Approved,
	care.ClosureReturned: care.SeenTo, care.TakeUpAgain: care.ToReviews, care.BookAgain: care.NotNeeded, care.FindPerson: care.NotReached, care.DecideNext: care.NotNeeded, care.CheckMeasure: care.SeenTo, care.TellPerson: care.Informed,
	care.PermitRenewal: care.NotRenewed, care.Reconsider: care.SeenTo, care.ComingOfAge: care.SeenTo, care.PlanActionDue: care.SeenTo,
}

// onwards are the answers that lead to a plan which is active.
var onwards = map[care.TaskKind]string{
	care.FirstListening: care.Heard, care.SocialConsult: care.NotNeeded, care.Orientation: care.Booked, care.ConfirmAppointment: care.Confirmed,
	care.Interview: care.Held, care.Assessment: care.ToEquipeBetween, care.EquipeInvitation: care.Confirmed, care.EquipeOpinion: care.Favourable,
	care.PlanDraft: care.Proposed, care.PlanSignOff: care.Signed, care.PlanAgreement: care.Agreed,
}

// goesOnTo goes on until a task of a kind is open, or the plan is active: random
// steps alone seldom come so far.
func (g *wanderer) goesOnTo(kind care.TaskKind) {
	g.Helper()
	for range 60 {
		if slices.ContainsFunc(g.open, func(t ledger.Task) bool { return t.Kind == kind }) || g.actionOfPlan() != "" {
			return
		}
		if !g.answersOne(g.open, onwards) {
			g.did("waiting")
			g.passes(day)
		}
		g.holds()
	}
}

// answersOne gives the answer to one of the tasks; false: there is none.
func (g *wanderer) answersOne(tasks []ledger.Task, answers map[care.TaskKind]string) bool {
	g.Helper()
	for _, t := range tasks {
		switch {
		case t.Kind == care.ReferralAnswer:
			continue // it is answered by the moves of the referral
		case g.kept != nil && t.State == care.TaskReady:
			continue // none of her keepers can take the seat: the équipe goes on without it when its term is over
		}
		form, _ := completion.FormOf(t.Kind)
		if outcome, ok := form.Outcome(answers[t.Kind]); ok {
			g.comes(t, "")
			cmd := g.completes(t, g.about(t).Completion(outcome))
			if cmd.State == ledger.CommandRefused && t.Kind == care.ClosureApproval {
				g.completes(t, care.Completion{Outcome: care.NotApproved, Note: "Prova"}) // who proposed it takes it back
			}
			return true
		}
	}
	return false
}

// goesHome gives the ordinary answers that lead to a closure, from wherever the
// case stands and without closing it early.
func (g *wanderer) goesHome() {
	g.Helper()
	for range 300 {
		if g.known.Stage == care.StageClosed {
			return
		}
		g.goesOn()
		g.holds()
	}
	require.Fail(g, "a dead end", "after %s: %+v", g.last, g.tasks(""))
}

func (g *wanderer) goesOn() {
	g.Helper()
	if g.answersOne(g.open, homewards) {
		return
	}
	if there, asked := g.approvalElsewhere(g.known); there != nil {
		g.did("an approval elsewhere")
		there.answers(asked, care.Completion{Outcome: care.Approved})
		return
	}
	for _, f := range g.referrals() {
		if f.State == care.ReferralRequested || f.State == care.ReferralReceived {
			move := care.ReferralMoves[2]
			if !g.keeps(g.as(f.AnswerRole)) { // who was asked knows of nobody
				move = care.ReferralMoves[len(care.ReferralMoves)-1]
			}
			g.movesAny(f, move)
			return
		}
	}
	g.did("waiting")
	g.passes(10 * day)
}

func pick[T any](g *wanderer, list []T) T { return list[g.rand.IntN(len(list))] }

// completes completes a task.
func (g *wanderer) completes(t ledger.Task, form care.Completion) ledger.Command {
	g.Helper()
	g.did(t.Kind, form.Outcome)
	return g.tries(g.answer(t, form))
}

// answer claims a task where nobody has, and makes the command that completes it.
func (g *wanderer) answer(t ledger.Task, form care.Completion) (care.Role, catalogue.Command) {
	g.Helper()
	if t.State == care.TaskReady {
		g.claim(t)
		t.HolderRole = t.Role
	}
	require.Empty(g, completion.Check(g.policy(), t.Kind, form), "%s", g.last)
	return t.HolderRole, catalogue.Complete.Command("", t.ID, form).InRun(t.Run)
}

// movesAny makes a move of a referral as who may make it.
func (g *wanderer) movesAny(f ledger.Referral, move care.ReferralMove) {
	g.Helper()
	role := care.SocialWorker
	if move.By == care.Addressee {
		role = f.AnswerRole
	}
	c := catalogue.Moves[move.Operation].Any(f.ID, g.world())
	require.Empty(g, c.Check(g.around()))
	g.tries(role, c.InRun(f.Run))
	g.last = fmt.Sprint(move.Operation, " of a referral ", f.State, " to ", f.ToAgency, ": ", g.last)
}
