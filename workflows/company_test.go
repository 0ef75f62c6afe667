package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/absence"
	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/crossing"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/protection"
)

// What happens around a case besides what is asked of it. Each of it happens in some of
// the walks.
const (
	somebodyLeaves  = "somebody leaves"
	somebodyAway    = "somebody is away"
	mailBounces     = "a mail bounces"
	twoAtOnce       = "two at once"
	typedInLater    = "a meeting is typed in later"
	consentsMerged  = "consents of two files are merged"
	mergeUndone     = "a merge is taken back"
	isProtected     = "a person is protected"
	readersTried    = "readers tried on a protected file"
	protectionEnded = "a protection is lifted"
)

// around are all of it.
var around = []string{somebodyLeaves, somebodyAway, mailBounces, twoAtOnce, typedInLater, consentsMerged, mergeUndone, isProtected, readersTried, protectionEnded}

// happens counts it.
func (g *wanderer) happens(what string) {
	g.besides[what]++
	g.did(what)
}

// company is what others do around the case.
func (g *wanderer) company() (can []func()) {
	if g.kept != nil {
		return nil // whoever comes newly knows nothing of her
	}
	for _, t := range g.open {
		_, ok := completion.FormOf(t.Kind)
		if ok && t.State == care.TaskReady && t.Kind != care.ReferralAnswer && t.Kind != care.TransferAnswer {
			can = append(can, func() { g.leaves(t) }, func() { g.atOnce(t) })
			break
		}
	}
	if g.known.Waiting.Partner != "" && !g.known.Waiting.NoLink && g.known.Waiting.Cause == "" {
		can = append(can, slices.Repeat([]func(){g.bounces}, 16)...) // it seldom waits for one
	}
	return can
}

// leaves has a colleague take a task and leave. The task is an orphan at once, the
// sentence says so, and the supervisor does one of the things that it says they can.
func (g *wanderer) leaves(t ledger.Task) {
	g.Helper()
	first := g.as(t.Role)
	if first.Agency != t.Agency || g.known.SuspendedUntil != nil {
		return // it was given to another agency's, or waits with its case
	}
	colleague := first
	colleague.Subject = fmt.Sprint("leaves.", t.Role, ".", g.zone)
	colleague.Email = colleague.Subject + "@percorso.example"
	g.happens(somebodyLeaves)
	g.setsUp(ledger.SetupChange{Staff: []care.Staff{colleague}})
	colleague, err := g.records.Staff(context.Background(), colleague.Subject)
	require.NoError(g, err)
	c := catalogue.Claim.Command(g.key(), t.ID, catalogue.None{})
	_, err = g.records.Assign(context.Background(), colleague, c.NewCommand)
	if err == nil && !slices.Contains(actors.SeatKinds, t.Kind) {
		g.away(t, colleague, first)
	}
	g.setsUp(ledger.SetupChange{Off: []string{colleague.Subject}})
	var refusal *care.Refusal
	if errors.As(err, &refusal) { // as of a seat
		return
	}
	require.NoError(g, err)
	g.looks()
	w := g.known.Waiting
	if t.Kind == care.ClosureApproval { // it passes at once to somebody else who may
		i := slices.IndexFunc(g.reads(t.ID).tasks, func(o awaited) bool { return o.ID == t.ID && o.State == care.TaskReady && o.Holder == "" })
		require.Equal(g, []any{true, false}, []any{i >= 0, w.Gone}, "after %s", g.last)
		return
	}
	if w.Cause != health.CauseMail || w.TaskID == t.ID { // else a partner whose mail came back is said first
		require.Equal(g, []any{health.Orphaned, true, t.ID}, []any{w.Health, w.Gone, w.TaskID}, "after %s", g.last)
		require.NotEmpty(g, w.Means, "nobody can do anything for the task that %s left", t.Role)
	}
	g.tells()
	supervisor := g.as(care.Supervisor)
	switch m := pick(g, slices.DeleteFunc(slices.Clone(w.Means), func(m actors.Means) bool { return m == actors.Withdraw })); m {
	case actors.Release:
		g.assigns(supervisor.Role, catalogue.Release.Command("", t.ID, catalogue.None{}))
	case actors.Give:
		g.assigns(supervisor.Role, catalogue.Reassign.Command("", t.ID, catalogue.Assignment{To: first.ID, Note: "Prova"}))
	default:
		g.assigns(supervisor.Role, catalogue.Claim.Command("", t.ID, catalogue.None{}))
	}
}

