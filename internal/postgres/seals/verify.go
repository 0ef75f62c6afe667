package seals

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/postgres"
)

// Report is what a verification found.
type Report struct {
	Seals    int64
	Lines    map[string]int64 // under seals, by book
	Unsealed map[string]int64 // written since, by book
	Since    *time.Time       // when the oldest of them in the audit was written
	Late     bool             // it should have been sealed long ago: nobody seals, or what was sealed is no more
	Last     string           // digest of the last seal; empty: there is none
	Differs  int64            // how many differences were told
}

// Wrong says what is not as it should be; nil: nothing.
func (r Report) Wrong() error {
	switch {
	case r.Differs > 0:
		return fmt.Errorf("%d differences: lines or seals are not as they were sealed", r.Differs)
	case r.Late:
		return errors.New("lines of the audit should have been sealed long ago: no API seals, or their seals were taken out")
	}
	return nil
}

// seal is a row of the table.
type seal struct {
	Number     int64      `db:"number"`
	Version    int        `db:"version"`
	Book       string     `db:"book"`
	After      *int64     `db:"after_line"`
	UpTo       int64      `db:"up_to"`
	Lines      int64      `db:"lines"`
	Marks      []byte     `db:"marks"`
	CompleteAt *time.Time `db:"complete_at"`
	Digest     []byte     `db:"digest"`
	Previous   []byte     `db:"previous"`
	SealedAt   time.Time  `db:"sealed_at"`
}

// fields are what a line's text is made of, by version of the seal and book; the id is
// the first, and of a line of the audit its time the second. A new column changes no
// text of these: it comes with a new version. The sealer in the migrations makes the
// same text; that both agree is what the tests ask.
var fields = map[int]map[string]string{
	1: {"audit": "ARRAY[" + ofAudit + "]", "timeline": "ARRAY[" + ofTimeline + "]"},
	2: {"audit": "ARRAY[" + ofAudit + ", a.trace]", "timeline": "ARRAY[" + ofTimeline + ", a.trace]"},
}

const (
	ofAudit = `a.id::text, ` + micros + `, a.staff::text, a.link::text, a.role, a.agency, a.zone, a.action, a.case_id::text, a.purpose, a.asked,
		encode(a.searched, 'hex'), a.same::text, (SELECT string_agg(s.case_id::text, ' ' ORDER BY s.case_id) FROM audit_shown s WHERE s.line = a.id)`
	ofTimeline = `a.id::text, ` + micros + `, a.case_id::text, a.run_id, a.zone, a.code, a.detail, a.command_id::text, a.by_staff::text`
)

const micros = `CASE WHEN isfinite(a.at) THEN (extract(epoch FROM a.at) * 1000000)::bigint::text ELSE a.at::text END`

// text is what is digested of some fields: of each its length and itself, or a dash.
func text(fields ...*string) []byte {
	var b bytes.Buffer
	for _, f := range fields {
		if f == nil {
			b.WriteByte('-')
			continue
		}
		b.WriteString(strconv.Itoa(len(*f)))
		b.WriteByte(':')
		b.WriteString(*f)
	}
	return b.Bytes()
}

func number(n int64) *string {
	s := strconv.FormatInt(n, 10)
	return &s
}

func moment(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return number(t.UnixMicro())
}

// digest is what the seal's must be, with the digest of its lines.
func (s *seal) digest(lines []byte) []byte {
	var after *string
	if s.After != nil {
		after = number(*s.After)
	}
	h := sha256.New()
	h.Write(s.Previous)
	h.Write(text(number(int64(s.Version)), number(s.Number), &s.Book, after, number(s.UpTo), number(s.Lines), moment(s.CompleteAt), moment(&s.SealedAt)))
	h.Write(lines)
	return h.Sum(nil)
}

// step is after how many lines a verification says how far it is.
const step = 250_000

// patience is how far a line's time may lie outside of what its seal allows, since the
// clock of a server is sometimes set.
const patience = 5 * time.Minute

// verification is one pass over all seals and lines, of one moment.
type verification struct {
	ctx    context.Context
	tx     postgres.Tx
	tell   func(string)
	report Report
	last   *seal            // of both books
	ends   map[string]*seal // of each
	next   int64            // lines after which it says how far it is
}

