// Package client speaks to Percorso's REST API as one member of staff. The
// demo, the benchmark and end-to-end tests use it; it knows the wire and
// nothing of what is behind it.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// Client is the API as one account sees it. It may be used from several goroutines.
type Client struct {
	base  string // http://127.0.0.1:8080, without a slash at the end
	token string
	http  *http.Client
}

// requestLimit is longer than the API keeps a caller waiting for a process.
const requestLimit = 30 * time.Second

// New makes a client of the API at an address for the account whose bearer
// token is given. Up to parallel requests keep their connections.
func New(base, token string, parallel int) *Client {
	transport := &http.Transport{MaxIdleConns: parallel, MaxIdleConnsPerHost: parallel, IdleConnTimeout: time.Minute}
	return &Client{base: base, token: token, http: &http.Client{Transport: transport, Timeout: requestLimit}}
}

// Problem is an error as the API tells it (RFC 9457). It names field and rule
// and holds no value.
type Problem struct {
	Status   int          `json:"status"`
	Code     string       `json:"code"`
	Detail   string       `json:"detail,omitempty"`
	Instance string       `json:"instance,omitempty"` // the request's id
	Role     string       `json:"role,omitempty"`     // of whoever holds what was asked for
	Errors   []FieldError `json:"errors,omitempty"`
}

// FieldError says which field breaks which rule.
type FieldError struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

func (p *Problem) Error() string {
	text := fmt.Sprintf("%d %s", p.Status, p.Code)
	for _, e := range p.Errors {
		text += fmt.Sprintf("; %s: %s", e.Field, e.Rule)
	}
	return text
}

// pollEvery is how often a command that is only accepted is asked about.
const pollEvery = 100 * time.Millisecond

// act posts a command and returns it worked. An answer 202 is followed until
// the process has worked the command or the context ends. Errors: *Problem
// where the API says no, also when the process said it later.
//
// An empty key makes a new one. A caller who may have to repeat the command
// after a lost answer chooses the key, since a repetition has no second effect.
func (c *Client) act(ctx context.Context, path, key string, form any) (Command, error) {
	if key == "" {
		key = uuid.NewString()
	}
	var cmd Command
	if err := c.call(ctx, http.MethodPost, path, key, form, &cmd); err != nil {
		return cmd, err
	}
	for cmd.State == ledger.CommandAccepted {
		select {
		case <-ctx.Done():
			return cmd, context.Cause(ctx)
		case <-time.After(pollEvery):
		}
		var err error
		if cmd, err = c.Command(ctx, cmd.ID); err != nil {
			return cmd, err
		}
	}
	if cmd.Refusal != nil {
		return cmd, cmd.Refusal
	}
	return cmd, nil
}

// collections are where what operations are about is found.
var collections = map[catalogue.Subject]string{
	catalogue.OnCase: "/case-files/", catalogue.OnTask: "/tasks/", catalogue.OnReferral: "/referrals/", catalogue.OnEquipe: "/equipes/",
	catalogue.OnEntry: "/deferred-entries/", catalogue.OnRecord: "/records/", catalogue.OnAppointment: "/appointments/",
}

// Do asks for an operation of the catalogue that is about something that is there:
// c.Do(ctx, catalogue.Claim.Command(key, taskID, catalogue.None{})). A task that
// somebody else holds is a *Problem with the code "taken" and the holder's role.
func (c *Client) Do(ctx context.Context, asked catalogue.Command) (Command, error) {
	facts, id := asked.Facts(), asked.Target
	if id == "" {
		id = ledger.BareID(asked.Run)
	}
	path := collections[facts.On] + id
	if facts.On == catalogue.OnAction {
		path = "/case-files/" + ledger.BareID(asked.Run) + "/plan-actions/" + id
	}
	var form any
	if asked.Data != nil {
		form = asked.Data
	}
	return c.act(ctx, path+"/"+facts.Path, asked.Key, form)
}

// read gets a resource.
func read[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var out T
	err := c.call(ctx, http.MethodGet, path, "", nil, &out)
	return out, err
}

// call makes one request and reads its answer.
func (c *Client) call(ctx context.Context, method, path, key string, body, into any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, content)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		problem := &Problem{}
		if json.Unmarshal(text, problem) != nil || problem.Code == "" {
			return fmt.Errorf("%s %s answers %s without a problem", method, path, res.Status)
		}
		return problem
	}
	return json.Unmarshal(text, into)
}
