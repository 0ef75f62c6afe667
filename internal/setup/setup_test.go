package setup_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/setup"
	"percorso/internal/zone"
)

func prato(t *testing.T) care.Policy {
	t.Helper()
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	return policies[slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "prato" })]
}

// changed is Prato's policy with a change, in a version of its own.
func changed(t *testing.T, change func(*care.Policy)) care.Policy {
	t.Helper()
	p := prato(t)
	p.Version = "changed"
	change(&p)
	return p
}

func TestPolicyDifferencesAreSaidInWords(t *testing.T) {
	stored := ledger.Setup{Policies: []care.Policy{prato(t)}}
	for name, test := range map[string]struct {
		change func(*care.Policy)
		lines  []string
	}{
		"a number":       {func(p *care.Policy) { p.NoShow.Attempts = 4 }, []string{"no_show.attempts: 2 → 4"}},
		"a text":         {func(p *care.Policy) { p.DayEnds = "17:00" }, []string{"day_ends: 18:00 → 17:00"}},
		"a clock":        {func(p *care.Policy) { p.Tasks[0].Claim.Remind.N = 3 }, []string{"tasks.first_listening.claim.remind: 1 working_days → 3 working_days"}},
		"what goes":      {func(p *care.Policy) { p.ClosureApproval = "" }, []string{"closure_approval: tolto (supervisor)"}},
		"what comes":     {func(p *care.Policy) { p.Desk.Link = care.SocialWorker }, []string{"desk.link: aggiunto (social_worker)"}},
		"a new entry":    {func(p *care.Policy) { p.Matters = append(p.Matters, care.Named{Code: "nuova", Name: "Nuova"}) }, []string{"matters: aggiunto nuova"}},
		"a gate":         {func(p *care.Policy) { p.Gates[0].AgeMin = 16 }, []string{"matter_gates.family_reunification.age_min: aggiunto (16)"}},
		"a code in use":  {func(p *care.Policy) { p.Services[0].Matters = []string{"housing_support"} }, []string{"services.pas.matters: tolto professional_social_service", "services.pas.matters: tolto school_inclusion"}},
		"another order":  {func(p *care.Policy) { slices.Reverse(p.Measures) }, []string{"measures: in un altro ordine"}},
		"an address":     {func(p *care.Policy) { p.Agencies[3].Email = "altra@ente.example" }, []string{"agencies.cpia.email: cambia"}},
		"an entry's key": {func(p *care.Policy) { p.Equipes[0].Seats[0].IfSilent = care.ReplaceSilent }, []string{"equipes.between_agencies.seats.social_worker.if_silent: waive → replace"}},
		"an hour": {func(p *care.Policy) { p.Desk.Hours[0].To = "12:00" }, []string{
			`desk.hours: tolto {"from":"09:00","to":"13:00","weekday":"mon"}`, `desk.hours: aggiunto {"from":"09:00","to":"12:00","weekday":"mon"}`,
		}},
		"only the version": {func(*care.Policy) {}, []string{"le stesse regole, scritte per intero"}},
	} {
		d := setup.Policy(stored, changed(t, test.change))
		require.Equal(t, test.lines, d.Lines, name)
		require.NotNil(t, d.Change.Policy, name)
	}
	require.True(t, setup.Policy(stored, prato(t)).Change.Empty())
	require.Equal(t, []string{"nuova zona: Comune di Prato"}, setup.Policy(ledger.Setup{}, prato(t)).Lines)
}

// TestAnOlderVersionsPolicyIsCompared as it is read: with what it left out.
func TestAnOlderVersionsPolicyIsCompared(t *testing.T) {
	older := changed(t, func(p *care.Policy) {
		p.Deadlines = slices.DeleteFunc(p.Deadlines, func(d care.Deadline) bool { return d.Code == care.DeadlineShareAfterEnd })
	})
	require.True(t, setup.SameRules(older, prato(t)))
	require.Equal(t, []string{"matter_gates: tolto family_reunification"}, setup.Policy(ledger.Setup{Policies: []care.Policy{prato(t)}}, changed(t, func(p *care.Policy) {
		p.Gates = p.Gates[1:]
	})).Lines)
	stored := ledger.Setup{Policies: []care.Policy{older}}
	require.Equal(t, []string{"le stesse regole, scritte per intero"}, setup.Policy(stored, prato(t)).Lines)
	require.True(t, setup.Memory{}.OwnsPolicy(stored, prato(t)))
	stored.Policies[0].NoShow.Attempts = 9
	require.False(t, setup.Memory{}.OwnsPolicy(stored, prato(t)))
}

