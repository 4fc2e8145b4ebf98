package appeal_test

import (
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/notice"
	. "lianxin/internal/work/worktest"
)

// TestRemind: who is told of what, once a day; the county learns of a township
// and of nothing else.
func TestRemind(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "路灯不亮", Household: WangHome, Topic: "power"})
		if err != nil {
			t.Fatal(err)
		}
		b.must(b.move(Office(today), appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: ZhaoWei, Due: "2026-11-26"}))
		told := func(who access.Actor) (kinds []string) {
			items, _, err := notice.List(t.Context(), d, who, notice.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				kinds = append([]string{i.Kind + " " + i.Ref}, kinds...)
			}
			return kinds
		}
		at := func(day calendar.Day) {
			clock.Set(time.Date(day.Year(), time.Month(12), 1, 1, 0, 0, 0, time.UTC).AddDate(0, 0, day.Sub("2026-12-01")))
			for range 2 { // twice a day tells once
				if err := appeal.Remind(t.Context(), d, County, b.cal); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, day := range []calendar.Day{"2026-11-24", "2026-11-26", "2026-11-27", "2026-12-01", "2026-12-03", "2026-12-10"} {
			at(day)
		}
		const about = " appeal:operation-001"
		last := calendar.Day("2026-12-10")
		for _, x := range []struct {
			name string
			who  access.Actor
			want []string
		}{
			{"its owner", Who(access.Cadre, Qingshi, ZhaoWei, last), []string{"appeal.given" + about, "appeal.due_soon" + about, "appeal.overdue" + about, "appeal.overdue" + about, "appeal.overdue" + about, "appeal.overdue" + about}},
			{"the village", Who(access.Committee, Lijiawan, "", last), []string{"appeal.overdue" + about}},
			{"the village head", Who(access.VillageHead, Lijiawan, "", last), []string{"appeal.overdue" + about}},
			{"another village", Who(access.Committee, Dahe, "", last), nil},
			{"the leader", Who(access.Leader, Qingshi, "", last), []string{"appeal.escalated" + about}},
			{"the county's leader: what climbed to the county, not what waits for a township's leader", Who(access.Leader, Root, "", last), []string{"appeal.escalated township:990101100"}},
			{"the county's office", Who(access.Office, Root, "", last), []string{"appeal.overdue" + about, "appeal.escalated township:990101100"}},
			{"who keeps the county's accounts reads no matters", Who(access.CountyAdmin, Root, "", last), nil},
			{"the next township's leader", Who(access.Leader, Baihe, "", last), nil},
			{"an official it does not concern", Who(access.Cadre, Qingshi, SunYue, last), nil},
		} {
			got := told(x.who)
			if len(got) != len(x.want) {
				t.Errorf("%s: %q, want %q", x.name, got, x.want)
				continue
			}
			for i := range got {
				if got[i] != x.want[i] {
					t.Errorf("%s: %q, want %q", x.name, got, x.want)
					break
				}
			}
		}
	})
}
