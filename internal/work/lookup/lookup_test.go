package lookup_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/rehome"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

func do(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, d *db.DB, who access.Actor, in visit.RecordInput) {
	t.Helper()
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	do(t, d, func(tx *db.Tx) error { _, _, err := visit.Record(t.Context(), tx, who, in, cal); return err })
}

// found gives "kind id" of what somebody finds, all pages.
func found(t *testing.T, d *db.DB, who access.Actor, q lookup.Query) (out []string) {
	t.Helper()
	for {
		a, err := lookup.Find(t.Context(), d, who, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, h := range a.Hits {
			out = append(out, h.Kind+" "+h.ID)
		}
		if q.After = a.Next; q.After == "" {
			return out
		}
	}
}

func said(h lookup.Hit) (whole, marked string) {
	for _, p := range h.Excerpt {
		whole += p.Text
		if p.Hit {
			marked += "[" + p.Text + "]"
		}
	}
	return whole, marked
}

func li() access.Actor { return Who(access.Cadre, Qingshi, LiMing, today) }

// What was written a second ago is found, by words of two characters, in
// visits, thoughts and all texts of a matter; corrections, voided visits and
// moved places follow; whoever may not read it does not find it.
func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		record(t, d, li(), visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", At: "2026-11-20T15:20", Topics: []string{"subsidy"}, Words: "王桂兰问低保什么时候评，说１２月以前\n能不能定下来。门前的水 渠也堵了。", Thought: "应当先报民政办",
			Promises: []appeal.OpenInput{{ID: "appeal-0001", Title: "问清楚评议的日期"}}})
		record(t, d, Who(access.Cadre, Qingshi, ZhaoWei, today), visit.RecordInput{ID: "visit-0002", Household: ChenHome, How: "home", At: "2026-11-21", Topics: []string{"water_road"}, Words: "水渠修好了，低处的保水田不再缺水。"})
		office, zhao, sun := Office(today), Who(access.Cadre, Qingshi, ZhaoWei, today), Who(access.Cadre, Baihe, SunYue, today)
		committee := Who(access.Committee, Lijiawan, "", today)
		check := func(name string, who access.Actor, q lookup.Query, want ...string) {
			t.Helper()
			if got := found(t, d, who, q); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		check("two characters", office, lookup.Query{Words: "低保"}, "visit visit-0001")
		check("over a space", office, lookup.Query{Words: "水渠"}, "visit visit-0002", "visit visit-0001")
		check("over a line break", office, lookup.Query{Words: "以前能不能"}, "visit visit-0001")
		check("other width", office, lookup.Query{Words: "12月"}, "visit visit-0001")
		check("two words", office, lookup.Query{Words: "水渠  低保"}, "visit visit-0001")
		check("pairs without the word", office, lookup.Query{Words: "低处的保水渠"})
		check("one character beside a word", office, lookup.Query{Words: "水渠 田"}, "visit visit-0002")
		check("a matter", office, lookup.Query{Words: "评议"}, "appeal appeal-0001")
		check("a matter, of its kind", office, lookup.Query{Words: "评议", Kind: lookup.Diary})
		check("by topic", office, lookup.Query{Words: "水渠", Topic: "water_road"}, "visit visit-0002")
		check("by place", office, lookup.Query{Words: "水渠", Place: Lijiawan}, "visit visit-0001")
		check("by time", office, lookup.Query{Words: "水渠", From: "2026-11-21"}, "visit visit-0002")
		check("until", office, lookup.Query{Words: "水渠", To: "2026-11-20"}, "visit visit-0001")
		check("his own", li(), lookup.Query{Words: "水渠"}, "visit visit-0001")
		check("a colleague's", zhao, lookup.Query{Words: "低保"})
		check("another township", sun, lookup.Query{Words: "水渠"})
		check("another township's office", Who(access.Office, Baihe, "", today), lookup.Query{Words: "水渠"})
		check("the committee reads matters, not diaries", committee, lookup.Query{Words: "评议"}, "appeal appeal-0001")
		check("the committee reads no diary", committee, lookup.Query{Words: "低保"})
		if got := found(t, d, office, lookup.Query{Words: "民政"}); len(got) != 1 || !strings.HasPrefix(got[0], "thought ") {
			t.Error("a thought:", got)
		}

		a, err := lookup.Find(t.Context(), d, office, lookup.Query{Words: "低保 水渠"})
		if err != nil || len(a.Hits) != 1 {
			t.Fatal(a, err)
		}
		whole, marked := said(a.Hits[0])
		if whole != "王桂兰问低保什么时候评，说１２月以前 能不能定下来。门前的水 渠也堵了。" || marked != "[低保][水 渠]" || a.Hits[0].Household != WangHome || a.Hits[0].Cadre != LiMing || a.Hits[0].Place != Group1 {
			t.Errorf("%q %q %+v", whole, marked, a.Hits[0])
		}

		// A correction.
		do(t, d, func(tx *db.Tx) error {
			_, err := visit.Amend(t.Context(), tx, li(), visit.AmendInput{ID: "amend-0001", Visit: "visit-0001", Version: 1, At: "2026-11-22", How: "home", Topics: []string{"housing"}, Words: "王桂兰问危房改造。", Why: "记错了"})
			return err
		})
		check("the former text", office, lookup.Query{Words: "低保"})
		check("the new text on its new day", office, lookup.Query{Words: "危房", From: "2026-11-22", Topic: "housing"}, "visit visit-0001")
		// What came of a matter.
		do(t, d, func(tx *db.Tx) error {
			_, err := appeal.Move(t.Context(), tx, li(), appeal.MoveInput{ID: "close-0001", Appeal: "appeal-0001", Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "下月初开会"}, calendar.Calendar{})
			return err
		})
		check("a result", li(), lookup.Query{Words: "月初"}, "appeal appeal-0001")
		// The home gets another official, and the open matters with it.
		record(t, d, li(), visit.RecordInput{ID: "visit-0003", Household: WangHome, How: "phone", At: "2026-11-23", Promises: []appeal.OpenInput{{ID: "appeal-0002", Title: "借一台抽水机"}}})
		check("not his yet", zhao, lookup.Query{Words: "抽水机"})
		do(t, d, func(tx *db.Tx) error {
			_, err := pairing.Change(t.Context(), tx, office, pairing.ChangeInput{ID: "change-0001", Household: WangHome, Cadre: ZhaoWei, Reason: "rotation", Notes: "交接"})
			return err
		})
		check("handed on", zhao, lookup.Query{Words: "抽水机"}, "appeal appeal-0002")
		check("no longer his", li(), lookup.Query{Words: "抽水机"})
		// A village is merged into another.
		do(t, d, func(tx *db.Tx) error {
			_, err := region.Merge(t.Context(), tx, office, region.MergeInput{ID: "merge-0001", From: region.Last(Lijiawan), Into: region.Last(Dahe), Note: "县政府批复"}, rehome.All())
			return err
		})
		check("at its new place", office, lookup.Query{Words: "危房", Place: Dahe}, "visit visit-0001")
		check("matters too", office, lookup.Query{Words: "抽水机", Place: Dahe}, "appeal appeal-0002")
		// A visit taken back, and what was thought of it.
		do(t, d, func(tx *db.Tx) error {
			_, err := visit.Void(t.Context(), tx, li(), visit.VoidInput{ID: "void-0001", Visit: "visit-0001", Why: "记错户"})
			return err
		})
		check("a voided visit", office, lookup.Query{Words: "危房"})
		check("its thought", office, lookup.Query{Words: "民政"})

		before := found(t, d, office, lookup.Query{Words: "水渠"})
		if n, err := lookup.Rebuild(t.Context(), d, nil); err != nil || n < 4 {
			t.Fatal(n, err)
		}
		check("after a rebuild", office, lookup.Query{Words: "水渠"}, before...)
		check("voided after a rebuild", office, lookup.Query{Words: "危房"})
	})
}