// TestWhatAZoneGivesUpIsSaid: open tasks and staff of a role that it has no more.
func TestWhatAZoneGivesUpIsSaid(t *testing.T) {
	stored := ledger.Setup{
		Policies: []care.Policy{prato(t)},
		Accounts: []ledger.Account{
			{Staff: care.Staff{Subject: "a", Zone: "prato", Role: care.CPIOperator, Agency: "cpi"}, Active: true},
			{Staff: care.Staff{Subject: "b", Zone: "prato", Role: care.CPIOperator, Agency: "cpi"}},
			{Staff: care.Staff{Subject: "c", Zone: "lucca", Role: care.CPIOperator, Agency: "cpi"}, Active: true},
			{Staff: care.Staff{Subject: "posta", Zone: "prato", Role: care.MailSystem, Agency: "sds"}, Active: true},
		},
		Tasks: []ledger.OpenTasks{
			{Zone: "prato", Role: care.CPIOperator, Agency: "cpi", Count: 2}, {Zone: "prato", Role: care.CPIOperator, Agency: "cpi", Holder: "x", Count: 1},
			{Zone: "lucca", Role: care.CPIOperator, Agency: "cpi", Count: 5}, {Zone: "prato", Role: care.Supervisor, Agency: "comune", Count: 5},
		},
	}
	d := setup.Policy(stored, changed(t, func(p *care.Policy) {
		p.Roles = slices.DeleteFunc(p.Roles, func(h care.RoleHolder) bool { return h.Role == care.CPIOperator })
	}))
	require.Equal(t, []string{
		"a ha il ruolo cpi_operator dell'ente cpi, che la zona non ha più: va cambiato con percorso staff load",
		"compiti aperti del ruolo cpi_operator dell'ente cpi, che la zona non ha più: 3",
	}, d.Warnings)
}

func TestMemoryIsKeptInItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loaded.json")
	m, err := setup.ReadMemory(file)
	require.NoError(t, err)
	staff := []care.Staff{{ID: "1", Subject: "b", Zone: "prato"}, {ID: "2", Subject: "a", Zone: "prato"}}
	m.LoadedPolicy(prato(t))
	m.LoadedStaff("prato", staff)
	require.NoError(t, m.Write(file))
	again, err := setup.ReadMemory(file)
	require.NoError(t, err)
	require.Equal(t, m, again)

	// Neither ids nor the order of a list make another one; who is off does.
	stored := ledger.Setup{Accounts: []ledger.Account{{Staff: staff[1], Active: true}, {Staff: staff[0], Active: true}}}
	require.True(t, again.OwnsStaff(stored, "prato", nil))
	stored.Accounts[0].Identity = "prova_1"
	require.False(t, again.OwnsStaff(stored, "prato", nil), "somebody said whose the account is")
	stored.Accounts[0].Identity = ""
	stored.Accounts[0].Active = false
	require.False(t, again.OwnsStaff(stored, "prato", nil))
	stored.Accounts[1].Active = false
	require.True(t, again.OwnsStaff(stored, "prato", nil), "somebody switched all off, and the list is empty")
	require.False(t, again.OwnsStaff(stored, "prato", staff[:1]))
	require.True(t, again.OwnsStaff(stored, "lucca", staff[:1]), "nobody ever was staff there")

	// Of a zone of which nothing is remembered, a list that only adds changes nobody.
	lucca := []care.Staff{{Subject: "c", Zone: "lucca"}, {Subject: "d", Zone: "lucca"}}
	stored = ledger.Setup{Accounts: []ledger.Account{{Staff: lucca[0], Active: true}}}
	stored.Accounts[0].ID = "3"
	require.True(t, again.OwnsStaff(stored, "lucca", lucca))
	require.False(t, again.OwnsStaff(stored, "lucca", lucca[1:]))
	stored.Accounts[0].Role = care.Supervisor
	require.False(t, again.OwnsStaff(stored, "lucca", lucca), "somebody gave them another role")

	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))
	_, err = setup.ReadMemory(file)
	require.ErrorContains(t, err, "no memory")
}
