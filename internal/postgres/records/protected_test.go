package records_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

// marker is the name of the protected person, who has it alone.
const marker = "Zmarcaprotetta"

// hidden is a case of a protected person, in which everything was written that others
// could read, before she was protected.
type hidden struct {
	*play
	run, id string
	ids     map[string]string // of what hers is, by what it is
	pool    *pgxpool.Pool     // of the API
}

// protectedCase is a case that two social workers of the municipality keep, with an operator
// of the employment centre.
func (p *play) protectedCase() *hidden {
	p.T.Helper()
	run, _ := p.Begin(ledger.Person{GivenName: marker, FamilyName: marker, Phone: marker}, ledger.Effects{})
	h := &hidden{play: p, run: run, id: ledger.BareID(run), pool: p.Pool(standalone.API)}
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	own := postgrestest.Opens(run, "social", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	desk := postgrestest.Opens(run, "desk", ledger.TaskChange{Kind: care.FirstListening, Role: care.DeskOperator, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{own, desk}}, nil)
	require.NoError(p.T, p.Claim("desk_operator.prato", desk.ID))
	referral, asked := uuid.NewString(), postgrestest.NewRun(care.RunReferral)
	answer := postgrestest.Opens(asked, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
	p.Branch(run, asked, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{answer}})
	linked, health := postgrestest.NewRun(care.RunReferral), uuid.NewString()
	byLink := postgrestest.Opens(linked, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "asl", Referral: health})
	p.Branch(run, linked, care.Answer{Agency: "asl", Matter: "health"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: health, State: care.ReferralRequested, Agency: "asl", Purpose: "health"}}, Tasks: []ledger.TaskChange{byLink}})
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited},
		ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited})
	until, plan := p.Now.AddDate(0, 3, 0), uuid.NewString()
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: marker}}, Actions: []care.PlanAction{{Text: marker, Agency: "cpi", Until: &until}}})
	p.Becomes(run, plan, care.PlanActive)
	h.ids = map[string]string{"case": h.id, "task": own.ID, "desk": desk.ID, "answer": answer.ID, "referral": referral, "byLink": byLink.ID, "health": health, "plan": plan,
		"equipe": ledger.BareID(equipe), "asked": ledger.BareID(asked), "linked": ledger.BareID(linked)}
	require.NoError(p.T, h.asks("social_worker.prato", catalogue.Protect.Command("", h.id, protection.Form{
		Keeper: p.Accounts["social_worker_2.prato"].ID, Elsewhere: p.Accounts["cpi_operator.prato"].ID, Reason: "sought"})))
	return h
}

func (h *hidden) asks(account string, c catalogue.Command) error {
	_, err := h.assigns(account, c.NewCommand)(uuid.NewString())
	return err
}

// keepers know of her.
var keepers = []string{"social_worker.prato", "social_worker_2.prato", "cpi_operator.prato"}

// others are everybody else of her zone and of another one.
func (h *hidden) others() (accounts []string) {
	for account, who := range h.Accounts {
		if who.Zone != "pistoia" && !slices.Contains(keepers, account) {
			accounts = append(accounts, account)
		}
	}
	require.Greater(h.T, len(accounts), 10)
	slices.Sort(accounts)
	return accounts
}

// as runs something as a member of staff in Postgres, and takes it back.
func (h *hidden) as(account string, work func(tx *pgxpool.Conn)) {
	h.T.Helper()
	who, known := h.Accounts[account]
	require.True(h.T, known, account)
	conn, err := h.pool.Acquire(h.T.Context())
	require.NoError(h.T, err)
	defer conn.Release()
	begin := &pgx.Batch{}
	postgres.App(who, h.Now).Begin(begin)
	require.NoError(h.T, conn.SendBatch(h.T.Context(), begin).Close())
	work(conn)
	_, err = conn.Exec(h.T.Context(), "ROLLBACK")
	require.NoError(h.T, err)
}

// tells says whether a text has something of her.
func (h *hidden) tells(text string) string {
	if strings.Contains(strings.ToLower(text), strings.ToLower(marker)) {
		return "name"
	}
	for what, id := range h.ids {
		if strings.Contains(text, id) {
			return what
		}
	}
	return ""
}

