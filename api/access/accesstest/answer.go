package accesstest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"percorso/api/problem"
)

// Answer is a response that was read.
type Answer struct {
	*http.Response
	Text string
	JSON map[string]any
}

// NewRequest makes a request to an address.
func NewRequest(t testing.TB, method, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Ask sends a request and reads the answer.
func Ask(t testing.TB, c *http.Client, r *http.Request) Answer {
	t.Helper()
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Response: res, Text: string(text)}
	_ = json.Unmarshal(text, &a.JSON)
	return a
}

// Problem checks that the answer is a problem of the code, and gives it.
func (a Answer) Problem(t testing.TB, code string) problem.Problem {
	t.Helper()
	var p problem.Problem
	status, _ := problem.StatusOf(code)
	if err := json.Unmarshal([]byte(a.Text), &p); err != nil || p.Code != code || p.Status != a.StatusCode ||
		a.Header.Get("Content-Type") != problem.MediaType || p.Detail == "" || p.Status != status {
		t.Fatalf("want the problem %s, got %d %s %s", code, a.StatusCode, a.Header.Get("Content-Type"), a.Text)
	}
	return p
}
