package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/assign"
)

// claim is a kind of thing that the sentence of a case says.
type claim string

// What the sentence says, one by one. Each of them is tried after every step: what somebody
// is named for they do, in a transaction that is undone; what is said of a time is
// compared with the rows, and once the time has passed, what was to happen then has.
const (
	saysOpen    claim = "open"     // what the case waits for is open
	saysWho     claim = "who"      // whoever is named can do it
	saysHolder  claim = "holder"   // or has it in hand, and can complete it
	saysAlso    claim = "also"     // who else has the same to do
	saysStandIn claim = "stand-in" // who can act in their place
	saysMeans   claim = "means"    // what the supervisor can do
	saysNobody  claim = "nobody"   // that nobody may act
	saysSince   claim = "since"
	saysFrom    claim = "from"
	saysUntil   claim = "until"
	saysThen    claim = "then"
	saysLate    claim = "late"
	saysLink    claim = "link"  // whether a partner can answer through its link
	saysInWords claim = "words" // that the text names what the codes say
)

// claims are all kinds.
var claims = []claim{saysOpen, saysWho, saysHolder, saysAlso, saysStandIn, saysMeans, saysNobody, saysSince, saysFrom, saysUntil, saysThen, saysLate, saysLink, saysInWords}

// leastClaims is how many claims of each case are tried at least.
const leastClaims = 5

// awaited is a task that the sentence may name, as its row has it.
type awaited struct {
	ID         string         `db:"id"`
	Kind       care.TaskKind  `db:"kind"`
	State      care.TaskState `db:"state"`
	Role       care.Role      `db:"role"`
	Agency     string         `db:"agency"`
	Zone       string         `db:"zone"`
	Holder     string         `db:"holder"`
	Proposer   string         `db:"proposer"`
	Since      time.Time      `db:"since"`
	From       time.Time      `db:"clock_from"`
	Remind     *time.Time     `db:"remind_at"`
	Escalate   *time.Time     `db:"escalate_at"`
	Reminded   bool           `db:"reminded"`
	Escalated  bool           `db:"escalated"`
	Suspended  bool           `db:"suspended"`
	Referral   string         `db:"referral"`
	Asked      string         `db:"asked"`      // state of the referral
	LinkUntil  *time.Time     `db:"link_until"` // until when a link answers it
	Unreached  *time.Time     `db:"unreached"`  // since when its mail has failed
	OnItsWay   bool           `db:"on_its_way"` // an answer to it was accepted
	PermitEnds *time.Time     `db:"permit_expiry"`
}

const selectAwaited = `SELECT t.id::text, t.kind, t.state, t.role, t.agency, t.zone, coalesce(t.holder::text, '') AS holder, coalesce(t.proposed_by::text, '') AS proposer,
	coalesce(t.reserved_at, t.ready_at) AS since, t.clock_from, t.remind_at, t.escalate_at, t.reminded, t.escalated, t.suspended, coalesce(t.referral_id::text, '') AS referral,
	coalesce(r.state, '') AS asked, (SELECT max(l.expires_at) FROM link l WHERE l.task_id = t.id AND l.used_at IS NULL) AS link_until,
	(SELECT max(m.failed_at) FROM mail m JOIN link l ON m.link = '/invito/' || l.id WHERE l.task_id = t.id) AS unreached,
	EXISTS (SELECT FROM command c WHERE c.state = 'accepted' AND c.target IN (t.id::text, t.referral_id::text)) AS on_its_way,
	(SELECT p.permit_expiry FROM person p WHERE p.case_id = t.case_id) AS permit_expiry
	FROM task t LEFT JOIN referral r ON r.id = t.referral_id WHERE t.case_id = $1 AND (t.state IN ('ready', 'reserved') OR t.id::text = $2) ORDER BY t.ready_at, t.id`

// facts is what the rows say of a case that is open.
type facts struct {
	tasks     []awaited // the open ones, and the one that was named before
	waits     []health.FactWait
	suspended [2]*time.Time // from, until
	staff     []care.Staff  // who is at work, in all zones
	revision  int           // of the case's runs together
}

