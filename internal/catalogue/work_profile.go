package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/working"
)

// WorkProfile says what is known of a person's work, before they are sent somewhere for it.
var WorkProfile = Operation[working.Profile]{
	Facts: Facts{Code: care.OpWorkProfile, On: OnCase, AtOnce: true, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator, care.LabourPolicyExpert, care.Supervisor},
		Path: "work-profile", Slug: "profilo-lavoro", Offered: stillOpen},
	Check: func(form working.Profile, _ Around) []care.Fault { return form.Check() },
	Example: func(World) working.Profile {
		return working.Profile{Schooling: "vocational", Italian: "a2", ItalianProof: "declared"}
	},
}
