package inspection_test

import (
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/sampling"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23") // dbtest.Day

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func draw(t *testing.T, d *db.DB, who access.Actor, in inspection.DrawInput) (i inspection.Inspection, err error) {
	t.Helper()
	err = db.Do(t.Context(), d, func(tx *db.Tx) error { i, _, err = inspection.Draw(t.Context(), tx, who, in); return err })
	return i, err
}

func sample(t *testing.T, d *db.DB, account string, on calendar.Day, place string) access.Sample {
	t.Helper()
	s, err := inspection.Sample(t.Context(), d, County, account, []access.Grant{{Role: access.Inspector, Region: place}}, on)
	must(t, err)
	return s
}

func world(t *testing.T, d *db.DB) (account string, in inspection.DrawInput) {
	t.Helper()
	Seed(t, d)
	for i, place := range []string{Lijiawan, Lijiawan, Lijiawan, Dahe, Dahe, Dahe, Dahe} {
		id := "home-0000" + string(rune('1'+i))
		must(t, db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := household.Add(t.Context(), tx, Office(today), household.AddInput{ID: id, Distinct: true, Region: place, Head: "赵" + string([]rune("甲乙丙丁戊己庚")[i]) + "生", Since: "2026-01-01"})
			return err
		}))
	}
	account = Inspector(t, d, "jiancha", Qingshi)
	return account, inspection.DrawInput{ID: "check-one", Title: "11月抽查", Purpose: "看走访是不是真的", From: today, To: today.Add(6), Frame: inspection.All, N: 4, People: []string{account}}
}

