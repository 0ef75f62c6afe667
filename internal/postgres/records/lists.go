package records

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// pageLimit is how many items a page holds, unless it is asked for otherwise.
const pageLimit, pageLimitMax = 25, 100

// query builds the statement of a list: conditions with their arguments, an
// order by a time and an id, and a cursor on the two.
type query struct {
	where   []string
	args    []any
	passing []int    // which arguments differ from page to page, as the hour does
	choice  string   // what is chosen besides
	either  []string // rows of a table that one of these holds for; none: no matter
}

// and adds a condition; each ? in it takes the next argument.
func (q *query) and(condition string, args ...any) {
	for _, arg := range args {
		q.args = append(q.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.where = append(q.where, condition)
}

// or adds conditions of which one is enough; each ? in them takes the next argument.
func (q *query) or(conditions []string, args ...any) {
	for _, condition := range conditions {
		n := strings.Count(condition, "?")
		for _, arg := range args[:n] {
			q.args = append(q.args, arg)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
		}
		args = args[n:]
		q.either = append(q.either, condition)
	}
}

// andNow adds a condition whose only argument, as the hour, goes on between two pages.
func (q *query) andNow(condition string, now any) {
	q.passing = append(q.passing, len(q.args))
	q.and(condition, now)
}

// cursor is where a page ended: the last item's time and id, whether it was among
// those that come last, and what comes before all that in the order. It goes with one
// list and one choice of its rows.
type cursor struct {
	Of   string
	Last bool
	Rank []int
	At   time.Time
	ID   string
}

// cursorText is a cursor as it is sent. The time is a number of microseconds, since
// JSON has no words for each that a row may have.
type cursorText struct {
	Of   string `json:"of"`
	Last bool   `json:"last,omitempty"`
	Rank []int  `json:"rank,omitempty"`
	At   int64  `json:"at"`
	ID   string `json:"id"`
}

func (c cursor) encode() string {
	text, _ := json.Marshal(cursorText{c.Of, c.Last, c.Rank, c.At.UnixMicro(), c.ID}) // never fails
	return base64.RawURLEncoding.EncodeToString(text)
}

// lastYear is that of the latest time that an earlier version stored, and more.
const lastYear = 20000

// order is the order of a list by a time column and then an id column. Where
// last is given, the rows that it holds for come after all others.
type order struct {
	list     string   // what the list is called; a cursor keeps it
	table    string   // with its alias, whose rows either chooses
	rank     []string // columns of small numbers, before all others
	last     string
	at, id   string
	numbered bool // the ids are numbers
	desc     bool
}

// mark tells a list and a choice of its rows from all others.
func (q *query) mark(by order) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\x00%s\x00%q", by.list, q.choice, append(slices.Clone(q.where), q.either...))
	for i, arg := range q.args {
		if !slices.Contains(q.passing, i) {
			_, _ = fmt.Fprintf(sum, "\x00%v", arg)
		}
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
}

// after reads where to go on. ledger.ErrCursor: it is not of this list.
func (by order) after(text, mark string) (c cursor, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	var read cursorText
	if err != nil || json.Unmarshal(plain, &read) != nil || read.Of != mark || read.Last && by.last == "" || len(read.Rank) != len(by.rank) {
		return c, ledger.ErrCursor
	}
	c = cursor{read.Of, read.Last, read.Rank, time.UnixMicro(read.At).UTC(), read.ID}
	if year := c.At.Year(); year < 0 || year > lastYear || c.encode() != text { // as it was given, nothing left out
		return c, ledger.ErrCursor
	}
	if _, err := strconv.ParseInt(c.ID, 10, 64); by.numbered && err != nil || !by.numbered && !care.IsID(c.ID) {
		return c, ledger.ErrCursor
	}
	return c, nil
}

// limitOf is how many items a page holds.
func limitOf(p ledger.Paging) int {
	if p.Limit <= 0 {
		return pageLimit
	}
	return min(p.Limit, pageLimitMax)
}

// page completes a statement for one page.
func (q *query) page(sql string, by order, p ledger.Paging) (_ string, limit int, err error) {
	limit = limitOf(p)
	if p.Cursor != "" {
		after, err := by.after(p.Cursor, q.mark(by))
		if err != nil {
			return "", 0, err
		}
		sign := ">"
		if by.desc {
			sign = "<"
		}
		columns, values := by.columns(), []any{}
		for _, n := range after.Rank {
			values = append(values, n)
		}
		if by.last != "" {
			values = append(values, after.Last)
		}
		values = append(values, after.At, after.ID)
		q.and("("+strings.Join(columns, ", ")+") "+sign+" (?"+strings.Repeat(", ?", len(columns)-1)+")", values...)
	}
	direction := ""
	if by.desc {
		direction = " DESC"
	}
	sorted := fmt.Sprintf(" ORDER BY %s%s LIMIT %d", strings.Join(by.columns(), direction+", "), direction, limit+1)
	return sql + q.chosen(by, sorted) + sorted, limit, nil
}

// columns are those that the order goes by.
func (by order) columns() []string {
	columns := slices.Clone(by.rank)
	if by.last != "" {
		columns = append(columns, by.last)
	}
	return append(columns, by.at, by.id)
}

// chosen is the WHERE of a page. Where either of several conditions is enough, a page
// is read of each, along its own index: no index is in the order of all of them.
func (q *query) chosen(by order, sorted string) string {
	switch {
	case len(q.either) > 0:
		pages := make([]string, len(q.either))
		for i, one := range q.either {
			pages[i] = fmt.Sprintf("(SELECT %s FROM %s WHERE %s%s)", by.id, by.table, strings.Join(append(slices.Clone(q.where), one), " AND "), sorted)
		}
		return fmt.Sprintf(" WHERE %s = ANY (ARRAY(%s))", by.id, strings.Join(pages, " UNION ALL "))
	case len(q.where) > 0:
		return " WHERE " + strings.Join(q.where, " AND ")
	}
	return ""
}

// list reads one page of rows.
func list[T any](ctx context.Context, tx postgres.Tx, q *query, sql string, by order, p ledger.Paging, at func(T) cursor) (ledger.Page[T], error) {
	mark := q.mark(by)
	sql, limit, err := q.page(sql, by, p)
	if err != nil {
		return ledger.Page[T]{}, err
	}
	items, err := postgres.Many[T](ctx, tx, sql, q.args...)
	if err != nil || len(items) <= limit {
		return ledger.Page[T]{Items: items}, err
	}
	next := at(items[limit-1])
	next.Of = mark
	return ledger.Page[T]{Items: items[:limit], Next: next.encode()}, nil
}
