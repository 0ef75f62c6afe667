package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// installation is a database with the three zones and their staff, and a folder
// with the files that an operator loads.
type installation struct {
	*postgrestest.Play
	folder string
}

func newInstallation(t *testing.T) *installation {
	p := postgrestest.NewPlayToday(t)
	t.Setenv("PERCORSO_DATABASE_URL", p.Pool(standalone.Migrate).Config().ConnString())
	return &installation{Play: p, folder: t.TempDir()}
}

// types has an operator type a command; the words that begin with @ are files of the folder.
func (i *installation) types(line string) (code int, out, said string) {
	i.T.Helper()
	args := strings.Fields(line)
	for n, arg := range args {
		if name, ok := strings.CutPrefix(arg, "@"); ok {
			args[n] = i.file(name)
		}
	}
	var written, messages strings.Builder
	code = percorso(i.T.Context(), args, &written, &messages)
	return code, written.String(), messages.String()
}

func (i *installation) file(name string) string { return filepath.Join(i.folder, name) }

func (i *installation) write(name, text string) {
	i.T.Helper()
	require.NoError(i.T, os.WriteFile(i.file(name), []byte(text), 0o600))
}

// list writes a list of staff: "account role agency".
func (i *installation) list(name, zone string, members ...string) {
	i.T.Helper()
	text := "[]\n"
	if len(members) > 0 {
		text = ""
	}
	for _, m := range members {
		f := strings.Fields(m)
		text += fmt.Sprintf("- {subject: %[1]s, role: %[2]s, zone: %[4]s, agency: %[3]s, name: Personale Prova %[1]s, email: %[1]s@percorso.example}\n", f[0], f[1], f[2], zone)
	}
	i.write(name, text)
}

// pratos are those of Prato's staff that the database has, as they are there.
func pratos(without ...string) []string {
	var members []string
	for _, h := range []string{
		"desk_operator comune", "social_worker comune", "intercultural_mediator comune", "immigration_expert comune",
		"labour_policy_expert comune", "cpi_operator cpi", "supervisor comune", "privacy_officer comune",
	} {
		role, agency, _ := strings.Cut(h, " ")
		for _, n := range []string{"", "_2"} {
			account := role + n + ".prato"
			if !strings.Contains(" "+strings.Join(without, " ")+" ", " "+account+" ") {
				members = append(members, account+" "+role+" "+agency)
			}
		}
	}
	return members
}

