package api_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/access"
	"percorso/api/apitest"
	"percorso/api/live"
)

// listens begins a stream as a page does; the first line has come.
func listens(t *testing.T, b *apitest.PagesRig) (status int, lines *bufio.Scanner, leave func()) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	r := b.Request(http.MethodGet, live.Path, "").WithContext(ctx)
	r.Header.Set(access.LiveHeader, "1")
	a, err := b.Browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Body.Close() })
	lines = bufio.NewScanner(a.Body)
	if a.StatusCode == http.StatusOK {
		lines.Scan()
	}
	return a.StatusCode, lines, leave
}

// TestAPageHearsOfItsLists: it is told that something has changed and nothing else, has
// so many streams and no more, and keeps nobody logged in.
func TestAPageHearsOfItsLists(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	if a := b.Visit(live.Path); a.StatusCode != http.StatusNotFound {
		t.Errorf("it is no page: %d", a.StatusCode)
	}
	status, lines, leave := listens(t, b)
	if status != http.StatusOK {
		t.Fatalf("a stream begins with %d", status)
	}
	if n := b.Changes.Tell(); n != 1 {
		t.Fatalf("%d follow", n)
	}
	var said []string
	for len(said) < 1 && lines.Scan() {
		if text := lines.Text(); text != "" {
			said = append(said, text)
		}
	}
	if len(said) != 1 || said[0] != "data: elenco" {
		t.Errorf("it says %q", said)
	}
	for range 5 {
		if status, _, _ := listens(t, b); status != http.StatusOK {
			t.Errorf("another page gets %d", status)
		}
	}
	if status, _, _ := listens(t, b); status != http.StatusTooManyRequests {
		t.Errorf("one stream too many gets %d", status)
	}
	leave()
	left := func() bool { status, _, _ := listens(t, b); return status == http.StatusOK }
	require.Eventually(t, left, 10*time.Second, 50*time.Millisecond, "a stream that was left counts on")
}

// TestAListThatIsFetchedAnewIsNoUse: what a page fetches by itself takes nothing of what
// the next page says.
func TestAListThatIsFetchedAnewIsNoUse(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Submit("/compiti/"+apitest.AnotherID+"/rilascia", url.Values{"key": {"una"}})
	fetches := func() string {
		r := b.Request(http.MethodGet, "/compiti", "")
		r.Header.Set(access.LiveHeader, "1")
		return b.Do(b.Browser, r).Text
	}
	fetches()
	if text := fetches(); !strings.Contains(text, "rimessa tra le libere") {
		t.Error("what was to be told is gone")
	}
	if a := b.Visit("/compiti"); !strings.Contains(a.Text, "rimessa tra le libere") {
		t.Error("the page does not tell what was done")
	}
	if text := fetches(); strings.Contains(text, "rimessa tra le libere") {
		t.Error("it is told twice")
	}
}

// TestOpenPagesDoNotKeepTheServer: it ends while pages listen.
func TestOpenPagesDoNotKeepTheServer(t *testing.T) {
	b := apitest.NewPages(t)
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Site.Run(ctx) }()
	b.LogIn(apitest.SomeWorker.Subject)
	if status, _, _ := listens(t, b); status != http.StatusOK {
		t.Fatalf("a stream begins with %d", status)
	}
	end()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the server does not end")
	}
}
