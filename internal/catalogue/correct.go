package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/correction"
)

// Correct corrects the data of the person of a case, open or closed. What they were
// before is kept; what other agencies were given stays as it was given.
var Correct = Operation[correction.PersonCorrection]{
	Facts: Facts{Code: care.OpCorrect, On: OnCase, AtOnce: true, Asks: correction.Asks, Path: "corrections"},
	Check: func(form correction.PersonCorrection, around Around) []care.Fault { return form.Check(around.Now) },
	Example: func(w World) correction.PersonCorrection {
		phone := pick(w, []string{"000 0000021", "000 0000022", "000 0000023"}) + pick(w, []string{"4", "5", "6"})
		return correction.PersonCorrection{Phone: &phone, Note: exampleText}
	},
}
