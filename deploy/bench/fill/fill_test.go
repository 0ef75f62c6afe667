package fill_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/bench/fill"
	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// cases are few, but enough for a list of the audit that showed a page of them.
const cases = 120

var size = fill.Size{Cases: cases, Seed: 7, Now: testclock.Monday}

func quiet(int) {}

// TestFilledRowsHoldWhatTheSchemaAsks: the schema checks each row as it is written;
// what it does not check is asked here.
func TestFilledRowsHoldWhatTheSchemaAsks(t *testing.T) {
	p := postgrestest.NewPlay(t)
	require.NoError(t, fill.Fill(t.Context(), p.Pool(standalone.Migrate), size, quiet))
	for rows, n := range map[string]int{
		"case_file WHERE closed_at IS NULL": cases, "person": cases, "task": 10 * cases, "task WHERE ended_at IS NULL": 3 * cases, "timeline": 30 * cases,
		"command": 8 * cases, "referral": cases, "appointment": cases, "run": 3 * cases, "unattended": 1,
		"appointment WHERE state = 'booked'": cases / 2, "reminder": cases / 2, "called_off": 18, "called_off_person": cases, "desk_number": 180, "absence": 9, "promise": 3, "critical_date": 6,
		"mediation": 3, "mediation_ask": 3, "alike": 3, "record": 5*cases + 180, "audit WHERE action = 'read_case'": 10*cases + 600,
		// None of these there may be.
		"command WHERE state = 'accepted'": 0, "run WHERE next_due < '2024-01-01'": 0, "mail": 0,
		"person WHERE keys = 0": 0,
		"case_file f WHERE NOT EXISTS (SELECT FROM person_key k WHERE k.case_id = f.id AND k.zone = f.zone AND k.opened_at = f.opened_at)":                           0,
		"run r WHERE NOT EXISTS (SELECT FROM zone_policy z WHERE z.zone = r.zone AND z.version = r.policy_version)":                                                  0,
		"task t WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = t.run_id AND r.case_id = t.case_id)":                                                                0,
		"task t WHERE holder IS NOT NULL AND NOT EXISTS (SELECT FROM staff s WHERE s.id = t.holder AND s.zone = t.zone AND s.role = t.role AND s.agency = t.agency)": 0,
		"audit_shown s WHERE NOT EXISTS (SELECT FROM audit a JOIN case_file f ON f.zone = a.zone WHERE a.id = s.line AND f.id = s.case_id)":                          0,
		"pg_class WHERE relrowsecurity AND NOT relforcerowsecurity":                                                                                                  0,
	} {
		require.Equal(t, n, p.Count(rows), rows)
	}
	require.Positive(t, p.Count(`audit_shown`))
	// What the database makes of a number is what was filled in.
	require.Zero(t, p.Count(`(SELECT case_id, key FROM person_key WHERE kind = 'number' EXCEPT SELECT f.id, number_keys(f.number) FROM case_file f) other`))
	require.Equal(t, p.Count(`person_key WHERE kind = 'number'`), p.Count(`(SELECT number_keys(number) FROM case_file) k`))

	require.ErrorIs(t, fill.Fill(t.Context(), p.Pool(standalone.Migrate), size, quiet), fill.ErrInUse)

	// Neither API nor worker starts on it.
	for _, part := range []standalone.Part{standalone.API, standalone.Worker} {
		schema, err := postgres.SchemaOf(t.Context(), p.Pool(part))
		require.NoError(t, err)
		require.ErrorIs(t, schema.Check(), postgres.ErrUnattended)
	}

	// Its rows are such as the store goes on with.
	file, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	require.Equal(t, cases+1, p.Count(`case_file`))
	s, err := p.Records.Staff(t.Context(), fill.Account(care.Supervisor, "prato", 1))
	require.NoError(t, err)
	page, err := p.Records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 25)
	require.Positive(t, p.Count(`case_file WHERE id = $1`, ledger.BareID(file)))
}

// TestTheSameSeedMakesTheSamePeople and another one others.
func TestTheSameSeedMakesTheSamePeople(t *testing.T) {
	people := func(seed uint64) any {
		a := postgrestest.NewArchive(t)
		owner := a.Owner()
		require.NoError(t, fill.Fill(t.Context(), a.Pool(standalone.Migrate), fill.Size{Cases: 30, Seed: seed, Now: testclock.Monday}, quiet))
		var sum string
		require.NoError(t, owner.QueryRow(t.Context(), `SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
			SELECT concat_ws(' ', f.id, f.number, p.given_name, p.family_name, p.birth_date) AS line FROM case_file f JOIN person p ON p.case_id = f.id
			UNION ALL SELECT concat_ws(' ', t.id, t.kind, t.escalate_at) FROM task t UNION ALL SELECT concat_ws(' ', l.case_id, l.at, l.code) FROM timeline l) lines`).Scan(&sum))
		return sum
	}
	first := people(1)
	require.Equal(t, first, people(1))
	require.NotEqual(t, first, people(2))
}
