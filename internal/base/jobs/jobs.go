// Package jobs does later what a change asks for: the request is stored in the
// same transaction as the change, so it is never lost and never asked for by
// something that was undone. The queue is River, in the same database.
//
// A job is a kind (a text such as "progress.recompute") and arguments. Who
// wants one names the kind; which function does it is bound once, at start, so
// that asking does not import doing. Functions may run twice (a crash between
// doing and ticking off) and must bear it.
//
// On SQLite River works on a connection of its own and waits its turn at the
// file lock; on PostgreSQL it shares the pool.
//
// Owns: the tables river_*, through River's own migrations.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"lianxin/internal/base/db"
)

// Job is one piece of work handed to its function.
type Job struct {
	ID      int64
	Kind    string
	Attempt int
	args    json.RawMessage
}

// Args decodes the arguments into v.
func (j Job) Args(v any) error { return json.Unmarshal(j.args, v) }

// Func does a kind of job. An error means: later again, with growing pauses,
// until Attempts is used up.
type Func func(context.Context, Job) error

// Periodic is a job that nobody asks for.
type Periodic struct {
	Kind string
	Args any
	// Next gives the time after t at which it is due: Every or Daily.
	Next func(t time.Time) time.Time
	// AtStart also runs it when the program starts.
	AtStart bool
}

// Every is due in fixed distances.
func Every(d time.Duration) func(time.Time) time.Time {
	return func(t time.Time) time.Time { return t.Add(d) }
}

// Daily is due at a time of day in a place's calendar.
func Daily(after time.Duration, where *time.Location) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		y, m, d := t.In(where).Date()
		h, min := int(after/time.Hour), int(after%time.Hour/time.Minute)
		at := time.Date(y, m, d, h, min, 0, 0, where)
		if !at.After(t) {
			at = time.Date(y, m, d+1, h, min, 0, 0, where)
		}
		return at
	}
}

// Attempts is how often a job is tried: with River's growing pauses about
// three days.
const Attempts = 15

// Options of a queue.
type Options struct {
	Log      *slog.Logger
	Workers  int // jobs worked at once; 0 means 4
	Funcs    map[string]Func
	Periodic []Periodic
	Timeout  time.Duration // of one job; 0 means an hour
	// Rapid polls for work ten times a second in place of once; for tests.
	Rapid bool
}

// Queue works off jobs until it is stopped.
type Queue struct {
	client *river.Client[*sql.Tx]
	pool   *sql.DB
	own    bool // pool is ours to close
}

// New binds the functions. Nothing runs before Start.
func New(d *db.DB, opt Options) (*Queue, error) {
	q := &Queue{}
	if err := q.open(d); err != nil {
		return nil, err
	}
	ws := river.NewWorkers()
	kinds := make([]string, 0, len(opt.Funcs))
	for k := range opt.Funcs {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		river.AddWorkerArgs(ws, envelope{kind: k}, &worker{fn: opt.Funcs[k]})
	}
	if opt.Workers == 0 {
		opt.Workers = 4
	}
	if opt.Timeout == 0 {
		opt.Timeout = time.Hour
	}
	cfg := &river.Config{
		Logger: quiet(opt.Log), Workers: ws, MaxAttempts: Attempts, JobTimeout: opt.Timeout,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: opt.Workers}},
		PollOnly:          true, // no listening connection, no reading of an outbox several times a second
		ReindexerSchedule: river.NeverSchedule(),
		FetchPollInterval: time.Second,
		// A township's program is stopped by a power switch; what was being
		// done then is taken up again after this time.
		RescueStuckJobsAfter: opt.Timeout + 10*time.Minute,
		SoftStopTimeout:      10 * time.Second,
	}
	if opt.Rapid {
		cfg.FetchPollInterval, cfg.FetchCooldown = 100*time.Millisecond, 50*time.Millisecond
	}
	for _, p := range opt.Periodic {
		if opt.Funcs[p.Kind] == nil {
			return nil, errors.Join(fmt.Errorf("jobs: periodic %s has no function", p.Kind), q.Close())
		}
		e, err := wrap(p.Kind, p.Args)
		if err != nil {
			return nil, errors.Join(err, q.Close())
		}
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, river.NewPeriodicJob(schedule(p.Next),
			func() (river.JobArgs, *river.InsertOpts) { return e, unique() }, &river.PeriodicJobOpts{ID: p.Kind, RunOnStart: p.AtStart}))
	}
	c, err := river.NewClient(q.driver(d), cfg)
	if err != nil {
		return nil, errors.Join(err, q.Close())
	}
	q.client = c
	return q, nil
}

// Look opens the queue without working on it, for the operator's verbs.
func Look(d *db.DB) (*Queue, error) {
	q := &Queue{}
	if err := q.open(d); err != nil {
		return nil, err
	}
	c, err := river.NewClient(q.driver(d), &river.Config{Logger: quiet(nil)})
	if err != nil {
		return nil, errors.Join(err, q.Close())
	}
	q.client = c
	return q, nil
}

func (q *Queue) open(d *db.DB) (err error) {
	q.own = d.Engine == db.SQLite
	q.pool, err = d.JobPool()
	return err
}

func (q *Queue) driver(d *db.DB) riverdriver.Driver[*sql.Tx] { return driverOf(d.Engine, q.pool) }

func driverOf(e db.Engine, p *sql.DB) riverdriver.Driver[*sql.Tx] {
	if e == db.Postgres {
		return riverdatabasesql.New(p)
	}
	return riversqlite.New(p)
}

// Start begins to work. The context does not end the work; Stop does.
func (q *Queue) Start(ctx context.Context) error { return q.client.Start(context.WithoutCancel(ctx)) }

// Stop takes no new jobs, waits for those that run (10 seconds, then their
// contexts end) and returns when all have ended or ctx has.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	return errors.Join(err, q.Close())
}

// Close frees the connection of a queue that was never started.
func (q *Queue) Close() error {
	if q.own {
		return q.pool.Close()
	}
	return nil
}

type schedule func(time.Time) time.Time

// Next is River's view of a schedule.
func (s schedule) Next(t time.Time) time.Time { return s(t) }

// envelope carries any kind's arguments through River as they are.
type envelope struct {
	kind string
	args json.RawMessage
}

// Kind is the job's kind.
func (e envelope) Kind() string { return e.kind }

// MarshalJSON gives the arguments.
func (e envelope) MarshalJSON() ([]byte, error) { return e.args, nil }

// UnmarshalJSON keeps the arguments for the function to decode.
func (e *envelope) UnmarshalJSON(b []byte) error {
	e.args = append(json.RawMessage(nil), b...)
	return nil
}

func wrap(kind string, args any) (envelope, error) {
	if args == nil {
		args = struct{}{}
	}
	b, err := json.Marshal(args)
	if err == nil && (len(b) == 0 || b[0] != '{') {
		err = errors.New("the arguments must be a struct or a map")
	}
	if err != nil {
		return envelope{}, fmt.Errorf("jobs: %s: %w", kind, err)
	}
	return envelope{kind, b}, nil
}

type worker struct {
	river.WorkerDefaults[envelope]
	fn Func
}

// Work hands a job to its function.
func (w *worker) Work(ctx context.Context, j *river.Job[envelope]) error {
	return w.fn(ctx, Job{ID: j.ID, Kind: j.JobRow.Kind, Attempt: j.Attempt, args: j.Args.args})
}

// unique is the option of jobs that need doing once however often asked for:
// one that waits answers for all equal ones. River insists on counting one that
// runs as well; Insert looks behind that.
func unique() *river.InsertOpts {
	return &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable}}}
}
