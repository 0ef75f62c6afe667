package steps

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/standing"
	"percorso/internal/sole"
)

// beginnings are the branches that a step begins.
type beginnings struct {
	*writer
	open []sole.Branch // of the case; nil: not read yet
}

// begin writes the run that a message opens. Where its like is open already, the
// person goes on there: the branch ends as it begins, and reports so to the case.
// That holds for what follows from an answer, such as an agreed plan or the
// outcomes of two assessments; what somebody asks for is refused before.
func (b *beginnings) begin(m ledger.Message) (begun bool, err error) {
	next := sole.Branch{Run: m.Run, Kind: ledger.KindOf(m.Run), Service: string(m.Answer.Service), Agency: string(m.Answer.Agency), Equipe: m.Answer.Equipe}
	switch next.Kind {
	case care.RunService:
		next.Matter = string(m.Answer.Matter)
	case care.RunReferral:
		if next.Needs, err = b.needs(m.Answer); err != nil {
			return false, err
		}
	}
	if b.open == nil {
		if b.open, err = standing.OpenBranches(b.ctx, b.tx, b.policy.Policy, b.caseID()); err != nil {
			return false, err
		}
	}
	if _, there := next.Like(b.open); there {
		b.join(next)
		return false, nil
	}
	b.open = append(b.open, next)
	b.openRun(next, nil, "")
	return true, nil
}

// join ends a branch as it begins, since another serves what it is for.
func (b *beginnings) join(next sole.Branch) {
	b.openRun(next, &b.step.At, care.AlreadyOpen)
	b.moment("branch_joined", string(next.Kind))
	b.enqueue(ledger.DerivedID(next.Run, "already open"), next.Run, b.step.Case, care.Answer{Operation: care.OpReport, Run: next.Run, Outcome: care.AlreadyOpen})
}

// needs gives the areas of need that a referral is for. Where a plan sends the
// person, they are those of the goals that it is to reach there.
func (b *beginnings) needs(a care.Answer) ([]string, error) {
	active := b.step.Effects.Plan
	switch {
	case a.Matter != "":
		return []string{string(a.Matter)}, nil
	case active == nil || active.State != care.PlanActive:
		return nil, nil
	}
	plan, err := standing.Plan(b.ctx, b.tx, `id = $1`, active.ID)
	return plan.NeedsAt(string(a.Agency)), err
}

// openRun makes the run of a branch, or of one that has ended as it began. A
// branch of a suspended case stands still from its start; what another zone is
// asked does not.
func (b *beginnings) openRun(next sole.Branch, ended *time.Time, outcome string) {
	state := care.RunState{Answers: []care.PointAnswer{}, Open: []care.OpenPoint{}}
	if next.Kind != care.RunTransfer {
		state.Suspended = b.step.State.Suspended
	}
	b.queue(`INSERT INTO run (id, kind, case_id, zone, service, agency, policy_version, path_policy_version, state, started_at, matter, needs, equipe, ended_at, outcome, asked_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING`,
		next.Run, next.Kind, b.caseID(), b.run.Zone, next.Service, next.Agency, b.policy.Version, state, b.step.At,
		next.Matter, postgres.OrEmpty(next.Needs), next.Equipe, ended, outcome, b.by())
}

// courses is what bringing a run to a newer course says in the case's timeline.
type courses struct{ *writer }

// changed says that the run follows a newer course, and which tasks nobody needs
// to do any more for that.
func (w *courses) changed() {
	w.moment("new_course", string(w.run.Kind))
	for _, t := range w.step.Effects.Tasks {
		if t.State == care.TaskObsolete {
			w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
				SELECT t.case_id, t.run_id, t.zone, $2, 'task_dropped', t.kind FROM task t WHERE t.id = $1 AND t.ended_at IS NULL`, t.ID, w.step.At)
		}
	}
}
