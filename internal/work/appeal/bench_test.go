//go:build unix

package appeal_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// A county's matters of ten years: 30 townships with 40 officials each, 900
// matters alive at any time, everything else closed. Only for benchmarks: rows
// are written in bulk, only what is alive has words.
const benchTowns, benchCadres, benchLive = 30, 1200, 900

func benchFill(b *testing.B, d *db.DB, matters int) {
	b.Helper()
	ctx := context.Background()
	Seed(b, d)
	exec := func(tx *db.Tx, q string, args ...any) {
		if _, err := tx.Exec(ctx, q, args...); err != nil {
			panic(err) // Fatal would end the writer's goroutine, not this one
		}
	}
	pad := func(e string, n int) string {
		if d.Engine == db.Postgres {
			return fmt.Sprintf(`lpad(CAST((%s) AS TEXT), %d, '0')`, e, n)
		}
		return fmt.Sprintf(`substr('%s' || (%s), -%d)`, strings.Repeat("0", n), e, n)
	}
	id, owner, town := `'bench-matter-' || `+pad("i", 8), `'bench-cadre-' || `+pad("(i % 1200)", 4), `'`+Root+`9901012' || `+pad("(i % 30)", 2)+` || '/'`
	day := func(days string) string { // a day of 2017 to 2026, from its number
		return `CAST(2017 + (` + days + `) / 360 AS TEXT) || '-' || ` + pad(`1 + (`+days+`) / 30 % 12`, 2) + ` || '-' || ` + pad(`1 + (`+days+`) % 30`, 2)
	}
	opened := day(fmt.Sprintf("(CAST(i AS BIGINT) * 3480 / %d)", matters))
	const slice = 50_000
	begun := time.Now()
	dbtest.Bare(b, d, func() {
		for from := 0; from < matters; from += slice {
			series := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT CAST(%d AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, from, min(matters, from+slice)-1)
			// The newest are alive.
			alive := fmt.Sprintf(`i >= %d`, matters-benchLive)
			err := db.Do(ctx, d, func(tx *db.Tx) error {
				exec(tx, series+`INSERT INTO appeals (county, id, origin, source, household, region, sponsor, owner, topic, emphasis, urgency, title, opened_on, due_on, next_on, provisional, round, rank, state, live, level, outcome, result, taken_on, answered_on, answered_by, closed_on, state_before, merged_into, asked_due, asked_by, answers, tries, redo, extensions, meeting, voices, version)
				SELECT '`+County+`', `+id+`, 'visit:' || i, 'visit', 'bench-home-' || (i / 8), `+town+`, `+owner+`, `+owner+`, 'water_road', CASE WHEN i % 9 = 0 THEN 'most_resented' ELSE '' END, 'normal', '', `+opened+`, `+opened+`, CASE WHEN `+alive+` THEN '2026-11-' || `+pad("1 + i % 29", 2)+` ELSE '' END, FALSE, '',
					CASE WHEN i % 9 = 0 THEN 0 ELSE 2 END, CASE WHEN NOT (`+alive+`) THEN 'closed' WHEN i % 3 = 0 THEN 'registered' ELSE 'handling' END, `+alive+`, '', CASE WHEN `+alive+` THEN '' ELSE 'solved' END, '', `+opened+`, '', '', CASE WHEN `+alive+` THEN '' ELSE `+opened+` END, '', '', '', '', 1, 0, 0, 0, FALSE, 1, 1 FROM n`)
				exec(tx, series+`INSERT INTO appeal_voices (county, id, appeal, household, region, origin, source, day, wish, name, phone, code, word, word_on, way, face, remark, came_from)
				SELECT '`+County+`', `+id+`, `+id+`, 'bench-home-' || (i / 8), `+town+`, 'visit:' || i, 'visit', `+opened+`, '', '', '', '', '', '', '', 0, '', '' FROM n`)
				exec(tx, series+`INSERT INTO appeal_steps (county, id, appeal, kind, day, before, after, words, actor, seq)
				SELECT '`+County+`', `+id+` || '-' || k, `+id+`, 'take', `+opened+`, '', '', '', 'w', k FROM n CROSS JOIN (SELECT 1 AS k UNION ALL SELECT 2) x`)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}, "appeals", "appeal_voices", "appeal_steps")
	b.Logf("%d matters written in %v", matters, time.Since(begun).Round(time.Second))
	err := db.Do(ctx, d, func(tx *db.Tx) error {
		for i := matters - benchLive; i < matters; i++ {
			x := fmt.Sprintf("bench-matter-%08d", i)
			exec(tx, `UPDATE appeals SET title = $3 WHERE county = $1 AND id = $2`, County, x, tx.Vault().Seal(vault.Place{Table: "appeals", Column: "title", County: County, Row: x}, "屋后水沟堵着，下雨怕倒灌"))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if d.Engine == db.Postgres {
		if _, err := d.Pool().ExecContext(ctx, `VACUUM ANALYZE`); err != nil { // as autovacuum does
			b.Fatal(err)
		}
	}
}

// BenchmarkQueue reads what the queue page and the page of one matter show, as
// a county office, a township's office and an official, over few and many
// matters: it is to cost what is alive, not the years.
// LIANXIN_BENCH_MATTERS names one size, for example 1000000.
func BenchmarkQueue(b *testing.B) {
	sizes := []int{1_000, 20_000}
	if n, _ := strconv.Atoi(os.Getenv("LIANXIN_BENCH_MATTERS")); n >= benchLive {
		sizes = []int{n}
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/matters=%d", engine, n), func(b *testing.B) {
				open := dbtest.SQLite
				if engine == db.Postgres {
					open = dbtest.Postgres
				}
				d, _ := open(b)
				benchFill(b, d, n)
				town := fmt.Sprintf("%s990101207/", Root)
				for name, who := range map[string]access.Actor{"county": Who(access.Office, Root, "", today), "town": Who(access.Office, town, "", today), "official": Who(access.Cadre, town, "bench-cadre-0157", today)} {
					b.Run(name, func(b *testing.B) { queue(b, d, who) })
				}
			})
		}
	}
}

func queue(b *testing.B, d *db.DB, who access.Actor) {
	ctx := b.Context()
	first, _, err := appeal.List(ctx, d, who, appeal.Filter{Limit: 50})
	if err != nil || len(first) == 0 || first[0].Title == "" {
		b.Fatal(len(first), err)
	}
	one := first[0].ID
	for _, x := range []struct {
		name string
		read func() error
	}{
		{"list", func() error { _, _, err := appeal.List(ctx, d, who, appeal.Filter{Limit: 50}); return err }},
		{"count", func() error {
			q, err := appeal.Count(ctx, d, who, "", 3)
			if err == nil && q.Live == 0 {
				return fmt.Errorf("nothing is alive")
			}
			return err
		}},
		{"newest", func() error {
			_, _, err := appeal.List(ctx, d, who, appeal.Filter{Any: true, Limit: 50})
			return err
		}},
		{"ended", func() error {
			_, _, err := appeal.List(ctx, d, who, appeal.Filter{Ended: true, Limit: 50})
			return err
		}},
		{"one", func() error {
			if _, err := appeal.Show(ctx, d, who, one); err != nil {
				return err
			}
			if _, err := appeal.Voices(ctx, d, who, one); err != nil {
				return err
			}
			_, err := appeal.Steps(ctx, d, who, one)
			return err
		}},
	} {
		b.Run(x.name, func(b *testing.B) {
			before := cpu()
			for b.Loop() {
				if err := x.read(); err != nil {
					b.Fatal(err)
				}
			}
			// Processor time of this process hardly depends on what else the machine is doing.
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
		})
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
