package campaign_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/campaign"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

const today = calendar.Day("2026-11-23")

func text(tb testing.TB, name string, change ...string) string {
	tb.Helper()
	b, err := plans.Read(name)
	if err != nil {
		tb.Fatal(err)
	}
	s := string(b)
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(s, change[i]) {
			tb.Fatalf("%q is not in the plan", change[i])
		}
		s = strings.Replace(s, change[i], change[i+1], 1)
	}
	return s
}

func admin() access.Actor { return Who(access.CountyAdmin, Root, "", today) }

func found(tb testing.TB, d *db.DB) {
	tb.Helper()
	Seed(tb, d)
	err := db.Do(context.Background(), d, func(tx *db.Tx) error {
		return campaign.Found(context.Background(), tx, admin(), "县委", []byte(text(tb, "guabangbao")), []byte(text(tb, "siqun")))
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func issue(t *testing.T, d *db.DB, who access.Actor, in campaign.IssueInput) (campaign.IssueResult, error) {
	t.Helper()
	if in.Decided == "" {
		in.Decided = "镇党委会议"
	}
	return db.Write(t.Context(), d, func(tx *db.Tx) (campaign.IssueResult, error) { return campaign.Issue(t.Context(), tx, who, in) })
}

// min tells the number of homes a member of staff owes under 挂包帮.
func homes(t *testing.T, d *db.DB, place string, day calendar.Day) int {
	t.Helper()
	ps, err := campaign.InForce(t.Context(), d, County, place, day)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		if p.Campaign == "guabangbao" {
			return p.For(plan.TownshipStaff).Households.Min
		}
	}
	return -1
}

func TestBothPlansBindANewCounty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		found(t, d)
		found := func() error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				return campaign.Found(t.Context(), tx, admin(), "县委", []byte(text(t, "guabangbao")))
			})
		}
		if err := found(); err != nil { // again: nothing happens
			t.Fatal(err)
		}
		for _, place := range []string{Root, Qingshi, Lijiawan, Baihe} {
			ps, err := campaign.InForce(t.Context(), d, County, place, today)
			if err != nil || len(ps) != 2 || ps[0].Campaign != "guabangbao" || ps[1].Campaign != "siqun" {
				t.Fatalf("%s: %d plans, %v", place, len(ps), err)
			}
		}
		if ps, err := campaign.InForce(t.Context(), d, County, Qingshi, "2012-02-28"); err != nil || len(ps) != 1 {
			t.Fatalf("the day before 四群 began: %d plans, %v", len(ps), err)
		}
		if ps, err := campaign.InForce(t.Context(), d, "990102", Qingshi, today); err != nil || len(ps) != 0 {
			t.Fatalf("another county: %d plans, %v", len(ps), err)
		}
		for who, want := range map[string]int{string(access.Cadre): 2, string(access.Office): 2, string(access.CountyAdmin): 2} {
			place := Qingshi
			if who == string(access.CountyAdmin) {
				place = Root
			}
			vs, err := campaign.List(t.Context(), d, Who(access.Role(who), place, "", today), campaign.Filter{})
			if err != nil || len(vs) != want || vs[0].Text != "" || vs[0].Phase(today) != "in_force" {
				t.Fatalf("%s: %+v %v", who, vs, err)
			}
			v, err := campaign.Show(t.Context(), d, Who(access.Role(who), place, "", today), vs[0].ID)
			if err != nil || v.Text != text(t, "guabangbao") || v.Short != "挂包帮" {
				t.Fatalf("%s: %+v %v", who, v, err)
			}
		}
		if _, f, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(f) > 0 {
			t.Fatal(f, err)
		}
	})
}

