package progress

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	gua   = "guabangbao"
	siqun = "siqun"
)

func do(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func went(t *testing.T, d *db.DB, id, cadreID, home string, day calendar.Day, promises ...appeal.OpenInput) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		_, _, err := visit.Record(t.Context(), tx, Who(access.Cadre, Qingshi, cadreID, today), visit.RecordInput{ID: id, Household: home, How: "home", At: string(day), Promises: promises}, holidays(t))
		return err
	})
}

// Everybody sees the figures of his reach and no others, in administrative
// order, page by page.
func TestListShowsWhatIsInReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		do(t, d, func(tx *db.Tx) error {
			for i, x := range []struct{ name, unit, rank, village string }{{"周强", "党政办", cadre.TownshipStaff, ""}, {"安宁", "财政所", cadre.TownshipStaff, ""}, {"陈村长", "", cadre.VillageCommittee, Dahe}, {"毕书记", "", cadre.VillageCommittee, Lijiawan}} {
				_, err := cadre.Add(t.Context(), tx, Office(today), cadre.AddInput{ID: fmt.Sprintf("cadre-more-%d", i), Region: Qingshi, Name: x.name, Post: cadre.PostInput{UnitName: x.unit, Title: "干部", Rank: x.rank, Village: x.village, From: "2025-01-01"}})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if _, err := RecountWaiting(t.Context(), d, "", 1000); err != nil {
			t.Fatal(err)
		}
		names := func(who access.Actor, f Filter) string {
			var out []string
			for page := 0; ; page++ {
				rows, next, err := List(t.Context(), d, who, f)
				if err != nil {
					return string(fault.Of(err))
				}
				for _, x := range rows {
					out = append(out, x.Name)
				}
				if f.After = next; next == "" {
					break
				}
			}
			return strings.Join(out, " ")
		}
		for _, x := range []struct {
			what string
			who  access.Actor
			f    Filter
			want string
		}{
			{"office: leaders, offices by name, villages by code", Office(today), Filter{Campaign: siqun, Limit: 2}, "赵伟 李明 周强 安宁 毕书记 陈村长"},
			{"office, all at once", Office(today), Filter{Campaign: siqun}, "赵伟 李明 周强 安宁 毕书记 陈村长"},
			{"no campaign named: the first in force", Office(today), Filter{Limit: 2}, "赵伟 李明 周强 安宁"},
			{"one village: those posted to it", Office(today), Filter{Campaign: siqun, Place: Lijiawan}, "李明 毕书记"},
			{"the other plan does not bind village committees", Office(today), Filter{Campaign: gua}, "赵伟 李明 周强 安宁"},
			{"another township", Office(today), Filter{Campaign: siqun, Place: Baihe}, "not_found"},
			{"his own only", Who(access.Cadre, Qingshi, LiMing, today), Filter{Campaign: siqun}, "李明"},
			{"a colleague's", Who(access.Cadre, Qingshi, LiMing, today), Filter{Campaign: siqun, Cadre: ZhaoWei}, ""},
			{"a member of a village committee: his own", Who(access.Committee, Lijiawan, "cadre-more-3", today), Filter{Campaign: siqun}, "毕书记"},
			{"a village head: who is posted to his village, and his own", Who(access.VillageHead, Lijiawan, "cadre-more-2", today), Filter{Campaign: siqun}, "李明 毕书记 陈村长"},
			{"a village head, asking for the township", Who(access.VillageHead, Lijiawan, "cadre-more-3", today), Filter{Campaign: siqun, Place: Qingshi, Limit: 1}, "李明 毕书记"},
			{"a village head, asking for another village", Who(access.VillageHead, Lijiawan, "cadre-more-3", today), Filter{Campaign: siqun, Place: Dahe}, "not_found"},
			{"leader", Who(access.Leader, Qingshi, ZhaoWei, today), Filter{Campaign: siqun, Place: Dahe}, "赵伟 陈村长"},
			{"administrators see nobody", Who(access.SysAdmin, Root, "", today), Filter{Campaign: siqun}, "forbidden"},
			{"a year of which nothing is kept", Office(today), Filter{Campaign: siqun, Year: 2023}, ""},
		} {
			if got := names(x.who, x.f); got != x.want {
				t.Errorf("%s: %q, want %q", x.what, got, x.want)
			}
		}
		places := func(who access.Actor) (out []string) {
			rows, err := Places(t.Context(), d, who, Filter{Campaign: siqun, Place: Qingshi})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range rows {
				out = append(out, fmt.Sprint(region.Last(x.Region), " ", x.Officials))
			}
			return out
		}
		if got := places(Who(access.VillageHead, Lijiawan, "cadre-more-3", today)); !slices.Equal(got, []string{"990101100201 2"}) {
			t.Errorf("sums of a village head: %q", got)
		}
		if got := places(Office(today)); !slices.Equal(got, []string{"990101100 6", "990101100201 2", "990101100202 2"}) {
			t.Errorf("sums of the office: %q", got)
		}
		for _, x := range []struct {
			who   access.Actor
			cadre string
			want  fault.Kind
		}{{Office(today), LiMing, ""}, {Who(access.Cadre, Qingshi, LiMing, today), LiMing, ""}, {Who(access.Committee, Lijiawan, "cadre-more-3", today), "cadre-more-3", ""},
			{Who(access.VillageHead, Lijiawan, "cadre-more-3", today), LiMing, ""}, {Who(access.VillageHead, Lijiawan, "cadre-more-3", today), ZhaoWei, fault.NotFound}, {Who(access.Committee, Lijiawan, "cadre-more-3", today), LiMing, fault.Forbidden},
			{Who(access.Cadre, Qingshi, LiMing, today), ZhaoWei, fault.Forbidden}, {Who(access.Office, Baihe, "", today), LiMing, fault.NotFound}, {Who(access.CountyAdmin, Root, "", today), LiMing, fault.Forbidden}, {Office(today), "cadre-nobody", fault.NotFound}} {
			if _, err := Why(t.Context(), d, x.who, x.cadre, 2026, siqun); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("why of %s: %v, want %q", x.cadre, err, x.want)
			}
		}
	})
}

