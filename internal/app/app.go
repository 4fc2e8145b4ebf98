// Package app connects the parts and does nothing else: it opens settings, key,
// database and texts, binds jobs and routes, starts, and stops.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/base/vault"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/workday"
	"lianxin/ui"
)

// Version of the program; the release build sets it.
var Version = "dev"

// Texts is the catalog that lies in the program.
func Texts() (*lang.Catalog, error) { return lang.Load(ui.Files, "lang") }

// App is the opened program.
type App struct {
	Config  *config.Config
	DB      *db.DB
	Vault   *vault.Vault
	Texts   *lang.Catalog
	Log     *slog.Logger
	Logins  *login.Book
	Post    *notice.Post // sends what a county has switched on; made with the doors
	FreshDB bool         // the database was made just now
	// Workdays answers which days are worked.
	Workdays *workday.Book

	anchors *audit.AnchorFile
	lock    *folderLock
}

// Options of Open.
type Options struct {
	// Alone locks the data folder, as the server does; without it the opener
	// works beside a running server.
	Alone bool
	Log   *slog.Logger
	// Getenv reads the environment; os.Getenv when nil.
	Getenv func(string) string
}

// Open opens everything except doors and jobs. It takes no schema steps.
func Open(ctx context.Context, cfg *config.Config, opt Options) (a *App, err error) {
	if opt.Getenv == nil {
		opt.Getenv = os.Getenv
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	a = &App{Config: cfg, Log: opt.Log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(ctx))
			a = nil
		}
	}()
	if a.Texts, err = Texts(); err != nil {
		return a, err
	}
	if a.Workdays, err = Workdays(cfg); err != nil {
		return a, err
	}
	a.tellRefused()
	if opt.Alone {
		if a.lock, err = lockFolder(filepath.Join(cfg.Data, "lianxin.lock")); err != nil {
			return a, err
		}
	}
	embedded := cfg.Database == ""
	if embedded {
		_, serr := os.Stat(cfg.DSN())
		a.FreshDB = errors.Is(serr, os.ErrNotExist)
	}
	// A new key beside an old database would leave its records unreadable for
	// good and hide the loss behind a program that seems to run.
	madeKey := false
	if _, serr := os.Stat(cfg.Key()); errors.Is(serr, os.ErrNotExist) && opt.Getenv(vault.EnvKey) == "" {
		if embedded && !a.FreshDB {
			return a, fault.New(fault.Conflict, "app.key_missing", "file", cfg.Key())
		}
		madeKey = true
	}
	if a.Vault, err = vault.Open(cfg.Key(), opt.Getenv, true, rand.Reader); err != nil {
		return a, err
	}
	o := db.Options{Now: time.Now, Rand: rand.Reader, Vault: a.Vault, Readers: cfg.Readers}
	if opt.Alone {
		if a.anchors, err = audit.OpenAnchors(cfg.Anchors()); err != nil {
			return a, err
		}
		o.Anchor = a.anchors.Note
	}
	if a.DB, err = db.Open(ctx, cfg.DSN(), o); err != nil {
		return a, err
	}
	if err = a.keyFits(ctx); err != nil {
		if madeKey {
			err = errors.Join(err, os.Remove(cfg.Key()))
		}
		return a, err
	}
	a.Logins = login.New(a.DB, login.Options{Log: a.Log})
	return a, nil
}

// Migrate takes the schema steps that are pending and gives their names.
func (a *App) Migrate(ctx context.Context) ([]db.Migration, error) {
	taken, err := db.Migrate(ctx, a.DB)
	if err != nil {
		return taken, err
	}
	return taken, jobs.Migrate(ctx, a.DB, 0)
}

// Close closes what was opened.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	if a.Logins != nil {
		errs = append(errs, a.Logins.Close(ctx))
	}
	for _, c := range []io.Closer{closer(a.DB != nil, func() error { return a.DB.Close() }), closer(a.anchors != nil, func() error { return a.anchors.Close() }), closer(a.lock != nil, func() error { return a.lock.close() })} {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

type closeFunc func() error

// Close calls the function.
func (f closeFunc) Close() error { return f() }

func closer(there bool, f func() error) io.Closer {
	if !there {
		return closeFunc(func() error { return nil })
	}
	return closeFunc(f)
}

// keyFits compares the key with the first sealed row of the audit record, so
// that a wrong key is told at start and not by unreadable pages.
func (a *App) keyFits(ctx context.Context) error {
	steps, err := db.Steps(ctx, a.DB)
	if err != nil || len(steps) == 0 {
		return err
	}
	row, err := db.One(ctx, a.DB, func(w db.Row) (x audit.Row, err error) {
		return x, w.Scan(&x.County, &x.Seq, &x.At, &x.Actor, &x.Roles, &x.Door, &x.Action, &x.Object, &x.Region, &x.Result, &x.Request, &x.Detail, &x.Seal)
	}, `SELECT county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal FROM audit_rows WHERE seq = 1 ORDER BY county LIMIT 1`)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil && audit.Seal(a.Vault, row, "") != row.Seal {
		err = fault.New(fault.Conflict, "app.key_wrong", "file", a.Config.Key())
	}
	return err
}

// AnchorAlarms compares the anchors kept outside with the database: an anchor
// ahead of it means that somebody put back an older database by hand.
func (a *App) AnchorAlarms(ctx context.Context) ([]string, error) {
	as, err := audit.ReadAnchors(a.Config.Anchors())
	if err != nil {
		return nil, err
	}
	heads, err := db.All(ctx, a.DB, func(w db.Row) (x audit.Anchor, err error) { return x, w.Scan(&x.County, &x.Seq, &x.Seal) },
		`SELECT county, seq, seal FROM audit_heads`)
	if err != nil {
		return nil, err
	}
	at := map[string]audit.Anchor{}
	for _, h := range heads {
		at[h.County] = h
	}
	var out []string
	for _, x := range as {
		if h := at[x.County]; x.Seq > h.Seq || x.Seq == h.Seq && x.Seal != h.Seal {
			out = append(out, fmt.Sprintf("%s %d>%d", x.County, x.Seq, h.Seq))
		}
	}
	return out, nil
}

// Operator is who works at the machine's command line, or the program itself
// in a job, as the audit record names him.
type Operator struct {
	County string // chain of the record; "" means login.NoCounty
	Name   string // account of the operating system, or "job"
	Door   string
}

// Trace gives the audit record what it needs.
func (o Operator) Trace() (county, account, roles, door, request string) {
	if o.County == "" {
		o.County = login.NoCounty
	}
	return o.County, "machine:" + o.Name, "operator", o.Door, ""
}

// Note writes one audit row outside of any change.
func (a *App) Note(ctx context.Context, who audit.Actor, action, object string, detail ...any) error {
	return db.Do(ctx, a.DB, func(tx *db.Tx) error {
		audit.Note(tx, who, action, object, "", detail...)
		return nil
	})
}
