package visit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

func shipped(t *testing.T) calendar.Calendar {
	c, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func record(t *testing.T, d *db.DB, who access.Actor, in visit.RecordInput) (visit.Visit, error) {
	t.Helper()
	cal := shipped(t)
	return db.Write(t.Context(), d, func(tx *db.Tx) (visit.Visit, error) {
		v, _, err := visit.Record(t.Context(), tx, who, in, cal)
		return v, err
	})
}

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		v, err := record(t, d, li, visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", At: "2026-11-23T11:20", Topics: []string{"health"}, Words: "腿疼得厉害，想去镇卫生院看。",
			Promises: []appeal.OpenInput{{Title: "送王桂兰去镇卫生院看腿", Days: 7}}, With: []string{ZhaoWei}})
		if err != nil {
			t.Fatal(err)
		}
		if !v.Paired || v.Late != 0 || v.Clock != "11:20" || len(v.Promises) != 1 || v.Promises[0].DueOn != "2026-12-02" || v.Promises[0].Owner != LiMing {
			t.Fatalf("%+v", v)
		}
		got, err := visit.Show(t.Context(), d, li, v.ID)
		if err != nil || got.Words != v.Words || fmt.Sprint(got.With) != "["+ZhaoWei+"]" || got.Promises[0].Title != "送王桂兰去镇卫生院看腿" {
			t.Fatalf("%+v %v", got, err)
		}
		raw, err := db.One(t.Context(), d, db.Text, `SELECT words FROM visits WHERE id = 'visit-0001'`)
		if err != nil || strings.Contains(raw, "腿") {
			t.Fatal("the words lie open in the database", err)
		}
		if _, f, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(f) > 0 {
			t.Fatal(f, err)
		}
	})
}

// Who may record for whom, and what kind of refusal each other gets.
func TestWhoMayRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		for i, x := range []struct {
			name string
			who  access.Actor
			in   visit.RecordInput
			want fault.Kind
		}{
			{"his own home", li, visit.RecordInput{Household: WangHome}, ""},
			{"a colleague's home", li, visit.RecordInput{Household: YangHome}, fault.Forbidden},
			{"a home of another township", li, visit.RecordInput{Household: BaiHome}, fault.NotFound},
			{"no such home", li, visit.RecordInput{Household: "home-nowhere"}, fault.NotFound},
			{"the office, for him", Office(today), visit.RecordInput{Household: WangHome, For: LiMing}, ""},
			{"the office, for nobody", Office(today), visit.RecordInput{Household: WangHome}, fault.Invalid},
			{"the village committee, for him", Who(access.Committee, Lijiawan, "", today), visit.RecordInput{Household: WangHome, For: LiMing}, ""},
			{"another village's committee", Who(access.Committee, Dahe, "", today), visit.RecordInput{Household: WangHome, For: LiMing}, fault.NotFound},
			{"a leader", Who(access.Leader, Qingshi, "", today), visit.RecordInput{Household: WangHome, For: LiMing}, fault.Forbidden},
			{"before the pairing", li, visit.RecordInput{Household: WangHome, At: "2026-01-04"}, ""}, // his home today; recorded, and not counted
			{"for an official of another township", Office(today), visit.RecordInput{Household: WangHome, For: SunYue}, fault.Invalid},
			{"later today", li, visit.RecordInput{Household: WangHome, At: "2026-11-23T12:11"}, fault.Invalid},
			{"later today, with a zone", li, visit.RecordInput{Household: WangHome, At: "2026-11-23T05:00:00Z"}, fault.Invalid},
			{"tomorrow", li, visit.RecordInput{Household: WangHome, At: "2026-11-24"}, fault.Invalid},
			{"a way that is none", li, visit.RecordInput{Household: WangHome, How: "drone"}, fault.Invalid},
		} {
			x.in.ID = fmt.Sprintf("visit-%04d", i)
			if x.in.How == "" {
				x.in.How = "home"
			}
			v, err := record(t, d, x.who, x.in)
			if fault.Of(err) != x.want || (x.want == "") != (err == nil) {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			if err == nil && v.Proxy != (x.in.For != "") {
				t.Errorf("%s: proxy %v", x.name, v.Proxy)
			}
		}
	})
}

