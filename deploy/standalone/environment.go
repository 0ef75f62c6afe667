package standalone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"percorso/deploy/standalone/gateway"
	"percorso/deploy/standalone/identity"
)

const (
	// namespace of Temporal that holds Percorso's runs.
	namespace     = "percorso"
	productClient = "percorso"
	// GatewayClient is the OpenID client of the gateway in front of Temporal's Web UI.
	GatewayClient = "temporal-ui"
	// apiAudience is what access tokens for the API are made out to.
	apiAudience = "percorso-api"
	mailFrom    = "percorso@percorso.example"
)

// Addresses say where the stack is reached.
type Addresses struct {
	Pages      string `json:"pages"`       // pages and API: http://127.0.0.1:8080
	Identity   string `json:"identity"`    // the OpenID issuer
	TemporalUI string `json:"temporal_ui"` // for administrators
	MailPage   string `json:"mail_page"`
	SMTP       string `json:"smtp"`     // host:port
	Temporal   string `json:"temporal"` // host:port
	Database   string `json:"database"` // host:port
	Worker     string `json:"worker"`   // /livez and /readyz of the worker
	// Metrics are where each process is measured, by part.
	Metrics map[Part]string `json:"metrics"`
}

func (o *Options) addresses(s *server) Addresses {
	return Addresses{
		Pages:      "http://" + address(o.Ports.API),
		Identity:   "http://" + address(o.Ports.Identity),
		TemporalUI: "http://" + address(o.Ports.TemporalUI),
		MailPage:   "http://" + address(o.Ports.MailPage),
		SMTP:       address(o.Ports.SMTP),
		Temporal:   address(o.Ports.Temporal),
		Database:   s.administrator.Host,
		Worker:     "http://" + address(o.Ports.WorkerHealth),
		Metrics: map[Part]string{
			API:    "http://" + address(o.Ports.APIMetrics) + "/metrics",
			Worker: "http://" + address(o.Ports.WorkerMetrics) + "/metrics",
		},
	}
}

// Clients returns the OpenID clients of the stack, with the secrets of the product and of the gateway.
func (a Addresses) Clients(product, gatewaySecret string) []identity.Client {
	return []identity.Client{
		{ID: productClient, Secret: product, Redirect: a.Pages + "/login/callback",
			AfterLogout: a.Pages + "/", Audience: apiAudience},
		{ID: GatewayClient, Secret: gatewaySecret, Redirect: a.TemporalUI + gateway.CallbackPath},
		{ID: identity.CLIClient, Redirect: identity.CLIRedirect, Audience: apiAudience},
	}
}

// environment makes the variables of every part and command: each process gets its own login and no
// more secrets than it needs.
type environment struct {
	options   *Options
	folder    *folder
	secrets   secrets
	server    *server
	addresses Addresses
	codecKeys string
	uiSocket  string
	staffFile string
}

