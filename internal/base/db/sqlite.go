package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"lianxin/internal/base/fault"
)

// openSQLite opens the embedded database: WAL, synchronous=FULL, a checksum on
// every page, foreign keys, no trust in the schema, deleted bytes overwritten.
func openSQLite(ctx context.Context, file string, opt Options) (*DB, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	sync := "FULL"
	if opt.Fast {
		sync = "OFF"
	}
	registerVFS()
	pragmas := "vfs=" + vfsName + "&_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + sync + ")" +
		"&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=temp_store(2)"
	u := "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + pragmas
	fresh := false
	if _, err := os.Stat(file); os.IsNotExist(err) {
		fresh = true
	}
	first := fullText
	if fresh {
		// Reserving the bytes rewrites the file, so it is done once, while it is empty.
		first = func(c *sqlite3.Conn) error { return errors.Join(fullText(c), c.EnableChecksums("main")) }
	}
	w, err := driver.Open(u+"&_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(2000)&_pragma=cache_size(-6000)&_txlock=immediate", first)
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.PingContext(ctx); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("db: %s: %w", file, err)
	}
	if fresh {
		_ = os.Chmod(file, 0o600)
	}
	r, err := driver.Open(u+"&_pragma=query_only(1)&_pragma=cache_size(-3000)&_pragma=mmap_size(0)", fullText)
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	n := opt.Readers
	if n == 0 {
		n = max(2, runtime.NumCPU())
	}
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	d := &DB{Engine: SQLite, opt: opt, write: w, read: r, file: file}
	conn, err := w.Conn(ctx)
	if err != nil {
		return nil, err
	}
	d.w = &writer{d: d, conn: conn, jobs: make(chan *job, 256), quit: make(chan struct{}), done: make(chan struct{}), stmts: map[string]*sql.Stmt{}, reads: map[string]*sqlite3.Stmt{}}
	go d.w.loop()
	return d, nil
}

// fullText gives a connection the full-text module. Every connection needs it:
// without it a schema that holds such a table cannot be checked or copied.
func fullText(c *sqlite3.Conn) error { return fts5.Register(c) }

// JobPool opens one more writing connection for the job library, which begins
// its own transactions; it waits its turn at the file lock.
func (d *DB) JobPool() (*sql.DB, error) {
	if d.Engine == Postgres {
		return d.write, nil
	}
	p, err := driver.Open("file:"+(&url.URL{Path: d.file}).EscapedPath()+
		"?vfs="+vfsName+"&_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)&_pragma=foreign_keys(1)&_txlock=immediate", fullText)
	if err != nil {
		return nil, err
	}
	p.SetMaxOpenConns(1)
	return p, nil
}

// maxGroup and groupTime bound how many writes share a commit and how long the
// first of them waits for the others.
const (
	maxGroup  = 256
	groupTime = 25 * time.Millisecond
)

// maxTries bounds how often a write is run again.
const maxTries = 8

type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	or   func(*Tx, error) error // runs in place of fn where fn failed
	tx   *Tx
	done chan error
	then []*job // belong to the same commit, in this order
}

// writer owns the only writing connection of a SQLite database.
type writer struct {
	d     *DB
	conn  *sql.Conn
	jobs  chan *job
	quit  chan struct{}
	done  chan struct{}
	stmts map[string]*sql.Stmt
	// For first: the connection's handle and its reading statements.
	handle *sqlite3.Conn
	reads  map[string]*sqlite3.Stmt
}

func (w *writer) submit(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	if err := w.queue(j); err != nil {
		return err
	}
	return w.answer(j)
}

// together hands several jobs to the writer as one.
func (w *writer) together(ctx context.Context, steps []Step) []error {
	js, errs := make([]*job, len(steps)), make([]error, len(steps))
	for i, s := range steps {
		js[i] = &job{ctx: ctx, fn: s.Do, or: s.Or, done: make(chan error, 1)}
	}
	js[0].then = js[1:]
	if err := w.queue(js[0]); err != nil {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	for i, j := range js {
		errs[i] = w.answer(j)
	}
	return errs
}

func (w *writer) queue(j *job) error {
	select {
	case w.jobs <- j: // nearly always: only a full queue is waited for, which sets the context's timer
		return nil
	default:
	}
	select {
	case w.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return fault.Wrap(j.ctx.Err(), fault.Busy, "fault.busy")
	case <-w.quit:
		return fault.New(fault.Busy, "fault.closing")
	}
}

func (w *writer) answer(j *job) error {
	select {
	case err := <-j.done:
		if p, ok := err.(*panicked); ok {
			panic(p.value)
		}
		return err
	case <-w.done:
		select {
		case err := <-j.done:
			return err
		default:
			return fault.New(fault.Busy, "fault.closing")
		}
	}
}

func (w *writer) stop() {
	close(w.quit)
	<-w.done
	for _, s := range w.stmts {
		_ = s.Close()
	}
	for _, s := range w.reads {
		if s != nil {
			_ = s.Close()
		}
	}
	_ = w.conn.Close()
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case j := <-w.jobs:
			w.commit(j)
		case <-w.quit:
			for {
				select {
				case j := <-w.jobs:
					w.commit(j)
				default:
					return
				}
			}
		}
	}
}