// state is all that is stored of zones and staff.
func (i *installation) state() string {
	i.T.Helper()
	rows, err := i.Owner.Query(i.T.Context(), `SELECT to_jsonb(s) - 'id' FROM staff s UNION ALL SELECT to_jsonb(z) - 'loaded_at' FROM zone_policy z WHERE current ORDER BY 1`)
	require.NoError(i.T, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(i.T, err)
	return strings.Join(all, "\n")
}

func (i *installation) active(zone string) int {
	i.T.Helper()
	return i.Count(`staff WHERE active AND zone = $1`, zone)
}

// TestStaffIsShownFirst: the difference is said in words and nothing changes; what
// is then applied is the same difference, of that zone alone; and a second time
// there is nothing to do.
func TestStaffIsShownFirst(t *testing.T) {
	i := newInstallation(t)
	members := append(pratos("social_worker_2.prato", "cpi_operator.prato", "cpi_operator_2.prato"),
		"nuova.prato social_worker comune", "desk_operator.prato desk_operator comune", "posta mail_system sds")
	for n, m := range members {
		if m == "desk_operator_2.prato desk_operator comune" {
			members[n] = "desk_operator_2.prato supervisor comune"
		}
	}
	members = members[1:] // desk_operator.prato stands at the end
	i.list("staff.yaml", "prato", members...)
	before := i.state()

	code, shown, said := i.types("staff load @staff.yaml")
	require.Equal(t, codeShown, code, said)
	require.Equal(t, before, i.state())
	for _, line := range []string{
		"prato:\n",
		"  nuova utenza: nuova.prato (ruolo social_worker, ente comune)\n",
		"  nuova utenza: posta (ruolo mail_system, ente sds)\n",
		"  cambia: desk_operator_2.prato; ruolo desk_operator → supervisor\n",
		"  si disattiva: cpi_operator.prato\n", "  si disattiva: social_worker_2.prato\n",
		"  attenzione: nessuno ha il ruolo cpi_operator dell'ente cpi (compiti aperti: 0)\n",
		"Non è cambiato nulla. Per applicare: percorso staff load --apply " + i.file("staff.yaml") + "\n",
	} {
		require.Contains(t, shown, line)
	}
	require.Equal(t, 6, strings.Count(shown, "utenza:")+strings.Count(shown, "cambia:")+strings.Count(shown, "si disattiva:"), shown)
	require.NotContains(t, shown, "Personale")
	require.NotContains(t, shown, "@")

	lucca, pistoia := i.active("lucca"), i.active("pistoia")
	code, done, said := i.types("staff load --apply @staff.yaml")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, strings.Replace(shown, "Non è cambiato nulla. Per applicare: percorso staff load --apply "+i.file("staff.yaml"), "Fatto.", 1), done)
	require.Equal(t, len(members), i.active("prato"))
	require.Equal(t, lucca, i.active("lucca"))
	require.Equal(t, pistoia, i.active("pistoia"))

	for _, again := range []string{"staff load @staff.yaml", "staff load --apply @staff.yaml", "staff load --zone prato @staff.yaml"} {
		code, out, said := i.types(again)
		require.Equal(t, codeDone, code, said)
		require.True(t, strings.HasPrefix(out, "prato: nessuna differenza\n"), out)
	}

	// Who left comes back, and what they were is not forgotten.
	i.list("staff.yaml", "prato", pratos()...)
	_, out, _ := i.types("staff load @staff.yaml")
	require.Contains(t, out, "  torna attiva: cpi_operator.prato\n")
	require.Contains(t, out, "  cambia: desk_operator_2.prato; ruolo supervisor → desk_operator\n")
	code, _, said = i.types("staff load @staff.yaml --apply")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, 16, i.active("prato"))
	i.write("staff.yaml", strings.Replace(i.read("staff.yaml"), "name: Personale Prova supervisor.prato", "name: Persona Prova", 1))
	_, out, _ = i.types("staff load @staff.yaml")
	require.Contains(t, out, "  cambia: supervisor.prato; nome\n")

	// Whose an account is changes without a word about them.
	i.write("staff.yaml", strings.Replace(i.read("staff.yaml"), "name: Persona Prova", "identity: prova_1, name: Personale Prova supervisor.prato", 1))
	_, out, _ = i.types("staff load --apply @staff.yaml")
	require.Contains(t, out, "  cambia: supervisor.prato; persona di cui è l'utenza\n")
	require.NotContains(t, out, "prova_1")
	_, out, _ = i.types("staff load @staff.yaml")
	require.True(t, strings.HasPrefix(out, "prato: nessuna differenza\n"), out)
}

func (i *installation) read(name string) string {
	i.T.Helper()
	text, err := os.ReadFile(i.file(name))
	require.NoError(i.T, err)
	return string(text)
}

