package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// AddDate writes down a day after which something is lost, MoveDate corrects it, and EndDate
// says that it is over, with what happened. None of them moves the path.
var (
	AddDate = Operation[critical.Added]{
		Facts: Facts{Code: care.OpAddDate, On: OnCase, AtOnce: true, Path: "dates", Slug: "data-importante", Offered: stillOpen},
		Check: func(form critical.Added, _ Around) []care.Fault {
			return written.WithChoice(form.Check(), string(care.OpAddDate), form.Circle)
		},
		Dates: func(form critical.Added, _ care.TaskKind) []care.Dated { return form.Dates() },
		Example: func(w World) critical.Added {
			return critical.Added{Kind: string(pick(w, critical.Kinds)), On: care.DateOf(w.soon()), Source: exampleText, Watcher: w.colleague(), Note: exampleText}
		},
	}
	MoveDate = Operation[critical.Moved]{
		Facts: Facts{Code: care.OpMoveDate, On: OnCase, AtOnce: true, Path: "date-corrections", Slug: "correggi-data", Shown: WithState, Offered: dated},
		Check: func(form critical.Moved, _ Around) []care.Fault {
			return written.WithChoice(form.Check(), string(care.OpMoveDate), form.Circle)
		},
		Dates: func(form critical.Moved, _ care.TaskKind) []care.Dated { return form.Dates() },
		Example: func(w World) critical.Moved {
			return critical.Moved{Date: noDate, On: care.DateOf(w.soon()), Source: exampleText, Watcher: w.colleague(), Note: exampleText}
		},
	}
	EndDate = Operation[critical.Passed]{
		Facts: Facts{Code: care.OpEndDate, On: OnCase, AtOnce: true, Path: "date-ends", Slug: "chiudi-data", Shown: WithState, Offered: dated},
		Check: func(form critical.Passed, _ Around) []care.Fault {
			return written.WithChoice(form.Check(), string(care.OpEndDate), form.Circle)
		},
		Example: func(w World) critical.Passed { return critical.Passed{Date: noDate, Note: exampleText} },
	}
)

// noDate is the id of none: an example knows of no day of a case.
const noDate = "00000000-0000-0000-0000-000000000000"

// dated says whether a case has such a day that is not over.
func dated(file ledger.Case) bool {
	return stillOpen(file) && slices.ContainsFunc(file.Dates, critical.Date.Open)
}