func texts(tx *pgxpool.Conn, t *testing.T, sql string, args ...any) []string {
	rows, err := tx.Query(t.Context(), sql, args...)
	if err != nil {
		return []string{"error"}
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return []string{"error"}
	}
	return all
}

// TestNobodyButKeepersHasARowOfAProtectedPerson reads every table that the API reads, and
// asks every function that it calls, as others and as keepers: what no query can forget.
func TestNobodyButKeepersHasARowOfAProtectedPerson(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	var tables []string
	for _, row := range p.Rows(`SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
		AND has_any_column_privilege('percorso_app', c.oid, 'SELECT') AND c.relname <> 'case_grant' ORDER BY 1`) { // whose ids other policies ask for
		tables = append(tables, fmt.Sprint(row["relname"]))
	}
	require.Contains(t, tables, "task")
	columns := func(table string) string {
		return fmt.Sprint(p.Row(`SELECT string_agg(quote_ident(attname), ', ') AS list FROM pg_attribute
			WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND has_column_privilege('percorso_app', attrelid, attnum, 'SELECT')`, table)["list"])
	}
	sql := map[string]string{}
	for _, table := range tables {
		sql[table] = fmt.Sprintf(`SELECT row(%s)::text FROM %s`, columns(table), table)
	}
	shown := map[string]bool{}
	for _, account := range append(h.others(), keepers...) {
		for _, table := range tables {
			h.as(account, func(tx *pgxpool.Conn) {
				for _, line := range texts(tx, t, sql[table]) {
					require.NotEqual(t, "error", line, "%s of %s", table, account)
					if what := h.tells(line); what != "" {
						shown[account+" "+table] = true
					}
				}
			})
		}
	}
	for _, account := range h.others() {
		for _, table := range tables {
			require.False(t, shown[account+" "+table], "%s has a row of her in %s", account, table)
		}
	}
	for _, table := range []string{"case_file", "person", "task", "run", "command", "record", "timeline", "referral", "plan", "equipe", "seat", "case_health", "protection", "keeper"} {
		require.True(t, shown["social_worker.prato "+table] || table == "command", "a keeper has none in %s", table)
	}
	for _, table := range []string{"task", "referral", "share", "seat"} {
		require.True(t, shown["cpi_operator.prato "+table], "the keeper of another agency has none in %s", table)
	}
}

// TestFunctionsAnswerOthersAsOfWhomThereIsNot: of her ids every function that the API may
// call answers those who must not know of her as of ids that never were.
func TestFunctionsAnswerOthersAsOfWhomThereIsNot(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	type function struct {
		call      string
		volatile  bool
		arguments []string
	}
	var functions []function
	for _, row := range p.Rows(`SELECT p.oid::regproc::text AS name, p.provolatile = 'v' AS volatile, string_to_array(oidvectortypes(p.proargtypes), ', ') AS types
		FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
			AND has_function_privilege('percorso_app', p.oid, 'EXECUTE') ORDER BY 1`) {
		f := function{volatile: row["volatile"].(bool)}
		var marks []string
		for i, of := range row["types"].([]any) {
			f.arguments = append(f.arguments, fmt.Sprint(of))
			marks = append(marks, fmt.Sprintf("$%d::%s", i+1, of))
		}
		f.call = fmt.Sprintf("SELECT f::text FROM %s(%s) AS f", row["name"], strings.Join(marks, ", "))
		functions = append(functions, f)
	}
	require.Greater(t, len(functions), 50)
	// ask calls a function with an id wherever it may stand.
	ask := func(tx *pgxpool.Conn, f function, id, word string) []string {
		var args []any
		for _, of := range f.arguments {
			switch of {
			case "uuid":
				args = append(args, id)
			case "uuid[]":
				args = append(args, []string{id})
			case "text":
				args = append(args, word)
			case "text[]":
				args = append(args, []string{strings.ToLower(marker)})
			case "integer":
				args = append(args, 50)
			case "bigint":
				args = append(args, int64(math.MaxInt64))
			case "boolean":
				args = append(args, false)
			case "date", "timestamp with time zone":
				args = append(args, h.Now)
			default:
				args = append(args, nil)
			}
		}
		return texts(tx, t, f.call, args...)
	}
	tried := 0
	for _, account := range h.others() {
		if strings.Contains(account, "_2.") && account != "cpi_operator_2.prato" { // nobody is another in anything that is asked
			continue
		}
		for _, f := range functions {
			of := func(id, word string) (got []string) {
				h.as(account, func(tx *pgxpool.Conn) {
					got = ask(tx, f, id, word)
				})
				return got
			}
			nobody := of(uuid.NewString(), "case/"+uuid.NewString())
			for what, id := range h.ids {
				word := id
				switch what {
				case "case":
					word = h.run
				case "equipe":
					word = "equipe/" + id
				case "asked", "linked":
					word = "referral/" + id
				}
				got := of(id, word)
				tried++
				for _, line := range got {
					// The one gives back what it is asked of. The other gives opaque ids to the
					// policies alone: nothing of the API asks it.
					if !strings.Contains(f.call, " same_file(") && !strings.Contains(f.call, " hidden_cases(") {
						require.Empty(t, h.tells(line), "%s of %s asked as %s", f.call, what, account)
					}
				}
				require.Equal(t, len(nobody), len(got), "%s of %s asked as %s", f.call, what, account)
			}
		}
	}
	t.Logf("%d functions, %d calls", len(functions), tried)
}

