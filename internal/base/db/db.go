// Package db gives the rest of the program one SQL for two engines: SQLite,
// embedded, for a township on one machine, and PostgreSQL for a county or a
// province.
//
// A write is a function handed to Write. On SQLite one goroutine owns the only
// writing connection; it runs the functions that wait, each in its own
// savepoint, commits them together and only then answers them, so that one
// fsync serves many callers and an answer means the data is on the disk. On
// PostgreSQL each function is its own transaction.
//
// The statement text is the same for both: $n parameters, TEXT ids and dates,
// BIGINT milliseconds and fen, no database clock, keyset paging, ranges in
// place of LIKE. The differences are all in this package: opening, error codes,
// the spelling of parameters for SQLite, and lines in migrations marked with
// "-- only: sqlite" or "-- only: postgres".
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lianxin/internal/base/id"
	"lianxin/internal/base/vault"
)

// Engine names the database behind a DB.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options are what a database needs from outside: clock, randomness, keys.
type Options struct {
	Now     func() time.Time
	Rand    io.Reader
	Vault   *vault.Vault
	Readers int  // reading connections; 0 means a sensible number
	Alone   bool // SQLite: commit every write by itself (for the benchmark's comparison)
	// Fast gives up durability. It exists for throw-away databases of tests and
	// for the negative control of the crash tests; no setting reaches it.
	Fast bool
	// Anchor, when set, is told the newest audit seal after each commit.
	Anchor func(county string, seq int64, seal string)
}

// DB is an open database.
type DB struct {
	Engine Engine
	opt    Options
	write  *sql.DB
	read   *sql.DB
	stmts  stmtCache
	w      *writer // SQLite only
	file   string  // SQLite only
	closed sync.Once
	// commits counts the commits that were tried, for tests and benchmarks.
	commits atomic.Int64
}

// Commits is how many commits were tried since the database was opened.
func (d *DB) Commits() int64 { return d.commits.Load() }

// Now is the clock the database was opened with.
func (d *DB) Now() time.Time { return d.opt.Now().UTC() }

// NewID makes an identifier with the database's clock and randomness.
func (d *DB) NewID() string { return id.New(d.opt.Now(), d.opt.Rand) }

// Rand is the source of randomness the database was opened with.
func (d *DB) Rand() io.Reader { return d.opt.Rand }

// Vault seals and opens personal fields.
func (d *DB) Vault() *vault.Vault { return d.opt.Vault }

// Pool is the *sql.DB that job workers use; nothing else should.
func (d *DB) Pool() *sql.DB { return d.write }

// File is the path of the SQLite file, "" on PostgreSQL.
func (d *DB) File() string { return d.file }

// Open opens the database behind dsn: a postgres:// address or a file path.
func Open(ctx context.Context, dsn string, opt Options) (*DB, error) {
	if opt.Now == nil || opt.Rand == nil || opt.Vault == nil {
		return nil, fmt.Errorf("db: clock, randomness and vault are required")
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn, opt)
	}
	return openSQLite(ctx, dsn, opt)
}

// Close waits for the write in progress and closes all connections.
func (d *DB) Close() error {
	var err error
	d.closed.Do(func() {
		if d.w != nil {
			d.w.stop()
		}
		d.stmts.close()
		err = d.read.Close()
		if d.write != d.read {
			if e := d.write.Close(); err == nil {
				err = e
			}
		}
	})
	return err
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	_, err := One(ctx, d, func(r Row) (int, error) { var n int; return n, r.Scan(&n) }, `SELECT 1`)
	return err
}

// Reader is what a query needs; both *DB and *Tx are one.
type Reader interface {
	// Query runs a read. The caller closes the rows; One and All do it for him.
	Query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	Vault() *vault.Vault
}

// Row is one result row.
type Row interface{ Scan(dest ...any) error }

// Query runs a read on the reading connections.
func (d *DB) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	st, err := d.stmts.get(ctx, d.read, d.text(q), d.Engine)
	if err != nil {
		return nil, classify(err)
	}
	if st == nil {
		rows, err := d.read.QueryContext(ctx, d.text(q), args...)
		return rows, classify(err)
	}
	rows, err := st.QueryContext(ctx, args...)
	return rows, classify(err)
}

// All collects the rows of a query.
func All[T any](ctx context.Context, r Reader, scan func(Row) (T, error), q string, args ...any) ([]T, error) {
	return UpTo(ctx, r, 0, scan, q, args...)
}

// UpTo is All for a query that ends after n rows: their memory is taken at once.
func UpTo[T any](ctx context.Context, r Reader, n int, scan func(Row) (T, error), q string, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		if out == nil && n > 0 {
			out = make([]T, 0, n)
		}
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, classify(rows.Err())
}

// One gives the first row of a query, or a NotFound failure.
func One[T any](ctx context.Context, r Reader, scan func(Row) (T, error), q string, args ...any) (T, error) {
	var zero T
	if t, ok := r.(*Tx); ok && t.conn != nil {
		var v T
		err := t.first(ctx, func(w Row) (err error) { v, err = scan(w); return err }, q, args)
		if !errors.Is(err, errUnusual) {
			return v, err
		}
	}
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return zero, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return zero, classify(err)
		}
		return zero, notFound()
	}
	return scan(rows)
}

// Text, Int, Int64 and Bool scan rows of one column.
func Text(r Row) (s string, err error) { return s, r.Scan(&s) }

// Int scans one integer.
func Int(r Row) (n int, err error) { return n, r.Scan(&n) }

// Int64 scans one large integer.
func Int64(r Row) (n int64, err error) { return n, r.Scan(&n) }

// Under gives the bounds of all region paths at or below p, which ends in "/".
// A range says the same on both engines; LIKE does not.
func Under(p string) (lo, hi string) {
	if p == "" {
		return "", "~"
	}
	return p, p[:len(p)-1] + "0"
}

// Prefix gives the bounds of all texts that begin with p.
func Prefix(p string) (lo, hi string) { return p, p + "\U0010FFFF" }

// text spells $n as ?n for SQLite, to which "$1" is a name numbered by first
// appearance. Each text is rewritten once.
func (d *DB) text(q string) string {
	if d.Engine == Postgres {
		return q
	}
	if s, ok := rewritten.Load(q); ok {
		return s.(string)
	}
	s := questionMarks(q)
	rewritten.Store(q, s)
	return s
}

var rewritten sync.Map

func questionMarks(q string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(q); i++ {
		c := q[i]
		if c == '\'' {
			quoted = !quoted
		}
		if c == '$' && !quoted && i+1 < len(q) && q[i+1] >= '0' && q[i+1] <= '9' {
			c = '?'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// stmtCache keeps prepared statements by text, up to a bound that no fixed set
// of queries reaches; lists of varying length beyond it run unprepared.
type stmtCache struct {
	mu sync.RWMutex
	m  map[string]*sql.Stmt
}

const maxStmts = 800

func (c *stmtCache) get(ctx context.Context, p *sql.DB, q string, e Engine) (*sql.Stmt, error) {
	if e == Postgres {
		return nil, nil // pgx keeps its own cache per connection
	}
	c.mu.RLock()
	st := c.m[q]
	n := len(c.m)
	c.mu.RUnlock()
	if st != nil || n >= maxStmts {
		return st, nil
	}
	st, err := p.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]*sql.Stmt{}
	}
	if old := c.m[q]; old != nil {
		_ = st.Close()
		return old, nil
	}
	c.m[q] = st
	return st, nil
}

func (c *stmtCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.m {
		_ = s.Close()
	}
	c.m = nil
}
