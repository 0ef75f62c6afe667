// Package rest is the REST API, for programs.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/envelope"
	"percorso/api/problem"
	"percorso/api/rest/attending"
	"percorso/api/rest/counter"
	"percorso/api/rest/mediations"
	"percorso/api/rest/off"
	"percorso/api/rest/sayable"
	"percorso/api/rest/visits"
	"percorso/api/rest/waiting"
	"percorso/api/rest/wire"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// Prefix begins the addresses of the API.
const Prefix = problem.Resources

// API is the REST API: everything that the pages do, for programs. Types named
// …JSON are what goes over the wire.
type API struct {
	huma     huma.API
	records  Records
	doubles  Doubles
	numbers  counter.Numbers
	consults counter.Consults
	waiting  waiting.Records
	visits   visits.Visits
	together attending.Kept
	door     *act.Door
	book     *zone.Book
	problems *problem.Teller
	words    Words
	now      func() time.Time
	cookie   string
}

// Options are what an API is made of. All are needed.
type Options struct {
	Guard    *access.Guard
	Records  Records
	Doubles  Doubles
	Numbers  counter.Numbers
	Consults counter.Consults
	Waiting  waiting.Records
	Visits   visits.Visits
	Requests mediations.Requests
	Together attending.Kept
	Door     *act.Door
	Book     *zone.Book
	Problems *problem.Teller
	Words    Words
	Now      func() time.Time
}

// Words says codes in the language of those who read them. An unknown code has
// the empty word, or a generic one.
type Words interface {
	// Rule says which rule a field breaks.
	Rule(code string) string
	// Sentence says what a case waits for, as of now.
	Sentence(w health.Waiting, p care.Policy, now time.Time) string
}

// Mount registers the API, and serves its description in both versions of OpenAPI.
func Mount(r *gin.Engine, o Options) (*API, error) {
	a := &API{
		records: o.Records, doubles: o.Doubles, numbers: o.Numbers, consults: o.Consults, waiting: o.Waiting, visits: o.Visits, together: o.Together, door: o.Door, book: o.Book, problems: o.Problems, words: o.Words, now: o.Now, cookie: o.Guard.Cookie(),
	}
	a.huma = humagin.NewWithGroup(r, r.Group("/", o.Guard.Authenticated), a.config())
	a.huma.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		if wrong := envelope.Check(c, ctx.Operation()); wrong != nil {
			a.problems.Refuse(c, wrong)
			return
		}
		next(ctx)
	})
	a.registerMe()
	a.registerContacts()
	registerNumbers(a)
	registerConsults(a)
	a.registerCaseFiles()
	a.registerOperations()
	a.registerTasks()
	a.registerReferrals()
	a.registerAppointments()
	a.registerEquipes()
	a.registerPartners()
	a.registerSamePerson()
	registerDoubles(a)
	registerCorrections(a)
	a.registerStuckCases()
	a.registerCommands()
	registerNotices(a)
	registerAbsences(a)
	off.Register(operations(a), a.records)
	visits.Register(operations(a), a.records, a.visits, a.now)
	mediations.Register(operations(a), o.Requests, a.now)
	attending.Register(operations(a), a.together)
	registerReminders(a)
	registerWaiting(a)
	registerWritten(a)
	a.registerZones()
	a.registerEligibilityChecks()
	a.registerMailBounces()

	for _, schema := range a.huma.OpenAPI().Components.Schemas.Map() {
		writtenAsMoments(schema)
	}
	current, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	older, err := a.huma.OpenAPI().Downgrade()
	if err != nil {
		return nil, err
	}
	r.GET("/openapi.json", described(current))
	r.GET("/openapi-3.0.json", described(older))
	return a, nil
}

// writtenAsMoments has each time in a schema written in one way, and no other one be read.
func writtenAsMoments(schema *huma.Schema) {
	if schema.Format == "date-time" {
		schema.Pattern = envelope.Moment
		schema.PrecomputeMessages()
	}
	for _, property := range schema.Properties {
		writtenAsMoments(property)
	}
	if schema.Items != nil {
		writtenAsMoments(schema.Items)
	}
}

// OpenAPI describes the API.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

func described(document []byte) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("Cache-Control", "public, max-age=300")
		c.Data(http.StatusOK, "application/json", document)
	}
}

