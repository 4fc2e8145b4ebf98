package region_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

func enter(t *testing.T, d *db.DB, who access.Actor, in region.EnterInput) error {
	t.Helper()
	return db.Do(t.Context(), d, func(tx *db.Tx) error { _, err := region.Enter(t.Context(), tx, who, in); return err })
}

func TestPaths(t *testing.T) {
	for _, x := range []struct {
		code, path string
		level      region.Level
	}{
		{"99", "/99/", region.Province}, {"990101", Root, region.County}, {"990101100201001", Group1, region.Group},
	} {
		if got := region.PathOf(x.code); got != x.path || region.Last(got) != x.code {
			t.Errorf("%s lies at %s", x.code, got)
		}
		if l, ok := region.LevelOf(x.code); !ok || l != x.level {
			t.Errorf("%s is %s", x.code, l)
		}
	}
	for path, want := range map[string]string{Group1: Lijiawan, Lijiawan: Lijiawan, Qingshi: "", "": ""} {
		if got := region.Upto(path, region.Village); got != want {
			t.Errorf("village of %q: %q", path, got)
		}
	}
}

func TestEnter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for i, x := range []struct {
			name string
			who  access.Actor
			in   region.EnterInput
			want fault.Kind
		}{
			{"a village", Office(today), region.EnterInput{Code: "990101100203", Name: "石桥村", Kind: "committee"}, ""},
			{"its group", Office(today), region.EnterInput{Code: "990101100203001", Name: "1组"}, ""},
			{"the same code again", Office(today), region.EnterInput{Code: "990101100203", Name: "石桥社区"}, fault.Conflict},
			{"below nothing", Office(today), region.EnterInput{Code: "990101100999001", Name: "1组"}, fault.Invalid},
			{"an odd code", Office(today), region.EnterInput{Code: "9901011002", Name: "石桥村"}, fault.Invalid},
			{"letters", Office(today), region.EnterInput{Code: "99010110020x", Name: "石桥村"}, fault.Invalid},
			{"no name", Office(today), region.EnterInput{Code: "990101100204", Name: " "}, fault.Invalid},
			{"a kind that is none", Office(today), region.EnterInput{Code: "990101100204", Name: "石桥村", Kind: "hamlet"}, fault.Invalid},
			{"another township", Office(today), region.EnterInput{Code: "990101101204", Name: "石桥村"}, fault.NotFound},
			{"an official", Who(access.Cadre, Qingshi, LiMing, today), region.EnterInput{Code: "990101100204", Name: "石桥村"}, fault.Forbidden},
		} {
			x.in.ID = fmt.Sprintf("enter-%04d", i)
			if err := enter(t, d, x.who, x.in); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
		// Found by code and by name, in administrative order, each office its own.
		for _, q := range []string{"青石镇", "990101100"} {
			if r, county, err := region.Find(t.Context(), d, q, region.Township); err != nil || r.Path != Qingshi || county != County {
				t.Errorf("%s: %+v %v", q, r, err)
			}
		}
		rs, err := region.Under(t.Context(), d, Office(today), Qingshi, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rs {
			got = append(got, r.Name)
		}
		if diff := cmp.Diff([]string{"青石镇", "李家湾村", "1组", "大河村", "1组", "石桥村", "1组"}, got); diff != "" {
			t.Error(diff)
		}
		if _, err := region.Under(t.Context(), d, Office(today), Baihe, false); !fault.Is(err, fault.NotFound) {
			t.Error("another township's places", err)
		}
	})
}

