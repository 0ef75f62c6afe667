package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/lead"
)

// NameLead names who follows a case for their agency before their colleagues.
var NameLead = Operation[lead.Naming]{
	Facts:   Facts{Code: care.OpNameLead, On: OnCase, AtOnce: true, Asks: lead.Roles, Path: "leads", Slug: "referente", Offered: stillOpen},
	Check:   func(form lead.Naming, _ Around) []care.Fault { return form.Check() },
	Example: func(w World) lead.Naming { return lead.Naming{To: w.colleague(), Note: exampleText} },
}
