package appeal_test

import (
	"errors"
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestPreviewIsTheChange: matters in every state against every bulk change,
// sound and unsound. What the preview refuses the change refuses for the same
// reason, and what it foretells is what comes.
func TestPreviewIsTheChange(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		ids := map[string]string{}
		raised := func(name string, due calendar.Day) string {
			o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: name, Region: Dahe, Name: "某先生", Due: due})
			if err != nil {
				t.Fatal(err)
			}
			ids[name] = o.ID
			return o.ID
		}
		raise := func(name string) string { return raised(name, "") }
		do := func(who access.Actor, in appeal.MoveInput) { t.Helper(); b.must(b.move(who, in)) }
		raise("registered")
		give := func(name string, due calendar.Day) string {
			id := raised(name, due)
			do(office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei})
			return id
		}
		give("handling", "2026-12-15")
		give("due today", today)
		do(zhao, appeal.MoveInput{Appeal: give("extension", "2026-12-08"), Move: lifecycle.Ask, Due: "2026-12-20", Words: "等材料"})
		do(zhao, appeal.MoveInput{Appeal: give("answered", "2026-12-08"), Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"})
		do(office, appeal.MoveInput{Appeal: give("shelved", "2026-12-08"), Move: lifecycle.Shelve, Words: "没有资金"})
		do(office, appeal.MoveInput{Appeal: raise("refused"), Move: lifecycle.Refuse, Words: "不归镇里管"})
		do(office, appeal.MoveInput{Appeal: give("merged", "2026-12-08"), Move: lifecycle.Merge, Into: ids["handling"]})
		far, err := b.open(Who(access.Office, Baihe, "", today), appeal.OpenInput{Source: "phone", Title: "白河的事", Region: Baisha, Name: "某先生"})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, id := range ids {
			all = append(all, id)
		}
		all = append(all, all[0]) // chosen twice is chosen once
		days := []calendar.Day{"", "2026-13-01", today.Add(-1), today, today.Add(1), today.Add(2), today.Add(7), "2026-12-08", "2026-12-15", "2026-12-20", "2027-03-01", today.Add(4 * 366)}
		var ins []appeal.BulkInput
		for _, due := range days {
			for _, words := range []string{"", "一起办"} {
				ins = append(ins, appeal.BulkInput{Move: lifecycle.Redue, Due: due, Words: words})
			}
			ins = append(ins, appeal.BulkInput{Move: lifecycle.Accept, Owner: LiMing, Due: due}, appeal.BulkInput{Move: lifecycle.Accept, Owner: ZhaoWei, Due: due, Topic: "water"})
		}
		for _, owner := range []string{"", "nobody", SunYue, ZhaoWei, LiMing, appeal.Office} {
			ins = append(ins, appeal.BulkInput{Move: lifecycle.Transfer, Owner: owner}, appeal.BulkInput{Move: lifecycle.Accept, Owner: owner, Topic: "no topic"}, appeal.BulkInput{Move: lifecycle.Accept, Owner: owner, Urgency: "urgent"})
		}
		for _, into := range []string{"", "nothing", far.ID, ids["handling"], ids["registered"], ids["refused"]} {
			ins = append(ins, appeal.BulkInput{Move: lifecycle.Merge, Into: into})
		}
		for _, words := range []string{"", "不同意"} {
			ins = append(ins, appeal.BulkInput{Move: lifecycle.Grant, Words: words}, appeal.BulkInput{Move: lifecycle.Deny, Words: words}, appeal.BulkInput{Move: lifecycle.Agree, Words: words}, appeal.BulkInput{Move: lifecycle.Agree, Way: "dream"})
		}
		back := errors.New("taken back")
		refused, done := map[string]int{}, 0
		before, err := appeal.Some(t.Context(), d, County, all)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []access.Actor{office, leader} {
			for _, in := range ins {
				in.Appeals = all
				name := fmt.Sprintf("%s %q to %q into %q, %q", in.Move, in.Due, in.Owner, in.Into, in.Words)
				fs, perr := appeal.Preview(t.Context(), d, who, in, b.cal)
				in.ID = b.op()
				var made appeal.Bundle
				after := map[string]appeal.Appeal{}
				cerr := db.Do(t.Context(), d, func(tx *db.Tx) (err error) {
					if made, err = appeal.Bulk(t.Context(), tx, who, in, b.cal); err != nil {
						return err
					}
					if after, err = appeal.Some(t.Context(), tx, County, all); err != nil {
						return err
					}
					if in.Move == lifecycle.Grant || in.Move == lifecycle.Deny || in.Move == lifecycle.Agree {
						return back
					}
					// Taken back, everything is as it was.
					if u, err := appeal.Undo(t.Context(), tx, who, b.op(), in.ID, b.cal); err != nil || len(u.Left) > 0 {
						t.Errorf("%s: cannot be taken back: %+v %v", name, u, err)
						return back
					}
					now, err := appeal.Some(t.Context(), tx, County, all)
					if err != nil {
						return err
					}
					for id, was := range before {
						a := now[id]
						if a.Version = was.Version; a.State == lifecycle.Registered && in.Move == lifecycle.Merge {
							a.NextOn = was.NextOn // taken apart, it waits anew to be taken up
						}
						if a != was {
							t.Errorf("%s, taken back: %+v, was %+v", name, a, was)
						}
					}
					return back
				})
				if perr != nil {
					if cerr == nil || errors.Is(cerr, back) || fault.Of(perr) != fault.Of(cerr) {
						t.Errorf("%s: the preview is refused, the change is not: %v, %v", name, perr, cerr)
					}
					continue
				}
				if len(fs) != len(ids) {
					t.Fatalf("%s: %d rows of %d matters", name, len(fs), len(ids))
				}
				left := map[string]string{}
				for _, l := range made.Left {
					left[l.Appeal] = l.Key
				}
				would := 0
				for _, f := range fs {
					if f.Fails == "" {
						would++
					}
					if f.Fails != "" && f.Fails != "appeal.kept" {
						refused[f.Fails]++
					}
					if !errors.Is(cerr, back) || !in.Whole() {
						continue
					}
					switch {
					case f.Fails == "appeal.kept":
					case f.Fails != left[f.ID]:
						t.Errorf("%s: %s fails for %q in the preview, for %q in the change", name, f.Title, f.Fails, left[f.ID])
					case f.Fails == "":
						done++
						if a := after[f.ID]; a.Owner != f.Owner || a.DueOn != f.Due || a.Provisional != f.Doubt {
							t.Errorf("%s: %s was to be with %s by %s (%v), is with %s by %s (%v)", name, f.Title, f.Owner, f.Due, f.Doubt, a.Owner, a.DueOn, a.Provisional)
						}
					}
				}
				if in.Whole() && (would > 0) != errors.Is(cerr, back) {
					t.Errorf("%s: the preview says %d would change, the change says %v", name, would, cerr)
				}
				if !in.Whole() && cerr == back {
					t.Errorf("%s: not whole and done", name)
				}
			}
		}
		for _, key := range []string{"lifecycle.state", "appeal.due_same", "appeal.redue_later", "appeal.accept_later", "appeal.due_range", "appeal.due_bad", "appeal.owner_unknown", "appeal.into_needed", "appeal.into_ended", "appeal.topic_bad", "appeal.way_bad"} {
			if refused[key] == 0 {
				t.Errorf("nothing was refused for %s: %v", key, refused)
			}
		}
		if done < 40 {
			t.Errorf("only %d foretold and done", done)
		}
	})
}

