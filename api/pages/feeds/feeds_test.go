package feeds_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/apognu/gocal"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/feed"
)

// TestACalendarIsReadByItsAddress: a program that nobody logs in reads it, until the address is
// changed, taken away or past its time; a link of another kind opens none.
func TestACalendarIsReadByItsAddress(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.NotContains(t, b.Visit("/calendario").Text, "value=\"http")
	address := func() string {
		t.Helper()
		require.Equal(t, http.StatusSeeOther, b.Submit("/calendario", nil).StatusCode)
		found := regexp.MustCompile(`value="(http[^"]+)"`).FindStringSubmatch(b.Visit("/calendario").Text)
		require.Len(t, found, 2)
		return strings.TrimPrefix(found[1], b.URL)
	}
	first := address()
	answer := b.Anybody(http.MethodGet, first, nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "text/calendar; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	parser := gocal.NewParser(strings.NewReader(answer.Text))
	from, to := b.Now.AddDate(0, -1, 0), b.Now.AddDate(0, 1, 0)
	parser.Start, parser.End = &from, &to
	require.NoError(t, parser.Parse())
	require.Len(t, parser.Events, 1)
	require.Equal(t, "Appuntamento", parser.Events[0].Summary)
	require.Equal(t, b.URL+"/fascicoli/"+apitest.AnotherID, parser.Events[0].URL)
	require.WithinDuration(t, b.Now.AddDate(0, 0, 7), *parser.Events[0].Start, time.Second)

	second := address()
	require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, first, nil).StatusCode, "of before")
	require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, "/calendario/"+b.LinkToken(), nil).StatusCode, "a partner's link")
	require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, "/calendario/falso", nil).StatusCode)
	require.NotEqual(t, http.StatusOK, b.Anybody(http.MethodGet, "/invito/"+strings.TrimPrefix(second, "/calendario/"), nil).StatusCode, "no partner's link")
	was := b.Now
	b.At(was.Add(feed.Life))
	require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, second, nil).StatusCode, "past its time")
	b.At(was)
	require.Equal(t, http.StatusOK, b.Anybody(http.MethodGet, second, nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Submit("/calendario/fine", nil).StatusCode)
	require.Equal(t, http.StatusNotFound, b.Anybody(http.MethodGet, second, nil).StatusCode, "taken away")
}
