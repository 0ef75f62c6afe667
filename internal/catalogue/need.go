package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/needs"
)

// AddNeed adds a need that somebody of the case finds outside of an assessment, and EndNeed
// closes one that is over.
var (
	AddNeed = Operation[needs.Found]{
		Facts:   Facts{Code: care.OpAddNeed, On: OnCase, AtOnce: true, Path: "needs", Slug: "aggiungi-bisogno", Offered: listened},
		Check:   func(form needs.Found, around Around) []care.Fault { return form.Check(around.Policy) },
		Example: func(w World) needs.Found { return needs.Found{Area: w.need(), Note: exampleText} },
	}
	EndNeed = Operation[needs.Over]{
		Facts:   Facts{Code: care.OpEndNeed, On: OnCase, AtOnce: true, Path: "need-ends", Slug: "chiudi-bisogno", Offered: func(file ledger.Case) bool { return listened(file) && len(file.Needs) > 0 }},
		Check:   func(form needs.Over, around Around) []care.Fault { return form.Check(around.Policy) },
		Example: func(w World) needs.Over { return needs.Over{Area: w.need(), Note: exampleText} },
	}
)

// listened says whether the first listening, which says the needs, is behind the case.
func listened(file ledger.Case) bool { return stillOpen(file) && file.Stage != care.StageFirstLevel }
