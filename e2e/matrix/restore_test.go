package matrix_test

import (
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
)

// kept are tables that grow whatever happens or are none of the program's
// records: the record of what was done, ids of operations, the queue of jobs.
func kept(table string) bool {
	for _, p := range []string{"audit_", "operations", "river_", "schema_steps", "kept_", "sqlite_", "login_throttles"} {
		if strings.HasPrefix(table, p) {
			return true
		}
	}
	return false
}

// parents come first when rows are put back.
var parents = []string{"regions", "accounts", "cadres", "units", "households", "members", "pairings", "complaints", "leading_members", "opinions", "inspections"}

func (w *world) tables(tb testing.TB) []string {
	tb.Helper()
	all, err := db.Tables(tb.Context(), w.d)
	must(tb, err)
	out := append([]string(nil), parents...)
	for _, t := range all {
		known := kept(t)
		for _, p := range parents {
			known = known || p == t
		}
		if !known {
			out = append(out, t)
		}
	}
	return out
}

// remember copies every table, so that a write can be taken back.
func (w *world) remember(tb testing.TB) {
	w.do(tb, func(tx *db.Tx) error {
		for _, t := range w.tables(tb) {
			if _, err := tx.Exec(tb.Context(), `CREATE TABLE kept_`+t+` AS SELECT * FROM `+t); err != nil {
				return err
			}
		}
		return nil
	})
}

// restore puts back what remember copied. Sessions that a request ended live
// again: the book of logins forgets what it knew when a session ends, and
// reads the row anew.
func (w *world) restore(tb testing.TB) {
	begun := time.Now()
	defer func() { w.restored += time.Since(begun); w.restores++ }()
	ts := w.whole(tb, w.changed(tb))
	w.do(tb, func(tx *db.Tx) error {
		for i := len(ts) - 1; i >= 0; i-- {
			if _, err := tx.Exec(tb.Context(), `DELETE FROM `+ts[i]); err != nil {
				return err
			}
		}
		for _, t := range ts {
			if _, err := tx.Exec(tb.Context(), `INSERT INTO `+t+` SELECT * FROM kept_`+t); err != nil {
				return err
			}
		}
		return nil
	})
}

// changed lists the tables that differ from what was remembered.
func (w *world) changed(tb testing.TB) []string {
	tb.Helper()
	ts := w.tables(tb)
	var qs []string
	for _, t := range ts {
		qs = append(qs, `SELECT '`+t+`' WHERE (SELECT COUNT(*) FROM `+t+`) <> (SELECT COUNT(*) FROM kept_`+t+`) OR EXISTS (SELECT * FROM `+t+` EXCEPT SELECT * FROM kept_`+t+`)`)
	}
	out, err := db.All(tb.Context(), w.d, db.Text, strings.Join(qs, ` UNION ALL `))
	must(tb, err)
	return out
}

// whole widens a list of changed tables to all when one is among them that
// others refer to: such rows can only be put back together.
func (w *world) whole(tb testing.TB, ts []string) []string {
	for _, t := range ts {
		for _, p := range parents {
			if t == p {
				return w.tables(tb)
			}
		}
	}
	return ts
}
