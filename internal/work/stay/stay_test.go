package stay_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/stay"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23") // a Monday

func declare(t *testing.T, d *db.DB, who access.Actor, in stay.DeclareInput) (stay.Stay, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (stay.Stay, error) {
		s, _, err := stay.Declare(t.Context(), tx, who, in)
		return s, err
	})
}

var li = Who(access.Cadre, Qingshi, LiMing, today)

// What may be declared beside what stands, and what is refused with which reason.
func TestDeclare(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		must(t, db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := cadre.TakeLeave(t.Context(), tx, Office(today), cadre.LeaveInput{ID: "leave-0001", Cadre: LiMing, Kind: "annual", From: "2026-10-01", To: "2026-10-05"})
			return err
		}))
		for i, x := range []struct {
			name string
			who  access.Actor
			in   stay.DeclareInput
			kind fault.Kind
			key  string
		}{
			{"a week", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-09", To: "2026-11-13", Night: true}, "", ""},
			{"a day of it again", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-13", To: "2026-11-14"}, fault.Conflict, "quota.overlap"},
			{"the day after", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-14", To: "2026-11-14", ToHalf: true}, "", ""},
			{"its other half", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-14", FromHalf: true}, "", ""},
			{"research in the same village on the same days", li, stay.DeclareInput{Kind: stay.Research, From: "2026-11-10", Topic: "茶园灌溉"}, "", ""},
			{"research without a topic", li, stay.DeclareInput{Kind: stay.Research, From: "2026-11-11"}, fault.Invalid, "quota.needs_topic"},
			{"research in another village at once", li, stay.DeclareInput{Kind: stay.Research, From: "2026-11-12", Topic: "茶园灌溉", Village: Dahe}, fault.Conflict, "quota.two_places"},
			{"on leave", li, stay.DeclareInput{Kind: stay.Village, From: "2026-09-30", To: "2026-10-01"}, fault.Conflict, "quota.stay_on_leave"},
			{"backwards", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", To: "2026-11-19"}, fault.Invalid, "quota.bad_range"},
			{"no half left of a day", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", FromHalf: true, ToHalf: true}, fault.Invalid, "quota.bad_range"},
			{"next year", li, stay.DeclareInput{Kind: stay.Village, From: "2027-11-20"}, fault.Invalid, "fault.invalid"},
			{"the whole township", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", Village: Qingshi}, fault.Invalid, "fault.invalid"},
			{"another township", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", Village: Baisha}, fault.NotFound, "access.outside"},
			{"for a colleague", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", For: ZhaoWei}, fault.Forbidden, "access.not_own"},
			{"the office for him", Office(today), stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", For: ZhaoWei, Village: Dahe}, "", ""},
			{"the office for another township's", Office(today), stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", For: SunYue}, fault.Invalid, "fault.invalid"},
			{"the office for nobody", Office(today), stay.DeclareInput{Kind: stay.Village, From: "2026-11-20"}, fault.Invalid, "fault.invalid"},
			{"the village committee", Who(access.Committee, Lijiawan, "", today), stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", For: LiMing}, fault.Forbidden, "access.not_role"},
			{"a leader's role alone", Who(access.Leader, Qingshi, "", today), stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", For: LiMing}, fault.Forbidden, "access.not_role"},
			{"a village that is none", li, stay.DeclareInput{Kind: stay.Village, From: "2026-11-20", Village: Qingshi + "990101100299/"}, fault.Invalid, "fault.invalid"},
		} {
			x.in.ID = fmt.Sprintf("stay-%04d", i)
			if x.in.Village == "" {
				x.in.Village = Lijiawan
			}
			s, err := declare(t, d, x.who, x.in)
			if fault.Of(err) != x.kind || (err == nil) != (x.kind == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.kind)
			}
			if x.key != "" && (err == nil || !strings.Contains(err.Error(), x.key)) {
				t.Errorf("%s: %v, want %s", x.name, err, x.key)
			}
			if err == nil && s.Proxy != (x.in.For != "") {
				t.Errorf("%s: proxy %v", x.name, s.Proxy)
			}
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM recounts WHERE cadre = $1 AND year = 2026`, LiMing)
		must(t, err)
		if n != 1 {
			t.Error("the year is not marked to be counted again")
		}
		raw, err := db.One(t.Context(), d, db.Text, `SELECT topic FROM stays WHERE id = 'stay-0004'`)
		if err != nil || raw == "" || strings.Contains(raw, "茶园") {
			t.Errorf("the topic lies open: %q %v", raw, err)
		}
		if _, bad, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

func TestConfirmDisputeVoid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		_, err := declare(t, d, li, stay.DeclareInput{ID: "stay-0001", Kind: stay.Village, From: "2026-11-09", To: "2026-11-13", Village: Lijiawan})
		must(t, err)
		_, err = declare(t, d, li, stay.DeclareInput{ID: "stay-0002", Kind: stay.Village, From: "2026-11-20", To: "2026-11-27", Village: Lijiawan})
		must(t, err)
		village := Who(access.VillageHead, Lijiawan, "", today)
		himself := Who(access.Office, Qingshi, LiMing, today) // works in the office too
		type verb = func(tx *db.Tx, who access.Actor, in stay.ActInput) (stay.Stay, error)
		confirm := verb(func(tx *db.Tx, who access.Actor, in stay.ActInput) (stay.Stay, error) {
			return stay.Confirm(t.Context(), tx, who, in)
		})
		dispute := verb(func(tx *db.Tx, who access.Actor, in stay.ActInput) (stay.Stay, error) {
			return stay.Dispute(t.Context(), tx, who, in)
		})
		void := verb(func(tx *db.Tx, who access.Actor, in stay.ActInput) (stay.Stay, error) {
			return stay.Void(t.Context(), tx, who, in)
		})
		for i, x := range []struct {
			name  string
			who   access.Actor
			do    verb
			stay  string
			why   string
			want  fault.Kind
			state string
		}{
			{"himself", li, confirm, "stay-0001", "", fault.Forbidden, stay.Declared},
			{"himself in the office", himself, confirm, "stay-0001", "", fault.Forbidden, stay.Declared},
			{"another village", Who(access.VillageHead, Dahe, "", today), confirm, "stay-0001", "", fault.NotFound, stay.Declared},
			{"a member of the committee", Who(access.Committee, Lijiawan, "", today), confirm, "stay-0001", "", fault.Forbidden, stay.Declared},
			{"not over yet", village, confirm, "stay-0002", "", fault.Conflict, stay.Declared},
			{"disputed without a reason", village, dispute, "stay-0001", " ", fault.Invalid, stay.Declared},
			{"disputed", village, dispute, "stay-0001", "周三就回镇里了", "", stay.Disputed},
			{"disputed again", village, dispute, "stay-0001", "同上", fault.Conflict, stay.Disputed},
			{"confirmed by the office without a ruling", Office(today), confirm, "stay-0001", "", fault.Conflict, stay.Disputed},
			{"taken back by the village", village, confirm, "stay-0001", "", "", stay.Confirmed},
			{"voided by a colleague", Who(access.Cadre, Qingshi, ZhaoWei, today), void, "stay-0001", "记错", fault.Forbidden, stay.Confirmed},
			{"voided without a reason", li, void, "stay-0001", "", fault.Invalid, stay.Confirmed},
			{"voided", li, void, "stay-0001", "日期记错", "", stay.Confirmed},
			{"confirmed when void", village, confirm, "stay-0001", "", fault.Gone, stay.Confirmed},
		} {
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := x.do(tx, x.who, stay.ActInput{ID: fmt.Sprintf("act-%05d", i), Stay: x.stay, Why: x.why})
				return err
			})
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			s, err := stay.Show(t.Context(), d, li, x.stay)
			if err != nil || s.State != x.state {
				t.Errorf("%s: state %s, want %s (%v)", x.name, s.State, x.state, err)
			}
		}
		s, err := stay.Get(t.Context(), d, County, "stay-0001")
		if err != nil || s.VoidWhy != "日期记错" || !s.Fact().Voided {
			t.Errorf("%+v %v", s, err)
		}
		// The days are free again.
		if _, err := declare(t, d, li, stay.DeclareInput{ID: "stay-0003", Kind: stay.Village, From: "2026-11-09", To: "2026-11-11", Village: Lijiawan}); err != nil {
			t.Error(err)
		}
	})
}

// Twenty senders declare the same days at once: one of them has them.
func TestDeclareAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = declare(t, d, li, stay.DeclareInput{ID: fmt.Sprintf("stay-%04d", i), Kind: stay.Village, From: "2026-11-09", To: "2026-11-13", Village: Lijiawan})
			})
		}
		wg.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if good != 1 {
			t.Errorf("%d of 20 were accepted", good)
		}
	})
}

func TestWeek(t *testing.T) {
	if got := stay.Monday("2026-11-22"); got != "2026-11-16" {
		t.Errorf("Sunday belongs to the week of %s", got)
	}
	if got := stay.Monday(today); got != today {
		t.Errorf("Monday belongs to the week of %s", got)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		week := func(id string, nights [7]bool) ([]stay.Stay, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) ([]stay.Stay, error) {
				s, _, err := stay.DeclareWeek(t.Context(), tx, li, stay.WeekInput{ID: id, Monday: "2026-11-16", Nights: nights, Village: Lijiawan})
				return s, err
			})
		}
		got, err := week("week-001", [7]bool{true, true, false, true, false, false, false})
		must(t, err)
		if len(got) != 2 || got[0].From != "2026-11-16" || got[0].To != "2026-11-17" || got[1].From != "2026-11-19" || got[1].To != "2026-11-19" {
			t.Fatalf("%+v", got)
		}
		// The same week again with one more night: only that one is new.
		got, err = week("week-002", [7]bool{true, true, true, true, false, false, false})
		must(t, err)
		if len(got) != 1 || got[0].From != "2026-11-18" {
			t.Fatalf("%+v", got)
		}
		if _, err = week("week-003", [7]bool{true}); !fault.Is(err, fault.Invalid) {
			t.Error("nothing new was accepted", err)
		}
		w, err := stay.WeekOf(t.Context(), d, li, LiMing, "2026-11-16")
		must(t, err)
		if diff := cmp.Diff([7]bool{true, true, true, true, false, false, false}, w.Nights); diff != "" {
			t.Error(diff)
		}
		if _, err := stay.WeekOf(t.Context(), d, Who(access.Cadre, Qingshi, ZhaoWei, today), LiMing, "2026-11-16"); !fault.Is(err, fault.Forbidden) {
			t.Error("a colleague reads his week", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// After a dispute the office rules, with words; the village's word stays beside it.
func TestRule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		_, err := declare(t, d, li, stay.DeclareInput{ID: "stay-0001", Kind: stay.Village, From: "2026-11-09", To: "2026-11-13", Village: Lijiawan})
		must(t, err)
		village := Who(access.VillageHead, Lijiawan, "", today)
		himself := Who(access.Office, Qingshi, LiMing, today)
		office := Office(today)
		rule := func(verdict, why string) func(*db.Tx, access.Actor, string) error {
			return func(tx *db.Tx, who access.Actor, id string) error {
				_, err := stay.Rule(t.Context(), tx, who, stay.RuleInput{ID: id, Stay: "stay-0001", Verdict: verdict, Why: why})
				return err
			}
		}
		judge := func(f func(context.Context, *db.Tx, access.Actor, stay.ActInput) (stay.Stay, error)) func(*db.Tx, access.Actor, string) error {
			return func(tx *db.Tx, who access.Actor, id string) error {
				_, err := f(t.Context(), tx, who, stay.ActInput{ID: id, Stay: "stay-0001", Why: "周三就回镇里了"})
				return err
			}
		}
		for i, x := range []struct {
			name  string
			who   access.Actor
			do    func(*db.Tx, access.Actor, string) error
			want  fault.Kind
			state string
		}{
			{"nothing is disputed", office, rule(stay.RuledOut, "查过"), fault.Conflict, stay.Declared},
			{"disputed", village, judge(stay.Dispute), "", stay.Disputed},
			{"ruled by the village", village, rule(stay.RuledOut, "没来"), fault.Forbidden, stay.Disputed},
			{"ruled by himself", himself, rule(stay.Confirmed, "我在"), fault.Forbidden, stay.Disputed},
			{"by another township", Who(access.Office, Baihe, "", today), rule(stay.RuledOut, "查过"), fault.NotFound, stay.Disputed},
			{"without words", office, rule(stay.RuledOut, " "), fault.Invalid, stay.Disputed},
			{"with no verdict", office, rule("declared", "查过"), fault.Invalid, stay.Disputed},
			{"ruled out", office, rule(stay.RuledOut, "签到簿上没有"), "", stay.RuledOut},
			{"the same again", office, rule(stay.RuledOut, "签到簿上没有"), fault.Conflict, stay.RuledOut},
			{"confirmed by the village after the ruling", village, judge(stay.Confirm), fault.Conflict, stay.RuledOut},
			{"the ruling is changed", office, rule(stay.Confirmed, "另一本上有"), "", stay.Confirmed},
			{"disputed again", village, judge(stay.Dispute), fault.Conflict, stay.Confirmed},
			{"and changed back", office, rule(stay.RuledOut, "那本不对"), "", stay.RuledOut},
		} {
			err := db.Do(t.Context(), d, func(tx *db.Tx) error { return x.do(tx, x.who, fmt.Sprintf("act-%05d", i)) })
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			if s, err := stay.Show(t.Context(), d, li, "stay-0001"); err != nil || s.State != x.state {
				t.Errorf("%s: state %s, want %s (%v)", x.name, s.State, x.state, err)
			}
		}
		s, err := stay.Get(t.Context(), d, County, "stay-0001")
		if err != nil || s.JudgeWhy != "周三就回镇里了" || s.RuledWhy != "那本不对" || !s.Fact().RuledOut || s.Fact().Disputed || s.Fact().Waiting {
			t.Errorf("%+v %v", s, err)
		}
		for state, n := range map[string]int{stay.Disputed: 0, stay.RuledOut: 1, "": 1} {
			if ss, _, err := stay.List(t.Context(), d, office, stay.Filter{State: state}); err != nil || len(ss) != n {
				t.Errorf("%q: %d stays, %v", state, len(ss), err)
			}
		}
		raw, err := db.One(t.Context(), d, db.Text, `SELECT ruled_why FROM stays WHERE id = 'stay-0001'`)
		if err != nil || raw == "" || strings.Contains(raw, "那本") {
			t.Errorf("the words lie open: %q %v", raw, err)
		}
		// The days that were ruled out may be declared as they were; then the ruling stands.
		if _, err := declare(t, d, li, stay.DeclareInput{ID: "stay-0002", Kind: stay.Village, From: "2026-11-09", To: "2026-11-11", Village: Lijiawan}); err != nil {
			t.Error(err)
		}
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return rule(stay.Confirmed, "还是对的")(tx, office, "act-overlap") }); !fault.Is(err, fault.Conflict) {
			t.Error("two records hold the same days", err)
		}
	})
}

// A village sees what waits for its word, confirms it together, and is reminded
// once a month of what is left from the months before.
func TestWaitingForTheVillage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		for i, x := range []stay.DeclareInput{
			{From: "2026-10-12", To: "2026-10-13", Village: Lijiawan},
			{From: "2026-11-09", To: "2026-11-13", Village: Lijiawan},
			{From: "2026-11-23", To: "2026-11-26", Village: Lijiawan}, // not over
			{From: "2026-10-19", To: "2026-10-20", Village: Dahe},
		} {
			x.ID, x.Kind = fmt.Sprintf("stay-%04d", i), stay.Village
			_, err := declare(t, d, li, x)
			must(t, err)
		}
		ids := func(who access.Actor) string {
			ss, more, err := stay.WaitingList(ctx, d, who, "")
			must(t, err)
			if n, err := stay.WaitingCount(ctx, d, who); err != nil || n != len(ss) {
				t.Errorf("%d are counted, %d listed (%v)", n, len(ss), err)
			}
			var out []string
			for _, s := range ss {
				out = append(out, s.ID)
			}
			return fmt.Sprint(out, more)
		}
		village := Who(access.VillageHead, Lijiawan, "", today)
		if got := ids(village); got != "[stay-0000 stay-0001] false" {
			t.Error(got)
		}
		if got := ids(Office(today)); got != "[stay-0003 stay-0000 stay-0001] false" && got != "[stay-0000 stay-0001 stay-0003] false" {
			t.Error(got)
		}
		if got := ids(Who(access.Office, Qingshi, LiMing, today)); got != "[] false" {
			t.Error("he is witness in his own matter:", got)
		}
		if _, _, err := stay.WaitingList(ctx, d, li, ""); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		reminders := func() int {
			must(t, stay.Remind(ctx, d, County))
			n, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM notices WHERE kind = 'stay.to_confirm' AND region = $1 AND role = 'village_head'`, Lijiawan)
			must(t, err)
			return n
		}
		first := reminders()
		if again := reminders(); first != 1 || again != first {
			t.Errorf("reminded %d and then %d times", first, again)
		}
		many := func(who access.Actor, id string, stays ...string) (stay.Many, error) {
			return db.Write(ctx, d, func(tx *db.Tx) (stay.Many, error) {
				return stay.ConfirmMany(ctx, tx, who, stay.ManyInput{ID: id, Stays: stays})
			})
		}
		for i, x := range []struct {
			name  string
			who   access.Actor
			stays []string
			want  fault.Kind
		}{
			{"another village's among them", village, []string{"stay-0000", "stay-0003"}, fault.NotFound},
			{"one that is not over", village, []string{"stay-0000", "stay-0002"}, fault.Conflict},
			{"none", village, nil, fault.Invalid},
			{"his own", Who(access.Office, Qingshi, LiMing, today), []string{"stay-0000"}, fault.Forbidden},
			{"an official", Who(access.Cadre, Qingshi, ZhaoWei, today), []string{"stay-0000"}, fault.Forbidden},
		} {
			if _, err := many(x.who, fmt.Sprintf("many-bad-%d", i), x.stays...); !fault.Is(err, x.want) {
				t.Errorf("%s: %v, want %s", x.name, err, x.want)
			}
		}
		if m, err := many(village, "many-0001", "stay-0000", "stay-0001"); err != nil || m.Confirmed != 2 || m.Already != 0 {
			t.Error(m, err)
		}
		if m, err := many(village, "many-0002", "stay-0000"); err != nil || m.Confirmed != 0 || m.Already != 1 {
			t.Error(m, err)
		}
		if got := ids(village); got != "[] false" {
			t.Error(got)
		}
		s, err := stay.Get(ctx, d, County, "stay-0000")
		if err != nil || s.State != stay.Confirmed || s.JudgedBy == "" || s.Fact().Waiting {
			t.Errorf("%+v %v", s, err)
		}
		if _, bad, err := audit.Verify(ctx, d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}
