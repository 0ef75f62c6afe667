package reminding

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"percorso/internal/brake"
	"percorso/internal/remind"
)

// Gateways sends text messages by the zones' gateways: one HTTP request each.
type Gateways struct {
	secrets map[string]string // by zone
	client  *http.Client
	failing *brake.Brake
}

const (
	textTime = 5 * time.Second // for one message
	kept     = 100             // gateways whose failures are counted
)

// patience is how often a gateway may fail until it is left alone for a while: what waits for
// one that is away must not hold up the others.
var patience = brake.Rate{Tries: 5, Per: time.Minute}

// NewGateways makes them, with what the gateway of each zone asks for.
func NewGateways(secrets map[string]string, now func() time.Time) *Gateways {
	return &Gateways{secrets, &http.Client{
		Timeout: textTime,
		// A message goes to the address of the zone's file and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, brake.New(patience, kept, now)}
}

// Knows says whether there is a secret for a zone's gateway.
func (g *Gateways) Knows(zone string) bool { return g.secrets[zone] != "" }

// text is what a gateway is sent.
type text struct {
	To   string `json:"to"`
	Text string `json:"text"`
}

// Send sends one message. The key is the same at each try, so that a gateway that has it
// sends no second one. Nothing of what failed is told besides that it did: it may name the number.
func (g *Gateways) Send(ctx context.Context, gateway string, m remind.Message) remind.Outcome {
	if g.failing.Held(gateway) > 0 {
		return remind.Later
	}
	made := g.send(ctx, gateway, m)
	if made == remind.Later {
		g.failing.Try(gateway)
	}
	return made
}

func (g *Gateways) send(ctx context.Context, gateway string, m remind.Message) remind.Outcome {
	body, err := json.Marshal(text{m.To, m.Text})
	if err != nil {
		return remind.Failed
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, gateway, bytes.NewReader(body))
	if err != nil {
		return remind.Failed
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+g.secrets[m.Zone])
	request.Header.Set("Idempotency-Key", m.ID)
	response, err := g.client.Do(request)
	if err != nil {
		return remind.Later
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection is used again
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return remind.Sent
	case response.StatusCode == http.StatusUnprocessableEntity || response.StatusCode == http.StatusBadRequest || response.StatusCode == http.StatusGone:
		return remind.Failed // it is about this number
	}
	return remind.Later // it is about us or the gateway: a wrong secret, too many, a redirect, a fault
}
