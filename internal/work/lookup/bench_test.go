package lookup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/region"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// phrases people say; the first ones more often.
var phrases = []string{"今年苞谷收成还可以", "孩子在外省打工过年才回", "医保已经交了", "腰腿疼走不远", "门前那段路下雨就烂", "问养老保险怎么领", "家里养了两头猪", "说水渠该清淤了", "孙子上小学接送不方便", "茶叶卖得比去年便宜",
	"房顶有点漏雨", "想学开挖机找工作", "药费报销要跑两趟", "邻居占了排水沟", "盼着把路灯装上", "老人一个人在家", "种子化肥都涨价", "村里信号不好", "问残疾证怎么换", "愿意参加修路投工"}

const benchTowns, benchVillages, benchCadres = 30, 10, 3000

func benchTown(i int) string { return fmt.Sprintf("%s9901012%02d/", Root, i) }

// words of a visit: some phrases, a few characters that hardly anybody else
// writes in this order, once in a thousand 低保户复核.
func benchWords(r *rand.Rand) string {
	s := ""
	for range 3 {
		n := r.IntN(len(phrases))
		s += phrases[r.IntN(n+1)] + "，"
	}
	for range 4 {
		s += string(rune(0x4E00 + r.IntN(3000)))
	}
	if r.IntN(1000) == 0 {
		s += "，低保户复核"
	}
	return s + "。"
}

func benchFill(b *testing.B, d *db.DB, visits int) {
	b.Helper()
	ctx := context.Background()
	Seed(b, d)
	r := rand.New(rand.NewPCG(1, 2))
	const slice = 5000
	begun := time.Now()
	for at := 0; at < visits; at += slice {
		var rows [][]any
		for i := at; i < min(visits, at+slice); i++ {
			id := fmt.Sprintf("bench-visit-%08d", i)
			cadre := i % benchCadres
			town := cadre / (benchCadres / benchTowns)
			path := fmt.Sprintf("%s9901012%02d2%02d/", benchTown(town), town, i%benchVillages)
			day := today.Add(-(i * 3650 / visits))
			sealed := d.Vault().Seal(vault.Place{Table: "visits", Column: "words", County: County, Row: id}, benchWords(r))
			rows = append(rows, []any{County, id, WangHome, path, fmt.Sprintf("bench-cadre-%04d", cadre), "w", false, string(day), "", "home", visit.Topics[i%len(visit.Topics)], "", "", "", false, false, sealed, 0, 1, 1, "", ""})
		}
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			return db.Insert(ctx, tx, `INSERT INTO visits (county, id, household, region, cadre, writer, proxy, day, clock, how, topics, policies, activities, weather, need, usual, words, late, version, written_at, voided_on, void_why)`, "", rows)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d visits written in %v", visits, time.Since(begun).Round(time.Second))
	begun = time.Now()
	n, err := lookup.Rebuild(ctx, d, nil)
	if err != nil || n < int64(visits) {
		b.Fatal(n, err)
	}
	b.Logf("%d indexed in %v: %.0f a second", n, time.Since(begun).Round(time.Second), float64(n)/time.Since(begun).Seconds())
	if d.Engine == db.Postgres {
		if _, err := d.Pool().ExecContext(ctx, `VACUUM ANALYZE`); err != nil { // as autovacuum does
			b.Fatal(err)
		}
		n, err := db.One(ctx, d, db.Int64, `SELECT pg_total_relation_size('search_index') + pg_total_relation_size('search_docs')`)
		b.Logf("index %d MB (%v)", n>>20, err)
	} else if err := db.Do(ctx, d, func(tx *db.Tx) error { return nil }); err == nil {
		n, err := db.One(ctx, d, db.Int64, `SELECT SUM(length(block)) FROM search_index_data`)
		b.Logf("index %d MB (%v)", n>>20, err)
	}
}

// BenchmarkSearch asks for words in ten years of diaries. LIANXIN_BENCH_VISITS
// says how many; a county's ten years are 1500000.
func BenchmarkSearch(b *testing.B) {
	visits, _ := strconv.Atoi(os.Getenv("LIANXIN_BENCH_VISITS"))
	if visits == 0 {
		visits = 20000
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(fmt.Sprintf("%s/visits=%d", engine, visits), func(b *testing.B) {
			open := dbtest.SQLite
			if engine == "postgres" {
				open = dbtest.Postgres
			}
			d, _ := open(b)
			benchFill(b, d, visits)
			county, town := Who(access.Office, Root, "", today), Who(access.Office, benchTown(3), "", today)
			own := Who(access.Cadre, benchTown(3), "bench-cadre-0333", today)
			village := benchTown(3) + region.Last(benchTown(3)) + "203/"
			for _, x := range []struct {
				name string
				who  access.Actor
				q    lookup.Query
			}{
				{"county, common word", county, lookup.Query{Words: "水渠"}},
				{"county, rare word", county, lookup.Query{Words: "低保"}},
				{"county, two words", county, lookup.Query{Words: "水渠 低保"}},
				{"county, five characters", county, lookup.Query{Words: "低保户复核"}},
				{"county, pairs that make no word", county, lookup.Query{Words: "水渠路灯"}},
				{"county, nothing", county, lookup.Query{Words: "癫痫"}},
				{"county, one year", county, lookup.Query{Words: "水渠", From: "2019-01-01", To: "2019-12-31"}},
				{"town, common word", town, lookup.Query{Words: "水渠"}},
				{"town, rare word", town, lookup.Query{Words: "低保"}},
				{"town, village and topic", town, lookup.Query{Words: "水渠", Place: village, Topic: visit.Topics[3]}},
				{"own, common word", own, lookup.Query{Words: "水渠"}},
			} {
				b.Run(x.name, func(b *testing.B) {
					n := 0
					for b.Loop() {
						a, err := lookup.Find(b.Context(), d, x.who, x.q)
						if err != nil {
							b.Fatal(err)
						}
						n = len(a.Hits)
					}
					b.ReportMetric(float64(n), "hits")
				})
			}
		})
	}
}
