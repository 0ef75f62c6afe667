// Package act does what a caller asks, once.
package act

import (
	"context"
	"errors"
	"fmt"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/runs"
	"percorso/internal/zone"
)

// Door is where everything that callers ask comes in: what pages, the API and
// partners' links ask alike.
type Door struct {
	records Records
	runs    *runs.Runs
	book    *zone.Book
	now     func() time.Time
}

// Records is what the door reads and writes, as the member of staff who asks.
//
// Every method may also fail because Postgres is away; such an error is none of
// those named here.
type Records interface {
	// Accept makes a command durable and gives it an id. The same caller with
	// the same key and body gets the stored command; with another body
	// ledger.ErrKeyReused. For care.OpOpen it makes the run, case/<command id>;
	// where c.Run is empty it is that of the task or referral c.Target.
	// care.OpReopen alone is accepted for a run that has ended. Of care.OpMailBounced
	// c.Target is the mail: ledger.ErrNotFound where none such was sent for c.Run, and
	// one that is reported again changes nothing.
	// What the state allows is decided by the process, under lock.
	Accept(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error)
	// Assign works claim, release, reassign, extend, remind, contact and progress
	// at once. *care.Refusal: it may not be; a taken task names its holder's role.
	Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error)
	// Earlier finds the command that the caller sent with c.Key, so that a
	// repetition is answered as the first time even where c would be refused
	// by now. It compares operation, target and data alone (run and answer may
	// be empty): ledger.ErrKeyReused where they differ, ledger.ErrNotFound where
	// the key is new.
	Earlier(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error)
	// Command reads a command of the caller's own.
	Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error)

	Task(ctx context.Context, s care.Staff, id string) (ledger.Task, error)
	// Zones lists the newest loaded policy of every zone.
	Zones(ctx context.Context) ([]care.Policy, error)

	// OpenLink reads what a partner's one-time link opens; it changes nothing.
	// ledger.ErrNotFound: no such link. Nobody is logged in there: the link's
	// signature, which the caller has checked, stands for the partner.
	OpenLink(ctx context.Context, id string) (ledger.Link, error)
	// UseLink uses a link up for one operation on its referral or task, and makes
	// the partner's command durable. ledger.ErrNotFound: it was used, is past its
	// time, or nothing is asked any more; nothing has changed then. Where it was used
	// for this operation and form, the command that it made comes along.
	UseLink(ctx context.Context, id string, op care.Operation, a care.Answer, data any) (ledger.Command, error)
}

// NewDoor makes a door.
func NewDoor(records Records, runs *runs.Runs, book *zone.Book, now func() time.Time) *Door {
	return &Door{records: records, runs: runs, book: book, now: now}
}