// Verify computes every seal anew and tells what differs, by the numbers of seals and
// lines. against is the digest of a seal that was kept elsewhere; empty: none.
func Verify(ctx context.Context, pool *pgxpool.Pool, against string, tell func(string)) (Report, error) {
	v := verification{ctx: ctx, tell: tell, ends: map[string]*seal{}, next: step, report: Report{Lines: map[string]int64{}, Unsealed: map[string]int64{}}}
	err := postgres.Within(ctx, pool, postgres.Auditor().AtOneMoment(), nil, func(tx postgres.Tx) error {
		v.tx = tx
		return v.verify(against)
	})
	return v.report, err
}

// told is how many differences are told one by one.
const told = 200

func (v *verification) differs(format string, args ...any) {
	switch v.report.Differs++; {
	case v.report.Differs <= told:
		v.tell(fmt.Sprintf(format, args...))
	case v.report.Differs == told+1:
		v.tell("more differs, which is counted and not told one by one")
	}
}

func (v *verification) verify(against string) error {
	kept := against == ""
	for {
		from := int64(math.MinInt64)
		if v.last != nil {
			from = v.last.Number
		}
		page, err := postgres.Many[seal](v.ctx, v.tx, `SELECT number, version, book, after_line, up_to, lines, marks, complete_at, digest, previous, sealed_at
			FROM seal WHERE number > $1 ORDER BY number LIMIT 50`, from)
		if err != nil {
			return err
		}
		for i := range page {
			if err := v.seal(&page[i]); err != nil {
				return err
			}
			kept = kept || hex.EncodeToString(page[i].Digest) == against
		}
		if len(page) < 50 {
			break
		}
	}
	if !kept {
		v.differs("no seal has the digest that was kept elsewhere: seals were rewritten or taken out since")
	}
	return v.around()
}

// seal verifies one seal and the lines that it is over.
func (v *verification) seal(s *seal) error {
	v.report.Seals++
	expected, previous := int64(1), []byte{}
	if v.last != nil {
		expected, previous = v.last.Number+1, v.last.Digest
	}
	switch {
	case s.Number != expected:
		v.differs("seal %d: before it, seals %d to %d are missing", s.Number, expected, s.Number-1)
	case !bytes.Equal(s.Previous, previous):
		v.differs("seal %d does not follow seal %d as it stands", s.Number, s.Number-1)
	}
	end := v.ends[s.Book]
	var floor *time.Time
	switch {
	case end == nil && s.After != nil:
		v.differs("seal %d: the lines of %s up to %d stand under no seal", s.Number, s.Book, *s.After)
	case end != nil && (s.After == nil || *s.After != end.UpTo):
		v.differs("seal %d does not begin where the seal before it over %s ends, with line %d", s.Number, s.Book, end.UpTo)
	}
	if end != nil {
		floor = end.CompleteAt
	}
	v.last, v.ends[s.Book] = s, s
	asText, ok := fields[s.Version][s.Book]
	if !ok {
		v.differs("seal %d is of a version that this program does not know, or was changed", s.Number)
		return nil
	}
	lines, same, err := v.lines(s, asText, floor)
	if err == nil && same && !bytes.Equal(s.digest(lines), s.Digest) {
		v.differs("seal %d was changed: its lines are as they were", s.Number)
	}
	return err
}