// config describes the API. huma's own pages are off: they load from
// elsewhere.
func (a *API) config() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	format := huma.Format{Marshal: encode, Unmarshal: json.Unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Percorso",
				Version: "1",
				Description: "Everything that the pages do. Lists answer {items, next}: next is the cursor of the following page. " +
					"A POST that changes something carries an " + KeyHeader + " of the caller's choice; the same key with the same body " +
					"has one effect and the same answer. Errors are problem+json (RFC 9457): they name field and rule and echo no value.",
			},
			Servers: []*huma.Server{{URL: "/"}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "An access token of the OpenID provider, for this API's audience."},
					"session": {Type: "apiKey", In: "cookie", Name: a.cookie, Description: "The session of a browser that is logged in."},
				},
			},
			Security: []map[string][]string{{"token": {}}, {"session": {}}},
			Tags:     tags,
		},
		Formats:                      map[string]huma.Format{envelope.JSON: format, "json": format}, // json: what ends in +json, as problems do
		DefaultFormat:                envelope.JSON,
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{a.wordProblems},
	}
}

// Tags of the operations.
const (
	tagDesk      = "desk"
	tagCases     = "case files"
	tagTasks     = "tasks"
	tagReferrals = "referrals"
	tagPlans     = "équipes and plans"
	tagZones     = "zones"
	tagMachine   = "machinery"
)

var tags = []*huma.Tag{
	{Name: tagDesk, Description: "What happens at the front desk: contacts, eligibility"},
	{Name: tagCases, Description: "Case files: where each stands, what it waits for, what happened"},
	{Name: tagTasks, Description: "What people have to do"},
	{Name: tagReferrals, Description: "What one agency asks of another"},
	{Name: tagPlans, Description: "What professionals of several agencies decide together with the person"},
	{Name: tagZones, Description: "What each zone decides for itself"},
	{Name: tagMachine, Description: "Commands under way, and what other systems report"},
}

// schemaName names a type in the description: taskJSON is Task.
func schemaName(t reflect.Type, hint string) string {
	return strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "JSON", "")
}

// Unencodable is what is panicked with where an answer could not be written.
type Unencodable struct{ error }

// Unwrap is why.
func (u Unencodable) Unwrap() error { return u.error }

// encode writes an answer whole or not at all: by the time that huma would hear
// of half an answer, it has a status of success.
func encode(w io.Writer, v any) error {
	var body bytes.Buffer
	err := huma.DefaultJSONFormat.Marshal(&body, v)
	if err != nil {
		body.Reset()
		err = huma.DefaultJSONFormat.Marshal(&body, sayable.Of(v))
	}
	if err != nil {
		panic(Unencodable{err})
	}
	_, err = body.WriteTo(w)
	return err
}

// wordProblems gives problems their words, wherever in huma they were made.
func (a *API) wordProblems(ctx huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*problem.Problem); ok {
		a.problems.Word(ctx.Context(), p)
	}
	return v, nil
}

// register adds an operation.
func register[I, O any](a *API, op huma.Operation, handle func(context.Context, care.Staff, *I) (*O, error)) {
	wire.Register(operations(a), op, handle)
}

// operations is where those are registered that stand in rooms of their own.
func operations(a *API) wire.Operations { return wire.Operations{API: a.huma, Problems: a.problems} }

// PagingInput is what every list takes. It is exported, like everything that is
// embedded here, because huma overlooks embedded structs that are not.
type PagingInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"How many items at most"`
	Cursor string `query:"cursor" maxLength:"500" doc:"Where to go on: next of the page before"`
}

func (p PagingInput) paging() ledger.Paging { return ledger.Paging{Limit: p.Limit, Cursor: p.Cursor} }

// What goes over the wire is as in the rooms.
type (
	listOutput[T any] = wire.ListOutput[T]
	output[T any]     = wire.Output[T]
	// IDInput is the id of a thing in its address.
	IDInput = wire.IDInput
	// KeyInput is the idempotency key that a POST carries.
	KeyInput = wire.KeyInput
)

// listed turns a page of records into a page of the wire.
func listed[R, T any](page ledger.Page[R], err error, convert func(R) T) (*listOutput[T], error) {
	return wire.Listed(page, err, convert)
}

// whole is a list that has no pages.
func whole[R, T any](records []R, err error, convert func(R) T) (*listOutput[T], error) {
	return wire.Whole(records, err, convert)
}

// one turns a record into its form on the wire.
func one[R, T any](record R, err error, convert func(R) T) (*output[T], error) {
	return wire.One(record, err, convert)
}

// orEmpty keeps null out of JSON arrays.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