// A rename, a merge and a split: what was before stays readable, the place that
// ended names its successor, and nothing more happens to it.
func TestHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		office := Office(today)
		do := func(fn func(tx *db.Tx) error) error { return db.Do(ctx, d, fn) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var movers []region.Mover
		var moved []string
		movers = append(movers, func(_ context.Context, _ *db.Tx, _, from, to string) error {
			moved = append(moved, region.Last(from)+"→"+region.Last(to))
			return nil
		})
		must(do(func(tx *db.Tx) error {
			_, err := region.Rename(ctx, tx, office, region.RenameInput{ID: "rename-01", Region: "990101100201", Name: "李家湾社区", Note: "县政府〔2026〕7号"})
			return err
		}))
		moved = nil
		must(do(func(tx *db.Tx) error {
			moved = nil
			_, err := region.Split(ctx, tx, office, region.SplitInput{ID: "split-001", From: "990101100202", Code: "990101100203", Name: "新河村", Groups: []string{"990101100202001"}}, movers)
			return err
		}))
		if diff := cmp.Diff([]string{"990101100202001→990101100203001"}, moved); diff != "" {
			t.Error(diff)
		}
		must(do(func(tx *db.Tx) error {
			moved = nil
			_, err := region.Merge(ctx, tx, office, region.MergeInput{ID: "merge-001", From: "990101100203", Into: "990101100201"}, movers)
			return err
		}))
		// The group gets the next code of its new village; then the village itself.
		if diff := cmp.Diff([]string{"990101100203001→990101100201002", "990101100203→990101100201"}, moved); diff != "" {
			t.Error(diff)
		}
		kinds := func(id string) (out []string) {
			cs, err := region.History(ctx, d, office, id)
			must(err)
			for _, c := range cs {
				out = append(out, c.Kind+":"+c.Before+">"+c.After)
			}
			return out
		}
		for id, want := range map[string]map[string]bool{
			"990101100201":    {"entered:>李家湾村": true, "renamed:李家湾村>李家湾社区": true},
			"990101100202":    {"entered:>大河村": true, "split:大河村>新河村": true},
			"990101100203":    {"entered:>新河村": true, "merged:新河村>李家湾社区": true},
			"990101100203001": {"entered:>1组": true, "moved:1组>1组": true},
		} {
			got := map[string]bool{}
			for _, k := range kinds(id) {
				got[k] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", id, diff)
			}
		}
		r, err := region.Get(ctx, d, County, "990101100203")
		if err != nil || r.To != string(today) || r.Successor != "990101100201" {
			t.Errorf("%+v %v", r, err)
		}
		for name, x := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"rename what ended": {do(func(tx *db.Tx) error {
				_, err := region.Rename(ctx, tx, office, region.RenameInput{ID: "rename-02", Region: "990101100203", Name: "新村"})
				return err
			}), fault.Gone},
			"merge into itself": {do(func(tx *db.Tx) error {
				_, err := region.Merge(ctx, tx, office, region.MergeInput{ID: "merge-002", From: "990101100201", Into: "990101100201"}, nil)
				return err
			}), fault.Invalid},
			"a village into a group": {do(func(tx *db.Tx) error {
				_, err := region.Merge(ctx, tx, office, region.MergeInput{ID: "merge-003", From: "990101100202", Into: "990101100201001"}, nil)
				return err
			}), fault.Invalid},
			"a village of another township": {do(func(tx *db.Tx) error {
				_, err := region.Merge(ctx, tx, office, region.MergeInput{ID: "merge-004", From: "990101101201", Into: "990101100201"}, nil)
				return err
			}), fault.NotFound},
			"another village's group": {do(func(tx *db.Tx) error {
				_, err := region.Split(ctx, tx, office, region.SplitInput{ID: "split-002", From: "990101100202", Code: "990101100204", Name: "新村", Groups: []string{"990101100201001"}}, nil)
				return err
			}), fault.Invalid},
			"a code of another township": {do(func(tx *db.Tx) error {
				_, err := region.Split(ctx, tx, office, region.SplitInput{ID: "split-003", From: "990101100201", Code: "990101101204", Name: "新村", Groups: []string{"990101100201001"}}, nil)
				return err
			}), fault.Invalid},
		} {
			if fault.Of(x.err) != x.want {
				t.Errorf("%s: %v, want %q", name, x.err, x.want)
			}
		}
		if _, err := region.History(ctx, d, Who(access.Office, Baihe, "", today), "990101100201"); !fault.Is(err, fault.NotFound) {
			t.Error("another township reads the history", err)
		}
	})
}

