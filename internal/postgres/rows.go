package postgres

import (
	"context"
	"errors"
	"fmt"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"

	"github.com/jackc/pgx/v5"
)

// One reads one row into a struct by its column names.
func One[T any](ctx context.Context, tx Tx, sql string, args ...any) (T, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// Missing turns "no row" into what callers know.
func Missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ledger.ErrNotFound
	}
	return err
}

// OneOrNone is One where there may be no row: nil.
func OneOrNone[T any](ctx context.Context, tx Tx, sql string, args ...any) (*T, error) {
	row, err := One[T](ctx, tx, sql, args...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &row, err
}

// Many reads rows into structs by their column names.
func Many[T any](ctx context.Context, tx Tx, sql string, args ...any) ([]T, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// QueueMany reads rows of a batch.
func QueueMany[T any](b *pgx.Batch, into *[]T, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
}

// QueueOne reads one row of a batch; found stays or becomes false where there is none.
func QueueOne[T any](b *pgx.Batch, into *T, found *bool, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		*found = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		*into = row
		return err
	})
}

// QueuePointer is QueueOne into a pointer, which is nil where there is no row.
func QueuePointer[T any](b *pgx.Batch, into **T, sql string, args ...any) {
	row := new(T)
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		*into = nil
		var err error
		*row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		if err == nil {
			*into = row
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}

// OrEmpty is for columns that hold a list, be it an empty one, and never NULL.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// OrNull is for columns that are NULL where there is nothing.
func OrNull(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return data
}

// FormOf reads a form as it was stored with its command; the zero form where none was.
func FormOf[F any](of catalogue.Operation[F], stored []byte) (F, error) {
	form, err := of.Decode(stored)
	if err != nil {
		err = &ledger.Fault{Place: fmt.Sprintf("the form of %s does not read", of.Code)}
	}
	return form, err
}

// IDs are the ids that some rows name, without the empty ones.
func IDs[T any](rows []T, of func(T) string) []string {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		if id := of(row); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