// Do does what a caller asks, once: it checks, makes the command durable, wakes
// its process and waits a moment.
//
// The caller fills in Key, Operation, Target (of what concerns a task or a
// referral), Run (of what concerns a case: ledger.CaseRun) and Data, the form of the
// operation:
//
//	OpOpen                                 ledger.CaseOpening
//	OpContact                              ledger.NewContact
//	OpComplete                             care.Completion, with Target
//	OpAcknowledge, OpAccept, OpReject,
//	OpHold, OpSupply, OpRedirect,
//	OpWithdraw                             care.ReferralMoveForm, with Target
//	OpClaim, OpRelease                     none, with Target
//	OpReassign, OpExtend, OpRemind         care.Assignment, with Target
//	OpBook                                 care.BookingForm, with Run
//	OpClose                                care.EarlyClosure, with Run
//	OpSendToCPI                            care.SendToCPI, with Run
//	OpRenewPolicy                          none, with Run
//	OpRefer                                care.ReferForm, with Run
//	OpConsent, OpUnconsent                 care.ConsentForm, with Run
//	OpMeet                                 care.MeetingForm, with Run
//	OpSuspend                              care.SuspendForm, with Run
//	OpResume                               none, with Run
//	OpTransfer                             care.TransferForm, with Run
//	OpRecall                               none, with Run
//	OpPermit                               care.PermitForm, with Run
//	OpMerge                                care.MergeForm, with Run of the case file that ends
//	OpReopen                               care.ReopenForm, with Run, which has ended
//	OpConvene                              care.ConveneForm, with Run
//	OpMinutes                              care.MinutesForm, with the équipe's Run
//	OpProgress                             care.ProgressForm, with Run, and the action as Target
//
// The command comes back worked, or accepted where its process has not answered
// in time (HTTP 202): it is durable then, and will be worked. A no is a
// *care.Refusal; ledger.ErrNotFound, ledger.ErrForbidden and ledger.ErrKeyReused
// are what they say. Any other error means that nothing was accepted.
func (d *Door) Do(ctx context.Context, who care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	ready, err := d.prepare(ctx, who, c)
	if err != nil {
		// What was done once may not be allowed any more; its repetition is
		// answered as the first time all the same.
		earlier, missing := d.records.Earlier(ctx, who, c)
		switch {
		case missing == nil:
			return d.settle(ctx, who, earlier)
		case errors.Is(missing, ledger.ErrKeyReused):
			return ledger.Command{}, missing
		}
		return ledger.Command{}, err
	}
	if assigns[c.Operation] {
		cmd, err := d.records.Assign(ctx, who, ready)
		return verdict(cmd, err)
	}
	cmd, err := d.records.Accept(ctx, who, ready)
	if err != nil {
		return ledger.Command{}, err
	}
	return d.settle(ctx, who, cmd)
}

// settle brings a durable command to its process, unless that has happened.
func (d *Door) settle(ctx context.Context, who care.Staff, cmd ledger.Command) (ledger.Command, error) {
	if cmd.State != ledger.CommandAccepted {
		return verdict(cmd, nil)
	}
	if res, err := d.runs.Work(ctx, cmd); err == nil && res.Refusal == "" && res.Revision > 0 {
		cmd.State = ledger.CommandWorked
		return cmd, nil
	}
	// Refused, late, or unknown what became of it: the row knows, and what it
	// does not say yet is still accepted.
	if now, err := d.records.Command(ctx, who, cmd.ID); err == nil {
		cmd = now
	}
	return verdict(cmd, nil)
}

// verdict makes a refused command's refusal its error.
func verdict(cmd ledger.Command, err error) (ledger.Command, error) {
	if err == nil && cmd.State == ledger.CommandRefused {
		if cmd.Refusal == nil {
			return cmd, fmt.Errorf("command %s is refused without a code", cmd.ID)
		}
		return cmd, cmd.Refusal
	}
	return cmd, err
}

// Assigns says whether an operation is a plain transaction, which wakes no process.
func Assigns(op care.Operation) bool { return assigns[op] }

// assigns are the operations that are plain transactions, without a process.
var assigns = map[care.Operation]bool{
	care.OpClaim: true, care.OpRelease: true, care.OpReassign: true,
	care.OpExtend: true, care.OpRemind: true, care.OpContact: true, care.OpProgress: true,
}

// prepare asks the pure rules, and completes the command with its run and with
// the codes that its process gets.
func (d *Door) prepare(ctx context.Context, who care.Staff, c ledger.NewCommand) (ledger.NewCommand, error) {
	if !who.Role.MayAsk(c.Operation) {
		return c, &care.Refusal{Code: care.RefusedForbidden}
	}
	rules, err := d.book.Rules(ctx, who.Zone)
	if err != nil {
		return c, err
	}
	faults, err := d.check(ctx, who, rules.Policy, &c)
	if err != nil {
		return c, err
	}
	if len(faults) > 0 {
		return c, care.Refuse(faults...)
	}
	return c, nil
}