// A record counts under each campaign that admits it, and why says what and
// why not (B12).
func TestWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		went(t, d, "visit-0001", LiMing, WangHome, "2026-11-20")
		went(t, d, "visit-0002", LiMing, WangHome, "2026-11-20")
		x, err := Why(t.Context(), d, Who(access.Cadre, Qingshi, LiMing, today), LiMing, 0, gua)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(x.Lines, func(l quota.Line) bool { return l.Duty == quota.Visits && l.Household == WangHome })
		if i < 0 || x.Lines[i].Done != quota.Whole(1) || x.Lines[i].Counted[0].ID != "visit-0001" || x.Lines[i].Not[0].Because.Key != "quota.same_day" || x.Lines[i].Clause.Req != "A7" {
			t.Fatalf("%+v", x.Lines)
		}
		if x.Homes[WangHome].Head != "王桂兰" || x.Records["visit:visit-0002"].On != "2026-11-20" || x.Version.Short != "挂包帮" || x.Name != "李明" {
			t.Errorf("%+v %+v %+v", x.Homes, x.Records, x.Version)
		}
		// A county plan of another campaign counts the same home once more.
		y, err := Why(t.Context(), d, Office(today), LiMing, 2026, siqun)
		if err != nil || y.Lines[0].Duty != quota.Households || y.Lines[0].Done != quota.Whole(1) {
			t.Fatalf("%+v %v", y.Lines, err)
		}
		if _, err := Why(t.Context(), d, Office(today), LiMing, 2011, siqun); !fault.Is(err, fault.NotFound) {
			t.Error("a year before the campaign", err)
		}
	})
}

