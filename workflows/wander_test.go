package workflows_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

var (
	walks     = flag.Int("walks", 80, "how many random walks the property test makes")
	walkSteps = flag.Int("walk-steps", 60, "how many steps each of them has at most, before it goes home")
)

// Whatever people, silence, faults and clocks make of a path: after every step
// the case says truly what it waits for, nobody sees it who may not, and in the
// end ordinary answers lead it to a closure that leaves nothing open.
func TestEveryWalkLeadsToClosure(t *testing.T) {
	steps, begun := 0, time.Now() //nolint:forbidigo // measures the walks
	for seed := range uint64(*walks) {
		start := testclock.Moments[seed%uint64(len(testclock.Moments))]
		t.Run(fmt.Sprint("seed ", seed, " from ", start.Name), func(t *testing.T) {
			playFrom(t, start.At, func(w *casework) {
				w.zone = []string{"prato", "lucca", "pistoia", "lucca"}[seed%4] // of Lucca's équipe two seats are private
				g := &wanderer{casework: w, rand: rand.New(rand.NewPCG(seed, 1))}
				w.carrier.(*play).steps.fault = g.fault
				g.opens()
				for range *walkSteps {
					g.step()
					g.holds()
				}
				g.goesHome()
				steps += g.steps
			})
		})
	}
	t.Logf("%d steps in %d walks, %.0f a second", steps, *walks, float64(steps)/time.Since(begun).Seconds()) //nolint:forbidigo // see above
}

// wanderer does at random what may be done.
type wanderer struct {
	*casework
	rand  *rand.Rand
	last  string // what it did, for a failure's message
	steps int
	lives int // reopenings
}

// did counts a step and names it.
func (g *wanderer) did(what ...any) {
	g.steps++
	g.last = fmt.Sprintln(what...)
}

// fault is what happens to a transaction now and then: Postgres is gone before
// it, or its answer is lost after it. The step is tried again.
func (g *wanderer) fault() (before, after error) {
	switch g.rand.IntN(40) {
	case 0:
		return errors.New("gone"), nil
	case 1:
		return nil, errors.New("answer lost")
	}
	return nil, nil
}