// commit runs the given job and those that wait behind it in one transaction.
func (w *writer) commit(j *job) {
	bg := context.Background()
	tx, err := w.conn.BeginTx(bg, nil)
	if err != nil {
		j.done <- classify(err)
		return
	}
	group := map[any]any{}
	var waiting, then []*job
	limit := time.Now().Add(groupTime) // pacing of the queue, not a fact that is stored
	for n := 0; ; n++ {
		then = append(then, j.then...)
		if keep, broken := w.savepoint(bg, tx, j, group); broken != nil {
			_ = tx.Rollback()
			for _, o := range append(append(waiting, j), then...) {
				o.done <- broken
			}
			return
		} else if keep {
			waiting = append(waiting, j)
		}
		if len(then) > 0 {
			j, then = then[0], then[1:]
			continue
		}
		if w.d.opt.Alone || n+1 >= maxGroup || time.Now().After(limit) {
			break
		}
		select {
		case j = <-w.jobs:
			continue
		default:
		}
		break
	}
	err = w.last(bg, tx, group)
	if err == nil {
		w.d.commits.Add(1)
		err = classify(tx.Commit())
	}
	if err != nil {
		_ = tx.Rollback()
		for _, o := range waiting {
			o.done <- err
		}
		return
	}
	for _, o := range waiting {
		for _, f := range o.tx.after {
			f()
		}
		o.done <- nil
	}
}

// savepoint runs one job. keep says that it waits for the commit; broken that
// the transaction itself is gone (disk full, I/O error) and nothing in it may
// be acknowledged.
func (w *writer) savepoint(ctx context.Context, tx *sql.Tx, j *job, group map[any]any) (keep bool, broken error) {
	if err := j.ctx.Err(); err != nil {
		j.done <- fault.Wrap(err, fault.Busy, "fault.busy")
		return false, nil
	}
	for try := 0; ; try++ {
		if err := w.exec(ctx, `SAVEPOINT w`); err != nil {
			return false, err
		}
		j.tx = &Tx{d: w.d, tx: tx, conn: w, Now: w.d.Now(), group: group, try: try}
		err := j.tx.call(context.WithoutCancel(j.ctx), j.fn)
		if err == nil {
			break
		}
		if e := w.exec(ctx, `ROLLBACK TO w`); e != nil {
			return false, e
		}
		if e := w.exec(ctx, `RELEASE w`); e != nil {
			return false, e
		}
		if errors.Is(err, ErrAgain) && try < maxTries {
			continue
		}
		if or := j.or; or != nil {
			j.fn, j.or, try = func(tx *Tx) error { return or(tx, err) }, nil, -1
			continue
		}
		j.done <- err
		return false, nil
	}
	if err := w.exec(ctx, `RELEASE w`); err != nil {
		return false, err
	}
	for _, f := range j.tx.kept {
		f()
	}
	return true, nil
}

func (w *writer) exec(ctx context.Context, q string) error {
	st, err := w.prepared(ctx, q)
	if err != nil {
		return classify(err)
	}
	_, err = st.ExecContext(ctx)
	return classify(err)
}

// prepared gives the statement of the writing connection; only the writer's
// goroutine calls it. The connection is the one the transaction runs on.
func (w *writer) prepared(ctx context.Context, q string) (*sql.Stmt, error) {
	if st := w.stmts[q]; st != nil {
		return st, nil
	}
	if len(w.stmts) >= maxStmts {
		for k, s := range w.stmts {
			_ = s.Close()
			delete(w.stmts, k)
			break
		}
	}
	st, err := w.conn.PrepareContext(ctx, q)
	if err == nil {
		w.stmts[q] = st
	}
	return st, err
}
