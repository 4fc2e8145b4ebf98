package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
)

// openPostgres opens a PostgreSQL database and refuses one that would not keep
// its promises: answers before the disk, or an order of text that differs from
// SQLite's.
func openPostgres(ctx context.Context, dsn string, opt Options) (*DB, error) {
	p, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	n := opt.Readers
	if n == 0 {
		n = max(8, 4*runtime.NumCPU())
	}
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	p.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{Engine: Postgres, opt: opt, write: p, read: p}
	if err := d.checkPostgres(ctx); err != nil {
		_ = p.Close()
		return nil, err
	}
	return d, nil
}

func (d *DB) checkPostgres(ctx context.Context) error {
	commit, err := One(ctx, d, Text, `SELECT current_setting('synchronous_commit')`)
	if err != nil {
		return fmt.Errorf("db: postgres: %w", err)
	}
	if !d.opt.Fast && commit == "off" {
		return fmt.Errorf("db: postgres: synchronous_commit is %s; acknowledged records could be lost, set it to on", commit)
	}
	collate, err := One(ctx, d, Text, `SELECT datcollate FROM pg_database WHERE datname = current_database()`)
	if err != nil {
		return err
	}
	switch collate {
	case "C", "POSIX", "C.UTF-8", "C.utf8":
	default:
		return fmt.Errorf("db: postgres: the database sorts text by %q; create it with TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'", collate)
	}
	return nil
}

func (d *DB) runPostgres(ctx context.Context, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := d.oncePostgres(ctx, fn, try)
		if err == nil || try == maxTries || !retryable(err) {
			if p, ok := err.(*panicked); ok {
				panic(p.value)
			}
			return classify(err)
		}
		select {
		case <-time.After(time.Duration(1<<try) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *DB) oncePostgres(ctx context.Context, fn func(*Tx) error, try int) error {
	tx, err := d.write.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	t := &Tx{d: d, tx: tx, Now: d.Now(), try: try}
	if err := t.call(ctx, fn); err != nil {
		return err
	}
	d.commits.Add(1)
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, f := range append(t.kept, t.after...) {
		f()
	}
	return nil
}

// togetherPostgres runs the steps in one transaction, each in a savepoint. An
// engine that asks for another run gets the whole of it again.
func (d *DB) togetherPostgres(ctx context.Context, steps []Step) []error {
	for try := 0; ; try++ {
		errs, err := d.stepsPostgres(ctx, steps, try)
		if err != nil && try < maxTries && retryable(err) {
			select {
			case <-time.After(time.Duration(1<<try) * time.Millisecond):
				continue
			case <-ctx.Done():
			}
		}
		for i := range errs {
			if err != nil {
				errs[i] = err
			}
			if p, ok := errs[i].(*panicked); ok {
				panic(p.value)
			}
			errs[i] = classify(errs[i])
		}
		return errs
	}
}

func (d *DB) stepsPostgres(ctx context.Context, steps []Step, try int) ([]error, error) {
	errs := make([]error, len(steps))
	tx, err := d.write.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return errs, err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	var then []func()
	for i, s := range steps {
		do, or := s.Do, s.Or
		for n := try; ; n++ {
			if _, err := tx.ExecContext(ctx, `SAVEPOINT w`); err != nil {
				return errs, err
			}
			t := &Tx{d: d, tx: tx, Now: d.Now(), try: n}
			err := t.call(ctx, do)
			end := `RELEASE SAVEPOINT w`
			if err != nil {
				end = `ROLLBACK TO SAVEPOINT w`
			}
			if _, e := tx.ExecContext(ctx, end); e != nil {
				return errs, e
			}
			if err == nil {
				then = append(append(then, t.kept...), t.after...)
				break
			}
			if errors.Is(err, ErrAgain) && n < try+maxTries {
				continue
			}
			if retryable(err) {
				return errs, err // locks of the steps before are in somebody's way
			}
			if or != nil {
				do, or, n = func(tx *Tx) error { return s.Or(tx, err) }, nil, -1
				continue
			}
			errs[i] = err
			break
		}
	}
	d.commits.Add(1)
	if err := tx.Commit(); err != nil {
		return errs, err
	}
	for _, f := range then {
		f()
	}
	return errs, nil
}
