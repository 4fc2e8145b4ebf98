package db_test

import (
	"database/sql"
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
)

type named string

// The short way to a first row inside a write answers as the long way does, and
// leaves to it what it does not know.
func TestFirstRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		text := func(r db.Reader, q string, args ...any) string {
			s, err := db.One(ctx, r, db.Text, q, args...)
			return fmt.Sprintf("%q %v", s, err != nil)
		}
		n := func(r db.Reader, q string, args ...any) string {
			x, err := db.One(ctx, r, db.Int64, q, args...)
			return fmt.Sprintf("%d %v", x, err != nil)
		}
		flag := func(r db.Reader, q string, args ...any) string {
			x, err := db.One(ctx, r, func(w db.Row) (b bool, err error) { return b, w.Scan(&b) }, q, args...)
			return fmt.Sprintf("%v %v", x, err != nil)
		}
		own := func(r db.Reader, q string, args ...any) string {
			x, err := db.One(ctx, r, func(w db.Row) (s named, err error) { return s, w.Scan(&s) }, q, args...)
			return fmt.Sprintf("%q %v", x, err != nil)
		}
		null := func(r db.Reader, q string, args ...any) string {
			x, err := db.One(ctx, r, func(w db.Row) (s sql.NullString, err error) { return s, w.Scan(&s) }, q, args...)
			return fmt.Sprintf("%v %v", x, err != nil)
		}
		two := func(r db.Reader, q string, args ...any) string {
			a := ""
			x, err := db.One(ctx, r, func(w db.Row) (n int, err error) { return n, w.Scan(&n, &a) }, q, args...)
			return fmt.Sprintf("%d %q %v", x, a, err != nil)
		}
		cases := []struct {
			ask  func(db.Reader, string, ...any) string
			q    string
			args []any
		}{
			{text, `SELECT 'a' || $1`, []any{"走访\x00b"}[:0:0]},
			{text, `SELECT 'a' || $1`, []any{"走访"}},
			{text, `SELECT ''`, nil},
			{text, `SELECT NULL`, nil},
			{text, `SELECT CAST(7 AS TEXT)`, nil},
			{text, `SELECT 'x' WHERE 1 = 0`, nil},
			{text, `SELECT no_such_column FROM operations`, nil},
			{text, `SELECT kind FROM operations WHERE id = $1`, []any{"first-0001"}},
			{text, `SELECT kind FROM operations WHERE id = $1`, []any{named("first-0001")}},
			{text, `INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES ('1', 'first-0002', 'k', '', '', '', 1) ON CONFLICT (county, id) DO UPDATE SET kind = 'again' RETURNING kind`, nil},
			{n, `SELECT COUNT(*) FROM operations WHERE id IN ($1, $2)`, []any{"first-0001", "first-0002"}},
			{n, `SELECT at FROM operations WHERE id = $1`, []any{"first-0001"}},
			{n, `SELECT CAST($1 AS BIGINT) * 2`, []any{int64(-1) << 40}},
			{n, `SELECT 'no number'`, nil},
			{n, `SELECT CAST(2 AS DOUBLE PRECISION)`, nil},
			{flag, `SELECT EXISTS (SELECT 1 FROM operations WHERE id = $1)`, []any{"first-0001"}},
			{flag, `SELECT EXISTS (SELECT 1 FROM operations WHERE id = $1)`, []any{"nobody"}},
			{own, `SELECT kind FROM operations WHERE id = $1`, []any{"first-0001"}},
			{null, `SELECT kind FROM operations WHERE id = $1`, []any{"first-0001"}},
			{null, `SELECT NULLIF('a', 'a')`, nil},
			{two, `SELECT 5, kind FROM operations WHERE id = $1`, []any{"first-0001"}},
			{two, `SELECT 5`, nil},
			{two, `SELECT 1, 'a' UNION ALL SELECT 2, 'b' ORDER BY 1 DESC`, nil},
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return insert(ctx, tx, "first-0001") }); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for range 2 { // the second time the statement is a prepared one
				var long, short string
				// Readers on both engines go the long way, as does every write on PostgreSQL.
				undone := fmt.Errorf("undone")
				_ = db.Do(ctx, d, func(tx *db.Tx) error {
					short = c.ask(tx, c.q, c.args...)
					return undone
				})
				_ = db.Do(ctx, d, func(tx *db.Tx) error {
					long = c.ask(db.Usual{Tx: tx}, c.q, c.args...)
					return undone
				})
				if short != long {
					t.Errorf("%s %v: %s, want %s", c.q, c.args, short, long)
				}
			}
		}
	})
}
