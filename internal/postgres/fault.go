package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// ours are the errors that mean the same outside of this package.
var ours = []error{ledger.ErrNotFound, ledger.ErrForbidden, ledger.ErrKeyReused, ledger.ErrNoKey, ledger.ErrCursor, pgx.ErrNoRows, ErrUnattended}

// FaultOf makes an error of Postgres or its driver a *ledger.Fault. It is the
// only place that looks at their errors: messages and details may quote what a
// row or a form holds, so of what it does not know it keeps the type alone.
// Errors of ours stay as they are. lost: there is no connection any more.
func FaultOf(err error, lost bool) error {
	var refusal *care.Refusal
	var known *ledger.Fault
	var opened *ledger.OpenedMeanwhile
	if err == nil || errors.As(err, &refusal) || errors.As(err, &known) || errors.As(err, &opened) ||
		slices.ContainsFunc(ours, func(own error) bool { return errors.Is(err, own) }) {
		return err
	}
	f := &ledger.Fault{Lost: lost || connectionLost(err)}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			f.Cause = cause
		}
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		f.SQLSTATE, f.Place = server.Code, placeOf(server)
	} else {
		f.Place = typesOf(err)
	}
	return f
}

// Unwritable says of an error that the same does no better in a while.
func Unwritable(err error) bool {
	fault, ok := errors.AsType[*ledger.Fault](err)
	return ok && fault.Unwritable()
}

// placeOf names where in the schema a statement failed.
func placeOf(e *pgconn.PgError) string {
	var at []string
	for _, part := range [][2]string{{"in", e.Routine}, {"table", e.TableName}, {"column", e.ColumnName}, {"constraint", e.ConstraintName}} {
		if part[1] != "" {
			at = append(at, part[0]+" "+part[1])
		}
	}
	return strings.Join(at, ", ")
}

// connectionLost says whether an error is one of the way to Postgres.
func connectionLost(err error) bool {
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// typesOf names the types of an error and of what it wraps.
func typesOf(err error) string {
	said := fmt.Sprintf("%T", err)
	var inner []error
	//nolint:errorlint // walks the chain itself, a link at a time
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	for _, e := range inner {
		if e != nil {
			said += " " + typesOf(e)
		}
	}
	return said
}
