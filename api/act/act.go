// Package act does what a caller asks, once.
package act

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
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
	// one that is reported again changes nothing. It is worked at once.
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
	// DismissNotice says that the caller knows of a refusal that came later.
	DismissNotice(ctx context.Context, s care.Staff, id string) error

	// SamePerson lists the case files of the zone that may be of this person, by
	// names and date of birth, so that no second one is opened.
	SamePerson(ctx context.Context, s care.Staff, p ledger.Person) ([]ledger.CaseFile, error)
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
	UseLink(ctx context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error)
}

// NewDoor makes a door.
func NewDoor(records Records, runs *runs.Runs, book *zone.Book, now func() time.Time) *Door {
	return &Door{records: records, runs: runs, book: book, now: now}
}

type unreadableKey struct{}

// WithUnreadable says that parts of what came with a request cannot be read, besides
// those said before. What is asked within the context is refused for that and for what
// else is wrong with it, all at once, and nothing is done.
func WithUnreadable(ctx context.Context, faults ...care.Fault) context.Context {
	if len(faults) == 0 {
		return ctx
	}
	return context.WithValue(ctx, unreadableKey{}, slices.Concat(Unreadable(ctx), faults))
}

// Unreadable says what cannot be read of a request.
func Unreadable(ctx context.Context) []care.Fault {
	faults, _ := ctx.Value(unreadableKey{}).([]care.Fault)
	return faults
}

type heldKey struct{}

// WithHeld says that a form is only shown again, as it was typed. What is asked within
// the context is refused as held, and nothing is done.
func WithHeld(ctx context.Context) context.Context { return context.WithValue(ctx, heldKey{}, true) }

// Held says whether a form is only shown again.
func Held(ctx context.Context) bool { return ctx.Value(heldKey{}) != nil }

// Do does what a caller asks, once: it checks, makes the command durable, wakes
// its process and waits a moment.
//
// The command comes back worked, or accepted where its process has not answered
// in time (HTTP 202): it is durable then, and will be worked. A no is a
// *care.Refusal; ledger.ErrNotFound, ledger.ErrForbidden, ledger.ErrNoKey and
// ledger.ErrKeyReused are what they say. Any other error means that nothing was accepted.
func (d *Door) Do(ctx context.Context, who care.Staff, c catalogue.Command) (ledger.Command, error) {
	if Held(ctx) {
		return ledger.Command{}, &care.Refusal{Code: care.RefusedHeld}
	}
	if faults := Unreadable(ctx); len(faults) > 0 {
		_, err := d.prepare(ctx, who, c)
		return ledger.Command{}, allWrong(faults, err)
	}
	if !ledger.IsKey(c.Key) {
		return ledger.Command{}, ledger.ErrNoKey
	}
	c, err := d.prepare(ctx, who, c)
	if err != nil {
		// What was done once may not be allowed any more; its repetition is
		// answered as the first time all the same.
		earlier, missing := d.records.Earlier(ctx, who, c.NewCommand)
		switch {
		case missing == nil:
			return d.settle(ctx, who, earlier)
		case errors.Is(missing, ledger.ErrKeyReused):
			return ledger.Command{}, missing
		}
		return ledger.Command{}, err
	}
	if c.Facts().AtOnce {
		cmd, err := d.records.Assign(ctx, who, c.NewCommand)
		return verdict(cmd, err)
	}
	cmd, err := d.records.Accept(ctx, who, c.NewCommand)
	if err != nil {
		return ledger.Command{}, err
	}
	return d.settle(ctx, who, cmd)
}

// allWrong refuses what cannot be read, with what is wrong with the rest. A field that
// cannot be read is not also said to be missing.
func allWrong(unreadable []care.Fault, err error) error {
	all := slices.Clone(unreadable)
	var refused *care.Refusal
	if errors.As(err, &refused) && refused.Code == care.RefusedInvalid {
		for _, f := range refused.Faults {
			if !slices.ContainsFunc(unreadable, func(u care.Fault) bool { return u.Field == f.Field }) {
				all = append(all, f)
			}
		}
	}
	return care.Refuse(all...)
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
	if cmd.State == ledger.CommandRefused {
		// They are told at once, and have what they typed: no notice needs to. Where
		// it stays all the same they are told twice.
		_ = d.records.DismissNotice(ctx, who, cmd.ID)
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

// prepare asks the pure rules. What completes a task enters the inbox of the
// task's run.
func (d *Door) prepare(ctx context.Context, who care.Staff, c catalogue.Command) (catalogue.Command, error) {
	facts := c.Facts()
	if !facts.MayAsk(who.Role) {
		return c, &care.Refusal{Code: care.RefusedForbidden, Operation: c.Operation}
	}
	rules, err := d.book.Rules(ctx, who.Zone)
	if err != nil {
		return c, err
	}
	around := catalogue.Around{Policy: rules.Policy, Now: d.now().In(rules.Calendar.Location()), Calendar: rules.Calendar}
	if facts.On == catalogue.OnTask && !facts.AtOnce {
		task, err := d.records.Task(ctx, who, c.Target)
		if err != nil {
			return c, err
		}
		around.Task, c = task.Kind, c.InRun(task.Run)
	}
	if facts.Zones {
		if around.Zones, err = d.zoneCodes(ctx); err != nil {
			return c, err
		}
	}
	if faults := c.Check(around); len(faults) > 0 {
		return c, care.Refuse(faults...)
	}
	return c, nil
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