// selectRevisions is how many steps the runs of a case have written.
const selectRevisions = `SELECT sum(revision) FROM run WHERE case_id = $1`

// revisions is how many steps the runs of the case have written.
func (g *wanderer) revisions() (all int) {
	g.Helper()
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), selectRevisions, g.id).Scan(&all)
	}))
	return all
}

// reads reads the rows that the sentence is compared with.
func (g *wanderer) reads(before string) (f facts) {
	g.Helper()
	ctx := context.Background()
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(selectRevisions, g.id).QueryRow(func(row pgx.Row) error { return row.Scan(&f.revision) })
		b.Queue(selectAwaited, g.id, before).Query(func(rows pgx.Rows) (err error) {
			f.tasks, err = pgx.CollectRows(rows, pgx.RowToStructByName[awaited])
			return err
		})
		b.Queue(`SELECT code, set_at AS set, due_at AS due FROM wait WHERE case_id = $1 AND due_at IS NOT NULL`, g.id).Query(func(rows pgx.Rows) (err error) {
			f.waits, err = pgx.CollectRows(rows, pgx.RowToStructByName[health.FactWait])
			return err
		})
		b.Queue(`SELECT suspended_at, suspended_until FROM case_file WHERE id = $1`, g.id).QueryRow(func(row pgx.Row) error {
			return row.Scan(&f.suspended[0], &f.suspended[1])
		})
		b.Queue(`SELECT id::text, subject, name, role, zone, agency, email, coalesce(identity, '') FROM staff WHERE active ORDER BY subject`).Query(func(rows pgx.Rows) (err error) {
			f.staff, err = pgx.CollectRows(rows, pgx.RowToStructByPos[care.Staff])
			return err
		})
		return tx.SendBatch(ctx, b).Close()
	}))
	return f
}

// task finds an open task.
func (f facts) task(open func(awaited) bool) *awaited {
	i := slices.IndexFunc(f.tasks, func(t awaited) bool { return t.State.Open() && open(t) })
	if i < 0 {
		return nil
	}
	return &f.tasks[i]
}

// those are the staff at work whom something holds for.
func (f facts) those(fits func(care.Staff) bool) (found []care.Staff) {
	return slices.DeleteFunc(slices.Clone(f.staff), func(s care.Staff) bool { return !fits(s) })
}

// trial is one thing that the sentence says somebody can do: that one of several can.
type trial struct {
	of   claim
	says string
	any  []attempt
}

// attempt is what one of them does. The store refuses it, or does not.
type attempt struct {
	who care.Staff
	do  func(postgres.Tx) (*care.Refusal, error)
}

// promised is what a sentence said will happen, and when.
type promised struct {
	health.Waiting
	of string // the case
}

// tells tries each claim of the sentence of the open case.
func (g *wanderer) tells() {
	g.Helper()
	f := g.reads(g.promise.TaskID)
	for range 5 { // a step that is at work beside the walk may have come in between
		if f.revision == g.revision {
			break
		}
		g.looks()
		f = g.reads(g.promise.TaskID)
	}
	w := g.known.Waiting
	g.came(f)
	g.promise = promised{w, g.id}
	g.holdsWords(w)
	var trials []trial
	switch w.For {
	case health.WaitTask:
		t := f.task(func(t awaited) bool {
			return t.ID == w.TaskID || w.TaskID == "" && t.Kind == w.Task && (w.Zone == "" || t.Zone == w.Zone) && (w.Answered == t.OnItsWay)
		})
		g.tried(saysOpen, t != nil, w, "the task is open")
		g.holdsTimes(w, *t)
		trials = g.ofTask(w, *t, f)
	case health.WaitTime:
		g.holdsTime(w, f)
		trials = g.ofTime(w, f)
	default:
		return
	}
	g.tryAll(w, trials)
}

// tried counts a claim, and asserts that it is true.
func (g *wanderer) tried(of claim, is bool, w health.Waiting, says string) {
	g.Helper()
	g.claims[of]++
	if !is {
		require.Fail(g, "the sentence lies", "of %s: %s, after %s\n%s\n%+v", of, says, g.last, italian.Sentence(w, g.policy(), g.now()), w)
	}
}

