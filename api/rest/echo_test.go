package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/ledger"
)

// bodies makes forms for an operation: each field in turn, and all of them at
// once, hold the marker; in the right type and in a wrong one; and one field is
// unknown.
func bodies(registry huma.Registry, schema *huma.Schema) []string {
	if schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	list := []any{map[string]any{apitest.Marker: apitest.Marker}, apitest.Marker, []any{apitest.Marker}, map[string]any{"zz_unknown": map[string]any{"a": apitest.Marker}}}
	whole := map[string]any{}
	for name, property := range schema.Properties {
		whole[name] = filled(registry, property)
		list = append(list,
			map[string]any{name: filled(registry, property)},
			map[string]any{name: apitest.Marker},
			map[string]any{name: []any{apitest.Marker, map[string]any{apitest.Marker: apitest.Marker}}},
			map[string]any{name: map[string]any{"x": apitest.Marker}},
		)
	}
	list = append(list, whole)
	out := []string{`{"` + apitest.Marker, `"` + apitest.Marker, apitest.Marker, `{"note":"` + apitest.Marker + `\u0000"}`}
	for _, v := range list {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		out = append(out, string(text))
	}
	return out
}

// filled is a value of the right type that holds the marker wherever it can.
func filled(registry huma.Registry, s *huma.Schema) any {
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	switch {
	case s.Type == "object":
		m := map[string]any{}
		for name, property := range s.Properties {
			m[name] = filled(registry, property)
		}
		return m
	case s.Type == "array":
		return []any{filled(registry, s.Items)}
	case s.Type == "boolean":
		return true
	case s.Type == "integer" || s.Type == "number":
		return 1
	case s.Format == "date":
		return "1990-05-01"
	case s.Format == "date-time":
		return "2090-05-01T10:00:00+02:00"
	case s.Format == "uuid":
		return apitest.SomeID
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	return apitest.Marker
}

// addressed fills the parameters of a path: with an id, or with a code.
func addressed(path, id, code string) string {
	return strings.NewReplacer("{id}", id, "{action}", id, "{code}", code, "{agency}", code).Replace(path)
}

// TestNothingTypedComesBack sends the marker in every field, parameter and
// address of every operation, to a store that works and to one that fails with
// the marker in its error: it comes back in no answer and stands in no log.
func TestNothingTypedComesBack(t *testing.T) {
	broken := &pgconn.PgError{Code: "22P02", Message: "invalid input syntax: " + apitest.Marker, Detail: apitest.Marker, Where: apitest.Marker}
	for name, fail := range map[string]error{"store works": nil, "store fails": fmt.Errorf("reading %s: %w", apitest.Marker, broken)} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			r.Records.Fail = fail
			r.Records.OnAccept = func(ledger.NewCommand) error { return fail }
			sent := 0
			send := func(method, path, body string, headers ...string) {
				sent++
				a := r.As(apitest.SomeSupervisor, method, path, body, headers...)
				if strings.Contains(a.Text, apitest.Marker) || strings.Contains(fmt.Sprint(a.Header), apitest.Marker) {
					t.Errorf("%s %s with %s\nanswers %d %s", method, path, body, a.StatusCode, a.Text)
				}
				if a.StatusCode == http.StatusInternalServerError && fail == nil {
					t.Errorf("%s %s with %s\nbreaks", method, path, body)
				}
			}
			for path, item := range r.Description().Paths {
				good := addressed(path, apitest.SomeID, "prova")
				bad := addressed(path, apitest.Marker, apitest.Marker)
				if op := item.Get; op != nil {
					send(http.MethodGet, bad, "")
					send(http.MethodGet, good+"?"+apitest.Marker+"="+apitest.Marker, "")
					for _, p := range op.Parameters {
						if p.In == "query" {
							send(http.MethodGet, good+"?"+p.Name+"="+url.QueryEscape(apitest.Marker), "")
						}
					}
				}
				if op := item.Post; op != nil {
					send(http.MethodPost, bad, `{}`, rest.KeyHeader, "k")
					send(http.MethodPost, good, `{}`, rest.KeyHeader, apitest.Marker+" è")
					send(http.MethodPost, good, apitest.Marker, rest.KeyHeader, "k", "Content-Type", "application/"+apitest.Marker)
					if op.RequestBody == nil {
						continue
					}
					for i, body := range bodies(r.Description().Components.Schemas, op.RequestBody.Content["application/json"].Schema) {
						send(http.MethodPost, good, body, rest.KeyHeader, fmt.Sprint("k", i))
					}
				}
			}
			send(http.MethodGet, "/"+apitest.Marker, "")
			send(apitest.Marker, rest.Prefix+"/contacts", "")
			if sent < 900 {
				t.Errorf("only %d requests", sent)
			}
			if i := strings.Index(r.Log.String(), apitest.Marker); i >= 0 {
				t.Errorf("logged: %s", r.Log.String()[max(0, i-300):i+100])
			}
		})
	}
}

// TestPanicIsNotTold panics with what somebody typed.
func TestPanicIsNotTold(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.OnAccept = func(ledger.NewCommand) error { panic(apitest.Marker) }
	a := r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k1")
	a.Problem(t, problem.Internal)
	if strings.Contains(a.Text, apitest.Marker) || strings.Contains(r.Log.String(), apitest.Marker) {
		t.Error("what was panicked with is told")
	}
	if !strings.Contains(r.Log.String(), `"panic"`) {
		t.Error("the panic is not in the log")
	}
}
