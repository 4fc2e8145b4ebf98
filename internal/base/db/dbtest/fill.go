package dbtest

import (
	"context"
	"testing"

	"lianxin/internal/base/db"
)

// Bare takes the indexes of some tables away while a benchmark fills them, and
// makes them again: to sort a million rows once is many times quicker than to
// put each row into a dozen indexes. Keys and their checks stay.
func Bare(tb testing.TB, d *db.DB, fill func(), tables ...string) {
	tb.Helper()
	ctx := context.Background()
	q := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1 ORDER BY name`
	if d.Engine == db.Postgres {
		q = `SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
			WHERE t.relname = $1 AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1`
	}
	type index struct{ name, text string }
	run := func(text string) {
		if err := db.Do(ctx, d, func(tx *db.Tx) error { _, err := tx.Exec(ctx, text); return err }); err != nil {
			tb.Fatal(err)
		}
	}
	var all []index
	for _, t := range tables {
		is, err := db.All(ctx, d, func(r db.Row) (x index, err error) { return x, r.Scan(&x.name, &x.text) }, q, t)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, is...)
	}
	for _, i := range all {
		run(`DROP INDEX ` + i.name)
	}
	fill()
	for _, i := range all {
		run(i.text)
	}
}
