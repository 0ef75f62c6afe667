package postgres_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/naming"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/usual"
	"percorso/internal/written"
)

// The cases of testdata/released.sql.
const (
	underWay = "case/01a21495-76c7-7008-9ad2-d675a6b1b469" // its first listening
	seated   = "case/01a21495-8622-70da-8338-9f21c6cd179d" // an équipe
	placed   = "case/01a21495-c10c-7ade-9d09-cb5f6baeb2e6"
	referred = "case/01a21495-ca25-7c8a-9c6e-6d0a9a466532" // to a partner with links
)

// beforeUntold is the schema that does not keep yet of which late tasks nobody was told.
const beforeUntold = 122

// afterRelease is a Monday in the week after those rows were written.
var afterRelease = time.Date(2025, 12, 1, 9, 0, 0, 0, time.UTC)

// TestWhatWasReleasedIsUpgraded: the backfills of the migrations reach the rows that
// the released code wrote, which row-level security hides from a login that owns
// the tables but for a policy of its own.
func TestWhatWasReleasedIsUpgraded(t *testing.T) {
	p := postgrestest.NewReleasedPlay(t, afterRelease)
	require.Equal(t, 4, p.Count(`case_file`))

	t.Run("what a branch was begun for", func(t *testing.T) {
		require.Equal(t, []map[string]any{
			{"kind": "equipe", "matter": "", "needs": []any{}, "equipe": "between_agencies"},
			{"kind": "referral", "matter": "", "needs": []any{"labour"}, "equipe": ""},
			{"kind": "service", "matter": "language_mediation", "needs": []any{}, "equipe": ""},
			{"kind": "service", "matter": "language_mediation", "needs": []any{}, "equipe": ""},
		}, p.Rows(`SELECT kind, matter, needs, equipe FROM run WHERE kind IN ('service', 'referral', 'equipe') ORDER BY kind, id`))
	})
	t.Run("how long a share is seen", func(t *testing.T) {
		shares := p.Rows(`SELECT s.purpose, s.agency, s.end_reason, s.seen_until IS NULL AS seen,
			s.seen_until = (SELECT max(f.changed_at) + interval '30 days' FROM referral f WHERE f.share_id = s.id) AS thirty_days
			FROM share s ORDER BY s.case_id`)
		require.Equal(t, []map[string]any{
			{"purpose": "equipe", "agency": "cpi", "end_reason": "", "seen": true, "thirty_days": nil},
			{"purpose": "referral", "agency": "cpi", "end_reason": "completed", "seen": false, "thirty_days": true},
			{"purpose": "referral", "agency": "cpia", "end_reason": "", "seen": true, "thirty_days": nil},
		}, shares)
	})
	t.Run("a mail for each recipient", func(t *testing.T) {
		require.Equal(t, []map[string]any{
			{"template": "partner_outcome", "recipient": "cpia.prato@partner.example", "sent": true},
			{"template": "partner_outcome", "recipient": "seconda.prato@partner.example", "sent": true},
			{"template": "partner_request", "recipient": "cpia.prato@partner.example", "sent": true},
		}, p.Rows(`SELECT template, recipient, sent_at IS NOT NULL AS sent FROM mail ORDER BY template, recipient`))
	})
	t.Run("a form stands once", func(t *testing.T) {
		require.Zero(t, p.Count(`command WHERE state = 'worked' AND data IS NOT NULL`))
		require.Equal(t, 1, p.Count(`command WHERE state = 'accepted' AND data IS NOT NULL`))
		require.Equal(t, 4, p.Count(`record WHERE kind = 'open'`))
		require.Zero(t, p.Count(`record WHERE data::text LIKE '%Persona%'`))
		answer := p.Row(`SELECT agency, by_staff, data ->> 'note' AS note FROM record WHERE run_id LIKE 'referral/%' AND kind = 'accept'`)
		require.Equal(t, map[string]any{"agency": "cpia", "by_staff": nil, "note": "Risposta di prova"}, answer)
	})
	t.Run("whom what was written is for", func(t *testing.T) {
		wide := map[string]any{"circle": "case"}
		for _, row := range p.Rows(`SELECT r.kind, coalesce(r.circle, usual_circle(r.kind, c.role)) AS circle, c.role FROM record r JOIN command c ON c.id = r.id`) {
			want := string(written.CircleOf(row["kind"].(string), care.Role(row["role"].(string))))
			require.Equal(t, want, row["circle"], row["kind"])
			if want != "case" {
				delete(wide, "circle")
			}
		}
		require.Empty(t, wide, "no record is for fewer than all")
		lead, desk := p.Accounts["supervisor.prato"], p.Accounts["desk_operator.prato"]
		for _, run := range []string{underWay, seated, placed, referred} {
			mine, err := p.Records.WrittenIn(t.Context(), desk, ledger.BareID(run), written.Needs, ledger.Paging{})
			require.NoError(t, err)
			require.NotEmpty(t, mine.Items, "what the desk wrote when it opened the file")
			require.True(t, mine.Items[len(mine.Items)-1].Readable)
			all, err := p.Records.WrittenIn(t.Context(), lead, ledger.BareID(run), "", ledger.Paging{Limit: 100})
			require.NoError(t, err)
			require.Equal(t, p.Count(`record WHERE case_id = $1`, ledger.BareID(run)), len(all.Items))
		}
	})
	t.Run("whom a search finds", func(t *testing.T) {
		found := func() int {
			page, err := p.Records.CaseFiles(t.Context(), p.Accounts["supervisor.prato"], ledger.CaseFilter{Search: "persona prova"}, ledger.Paging{})
			require.NoError(t, err)
			return len(page.Items)
		}
		require.Equal(t, 4, found(), "before they have keys")
		made, err := naming.Complete(t.Context(), p.Owner)
		require.NoError(t, err)
		require.Equal(t, 4, made)
		require.Equal(t, 4, found())
		require.Zero(t, p.Count(`case_file f WHERE NOT EXISTS (SELECT FROM person_key k WHERE k.case_id = f.id AND k.zone = f.zone AND k.kind = 'number')`))
	})
	t.Run("who read what", func(t *testing.T) {
		reads, err := p.Records.Reads(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(placed), ledger.Paging{})
		require.NoError(t, err)
		require.NotEmpty(t, reads.Items)
		require.Equal(t, "open", reads.Items[len(reads.Items)-1].Action)
	})
	t.Run("what is late when the schema changes", func(t *testing.T) {
		db := stdlib.OpenDBFromPool(p.Owner)
		defer func() { _ = db.Close() }()
		steps, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS("migrations"))
		require.NoError(t, err)
		_, err = steps.DownTo(t.Context(), beforeUntold)
		require.NoError(t, err)
		late, err := p.Owner.Exec(t.Context(), `UPDATE task SET escalated = true, escalate_at = ready_at WHERE ended_at IS NULL`)
		require.NoError(t, err)
		require.NotZero(t, late.RowsAffected())
		_, err = postgres.Migrate(t.Context(), p.Pool(standalone.Migrate))
		require.NoError(t, err)
	})
}

