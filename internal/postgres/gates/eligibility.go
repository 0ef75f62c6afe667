package gates

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/undoing"
)

// passed is a gate of eligibility that an answer asks to pass, with the field of the
// form that asks for it and, of level 2, what is booked.
type passed struct {
	gate   eligibility.Gate
	field  string
	matter string
}

// gatesOf names the gates of eligibility that an answer asks to pass. Level 2 is asked
// for by each booking, the take-over by the CPI and by an équipe.
func gatesOf(a care.Answer) (gates []passed) {
	switch a.Operation {
	case care.OpSendToCPI:
		gates = append(gates, passed{gate: eligibility.GateTakeOver})
	case care.OpConvene:
		gates = append(gates, passed{gate: eligibility.GateTakeOver, field: "kind"})
	case care.OpRefer:
		gates = append(gates, passed{gate: eligibility.GateLevel1, field: "agency"})
	case care.OpReopen:
		begins := a.Outcome != undoing.Undone // with a closure that was taken back nothing does
		if begins && (a.Stage == care.StageEquipe || a.Stage == care.StagePlacement) {
			gates = append(gates, passed{gate: eligibility.GateTakeOver, field: "stage"})
		}
	case care.OpComplete:
		if slices.Contains([]care.Code{care.ToCPI, care.ToEquipeBetween, care.ToEquipeWithin, care.ToEquipe}, a.Outcome) {
			gates = append(gates, passed{gate: eligibility.GateTakeOver, field: "outcome"})
		}
	}
	for i, b := range a.Bookings {
		field := "service"
		if a.Operation != care.OpBook {
			field = fmt.Sprintf("bookings[%d].service", i)
		}
		gates = append(gates, passed{gate: eligibility.GateLevel2, field: field, matter: string(b.Matter)})
	}
	return gates
}

// eligibility asks whether the person of the case may have what the answer asks for. The
// faults say which gate is shut and not why, since they are stored with who asked: that
// somebody showed no permit, or an old one, is written nowhere beside a name.
func (g *asked) eligibility() ([]care.Fault, error) {
	if g.Entry.Answer.Outcome == care.ToEquipe { // back to those who took the person over, or for the first time
		var taken bool
		err := g.tx.QueryRow(g.ctx, `SELECT EXISTS (SELECT FROM run WHERE case_id = $1 AND kind IN ('equipe', 'placement'))`, g.caseID()).Scan(&taken)
		if err != nil || taken {
			return nil, err
		}
	}
	found, err := foundIn(g.Entry.Answer, g.Form)
	if err != nil {
		return nil, err
	}
	faults, err := shut(g.ctx, g.tx, g.Policy, g.caseID(), g.Entry.Answer, found, g.At)
	for i := range faults {
		faults[i].Rule = eligibility.RuleShut
	}
	return slices.Compact(faults), err
}

// Tell gives a refusal whose reasons are not stored those that hold now in the zone, by
// what the caller may read of the person. Whoever may not is told that a gate is shut.
func Tell(ctx context.Context, tx postgres.Tx, rules *postgres.Rules, zone string, cmd *ledger.Command, at time.Time) error {
	stored := func(f care.Fault) bool { return f.Rule == eligibility.RuleShut }
	if cmd.Refusal == nil || !slices.ContainsFunc(cmd.Refusal.Faults, stored) {
		return nil
	}
	policy, err := rules.Current(ctx, tx, zone)
	if err != nil {
		return err
	}
	var caseID string
	var form []byte
	if err := tx.QueryRow(ctx, `SELECT coalesce(case_id::text, ''), data FROM command WHERE id = $1`, cmd.ID).Scan(&caseID, &form); err != nil {
		return err
	}
	answer := cmd.Answer
	answer.Operation = cmd.Operation
	found, err := foundIn(answer, form)
	if err != nil {
		return err
	}
	faults, err := shut(ctx, tx, policy, caseID, answer, found, at)
	switch {
	case errors.Is(err, pgx.ErrNoRows) || errors.Is(err, ledger.ErrNotFound):
		return nil
	case err != nil || len(faults) == 0: // the facts have changed since
		return err
	}
	told := *cmd.Refusal
	told.Faults = append(slices.DeleteFunc(slices.Clone(told.Faults), stored), faults...)
	cmd.Refusal = &told
	return nil
}

// Books says why the person of a case may not be booked for a matter, as far as the caller may
// read of her.
func Books(ctx context.Context, tx postgres.Tx, policy *postgres.Ruleset, caseID string, matter care.Code, at time.Time) ([]care.Fault, error) {
	return shut(ctx, tx, policy, caseID, care.Answer{Operation: care.OpBook, Bookings: []care.Booking{{Matter: matter}}}, nil, at)
}

// foundIn are the needs that the form of an assessment finds: they count for the gates that
// it asks to pass.
func foundIn(answer care.Answer, form []byte) (areas []string, err error) {
	if answer.Operation != care.OpComplete {
		return nil, nil
	}
	done, err := postgres.FormOf(catalogue.Complete, form)
	for _, a := range done.Areas {
		if a.Need != care.NeedLevels[0] {
			areas = append(areas, a.Area)
		}
	}
	return areas, err
}

// shut says which gates that an answer asks to pass are shut to the person of a case, with
// the needs that are found with it, and by which rules.
func shut(ctx context.Context, tx postgres.Tx, policy *postgres.Ruleset, caseID string, answer care.Answer, found []string, at time.Time) (faults []care.Fault, err error) {
	gates := gatesOf(answer)
	if len(gates) == 0 {
		return nil, nil
	}
	type row struct {
		BirthDate    time.Time  `db:"birth_date"`
		YearOnly     bool       `db:"birth_year_only"`
		Citizenship  string     `db:"citizenship"`
		Permit       string     `db:"permit"`
		PermitExpiry *time.Time `db:"permit_expiry"`
		Needs        []string   `db:"needs"`
	}
	r, err := postgres.One[row](ctx, tx, `SELECT p.birth_date, p.birth_year_only, p.citizenship, p.permit, p.permit_expiry, f.needs
		FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $1`, caseID)
	if err != nil {
		return nil, err
	}
	person := ledger.Person{BirthDate: r.BirthDate, YearOnly: r.YearOnly, Citizenship: r.Citizenship, Permit: r.Permit, PermitExpiry: r.PermitExpiry}
	facts, today := person.Facts(policy.Policy, append(r.Needs, found...)), policy.There(at)
	for _, p := range gates {
		answer := eligibility.MayPass(p.gate, facts, today)
		if p.gate == eligibility.GateLevel2 {
			answer = eligibility.OfMatter(policy.Policy, p.matter, facts, today)
		}
		for _, refusal := range answer.Refusals {
			faults = append(faults, care.Fault{Field: p.field, Rule: refusal.Rule})
		}
	}
	return faults, nil
}
