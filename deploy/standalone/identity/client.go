package identity

import (
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// TokenLifetime is a working day: without refresh tokens, nobody is thrown out in the middle of one.
const TokenLifetime = 8 * time.Hour

// CLIClient is the public client of scripts; its redirect address is never followed, only read.
const (
	CLIClient   = "percorso-cli"
	CLIRedirect = "http://127.0.0.1/percorso-cli"
)

// Client is a program that sends people here to log in.
type Client struct {
	ID string
	// Secret is empty for a public client, which proves itself by PKCE alone.
	Secret string
	// Redirect is the one address that codes are sent to.
	Redirect string
	// AfterLogout is the one address that a logout may return to.
	AfterLogout string
	// Audience of the access tokens; the client itself when empty.
	Audience string
}

// client makes a Client an op.Client.
type client struct{ Client }

func (c client) GetID() string                    { return c.ID }
func (c client) RedirectURIs() []string           { return []string{c.Redirect} }
func (c client) PostLogoutRedirectURIs() []string { return []string{c.AfterLogout} }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType   { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) LoginURL(request string) string { return "/login?request=" + url.QueryEscape(request) }
func (c client) AccessTokenType() op.AccessTokenType {
	return op.AccessTokenTypeJWT
}
func (c client) IDTokenLifetime() time.Duration       { return TokenLifetime }
func (c client) IsScopeAllowed(string) bool           { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c client) ClockSkew() time.Duration             { return 0 }

// DevMode lets a redirect address be plain http: everything here is on one machine.
func (c client) DevMode() bool { return true }

func (c client) ApplicationType() op.ApplicationType {
	if c.Secret == "" {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}

func (c client) AuthMethod() oidc.AuthMethod {
	if c.Secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return keepScopes }
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return keepScopes }

func keepScopes(scopes []string) []string { return scopes }