func TestAttention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		ctx := t.Context()
		went(t, d, "visit-0001", LiMing, WangHome, "2026-11-01", appeal.OpenInput{Title: "送王桂兰看腿", Due: "2026-11-10"}, appeal.OpenInput{Title: "问低保", Due: "2026-12-01"})
		went(t, d, "visit-0002", ZhaoWei, ChenHome, "2026-09-01")
		do(t, d, func(tx *db.Tx) error {
			if _, err := pairing.End(ctx, tx, Office(today), pairing.EndInput{ID: "end-0001", Pairing: "pair-" + YangHome, To: "2026-11-20", Reason: "request"}); err != nil {
				return err
			}
			if _, _, err := stay.Declare(ctx, tx, Who(access.Cadre, Qingshi, LiMing, today), stay.DeclareInput{ID: "stay-0001", Kind: stay.Village, From: "2026-11-02", To: "2026-11-04", Village: Lijiawan}); err != nil {
				return err
			}
			if _, err := stay.Dispute(ctx, tx, Office(today), stay.ActInput{ID: "dispute-1", Stay: "stay-0001", Why: "没有见到"}); err != nil {
				return err
			}
			_, err := household.Add(ctx, tx, Office(today), household.AddInput{ID: "home-newcomer", Region: Group2, Head: "新来户", Since: "2026-11-15", Members: []household.MemberInput{{Name: "新来户", Relation: "户主"}}})
			return err
		})
		homes := func(ws []Waiting) (out []string) {
			for _, w := range ws {
				out = append(out, fmt.Sprintf("%s %s %d", w.Head, w.Last, w.Days))
			}
			return out
		}
		a, err := Attend(ctx, d, Office(today), Look{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"杨加旺  1057", "新来户  8"}, homes(a.Unpaired.First)); diff != "" || a.Unpaired.N != 2 {
			t.Error(a.Unpaired.N, diff)
		}
		if diff := cmp.Diff([]string{"杨加旺  1057", "陈大有 2026-09-01 83"}, homes(a.Unvisited.First)); diff != "" || a.Unvisited.N != 2 {
			t.Error(a.Unvisited.N, diff)
		}
		if a.Overdue.N != 1 || a.Overdue.First[0].Title != "送王桂兰看腿" || a.Overdue.First[0].Days != 13 || a.Overdue.First[0].Head != "王桂兰" {
			t.Errorf("%+v", a.Overdue)
		}
		if a.Disputed.N != 1 || a.Disputed.First[0].ID != "stay-0001" || a.Cards.N != 0 || a.Cards.Hidden {
			t.Errorf("%+v %+v", a.Disputed, a.Cards)
		}
		// An official sees his own homes and promises, and no list of homes without helper.
		a, err = Attend(ctx, d, Who(access.Cadre, Qingshi, ZhaoWei, today), Look{})
		if err != nil || !a.Unpaired.Hidden || a.Unvisited.N != 1 || a.Unvisited.First[0].Household != ChenHome || a.Overdue.N != 0 || a.Disputed.N != 0 {
			t.Errorf("%+v %v", a, err)
		}
		// Another township's office sees its own.
		a, err = Attend(ctx, d, Who(access.Office, Baihe, "", today), Look{First: 1})
		if err != nil || a.Unpaired.N != 0 || a.Unvisited.N != 1 || a.Unvisited.First[0].Household != BaiHome || a.Overdue.N+a.Disputed.N != 0 {
			t.Errorf("%+v %v", a, err)
		}
		if a, err = Attend(ctx, d, Checks(today, []string{BaiHome}), Look{Place: Dahe}); err != nil || a.Overdue.N != 0 || a.Unvisited.N != 0 || !a.Unpaired.Hidden {
			t.Errorf("%+v %v", a, err)
		}
		if _, err = Attend(ctx, d, Office(today), Look{Place: Baihe}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if a, err = Attend(ctx, d, Office(today), Look{Days: 90}); err != nil || a.Unvisited.N != 1 {
			t.Errorf("%+v %v", a.Unvisited, err)
		}

		rows, _, err := Homes(ctx, d, Office(today), household.Filter{Place: Lijiawan}, 0)
		if err != nil || len(rows) != 2 {
			t.Fatal(rows, err)
		}
		byID := map[string]HomeRow{rows[0].ID: rows[0], rows[1].ID: rows[1]}
		if w := byID[WangHome]; w.Visits != 1 || w.Last != "2026-11-01" || w.Open != 2 || w.Lead != LiMing {
			t.Errorf("%+v", w)
		}
		if w := byID[YangHome]; w.Visits != 0 || w.Last != "" || w.Open != 0 || w.Lead != "" {
			t.Errorf("%+v", w)
		}
		if _, err := RecountWaiting(ctx, d, "", 1000); err != nil {
			t.Fatal(err)
		}
		ps, err := Places(ctx, d, Office(today), Filter{Campaign: gua})
		if err != nil || len(ps) != 3 || ps[0].Region != Qingshi || ps[1].Region != Lijiawan {
			t.Fatalf("%+v %v", ps, err)
		}
		if p := ps[0]; p.Officials != 2 || p.Homes != 4 || p.Visits != 2 || p.Duties[1].Duty != quota.Visits || p.Duties[1].Done != quota.Whole(2) || p.Duties[1].Officials != 2 {
			t.Errorf("%+v", p)
		}
		if p := ps[1]; p.Officials != 1 || p.Homes != 2 || p.Visits != 1 || p.Duties[1].Done != quota.Whole(1) {
			t.Errorf("%+v", p)
		}
		// The county's administrator sees no home and counts them all the same.
		cs, err := Places(ctx, d, Who(access.CountyAdmin, Root, "", today), Filter{Campaign: gua, Place: Qingshi})
		if err != nil || len(cs) != 1 || cs[0].Homes != 4 || cs[0].Visits != 2 {
			t.Errorf("the county's administrator: %+v %v", cs, err)
		}
	})
}

