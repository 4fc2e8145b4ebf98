package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
)

func insert(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES ($1, $2, 'k', 'a', 'c', '', $3)`, "990101", id, tx.Now.UnixMilli())
	return err
}

func count(t *testing.T, d *db.DB) int {
	t.Helper()
	n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM operations`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		errs := make([]error, 64)
		for i := range errs {
			wg.Go(func() {
				errs[i] = db.Do(ctx, d, func(tx *db.Tx) error {
					if err := insert(ctx, tx, fmt.Sprintf("op-%05d", i)); err != nil {
						return err
					}
					if i%8 == 7 {
						return errors.New("changed my mind")
					}
					return nil
				})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if (err != nil) != (i%8 == 7) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if n := count(t, d); n != 56 {
			t.Fatalf("%d rows, want 56: a failed neighbour took others along or left its row", n)
		}
		err := db.Do(ctx, d, func(tx *db.Tx) error { return insert(ctx, tx, "op-00000") })
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second row with one key: %v", err)
		}
		_, err = db.One(ctx, d, db.Text, `SELECT id FROM operations WHERE id = $1`, "nobody")
		if !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

func TestHooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var order []string
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			tx.After(func() { order = append(order, "after") })
			tx.Kept(func() { order = append(order, "kept") })
			tx.Before(func(ctx context.Context) error { order = append(order, "before"); return insert(ctx, tx, "by-hook-1") })
			order = append(order, "body")
			return nil
		})
		if err != nil || fmt.Sprint(order) != "[body before kept after]" || count(t, d) != 1 {
			t.Fatal(err, order)
		}
		err = db.Do(ctx, d, func(tx *db.Tx) error {
			tx.Before(func(context.Context) error { return errors.New("no") })
			tx.After(func() { t.Error("After ran without a commit") })
			return insert(ctx, tx, "by-hook-2")
		})
		if err == nil || count(t, d) != 1 {
			t.Fatal("a failing hook did not undo its write", err)
		}
	})
}

// What is left for the end of a group is done once, inside its commit, and not
// for a write that was undone.
func TestLast(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ctx := t.Context()
	for round, fails := range []bool{false, true} {
		before, done, hold := count(t, d), 0, make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = db.Do(ctx, d, func(*db.Tx) error { <-hold; return nil }) // the others queue behind it
		})
		time.Sleep(20 * time.Millisecond)
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				errs[i] = db.Do(ctx, d, func(tx *db.Tx) error {
					tx.Kept(func() {
						n, shared := tx.Group()["n"].(int)
						tx.Group()["n"] = n + 1
						if shared {
							return
						}
						tx.Last(func(ctx context.Context, tx *db.Tx) error {
							done++ // only the writer's goroutine is here
							if fails {
								return errors.New("no")
							}
							return insert(ctx, tx, fmt.Sprintf("last-%05d-%d", tx.Group()["n"], done))
						})
					})
					if i == 3 {
						return errors.New("one of them fails")
					}
					return insert(ctx, tx, fmt.Sprintf("round-%d-%d", round, i))
				})
			})
		}
		time.Sleep(20 * time.Millisecond)
		close(hold)
		wg.Wait()
		for i, err := range errs {
			if (err != nil) != (fails || i == 3) {
				t.Errorf("round %d, write %d: %v", round, i, err)
			}
		}
		want := before
		if !fails {
			want += 5 + done
		}
		if n := count(t, d); n != want || done == 0 || done > 4 {
			t.Errorf("round %d: %d rows, want %d; the end ran %d times", round, n, want, done)
		}
	}
}

func TestPanicReachesItsCallerOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if p := recover(); p != "boom" {
					t.Fatalf("recovered %v", p)
				}
			}()
			db.Do(t.Context(), d, func(tx *db.Tx) error { insert(t.Context(), tx, "lost-one"); panic("boom") })
		}()
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return insert(t.Context(), tx, "kept-one") }); err != nil || count(t, d) != 1 {
			t.Fatal(err)
		}
	})
}

func TestCancelledCallerDoesNotHarmTheGroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return insert(ctx, tx, "too-late") }); err == nil {
			t.Fatal("a cancelled write was taken")
		}
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return insert(t.Context(), tx, "in-time-1") }); err != nil || count(t, d) != 1 {
			t.Fatal(err)
		}
	})
}

// The subset every statement must stay in means the same on both engines.
func TestCommonSubset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for q, want := range map[string]string{
			`SELECT $2 || $1 || $2`: "bab",
			`SELECT CAST(length('走访') AS TEXT) || '$1' || $1 || $2`:                     "2$1ab",
			`SELECT CASE WHEN ($1, $2) < ('b', 'a') THEN 'less' ELSE '' END`:            "less",
			`SELECT MIN(x) FROM (SELECT 'b' AS x UNION ALL SELECT $1 WHERE $2 = 'b') y`: "a",
		} {
			got, err := db.One(ctx, d, db.Text, q, "a", "b")
			if err != nil || got != want {
				t.Errorf("%s = %q, %v; want %q", q, got, err, want)
			}
		}
	})
}

func TestUnder(t *testing.T) {
	lo, hi := db.Under("/99/9901/")
	for p, in := range map[string]bool{"/99/9901/": true, "/99/9901/990101/": true, "/99/9902/": false, "/99/": false, "/99/99010/": false} {
		if (p >= lo && p < hi) != in {
			t.Errorf("%s under /99/9901/: %v", p, !in)
		}
	}
}

func TestMigrationsRunTwiceHarmlesslyAndRefuseANewerSchema(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if todo, err := db.Migrate(t.Context(), d); err != nil || len(todo) != 0 {
			t.Fatal(todo, err)
		}
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO schema_steps (version, name, sum, taken_at) VALUES (9999, 'future', 'x', 0)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(t.Context(), d); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a newer schema was accepted: %v", err)
		}
	})
}

func TestPageChecksumsFindAChangedBit(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	for i := range 200 {
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return insert(t.Context(), tx, fmt.Sprintf("row-%06d", i)) }); err != nil {
			t.Fatal(err)
		}
	}
	file := d.File()
	if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	d.Close()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found, tried := 0, 0
	pages := len(b) / 4096
	for p := 1; p < pages; p += max(1, pages/12) {
		tried++
		c := append([]byte(nil), b...)
		c[p*4096+2000] ^= 4
		if err := db.Scrub(t.Context(), write(t, c)); err != nil {
			found++
		}
	}
	if found != tried {
		t.Fatalf("%d of %d changed pages were found", found, tried)
	}
	if err := db.Scrub(t.Context(), write(t, b)); err != nil {
		t.Fatalf("an unchanged file: %v", err)
	}
}

func write(t *testing.T, b []byte) string {
	f := t.TempDir() + "/x.db"
	if err := os.WriteFile(f, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// A second writing connection, as the job library has one, must not upset the
// checkpoint that the first makes when it closes last.
func TestTwoWritersClose(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	p, err := d.JobPool()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.ExecContext(t.Context(), `CREATE TABLE other (a TEXT)`); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Scrub(t.Context(), d.File()); err != nil {
		t.Error(err)
	}
}

// A copy larger than the page cache carries a sum on every page.
func TestLargeCopyIsScrubbedClean(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	long := strings.Repeat("走访", 400)
	for i := range 30 {
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			for j := range 500 {
				if _, err := tx.Exec(t.Context(), `INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES ('990101', $1, 'k', 'a', 'c', $2, 0)`, fmt.Sprintf("row-%04d-%04d", i, j), long); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := d.CopyTo(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := db.Scrub(t.Context(), file); err != nil {
		t.Fatal(err)
	}
}