// lines compares the lines with the marks of their seal, and gives their digest.
func (v *verification) lines(s *seal, asText string, floor *time.Time) (digest []byte, same bool, err error) {
	differed := v.report.Differs
	marks := s.Marks
	mark := func() (id int64, rest []byte, ok bool) {
		if len(marks) < 16 {
			return 0, nil, false
		}
		return int64(binary.BigEndian.Uint64(marks)), marks[8:16], true //nolint:gosec // ids are signed
	}
	h := sha256.New()
	rows, err := v.tx.Query(v.ctx, `SELECT a.id, `+asText+` FROM `+pgx.Identifier{s.Book}.Sanitize()+` a
		WHERE a.id >= coalesce($1::bigint + 1, '-9223372036854775808') AND a.id <= $2 ORDER BY a.id`, s.After, s.UpTo)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	var n int64
	for rows.Next() {
		var id int64
		var parts []*string
		if err := rows.Scan(&id, &parts); err != nil {
			return nil, false, err
		}
		n++
		line := sha256.Sum256(text(parts...))
		h.Write(line[:])
		sealed, first, ok := mark()
		for ; ok && sealed < id; sealed, first, ok = mark() {
			v.differs("seal %d: line %d of %s was taken out", s.Number, sealed, s.Book)
			marks = marks[16:]
		}
		switch {
		case !ok || sealed > id:
			v.differs("seal %d: line %d of %s was put in", s.Number, id, s.Book)
		default:
			marks = marks[16:]
			if !bytes.Equal(first, line[:8]) {
				v.differs("seal %d: line %d of %s was changed", s.Number, id, s.Book)
			} else if s.Book == "audit" && !within(parts[1], floor, s.SealedAt) {
				v.differs("seal %d: line %d of %s was put in: its time is not of when it was sealed", s.Number, id, s.Book)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, false, err
	}
	for sealed, _, ok := mark(); ok; sealed, _, ok = mark() {
		v.differs("seal %d: line %d of %s was taken out", s.Number, sealed, s.Book)
		marks = marks[16:]
	}
	v.report.Lines[s.Book] += n
	if v.report.Lines["audit"]+v.report.Lines["timeline"] >= v.next {
		v.tell(fmt.Sprintf("… %d lines so far", v.report.Lines["audit"]+v.report.Lines["timeline"]))
		v.next += step
	}
	return h.Sum(nil), v.report.Differs == differed, nil
}

// within says whether the time of a line, in microseconds, is after all before it was
// sealed and before it was sealed itself.
func within(at *string, floor *time.Time, sealed time.Time) bool {
	if at == nil {
		return false
	}
	n, err := strconv.ParseInt(*at, 10, 64)
	if err != nil {
		return false
	}
	t := time.UnixMicro(n)
	return (floor == nil || !t.Before(floor.Add(-patience))) && !t.After(sealed.Add(patience))
}

// around verifies what lies around the seals: that none of the last is missing, and
// what is under no seal.
func (v *verification) around() error {
	type head struct {
		Number int64  `db:"number"`
		Digest []byte `db:"digest"`
	}
	heads, err := postgres.Many[head](v.ctx, v.tx, `SELECT number, digest FROM seal_head`)
	if err != nil {
		return err
	}
	switch {
	case v.last == nil && len(heads) > 0:
		v.differs("seals 1 to %d are missing", heads[0].Number)
	case v.last != nil && len(heads) == 0:
		v.differs("which seal is the last is not kept any more")
	case v.last != nil && heads[0].Number > v.last.Number:
		v.differs("seals %d to %d are missing", v.last.Number+1, heads[0].Number)
	case v.last != nil && (heads[0].Number != v.last.Number || !bytes.Equal(heads[0].Digest, v.last.Digest)):
		v.differs("seal %d is not the last that was made", v.last.Number)
	}
	if v.last != nil {
		v.report.Last = hex.EncodeToString(v.last.Digest)
	}
	for _, book := range []string{"audit", "timeline"} {
		var after *int64
		if end := v.ends[book]; end != nil {
			after = &end.UpTo
		}
		var n, beyond int64
		var since *time.Time
		var isLate bool
		if err := v.tx.QueryRow(v.ctx, `SELECT count(*), min(a.at) FILTER (WHERE isfinite(a.at)), coalesce(min(a.at) < clock_timestamp() - $2::interval, false),
				count(*) FILTER (WHERE a.id > (SELECT last_value FROM `+book+`_id_seq))
			FROM `+book+` a WHERE a.id >= coalesce($1::bigint + 1, '-9223372036854775808')`, after, late).Scan(&n, &since, &isLate, &beyond); err != nil {
			return err
		}
		v.report.Unsealed[book] = n
		if book == "audit" {
			v.report.Since, v.report.Late = since, isLate
		}
		if beyond > 0 {
			v.differs("%d lines of %s have ids that were never given out", beyond, book)
		}
	}
	orphans, err := postgres.Many[struct {
		Line int64 `db:"line"`
	}](v.ctx, v.tx, `SELECT DISTINCT s.line FROM audit_shown s WHERE NOT EXISTS (SELECT FROM audit a WHERE a.id = s.line) ORDER BY s.line LIMIT 1000`)
	for _, o := range orphans {
		v.differs("line %d of audit is not there, but cases that it showed", o.Line)
	}
	return err
}
