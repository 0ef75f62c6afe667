// Package config reads what a process is told by its environment, once, at its
// start. Each process has a struct of its own, so that none is given, or asks
// for, what it does not need. An error names the variable and the rule, in one
// line each, and quotes no value: some are secrets.
package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"percorso/internal/brake"
)

// Database is what commands need that only work on the records: migrate, zone
// load, staff load.
type Database struct {
	URL string // PERCORSO_DATABASE_URL: postgres://login:password@host:port/percorso
}

// Processes is what is needed to speak to the processes in Temporal.
type Processes struct {
	Options client.Options // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the SDK's other variables
	Keys    string         // PERCORSO_CODEC_KEYS or the content of PERCORSO_CODEC_KEYS_FILE, for package codec
}

// OIDC is the OpenID provider.
type OIDC struct {
	Issuer       string // PERCORSO_OIDC_ISSUER
	ClientID     string // PERCORSO_OIDC_CLIENT_ID
	ClientSecret string // PERCORSO_OIDC_CLIENT_SECRET; empty for a client without one
	Audience     string // PERCORSO_OIDC_AUDIENCE: of the access tokens for the API
}

// API is what the process api needs.
type API struct {
	Database
	Processes
	OIDC      OIDC
	Listen    string // PERCORSO_LISTEN: host:port
	PublicURL string // PERCORSO_PUBLIC_URL: as browsers see it, without a slash at the end
	LinkKey   string // PERCORSO_LINK_KEY: opens partners' one-time links, for package invitation; empty: derived from Keys
	Metrics   string // PERCORSO_METRICS_LISTEN: host:port of /metrics; empty: nothing is measured
	Traces    string // host:port of OTEL_EXPORTER_OTLP_ENDPOINT, where spans are sent; empty: none are
	Sessions
	Brakes
	SearchKey string // PERCORSO_SEARCH_KEY: makes the digests of what is searched; empty: derived from Keys
}

// Sessions say how long somebody stays logged in.
type Sessions struct {
	Idle time.Duration // PERCORSO_SESSION_IDLE: without asking for anything
	Life time.Duration // PERCORSO_SESSION_LIFETIME: at most
}

// Brakes say how often something may be tried that comes to nothing, and where a try
// comes from.
type Brakes struct {
	Logins  brake.Rate     // PERCORSO_BRAKE_LOGINS: begun from one source, or come back without having been
	Tokens  brake.Rate     // PERCORSO_BRAKE_TOKENS: refused, from one source or of one token
	Links   brake.Rate     // PERCORSO_BRAKE_LINKS: forged, from one source; opened or answered, of one link
	Sources int            // PERCORSO_BRAKE_SOURCES: how many sources, tokens and links are remembered
	Proxies []netip.Prefix // PERCORSO_TRUSTED_PROXIES: whose X-Forwarded-For is believed; empty: nobody's
}

// Worker is what the process worker needs.
type Worker struct {
	Database
	Processes
	Mail
	Versions
	PublicURL string // PERCORSO_PUBLIC_URL: for the links in mails
	LinkKey   string // PERCORSO_LINK_KEY: signs partners' one-time links, the same as the API's
	Metrics   string // PERCORSO_METRICS_LISTEN: host:port of /metrics; empty: nothing is measured
	Traces    string // host:port of OTEL_EXPORTER_OTLP_ENDPOINT, where spans are sent; empty: none are
	Health    string // PERCORSO_HEALTH_LISTEN: host:port of /livez and /readyz
	// Texts is PERCORSO_SMS_SECRETS or the content of PERCORSO_SMS_SECRETS_FILE: what the zones'
	// gateways for text messages ask for, by zone; empty: none is sent.
	Texts map[string]string
}

// Versions say which version of the worker this is, and how it becomes the current one.
type Versions struct {
	Build string // PERCORSO_BUILD_ID; empty: what the binary is by itself
	Mode  string // PERCORSO_WORKER_VERSIONS: one of the three below
}

// How a worker's version becomes the current one.
const (
	VersionsBySelf    = "self"
	VersionsByRelease = "release" // when percorso release says so
	VersionsOff       = "off"     // there are none
)

