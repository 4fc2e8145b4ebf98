package db

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math"
	"time"

	"lianxin/internal/base/id"
	"lianxin/internal/base/vault"
)

// Tx is a write in progress. Every row it writes carries the same Now.
type Tx struct {
	d      *DB
	tx     *sql.Tx
	conn   *writer // SQLite: where prepared statements of the writing connection lie
	Now    time.Time
	before []func(context.Context) error
	kept   []func()
	after  []func()
	values []value
	group  map[any]any
	try    int
	ids    uint16 // made so far
}

// Write runs fn in one transaction and answers after it is durable. fn may be
// run again when the engine asks for it, so it must touch nothing but tx;
// everything outside waits for a job or for Tx.After.
func Write[T any](ctx context.Context, d *DB, fn func(*Tx) (T, error)) (T, error) {
	var out T
	err := d.run(ctx, func(tx *Tx) error {
		v, err := fn(tx)
		if err != nil {
			return err
		}
		out = v
		return nil
	})
	if err != nil {
		var zero T
		return zero, err
	}
	return out, nil
}

// Do is Write for a function without a result.
func Do(ctx context.Context, d *DB, fn func(*Tx) error) error { return d.run(ctx, fn) }

func (d *DB) run(ctx context.Context, fn func(*Tx) error) error {
	if d.w != nil {
		return d.w.submit(ctx, fn)
	}
	return d.runPostgres(ctx, fn)
}

// Exec runs a change and reports how many rows it touched.
func (t *Tx) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	ctx = context.WithoutCancel(ctx) // an interrupted statement would roll back the whole group
	if t.conn != nil {
		var st *sql.Stmt
		if st, err = t.conn.prepared(ctx, t.d.text(q)); err == nil {
			res, err = st.ExecContext(ctx, args...)
		}
	} else {
		res, err = t.tx.ExecContext(ctx, q, args...)
	}
	if err != nil {
		return 0, classify(err)
	}
	n, err := res.RowsAffected()
	return n, err
}

// Query runs a read that sees the transaction's own changes.
func (t *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	if t.conn != nil {
		st, err := t.conn.prepared(ctx, t.d.text(q))
		if err != nil {
			return nil, classify(err)
		}
		rows, err := st.QueryContext(ctx, args...)
		return rows, classify(err)
	}
	rows, err := t.tx.QueryContext(ctx, q, args...)
	return rows, classify(err)
}

// Vault seals and opens personal fields.
func (t *Tx) Vault() *vault.Vault { return t.d.opt.Vault }

// Attempt counts the runs of this write: 0 the first time, more after ErrAgain
// or after the engine asked for another run.
func (t *Tx) Attempt() int { return t.try }

// NewID makes an identifier from the transaction's time. Those of one
// transaction sort in the order in which they were made, so that a history read
// by id tells what came first.
func (t *Tx) NewID() string {
	n := t.ids
	t.ids = min(n, math.MaxUint16-1) + 1
	return id.Nth(t.Now, n, t.d.opt.Rand)
}

// Rand is the source of randomness the database was opened with.
func (t *Tx) Rand() io.Reader { return t.d.opt.Rand }

// SQL is the transaction for libraries that write rows of their own in it (jobs).
func (t *Tx) SQL() *sql.Tx { return t.tx }

// Engine names the database.
func (t *Tx) Engine() Engine { return t.d.Engine }

// ForUpdate locks the selected rows on PostgreSQL; SQLite has one writer anyway.
func (t *Tx) ForUpdate() string {
	if t.d.Engine == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// Before runs fn as the last thing inside the transaction; its failure undoes it.
func (t *Tx) Before(fn func(context.Context) error) { t.before = append(t.before, fn) }

// Kept runs fn once the write is certain to be part of the commit.
func (t *Tx) Kept(fn func()) { t.kept = append(t.kept, fn) }

// After runs fn after the commit. It must be quick and cannot fail.
func (t *Tx) After(fn func()) { t.after = append(t.after, fn) }

// Value and SetValue keep something for the length of this write.
func (t *Tx) Value(k any) any {
	for i := range t.values {
		if t.values[i].k == k {
			return t.values[i].v
		}
	}
	return nil
}

// value is one of the few things a write keeps; so few that a list beats a map.
type value struct{ k, v any }

// SetValue keeps something for the length of this write.
func (t *Tx) SetValue(k, v any) {
	for i := range t.values {
		if t.values[i].k == k {
			t.values[i].v = v
			return
		}
	}
	if t.values == nil {
		t.values = make([]value, 0, 4)
	}
	t.values = append(t.values, value{k, v})
}

// Group is memory shared by the writes that commit together; write to it only
// from Kept. It is nil where every write commits by itself.
func (t *Tx) Group() map[any]any { return t.group }

// Last runs fn as the last thing before the group's commit, for what need be
// written once however many writes commit together. Call it only from Kept and
// where there is a group. A failure undoes all of the group.
func (t *Tx) Last(fn func(context.Context, *Tx) error) {
	last, _ := t.group[lastKey{}].([]func(context.Context, *Tx) error)
	t.group[lastKey{}] = append(last, fn)
}

type lastKey struct{}

// last runs what was left for the end of the group.
func (w *writer) last(ctx context.Context, tx *sql.Tx, group map[any]any) error {
	fns, _ := group[lastKey{}].([]func(context.Context, *Tx) error)
	for _, fn := range fns {
		t := &Tx{d: w.d, tx: tx, conn: w, Now: w.d.Now(), group: group}
		if err := t.call(ctx, func(t *Tx) error { return fn(ctx, t) }); err != nil {
			return err
		}
	}
	return nil
}

// Anchor reports a new audit seal to whoever keeps it outside the database.
func (t *Tx) Anchor(county string, seq int64, seal string) {
	if t.d.opt.Anchor != nil {
		t.After(func() { t.d.opt.Anchor(county, seq, seal) })
	}
}

// call runs fn and its Before hooks, turning a panic into an error value so
// that the writer survives; the caller's goroutine panics again with it.
func (t *Tx) call(ctx context.Context, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p}
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	for len(t.before) > 0 {
		hook := t.before[0]
		t.before = t.before[1:]
		if err := hook(ctx); err != nil {
			return err
		}
	}
	return nil
}

type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("db: panic in a write: %v", p.value) }
