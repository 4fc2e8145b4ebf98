package progress

import (
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/household"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// A home's figures on the page of homes are those of its helper's own page.
func TestHomeDues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		for i, on := range []string{"2026-02-03", "2026-04-09", "2026-09-15"} {
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, _, err := visit.Record(t.Context(), tx, Who(access.Cadre, Qingshi, LiMing, today), visit.RecordInput{ID: fmt.Sprintf("visit-00%02d", i), Household: WangHome, At: on, How: "home"}, holidays(t))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		office := Who(access.Office, Qingshi, "", today)
		rows, _, err := Homes(t.Context(), d, office, household.Filter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := HomeDues(t.Context(), d, office, rows, 0)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, h := range rows {
			if h.Lead == "" {
				continue
			}
			want := map[string][2]quota.Halves{}
			for _, name := range []string{"guabangbao", "siqun"} {
				x, err := Why(t.Context(), d, office, h.Lead, 0, name)
				if fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range x.Lines {
					if l.Household == h.ID {
						k := name + " " + l.Duty
						want[k] = [2]quota.Halves{want[k][0] + l.Due, want[k][1] + l.Done}
					}
				}
			}
			if len(want) != len(got[h.ID]) {
				t.Errorf("%s: %v, want %v", h.Head, got[h.ID], want)
			}
			for _, g := range got[h.ID] {
				seen++
				if w := want[g.Campaign+" "+g.Duty]; w != [2]quota.Halves{g.Due, g.Done} || g.Short == "" {
					t.Errorf("%s: %+v, want %v", h.Head, g, w)
				}
				if h.ID == WangHome && g.Campaign == "guabangbao" && g.Done != quota.Whole(3) {
					t.Errorf("three visits count %s", g.Done)
				}
			}
		}
		if seen < 3 {
			t.Errorf("only %d figures", seen)
		}
		if _, err := HomeDues(t.Context(), d, Who(access.SysAdmin, Root, "", today), rows, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the system administrator: %v", err)
		}
	})
}