// holder is who holds a task, by account.
func (h *hidden) holder(task string) string {
	h.T.Helper()
	row := h.Row(`SELECT s.subject FROM task t LEFT JOIN staff s ON s.id = t.holder WHERE t.id = $1`, task)
	if row["subject"] == nil {
		return ""
	}
	return fmt.Sprint(row["subject"])
}

func (h *hidden) refused(err error, rule string) {
	h.T.Helper()
	var refusal *care.Refusal
	require.ErrorAs(h.T, err, &refusal)
	require.Len(h.T, refusal.Faults, 1)
	require.Equal(h.T, rule, refusal.Faults[0].Rule)
}

func TestKeepersDoWhatIsToBeDoneForAProtectedPerson(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	require.Contains(t, keepers, h.holder(h.ids["task"]), "what was nobody's is a keeper's")
	require.Contains(t, keepers, h.holder(h.ids["desk"]), "and what a colleague held")
	who := p.Accounts[h.holder(h.ids["task"])]
	found, err := p.Records.CaseFiles(t.Context(), who, ledger.CaseFilter{Search: marker}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	file, err := p.Records.CaseFile(t.Context(), who, h.id)
	require.NoError(t, err)
	require.Len(t, file.Protection.Keepers, 3)
	p.Complete(who.Subject, h.run, h.ids["task"], care.Completion{Outcome: care.Continue, Note: "Prova"}, ledger.Effects{}, nil)

	next := postgrestest.Opens(h.run, "next", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	p.Does(h.run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}}, nil)
	require.Contains(t, keepers, h.holder(next.ID), "what opens later is a keeper's too")
	holder := p.Accounts[h.holder(next.ID)]
	_, err = p.Records.Assign(t.Context(), holder, catalogue.Release.Command(uuid.NewString(), next.ID, catalogue.None{}).NewCommand)
	require.NoError(t, err)
	require.Contains(t, keepers, h.holder(next.ID), "and what is given back stays with them")

	// The operator of the employment centre who may know answers for it.
	centre := p.Accounts["cpi_operator.prato"]
	task, err := p.Records.Task(t.Context(), centre, h.ids["answer"])
	require.NoError(t, err)
	require.Equal(t, care.TaskReady, task.State)
	_, err = p.Records.Task(t.Context(), p.Accounts["cpi_operator_2.prato"], h.ids["answer"])
	require.ErrorIs(t, err, ledger.ErrNotFound)
}

// A keeper who leaves, or goes to work elsewhere, leaves what they hold to another keeper of
// its agency, at once; where there is none left, it is nobody's, and no other colleague's.
func TestAKeeperWhoLeavesLeavesToTheOthers(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	held := []string{h.ids["task"], h.ids["desk"]}
	first := h.holder(held[0])
	other := map[string]string{"social_worker.prato": "social_worker_2.prato", "social_worker_2.prato": "social_worker.prato"}[first]
	require.NotEmpty(t, other, "of the agency")
	p.leaves(first)
	for _, task := range held {
		require.Equal(t, other, h.holder(task))
	}
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET agency = 'asl' WHERE id = $1`, p.Accounts[other].ID)
	require.NoError(t, err)
	for _, task := range held {
		require.Empty(t, h.holder(task))
		require.Equal(t, "ready", p.Row(`SELECT state FROM task WHERE id = $1`, task)["state"])
	}
	for _, account := range []string{"social_worker_3.prato", "desk_operator.prato", "supervisor.prato"} {
		if who, known := p.Accounts[account]; known {
			_, err := p.Records.Task(t.Context(), who, held[1])
			require.ErrorIs(t, err, ledger.ErrNotFound, account)
		}
	}
	_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = true WHERE id = $1`, p.Accounts[first].ID)
	require.NoError(t, err)
	require.Equal(t, first, h.holder(held[0]), "who comes back has it again")
}

