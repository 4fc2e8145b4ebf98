package progress

import (
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// The diary counts visits as the plan does, and tells calls and tries apart.
func TestHeard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		var vs []visit.Visit
		for i, how := range []string{"home", "home", "phone", "absent", "declined", "met"} {
			on := calendar.Day("2026-09-01").Add(i / 2 * 2)
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				v, _, err := visit.Record(t.Context(), tx, li, visit.RecordInput{ID: fmt.Sprintf("visit-00%02d", i), Household: WangHome, At: string(on), How: how}, holidays(t))
				vs = append(vs, v)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range []struct {
			cadre string
			want  Heard
		}{
			{LiMing, Heard{Visits: 2, Phone: 1, Absent: 1, Declined: 1, Other: 1}}, // twice on 1 September
			{"", Heard{Visits: 3, Phone: 1, Absent: 1, Declined: 1}},               // the home's own book
		} {
			got, err := HeardOf(t.Context(), d, li.County(), x.cadre, Qingshi, vs, today)
			if err != nil || got != x.want {
				t.Errorf("%q: %+v, %v", x.cadre, got, err)
			}
		}
	})
}
