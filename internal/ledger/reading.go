package ledger

// Reading is a kind of reading of personal data, as the audit keeps it.
type Reading string

// A list is one line with the cases that it showed; a search is kept as its kind
// and a keyed digest of what was searched.
const (
	ReadCase         Reading = "read_case"
	ReadTimeline     Reading = "read_timeline"
	ReadCorrections  Reading = "read_corrections" // what was corrected of the person
	ReadReads        Reading = "read_reads"       // who read the file
	ReadTask         Reading = "read_task"
	ReadReferral     Reading = "read_referral"
	ReadShare        Reading = "read_share" // what the reader's agency was given
	ReadEquipe       Reading = "read_equipe"
	ReadPlan         Reading = "read_plan"
	ReadGoalFindings Reading = "read_goal_findings"
	ReadDisclosure   Reading = "read_disclosure" // what an agency would be given
	ReadContact      Reading = "read_contact"
	ReadRecords      Reading = "read_records" // what was written in a case, in the reader's circles
	OpenRecord       Reading = "open_record"  // of a circle that the reader is not in, with a reason

	ListCases        Reading = "list_cases"
	ListStuckCases   Reading = "list_stuck_cases"
	ListBoard        Reading = "list_board" // the supervisor's
	ListTasks        Reading = "list_tasks"
	ListReferrals    Reading = "list_referrals"
	ListAppointments Reading = "list_appointments"
	ListContacts     Reading = "list_contacts"
	ListMergeable    Reading = "list_mergeable" // case files that may be of one person
	ListNotices      Reading = "list_notices"   // what the reader typed, and was refused later

	SearchCases      Reading = "search_cases"       // by number or name
	SearchSamePerson Reading = "search_same_person" // by names and day of birth
	SearchReads      Reading = "search_reads"       // who read the file of a number

	PrintCase     Reading = "print_case" // the summary of a case, on paper
	CopyCase      Reading = "copy_case"  // what another system wants of the person, as a text
	PrintPlan     Reading = "print_plan"
	PrintReferral Reading = "print_referral"
	PrintDay      Reading = "print_day" // who is expected on a day; on the sheet for the door nobody is named

	ReadLink Reading = "read_link" // a partner, through its link
	OpenLink Reading = "open_link" // the same, and nothing of the person was shown

	// RefusedReading is what somebody asked to read of a case and does not see.
	RefusedReading Reading = "refused"
)

// ReadingPurpose is what something is read for: a code.
type ReadingPurpose string

// Purposes of readings. What an agency was given is read for what it was given
// for, which has codes of its own.
const (
	ForCare           ReadingPurpose = "care"
	ForDesk           ReadingPurpose = "desk"
	ForOneFile        ReadingPurpose = "one_file" // and no second one for the same person
	ForDisclosure     ReadingPurpose = "disclosure"
	ForReferral       ReadingPurpose = "referral"
	ForAppointment    ReadingPurpose = "appointment"
	ForEquipe         ReadingPurpose = "equipe"
	ForPlan           ReadingPurpose = "plan"
	ForSupervision    ReadingPurpose = "supervision"
	ForAccountability ReadingPurpose = "accountability"
)

// ReadingPurposes says what each kind of reading is for; what is not here says
// it for itself, or is for nothing.
var ReadingPurposes = map[Reading]ReadingPurpose{
	ReadCase: ForCare, ReadTimeline: ForCare, ReadCorrections: ForCare, ReadRecords: ForCare, OpenRecord: ForCare, ReadTask: ForCare, ListCases: ForCare, ListTasks: ForCare, ListNotices: ForCare, SearchCases: ForCare,
	ReadReads: ForAccountability, SearchReads: ForAccountability, ListStuckCases: ForSupervision, ListBoard: ForSupervision, ReadContact: ForDesk, ListContacts: ForDesk,
	ReadReferral: ForReferral, ListReferrals: ForReferral, ReadLink: ForReferral, OpenLink: ForReferral, ListAppointments: ForAppointment,
	ReadEquipe: ForEquipe, ReadPlan: ForPlan, ReadGoalFindings: ForPlan, ReadDisclosure: ForDisclosure,
	PrintCase: ForCare, CopyCase: ForCare, PrintPlan: ForPlan, PrintReferral: ForReferral, PrintDay: ForAppointment,
	ListMergeable: ForOneFile, SearchSamePerson: ForOneFile,
}
