package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func ask(t *testing.T, handle http.HandlerFunc) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	handle(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestLiveIsWhatMoves(t *testing.T) {
	var still []string
	p := &Probe{Still: func() []string { return still }, Needs: []Need{{Name: "postgres", Ask: func(context.Context) error { return errors.New("away") }}}}
	code, body := ask(t, p.Live)
	require.Equal(t, 200, code)
	require.JSONEq(t, `{"status":"ok"}`, body)
	still = []string{"relay"}
	code, body = ask(t, p.Live)
	require.Equal(t, 503, code)
	require.JSONEq(t, `{"status":"still","still":["relay"]}`, body)
}

// What a process needs decides; what it does without is told. One that hangs is away.
func TestReadyIsWhatAnswers(t *testing.T) {
	here := func(context.Context) error { return nil }
	away := func(context.Context) error { return errors.New("Zqxmarker") }
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		needs []Need
		code  int
		body  string
	}{
		"all there":       {[]Need{{Name: "postgres", Ask: here}, {Name: "worker", Ask: here, Told: true}}, 200, `{"status":"ok","parts":{"postgres":"ok","worker":"ok"}}`},
		"a needed one":    {[]Need{{Name: "postgres", Ask: away}, {Name: "worker", Ask: here, Told: true}}, 503, `{"status":"away","parts":{"postgres":"away","worker":"ok"}}`},
		"one that is not": {[]Need{{Name: "postgres", Ask: here}, {Name: "worker", Ask: away, Told: true}}, 200, `{"status":"ok","parts":{"postgres":"ok","worker":"away"}}`},
		"one that hangs":  {[]Need{{Name: "postgres", Ask: hangs}}, 503, `{"status":"away","parts":{"postgres":"away"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			code, body := ask(t, (&Probe{Needs: c.needs}).Ready)
			require.Equal(t, c.code, code)
			require.JSONEq(t, c.body, body)
		})
	}
}

// A port that is taken is said once and opened as soon as it is free.
func TestATakenPortIsTriedAgain(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	core, logs := observer.New(zap.InfoLevel)
	ctx, end := context.WithCancel(t.Context())
	served := make(chan struct{})
	port := &Port{Address: taken.Addr().String(), Variable: "PERCORSO_PROVA", Log: zap.New(core),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })}
	go func() { port.Serve(ctx); close(served) }()
	require.Eventually(t, func() bool { return logs.FilterField(zap.String("variable", "PERCORSO_PROVA")).Len() == 1 }, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, taken.Close())
	require.Eventually(t, func() bool {
		res, err := http.Get("http://" + taken.Addr().String())
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 20*time.Second, 10*time.Millisecond)
	end()
	<-served
	require.Equal(t, 1, logs.FilterField(zap.String("variable", "PERCORSO_PROVA")).Len())
}
