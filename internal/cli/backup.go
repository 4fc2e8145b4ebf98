package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"lianxin/internal/app"
	"lianxin/internal/base/backup"
	"lianxin/internal/base/fault"
)

type backupCmd struct {
	Make backupMake  `cmd:"" default:"withargs" help:"backup_make"`
	List backupList  `cmd:"" help:"backup_list"`
	Key  backupKey   `cmd:"" help:"backup_key"`
	Test backupCheck `cmd:"" name:"check" help:"backup_check"`
}

type backupMake struct {
	To   string `help:"backup_to" placeholder:"DIR"`
	JSON bool   `help:"json"`
}

// Run makes a backup, also beside a running server.
func (c *backupMake) Run(r *run) error {
	if c.To != "" {
		r.cfg.Backup.Folder = c.To
	}
	return r.with(func(a *app.App) error {
		tick, end := r.progress("cli.backing_up", true)
		res, err := a.Backup(r.ctx, r.operator(), tick)
		end()
		if err != nil {
			return err
		}
		if res.NewKey {
			r.tell("cli.backup_new_key", "file", r.cfg.BackupKey())
		}
		if c.JSON {
			return r.json(res)
		}
		var rows int64
		for _, n := range res.Manifest.Rows {
			rows += n
		}
		r.say("cli.backup_made", "file", res.File, "size", size(res.Size), "rows", rows)
		return nil
	})
}

type backupList struct {
	JSON bool `help:"json"`
}

// Run lists the backups, newest first.
func (c *backupList) Run(r *run) error {
	l, err := backup.List(r.cfg.Backups())
	if err != nil {
		return err
	}
	if c.JSON {
		return r.json(append([]backup.Found{}, l...))
	}
	for _, f := range l {
		fmt.Fprintf(r.Out, "%s  %10s  %s\n", f.At.Format(time.DateTime), size(f.Size), f.File)
	}
	if len(l) == 0 {
		r.say("cli.backup_none", "folder", r.cfg.Backups())
	}
	return nil
}

type backupKey struct {
	File string `arg:"" help:"backup_key_file"`
}

// Run makes a key pair for the settings.
func (c *backupKey) Run(r *run) error {
	pub, err := backup.Generate(c.File)
	if err != nil {
		return err
	}
	r.tell("cli.backup_key_made", "file", c.File)
	_, err = fmt.Fprintln(r.Out, pub)
	return err
}

type backupCheck struct {
	File string `arg:"" optional:"" help:"backup_file_newest"`
	Key  string `help:"backup_identity" placeholder:"FILE"`
	JSON bool   `help:"json"`
}

// Run opens a backup and verifies all of it without touching any data.
func (c *backupCheck) Run(r *run) error {
	if c.File == "" {
		l, err := backup.List(r.cfg.Backups())
		if err != nil {
			return err
		}
		if len(l) == 0 {
			return fault.New(fault.NotFound, "cli.backup_none", "folder", r.cfg.Backups())
		}
		c.File = l[0].File
	}
	t, end, err := r.target(c.Key, c.File)
	if err != nil {
		return err
	}
	rep, err := backup.Check(r.ctx, c.File, t)
	end()
	if err != nil {
		return err
	}
	if c.JSON {
		return r.json(rep)
	}
	r.say("cli.backup_good", "file", c.File, "rows", rep.Rows, "audit", rep.Audit, "made", rep.Manifest.MadeAt.Local().Format(time.DateTime))
	return nil
}

type restoreCmd struct {
	File  string `arg:"" help:"restore_file"`
	Key   string `help:"backup_identity" placeholder:"FILE"`
	Force bool   `help:"restore_force"`
	JSON  bool   `help:"json"`
}

// Run puts a backup back.
func (c *restoreCmd) Run(r *run) error {
	if err := app.Free(r.cfg.Data); err != nil {
		return err
	}
	if _, err := os.Stat(c.File); err != nil { // say that the file is missing before a key is asked for
		return err
	}
	t, end, err := r.target(c.Key, c.File)
	if err != nil {
		return err
	}
	t.Force = c.Force
	rep, err := backup.Restore(r.ctx, c.File, t)
	end()
	if err != nil {
		return err
	}
	err = r.with2(func(a *app.App) error {
		return a.Note(r.ctx, r.operator(), "backup.restore", "backup", "made_at", rep.Manifest.MadeAt.UnixMilli(), "force", c.Force)
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return r.json(rep)
	}
	r.say("cli.restored", "made", rep.Manifest.MadeAt.Local().Format(time.DateTime), "rows", rep.Rows, "audit", rep.Audit)
	if rep.Aside != "" {
		r.say("cli.restore_aside", "file", rep.Aside)
	}
	return nil
}

// with2 opens the restored data like a server, so that the anchors follow.
func (r *run) with2(f func(*app.App) error) error {
	a, err := r.open(true)
	if err != nil {
		return err
	}
	return errors.Join(f(a), a.Close(r.ctx))
}

// target is the place of the settings as package backup needs it, and the key
// that opens the file.
func (r *run) target(key, file string) (backup.Target, func(), error) {
	tick, end := r.progress("cli.restoring", false)
	t := backup.Target{DSN: r.cfg.DSN(), Scratch: r.cfg.Data, KeyFile: r.cfg.Key(), AnchorFile: r.cfg.Anchors(), Getenv: r.getenv, Now: time.Now, Rand: rand.Reader, Progress: tick}
	ids, err := identities(key, r.cfg.BackupKey(), file)
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.New(fault.Invalid, "cli.backup_identity_needed", "file", filepath.Base(r.cfg.BackupKey()))
	}
	t.Open = ids
	return t, end, err
}

// identities opens the key named, or else the first there is of: the data
// folder's, the one beside the backup, the one of the data folder the backup
// lies in.
func identities(named, own, file string) ([]age.Identity, error) {
	if named != "" {
		return backup.Identities(named)
	}
	dir, name := filepath.Dir(file), filepath.Base(own)
	for _, f := range []string{own, filepath.Join(dir, name), filepath.Join(filepath.Dir(dir), name)} {
		if _, err := os.Stat(f); err == nil {
			return backup.Identities(f)
		}
	}
	return nil, fs.ErrNotExist
}
