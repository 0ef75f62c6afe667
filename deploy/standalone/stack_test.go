package standalone_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
)

// The product is stood in for by this test binary under the product's name: what is tested here is that
// it is started rightly, not what it does.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "percorso" {
		if err := standIn(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// somebodyElse tells the stand-in that somebody else has changed what is stored.
const somebodyElse = "PERCORSO_TEST_SOMEBODY_ELSE"

// standIn does the least of each command: it uses what the environment promises.
func standIn(arguments []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	connection, err := pgx.Connect(ctx, os.Getenv("PERCORSO_DATABASE_URL"))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.Background()) }()
	switch command := strings.Join(arguments[:1], " "); command {
	case "migrate":
		_, err := connection.Exec(ctx, `SET ROLE percorso_owner; CREATE TABLE IF NOT EXISTS started (at timestamptz NOT NULL DEFAULT now());
			INSERT INTO started DEFAULT VALUES`)
		return err
	case "zone", "staff":
		if os.Getenv(somebodyElse) != "" {
			fmt.Printf("prova: %s left as stored, somebody else changed it; to overwrite it: percorso %s load --apply --zone prova\n", command, command)
		}
		if command == "staff" {
			_, err = os.Stat(arguments[len(arguments)-1])
		}
		return err
	case "worker":
		<-ctx.Done()
		return nil
	case "api":
		server := &http.Server{Addr: os.Getenv("PERCORSO_LISTEN"), Handler: http.NotFoundHandler()}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /status", func(http.ResponseWriter, *http.Request) {})
		server.Handler = mux
		go func() {
			<-ctx.Done()
			_ = server.Close()
		}()
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	default:
		return fmt.Errorf("unknown command %q", command)
	}
}

