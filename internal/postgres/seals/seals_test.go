package seals_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/seals"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// book is a play whose lines are sealed, and an administrator who gets past what
// guards them.
type book struct {
	*postgrestest.Play
	ops           *pgxpool.Pool
	administrator *pgx.Conn
}

func newBook(t *testing.T) *book { return bookOf(postgrestest.NewPlay(t)) }

func bookOf(p *postgrestest.Play) *book {
	b := &book{Play: p, ops: p.Pool(standalone.Ops)}
	var err error
	b.administrator, err = pgx.Connect(p.T.Context(), p.Stack.AdministratorURL(p.Database))
	require.NoError(p.T, err)
	p.T.Cleanup(func() { _ = b.administrator.Close(context.WithoutCancel(p.T.Context())) })
	return b
}

// reads has somebody look at a list of cases, and each case.
func (b *book) reads(account string) {
	b.T.Helper()
	page, err := b.Records.CaseFiles(b.T.Context(), b.Accounts[account], ledger.CaseFilter{}, ledger.Paging{})
	require.NoError(b.T, err)
	for _, file := range page.Items {
		_, err := b.Records.CaseFile(b.T.Context(), b.Accounts[account], file.ID)
		require.NoError(b.T, err)
	}
}

// seals seals all that there is, in seals of so many lines.
func (b *book) seals(most int) (made []seals.Made) {
	b.T.Helper()
	for {
		one, err := seals.Seal(b.T.Context(), b.API, most)
		require.NoError(b.T, err)
		if one == nil {
			return made
		}
		made = append(made, *one)
	}
}

// differs verifies, and gives what was told.
func (b *book) differs(against string) (told []string, r seals.Report) {
	b.T.Helper()
	r, err := seals.Verify(b.T.Context(), b.ops, against, func(line string) { told = append(told, line) })
	require.NoError(b.T, err)
	require.EqualValues(b.T, len(told), r.Differs)
	return told, r
}

// tamper does what somebody can who administers the server.
func (b *book) tamper(sql string, args ...any) {
	b.T.Helper()
	tx, err := b.administrator.Begin(b.T.Context())
	require.NoError(b.T, err)
	_, err = tx.Exec(b.T.Context(), `SET LOCAL session_replication_role = replica`)
	require.NoError(b.T, err)
	changed, err := tx.Exec(b.T.Context(), sql, args...)
	require.NoError(b.T, err)
	require.NotZero(b.T, changed.RowsAffected(), "nothing was tampered with")
	require.NoError(b.T, tx.Commit(b.T.Context()))
}

// filled is a book with some lines of each kind, under several seals.
func filled(t *testing.T) *book {
	b := newBook(t)
	for i := range 3 {
		b.Begin(ledger.Person{GivenName: "Persona", FamilyName: fmt.Sprintf("Prova %04d", i)}, ledger.Effects{})
		b.reads("supervisor.prato")
		b.seals(2)
	}
	told, r := b.differs("")
	require.Empty(t, told)
	require.Zero(t, r.Unsealed["audit"]+r.Unsealed["timeline"])
	require.Greater(t, r.Seals, int64(6))
	require.EqualValues(t, b.Count("audit"), r.Lines["audit"])
	require.EqualValues(t, b.Count("timeline"), r.Lines["timeline"])
	require.NotZero(t, b.Count("audit_shown"), "a list was read")
	return b
}