// What would make a protected person known is refused by the rule that says what can be
// done: to give something to an agency where nobody may know of her, to hand her file over
// or to merge it, and to give a task of hers to who is no keeper.
func TestWhatIsRefusedOfAProtectedPerson(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	const keeper = "social_worker.prato"
	tries := func(field, rule string, c catalogue.Command, agency string) {
		t.Helper()
		e := p.Ask(keeper, h.run, c)
		var effects ledger.Effects
		if agency != "" {
			effects.Tell = []ledger.Message{{Run: postgrestest.NewRun(care.RunReferral), Answer: care.Answer{Operation: care.OpOpen, Agency: care.Code(agency)}}}
		}
		p.Refused(p.Tries(h.run, e, effects, nil), e, field, rule)
	}
	seen, err := p.Records.Disclosure(t.Context(), p.Accounts[keeper], h.id, "cpia", "school")
	require.NoError(t, err)
	tries("agency", protection.NoKeeper, catalogue.Refer.Command("", "", catalogue.ReferForm{Agency: "cpia", Purpose: "school", Notice: true, Seen: seen.Digest}), "cpia")
	tries("zone", protection.Protected, catalogue.Transfer.Command("", "", catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova"}), "")
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	e := p.Ask(keeper, h.run, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(kept), Note: "Prova"}))
	p.Refused(p.Tries(h.run, e, ledger.Effects{MergeInto: kept}, nil), e, "into", protection.Protected)

	// The employment centre's one keeper leaves: nobody there may be invited to an équipe.
	p.leaves("cpi_operator.prato")
	equipe := "equipe/" + h.ids["equipe"]
	p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.NoPlan}, nil) // of a kind there is one
	tries("kind", protection.NoKeeper, catalogue.Convene.Command("", "", catalogue.ConveneForm{Kind: care.BetweenAgencies}), "")

	_, err = p.Records.Assign(t.Context(), p.Accounts[h.holder(h.ids["task"])], catalogue.Reassign.Command(uuid.NewString(), h.ids["task"],
		catalogue.Assignment{To: p.Accounts["desk_operator.prato"].ID}).NewCommand)
	require.ErrorIs(t, err, ledger.ErrForbidden, "who passes tasks is the supervisor")
	require.NoError(t, h.asks(keeper, catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID})))
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Reassign.Command(uuid.NewString(), h.ids["task"],
		catalogue.Assignment{To: p.Accounts["desk_operator.prato"].ID}).NewCommand)
	h.refused(err, protection.KeepersOnly)
}

