package records_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/amending"
	"percorso/internal/arrival"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/critical"
	"percorso/internal/gathering"
	"percorso/internal/lead"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/takeover"
)

// asked asks for one thing under a key.
type asked func(key string) (ledger.Command, error)

// machinery are operations that nobody asks for: steps and clocks write them.
var machinery = []care.Operation{care.OpReport, care.OpEnd, care.OpAdopt, care.OpClock, care.OpNewCourse}

// oneEffect prepares a case for each operation, and says how the operation is
// asked for.
var oneEffect = map[care.Operation]func(p *play) asked{
	care.OpOpen: func(p *play) asked {
		return p.asks("desk_operator.prato", catalogue.Open.Command("", "", ledger.CaseOpening{
			Person: ledger.Person{GivenName: "Persona", FamilyName: "Prova 0002", BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK"},
			Needs:  []string{"labour"}, NoticeGiven: true,
		}).NewCommand)
	},
	care.OpComplete: func(p *play) asked {
		run, task := p.withTask()
		require.NoError(p.T, p.Claim("desk_operator.prato", task))
		return p.asks("desk_operator.prato", catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}).InRun(run).NewCommand)
	},
	care.OpAcknowledge: movesReferral(catalogue.Acknowledge, catalogue.ReferralMoveForm{}),
	care.OpAccept:      movesReferral(catalogue.Accept, catalogue.ReferralMoveForm{}),
	care.OpReject:      movesReferral(catalogue.Reject, catalogue.ReferralMoveForm{Reason: "no_capacity"}),
	care.OpHold:        movesReferral(catalogue.Hold, catalogue.ReferralMoveForm{Note: "Prova"}),
	care.OpSupply:      movesReferral(catalogue.Supply, catalogue.ReferralMoveForm{Note: "Prova"}),
	care.OpRedirect:    movesReferral(catalogue.Redirect, catalogue.ReferralMoveForm{Agency: "cpia"}),
	care.OpWithdraw:    movesReferral(catalogue.Withdraw, catalogue.ReferralMoveForm{}),

	care.OpRefer:       ofCase(catalogue.Refer, catalogue.ReferForm{Agency: "asl", Purpose: "labour", Notice: true, Seen: "digest"}),
	care.OpTransfer:    ofCase(catalogue.Transfer, catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova"}),
	care.OpRecall:      ofCase(catalogue.Recall, catalogue.None{}),
	care.OpClose:       ofCase(catalogue.Close, catalogue.EarlyClosure{Outcome: care.OutcomePlaced, Note: "Prova"}),
	care.OpRenewPolicy: ofCase(catalogue.RenewPolicy, catalogue.None{}),
	care.OpMerge: func(p *play) asked {
		kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		return ofCase(catalogue.Merge, catalogue.MergeForm{Into: ledger.BareID(kept), Note: "Prova"})(p)
	},
	care.OpVouch: func(p *play) asked {
		run, _ := p.withTask()
		other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		return p.assigns("social_worker.prato", catalogue.Vouch.Command("", ledger.BareID(run), catalogue.VouchForm{Other: ledger.BareID(other), Note: "Prova"}).NewCommand)
	},
	care.OpCorrect: func(p *play) asked {
		run, _ := p.withTask()
		phone := "000 0000077"
		return p.assigns("desk_operator.prato", catalogue.Correct.Command("", ledger.BareID(run), correction.PersonCorrection{Phone: &phone, Note: "Prova"}).NewCommand)
	},
	care.OpReopen: func(p *play) asked {
		run, _ := p.withTask()
		p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
		return p.asks("supervisor.prato", catalogue.Reopen.Command("", "", catalogue.ReopenForm{Stage: care.StageFirstLevel, Note: "Prova"}).InRun(run).NewCommand)
	},
	care.OpMistake: func(p *play) asked {
		return p.assigns("social_worker.prato", catalogue.Mistake.Command("", ledger.BareID(p.closedCase()), catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	},
	care.OpUndo: func(p *play) asked {
		id := ledger.BareID(p.closedCase())
		_, err := p.assigns("social_worker.prato", catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
		require.NoError(p.T, err)
		return p.assigns("supervisor.prato", catalogue.Undo.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	},
	care.OpTellTakeOver: func(p *play) asked {
		run, _ := p.withTask()
		equipe, plan := p.Equipe(run), uuid.NewString()
		p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Un lavoro (prova)"}}})
		p.Becomes(equipe, plan, care.PlanAgreed)
		return p.assigns("social_worker.prato", catalogue.TellTakeOver.Command("", ledger.BareID(run), takeover.Telling{How: "phone"}).NewCommand)
	},
	care.OpAddNeed: func(p *play) asked {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		return p.assigns("social_worker.prato", catalogue.AddNeed.Command("", ledger.BareID(run), needs.Found{Area: "social_inclusion", Note: "Prova"}).NewCommand)
	},
	care.OpAddDate: func(p *play) asked {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		return p.assigns("social_worker.prato", p.dayOf(run).NewCommand)
	},
	care.OpMoveDate: func(p *play) asked {
		run, date := p.dated()
		return p.assigns("social_worker.prato", catalogue.MoveDate.Command("", ledger.BareID(run), critical.Moved{
			Date: date, On: care.DateOf(p.Now.AddDate(0, 0, 9)), Source: "Prova", Watcher: p.Accounts["social_worker.prato"].ID, Note: "Prova"}).NewCommand)
	},
	care.OpEndDate: func(p *play) asked {
		run, date := p.dated()
		return p.assigns("social_worker.prato", catalogue.EndDate.Command("", ledger.BareID(run), critical.Passed{Date: date, Note: "Prova"}).NewCommand)
	},
	care.OpMoveMeeting: func(p *play) asked {
		_, _, appointment := p.booked("pas", thursday(9, 0))
		return p.asks("social_worker.prato", catalogue.MoveAppointment.Command("", appointment, agenda.Moving{At: thursday(10, 0), By: agenda.TheService, Why: "other_cause"}).NewCommand)
	},
	care.OpArrive: func(p *play) asked {
		_, _, appointment := p.booked("pas", p.Now.Add(time.Hour))
		return p.assigns("social_worker.prato", catalogue.Arrive.Command("", appointment, arrival.Mark{}).NewCommand)
	},
	care.OpCancelMeeting: func(p *play) asked {
		_, _, appointment := p.booked("pas", thursday(9, 0))
		return p.asks("social_worker.prato", catalogue.CancelAppointment.Command("", appointment, agenda.Cancelling{By: agenda.TheService, Why: "other_cause"}).NewCommand)
	},
	care.OpEndNeed: func(p *play) asked {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		return p.assigns("social_worker.prato", catalogue.EndNeed.Command("", ledger.BareID(run), needs.Over{Area: "housing", Note: "Prova"}).NewCommand)
	},
	care.OpNoteReferral: func(p *play) asked {
		run, _ := p.withTask()
		branch, referral := postgrestest.NewRun(care.RunReferral), uuid.NewString()
		p.Branch(run, branch, care.Answer{Agency: "cpi"}, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}})
		return p.assigns("social_worker.prato", catalogue.NoteReferral.Command("", referral, catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	},
	care.OpAmend: func(p *play) asked {
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		e := p.Ask("social_worker.prato", run, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: p.Now, Note: "Prova"}))
		p.Does(run, e, ledger.Effects{}, nil)
		note := "Altra prova"
		return p.assigns("social_worker.prato", catalogue.Amend.Command("", e.ID, amending.Amended{Seen: 1, Why: "Prova", Note: &note}).NewCommand)
	},
	care.OpNameLead: func(p *play) asked {
		run, _ := p.withTask()
		return p.assigns("social_worker.prato", catalogue.NameLead.Command("", ledger.BareID(run), lead.Naming{To: p.Accounts["social_worker_2.prato"].ID, Note: "Prova"}).NewCommand)
	},
	care.OpProtect: func(p *play) asked {
		run, _ := p.withTask()
		return p.assigns("social_worker.prato", catalogue.Protect.Command("", ledger.BareID(run), protection.Form{Keeper: p.Accounts["supervisor.prato"].ID, Reason: "sought"}).NewCommand)
	},
	care.OpNameKeeper: func(p *play) asked {
		return p.assigns("social_worker.prato", catalogue.NameKeeper.Command("", p.protectedCase().id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID}).NewCommand)
	},
	care.OpDismissKeeper: func(p *play) asked {
		return p.assigns("social_worker.prato", catalogue.DismissKeeper.Command("", p.protectedCase().id, protection.Keeper{Keeper: p.Accounts["cpi_operator.prato"].ID}).NewCommand)
	},
	care.OpAskLifting: func(p *play) asked {
		return p.assigns("social_worker.prato", catalogue.AskLifting.Command("", p.protectedCase().id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	},
	care.OpLift: func(p *play) asked {
		h := p.protectedCase()
		require.NoError(p.T, h.asks("social_worker.prato", catalogue.AskLifting.Command("", h.id, catalogue.ReasonForm{Note: "Prova"})))
		return p.assigns("social_worker_2.prato", catalogue.Lift.Command("", h.id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	},
	care.OpPlanMeeting: func(p *play) asked {
		run, _ := p.withTask()
		equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited})
		return p.assigns("social_worker.prato", catalogue.PlanMeeting.Command("", "", gathering.MeetingPlan{At: p.Now.AddDate(0, 0, 7), How: gathering.ByTelephone,
			Invited: []gathering.Invited{{Role: care.SocialWorker, Agency: "comune"}}}).InRun(equipe).NewCommand)
	},
	care.OpMinutes: func(p *play) asked {
		run, _ := p.withTask()
		equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited})
		return p.asks("social_worker.prato", catalogue.Minutes.Command("", "", catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova",
			Votes: []catalogue.MinutedVote{{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}}}}).InRun(equipe).NewCommand)
	},

	care.OpContact: func(p *play) asked {
		return p.assigns("desk_operator.prato", catalogue.Contact.Command("", "", ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information"}).NewCommand)
	},
	care.OpProgress: func(p *play) asked {
		run, action := p.withAction()
		return p.assigns("social_worker.prato", catalogue.Progress.Command("", action, catalogue.ProgressForm{State: care.ActionDone}).InRun(run).NewCommand)
	},
	care.OpRetryEntry:  mendsEntry(catalogue.RetryEntry),
	care.OpRefuseEntry: mendsEntry(catalogue.RefuseEntry),
	care.OpClaim: func(p *play) asked {
		_, task := p.withTask()
		return p.assigns("desk_operator.prato", catalogue.Claim.Command("", task, catalogue.None{}).NewCommand)
	},
	care.OpRelease: func(p *play) asked {
		_, task := p.withTask()
		require.NoError(p.T, p.Claim("desk_operator.prato", task))
		return p.assigns("desk_operator.prato", catalogue.Release.Command("", task, catalogue.None{}).NewCommand)
	},
	care.OpReassign: assignsTask(catalogue.Reassign, catalogue.Assignment{Role: care.SocialWorker}),
	care.OpExtend:   assignsTask(catalogue.Extend, catalogue.Assignment{Until: &inTwoYears, Note: "Prova"}),
	care.OpRemind:   assignsTask(catalogue.Remind, catalogue.Assignment{}),

	care.OpMailBounced: func(p *play) asked {
		_, run, _, _ := p.Referred()
		mail := p.Row(`SELECT id FROM mail WHERE run_id = $1`, run)["id"].(string)
		return p.asks("supervisor.prato", ledger.NewCommand{Operation: care.OpMailBounced, Run: run, Target: mail})
	},
}

// mendsEntry mends an entry that cannot be worked.
func mendsEntry(o catalogue.Operation[catalogue.ReasonForm]) func(*play) asked {
	return func(p *play) asked {
		run, task := p.listened()
		e := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard}))
		_, err := p.Steps.Defer(p.T.Context(), ledger.Step{Run: run, Case: run, Epoch: 1, Entry: e}, "22000")
		require.NoError(p.T, err)
		return p.assigns("supervisor.prato", o.Command("", e.ID, catalogue.ReasonForm{Note: "Prova"}).NewCommand)
	}
}

