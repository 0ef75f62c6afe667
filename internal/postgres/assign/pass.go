package assign

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/protection"
)

// changed refuses a form that was made from what the task is no more.
func (a *Assignment) changed() *care.Refusal {
	refusal := &care.Refusal{Code: care.RefusedChanged, Role: a.task.Role}
	if a.task.HolderRole != nil {
		refusal.Role = *a.task.HolderRole
	}
	return refusal
}

// mine says whether the task is for those of the caller's role, or the supervisor asks.
func (a *Assignment) mine() bool {
	return a.task.Role == a.staff.Role && a.task.Agency == a.staff.Agency || a.staff.Role == care.Supervisor
}

// pass gives the task to a member of staff of its agency, or to all of a role there.
func (a *Assignment) pass(form catalogue.Assignment) (*care.Refusal, error) {
	if form.To != "" {
		return a.give(form.To)
	}
	if rule := a.task.Actors().ToRole(form.Role, a.policy.RoleAgency(form.Role)); rule != "" {
		return care.Refuse(care.Fault{Field: "role", Rule: rule}), nil
	}
	return a.reassign(form.Role)
}

// reassign gives the task to all of a role, and with it the time that is left.
func (a *Assignment) reassign(role care.Role) (*care.Refusal, error) {
	a.done.To = &ledger.Hands{Role: role}
	return nil, a.set("task_reassigned", a.released(), `state = 'ready', holder = NULL, reserved_at = NULL, role = $8`, role)
}

// give gives the task to a member of staff of its agency. It is theirs as if
// they had claimed it.
func (a *Assignment) give(id string) (*care.Refusal, error) {
	type row struct {
		Role   care.Role `db:"role"`
		Agency string    `db:"agency"`
		Whose  string    `db:"identity"`
		Asks   bool      `db:"asks"`   // they have asked what it answers, with another account
		Barred bool      `db:"barred"` // the person is protected, and they must not know of her
	}
	person, err := postgres.One[row](a.ctx, a.tx, `SELECT role, agency, coalesce(identity, '') AS identity, $4 AND answers_oneself($5, id) AS asks, EXISTS (SELECT FROM protection p WHERE p.case_id = $3
			AND NOT EXISTS (SELECT FROM keeper k WHERE k.file = p.file AND k.staff = staff.id)) AS barred
		FROM staff WHERE id = $1 AND active AND zone = $2`, id, a.task.Zone, a.task.CaseID, actors.Answers(a.task.Kind), a.task.Run)
	if errors.Is(err, pgx.ErrNoRows) {
		return care.Refuse(care.Fault{Field: "to", Rule: care.RuleNotHere}), nil
	}
	if err != nil {
		return nil, err
	}
	if person.Barred {
		return care.Refuse(care.Fault{Field: "to", Rule: protection.KeepersOnly}), nil
	}
	if person.Asks {
		return care.Refuse(care.Fault{Field: "to", Rule: actors.RuleOwnQuestion}), nil
	}
	task, to := a.task.Actors(), care.Staff{ID: id, Role: person.Role, Agency: person.Agency, Identity: person.Whose}
	if rule := task.ToPerson(to); rule != "" {
		return care.Refuse(care.Fault{Field: "to", Rule: rule}), nil
	}
	if refusal, err := a.oneSeat(id, "to"); err != nil || refusal != nil {
		return refusal, err
	}
	clock := a.task.Clock()
	if a.task.Kind != care.ReferralAnswer { // whose first term is until it is acknowledged
		clock = a.policy.Terms(a.task.Kind).Claimed(clock, a.now)
	}
	a.done.To = &ledger.Hands{Staff: id}
	return nil, a.set("task_given", clock, `state = 'reserved', holder = $8, reserved_at = $9, role = $10`, id, a.now, task.RoleFor(to))
}

// oneSeat refuses a seat of an équipe to who sits in it already.
func (a *Assignment) oneSeat(person, field string) (*care.Refusal, error) {
	if !a.task.Actors().Seat() {
		return nil, nil
	}
	var sits bool
	err := a.tx.QueryRow(a.ctx, `SELECT sits_elsewhere($1, $2)`, a.task.ID, person).Scan(&sits)
	if err != nil || !sits {
		return nil, err
	}
	return care.Refuse(care.Fault{Field: field, Rule: care.RuleOneSeat}), nil
}
