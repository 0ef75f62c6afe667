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

// BeginStages are the stages at which a path may begin that does not begin anew.
var BeginStages = []Stage{StageFirstLevel, StageSecondLevel, StageEquipe, StagePlacement, StageFollowUp}

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

// RunKinds are all of them.
var RunKinds = []RunKind{RunCase, RunService, RunEquipe, RunPlacement, RunReferral, RunFollowUp, RunTransfer}

// AppointmentState is the state of an appointment.
type AppointmentState string

// An appointment is booked, confirmed by the service, then held, missed or cancelled.
const (
	AppointmentBooked    AppointmentState = "booked"
	AppointmentConfirmed AppointmentState = "confirmed"
	AppointmentHeld      AppointmentState = "held"
	AppointmentNoShow    AppointmentState = "no_show"
	AppointmentCancelled AppointmentState = "cancelled"
	AppointmentMoved     AppointmentState = "moved" // it has another time, and stays as what it was
)
