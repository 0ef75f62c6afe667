// Package told is how the description of the API tells of operations.
package told

import (
	"percorso/internal/care"
)

// Operation is how it tells of one.
type Operation struct {
	Summary, Description string
	ID                   string // empty: its code and what it is about
	Tag                  string // of those of package rest; empty: that of what it is about
}

// Of has them by code.
var Of = map[care.Operation]Operation{
	care.OpReopen:        {Summary: "Reopen a closed case", Description: "At a stage of its path. What was opened by mistake, merged or transferred stays closed."},
	care.OpBook:          {Summary: "Book another level-2 service", ID: "book-service"},
	care.OpMoveMeeting:   {Summary: "Give an appointment another time", Description: "By whoever sees it, before its hour. by says who has asked: for anybody but the service with the number of the file and the day of birth, and where the two are not of this person the answer is unknown_pair, whichever is wrong. The old time stays as moved, with moved_to. What the service moves the person is to be told of, which is a task."},
	care.OpCancelMeeting: {Summary: "Cancel an appointment", Description: "As a move. The case has somebody book again; of an appointment at the employment centre that gives another."},
	care.OpConvene:       {Summary: "Convene an équipe", Description: "Its members are those that the zone names for the kind.", ID: "convene-equipe", Tag: "équipes and plans"},
	care.OpSendToCPI:     {Summary: "Refer a case to the employment centre", ID: "refer-to-cpi"},
	care.OpRefer:         {Summary: "Refer a person to a partner", Description: "What the partner is given is what the sender saw in the disclosure: seen is its digest. To a private partner only with the person's consent.", ID: "refer-to-partner", Tag: "referrals"},
	care.OpMeet:          {Summary: "Record a valid meeting with the person", Description: "By any agency at work on the case: it resets the counter that the reviews run by.", ID: "record-meeting"},
	care.OpConsent:       {Summary: "Record the person's consent", Description: "To one independent agency being given what one purpose needs. A referral or a redirection may record it itself.", ID: "record-consent"},
	care.OpUnconsent:     {Summary: "Record that the person withdraws consent", Description: "From one agency, or from all: what was sent by it ends, and its copy is out of sight at once.", ID: "withdraw-consent"},
	care.OpPermit:        {Summary: "Record the receipt of a renewal, or a new permit", ID: "record-permit"},
	care.OpSuspend:       {Summary: "Suspend a case until a date", Description: "Its clocks stand still, but those of the residence permit; it resumes by itself. Each appointment and planned meeting until then is moved or cancelled first, by its own call, or named in kept: where one is left unsaid the answer is kept: appointment_unsaid."},
	care.OpResume:        {Summary: "Resume a suspended case before its date"},
	care.OpTransfer:      {Summary: "Ask another zone to take a case over", Description: "The case goes on here until that zone says yes."},
	care.OpRecall:        {Summary: "Take back the request to another zone", Description: "The case stays here, and the other zone's access to what it was shown ends.", ID: "recall-transfer"},
	care.OpMerge:         {Summary: "Merge a case file into another of the same person", Description: "This one ends; its branches go on in the other. Where names or day of birth do not agree, or the day is a 1 January, somebody else has to vouch for it first."},
	care.OpVouch:         {Summary: "Confirm that two case files are of one person", Description: "Although names or day of birth do not agree, with the reason: somebody else may merge them within 30 days.", ID: "vouch-for-case-file"},
	care.OpCorrect:       {Summary: "Correct the data of the person", Description: "What is left out stays as it is. What was there before is kept, with who, when and why; who was given them, and is still at work, is shown what was and what is.", ID: "correct-person"},
	care.OpMistake:       {Summary: "Say that the closure of a case, or its merge, was a mistake", Description: "Whatever its outcome, within 30 days of it; of a merge whoever may merge says so. Somebody else has to confirm it.", ID: "say-closure-was-a-mistake"},
	care.OpProtect:       {Summary: "Protect the person of a case", Description: "From now on she is known to the caller and the named keepers alone; for everybody else there is no such case.", ID: "protect-person"},
	care.OpWorkProfile:   {Summary: "Say what is known of a person's work", Description: "What the employment centre is told with a referral; a school is told of the Italian alone. A field left out stays as it was said before.", ID: "work-profile"},
	care.OpElsewhere:     {Summary: "Keep the number of another system", Description: "Under which the person is known there, with the day on which it was given. A later one of the same system stands in its place.", ID: "number-elsewhere"},
	care.OpTellTakeOver:  {Summary: "Say how the person was told of their take-over", Description: "The take-over itself is recorded by the step with which it begins, with that day's answers of the gate: GET …/records?kind=take_over.", ID: "tell-take-over"},
	care.OpAddNeed:       {Summary: "Add a need", Description: "That somebody who works on the case finds outside of an assessment; the gates read it from now on. Who found it, and on what, is among the records.", ID: "add-need"},
	care.OpArrive:        {Summary: "Mark that the person of an appointment is here", Description: "On the day of the appointment, by whoever sees it; with back it is taken back. Of whoever was here the outcome no_show without a good reason asks for a note.", ID: "mark-arrival"},
	care.OpAddDate:       {Summary: "Add a critical date", Description: "A day after which something is lost: an eviction, the end of a reception, a hearing, a birth, the end of a benefit. From ten days before the case comes before those that are late, and who watches the day is sent a mail. What happens at a hearing or birth is named to those alone whom what is written is for. The last day of the permit follows from the permit.", ID: "add-date"},
	care.OpMoveDate:      {Summary: "Correct a critical date", Description: "Its day, how it is known, or who watches it; what was there before is kept.", ID: "correct-date"},
	care.OpEndDate:       {Summary: "End a critical date", Description: "That is over, or is one no more, with what happened.", ID: "end-date"},
	care.OpEndNeed:       {Summary: "Close a need", Description: "That is one no more, with the reason.", ID: "end-need"},
	care.OpAmend:         {Summary: "Amend what was written", Description: "A new version of a record, with why; what was there before is kept, and shown beside it. By its author; where they work there no more, by who is of the same agency and role and follows the case. What the process was answered stays; the needs that the record says count from now on. Where somebody has amended it since the version that was seen, it is refused (changed).", ID: "amend-record"},
	care.OpNoteReferral:  {Summary: "Add a note to a referral that was sent", Description: "By either side, for as long as what the person's data were given for stands. Both read it until the data are out of sight; its author corrects it as any record, and both see what it was.", ID: "note-referral"},
	care.OpNameLead:      {Summary: "Name who follows a case for their agency", Description: "Before their colleagues: new tasks come to them first. Within the caller's own agency; the supervisor names those of every agency at work on the case.", ID: "name-lead"},
	care.OpNameKeeper:    {Summary: "Name one more keeper of a protected person", Description: "By a keeper; where nobody keeps it any more, by the zone's supervisor."},
	care.OpDismissKeeper: {Summary: "Take a keeper of a protected person away", Description: "By a keeper. One of the agencies that keep the file has to stay."},
	care.OpAskLifting:    {Summary: "Ask that a protection be lifted", Description: "By a keeper. Another one does it.", ID: "ask-lifting"},
	care.OpLift:          {Summary: "Lift a protection", Description: "By another keeper than who has asked for it.", ID: "lift-protection"},
	care.OpUndo:          {Summary: "Take back the closure of a case, or its merge", Description: "By somebody else than who has said that it was a mistake. What was merged stands open again as it was; what was recorded meanwhile stays with the other file. After a closure the case stands open again where it was, and somebody gets the task to take it up again.", ID: "undo-closure"},
	care.OpClose:         {Summary: "Close a case early", Description: "From any stage, with a coded outcome; every branch is ended in order."},
	care.OpRenewPolicy:   {Summary: "Bring the zone's new rules to a case", Description: "By the supervisor: an open case goes by the rules that it began its stage with.", ID: "renew-policy"},
	care.OpPlanMeeting:   {Summary: "Plan a meeting of an équipe", Description: "With day, hour, place or by telephone, and who is invited. Where one is planned that has not been yet, it is moved, or called off with called_off alone; either with why. Who is invited, or was, is told by mail.", ID: "plan-meeting"},
	care.OpMinutes:       {Summary: "Record a meeting of an équipe", Description: "With what those present said: their opinions or, while the plan awaits its sign-off, their signatures.", ID: "record-minutes"},
	care.OpProgress:      {Summary: "Say how an action of the plan comes along", Description: "By the agency that does it, or by who works on the case.", ID: "report-progress"},
	care.OpRetryEntry:    {Summary: "Have a deferred entry tried again now", Description: "By the supervisor of its zone.", ID: "retry-entry"},
	care.OpRefuseEntry:   {Summary: "Refuse a deferred entry", Description: "By the supervisor of its zone: its author gets a notice with what was typed.", ID: "refuse-entry"},
	care.OpComplete:      {Summary: "Complete a task", Description: "By its holder, or who stands in for them while they are away, with the form of one of its outcomes. The case goes on from here."},
	care.OpClaim:         {Summary: "Claim a task", Description: "It is then the caller's to do. A lost race answers 409 with the holder's role."},
	care.OpRelease:       {Summary: "Release a task", Description: "It goes back to those who may do it."},
	care.OpReassign:      {Summary: "Give a task to a colleague or to a role", Description: "By the supervisor, within the task's agency: to names a member of its staff, role all who have it."},
	care.OpExtend:        {Summary: "Give a task more time", Description: "By the supervisor: until is the new term."},
	care.OpRemind:        {Summary: "Remind of a task now", Description: "By the supervisor: whoever may do it, or holds it, gets a mail; a partner without accounts a new link, once a day (then `reminded`). Where nobody can be reached the answer is `unreached`."},
	care.OpAcknowledge:   {Summary: "Acknowledge a referral", Description: "By the addressee: it was seen, which is not yet a yes."},
	care.OpAccept:        {Summary: "Accept a referral", Description: "By the addressee."},
	care.OpReject:        {Summary: "Reject a referral", Description: "By the addressee, with a coded reason."},
	care.OpHold:          {Summary: "Ask the sender for more", Description: "By the addressee: note says what is missing."},
	care.OpSupply:        {Summary: "Give what was asked for", Description: "By the sender."},
	care.OpRedirect:      {Summary: "Redirect a referral", Description: "By the addressee, to another agency: a new referral goes on from this one."},
	care.OpWithdraw:      {Summary: "Withdraw a referral", Description: "By the sender."},
}
