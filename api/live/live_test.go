package live

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/internal/care"
)

// quiet are lists that never change.
type quiet struct{}

func (quiet) Follow(care.Staff) (<-chan struct{}, func()) { return nil, func() {} }

// TestAStreamEndsWithItsSession: however long a page stays open.
func TestAStreamEndsWithItsSession(t *testing.T) {
	asked := 0
	s := New(quiet{}, func(context.Context) (time.Duration, error) {
		if asked++; asked > 2 {
			return 0, nil
		}
		return time.Minute, nil
	}, time.Now) //nolint:forbidigo // the brake's
	s.beat = 10 * time.Millisecond
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET(Path, func(c *gin.Context) { _ = s.serve(c, care.Staff{ID: "a"}) })
	server := httptest.NewServer(r)
	defer server.Close()
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set(access.LiveHeader, "1")
	a, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	if said, err := io.ReadAll(a.Body); err != nil || string(said) != ": ci sono\n\n:\n\n:\n\n" {
		t.Errorf("%q %v", said, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) > 0 {
		t.Error("it counts on")
	}
}