// A draw is kept with all that is needed to draw again, and opens its homes to
// its inspectors from the first to the last day.
func TestDraw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, in := world(t, d)
		i, err := draw(t, d, Office(today), in)
		must(t, err)
		if len(i.Homes) != 4 || i.Size != 10 || i.State != inspection.Open || len(i.Seed) != 64 || i.Region != Qingshi {
			t.Fatalf("%+v", i)
		}
		if again, err := draw(t, d, Office(today), in); err != nil || again.Seed != i.Seed {
			t.Error("the same operation drew twice", again, err)
		}
		x, err := inspection.Again(t.Context(), d, Office(today), i.ID)
		if err != nil || !x.Same || !x.Frame || x.Hash != i.Hash {
			t.Errorf("drawn again: %+v %v", x, err)
		}
		// By hand, as rule/sampling tells it.
		seed, _ := sampling.ParseSeed(x.Seed)
		var frame []sampling.Unit
		for _, s := range x.Strata {
			for _, h := range s.Homes {
				frame = append(frame, sampling.Unit{ID: h, Stratum: s.Place})
			}
		}
		for k, u := range sampling.Draw(seed, frame, 4) {
			if i.Homes[k].Household != u.ID {
				t.Errorf("home %d is %s, want %s", k, i.Homes[k].Household, u.ID)
			}
		}
		for _, y := range []struct {
			name    string
			account string
			on      calendar.Day
			place   string
			want    int
		}{
			{"today", account, today, Qingshi, 4}, {"the last day", account, today.Add(6), Qingshi, 4}, {"after it", account, today.Add(7), Qingshi, 0}, {"before it", account, today.Add(-1), Qingshi, 0},
			{"another account", "somebody", today, Qingshi, 0}, {"a grant elsewhere", account, today, Baihe, 0},
		} {
			if s := sample(t, d, y.account, y.on, y.place); len(s.Homes) != y.want {
				t.Errorf("%s: %+v, want %d homes", y.name, s, y.want)
			}
		}
		if s, err := inspection.Sample(t.Context(), d, County, account, []access.Grant{{Role: access.Cadre, Region: Qingshi}}, today); err != nil || len(s.Homes) != 0 {
			t.Error("a sample for one who is no inspector", s, err)
		}
		// Somebody who changes the rows afterwards is found.
		must(t, db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE inspections SET seed = $1`, strings.Repeat("ab", 32))
			return err
		}))
		if x, err := inspection.Again(t.Context(), d, Office(today), i.ID); err != nil || x.Same {
			t.Errorf("another seed: %+v %v", x, err)
		}
	})
}

// The helpers of drawn homes come with the sample, as they are today.
func TestOfficials(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, in := world(t, d)
		in.Frame, in.N = inspection.Paired, 3
		i, err := draw(t, d, Office(today), in)
		must(t, err)
		s := access.New(access.Identity{Sample: sample(t, d, account, today, Qingshi)}).Sample()
		if i.Size != 3 || !slices.Equal(s.Officials, []string{LiMing, ZhaoWei}) || !slices.Equal(s.Homes, []string{ChenHome, WangHome, YangHome}) {
			t.Errorf("%+v %+v", i, s)
		}
	})
}

func TestRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, in := world(t, d)
		stranger := Inspector(t, d, "lingzhen", Baihe)
		for name, who := range map[string]access.Actor{"a leader": Who(access.Leader, Qingshi, "", today), "an official": Who(access.Cadre, Qingshi, LiMing, today), "the county": Who(access.CountyAdmin, Root, "", today), "an inspector": Who(access.Inspector, Qingshi, "", today)} {
			if _, err := draw(t, d, who, in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s draws: %v", name, err)
			}
		}
		if _, err := draw(t, d, Office(today), inspection.DrawInput{ID: "check-far", Region: Baihe}); !fault.Is(err, fault.NotFound) {
			t.Error("another township", err)
		}
		for _, x := range []struct {
			field string
			f     func(*inspection.DrawInput)
		}{
			{"title", func(i *inspection.DrawInput) { i.Title = " " }},
			{"from", func(i *inspection.DrawInput) { i.From = today.Add(-1) }},
			{"to", func(i *inspection.DrawInput) { i.From, i.To = today.Add(5), today.Add(4) }},
			{"to", func(i *inspection.DrawInput) { i.To = today.Add(inspection.MaxDays) }},
			{"frame", func(i *inspection.DrawInput) { i.Frame = "half" }},
			{"n", func(i *inspection.DrawInput) { i.N = 0 }},
			{"n", func(i *inspection.DrawInput) { i.N = 11 }},
			{"n", func(i *inspection.DrawInput) { i.N = inspection.MaxHomes + 1 }},
			{"people", func(i *inspection.DrawInput) { i.People = nil }},
			{"people", func(i *inspection.DrawInput) { i.People = []string{account, stranger} }},
			{"replace_why", func(i *inspection.DrawInput) { i.ReplaceWhy = "为什么" }},
			{"replaces", func(i *inspection.DrawInput) { i.Replaces, i.ReplaceWhy = "check-none", "再抽" }},
		} {
			in := in
			in.ID = "check-wrong"
			x.f(&in)
			_, err := draw(t, d, Office(today), in)
			if e, ok := err.(*fault.Error); !ok || len(e.Fields) == 0 || e.Fields[0].Name != x.field {
				t.Errorf("%s: %v", x.field, err)
			}
		}
	})
}

// Drawn is drawn: homes may be added with a reason and are told apart; a check is
// ended, or replaced by another, and stays to be read.
func TestNameEndReplace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, in := world(t, d)
		office, ctx := Office(today), t.Context()
		i, err := draw(t, d, office, in)
		must(t, err)
		in.ID, in.From = "check-later", today.Add(2)
		_, err = draw(t, d, office, in)
		must(t, err)
		free := ""
		for _, id := range []string{"home-00001", "home-00002", "home-00003", "home-00004", "home-00005"} {
			if !slices.ContainsFunc(i.Homes, func(h inspection.Home) bool { return h.Household == id }) {
				free = id
			}
		}
		name := func(op, home, why string) (x inspection.Inspection, err error) {
			err = db.Do(ctx, d, func(tx *db.Tx) error {
				x, err = inspection.Name(ctx, tx, office, inspection.NameInput{ID: op, Inspection: i.ID, Household: home, Why: why})
				return err
			})
			return x, err
		}
		for _, x := range []struct{ home, why, field string }{{free, "", "reason"}, {BaiHome, "远", "household"}, {i.Homes[0].Household, "重", "household"}, {"home-none", "无", "household"}} {
			_, err := name("name-wrong-check", x.home, x.why)
			if e, ok := err.(*fault.Error); !ok || len(e.Fields) == 0 || e.Fields[0].Name != x.field {
				t.Errorf("%+v: %v", x, err)
			}
		}
		_, err = name("name-one-check", free, "有人反映没人上门")
		must(t, err)
		show, err := inspection.Show(ctx, d, office, i.ID)
		must(t, err)
		if last := show.Homes[len(show.Homes)-1]; len(show.Homes) != 5 || last.Household != free || !last.Named || last.Why == "" {
			t.Errorf("%+v", show.Homes)
		}
		if x, err := inspection.Again(ctx, d, office, i.ID); err != nil || !x.Same {
			t.Errorf("a named home is no part of the draw: %+v %v", x, err)
		}
		if s := sample(t, d, account, today, Qingshi); len(s.Homes) != 5 || !slices.Equal(s.Checks[:1], []string{i.ID}) {
			t.Errorf("%+v", s)
		}

		// Its inspector sees his own checks, with homes while they are in force.
		me := access.New(access.Identity{Account: account, County: County, Grants: []access.Grant{{Role: access.Inspector, Region: Qingshi}}, Today: today, Sample: sample(t, d, account, today, Qingshi)})
		if x, err := inspection.Show(ctx, d, me, i.ID); err != nil || len(x.Homes) != 5 {
			t.Error(x, err)
		}
		if x, err := inspection.Show(ctx, d, me, "check-later"); err != nil || len(x.Homes) != 0 || x.Seed != "" {
			t.Error("homes before the first day", x, err)
		}
		if _, err := inspection.Again(ctx, d, me, i.ID); !fault.Is(err, fault.Forbidden) {
			t.Error("the frame is more than his sample", err)
		}
		if _, err := inspection.Show(ctx, d, Who(access.Inspector, Qingshi, "", today), i.ID); !fault.Is(err, fault.Forbidden) {
			t.Error("another inspector", err)
		}
		if is, _, err := inspection.List(ctx, d, me, inspection.Filter{}); err != nil || len(is) != 2 || is[0].ID != "check-later" {
			t.Error(is, err)
		}
		if is, _, err := inspection.List(ctx, d, Who(access.Inspector, Qingshi, "", today), inspection.Filter{Place: Lijiawan}); err != nil || len(is) != 0 {
			t.Error("another inspector's list", is, err)
		}
		if _, _, err := inspection.List(ctx, d, me, inspection.Filter{Place: Baihe}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if is, next, err := inspection.List(ctx, d, office, inspection.Filter{Limit: 1}); err != nil || len(is) != 1 || next == "" {
			t.Error(is, next, err)
		} else if is, next, err = inspection.List(ctx, d, office, inspection.Filter{Limit: 1, After: next}); err != nil || len(is) != 1 || is[0].ID != i.ID || next != "" {
			t.Error(is, next, err)
		}

		// Another sample is another check; the first one is over.
		in.ID, in.From, in.Replaces, in.ReplaceWhy = "check-new", today, i.ID, "抽的日子不对"
		_, err = draw(t, d, office, in)
		must(t, err)
		old, err := inspection.Show(ctx, d, office, i.ID)
		if err != nil || old.State != inspection.Closed || old.ReplacedBy != "check-new" || len(old.Homes) != 5 || old.EndWhy != "抽的日子不对" {
			t.Errorf("%+v %v", old, err)
		}
		in.ID = "check-newer"
		if _, err := draw(t, d, office, in); !fault.Is(err, fault.Conflict) {
			t.Error("replaced twice", err)
		}
		if _, err := name("name-two-check", "home-00006", "晚了"); !fault.Is(err, fault.Conflict) {
			t.Error("a home for a check that is over", err)
		}
		end := func(op, id, why string) error {
			return db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := inspection.End(ctx, tx, office, inspection.EndInput{ID: op, Inspection: id, Why: why})
				return err
			})
		}
		if err := end("end-one-check", "check-new", ""); !fault.Is(err, fault.Invalid) {
			t.Error("ended without a reason", err)
		}
		must(t, end("end-two-check", "check-new", "查完了"))
		if s := sample(t, d, account, today, Qingshi); len(s.Homes)+len(s.Checks) != 0 {
			t.Errorf("after the end: %+v", s)
		}
		if err := end("end-three-check", "check-new", "再结束"); !fault.Is(err, fault.Conflict) {
			t.Error("ended twice", err)
		}
		if x, err := inspection.Show(ctx, d, me, "check-new"); err != nil || len(x.Homes) != 0 {
			t.Error("an inspector after the end", x, err)
		}
	})
}

// Before a draw it is told what would be drawn from.
func TestLook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account, _ := world(t, d)
		ss, size, err := inspection.Look(t.Context(), d, Office(today), "", inspection.All, 4)
		if err != nil || size != 10 || len(ss) != 2 || ss[0].Size != 5 || ss[0].Low != 2 || ss[0].High != 2 {
			t.Errorf("%+v %d %v", ss, size, err)
		}
		if _, size, err := inspection.Look(t.Context(), d, Office(today), "", "", 4); err != nil || size != 3 {
			t.Error("homes with a helper", size, err)
		}
		if ps, err := inspection.Inspectors(t.Context(), d, Office(today), ""); err != nil || len(ps) != 1 || ps[0].Account != account {
			t.Error(ps, err)
		}
		if _, _, err := inspection.Look(t.Context(), d, Who(access.Leader, Qingshi, "", today), Qingshi, "", 4); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
	})
}
