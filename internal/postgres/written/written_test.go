package written_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
	kept "percorso/internal/postgres/written"
	"percorso/internal/written"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// mark is found in whatever has what was written.
const mark = "Parola di prova 4711"

// told is what a member of staff is told of a case's records.
func told(t *testing.T, p *postgrestest.Play, account, caseRun string) []ledger.Record {
	t.Helper()
	page, err := p.Records.WrittenIn(t.Context(), p.Accounts[account], ledger.BareID(caseRun), "", ledger.Paging{})
	require.NoError(t, err)
	return page.Items
}

// rows is what row-level security lets them read of the records themselves.
func rows(t *testing.T, p *postgrestest.Play, account string) (text string) {
	t.Helper()
	err := postgres.Within(t.Context(), p.API, postgres.App(p.Accounts[account], p.Now), nil, func(tx postgres.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT coalesce(string_agg(data::text, ' '), '') FROM record`).Scan(&text)
	})
	require.NoError(t, err)
	return text
}

// A social worker's note on health is read by her and by the social workers who follow
// the case; by a colleague who does not, by the desk, by a supervisor, nothing but who
// wrote it when. The step writes it with the task.
func TestANoteIsReadByItsCircle(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	task := postgrestest.Opens(run, "consult", ledger.TaskChange{Kind: care.SocialConsult})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	form := care.Completion{Outcome: care.Consulted, Note: mark}
	p.Complete("social_worker.prato", run, task.ID, form, ledger.Effects{}, nil)

	find := func(account string) ledger.Record {
		for _, r := range told(t, p, account, run) {
			if r.Form == string(care.SocialConsult) {
				return r
			}
		}
		t.Fatal(account, "does not know that it was written")
		return ledger.Record{}
	}
	mine := find("social_worker.prato")
	require.True(t, mine.Readable)
	require.Contains(t, string(mine.Fields), mark)
	require.Contains(t, rows(t, p, "social_worker.prato"), mark)
	for _, account := range []string{"social_worker_2.prato", "desk_operator.prato", "supervisor.prato", "intercultural_mediator.prato"} {
		r := find(account)
		require.False(t, r.Readable, account)
		require.Empty(t, r.Fields, account)
		require.Equal(t, ledger.Record{ID: mine.ID, Kind: string(written.Assessment), Form: string(care.SocialConsult), Run: run, At: mine.At,
			ByName: p.Accounts["social_worker.prato"].Name, ByRole: care.SocialWorker, ByAgency: "comune", Circle: string(written.SocialService)}, r, account)
		require.NotContains(t, rows(t, p, account), mark, account)
		moments, err := p.Records.Timeline(t.Context(), p.Accounts[account], ledger.BareID(run), ledger.Paging{})
		require.NoError(t, err)
		said, err := json.Marshal(moments)
		require.NoError(t, err)
		require.NotContains(t, string(said), mark, account)
	}
	_, err := p.Records.WrittenIn(t.Context(), p.Accounts["cpi_operator.prato"], ledger.BareID(run), "", ledger.Paging{})
	require.ErrorIs(t, err, ledger.ErrNotFound)

	// A colleague who takes up work on the case follows it.
	next := postgrestest.Opens(run, "practice", ledger.TaskChange{Kind: care.SocialService})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}}, nil)
	require.NoError(t, p.Claim("social_worker_2.prato", next.ID))
	require.Contains(t, string(find("social_worker_2.prato").Fields), mark)

	// Nobody changes it, not even the owner of the tables.
	for _, sql := range []string{`UPDATE record SET data = '{}'`, `UPDATE record SET circle = 'case'`, `DELETE FROM record`, `TRUNCATE record CASCADE`} {
		_, err := p.Owner.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "only inserted", sql)
	}
}

// Whoever writes a note chooses whom it is for, in the same way for each kind of form: a
// social worker gives hers to her agency, the desk keeps its own for the social service.
func TestACircleIsChosen(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	note := func(account, area, circle string) (id string) {
		cmd, err := p.Records.Assign(t.Context(), p.Accounts[account], catalogue.AddNeed.Command(uuid.NewString(), ledger.BareID(run), needs.Found{Area: area, Note: mark, Circle: circle}).NewCommand)
		require.NoError(t, err)
		return cmd.ID
	}
	readable := func(account, id string) bool {
		r, err := p.Records.RecordIn(t.Context(), p.Accounts[account], ledger.BareID(run), id)
		require.NoError(t, err)
		return r.Readable
	}
	hers, usual, kept := note("social_worker.prato", "school", "agency"), note("social_worker.prato", "social_inclusion", ""), note("desk_operator.prato", "immigration", "social")
	require.True(t, readable("intercultural_mediator.prato", hers))
	require.False(t, readable("intercultural_mediator.prato", usual))
	require.False(t, readable("intercultural_mediator.prato", kept))
	require.True(t, readable("desk_operator.prato", kept), "its author")

	task := postgrestest.Opens(run, "consult", ledger.TaskChange{Kind: care.SocialConsult})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	p.Complete("social_worker.prato", run, task.ID, care.Completion{Outcome: care.Consulted, Note: mark, Circle: "agency"}, ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`record WHERE kind = 'social_consult' AND circle = 'agency'`))
	require.True(t, readable("social_worker.prato", kept), "who follows the case")
}

// Each area of an assessment may be noted for others: who sees one note does not see the other
// by it, and each is opened and corrected by itself.
func TestEachAreaHasItsCircle(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	task := postgrestest.Opens(run, "assessment", ledger.TaskChange{Kind: care.Assessment, Role: care.SocialWorker, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	const author, colleague = "social_worker.prato", "intercultural_mediator.prato"
	p.Complete(author, run, task.ID, care.Completion{Outcome: care.Onward, Areas: []care.AreaFinding{
		{Area: "labour", Need: "some", Note: mark + " lavoro"}, {Area: "school", Need: "serious", Note: mark + " scuola", Circle: "agency"},
	}}, ledger.Effects{}, nil)
	require.Subset(t, p.Row(`SELECT needs FROM case_file`)["needs"], []any{"labour", "school"})

	read := func(account string) (rest, note ledger.Record) {
		for _, r := range told(t, p, account, run) {
			switch r.Form {
			case string(care.Assessment):
				rest = r
			case written.AreaNote:
				note = r
			}
		}
		return rest, note
	}
	rest, note := read(author)
	require.Contains(t, string(rest.Fields), mark+" lavoro")
	require.NotContains(t, string(rest.Fields), mark+" scuola")
	require.JSONEq(t, `{"area": "school", "note": "`+mark+` scuola", "circle": "agency"}`, string(note.Fields))
	require.True(t, rest.MayAmend && note.MayAmend)
	require.Equal(t, string(written.Assessment), note.Kind)

	rest, note = read(colleague)
	require.False(t, rest.Readable)
	require.True(t, note.Readable)
	require.Equal(t, care.SocialWorker, note.ByRole)
	require.NotContains(t, rows(t, p, colleague), mark+" lavoro")
	require.Contains(t, rows(t, p, colleague), mark+" scuola")
	require.NoError(t, p.Records.OpenRecord(t.Context(), p.Accounts[colleague], uuid.NewString(), rest.ID, "Motivo di prova"))
	rest, _ = read(colleague)
	require.Contains(t, string(rest.Fields), mark+" lavoro")
}

// What is written for the équipe is read by who sits in it, of whatever agency, for as long as
// they sit; by who was asked, or is of their agency, it is not.
func TestTheEquipesCircle(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	write := func(circle string) string {
		cmd, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.AddNeed.Command(uuid.NewString(), id, needs.Found{Area: map[string]string{"equipe": "school", "social": "immigration"}[circle], Note: mark, Circle: circle}).NewCommand)
		require.NoError(t, err)
		return cmd.ID
	}
	theirs := write("equipe")
	write("social")
	const member, colleague, inside = "cpi_operator.prato", "cpi_operator_2.prato", "intercultural_mediator.prato"
	reads := func(account string) (ids []string) {
		list, err := p.Records.WrittenForEquipe(t.Context(), p.Accounts[account], id)
		require.NoError(t, err)
		for _, r := range list {
			if r.Readable {
				require.Contains(t, string(r.Fields), mark)
				ids = append(ids, r.ID)
			}
		}
		require.Equal(t, len(ids) > 0, strings.Contains(rows(t, p, account), mark), "the rows themselves")
		return ids
	}
	outside := []string{member, colleague, inside, "desk_operator.prato", "supervisor.prato", "social_worker_2.prato"}
	for _, account := range outside {
		require.Empty(t, reads(account), account)
	}
	require.Equal(t, []string{theirs}, reads("social_worker.prato"), "its author")

	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	own := ledger.SeatChange{ID: uuid.NewString(), Role: care.InterculturalMediator, Agency: "comune", State: care.SeatInvited}
	equipe := p.Equipe(run, seat, own)
	takes := func(account string, s ledger.SeatChange) {
		invitation := postgrestest.Opens(equipe, s.ID, ledger.TaskChange{Kind: care.EquipeInvitation, Role: s.Role, Agency: s.Agency})
		p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
		require.NoError(t, p.Claim(account, invitation.ID))
		require.Empty(t, reads(account), "who is only asked")
		p.Complete(account, equipe, invitation.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{Seats: []ledger.SeatChange{{ID: s.ID, State: care.SeatConfirmed}}}, nil)
	}
	takes(member, seat)
	takes(inside, own)
	require.Equal(t, []string{theirs}, reads(member))
	require.Equal(t, []string{theirs}, reads(inside))
	for _, account := range []string{colleague, "desk_operator.prato", "supervisor.prato"} {
		require.Empty(t, reads(account), account)
	}
	all, err := p.Records.WrittenIn(t.Context(), p.Accounts[member], id, written.Needs, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, all.Items, 1, "of nothing else they know that it was written")

	for _, s := range []ledger.SeatChange{seat, own} {
		p.Does(equipe, p.Clock(), ledger.Effects{Seats: []ledger.SeatChange{{ID: s.ID, State: care.SeatWaived}}}, nil)
	}
	require.Empty(t, reads(member), "who sits there no more")
	require.Empty(t, reads(inside))
}

// Whoever is outside opens a record with a reason, for a day; the author is told who and
// why until they dismiss it, and it stands in the lines of who read what.
func TestARecordIsOpenedAllTheSame(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	author, lead := p.Accounts["social_worker.prato"], p.Accounts["supervisor.prato"]
	e := p.Ask("social_worker.prato", run, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: p.Now.Add(-time.Hour), Note: mark}))
	p.Does(run, e, ledger.Effects{}, nil)
	readable := func(account string) (yes bool) {
		for _, r := range told(t, p, account, run) {
			yes = yes || r.ID == e.ID && r.Readable && strings.Contains(string(r.Fields), mark)
		}
		return yes
	}
	require.True(t, readable("social_worker.prato"))
	require.False(t, readable("supervisor.prato"))

	require.NoError(t, p.Records.OpenRecord(t.Context(), lead, "key", e.ID, "Prova: una richiesta del giudice"))
	require.NoError(t, p.Records.OpenRecord(t.Context(), lead, "key", e.ID, "Prova: una richiesta del giudice"), "the same again")
	require.ErrorIs(t, p.Records.OpenRecord(t.Context(), lead, "key", e.ID, "Prova: altro"), ledger.ErrKeyReused)
	require.True(t, readable("supervisor.prato"))
	require.Contains(t, rows(t, p, "supervisor.prato"), mark)
	require.False(t, readable("desk_operator.prato"), "it is opened to who gave a reason")

	notices, err := p.Records.Notices(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Equal(t, &ledger.RecordOpening{RecordID: e.ID, Form: string(care.OpMeet), Written: notices[0].Asked, ByName: lead.Name, ByRole: lead.Role, ByAgency: lead.Agency,
		Reason: "Prova: una richiesta del giudice"}, notices[0].Opened)
	count, _, err := p.Records.CountNotices(t.Context(), author)
	require.NoError(t, err)
	require.Equal(t, 1, count)
	for _, account := range []string{"supervisor.prato", "desk_operator.prato"} {
		others, err := p.Records.Notices(t.Context(), p.Accounts[account])
		require.NoError(t, err)
		require.Empty(t, others)
		require.ErrorIs(t, p.Records.DismissNotice(t.Context(), p.Accounts[account], notices[0].ID), ledger.ErrNotFound)
	}
	require.NoError(t, p.Records.DismissNotice(t.Context(), author, notices[0].ID))
	count, _, err = p.Records.CountNotices(t.Context(), author)
	require.NoError(t, err)
	require.Zero(t, count)
	reads, err := p.Records.Reads(t.Context(), author, ledger.BareID(run), ledger.Paging{})
	require.NoError(t, err)
	var actions []string
	for _, r := range reads.Items {
		actions = append(actions, r.Action)
	}
	require.Contains(t, actions, string(ledger.OpenRecord))

	p.Now = p.Now.Add(25 * time.Hour)
	require.False(t, readable("supervisor.prato"), "a day later")
	// Of what somebody may read already nobody is told, and of what they know nothing nothing is.
	require.NoError(t, p.Records.OpenRecord(t.Context(), author, "own", e.ID, "Prova"))
	for account, id := range map[string]string{"cpi_operator.prato": e.ID, "supervisor.prato": uuid.NewString(), "desk_operator.prato": "nothing"} {
		require.ErrorIs(t, p.Records.OpenRecord(t.Context(), p.Accounts[account], "other", id, "Prova"), ledger.ErrNotFound, account)
	}
	require.Equal(t, 1, p.Count(`record_opening`))
}

// What was written by code that kept no circles has the one that today's gives it.
func TestTheUsualCircleIsThatOfToday(t *testing.T) {
	p := postgrestest.NewPlay(t)
	compared := 0
	for _, kind := range written.Kinds {
		for _, form := range written.Of(kind) {
			for _, role := range []care.Role{care.SocialWorker, care.DeskOperator, care.Supervisor, ""} {
				require.EqualValues(t, written.CircleOf(form, role), p.Row(`SELECT usual_circle($1, $2) AS circle`, form, string(role))["circle"], "%s by %s", form, role)
				compared++
			}
		}
	}
	require.Greater(t, compared, 200)
}

// A list of records goes on where it ended, of one kind or of all, and nowhere else.
func TestRecordsComeByPages(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for range 5 { // of one moment, so that the ids tell them apart
		sql, args := kept.Keep(kept.Entry{ID: uuid.NewString(), Case: ledger.BareID(run), Run: run, Zone: "prato", Agency: "comune",
			Form: string(care.Review), Role: care.Supervisor, By: new(p.Accounts["supervisor.prato"].ID), At: p.Now, Data: []byte(`{"note": "Prova"}`)})
		_, err := p.Owner.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	lead, id := p.Accounts["supervisor.prato"], ledger.BareID(run)
	seen, cursor, pages := map[string]bool{}, "", 0
	for pages == 0 || cursor != "" {
		page, err := p.Records.WrittenIn(t.Context(), lead, id, written.Meeting, ledger.Paging{Limit: 2, Cursor: cursor})
		require.NoError(t, err)
		for _, r := range page.Items {
			seen[r.ID] = true
		}
		cursor, pages = page.Next, pages+1
	}
	require.Len(t, seen, 5)
	require.Equal(t, 3, pages)
	first, err := p.Records.WrittenIn(t.Context(), lead, id, written.Meeting, ledger.Paging{Limit: 2})
	require.NoError(t, err)
	for _, of := range []struct {
		id   string
		kind written.Kind
	}{{ledger.BareID(other), written.Meeting}, {id, ""}} {
		_, err = p.Records.WrittenIn(t.Context(), lead, of.id, of.kind, ledger.Paging{Cursor: first.Next})
		require.ErrorIs(t, err, ledger.ErrCursor)
	}
	all, err := p.Records.WrittenIn(t.Context(), lead, id, "", ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, all.Items, 6, "with the opening")
}
