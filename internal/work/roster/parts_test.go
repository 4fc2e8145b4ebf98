package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
	"lianxin/internal/work/worktest"
)

const twoHeads = "户主,联系干部,村,组\n王芳,李明,松林村,1\n青石镇大河村,,,\n联系干部,户主,身份证号,困难类型\n钱进,赵四,110105194912310021,低保\n钱进,孙七,,残疾\n"

// A sheet with a second head is two layouts, each changed by itself; both are read, and what a
// row's care words said is kept.
func TestTwoPartsOfASheet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := town(t, d)
		x := upload(t, d, who, op(1), "两段.csv", []byte(twoHeads))
		s, err := roster.Open(t.Context(), d, who, x.ID)
		if err != nil || len(s.Layouts) != 2 || s.Layouts[0].LastRow == 0 || s.Layouts[1].HeadRow != 4 {
			t.Fatalf("%+v %v", s.Layouts, err)
		}
		p := see(t, d, who, x)
		if p.Counts.Households != 2 || len(p.Problems) != 1 {
			t.Fatalf("%+v %+v", p.Counts, p.Problems)
		}
		for _, q := range p.Problems {
			if q.Row != 5 || (q.Column != "身份证号" || p.Whose[rule.RowRef{Sheet: q.Sheet, Row: 5}].Name != "赵四") {
				t.Errorf("%+v %+v", q, p.Whose)
			}
		}
		change := func(n int, l roster.SheetLayout) error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := roster.Layouts(t.Context(), tx, who, roster.LayoutsInput{ID: op(n), Import: x.ID, Sheets: []roster.SheetLayout{l}})
				return err
			})
		}
		name := s.Layouts[0].Sheet
		if err := change(2, roster.SheetLayout{Sheet: name, Part: 1, Kind: "households", Village: "石桥村", Fields: map[string]string{"D": ""}}); err != nil {
			t.Fatal(err)
		}
		for n, l := range []roster.SheetLayout{{Sheet: name, Part: 2, Kind: "households"}, {Sheet: name, Part: 0, Kind: "households", HeadRow: 6}, {Sheet: name, Part: 1, Kind: "households", HeadRow: 1}} {
			if err := change(10+n, l); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", l, err)
			}
		}
		p = see(t, d, who, x)
		at := map[string]string{}
		for _, h := range p.Homes {
			at[h.Head] = h.Place
		}
		if at["王芳"] != "松林村1组" || at["孙七"] != "石桥村" {
			t.Errorf("%v", at)
		}
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: op(20), Import: x.ID}); err != nil {
			t.Fatal(err)
		}
	})
}

func see(t *testing.T, d *db.DB, who access.Actor, x roster.Import) roster.Preview {
	t.Helper()
	p, err := roster.See(t.Context(), d, who, x.ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// 社 and 组 are two words for one thing: a list that says 7社 makes a 7组 where the village's groups
// are called 组, and finds 1组 for 1社. A village without groups takes the list's own word.
func TestGroupsTakeTheVillagesWord(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	who := town(t, d)
	take := func(n int, text string) roster.Preview {
		t.Helper()
		x := upload(t, d, who, op(n), "户.csv", []byte(text))
		p := see(t, d, who, x)
		if _, err := confirm(t, d, who, roster.ConfirmInput{ID: op(n + 50), Import: x.ID}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	take(1, "户主,村,组\n王芳,大河村,1组\n李华,大河村,2组\n赵四,石桥村,1社\n孙七,上寨村,一队\n")
	p := take(2, "户主,村,社\n周一,大河村,7社\n周二,大河村,1社\n周三,石桥村,2组\n周四,松林村,3社\n周五,大河村,大寨\n周六,大河村,7组\n")
	got := []string{}
	for _, g := range p.Groups {
		got = append(got, g.Village+":"+strings.Join(g.Groups, "、"))
	}
	if diff := cmp.Diff([]string{"大河村:7组、大寨", "石桥村:2社", "松林村:3社"}, got); diff != "" {
		t.Error(diff)
	}
	rs, err := region.Tree(t.Context(), d, worktest.Qingshi)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, r := range rs {
		if r.Level == region.Group {
			names[r.Name]++
		}
	}
	if diff := cmp.Diff(map[string]int{"1组": 1, "2组": 1, "7组": 1, "大寨": 1, "1社": 1, "2社": 1, "1队": 1, "3社": 1}, names); diff != "" {
		t.Error(diff)
	}
	es, err := household.Register(t.Context(), d, who.County(), worktest.Qingshi)
	if err != nil || len(es) != 10 {
		t.Errorf("%d homes, %v", len(es), err)
	}
}

func op(n int) string { return fmt.Sprintf("01977000-0000-7000-8000-%012d", n) }

// A row that was taken for a head and is none joins its part to the one above.
func TestAHeadThatIsNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := town(t, d)
		x := upload(t, d, who, op(1), "两段.csv", []byte(twoHeads))
		s, err := roster.Open(t.Context(), d, who, x.ID)
		if err != nil || len(s.Layouts) != 2 {
			t.Fatalf("%+v %v", s.Layouts, err)
		}
		name := s.Layouts[0].Sheet
		join := func(n, part int) error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := roster.Layouts(t.Context(), tx, who, roster.LayoutsInput{ID: op(n), Import: x.ID, Sheets: []roster.SheetLayout{{Sheet: name, Part: part, Kind: roster.Above}}})
				return err
			})
		}
		if err := join(2, 0); !fault.Is(err, fault.Invalid) {
			t.Error("the first part has nothing above", err)
		}
		if err := join(3, 1); err != nil {
			t.Fatal(err)
		}
		s, err = roster.Open(t.Context(), d, who, x.ID)
		if err != nil || len(s.Layouts) != 1 || !s.Layouts[0].Holds(4) || !s.Layouts[0].Holds(6) {
			t.Fatalf("%+v %v", s.Layouts, err)
		}
		heads := ""
		for _, h := range see(t, d, who, x).Homes {
			heads += h.Head + " "
		}
		// With the columns of the part above, its first column is the head of the home.
		if !strings.Contains(heads, "王芳") || !strings.Contains(heads, "钱进") {
			t.Error(heads)
		}
	})
}