var inTwoYears = time.Date(2028, 6, 1, 9, 0, 0, 0, time.UTC)

// withTask is a case with a first task for the desk.
func (p *play) withTask() (run, task string) {
	task = uuid.NewString()
	run, _ = p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReady, Kind: care.FirstListening}}})
	return run, task
}

func (p *play) asks(account string, c ledger.NewCommand) asked {
	c.Answer.Operation = c.Operation
	return func(key string) (ledger.Command, error) {
		c := c
		c.Key = key
		return p.Records.Accept(context.Background(), p.Accounts[account], c)
	}
}

func (p *play) assigns(account string, c ledger.NewCommand) asked {
	return func(key string) (ledger.Command, error) {
		c := c
		c.Key = key
		return p.Records.Assign(context.Background(), p.Accounts[account], c)
	}
}

func ofCase[F any](o catalogue.Operation[F], form F) func(p *play) asked {
	return func(p *play) asked {
		run, _ := p.withTask()
		return p.asks("supervisor.prato", o.Command("", "", form).InRun(run).NewCommand)
	}
}

func assignsTask(o catalogue.Operation[catalogue.Assignment], form catalogue.Assignment) func(p *play) asked {
	return func(p *play) asked {
		_, task := p.withTask()
		return p.assigns("supervisor.prato", o.Command("", task, form).NewCommand)
	}
}

