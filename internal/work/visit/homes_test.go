package visit_test

import (
	"fmt"
	"math/rand"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"

	"github.com/google/go-cmp/cmp"
)

// Through records, corrections and voids the homes' years stay what counting
// the visits gives.
func TestHomeYearsAreTheCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		r := rand.New(rand.NewSource(7)) // the same histories each time
		hows := []string{"home", "home", "met", "meeting", "phone", "absent", "declined"}
		var open []string
		for i := range 60 {
			var err error
			at, how := string(today.Add(-r.Intn(400))), hows[r.Intn(len(hows))]
			switch n := r.Intn(10); {
			case n < 6 || len(open) == 0:
				id := fmt.Sprintf("visit-%04d", i)
				if _, err = record(t, d, li, visit.RecordInput{ID: id, Household: WangHome, How: how, At: at}); err == nil {
					open = append(open, id)
				}
			case n < 8:
				id := open[r.Intn(len(open))]
				err = db.Do(t.Context(), d, func(tx *db.Tx) error {
					v, err := visit.Get(t.Context(), tx, County, id)
					if err != nil {
						return err
					}
					_, err = visit.Amend(t.Context(), tx, li, visit.AmendInput{ID: fmt.Sprintf("amend-%04d", i), Visit: id, Version: v.Version, At: at, How: how})
					return err
				})
			default:
				j := r.Intn(len(open))
				id := open[j]
				open = append(open[:j], open[j+1:]...)
				err = db.Do(t.Context(), d, func(tx *db.Tx) error {
					_, err := visit.Void(t.Context(), tx, li, visit.VoidInput{ID: fmt.Sprintf("void-%04d", i), Visit: id, Why: "记错了"})
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		kept := homeYears(t, d)
		if len(kept) == 0 {
			t.Fatal("nothing is kept")
		}
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return visit.Rebuild(t.Context(), tx, County) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(homeYears(t, d), kept); diff != "" {
			t.Fatal(diff)
		}
		last, err := visit.LastOf(t.Context(), d, County, []string{WangHome, YangHome})
		if err != nil || len(last) != 1 || last[WangHome] == "" {
			t.Fatal(last, err)
		}
		n, err := visit.InYear(t.Context(), d, County, []string{WangHome, YangHome}, 2026)
		if err != nil || len(n) != 1 || n[WangHome] == 0 {
			t.Fatal(n, err)
		}
	})
}

type homeYear struct {
	Home   string
	Year   int
	Visits int
	Last   calendar.Day
}

func homeYears(t *testing.T, d *db.DB) []homeYear {
	t.Helper()
	ys, err := db.All(t.Context(), d, func(w db.Row) (y homeYear, err error) { return y, w.Scan(&y.Home, &y.Year, &y.Visits, &y.Last) },
		`SELECT household, year, visits, last FROM home_years WHERE visits > 0 ORDER BY household, year`)
	if err != nil {
		t.Fatal(err)
	}
	return ys
}