// A former helper's late record counts where it belongs: by the day of the visit.
func TestPairingIsJudgedAsOfTheVisit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			_, err := pairing.Change(ctx, tx, Office(today), pairing.ChangeInput{ID: "change-001", Household: WangHome, Cadre: ZhaoWei, From: "2026-11-20", Reason: "rotation", Notes: "腿脚不便，进门先喊一声"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		li := Who(access.Cadre, Qingshi, LiMing, today)
		v, err := record(t, d, li, visit.RecordInput{ID: "visit-late", Household: WangHome, How: "home", At: "2026-11-18"})
		if err != nil || !v.Paired || !v.Backdated() {
			t.Fatalf("the former helper's record of a day he was helper: %+v %v", v, err)
		}
		if _, err = record(t, d, li, visit.RecordInput{ID: "visit-after", Household: WangHome, How: "home", At: "2026-11-21"}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("a day he was no longer helper: %v", err)
		}
	})
}

// A handover that is entered later with an earlier day changes what a visit says
// of the pairing, as it changes what counts.
func TestPairedIsJudgedWhenRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		li := Who(access.Cadre, Qingshi, LiMing, today)
		for id, at := range map[string]string{"visit-before": "2026-11-18", "visit-after": "2026-11-21"} {
			if v, err := record(t, d, li, visit.RecordInput{ID: id, Household: WangHome, How: "home", At: at}); err != nil || !v.Paired {
				t.Fatal(v, err)
			}
		}
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			_, err := pairing.Change(ctx, tx, Office(today), pairing.ChangeInput{ID: "change-001", Household: WangHome, Cadre: ZhaoWei, From: "2026-11-20", Reason: "rotation", Notes: "腿脚不便，进门先喊一声"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := visit.List(ctx, d, Office(today), visit.Filter{Household: WangHome})
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		for _, v := range list {
			want := v.ID == "visit-before"
			one, err := visit.Show(ctx, d, Office(today), v.ID)
			if err != nil || one.Paired != want || v.Paired != want {
				t.Errorf("%s: paired %v, in the list %v, want %v (%v)", v.ID, one.Paired, v.Paired, want, err)
			}
		}
	})
}