func movesReferral(o catalogue.Operation[catalogue.ReferralMoveForm], form catalogue.ReferralMoveForm) func(p *play) asked {
	return func(p *play) asked {
		_, run, referral, _ := p.Referred()
		return p.asks("social_worker.prato", o.Command("", referral, form).InRun(run).NewCommand)
	}
}

// everything is how many rows each table has, with what is counted in a row.
func (p *play) everything() map[string]int {
	p.T.Helper()
	counts := map[string]int{}
	for _, table := range p.Rows(`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`) {
		name := table["name"].(string)
		counts[name] = p.Count(name)
	}
	counts["wakes"] = p.Count(`command WHERE state = 'accepted'`)
	for what, sql := range map[string]string{"reminders": `SELECT coalesce(sum(reminders), 0) FROM task`, "versions of runs": `SELECT sum(revision) FROM run`} {
		var n *int
		require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), sql).Scan(&n))
		if n != nil {
			counts[what] = *n
		}
	}
	return counts
}

// difference is what has become of everything meanwhile.
func (p *play) difference(before map[string]int) map[string]int {
	after := p.everything()
	maps.DeleteFunc(after, func(what string, n int) bool { return n == before[what] })
	for what := range after {
		after[what] -= before[what]
	}
	return after
}

// result is what somebody who asked is told.
type result struct {
	ID      string
	State   ledger.CommandState
	Refusal care.Refusal
	Err     error
}