func TestNoMailAndNoLinkTellsOfAProtectedPerson(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	require.Zero(t, p.Count(`mail m WHERE m.case_id = $1 AND m.sent_at IS NULL AND m.failed_at IS NULL AND NOT EXISTS (
		SELECT FROM keeper k JOIN staff s ON s.id = k.staff WHERE s.email = m.recipient)`, h.id), "what waited")
	require.NotZero(t, p.Count(`link WHERE case_id = $1`, h.id))
	require.Zero(t, p.Count(`link WHERE case_id = $1 AND used_at IS NULL AND expires_at > $2`, h.id, p.Now))
	link := fmt.Sprint(p.Row(`SELECT id FROM link WHERE case_id = $1`, h.id)["id"])
	_, err := p.Records.OpenLink(t.Context(), link)
	_, unknown := p.Records.OpenLink(t.Context(), uuid.NewString())
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.ErrorIs(t, unknown, ledger.ErrNotFound)
	links := p.Count(`link WHERE case_id = $1`, h.id)
	_ = p.Records.RenewLink(t.Context(), link)
	require.Equal(t, links, p.Count(`link WHERE case_id = $1`, h.id), "nobody gets another")

	// Clocks that remind and escalate reach keepers alone, also where the supervisor is to hear.
	before := p.Count(`mail WHERE case_id = $1`, h.id)
	p.Now = p.Now.AddDate(0, 2, 0)
	p.Does(h.run, p.Clock(), ledger.Effects{}, nil)
	require.Greater(t, p.Count(`mail WHERE case_id = $1`, h.id), before, "somebody is reminded")
	require.Zero(t, p.Count(`mail m WHERE m.case_id = $1 AND m.created_at >= $2 AND NOT EXISTS (
		SELECT FROM keeper k JOIN staff s ON s.id = k.staff WHERE s.email = m.recipient)`, h.id, p.Now.AddDate(0, -1, 0)))

	// While the first of them is away the next one has what was for somebody else.
	to := func() any {
		_, err := p.Owner.Exec(t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
			VALUES (gen_random_uuid(), $1, $2, 'escalation', '/compiti/' || gen_random_uuid(), 'nessuno@prova.invalid', $3, $3)`, h.run, h.id, p.Now)
		require.NoError(t, err)
		return p.Row(`SELECT s.id FROM mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.created_at = $2`, h.id, p.Now)["id"]
	}
	p.Now = p.Now.Add(time.Second)
	first := to()
	_, err = p.Owner.Exec(t.Context(), `INSERT INTO absence (id, staff, first_day, last_day) VALUES (gen_random_uuid(), $1, $2, $2)`, first, p.Now)
	require.NoError(t, err)
	p.Now = p.Now.Add(time.Second)
	require.NotEqual(t, first, to())
}

func TestKeepersAloneHearOfATwin(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	desk := p.Accounts["desk_operator.prato"]
	alike, err := p.Records.SamePerson(t.Context(), desk, ledger.Person{GivenName: marker, FamilyName: marker, BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Empty(t, alike)
	twin, _ := p.Begin(ledger.Person{GivenName: marker, FamilyName: marker}, ledger.Effects{})
	_, err = p.Records.CaseFile(t.Context(), desk, ledger.BareID(twin))
	require.NoError(t, err, "it opens like any other")
	file, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker_2.prato"], h.id)
	require.NoError(t, err)
	require.Len(t, file.Protection.Likeness, 1)
	require.Equal(t, ledger.BareID(twin), file.Protection.Likeness[0].ID)

	// Who opened her file, and sends the same again, has no command of that key any more.
	key := fmt.Sprint(p.Row(`SELECT key FROM command WHERE case_id = $1 AND operation = 'open' AND role <> ''`, h.id)["key"])
	_, err = p.Records.Accept(t.Context(), desk, catalogue.Open.Command(key, "", ledger.CaseOpening{NoticeGiven: true}).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)

	// Whoever merges it into hers is told what they would be told of a file that there is not.
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Vouch.Command(uuid.NewString(), ledger.BareID(twin), catalogue.VouchForm{Other: h.id, Note: "Prova"}).NewCommand)
	h.refused(err, care.RuleUnknownCode)
	for into, rule := range map[string]string{h.id: care.RuleUnknownCode, uuid.NewString(): care.RuleUnknownCode} {
		e := p.Ask("supervisor.prato", twin, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: into, Note: "Prova"}))
		p.Refused(p.Tries(twin, e, ledger.Effects{MergeInto: ledger.CaseRun(into)}, nil), e, "into", rule)
	}
	e := p.Ask("social_worker_2.prato", twin, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: h.id, Note: "Prova"}))
	p.Refused(p.Tries(twin, e, ledger.Effects{MergeInto: h.run}, nil), e, "into", protection.Protected)
}

func TestTwoKeepersLiftAProtection(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	asks := func(account string) error {
		return h.asks(account, catalogue.AskLifting.Command("", h.id, catalogue.ReasonForm{Note: "Prova"}))
	}
	lifts := func(account string) error {
		return h.asks(account, catalogue.Lift.Command("", h.id, catalogue.ReasonForm{Note: "Prova"}))
	}
	h.refused(lifts("social_worker.prato"), protection.SecondKeeper)
	require.ErrorIs(t, asks("supervisor.prato"), ledger.ErrNotFound)
	require.NoError(t, asks("social_worker.prato"))
	h.refused(asks("social_worker_2.prato"), protection.AskedAlready)
	h.refused(lifts("social_worker.prato"), protection.SecondKeeper)
	require.ErrorIs(t, lifts("supervisor.prato"), ledger.ErrNotFound)
	p.Now = p.Now.Add(time.Minute)
	require.NoError(t, h.asks("social_worker.prato", catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID})))
	h.refused(lifts("supervisor.prato"), protection.SecondKeeper)
	require.NoError(t, lifts("social_worker_2.prato"))
	_, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], h.id)
	require.NoError(t, err, "she is known like others again")
}

func TestWhoMayKeepAFile(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	h := &hidden{play: p, run: run, id: ledger.BareID(run)}
	protects := func(account, keeper, elsewhere string) error {
		form := protection.Form{Keeper: p.Accounts[keeper].ID, Reason: "colleague"}
		if elsewhere != "" {
			form.Elsewhere = p.Accounts[elsewhere].ID
		}
		return h.asks(account, catalogue.Protect.Command("", h.id, form))
	}
	require.ErrorIs(t, protects("desk_operator.prato", "social_worker.prato", ""), ledger.ErrForbidden)
	require.ErrorIs(t, protects("social_worker.lucca", "social_worker_2.lucca", ""), ledger.ErrNotFound)
	h.refused(protects("social_worker.prato", "social_worker.prato", ""), protection.Two)
	h.refused(protects("social_worker.prato", "social_worker.lucca", ""), protection.UnknownKeeper)
	h.refused(protects("social_worker.prato", "cpi_operator.prato", ""), protection.Two)
	h.refused(protects("social_worker.prato", "privacy_officer.prato", ""), protection.UnknownKeeper)
	require.NoError(t, protects("social_worker.prato", "supervisor.prato", "cpi_operator.prato"))
	h.refused(protects("social_worker.prato", "supervisor.prato", ""), protection.Already)
	name := func(account, keeper string) error {
		return h.asks(account, catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: p.Accounts[keeper].ID}))
	}
	dismiss := func(account, keeper string) error {
		return h.asks(account, catalogue.DismissKeeper.Command("", h.id, protection.Keeper{Keeper: p.Accounts[keeper].ID}))
	}
	h.refused(name("social_worker.prato", "cpi_operator_2.prato"), protection.OneElsewhere)
	require.ErrorIs(t, name("desk_operator.prato", "desk_operator.prato"), ledger.ErrNotFound)
	require.ErrorIs(t, name("cpi_operator.prato", "social_worker_2.prato"), ledger.ErrForbidden, "who knows of her for another agency does not read her file")
	require.NoError(t, name("supervisor.prato", "social_worker_2.prato"))
	require.NoError(t, dismiss("supervisor.prato", "social_worker.prato"))
	_, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], h.id)
	require.ErrorIs(t, err, ledger.ErrNotFound, "who is no keeper any more")
	h.refused(dismiss("supervisor.prato", "social_worker_2.prato"), protection.Last)
	h.refused(dismiss("supervisor.prato", "supervisor.prato"), protection.Last)

	// The last keepers leave: the zone's supervisor hears the number alone, and names others.
	_, err = p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE id = ANY ($1)`, []string{p.Accounts["supervisor.prato"].ID, p.Accounts["social_worker_2.prato"].ID, p.Accounts["cpi_operator.prato"].ID})
	require.NoError(t, err)
	_, err = p.Records.CaseFile(t.Context(), p.Accounts["supervisor_2.prato"], h.id)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.ErrorIs(t, name("supervisor_2.lucca", "social_worker_2.lucca"), ledger.ErrNotFound)
	unkept, err := p.Records.Unkept(t.Context(), p.Accounts["supervisor_2.prato"])
	require.NoError(t, err)
	require.Len(t, unkept, 1)
	require.Equal(t, h.id, unkept[0].ID)
	h.refused(name("supervisor_2.prato", "supervisor_2.prato"), protection.UnknownKeeper)
	require.NoError(t, name("supervisor_2.prato", "social_worker.prato"))
	_, err = p.Records.CaseFile(t.Context(), p.Accounts["supervisor_2.prato"], h.id)
	require.ErrorIs(t, err, ledger.ErrNotFound, "naming is no reading")
	_, err = p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], h.id)
	require.NoError(t, err)
}

