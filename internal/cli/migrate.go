package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

type migrateCmd struct {
	Plan     bool `help:"migrate_plan"`
	NoBackup bool `help:"migrate_no_backup" name:"no-backup"`
	JSON     bool `help:"json"`
}

// migrated is what a script is told of the schema: the steps that wait or were
// taken, and the backup that was or would be made before them.
type migrated struct {
	Taken   bool   `json:"taken"`
	Steps   []step `json:"steps"`
	Backup  string `json:"backup"` // the folder for a plan, the file afterwards; "" for none
	Current bool   `json:"current"`
}

type step struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
}

// Run takes the pending schema steps, each in its own transaction, after a
// backup. Interrupted, it is simply run again.
func (c *migrateCmd) Run(r *run) error {
	if !c.Plan {
		if err := app.Free(r.cfg.Data); err != nil {
			return err
		}
	}
	if c.Plan && r.cfg.Database == "" { // to look makes nothing
		if _, err := os.Stat(r.cfg.DSN()); errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.NotFound, "cli.no_data", "folder", r.cfg.Data)
		}
	}
	a, err := r.open(!c.Plan)
	if err != nil {
		return err
	}
	return errors.Join(c.do(r, a), a.Close(r.ctx))
}

func (c *migrateCmd) do(r *run, a *app.App) error {
	had, err := db.Steps(r.ctx, a.DB)
	if err != nil {
		return err
	}
	todo, err := db.Pending(r.ctx, a.DB)
	if err != nil {
		return err
	}
	out := migrated{Steps: []step{}, Current: len(todo) == 0}
	say := func(key string, args ...any) {
		if !c.JSON {
			r.say(key, args...)
		}
	}
	if len(todo) == 0 {
		say("cli.schema_current")
	}
	for _, m := range todo {
		out.Steps = append(out.Steps, step{m.Version, m.Name})
		if !c.JSON {
			fmt.Fprintf(r.Out, "%04d %s\n", m.Version, m.Name)
		}
	}
	first := len(todo) > 0 && len(had) > 0 && !c.NoBackup
	if c.Plan {
		if first {
			out.Backup = r.cfg.Backups()
			say("cli.migrate_will_backup", "folder", out.Backup)
		}
		if c.JSON {
			return r.json(out)
		}
		return nil
	}
	if first {
		tick, end := r.progress("cli.backing_up", true)
		res, err := a.Backup(r.ctx, r.operator(), tick)
		end()
		if err != nil {
			return err
		}
		if res.NewKey {
			r.tell("cli.backup_new_key", "file", r.cfg.BackupKey())
		}
		out.Backup = res.File
		say("cli.backup_made", "file", res.File, "size", size(res.Size), "rows", len(res.Manifest.Rows))
	}
	taken, err := a.Migrate(r.ctx)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		say("cli.migrated", "n", len(taken))
	}
	if c.JSON {
		out.Taken, out.Current = len(taken) > 0, true
		return r.json(out)
	}
	return nil
}
