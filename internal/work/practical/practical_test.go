package practical_test

import (
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
	"lianxin/internal/work/practical"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var li = Who(access.Cadre, Qingshi, LiMing, today)

func propose(t *testing.T, d *db.DB, who access.Actor, in practical.ProposeInput) (practical.Item, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (practical.Item, error) {
		i, _, err := practical.Propose(t.Context(), tx, who, in)
		return i, err
	})
}

func TestPropose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for n, x := range []struct {
			name string
			who  access.Actor
			in   practical.ProposeInput
			kind fault.Kind
			key  string
		}{
			{"for his home", li, practical.ProposeInput{Origin: "visit:visit-0001", Amount: 120_00}, "", ""},
			{"a gift of money", li, practical.ProposeInput{Kind: practical.Condolence}, fault.Invalid, "practical.condolence"},
			{"no such kind", li, practical.ProposeInput{Kind: "party"}, fault.Invalid, "practical.kind_bad"},
			{"no title", li, practical.ProposeInput{Title: " "}, fault.Invalid, "practical.title_needed"},
			{"an origin that is none", li, practical.ProposeInput{Origin: "rumour:12345678"}, fault.Invalid, "practical.origin_bad"},
			{"money the wrong way", li, practical.ProposeInput{Amount: -1}, fault.Invalid, "practical.amount_bad"},
			{"tomorrow", li, practical.ProposeInput{On: "2026-11-24"}, fault.Invalid, "practical.day_bad"},
			{"a colleague's home", li, practical.ProposeInput{Household: YangHome}, fault.Forbidden, "access.not_own"},
			{"a home of another township", li, practical.ProposeInput{Household: BaiHome}, fault.NotFound, ""},
			{"in a colleague's name", li, practical.ProposeInput{For: ZhaoWei}, fault.Forbidden, "access.not_own"},
			{"the office, for him", Office(today), practical.ProposeInput{For: LiMing}, "", ""},
			{"the office, for nobody", Office(today), practical.ProposeInput{}, fault.Invalid, "practical.for_needed"},
			{"the office, for another township's", Office(today), practical.ProposeInput{For: SunYue}, fault.Invalid, "practical.for_unknown"},
			{"a leader's role alone", Who(access.Leader, Qingshi, "", today), practical.ProposeInput{For: LiMing}, fault.Forbidden, "access.not_role"},
		} {
			x.in.ID = fmt.Sprintf("item-%04d", n)
			if x.in.Household == "" {
				x.in.Household = WangHome
			}
			if x.in.Kind == "" {
				x.in.Kind = "housing"
			}
			if x.in.Title == "" {
				x.in.Title = "修好王桂兰家漏雨的屋顶"
			}
			_, err := propose(t, d, x.who, x.in)
			if fault.Of(err) != x.kind || (err == nil) != (x.kind == "") || (x.key != "" && !strings.Contains(fmt.Sprint(err), x.key)) {
				t.Errorf("%s: %v, want %q %s", x.name, err, x.kind, x.key)
			}
		}
		raw, err := db.One(t.Context(), d, db.Text, `SELECT title FROM practicals WHERE id = 'item-0000'`)
		if err != nil || raw == "" || strings.Contains(raw, "王") {
			t.Errorf("the title lies open: %q %v", raw, err)
		}
	})
}