func TestAProtectedPersonIsInNoCount(t *testing.T) {
	p := newPlay(t)
	count := func(account string) (all int) {
		counts, err := p.Records.HealthCounts(t.Context(), p.Accounts[account])
		require.NoError(t, err)
		for _, n := range counts {
			all += n
		}
		return all
	}
	before := count("supervisor.prato")
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	require.Equal(t, before+1, count("supervisor.prato"))
	h := &hidden{play: p, run: run, id: ledger.BareID(run)}
	require.NoError(t, h.asks("social_worker.prato", catalogue.Protect.Command("", h.id, protection.Form{Keeper: p.Accounts["supervisor_2.prato"].ID, Reason: "relative"})))
	require.Equal(t, before, count("supervisor.prato"))
	require.Equal(t, before+1, count("supervisor_2.prato"), "a keeper counts her")
}

// What the case of a protected person waits for names those who can do it: her keepers,
// and nobody else who has the role.
func TestTheSentenceOfAProtectedCaseNamesItsKeepers(t *testing.T) {
	h := newPlay(t).protectedCase()
	waits := func() health.Waiting {
		file, err := h.Records.CaseFile(t.Context(), h.Accounts["social_worker.prato"], h.id)
		require.NoError(t, err)
		return file.Waiting
	}
	h.Does("referral/"+h.ids["linked"], h.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: h.ids["byLink"], State: care.TaskObsolete}},
		Referrals: []ledger.ReferralChange{{ID: h.ids["health"], State: care.ReferralWithdrawn}}, Ending: care.ReferralEnded}, nil) // whose mail nobody gets
	require.Equal(t, []any{true, health.Planned}, []any{waits().Kept, waits().Health})
	require.NotContains(t, waits().Means, actors.Release, "what a keeper gives back goes to a keeper")
	require.NoError(t, h.asks("social_worker.prato", catalogue.DismissKeeper.Command("", h.id, protection.Keeper{Keeper: h.Accounts["cpi_operator.prato"].ID})))
	require.Equal(t, []any{health.Orphaned, health.CauseKeepers, care.ReferralAnswer}, []any{waits().Health, waits().Cause, waits().Task}, "operators who do not know of her are none")
	require.Empty(t, waits().Means, "nor does the supervisor")
	require.Equal(t, health.TellsKeepers, waits().Tells, "who knows nothing of her")
	require.NoError(t, h.asks("social_worker.prato", catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: h.Accounts["supervisor.prato"].ID})))
	require.Equal(t, []actors.Means{actors.Withdraw}, waits().Means)
	require.NoError(t, h.asks("social_worker.prato", catalogue.NameKeeper.Command("", h.id, protection.NewKeeper{Keeper: h.Accounts["cpi_operator.prato"].ID})))
	require.Equal(t, health.Planned, waits().Health)
}

