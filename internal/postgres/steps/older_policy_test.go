package steps_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/usual"
)

// TestAPolicyThatAnOlderVersionStored: it knows nothing of what came later. What
// a step opens by it is somebody's all the same, is not due at once, and may be
// claimed; so is what belongs to a service or a role that the zone has no more.
func TestAPolicyThatAnOlderVersionStored(t *testing.T) {
	p := newPlay(t)
	_, err := p.Owner.Exec(t.Context(), `UPDATE zone_policy SET policy = policy || '{"tasks": [], "deadlines": [], "follow_ups": [],
		"equipes": [], "outcomes": [], "no_show": {"attempts": 0}, "day_ends": ""}'`)
	require.NoError(t, err)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	policy, err := p.Records.Policy(t.Context(), "prato")
	require.NoError(t, err)
	require.Equal(t, usual.Completed(policy), policy)
	zones, err := p.Records.Zones(t.Context())
	require.NoError(t, err)
	require.Contains(t, zones, policy)

	for _, kind := range usual.TaskKinds {
		for what, change := range map[string]ledger.TaskChange{
			"of a service":              {Service: "uoc_immigrazione", Agency: "comune"},
			"of a service that is gone": {Service: "altro"},
			"of an agency":              {Agency: "cpi"},
			"of an agency that is gone": {Agency: "altra"},
			"for a role that is gone":   {Role: care.CooperativeExpert},
			"of nobody":                 {},
		} {
			change.Kind = kind.Kind
			task := postgrestest.Opens(run, string(kind.Kind)+what, change)
			p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
			row := p.Row(`SELECT role, agency, remind_at, escalate_at FROM task WHERE id = $1`, task.ID)
			require.NotEmpty(t, row["role"], "%s %s", kind.Kind, what)
			require.Equal(t, policy.RoleAgency(care.Role(row["role"].(string))), row["agency"], "%s %s", kind.Kind, what)
			for _, due := range []string{"remind_at", "escalate_at"} {
				at, err := time.Parse(time.RFC3339, row[due].(string))
				require.NoError(t, err)
				require.True(t, at.After(p.Now), "%s %s: %s", kind.Kind, what, at)
			}
			if kind.Kind != care.ReferralAnswer { // which is acknowledged on its referral
				require.NoError(t, p.Claim(row["role"].(string)+".prato", task.ID), "%s %s", kind.Kind, what)
			}
			// Of some kinds there is one at a time.
			p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: task.ID, State: care.TaskObsolete}}}, nil)
		}
	}
	for _, code := range care.DeadlineCodes {
		res := p.Does(run, p.Clock(), ledger.Effects{Waits: []ledger.Wait{{Point: code, Deadline: code}}}, func(s *care.RunState) {
			s.Open = append(s.Open, care.OpenPoint{Point: code, Kind: care.OpenWait})
		})
		for _, w := range res.Waits {
			require.True(t, w.Due == nil && code == care.DeadlinePermitWarning || w.Due.After(p.Now), "%s: %s", w.Point, w.Due)
		}
	}
}

// TestAVersionStaysAsItWasStored: loading a zone again changes nothing that runs hold.
func TestAVersionStaysAsItWasStored(t *testing.T) {
	p := newPlay(t)
	p.Law("one", func(q *care.Policy) { q.NoShow.Attempts = 5 })
	p.Law("two", func(q *care.Policy) { q.NoShow.Attempts = 6 })
	p.Law("one", func(q *care.Policy) { q.NoShow.Attempts = 7 })
	stored := p.Row(`SELECT policy -> 'no_show' ->> 'attempts' AS attempts, (SELECT count(*) FROM zone_policy WHERE zone = 'prato' AND current) AS current
		FROM zone_policy WHERE zone = 'prato' AND version = 'one' AND current`)
	require.Equal(t, map[string]any{"attempts": "5", "current": 1.0}, stored)
}