// away has who took a task be away for some days, with a substitute or without one. The
// sentence says who may do it meanwhile, and they can.
func (g *wanderer) away(t ledger.Task, who, colleague care.Staff) {
	g.Helper()
	today := g.now().In(italian.Rome)
	form := absence.Days{First: care.DateOf(today), Last: care.DateOf(today.AddDate(0, 0, 4))}
	if t.ID[0] < '8' {
		form.Substitute = colleague.ID
	}
	entered, err := g.records.EnterAbsence(context.Background(), who, g.key(), "", form)
	require.NoError(g, err)
	g.looks()
	if w := g.known.Waiting; w.TaskID == t.ID && w.For == health.WaitTask {
		g.happens(somebodyAway)
		require.NotNil(g, w.Away, "after %s", g.last)
		g.tells()
	}
	require.NoError(g, g.records.EndAbsence(context.Background(), who, entered.ID, ""))
}

// bounces has the mail come back with which a partner got its link. The sentence says
// that the partner was not reached; its answer can be recorded, or a new link sent.
func (g *wanderer) bounces() {
	g.Helper()
	var run, mail string
	err := g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT m.run_id, m.id::text FROM mail m JOIN link l ON m.link = '/invito/' || l.id
			WHERE l.task_id = $1 AND l.used_at IS NULL AND m.failed_at IS NULL ORDER BY l.created_at DESC LIMIT 1`, g.known.Waiting.TaskID).Scan(&run, &mail)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return
	}
	require.NoError(g, err)
	g.happens(mailBounces)
	program := care.Staff{Subject: "mail_system", Name: "Prova", Role: care.MailSystem, Zone: g.zone, Agency: g.as(care.Supervisor).Agency, Email: "mail@percorso.example"}
	g.setsUp(ledger.SetupChange{Staff: []care.Staff{program}})
	program, err = g.records.Staff(context.Background(), program.Subject)
	require.NoError(g, err)
	_, err = g.records.Accept(context.Background(), program, ledger.NewCommand{
		Key: g.key(), Operation: care.OpMailBounced, Run: run, Target: mail, Answer: care.Answer{Operation: care.OpMailBounced}})
	require.NoError(g, err)
	g.setsUp(ledger.SetupChange{Off: []string{program.Subject}})
	g.looks()
	w := g.known.Waiting
	require.Equal(g, []any{health.Broken, health.CauseMail}, []any{w.Health, w.Cause}, "after %s", g.last)
	g.tells()
	if g.rand.IntN(2) == 0 {
		g.assigns(care.Supervisor, catalogue.Remind.Command("", w.TaskID, catalogue.Assignment{}))
	}
}

// atOnce has two people do the same at the same moment: one of them does it, and the
// other is told so.
func (g *wanderer) atOnce(t ledger.Task) {
	g.Helper()
	if g.as(t.Role).Agency != t.Agency {
		return
	}
	g.happens(twoAtOnce)
	both := []care.Staff{g.as(t.Role), g.as(care.Supervisor)}
	if t.Role == care.Supervisor {
		both[0] = both[1]
	}
	claims := g.together(func(i int) error {
		c := catalogue.Claim.Command(fmt.Sprint(g.id, g.steps, i), t.ID, catalogue.None{})
		_, err := g.records.Assign(context.Background(), both[i], c.NewCommand)
		return err
	})
	g.looks()
	i := slices.IndexFunc(g.open, func(o ledger.Task) bool { return o.ID == t.ID })
	require.GreaterOrEqual(g, i, 0, "after %s", g.last)
	held := g.open[i]
	if held.State != care.TaskReserved { // as a seat that neither of them may take
		return
	}
	for j, err := range claims {
		require.Equal(g, both[j].ID == held.HolderID, err == nil, "%s of two claims at once: %v", both[j].Role, err)
	}
	holder := both[slices.IndexFunc(both, func(s care.Staff) bool { return s.ID == held.HolderID })]
	g.comes(held, "")
	c := catalogue.Complete.Command("", held.ID, catalogue.Complete.Example(g.about(held))).InRun(held.Run)
	commands := make([]ledger.Command, 2)
	answers := g.together(func(i int) (err error) {
		same := c.NewCommand
		same.Key = fmt.Sprint(g.id, g.steps, "answer", i)
		commands[i], err = g.records.Accept(context.Background(), holder, same)
		return err
	})
	accepted := 0
	for i, cmd := range commands {
		require.NoError(g, answers[i])
		if cmd.State == ledger.CommandAccepted {
			accepted++
			g.bring(cmd)
		}
	}
	require.LessOrEqual(g, accepted, 1, "two answers to one task at once: %+v", commands)
}

// together does two things at the same moment.
func (g *wanderer) together(do func(i int) error) (errs [2]error) {
	g.Helper()
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { errs[i] = do(i) })
	}
	both.Wait()
	for _, err := range errs {
		var refusal *care.Refusal
		if err != nil && !errors.As(err, &refusal) && !errors.Is(err, ledger.ErrForbidden) && !errors.Is(err, ledger.ErrNotFound) {
			require.NoError(g, err)
		}
	}
	return errs
}

// meetsEarlier has a meeting recorded that was held some days ago. Where it is older
// than another one, nothing is counted from it.
func (g *wanderer) meetsEarlier() {
	g.Helper()
	at := g.now().Add(-time.Duration(g.rand.IntN(25*24)) * time.Hour)
	var latest *time.Time
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT max(held_at) FROM meeting WHERE case_id = $1`, g.id).Scan(&latest)
	}))
	before := g.reads("").waits
	cmd := g.tries(g.asker(catalogue.Meet.Facts), catalogue.Meet.Command("", g.id, catalogue.MeetingForm{At: at}))
	if cmd.State != ledger.CommandWorked {
		return
	}
	g.happens(typedInLater)
	if latest != nil && at.Before(*latest) {
		require.ElementsMatch(g, before, g.reads("").waits, "an older meeting of %s than that of %s", at, latest)
	}
}

