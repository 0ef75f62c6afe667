package act

import (
	"context"
	"errors"
	"fmt"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// Likely is why a case file is not opened: there are files that may be of the same
// person, and nobody has said that it is somebody else.
type Likely struct{ Files []ledger.CaseFile }

// Error says nothing of whose they are.
func (l *Likely) Error() string {
	return fmt.Sprintf("%d files may be of the same person", len(l.Files))
}

// Open opens a case file unless there are files that may be of the person, as *Likely; what
// else is wrong is told first. Who says that it is somebody else is not asked again, nor is
// a form that was sent before, which is answered as the first time.
func (d *Door) Open(ctx context.Context, who care.Staff, key string, form ledger.CaseOpening) (ledger.Command, error) {
	command := catalogue.Open.Command(key, "", form)
	if form.AnotherPerson || Held(ctx) || len(Unreadable(ctx)) > 0 || !ledger.IsKey(key) {
		return d.Do(ctx, who, command)
	}
	if _, err := d.prepare(ctx, who, command); err != nil {
		return d.Do(ctx, who, command)
	}
	same, err := d.records.SamePerson(ctx, who, form.Person)
	if err != nil {
		return ledger.Command{}, err
	}
	if len(same) == 0 {
		command.Alone = true
		cmd, err := d.Do(ctx, who, command)
		if meanwhile := (*ledger.OpenedMeanwhile)(nil); errors.As(err, &meanwhile) {
			return ledger.Command{}, d.opened(ctx, who, form.Person, meanwhile.Case)
		}
		return cmd, err
	}
	// Asked afterwards: what the form opened when it was sent before is among them.
	switch _, err := d.records.Earlier(ctx, who, command.NewCommand); {
	case errors.Is(err, ledger.ErrNotFound):
		return ledger.Command{}, &Likely{same}
	case errors.Is(err, ledger.ErrKeyReused): // it may have been sent with the word that it is somebody else
		form.AnotherPerson = true
		return d.Do(ctx, who, catalogue.Open.Command(key, "", form))
	case err != nil:
		return ledger.Command{}, err
	}
	return d.Do(ctx, who, command)
}

// opened gives the file that a colleague has just opened, which may be of the person, as
// soon as it is there; where it takes longer, what the two forms say alike.
func (d *Door) opened(ctx context.Context, who care.Staff, p ledger.Person, id string) error {
	for range openedLooks {
		same, err := d.records.SamePerson(ctx, who, p)
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return &Likely{same}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(openedPause):
		}
	}
	return &Likely{[]ledger.CaseFile{{ID: id, Zone: who.Zone, Person: p.GivenName + " " + p.FamilyName, Opened: d.now(), Known: &p}}}
}

// How often, and after how long each time, it is looked whether a file is there that is
// being opened.
const (
	openedLooks = 15
	openedPause = 200 * time.Millisecond
)