// ofTask are the claims of who can do something about the task that is named.
func (g *wanderer) ofTask(w health.Waiting, t awaited, f facts) (trials []trial) {
	g.Helper()
	theirs := func(s care.Staff) bool { return s.Zone == t.Zone && s.Role == t.Role && s.Agency == t.Agency }
	holders := f.those(func(s care.Staff) bool { return s.ID == t.Holder })
	able := f.those(func(s care.Staff) bool { return theirs(s) && s.ID != t.Proposer && g.keeps(s) })
	switch {
	case w.Answered:
		g.tried(saysHolder, t.OnItsWay, w, "an answer is on its way")
		return nil
	case w.Gone:
		stays := func(s care.Staff) bool {
			return s.Zone == t.Zone && (s.Agency == t.Agency || s.Role == care.Supervisor)
		}
		g.tried(saysNobody, len(holders) == 0 || !stays(holders[0]), w, "who had the task has left")
	case w.Health == health.Orphaned:
		if w.Cause == health.CauseSeated {
			sits := func(s care.Staff) bool {
				return slices.ContainsFunc(g.tasks(""), func(o ledger.Task) bool { return o.ID != t.ID && o.HolderID == s.ID }) ||
					slices.ContainsFunc(g.equipe().Seats, func(seat ledger.Seat) bool { return seat.Member == s.Name && seat.Role != t.Role })
			}
			able = slices.DeleteFunc(able, sits)
		}
		g.tried(saysNobody, len(able) == 0, w, "nobody has the role")
		if w.Cause == health.CauseProposer {
			back := f.those(func(s care.Staff) bool { return s.ID == t.Proposer })
			g.tried(saysNobody, len(back) == 1, w, "only who proposed it has the role")
			trials = append(trials, trial{saysStandIn, "who proposed the closure takes it back", []attempt{g.doing(t, back[0])}})
		}
	case t.State == care.TaskReserved:
		g.tried(saysHolder, len(holders) == 1, w, "somebody who is at work has it")
		is := health.Who{Role: holders[0].Role, Agency: holders[0].Agency}
		named := health.Who{Role: w.Role, Agency: w.Agency}
		if w.Holder != nil {
			named = *w.Holder
		}
		g.tried(saysHolder, named == is, w, fmt.Sprintf("%+v has it", is))
		trials = append(trials, trial{saysWho, "who has the task completes it", []attempt{g.doing(t, holders[0])}})
		if w.Away != nil {
			return slices.Concat(trials, g.ofAbsence(w, t, able), g.ofOthers(w, t, f), g.ofMeans(w, t, f))
		}
	default:
		for _, s := range able {
			trials = append(trials, trial{saysWho, "those of its role take and complete it", []attempt{g.doing(t, s)}})
		}
		g.tried(saysWho, len(able) > 0, w, "somebody has the role")
		g.tried(saysHolder, w.Holder == nil && t.Holder == "", w, "nobody has it in hand")
	}
	if t.Role != care.Supervisor && slices.Contains(w.StandIns, t.Role) {
		g.tried(saysStandIn, len(able) > 1 && t.State == care.TaskReady, w, "a colleague can take it")
	}
	return slices.Concat(trials, g.ofOthers(w, t, f), g.ofMeans(w, t, f))
}

// ofAbsence are the claims of who may do a task while who holds it is away.
func (g *wanderer) ofAbsence(w health.Waiting, t awaited, able []care.Staff) (trials []trial) {
	for _, s := range able {
		if s.ID != t.Holder && (w.Away.Substitute == s.Name || w.Away.Others) && t.Kind != care.ReferralAnswer {
			trials = append(trials, trial{saysStandIn, "who stands in for them completes it", []attempt{g.onBehalf(t, s)}})
		}
	}
	g.tried(saysStandIn, len(trials) > 0 || t.Kind == care.ReferralAnswer || w.Away.Substitute == "" && !w.Away.Others, w, "who stands in for them is there")
	return trials
}

