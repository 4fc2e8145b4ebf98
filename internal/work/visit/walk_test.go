package visit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// asked notes the questions of a list and how each is answered.
type asked struct {
	*db.DB
	plans []string
}

func (e *asked) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
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

// One's own newest visits are one question and one walk along an index; the
// list is what each visit is by itself, companions and promises too, also for
// somebody who went along with others.
func TestOwnListIsOneWalk(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	li, zhao := Who(access.Cadre, Qingshi, LiMing, today), Who(access.Cadre, Qingshi, ZhaoWei, today)
	for _, x := range []struct {
		who access.Actor
		in  visit.RecordInput
	}{
		{li, visit.RecordInput{ID: "li-visit-1", Household: WangHome, How: "home", At: "2026-11-20", Words: "收成还可以"}},
		{li, visit.RecordInput{ID: "li-visit-2", Household: WangHome, How: "absent", At: "2026-11-21"}},
		{zhao, visit.RecordInput{ID: "zhao-visit", Household: ChenHome, How: "home", At: "2026-11-22", Words: "想学开挖机", Topics: []string{"work", "income"}}},
	} {
		if _, err := record(t, d, x.who, x.in); err != nil {
			t.Fatal(err)
		}
	}
	e := &asked{DB: d}
	vs, _, err := visit.List(t.Context(), e, li, visit.Filter{Mine: true, Limit: 50})
	if err != nil || len(vs) != 2 {
		t.Fatal(vs, err)
	}
	if len(e.plans) != 1 || !strings.Contains(e.plans[0], "visits_of_cadre (county=? AND cadre=?)") || strings.Contains(e.plans[0], "ORDER BY") {
		t.Error(strings.Join(e.plans, "\n"))
	}
	same := func(who access.Actor, n int) {
		t.Helper()
		vs, _, err := visit.List(t.Context(), d, who, visit.Filter{Mine: true})
		if err != nil || len(vs) != n {
			t.Fatal(len(vs), err)
		}
		for _, v := range vs {
			one, err := visit.Show(t.Context(), d, who, v.ID)
			if err != nil {
				t.Fatal(err)
			}
			a, _ := json.Marshal(one)
			b, _ := json.Marshal(v)
			if string(a) != string(b) {
				t.Errorf("%s\n%s", a, b)
			}
		}
	}
	same(li, 2)
	same(zhao, 1)
	if _, err := record(t, d, li, visit.RecordInput{ID: "li-visit-3", Household: WangHome, How: "home", At: "2026-11-22", Words: "一起去看了", With: []string{ZhaoWei},
		Promises: []appeal.OpenInput{{Title: "问医保", Days: 7}}}); err != nil {
		t.Fatal(err)
	}
	same(li, 3)   // somebody went along with him
	same(zhao, 2) // and he with somebody
}

// An inspector's few homes are looked up one by one; a walk in the order of the
// list would pass the county's visits before it has met theirs.
func TestDrawnListLooksUp(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	if _, err := record(t, d, Who(access.Cadre, Qingshi, LiMing, today), visit.RecordInput{ID: "li-visit-1", Household: WangHome, How: "home", At: "2026-11-20", Words: "收成还可以"}); err != nil {
		t.Fatal(err)
	}
	e := &asked{DB: d}
	vs, _, err := visit.List(t.Context(), e, Checks(today, []string{WangHome, ChenHome, "home-none"}), visit.Filter{Limit: 50})
	if err != nil || len(vs) != 1 || vs[0].Words == "" {
		t.Fatal(vs, err)
	}
	if !strings.Contains(e.plans[0], "visits_of_household (county=? AND household=?)") {
		t.Errorf("%q", e.plans)
	}
}
