package records

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/amending"
	"percorso/internal/postgres/arrivals"
	"percorso/internal/postgres/assign"
	"percorso/internal/postgres/contacts"
	"percorso/internal/postgres/correcting"
	"percorso/internal/postgres/critical"
	"percorso/internal/postgres/deferred"
	"percorso/internal/postgres/gathered"
	"percorso/internal/postgres/leads"
	"percorso/internal/postgres/merging"
	"percorso/internal/postgres/needs"
	"percorso/internal/postgres/noted"
	"percorso/internal/postgres/protect"
	"percorso/internal/postgres/takeover"
	"percorso/internal/postgres/undo"
	"percorso/internal/postgres/written"
)

// atOnce is what is worked at once of a case as a whole, or of none.
var atOnce = map[care.Operation]func(context.Context, postgres.Tx, care.Staff, ledger.NewCommand, string, time.Time) (*care.Refusal, error){
	care.OpVouch: merging.Vouch, care.OpMistake: undo.Work, care.OpUndo: undo.Work, care.OpCorrect: correcting.Work, care.OpTellTakeOver: takeover.Tell, care.OpWorkProfile: noted.Work(noted.Closed), care.OpElsewhere: noted.Work(noted.Merged), care.OpAddNeed: needs.Work, care.OpEndNeed: needs.Work, care.OpAddDate: critical.Work, care.OpMoveDate: critical.Work, care.OpEndDate: critical.Work,
	care.OpContact: contacts.Work, care.OpProtect: protect.Work, care.OpNameKeeper: protect.Work, care.OpDismissKeeper: protect.Work, care.OpAskLifting: protect.Work, care.OpLift: protect.Work,
}

// Assign works at once what assigns work, records a contact, or says how an
// action of the plan comes along: such commands are plain transactions, since
// they do not move a path.
func (r commands) Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	cmd, err := r.once(ctx, s, c, nil, func(tx postgres.Tx, id string) (ledger.Command, error) {
		if work := atOnce[c.Operation]; work != nil {
			refusal, err := work(ctx, tx, s, c, id, r.Clock())
			if err != nil {
				return ledger.Command{}, err
			}
			return r.settle(ctx, tx, s, c, id, ledger.BareID(c.Run), refusal)
		}
		switch c.Operation {
		case care.OpNameLead:
			refusal, err := leads.Work(ctx, tx, s, &c, id, r.Clock())
			if err != nil {
				return ledger.Command{}, err
			}
			return r.settle(ctx, tx, s, c, id, ledger.BareID(c.Run), refusal)
		case care.OpAmend, care.OpNoteReferral, care.OpPlanMeeting, care.OpArrive:
			work := amending.Work
			switch c.Operation {
			case care.OpPlanMeeting:
				work = gathered.Plan
			case care.OpArrive:
				work = arrivals.Marks(r.rules)
			}
			caseID, refusal, err := work(ctx, tx, s, &c, id, r.Clock())
			if err != nil {
				return ledger.Command{}, err
			}
			return r.settle(ctx, tx, s, c, id, caseID, refusal)
		case care.OpProgress:
			return r.progress(ctx, tx, s, c, id)
		case care.OpRetryEntry, care.OpRefuseEntry:
			return r.mend(ctx, tx, s, c, id)
		default:
			return r.assign(ctx, tx, s, c, id)
		}
	})
	if err == nil && cmd.Refusal != nil {
		return cmd, cmd.Refusal
	}
	return cmd, err
}

// settle stores a command that was worked at once, or refused.
func (r commands) settle(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id, caseID string, refusal *care.Refusal) (ledger.Command, error) {
	state := ledger.CommandWorked
	if refusal != nil {
		state = ledger.CommandRefused
	}
	cmd, err := insert(ctx, tx, s, c, id, caseID, state, refusal)
	if err != nil || refusal != nil {
		return cmd, err
	}
	if _, err = tx.Exec(ctx, `SELECT note_act($1, nullif($2, '')::uuid)`, c.Operation, caseID); err != nil || caseID == "" || c.Operation == care.OpCorrect || c.Operation == care.OpAmend || c.Operation == care.OpArrive {
		return cmd, err // what is corrected stands with what was there before, and nowhere else
	}
	keep, args := written.Keep(written.Entry{ID: id, Case: caseID, Run: c.Run, Zone: s.Zone, Agency: s.Agency,
		Form: string(c.Operation), Role: s.Role, By: &s.ID, At: r.Clock(), Data: c.Data, Done: c.Result})
	_, err = tx.Exec(ctx, keep, args...)
	return cmd, err
}

// mend refuses an entry that cannot be worked, or has it tried again now.
func (r commands) mend(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	e, err := deferred.Mend(ctx, tx, c.Target, c.Operation == care.OpRefuseEntry)
	if err != nil {
		return ledger.Command{}, err
	}
	if c.Run = e.Run; e.CaseID != "" {
		if err := postgres.TellMoment(ctx, tx, s, id, e.CaseID, e.Run, r.Clock(), "entry_mended", string(c.Operation)); err != nil {
			return ledger.Command{}, err
		}
	}
	return r.settle(ctx, tx, s, c, id, e.CaseID, nil)
}

// assign changes who does a task, or by when.
func (r commands) assign(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	set, err := r.rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return ledger.Command{}, err
	}
	a := assign.New(ctx, tx, s, set, r.Clock(), id)
	refusal, err := a.Work(c)
	if err != nil {
		return ledger.Command{}, err
	}
	c.Run, c.Result = a.Run, a.Result
	return r.settle(ctx, tx, s, c, id, a.CaseID, refusal)
}