func TestRefused(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	for _, x := range []struct {
		name string
		who  access.Actor
		q    lookup.Query
		kind fault.Kind
	}{
		{"one character", Office(today), lookup.Query{Words: "水"}, fault.Invalid},
		{"nothing", Office(today), lookup.Query{Words: " 。"}, fault.Invalid},
		{"two characters apart", Office(today), lookup.Query{Words: "低 保"}, fault.Invalid},
		{"too long", Office(today), lookup.Query{Words: strings.Repeat("低保", 30)}, fault.Invalid},
		{"too many", Office(today), lookup.Query{Words: "低保 水渠 修路 学校 医院 老人 收入 住房 补贴"}, fault.Invalid},
		{"no kind", Office(today), lookup.Query{Words: "低保", Kind: "letters"}, fault.Invalid},
		{"no place of the order", Office(today), lookup.Query{Words: "低保", After: "x"}, fault.Invalid},
		{"a place outside", Office(today), lookup.Query{Words: "低保", Place: Baisha}, fault.NotFound},
		{"a station's handler, a place outside", Who(access.Handler, Qingshi, LiMing, today), lookup.Query{Words: "低保", Place: Baisha}, fault.NotFound},
		{"an inspector", Who(access.Inspector, Qingshi, "", today), lookup.Query{Words: "低保"}, fault.Forbidden},
		{"the county's administrator", Who(access.CountyAdmin, Root, "", today), lookup.Query{Words: "低保"}, fault.Forbidden},
		{"an auditor", Who(access.Auditor, Root, "", today), lookup.Query{Words: "低保"}, fault.Forbidden},
	} {
		if _, err := lookup.Find(t.Context(), d, x.who, x.q); !fault.Is(err, x.kind) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

// The audit record tells that somebody searched and how much he found, not
// for what; and no word that was planted lies in the file.
func TestNoWordInRecordOrFile(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	record(t, d, li(), visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Words: "癫痫犯了两回，离婚官司还没完", Thought: "窝棚漏雨", Promises: []appeal.OpenInput{{Title: "抽水机借来"}}})
	if got := found(t, d, Office(today), lookup.Query{Words: "癫痫", Place: Lijiawan}); len(got) != 1 {
		t.Fatal(got)
	}
	detail, err := db.One(t.Context(), d, db.Text, `SELECT object || ' ' || region || ' ' || detail FROM audit_rows WHERE action = 'search.find'`)
	if err != nil || detail != `search `+Lijiawan+` {"hits":1,"more":false}` {
		t.Error(detail, err)
	}
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(d.File() + suffix)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	for _, w := range []string{"癫痫", "离婚", "官司", "窝棚", "漏雨", "抽水", "水机"} {
		if bytes.Contains(all, []byte(w)) {
			t.Errorf("%s lies open in the file", w)
		}
	}
}

// An index that is older than the records shows nothing that the records do not.
func TestAnOldIndexShowsNothingMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		record(t, d, li(), visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Words: "低保的事"})
		if got := found(t, d, li(), lookup.Query{Words: "低保"}); len(got) != 1 {
			t.Fatal(got)
		}
		// As if the marks of these changes had been lost.
		for _, q := range []string{`UPDATE visits SET cadre = 'cadre-zhaowei', writer = 'x', region = '` + Baisha + `'`, `DELETE FROM search_marks`} {
			do(t, d, func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), q); return err })
		}
		for _, who := range []access.Actor{li(), Office(today)} {
			if got := found(t, d, who, lookup.Query{Words: "低保"}); len(got) != 0 {
				t.Errorf("%s: %v", who.Account(), got)
			}
		}
	})
}

