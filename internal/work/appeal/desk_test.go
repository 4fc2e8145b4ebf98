package appeal_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestMade: whoever made a bundle, or the desk of its place, is offered to take
// it back for a day; nobody else learns of it.
func TestMade(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生"})
		if err != nil {
			t.Fatal(err)
		}
		x, err := db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) {
			return appeal.Bulk(t.Context(), tx, Office(today), appeal.BulkInput{ID: b.op(), Appeals: []string{o.ID}, Move: lifecycle.Accept, Owner: ZhaoWei}, b.cal)
		})
		if err != nil {
			t.Fatal(err)
		}
		made, back, err := appeal.Made(t.Context(), d, Office(today), x.ID, d.Now())
		if err != nil || made.N != 1 || !back {
			t.Errorf("%+v %v %v", made, back, err)
		}
		if _, back, _ := appeal.Made(t.Context(), d, Office(today), x.ID, d.Now().Add(appeal.UndoFor+time.Minute)); back {
			t.Error("offered after a day")
		}
		if _, _, err := appeal.Made(t.Context(), d, Who(access.Office, Baihe, "", today), x.ID, d.Now()); !fault.Is(err, fault.NotFound) {
			t.Error("another township's desk:", err)
		}
		if _, _, err := appeal.Made(t.Context(), d, zhao, x.ID, d.Now()); !fault.Is(err, fault.Forbidden) {
			t.Error("somebody without the desk:", err)
		}
		if _, err := db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) {
			return appeal.Undo(t.Context(), tx, Office(today), b.op(), x.ID, b.cal)
		}); err != nil {
			t.Fatal(err)
		}
		if made, back, _ := appeal.Made(t.Context(), d, Office(today), x.ID, d.Now()); back || !made.Undone {
			t.Error("offered twice")
		}
	})
}

