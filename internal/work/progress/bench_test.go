//go:build unix

package progress

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/tally"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

// A county of 3,000 officials in 30 townships with 24,000 homes and as many
// visits as the benchmark says, spread over two years. Only for benchmarks:
// rows are written in bulk, and the texts are empty.
const (
	benchTowns   = 30
	benchCadres  = 3000
	benchHomes   = 24000
	benchPerTown = benchCadres / benchTowns
)

func benchTown(i int) string { return fmt.Sprintf("%s9901012%02d/", Root, i) }

func synthesize(b *testing.B, d *db.DB, visits int) {
	b.Helper()
	ready(b, d)
	ctx := context.Background()
	exec := func(tx *db.Tx, q string, args ...any) {
		if _, err := tx.Exec(ctx, q, args...); err != nil {
			panic(err) // Fatal would end the writer's goroutine, not this one
		}
	}
	series := func(v string, n int) string {
		return fmt.Sprintf(`WITH RECURSIVE n (%[1]s) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT %[1]s + 1 FROM n WHERE %[1]s < %[2]d)`, v, n-1)
	}
	pad := func(e string, n int) string {
		return fmt.Sprintf(`substr('%s' || (%s), -%d)`, strings.Repeat("0", n), e, n)
	}
	if d.Engine == db.Postgres {
		pad = func(e string, n int) string { return fmt.Sprintf(`lpad(CAST((%s) AS TEXT), %d, '0')`, e, n) }
	}
	town := `'` + Root + `9901012' || ` + pad(fmt.Sprintf("(i / %d)", benchPerTown), 2) + ` || '/'`
	cadreID := func(i string) string { return `'bench-cadre-' || ` + pad(i, 5) }
	homeID := func(i string) string { return `'bench-home-' || ` + pad(i, 5) }
	// Home h belongs to official h / 8, whose township has ten villages.
	homeTown := fmt.Sprintf(`'%s9901012' || %s || '/9901012' || %s || '2' || %s || '/'`, Root, pad(fmt.Sprintf("(h / %d)", benchHomes/benchTowns), 2), pad(fmt.Sprintf("(h / %d)", benchHomes/benchTowns), 2), pad("(h % 10)", 2))
	err := db.Do(ctx, d, func(tx *db.Tx) error {
		exec(tx, series("i", benchCadres)+` INSERT INTO cadres (county, id, region, name, name_key, phone, phone_index, party, state, since, source)
			SELECT '990101', `+cadreID("i")+`, `+town+`, '干部' || i, 'gb' || `+pad("i", 5)+`, '', '', FALSE, 'active', '2024-01-01', '' FROM n`)
		exec(tx, series("i", benchCadres)+` INSERT INTO posts (county, id, cadre, unit, title, rank, team_member, section_level, bound, village, valid_from, valid_to, reason)
			SELECT '990101', 'bench-post-' || i, `+cadreID("i")+`, '', '干部', 'township_staff', FALSE, FALSE, TRUE, '', '2024-01-01', '', '' FROM n`)
		exec(tx, series("h", benchHomes)+` INSERT INTO households (county, id, region, head, name_key, address, phone, phone_index, housing, income, notes, size, priority, state, since, successor, version, source)
			SELECT '990101', `+homeID("h")+`, `+homeTown+`, '户主' || h, 'hz', '', '', '', '', '', '', 3, FALSE, 'active', '2024-01-01', '', 1, '' FROM n`)
		exec(tx, series("h", benchHomes)+` INSERT INTO pairings (county, id, household, cadre, region, role, valid_from, valid_to, reason, end_reason, source)
			SELECT '990101', 'bench-pair-' || h, `+homeID("h")+`, `+cadreID("(h / 8)")+`, `+homeTown+`, 'lead', '2024-01-01', '', 'plan', '', '' FROM n WHERE h % 200 <> 0`)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	// Visits in slices, so that no single statement is huge, and home by home, so
	// that the indexes grow at their ends.
	const slice = 100000
	each := max(1, visits/benchHomes)
	for at := 0; at < visits; at += slice {
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			exec(tx, series("v", min(slice, visits-at))+fmt.Sprintf(`, m (v, h, k) AS (SELECT v + %[1]d, ((v + %[1]d) / %[2]d) %% %[3]d, (v + %[1]d) %% %[2]d FROM n)`, at, each, benchHomes)+`
				INSERT INTO visits (county, id, household, region, cadre, writer, proxy, day, clock, how, topics, policies, activities, weather, need, usual, words, late, version, written_at, voided_on, void_why)
				SELECT '990101', 'bench-visit-' || `+pad("v", 8)+`, `+homeID("h")+`, `+homeTown+`, `+cadreID("(h / 8)")+`, 'w', FALSE,
				CASE WHEN k % 2 = 0 THEN '2026-' ELSE '2025-' END || `+pad("1 + (k + h) % 11", 2)+` || '-' || `+pad("1 + (k * 7 + h) % 23", 2)+`, '', 'home', '', '', '', '', FALSE, FALSE, '', 0, 1, 1795406400000, '', '' FROM m`)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err = db.Do(ctx, d, func(tx *db.Tx) error {
		exec(tx, `DELETE FROM home_years`)
		exec(tx, `INSERT INTO home_years (county, household, year, region, visits, last) SELECT county, household, CAST(substr(day, 1, 4) AS BIGINT), MAX(region), COUNT(*), MAX(day) FROM visits GROUP BY county, household, CAST(substr(day, 1, 4) AS BIGINT)`)
		return tally.MarkPlace(ctx, tx, County, Root, 2026)
	})
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	n, err := RecountWaiting(ctx, d, "", 1<<30)
	if err != nil || n < benchCadres {
		b.Fatal(n, err)
	}
	b.Logf("%d officials counted in %v", n, time.Since(begun).Round(time.Millisecond))
	if d.Engine == db.Postgres {
		if _, err := d.Pool().ExecContext(ctx, `VACUUM ANALYZE`); err != nil { // as autovacuum does
			b.Fatal(err)
		}
	}
}

// BenchmarkProgress3000 reads the figures of 3,000 officials, what the desk
// shows of a county with 24,000 homes, and one official's why. Run it with
// -bench Progress3000 -benchtime 20x; PostgreSQL needs TEST_POSTGRES.
func BenchmarkProgress3000(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, visits := range []int{15000, 1500000} {
			b.Run(fmt.Sprintf("%s/visits=%d", engine, visits), func(b *testing.B) {
				open := dbtest.SQLite
				if engine == "postgres" {
					open = dbtest.Postgres
				}
				d, _ := open(b)
				synthesize(b, d, visits)
				ctx := context.Background()
				who := benchOffice()
				town := Who(access.Office, benchTown(3), "", today)
				for _, x := range []struct {
					name string
					do   func() (int, error)
					want int
				}{
					{"rows of 3000", func() (int, error) {
						rows, _, err := List(ctx, d, who, Filter{Campaign: plans.Names()[0], Limit: MaxRows})
						return len(rows), err
					}, benchCadres},
					{"rows of one page", func() (int, error) {
						rows, _, err := List(ctx, d, who, Filter{Campaign: plans.Names()[0], Limit: 50})
						return len(rows), err
					}, 50},
					{"recount check", func() (int, error) { n, err := RecountWaiting(ctx, d, Root, 100); return n + 1, err }, 1},
					{"attention of the county", func() (int, error) { a, err := Attend(ctx, d, who, Look{}); return a.Unpaired.N, err }, benchHomes / 200},
					{"attention of a township", func() (int, error) { a, err := Attend(ctx, d, town, Look{}); return a.Unpaired.N, err }, benchHomes / 200 / benchTowns},
					{"totals by place", func() (int, error) {
						ps, err := Places(ctx, d, who, Filter{Campaign: plans.Names()[0]})
						return len(ps), err
					}, benchTowns * 11},
					{"why", func() (int, error) {
						x, err := Why(ctx, d, town, "bench-cadre-00333", 2026, plans.Names()[0])
						return min(len(x.Lines), 1), err
					}, 1},
				} {
					b.Run(x.name, func(b *testing.B) {
						begun := cpu()
						for b.Loop() {
							if n, err := x.do(); err != nil || n < x.want {
								b.Fatal(n, err)
							}
						}
						b.ReportMetric(float64(cpu()-begun)/float64(b.N)/1e6, "cpu-ms/op") // of this process: steady on a busy machine
					})
				}
			})
		}
	}
}

// benchOffice reads everything of the county: an office granted for the whole.
func benchOffice() access.Actor {
	return Who(access.Office, Root, "", calendar.Day(today))
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