// TestStaffThatIsWrongChangesNothing: whatever the file gets wrong is said, with
// its line, and nobody is switched off.
func TestStaffThatIsWrongChangesNothing(t *testing.T) {
	i := newInstallation(t)
	i.list("good.yaml", "prato", pratos()...)
	i.list("wrong.yaml", "prato", append(pratos(), "a social_wroker comune", "b social_worker coumne", "c cpi_operator comune", "supervisor.lucca supervisor comune",
		"d social_worker comune", "d social_worker comune")...)
	i.list("nowhere.yaml", "nowhere", "a supervisor comune")
	i.list("empty.yaml", "prato")
	i.list("lucca.yaml", "lucca", "supervisor.lucca supervisor comune")
	i.write("nothing.yaml", "")
	i.write("binary.yaml", "\x7fELF\x00\x01\xff")
	i.write("fields.yaml", "- {subject: a, role: supervisor}\n")
	i.write("huge.yaml", strings.Repeat("# Prova\n", 1<<20))
	before := i.state()
	for line, want := range map[string][]string{
		"staff load @wrong.yaml": {
			"wrong.yaml:17: [16].role: ruolo sconosciuto", "[unknown_role]", "wrong.yaml:18: [17].agency: ente sconosciuto",
			"wrong.yaml:19: [18].role: nella zona il ruolo appartiene a un altro ente", "wrong.yaml:20: [19].subject: l'utenza è attiva in un'altra zona", ": lucca [staff_of_another_zone]",
			"wrong.yaml:22: [21].subject: è già presente",
		},
		"staff load --apply @wrong.yaml":                    {"[16].role", "[19].subject"},
		"staff load --apply @nowhere.yaml":                  {"nowhere.yaml:1: [0].zone: zona sconosciuta", "lucca, pistoia, prato"},
		"staff load --apply --zone nowhere @wrong.yaml":     {"[unknown_role]"},
		"staff load --apply --zone nowhere @good.yaml":      {`no zone "nowhere"`},
		"staff load --apply --zone PRATO @good.yaml":        {`no zone "PRATO"`},
		"staff load --apply @empty.yaml":                    {"the list is empty", "--zone"},
		"staff load --apply --zone prato @lucca.yaml":       {`nobody of the zone "prato"`},
		"staff load --apply @nothing.yaml":                  {"[one_document]"},
		"staff load --apply --zone prato @nothing.yaml":     {"[one_document]"},
		"staff load --apply @binary.yaml":                   {"[not_utf8]"},
		"staff load --apply @fields.yaml":                   {"[0].zone: manca", "[0].email: manca"},
		"staff load --apply @huge.yaml":                     {"[too_large]"},
		"staff load --apply @missing.yaml":                  {"no such file"},
		"staff load --apply @":                              {"is a directory"},
		"staff load --unless-changed @m @nowhere.yaml":      nil, // says so: nobody was ever there
		"staff load --unless-changed @m @fields.yaml":       {"[0].zone: manca"},
		"staff load --unless-changed @good.yaml @good.yaml": {"no memory of what was loaded"},
	} {
		code, out, said := i.types(line)
		require.Equal(t, before, i.state(), line)
		if want == nil {
			require.Equal(t, codeDone, code, line)
			require.Contains(t, out, "[unknown_zone]", line)
			continue
		}
		require.Equal(t, codeFailed, code, "%s: %s%s", line, out, said)
		for _, words := range want {
			require.Contains(t, said, words, line)
		}
		require.NotContains(t, out+said, "@percorso.example", line)
	}
}

// TestAnEmptyListSwitchesOffAZoneThatIsNamed, and no other.
func TestAnEmptyListSwitchesOffAZoneThatIsNamed(t *testing.T) {
	i := newInstallation(t)
	_, task := i.Open("lucca")
	require.NoError(t, i.Claim("desk_operator.lucca", task))
	i.list("empty.yaml", "lucca")
	code, shown, said := i.types("staff load --zone lucca @empty.yaml")
	require.Equal(t, codeShown, code, said)
	require.Contains(t, shown, "  si disattiva: desk_operator.lucca (ha compiti aperti: 1, che il responsabile può riassegnare)\n")
	require.Contains(t, shown, "  attenzione: nessuno ha il ruolo desk_operator dell'ente comune (compiti aperti: 1)\n")
	require.Contains(t, shown, "percorso staff load --apply --zone lucca ")
	code, _, said = i.types("staff load --zone lucca --apply @empty.yaml")
	require.Equal(t, codeDone, code, said)
	require.Zero(t, i.active("lucca"))
	require.Equal(t, 16, i.active("prato"))

	// Now somebody of Lucca may go to Prato.
	i.list("staff.yaml", "prato", append(pratos(), "supervisor.lucca supervisor comune")...)
	_, shown, _ = i.types("staff load @staff.yaml")
	require.Contains(t, shown, "  torna attiva: supervisor.lucca; zona lucca → prato\n")
}

// TestOneZoneOfAListIsLoaded: of a list of several zones those of one alone, and
// all of them without.
func TestOneZoneOfAListIsLoaded(t *testing.T) {
	i := newInstallation(t)
	i.list("a.yaml", "prato", "supervisor.prato supervisor comune")
	i.list("b.yaml", "lucca", "supervisor.lucca supervisor comune")
	i.write("staff.yaml", i.read("a.yaml")+i.read("b.yaml"))
	code, out, said := i.types("staff load --zone lucca --apply @staff.yaml")
	require.Equal(t, codeDone, code, said)
	require.NotContains(t, out, "prato")
	require.Equal(t, []int{16, 1}, []int{i.active("prato"), i.active("lucca")})
	code, _, said = i.types("staff load --apply @staff.yaml")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, []int{1, 1}, []int{i.active("prato"), i.active("lucca")})
	require.Positive(t, i.active("pistoia"))
}