// Mail is the mail server that takes our mails.
type Mail struct {
	SMTPAddress  string // PERCORSO_SMTP_ADDRESS: host:port
	SMTPTLS      string // PERCORSO_SMTP_TLS: none (on this machine alone), starttls or implicit
	SMTPUser     string // PERCORSO_SMTP_USER; empty: without login
	SMTPPassword string // PERCORSO_SMTP_PASSWORD or the content of PERCORSO_SMTP_PASSWORD_FILE
	SMTPRoots    string // content of PERCORSO_SMTP_CA_FILE, in PEM; empty: the system's authorities
	MailFrom     string // PERCORSO_MAIL_FROM
}

// Rebuild is what the command rebuild needs.
type Rebuild struct {
	Database
	Processes
}

// Release is what the command release needs.
type Release struct {
	Database // its address may be left out: then Temporal alone says who works
	Processes
	Versions
}

// What is taken where a variable is not set: everything on one machine.
const (
	defaultListen    = "127.0.0.1:8080"
	defaultPublicURL = "http://127.0.0.1:8080"
	defaultTemporal  = "127.0.0.1:7233"
	defaultNamespace = "percorso"
	defaultIssuer    = "http://127.0.0.1:8081"
	defaultClientID  = "percorso"
	defaultAudience  = "percorso-api"
	defaultSMTP      = "127.0.0.1:1025"
	defaultHealth    = "127.0.0.1:8090"
	defaultMailFrom  = "percorso@localhost.localdomain"
)

// How long somebody stays logged in: unless it is said otherwise, and at least and
// at most. Below the shortest there is no time for a warning before.
const (
	defaultIdle  = 30 * time.Minute
	defaultLife  = 10 * time.Hour
	shortestIdle = 5 * time.Minute
	longestLife  = 24 * time.Hour
)

// How often something may be tried that comes to nothing, unless it is said otherwise:
// an office behind one address logs in, and mail scanners open links, well below it.
var (
	usualLogins = brake.Rate{Tries: 120, Per: time.Minute}
	usualTokens = brake.Rate{Tries: 60, Per: time.Minute}
	usualLinks  = brake.Rate{Tries: 60, Per: time.Minute}
)

const (
	usualSources = 10_000
	fewSources   = 100
	mostSources  = 1_000_000
	mostTries    = 1_000_000
	longestPer   = 24 * time.Hour
)

// ReadDatabase reads Database.
func ReadDatabase() (Database, error) {
	var r reader
	c := r.database()
	return c, r.err()
}

// ReadAPI reads API.
func ReadAPI() (API, error) {
	var r reader
	c := API{
		Database:  r.database(),
		Processes: r.processes(),
		OIDC: OIDC{
			Issuer:       r.address("PERCORSO_OIDC_ISSUER", defaultIssuer),
			ClientID:     r.text("PERCORSO_OIDC_CLIENT_ID", defaultClientID),
			ClientSecret: r.text("PERCORSO_OIDC_CLIENT_SECRET", ""),
			Audience:     r.text("PERCORSO_OIDC_AUDIENCE", defaultAudience),
		},
		Listen:    r.hostPort("PERCORSO_LISTEN", defaultListen),
		PublicURL: r.address("PERCORSO_PUBLIC_URL", defaultPublicURL),
		LinkKey:   r.text("PERCORSO_LINK_KEY", ""),
		SearchKey: r.text("PERCORSO_SEARCH_KEY", ""),
		Metrics:   r.metrics(),
		Traces:    r.traces(),
		Sessions: Sessions{
			Idle: r.duration("PERCORSO_SESSION_IDLE", defaultIdle, shortestIdle, longestLife),
			Life: r.duration("PERCORSO_SESSION_LIFETIME", defaultLife, shortestIdle, longestLife),
		},
	}
	c.Brakes = Brakes{
		Logins:  r.rate("PERCORSO_BRAKE_LOGINS", usualLogins),
		Tokens:  r.rate("PERCORSO_BRAKE_TOKENS", usualTokens),
		Links:   r.rate("PERCORSO_BRAKE_LINKS", usualLinks),
		Sources: r.number("PERCORSO_BRAKE_SOURCES", usualSources, fewSources, mostSources),
		Proxies: r.networks("PERCORSO_TRUSTED_PROXIES"),
	}
	if c.OIDC.Audience == c.OIDC.ClientID {
		r.fault("PERCORSO_OIDC_AUDIENCE", "must differ from PERCORSO_OIDC_CLIENT_ID, or an id token would open the API")
	}
	return c, r.err()
}

