package identity

import (
	"crypto/rand"
	"log/slog"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

// Config says what a provider is made of.
type Config struct {
	// Issuer is the provider's own address as clients see it, without a trailing slash.
	Issuer   string
	Accounts []Account
	Clients  []Client
	// KeyFile keeps the signing key; it is made when missing.
	KeyFile string
	Logger  *slog.Logger
}

// New makes a provider: its protocol, its login page, and /healthz.
func New(config Config) (http.Handler, error) {
	key, err := loadSigningKey(config.KeyFile)
	if err != nil {
		return nil, err
	}
	store := &storage{
		key:      key,
		clients:  map[string]client{},
		accounts: map[string]Account{},
		requests: map[string]*request{},
		codes:    map[string]string{},
	}
	for _, c := range config.Clients {
		store.clients[c.ID] = client{c}
	}
	for _, account := range config.Accounts {
		store.accounts[account.Subject] = account
	}

	options := &op.Config{
		CodeMethodS256:           true,
		AuthMethodPost:           true,
		DefaultLogoutRedirectURI: "/logged-out",
		SupportedUILocales:       []language.Tag{language.Italian},
	}
	// The key covers authorization codes, which live for seconds.
	if _, err := rand.Read(options.CryptoKey[:]); err != nil {
		return nil, err
	}
	provider, err := op.NewProvider(options, store, op.StaticIssuer(config.Issuer),
		op.WithAllowInsecure(), op.WithLogger(config.Logger))
	if err != nil {
		return nil, err
	}
	return loginPages(store, config, provider), nil
}