// While more waits than a search can wait for, the newest are found and the
// answer says that there is more.
func TestBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		do(t, d, func(tx *db.Tx) error {
			for i := range 700 {
				_, err := tx.Exec(t.Context(), `INSERT INTO search_marks (county, kind, ref, at) VALUES ('990101', 'visit', $1, 1)`, fmt.Sprintf("old-%04d", i))
				if err != nil {
					return err
				}
			}
			return nil
		})
		record(t, d, li(), visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Words: "低保的事"})
		a, err := lookup.Find(t.Context(), d, li(), lookup.Query{Words: "低保"})
		if err != nil || !a.Behind || len(a.Hits) != 1 {
			t.Fatal(a, err)
		}
		if n, err := lookup.Work(t.Context(), d, 1<<20); err != nil || n == 0 {
			t.Fatal(n, err)
		}
		if a, err = lookup.Find(t.Context(), d, li(), lookup.Query{Words: "低保"}); err != nil || a.Behind || len(a.Hits) != 1 {
			t.Fatal(a, err)
		}
	})
}

// Both engines find what somebody finds who opens every record he may read,
// whatever was written, corrected and taken back.
func TestFindsWhatAScanFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		r := rand.New(rand.NewPCG(3, 5))
		rs := []rune("低保水渠修路。 abＢ1")
		text := func(n int) string {
			var b strings.Builder
			for range n {
				b.WriteRune(rs[r.IntN(len(rs))])
			}
			return b.String()
		}
		homes := []struct{ home, town, cadre string }{{WangHome, Qingshi, LiMing}, {YangHome, Qingshi, ZhaoWei}, {ChenHome, Qingshi, ZhaoWei}, {BaiHome, Baihe, SunYue}}
		readers := []access.Actor{Office(today), Who(access.Office, Baihe, "", today), li(), Who(access.Cadre, Qingshi, ZhaoWei, today), Who(access.Cadre, Baihe, SunYue, today), Who(access.Leader, Root, "", today), Who(access.Committee, Lijiawan, "", today), Who(access.Office, Dahe, LiMing, today)}
		n := 0
		versions := map[string]int{}
		for range 4 {
			for range 15 {
				h := homes[r.IntN(len(homes))]
				own := Who(access.Cadre, h.town, h.cadre, today)
				n++
				in := visit.RecordInput{ID: fmt.Sprintf("visit-%04d", n), Household: h.home, How: "home", At: string(today.Add(-r.IntN(300))), Topics: []string{visit.Topics[r.IntN(2)]}, Words: text(30)}
				if h.town == Qingshi && r.IntN(3) == 0 && h.cadre != ZhaoWei {
					in.With = []string{ZhaoWei}
				}
				if r.IntN(2) == 0 {
					in.Promises = []appeal.OpenInput{{ID: fmt.Sprintf("appeal-%04d", n), Title: "办" + text(10)}}
				}
				record(t, d, own, in)
				versions[in.ID] = 1
				switch r.IntN(5) {
				case 0:
					do(t, d, func(tx *db.Tx) error {
						_, err := visit.Amend(t.Context(), tx, own, visit.AmendInput{ID: "amend-" + in.ID, Visit: in.ID, Version: 1, At: string(today.Add(-r.IntN(300))), How: "home", Topics: []string{visit.Topics[r.IntN(2)]}, Words: text(20)})
						return err
					})
				case 1:
					do(t, d, func(tx *db.Tx) error {
						_, err := visit.Void(t.Context(), tx, own, visit.VoidInput{ID: "void-" + in.ID, Visit: in.ID, Why: "记错户"})
						return err
					})
				}
			}
			hits := 0
			for range 10 {
				q := lookup.Query{Words: strings.TrimSpace(string(rs[r.IntN(6)]) + string(rs[r.IntN(6)]) + []string{"", " " + text(2), string(rs[r.IntN(6)])}[r.IntN(3)]), Limit: 1 + r.IntN(8)}
				if r.IntN(3) == 0 {
					q.Topic = visit.Topics[r.IntN(2)]
				}
				if r.IntN(3) == 0 {
					q.From, q.To = today.Add(-200), today.Add(-30)
				}
				if r.IntN(4) == 0 {
					q.Kind = lookup.Kinds[r.IntN(2)]
				}
				if r.IntN(4) == 0 {
					q.Place = []string{Qingshi, Lijiawan, Dahe, Group1}[r.IntN(4)]
				}
				for _, who := range readers {
					if _, err := lookup.Find(t.Context(), d, who, q); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
						continue // outside his reach
					}
					got, want := found(t, d, who, q), naive(t, d, who, q)
					slices.Sort(got)
					if !slices.Equal(got, want) {
						t.Fatalf("%s asks %+v: finds %v, a scan %v", who.Account(), q, got, want)
					}
					hits += len(got)
				}
			}
			if hits == 0 {
				t.Fatal("nothing was ever found: the test sees nothing")
			}
		}
	})
}

