package appeal_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// explained notes how each question is answered.
type explained struct {
	*db.DB
	plans []string
}

func (e *explained) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	lines, err := db.All(ctx, e.DB, func(w db.Row) (s string, err error) {
		var n int
		return s, w.Scan(&n, &n, &n, &s)
	}, `EXPLAIN QUERY PLAN `+q, args...)
	if err != nil {
		return nil, err
	}
	e.plans = append(e.plans, strings.Join(lines, "; "))
	return e.DB.Query(ctx, q, args...)
}

// TestWalks: lists and figures of matters go along an index that holds what is
// asked for, and in its order, so that they cost what is shown and not the years.
func TestWalks(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	list := func(f appeal.Filter) func(*explained, access.Actor) error {
		return func(e *explained, who access.Actor) error {
			_, _, err := appeal.List(t.Context(), e, who, f)
			return err
		}
	}
	count := func(e *explained, who access.Actor) error {
		_, err := appeal.Count(t.Context(), e, who, "", 3)
		return err
	}
	work, all := appeal.Filter{Limit: 50}, appeal.Filter{Any: true, Limit: 50}
	county, town := Who(access.Office, Root, "", today), Who(access.Office, Qingshi, "", today)
	for _, x := range []struct {
		name    string
		who     access.Actor
		ask     func(*explained, access.Actor) error
		indexes []string
	}{
		{"county's work", county, list(work), []string{"appeals_work"}},
		{"county's newest", county, list(all), []string{"appeals_by_county"}},
		{"county's figures", county, count, []string{"appeals_work"}},
		{"township's work", town, list(work), []string{"appeals_queue"}},
		{"township's newest", town, list(all), []string{"appeals_by_town"}},
		{"township's figures", town, count, []string{"appeals_queue"}},
		{"official's work", li, list(work), []string{"appeals_of_owner", "appeals_of_sponsor"}},
		{"official's newest", li, list(all), []string{"appeals_by_owner", "appeals_by_sponsor"}},
		{"official's figures", li, count, []string{"appeals_of_owner", "appeals_of_sponsor"}},
	} {
		e := &explained{DB: d}
		if err := x.ask(e, x.who); err != nil {
			t.Fatal(x.name, err)
		}
		plan := strings.Join(e.plans, " | ")
		for _, i := range x.indexes {
			if !strings.Contains(plan, i+" (") {
				t.Errorf("%s: not along %s: %s", x.name, i, plan)
			}
		}
		if strings.Contains(plan, "ORDER BY") || strings.Contains(plan, "SCAN a") {
			t.Errorf("%s: sorts or scans: %s", x.name, plan)
		}
	}
}

// TestOfficialsPages: what an official answers for and what he brought are one
// list without repetition, in order, whatever the size of a page.
func TestOfficialsPages(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		zhaos := Who(access.Cadre, Qingshi, ZhaoWei, today)
		for i := range 23 {
			owner, sponsor := [...]string{LiMing, LiMing, ZhaoWei}[i%3], [...]string{LiMing, ZhaoWei, LiMing}[i%3]
			if i == 7 {
				owner, sponsor = ZhaoWei, ZhaoWei
			}
			b.must(appeal.Appeal{}, db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO appeals (county, id, origin, source, household, region, sponsor, owner, topic, emphasis, urgency, title, opened_on, due_on, next_on, provisional, round, rank, state, live, level, outcome, result, taken_on, answered_on, answered_by, closed_on, state_before, merged_into, asked_due, asked_by, answers, tries, redo, extensions, meeting, voices, version)
					VALUES ($1, $2, '', 'visit', $3, $4, $5, $6, '', '', 'normal', '', $7, $7, $8, FALSE, '', 2, 'handling', TRUE, '', '', '', '', '', '', '', '', '', '', '', 0, 0, 0, 0, FALSE, 1, 1)`,
					County, fmt.Sprintf("walk-%02d", i*7%23), WangHome, Group1, sponsor, owner, fmt.Sprintf("2026-10-%02d", 1+i%9), fmt.Sprintf("2026-12-%02d", 1+i%5))
				return err
			}))
		}
		for _, any := range []bool{false, true} {
			for _, x := range []struct {
				who  access.Actor
				want int
			}{{li, 22}, {zhaos, 23 - 8}} {
				whole, next, err := appeal.List(t.Context(), d, x.who, appeal.Filter{Any: any, Limit: 100})
				if err != nil || next != "" || len(whole) != x.want {
					t.Fatal(any, len(whole), x.want, next, err)
				}
				for size := 1; size < 9; size++ {
					var got []appeal.Appeal
					for after := ""; ; {
						page, next, err := appeal.List(t.Context(), d, x.who, appeal.Filter{Any: any, Limit: size, After: after})
						if err != nil {
							t.Fatal(err)
						}
						got = append(got, page...)
						if after = next; after == "" {
							break
						}
					}
					if !slices.EqualFunc(got, whole, func(a, b appeal.Appeal) bool { return a.ID == b.ID }) {
						t.Errorf("pages of %d differ from the whole", size)
					}
				}
			}
		}
	})
}
