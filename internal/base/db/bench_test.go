package db_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
)

// BenchmarkWrites shows acknowledged writes a second: each caller waits until
// its own row is durable. "grouped" is the product, "alone" commits every write
// by itself through the same writer, "bare" is a plain loop of the same inserts
// on one connection with one commit each, which no number of callers improves.
// SQLite runs at synchronous=FULL, PostgreSQL at synchronous_commit=on.
func BenchmarkWrites(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		for _, mode := range []string{"grouped", "alone", "bare"} {
			b.Run(fmt.Sprintf("sqlite/%s/callers=%d", mode, callers), func(b *testing.B) {
				file := filepath.Join(b.TempDir(), "b.db")
				d, err := db.Open(b.Context(), file, db.Options{Now: time.Now, Rand: rand.Reader, Vault: dbtest.Vault(b), Alone: mode == "alone"})
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				if _, err := db.Migrate(b.Context(), d); err != nil {
					b.Fatal(err)
				}
				if mode == "bare" {
					bareLoop(b, file, callers)
					return
				}
				writes(b, d, callers)
			})
		}
		b.Run(fmt.Sprintf("postgres/callers=%d", callers), func(b *testing.B) {
			d, _ := dbtest.Postgres(b)
			writes(b, d, callers)
		})
	}
}

func writes(b *testing.B, d *db.DB, callers int) {
	ctx := b.Context()
	spread(b, callers, func(n int64) error {
		return db.Do(ctx, d, func(tx *db.Tx) error { return insert(ctx, tx, fmt.Sprintf("bench-%012d", n)) })
	})
}

func bareLoop(b *testing.B, file string, callers int) {
	p, err := sql.Open("sqlite3", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	p.SetMaxOpenConns(1)
	st, err := p.Prepare(`INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES (?1, ?2, 'k', 'a', 'c', '', ?3)`)
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	spread(b, callers, func(n int64) error {
		_, err := st.ExecContext(context.Background(), "990101", fmt.Sprintf("bench-%012d", n), n)
		return err
	})
}

func spread(b *testing.B, callers int, one func(int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := one(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acked/s")
}
