package xlsx_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/roster"
)

// known are the villages of 青石镇, as the register of a township has them before the first import.
func known() roster.Known {
	var k roster.Known
	for i, v := range []string{"李家湾村", "大河村", "石桥村", "上寨村", "松林村", "龙潭村"} {
		k.Villages = append(k.Villages, roster.KnownVillage{Ref: string(rune('a' + i)), Name: v})
	}
	return k
}

func readFile(t testing.TB, path string) grid.Workbook {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := xlsx.Read(bytes.NewReader(b), int64(len(b)), xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func input(w grid.Workbook, k roster.Known) roster.Input {
	return roster.Input{Sheets: w.Sheets, Layouts: roster.RecogniseAll(w.Sheets), Known: k, Today: identity.Date{Year: 2026, Month: 3, Day: 15}}
}

// The figures beside the three real-looking workbooks must come out exactly, with the villages
// known and without.
func TestExpected(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.expect.json")
	if len(files) != 3 {
		t.Fatalf("%d expectations", len(files))
	}
	for _, f := range files {
		var want struct {
			Officials, Households, Members, Pairings int
			BadRows                                  []int
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		for name, k := range map[string]roster.Known{"known villages": known(), "nothing known": {}} {
			t.Run(filepath.Base(f)+"/"+name, func(t *testing.T) {
				w := readFile(t, strings.TrimSuffix(f, ".expect.json")+".xlsx")
				res := roster.Extract(input(w, k))
				c := res.Counts()
				got := [4]int{c.Cadres, c.Households, c.Members, c.Pairings}
				if diff := cmp.Diff([4]int{want.Officials, want.Households, want.Members, want.Pairings}, got); diff != "" {
					t.Errorf("officials, households, members, pairings: %s", diff)
				}
				var bad []int
				for _, p := range res.Problems {
					bad = append(bad, p.Row)
				}
				sort.Ints(bad)
				if diff := cmp.Diff(want.BadRows, bad); diff != "" {
					t.Errorf("rows with problems: %s\n%+v", diff, res.Problems)
				}
			})
		}
	}
}

// Each bad row is named: what is wrong, where, and a way to repair it.
func TestProblemsAreNamed(t *testing.T) {
	in := input(readFile(t, "testdata/r4-errors.xlsx"), known())
	res := roster.Extract(in)
	type named struct {
		Row              int
		Key, Column, Ref string
	}
	var got []named
	for _, p := range res.Problems {
		if p.Sheet != "户" || len(p.Fixes) == 0 {
			t.Errorf("%+v", p)
		}
		got = append(got, named{p.Row, p.Key, p.Column, p.ColumnRef})
	}
	want := []named{
		{8, roster.KeyHeadMissing, "户主姓名", "A"}, {14, roster.KeyIDChecksum, "身份证号码", "B"}, {20, roster.KeyVillageUnknown, "村委会", "C"},
		{26, roster.KeyDuplicate, "身份证号码", "B"}, {40, roster.KeyCadreUnknown, "帮扶人", "G"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"李㛃", "董永石"} { // one name, two people
		n := 0
		for _, h := range res.Households {
			if h.Head == name {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%s: %d households, want 2 kept apart", name, n)
		}
	}

	// All five repaired: sixty households.
	fixed := roster.Apply(in, []roster.Fix{
		{Action: roster.Set, Sheet: "户", Row: 8, Field: roster.FieldHead, Value: "王 芳"},
		{Action: roster.Set, Sheet: "户", Row: 14, Field: roster.FieldID, Value: ""},
		{Action: roster.Set, Field: roster.FieldVillage, Alike: true, Match: "不存在村", Value: "大河村"},
		{Action: roster.Set, Sheet: "户", Row: 26, Field: roster.FieldID, Value: "11010519491231002x"},
		{Action: roster.Set, Field: roster.FieldCadre, Alike: true, Match: "查无此人", Value: "田丽"},
	})
	if c := fixed.Counts(); c.Households != 60 || c.Pairings != 60 || len(fixed.Problems) != 0 || len(fixed.Held) != 0 {
		t.Errorf("repaired: %+v %+v", c, fixed.Problems)
	}
	left := roster.Apply(in, []roster.Fix{{Action: roster.Skip, Key: roster.KeyVillageUnknown, Alike: true}, {Action: roster.Skip, Sheet: "户", Row: 8}})
	if c := left.Counts(); c.Households != 55 || len(left.Problems) != 3 {
		t.Errorf("left out: %+v, %d problems", c, len(left.Problems))
	}
}

// Running the same file against a register that holds it changes nothing, and a household that
// moved to another village in the list is found.
func TestAgainstRegister(t *testing.T) {
	in := input(readFile(t, "testdata/r2-merged.xlsx"), known())
	first := roster.Extract(in)
	in.Known.Blind = func(id string) string { return "key of " + id }
	for _, c := range first.Cadres {
		in.Known.Cadres = append(in.Known.Cadres, roster.KnownCadre{Ref: "c-" + c.Name, Name: c.Name, Post: c.Post})
	}
	for _, h := range first.Households {
		k := roster.KnownHousehold{Ref: "h-" + h.Head, Head: h.Head, Village: h.Village, Group: h.Group, HeadKey: in.Known.Blind(h.Members[0].ID.Canonical())}
		for _, m := range h.Members[1:] {
			k.MemberKeys = append(k.MemberKeys, in.Known.Blind(m.ID.Canonical()))
		}
		in.Known.Households = append(in.Known.Households, k)
	}
	again := roster.Extract(in)
	if len(again.Problems) != 0 || len(again.Households) != 80 {
		t.Fatalf("%d households, problems %+v", len(again.Households), again.Problems)
	}
	for _, h := range again.Households {
		if h.Existing != "h-"+h.Head {
			t.Errorf("%s found as %q", h.Head, h.Existing)
		}
	}
	for _, c := range again.Cadres {
		if c.Existing != "c-"+c.Name {
			t.Errorf("official %s found as %q", c.Name, c.Existing)
		}
	}
	in.Known.Households[3].Village = "上寨村" // it is 李家湾村 in the list
	moved := roster.Extract(in)
	if len(moved.Problems) != 1 || moved.Problems[0].Key != roster.KeyDuplicateStored || moved.Problems[0].Row != 13 || len(moved.Households) != 79 {
		t.Errorf("%d households, %+v", len(moved.Households), moved.Problems)
	}
}

// Importing one township's three files one after the other: officials of the register do not make
// those of a file without a list wrong.
func TestListOnlyInRegister(t *testing.T) {
	k := known()
	k.Cadres = []roster.KnownCadre{{Ref: "1", Name: "张国国", Post: "镇长"}}
	res := roster.Extract(input(readFile(t, "testdata/r2-merged.xlsx"), k))
	if c := res.Counts(); c.Households != 80 || c.Cadres != 18 || c.Errors != 0 || c.Warnings != 18 {
		t.Errorf("%+v", c)
	}
	k.CadresComplete = true
	res = roster.Extract(input(readFile(t, "testdata/r2-merged.xlsx"), k))
	if c := res.Counts(); c.Households != 0 || c.Errors != 80 {
		t.Errorf("complete register: %+v", c)
	}
}

// What Excel does to a roster, through the real file format: numbers stored as numbers, a hidden
// column, a formula, dates as day numbers, a sheet per village.
func TestMessyWorkbook(t *testing.T) {
	f := excelize.NewFile()
	must(t, f.SetSheetName("Sheet1", "松林村"))
	_, err := f.NewSheet("大河村")
	must(t, err)
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	for _, s := range []string{"松林村", "大河村"} {
		must(t, f.SetSheetRow(s, "A1", &[]any{s + "联系户名册"}))
		must(t, f.MergeCell(s, "A1", "H1"))
		must(t, f.SetSheetRow(s, "A3", &[]any{"序号", "农户姓名", "身份证号", "旧电话", "联系电话", "出生日期", "社", "挂联人"}))
	}
	must(t, f.SetSheetRow("松林村", "A4", &[]any{1, "王芳", "11010519491231002x", 13900000001, 13800000001, 18263, 3, "李明/钱进"}))
	must(t, f.SetSheetRow("松林村", "A5", &[]any{2, "赵四", 990101195412247717, 13900000002, "+86 13800000002", "1954.12.24", "三社", "李明"}))
	must(t, f.SetSheetRow("松林村", "A6", &[]any{3, "孙七", 990101195412247717.0, "", 13800000003, "", "", "李明"}))
	must(t, f.SetSheetRow("松林村", "A7", &[]any{"小计", "", "3户"}))
	must(t, f.SetSheetRow("大河村", "A4", &[]any{1, "周八", "", "", "0838-2234567；13800000004", "", "2", "钱 进"}))
	must(t, f.SetSheetRow("大河村", "A5", &[]any{"合计"}))
	must(t, f.SetCellFormula("大河村", "B5", "COUNTA(B4:B4)"))
	must(t, f.SetCellStyle("松林村", "F4", "F4", date))
	must(t, f.SetColVisible("松林村", "D", false))
	must(t, f.SetColVisible("大河村", "D", false))
	var b bytes.Buffer
	must(t, f.Write(&b))
	w, err := read(b.Bytes())
	must(t, err)
	res := roster.Extract(input(w, known()))
	c := res.Counts()
	if c.Cadres != 2 || c.Households != 2 || c.Pairings != 3 || c.Errors != 2 || c.Warnings != 1 {
		t.Fatalf("%+v %+v", c, res.Problems)
	}
	for _, p := range res.Problems {
		if p.Key == roster.KeyHiddenLeft && p.ColumnRef == "D" {
			continue
		}
		if p.Key != roster.KeyIDPrecision || p.ColumnRef != "C" {
			t.Errorf("%+v", p)
		}
	}
	h := res.Households[0]
	if h.Members[0].Birth.String() != "1949-12-31" || h.Phones[0].Number != "13800000001" || len(h.Phones) != 1 || h.Group != "3社" || h.Village != "松林村" {
		t.Errorf("%+v", h)
	}
	if h := res.Households[1]; len(h.Phones) != 2 || h.Village != "大河村" {
		t.Errorf("%+v", h)
	}
}
