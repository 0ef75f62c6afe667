package care

// EquipeKind is a kind of multidisciplinary équipe (equipe multidisciplinare).
type EquipeKind string

// The plan's two kinds: equipe tra enti, equipe intraente.
const (
	BetweenAgencies EquipeKind = "between_agencies"
	WithinAgency    EquipeKind = "within_agency"
)

// EquipeKinds lists them.
var EquipeKinds = []EquipeKind{BetweenAgencies, WithinAgency}

// EquipeRule is an équipe as the zone composes it.
type EquipeRule struct {
	Kind   EquipeKind `json:"kind"`
	Seats  []SeatRule `json:"seats"`
	Quorum QuorumRule `json:"quorum"`
}

// SeatRule is a role that an équipe of a kind is made of.
type SeatRule struct {
	Role     Role   `json:"role"`
	IfSilent Silent `json:"if_silent"`
	// ReplaceBy is the role that takes the seat of one that stays silent.
	ReplaceBy Role `json:"replace_by,omitempty"`
}

// Silent says what becomes of a seat whose role stays silent past its deadline.
type Silent string

// A silent seat is waived, or taken by another role once and then waived, or agrees: an
// équipe never waits for ever.
const (
	WaiveSilent   Silent = "waive"
	ReplaceSilent Silent = "replace"
	TacitSilent   Silent = "tacit" // who has taken the seat and stays silent agrees
)

// QuorumRule is how many roles, and of how many agencies, must sign a plan.
type QuorumRule struct {
	Roles    int `json:"roles"`
	Agencies int `json:"agencies"`
}

// SeatState is the state of a seat of an équipe.
type SeatState string

// A seat is invited, confirmed by who takes it, and has spoken once its opinion
// is recorded; or it is waived, or replaced by another seat.
const (
	SeatInvited   SeatState = "invited"
	SeatConfirmed SeatState = "confirmed"
	SeatSpoken    SeatState = "spoken"
	SeatWaived    SeatState = "waived"
	SeatReplaced  SeatState = "replaced"
)

// Vote is what a role of an agency says: an opinion, or a signature.
type Vote struct {
	Role    Role `json:"role" doc:"Role of a seat of the équipe"`
	Agency  Code `json:"agency" doc:"Code of the seat's agency"`
	Outcome Code `json:"outcome" enum:"favourable,favourable_with_conditions,dissenting"`
}

// Equipe finds how the zone composes an équipe of a kind.
func (p Policy) Equipe(kind EquipeKind) (EquipeRule, bool) {
	return find(p.Equipes, func(e EquipeRule) bool { return e.Kind == kind })
}
