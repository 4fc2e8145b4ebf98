package app

import (
	"context"
	"os"
	"time"

	"lianxin/internal/base/backup"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/once"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/roster"
	"lianxin/internal/work/stay"
)

// The kinds of the program's own jobs.
const (
	JobScrub  = "night.scrub"
	JobSweep  = "night.sweep"
	JobBackup = "night.backup"
	JobClock  = "appeal.clock"
)

// BackupOptions are the settings as package backup needs them.
func (a *App) BackupOptions() backup.Options {
	o := backup.Options{Folder: a.Config.Backups(), Recipients: a.Config.Backup.Recipients, OwnKey: a.Config.BackupKey(), Program: Version, Keep: a.Config.Backup.Copies}
	if _, err := os.Stat(a.Config.Key()); err == nil {
		o.VaultKey = a.Config.Key()
	}
	return o
}

// Backup makes a backup and notes it in the audit record.
func (a *App) Backup(ctx context.Context, who Operator, progress func(done, total int64)) (backup.Result, error) {
	o := a.BackupOptions()
	o.Progress = progress
	res, err := backup.Make(ctx, a.DB, o)
	if err != nil {
		return res, err
	}
	return res, a.Note(ctx, who, "backup.make", "backup", "bytes", res.Size, "schema", res.Manifest.Schema)
}

// funcs binds the kinds of jobs to what does them.
func (a *App) funcs() map[string]jobs.Func {
	machine := Operator{Name: "job", Door: "job"}
	return map[string]jobs.Func{
		JobScrub: func(ctx context.Context, _ jobs.Job) error {
			begun := time.Now()
			if a.DB.Engine == db.SQLite {
				if err := db.Scrub(ctx, a.DB.File()); err != nil {
					a.Log.Error("the database is damaged; restore the newest backup to another folder and compare", "error", err)
					return err
				}
			}
			a.Log.Info("database scrubbed", "took", time.Since(begun).Round(time.Millisecond))
			return nil
		},
		JobSweep: func(ctx context.Context, _ jobs.Job) error {
			n, err := a.Logins.Sweep(ctx)
			if err != nil {
				return err
			}
			if _, err := roster.Sweep(ctx, a.DB); err != nil {
				return err
			}
			if _, err := notice.Sweep(ctx, a.DB); err != nil {
				return err
			}
			m, err := once.Forget(ctx, a.DB, a.DB.Now().AddDate(0, 0, -a.Config.Keep.OperationDays))
			a.Log.Info("swept", "login_rows", n, "operations", m)
			return err
		},
		JobClock: func(ctx context.Context, _ jobs.Job) error {
			counties, err := appeal.Counties(ctx, a.DB)
			if err != nil {
				return err
			}
			for _, county := range counties {
				cal, err := a.Workdays.Calendar(ctx, a.DB, county)
				if err != nil {
					return err
				}
				if err := appeal.Remind(ctx, a.DB, county, cal); err != nil {
					return err
				}
			}
			if counties, err = stay.Counties(ctx, a.DB); err != nil {
				return err
			}
			for _, county := range counties {
				if err := stay.Remind(ctx, a.DB, county); err != nil {
					return err
				}
			}
			return nil
		},
		notice.JobDeliver: func(ctx context.Context, j jobs.Job) error {
			var due notice.Due
			if err := j.Args(&due); err != nil {
				return err
			}
			return a.Post.Deliver(ctx, a.DB, due)
		},
		JobBackup: func(ctx context.Context, _ jobs.Job) error {
			res, err := a.Backup(ctx, machine, nil)
			if err != nil {
				a.Log.Error("backup failed", "error", err)
				return err
			}
			a.Log.Info("backup made", "file", res.File, "bytes", res.Size)
			if res.NewKey {
				a.Log.Warn("a backup key was made; copy it to another place, backups cannot be opened without it", "file", a.Config.BackupKey())
			}
			return nil
		},
	}
}

func (a *App) periodic() (out []jobs.Periodic) {
	if at, ok := config.Clock(a.Config.Jobs.Nightly); ok {
		out = append(out, jobs.Periodic{Kind: JobScrub, Next: jobs.Daily(at, time.Local)}, jobs.Periodic{Kind: JobSweep, Next: jobs.Daily(at+5*time.Minute, time.Local)})
	}
	// Hourly, so that a holiday notice entered at ten counts at eleven; a day's
	// reminders are told once however often it runs.
	out = append(out, jobs.Periodic{Kind: JobClock, Next: jobs.Every(time.Hour), AtStart: true})
	if at, ok := config.Clock(a.Config.Backup.At); ok {
		// A machine that is switched off at night makes up for it in the morning.
		late := !a.FreshDB && a.backupAge() > 26*time.Hour
		out = append(out, jobs.Periodic{Kind: JobBackup, Next: jobs.Daily(at, time.Local), AtStart: late})
	}
	return out
}

// backupAge is the age of the newest backup, a very long time when there is none.
func (a *App) backupAge() time.Duration {
	l, err := backup.List(a.Config.Backups())
	if err != nil || len(l) == 0 {
		return 100 * 365 * 24 * time.Hour
	}
	return a.DB.Now().Sub(l[0].At)
}
