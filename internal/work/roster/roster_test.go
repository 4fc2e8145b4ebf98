package roster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

var villages = []string{"李家湾村", "大河村", "石桥村", "上寨村", "松林村", "龙潭村"}

// town enters 青石镇 with its villages and 白河镇 beside it.
func town(t testing.TB, d *db.DB) access.Actor {
	t.Helper()
	today := calendar.FromTime(d.Now())
	places := []region.EnterInput{{Code: "99", Name: "示例省"}, {Code: "9901", Name: "示例州"}, {Code: "990101", Name: "云岭县"}, {Code: "990101100", Name: "青石镇"}, {Code: "990101101", Name: "白河镇"}}
	for i, v := range villages {
		places = append(places, region.EnterInput{Code: fmt.Sprintf("990101100%d", 201+i), Name: v, Kind: "committee"})
	}
	do(t, d, func(tx *db.Tx) error {
		return region.Found(t.Context(), tx, worktest.Who(access.CountyAdmin, worktest.Root, "", today), places)
	})
	return worktest.Office(today)
}

func do(t testing.TB, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func upload(t testing.TB, d *db.DB, who access.Actor, op, name string, b []byte) roster.Import {
	t.Helper()
	book, err := xlsx.ReadUpload(name, b, xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := db.Write(t.Context(), d, func(tx *db.Tx) (roster.Import, error) {
		return roster.Upload(t.Context(), tx, who, roster.UploadInput{ID: op, Township: worktest.Qingshi, Name: name, File: b, Book: book})
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func confirm(t testing.TB, d *db.DB, who access.Actor, in roster.ConfirmInput) (roster.Import, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (roster.Import, error) { return roster.Confirm(t.Context(), tx, who, in) })
}

func undo(t testing.TB, d *db.DB, who access.Actor, op, id string) (roster.Import, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (roster.Import, error) {
		return roster.Undo(t.Context(), tx, who, roster.UndoInput{ID: op, Import: id})
	})
}

// rows counts everything an import writes.
func rows(t testing.TB, d *db.DB) map[string]int {
	t.Helper()
	m := map[string]int{}
	for _, table := range []string{"regions", "region_changes", "cadres", "posts", "units", "cadre_keys", "households", "members", "care_tags", "household_keys", "household_events", "pairings", "recounts"} {
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		m[table] = n
	}
	return m
}

type expect struct {
	Officials, Households, Members, Pairings int
	BadRows                                  []int
}

// TestWorkbooks takes the three workbooks one after the other into one township:
// exact figures, then the same files again change nothing, then all is undone.
func TestWorkbooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := town(t, d)
		empty := rows(t, d)
		var done []roster.Import
		for _, name := range []string{"r1-clean", "r2-merged", "r4-errors"} {
			var want expect
			if err := json.Unmarshal(file(t, name+".expect.json"), &want); err != nil {
				t.Fatal(err)
			}
			before := rows(t, d)
			x := upload(t, d, who, "up-"+name, name+".xlsx", file(t, name+".xlsx"))
			if diff := cmp.Diff(before, rows(t, d)); diff != "" {
				t.Errorf("%s: the upload wrote something: %s", name, diff)
			}
			p, err := roster.See(t.Context(), d, who, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			c := p.Counts
			if diff := cmp.Diff([4]int{want.Officials, want.Households, want.Members, want.Pairings}, [4]int{c.Cadres, c.Households, c.Members, c.Pairings}); diff != "" {
				t.Errorf("%s: officials, households, members, pairings: %s", name, diff)
			}
			var bad []int
			for _, q := range p.Problems {
				if q.Severity == rule.Error {
					bad = append(bad, q.Row)
				}
			}
			sort.Ints(bad)
			if diff := cmp.Diff(want.BadRows, bad); diff != "" || c.Held != len(want.BadRows) {
				t.Errorf("%s: rows with errors: %s, %d held", name, diff, c.Held)
			}
			got, err := confirm(t, d, who, roster.ConfirmInput{ID: "ok-" + name, Import: x.ID})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got.State != roster.Confirmed || got.Counts != c {
				t.Errorf("%s: confirmed %+v, seen %+v", name, got.Counts, c)
			}
			after := rows(t, d)
			if after["households"]-before["households"] != want.Households || after["members"]-before["members"] != want.Members || after["pairings"]-before["pairings"] != want.Pairings || after["cadres"]-before["cadres"] != c.NewCadres {
				t.Errorf("%s: stored %v before %v", name, after, before)
			}
			done = append(done, got)
		}
		full := rows(t, d)
		for _, name := range []string{"r1-clean", "r2-merged", "r4-errors"} {
			x := upload(t, d, who, "up-again-"+name, name+".xlsx", file(t, name+".xlsx"))
			p, err := roster.See(t.Context(), d, who, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			c := p.Counts
			if c.NewHomes+c.NewCadres+c.NewPairings+c.ChangedHomes+c.ChangedCadres+c.OtherPairings+len(p.Villages)+len(p.Groups) != 0 {
				t.Errorf("%s again: %+v %v", name, c, p.Groups)
				for _, h := range p.Homes {
					if h.State != roster.Same {
						t.Logf("%+v", h)
					}
				}
			}
			if earlier, err := roster.Earlier(t.Context(), d, who, x); err != nil || len(earlier) != 1 {
				t.Errorf("%s again: %d earlier, %v", name, len(earlier), err)
			}
			if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "ok-again-" + name, Import: x.ID, All: true}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(full, rows(t, d)); diff != "" {
				t.Errorf("%s again changed something: %s", name, diff)
			}
		}
		for i := len(done) - 1; i >= 0; i-- {
			if _, err := undo(t, d, who, "undo-"+done[i].ID, done[i].ID); err != nil {
				t.Fatalf("undo of %s: %v", done[i].Name, err)
			}
		}
		if diff := cmp.Diff(empty, rows(t, d)); diff != "" {
			t.Errorf("after the undo something is left: %s", diff)
		}
	})
}

// TestStored looks at what one home, its people and its official became.
func TestStored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := town(t, d)
		csv := "户主,与户主关系,姓名,身份证号,村,组,联系电话,住址,对象类别,家庭人口,备注,联系干部,干部职务\n" +
			"王桂兰,户主,王桂兰,990101195003070025,李家湾村,3,13800002001、13800002002,老槐树旁,低保户、信访户,2,腿脚不便,李明,副镇长\n" +
			",孙女,王小雨,,李家湾村,3,,,留守儿童,,,,\n" +
			"陈大有,户主,陈大有,,大河村,二组,13800002003,,军属,1,,李明、赵伟,\n"
		x := upload(t, d, who, "upload-01", "表.csv", []byte(csv))
		p, err := roster.See(t.Context(), d, who, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if c := p.Counts; c.Households != 2 || c.Members != 3 || c.NewPairings != 3 || c.Errors != 0 || len(p.Groups) != 2 {
			t.Fatalf("%+v %v %+v", c, p.Groups, p.Problems)
		}
		ranks := map[string]string{}
		for _, c := range p.Cadres {
			if want := map[string]string{"李明": cadre.TownshipLeader, "赵伟": cadre.TownshipStaff}[c.Name]; c.Rank != want {
				t.Errorf("%s is guessed %s", c.Name, c.Rank)
			}
			if c.Name == "赵伟" {
				ranks[c.Key] = cadre.SectionLeader
			}
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-01", Import: x.ID, Ranks: ranks, Since: "2026-03-01"}); err != nil {
			t.Fatal(err)
		}
		hs, _, err := household.List(t.Context(), d, who, household.Filter{Query: "王桂兰"})
		if err != nil || len(hs) != 1 {
			t.Fatal(hs, err)
		}
		h, err := household.Get(t.Context(), d, who.County(), hs[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if h.Region != worktest.Lijiawan+"990101100201L03/" || h.Phone != "13800002001" || h.Notes != "13800002002\n腿脚不便" || len(h.Members) != 2 || h.Members[0].IDNumber != "990101195003070025" || !h.Priority {
			t.Errorf("%+v", h)
		}
		// The home is known here from today: nobody can have left it without a visit before.
		if a, err := progress.Attend(t.Context(), d, who, progress.Look{}); err != nil || a.Unvisited.N != 0 || h.Since != calendar.FromTime(d.Now()) {
			t.Errorf("just imported, and %d homes wait for a visit since %s (%v)", a.Unvisited.N, h.Since, err)
		}
		tags := map[string]string{}
		for _, g := range h.Tags {
			tags[g.Tag] = g.Member
			if strings.Contains(g.Evidence+h.Notes, "信访") {
				t.Errorf("the petition is stored: %+v", g)
			}
		}
		if diff := cmp.Diff(map[string]string{"allowance": "", "left_behind_student": h.Members[1].ID}, tags); diff != "" {
			t.Error(diff)
		}
		ps, err := pairing.Of(t.Context(), d, who.County(), h.ID)
		if err != nil || len(ps) != 1 || ps[0].From != "2026-03-01" || ps[0].Role != pairing.Lead {
			t.Errorf("%+v %v", ps, err)
		}
		hs, _, _ = household.List(t.Context(), d, who, household.Filter{Query: "chendayou"})
		if len(hs) != 1 {
			t.Fatal("not found by pinyin")
		}
		ts, err := household.TagsOf(t.Context(), d, who.County(), hs[0].ID)
		if err != nil || len(ts) != 1 || ts[0].Tag != "other" || ts[0].Evidence != "军属" {
			t.Errorf("%+v %v", ts, err)
		}
		if ps, _ := pairing.Of(t.Context(), d, who.County(), hs[0].ID); len(ps) != 2 {
			t.Errorf("joint helper: %+v", ps)
		}
		cs, err := cadre.InTownship(t.Context(), d, who.County(), worktest.Qingshi, who.Today())
		if err != nil || len(cs) != 2 {
			t.Fatal(cs, err)
		}
		for _, c := range cs {
			if p, _ := c.Post("2026-03-01"); c.Name == "赵伟" && p.Rank != cadre.SectionLeader {
				t.Errorf("the changed rank is %s", p.Rank)
			}
		}

		// The next list has another phone, one more person and another helper.
		csv = "户主,与户主关系,姓名,身份证号,村,组,联系电话,住址,联系干部\n" +
			"王桂兰,户主,王桂兰,990101195003070025,李家湾村,3,13800009999,老槐树旁,赵伟\n,儿子,王建国,,李家湾村,3,,,\n"
		x = upload(t, d, who, "upload-02", "表2.csv", []byte(csv))
		p, err = roster.See(t.Context(), d, who, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if c := p.Counts; c.ChangedHomes != 1 || c.OtherPairings != 1 || c.NewHomes != 0 || c.NewPairings != 0 || c.NewCadres != 0 {
			t.Fatalf("%+v", c)
		}
		fields := ""
		for _, c := range p.Homes[0].Changes {
			fields += c.Field + " "
		}
		if fields != "phone members helper " {
			t.Errorf("changes: %s", fields)
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-02", Import: x.ID}); err != nil {
			t.Fatal(err)
		}
		if now, _ := household.Get(t.Context(), d, who.County(), h.ID); now.Phone != "13800002001" || len(now.Members) != 2 {
			t.Error("changed without being ticked")
		}
		x = upload(t, d, who, "upload-03", "表2.csv", []byte(csv))
		done, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-03", Import: x.ID, Update: []string{h.ID}})
		if err != nil || done.Counts.Updated != 1 {
			t.Fatal(done.Counts, err)
		}
		if now, _ := household.Get(t.Context(), d, who.County(), h.ID); now.Phone != "13800009999" || len(now.Members) != 3 {
			t.Errorf("%+v", now)
		}
		if _, err := undo(t, d, who, "undo-0003", x.ID); err != nil {
			t.Fatal(err)
		}
		if now, _ := household.Get(t.Context(), d, who.County(), h.ID); now.Phone != "13800002001" || len(now.Members) != 2 {
			t.Errorf("after the undo: %+v", now)
		}
	})
}

// TestUndoRefused: what stands on an import is named, and nothing is lost.
func TestUndoRefused(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		who := town(t, d)
		x := upload(t, d, who, "upload-01", "r1-clean.xlsx", file(t, "r1-clean.xlsx"))
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-01", Import: x.ID}); err != nil {
			t.Fatal(err)
		}
		ps, err := pairing.Present(t.Context(), d, who.County(), worktest.Qingshi, who.Today())
		if err != nil || len(ps) != 120 {
			t.Fatal(len(ps), err)
		}
		helper := worktest.Who(access.Cadre, worktest.Qingshi, ps[0].Cadre, who.Today())
		clock.Add(time.Minute)
		do(t, d, func(tx *db.Tx) error {
			_, _, err := visit.Record(t.Context(), tx, helper, visit.RecordInput{ID: "visit-001", Household: ps[0].Household, At: string(who.Today()), How: "home"}, calendar.Calendar{})
			return err
		})
		full := rows(t, d)
		_, err = undo(t, d, who, "undo-001", x.ID)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Conflict || len(e.Fields) != 1 || e.Fields[0].Name != "visit" || fmt.Sprint(e.Fields[0].Args) != "[n 1]" {
			t.Fatalf("%v", err)
		}
		if diff := cmp.Diff(full, rows(t, d)); diff != "" {
			t.Errorf("the refused undo changed something: %s", diff)
		}
		y := upload(t, d, who, "upload-02", "r2-merged.xlsx", file(t, "r2-merged.xlsx"))
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-02", Import: y.ID}); err != nil {
			t.Fatal(err)
		}
		clock.Add(25 * time.Hour)
		if _, err := undo(t, d, who, "undo-002", y.ID); !fault.Is(err, fault.Gone) {
			t.Errorf("an undo after a day: %v", err)
		}
	})
}