// atOnce asks several times at the same moment under one key.
func atOnce(times int, key string, ask asked) []result {
	results := make([]result, times)
	ready, wait := make(chan struct{}), sync.WaitGroup{}
	for i := range results {
		wait.Go(func() {
			<-ready
			cmd, err := ask(key)
			results[i] = result{ID: cmd.ID, State: cmd.State, Err: err}
			var refusal *care.Refusal
			if errors.As(err, &refusal) {
				results[i].Refusal, results[i].Err = *refusal, nil
			}
		})
	}
	close(ready)
	wait.Wait()
	return results
}

// Whatever is asked eight times at once under one key has the effect that it has
// when it is asked once, and everybody is told the same.
func TestOneKeyHasOneEffectForEveryOperation(t *testing.T) {
	p := newPlay(t)
	for op, prepare := range p.everyOperation() {
		t.Run(string(op), func(t *testing.T) {
			p := &play{&postgrestest.Play{Archive: p.Archive, Owner: p.Owner, Runs: p.Runs, Now: p.Now}}
			p.T = t
			ask := prepare(p)
			before := p.everything()
			_, err := ask(uuid.NewString())
			require.NoError(t, err)
			once := p.difference(before)
			require.Positive(t, once["command"])

			ask = prepare(p)
			before = p.everything()
			key := uuid.NewString()
			results := atOnce(8, key, ask)
			require.NoError(t, results[0].Err)
			for _, r := range results {
				require.Equal(t, results[0], r)
			}
			require.Equal(t, once, p.difference(before))

			// So it stays when somebody asks later.
			late, err := ask(key)
			require.NoError(t, err)
			require.Equal(t, results[0].ID, late.ID)
			require.Equal(t, once, p.difference(before))
		})
	}
}

