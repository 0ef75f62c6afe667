package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/faults"
	"percorso/api/rest/told"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// subjects are what operations are about, with where and how they are asked for.
// What makes something new has a body of its own and is registered by itself.
var subjects = map[catalogue.Subject]struct{ path, noun, tag string }{
	catalogue.OnCase:        {"/case-files/{id}/", "case-file", tagCases},
	catalogue.OnTask:        {"/tasks/{id}/", "task", tagTasks},
	catalogue.OnReferral:    {"/referrals/{id}/", "referral", tagReferrals},
	catalogue.OnEquipe:      {"/equipes/{id}/", "equipe", tagPlans},
	catalogue.OnAppointment: {"/appointments/{id}/", "appointment", tagCases},
	catalogue.OnEntry:       {"/deferred-entries/{id}/", "entry", tagMachine},
	catalogue.OnRecord:      {"/records/{id}/", "record", tagCases},
	catalogue.OnAction:      {"/case-files/{id}/plan-actions/{action}/", "plan-action", tagPlans},
}

// bareInput asks for what has no form: without a body, or with an empty one.
type bareInput struct {
	IDInput
	KeyInput
	Body *catalogue.None
}

// formInput asks for what has a form; its schema comes with the operation.
type formInput struct {
	IDInput
	KeyInput
	Body json.RawMessage
}

// actionInput is formInput for an action of a case's plan.
type actionInput struct {
	IDInput
	KeyInput
	Action string `path:"action" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Id of an action of the active plan"`
	Body   json.RawMessage
}

// registerOperations registers every operation of the catalogue that is about
// something.
func (a *API) registerOperations() {
	for _, o := range catalogue.All {
		facts := o.About()
		if _, about := subjects[facts.On]; !about {
			continue
		}
		described := describe(facts)
		if o.Form() == reflect.TypeFor[catalogue.None]() {
			register(a, described, func(ctx context.Context, who care.Staff, in *bareInput) (*actOutput, error) {
				c, err := o.Read(in.Key, in.ID, nil)
				return a.ask(ctx, who, c, err)
			})
			continue
		}
		described.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(o.Form(), true, "")},
		}}
		if facts.On == catalogue.OnAction {
			register(a, described, func(ctx context.Context, who care.Staff, in *actionInput) (*actOutput, error) {
				c, err := o.Read(in.Key, in.Action, in.Body)
				return a.ask(ctx, who, c.InRun(ledger.CaseRun(in.ID)), err)
			})
			continue
		}
		register(a, described, func(ctx context.Context, who care.Staff, in *formInput) (*actOutput, error) {
			c, err := o.Read(in.Key, in.ID, in.Body)
			return a.ask(ctx, who, c, err)
		})
	}
}

// describe describes an operation's route.
func describe(facts catalogue.Facts) huma.Operation {
	subject, words := subjects[facts.On], told.Of[facts.Code]
	id, tag := words.ID, words.Tag
	if id == "" {
		id = strings.ReplaceAll(string(facts.Code), "_", "-") + "-" + subject.noun
	}
	if tag == "" {
		tag = subject.tag
	}
	return command(subject.path+facts.Path, id, tag, words.Summary, words.Description)
}

// ask does what makes nothing that has an address of its own; unread says why
// its form could not be read although it has the shape of the schema.
func (a *API) ask(ctx context.Context, who care.Staff, c catalogue.Command, unread error) (*actOutput, error) {
	if unread != nil {
		return nil, faults.Problem(http.StatusUnprocessableEntity, "", faults.Named(unread))
	}
	cmd, err := a.door.Do(ctx, who, c)
	return acted(cmd, err, "")
}
