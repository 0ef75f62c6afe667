// Package contract names what the processes, and those who start and wake them,
// agree on: the task queue, the messages and the workflow types. It is a leaf, so
// that the API can speak to a process without importing it.
//
// Everything that crosses Temporal (here and in package ledger) holds opaque ids,
// codes and times, never an identity or free text.
package contract

import (
	"time"

	"percorso/internal/care"
)

// TaskQueue is where the workers of Percorso listen.
const TaskQueue = "percorso"

// Deployment is what Temporal calls the workers of Percorso, of which there may be
// several versions side by side.
const Deployment = "percorso"

// WorkflowTaskTimeout is how long a worker may keep a run's workflow task: a
// worker that is killed in the middle of one costs that run so much. A step
// takes milliseconds; where Postgres keeps it waiting, the SDK asks for more time.
const WorkflowTaskTimeout = 2 * time.Second

// The two ways to wake a run: both tell it of an entry in its inbox.
const (
	// Work is the update for an entry whose Result somebody waits for, as the API
	// does for a person's command. Its update id is the entry's id.
	Work = "work"
	// Wake is the signal for every other one.
	Wake = "wake"
)

// Workflow types by kind of run. A type is its function's name.
const (
	CasePath    = "CasePath"
	SecondLevel = "SecondLevel"
	Equipe      = "Equipe"
	Placement   = "Placement"
	Referral    = "Referral"
	FollowUp    = "FollowUp"
	Transfer    = "Transfer"
)

// WorkflowType gives the workflow type of a kind of run.
func WorkflowType(kind care.RunKind) string {
	switch kind {
	case care.RunCase:
		return CasePath
	case care.RunService:
		return SecondLevel
	case care.RunEquipe:
		return Equipe
	case care.RunPlacement:
		return Placement
	case care.RunReferral:
		return Referral
	case care.RunFollowUp:
		return FollowUp
	case care.RunTransfer:
		return Transfer
	}
	return ""
}