// everyOperation is oneEffect with the operations on a case that need nothing but
// a case: their example says how they are asked for.
func (p *play) everyOperation() map[care.Operation]func(p *play) asked {
	policy, err := p.Records.Policy(context.Background(), "prato")
	require.NoError(p.T, err)
	cal, err := calendar.New(policy)
	require.NoError(p.T, err)
	world := catalogue.World{Policy: policy, Now: p.Now, Rand: rand.New(rand.NewPCG(1, 1)), Calendar: cal}
	all := maps.Clone(oneEffect)
	for _, o := range catalogue.All {
		facts := o.About()
		command := o.Any("", world)
		if _, known := all[facts.Code]; known || facts.On != catalogue.OnCase {
			continue
		}
		all[facts.Code] = func(p *play) asked {
			run, _ := p.withTask()
			return p.asks("supervisor.prato", command.InRun(run).NewCommand)
		}
	}
	return all
}

// Whoever adds an operation that has no example says above how it is asked for.
func TestOneEffectKnowsEveryOperation(t *testing.T) {
	p := newPlay(t)
	file, err := parser.ParseFile(token.NewFileSet(), "../../care/answer.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var declared []care.Operation
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if named, ok := spec.Type.(*ast.Ident); ok && named.Name == "Operation" {
			for _, value := range spec.Values {
				code, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				require.NoError(t, err)
				declared = append(declared, care.Operation(code))
			}
		}
		return true
	})
	require.ElementsMatch(t, declared, slices.Concat(slices.Collect(maps.Keys(p.everyOperation())), machinery))
}

// What is refused is refused once, and the refusal is the answer of all.
func TestOneKeyHasOneRefusal(t *testing.T) {
	p := newPlay(t)
	_, task := p.withTask()
	require.NoError(t, p.Claim("desk_operator.prato", task))
	before := p.everything()
	results := atOnce(8, "taken", p.assigns("desk_operator_2.prato", catalogue.Claim.Command("", task, catalogue.None{}).NewCommand))
	for _, r := range results {
		require.Equal(t, care.RefusedTaken, r.Refusal.Code)
		require.Equal(t, results[0], r)
	}
	require.Equal(t, map[string]int{"command": 1}, p.difference(before))
}

// Of two bodies under one key one is worked, and the other is told that the key
// was used.
func TestOneKeyIsForOneBody(t *testing.T) {
	p := newPlay(t)
	turn := 0
	var mutex sync.Mutex
	results := atOnce(8, "two bodies", func(key string) (ledger.Command, error) {
		mutex.Lock()
		turn++
		note := fmt.Sprint("Prova ", turn%2)
		mutex.Unlock()
		return p.assigns("desk_operator.prato", catalogue.Contact.Command("", "", ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information", Note: note}).NewCommand)(key)
	})
	worked, reused := 0, 0
	for _, r := range results {
		switch {
		case r.Err == nil:
			worked++
		case errors.Is(r.Err, ledger.ErrKeyReused):
			reused++
		}
	}
	require.Equal(t, []int{4, 4}, []int{worked, reused})
	require.Equal(t, 1, p.Count(`contact`))
}

// A first request that fails frees its key: who waited works in its place.
func TestWhoFailsFreesTheKey(t *testing.T) {
	p := newPlay(t)
	ask := p.assigns("desk_operator.prato", catalogue.Contact.Command("", "", ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information"}).NewCommand)
	who := p.Accounts["desk_operator.prato"]
	first, err := p.Pool(standalone.API).Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = first.Rollback(context.Background()) }()
	_, err = first.Exec(t.Context(), `SELECT claim_key($1, 'freed')`, who.ID)
	require.NoError(t, err)

	second := make(chan error, 1)
	go func() {
		_, err := ask("freed")
		second <- err
	}()
	require.Eventually(t, func() bool { return p.Count(`pg_locks WHERE locktype = 'advisory' AND NOT granted`) > 0 }, time.Minute, time.Millisecond)
	require.Zero(t, p.Count(`contact`), "the second waits")
	require.NoError(t, first.Rollback(t.Context()))
	require.NoError(t, <-second)
	require.Equal(t, 1, p.Count(`contact`))

	// So does one that was refused by Postgres itself, with nothing stored.
	_, err = p.assigns("desk_operator.prato", catalogue.Contact.Command("", "", ledger.NewContact{Topic: "school\x00"}).NewCommand)("broken")
	require.Error(t, err)
	_, err = ask("broken")
	require.NoError(t, err)
	require.Equal(t, 2, p.Count(`contact`))
}

// A link is used once, however many press its button at once; who does so with
// the same answer finds what was made of it.
func TestALinkHasOneEffect(t *testing.T) {
	p := newPlay(t)
	_, run, _, _ := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	before := p.everything()
	form := catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{Note: "Prova"})
	results := atOnce(8, "", func(string) (ledger.Command, error) {
		return p.Records.UseLink(context.Background(), link, care.OpAcknowledge, care.Answer{Operation: care.OpAcknowledge}, form.Data)
	})
	used := 0
	for _, r := range results {
		require.Equal(t, results[0].ID, r.ID)
		if r.Err == nil {
			used++
			continue
		}
		require.ErrorIs(t, r.Err, ledger.ErrNotFound)
	}
	require.Equal(t, 1, used)
	require.Equal(t, map[string]int{"command": 1, "wakes": 1}, p.difference(before))
	for _, other := range []catalogue.Command{
		catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{Note: "Altra prova"}), catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{Note: "Prova"}),
	} {
		cmd, err := p.Records.UseLink(t.Context(), link, other.Operation, other.Answer, other.Data)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		require.Empty(t, cmd.ID)
	}
}