// onBehalf is that somebody completes a task in the place of who holds it, and takes
// nothing from them.
func (g *wanderer) onBehalf(t awaited, who care.Staff) attempt {
	return attempt{who, func(tx postgres.Tx) (*care.Refusal, error) {
		return g.answered(tx, care.OpComplete, t.ID, func() (*care.Refusal, error) {
			row, err := postgres.One[postgres.TaskRow](context.Background(), tx, `SELECT `+postgres.TaskColumns+` FROM task t WHERE id = $1`, t.ID)
			if err == nil {
				row.Away, err = postgres.OneOrNone[postgres.Away](context.Background(), tx, postgres.SelectAway, t.ID, g.now())
			}
			return row.HeldBy(who), err
		})
	}}
}

// ofOthers are the claims of who else has the same to do.
func (g *wanderer) ofOthers(w health.Waiting, t awaited, f facts) (trials []trial) {
	for _, also := range w.Also {
		var any []attempt
		for _, o := range f.tasks {
			switch {
			case !o.State.Open(), o.ID == t.ID, o.Kind != t.Kind, o.Zone != t.Zone:
			case also.Holds, also.Partner != "" && o.State == care.TaskReserved: // of a partner it is recorded by who has it in hand
				for _, s := range f.those(func(s care.Staff) bool {
					return s.ID == o.Holder && (!also.Holds || s.Role == also.Role && s.Agency == also.Agency)
				}) {
					any = append(any, g.doing(o, s))
				}
			case o.State == care.TaskReady && o.Role == also.Role && o.Agency == also.Agency:
				for _, s := range f.those(func(s care.Staff) bool { return s.Zone == o.Zone && s.Role == o.Role && s.Agency == o.Agency }) {
					any = append(any, g.doing(o, s))
				}
			}
		}
		trials = append(trials, trial{saysAlso, fmt.Sprintf("%+v does the same", also), any})
	}
	return trials
}

// ofMeans are the claims of what the supervisor can do.
func (g *wanderer) ofMeans(w health.Waiting, t awaited, f facts) (trials []trial) {
	supervisors := f.those(func(s care.Staff) bool { return s.Zone == t.Zone && s.Role == care.Supervisor && s.ID != t.Proposer })
	for _, m := range w.Means {
		var any []attempt
		if m == actors.TakeOver && t.Role == care.Supervisor {
			g.tried(saysMeans, w.Gone, w, "they take nobody's place")
		}
		for _, s := range supervisors {
			switch m {
			case actors.TakeOver, actors.Report:
				any = append(any, g.assigning(s, catalogue.Claim.Command("", t.ID, catalogue.None{})))
			case actors.Release:
				any = append(any, g.assigning(s, catalogue.Release.Command("", t.ID, catalogue.None{})))
			case actors.Withdraw:
				any = append(any, g.moving(t, s, care.OpWithdraw))
			case actors.Give:
				for _, to := range f.those(func(to care.Staff) bool {
					return to.Zone == t.Zone && to.Agency == t.Agency && to.ID != t.Holder && to.ID != s.ID
				}) {
					any = append(any, g.assigning(s, catalogue.Reassign.Command("", t.ID, catalogue.Assignment{To: to.ID, Note: "Prova"})))
				}
			}
		}
		trials = append(trials, trial{saysMeans, "the supervisor can " + string(m), any})
	}
	return trials
}