// TestGuard: nobody else sees an upload, it is confirmed once, and its file is
// forgotten.
func TestGuard(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		who := town(t, d)
		x := upload(t, d, who, "upload-01", "r4-errors.xlsx", file(t, "r4-errors.xlsx"))
		if y := upload(t, d, who, "upload-01", "r4-errors.xlsx", file(t, "r4-errors.xlsx")); y != x {
			t.Error("the same upload twice made two")
		}
		today := who.Today()
		if _, err := roster.Get(t.Context(), d, worktest.Who(access.Office, worktest.Baihe, "", today), x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the other township: %v", err)
		}
		if _, err := roster.Get(t.Context(), d, worktest.Who(access.Leader, worktest.Qingshi, "", today), x.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader: %v", err)
		}
		if l, _, err := roster.List(t.Context(), d, worktest.Who(access.Office, worktest.Baihe, "", today), "", "", 0); err != nil || len(l) != 0 {
			t.Errorf("the other township lists %d, %v", len(l), err)
		}
		_, err := db.Write(t.Context(), d, func(tx *db.Tx) (roster.Import, error) {
			return roster.Fix(t.Context(), tx, who, roster.FixInput{ID: "fix-00001", Import: x.ID, Fixes: []roster.Decision{
				{Action: rule.Set, Sheet: "户", Row: 8, Field: rule.FieldHead, Value: "王芳"}, {Action: rule.Set, Sheet: "户", Row: 14, Field: rule.FieldID},
				{Action: rule.Set, Field: rule.FieldVillage, Alike: true, Match: "不存在村", Value: "大河村"}, {Action: rule.Skip, Sheet: "户", Row: 26}, {Action: rule.Set, Field: rule.FieldCadre, Alike: true, Match: "查无此人", Value: "田丽"}}})
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := roster.See(t.Context(), d, who, x.ID)
		if err != nil || p.Counts.Households != 59 || p.Counts.Errors != 0 || p.Version != 2 {
			t.Fatalf("%+v %v", p.Counts, err)
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-01", Import: x.ID, Version: 1}); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed what was not looked at: %v", err)
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-02", Import: x.ID, Version: 2}); err != nil {
			t.Fatal(err)
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-03", Import: x.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed twice: %v", err)
		}
		y := upload(t, d, who, "upload-02", "r1-clean.xlsx", file(t, "r1-clean.xlsx"))
		clock.Add(8 * 24 * time.Hour)
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: "confirm-04", Import: y.ID}); !fault.Is(err, fault.Gone) {
			t.Errorf("confirmed after its time: %v", err)
		}
		if n, err := roster.Sweep(context.Background(), d); err != nil || n != 2 {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := roster.Open(t.Context(), d, who, x.ID); !fault.Is(err, fault.Gone) {
			t.Errorf("the file is still there: %v", err)
		}
		if z, err := roster.Get(t.Context(), d, who, y.ID); err != nil || z.State != roster.Expired {
			t.Errorf("%+v %v", z, err)
		}
	})
}