// naive opens everything the reader may open and looks.
func naive(t *testing.T, d *db.DB, who access.Actor, q lookup.Query) (out []string) {
	t.Helper()
	ctx := context.Background()
	plain := func(s string) string {
		// Written down otherwise than the program does it.
		s = strings.NewReplacer("Ｂ", "b", "。", "|").Replace(s)
		for _, side := range []string{"低", "保", "水", "渠", "修", "路", "办"} {
			for strings.Contains(s, side+" ") || strings.Contains(s, " "+side) {
				s = strings.NewReplacer(side+" ", side, " "+side, side).Replace(s)
			}
		}
		for strings.Contains(s, "  ") || strings.Contains(s, "||") || strings.Contains(s, " |") || strings.Contains(s, "| ") {
			s = strings.NewReplacer("  ", " ", "||", "|", " |", "|", "| ", "|").Replace(s)
		}
		return strings.ReplaceAll(s, " ", "|")
	}
	holds := func(texts ...string) bool {
		for _, w := range strings.Fields(q.Words) {
			w = strings.Trim(plain(w), "|")
			if w == "" {
				continue
			}
			there := false
			for _, s := range texts {
				there = there || strings.Contains(plain(s), w)
			}
			if !there {
				return false
			}
		}
		return true
	}
	fits := func(place string, day calendar.Day, topics ...string) bool {
		return strings.HasPrefix(place, q.Place) && (q.Topic == "" || slices.Contains(topics, q.Topic)) && (q.From == "" || day >= q.From && day <= q.To)
	}
	ids, err := visit.IDs(ctx, d, County, "", 10000)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		v, err := visit.Show(ctx, d, who, id)
		if err != nil || v.Voided != "" || q.Kind == lookup.Matter {
			continue
		}
		if v.Words != "" && fits(v.Region, v.Day, v.Topics...) && holds(v.Words) {
			out = append(out, "visit "+id)
		}
	}
	if ids, err = appeal.IDs(ctx, d, County, "", 10000); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		a, err := appeal.Show(ctx, d, who, id)
		if err == nil && q.Kind != lookup.Diary && fits(a.Region, a.OpenedOn) && holds(a.Title, a.Result) {
			out = append(out, "appeal "+id)
		}
	}
	slices.Sort(out)
	return out
}

// Nothing of a home that a search shows is more than its number.
func TestHitsNameNobody(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	record(t, d, li(), visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", Words: "低保的事"})
	a, err := lookup.Find(t.Context(), d, li(), lookup.Query{Words: "低保"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := household.Get(t.Context(), d, County, WangHome)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%+v", a); strings.Contains(s, h.Head) || strings.Contains(s, h.Phone) {
		t.Error(s)
	}
}