// Who keeps one file knows nothing of who keeps another.
func TestKeepersOfOneFileKnowNothingOfAnother(t *testing.T) {
	p := newPlay(t)
	h := p.protectedCase()
	run, _ := p.Begin(ledger.Person{GivenName: "Altra", FamilyName: "Prova"}, ledger.Effects{})
	other := ledger.BareID(run)
	require.NoError(t, h.asks("supervisor.prato", catalogue.Protect.Command("", other, protection.Form{Keeper: p.Accounts["desk_operator.prato"].ID, Reason: "sought"})))
	_, err := p.Owner.Exec(t.Context(), `INSERT INTO likeness (file, twin, at) VALUES ($1, $2, now()), ($3, $4, now()), ($1, $3, now()), ($3, $1, now())`, other, uuid.New(), h.id, uuid.New())
	require.NoError(t, err)
	for account, files := range map[string][2]string{"social_worker.prato": {h.id, other}, "supervisor.prato": {other, h.id}} {
		for _, table := range []string{"keeper", "likeness"} {
			h.as(account, func(conn *pgxpool.Conn) {
				require.NotEmpty(t, texts(conn, t, "SELECT file::text FROM "+table+" WHERE file = $1", files[0]), "%s of %s", table, account)
				require.Empty(t, texts(conn, t, "SELECT file::text FROM "+table+" WHERE file = $1", files[1]), "%s of %s", table, account)
			})
		}
		h.as(account, func(conn *pgxpool.Conn) {
			require.Empty(t, texts(conn, t, "SELECT file::text FROM likeness WHERE twin = $1", files[1]), "that they may be one person, of %s", account)
		})
	}
}
