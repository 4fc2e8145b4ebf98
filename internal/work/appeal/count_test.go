package appeal_test

import (
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// The figures are those of the list, for everybody who may read it.
func TestCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		cal, err := calendar.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		const today = calendar.Day("2026-11-23")
		for i, x := range []struct {
			home, place, owner string
			due                calendar.Day
		}{{WangHome, Group1, LiMing, "2026-11-20"}, {WangHome, Group1, LiMing, "2026-11-23"}, {YangHome, Lijiawan, ZhaoWei, "2026-11-26"}, {ChenHome, Group2, ZhaoWei, "2026-12-20"}, {BaiHome, Baisha, SunYue, "2026-11-01"}} {
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := appeal.OpenFor(t.Context(), tx, Office(today), appeal.OpenInput{ID: "matter-000" + string(rune('0'+i)), Household: x.home, Region: x.place, Owner: x.owner, Title: "修路灯", On: "2026-10-30", Due: x.due}, cal)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range []struct {
			name      string
			who       access.Actor
			open, due int
		}{
			{"the office", Office(today), 4, 2},
			{"the next office", Who(access.Office, Baihe, "", today), 1, 1},
			{"an official", Who(access.Cadre, Qingshi, LiMing, today), 2, 2},
			{"a leader with homes of his own", access.New(access.Identity{Account: "z", Cadre: ZhaoWei, County: County, Today: today, Grants: []access.Grant{{Role: access.Leader, Region: Qingshi}, {Role: access.Cadre, Region: Qingshi}}}), 4, 2},
			{"the county's administrator", Who(access.CountyAdmin, Root, "", today), 0, 0},
			{"the system administrator", Who(access.SysAdmin, Root, "", today), 0, 0},
		} {
			open, due, err := appeal.Count(t.Context(), d, x.who, today)
			if err != nil || open != x.open || due != x.due {
				t.Errorf("%s: %d open, %d due, %v; want %d, %d", x.name, open, due, err, x.open, x.due)
			}
			if access.May(x.who, access.AppealRead) {
				as, _, err := appeal.List(t.Context(), d, x.who, appeal.Filter{})
				if err != nil || len(as) != open {
					t.Errorf("%s: the list has %d, %v", x.name, len(as), err)
				}
			}
		}
	})
}