// TestWhatIsTamperedWithIsFound, whatever it is, and by the number of line and seal.
func TestWhatIsTamperedWithIsFound(t *testing.T) {
	const middle = `(SELECT id FROM %s ORDER BY id OFFSET 2 LIMIT 1)`
	ofAudit, ofTimeline := fmt.Sprintf(middle, "audit"), fmt.Sprintf(middle, "timeline")
	for name, c := range map[string]struct{ does, told string }{
		"a line's role":                         {`UPDATE audit SET role = 'supervisor_' WHERE id = ` + ofAudit, "of audit was changed"},
		"a line's time":                         {`UPDATE audit SET at = at + interval '1 microsecond' WHERE id = ` + ofAudit, "of audit was changed"},
		"a line's case, taken":                  {`UPDATE audit SET case_id = NULL WHERE case_id IS NOT NULL`, "of audit was changed"},
		"a line's click":                        {`UPDATE audit SET trace = 'altro' WHERE id = ` + ofAudit, "of audit was changed"},
		"an event's click":                      {`UPDATE timeline SET trace = 'altro' WHERE id = ` + ofTimeline, "of timeline was changed"},
		"what moves from one field to the next": {`UPDATE audit SET role = '', agency = role || agency WHERE id = ` + ofAudit, "of audit was changed"},
		"a line of the timeline":                {`UPDATE timeline SET detail = 'altro' WHERE id = ` + ofTimeline, "of timeline was changed"},
		"a line taken out":                      {`DELETE FROM audit WHERE id = ` + ofAudit, "of audit was taken out"},
		"the first line":                        {`DELETE FROM timeline WHERE id = (SELECT min(id) FROM timeline)`, "of timeline was taken out"},
		"the last line":                         {`DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)`, "of audit was taken out"},
		"all lines":                             {`DELETE FROM timeline`, "of timeline was taken out"},
		"a case shown, taken out":               {`DELETE FROM audit_shown WHERE case_id = (SELECT max(case_id::text)::uuid FROM audit_shown)`, "of audit was changed"},
		"a case shown, put in":                  {`INSERT INTO audit_shown (case_id, line) SELECT gen_random_uuid(), line FROM audit_shown LIMIT 1`, "of audit was changed"},
		"a case shown by no line":               {`INSERT INTO audit_shown (case_id, line) VALUES (gen_random_uuid(), 99999999)`, "line 99999999 of audit is not there"},
		"a line put in before all": {`INSERT INTO audit (id, at, staff, role, agency, zone, action) OVERRIDING SYSTEM VALUE
			SELECT -1, at, staff, role, agency, zone, 'read_case' FROM audit LIMIT 1`, "line -1 of audit was put in"},
		"a line put in beyond all": {`INSERT INTO timeline (id, case_id, run_id, zone, at, code) OVERRIDING SYSTEM VALUE
			SELECT 99999999, case_id, run_id, zone, at, code FROM timeline LIMIT 1`, "1 lines of timeline have ids that were never given out"},
		"a seal's count":            {`UPDATE seal SET lines = lines + 1 WHERE number = 3`, "seal 3 was changed"},
		"a seal's time":             {`UPDATE seal SET sealed_at = sealed_at + interval '1 day' WHERE number = 3`, "seal 3 was changed"},
		"a seal's digest":           {`UPDATE seal SET digest = sha256(digest) WHERE number = 3`, "seal 4 does not follow seal 3"},
		"a seal's marks":            {`UPDATE seal SET marks = '' WHERE number = 3`, "was put in"},
		"a seal's version":          {`UPDATE seal SET version = 9 WHERE number = 3`, "seal 3 is of a version"},
		"a seal's end":              {`UPDATE seal SET up_to = up_to + 1 WHERE number = 3`, "seal 3"},
		"a seal taken out":          {`DELETE FROM seal WHERE number = 3`, "seals 3 to 3 are missing"},
		"the first seal":            {`DELETE FROM seal WHERE number = 1`, "seals 1 to 1 are missing"},
		"the last seal":             {`DELETE FROM seal WHERE number = (SELECT max(number) FROM seal)`, "are missing"},
		"all seals":                 {`DELETE FROM seal`, "are missing"},
		"what is known of the last": {`UPDATE seal_head SET digest = sha256(digest)`, "is not the last that was made"},
	} {
		t.Run(name, func(t *testing.T) {
			b := filled(t)
			b.tamper(c.does)
			told, _ := b.differs("")
			require.Contains(t, strings.Join(told, "\n"), c.told)
			b.reads("social_worker.prato")
			b.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0099"}, ledger.Effects{})
			b.seals(100)
			told, _ = b.differs("")
			require.NotEmpty(t, told, "later seals cover it up")
		})
	}
}

// TestALineOfLongAgoIsNotPutInNow, with an id and in a transaction of today.
func TestALineOfLongAgoIsNotPutInNow(t *testing.T) {
	b := filled(t)
	b.tamper(`INSERT INTO audit (at, staff, role, agency, zone, action) SELECT at - interval '1 day', staff, role, agency, zone, 'read_case' FROM audit LIMIT 1`)
	b.seals(100)
	told, _ := b.differs("")
	require.Len(t, told, 1)
	require.Contains(t, told[0], "its time is not of when it was sealed")
}

// TestSealsMadeAnewAreFoundByADigestKeptElsewhere, and by nothing else.
func TestSealsMadeAnewAreFoundByADigestKeptElsewhere(t *testing.T) {
	b := filled(t)
	_, before := b.differs("")
	b.tamper(`UPDATE audit SET role = 'nobody'`)
	b.tamper(`DELETE FROM seal`)
	b.tamper(`DELETE FROM seal_head`)
	b.seals(100)
	told, _ := b.differs("")
	require.Empty(t, told, "who owns the tables can make all seals anew")
	told, _ = b.differs(before.Last)
	require.Len(t, told, 1)
	require.Contains(t, told[0], "kept elsewhere")
}

// TestLinesThatStandUnderNoSealForLongAreSaid, also where all seals and what was known
// of the last are gone.
func TestLinesThatStandUnderNoSealForLongAreSaid(t *testing.T) {
	b := filled(t)
	b.reads("social_worker.prato")
	_, r := b.differs("")
	require.NotZero(t, r.Unsealed["audit"])
	require.False(t, r.Late, "they were written just now")
	b.seals(100)
	b.tamper(`UPDATE audit SET at = at - interval '1 hour'`)
	b.tamper(`DELETE FROM seal`)
	b.tamper(`DELETE FROM seal_head`)
	_, r = b.differs("")
	require.True(t, r.Late)
}