// TestSpent: the middle of what matters of a topic took, in working days; what
// ended otherwise, another township's and rare topics say nothing.
func TestSpent(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		done := func(topic string, days int, outcome lifecycle.Outcome) {
			o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Topic: topic, Title: "水渠堵了", Region: Dahe, Name: "某先生"})
			if err != nil {
				t.Fatal(err)
			}
			on, err := b.cal.WeekdaysOnly().AddWorkingDays(o.OpenedOn, days)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE appeals SET state = 'closed', live = FALSE, outcome = $2, closed_on = $3 WHERE id = $1`, o.ID, string(outcome), string(on))
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []int{2, 19, 4} {
			done("water", n, lifecycle.Solved)
		}
		done("water", 90, lifecycle.NotOurs)
		done("housing", 1, lifecycle.Solved)
		spans, err := appeal.Spent(t.Context(), d, Office(today), Qingshi, today.Add(-90), b.cal)
		if err != nil || len(spans) != 1 || spans[0].Topic.ID != "water" || spans[0].N != 3 || spans[0].Median != 4 || spans[0].Limit != spans[0].Topic.Normal {
			t.Errorf("%+v %v", spans, err)
		}
		if spans, err := appeal.Spent(t.Context(), d, zhao, Qingshi, today.Add(-90), b.cal); err != nil || spans != nil {
			t.Errorf("somebody who sees only his own: %+v %v", spans, err)
		}
		if _, err := appeal.Spent(t.Context(), d, Office(today), Baihe, today.Add(-90), b.cal); !fault.Is(err, fault.NotFound) {
			t.Error("another township:", err)
		}
	})
}

// TestViews: a kept filter is its keeper's alone, and one name is kept once.
func TestViews(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		keep := func(who access.Actor, name, query string) error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := appeal.KeepView(t.Context(), tx, who, appeal.View{ID: b.op(), Name: name, Query: query})
				return err
			})
		}
		if err := keep(Office(today), " 水利 ", "topic=water"); err != nil {
			t.Fatal(err)
		}
		if err := keep(Office(today), "水利", "topic=water&view=over"); err != nil {
			t.Fatal(err)
		}
		vs, err := appeal.Views(t.Context(), d, Office(today))
		if err != nil || len(vs) != 1 || vs[0].Name != "水利" || vs[0].Query != "topic=water&view=over" {
			t.Fatalf("%+v %v", vs, err)
		}
		if vs, err := appeal.Views(t.Context(), d, zhao); err != nil || len(vs) != 0 {
			t.Errorf("another account: %+v %v", vs, err)
		}
		drop := func(who access.Actor) {
			if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return appeal.DropView(t.Context(), tx, who, vs[0].ID) }); err != nil {
				t.Fatal(err)
			}
		}
		drop(zhao)
		if vs, _ := appeal.Views(t.Context(), d, Office(today)); len(vs) != 1 {
			t.Error("dropped by somebody else")
		}
		for name, want := range map[string]bool{"": false, strings.Repeat("长", 13): false} {
			if err := keep(Office(today), name, ""); (err == nil) != want {
				t.Errorf("%q: %v", name, err)
			}
		}
		for i := range 11 {
			if err := keep(Office(today), fmt.Sprintf("筛选%d", i), "view=over"); err != nil {
				t.Fatal(err)
			}
		}
		if err := keep(Office(today), "再一个", ""); !fault.Is(err, fault.Invalid) {
			t.Error("the thirteenth:", err)
		}
		drop(Office(today))
		if vs, _ := appeal.Views(t.Context(), d, Office(today)); len(vs) != 11 {
			t.Errorf("%d left", len(vs))
		}
	})
}

// TestSlipOwn: the code gives the people's word, so whoever answers for a
// matter cannot print it.
func TestSlipOwn(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生", Owner: ZhaoWei})
		if err != nil {
			t.Fatal(err)
		}
		vs, err := appeal.Voices(t.Context(), d, Office(today), o.ID)
		if err != nil || len(vs) != 1 {
			t.Fatal(vs, err)
		}
		if code, err := appeal.Slip(t.Context(), d, zhao, o.ID, vs[0].ID); !fault.Is(err, fault.Forbidden) || code != "" {
			t.Errorf("its owner: %q %v", code, err)
		}
		if code, err := appeal.Slip(t.Context(), d, Office(today), o.ID, vs[0].ID); err != nil || code != o.Code {
			t.Errorf("the desk: %q %v", code, err)
		}
	})
}

// TestStepsInOrder: within one millisecond, where the ids of steps are chance,
// and after the machine's clock was set back, a history is told in the order in
// which it was made, and what was built on a bundle is known as such.
func TestStepsInOrder(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		at := func(in appeal.MoveInput) {
			t.Helper()
			in.ID = b.op()
			if err := db.Do(t.Context(), d, func(tx *db.Tx) error { _, err := appeal.Move(t.Context(), tx, office, in, b.cal); return err }); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 { // chance is asked more than once
			o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生"})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"open"}
			x, err := db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) {
				return appeal.Bulk(t.Context(), tx, office, appeal.BulkInput{ID: b.op(), Appeals: []string{o.ID}, Move: lifecycle.Accept, Owner: ZhaoWei}, b.cal)
			})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, "accept")
			at(appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Shelve, Words: "等资金"})
			at(appeal.MoveInput{Appeal: o.ID, Move: lifecycle.TakeUp})
			at(appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Transfer, Owner: LiMing})
			clock.Add(-time.Minute)
			at(appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Transfer, Owner: ZhaoWei})
			want = append(want, "shelve", "take_up", "transfer", "transfer")
			steps, err := appeal.Steps(t.Context(), d, office, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range steps {
				got = append(got, s.Kind)
			}
			if strings.Join(got, " ") != strings.Join(want, " ") || len(steps) == 6 && steps[5].After != ZhaoWei {
				t.Errorf("told as %v, made as %v", got, want)
			}
			clock.Add(time.Minute)
			u, err := db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) {
				return appeal.Undo(t.Context(), tx, office, b.op(), x.ID, b.cal)
			})
			if err != nil || u.N != 0 || len(u.Left) != 1 {
				t.Errorf("a bundle others have built on was taken back: %+v %v", u, err)
			}
		}
	})
}

// TestHandler: somebody of a station has what is given to him, from when it is
// given until it is handed on; that he brought a matter, or helps its home, opens
// it to him only if he holds the role of those who help homes.
func TestHandler(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office, handler := Office(today), Who(access.Handler, Qingshi, ZhaoWei, today)
		both := access.New(access.Identity{Account: "both", Cadre: ZhaoWei, County: County, Today: today, Grants: []access.Grant{{Role: access.Handler, Region: Qingshi}, {Role: access.Cadre, Region: Qingshi}}})
		raise := func(home string) string {
			o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: "水渠堵了", Household: home})
			if err != nil {
				t.Fatal(err)
			}
			return o.ID
		}
		given, brought, away := raise(WangHome), raise(YangHome), raise(WangHome) // 杨家 is 赵伟's
		b.must(b.move(office, appeal.MoveInput{Appeal: given, Move: lifecycle.Accept, Owner: ZhaoWei}))
		b.must(b.move(office, appeal.MoveInput{Appeal: brought, Move: lifecycle.Accept, Owner: LiMing}))
		b.must(b.move(office, appeal.MoveInput{Appeal: away, Move: lifecycle.Accept, Owner: ZhaoWei}))
		b.must(b.move(office, appeal.MoveInput{Appeal: away, Move: lifecycle.Transfer, Owner: LiMing}))
		for _, x := range []struct {
			name string
			who  access.Actor
			sees []string
			not  []string
		}{{"a handler", handler, []string{given}, []string{brought, away}}, {"a handler who helps homes", both, []string{given, brought}, []string{away}}} {
			listed := func(f appeal.Filter) (ids []string) {
				as, _, err := appeal.List(t.Context(), d, x.who, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range as {
					ids = append(ids, a.ID)
				}
				return ids
			}
			for _, f := range []appeal.Filter{{}, {Any: true}} {
				ids := listed(f)
				if len(ids) != len(x.sees) {
					t.Errorf("%s: %+v gives %v, want %v", x.name, f, ids, x.sees)
				}
				for _, id := range x.sees {
					if !slices.Contains(ids, id) {
						t.Errorf("%s: %s is not in %v", x.name, id, ids)
					}
				}
			}
			q, err := appeal.Count(t.Context(), d, x.who, "", 3)
			if err != nil || q.Live != len(x.sees) {
				t.Errorf("%s: %+v %v", x.name, q, err)
			}
			for _, f := range []appeal.Filter{{Sponsor: ZhaoWei}, {Household: YangHome}, {Owner: LiMing}} {
				for _, id := range listed(f) {
					if slices.Contains(x.not, id) {
						t.Errorf("%s: %+v shows %s", x.name, f, id)
					}
				}
			}
			for _, id := range x.sees {
				if _, err := appeal.Show(t.Context(), d, x.who, id); err != nil {
					t.Errorf("%s: %v", x.name, err)
				}
			}
			for _, id := range x.not {
				_, err := appeal.Show(t.Context(), d, x.who, id)
				e, ok := errors.AsType[*fault.Error](err)
				if want := map[bool]string{true: "access.not_given", false: "access.not_own"}[x.name == "a handler"]; !ok || e.Kind != fault.Forbidden || e.Key != want {
					t.Errorf("%s: %v, want %s", x.name, err, want)
				}
			}
		}
	})
}