// word is what the person said last of what an agency may be given for a purpose.
type word struct {
	Agency  string `db:"agency"`
	Purpose string `db:"purpose"`
	Yes     bool   `db:"yes"`
}

// declares has the person say something else in each of two files, at random.
func (g *wanderer) declares(files ...*casework) {
	g.Helper()
	partner := ""
	for _, a := range g.policy().Agencies {
		if a.LegalBasis() == care.Consent && a.Reachable() {
			partner = a.Code
		}
	}
	if partner == "" {
		return
	}
	for range 3 {
		w := pick(g, files)
		c := catalogue.Consent.Command("", w.id, crossing.ConsentForm{Agency: partner, Purpose: g.policy().Needs[0].Code})
		if g.rand.IntN(3) == 0 {
			c = catalogue.WithdrawConsent.Command("", w.id, crossing.WithdrawalForm{})
		}
		c.Key = g.key()
		cmd, err := g.records.Accept(context.Background(), g.as(care.SocialWorker), c.NewCommand)
		require.NoError(g, err)
		if cmd.State == ledger.CommandAccepted {
			g.bring(cmd)
		}
		g.passes(time.Hour)
	}
}

// words are the person's last ones in some files.
func (g *wanderer) words(files ...string) (found []word) {
	g.Helper()
	said := map[word]time.Time{}
	for _, id := range files {
		require.NoError(g, g.asWorker(id, func(tx pgx.Tx) error {
			rows, _ := tx.Query(context.Background(), `SELECT agency, purpose, given_at, withdrawn_at FROM consent WHERE case_id = $1 AND renewed_by IS NULL`, id)
			var w word
			var given time.Time
			var withdrawn *time.Time
			_, err := pgx.ForEachRow(rows, []any{&w.Agency, &w.Purpose, &given, &withdrawn}, func() error {
				at := given
				if w.Yes = withdrawn == nil; !w.Yes {
					at = *withdrawn
				}
				if at.After(said[w]) {
					said[w] = at
				}
				return nil
			})
			return err
		}))
	}
	for w, at := range said {
		other := w
		other.Yes = !w.Yes
		if said[other].Before(at) && w.Yes { // what was never consented to, or withdrawn since, is no consent
			found = append(found, w)
		}
	}
	return found
}

