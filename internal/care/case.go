package care

// Stage is where a case stands on the path, as a person would say it.
type Stage string

// The stages of a case, in the order of the path.
const (
	StageFirstLevel  Stage = "first_level"
	StageSecondLevel Stage = "second_level"
	StageEquipe      Stage = "equipe"
	StagePlacement   Stage = "placement"
	StageFollowUp    Stage = "follow_up"
	StageClosed      Stage = "closed"
)

// Stages is the path as a line.
var Stages = []Stage{StageFirstLevel, StageSecondLevel, StageEquipe, StagePlacement, StageFollowUp, StageClosed}

// RunKind names a process; it is also the prefix of its runs' ids.
type RunKind string

// The processes.
const (
	RunCase      RunKind = "case"
	RunService   RunKind = "service"
	RunEquipe    RunKind = "equipe"
	RunPlacement RunKind = "placement"
	RunReferral  RunKind = "referral"
	RunFollowUp  RunKind = "follow-up"
	RunTransfer  RunKind = "transfer"
)

// Operation is what a command asks or an entry reports.
type Operation string

// Operations that move a path go through its process.
const (
	OpOpen        Operation = "open"        // begins a run
	OpComplete    Operation = "complete"    // a task, with its form
	OpAcknowledge Operation = "acknowledge" // a referral: seen, not yet a yes
	OpAccept      Operation = "accept"
	OpReject      Operation = "reject"
	OpHold        Operation = "hold" // asks the sender for more
	OpSupply      Operation = "supply"
	OpRedirect    Operation = "redirect"
	OpWithdraw    Operation = "withdraw"
	OpBook        Operation = "book"        // another level-2 service
	OpSendToCPI   Operation = "send_to_cpi" // starts a placement
	OpConvene     Operation = "convene"     // an équipe
	OpMinutes     Operation = "minutes"     // of an équipe's meeting, with the opinions given there
	OpRefer       Operation = "refer"       // the person to a partner
	OpMeet        Operation = "meet"        // a valid meeting with the person was held, by any agency
	OpConsent     Operation = "consent"     // the person consents to data reaching private partners
	OpUnconsent   Operation = "withdraw_consent"
	OpPermit      Operation = "permit"       // a renewal receipt or a new permit was shown
	OpSuspend     Operation = "suspend"      // a case, until a date
	OpResume      Operation = "resume"       // a suspended case, before its date
	OpTransfer    Operation = "transfer"     // asks another zone to take the case over
	OpRecall      Operation = "recall"       // takes back what another zone was asked
	OpMerge       Operation = "merge"        // a second case file of the same person into the one that stays
	OpAdopt       Operation = "adopt"        // the case that stays takes over the branches of the merged one
	OpReopen      Operation = "reopen"       // a closed case
	OpClose       Operation = "close"        // a case, early, from any stage
	OpRenewPolicy Operation = "renew_policy" // a supervisor brings the zone's new rules to an open run
	OpReport      Operation = "report"       // a sub-process tells its case how it ended
	OpEnd         Operation = "end"          // a case ends a branch
	OpMailBounced Operation = "mail_bounced" // a mail came back
	OpClock       Operation = "clock"        // a deadline fell due
)

// Operations that assign work are plain transactions on the task's row.
const (
	OpClaim    Operation = "claim"
	OpRelease  Operation = "release"
	OpReassign Operation = "reassign" // to another role, by the supervisor
	OpExtend   Operation = "extend"   // more time, by the supervisor
	OpRemind   Operation = "remind"   // a reminder now, by the supervisor
	OpContact  Operation = "contact"  // records a contact at the desk
	OpProgress Operation = "progress" // how an action of the plan comes along
)

// AppointmentState is the state of an appointment.
type AppointmentState string

// An appointment is booked, confirmed by the service, then held, missed or cancelled.
const (
	AppointmentBooked    AppointmentState = "booked"
	AppointmentConfirmed AppointmentState = "confirmed"
	AppointmentHeld      AppointmentState = "held"
	AppointmentNoShow    AppointmentState = "no_show"
	AppointmentCancelled AppointmentState = "cancelled"
)