// What a home's row says of helper and last visit never hides a home that
// waits, whatever was done and undone: the desk is compared with the records
// themselves, and the county's desk with its townships'.
func TestWaitingIsTheRecordsAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		ctx := t.Context()
		county := Who(access.Office, Root, "", today)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		records := func(q string, args ...any) []string {
			ids, err := db.All(ctx, d, db.Text, `SELECT h.id FROM households h WHERE h.state = 'active' AND `+q+` ORDER BY h.region, h.id`, args...)
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		homes := func(p Part[Waiting]) (ids []string) {
			for _, x := range p.First {
				ids = append(ids, x.Household)
			}
			if p.N != len(ids) {
				t.Errorf("%d counted, %d shown", p.N, len(ids))
			}
			return ids
		}
		check := func(after string) {
			t.Helper()
			for _, days := range []int{3, 20, 60, 400} {
				since := today.Add(-days)
				unpaired := records(`NOT EXISTS (SELECT 1 FROM pairings p WHERE p.household = h.id AND p.role = 'lead' AND p.valid_from <= $1 AND (p.valid_to = '' OR p.valid_to >= $1))`, string(today))
				unvisited := records(`h.since <= $1 AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.household = h.id AND v.voided_on = '' AND v.how IN ('home', 'met', 'meeting') AND v.day > $1)`, string(since))
				a, err := Attend(ctx, d, county, Look{Days: days, First: 50, Homes: true})
				if err != nil || a.Overdue.N != 0 {
					t.Fatal(after, err, a.Overdue)
				}
				if diff := cmp.Diff(unpaired, homes(a.Unpaired)); diff != "" {
					t.Error(after, "unpaired", diff)
				}
				if diff := cmp.Diff(unvisited, homes(a.Unvisited)); diff != "" {
					t.Error(after, days, "unvisited", diff)
				}
				var towns []string
				for _, town := range []string{Qingshi, Baihe} {
					a, err := Attend(ctx, d, Who(access.Office, town, "", today), Look{Days: days, First: 50})
					if err != nil {
						t.Fatal(err)
					}
					towns = append(towns, homes(a.Unvisited)...)
				}
				if diff := cmp.Diff(unvisited, towns); diff != "" {
					t.Error(after, days, "by township", diff)
				}
			}
		}
		visited := func(op, home, on, how string) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				_, _, err := visit.Record(ctx, tx, li, visit.RecordInput{ID: op, Household: home, At: on, How: how}, calendar.Calendar{})
				return err
			}
		}
		for _, x := range []struct {
			what string
			fn   func(*db.Tx) error
		}{
			{"nothing", func(*db.Tx) error { return nil }},
			{"a visit", visited("visit-0001", WangHome, "2026-11-10", "home")},
			{"an older one", visited("visit-0002", WangHome, "2026-10-10", "met")},
			{"nobody at home", visited("visit-0003", WangHome, "2026-11-22", "absent")},
			{"the newer one corrected to an earlier day", func(tx *db.Tx) error {
				_, err := visit.Amend(ctx, tx, li, visit.AmendInput{ID: "amend-0001", Visit: "visit-0001", Version: 1, At: "2026-09-20", How: "home", Why: "day"})
				return err
			}},
			{"the older one taken back", func(tx *db.Tx) error {
				_, err := visit.Void(ctx, tx, li, visit.VoidInput{ID: "void-00001", Visit: "visit-0002", Why: "twice"})
				return err
			}},
			{"a visit of last year", visited("visit-0004", WangHome, "2025-12-30", "home")},
			{"counted anew", func(tx *db.Tx) error { return visit.Rebuild(ctx, tx, County) }},
			{"the home moved", func(tx *db.Tx) error {
				_, err := household.Move(ctx, tx, county, household.MoveInput{ID: "move-0001", Household: WangHome, To: Baisha, State: household.Active, On: "2026-09-10"})
				return err
			}},
			{"a helper ended", func(tx *db.Tx) error {
				_, err := pairing.End(ctx, tx, county, pairing.EndInput{ID: "end-0001", Pairing: "pair-" + YangHome, To: "2026-11-20", Reason: "request"})
				return err
			}},
			{"a helper from tomorrow", func(tx *db.Tx) error {
				_, err := pairing.Pair(ctx, tx, county, pairing.PairInput{ID: "pair-again", Household: YangHome, Cadre: ZhaoWei, From: today.Add(1)})
				return err
			}},
			{"a helper until tomorrow", func(tx *db.Tx) error {
				_, err := pairing.End(ctx, tx, county, pairing.EndInput{ID: "end-0002", Pairing: "pair-" + ChenHome, To: today.Add(1), Reason: "request"})
				return err
			}},
			{"a new home", func(tx *db.Tx) error {
				_, err := household.Add(ctx, tx, county, household.AddInput{ID: "home-newcomer", Region: Group2, Head: "新来户", Since: "2026-11-01", Members: []household.MemberInput{{Name: "新来户", Relation: "户主"}}})
				return err
			}},
			{"a list of helpers", func(tx *db.Tx) error {
				return pairing.PairMany(ctx, tx, county, []pairing.PairInput{{ID: "pair-list-1", Household: "home-newcomer", Cadre: ZhaoWei, From: today, Source: "list"}})
			}},
			{"the list undone", func(tx *db.Tx) error { return pairing.Withdraw(ctx, tx, County, "list") }},
		} {
			do(t, d, x.fn)
			check(x.what)
		}
	})
}

