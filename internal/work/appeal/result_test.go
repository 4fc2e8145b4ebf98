package appeal_test

import (
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// A matter is ticked off with one tap; what came of it may be told afterwards,
// by its owner only, and never of a matter that is still open.
func TestTell(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx, today := t.Context(), calendar.FromTime(d.Now())
		li := Who(access.Cadre, Qingshi, LiMing, today)
		cal, err := calendar.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		v, err := db.Write(ctx, d, func(tx *db.Tx) (visit.Visit, error) {
			v, _, err := visit.Record(ctx, tx, li, visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Promises: []appeal.OpenInput{{Title: "约村医上门"}}}, cal)
			return v, err
		})
		if err != nil {
			t.Fatal(err)
		}
		id := v.Promises[0].ID
		tell := func(who access.Actor, op, words string) error {
			return db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := appeal.Tell(ctx, tx, who, appeal.TellInput{ID: op, Appeal: id, Result: words})
				return err
			})
		}
		if err := tell(li, "tell-0001", "村医来过了"); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a result of an open matter: %v", err)
		}
		err = db.Do(ctx, d, func(tx *db.Tx) error {
			clock.Add(time.Minute)
			_, err := appeal.Close(ctx, tx, li, appeal.CloseInput{ID: "close-0001", Appeal: id, State: appeal.Done})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Minute)
		if err := tell(Who(access.Cadre, Qingshi, ZhaoWei, today), "tell-0002", "不是我的"); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("somebody else's matter: %v", err)
		}
		if err := tell(li, "tell-0003", "  "); !fault.Is(err, fault.Invalid) {
			t.Fatalf("no words: %v", err)
		}
		if err := tell(li, "tell-0004", "村医来过了"); err != nil {
			t.Fatal(err)
		}
		a, err := appeal.Show(ctx, d, li, id)
		if err != nil || a.State != appeal.Done || a.Result != "村医来过了" {
			t.Fatalf("%+v %v", a, err)
		}
		steps, err := appeal.Steps(ctx, d, li, id)
		if err != nil || len(steps) != 3 || steps[2].Kind != "result" || steps[2].Words != "村医来过了" {
			t.Fatalf("%+v %v", steps, err)
		}
	})
}
