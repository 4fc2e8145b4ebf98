package appeal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var li = Who(access.Cadre, Qingshi, LiMing, today)

// promise makes a visit with promises.
func promise(t *testing.T, d *db.DB, id string, ps ...appeal.OpenInput) {
	t.Helper()
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	err = db.Do(t.Context(), d, func(tx *db.Tx) error {
		_, _, err := visit.Record(t.Context(), tx, li, visit.RecordInput{ID: id, Household: WangHome, How: "home", At: "2026-11-20", Promises: ps}, cal)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The due day: as said, by working days, or the usual limit; the matter's life
// with every refusal.
func TestLife(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		promise(t, d, "visit-0001", appeal.OpenInput{ID: "appeal-001", Title: "问低保", Due: "2026-12-01"}, appeal.OpenInput{ID: "appeal-002", Title: "修路灯", Days: 3}, appeal.OpenInput{ID: "appeal-003", Title: "换水表"})
		for id, due := range map[string]calendar.Day{"appeal-001": "2026-12-01", "appeal-002": "2026-11-25", "appeal-003": "2026-12-01"} { // 20 November 2026 is a Friday
			a, err := appeal.Show(ctx, d, li, id)
			if err != nil || a.DueOn != due || a.Owner != LiMing || a.Origin != "visit:visit-0001" || a.Region != Group1 {
				t.Errorf("%+v %v", a, err)
			}
		}
		zhao := Who(access.Cadre, Qingshi, ZhaoWei, today)
		n := 0
		closing := func(who access.Actor, in appeal.CloseInput) func(tx *db.Tx, op string) error {
			return func(tx *db.Tx, op string) error {
				in.ID, in.Appeal = op, "appeal-001"
				_, err := appeal.Close(ctx, tx, who, in)
				return err
			}
		}
		extend := func(due calendar.Day, why string) func(tx *db.Tx, op string) error {
			return func(tx *db.Tx, op string) error {
				_, err := appeal.Extend(ctx, tx, li, appeal.ExtendInput{ID: op, Appeal: "appeal-001", Due: due, Why: why})
				return err
			}
		}
		reopen := func(tx *db.Tx, op string) error {
			_, err := appeal.Reopen(ctx, tx, li, op, "appeal-001", "还没到账")
			return err
		}
		for _, x := range []struct {
			name  string
			do    func(tx *db.Tx, op string) error
			want  fault.Kind
			state string
			due   calendar.Day
		}{
			{"open already", reopen, fault.Conflict, appeal.Open, "2026-12-01"},
			{"extended without a reason", extend("2026-12-10", " "), fault.Invalid, appeal.Open, "2026-12-01"},
			{"extended backwards", extend("2026-11-30", "等材料"), fault.Invalid, appeal.Open, "2026-12-01"},
			{"extended", extend("2026-12-10", "等材料"), "", appeal.Open, "2026-12-10"},
			{"closed by a colleague", closing(zhao, appeal.CloseInput{State: appeal.Done}), fault.Forbidden, appeal.Open, "2026-12-10"},
			{"closed by a leader", closing(Who(access.Leader, Qingshi, "", today), appeal.CloseInput{State: appeal.Done}), fault.Forbidden, appeal.Open, "2026-12-10"},
			{"closed by another township", closing(Who(access.Office, Baihe, "", today), appeal.CloseInput{State: appeal.Done}), fault.NotFound, appeal.Open, "2026-12-10"},
			{"a state that is none", closing(li, appeal.CloseInput{State: "forgotten"}), fault.Invalid, appeal.Open, "2026-12-10"},
			{"withdrawn without a reason", closing(li, appeal.CloseInput{State: appeal.Withdrawn}), fault.Invalid, appeal.Open, "2026-12-10"},
			{"done before it was promised", closing(li, appeal.CloseInput{State: appeal.Done, On: "2026-11-19"}), fault.Invalid, appeal.Open, "2026-12-10"},
			{"done tomorrow", closing(li, appeal.CloseInput{State: appeal.Done, On: "2026-11-24"}), fault.Invalid, appeal.Open, "2026-12-10"},
			{"done", closing(li, appeal.CloseInput{State: appeal.Done, On: "2026-11-22", Result: "已到账"}), "", appeal.Done, "2026-12-10"},
			{"done twice", closing(li, appeal.CloseInput{State: appeal.Done}), fault.Conflict, appeal.Done, "2026-12-10"},
			{"extended when done", extend("2026-12-20", "等材料"), fault.Conflict, appeal.Done, "2026-12-10"},
			{"reopened", reopen, "", appeal.Open, "2026-12-10"},
			{"withdrawn by the office", closing(Office(today), appeal.CloseInput{State: appeal.Withdrawn, Result: "不符合条件，已说明"}), "", appeal.Withdrawn, "2026-12-10"},
		} {
			n++
			clock.Add(time.Second)
			err := db.Do(ctx, d, func(tx *db.Tx) error { return x.do(tx, fmt.Sprintf("operation-%02d", n)) })
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			if a, err := appeal.Get(ctx, d, County, "appeal-001"); err != nil || a.State != x.state || a.DueOn != x.due {
				t.Errorf("%s: %s due %s (%v)", x.name, a.State, a.DueOn, err)
			}
		}
		ss, err := appeal.Steps(ctx, d, li, "appeal-001")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range ss {
			got = append(got, s.Kind+" "+s.Before+">"+s.After+" "+s.Words)
		}
		if diff := cmp.Diff([]string{"open >2026-12-01 ", "extend 2026-12-01>2026-12-10 等材料", "done >2026-11-22 已到账", "reopen 2026-11-22> 还没到账", "withdrawn >2026-11-23 不符合条件，已说明"}, got); diff != "" {
			t.Error(diff)
		}
		if _, err := appeal.Steps(ctx, d, zhao, "appeal-001"); !fault.Is(err, fault.Forbidden) {
			t.Error("a colleague reads the history", err)
		}
	})
}

func TestStatus(t *testing.T) {
	a := appeal.Appeal{DueOn: "2026-12-10"}
	for day, want := range map[calendar.Day]deadline.Standing{"2026-12-06": deadline.Open, "2026-12-07": deadline.Soon, "2026-12-10": deadline.Soon, "2026-12-11": deadline.Overdue} {
		if got := a.Status(day).Standing; got != want {
			t.Errorf("on %s: %s, want %s", day, got, want)
		}
	}
}

// By due day, page after page, each once; what is due before a day; whose.
func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		var ps []appeal.OpenInput
		for i := range 7 {
			ps = append(ps, appeal.OpenInput{ID: fmt.Sprintf("appeal-%03d", i), Title: "办事", Due: calendar.Day("2026-12-01").Add(i / 2)})
		}
		promise(t, d, "visit-0001", ps...)
		for _, x := range []struct {
			name string
			who  access.Actor
			f    appeal.Filter
			want int
		}{
			{"his own", li, appeal.Filter{}, 7},
			{"before a day", li, appeal.Filter{DueBefore: "2026-12-02"}, 2},
			{"of a home", Office(today), appeal.Filter{Household: WangHome}, 7},
			{"of another home", Office(today), appeal.Filter{Household: YangHome}, 0},
			{"in another village", Office(today), appeal.Filter{Place: Dahe}, 0},
			{"done ones", Office(today), appeal.Filter{State: appeal.Done}, 0},
			{"a colleague's", Who(access.Cadre, Qingshi, ZhaoWei, today), appeal.Filter{}, 0},
			{"the leader", Who(access.Leader, Qingshi, "", today), appeal.Filter{Owner: LiMing}, 7},
		} {
			var got []string
			for {
				as, next, err := appeal.List(t.Context(), d, x.who, func() appeal.Filter { x.f.Limit = 2; return x.f }())
				if err != nil {
					t.Fatal(x.name, err)
				}
				for _, a := range as {
					got = append(got, a.ID)
				}
				if x.f.After = next; next == "" {
					break
				}
			}
			if len(got) != x.want {
				t.Errorf("%s: %v, want %d", x.name, got, x.want)
			}
			for i := 1; i < len(got); i++ {
				if got[i-1] >= got[i] { // ids rise with the due days here
					t.Errorf("%s: %v", x.name, got)
				}
			}
		}
		if _, _, err := appeal.List(t.Context(), d, Who(access.Inspector, Qingshi, "", today), appeal.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Error("an inspector", err)
		}
	})
}