func TestNextVisits(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ready(t, d)
	went(t, d, "visit-0001", ZhaoWei, ChenHome, "2026-11-20")
	ns, err := NextVisits(t.Context(), d, Who(access.Cadre, Qingshi, ZhaoWei, today))
	if err != nil || len(ns) != 2 || ns[0].Household != YangHome || ns[0].Head != "杨加旺" || ns[0].Campaign != gua || ns[1].DueBy <= ns[0].DueBy || ns[0].Reason.Key == "" {
		t.Fatalf("%+v %v", ns, err)
	}
	if ns, err = NextVisits(t.Context(), d, Office(today)); err != nil || len(ns) != 0 {
		t.Fatal(ns, err)
	}
}

// A draft is tried over the same facts by the same counting.
func TestDryRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		went(t, d, "visit-0001", LiMing, WangHome, "2026-11-20")
		b, err := plans.Read(gua)
		if err != nil {
			t.Fatal(err)
		}
		draft, bad := plan.Parse([]byte(replace(t, string(b), "min = 6\n", "min = 9\n", "effective = 2012-02-28", "effective = 2027-01-01")))
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		dry, err := DryRun(t.Context(), d, Office(today), Qingshi, draft, 2026)
		if err != nil || dry.Against.Campaign != gua || dry.Names[LiMing] != "李明" {
			t.Fatalf("%+v %v", dry, err)
		}
		for _, l := range dry.Lines {
			if l.Cadre != LiMing {
				continue
			}
			x, err := Why(t.Context(), d, Office(today), LiMing, 2026, gua)
			if err != nil {
				t.Fatal(err)
			}
			for _, live := range x.Lines {
				if live.Duty == l.Duty && live.Household == "" && (live.Due != l.Current.Due || live.Done != l.Current.Done) {
					t.Errorf("the dry run's present side differs from why: %+v %+v", l, live)
				}
			}
			if changed := l.Duty == quota.Visits; l.Changed() != changed {
				t.Errorf("%+v", l)
			}
		}
		sums, err := DryRun(t.Context(), d, Who(access.CountyAdmin, Root, "", today), Root, draft, 2026)
		if err != nil || len(sums.Lines) == 0 || len(sums.Names) != 0 {
			t.Fatalf("%+v %v", sums, err)
		}
		for _, l := range sums.Lines {
			if l.Cadre != "" {
				t.Error("a county administrator was shown an official", l)
			}
		}
		if _, err := DryRun(t.Context(), d, Who(access.Leader, Qingshi, "", today), Qingshi, draft, 0); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		if last, err := DryRun(t.Context(), d, Office(today), Qingshi, draft, 0); err != nil || last.Year != 2025 {
			t.Error(last.Year, err)
		}
	})
}