// TestWhatWasReleasedIsReadAndWorked by today's code.
func TestWhatWasReleasedIsReadAndWorked(t *testing.T) {
	p := postgrestest.NewReleasedPlay(t, afterRelease)
	supervisor := p.Accounts["supervisor.prato"]
	policy, err := p.Records.Policy(t.Context(), "prato")
	require.NoError(t, err)
	require.Equal(t, usual.Completed(policy), policy)
	_, ok := policy.Deadline(care.DeadlineShareAfterEnd)
	require.True(t, ok, "which came later")
	for run, stage := range map[string]care.Stage{
		underWay: care.StageFirstLevel, seated: care.StageEquipe, placed: care.StageFollowUp, referred: care.StageFirstLevel,
	} {
		file, err := p.Records.CaseFile(t.Context(), supervisor, ledger.BareID(run))
		require.NoError(t, err)
		require.Equal(t, stage, file.Stage)
		require.Equal(t, "Persona", file.PersonData.GivenName)
		moments, err := p.Records.Timeline(t.Context(), supervisor, ledger.BareID(run), ledger.Paging{})
		require.NoError(t, err)
		require.NotEmpty(t, moments.Items)
	}
	stuck, err := p.Records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.NotEmpty(t, stuck.Items, "its entry waits, and its clocks ran out")

	t.Run("an answer that was accepted before", func(t *testing.T) {
		e := p.Hear(underWay, care.OpComplete)
		p.Resume(underWay, underWay)
		p.Does(underWay, e, ledger.Effects{
			Tasks: []ledger.TaskChange{{ID: e.Target, State: care.TaskCompleted, Outcome: e.Answer.Outcome}}, Stage: care.StageFirstLevel,
		}, nil)
		require.Equal(t, "completed", p.Row(`SELECT state FROM task WHERE id = $1`, e.Target)["state"])
		require.Equal(t, 1, p.Count(`record WHERE id = $1 AND data ->> 'note' = 'Primo ascolto di prova'`, e.ID))
		require.Zero(t, p.Count(`command WHERE state = 'accepted' OR state = 'worked' AND data IS NOT NULL`))
		again, err := p.Steps.Record(t.Context(), ledger.Step{Run: underWay, Case: underWay, Epoch: 1, Revision: p.Runs[underWay].Revision, Entry: e, Taken: true, At: p.Now, State: p.Runs[underWay].State})
		require.NoError(t, err)
		require.Equal(t, ledger.Known, again.Verdict)
	})
	t.Run("the next answer", func(t *testing.T) {
		tasks, err := p.Records.Tasks(t.Context(), supervisor, ledger.TaskFilter{CaseID: ledger.BareID(seated)}, ledger.Paging{})
		require.NoError(t, err)
		i := slices.IndexFunc(tasks.Items, func(t ledger.Task) bool { return t.Kind == care.EquipeInvitation })
		require.GreaterOrEqual(t, i, 0)
		task := tasks.Items[i]
		p.Resume(seated, task.Run)
		p.Complete(string(task.Role)+".prato", task.Run, task.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{}, nil)
		equipe, err := p.Records.Equipe(t.Context(), p.Accounts["cpi_operator.prato"], task.Run)
		require.NoError(t, err)
		require.Len(t, equipe.Seats, 5)
	})
	t.Run("a second of its like", func(t *testing.T) {
		// What a referral was begun for is known since the upgrade.
		worker := p.Accounts["social_worker.prato"]
		shown, err := p.Records.Disclosure(t.Context(), worker, ledger.BareID(referred), "cpia", "labour")
		require.NoError(t, err)
		form := catalogue.ReferForm{Agency: "cpia", Purpose: "labour", Notice: true, Seen: shown.Digest}
		cmd, err := p.Records.Accept(t.Context(), worker, catalogue.Refer.Command("second", "", form).InRun(referred).NewCommand)
		require.NoError(t, err)
		require.Equal(t, ledger.CommandRefused, cmd.State)
		require.Equal(t, care.RuleReferralOpen, cmd.Refusal.Faults[0].Rule)
	})
	t.Run("what is out of sight", func(t *testing.T) {
		cpi := p.Accounts["cpi_operator.prato"]
		snapshot := func() json.RawMessage {
			t.Helper()
			page, err := p.Records.Referrals(t.Context(), cpi, ledger.ReferralFilter{}, ledger.Paging{})
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
			found, err := p.Records.Referral(t.Context(), cpi, page.Items[0].ID)
			require.NoError(t, err)
			return found.Snapshot
		}
		require.NotEmpty(t, snapshot())
		p.Now = p.Now.AddDate(0, 1, 0)
		require.Empty(t, snapshot())
	})
}