// ofTime are the claims of who can do something while a case waits for a time.
func (g *wanderer) ofTime(w health.Waiting, f facts) (trials []trial) {
	roles := []care.Role{care.Supervisor}
	if w.Then == health.ThenResume || w.Then == care.SuspensionOver {
		roles = catalogue.Resume.Asks
	}
	g.tried(saysStandIn, w.Kept == (g.kept != nil), w, "whether her keepers alone can act")
	for _, role := range roles {
		var any []attempt
		for _, s := range f.those(func(s care.Staff) bool { return s.Zone == g.zone && s.Role == role && g.keeps(s) }) {
			any = append(any, attempt{s, func(tx postgres.Tx) (*care.Refusal, error) {
				var sees bool
				err := tx.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM case_file WHERE id = $1)`, g.id).Scan(&sees)
				if err != nil || sees {
					return nil, err
				}
				return nil, ledger.ErrNotFound
			}})
		}
		if len(any) > 0 { // the zone has the role, and her keepers
			trials = append(trials, trial{saysStandIn, string(role) + " can act", any})
		}
	}
	return trials
}

// doing is that somebody does a task from beginning to end: takes it where nobody has it,
// and has it completed; or answers the referral that it is about.
func (g *wanderer) doing(t awaited, who care.Staff) attempt {
	if t.Kind == care.ReferralAnswer {
		op := care.OpAcknowledge
		if t.Asked != string(care.ReferralRequested) {
			op = care.OpAccept
		}
		return g.moving(t, who, op)
	}
	return attempt{who, func(tx postgres.Tx) (*care.Refusal, error) {
		if t.Holder != who.ID {
			if refusal, err := g.assigning(who, catalogue.Claim.Command("", t.ID, catalogue.None{})).do(tx); err != nil || refusal != nil {
				return refusal, err
			}
		}
		return g.answered(tx, care.OpComplete, t.ID, func() (*care.Refusal, error) {
			row, err := postgres.One[postgres.TaskRow](context.Background(), tx, `SELECT `+postgres.TaskColumns+` FROM task t WHERE id = $1`, t.ID)
			return row.HeldBy(who), err
		})
	}}
}

// moving is that somebody makes a move of the referral that a task is about.
func (g *wanderer) moving(t awaited, who care.Staff, op care.Operation) attempt {
	return attempt{who, func(tx postgres.Tx) (*care.Refusal, error) {
		return g.answered(tx, op, t.Referral, func() (*care.Refusal, error) {
			var state care.ReferralState
			var from string
			if err := tx.QueryRow(context.Background(), `SELECT state, from_agency FROM referral WHERE id = $1`, t.Referral).Scan(&state, &from); err != nil {
				return nil, err
			}
			move, ok := state.Move(op)
			switch {
			case !ok:
				return &care.Refusal{Code: care.RefusedNotAwaited, Now: string(state)}, nil
			case move.By == care.Sender && who.Agency != from, move.By == care.Addressee && (t.Agency != who.Agency || t.Role != who.Role),
				move.By == care.Addressee && t.State == care.TaskReserved && t.Holder != who.ID:
				return &care.Refusal{Code: care.RefusedForbidden}, nil
			}
			return nil, nil
		})
	}}
}

// answered is that an answer to something would be accepted of who is let in.
func (g *wanderer) answered(tx postgres.Tx, op care.Operation, target string, lets func() (*care.Refusal, error)) (*care.Refusal, error) {
	var onItsWay bool
	if err := tx.QueryRow(context.Background(), `SELECT begin_answer($1, $2)`, op, target).Scan(&onItsWay); err != nil {
		return nil, err
	}
	if onItsWay {
		return &care.Refusal{Code: care.RefusedInFlight}, nil
	}
	return lets()
}

// assigning is that somebody changes who does a task.
func (g *wanderer) assigning(who care.Staff, c catalogue.Command) attempt {
	return attempt{who, func(tx postgres.Tx) (*care.Refusal, error) {
		if !catalogue.MayAsk(who.Role, c.Operation) {
			return nil, ledger.ErrForbidden
		}
		set, err := g.rules.Current(context.Background(), tx, who.Zone)
		if err != nil {
			return nil, err
		}
		return assign.New(context.Background(), tx, who, set, g.now(), uuid.NewString()).Work(c.NewCommand)
	}}
}

// tryAll tries what people are named for, and undoes it.
func (g *wanderer) tryAll(w health.Waiting, trials []trial) {
	g.Helper()
	ctx, back := context.Background(), errors.New("as it was")
	err := pgx.BeginFunc(ctx, g.api, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE percorso_app`); err != nil {
			return err
		}
		for _, t := range trials {
			var whyNot []string
			done := slices.ContainsFunc(t.any, func(a attempt) bool {
				refusal, err := g.attempts(ctx, tx, a)
				if refusal == nil && err == nil {
					return true
				}
				whyNot = append(whyNot, fmt.Sprintf("%s@%s of %s: %+v %v", a.who.Role, a.who.Agency, a.who.Zone, refusal, err))
				return false
			})
			g.tried(t.of, done, w, t.says+", but: "+strings.Join(whyNot, "; "))
		}
		return back
	})
	require.ErrorIs(g, err, back)
}

// attempts makes one attempt, and undoes it.
func (g *wanderer) attempts(ctx context.Context, tx pgx.Tx, a attempt) (refusal *care.Refusal, err error) {
	b := &pgx.Batch{}
	g.queueActing(b, a.who)
	require.NoError(g, tx.SendBatch(ctx, b).Close())
	back := errors.New("as it was")
	undone := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // a savepoint
		refusal, err = a.do(tx)
		return back
	})
	require.ErrorIs(g, undone, back)
	return refusal, err
}