// A new link is sent once.
func TestALinkIsRenewedOnce(t *testing.T) {
	p := newPlay(t)
	_, run, _, _ := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	_, err := p.Owner.Exec(t.Context(), `UPDATE link SET created_at = now() - interval '1 hour' WHERE id = $1`, link)
	require.NoError(t, err)
	before := p.everything()
	sent := 0
	for _, r := range atOnce(8, "", func(string) (ledger.Command, error) {
		return ledger.Command{}, p.Records.RenewLink(context.Background(), link)
	}) {
		if r.Err == nil {
			sent++
			continue
		}
		require.ErrorIs(t, r.Err, ledger.ErrNotFound)
	}
	require.Equal(t, 1, sent)
	require.Equal(t, map[string]int{"link": 1, "mail": 1, "timeline": 1}, p.difference(before))
}

// A mail that came back is one line of its case, whoever reports it and under
// how many keys.
func TestAMailComesBackOnce(t *testing.T) {
	p := newPlay(t)
	_, run, _, _ := p.Referred()
	mail := p.Row(`SELECT id FROM mail WHERE run_id = $1`, run)["id"].(string)
	report := func(account, key, run string) (ledger.Command, error) {
		return p.asks(account, ledger.NewCommand{Operation: care.OpMailBounced, Run: run, Target: mail})(key)
	}
	for _, key := range []string{"first", "again"} {
		for _, account := range []string{"supervisor.prato", "supervisor.lucca"} {
			cmd, err := report(account, key, run)
			require.NoError(t, err)
			require.Equal(t, ledger.CommandWorked, cmd.State)
		}
	}
	require.Equal(t, 1, p.Count(`timeline WHERE run_id = $1 AND code = 'mail_bounced'`, run))
	_, err := report("supervisor.prato", "another run", postgrestest.NewRun(care.RunReferral))
	require.ErrorIs(t, err, ledger.ErrNotFound)
}

// dayOf adds to a case the day of an eviction.
func (p *play) dayOf(caseRun string) catalogue.Command {
	return catalogue.AddDate.Command("", ledger.BareID(caseRun), critical.Added{
		Kind: string(critical.Eviction), On: care.DateOf(p.Now.AddDate(0, 0, 8)), Source: "Prova", Watcher: p.Accounts["social_worker.prato"].ID})
}

// dated opens a case with such a day.
func (p *play) dated() (caseRun, date string) {
	caseRun, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	cmd, err := p.assigns("social_worker.prato", p.dayOf(caseRun).NewCommand)(uuid.NewString())
	require.NoError(p.T, err)
	return caseRun, cmd.ID
}

// withAction begins a case with a plan of one action, of the agency that keeps its file.
func (p *play) withAction() (run, action string) {
	run, _ = p.withTask()
	equipe, plan := p.Equipe(run), uuid.NewString()
	until := p.Now.Add(postgrestest.DayLong)
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}},
		Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
	p.Becomes(equipe, plan, care.PlanActive)
	return run, p.Row(`SELECT content -> 'actions' -> 0 ->> 'id' AS id FROM plan WHERE id = $1`, plan)["id"].(string)
}
