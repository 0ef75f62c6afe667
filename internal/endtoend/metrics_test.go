package endtoend

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/metrics"
)

// scrape reads the metrics of a part, by name.
func (s *services) scrape(part standalone.Part) map[string]*dto.MetricFamily {
	s.t.Helper()
	families, err := s.tryScrape(part)
	require.NoError(s.t, err)
	return families
}

// tryScrape is scrape where nobody may answer.
func (s *services) tryScrape(part standalone.Part) (map[string]*dto.MetricFamily, error) {
	asking := http.Client{Timeout: 20 * time.Second}
	res, err := asking.Get(s.stack.Addresses().Metrics[part])
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(res.Body)
}

// value is the sum of a metric of a part over those of its labels that are named; of a
// histogram, how often it was observed.
func (s *services) value(part standalone.Part, name string, labels ...string) (sum float64) {
	s.t.Helper()
	family := s.scrape(part)[name]
	for _, m := range family.GetMetric() {
		matches := 0
		for _, l := range m.GetLabel() {
			for i := 0; i+1 < len(labels); i += 2 {
				if l.GetName() == labels[i] && l.GetValue() == labels[i+1] {
					matches++
				}
			}
		}
		if matches == len(labels)/2 {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

// someone is what a label must not hold: an id, an account, an address, a name.
var someone = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}|@|[a-z_]+\.(prato|prova|pistoia|lucca)\b|comune|cpia?\b|` + marker)

// What the processes count tells of no person, case, colleague or agency: the labels
// are of a closed list, and none of their values is one of those. Nothing can
// therefore be grouped by who did it.
func TestMetricsTellOfNobody(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	id := s.openMarked()
	s.do(id, care.Assessment, with(assessed))
	s.move(care.CPIOperator, s.referral(id), care.OpAcknowledge, catalogue.ReferralMoveForm{Note: marker})
	s.post(care.DeskOperator, "/case-file-searches", map[string]any{"search": marker}).is(http.StatusOK)
	s.call(care.DeskOperator, http.MethodGet, "/case-files/"+marker, nil)
	s.call(care.DeskOperator, marker, "/"+marker, nil)
	require.Eventually(t, func() bool { return s.value(standalone.API, "percorso_workers") == 1 }, 60*time.Second, time.Second)

	for part, counted := range map[standalone.Part][]string{
		standalone.API: {"percorso_http_request_duration_seconds", "percorso_pool_max", "percorso_entries_waiting", "temporal_request", "go_goroutines", "process_cpu_seconds_total",
			"percorso_build_info"},
		standalone.Worker: {"percorso_steps_total", "percorso_step_duration_seconds", "percorso_pool_max", "temporal_request", "go_goroutines", "percorso_build_info"},
	} {
		families := s.scrape(part)
		for _, name := range counted {
			require.True(t, slices.ContainsFunc(keys(families), func(n string) bool { return strings.HasPrefix(n, name) }), "%s of %s", name, part)
		}
		for name, family := range families {
			for _, m := range family.GetMetric() {
				for _, l := range m.GetLabel() {
					require.Contains(t, metrics.Labels, l.GetName(), "%s of %s", name, part)
					if l.GetName() != "build" {
						require.NotRegexp(t, someone, l.GetValue(), "%s of %s", name, part)
					}
				}
			}
		}
	}
	require.NotZero(t, s.value(standalone.Worker, "percorso_steps_total", "kind", "case", "operation", "complete", "verdict", "recorded"))
	require.NotZero(t, s.value(standalone.API, "percorso_http_request_duration_seconds", "route", "/api/v1/tasks/:id/complete", "method", "POST", "status", "2xx"))
}

func keys(of map[string]*dto.MetricFamily) (names []string) {
	for name := range of {
		names = append(names, name)
	}
	return names
}
