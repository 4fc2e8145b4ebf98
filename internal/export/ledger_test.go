package export_test

import (
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/export"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

const today = calendar.Day("2026-11-23")

// TestLedgerCountsEachHelpersOwnVisits: the lines of one home with several helpers
// add up to what was done there, and agree with the table of progress. Whoever
// begins later than today has no line yet.
func TestLedgerCountsEachHelpersOwnVisits(t *testing.T) {
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, planned := range []bool{false, true} {
		t.Run(fmt.Sprintf("planned=%v", planned), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				Seed(t, d)
				ctx, office := t.Context(), Office(today)
				do := func(fn func(tx *db.Tx) error) {
					t.Helper()
					if err := db.Do(ctx, d, fn); err != nil {
						t.Fatal(err)
					}
				}
				if planned {
					var texts [][]byte
					for _, n := range plans.Names() {
						b, err := plans.Read(n)
						if err != nil {
							t.Fatal(err)
						}
						texts = append(texts, b)
					}
					do(func(tx *db.Tx) error {
						return campaign.Found(ctx, tx, Who(access.CountyAdmin, Root, "", today), "县委", texts...)
					})
				}
				went := func(cadre, home string, days ...string) {
					t.Helper()
					for _, day := range days {
						do(func(tx *db.Tx) error {
							_, _, err := visit.Record(ctx, tx, Who(access.Cadre, Qingshi, cadre, today), visit.RecordInput{ID: "visit-" + cadre + day, Household: home, How: "home", At: day}, cal)
							return err
						})
					}
				}
				change := func(id, home, cadre string, from calendar.Day) {
					t.Helper()
					do(func(tx *db.Tx) error {
						_, err := pairing.Change(ctx, tx, office, pairing.ChangeInput{ID: id, Household: home, Cadre: cadre, From: from, Reason: "rotation", Notes: "腿脚不便，进门先喊一声"})
						return err
					})
				}
				went(LiMing, WangHome, "2026-03-02", "2026-10-12")
				do(func(tx *db.Tx) error {
					_, _, err := visit.Record(ctx, tx, Who(access.Cadre, Qingshi, LiMing, today), visit.RecordInput{ID: "visit-asked", Household: WangHome, How: "home", At: "2026-11-12", Promises: []appeal.OpenInput{{Title: "问低保", Days: 7}}}, cal)
					return err
				})
				went(LiMing, WangHome, "2026-11-18")
				change("change-001", WangHome, ZhaoWei, "2026-11-15") // the visit of the 18th lies behind it
				went(ZhaoWei, WangHome, "2026-11-19", "2026-11-20")
				do(func(tx *db.Tx) error {
					_, err := appeal.Open(ctx, tx, office, appeal.OpenInput{ID: "appeal-call", Source: "phone", Household: WangHome, Title: "水管漏水"}, cal)
					return err
				})
				change("change-002", YangHome, LiMing, "2026-12-01")
				led, _, err := export.Ledger(ctx, d, office, Qingshi, 2026, func(key string, _ ...any) string { return key })
				if err != nil {
					t.Fatal(err)
				}
				got, raised := map[string]int{}, map[string]int{}
				for _, c := range led.Cadres {
					for _, h := range c.Households {
						got[c.Name+" "+h.ID] = h.Visits
						raised[c.Name+" "+h.ID] = h.Raised
					}
				}
				want := map[string]int{"李明 " + WangHome: 3, "赵伟 " + WangHome: 2, "赵伟 " + YangHome: 0, "赵伟 " + ChenHome: 0}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
				// What a home raised stands once, on the line of whoever helped it that day.
				if raised["李明 "+WangHome] != 1 || raised["赵伟 "+WangHome] != 1 {
					t.Errorf("raised: %v", raised)
				}
				if !planned {
					return
				}
				why, err := progress.Why(ctx, d, office, LiMing, 2026, "")
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, l := range why.Lines {
					if l.Duty == "visits" && l.Household == "" {
						n += len(l.Counted) + len(l.Beyond)
					}
				}
				if n != want["李明 "+WangHome] {
					t.Errorf("progress counts %d", n)
				}
			})
		})
	}
}
