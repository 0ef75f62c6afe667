package api

import (
	"context"
	"errors"
	"fmt"

	"percorso/internal/care"
	"percorso/internal/store"
	"percorso/workflows/contract"
)

// act does what a caller asks, once: it checks, makes the command durable,
// wakes its process and waits a moment. Pages and API both come through here.
//
// The caller fills in Key, Operation, Target (of what concerns a task or a
// referral), Run (of what concerns a case: caseRun) and Data, the form of the
// operation:
//
//	OpOpen                                 store.CaseOpening
//	OpContact                              store.NewContact
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
//
// The command comes back worked, or accepted where its process has not answered
// in time (HTTP 202): it is durable then, and will be worked. A no is a
// *care.Refusal; store.ErrNotFound, store.ErrForbidden and store.ErrKeyReused
// are what they say. Any other error means that nothing was accepted.
func (s *Server) act(ctx context.Context, who care.Staff, c store.NewCommand) (store.Command, error) {
	ready, err := s.prepare(ctx, who, c)
	if err != nil {
		// What was done once may not be allowed any more; its repetition is
		// answered as the first time all the same.
		earlier, missing := s.records.Earlier(ctx, who, c)
		switch {
		case missing == nil:
			return s.settle(ctx, who, earlier)
		case errors.Is(missing, store.ErrKeyReused):
			return store.Command{}, missing
		}
		return store.Command{}, err
	}
	if assigns[c.Operation] {
		cmd, err := s.records.Assign(ctx, who, ready)
		return verdict(cmd, err)
	}
	cmd, err := s.records.Accept(ctx, who, ready)
	if err != nil {
		return store.Command{}, err
	}
	return s.settle(ctx, who, cmd)
}

// settle brings a durable command to its process, unless that has happened.
func (s *Server) settle(ctx context.Context, who care.Staff, cmd store.Command) (store.Command, error) {
	if cmd.State != store.CommandAccepted {
		return verdict(cmd, nil)
	}
	if res, err := s.process.work(ctx, cmd); err == nil && res.Refusal == "" && res.Revision > 0 {
		cmd.State = store.CommandWorked
		return cmd, nil
	}
	// Refused, late, or unknown what became of it: the row knows, and what it
	// does not say yet is still accepted.
	if now, err := s.records.Command(ctx, who, cmd.ID); err == nil {
		cmd = now
	}
	return verdict(cmd, nil)
}

// verdict makes a refused command's refusal its error.
func verdict(cmd store.Command, err error) (store.Command, error) {
	if err == nil && cmd.State == store.CommandRefused {
		if cmd.Refusal == nil {
			return cmd, fmt.Errorf("command %s is refused without a code", cmd.ID)
		}
		return cmd, cmd.Refusal
	}
	return cmd, err
}

// assigns are the operations that are plain transactions, without a process.
var assigns = map[care.Operation]bool{
	care.OpClaim: true, care.OpRelease: true, care.OpReassign: true,
	care.OpExtend: true, care.OpRemind: true, care.OpContact: true,
}

// prepare asks the pure rules, and completes the command with its run and with
// the codes that its process gets.
func (s *Server) prepare(ctx context.Context, who care.Staff, c store.NewCommand) (store.NewCommand, error) {
	if !who.Role.MayAsk(c.Operation) {
		return c, &care.Refusal{Code: care.RefusedForbidden}
	}
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return c, err
	}
	policy, now := rules.Policy, s.now()
	var faults []care.Fault
	switch form := c.Data.(type) {
	case store.CaseOpening:
		faults = store.CheckOpening(policy, form, now)
		c.Answer = care.Answer{Operation: care.OpOpen}
	case store.NewContact:
		faults = store.CheckContact(policy, form)
		c.Answer = care.Answer{Operation: care.OpContact}
	case care.Completion:
		task, err := s.records.Task(ctx, who, c.Target)
		if err != nil {
			return c, err
		}
		faults = care.CheckCompletion(policy, task.Kind, form, now)
		c.Run, c.Answer = task.Run, form.Answer()
	case care.ReferralMoveForm: // its run is found when it is accepted
		faults = care.CheckReferralMove(policy, c.Operation, form)
		c.Answer = form.Answer(c.Operation)
	case care.Assignment:
		faults = care.CheckAssignment(policy, c.Operation, form, now)
		c.Answer = care.Answer{Operation: c.Operation, Until: form.Until}
	case care.BookingForm:
		faults = care.CheckBooking(policy, form, now)
		c.Answer = form.Answer()
	case care.EarlyClosure:
		faults = care.CheckClosure(policy, form)
		c.Answer = form.Answer()
	case care.SendToCPI:
		c.Answer = form.Answer()
	case nil:
		c.Answer = care.Answer{Operation: c.Operation}
	default:
		return c, fmt.Errorf("operation %s with a form of type %T", c.Operation, c.Data)
	}
	if len(faults) > 0 {
		return c, care.Refuse(faults...)
	}
	return c, nil
}

// caseRun is the run of a case file.
func caseRun(caseID string) string { return contract.RunID(care.RunCase, caseID) }
