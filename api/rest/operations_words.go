package rest

import "percorso/internal/care"

// operationWords are how the description of the API tells of an operation.
type operationWords struct {
	summary, description string
	id                   string // empty: its code and what it is about
	tag                  string // empty: that of what it is about
}

var wordsOf = map[care.Operation]operationWords{
	care.OpReopen:      {summary: "Reopen a closed case", description: "At a stage of its path. What was opened by mistake, merged or transferred stays closed."},
	care.OpBook:        {summary: "Book another level-2 service", id: "book-service"},
	care.OpConvene:     {summary: "Convene an équipe", description: "Its members are those that the zone names for the kind.", id: "convene-equipe", tag: tagPlans},
	care.OpSendToCPI:   {summary: "Refer a case to the employment centre", id: "refer-to-cpi"},
	care.OpRefer:       {summary: "Refer a person to a partner", description: "What the partner is given is what the sender saw in the disclosure: seen is its digest. To a private partner only with the person's consent.", id: "refer-to-partner", tag: tagReferrals},
	care.OpMeet:        {summary: "Record a valid meeting with the person", description: "By any agency at work on the case: it resets the counter that the reviews run by.", id: "record-meeting"},
	care.OpConsent:     {summary: "Record the person's consent", description: "To data reaching private partners.", id: "record-consent"},
	care.OpUnconsent:   {summary: "Record that the person withdraws consent", id: "withdraw-consent"},
	care.OpPermit:      {summary: "Record the receipt of a renewal, or a new permit", id: "record-permit"},
	care.OpSuspend:     {summary: "Suspend a case until a date", description: "Its clocks stand still, but those of the residence permit; it resumes by itself."},
	care.OpResume:      {summary: "Resume a suspended case before its date"},
	care.OpTransfer:    {summary: "Ask another zone to take a case over", description: "The case goes on here until that zone says yes."},
	care.OpRecall:      {summary: "Take back the request to another zone", description: "The case stays here, and the other zone's access to what it was shown ends.", id: "recall-transfer"},
	care.OpMerge:       {summary: "Merge a case file into another of the same person", description: "This one ends; its branches go on in the other."},
	care.OpClose:       {summary: "Close a case early", description: "From any stage, with a coded outcome; every branch is ended in order."},
	care.OpRenewPolicy: {summary: "Bring the zone's new rules to a case", description: "By the supervisor: an open case goes by the rules that it began its stage with.", id: "renew-policy"},
	care.OpMinutes:     {summary: "Record a meeting of an équipe", description: "With what those present said: their opinions or, while the plan awaits its sign-off, their signatures.", id: "record-minutes"},
	care.OpProgress:    {summary: "Say how an action of the plan comes along", description: "By the agency that does it, or by who works on the case.", id: "report-progress"},
	care.OpRetryEntry:  {summary: "Have a deferred entry tried again now", description: "By the supervisor of its zone.", id: "retry-entry"},
	care.OpRefuseEntry: {summary: "Refuse a deferred entry", description: "By the supervisor of its zone: its author gets a notice with what was typed.", id: "refuse-entry"},
	care.OpComplete:    {summary: "Complete a task", description: "By its holder, with the form of one of its outcomes. The case goes on from here."},
	care.OpClaim:       {summary: "Claim a task", description: "It is then the caller's to do. A lost race answers 409 with the holder's role."},
	care.OpRelease:     {summary: "Release a task", description: "It goes back to those who may do it."},
	care.OpReassign:    {summary: "Give a task to a colleague or to a role", description: "By the supervisor, within the task's agency: to names a member of its staff, role all who have it."},
	care.OpExtend:      {summary: "Give a task more time", description: "By the supervisor: until is the new term."},
	care.OpRemind:      {summary: "Remind of a task now", description: "By the supervisor: whoever may do it, or holds it, gets a mail."},
	care.OpAcknowledge: {summary: "Acknowledge a referral", description: "By the addressee: it was seen, which is not yet a yes."},
	care.OpAccept:      {summary: "Accept a referral", description: "By the addressee."},
	care.OpReject:      {summary: "Reject a referral", description: "By the addressee, with a coded reason."},
	care.OpHold:        {summary: "Ask the sender for more", description: "By the addressee: note says what is missing."},
	care.OpSupply:      {summary: "Give what was asked for", description: "By the sender."},
	care.OpRedirect:    {summary: "Redirect a referral", description: "By the addressee, to another agency: a new referral goes on from this one."},
	care.OpWithdraw:    {summary: "Withdraw a referral", description: "By the sender."},
}
