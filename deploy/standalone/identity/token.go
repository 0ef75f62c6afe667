package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// ErrRefused says that the provider knows no such account, or not with this password.
var ErrRefused = errors.New("unknown account or wrong password")

// Token logs an account in at the issuer as the command line's client, by the same code flow with PKCE
// that a browser goes through, and returns the access token. Errors: ErrRefused, or what hindered the
// way to the provider.
func Token(ctx context.Context, issuer, account, password string) (string, error) {
	// Redirects are read, not followed: the last one leads to an address where nobody listens.
	// The login belongs to the browser that begins it: a jar keeps the provider's cookie.
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, browser)
	config := oauth2.Config{
		ClientID:    CLIClient,
		RedirectURL: CLIRedirect,
		Scopes:      []string{"openid", "profile"},
		Endpoint: oauth2.Endpoint{
			AuthURL:   issuer + "/authorize",
			TokenURL:  issuer + "/oauth/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	verifier := oauth2.GenerateVerifier()

	loginURL, err := follow(ctx, browser, http.MethodGet,
		config.AuthCodeURL("cli", oauth2.S256ChallengeOption(verifier)), nil)
	if err != nil {
		return "", err
	}
	form := url.Values{
		"request":  {loginURL.Query().Get("request")},
		"account":  {account},
		"password": {password},
	}
	callback, err := follow(ctx, browser, http.MethodPost, issuer+"/login", form)
	if err != nil {
		return "", err
	}
	redirect, err := follow(ctx, browser, http.MethodGet, callback.String(), nil)
	if err != nil {
		return "", err
	}
	token, err := config.Exchange(ctx, redirect.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return "", fmt.Errorf("exchange of the code: %w", err)
	}
	return token.AccessToken, nil
}

// follow makes a request and returns the address that its answer redirects to.
func follow(ctx context.Context, browser *http.Client, method, address string, form url.Values) (*url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := browser.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusUnauthorized {
		return nil, ErrRefused
	}
	location, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("provider answered %s", response.Status)
	}
	return location, nil
}