// ReadWorker reads Worker.
func ReadWorker() (Worker, error) {
	var r reader
	c := Worker{
		Database:  r.database(),
		Processes: r.processes(),
		Mail:      r.mail(),
		Versions:  r.versions(),
		PublicURL: r.address("PERCORSO_PUBLIC_URL", defaultPublicURL),
		LinkKey:   r.text("PERCORSO_LINK_KEY", ""),
		Health:    r.hostPort("PERCORSO_HEALTH_LISTEN", defaultHealth),
		Texts:     r.byZone("PERCORSO_SMS_SECRETS"),
		Metrics:   r.metrics(),
		Traces:    r.traces(),
	}
	if c.Metrics == c.Health {
		r.fault("PERCORSO_METRICS_LISTEN", "must differ from PERCORSO_HEALTH_LISTEN")
	}
	return c, r.err()
}

// ReadMail reads Mail.
func ReadMail() (Mail, error) {
	var r reader
	c := r.mail()
	return c, r.err()
}

// ReadRebuild reads Rebuild.
func ReadRebuild() (Rebuild, error) {
	var r reader
	c := Rebuild{Database: r.database(), Processes: r.processes()}
	return c, r.err()
}

// ReadRelease reads Release.
func ReadRelease() (Release, error) {
	var r reader
	c := Release{Processes: r.processes(), Versions: r.versions()}
	if r.text("PERCORSO_DATABASE_URL", "") != "" {
		c.Database = r.database()
	}
	return c, r.err()
}

// reader reads variables and collects what is wrong with them.
type reader struct{ faults []error }

func (r *reader) err() error { return errors.Join(r.faults...) }

func (r *reader) fault(variable, rule string) {
	r.faults = append(r.faults, fmt.Errorf("%s %s", variable, rule))
}

func (r *reader) text(variable, fallback string) string {
	if value := strings.TrimSpace(os.Getenv(variable)); value != "" {
		return value
	}
	return fallback
}

func (r *reader) database() Database {
	value := r.text("PERCORSO_DATABASE_URL", "")
	u, err := url.Parse(value)
	switch {
	case value == "":
		r.fault("PERCORSO_DATABASE_URL", "is not set: postgres://login:password@host:port/percorso")
	case err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql"):
		r.fault("PERCORSO_DATABASE_URL", "is no database address: postgres://login:password@host:port/percorso")
	}
	return Database{URL: value}
}

// address reads an http address, without a slash at its end.
func (r *reader) address(variable, fallback string) string {
	value := strings.TrimRight(r.text(variable, fallback), "/")
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		r.fault(variable, "is no address: https://host or http://host:port")
	}
	return value
}

func (r *reader) hostPort(variable, fallback string) string {
	value := r.text(variable, fallback)
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		r.fault(variable, "is no host:port")
	}
	return value
}

// duration reads a time such as 30m or 10h, within bounds.
func (r *reader) duration(variable string, fallback, least, most time.Duration) time.Duration {
	value := r.text(variable, "")
	if value == "" {
		return fallback
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		r.fault(variable, fmt.Sprintf("is no time such as 30m or 10h, from %s to %s", least, most))
	}
	return d
}

// rate reads how often something may be tried, such as 60/1m. Off: ever.
func (r *reader) rate(variable string, fallback brake.Rate) brake.Rate {
	value := r.text(variable, "")
	switch value {
	case "":
		return fallback
	case "off":
		return brake.Rate{}
	}
	tries, per, _ := strings.Cut(value, "/")
	n, err := strconv.Atoi(tries)
	d, notime := time.ParseDuration(per)
	if err != nil || notime != nil || n < 1 || n > mostTries || d < time.Second || d > longestPer {
		r.fault(variable, "is no rate such as 60/1m, from one try to a million in 1s to 24h, nor off")
	}
	return brake.Rate{Tries: n, Per: d}
}

