package appeal_test

import (
	"errors"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// refusedFor gives the key of the first field a move is refused for.
func refusedFor(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && len(e.Fields) > 0 {
		return e.Fields[0].Name + " " + e.Fields[0].Key
	}
	return ""
}

// TestAcceptPutsNothingOff: taking a matter up sets an earlier day freely, never
// a later one than the rules reckon, one by one or in bulk; and what was handed
// back comes back with the clock it had.
func TestAcceptPutsNothingOff(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		raise := func(title string) string {
			o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: title, Region: Dahe, Name: "某先生"})
			if err != nil {
				t.Fatal(err)
			}
			return o.ID
		}
		accept := func(id string, due calendar.Day, topic string) (appeal.Appeal, error) {
			return b.move(office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei, Due: due, Topic: topic})
		}
		const reckoned = calendar.Day("2026-12-02") // seven working days
		id := raise("路灯不亮")
		for _, due := range []calendar.Day{"2029-06-01", reckoned.Add(1)} {
			if _, err := accept(id, due, ""); refusedFor(err) != "due appeal.accept_later" {
				t.Errorf("first accepted for %s: %v", due, err)
			}
		}
		// The topic sets the day: what it gives is the limit.
		if _, err := accept(id, reckoned, "water"); refusedFor(err) != "due appeal.accept_later" {
			t.Errorf("later than the topic gives: %v", err)
		}
		bulk := appeal.BulkInput{ID: b.op(), Appeals: []string{id, raise("桥栏杆坏了")}, Move: lifecycle.Accept, Owner: ZhaoWei, Due: "2027-03-01"}
		if _, err := db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) { return appeal.Bulk(t.Context(), tx, office, bulk, b.cal) }); refusedFor(err) != "due appeal.accept_later" {
			t.Errorf("in bulk: %v", err)
		}
		if a := b.must(accept(id, "2026-11-30", "")); a.DueOn != "2026-11-30" {
			t.Errorf("an earlier day: %+v", a)
		}
		// Handed back when it is late: neither taking it up again, nor another
		// topic, nor a new day from the desk gives more time.
		clock.Set(time.Date(2026, 12, 7, 2, 0, 0, 0, time.UTC))
		b.must(b.move(zhao, appeal.MoveInput{Appeal: id, Move: lifecycle.Return, Words: "不归我"}))
		if _, err := accept(id, "2027-03-01", ""); refusedFor(err) != "due appeal.accept_later" {
			t.Errorf("accepted again for later: %v", err)
		}
		if _, err := b.move(office, appeal.MoveInput{Appeal: id, Move: lifecycle.Redue, Due: "2027-03-01", Words: "忙"}); refusedFor(err) != "due appeal.redue_later" {
			t.Errorf("a later day while handed back: %v", err)
		}
		a := b.must(accept(id, "", "water"))
		if a.DueOn != "2026-11-30" || a.NextOn != a.DueOn || a.State != lifecycle.Handling || a.Extended != 0 {
			t.Errorf("the clock did not go on: %+v", a)
		}
	})
}
