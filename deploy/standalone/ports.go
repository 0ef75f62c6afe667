package standalone

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// host is the one address that the stack listens on: its demo accounts have a published password.
const host = "127.0.0.1"

// Ports says where the parts listen on 127.0.0.1.
type Ports struct {
	API, Temporal, TemporalUI, Identity, SMTP, MailPage int
	// Those that nobody types: where one is 0 and the usual port is in use, the launcher
	// takes a free one.
	Postgres, WorkerHealth, APIMetrics, WorkerMetrics int
}

// DefaultPorts returns the usual ports.
func DefaultPorts() Ports {
	return Ports{API: 8080, Temporal: 7233, TemporalUI: 8233, Identity: 8081, SMTP: 1025, MailPage: 8025}
}

// The usual ports of what nobody types: of the private cluster, beside the 5432 of a system's own, and
// of what the processes are looked at by.
const (
	defaultPostgresPort      = 5433
	defaultWorkerHealthPort  = 8090
	defaultAPIMetricsPort    = 9464
	defaultWorkerMetricsPort = 9465
)

// portVariable is a port's place in Ports, the part that listens there, and the variable that moves it.
type portVariable struct {
	variable string
	part     Part
	port     func(*Ports) *int
}

var portVariables = []portVariable{
	{"PERCORSO_POSTGRES_PORT", Postgres, func(p *Ports) *int { return &p.Postgres }},
	{"PERCORSO_TEMPORAL_PORT", Temporal, func(p *Ports) *int { return &p.Temporal }},
	{"PERCORSO_OIDC_PORT", Identity, func(p *Ports) *int { return &p.Identity }},
	{"PERCORSO_SMTP_PORT", Mail, func(p *Ports) *int { return &p.SMTP }},
	{"PERCORSO_MAIL_PAGE_PORT", Mail, func(p *Ports) *int { return &p.MailPage }},
	{"PERCORSO_TEMPORAL_UI_PORT", TemporalUI, func(p *Ports) *int { return &p.TemporalUI }},
	{"PERCORSO_WORKER_HEALTH_PORT", Worker, func(p *Ports) *int { return &p.WorkerHealth }},
	{"PERCORSO_WORKER_METRICS_PORT", Worker, func(p *Ports) *int { return &p.WorkerMetrics }},
	{"PERCORSO_API_METRICS_PORT", API, func(p *Ports) *int { return &p.APIMetrics }},
	{"PERCORSO_PORT", API, func(p *Ports) *int { return &p.API }},
}

// The range that free ports are chosen from lies below the one that the kernel gives to outgoing
// connections, so that a chosen port stays free until its part listens.
const lowestFreePort, highestFreePort = 15000, 32000

// blockSize is how many ports one stack beside another has: the first one holds the block.
const blockSize = 20

// blocks holds those of this process, until it ends.
var blocks struct {
	sync.Mutex
	held []net.Listener
}

// FreePorts returns ports that nobody listens on, for a stack beside another one. They are of a block of
// their own: no other stack of this or another process that asks here is given any of them before its
// parts listen.
func FreePorts() (ports Ports, _ error) {
	const tries = 100
	for range tries {
		first := lowestFreePort + blockSize*rand.IntN((highestFreePort-lowestFreePort)/blockSize) // #nosec G404 -- no secret
		holds, err := net.Listen("tcp", address(first))
		if err != nil {
			continue
		}
		taken := false
		for i, variable := range portVariables {
			port := first + 1 + i
			taken = taken || !isFree(port)
			*variable.port(&ports) = port
		}
		if taken {
			_ = holds.Close()
			continue
		}
		blocks.Lock()
		defer blocks.Unlock()
		blocks.held = append(blocks.held, holds)
		return ports, nil
	}
	return Ports{}, errors.New("found no free ports")
}

func freePort(but []int) (int, error) {
	const tries = 100
	for range tries {
		port := lowestFreePort + rand.IntN(highestFreePort-lowestFreePort) // #nosec G404 -- no secret
		if !slices.Contains(but, port) && isFree(port) {
			return port, nil
		}
	}
	return 0, errors.New("found no free port")
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", address(port))
	if err != nil {
		return false
	}
	_ = listener.Close()
	return true
}

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// releaseLimit is how long a port may still be held by the processes of a launcher that was killed.
const releaseLimit = 3 * time.Second

// check says in one line which port is taken, of which part, and how it is moved.
func (p *Ports) check(parts func(Part) bool) error {
	deadline := time.Now().Add(releaseLimit)
	for _, variable := range portVariables {
		port := *variable.port(p)
		if !parts(variable.part) || port == 0 {
			continue
		}
		for !isFree(port) {
			if time.Now().After(deadline) {
				return fmt.Errorf("port %d of %s is taken: set %s to another one", port, variable.part, variable.variable)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// choose settles the ports that nobody asked for.
func (p *Ports) choose() error {
	var chosen []int // none of which is listened on yet
	for port, usual := range map[*int]int{
		&p.Postgres: defaultPostgresPort, &p.WorkerHealth: defaultWorkerHealthPort,
		&p.APIMetrics: defaultAPIMetricsPort, &p.WorkerMetrics: defaultWorkerMetricsPort,
	} {
		if *port != 0 {
			continue
		}
		*port = usual
		if !isFree(usual) {
			free, err := freePort(chosen)
			if err != nil {
				return err
			}
			*port = free
		}
		chosen = append(chosen, *port)
	}
	return nil
}

// readPorts lets the environment move ports.
func readPorts(lookup func(string) string) (Ports, error) {
	ports := DefaultPorts()
	for _, variable := range portVariables {
		text := lookup(variable.variable)
		if text == "" {
			continue
		}
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 {
			return Ports{}, fmt.Errorf("%s is no port: %q", variable.variable, text)
		}
		*variable.port(&ports) = port
	}
	return ports, nil
}