// number reads a whole number, within bounds.
func (r *reader) number(variable string, fallback, least, most int) int {
	value := r.text(variable, "")
	if value == "" {
		return fallback
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		r.fault(variable, fmt.Sprintf("is no number from %d to %d", least, most))
	}
	return n
}

// networks reads addresses and networks, with commas or blanks between them. One that
// holds everybody is none: whoever asks would be believed.
func (r *reader) networks(variable string) (list []netip.Prefix) {
	for _, text := range strings.FieldsFunc(r.text(variable, ""), func(c rune) bool { return c == ',' || c == ' ' }) {
		network, err := netip.ParsePrefix(text)
		if address, is := netip.ParseAddr(text); is == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || network.Bits() == 0 || network.Addr().Is4In6() {
			r.fault(variable, "is no list of addresses and networks such as 10.0.0.5,10.1.0.0/16")
			return nil
		}
		list = append(list, network.Masked())
	}
	return list
}

// metrics reads where a process is measured; nowhere is usual.
func (r *reader) metrics() string {
	if r.text("PERCORSO_METRICS_LISTEN", "") == "" {
		return ""
	}
	return r.hostPort("PERCORSO_METRICS_LISTEN", "")
}

// traces reads where spans are sent; their exporter reads it itself as well.
func (r *reader) traces() string {
	const variable, usual = "OTEL_EXPORTER_OTLP_ENDPOINT", "4317"
	if r.text(variable, "") == "" {
		return ""
	}
	u, err := url.Parse(r.address(variable, ""))
	if err != nil {
		return ""
	}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), usual)
	}
	return u.Host
}

// processes reads the connection to Temporal as its SDK does; a file of
// settings counts only where TEMPORAL_CONFIG_FILE names it.
func (r *reader) processes() Processes {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{DisableFile: os.Getenv("TEMPORAL_CONFIG_FILE") == ""})
	if err != nil {
		r.fault("TEMPORAL_…", "cannot be read: "+err.Error())
	}
	if options.HostPort == "" {
		options.HostPort = defaultTemporal
	}
	if options.Namespace == "" {
		options.Namespace = defaultNamespace
	}
	if _, _, err := net.SplitHostPort(options.HostPort); err != nil {
		r.fault("TEMPORAL_ADDRESS", "is no host:port")
	}
	return Processes{Options: options, Keys: r.keys()}
}

