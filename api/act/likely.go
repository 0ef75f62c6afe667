package act

import (
	"context"
	"errors"
	"fmt"

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
		return d.Do(ctx, who, command)
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
