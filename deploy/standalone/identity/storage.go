package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// loginLimit is how long a login may take from the first redirect to the code's exchange.
const loginLimit = 10 * time.Minute

var (
	errUnknown      = errors.New("unknown or expired")
	errOtherBrowser = errors.New("begun in another browser")
)

// storage is the provider's op.Storage. Only logins under way live in it: tokens are signed and carry
// all that they say, so that a restart forgets nothing but half-done logins.
type storage struct {
	key      *signingKey
	clients  map[string]client
	accounts map[string]Account

	mu       sync.Mutex
	requests map[string]*request
	codes    map[string]string // code -> request
}

// request is one login under way; it is an op.AuthRequest.
type request struct {
	oidc.AuthRequest
	id       string
	audience []string
	created  time.Time
	browser  string // that it was begun in
	// subject is empty until the password was right.
	subject string
	authAt  time.Time
}

func (r *request) GetID() string                      { return r.id }
func (r *request) GetACR() string                     { return "" }
func (r *request) GetAMR() []string                   { return []string{"pwd"} }
func (r *request) GetAudience() []string              { return r.audience }
func (r *request) GetAuthTime() time.Time             { return r.authAt }
func (r *request) GetClientID() string                { return r.ClientID }
func (r *request) GetNonce() string                   { return r.Nonce }
func (r *request) GetRedirectURI() string             { return r.RedirectURI }
func (r *request) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }
func (r *request) GetScopes() []string                { return r.Scopes }
func (r *request) GetState() string                   { return r.State }
func (r *request) GetSubject() string                 { return r.subject }
func (r *request) Done() bool                         { return r.subject != "" }
func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// authenticate ends the password step of a login. Errors: those of pending, and errPassword when account
// and password do not fit.
func (s *storage) authenticate(id, browser, account, password string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	request, err := s.underWay(id, browser)
	if err != nil {
		return err
	}
	_, known := s.accounts[account]
	if subtle.ConstantTimeCompare([]byte(password), []byte(Password)) != 1 || !known {
		return errPassword
	}
	request.subject, request.authAt = account, time.Now()
	return nil
}

// pending says whether the login is under way in the browser. Errors: errUnknown when it is not under way,
// errOtherBrowser when it was begun in another one.
func (s *storage) pending(id, browser string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.underWay(id, browser)
	return err
}

func (s *storage) underWay(id, browser string) (*request, error) {
	request, ok := s.requests[id]
	switch {
	case !ok:
		return nil, errUnknown
	case !request.begunIn(browser):
		return nil, errOtherBrowser
	}
	return request, nil
}

// CreateAuthRequest begins a login. Every client proves with PKCE that it is the one that asked.
func (s *storage) CreateAuthRequest(ctx context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with method S256 is required")
	}
	if len(asked.Prompt) == 1 && asked.Prompt[0] == oidc.PromptNone {
		return nil, oidc.ErrLoginRequired()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := time.Now().Add(-loginLimit)
	maps.DeleteFunc(s.requests, func(_ string, r *request) bool { return r.created.Before(oldest) })
	maps.DeleteFunc(s.codes, func(_ string, id string) bool { return s.requests[id] == nil })

	begun := &request{AuthRequest: *asked, id: rand.Text(), created: time.Now(), browser: browserOf(ctx)}
	if audience := s.clients[asked.ClientID].Audience; audience != "" {
		begun.audience = []string{audience}
	}
	s.requests[begun.id] = begun
	return begun, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if request, ok := s.requests[id]; ok {
		return request, nil
	}
	return nil, errUnknown
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	maps.DeleteFunc(s.codes, func(_ string, request string) bool { return request == id })
	return nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(TokenLifetime), nil
}

// GetClientByClientID and what follows describe clients, keys and accounts to the library.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if client, ok := s.clients[id]; ok {
		return client, nil
	}
	return nil, errUnknown
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	client, ok := s.clients[id]
	if !ok || subtle.ConstantTimeCompare([]byte(client.Secret), []byte(secret)) != 1 {
		return errors.New("unknown client or wrong secret")
	}
	return nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.key.SignatureAlgorithm()}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }

func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, scopes []string) error {
	return s.describe(info, subject, scopes)
}

func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	return s.describe(info, subject, []string{oidc.ScopeProfile, oidc.ScopeEmail})
}

// describe fills in who the subject is: the account's name is both subject and user name.
func (s *storage) describe(info *oidc.UserInfo, subject string, scopes []string) error {
	account, ok := s.accounts[subject]
	if !ok {
		return errUnknown
	}
	info.Subject = account.Subject
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeProfile:
			info.PreferredUsername, info.Name = account.Subject, account.Name
		case oidc.ScopeEmail:
			info.Email, info.EmailVerified = account.Email, account.Email != ""
		}
	}
	return nil
}

func (s *storage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	account, ok := s.accounts[subject]
	if !ok {
		return nil, errUnknown
	}
	return map[string]any{"preferred_username": account.Subject, "name": account.Name}, nil
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotOffered
}

func (s *storage) Health(context.Context) error                           { return nil }
func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// errNotOffered answers what the library asks for but no client here may use: refresh tokens,
// introspection, revocation and keys of clients.
var errNotOffered = errors.New("not offered")

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNotOffered
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return oidc.ErrUnsupportedGrantType().WithDescription("not offered")
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNotOffered
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotOffered
}
