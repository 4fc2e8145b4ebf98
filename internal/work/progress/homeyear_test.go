package progress

import (
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// Three visits on one day and more than are asked for: the year of a home has
// one pair of numbers, the same as behind its "why".
func TestHomeYears(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		days := []string{"2026-02-03", "2026-02-03", "2026-02-03", "2026-03-09", "2026-04-09", "2026-05-15", "2026-06-15", "2026-07-15", "2026-08-15"}
		for i, on := range days {
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, _, err := visit.Record(t.Context(), tx, Who(access.Cadre, Qingshi, LiMing, today), visit.RecordInput{ID: fmt.Sprintf("visit-00%02d", i), Household: WangHome, At: on, How: "home"}, holidays(t))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		li := Who(access.Cadre, Qingshi, LiMing, today)
		got, err := HomeYears(t.Context(), d, li, map[string]string{WangHome: LiMing}, 2026)
		if err != nil {
			t.Fatal(err)
		}
		if got[WangHome] != (HomeYear{Done: 6, Of: 6, Seen: 9}) {
			t.Errorf("the year is %+v", got[WangHome])
		}
		x, err := Why(t.Context(), d, li, LiMing, 0, "guabangbao")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range x.Lines {
			if l.Duty != quota.Visits {
				continue
			}
			if n := quota.Whole(len(l.Counted)); n != l.Done || l.Household == WangHome && (len(l.Counted) != 6 || len(l.Beyond) != 1 || len(l.Not) != 2 || l.Beyond[0].ID != "visit-0008") {
				t.Errorf("%s: done %s, %d counted, %v beyond, %d not", l.Household, l.Done, len(l.Counted), l.Beyond, len(l.Not))
			}
		}
		if got, err = HomeYears(t.Context(), d, li, map[string]string{WangHome: ""}, 2026); err != nil || got[WangHome] != (HomeYear{Seen: 9}) {
			t.Errorf("without a helper: %+v, %v", got, err)
		}
	})
}