// TestWhatIsShownIsWhatIsDone: who loads waits for another one who does, and goes by
// what that one left.
func TestWhatIsShownIsWhatIsDone(t *testing.T) {
	i := newInstallation(t)
	i.list("staff.yaml", "prato", pratos()...)
	other, err := i.Owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), `UPDATE staff SET active = false WHERE subject = 'supervisor.prato'`)
	require.NoError(t, err)
	type result struct {
		code      int
		out, said string
	}
	done := make(chan result, 1)
	go func() {
		code, out, said := i.types("staff load --apply @staff.yaml")
		done <- result{code, out, said}
	}()
	require.Eventually(t, func() bool {
		var waiting bool
		return i.Owner.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'staff'::regclass AND NOT granted)`).Scan(&waiting) == nil && waiting
	}, waitLimit, waitStep)
	require.NoError(t, other.Commit(t.Context()))
	r := <-done
	require.Equal(t, codeDone, r.code, r.said)
	require.Equal(t, "prato:\n  torna attiva: supervisor.prato\nFatto.\n", r.out)
	require.Equal(t, 16, i.active("prato"))
}

// TestSomebodyElseIsAtIt: who cannot have the lock says so, and changes nothing.
func TestSomebodyElseIsAtIt(t *testing.T) {
	i := newInstallation(t)
	i.list("staff.yaml", "prato", pratos("social_worker_2.prato")...)
	before := i.state()
	other, err := i.Owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), `LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE`)
	require.NoError(t, err)
	code, _, said := i.types("staff load --apply @staff.yaml")
	require.NoError(t, other.Rollback(t.Context()))
	require.Equal(t, codeFailed, code)
	require.Equal(t, "percorso staff load: "+machine.ErrBusy.Error()+"\n", said)
	require.Equal(t, before, i.state())
}

// zones writes the delivered files, changed, into a folder of their own.
func (i *installation) zones(folder string, changes ...string) {
	i.T.Helper()
	require.NoError(i.T, os.MkdirAll(i.file(folder), 0o700))
	for _, zone := range []string{"prato", "pistoia", "lucca"} {
		text, err := os.ReadFile("../../deploy/zones/" + zone + ".yaml")
		require.NoError(i.T, err)
		changed := strings.NewReplacer(changes...).Replace(string(text))
		i.write(filepath.Join(folder, zone+".yaml"), changed)
	}
}

// TestZonesAreShownFirst: as staff are, with what the change leaves behind.
func TestZonesAreShownFirst(t *testing.T) {
	i := newInstallation(t)
	_, _ = i.Open("prato")
	code, _, said := i.types("zone load --apply") // those of the tests receive at any second
	require.Equal(t, codeDone, code, said)
	code, out, said := i.types("zone load")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, "pistoia: nessuna differenza\nlucca: nessuna differenza\nprato: nessuna differenza\n", sortedLines(out))

	i.zones("zones", "attempts: 2", "attempts: 3", "cpia.prato@partner.example", "vera@ente.example",
		`  - {code: spac, name: Punto SPAC, agency: comune, role: social_worker, matters: [professional_social_service, housing_support, language_mediation], sessions: [
      {days: [wed], time: "09:00-13:00", length: 60 minutes, places: 1, mode: in_person, source: "Proposta, da confermare dalla zona"},
      {days: [fri], time: "09:00-11:00", length: 30 minutes, places: 1, mode: phone, source: "Proposta, da confermare dalla zona"}]}
`, "",
		"measure_check, duration: 30 calendar_days", "measure_check, duration: 20 calendar_days")
	before := i.state()
	code, out, said = i.types("zone load --zone prato @zones")
	require.Equal(t, codeShown, code, said)
	require.Equal(t, before, i.state())
	require.Equal(t, `prato:
  agencies.cpia.email: cambia
  deadlines.measure_check.duration: 30 calendar_days → 20 calendar_days
  no_show.attempts: 2 → 3
  services: tolto spac
Non è cambiato nulla. Per applicare: percorso zone load --apply --zone prato `+i.file("zones")+"\n", out)
	code, out, said = i.types("zone load --zone prato --apply @zones")
	require.Equal(t, codeDone, code, said)
	require.Contains(t, out, "Fatto.")
	require.Equal(t, 1, i.Count(`zone_policy WHERE current AND zone = 'prato' AND policy -> 'no_show' ->> 'attempts' = '3'`))
	require.Zero(t, i.Count(`zone_policy WHERE current AND zone <> 'prato' AND policy -> 'no_show' ->> 'attempts' = '3'`))
	code, out, said = i.types("zone load --zone prato " + i.file("zones/prato.yaml"))
	require.Equal(t, codeDone, code, said)
	require.Equal(t, "prato: nessuna differenza\n", out)

	// A role that the zone gives up, though somebody has it.
	i.zones("roles", "  - {role: intercultural_mediator, agency: comune}\n", "", "      - {role: intercultural_mediator, if_silent: waive}\n", "",
		"      - {role: intercultural_mediator, if_silent: replace, replace_by: desk_operator}\n", "")
	code, out, said = i.types("zone load @roles/prato.yaml")
	require.Equal(t, codeShown, code, said)
	require.Contains(t, out, "  roles: tolto intercultural_mediator\n")
	require.Contains(t, out, "  attenzione: intercultural_mediator_2.prato ha il ruolo intercultural_mediator dell'ente comune, che la zona non ha più: va cambiato con percorso staff load\n")
}

func sortedLines(text string) string {
	var zones []string
	for _, zone := range []string{"pistoia", "lucca", "prato"} {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, zone) {
				zones = append(zones, line)
			}
		}
	}
	return strings.Join(zones, "")
}

// TestZoneFilesThatAreWrongChangeNothing: also what only shows beside the zones
// that are stored.
func TestZoneFilesThatAreWrongChangeNothing(t *testing.T) {
	i := newInstallation(t)
	i.zones("yml")
	require.NoError(t, os.Rename(i.file("yml/lucca.yaml"), i.file("yml/lucca.yml")))
	i.zones("wrong", "attempts: 2", "attempts: 0")
	require.NoError(t, os.MkdirAll(i.file("empty"), 0o700))
	require.NoError(t, os.MkdirAll(i.file("folder/prato.yaml"), 0o700))
	i.zones("lead", "municipality: Comune di Pistoia", "municipality: Comune di Pistoia\nlead: true", "lead: true # zona capofila\n", "")
	before := i.state()
	for line, want := range map[string]string{
		"zone load --apply @yml":                  "lucca.yml would be left out",
		"zone load --apply @wrong":                "[out_of_range]",
		"zone load --apply --zone pistoia @wrong": "[out_of_range]",
		"zone load --apply @empty":                "no *.yaml in the folder",
		"zone load --apply @missing":              "no such file",
		"zone load --apply @folder":               "is a directory",
		"zone load --apply --zone nowhere":        `no file is of the zone "nowhere"`,
		"zone load --apply --zone pistoia @lead":  "più di una zona sarebbe capofila (lead): pistoia, prato",
		"zone load --apply @lead/pistoia.yaml":    "più di una zona sarebbe capofila (lead): pistoia, prato",
		"zone check @wrong/prato.yaml":            "the files have faults",
		"zone check @missing/prato.yaml":          "the files have faults, or cannot be read",
		"zone check @folder/prato.yaml":           "the files have faults, or cannot be read",
	} {
		code, out, said := i.types(line)
		require.Equal(t, codeFailed, code, "%s: %s", line, out)
		require.Contains(t, said, want, line)
		require.Equal(t, before, i.state(), line)
	}
	// Where both change together, it is one lead before and after.
	code, _, said := i.types("zone load --apply @lead")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, "pistoia", i.Row(`SELECT zone FROM zone_policy WHERE current AND policy ->> 'lead' = 'true'`)["zone"])
}

// memory is what is remembered of a zone.
func (i *installation) memory(zone string) (policy, staff string) {
	i.T.Helper()
	var m struct{ Policies, Staff map[string]string }
	require.NoError(i.T, json.Unmarshal([]byte(i.read("memory")), &m))
	return m.Policies[zone], m.Staff[zone]
}

// TestAStartOverwritesNothingOfSomebodyElse: what nobody has changed since it was
// loaded is loaded anew with a new version's files; the rest stays and is said.
func TestAStartOverwritesNothingOfSomebodyElse(t *testing.T) {
	i := newInstallation(t)
	i.zones("zones")
	i.list("staff.yaml", "prato", pratos()...)
	start := func() string {
		t.Helper()
		code, zones, said := i.types("zone load --unless-changed @memory @zones")
		require.Equal(t, codeDone, code, said)
		code, staff, said := i.types("staff load --unless-changed @memory @staff.yaml")
		require.Equal(t, codeDone, code, said)
		return zones + staff
	}
	// A data folder of before has no memory: what is stored as in the files is ours.
	code, _, said := i.types("zone load --apply @zones")
	require.Equal(t, codeDone, code, said)
	before := i.state()
	require.Empty(t, start())
	require.Equal(t, before, i.state())

	// A new version brings another file: it is loaded.
	i.zones("zones", "attempts: 2", "attempts: 3")
	i.list("staff.yaml", "prato", append(pratos(), "nuova.prato social_worker comune")...)
	require.Empty(t, start())
	require.Equal(t, 1, i.Count(`zone_policy WHERE current AND zone = 'prato' AND policy -> 'no_show' ->> 'attempts' = '3'`))
	require.Equal(t, 17, i.active("prato"))

	// Somebody else changes the rules of Prato and its staff.
	i.zones("theirs", "attempts: 2", "attempts: 5")
	code, _, said = i.types("zone load --zone prato --apply @theirs")
	require.Equal(t, codeDone, code, said)
	i.list("theirs.yaml", "prato", pratos("social_worker_2.prato")...)
	code, _, said = i.types("staff load --apply @theirs.yaml")
	require.Equal(t, codeDone, code, said)
	i.zones("zones", "attempts: 2", "attempts: 4")
	policy, staff := i.memory("prato")
	out := start()
	require.Equal(t, "prato: policy left as stored, somebody else changed it; to overwrite it: percorso zone load --apply --zone prato "+i.file("zones")+"\n"+
		"prato: staff left as stored, somebody else changed it; to overwrite it: percorso staff load --apply --zone prato "+i.file("staff.yaml")+"\n", out)
	require.Equal(t, 15, i.active("prato"))
	require.Equal(t, 1, i.Count(`zone_policy WHERE current AND zone = 'prato' AND policy -> 'no_show' ->> 'attempts' = '5'`))
	require.Equal(t, 2, i.Count(`zone_policy WHERE current AND zone <> 'prato' AND policy -> 'no_show' ->> 'attempts' = '4'`))
	samePolicy, sameStaff := i.memory("prato")
	require.Equal(t, []string{policy, staff}, []string{samePolicy, sameStaff})
	require.Equal(t, out, start(), "and it says so at each start")

	// The command that it names overwrites, and from then on it is ours again.
	for line := range strings.Lines(out) {
		_, command, _ := strings.Cut(strings.TrimSpace(line), ": percorso ")
		code, _, said := i.types(command)
		require.Equal(t, codeDone, code, said)
	}
	require.Empty(t, start())
	i.list("staff.yaml", "prato", pratos()...)
	require.Empty(t, start())
	require.Equal(t, 16, i.active("prato"))

	// Without its memory, what differs from the files may be somebody else's.
	require.NoError(t, os.Remove(i.file("memory")))
	i.zones("zones", "attempts: 2", "attempts: 6")
	require.Equal(t, 3, strings.Count(start(), "policy left as stored"))
	require.NotContains(t, i.read("memory"), `"prato": ""`)

	// Nor does a list that does not fit any more hinder a start.
	i.list("staff.yaml", "prato", append(pratos(), "supervisor.lucca supervisor comune")...)
	require.Contains(t, start(), "prato: staff left as stored, the file does not fit what is stored (")
	require.Equal(t, 16, i.active("prato"))
}

// How long a test waits for another connection, and how often it looks.
const (
	waitLimit = time.Minute
	waitStep  = 20 * time.Millisecond
)