// A list brings places without codes: what they get is no official code and
// cannot stand in the way of one; the official code comes later, and everything
// goes along.
func TestProvisionalCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx, office := t.Context(), Office(today)
		make := func(parent, name, kind string, want int) (r region.Region) {
			err := db.Do(ctx, d, func(tx *db.Tx) error {
				p, err := region.Get(ctx, tx, County, parent)
				if err != nil {
					return err
				}
				r, err = region.Make(ctx, tx, office, p, name, kind, want)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		v := make("990101100", "石桥村", "committee", 0)
		w := make("990101100", "白塔社区", "neighbourhood", 0)
		g := make(v.ID, "3组", "", 3)
		if v.ID != "990101100L01" || w.ID != "990101100L02" || g.ID != "990101100L01L03" || !g.Provisional() || g.Level != region.Group {
			t.Fatal(v, w, g)
		}
		if h := make("990101100201", "103组", "", 103); h.ID != "990101100201M03" || !h.Provisional() {
			t.Error(h)
		}
		// An official code, and a group below a place that waits for its own, are entered beside them.
		for _, in := range []region.EnterInput{{ID: "enter-0001", Code: "990101100203", Name: "新桥村", Kind: "committee"}, {ID: "enter-0002", Code: "990101100L01001", Name: "1组"}} {
			if err := enter(t, d, office, in); err != nil {
				t.Error(in, err)
			}
		}
		if err := enter(t, d, office, region.EnterInput{ID: "enter-0003", Code: "990101100L09", Name: "某村", Kind: "committee"}); !fault.Is(err, fault.Invalid) {
			t.Error("a person enters a provisional code", err)
		}
		var moved [][2]string
		mover := func(_ context.Context, _ *db.Tx, _, from, to string) error {
			moved = append(moved, [2]string{from, to})
			return nil
		}
		recode := func(id, code string) (r region.Region, err error) {
			err = db.Do(ctx, d, func(tx *db.Tx) error {
				r, err = region.Recode(ctx, tx, office, region.RecodeInput{ID: "recode-" + id + code, Region: id, Code: code, Note: "统计用区划代码"}, []region.Mover{mover})
				return err
			})
			return r, err
		}
		for _, code := range []string{"990101100201", "990101101205", "990101100", "990101100L07", "99010110020X"} {
			if _, err := recode(v.ID, code); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s is taken as a code: %v", code, err)
			}
		}
		if _, err := recode("990101100", "990101105"); !fault.Is(err, fault.Invalid) {
			t.Error("a township gets another code", err)
		}
		got, err := recode(v.ID, "990101100204")
		if err != nil || got.Name != "石桥村" || got.Path != Qingshi+"990101100204/" {
			t.Fatal(got, err)
		}
		if g, err = region.Get(ctx, d, County, "990101100204L03"); err != nil || g.Parent != "990101100204" || g.Path != got.Path+"990101100204L03/" {
			t.Error(g, err)
		}
		want := [][2]string{
			{region.PathOf("990101100L01001"), region.PathOf("990101100204001")},
			{region.PathOf("990101100L01L03"), region.PathOf("990101100204L03")},
			{region.PathOf("990101100L01"), region.PathOf("990101100204")},
		}
		if diff := cmp.Diff(want, moved); diff != "" {
			t.Error(diff)
		}
		old, err := region.Get(ctx, d, County, v.ID)
		if err != nil || old.To != string(today) || old.Successor != "990101100204" {
			t.Error("the former code leads nowhere", old, err)
		}
		cs, err := region.History(ctx, d, office, "990101100204")
		if err != nil || len(cs) != 2 || cs[0].Kind != "entered" || cs[1].Kind != "coded" || cs[1].Before != v.ID || cs[1].After != "990101100204" || cs[1].Note != "统计用区划代码" {
			t.Error(cs, err)
		}
		if g, err = recode("990101100204L03", "990101100204003"); err != nil || g.Name != "3组" {
			t.Error(g, err)
		}
		// Lists follow the official codes; what waits comes last.
		rs, err := region.AtLevel(ctx, d, Qingshi, region.Village)
		var names []string
		for _, r := range rs {
			names = append(names, r.Name)
		}
		if diff := cmp.Diff([]string{"李家湾村", "大河村", "新桥村", "石桥村", "白塔社区"}, names); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}