// holds asserts what must be so after every step.
func (g *wanderer) holds() {
	g.Helper()
	file := g.file()
	if file.Stage == care.StageClosed {
		g.closed(file.Outcome)
		g.isStill()
		g.unseen()
		return
	}
	// The relay brings what it could not deliver a second later, on the wall clock.
	for range 3 {
		if len(g.unworked()) == 0 {
			break
		}
		time.Sleep(1100 * time.Millisecond)
		g.carrier.(*play).relay()
		file = g.file()
	}
	g.explained(file)
	g.unseen()
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
	require.NotContains(g, []care.Health{care.HealthBroken, care.HealthOrphaned}, w.Health, "after %s: %+v, unworked: %v", g.last, w, g.unworked())
	late := false
	var open []ledger.Task
	for _, t := range append(g.tasks(""), g.askedElsewhere(file)...) {
		open = append(open, t)
		late = late || !t.Suspended && (t.Escalated || t.Due != nil && g.now().After(*t.Due))
	}
	require.Equal(g, late, w.Health == care.HealthLate, "after %s: %+v of %+v", g.last, w, open)
	switch w.For {
	case care.WaitTask:
		i := slices.IndexFunc(open, func(t ledger.Task) bool { return t.ID == w.TaskID || w.Zone != "" && t.Kind == care.TransferAnswer })
		require.GreaterOrEqual(g, i, 0, "after %s the case waits for a task that is not open: %+v", g.last, w)
		require.Equal(g, [3]string{string(open[i].Kind), string(open[i].Role), open[i].Agency}, [3]string{string(w.Task), string(w.Role), w.Agency})
		require.NotEmpty(g, w.StandIns, "after %s: %+v", g.last, w)
	case care.WaitTime:
		require.NotNil(g, w.Until, "after %s: %+v", g.last, w)
		require.False(g, w.Until.Add(care.Grace).Before(g.now()), "after %s: %+v at %s", g.last, w, g.now())
		if file.SuspendedUntil != nil {
			require.True(g, file.SuspendedUntil.Equal(*w.Until))
		}
	default:
		require.Fail(g, "no sentence", "after %s: %+v", g.last, w)
	}
}

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
func (g *wanderer) askedElsewhere(file ledger.Case) []ledger.Task {
	g.Helper()
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
	sees := who.Zone == g.zone && (who.Role == care.Supervisor || granted)
	_, err := g.records.CaseFile(ctx, who, g.id)
	require.Equal(g, sees, err == nil, "%s of %s reads the file after %s: %v", who.Role, who.Zone, g.last, err)
	files, err := g.records.CaseFiles(ctx, who, ledger.CaseFilter{Search: g.number()}, ledger.Paging{})
	require.NoError(g, err)
	require.Equal(g, sees, slices.ContainsFunc(files.Items, func(f ledger.CaseFile) bool { return f.ID == g.id }))
	plans, err := g.records.Plans(ctx, who, g.id)
	switch planned := g.seesPlan(who); {
	case sees || planned == seen:
		require.NoError(g, err, "%s of %s reads the plan after %s", who.Role, who.Zone, g.last)
	case planned == hidden:
		require.Empty(g, plans, "%s of %s reads the plan after %s", who.Role, who.Zone, g.last)
	}
	g.holdsSight(who, sees)
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

func (g *wanderer) number() string {
	g.Helper()
	return g.file().Number
}

// step does one of the things that may be done now.
func (g *wanderer) step() {
	g.Helper()
	file := g.file()
	if file.Stage == care.StageClosed {
		g.reopens(file)
		return
	}
	var can []func()
	often := func(do func()) { can = append(can, slices.Repeat([]func(){do}, 6)...) } // what leads on
	for _, t := range g.tasks("") {
		if form, ok := care.FormOf(t.Kind); ok && t.Kind != care.TransferAnswer {
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
	can = append(can, g.life(file)...)
	if g.rand.IntN(6) == 0 {
		g.did("silence")
		g.passes(time.Duration(1+g.rand.IntN(20)) * day)
		return
	}
	can[g.rand.IntN(len(can))]()
}

// life is what life does to a case: every operation of the catalogue that has an
// example, and those that take more than a form.
func (g *wanderer) life(file ledger.Case) []func() {
	can := []func(){g.transfers, g.merges, g.refersAny}
	if g.rand.IntN(8) == 0 {
		can = append(can, func() { g.did("closing early"); g.closesEarly() })
	}
	open := 0 // branches; not too many at once
	for _, b := range file.Branches {
		if b.Ended == nil {
			open++
		}
	}
	world := catalogue.World{Policy: g.policy(), Now: g.now(), Rand: g.rand}
	for _, o := range catalogue.All {
		command, ok := o.Any(g.id, world)
		begins := slices.Contains([]care.Operation{care.OpBook, care.OpSendToCPI, care.OpConvene}, command.Operation)
		if !ok || begins && open >= 3 {
			continue
		}
		can = append(can, func() {
			g.Helper()
			g.tries(g.asker(o.About()), command)
		})
	}
	if open < 3 {
		can = append(can, g.refersAny)
	}
	return can
}

// asker is a role of the zone that may ask for an operation on a case.
func (g *wanderer) asker(facts catalogue.Facts) care.Role {
	if facts.Asks == nil { // whoever is at work on the case
		return care.CPIOperator
	}
	roles := slices.Sorted(mapKeys(g.staff[g.zone]))
	return pick(g, slices.DeleteFunc(roles, func(r care.Role) bool { return !facts.MayAsk(r) }))
}

// tries asks for what may be refused: by a rule, or because the path does not
// await it where it stands.
func (g *wanderer) tries(role care.Role, c catalogue.Command) ledger.Command {
	g.Helper()
	g.did(c.Operation)
	keys++
	c.Key = fmt.Sprint("key ", keys)
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
	if cmd.State == ledger.CommandRefused {
		g.did(c.Operation, "refused", cmd.Refusal)
		require.Contains(g, []string{care.RefusedInvalid, care.RefusedNotAwaited, care.RefusedOpen}, cmd.Refusal.Code, "%s", g.last)
	}
	return cmd
}

func (g *wanderer) refersAny() {
	g.Helper()
	partner := pick(g, g.policy().Partners)
	if partner.Agency == g.policy().CPI() {
		return
	}
	seen, err := g.records.Disclosure(context.Background(), g.as(care.SocialWorker), g.id, partner.Agency, "labour")
	require.NoError(g, err)
	form := catalogue.ReferForm{Agency: partner.Agency, Purpose: "labour", Notice: true, Seen: seen.Digest}
	g.tries(care.SocialWorker, catalogue.Refer.Command("", g.id, form))
}

// transfers asks the other zone, or has it answer.
func (g *wanderer) transfers() {
	g.Helper()
	if tasks := g.askedElsewhere(g.file()); len(tasks) > 0 {
		asked := tasks[0]
		there := g.another(g.file().Transfer)
		if g.rand.IntN(4) == 0 {
			g.tries(care.Supervisor, g.recalling())
			return
		}
		g.did("an answer to a transfer")
		if g.rand.IntN(3) > 0 {
			there.answers(asked, care.Completion{Outcome: care.Rejected, Reason: "no_capacity"})
			return
		}
		number := g.number()
		there.answers(asked, care.Completion{Outcome: care.Accepted, Stage: pick(g, []care.Stage{care.StageFirstLevel, care.StageFollowUp})})
		_, err := g.records.CaseFile(context.Background(), g.as(care.Supervisor), g.id)
		require.ErrorIs(g, err, ledger.ErrNotFound, "the access of the zone that gave the case away")
		files, err := g.records.CaseFiles(context.Background(), g.as(care.Supervisor), ledger.CaseFilter{Search: number}, ledger.Paging{})
		require.NoError(g, err)
		require.Empty(g, files.Items)
		g.id, g.zone = g.continuedIn(), there.zone
		return
	}
	to := pick(g, slices.DeleteFunc([]string{"prato", "pistoia", "lucca"}, func(z string) bool { return z == g.zone }))
	g.tries(care.SocialWorker, g.transferring(to))
}

// merges opens a second file for the same person, and merges one into the other.
func (g *wanderer) merges() {
	g.Helper()
	second := g.another(g.zone)
	second.opens()
	from, into := second, g.casework
	if g.rand.IntN(2) == 0 {
		from, into = g.casework, second
	}
	form := catalogue.MergeForm{Into: into.id, Note: "Prova"}
	cmd := g.tries(care.SocialWorker, catalogue.Merge.Command("", from.id, form))
	if cmd.State != ledger.CommandWorked {
		second.closesEarly()
		return
	}
	merged := from.id
	if g.id == merged {
		g.id = into.id
	}
	(&wanderer{casework: &casework{carrier: g.carrier, office: g.office, zone: g.zone, id: merged}, last: g.last}).isStill()
}

// reopens brings a closed case back, at most twice.
func (g *wanderer) reopens(file ledger.Case) {
	g.Helper()
	if g.lives == 2 || !care.MayReopen(file.Outcome) {
		g.did("rest")
		g.passes(30 * day)
		return
	}
	g.lives++
	stage := pick(g, care.BeginStages)
	form := catalogue.ReopenForm{Stage: stage, Note: "Prova"}
	if stage == care.StageSecondLevel {
		form.Bookings = []care.Booking{g.booking()}
	}
	g.tries(care.SocialWorker, catalogue.Reopen.Command("", g.id, form))
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
	care.PermitRenewal: care.NotRenewed,
}

// goesHome gives the ordinary answers that lead to a closure, from wherever the
// case stands and without closing it early.
func (g *wanderer) goesHome() {
	g.Helper()
	for range 300 {
		if g.file().Stage == care.StageClosed {
			g.holds()
			return
		}
		g.goesOn()
		g.holds()
	}
	require.Fail(g, "a dead end", "after %s: %+v", g.last, g.tasks(""))
}

func (g *wanderer) goesOn() {
	g.Helper()
	for _, t := range g.tasks("") {
		if t.Kind == care.ReferralAnswer {
			continue // answered below
		}
		form, _ := care.FormOf(t.Kind)
		if outcome, ok := form.Outcome(homewards[t.Kind]); ok {
			g.completesWith(t, outcome)
			return
		}
	}
	for _, f := range g.referrals() {
		if f.State == care.ReferralRequested || f.State == care.ReferralReceived {
			g.movesAny(f, care.ReferralMoves[2])
			return
		}
	}
	g.did("waiting")
	g.passes(10 * day)
}

func pick[T any](g *wanderer, list []T) T { return list[g.rand.IntN(len(list))] }

// completes completes a task with any outcome of its form.
func (g *wanderer) completes(t ledger.Task, form care.TaskForm) {
	g.Helper()
	g.completesWith(t, pick(g, form.Outcomes))
}

func (g *wanderer) completesWith(t ledger.Task, outcome care.TaskOutcome) {
	g.Helper()
	g.did(t.Kind, outcome.Code)
	c := care.Completion{Outcome: outcome.Code}
	for _, field := range outcome.Requires {
		g.fill(&c, field, outcome)
	}
	for _, field := range outcome.Takes {
		if g.rand.IntN(2) == 0 {
			g.fill(&c, field, outcome)
		}
	}
	role := t.Role
	if t.State == care.TaskReady {
		g.claim(t)
	}
	require.Empty(g, care.CheckCompletion(g.policy(), t.Kind, c), "%s", g.last)
	g.tries(role, catalogue.Complete.Command("", t.ID, c).InRun(t.Run))
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
			b := g.booking()
			if !slices.ContainsFunc(c.Bookings, func(o care.Booking) bool { return o.Service == b.Service }) {
				c.Bookings = append(c.Bookings, b)
			}
		}
	case care.FieldAt:
		c.At = g.soon()
		if o.Code == care.ReceiptShown { // which has a day that has been
			today := g.now()
			c.At = &today
		}
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
		c.ClosureOutcome = pick(g, care.ClosureOutcomes[:6])
	case care.FieldPlan:
		c.Plan = g.anyPlan()
	case care.FieldGoals:
	case care.FieldStage:
		c.Stage = care.StageFirstLevel
	case care.FieldPermit:
		c.Permit = pick(g, care.Permits[:8])
	case care.FieldPermitExpiry:
		expiry := g.now().AddDate(0, 1+g.rand.IntN(12), 0)
		c.PermitExpiry = &expiry
	case care.FieldConsent:
		c.Consent = true
	case care.FieldNote:
		c.Note = "Prova"
	}
}

// anyPlan is a plan that sends the person to some of the zone's partners.
func (g *wanderer) anyPlan() *care.PlanForm {
	until := g.now().Add(90 * day)
	plan := &care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Changes: "Prova"}
	for range 1 + g.rand.IntN(3) {
		plan.Actions = append(plan.Actions, care.PlanAction{
			Text: "Prova", Agency: pick(g, g.policy().Partners).Agency, Until: &until, Send: g.rand.IntN(2) == 0,
		})
	}
	return plan
}

func (g *wanderer) booking() care.Booking {
	return care.Booking{Service: care.Code(pick(g, g.policy().Services).Code), At: *g.soon()}
}

// movesAny makes a move of a referral as who may make it.
func (g *wanderer) movesAny(f ledger.Referral, move care.ReferralMove) {
	g.Helper()
	role, form := care.SocialWorker, catalogue.ReferralMoveForm{Note: "Prova"}
	if move.By == care.Addressee {
		role = f.AnswerRole
	}
	switch move.Operation {
	case care.OpReject:
		form.Reason = pick(g, g.policy().RejectReasons).Code
	case care.OpRedirect:
		form.Agency = pick(g, g.policy().Partners).Agency
	}
	require.Empty(g, catalogue.Moves[move.Operation].Check(form, g.around()))
	g.tries(role, catalogue.Moves[move.Operation].Command("", f.ID, form).InRun(f.Run))
	g.last = fmt.Sprint(move.Operation, " of a referral ", f.State, " to ", f.ToAgency, ": ", g.last)
}
