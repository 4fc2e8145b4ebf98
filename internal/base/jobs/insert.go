package jobs

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"lianxin/internal/base/db"
)

// Option changes how a job is stored.
type Option func(*river.InsertOpts)

// Once stores the job only if no equal one (kind and arguments) waits already.
// One that runs does not count: it may have read the facts before the change.
func Once() Option {
	return func(o *river.InsertOpts) { o.UniqueOpts = unique().UniqueOpts }
}

// OnceAfter stores the job to run after d, at most one per kind and arguments
// for each stretch of that length, so that ten changes in a row are followed by
// one recomputation that sees all of them.
func OnceAfter(now time.Time, d time.Duration) Option {
	return func(o *river.InsertOpts) {
		// The due time is rounded up to the stretch, so it lies after every
		// change that is asked for within it.
		o.ScheduledAt = now.Truncate(d).Add(d)
		o.UniqueOpts = unique().UniqueOpts
		o.UniqueOpts.ByPeriod = d
	}
}

// At stores the job to run at a time.
func At(t time.Time) Option { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// clients make rows and hold no connection; one per engine serves all.
var clients = map[db.Engine]func() (*river.Client[*sql.Tx], error){
	db.SQLite:   sync.OnceValues(func() (*river.Client[*sql.Tx], error) { return rowMaker(db.SQLite) }),
	db.Postgres: sync.OnceValues(func() (*river.Client[*sql.Tx], error) { return rowMaker(db.Postgres) }),
}

func rowMaker(e db.Engine) (*river.Client[*sql.Tx], error) {
	return river.NewClient(driverOf(e, nil), &river.Config{Logger: quiet(nil), MaxAttempts: Attempts})
}

// Insert asks for a job in the caller's transaction: committed with it, undone
// with it. args is a struct or map that JSON can hold; it must not hold
// personal text, only ids, because job rows are kept unsealed.
func Insert(ctx context.Context, tx *db.Tx, kind string, args any, opts ...Option) error {
	e, err := wrap(kind, args)
	if err != nil {
		return err
	}
	c, err := clients[tx.Engine()]()
	if err != nil {
		return err
	}
	o := &river.InsertOpts{MaxAttempts: Attempts}
	for _, f := range opts {
		f(o)
	}
	// An interrupted statement would undo the whole group of writes.
	ctx = context.WithoutCancel(ctx)
	res, err := c.InsertTx(ctx, tx.SQL(), e, o)
	if err == nil && res.UniqueSkippedAsDuplicate && res.Job.State == rivertype.JobStateRunning {
		// The conflict locked the row found, so a job that still waits now
		// cannot begin before this transaction ends and will see its change.
		o.UniqueOpts = river.UniqueOpts{}
		_, err = c.InsertTx(ctx, tx.SQL(), e, o)
	}
	return err
}

// Migrate brings River's tables to the newest version it knows, or to a given
// one when version is not 0. Each of its steps is a transaction of its own, so
// it can be run again after a crash.
func Migrate(ctx context.Context, d *db.DB, version int) error {
	q := &Queue{}
	if err := q.open(d); err != nil {
		return err
	}
	defer q.Close() //nolint:errcheck // nothing was left in flight
	m, err := rivermigrate.New(q.driver(d), &rivermigrate.Config{Logger: quiet(nil)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: version})
	return err
}

// Version is the version of River's tables, 0 when there are none.
func Version(ctx context.Context, d *db.DB) (int, error) {
	q := &Queue{}
	if err := q.open(d); err != nil {
		return 0, err
	}
	defer q.Close() //nolint:errcheck // nothing was left in flight
	m, err := rivermigrate.New(q.driver(d), &rivermigrate.Config{Logger: quiet(nil)})
	if err != nil {
		return 0, err
	}
	vs, err := m.ExistingVersions(ctx)
	if err != nil || len(vs) == 0 {
		return 0, err
	}
	return vs[len(vs)-1].Version, nil
}

// quiet keeps River's own chatter out of the log: warnings and errors only.
func quiet(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(atLeast{l.Handler()})
}

type atLeast struct{ slog.Handler }

// Enabled lets warnings and errors through.
func (a atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && a.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the threshold.
func (a atLeast) WithAttrs(as []slog.Attr) slog.Handler { return atLeast{a.Handler.WithAttrs(as)} }

// WithGroup keeps the threshold.
func (a atLeast) WithGroup(n string) slog.Handler { return atLeast{a.Handler.WithGroup(n)} }
