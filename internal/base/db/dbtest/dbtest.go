// Package dbtest gives every test a fresh, migrated database of each engine.
//
// SQLite is always there. PostgreSQL is used when TEST_POSTGRES names a server
// on which databases may be created; the test command starts one. Where CI is
// set, a missing server is a failure, so that "both engines" stays true.
package dbtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/id"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/vault"
)

// Day is noon in Beijing on Monday 2026-11-23: "now" in tests unless moved.
var Day = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// Clock is a movable "now".
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// Now reads the clock.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

// Set moves it.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); c.t = t; c.mu.Unlock() }

// Add moves it on.
func (c *Clock) Add(d time.Duration) { c.mu.Lock(); c.t = c.t.Add(d); c.mu.Unlock() }

// Vault is a vault with a fixed key.
func Vault(tb testing.TB) *vault.Vault {
	v, err := vault.New(rand.Reader, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// Each runs f on both engines.
func Each(t *testing.T, f func(*testing.T, *db.DB)) {
	t.Helper()
	EachClock(t, func(t *testing.T, d *db.DB, _ *Clock) { f(t, d) })
}

// EachClock is Each with a clock that f may move.
func EachClock(t *testing.T, f func(*testing.T, *db.DB, *Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { d, c := SQLite(t); f(t, d, c) })
	t.Run("postgres", func(t *testing.T) { d, c := Postgres(t); f(t, d, c) })
}

func options(tb testing.TB, c *Clock) db.Options {
	return db.Options{Now: c.Now, Rand: rand.Reader, Vault: Vault(tb), Fast: true}
}

var lite struct {
	sync.Once
	bytes []byte
	err   error
}

// SQLite opens a fresh embedded database copied from a migrated template.
func SQLite(tb testing.TB) (*db.DB, *Clock) {
	tb.Helper()
	lite.Do(func() {
		dir, err := os.MkdirTemp("", "lianxin-template")
		if err != nil {
			lite.err = err
			return
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "t.db")
		c := &Clock{t: Day}
		d, err := db.Open(context.Background(), file, options(tb, c))
		if err == nil {
			_, err = db.Migrate(context.Background(), d)
		}
		if err == nil {
			err = jobs.Migrate(context.Background(), d, 0)
		}
		if err == nil {
			err = d.Close()
		}
		if err == nil {
			lite.bytes, err = os.ReadFile(filepath.Clean(file))
		}
		lite.err = err
	})
	if lite.err != nil {
		tb.Fatal(lite.err)
	}
	file := filepath.Join(tb.TempDir(), "t.db")
	if err := os.WriteFile(file, lite.bytes, 0o600); err != nil {
		tb.Fatal(err)
	}
	c := &Clock{t: Day}
	d, err := db.Open(context.Background(), file, options(tb, c))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := d.Close(); err != nil {
			tb.Log(err)
		}
	})
	return d, c
}

var pg struct {
	sync.Once
	template string
	err      error
}

// Postgres opens a fresh database cloned from a migrated template.
func Postgres(tb testing.TB) (*db.DB, *Clock) {
	tb.Helper()
	base := os.Getenv("TEST_POSTGRES")
	if base == "" {
		if os.Getenv("CI") != "" {
			tb.Fatal("TEST_POSTGRES is not set; run the test command, which starts a server")
		}
		tb.Skip("TEST_POSTGRES is not set; the test command starts a server")
	}
	ctx := context.Background()
	c := &Clock{t: Day}
	pg.Do(func() {
		pg.template = "lx_tpl_" + strings.ToLower(id.New(time.Now(), rand.Reader))
		pg.err = admin(ctx, tb, base, `CREATE DATABASE `+pg.template+` TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'`)
		if pg.err != nil {
			return
		}
		d, err := db.Open(ctx, at(base, pg.template), options(tb, c))
		if err == nil {
			_, err = db.Migrate(ctx, d)
			if err == nil {
				err = jobs.Migrate(ctx, d, 0)
			}
			err = errors.Join(err, d.Close())
		}
		pg.err = err
	})
	if pg.err != nil {
		tb.Fatal(pg.err)
	}
	name := "lx_" + strings.ToLower(id.New(time.Now(), rand.Reader))
	if err := admin(ctx, tb, base, `CREATE DATABASE `+name+` TEMPLATE `+pg.template); err != nil {
		tb.Fatal(err)
	}
	d, err := db.Open(ctx, at(base, name), options(tb, c))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := d.Close(); err != nil {
			tb.Log(err)
		}
		if err := admin(ctx, tb, base, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			tb.Log(err)
		}
	})
	return d, c
}

// DSN of the database a PostgreSQL test works on, for a second process.
func at(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		panic(fmt.Sprintf("TEST_POSTGRES: %v", err))
	}
	u.Path = "/" + name
	return u.String()
}

func admin(ctx context.Context, tb testing.TB, dsn, q string) error {
	d, err := db.Open(ctx, dsn, db.Options{Now: time.Now, Rand: rand.Reader, Vault: Vault(tb), Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.Pool().ExecContext(ctx, q)
	return err
}

// PostgresDSN makes an empty database, without any schema, and gives its
// address, for tests that open it themselves or hand it to another process.
func PostgresDSN(tb testing.TB) string {
	tb.Helper()
	base := os.Getenv("TEST_POSTGRES")
	if base == "" {
		if os.Getenv("CI") != "" {
			tb.Fatal("TEST_POSTGRES is not set; run the test command, which starts a server")
		}
		tb.Skip("TEST_POSTGRES is not set; the test command starts a server")
	}
	ctx := context.Background()
	name := "lx_" + strings.ToLower(id.New(time.Now(), rand.Reader))
	if err := admin(ctx, tb, base, `CREATE DATABASE `+name+` TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' ENCODING 'UTF8'`); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := admin(ctx, tb, base, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			tb.Log(err)
		}
	})
	return at(base, name)
}
