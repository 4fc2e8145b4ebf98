package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/rule/grid"
)

// A second list below the first, with a title and a head of its own in another order, is read by
// its own columns; problems of its rows name its columns.
func TestSecondHeadBelow(t *testing.T) {
	s := sheet("户", "青石镇松林村联系户花名册", "序号|联系干部|户主|电话|身份证号|组",
		"1|李明|王芳|13800000001|"+idOf(1)+"|1", "2|李明|赵四|13800000002|"+idOf(2)+"|2", "小计|||2户",
		"序号|联系干部|户主|电话|身份证号|组", "3|李明|吴九|13800000007|"+idOf(7)+"|2", "",
		"青石镇大河村联系户花名册", "填报单位：大河村|||填报日期：2026年3月",
		"户主|身份证号|联系干部|组|联系电话|序号",
		"孙七|"+idOf(3)+"|钱进|3|13800000003|1", "周八|11010519491231002Y|钱进|4|13800000004|2", "合计|||2")
	r := run(villages(), s)
	check(t, r, 2, 4, 4, 4, "户 13 B id_checksum")
	h := r.Households[3]
	if h.Head != "孙七" || h.Village != "大河村" || h.Group != "3组" || h.Members[0].ID.Text != idOf(3) || h.Phones[0].Number != "13800000003" || h.Pairings[0].Name != "钱进" {
		t.Errorf("%+v", h)
	}
	if p := r.Problems[0]; p.Column != "身份证号" || p.Row != 13 {
		t.Errorf("%+v", p)
	}
	ls := Blocks(s)
	if len(ls) != 2 || ls[0].LastRow != 8 || ls[1].HeadRow != 11 || ls[1].Village != "青石镇大河村" || ls[1].Columns[0].Samples[0] != "孙七" {
		t.Fatalf("%+v", ls)
	}
	if got := ls[0].Columns[2].Samples[0]; got != "王芳" {
		t.Error(got)
	}
	again := 0
	for _, x := range r.Skipped {
		if x.Why == WhyHeader {
			again++
		}
	}
	if again != 2 {
		t.Errorf("%d heads among the skipped rows: %+v", again, r.Skipped)
	}
}

// A second head in two rows, a third one that is the first again, and a list of officials below.
func TestSecondHeadOfOtherKinds(t *testing.T) {
	s := sheet("户", "户主|村|组|联系干部", "王芳|松林村|1|李明",
		"联系户情况|||帮扶责任人||", "姓名|身份证号|村|姓名|电话|组", "赵四|"+idOf(4)+"|大河村|钱进|13900000001|2",
		"户主|村|组|联系干部", "孙七|松林村|3|李明",
		"青石镇干部名单", "姓名|职务|驻村|电话", "李明|镇长|松林村|13900000002", "钱进|民政干事|大河村|13900000001")
	ls := Blocks(s)
	var kinds []Kind
	for _, l := range ls {
		kinds = append(kinds, l.Kind)
	}
	if diff := cmp.Diff([]Kind{KindHouseholds, KindHouseholds, KindHouseholds, KindCadres}, kinds); diff != "" {
		t.Fatal(diff, ls)
	}
	r := run(villages(), s)
	check(t, r, 2, 3, 3, 3)
	if c := r.Cadres[0]; c.Post != "镇长" || c.Row != 10 {
		t.Errorf("%+v", c)
	}
	if h := r.Households[1]; h.Pairings[0].Name != "钱进" || h.Members[0].ID.Text != idOf(4) {
		t.Errorf("%+v", h)
	}
}

// The richer head lower down does not swallow the list above it.
func TestPlainerHeadFirst(t *testing.T) {
	r := run(villages(), sheet("户", "户主|村|联系干部", "王芳|松林村|李明", "赵四|大河村|李明", "序号|联系干部|户主|村|组|电话|身份证号|备注", "1|钱进|孙七|松林村|1|13800000001|"+idOf(5)+"|无"))
	check(t, r, 2, 3, 3, 3)
}

// What is no second head: the line to sign, a note with head words, a person whose values are words
// of heads, a data row above a head of one row.
func TestNoSecondHead(t *testing.T) {
	for name, line := range map[string]string{
		"line to sign":  "责任人：|联系电话：|单位：|日期：",
		"nobody's name": "村|组|电话|备注",
		"words in data": "王芳|村|李明|组长户",
		"a few words":   "王甲||户主|备注|不存在村|残疾|李明",
		"last line":     "户主|身份证号|联系干部|组",
	} {
		s := sheet("户", "户主|村|联系干部|电话", "赵四|松林村|李明|13800000001", line)
		if ls := Blocks(s); len(ls) != 1 {
			t.Errorf("%s: %+v", name, ls)
		}
	}
	s := sheet("户", "户主|村|联系干部", "赵四|松林村|李明", "孙七|大河村|钱进", "联系干部|户主|村", "李明|周八|松林村")
	if ls := Blocks(s); len(ls) != 2 || ls[1].HeadRow != 4 {
		t.Errorf("%+v", ls)
	}
	check(t, run(villages(), s), 2, 3, 3, 3)
}

// A part that is not to be read is told row by row; the others are read.
func TestPartIsLeftOut(t *testing.T) {
	s := sheet("户", "户主|村|联系干部", "赵四|松林村|李明", "联系干部|户主|村", "李明|周八|松林村", "户主|村|联系干部", "孙七|大河村|李明")
	in := Input{Sheets: []grid.Sheet{s}, Layouts: Blocks(s), Known: villages(), Today: today}
	in.Layouts[1].Kind = KindSkip
	r := Extract(in)
	check(t, r, 1, 2, 2, 2)
	if len(r.Skipped) != 3 || r.Skipped[1] != (SkippedRow{RowRef{"户", 4}, WhyAsked, "李明 周八 松林村"}) {
		t.Errorf("%+v", r.Skipped)
	}
}

// A title between two parts is nobody's official, wherever it stands; a name alone above a head is
// still a row of the part above.
func TestTitleBetweenParts(t *testing.T) {
	r := run(villages(), sheet("户", "联系干部|户主|村", "李明|王芳|松林村", "青石镇石桥村联系户名册", "户主|联系干部|组", "赵四|钱进|2"))
	check(t, r, 2, 2, 2, 2)
	if len(r.Skipped) != 2 || r.Skipped[0].Why != WhyNote || r.Households[1].Village != "石桥村" {
		t.Errorf("%+v %+v", r.Skipped, r.Households)
	}
	r = run(villages(), sheet("户", "联系干部|户主|村", "李明|王芳|松林村", "孙立", "户主|村|联系干部", "赵四|石桥村|钱进"))
	check(t, r, 3, 2, 2, 3)
}
