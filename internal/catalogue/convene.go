package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
)

// ConveneForm convenes an équipe for a case.
type ConveneForm struct {
	Kind     care.EquipeKind `json:"kind" from:"equipe_kinds" doc:"between_agencies or within_agency"`
	Consent  bool            `json:"consent,omitempty" ask:"-" doc:"As consents, where one private agency alone is to be asked for"`
	Consents []string        `json:"consents,omitempty" from:"private_members" doc:"Codes of the private agencies of the équipe that the person consents to be given what it needs; the others are invited, and read nothing"`
	Note     string          `json:"note,omitempty" maxLength:"4000" doc:"Why; its members read it"`
}

// Convene convenes an équipe for a case.
var Convene = Operation[ConveneForm]{
	Facts: Facts{
		Code: care.OpConvene, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "equipes", Slug: "equipe", Shown: AtHand, Gives: ToMembers,
		Offered: func(file ledger.Case) bool {
			return branching(file) && slices.ContainsFunc(care.EquipeKinds, func(kind care.EquipeKind) bool {
				return none(file, care.Answer{Operation: care.OpConvene, Equipe: kind})
			})
		},
	},
	Check: func(form ConveneForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Kind != "", "kind", care.RuleRequired)
		_, ok := around.Equipe(form.Kind)
		f.Add(form.Kind == "" || ok, "kind", care.RuleUnknownCode)
		crossing.Check(&f, around.Policy, "consents", form.Consents)
		f.Note("note", form.Note)
		return f
	},
	Answer: func(form ConveneForm) care.Answer { return care.Answer{Equipe: form.Kind} },
	Example: func(w World) ConveneForm {
		return ConveneForm{Kind: pick(w, care.EquipeKinds), Consent: w.Rand.IntN(2) == 0}
	},
}
