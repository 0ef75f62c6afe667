package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// one reads one row into a struct by its column names.
func one[T any](ctx context.Context, tx querier, sql string, args ...any) (T, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// many reads rows into structs by their column names.
func many[T any](ctx context.Context, tx querier, sql string, args ...any) ([]T, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// queueOne reads one row of a batch; found stays or becomes false where there is none.
func queueOne[T any](b *pgx.Batch, into *T, found *bool, sql string, args ...any) {
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

// queuePointer is queueOne into a pointer that stays nil where there is no row.
func queuePointer[T any](b *pgx.Batch, into **T, sql string, args ...any) {
	row := new(T)
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
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

// orEmpty is for columns that hold a list, be it an empty one, and never NULL.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func orNull(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return data
}