// TestDayRange: a day that cannot be is refused with the days that can.
func TestDayRange(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生", Due: "2026-12-15"})
		if err != nil {
			t.Fatal(err)
		}
		b.must(b.move(Office(today), appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: ZhaoWei}))
		for _, x := range []struct {
			mv       lifecycle.Move
			due      calendar.Day
			key      string
			from, to calendar.Day
		}{
			{lifecycle.Redue, today.Add(-1), "appeal.due_range", today, "2026-12-14"},
			{lifecycle.Redue, "2026-12-15", "appeal.due_same", "", ""},
			{lifecycle.Redue, "2026-12-16", "appeal.redue_later", "", ""},
			{lifecycle.Redue, "soon", "appeal.due_bad", "", ""},
			{lifecycle.Ask, "2026-12-15", "appeal.extend_later", "", ""},
			{lifecycle.Ask, "2026-11-22", "appeal.extend_later", "", ""},
			{lifecycle.Ask, "2028-12-10", "appeal.extend_far", "", "2027-02-13"},
			{lifecycle.Ask, "2027-02-14", "appeal.extend_far", "", "2027-02-13"},
		} {
			_, err := b.move(map[lifecycle.Move]access.Actor{lifecycle.Redue: Office(today), lifecycle.Ask: zhao}[x.mv], appeal.MoveInput{Appeal: o.ID, Move: x.mv, Due: x.due, Words: "等材料"})
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || len(e.Fields) != 1 || e.Fields[0].Name != "due" || e.Fields[0].Key != x.key || x.from == "" && x.to != "" && fmt.Sprint(e.Fields[0].Args) != fmt.Sprint([]any{"to", x.to}) || x.from != "" && fmt.Sprint(e.Fields[0].Args) != fmt.Sprint([]any{"from", x.from, "to", x.to}) {
				t.Errorf("%s to %s: %+v", x.mv, x.due, err)
			}
		}
	})
}

