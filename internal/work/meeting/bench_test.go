//go:build unix

package meeting_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// BenchmarkAgenda counts the quarter of a county. LIANXIN_AGENDA=1 takes 40,000
// visits and 10,000 matters in each of five quarters.
func BenchmarkAgenda(b *testing.B) {
	visits, matters := 400, 100
	if os.Getenv("LIANXIN_AGENDA") != "" {
		visits, matters = 40000, 10000
	}
	for _, engine := range []struct {
		name string
		open func(testing.TB) (*db.DB, *dbtest.Clock)
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			d, _ := engine.open(b)
			Seed(b, d)
			stock(b, d, visits, matters)
			who := Who(access.Office, Root, "", today)
			b.ResetTimer()
			before := cpu()
			for b.Loop() {
				p, err := meeting.Propose(b.Context(), d, who, Root, quarter)
				if err != nil || len(p.Items) == 0 {
					b.Fatal(err)
				}
			}
			// Processor time of this process; on PostgreSQL the server's is not in it.
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
		})
	}
}

// stock copies one visit and one matter into five quarters, 24 townships and
// ten villages each.
func stock(b *testing.B, d *db.DB, visits, matters int) {
	b.Helper()
	ctx := b.Context()
	raise(b, d, "pattern-m", WangHome, "road", "路坏了，下雨天车都进不来", "盼早点修")
	if _, err := write(d, func(tx *db.Tx) (visit.Visit, error) {
		v, _, err := visit.Record(ctx, tx, li, visit.RecordInput{ID: "pattern-v", Household: WangHome, How: "home", Words: strings.Repeat("说了水和路的事。", 20)}, cal(b))
		return v, err
	}); err != nil {
		b.Fatal(err)
	}
	copies := func(table, day string, n int, change func(i int, row map[string]any)) {
		cols, err := db.Columns(ctx, d)
		if err != nil {
			b.Fatal(err)
		}
		var names []string
		for _, c := range cols {
			if c.Table == table {
				names = append(names, c.Name)
			}
		}
		vals, err := db.One(ctx, d, func(r db.Row) ([]any, error) {
			out, to := make([]any, len(names)), make([]any, len(names))
			for i := range out {
				to[i] = &out[i]
			}
			return out, r.Scan(to...)
		}, `SELECT `+strings.Join(names, ", ")+` FROM `+table+` WHERE id = $1`, "pattern-"+table[:1][:0]+map[string]string{"visits": "v", "appeals": "m"}[table])
		if err != nil {
			b.Fatal(err)
		}
		for q := range 5 {
			for from := 0; from < n; from += 1000 {
				err := db.Do(ctx, d, func(tx *db.Tx) error {
					var rows [][]any
					for i := from; i < min(n, from+1000); i++ {
						row := map[string]any{}
						for k, name := range names {
							row[name] = vals[k]
						}
						row["id"] = fmt.Sprintf("%s-%d-%06d", table, q, i)
						t, v := i%24, i/24%10
						town := fmt.Sprintf("%s990101%03d/", Root, 200+t)
						row["region"] = fmt.Sprintf("%s990101%03d%03d/", town, 200+t, 201+v)
						row[day] = string(calendar.Day("2026-10-01").Add(-91*q + i%50))
						change(i, row)
						var r []any
						for _, name := range names {
							r = append(r, row[name])
						}
						rows = append(rows, r)
					}
					return db.Insert(ctx, tx, `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`)`, "", rows)
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	topics := []string{"health", "income farming", "housing school", "water_road", "subsidy neighbours work"}
	copies("visits", "day", visits, func(i int, row map[string]any) { row["topics"] = topics[i%len(topics)] })
	kinds := []string{"road", "water", "housing", "jobs", "land"}
	copies("appeals", "opened_on", matters, func(i int, row map[string]any) {
		row["topic"] = kinds[i%len(kinds)]
		row["household"] = ""
		if row["live"] = i%9 == 0; i%9 != 0 {
			row["state"] = "closed"
		}
	})
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