// queueActing has the transaction of the API's role act for somebody from now on.
func (g *wanderer) queueActing(b *pgx.Batch, s care.Staff) {
	b.Queue(`SELECT set_config('percorso.staff', $1, true), set_config('percorso.role', $2, true), set_config('percorso.zone', $3, true),
		set_config('percorso.agency', $4, true), set_config('percorso.now', $5, true)`, s.ID, string(s.Role), s.Zone, s.Agency, g.now().Format(time.RFC3339Nano))
}

// holdsTimes asserts what is said of the times of the task that is named.
func (g *wanderer) holdsTimes(w health.Waiting, t awaited) {
	g.Helper()
	now, is := g.now(), func(at *time.Time, other *time.Time) bool {
		return at == nil && other == nil || at != nil && other != nil && at.Equal(*other)
	}
	since := t.Since
	if w.Cause == health.CauseMail {
		since = *t.Unreached
	}
	g.tried(saysSince, w.Since.Equal(since) && w.SinceDays == g.workingDays(since, now), w, fmt.Sprint("since ", since))
	if later := t.From.After(now); later || w.From != nil {
		g.tried(saysFrom, later && is(w.From, &t.From), w, fmt.Sprint("it can be done from ", t.From))
	}
	switch past := t.Escalate != nil && now.After(*t.Escalate); {
	case t.Suspended:
		g.tried(saysUntil, w.Until == nil, w, "its clock stands still")
	case t.Escalated || past:
		g.tried(saysLate, w.Health == health.Late || w.Health == health.Orphaned || w.Cause == health.CauseMail, w, "it is late")
		g.tried(saysUntil, is(w.Until, t.Escalate) && (t.Escalate == nil || w.LateDays == g.workingDays(*t.Escalate, now)), w, fmt.Sprint("until ", t.Escalate))
		g.tried(saysThen, w.Then == health.ThenEscalated == t.Escalated, w, "whether the supervisor was told")
	case !t.Reminded && t.Remind != nil && now.Before(*t.Remind):
		g.tried(saysUntil, is(w.Until, t.Remind) && w.Then == "remind", w, fmt.Sprint("reminds at ", t.Remind))
	default:
		g.tried(saysUntil, is(w.Until, t.Escalate) && w.Then == "escalate", w, fmt.Sprint("until ", t.Escalate))
	}
	if t.Kind == care.PermitRenewal && w.LastDay != nil {
		g.tried(saysUntil, is(w.LastDay, t.PermitEnds), w, fmt.Sprint("its last day is ", t.PermitEnds))
	}
	if t.Kind == care.ReferralAnswer {
		g.tried(saysOpen, w.Known == (t.Asked != string(care.ReferralRequested)), w, "the referral is "+t.Asked)
	}
	if w.Partner != "" && w.From == nil {
		g.tried(saysLink, w.NoLink == (t.LinkUntil == nil || !now.Before(*t.LinkUntil)), w, fmt.Sprint("a link that answers until ", t.LinkUntil))
		g.tried(saysLink, w.Cause != health.CauseMail || t.Unreached != nil, w, "a mail that was not delivered")
	}
}

