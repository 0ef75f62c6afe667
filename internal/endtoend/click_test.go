package endtoend

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"percorso/deploy/standalone"
	"percorso/internal/care"
)

// traces is a collector of spans, as an operator has one.
type traces struct {
	collector.UnimplementedTraceServiceServer
	mu    sync.Mutex
	names map[string][]string // by the trace's id
	all   bytes.Buffer
}

// newTraces makes one that listens until the test ends.
func newTraces(t *testing.T) (c *traces, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c = &traces{names: map[string][]string{}}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return c, "http://" + listener.Addr().String()
}

func (c *traces) Export(_ context.Context, in *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range in.GetResourceSpans() {
		for _, scope := range r.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				id := hex.EncodeToString(span.GetTraceId())
				c.names[id] = append(c.names[id], span.GetName())
			}
		}
	}
	c.all.WriteString(in.String())
	return &collector.ExportTraceServiceResponse{}, nil
}

// line is one of a log, as far as it is JSON.
type line map[string]any

// logLines are the lines of a part's log that have an id somewhere.
func (s *services) logLines(part standalone.Part, id string) (found []line) {
	s.t.Helper()
	text, err := os.ReadFile(s.stack.LogFile(part))
	require.NoError(s.t, err)
	for l := range strings.Lines(string(text)) {
		if !strings.Contains(l, id) {
			continue
		}
		var fields line
		if json.Unmarshal([]byte(l), &fields) == nil {
			found = append(found, fields)
		}
	}
	return found
}

// One click is followed by its ids through the logs of API and worker and through
// what is stored: with the ids that its caller gave, and with those that were made
// where it gave none, or none that is one. With a collector its spans arrive there,
// from the request to the step and its statements.
func TestAClickIsFollowed(t *testing.T) {
	t.Parallel()
	spans, address := newTraces(t)
	on := "OTEL_EXPORTER_OTLP_ENDPOINT=" + address
	quickly := "OTEL_BSP_SCHEDULE_DELAY=200"
	s := openWith(t, "prato", func(o *standalone.Options) {
		o.Environment = map[standalone.Part][]string{standalone.API: {on, quickly}, standalone.Worker: {on, quickly}}
	})
	const given = "4bf92f3577b34da6a3ce929d0e0e4736"
	for name, c := range map[string]struct{ header, id string }{
		"a caller's ids": {"00-" + given + "-00f067aa0ba902b7-01", given},
		"none given":     {"", ""},
		"no ids at all":  {marker, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.with(t, s.zone)
			caseID := s.openCase()
			task, role := s.task(caseID, care.FirstListening)
			s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)

			form := heard
			form.Note = marker
			text, err := json.Marshal(form)
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.stack.Addresses().Pages+"/api/v1/tasks/"+task+"/complete", bytes.NewReader(text))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+s.tokens[string(role)+"."+s.zone])
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", uuid.NewString())
			if c.header != "" {
				req.Header.Set("traceparent", c.header)
				req.Header.Set("tracestate", "vendor="+marker)
			}
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			var command struct{ ID string }
			require.NoError(t, json.NewDecoder(res.Body).Decode(&command))
			require.NoError(t, res.Body.Close())
			require.Equal(t, http.StatusOK, res.StatusCode)

			// From the request, whose id the caller has, to its trace and its command.
			request := res.Header.Get("X-Request-Id")
			lines := s.logLines(standalone.API, request)
			require.Len(t, lines, 2, "the command and the request")
			require.Equal(t, command.ID, lines[0]["command"])
			require.Equal(t, "case/"+caseID, lines[0]["run"])
			require.Equal(t, caseID, lines[0]["case"])
			require.Equal(t, "/api/v1/tasks/:id/complete", lines[1]["route"])
			id, _ := lines[0]["trace"].(string)
			require.Equal(t, id, lines[1]["trace"])
			require.Regexp(t, `^[0-9a-f]{32}$`, id)
			if c.id != "" {
				require.Equal(t, c.id, id)
			}
			// To the step that the worker made of it, and to what that told other runs.
			var steps []line
			require.Eventually(t, func() bool { steps = s.logLines(standalone.Worker, id); return len(steps) > 0 }, 30*time.Second, 50*time.Millisecond)
			require.Equal(t, []any{"step", command.ID, "case/" + caseID, caseID, "complete", "recorded"},
				[]any{steps[0]["msg"], steps[0]["command"], steps[0]["run"], steps[0]["case"], steps[0]["operation"], steps[0]["verdict"]})
			// And to what is stored of it.
			conn, err := pgx.Connect(t.Context(), s.stack.AdministratorURL("percorso"))
			require.NoError(t, err)
			defer func() { _ = conn.Close(t.Context()) }()
			for _, table := range []string{"command", "timeline", "audit"} {
				var n int
				require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE split_part(trace, '-', 2) = $1`, id).Scan(&n))
				require.NotZero(t, n, table)
			}
			// The collector has it too.
			require.Eventually(t, func() bool {
				spans.mu.Lock()
				defer spans.mu.Unlock()
				all := strings.Join(spans.names[id], "\n")
				return strings.Contains(all, "POST /api/v1/tasks/:id/complete") && strings.Contains(all, "step complete") && strings.Contains(all, "SELECT")
			}, 30*time.Second, 100*time.Millisecond)
		})
	}
	for _, part := range []standalone.Part{standalone.API, standalone.Worker} {
		text, err := os.ReadFile(s.stack.LogFile(part))
		require.NoError(t, err)
		require.NotContains(t, string(text), marker, part)
	}
	spans.mu.Lock()
	defer spans.mu.Unlock()
	require.NotContains(t, spans.all.String(), marker)
	require.NotContains(t, spans.all.String(), "INSERT INTO", "no text of a statement")
}
