package cli

import (
	"errors"
	"fmt"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
)

type migrateCmd struct {
	Plan     bool `help:"migrate_plan"`
	NoBackup bool `help:"migrate_no_backup" name:"no-backup"`
}

// Run takes the pending schema steps, each in its own transaction, after a
// backup. Interrupted, it is simply run again.
func (c *migrateCmd) Run(r *run) error {
	if !c.Plan {
		if err := app.Free(r.cfg.Data); err != nil {
			return err
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
	if len(todo) == 0 {
		r.say("cli.schema_current")
	}
	for _, m := range todo {
		fmt.Fprintf(r.Out, "%04d %s\n", m.Version, m.Name)
	}
	if c.Plan {
		if len(todo) > 0 && len(had) > 0 {
			r.say("cli.migrate_will_backup", "folder", r.cfg.Backups())
		}
		return nil
	}
	if len(todo) > 0 && len(had) > 0 && !c.NoBackup {
		tick, end := r.progress("cli.backing_up", true)
		res, err := a.Backup(r.ctx, r.operator(), tick)
		end()
		if err != nil {
			return err
		}
		if res.NewKey {
			r.tell("cli.backup_new_key", "file", r.cfg.BackupKey())
		}
		r.say("cli.backup_made", "file", res.File, "size", size(res.Size), "rows", len(res.Manifest.Rows))
	}
	taken, err := a.Migrate(r.ctx)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		r.say("cli.migrated", "n", len(taken))
	}
	return nil
}