// keys reads the codec's keys from their variable, or from the file that it names.
func (r *reader) keys() string {
	if keys := r.text("PERCORSO_CODEC_KEYS", ""); keys != "" {
		return keys
	}
	path := r.text("PERCORSO_CODEC_KEYS_FILE", "")
	if path == "" {
		r.fault("PERCORSO_CODEC_KEYS", "is not set, nor is PERCORSO_CODEC_KEYS_FILE: kid:base64 of 32 bytes")
		return ""
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	switch {
	case err != nil:
		r.fault("PERCORSO_CODEC_KEYS_FILE", "names a file that cannot be read")
	case strings.TrimSpace(string(content)) == "":
		r.fault("PERCORSO_CODEC_KEYS_FILE", "names an empty file: one kid:base64 a line")
	}
	return string(content)
}

// buildID is what Temporal takes for a version, and people can read.
var buildID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`)

// BuildRule says what a build is.
const BuildRule = "is no build: up to 64 letters, digits, points, dashes, underlines and plus signs, a letter or digit first"

// IsBuild says whether a version of the worker may be called so.
func IsBuild(name string) bool { return buildID.MatchString(name) }

func (r *reader) versions() Versions {
	v := Versions{Build: r.text("PERCORSO_BUILD_ID", ""), Mode: r.text("PERCORSO_WORKER_VERSIONS", VersionsBySelf)}
	if v.Build != "" && !buildID.MatchString(v.Build) {
		r.fault("PERCORSO_BUILD_ID", BuildRule)
	}
	if !slices.Contains([]string{VersionsBySelf, VersionsByRelease, VersionsOff}, v.Mode) {
		r.fault("PERCORSO_WORKER_VERSIONS", "is none of self, release and off")
	}
	return v
}

// How the connection to the mail server may be encrypted.
const (
	tlsNone     = "none"
	tlsSTARTTLS = "starttls"
	tlsImplicit = "implicit"
)

// submissions is the port of mail servers that speak TLS from the first byte.
const submissions = "465"

// mail reads how mails leave. What is not encrypted, a login above all, does not
// leave this machine.
func (r *reader) mail() Mail {
	c := Mail{
		SMTPAddress:  r.hostPort("PERCORSO_SMTP_ADDRESS", defaultSMTP),
		SMTPUser:     r.text("PERCORSO_SMTP_USER", ""),
		SMTPPassword: r.secret("PERCORSO_SMTP_PASSWORD"),
		MailFrom:     r.text("PERCORSO_MAIL_FROM", defaultMailFrom),
	}
	host, port, _ := net.SplitHostPort(c.SMTPAddress)
	if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 || host == "" {
		r.fault("PERCORSO_SMTP_ADDRESS", "is no host:port with a port between 1 and 65535")
	}
	usual := tlsSTARTTLS
	switch {
	case onThisMachine(c.SMTPAddress):
		usual = tlsNone
	case port == submissions:
		usual = tlsImplicit
	}
	c.SMTPTLS = r.text("PERCORSO_SMTP_TLS", usual)
	switch c.SMTPTLS {
	case tlsSTARTTLS, tlsImplicit:
	case tlsNone:
		if !onThisMachine(c.SMTPAddress) {
			r.fault("PERCORSO_SMTP_TLS", "may be none only for a mail server on this machine: use starttls or implicit")
		}
	default:
		r.fault("PERCORSO_SMTP_TLS", "is none of none, starttls and implicit")
	}
	switch {
	case c.SMTPUser != "" && c.SMTPPassword == "":
		r.fault("PERCORSO_SMTP_PASSWORD", "is not set, nor is PERCORSO_SMTP_PASSWORD_FILE, though PERCORSO_SMTP_USER is")
	case c.SMTPUser == "" && c.SMTPPassword != "":
		r.fault("PERCORSO_SMTP_USER", "is not set, though a password is")
	}
	if path := r.text("PERCORSO_SMTP_CA_FILE", ""); path != "" {
		c.SMTPRoots = r.file("PERCORSO_SMTP_CA_FILE", path)
		if c.SMTPRoots != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(c.SMTPRoots)) {
			r.fault("PERCORSO_SMTP_CA_FILE", "holds no certificate in PEM")
		}
	}
	if address, err := mail.ParseAddress(c.MailFrom); err != nil || !strings.Contains(address.Address, "@") {
		r.fault("PERCORSO_MAIL_FROM", "is no mail address")
	}
	return c
}

// secret reads a secret from its variable, or from the file that variable_FILE names.
func (r *reader) secret(variable string) string {
	if value := r.text(variable, ""); value != "" {
		return value
	}
	path := r.text(variable+"_FILE", "")
	if path == "" {
		return ""
	}
	return strings.TrimSpace(r.file(variable+"_FILE", path))
}

// byZone reads a secret for each zone: zone=secret, with commas or lines between them.
func (r *reader) byZone(variable string) map[string]string {
	secrets := map[string]string{}
	for _, one := range strings.FieldsFunc(r.secret(variable), func(c rune) bool { return c == ',' || c == '\n' }) {
		zone, secret, ok := strings.Cut(strings.TrimSpace(one), "=")
		if !ok || zone == "" || secret == "" || secrets[zone] != "" {
			r.fault(variable, "is no list of zone=secret, each zone once")
			return nil
		}
		secrets[zone] = secret
	}
	return secrets
}

// file reads a file that a variable names; an empty one is a fault.
func (r *reader) file(variable, path string) string {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	switch {
	case err != nil:
		r.fault(variable, "names a file that cannot be read")
	case strings.TrimSpace(string(content)) == "":
		r.fault(variable, "names an empty file")
	}
	return string(content)
}

func onThisMachine(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