// workingDays counts the days on which the zone's offices are open, from the day after one
// time to that of another.
func (g *wanderer) workingDays(from, to time.Time) int {
	return g.calendar().WorkingDaysBetween(from, to)
}

// holdsTime asserts what is said of the time that a case waits for.
func (g *wanderer) holdsTime(w health.Waiting, f facts) {
	g.Helper()
	if w.Then == health.ThenResume {
		g.tried(saysOpen, f.suspended[1] != nil, w, "it is suspended")
		g.tried(saysUntil, w.Until.Equal(*f.suspended[1]), w, fmt.Sprint("until ", f.suspended[1]))
		g.tried(saysSince, f.suspended[0] != nil && w.Since.Equal(*f.suspended[0]), w, fmt.Sprint("since ", f.suspended[0]))
		return
	}
	i := slices.IndexFunc(f.waits, func(o health.FactWait) bool { return o.Code == w.Then && o.Due.Equal(*w.Until) })
	g.tried(saysOpen, i >= 0, w, "something of the case waits for it")
	g.tried(saysUntil, w.Until.After(g.now().Add(-health.Grace)), w, "it is to come")
	g.tried(saysSince, w.Since.Equal(f.waits[i].Set), w, fmt.Sprint("since ", f.waits[i].Set))
}

// came asserts that what the last sentence said would happen has, where its time has come
// and nobody has taken the matter up, ended it or set another term in between.
func (g *wanderer) came(f facts) {
	g.Helper()
	p, now := g.promise, g.now()
	if p.of != g.id || p.Until == nil || p.Then == health.ThenEscalated || now.Before(p.Until.Add(health.Grace)) || f.suspended[1] != nil && p.Then != health.ThenResume {
		return
	}
	i := slices.IndexFunc(f.tasks, func(t awaited) bool { return p.For == health.WaitTask && t.ID == p.TaskID })
	same := func(at *time.Time) bool { return at != nil && at.Equal(*p.Until) }
	switch {
	case p.For == health.WaitTime && p.Then == health.ThenResume:
		g.tried(saysThen, f.suspended[1] == nil || !f.suspended[1].Equal(*p.Until), p.Waiting, "it went on at its time")
	case p.For == health.WaitTime:
		g.tried(saysThen, !slices.ContainsFunc(f.waits, func(w health.FactWait) bool { return w.Code == p.Then && w.Due.Equal(*p.Until) }), p.Waiting, "what it waited for came")
	case i < 0 || !f.tasks[i].State.Open() || f.tasks[i].Suspended: // somebody did it, or ended it
	case p.Then == "remind" && same(f.tasks[i].Remind):
		g.tried(saysThen, f.tasks[i].Reminded, p.Waiting, "a reminder was sent")
	case p.Then == "escalate" && same(f.tasks[i].Escalate):
		g.tried(saysThen, f.tasks[i].Escalated, p.Waiting, "the supervisor was told")
	}
}

// holdsWords asserts that the text says what the codes do.
func (g *wanderer) holdsWords(w health.Waiting) {
	g.Helper()
	text := italian.Sentence(w, g.policy(), g.now())
	require.NotEmpty(g, text)
	if w.For != health.WaitTask || w.Answered {
		return
	}
	who, named := w.Role, false
	if w.Holder != nil {
		who = w.Holder.Role
	}
	// With a preposition the article changes: "al responsabile".
	role := italian.Role(who)
	for _, words := range []string{italian.TheRole(who), italian.ARole(who), role} {
		named = named || strings.Contains(strings.ToLower(text), strings.ToLower(words))
	}
	g.tried(saysInWords, named, w, "it names "+role)
	if w.Partner != "" {
		agency, _ := g.policy().Agency(w.Partner)
		g.tried(saysInWords, strings.Contains(text, agency.Name), w, "it names the partner "+agency.Name)
	}
}

// add adds up what was tried.
func (c countedClaims) add(more countedClaims) {
	for of, n := range more {
		c[of] += n
	}
}

// countedClaims are how many claims of each kind were tried.
type countedClaims map[claim]int

// all is how many that is.
func (c countedClaims) all() (n int) {
	for _, tried := range c {
		n += tried
	}
	return n
}
