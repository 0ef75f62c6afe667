package together

// Beside is another person who is expected at the place of an appointment, as far as the reader
// sees hers: of who else is, nothing is told. Each has an appointment of their own, in their own
// case, with its own outcome.
type Beside struct {
	Appointment string `db:"appointment"`
	Other       string `db:"other"` // theirs
	Run         string `db:"run_id"`
	CaseID      string `db:"case_id"`
	Number      string `db:"number"`
	Person      string `db:"person"` // empty: out of the reader's sight
}

// Rules that whoever adds a person may break.
const (
	RuleNoFile   = "no_file_of_number"    // none that the caller sees
	RuleTheirs   = "own_appointment"      // it is the person's of the appointment
	RuleForAll   = "for_all_by_service"   // whoever rings speaks of one person
	RuleSeveral  = "several_appointments" // with this service: which one is to be moved?
	RuleSameHour = "same_hour_already"    // with this service, where it stays
)
