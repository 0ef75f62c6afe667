package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/problem"
	"percorso/api/rest/faults"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// KeyHeader carries the idempotency key.
const KeyHeader = faults.KeyHeader

// commandJSON is what was asked for and what became of it.
type commandJSON struct {
	ID         string              `json:"id"`
	Operation  care.Operation      `json:"operation"`
	State      ledger.CommandState `json:"state" enum:"accepted,worked,refused" doc:"accepted: durable, its process will work it"`
	CaseFileID string              `json:"case_file_id,omitempty" doc:"Of what concerns a case file as a whole, or opens it"`
	Target     string              `json:"target,omitempty" doc:"Id of the task or referral"`
	Refusal    *problem.Problem    `json:"refusal,omitempty" doc:"Why it was refused"`
	CreatedAt  *time.Time          `json:"created_at,omitempty"`
	WorkedAt   *time.Time          `json:"worked_at,omitempty"`
	Result     json.RawMessage     `json:"result,omitempty" doc:"Ids of what it made, or whom a reminder reached: holder, role or partner"`
}

// receipt is the answer to a command: the same however often it is repeated.
func receipt(c ledger.Command) commandJSON {
	j := commandJSON{ID: c.ID, Operation: c.Operation, State: c.State, Target: c.Target, Result: c.Result}
	if ledger.KindOf(c.Run) == care.RunCase {
		j.CaseFileID = ledger.BareID(c.Run)
	}
	return j
}

// actOutput answers a command: worked (200, or 201 with the address of what it
// made), or accepted (202 with the address of the command).
type actOutput struct {
	Status   int
	Location string `header:"Location" doc:"Of what was made, or of the command while it is only accepted"`
	Body     commandJSON
}

// acted answers with what act gave. made is the address of what the command makes.
func acted(cmd ledger.Command, err error, made string) (*actOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &actOutput{Status: http.StatusOK, Body: receipt(cmd)}
	switch {
	case cmd.State == ledger.CommandAccepted:
		out.Status, out.Location = http.StatusAccepted, Prefix+"/commands/"+cmd.ID
	case made != "":
		out.Status, out.Location = http.StatusCreated, made
	}
	return out, nil
}

// command describes an operation that changes something.
func command(path, id, tag, summary, description string) huma.Operation {
	return huma.Operation{
		Method: http.MethodPost, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description,
		Errors: []int{http.StatusConflict},
		Responses: map[string]*huma.Response{
			"202": {Description: "Accepted: it is durable, and its process has not answered yet. Location says where to ask."},
		},
	}
}

// answers says that an operation is done at once, with this status.
func answers(status int, op huma.Operation) huma.Operation {
	op.DefaultStatus, op.Responses = status, nil
	return op
}

// making says that an operation makes something.
func making(op huma.Operation) huma.Operation {
	op.DefaultStatus = http.StatusCreated
	return op
}

// query describes an operation that only reads.
func query(path, id, tag, summary, description string) huma.Operation {
	return huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description}
}

func (a *API) registerCommands() {
	register(a, query("/commands/{id}", "get-command", tagMachine, "What became of a command",
		"A caller sees their own commands alone."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[commandJSON], error) {
			c, err := a.records.Command(ctx, who, in.ID)
			return one(c, err, func(c ledger.Command) commandJSON {
				j := receipt(c)
				j.CreatedAt, j.WorkedAt = &c.Created, c.Worked
				if c.Refusal != nil {
					j.Refusal = problem.Refusal(c.Refusal)
					a.problems.Word(ctx, j.Refusal)
				}
				return j
			})
		})
}
