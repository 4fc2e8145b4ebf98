package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/backup"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/work/notice"
)

type doctorCmd struct {
	Quick bool `help:"doctor_quick"`
	JSON  bool `help:"json"`
}

// The states of a finding.
const (
	good = "ok"
	warn = "warn"
	bad  = "bad"
)

type finding struct {
	Check string `json:"check"`
	State string `json:"state"`
	Text  string `json:"text"`
}

type doctor struct {
	r   *run
	out []finding
}

func (d *doctor) add(check, state, key string, args ...any) {
	d.out = append(d.out, finding{check, state, d.r.t("cli.doctor."+key, args...)})
}

// failed adds what an error says, worded. A damaged file is the database's
// trouble, whichever question met it, and is told once.
func (d *doctor) failed(check string, err error) {
	text := err.Error()
	if f, ok := d.r.damage(err); ok {
		text = d.r.t(f.Key, "page", f.Page)
		if check != "pages" {
			check = "database"
		}
		if slices.Contains(d.out, finding{check, bad, text}) {
			return
		}
	} else if e, ok := errors.AsType[*fault.Error](err); ok {
		text = d.r.t(e.Key, e.Args...)
	}
	d.out = append(d.out, finding{check, bad, text})
}

// Run looks at everything that goes wrong on real machines and says in plain
// words what to do. It changes nothing.
func (c *doctorCmd) Run(r *run) error {
	d := &doctor{r: r}
	d.files()
	d.clock()
	d.address()
	d.fonts()
	if _, err := os.Stat(r.cfg.DSN()); r.cfg.Database == "" && errors.Is(err, os.ErrNotExist) {
		d.add("database", warn, "no_database", "file", r.cfg.DSN())
	} else if a, err := r.open(false); err != nil {
		d.failed("database", err)
	} else {
		d.database(a, c.Quick)
		if err := a.Close(r.ctx); err != nil {
			d.failed("database", err)
		}
	}
	d.backups()
	return d.tell(c.JSON)
}

func (d *doctor) tell(json bool) error {
	worst := false
	for _, f := range d.out {
		worst = worst || f.State == bad
	}
	if json {
		if err := d.r.json(d.out); err != nil {
			return err
		}
	} else {
		for _, f := range d.out {
			fmt.Fprintf(d.r.Out, "[%s] %s: %s\n", d.r.t("cli.state."+f.State), d.r.t("cli.check."+f.Check), f.Text)
		}
	}
	if worst {
		return errProblems
	}
	return nil
}

func (d *doctor) files() {
	cfg := d.r.cfg
	if _, err := os.Stat(cfg.Data); errors.Is(err, os.ErrNotExist) && cfg.Database == "" {
		// Nothing can be well where there is nothing: most likely the path is wrong.
		d.add("folder", bad, "folder_none", "folder", cfg.Data)
	} else if mode, open := readable(cfg.Data); open {
		d.add("folder", warn, "folder_open", "folder", cfg.Data, "mode", mode)
	}
	switch st, err := os.Stat(cfg.Key()); {
	case d.r.getenv(vault.EnvKey) != "":
		d.add("key", good, "key_env")
	case errors.Is(err, os.ErrNotExist):
		d.add("key", warn, "key_none", "file", cfg.Key())
	case err != nil:
		d.failed("key", err)
	case runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0:
		d.add("key", bad, "key_open", "file", cfg.Key(), "mode", fmt.Sprintf("%o", st.Mode().Perm()))
	default:
		d.add("key", good, "key_good", "file", cfg.Key())
	}
	folder := cfg.Data
	if _, err := os.Stat(folder); err != nil {
		folder = "."
	}
	switch free, err := diskFree(folder); {
	case err != nil:
		d.failed("disk", err)
	case free < 200<<20:
		d.add("disk", bad, "disk_full", "free", size(int64(free))) // #nosec G115 -- below 200 MB
	case free < 2<<30:
		d.add("disk", warn, "disk_low", "free", size(int64(free))) // #nosec G115 -- below 2 GB
	default:
		d.add("disk", good, "disk_good", "free", size(int64(min(free, 1<<62)))) // #nosec G115 -- bounded
	}
}

// made is a day on which this program already existed; a clock before it is
// wrong, as after the death of a board's battery.
var made2026 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (d *doctor) clock() {
	now := time.Now()
	_, off := now.Zone()
	switch {
	case now.Before(made2026):
		d.add("clock", bad, "clock_wrong", "now", now.Format(time.DateTime))
	case off != 8*3600:
		d.add("clock", warn, "clock_zone", "zone", now.Format("MST -07:00"))
	default:
		d.add("clock", good, "clock_good", "now", now.Format(time.DateTime))
	}
}

func (d *doctor) address() {
	cfg := d.r.cfg
	host, _, err := net.SplitHostPort(cfg.Listen)
	ip := net.ParseIP(host)
	local := err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
	switch {
	case cfg.Secure():
		d.add("address", good, "https", "url", cfg.URL())
	case local && !cfg.Proxy && cfg.PublicURL == "":
		d.add("address", good, "http_local", "url", cfg.URL())
	default:
		d.add("address", warn, "http_open", "url", cfg.URL())
	}
}

