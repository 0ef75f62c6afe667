// Package kept is what was typed into a form and is not done yet: a draft that its author
// has not sent, and a form that was sent after its session had ended.
//
// Example: a social worker writes half of an assessment and is called away. The next day
// it is there under «Le tue bozze», for her alone.
package kept

import (
	"context"
	"time"

	"percorso/internal/care"
)

// Draft is what somebody has typed into a form and not sent yet. It is its author's
// alone, and what was typed is sealed before it comes to the database.
type Draft struct {
	ID     string    `db:"id"`
	Path   string    `db:"path"`    // where the form is sent; one draft each
	Page   string    `db:"page"`    // where the form was opened; empty: not known
	Sealed []byte    `db:"sealed"`  // empty in a list
	KeptAt time.Time `db:"kept_at"` // when it was last written
}

// Form is one that was sent after its session had ended. Its content is sealed by who
// keeps it.
type Form struct {
	ID      string `db:"id"`
	Subject string `db:"subject"` // the account whose session it was
	Browser []byte `db:"browser"` // digest of what the browser's cookie holds
	Sealed  []byte `db:"sealed"`
}

// Drafts keeps what people have typed and not sent, each for its author alone.
type Drafts interface {
	// KeepDraft keeps a draft in the place of the author's earlier one of the same form.
	KeepDraft(ctx context.Context, who care.Staff, d Draft) error
	// Drafts lists those of the caller, the newest first, without what was typed.
	Drafts(ctx context.Context, who care.Staff) ([]Draft, error)
	// Draft reads one of the caller. ledger.ErrNotFound: they have none with that id.
	Draft(ctx context.Context, who care.Staff, id string) (Draft, error)
	// DropDraft deletes what the caller has begun of the form that is sent to path.
	DropDraft(ctx context.Context, who care.Staff, path string) error
}

// Places keeps free places for who has chosen them on a form.
type Places interface {
	// KeepPlaces keeps for a while the free places that are chosen on the form that is sent
	// to path; none: whoever had it open has left it, or sent it.
	KeepPlaces(ctx context.Context, who care.Staff, path string, chosen []care.Booking) error
}