// A township may ask for more, not for less; what it asks for binds it alone,
// and from its day on.
func TestATownshipMayRaiseNotLower(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		found(t, d)
		office := Office(today)
		low := text(t, "guabangbao", "min = 6\n", "min = 4\n", "effective = 2012-02-28", "effective = 2026-12-01")
		c, err := campaign.Check(t.Context(), d, office, Qingshi, low)
		if err != nil || len(c.Problems) == 0 || c.Problems[0].Msg != "plan.problem.floor_lower" || !strings.Contains(strings.Split(low, "\n")[c.Problems[0].Line-1], "min = 4") {
			t.Fatalf("%+v %v", c.Problems, err)
		}
		if _, err := issue(t, d, office, campaign.IssueInput{ID: "issue-low", Region: Qingshi, Text: low}); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		high := text(t, "guabangbao", "min = 2\ntarget = 3", "min = 23\ntarget = 23", "effective = 2012-02-28", "effective = 2026-12-01")
		c, err = campaign.Check(t.Context(), d, office, Qingshi, high)
		if err != nil || len(c.Problems) > 0 || c.Against == nil || len(c.Changes) == 0 {
			t.Fatalf("%+v %v", c, err)
		}
		// As a draft first, which binds nobody and only the office sees.
		draft, err := db.Write(t.Context(), d, func(tx *db.Tx) (campaign.Version, error) {
			return campaign.SaveDraft(t.Context(), tx, office, campaign.DraftInput{ID: "draft-23", Region: Qingshi, Text: high})
		})
		if err != nil || draft.State != campaign.Draft || homes(t, d, Qingshi, "2026-12-02") != 2 {
			t.Fatalf("%+v %v", draft, err)
		}
		if _, err := campaign.Show(t.Context(), d, Who(access.Cadre, Qingshi, LiMing, today), draft.ID); !fault.Is(err, fault.Forbidden) {
			t.Fatal("a draft was shown", err)
		}
		if _, err := campaign.Show(t.Context(), d, Who(access.Office, Baihe, "", today), draft.ID); !fault.Is(err, fault.NotFound) {
			t.Fatal("another township's draft was shown", err)
		}
		res, err := issue(t, d, office, campaign.IssueInput{ID: "issue-23", Draft: draft.ID})
		if err != nil || res.Version.ID != draft.ID || res.Version.Phase(today) != "coming" {
			t.Fatalf("%+v %v", res, err)
		}
		again, err := issue(t, d, office, campaign.IssueInput{ID: "issue-23", Draft: draft.ID})
		if err != nil || again.Version != res.Version {
			t.Fatal("the same id gave another answer", err)
		}
		for _, x := range []struct {
			place string
			day   calendar.Day
			want  int
		}{{Qingshi, "2026-11-30", 2}, {Qingshi, "2026-12-01", 23}, {Lijiawan, "2026-12-01", 23}, {Baihe, "2026-12-01", 2}, {Root, "2026-12-01", 2}} {
			if n := homes(t, d, x.place, x.day); n != x.want {
				t.Errorf("%s on %s: %d homes, want %d", x.place, x.day, n, x.want)
			}
		}
		if _, err := campaign.Show(t.Context(), d, Who(access.Office, Baihe, "", today), draft.ID); !fault.Is(err, fault.NotFound) {
			t.Error("another township reads it", err)
		}
		changes, err := campaign.Diff(t.Context(), d, office, c.Against.ID, draft.ID)
		if err != nil || len(changes) != len(c.Changes) {
			t.Error(changes, err)
		}
		if _, err := issue(t, d, office, campaign.IssueInput{ID: "issue-old", Region: Qingshi, Text: strings.Replace(high, "effective = 2026-12-01", "effective = 2025-12-01", 1)}); !fault.Is(err, fault.Invalid) {
			t.Error("a year that has been judged was changed", err)
		}
		// The county raises its floor above the township's version: that one ends.
		county := strings.Replace(text(t, "guabangbao", "version = 1", "version = 2", "effective = 2012-02-28", "effective = 2027-01-01"), "min = 6\n", "min = 8\n", 1)
		if _, err := issue(t, d, office, campaign.IssueInput{ID: "issue-cty", Region: Root, Text: county}); !fault.Is(err, fault.NotFound) {
			t.Error("a township office set the county's floor", err)
		}
		res, err = issue(t, d, admin(), campaign.IssueInput{ID: "issue-cty", Region: Root, Text: county, Decided: "县委常委会"})
		if err != nil || len(res.Below) != 1 || res.Below[0].ID != draft.ID || res.Below[0].Ends != "2026-12-31" {
			t.Fatalf("%+v %v", res, err)
		}
		if a, b := homes(t, d, Qingshi, "2026-12-31"), homes(t, d, Qingshi, "2027-01-01"); a != 23 || b != 2 {
			t.Errorf("%d, then %d homes", a, b)
		}
	})
}