// of returns the variables of a part, as KEY=value, without those of the caller's own environment.
func (e *environment) of(part Part) []string {
	a := e.addresses
	variables := map[string]string{}
	add := func(more map[string]string) { maps.Copy(variables, more) }

	product := map[string]string{
		"TEMPORAL_ADDRESS":         a.Temporal,
		"TEMPORAL_NAMESPACE":       namespace,
		"PERCORSO_CODEC_KEYS_FILE": e.codecKeys,
		"PERCORSO_PUBLIC_URL":      a.Pages,
		"PERCORSO_SMTP_ADDRESS":    a.SMTP,
		"PERCORSO_MAIL_FROM":       mailFrom,
	}
	api := map[string]string{
		"PERCORSO_LISTEN":             address(e.options.Ports.API),
		"PERCORSO_OIDC_ISSUER":        a.Identity,
		"PERCORSO_OIDC_CLIENT_ID":     productClient,
		"PERCORSO_OIDC_CLIENT_SECRET": e.secrets.ClientSecrets[productClient],
		"PERCORSO_OIDC_AUDIENCE":      apiAudience,
		"PERCORSO_METRICS_LISTEN":     address(e.options.Ports.APIMetrics),
		// Not read by the processes: for scripts that make run's neighbours start.
		"PERCORSO_MAIL_PAGE_URL": a.MailPage,
		"PERCORSO_STACK":         e.options.binary(stackBinary),
		"PERCORSO_DATA":          e.folder.path,
	}
	login := func(name string) map[string]string {
		return map[string]string{"PERCORSO_DATABASE_URL": e.server.loginURL(name, productDatabase)}
	}
	switch part {
	case Temporal:
		add(map[string]string{
			"TEMPORAL_ADDRESS":                 a.Temporal,
			"TEMPORAL_NAMESPACE":               namespace,
			"TEMPORAL_DATABASE_URL":            e.server.loginURL(loginTemporal, temporalDatabase),
			"TEMPORAL_VISIBILITY_DATABASE_URL": e.server.loginURL(loginTemporal, visibilityDatabase),
			"TEMPORAL_UI_SOCKET":               e.uiSocket,
			"TEMPORAL_UI_ORIGIN":               a.TemporalUI,
		})
	case Identity:
		add(map[string]string{
			"STACK_IDENTITY_LISTEN": address(e.options.Ports.Identity),
			"STACK_IDENTITY_ISSUER": a.Identity,
			"STACK_IDENTITY_KEY":    e.folder.file("identity", "signing-key.pem"),
			"STACK_IDENTITY_STAFF":  e.staffFile,
			"STACK_PAGES_URL":       a.Pages,
			"STACK_TEMPORAL_UI_URL": a.TemporalUI,
			"STACK_PRODUCT_SECRET":  e.secrets.ClientSecrets[productClient],
			"STACK_GATEWAY_SECRET":  e.secrets.ClientSecrets[GatewayClient],
		})
	case Mail:
		add(map[string]string{
			"STACK_SMTP_LISTEN":      a.SMTP,
			"STACK_MAIL_PAGE_LISTEN": address(e.options.Ports.MailPage),
			"STACK_MAIL_FOLDER":      e.folder.file("mail"),
		})
	case TemporalUI:
		add(map[string]string{
			"STACK_GATEWAY_LISTEN":  address(e.options.Ports.TemporalUI),
			"STACK_TEMPORAL_UI_URL": a.TemporalUI,
			"STACK_UI_SOCKET":       e.uiSocket,
			"STACK_IDENTITY_ISSUER": a.Identity,
			"STACK_GATEWAY_SECRET":  e.secrets.ClientSecrets[GatewayClient],
		})
	case Worker:
		add(product)
		add(login(loginWorker))
		add(map[string]string{
			"PERCORSO_HEALTH_LISTEN":  address(e.options.Ports.WorkerHealth),
			"PERCORSO_METRICS_LISTEN": address(e.options.Ports.WorkerMetrics),
		})
	case API:
		add(product)
		add(api)
		add(login(loginAPI))
	case Migrate:
		add(product)
		add(login(loginMigrate))
	case Ops:
		add(product)
		add(login(loginOps))
	}
	list := make([]string, 0, len(variables))
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		list = append(list, name+"="+variables[name])
	}
	return append(list, e.options.Environment[part]...)
}

// process returns the whole environment of a part: the caller's, without what is meant for the launcher
// or would lead a database driver astray, and the part's own.
func (e *environment) process(part Part) []string { return append(inherited(), e.of(part)...) }

func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "PERCORSO_DATABASE_URL=") || strings.HasPrefix(variable, "PG") ||
			strings.HasPrefix(variable, "TEMPORAL_")
	})
}

// running is what a stack leaves in its data folder for commands beside it: make token, make demo.
type running struct {
	Addresses   Addresses         `json:"addresses"`
	Environment map[Part][]string `json:"environment"`
}

const runningFile = "running.json"

func (e *environment) publish() error {
	state := running{Addresses: e.addresses, Environment: map[Part][]string{}}
	for _, part := range []Part{API, Worker, Migrate, Ops} {
		state.Environment[part] = e.of(part)
	}
	return writeJSON(e.folder.file(runningFile), state)
}

// ErrNotRunning says that no stack uses the data folder.
var ErrNotRunning = errors.New("the stack is not running: start it with make run")

// Running returns the addresses of the stack that uses the data folder, and the whole environment of a
// part or command of it. Errors: ErrNotRunning.
func Running(dataDir string, part Part) (Addresses, []string, error) {
	if !isRunning(dataDir) {
		return Addresses{}, nil, ErrNotRunning
	}
	content, err := os.ReadFile(filepath.Join(dataDir, runningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Addresses{}, nil, ErrNotRunning
	}
	if err != nil {
		return Addresses{}, nil, err
	}
	var state running
	if err := json.Unmarshal(content, &state); err != nil {
		return Addresses{}, nil, fmt.Errorf("%s: %w", runningFile, err)
	}
	return state.Addresses, append(inherited(), state.Environment[part]...), nil
}