// What is written is read again, whatever the numbers.
func TestFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(2000, 2099).Draw(t, "year")
		var lines []quota.Line
		n := func(name string) int { return rapid.IntRange(0, 1<<30).Draw(t, name) }
		for range rapid.IntRange(0, 8).Draw(t, "lines") {
			period := rapid.SampledFrom([]string{calendar.PeriodYear, calendar.PeriodHalfYear, calendar.PeriodQuarter}).Draw(t, "period")
			l := quota.Line{Duty: rapid.SampledFrom(duties[:]).Draw(t, "duty"), Rank: rapid.SampledFrom(ranks[:]).Draw(t, "rank"), Unit: rapid.SampledFrom(units[:]).Draw(t, "unit"),
				Period: rapid.SampledFrom(calendar.Periods(year, period)).Draw(t, "span"),
				Due:    quota.Halves(n("due")), Target: quota.Halves(n("target")), Done: quota.Halves(n("done")), Days: n("days"), Reached: n("reached"), Homes: n("homes")}
			l.Of = l.Days + rapid.IntRange(0, 1).Draw(t, "of")
			if l.Days < l.Of {
				l.Notes = append(l.Notes, quota.Reason{Key: "quota.prorata", Args: []any{"days", l.Days, "of", l.Of}})
			} else if rapid.Bool().Draw(t, "as of") {
				l.Notes = append(l.Notes, quota.Reason{Key: "quota.as_of", Args: []any{"on", calendar.Date(year, 6, 30)}})
			}
			for _, k := range besides {
				if rapid.Bool().Draw(t, k) {
					l.Beside = append(l.Beside, quota.Beside{Key: k, N: quota.Halves(n("n"))})
				}
			}
			lines = append(lines, l)
		}
		d := decoder{year: year}
		got, err := d.decode(encode(lines, year))
		if diff := cmp.Diff(lines, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

func FuzzFigures(f *testing.F) {
	f.Add("Vlv 0 1 36 36 20 365 365 2 3 v22 p4;Hlh 0 1 4 6 4 365 365 0 0 @2026-06-30")
	f.Add("Vlv 1 2 36 36 20 100 365 2 3;")
	f.Fuzz(func(t *testing.T, s string) {
		d := decoder{year: 2026}
		lines, err := d.decode(s)
		if err == nil && strings.Count(s, ";") >= len(lines) && len(lines) > 0 && !strings.HasSuffix(s, ";") {
			t.Errorf("%q: %d lines", s, len(lines))
		}
	})
}