// rare are signs that stand in people's names and that small fonts lack.
const rare = "犇㛃䶮喆堃淼赟"

func (d *doctor) fonts() {
	f, err := pdf.Open()
	if err != nil {
		d.failed("font", err)
		return
	}
	if missing := f.MissingRunes(rare); len(missing) > 0 {
		d.add("font", bad, "font_missing", "signs", string(missing))
		return
	}
	d.add("font", good, "font_good")
}

func (d *doctor) database(a *app.App, quick bool) {
	ctx := d.r.ctx
	d.engine(a)
	switch todo, err := db.Pending(ctx, a.DB); {
	case err != nil:
		d.failed("schema", err)
		return
	case len(todo) > 0:
		d.add("schema", warn, "schema_pending", "n", len(todo))
		return
	default:
		d.add("schema", good, "schema_good")
	}
	last, unread := db.One(ctx, a.DB, db.Int64, `SELECT COALESCE(MAX(x.at), 0) FROM (SELECT r.at FROM audit_heads h JOIN audit_rows r ON r.county = h.county AND r.seq = h.seq) x`)
	if unread != nil {
		d.failed("anchors", unread)
	} else if at := time.UnixMilli(last); at.After(time.Now().Add(2 * time.Minute)) {
		d.add("clock", bad, "clock_back", "last", at.Format(time.DateTime))
	}
	if a.DB.Engine == db.SQLite && !quick {
		if err := db.Scrub(ctx, a.DB.File()); err != nil {
			d.failed("pages", err)
			unread = err
		} else {
			d.add("pages", good, "pages_good")
		}
	}
	switch alarms, err := a.AnchorAlarms(ctx); {
	case err != nil:
		d.failed("anchors", err)
	case len(alarms) > 0:
		d.add("anchors", bad, "anchors_ahead", "chains", fmt.Sprint(alarms))
	case unread != nil:
		d.add("anchors", warn, "anchors_unread")
	default:
		d.add("anchors", good, "anchors_good")
	}
	d.channels(a)
}

// channels tells what may leave the machine.
func (d *doctor) channels(a *app.App) {
	h, err := notice.State(d.r.ctx, a.DB)
	switch {
	case err != nil:
		d.failed("channels", err)
		return
	case h.Failed > 0:
		d.add("channels", warn, "channels_failed", "on", h.On, "failed", h.Failed)
	case h.On > 0:
		d.add("channels", good, "channels_good", "on", h.On, "waiting", h.Waiting)
	default:
		d.add("channels", good, "channels_off")
	}
	if h.Expired > 0 {
		d.add("channels", warn, "channels_ended", "n", h.Expired)
	}
	if hosts := d.r.cfg.Outbound.Allow; len(hosts) > 0 {
		d.add("channels", warn, "channels_allow", "hosts", strings.Join(hosts, " "))
	}
}

func (d *doctor) engine(a *app.App) {
	type setting struct{ query, want string }
	check := []setting{{`PRAGMA journal_mode`, "wal"}, {`PRAGMA synchronous`, "2"}, {`PRAGMA foreign_keys`, "1"}}
	if a.DB.Engine == db.Postgres {
		check = []setting{{`SELECT current_setting('synchronous_commit')`, "on"}, {`SELECT current_setting('fsync')`, "on"},
			{`SELECT current_setting('full_page_writes')`, "on"}, {`SELECT current_setting('data_checksums')`, "on"}}
	}
	fine := true
	for _, s := range check {
		got, err := db.One(d.r.ctx, a.DB, db.Text, s.query)
		if err != nil {
			d.failed("database", err)
			return
		}
		if got != s.want {
			fine = false
			d.add("database", warn, "engine_setting", "setting", s.query, "value", got, "want", s.want)
		}
	}
	if fine {
		d.add("database", good, "engine_good", "engine", string(a.DB.Engine))
	}
}

func (d *doctor) backups() {
	cfg := d.r.cfg
	l, err := backup.List(cfg.Backups())
	switch {
	case err != nil:
		d.failed("backup", err)
	case len(l) == 0:
		d.add("backup", warn, "backup_none", "folder", cfg.Backups())
	case time.Since(l[0].At) > 26*time.Hour:
		d.add("backup", warn, "backup_old", "at", l[0].At.Format(time.DateTime))
	default:
		d.add("backup", good, "backup_good", "at", l[0].At.Format(time.DateTime))
	}
	if len(cfg.Backup.Recipients) == 0 {
		if _, err := os.Stat(cfg.BackupKey()); err == nil {
			d.add("backup", warn, "backup_key_here", "file", cfg.BackupKey())
		}
	} else if len(cfg.Backup.Recipients) == 1 {
		d.add("backup", warn, "backup_one_key")
	}
}
