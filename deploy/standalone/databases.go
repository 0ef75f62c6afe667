package standalone

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"percorso/deploy"
)

// administratorRole is the superuser of a private cluster.
const administratorRole = "percorso_admin"

// logins are the roles that deploy/postgres/roles.sql makes for processes; the launcher gives each its
// password.
var logins = []string{loginMigrate, loginAPI, loginWorker, loginOps, loginTemporal}

const (
	loginMigrate  = "percorso_migrate"
	loginAPI      = "percorso_api"
	loginWorker   = "percorso_work"
	loginOps      = "percorso_ops"
	loginTemporal = "percorso_temporal"
)

// ownerRole owns the product's database and all that is in it. Nobody logs in as it: the migrations
// take it on.
const ownerRole = "percorso_owner"

// database is one of the three databases, with its owner and the other logins that may connect.
type database struct {
	name, owner string
	others      []string
}

const (
	productDatabase    = "percorso"
	temporalDatabase   = "temporal"
	visibilityDatabase = "temporal_visibility"
)

var databases = []database{
	{name: productDatabase, owner: ownerRole, others: []string{loginMigrate, loginAPI, loginWorker, loginOps}},
	{name: temporalDatabase, owner: loginTemporal},
	{name: visibilityDatabase, owner: loginTemporal},
}

// server is the PostgreSQL that holds the databases: the private cluster or a given one.
type server struct {
	// administrator may create roles and databases.
	administrator *url.URL
	passwords     map[string]string
}

// givenServer reads PERCORSO_DATABASE_URL.
func givenServer(text string, passwords map[string]string) (*server, error) {
	parsed, err := url.Parse(text)
	if err != nil || (parsed.Scheme != "postgres" && parsed.Scheme != "postgresql") || parsed.Hostname() == "" ||
		parsed.User.Username() == "" {
		return nil, errors.New("PERCORSO_DATABASE_URL: want postgres://administrator:password@host:port/postgres")
	}
	return &server{administrator: parsed, passwords: passwords}, nil
}

// loginURL returns the URL of a login to a database.
func (s *server) loginURL(login, database string) string {
	address := *s.administrator
	address.User = url.UserPassword(login, s.passwords[login])
	address.Path = "/" + database
	return address.String()
}

// prepare makes the roles and databases that are missing, and sets the logins' passwords. All of it can
// be repeated.
func (s *server) prepare(ctx context.Context) error {
	connection, err := pgx.Connect(ctx, s.administrator.String())
	if err != nil {
		return fmt.Errorf("the database does not let its administrator in: %w", withoutURL(err))
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	if err := s.prepareRoles(ctx, connection); err != nil {
		return s.explain("roles", err)
	}
	return s.asOwner(ctx, connection, func() error {
		for _, database := range databases {
			if err := s.prepareDatabase(ctx, connection, database); err != nil {
				return s.explain("database "+database.name, err)
			}
		}
		return nil
	})
}

// asOwner does work on databases. Who is no superuser makes them only for roles that they are a member
// of, and is one for as long as that takes.
func (s *server) asOwner(ctx context.Context, connection *pgx.Conn, work func() error) error {
	var superuser bool
	err := connection.QueryRow(ctx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").Scan(&superuser)
	if err != nil {
		return err
	}
	if superuser {
		return work()
	}
	owners := ownerRole + ", " + loginTemporal
	if _, err := connection.Exec(ctx, "GRANT "+owners+" TO CURRENT_USER"); err != nil {
		return s.explain("owners of the databases", err)
	}
	err = work()
	_, revoked := connection.Exec(ctx, "REVOKE "+owners+" FROM CURRENT_USER")
	return errors.Join(err, revoked)
}

func (s *server) prepareRoles(ctx context.Context, connection *pgx.Conn) error {
	if _, err := connection.Exec(ctx, deploy.RolesSQL); err != nil {
		return err
	}
	for _, login := range logins {
		// A password cannot be a parameter; these are letters and digits.
		statement := fmt.Sprintf("ALTER ROLE %s PASSWORD '%s'", login, s.passwords[login])
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) prepareDatabase(ctx context.Context, connection *pgx.Conn, d database) error {
	var exists bool
	err := connection.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", d.name).Scan(&exists)
	if err != nil {
		return err
	}
	var statements []string
	if !exists {
		statements = append(statements,
			fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE template0 ENCODING 'UTF8'", d.name, d.owner),
			fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", d.name))
	}
	for _, login := range d.others {
		statements = append(statements, fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", d.name, login))
	}
	for _, statement := range statements {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// recreate drops databases and makes them anew, empty.
func (s *server) recreate(ctx context.Context, names ...string) error {
	connection, err := pgx.Connect(ctx, s.administrator.String())
	if err != nil {
		return withoutURL(err)
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	return s.asOwner(ctx, connection, func() error {
		for _, database := range databases {
			if !slices.Contains(names, database.name) {
				continue
			}
			statement := fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", database.name)
			if _, err := connection.Exec(ctx, statement); err != nil {
				return err
			}
			if err := s.prepareDatabase(ctx, connection, database); err != nil {
				return err
			}
		}
		return nil
	})
}

// insufficientPrivilege is PostgreSQL's code for what a role may not do.
const insufficientPrivilege = "42501"

// explain says in one line what the administrator of a given database lacks.
func (s *server) explain(what string, err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == insufficientPrivilege {
		return fmt.Errorf("the user %s of PERCORSO_DATABASE_URL may not make the %s (%s): it needs CREATEROLE and CREATEDB",
			s.administrator.User.Username(), what, refused.Message)
	}
	return fmt.Errorf("%s: %w", what, withoutURL(err))
}

// withoutURL keeps a connection URL, and the password in it, out of a message.
func withoutURL(err error) error {
	var parsing *pgconn.ParseConfigError
	if errors.As(err, &parsing) {
		return errors.New("its URL is not valid")
	}
	return err
}