// Last year is judged by last year's plan, and a campaign that ended by its last one.
func TestForYear(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		found(t, d)
		next := text(t, "guabangbao", "version = 1", "version = 2", "effective = 2012-02-28", "effective = 2026-07-01", "min = 6\n", "min = 9\n")
		if _, err := issue(t, d, admin(), campaign.IssueInput{ID: "issue-two", Region: Root, Text: next}); err != nil {
			t.Fatal(err)
		}
		visits := func(year int, now calendar.Day) (n, of int, until calendar.Day) {
			bs, err := campaign.ForYear(t.Context(), d, County, Qingshi, year, now)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bs {
				if b.Version.Campaign == "guabangbao" {
					return b.Plan.For(plan.TownshipStaff).Visits.Min, len(bs), b.Until
				}
			}
			return -1, len(bs), ""
		}
		for _, x := range []struct {
			year    int
			now     calendar.Day
			n, many int
			until   calendar.Day
		}{{2025, today, 6, 2, ""}, {2026, today, 9, 2, ""}, {2026, "2026-03-01", 6, 2, ""}, {2011, today, -1, 0, ""}, {2012, "2012-02-28", 6, 1, ""}} {
			if n, many, until := visits(x.year, x.now); n != x.n || many != x.many || until != x.until {
				t.Errorf("%d on %s: %d visits, %d plans, until %q; want %+v", x.year, x.now, n, many, until, x)
			}
		}
		marked := func(year int) int {
			n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM recounts WHERE year = $1`, year)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if marked(2026) != 3 {
			t.Errorf("%d officials are marked for 2026", marked(2026))
		}
		clock.Set(time.Date(2027, 3, 1, 4, 0, 0, 0, time.UTC))
		end := func(id, place, name string, who access.Actor) ([]campaign.Version, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) ([]campaign.Version, error) {
				return campaign.End(t.Context(), tx, who, campaign.EndInput{ID: id, Region: place, Campaign: name, On: "2027-06-30", Decided: "县委"})
			})
		}
		late := Who(access.CountyAdmin, Root, "", "2027-03-01")
		if vs, err := end("end-plan-1", Root, "guabangbao", late); err != nil || len(vs) != 1 || vs[0].State != campaign.Ended {
			t.Fatalf("%+v %v", vs, err)
		}
		if n, many, until := visits(2027, "2027-03-01"); n != 9 || many != 2 || until != "2027-06-30" {
			t.Errorf("%d %d %s", n, many, until)
		}
		if n, many, until := visits(2027, "2028-01-10"); n != 9 || many != 2 || until != "2027-06-30" {
			t.Errorf("%d %d %s", n, many, until)
		}
		if n, many, _ := visits(2028, "2028-01-10"); n != -1 || many != 1 {
			t.Errorf("%d %d", n, many)
		}
		if _, err := end("end-plan-2", Root, "guabangbao", late); !fault.Is(err, fault.Conflict) {
			t.Error("ended twice", err)
		}
		if _, err := end("end-plan-3", Qingshi, "siqun", Office("2027-03-01")); !fault.Is(err, fault.Conflict) {
			t.Error("a township ended the county's version", err)
		}
	})
}

// Mistakes are told with their line, and a draft may have them.
func TestCheckTellsLines(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	found(t, d)
	bad := text(t, "siqun", "min = 120", "min = \"many\"")
	c, err := campaign.Check(t.Context(), d, admin(), Root, bad)
	if err != nil || len(c.Problems) != 1 || !strings.Contains(strings.Split(bad, "\n")[c.Problems[0].Line-1], "many") {
		t.Fatalf("%+v %v", c.Problems, err)
	}
	err = db.Do(t.Context(), d, func(tx *db.Tx) error {
		_, err := campaign.SaveDraft(t.Context(), tx, admin(), campaign.DraftInput{ID: "draft-bad", Region: Root, Text: bad})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := issue(t, d, admin(), campaign.IssueInput{ID: "issue-bad", Draft: "draft-bad"}); !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), "want_number") {
		t.Fatal(err)
	}
	if _, err := campaign.Check(t.Context(), d, Who(access.Cadre, Qingshi, LiMing, today), Qingshi, bad); !fault.Is(err, fault.Forbidden) {
		t.Fatal(err)
	}
	if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return campaign.DropDraft(t.Context(), tx, admin(), "drop-0001", "draft-bad") }); err != nil {
		t.Fatal(err)
	}
	if _, err := campaign.Show(t.Context(), d, admin(), "draft-bad"); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	for _, place := range []string{"", Lijiawan, "/99/", "/99/9901/990102/"} {
		if _, err := campaign.Check(t.Context(), d, admin(), place, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", place, err)
		}
	}
}
