// Package seen has forms carry what they were made from, so that the second of two is told.
package seen

import (
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/ledger"
)

// Fields are the hidden fields by which a form says what stood when it was made. Of what may
// be several an empty one comes first, so that none is said, too.
func Fields(f fields.Field, file ledger.Case, p care.Policy) []web.Field {
	if !f.Several {
		return []web.Field{{Shape: "hidden", ID: f.Name, Value: file.Standing(p).PermitSeen()}}
	}
	hidden := []web.Field{{Shape: "hidden", ID: f.Name}}
	for _, l := range file.Leads {
		if l.Until == nil {
			hidden = append(hidden, web.Field{Shape: "hidden", ID: f.Name, Value: l.ID})
		}
	}
	return hidden
}

// Read reads them; nil: the page did not say.
func Read(f fields.Field, sent []string) any {
	switch {
	case sent == nil:
		return nil
	case !f.Several:
		return sent[0]
	}
	seen := []string{}
	for _, id := range sent {
		if id != "" {
			seen = append(seen, id)
		}
	}
	return seen
}
