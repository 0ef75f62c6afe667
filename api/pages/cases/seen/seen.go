// Package seen has forms carry what they were made from, so that the second of two is told.
package seen

import (
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/ledger"
)

// Field is the hidden field by which a form says what stood when it was made. What may be
// several stands in it one after the other; empty, that there was none is said, too.
func Field(f fields.Field, file ledger.Case, p care.Policy) web.Field {
	hidden := web.Field{Shape: "hidden", ID: f.Name}
	if !f.Several {
		hidden.Value = file.Standing(p).PermitSeen()
		return hidden
	}
	var ids []string
	for _, l := range file.Leads {
		if l.Until == nil {
			ids = append(ids, l.ID)
		}
	}
	hidden.Value = strings.Join(ids, " ")
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
	return strings.Fields(sent[0]) // none is an empty list, and not nothing
}