// check says what is wrong with the form of a command, and fills in its answer.
// What is not about a case as a whole is asked for here, the rest of checkCase.
func (d *Door) check(ctx context.Context, who care.Staff, policy care.Policy, c *ledger.NewCommand) ([]care.Fault, error) {
	now := d.now()
	switch form := c.Data.(type) {
	case ledger.CaseOpening:
		c.Answer = care.Answer{Operation: care.OpOpen}
		return ledger.CheckOpening(policy, form, now), nil
	case ledger.NewContact:
		c.Answer = care.Answer{Operation: care.OpContact}
		return ledger.CheckContact(policy, form), nil
	case care.Completion:
		task, err := d.records.Task(ctx, who, c.Target)
		if err != nil {
			return nil, err
		}
		c.Run, c.Answer = task.Run, form.Answer()
		return care.CheckCompletion(policy, task.Kind, form, now), nil
	case care.ReferralMoveForm: // its run is found when it is accepted
		c.Answer = form.Answer(c.Operation)
		return care.CheckReferralMove(policy, c.Operation, form), nil
	case care.Assignment:
		c.Answer = care.Answer{Operation: c.Operation, Until: form.Until}
		return care.CheckAssignment(policy, c.Operation, form, now), nil
	case care.MinutesForm:
		c.Answer = form.Answer()
		return care.CheckMinutes(policy, form, now), nil
	case care.ProgressForm:
		c.Answer = care.Answer{Operation: care.OpProgress}
		return care.CheckProgress(form), nil
	case nil:
		c.Answer = care.Answer{Operation: c.Operation}
		return nil, nil
	}
	return d.checkCase(ctx, policy, c)
}

// checkCase is check for the forms of what concerns a case as a whole.
func (d *Door) checkCase(ctx context.Context, policy care.Policy, c *ledger.NewCommand) ([]care.Fault, error) {
	now := d.now()
	switch form := c.Data.(type) {
	case care.BookingForm:
		c.Answer = form.Answer()
		return care.CheckBooking(policy, form, now), nil
	case care.EarlyClosure:
		c.Answer = form.Answer()
		return care.CheckClosure(policy, form), nil
	case care.SendToCPI:
		c.Answer = form.Answer()
		return nil, nil
	case care.ReferForm:
		c.Answer = form.Answer()
		return care.CheckRefer(policy, form), nil
	case care.ConveneForm:
		c.Answer = form.Answer()
		return care.CheckConvene(policy, form), nil
	case care.ConsentForm:
		c.Answer = care.Answer{Operation: c.Operation}
		return care.CheckConsent(form), nil
	case care.MeetingForm:
		c.Answer = form.Answer()
		return care.CheckMeeting(form, now), nil
	case care.SuspendForm:
		c.Answer = form.Answer()
		return care.CheckSuspend(form, now), nil
	case care.TransferForm:
		zones, err := d.zoneCodes(ctx)
		c.Answer = form.Answer()
		return care.CheckTransfer(policy, zones, form), err
	case care.PermitForm:
		c.Answer = form.Answer()
		return care.CheckPermit(form, now), nil
	case care.MergeForm:
		c.Answer = care.Answer{Operation: care.OpMerge, Case: ledger.CaseRun(form.Into)}
		return checkMerge(form), nil
	case care.ReopenForm:
		c.Answer = form.Answer()
		return care.CheckReopen(policy, form, now), nil
	}
	return nil, fmt.Errorf("operation %s with a form of type %T", c.Operation, c.Data)
}

// checkMerge asks besides that into is an id: the process gets it, and nothing
// that somebody typed.
func checkMerge(form care.MergeForm) []care.Fault {
	faults := care.CheckMerge(form)
	if form.Into != "" && !ledger.IsID(form.Into) {
		faults = append(faults, care.Fault{Field: "into", Rule: care.RuleUnknownCode})
	}
	return faults
}

// zoneCodes lists the codes of all zones.
func (d *Door) zoneCodes(ctx context.Context) ([]string, error) {
	policies, err := d.records.Zones(ctx)
	codes := make([]string, 0, len(policies))
	for _, p := range policies {
		codes = append(codes, p.Zone)
	}
	return codes, err
}