// From the proposal to the home's word, and who may say it.
func TestLife(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		if _, err := propose(t, d, li, practical.ProposeInput{ID: "item-0001", Household: WangHome, Kind: "housing", Title: "修屋顶", On: "2026-11-10"}); err != nil {
			t.Fatal(err)
		}
		start := func(tx *db.Tx, who access.Actor, id string) (practical.Item, error) {
			return practical.Start(ctx, tx, who, practical.StepInput{ID: id, Item: "item-0001", On: "2026-11-12"})
		}
		finish := func(on calendar.Day) func(*db.Tx, access.Actor, string) (practical.Item, error) {
			return func(tx *db.Tx, who access.Actor, id string) (practical.Item, error) {
				cost := int64(800_00)
				return practical.Finish(ctx, tx, who, practical.StepInput{ID: id, Item: "item-0001", On: on, Amount: &cost})
			}
		}
		confirm := func(way, witness string, on calendar.Day) func(*db.Tx, access.Actor, string) (practical.Item, error) {
			return func(tx *db.Tx, who access.Actor, id string) (practical.Item, error) {
				return practical.Confirm(ctx, tx, who, practical.ConfirmInput{ID: id, Item: "item-0001", Way: way, Witness: witness, On: on})
			}
		}
		cancel := func(why string) func(*db.Tx, access.Actor, string) (practical.Item, error) {
			return func(tx *db.Tx, who access.Actor, id string) (practical.Item, error) {
				return practical.Cancel(ctx, tx, who, practical.StepInput{ID: id, Item: "item-0001", Words: why})
			}
		}
		village := Who(access.VillageHead, Lijiawan, "", today)
		for n, x := range []struct {
			name  string
			who   access.Actor
			do    func(*db.Tx, access.Actor, string) (practical.Item, error)
			want  fault.Kind
			state string
		}{
			{"confirmed before it is done", village, confirm("signature", "", ""), fault.Conflict, practical.Proposed},
			{"started by a colleague", Who(access.Cadre, Qingshi, ZhaoWei, today), start, fault.Forbidden, practical.Proposed},
			{"started", li, start, "", practical.Started},
			{"started twice", li, start, fault.Conflict, practical.Started},
			{"done before it began", li, finish("2026-11-11"), fault.Invalid, practical.Started},
			{"cancelled without a reason", li, cancel(""), fault.Invalid, practical.Started},
			{"done", li, finish(""), "", practical.Done}, // today
			{"confirmed tomorrow", village, confirm("signature", "", "2026-11-24"), fault.Invalid, practical.Done},
			{"confirmed by himself", li, confirm("signature", "", ""), fault.Forbidden, practical.Done},
			{"confirmed by himself in the office", Who(access.Office, Qingshi, LiMing, today), confirm("signature", "", ""), fault.Forbidden, practical.Done},
			{"confirmed by another village", Who(access.VillageHead, Dahe, "", today), confirm("signature", "", ""), fault.NotFound, practical.Done},
			{"confirmed by a member of the committee", Who(access.Committee, Lijiawan, "", today), confirm("signature", "", ""), fault.Forbidden, practical.Done},
			{"a way that is none", village, confirm("telepathy", "", ""), fault.Invalid, practical.Done},
			{"a witness without a name", village, confirm("witness", "", ""), fault.Invalid, practical.Done},
			{"confirmed before it was done", village, confirm("signature", "", "2026-11-22"), fault.Invalid, practical.Done},
			{"confirmed", village, confirm("witness", "杨加旺", ""), "", practical.Confirmed},
			{"cancelled after that", li, cancel("不办了"), fault.Conflict, practical.Confirmed},
		} {
			clock.Add(time.Second)
			err := db.Do(ctx, d, func(tx *db.Tx) error { _, err := x.do(tx, x.who, fmt.Sprintf("step-%04d", n)); return err })
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			if i, err := practical.Get(ctx, d, County, "item-0001"); err != nil || i.State != x.state {
				t.Errorf("%s: state %s, want %s (%v)", x.name, i.State, x.state, err)
			}
		}
		i, err := practical.Show(ctx, d, li, "item-0001")
		if err != nil || i.Amount != 800_00 || i.Witness != "杨加旺" || i.By != village.Account() {
			t.Errorf("%+v %v", i, err)
		}
		ss, err := practical.Steps(ctx, d, li, "item-0001")
		if err != nil || len(ss) != 4 || ss[0].Kind != "propose" || ss[3].Kind != "confirm" || ss[3].Day != today {
			t.Errorf("%+v %v", ss, err)
		}
		of, err := practical.OfCadre(ctx, d, County, LiMing, "2026-01-01", "2026-12-31")
		if err != nil || len(of) != 1 || of[0].Fact().ConfirmedOn != today {
			t.Errorf("%+v %v", of, err)
		}
		if of, err = practical.OfCadre(ctx, d, County, LiMing, "2027-01-01", "2027-12-31"); err != nil || len(of) != 0 {
			t.Errorf("%+v %v", of, err)
		}
		n, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM recounts WHERE cadre = $1 AND year = 2026`, LiMing)
		if err != nil || n != 1 {
			t.Error("the year is not marked", n, err)
		}
		if _, bad, err := audit.Verify(ctx, d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

// A page after another, each item once, for everybody only what is his.
func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for n := range 7 {
			if _, err := propose(t, d, li, practical.ProposeInput{ID: fmt.Sprintf("item-%04d", n), Household: WangHome, Kind: "other", Title: "代办", On: today.Add(-n / 2)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := propose(t, d, Who(access.Office, Baihe, "", today), practical.ProposeInput{ID: "item-bai1", Household: BaiHome, For: SunYue, Kind: "other", Title: "代办"}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			want int
		}{
			{"his own", li, 7}, {"a colleague", Who(access.Cadre, Qingshi, ZhaoWei, today), 0}, {"the office", Office(today), 7},
			{"the village", Who(access.Committee, Lijiawan, "", today), 7}, {"another village", Who(access.Committee, Dahe, "", today), 0},
		} {
			seen, after := map[string]bool{}, ""
			for {
				is, next, err := practical.List(t.Context(), d, x.who, practical.Filter{After: after, Limit: 2})
				if err != nil {
					t.Fatal(x.name, err)
				}
				for _, i := range is {
					if seen[i.ID] {
						t.Errorf("%s: %s twice", x.name, i.ID)
					}
					seen[i.ID] = true
				}
				if after = next; next == "" {
					break
				}
			}
			if len(seen) != x.want || seen["item-bai1"] {
				t.Errorf("%s: %d rows, want %d", x.name, len(seen), x.want)
			}
		}
	})
}
