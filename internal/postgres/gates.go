package postgres

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/store"
	"percorso/workflows/contract"
)

// gateOf names the gate of eligibility that an answer asks to pass, if any.
// Level 2 is asked for by a booking, the take-over by sending to the CPI.
func gateOf(a care.Answer) (gate care.Gate, field string) {
	switch {
	case a.Operation == care.OpSendToCPI:
		return care.GateTakeOver, ""
	case a.Operation == care.OpComplete && a.Outcome == care.ToCPI:
		return care.GateTakeOver, "outcome"
	case a.Operation == care.OpBook:
		return care.GateLevel2, "service"
	case a.Operation == care.OpComplete && len(a.Bookings) > 0:
		return care.GateLevel2, "bookings"
	}
	return "", ""
}

// gate asks whether the person of the case may have what the answer asks for,
// on the day that it is asked.
func gate(ctx context.Context, tx querier, policy *ruleset, step contract.Step) (*care.Refusal, error) {
	gate, field := gateOf(step.Entry.Answer)
	if gate == "" {
		return nil, nil
	}
	type row struct {
		BirthDate    time.Time  `db:"birth_date"`
		Citizenship  string     `db:"citizenship"`
		Permit       string     `db:"permit"`
		PermitExpiry *time.Time `db:"permit_expiry"`
		Needs        []string   `db:"needs"`
	}
	r, err := one[row](ctx, tx, `SELECT p.birth_date, p.citizenship, p.permit, p.permit_expiry, f.needs
		FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $1`, contract.BareID(step.Case))
	if err != nil {
		return nil, err
	}
	person := store.Person{BirthDate: r.BirthDate, Citizenship: r.Citizenship, Permit: r.Permit, PermitExpiry: r.PermitExpiry}
	answer := care.MayPass(gate, person.Facts(policy.Policy, r.Needs), step.At.In(policy.calendar.Location()))
	if answer.Allowed {
		return nil, nil
	}
	var faults []care.Fault
	for _, refusal := range answer.Refusals {
		faults = append(faults, care.Fault{Field: field, Rule: refusal.Rule})
	}
	return care.Refuse(faults...), nil
}
