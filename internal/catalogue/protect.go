package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/protection"
)

// Protect keeps a person from everybody but her keepers, NameKeeper and DismissKeeper
// change who they are, and Lift, after another of them has asked for it (AskLifting), ends it.
var (
	Protect = Operation[protection.Form]{
		Facts: Facts{Code: care.OpProtect, On: OnCase, AtOnce: true, Asks: []care.Role{care.SocialWorker, care.Supervisor}, Path: "protection", Slug: "proteggi",
			Offered: func(file ledger.Case) bool {
				return file.Protection == nil && file.MergedInto == "" && file.Transfer == ""
			}},
		Check:   func(form protection.Form, _ Around) []care.Fault { return form.Check() },
		Example: func(w World) protection.Form { return protection.Form{Keeper: w.colleague(), Reason: "other"} },
	}
	NameKeeper = Operation[protection.NewKeeper]{
		Facts:   Facts{Code: care.OpNameKeeper, On: OnCase, AtOnce: true, Path: "keepers", Slug: "custodi", Asks: protection.Roles, Offered: isProtected},
		Check:   func(form protection.NewKeeper, _ Around) []care.Fault { return protection.CheckKeeper(form.Keeper) },
		Example: func(w World) protection.NewKeeper { return protection.NewKeeper{Keeper: w.colleague()} },
	}
	DismissKeeper = Operation[protection.Keeper]{
		Facts:   Facts{Code: care.OpDismissKeeper, On: OnCase, AtOnce: true, Path: "keeper-dismissals", Slug: "togli-custode", Asks: protection.Roles, Offered: isProtected},
		Check:   func(form protection.Keeper, _ Around) []care.Fault { return protection.CheckKeeper(form.Keeper) },
		Example: func(w World) protection.Keeper { return protection.Keeper{Keeper: w.colleague()} },
	}
	AskLifting = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpAskLifting, On: OnCase, AtOnce: true, Path: "protection-lifting", Slug: "proponi-fine-protezione", Asks: protection.Roles,
			Offered: func(file ledger.Case) bool { return isProtected(file) && file.Protection.AskedBy == "" }},
		Check: checkReason, Example: exampleReason,
	}
	Lift = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpLift, On: OnCase, AtOnce: true, Path: "protection-end", Slug: "togli-protezione", Asks: protection.Roles, Ends: true,
			Offered: func(file ledger.Case) bool { return isProtected(file) && file.Protection.AskedBy != "" }},
		Check: checkReason, Example: exampleReason,
	}
)

func isProtected(file ledger.Case) bool { return file.Protection != nil }
