package care

// Role is what a member of staff does in the services; it decides which tasks
// they may take. The codes are those of the plan.
type Role string

// The roles that the plan names, with the two that every zone has.
const (
	DeskOperator          Role = "desk_operator"
	Supervisor            Role = "supervisor"
	SocialWorker          Role = "social_worker"
	InterculturalMediator Role = "intercultural_mediator"
	CPIOperator           Role = "cpi_operator"
	LabourPolicyExpert    Role = "labour_policy_expert"
	ImmigrationExpert     Role = "immigration_expert"
	ThirdSectorOperator   Role = "third_sector_operator"
	AdministrativeExpert  Role = "administrative_expert"
	CooperativeExpert     Role = "cooperative_expert"
)

// Roles lists every role, in the order in which lists show them.
var Roles = []Role{
	DeskOperator, SocialWorker, InterculturalMediator, CPIOperator, LabourPolicyExpert,
	ImmigrationExpert, ThirdSectorOperator, AdministrativeExpert, CooperativeExpert, Supervisor,
}

// MailSystem is the program that reports mails that came back, PrivacyOfficer whoever
// answers for who read a zone's files. They take no task, so they are none of Roles.
const MailSystem, PrivacyOfficer Role = "mail_system", "privacy_officer"

// Staff is an account that acts or reads, as Percorso's own records know it.
type Staff struct {
	ID       string `json:"id"`      // opaque
	Subject  string `json:"subject"` // the OpenID provider's account
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Zone     string `json:"zone"`
	Agency   string `json:"agency"`
	Email    string `json:"email"`
	Identity string `json:"-"` // code of the one person who has this account and others; empty: this one alone
}

// ReadsCases says whether the caller has whole case files to read: those of the
// agencies that open them have, and the supervisor. The others get what a
// referral gives them.
func ReadsCases(who Staff, p Policy) bool {
	return who.Role != PrivacyOfficer && (who.Role == Supervisor || who.Agency == p.RoleAgency(DeskOperator) || who.Agency == p.RoleAgency(SocialWorker))
}