// TestProvisional: every day in a year without its notice carries the mark,
// whoever chose it; when the notice comes, counted days move and chosen ones stay.
func TestProvisional(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		get := func(id string) appeal.Appeal {
			t.Helper()
			return b.must(appeal.Show(t.Context(), d, Office(today), id))
		}
		raise := func(due calendar.Day) string {
			o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生", Due: due})
			if err != nil {
				t.Fatal(err)
			}
			return o.ID
		}
		counted, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生", Days: 40})
		if err != nil {
			t.Fatal(err)
		}
		chosen, moved, asked, near := raise("2027-01-15"), raise(""), raise(""), raise("2026-12-15")
		b.must(b.move(Office(today), appeal.MoveInput{Appeal: moved, Move: lifecycle.Redue, Due: "2027-01-15", Words: "等材料"}))
		b.must(b.move(Office(today), appeal.MoveInput{Appeal: asked, Move: lifecycle.Accept, Owner: ZhaoWei}))
		b.must(b.move(zhao, appeal.MoveInput{Appeal: asked, Move: lifecycle.Ask, Due: "2027-01-15", Words: "等材料"}))
		b.must(b.move(leader, appeal.MoveInput{Appeal: asked, Move: lifecycle.Grant}))
		for id, want := range map[string]bool{counted.ID: true, chosen: true, moved: true, asked: true, near: false} {
			if a := get(id); a.Provisional != want {
				t.Errorf("%s: provisional is %v", a.DueOn, a.Provisional)
			}
		}
		// A day set before such days were marked is marked by the night's round.
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE appeals SET provisional = FALSE, fixed = FALSE WHERE id = $1`, moved)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		round := func(cal calendar.Calendar) {
			t.Helper()
			for range 2 { // and again: nothing more
				if err := db.Do(t.Context(), d, func(tx *db.Tx) error { _, err := appeal.Recount(t.Context(), tx, County, cal); return err }); err != nil {
					t.Fatal(err)
				}
			}
		}
		was := get(counted.ID).DueOn
		round(b.cal)
		if a := get(moved); !a.Provisional || a.DueOn != "2027-01-15" {
			t.Errorf("%+v", a)
		}
		if a := get(counted.ID); !a.Provisional || a.DueOn != was {
			t.Errorf("%+v", a)
		}
		round(b.cal.With(calendar.Notice{Year: 2027, Source: "假定", Days: []calendar.Holiday{{Name: "元旦", Date: "2027-01-01", Off: true}, {Name: "元旦", Date: "2027-01-15", Off: true}}}))
		for _, id := range []string{chosen, moved, asked} {
			if a := get(id); a.Provisional || a.DueOn != "2027-01-15" {
				t.Errorf("a chosen day: %s %v", a.DueOn, a.Provisional)
			}
		}
		if a := get(counted.ID); a.Provisional || a.DueOn <= was {
			t.Errorf("a counted day: %s, was %s, %v", a.DueOn, was, a.Provisional)
		}
	})
}