// keepers are those who know of a protected person.
type keepers struct {
	staff []care.Staff
	lifts int // the step from which on she is protected no more
}

// keeps says whether somebody may know of the case.
func (g *wanderer) keeps(who care.Staff) bool {
	return g.kept == nil || slices.ContainsFunc(g.kept.staff, func(k care.Staff) bool { return k.ID == who.ID })
}

// protects has the supervisor protect the person, with a social worker and, in some
// walks, somebody of the employment centre.
func (g *wanderer) protects() {
	g.Helper()
	k := &keepers{staff: []care.Staff{g.as(care.Supervisor), g.as(care.SocialWorker)}, lifts: g.steps + 40}
	form := protection.Form{Keeper: g.as(care.SocialWorker).ID, Reason: "sought"}
	if g.rand.IntN(2) == 0 {
		form.Elsewhere = g.as(care.CPIOperator).ID
		k.staff = append(k.staff, g.as(care.CPIOperator))
	}
	before := g.played[care.OpProtect]
	g.assigns(care.Supervisor, catalogue.Protect.Command("", g.id, form))
	if g.played[care.OpProtect] > before {
		g.happens(isProtected)
		g.kept = k
	}
}

// lifts has two keepers lift the protection.
func (g *wanderer) lifts() {
	g.Helper()
	g.assigns(care.SocialWorker, catalogue.AskLifting.Any(g.id, g.world()))
	g.assigns(care.Supervisor, catalogue.Lift.Any(g.id, g.world()))
	require.Nil(g, g.file().Protection, "two keepers lift it")
	g.happens(protectionEnded)
	g.kept, g.guards = nil, false
}

// unknown asserts that to everybody but her keepers there is no such case: a reader of
// every role and agency of the zone, and of one of another zone, is tried on every table that the
// API's role reads.
func (g *wanderer) unknown() {
	g.Helper()
	ctx, abroad, tried := context.Background(), pick(g, zonesWalked), map[string]bool{}
	var readers []care.Staff
	for _, zone := range []string{g.zone, abroad} {
		for _, s := range g.staff[zone] {
			if key := fmt.Sprint(s.Zone, s.Role, s.Agency); !g.keeps(s) && !tried[key] {
				tried[key] = true
				readers = append(readers, s)
			}
		}
	}
	back := errors.New("as it was")
	require.ErrorIs(g, pgx.BeginFunc(ctx, g.api, func(tx pgx.Tx) error {
		if g.everywhere == "" {
			g.everywhere = everywhere(g, tx)
		}
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE percorso_app`); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, s := range readers {
			g.queueActing(b, s)
			b.Queue(g.everywhere, g.id).QueryRow(func(row pgx.Row) error {
				var found string
				err := row.Scan(&found)
				require.Empty(g, found, "%s@%s of %s, after %s", s.Role, s.Agency, s.Zone, g.last)
				return err
			})
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return back
	}), back)
	g.besides[readersTried] += len(readers)
}

// everywhere is the statement that names the tables in which a case is seen: all that the API's role reads.
func everywhere(g *wanderer, tx pgx.Tx) string {
	// case_grant says of an opaque id which agency keeps the file, and is read by no page.
	rows, err := tx.Query(context.Background(), `SELECT format('CASE WHEN EXISTS (SELECT FROM %I WHERE %I = $1) THEN %L END', c.relname, a.attname, c.relname)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'uuid'::regtype AND (a.attname IN ('case_id', 'other_id', 'file', 'twin') OR c.relname = 'case_file' AND a.attname = 'id')
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'case_grant'
			AND has_column_privilege('percorso_app', c.oid, a.attnum, 'SELECT') ORDER BY c.relname`)
	require.NoError(g, err)
	seen, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(g, err)
	require.Greater(g, len(seen), 20, "tables that hold a case")
	return "SELECT concat_ws(' ', " + strings.Join(seen, ", ") + ")"
}