// withStandIn makes a folder of binaries in which the product is the stand-in.
func withStandIn(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{"percorso": self}
	for _, name := range []string{"percorso-stack", "percorso-temporal"} {
		links[name] = filepath.Join(stacktest.BinDir(t), name)
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestStackLivesThroughFaultsAndRestarts(t *testing.T) {
	binaries, dataDir := withStandIn(t), stacktest.DataDir(t)
	ports := freePorts(t)
	same := func(o *standalone.Options) { o.BinDir, o.DataDir, o.Ports = binaries, dataDir, ports }
	var token string

	t.Run("first start", func(t *testing.T) {
		stack := stacktest.Start(t, same)
		token = stacktest.Token(t, stack, "social_worker.prato")
		sendMail(t, stack.Addresses().SMTP)
		beginRun(t, stack.Addresses().Temporal, "case/1")

		for _, part := range standalone.AllParts() {
			before := stack.PID(part)
			if err := stack.Kill(part); err != nil {
				t.Fatal(err)
			}
			if err := stack.Ready(t.Context(), part); err != nil {
				t.Fatal(err)
			}
			waitFor(t, string(part)+" runs again", func() bool { return stack.PID(part) != 0 && stack.PID(part) != before })
		}
		waitFor(t, "the run outlives Temporal and PostgreSQL", func() bool {
			return describeRun(t, stack.Addresses().Temporal, "case/1") == nil
		})

		t.Run("hold keeps a part down", func(t *testing.T) {
			if err := stack.Hold(standalone.Mail); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
			if stack.PID(standalone.Mail) != 0 {
				t.Error("it came back")
			}
			if err := stack.Restart(t.Context(), standalone.Mail); err != nil {
				t.Fatal(err)
			}
		})

		t.Run("a paused database answers nothing", func(t *testing.T) {
			connection, err := pgx.Connect(t.Context(), stack.AdministratorURL("postgres"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close(context.Background()) }()
			if err := stack.Pause(standalone.Postgres); err != nil {
				t.Fatal(err)
			}
			answered := make(chan error, 1)
			go func() { answered <- connection.Ping(context.Background()) }()
			select {
			case err := <-answered:
				t.Errorf("answered while paused: %v", err)
			case <-time.After(500 * time.Millisecond):
			}
			if err := stack.Resume(standalone.Postgres); err != nil {
				t.Fatal(err)
			}
			if err := <-answered; err != nil {
				t.Error(err)
			}
		})
	})

	t.Run("second start", func(t *testing.T) {
		stack := stacktest.Start(t, same)
		if err := describeRun(t, stack.Addresses().Temporal, "case/1"); err != nil {
			t.Errorf("run: %v", err)
		}
		if mails := get(t, stack.Addresses().MailPage+"/api/mails"); !strings.Contains(mails, "Prova di consegna") {
			t.Errorf("mails: %s", mails)
		}
		request, _ := http.NewRequest(http.MethodGet, stack.Addresses().Identity+"/userinfo", nil)
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("the token of before: %s", response.Status)
		}
		if starts := query[int](t, stack.AdministratorURL("percorso"), "SELECT count(*) FROM started"); starts != 2 {
			t.Errorf("%d starts in the database", starts)
		}

		t.Run("a lost Temporal starts empty", func(t *testing.T) {
			if err := stack.DropTemporal(t.Context()); err != nil {
				t.Fatal(err)
			}
			var missing *serviceerror.NotFound
			if err := describeRun(t, stack.Addresses().Temporal, "case/1"); !errors.As(err, &missing) {
				t.Errorf("run: %v", err)
			}
			if starts := query[int](t, stack.AdministratorURL("percorso"), "SELECT count(*) FROM started"); starts != 2 {
				t.Errorf("%d starts in the database", starts)
			}
		})
	})
}

// TestWhatIsLeftAloneIsSaid: a start says which zones it left as they are, with the
// command that overwrites them on this stack.
func TestWhatIsLeftAloneIsSaid(t *testing.T) {
	options := stacktest.Options(t)
	options.BinDir = withStandIn(t)
	options.Parts = []standalone.Part{standalone.Postgres, standalone.Worker}
	options.Environment = map[standalone.Part][]string{standalone.Migrate: {somebodyElse + "=1"}}
	var said strings.Builder
	options.Out = &said
	stack, err := standalone.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	stack.Stop()
	for _, what := range []string{"zone", "staff"} {
		want := fmt.Sprintf("prova: %s left as stored, somebody else changed it; to overwrite it: %[2]s/percorso-stack exec migrate %[2]s/percorso %[1]s load --apply --zone prova\n", what, options.BinDir)
		if !strings.Contains(said.String(), want) {
			t.Errorf("want %s, said:\n%s", want, said.String())
		}
	}
}

func TestWhatHindersAStartIsSaidInOneLine(t *testing.T) {
	start := func(t *testing.T, options standalone.Options) error {
		t.Helper()
		stack, err := standalone.Start(t.Context(), options)
		if err == nil {
			stack.Stop()
			t.Fatal("it started")
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than a line: %v", err)
		}
		return err
	}

	t.Run("a data folder in use", func(t *testing.T) {
		options := stacktest.Options(t)
		options.Parts = []standalone.Part{standalone.Mail}
		first, err := standalone.Start(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		defer first.Stop()
		if err := start(t, options); !errors.Is(err, standalone.ErrRunning) {
			t.Error(err)
		}
		if err := standalone.Remove(options.DataDir); !errors.Is(err, standalone.ErrRunning) {
			t.Errorf("removal of a folder in use: %v", err)
		}
	})

	t.Run("a taken port", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }()
		options := stacktest.Options(t)
		options.Parts = []standalone.Part{standalone.Mail}
		options.Ports.SMTP = listener.Addr().(*net.TCPAddr).Port
		want := fmt.Sprintf("port %d of mail is taken: set PERCORSO_SMTP_PORT to another one", options.Ports.SMTP)
		if err := start(t, options); err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	})

	t.Run("a binary that is not built", func(t *testing.T) {
		options := stacktest.Options(t)
		options.BinDir = t.TempDir()
		if err := start(t, options); !strings.Contains(err.Error(), "make build") {
			t.Error(err)
		}
	})

	t.Run("a given database that is none", func(t *testing.T) {
		options := stacktest.Options(t)
		options.BinDir = withStandIn(t)
		options.DatabaseURL = "host=localhost"
		if err := start(t, options); !strings.Contains(err.Error(), "PERCORSO_DATABASE_URL") {
			t.Error(err)
		}
	})
}

// TestGivenDatabase uses one stack's PostgreSQL as the database that is given to another.
func TestGivenDatabase(t *testing.T) {
	given := stacktest.Start(t, func(o *standalone.Options) { o.Parts = []standalone.Part{standalone.Postgres} })
	// The stack above has made everything already; a given database begins without.
	dropAll(t, given.AdministratorURL("postgres"))
	execute(t, given.AdministratorURL("postgres"),
		"CREATE ROLE somebody LOGIN PASSWORD 'x'",
		"CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
	address := given.Addresses().Database

	t.Run("one whose user may do nothing", func(t *testing.T) {
		options := stacktest.Options(t)
		options.BinDir = withStandIn(t)
		options.DatabaseURL = "postgres://somebody:x@" + address + "/postgres?sslmode=disable"
		_, err := standalone.Start(t.Context(), options)
		if err == nil || !strings.Contains(err.Error(), "it needs CREATEROLE and CREATEDB") {
			t.Error(err)
		}
	})

	t.Run("one whose user makes roles and databases", func(t *testing.T) {
		again := stacktest.Options(t)
		again.BinDir = withStandIn(t)
		again.DatabaseURL = "postgres://administrator:x@" + address + "/postgres?sslmode=disable"
		for range 2 {
			stack := stacktest.Start(t, func(o *standalone.Options) { *o = again })
			if stack.PID(standalone.Postgres) != 0 {
				t.Error("a PostgreSQL was started beside the given one")
			}
			if err := stack.DropTemporal(t.Context()); err != nil {
				t.Error(err)
			}
			stack.Stop()
		}
	})
}

func TestRolesHaveNoMoreThanTheyNeed(t *testing.T) {
	stack := stacktest.Start(t, func(o *standalone.Options) { o.Parts = []standalone.Part{standalone.Postgres} })
	administrator := stack.AdministratorURL("postgres")
	if strong := query[int](t, administrator, `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'percorso\_%'
		AND rolname <> 'percorso_admin' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`); strong != 0 {
		t.Errorf("%d roles are too strong", strong)
	}
	if inheriting := query[int](t, administrator, `SELECT count(*) FROM pg_roles
		WHERE rolname IN ('percorso_api', 'percorso_work', 'percorso_ops', 'percorso_migrate') AND rolinherit`); inheriting != 0 {
		t.Errorf("%d logins inherit", inheriting)
	}
	url := variable(t, stack.Env(standalone.API), "PERCORSO_DATABASE_URL")
	if name := query[string](t, url, "SELECT current_user"); name != "percorso_api" {
		t.Errorf("the API is %s", name)
	}
	other := strings.Replace(url, "/percorso?", "/temporal?", 1)
	if connection, err := pgx.Connect(t.Context(), other); err == nil {
		_ = connection.Close(t.Context())
		t.Error("the API may connect to Temporal's database")
	}
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if value := query[string](t, administrator, "SHOW "+setting); value != "on" {
			t.Errorf("%s is %s", setting, value)
		}
	}
}

func sendMail(t *testing.T, address string) {
	t.Helper()
	message := "From: a@percorso.example\r\nTo: b@percorso.example\r\nSubject: Prova di consegna\r\n\r\nProva\r\n"
	if err := smtp.SendMail(address, nil, "a@percorso.example", []string{"b@percorso.example"}, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// temporal calls the server that listens on the address.
func temporal(t *testing.T, address string) workflowservice.WorkflowServiceClient {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return workflowservice.NewWorkflowServiceClient(connection)
}

func beginRun(t *testing.T, address, id string) {
	t.Helper()
	_, err := temporal(t, address).StartWorkflowExecution(t.Context(), &workflowservice.StartWorkflowExecutionRequest{
		Namespace: "percorso", WorkflowId: id, RequestId: id,
		WorkflowType: &common.WorkflowType{Name: "CasePath"},
		TaskQueue:    &taskqueue.TaskQueue{Name: "percorso"},
	}, grpc.WaitForReady(true))
	if err != nil {
		t.Fatal(err)
	}
}

func describeRun(t *testing.T, address, id string) error {
	t.Helper()
	_, err := temporal(t, address).DescribeWorkflowExecution(t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: "percorso", Execution: &common.WorkflowExecution{WorkflowId: id},
	}, grpc.WaitForReady(true))
	if err != nil {
		return serviceerror.FromStatus(status.Convert(err))
	}
	return nil
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func query[V any](t *testing.T, url, sql string) V {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(context.Background()) }()
	var value V
	if err := connection.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(context.Background()) }()
	for _, statement := range statements {
		if _, err := connection.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func dropAll(t *testing.T, url string) {
	t.Helper()
	execute(t, url, "DROP DATABASE percorso", "DROP DATABASE temporal", "DROP DATABASE temporal_visibility",
		"DROP ROLE percorso_app, percorso_worker, percorso_watch, percorso_rebuild, percorso_lead, percorso_setup, percorso_auditor, percorso_owner, percorso_definer",
		"DROP ROLE percorso_api, percorso_work, percorso_ops, percorso_migrate, percorso_temporal")
}

func variable(t *testing.T, environment []string, name string) string {
	t.Helper()
	for _, variable := range environment {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	t.Fatalf("no %s", name)
	return ""
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