// TestADigestKeptElsewhereStaysGood while seals are made after it.
func TestADigestKeptElsewhereStaysGood(t *testing.T) {
	b := filled(t)
	_, before := b.differs("")
	b.reads("social_worker.prato")
	require.NotEmpty(t, b.seals(100))
	told, after := b.differs(before.Last)
	require.Empty(t, told)
	require.NotEqual(t, before.Last, after.Last)
}

// TestALineThatIsWrittenMeanwhileIsSealedLater: while a transaction that wrote a line
// goes on, its book waits; nobody waits for the sealer, and no line is passed over.
func TestALineThatIsWrittenMeanwhileIsSealedLater(t *testing.T) {
	b := filled(t)
	writing, err := b.Owner.Begin(t.Context())
	require.NoError(t, err)
	const line = `INSERT INTO timeline (case_id, run_id, zone, at, code) SELECT case_id, run_id, zone, at, 'note_added' FROM timeline LIMIT 1`
	_, err = writing.Exec(t.Context(), line)
	require.NoError(t, err)
	b.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0077"}, ledger.Effects{}) // a later id, seen earlier
	for _, made := range b.seals(100) {
		require.Equal(t, "audit", made.Book)
	}
	told, r := b.differs("")
	require.Empty(t, told)
	require.NotZero(t, r.Unsealed["timeline"])
	require.NoError(t, writing.Commit(t.Context()))
	rolled, err := b.Owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = rolled.Exec(t.Context(), line)
	require.NoError(t, err)
	require.NoError(t, rolled.Rollback(t.Context()))
	b.seals(100)
	told, r = b.differs("")
	require.Empty(t, told)
	require.Zero(t, r.Unsealed["timeline"])
}

// TestASealHoldsUpNobody: while seals are made, lines are written.
func TestASealHoldsUpNobody(t *testing.T) {
	b := filled(t)
	b.reads("social_worker.prato")
	sealing, err := b.API.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = sealing.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = sealing.Exec(t.Context(), `SET LOCAL ROLE percorso_watch`)
	require.NoError(t, err)
	tag, err := sealing.Exec(t.Context(), `SELECT FROM seal_lines(100)`)
	require.NoError(t, err)
	require.NotZero(t, tag.RowsAffected())
	b.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0078"}, ledger.Effects{})
	require.Empty(t, b.seals(100), "another process seals")
}

// TestLinesOfBeforeAreSealed: what the released version wrote comes under seals in parts.
func TestLinesOfBeforeAreSealed(t *testing.T) {
	b := bookOf(postgrestest.NewReleasedPlay(t, time.Date(2025, 12, 1, 9, 0, 0, 0, time.UTC)))
	_, r := b.differs("")
	require.NotZero(t, r.Unsealed["audit"])
	require.NotZero(t, r.Unsealed["timeline"])
	made := b.seals(10)
	require.Greater(t, len(made), 3)
	told, r := b.differs(made[0].Digest)
	require.Empty(t, told)
	require.Zero(t, r.Unsealed["audit"]+r.Unsealed["timeline"])
	since, err := seals.UnsealedSince(t.Context(), b.API)
	require.NoError(t, err)
	require.Nil(t, since)
	b.reads("supervisor.prato")
	since, err = seals.UnsealedSince(t.Context(), b.API)
	require.NoError(t, err)
	require.NotNil(t, since)
}

// TestADigestDoesNotHangOnSettings of whoever seals or verifies, nor on new columns.
func TestADigestDoesNotHangOnSettings(t *testing.T) {
	b := newBook(t)
	b.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0001"}, ledger.Effects{})
	b.reads("supervisor.prato")
	for _, login := range []string{"percorso_api", "percorso_ops"} {
		for _, setting := range []string{"TimeZone = 'Pacific/Chatham'", "DateStyle = 'German, DMY'", "bytea_output = 'escape'", "IntervalStyle = 'sql_standard'"} {
			_, err := b.administrator.Exec(t.Context(), `ALTER ROLE `+login+` IN DATABASE `+b.Database+` SET `+setting)
			require.NoError(t, err)
		}
	}
	changed := bookOf(b.Play)
	changed.API = b.Pool(standalone.API)
	require.NotEmpty(t, changed.seals(100))
	told, _ := changed.differs("")
	require.Empty(t, told)
	told, _ = b.differs("")
	require.Empty(t, told)
	_, err := b.Owner.Exec(t.Context(), `ALTER TABLE audit ADD later text NOT NULL DEFAULT 'x', ADD another int; ALTER TABLE timeline ADD later text DEFAULT 'y'`)
	require.NoError(t, err)
	told, _ = b.differs("")
	require.Empty(t, told)
}
