package db

import (
	"context"
	"database/sql"
	"fmt"

	"lianxin/internal/base/vault"
)

// Step is one of several writes that are handed over together.
type Step struct {
	Do func(*Tx) error
	// Or, when set, runs in place of Do where Do failed and was undone; its
	// outcome is then that of the step.
	Or func(*Tx, error) error
}

// Together runs steps in order, each a write of its own that is kept or undone
// by itself, and commits them at once: twenty small writes of one sender cost
// one fsync. The answers come after the commit, one for each step. A crash in
// between leaves a part or nothing, like twenty writes one after the other.
func Together(ctx context.Context, d *DB, steps []Step) []error {
	switch {
	case len(steps) == 0:
		return nil
	case d.w != nil:
		return d.w.together(ctx, steps)
	}
	return d.togetherPostgres(ctx, steps)
}

// Snapshot is a reader whose queries all see the same moment.
type Snapshot struct {
	d      *DB
	tx     *sql.Tx
	missed []string // texts worth preparing once the connection is free again
}

// Query runs a read.
func (s *Snapshot) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	q = s.d.text(q)
	s.d.stmts.mu.RLock()
	st := s.d.stmts.m[q]
	s.d.stmts.mu.RUnlock()
	if st != nil {
		rows, err := s.tx.StmtContext(ctx, st).QueryContext(ctx, args...)
		return rows, classify(err)
	}
	// To prepare it for all connections needs another one, and all of them may be
	// held by such reads, each waiting for the others.
	s.missed = append(s.missed, q)
	rows, err := s.tx.QueryContext(ctx, q, args...)
	return rows, classify(err)
}

// Vault opens personal fields.
func (s *Snapshot) Vault() *vault.Vault { return s.d.opt.Vault }

// Read runs fn with a reader that sees one moment of the database, however many
// queries fn asks: figures and the records they count belong together. fn must
// ask nobody but its reader.
func Read(ctx context.Context, d *DB, fn func(Reader) error) error {
	opt := &sql.TxOptions{}
	if d.Engine == Postgres {
		opt.Isolation, opt.ReadOnly = sql.LevelRepeatableRead, true // SQLite's reading connections are read-only by themselves
	}
	tx, err := d.read.BeginTx(ctx, opt)
	if err != nil {
		return classify(fmt.Errorf("db: read: %w", err))
	}
	s := &Snapshot{d: d, tx: tx}
	err = fn(s)
	_ = tx.Rollback() // nothing was written
	for _, q := range s.missed {
		if _, e := d.stmts.get(ctx, d.read, q, d.Engine); e != nil {
			break
		}
	}
	return err
}