func TestAmendKeepsTheEarlierText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		li := Who(access.Cadre, Qingshi, LiMing, today)
		if _, err := record(t, d, li, visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Words: "第一稿"}); err != nil {
			t.Fatal(err)
		}
		amend := func(who access.Actor, op, words string, version int) error {
			return db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := visit.Amend(ctx, tx, who, visit.AmendInput{ID: op, Visit: "visit-0001", Version: version, How: "met", Words: words, Why: "记错了"})
				return err
			})
		}
		if err := amend(li, "amend-001", "第二稿", 1); err != nil {
			t.Fatal(err)
		}
		if err := amend(li, "amend-002", "另一稿", 1); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second editor of the same version: %v", err)
		}
		if err := amend(Office(today), "amend-003", "办公室改的", 2); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("somebody else's diary was changed: %v", err)
		}
		v, _ := visit.Show(ctx, d, li, "visit-0001")
		vs, err := visit.Versions(ctx, d, li, "visit-0001")
		if err != nil || v.Words != "第二稿" || v.How != "met" || v.Version != 2 || len(vs) != 1 || vs[0].Visit.Words != "第一稿" || vs[0].Why != "记错了" {
			t.Fatalf("%+v %+v %v", v, vs, err)
		}
		err = db.Do(ctx, d, func(tx *db.Tx) error {
			_, err := visit.Void(ctx, tx, li, visit.VoidInput{ID: "void-0001", Visit: "visit-0001", Why: "记到别人家了"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if list, _, err := visit.List(ctx, d, li, visit.Filter{Mine: true}); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
		if list, _, err := visit.List(ctx, d, li, visit.Filter{Mine: true, Voided: true}); err != nil || len(list) != 1 || list[0].VoidWhy == "" {
			t.Fatal(list, err)
		}
	})
}

// Lists show what the reader may see, page by page, and words only to those
// who may read them.
func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		li, zhao, sun := Who(access.Cadre, Qingshi, LiMing, today), Who(access.Cadre, Qingshi, ZhaoWei, today), Who(access.Cadre, Baihe, SunYue, today)
		for i := range 7 {
			in := visit.RecordInput{ID: fmt.Sprintf("li-visit-%d", i), Household: WangHome, How: "home", At: string(today.Add(-i)), Words: "李明写的"}
			if i == 3 {
				in.With = []string{ZhaoWei}
			}
			if _, err := record(t, d, li, in); err != nil {
				t.Fatal(err)
			}
		}
		for i, who := range []access.Actor{zhao, sun} {
			home := []string{ChenHome, BaiHome}[i]
			if _, err := record(t, d, who, visit.RecordInput{ID: fmt.Sprintf("other-%d-visit", i), Household: home, How: "home", Words: "别人写的"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range []struct {
			name        string
			who         access.Actor
			f           visit.Filter
			rows, words int
		}{
			{"his own", li, visit.Filter{}, 7, 7},
			{"with companions", zhao, visit.Filter{Mine: true}, 2, 2},
			{"one of another township", sun, visit.Filter{}, 1, 1},
			{"office: the whole township", Office(today), visit.Filter{}, 8, 8},
			{"leader reads words", Who(access.Leader, Qingshi, "", today), visit.Filter{}, 8, 8},
			{"an inspector without a check", Who(access.Inspector, Qingshi, "", today), visit.Filter{}, 0, 0},
			{"an inspector: the drawn home", Checks(today, []string{WangHome}, LiMing), visit.Filter{}, 7, 7},
			{"and of its helper elsewhere nothing", Checks(today, []string{YangHome}, LiMing), visit.Filter{Cadre: LiMing}, 0, 0},
			{"office: one home", Office(today), visit.Filter{Household: WangHome}, 7, 7},
			{"office: one village", Office(today), visit.Filter{Place: Dahe}, 1, 1},
			{"colleague asks for his", zhao, visit.Filter{Cadre: LiMing}, 1, 0},
			{"from–to", li, visit.Filter{From: "2026-11-20", To: "2026-11-21"}, 2, 2},
		} {
			seen := map[string]bool{}
			words, after := 0, ""
			for page := 0; ; page++ {
				x.f.After, x.f.Limit = after, 3
				vs, next, err := visit.List(t.Context(), d, x.who, x.f)
				if err != nil {
					t.Fatal(x.name, err)
				}
				for _, v := range vs {
					if seen[v.ID] {
						t.Errorf("%s: %s twice", x.name, v.ID)
					}
					seen[v.ID] = true
					if v.Words != "" {
						words++
					}
				}
				if after = next; next == "" {
					break
				}
			}
			if len(seen) != x.rows || words != x.words {
				t.Errorf("%s: %d rows, %d with words; want %d, %d", x.name, len(seen), words, x.rows, x.words)
			}
		}
		if _, _, err := visit.List(t.Context(), d, Office(today), visit.Filter{Place: Baihe}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another township's list: %v", err)
		}
		if _, _, err := visit.List(t.Context(), d, Who(access.SysAdmin, Root, "", today), visit.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("system administrator: %v", err)
		}
	})
}

// 一切如常 is what the official says of a visit and nothing else: it is never
// made from an answer, and it does not stand beside what contradicts it.
func TestAsUsual(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	li := Who(access.Cadre, Qingshi, LiMing, today)
	in := visit.RecordInput{ID: "usual-0000", Household: WangHome, At: string(today), How: "home"}
	if v, err := record(t, d, li, in); err != nil || v.Usual {
		t.Fatalf("nothing written: %+v, %v", v.Usual, err)
	}
	in.ID, in.Usual = "usual-0001", true
	if v, err := record(t, d, li, in); err != nil || !v.Usual {
		t.Fatalf("said: %+v, %v", v.Usual, err)
	}
	for i, change := range []func(*visit.RecordInput){
		func(x *visit.RecordInput) { x.How = "absent" },
		func(x *visit.RecordInput) { x.How = "declined" },
		func(x *visit.RecordInput) { x.Words = "屋后沟堵了" },
		func(x *visit.RecordInput) { x.Topics = []string{"health"} },
		func(x *visit.RecordInput) { x.Promises = []appeal.OpenInput{{Title: "清沟", Days: 3}} },
	} {
		x := in
		x.ID = fmt.Sprintf("usual-1%03d", i)
		change(&x)
		_, err := record(t, d, li, x)
		var e *fault.Error
		if !errors.As(err, &e) || !slices.ContainsFunc(e.Fields, func(f fault.Field) bool { return f.Name == "usual" }) {
			t.Errorf("%d: %v", i, err)
		}
	}
	v, err := db.Write(t.Context(), d, func(tx *db.Tx) (visit.Visit, error) {
		return visit.Amend(t.Context(), tx, li, visit.AmendInput{ID: "usual-amend", Visit: "usual-0001", Version: 1, At: string(today), How: "home", Topics: []string{"health"}, Why: "漏选了"})
	})
	if err != nil || v.Usual {
		t.Errorf("amended: %v, %v", v.Usual, err)
	}
}
