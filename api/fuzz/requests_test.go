package fuzz_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/italian"
)

// operation is one of the description of the API.
type operation struct {
	method, path string
	*huma.Operation
}

// described lists the operations of the API in one order.
func described(api *huma.OpenAPI) (all []operation) {
	for path, item := range api.Paths {
		for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete} {
			if op != nil {
				all = append(all, operation{method, path, op})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return all
}

// generator makes requests to the API of what its description says.
type generator struct {
	*world
	api  *huma.OpenAPI
	all  []operation
	kind care.TaskKind // of the task that the request is about
}

func newGenerator(w *world) *generator {
	api := w.rig.Description()
	return &generator{world: w, api: api, all: described(api)}
}

// value is a JSON value under way to its text.
type value struct {
	schema *huma.Schema
	fields []field // of an object
	items  []*value
	text   string // of what is neither, and of what was broken
}

type field struct {
	name string
	*value
}

func (v *value) json() string {
	switch {
	case v.text != "":
		return v.text
	case v.schema != nil && v.schema.Type == huma.TypeArray:
		parts := []string{}
		for _, item := range v.items {
			parts = append(parts, item.json())
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	parts := []string{}
	for _, f := range v.fields {
		parts = append(parts, quoted(f.name)+":"+f.json())
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// all lists a value and those within it.
func (v *value) all() (list []*value) {
	list = []*value{v}
	for _, f := range v.fields {
		list = append(list, f.all()...)
	}
	for _, item := range v.items {
		list = append(list, item.all()...)
	}
	return list
}

func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

// request makes a request to one of the operations.
func (g *generator) request(c *choices) (*sent, operation) {
	op := pick(c, g.all)
	s := &sent{method: op.method, mark: g.marked(), header: http.Header{}}
	s.header.Set("Authorization", "Bearer "+g.tokens[g.asker(c)])
	s.path, g.kind = g.address(c, op.path), ""
	if strings.HasPrefix(op.path, rest.Prefix+"/tasks/") {
		id := strings.Split(strings.TrimPrefix(s.path, rest.Prefix+"/tasks/"), "/")[0]
		if row := g.Rows(`SELECT kind, role FROM task WHERE id = $1`, id); len(row) == 1 {
			g.kind = care.TaskKind(fmt.Sprint(row[0]["kind"]))
			if token, ok := g.tokens[fmt.Sprint(row[0]["role"], ".", zoneCode)]; ok && !c.one(4) {
				s.header.Set("Authorization", "Bearer "+token)
			}
		}
	}
	query := url.Values{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "query" && (p.Required || c.one(3)):
			query.Set(p.Name, strings.Trim(g.good(c, s, p.Schema, p.Name, 0).json(), `"`))
		case p.In == "header":
			s.header.Set(p.Name, fmt.Sprint("k", g.marks))
		}
	}
	s.query = query.Encode()
	var body *value
	if op.RequestBody != nil && (op.RequestBody.Required || c.one(2)) {
		body = g.body(c, s, op)
		s.header.Set("Content-Type", "application/json")
	}
	for range c.below(3) {
		g.break1(c, s, op, body)
	}
	if body != nil && s.body == "" {
		s.body = body.json()
	}
	return s, op
}

// asker is who asks: mostly who may.
func (g *generator) asker(c *choices) string {
	return pick(c, append([]string{"supervisor.prato", "social_worker.prato", "supervisor.prato", "social_worker.prato", "desk_operator.prato", "cpi_operator.prato"}, g.who...))
}

// address fills the parameters of a path with what there is.
func (g *generator) address(c *choices, path string) string {
	what := "command"
	for part, kind := range map[string]string{"/case-files/": "case", "/tasks/": "task", "/referrals/": "referral", "/equipes/": "equipe", "/contacts/": "contact"} {
		if strings.Contains(path, part) {
			what = kind
		}
	}
	return strings.NewReplacer("{id}", pick(c, g.ids[what]), "{action}", pick(c, g.ids["action"]), "{code}", zoneCode, "{agency}", pick(c, g.agencies())).Replace(path)
}

func (g *generator) agencies() (codes []string) {
	for _, a := range g.policy.Agencies {
		codes = append(codes, a.Code)
	}
	return codes
}

// body is a form that is right as far as the schema, the zone and the task say.
func (g *generator) body(c *choices, s *sent, op operation) *value {
	schema := g.resolved(op.RequestBody.Content["application/json"].Schema)
	if form, ok := completion.FormOf(g.kind); ok && strings.HasSuffix(op.path, "/complete") {
		outcome := pick(c, form.Outcomes)
		v := &value{schema: schema, fields: []field{{"outcome", &value{text: quoted(outcome.Code), schema: schema.Properties["outcome"]}}}}
		for _, name := range completion.Fields {
			if property := schema.Properties[string(name)]; slices.Contains(outcome.Requires, name) || outcome.Accepts(name) && c.one(3) {
				if name == completion.FieldReason && len(outcome.Reasons) > 0 {
					v.fields = append(v.fields, field{"reason", &value{text: quoted(pick(c, outcome.Reasons)), schema: property}})
					continue
				}
				v.fields = append(v.fields, field{string(name), g.good(c, s, property, string(name), 0)})
			}
		}
		return v
	}
	for _, o := range catalogue.All { // their own examples
		if facts := o.About(); facts.Path != "" && strings.HasSuffix(op.path, "/"+facts.Path) && !c.one(2) {
			if facts.On == catalogue.OnTask && g.kind == "" {
				continue
			}
			return g.like(o.Any("", g.surroundings(c)).Data, schema)
		}
	}
	return g.good(c, s, schema, "", 0)
}

// surroundings are what an example of a form is made of.
func (g *generator) surroundings(c *choices) catalogue.World {
	return catalogue.World{
		Policy: g.policy, Now: g.Now, Rand: rand.New(rand.NewPCG(uint64(c.below(256)), 0)), Zones: []string{"lucca", "pistoia", zoneCode}, Task: g.kind,
		Seen:       func(string, string) string { return pick(c, g.seen) },
		SamePerson: func() string { return pick(c, g.ids["case"]) },
	}
}

// like reads JSON into a value of a schema.
func (g *generator) like(data json.RawMessage, schema *huma.Schema) *value {
	schema = g.resolved(schema)
	v := &value{schema: schema}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || schema.Type != huma.TypeObject {
		v.text = string(data)
		return v
	}
	for name, text := range fields {
		v.fields = append(v.fields, field{name, g.like(text, schema.Properties[name])})
	}
	slices.SortFunc(v.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return v
}

func (g *generator) resolved(s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return g.api.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return &huma.Schema{}
	}
	return s
}

// good is a value that a schema and the zone allow.
func (g *generator) good(c *choices, s *sent, schema *huma.Schema, name string, depth int) *value {
	schema = g.resolved(schema)
	v := &value{schema: schema}
	switch schema.Type {
	case huma.TypeObject:
		for _, property := range slices.Sorted(maps.Keys(schema.Properties)) {
			if slices.Contains(schema.Required, property) || c.one(2) {
				v.fields = append(v.fields, field{property, g.good(c, s, schema.Properties[property], property, depth+1)})
			}
		}
	case huma.TypeArray:
		for range 1 + c.below(2) {
			v.items = append(v.items, g.good(c, s, schema.Items, name, depth+1))
		}
	case huma.TypeBoolean:
		v.text = pick(c, []string{"true", "false"})
	case huma.TypeInteger, huma.TypeNumber:
		v.text = fmt.Sprint(c.below(2))
		if schema.Minimum != nil {
			v.text = fmt.Sprint(int(*schema.Minimum) + c.below(2))
		}
	default:
		v.text = quoted(g.word(c, s, schema, name))
	}
	return v
}

// word is a text that a field of a name may hold.
func (g *generator) word(c *choices, s *sent, schema *huma.Schema, name string) string {
	switch {
	case len(schema.Enum) > 0:
		return fmt.Sprint(pick(c, schema.Enum))
	case schema.Format == "date":
		return g.day(-12000 + c.below(12500)).Format(time.DateOnly)
	case schema.Format == "date-time":
		days := pick(c, []int{1, 7, 30, 90, 365, -1, -7})
		return g.day(days).In(italian.Rome).Format(time.RFC3339)
	}
	named := func(list []care.Named) (codes []string) {
		for _, n := range list {
			codes = append(codes, n.Code)
		}
		return codes
	}
	p := g.policy
	codes := map[string][]string{
		"service": {p.Services[0].Code, "cpi"}, "matter": named(p.Matters), "agency": g.agencies(), "area": {"labour", "housing"}, "needs": {"labour", "housing"},
		"purpose": {"labour", "housing"}, "topic": named(p.Desk.Topics), "channel": named(p.Desk.Channels), "language": {"it", "ar"}, "languages": {"it", "ur"},
		"citizenship": {"PK", "MA", "IT"}, "permit": care.Permits, "outcome": append(named(p.Outcomes), "information", "consultation"), "closure_outcome": named(p.Outcomes), "measure": named(p.Measures),
		"goal": g.ids["goal"], "into": g.ids["case"], "zone": {"lucca", "pistoia"}, "seen": g.seen, "need": care.NeedLevels, "result": care.GoalResults, "reason": {"abroad", "wrong_office", p.RejectReasons[0].Code},
		"role": {string(care.SocialWorker), string(care.CPIOperator)}, "id": g.ids["action"], "kind": {string(care.BetweenAgencies)},
		"case_file": g.ids["case"], "case_file_id": g.ids["case"],
	}[name]
	if len(codes) > 0 {
		return pick(c, codes)
	}
	return "Prova " + s.mark
}

// Texts that break things.
var (
	noText = []string{`\u0000`, `\ud800`, `\udc00`, `\ufffd`, "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}
	unseen = []string{"\u200b", "\u202e", "\ufeff", "\u00ad", "\u2066", "\U000E0041", "\u0007", "\u2028", "\u180e", "\ue000", "\u3164"}
	noDate = []string{"9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1492-10-12T10:00:00Z", "2026-02-30T10:00:00Z",
		"2026-13-01T10:00:00Z", "2026-12-01T24:00:00Z", "2026-12-01T10:00:60Z", "2026-12-01T10:00:00+99:99", "2026-12-01T10:00:00", "2126-12-01T10:00:00Z", "2026-12-01", "-2026-12-01T10:00:00Z", "tomorrow", "1", "2300-01-01T00:00:00+02:00"}
	noDay   = []string{"9999-12-31", "10000-01-01", "0000-00-00", "0001-01-01", "1492-10-12", "2026-02-30", "2026-13-01", "01/02/2026", "2200-01-01", "2026-12-01T00:00:00Z", "--"}
	noID    = []string{"0", "zz", "%00", "../..", "0190F0F0-0000-7000-8000-00000000000A", "{0190f0f0-0000-7000-8000-000000000001}", "' OR 1=1", "\xff", "\u202e", "null", "0190f0f0000070008000000000000001"}
	strange = []string{"\xff\xfe", "\u202e\u0085", "'\"<script>", "00-zz-zz-01", "*", "W/\"x\"", ";;;=", "\t", strings.Repeat("z", 4000)}
)

// break1 breaks a request in one way.
func (g *generator) break1(c *choices, s *sent, op operation, body *value) {
	if body != nil && s.body == "" && !c.one(3) {
		g.breakBody(c, s, body)
		return
	}
	switch c.below(12) {
	case 0:
		s.bad = "no JSON is wanted"
		s.header["Accept"] = []string{pick(c, []string{"text/html", "application/xml", "*/*;q=0", "application/json;q=0", s.mark})}
	case 1:
		s.header["Content-Type"] = []string{pick(c, []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=" + s.mark, "application/json; charset=utf-16", "application/" + s.mark})}
		if body != nil && body.json() != "" {
			s.bad = "a body of another kind"
		}
	case 2:
		s.method, s.bad = pick(c, []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, s.mark}), "another method"
	case 3:
		if op.method == http.MethodPost && s.header.Get(rest.KeyHeader) != "" {
			s.bad = "no key, or none that can be one"
			s.header[rest.KeyHeader] = pick(c, [][]string{nil, {""}, {"a", "b"}, {"a b"}, {s.mark + "è"}, {"\xff"}, {strings.Repeat("k", 201)}})
		}
	case 4:
		if i := strings.Index(op.path, "{"); i >= 0 {
			s.path, s.bad = strings.Replace(op.path, op.path[i:i+strings.Index(op.path[i:], "}")+1], pick(c, append(noID, s.mark, "0190f0f0-0000-7000-8000-00000000ffff")), 1), "an id of nothing"
			s.path = strings.NewReplacer("{id}", g.ids["case"][0], "{action}", g.ids["action"][0], "{code}", zoneCode, "{agency}", "cpi").Replace(s.path)
		}
	case 5:
		s.query, s.bad = joined(s.query, pick(c, []string{"unknown=" + s.mark, s.mark + "=1", "limit=1&limit=2", "a%zz=1", "a=%", "cursor=%00", "cursor=%ff", "%ff=1", "limit=1;cursor=2"})), "a query that is none"
	case 6:
		for _, p := range op.Parameters {
			if p.In == "query" && c.one(2) {
				s.query, s.bad = joined(s.query, url.Values{p.Name: {g.wrong(c, s, p)}}.Encode()), "a parameter that is none"
				break
			}
		}
	case 7:
		s.header["Authorization"], s.bad = []string{pick(c, []string{"", "Bearer " + s.mark, "Basic " + s.mark, "Bearer \xff", "Bearer a.b.c"})}, "nobody asks"
	case 8:
		if body == nil && s.body == "" {
			s.body = pick(c, []string{`{"a":"` + s.mark + `"}`, s.mark, "[1]", "\x00"})
			s.bad = "a body where none is taken"
			s.header.Set("Content-Type", "application/json")
		}
	default:
		s.header[pick(c, []string{"If-Match", "If-None-Match", "Accept-Language", "Traceparent", "Tracestate", "Cookie", "X-Request-Id", "User-Agent", "X-Forwarded-For", "Range", "If-Modified-Since", "Origin", "Forwarded"})] = []string{pick(c, strange)}
	}
}

func joined(query, more string) string { return strings.TrimPrefix(query+"&"+more, "&") }

// wrong is what a parameter may not be.
func (g *generator) wrong(c *choices, s *sent, p *huma.Param) string {
	switch schema := g.resolved(p.Schema); {
	case p.Name == "cursor":
		return pick(c, append(slices.Clone(unseen), s.mark, "eyJhIjoxfQ", strings.Repeat("A", 501), "null"))
	case schema.Type == huma.TypeBoolean:
		return pick(c, []string{s.mark, "1", "T", "yes", "TRUE", ""})
	case schema.Type == huma.TypeInteger:
		return pick(c, []string{s.mark, "0", "-1", "101", "1e1", "+1", "01", "99999999999999999999", "1.0", ""})
	case schema.Format == "date-time":
		return pick(c, append(slices.Clone(noDate), s.mark))
	case schema.Format == "date":
		return pick(c, append(slices.Clone(noDay), s.mark))
	}
	return pick(c, append(slices.Clone(unseen), s.mark, strings.Repeat("z", 5000), "\xff"))
}

// breakBody breaks a body in one way.
func (g *generator) breakBody(c *choices, s *sent, body *value) {
	all := body.all()
	v := pick(c, all)
	inText := func(bad string) string { return strings.TrimSuffix(quoted("Prova "+s.mark), `"`) + bad + `"` }
	leaf := func(of ...string) *value {
		for range len(all) {
			if v.schema != nil && len(v.fields)+len(v.items) == 0 && slices.Contains(of, v.schema.Type) {
				return v
			}
			v = pick(c, all)
		}
		return nil
	}
	switch c.below(12) {
	case 0:
		if len(v.fields) > 0 && s.bad == "" { // else what is bad may go
			i := c.below(len(v.fields))
			if slices.Contains(v.schema.Required, v.fields[i].name) {
				s.bad = "a field is missing: " + v.fields[i].name
			}
			v.fields = slices.Delete(slices.Clone(v.fields), i, i+1)
		}
	case 1:
		if v.schema != nil && v.schema.Type == huma.TypeObject && v.text == "" {
			name := pick(c, []string{"unknown", s.mark, "", "Note", "__proto__", "id\u200b"})
			v.fields, s.bad = append(v.fields, field{name, &value{text: quoted(s.mark)}}), "an unknown field"
		}
	case 2:
		if len(v.fields) > 0 {
			f := pick(c, v.fields)
			v.fields, s.bad = append(v.fields, f), "a field twice: "+f.name
		}
	case 3:
		if s.bad == "" && v.schema != nil && v.schema.Type != "" {
			for kind, text := range map[string]string{huma.TypeString: quoted(s.mark), huma.TypeInteger: "12", huma.TypeBoolean: "true", huma.TypeArray: "[" + quoted(s.mark) + "]", huma.TypeObject: `{"a":` + quoted(s.mark) + `}`} {
				if kind != v.schema.Type && (kind != huma.TypeInteger || v.schema.Type != huma.TypeNumber) {
					v.text, s.bad = text, "another type"
				}
			}
		}
	case 4, 5:
		if l := leaf(huma.TypeString); l != nil {
			l.text, s.bad = inText(pick(c, noText)), "no text"
		}
	case 6:
		if l := leaf(huma.TypeString); l != nil {
			l.text, s.bad = inText(strings.Trim(quoted(pick(c, unseen)), `"`)), "what nobody sees"
		}
	case 7:
		if l := leaf(huma.TypeString); l != nil {
			l.text, s.bad = quoted(s.mark+strings.Repeat("z", 10_001)), "too long"
		}
	case 8, 9:
		if l := leaf(huma.TypeString); l != nil {
			switch l.schema.Format {
			case "date":
				l.text, s.bad = quoted(pick(c, noDay)), "no day"
			case "date-time":
				l.text, s.bad = quoted(pick(c, noDate)), "no time"
			}
		}
	case 10:
		if l := leaf(huma.TypeInteger, huma.TypeNumber); l != nil {
			l.text = pick(c, []string{"-1", "1e400", "99999999999999999999999", "0.5", "-0", "1E2"})
		}
	default:
		text := body.json()
		s.bad = "no JSON"
		s.body = pick(c, []string{text[:len(text)-1], text + text, text + s.mark, "\ufeff" + text, strings.Repeat("[", 9000), "{" + s.mark, "'" + text + "'", strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), quoted(s.mark), "null", "[]", "12", " "})
	}
}

// codes whose problems are about no field.
var wholly = []string{problem.Unauthenticated, problem.NotStaff, problem.NotFound, problem.Method, problem.NotAcceptable, problem.MediaKind, problem.TooLarge, problem.OtherSite, problem.KeyReused,
	care.RefusedForbidden, care.RefusedNotHeld, care.RefusedNotAwaited, care.RefusedEnded, care.RefusedTaken, care.RefusedInFlight}

// check asks what must hold of an answer of the API.
func (g *generator) check(s *sent, op operation, a got) {
	g.t.Helper()
	fail := func(format string, about ...any) {
		g.t.Errorf("%s\n%s\nanswers %d %.600s", s, fmt.Sprintf(format, about...), a.status, a.text)
	}
	if strings.Contains(a.text, s.mark) {
		fail("repeats what was typed")
	}
	described := op.Responses[fmt.Sprint(a.status)]
	if described == nil && s.method == op.method {
		fail("is not described")
	}
	if a.status == http.StatusNoContent {
		if a.text != "" {
			fail("has something to say")
		}
		return
	}
	if a.status < http.StatusBadRequest {
		if a.header.Get("Content-Type") != "application/json" {
			fail("is of the kind %s", a.header.Get("Content-Type"))
		}
		if described != nil && described.Content["application/json"] != nil {
			for _, err := range g.unlike(described.Content["application/json"].Schema, a.text) {
				fail("is not as described: %v", err)
			}
		}
		return
	}
	var p problem.Problem
	if err := json.Unmarshal([]byte(a.text), &p); err != nil || a.header.Get("Content-Type") != problem.MediaType {
		fail("is no problem but %s", a.header.Get("Content-Type"))
		return
	}
	if status, known := problem.StatusOf(p.Code); !known || status != a.status || p.Status != a.status || p.Detail == "" || strings.Contains(p.Detail, "("+p.Code+")") {
		fail("is a problem that nobody knows")
	}
	if len(p.Errors) == 0 && !slices.Contains(wholly, p.Code) {
		fail("names no field")
	}
	for _, e := range p.Errors {
		if e.Message == "" || e.Message != italian.Fault(care.Fault{Field: e.Field, Rule: e.Rule}) || strings.Contains(e.Message, "("+e.Rule+")") {
			fail("names a rule without words: %s", e.Rule)
		}
	}
	for _, err := range g.unlike(g.api.Components.Schemas.Map()["Problem"], a.text) {
		fail("is not as described: %v", err)
	}
}

// unlike says what of a text is not as a schema says.
func (g *generator) unlike(schema *huma.Schema, text string) []error {
	var parsed any
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return []error{err}
	}
	path, found := huma.NewPathBuffer([]byte{}, 0), &huma.ValidateResult{}
	huma.Validate(g.api.Components.Schemas, schema, path, huma.ModeReadFromServer, parsed, found)
	return found.Errors
}

// try makes a request of an input, sends it and checks the answer.
func (g *generator) try(input []byte) (int, operation) {
	g.t.Helper()
	s, op := g.request(&choices{bytes: input})
	a := g.send(s)
	g.check(s, op, a)
	return a.status, op
}
