package roster

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

var today = identity.Date{Year: 2026, Month: 3, Day: 15}

func villages() Known {
	var k Known
	for i, v := range []string{"李家湾村", "大河村", "石桥村", "上寨村", "松林村", "龙潭村"} {
		k.Villages = append(k.Villages, KnownVillage{Ref: fmt.Sprint("v", i), Name: v})
	}
	return k
}

// idOf makes a valid number of an invented person: 990101 belongs to nobody.
func idOf(n int) string {
	body := fmt.Sprintf("990101%04d%02d%02d%03d", 1940+n%60, 1+n%12, 1+n%28, 101+2*(n%400))
	return body + string(identity.IDCheck(body))
}

// sheet makes a grid from lines of cells parted by |.
func sheet(name string, lines ...string) grid.Sheet {
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = strings.Split(l, "|")
	}
	return grid.FromText(name, rows)
}

func run(k Known, sheets ...grid.Sheet) Result {
	return Extract(Input{Sheets: sheets, Layouts: RecogniseAll(sheets), Known: k, Today: today})
}

// told lists problems as "sheet row column key".
func told(r Result) []string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%s %d %s %s", p.Sheet, p.Row, p.ColumnRef, strings.TrimPrefix(p.Key, "roster.")))
	}
	return out
}

func check(t *testing.T, r Result, cadres, households, members, pairings int, problems ...string) {
	t.Helper()
	c := r.Counts()
	if diff := cmp.Diff([4]int{cadres, households, members, pairings}, [4]int{c.Cadres, c.Households, c.Members, c.Pairings}); diff != "" {
		t.Errorf("officials, households, members, pairings: %s", diff)
	}
	if diff := cmp.Diff(problems, told(r)); diff != "" {
		t.Errorf("problems: %s", diff)
	}
	sentences(t, r.Problems)
}

// sentences checks that every problem has its sentence in both languages and every value the
// sentence asks for.
func sentences(t *testing.T, problems []Problem) {
	t.Helper()
	for _, tag := range []string{"zh-CN", "en"} {
		texts := langFile(t, tag)
		for _, p := range problems {
			s, ok := texts[p.Key]
			if !ok {
				t.Fatalf("no %s sentence for %s", tag, p.Key)
			}
			for k, v := range p.Args {
				s = strings.ReplaceAll(s, "{"+k+"}", v)
				s = regexp.MustCompile(`\{`+k+`:([^|{}]*)\|([^|{}]*)\}`).ReplaceAllString(s, "$2") // {count:row|rows}
			}
			if strings.Contains(s, "{") && !strings.Contains(p.Value, "{") {
				t.Errorf("%s: %s", p.Key, s)
			}
		}
	}
}

func langFile(t *testing.T, tag string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../../ui/lang/" + tag + "/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(b, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// Every key, field, kind, tag and action the rules can answer has its words.
func TestTexts(t *testing.T) {
	zh, en := langFile(t, "zh-CN"), langFile(t, "en")
	want := []string{"roster.near", "roster.action_set", "roster.action_skip", "roster.action_accept", "roster.kind_skip", "roster.kind_cadres", "roster.kind_households", "roster.kind_people"}
	src, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`= +"(roster\.[a-z_]+)"`).FindAllStringSubmatch(string(src), -1) {
		want = append(want, m[1])
		if !strings.HasPrefix(m[1], "roster.skip_") {
			want = append(want, m[1]+"_group")
		}
	}
	for _, f := range Fields() {
		if f == FieldNone {
			f = "none"
		}
		want = append(want, "roster.field_"+string(f))
	}
	for _, c := range CareTags() {
		want = append(want, "roster.care_"+c)
	}
	if len(want) < 120 {
		t.Fatalf("only %d keys", len(want))
	}
	for _, k := range want {
		if zh[k] == "" || en[k] == "" {
			t.Errorf("no text for %s", k)
		}
	}
	if len(zh) != len(en) {
		t.Errorf("%d Chinese, %d English texts", len(zh), len(en))
	}
}

// 1. ID numbers stored as numbers: lost, never invented; the rest of the row waits for the clerk.
func TestIDsAsNumbers(t *testing.T) {
	s := sheet("户", "户主|身份证号|村|联系干部", "王芳|990101195412247000|松林村|李明", "赵四|9.90101E+17|松林村|李明", "孙七|"+idOf(1)+"|大河村|李明", "周八|990101541224123|大河村|李明")
	for i := range s.Rows[1:3] {
		s.Rows[1+i].Cells[1].Flag = grid.Number
	}
	r := run(villages(), s)
	check(t, r, 1, 2, 2, 2, "户 2 B id_precision", "户 3 B id_precision")
	for _, h := range r.Households {
		if h.Head == "王芳" || h.Head == "赵四" {
			t.Errorf("%s imported with %q", h.Head, h.Members[0].ID.Text)
		}
	}
	// Emptied for all alike, the homes come in without a number.
	in := Input{Sheets: []grid.Sheet{s}, Layouts: RecogniseAll([]grid.Sheet{s}), Known: villages(), Today: today}
	r = Apply(in, []Fix{{Action: Set, Field: FieldID, Alike: true, Match: "990101195412247000"}, {Action: Set, Sheet: "户", Row: 3, Field: FieldID}})
	check(t, r, 1, 4, 4, 4)
}

// 2. Full-width digits, +86, spaces, lower-case x, telephone with words.
func TestSpellings(t *testing.T) {
	r := run(villages(), sheet("户", "户 主|身份证号码|村委会|社|电话|帮扶人",
		"王　芳|１１０１０５１９４９１２３１００２ｘ|松林|三|+86 138-0000-1234|李 明",
		"赵四（户主）|"+strings.ToLower(idOf(2))+"|青石镇松林村委会|第4社|１３８００００１２３５（儿子）|李明"))
	check(t, r, 1, 2, 2, 2)
	h := r.Households[0]
	if h.Head != "王芳" || h.Members[0].ID.Text != "11010519491231002X" || h.Village != "松林村" || h.Group != "3社" || h.Phones[0].Number != "13800001234" {
		t.Errorf("%+v", h)
	}
	if h := r.Households[1]; h.Village != "松林村" || h.Group != "4社" || h.Phones[0].Note != "儿子" || h.Head != "赵四" {
		t.Errorf("%+v", h)
	}
}

// 3. One sheet a village, subtotals, totals, heads repeated on each page, foot notes.
func TestSheetPerVillage(t *testing.T) {
	a := sheet("李家湾村", "李家湾村联系户名单", "序号|户主姓名|组|电话|联系干部", "1|王芳|1组|13800000001|李明", "2|赵四|1组|13800000002|李明", "小计|2户", "序号|户主姓名|组|电话|联系干部",
		"3|孙七|2组|13800000003|钱进", "小计||1户", "合计：3户", "填表人：张三||审核人：李四", "注：本表一式两份，村委会留存一份。")
	b := sheet("2.大河村", "序号|户主姓名|组|电话|联系干部", "1|王芳|1组|13800000011|李明", "|||", "4|||", "合计||1|")
	c := sheet("汇总", "村|户数", "李家湾村|3", "大河村|1")
	r := run(villages(), a, b, c)
	check(t, r, 2, 4, 4, 4)
	if r.Households[0].Village != "李家湾村" || r.Households[3].Village != "大河村" {
		t.Errorf("%s %s", r.Households[0].Village, r.Households[3].Village)
	}
	var why []string
	for _, s := range r.Skipped {
		why = append(why, fmt.Sprintf("%s %d %s", s.Sheet, s.Row, strings.TrimPrefix(s.Why, "roster.skip_")))
	}
	want := []string{"李家湾村 5 subtotal", "李家湾村 6 header", "李家湾村 8 subtotal", "李家湾村 9 subtotal", "李家湾村 10 note", "李家湾村 11 note", "2.大河村 4 empty", "2.大河村 5 subtotal"}
	if diff := cmp.Diff(want, why); diff != "" {
		t.Error(diff)
	}
	if len(r.Namesakes) != 1 || len(r.Namesakes[0].Rows) != 2 {
		t.Errorf("namesakes: %+v", r.Namesakes)
	}
}

// 4. A hidden column with old numbers does not win over the visible one.
func TestHiddenColumns(t *testing.T) {
	s := sheet("户", "户主|联系电话|联系电话|村|身份证号|身份证号|联系干部", "王芳|13900000001|13800000001|松林村|旧|"+idOf(3)+"|李明")
	s.HiddenCols = map[int]bool{1: true, 4: true}
	r := run(villages(), s)
	check(t, r, 1, 1, 1, 1, "户 2 B hidden_left", "户 2 E hidden_left")
	if h := r.Households[0]; len(h.Phones) != 1 || h.Phones[0].Number != "13800000001" || h.Members[0].ID.Text != idOf(3) {
		t.Errorf("%+v", h)
	}
	l := Recognise(s)
	if !l.Columns[1].Hidden || l.Columns[1].Field != FieldNone || l.Columns[1].Header != "联系电话" {
		t.Errorf("%+v", l.Columns[1])
	}
}

// 3b. The village above its rows, merged over the whole table, is a heading and nobody's name,
// telephone or official; a label before an official's name is no part of it.
func TestMergedHeadings(t *testing.T) {
	s := sheet("户", "干部联系群众花名册||||", "序号|联系对象|家庭住址|联系电话|挂联人", "一、龙潭村||||", "1|王芳|龙潭村2组15号|13800000001|挂联人：李明", "|小计：1户|||", "石桥村||||", "1|赵四|5组||责任人:李明、钱进", "合计||||")
	for _, row := range []int{1, 3, 6, 8} {
		s.Merge(grid.Area{Top: row, Left: 0, Bottom: row, Right: 4})
	}
	r := run(villages(), s)
	check(t, r, 2, 2, 2, 3)
	if r.Households[0].Village != "龙潭村" || r.Households[0].Group != "2组" || r.Households[1].Village != "石桥村" || r.Households[1].Group != "5组" || r.Cadres[0].Name != "李明" {
		t.Errorf("%+v %+v", r.Households, r.Cadres)
	}
}

// 3c. Kinds of care as columns to tick, the name and the telephone under one head.
func TestTicksAndJointHeads(t *testing.T) {
	r := run(villages(), sheet("户", "村组|户主姓名\n及电话|低保户|五保户|是否残疾|独居老人|结对干部及职务|人均收入达标", "松林村3组|王芳 13800000001|√|||√|李明 副镇长|√", "松林3社|赵四（13800000002）|||是||李明（副镇长）|", "大河村|孙七\n13800000003|否|无||×|李明、钱进|√", "大河村|周八|||||李明|"))
	check(t, r, 2, 4, 4, 5)
	h := r.Households
	if !cmp.Equal(h[0].Care, []string{"allowance", "living_alone"}) || h[0].CareWords != "低保户、独居老人" || !cmp.Equal(h[1].Care, []string{"disabled"}) || len(h[2].Care) != 0 || h[2].CareWords != "" {
		t.Errorf("%+v", h)
	}
	if h[0].Phones[0].Number != "13800000001" || h[1].Phones[0].Number != "13800000002" || h[2].Phones[0].Number != "13800000003" || h[1].GroupNo != 3 || r.Cadres[0].Post != "副镇长" {
		t.Errorf("%+v %+v", h, r.Cadres)
	}
}

// 4b. What is hidden and nowhere else in sight is read, and said; so are rows that a filter hides.
func TestHiddenIsReadAndSaid(t *testing.T) {
	s := sheet("户", "户主|身份证号|村|联系电话|公式|联系干部", "王芳|"+idOf(3)+"|松林村|13800000001|x|李明", "赵四|"+idOf(4)+"|松林村|13800000002||李明", "孙七|"+idOf(5)+"|松林村|13800000003||李明", "小计|3")
	s.HiddenCols = map[int]bool{1: true, 4: true}
	s.Rows[2].Hidden, s.Rows[4].Hidden = true, true
	told := []string{"户 2 B hidden_read", "户 2 E hidden_left", "户 3  hidden_rows"}
	r := run(villages(), s)
	check(t, r, 1, 3, 3, 3, told...)
	if r.Households[0].Members[0].ID.Text != idOf(3) || r.Problems[2].Args["count"] != "1" {
		t.Errorf("%+v %+v", r.Households[0], r.Problems[2])
	}
	in := Input{Sheets: []grid.Sheet{s}, Layouts: RecogniseAll([]grid.Sheet{s}), Known: villages(), Today: today}
	check(t, Apply(in, []Fix{{Action: Accept, Sheet: "户", Row: 2, Key: KeyHiddenRead}, {Action: Accept, Key: KeyHiddenLeft, Alike: true}}), 1, 3, 3, 3, told[2])
	in.Layouts[0].SkipHidden = true
	r = Extract(in)
	check(t, r, 1, 2, 2, 2, told[:2]...)
	if len(r.Skipped) != 2 || r.Skipped[0].Why != WhyHidden {
		t.Errorf("%+v", r.Skipped)
	}
	h := sheet("旧", "户主|村|联系干部", "周八|大河村|李明")
	h.Hidden = true
	check(t, run(villages(), sheet("户", "户主|村|联系干部", "王芳|松林村|李明"), h), 1, 1, 1, 1, "旧 1  hidden_sheet")
}

// 5. Line breaks, two officials and two telephones in a cell.
func TestSeveralInACell(t *testing.T) {
	r := run(villages(), sheet("户", "户主\n姓名|行政村\n（社区）|联系\n电话|结对\n干部", "王芳|松林村|13800000001、13900000001|李明、钱进", "赵四|大河村|13800000002\n13900000002|李明\n孙立", "孙七|大河村|138 0000 0003|李 明"))
	check(t, r, 3, 3, 3, 5)
	h := r.Households[0]
	if len(h.Phones) != 2 || h.Pairings[0].Joint || !h.Pairings[1].Joint || h.Pairings[1].Name != "钱进" {
		t.Errorf("%+v", h)
	}
}

// 6. Four and more spellings of a date; a bad one is a warning and leaves the row in.
func TestDates(t *testing.T) {
	lines := []string{"户主|村|出生日期|联系干部|结对时间"}
	for i, d := range []string{"1954-12-24|2026-3-1", "1954.12.24|2026.3", "1954年12月24日|2026年3月1日", "20082|46082", "19541224|20260301", "一九五四年十二月二十四日|二〇二六年三月一日", "腊月廿三|2026-2-30"} {
		a, b, _ := strings.Cut(d, "|")
		lines = append(lines, fmt.Sprintf("王%c|松林村|%s|李明|%s", '甲'+rune(i), a, b))
	}
	r := run(villages(), sheet("户", lines...))
	check(t, r, 1, 7, 7, 7, "户 8 C date_bad", "户 8 E date_bad")
	for i, h := range r.Households[:6] {
		want, from := identity.Date{Year: 1954, Month: 12, Day: 24}, identity.Date{Year: 2026, Month: 3, Day: 1}
		if i == 1 {
			from.Day = 0
		}
		if h.Members[0].Birth != want || h.Pairings[0].From != from {
			t.Errorf("row %d: born %s, paired %s", h.Row, h.Members[0].Birth, h.Pairings[0].From)
		}
	}
}

// 7. Every synonym of 户主 and of 联系干部 means the same; so do those of group and ID number.
func TestSynonyms(t *testing.T) {
	heads := []string{"户主", "姓名", "户主姓名", "农户姓名", "联系对象", "户  主", "户主（姓名）", "结对户户主", "联系户姓名", "群众姓名", "户主名字"}
	cadres := []string{"包户干部", "帮扶责任人", "挂联人", "结对干部", "联系干部", "帮扶人", "联系干部姓名", "包保责任人", "挂包干部", "责任人", "结对帮扶干部", "包户干部（姓名）", "挂钩联系干部"}
	groups := []string{"组", "社", "村民小组", "组别", "所在组", "组（社）", "社别"}
	ids := []string{"公民身份号码", "身份证号", "身份证号码", "身份证", "居民身份证号码", "户主身份证号码", "身份证号码（18位）", "证件号码"}
	cares := []string{"困难类型", "类别", "重点对象", "困难类别", "对象类别", "户类型", "困难原因", "联系户类别"}
	n := max(len(heads), len(cadres))
	for i := 0; i < n; i++ {
		head := strings.Join([]string{heads[i%len(heads)], ids[i%len(ids)], "村", groups[i%len(groups)], "电话", cares[i%len(cares)], cadres[i%len(cadres)]}, "|")
		r := run(villages(), sheet("户", head, "王芳|"+idOf(4)+"|松林村|3|13800000001|低保户、残疾|李明", "赵四|"+idOf(5)+"|大河村|2|13800000002|一般户|李明"))
		c := r.Counts()
		if c != (Counts{Cadres: 1, Households: 2, Members: 2, Pairings: 2}) {
			t.Errorf("%s: %+v %v", head, c, told(r))
			continue
		}
		h := r.Households[0]
		if h.GroupNo != 3 || h.Members[0].ID.Text != idOf(4) || !cmp.Equal(h.Care, []string{"allowance", "disabled"}) || len(r.Households[1].Care) != 0 {
			t.Errorf("%s: %+v", head, h)
		}
	}
}

// 8. The head in row 1 and the head in row 6 below titles and blank rows.
func TestHeadBelow(t *testing.T) {
	r := run(villages(), sheet("户", "青石镇松林村联系户花名册", "", "填报单位：松林村委会||填报时间：2026年3月", "", "单位：户、人", "序号|户主|组|家庭人口|联系干部", "1|王芳|1|4人|李明", "2|赵四|2|三|李明", "3|孙七|2|很多|李明"))
	check(t, r, 1, 3, 3, 3, "户 9 D size_bad")
	if h := r.Households[1]; h.Village != "松林村" || h.Size != 3 {
		t.Errorf("%+v", h)
	}
	if l := Recognise(sheet("户", "", "", "", "", "", "户主|村", "王芳|松林村")); l.HeadRow != 6 || l.FirstRow != 7 || l.Kind != KindHouseholds {
		t.Errorf("%+v", l)
	}
}

// 9. A row a person, the householder's cells merged or left blank; a household number.
func TestPeople(t *testing.T) {
	s := sheet("户", "户号|户主姓名|姓名|性别|与户主关系|身份证号|村|组|电话|困难类型|联系干部",
		"1|王芳|王芳|女|户主|11010519491231002X|松林村|1|13800000001|低保|李明",
		"||赵大|男|儿子|"+idOf(6)+"|||13800000009|残疾|",
		"2|孙七|孙七|男|户主|"+idOf(7)+"|大河村|2|13800000002||李明",
		"2|孙七|孙小|男|长子|"+idOf(8)+"|大河村|2|||李明",
		"3||钱一|男|配偶|"+idOf(9)+"|大河村|2|||李明",
		"||钱二|男|儿子|"+idOf(10)+"|||||")
	s.Merge(grid.Area{Top: 2, Left: 1, Bottom: 3, Right: 1})
	s.Merge(grid.Area{Top: 2, Left: 6, Bottom: 3, Right: 6})
	r := run(villages(), s)
	check(t, r, 1, 2, 4, 2, "户 6 B no_head")
	if p := r.Problems[0]; p.Args["name"] != "钱一" || p.Args["count"] != "2" {
		t.Errorf("%+v", p)
	}
	h := r.Households[0]
	if diff := cmp.Diff([]string{"allowance", "disabled"}, h.Care); diff != "" || h.Members[1].Phones[0].Number != "13800000009" || len(h.Phones) != 1 || h.Members[1].Relation != "儿子" {
		t.Errorf("%+v", h)
	}
	if diff := cmp.Diff([]RowRef{{"户", 6}, {"户", 7}}, r.Held); diff != "" {
		t.Error(diff)
	}
}

// 10. A row a person without a column for the householder: 与户主关系 alone tells.
func TestPeopleByRelation(t *testing.T) {
	r := run(villages(), sheet("户", "序号|姓名|与户主关系|身份证号|村|联系干部", "1|赵大|儿子|"+idOf(19)+"|松林村|李明", "2|王芳|户主|11010519491231002X|松林村|李明", "3|赵二|儿子|"+idOf(11)+"|松林村|李明", "4|孙七|户主|"+idOf(12)+"|大河村|李明", "5|孙八|孙子|bad|大河村|李明"))
	check(t, r, 1, 2, 3, 2, "户 2 C no_head", "户 6 D id_characters")
	if diff := cmp.Diff([]RowRef{{"户", 2}, {"户", 6}}, r.Held); diff != "" {
		t.Error(diff)
	}
}

// 11. Two-row heads say whose name and telephone it is; nothing is merged in the file.
func TestTwoRowHead(t *testing.T) {
	r := run(villages(), sheet("户", "青石镇花名册", "序号|户主情况||||联系干部|||备注", "|姓名|身份证号|住址|电话|姓名|职务|电话|", "1|王芳|11010519491231002X|青石镇松林村8组29号|13800000001|李明|镇长|13900000001|无", "2|赵四|"+idOf(13)+"|大河村3社|13800000002|钱进|科员|13900000002|新户"))
	check(t, r, 2, 2, 2, 2)
	h := r.Households[0]
	if h.Village != "松林村" || h.Group != "8组" || h.Phones[0].Number != "13800000001" || r.Cadres[0].Post != "镇长" || r.Cadres[0].Phones[0].Number != "13900000001" {
		t.Errorf("%+v %+v", h, r.Cadres[0])
	}
	if r.Households[1].Note != "新户" || r.Households[1].Group != "3社" {
		t.Errorf("%+v", r.Households[1])
	}
}

// 12. The telephone behind the official's name is his, when it goes with him.
func TestWhosePhone(t *testing.T) {
	r := run(villages(), sheet("户", "户主|村|联系干部|职务|联系电话", "王芳|松林村|李明|镇长|13900000001", "赵四|松林村|李明|镇长|13900000001", "孙七|松林村|钱进|科员|13900000002"))
	check(t, r, 2, 3, 3, 3)
	if len(r.Households[0].Phones) != 0 || r.Cadres[0].Phones[0].Number != "13900000001" || r.Cadres[1].Post != "科员" {
		t.Errorf("%+v", r)
	}
	r = run(villages(), sheet("户", "户主|村|联系干部|联系电话", "王芳|松林村|李明|13800000001", "赵四|松林村|李明|13800000002"))
	if r.Households[1].Phones[0].Number != "13800000002" || len(r.Cadres[0].Phones) != 0 {
		t.Errorf("%+v", r)
	}
}

// 13. Officials: a sheet of their own, namesakes told apart, a typing mistake with the right name
// offered, wrong telephone and unknown posted village as warnings.
func TestCadres(t *testing.T) {
	list := sheet("干部", "机关干部花名册", "序号|姓名|单位|职务|职级|手机号码|驻村点|备注", "1|李明|党政办|主任|镇干部|13900000001|松林村|", "2|李明|农业中心|科员|镇干部|13900000002|大河村、石桥村|", "3|欧阳建国|党委|书记|镇领导|1390000000|机关|",
		"3|钱 进|民政办|科员|镇干部|13900000004|不存在村|", "4|钱进|民政办|科员|镇干部|13900000004|石桥村|", "5||民政办|科员|镇干部|||", "合计|5人")
	homes := sheet("户", "户主|村|联系干部|联系干部电话", "王芳|松林村|李明|", "赵四|大河村|李明|", "孙七|龙潭村|李明|13900000002", "周八|龙潭村|李明|", "吴九|龙潭村|欧阳 建国|", "郑十|龙潭村|欧阳建围|", "冯一|龙潭村|钱进|")
	r := run(villages(), list, homes)
	check(t, r, 4, 5, 5, 5, "干部 5 F phone_bad", "干部 6 G posted_unknown", "干部 7 B cadre_twice", "干部 8 B cadre_name", "户 5 C cadre_ambiguous", "户 7 C cadre_unknown")
	posts := map[string]string{}
	for _, h := range r.Households {
		posts[h.Head] = r.Cadres[h.Pairings[0].Cadre].Post
	}
	if diff := cmp.Diff(map[string]string{"王芳": "主任", "赵四": "科员", "孙七": "科员", "吴九": "书记", "冯一": "科员"}, posts); diff != "" {
		t.Error(diff)
	}
	if p := r.Problems[5]; p.Args["near"] != "欧阳建国" || p.Fixes[0] != (Suggestion{Set, "欧阳建国"}) {
		t.Errorf("%+v", p)
	}
}

// 14. Twice: by number, by name and home, one number with two names, a person in two homes, and
// people of one name who are not one.
func TestTwice(t *testing.T) {
	r := run(villages(), sheet("户", "户主|身份证号|村|组|住址|电话|联系干部",
		"王芳|11010519491231002X|松林村|1||13800000001|李明",
		"王 芳|11010519491231002x|松林村|1||13800000001|李明", // 3 the same
		"赵四|110105491231002|松林村|1||13800000002|李明",     // 4 the old form of 王芳's number
		"孙七||大河村|2||13800000003|李明",
		"孙七||大河村|二组||13800000003|李明",      // 6 the same without a number
		"孙七||大河村|2||13800000004|李明",       // 7 other telephone: perhaps
		"孙七||大河村|3||13800000003|李明",       // other group: another
		"周八|"+idOf(14)+"|石桥村|1|||李明",      //
		"周八|"+idOf(15)+"|石桥村|1|||李明",      // two numbers: two people
		"吴九|"+idOf(16)+"|石桥村|1|石桥村5号||李明", //
		"吴九||石桥村|1|石桥村9号||李明",             // 12 another house: perhaps
		"吴九||石桥村|1|||李明"))                 // 13 the same, as far as one can tell
	check(t, r, 1, 8, 8, 8, "户 3 B duplicate", "户 4 B id_shared", "户 6 A duplicate", "户 7 A maybe_duplicate", "户 12 A maybe_duplicate", "户 13 A duplicate")
	if p := r.Problems[0]; p.Args["other_sheet"]+p.Args["other_row"] != "户2" || p.Args["name"] != "王芳" {
		t.Errorf("%+v", p)
	}
}

// 15. Villages in headings between the rows, in the title, in the same cell as the group; unknown
// and missing ones.
func TestPlaces(t *testing.T) {
	r := run(villages(), sheet("户", "户主|组|联系干部", "一、李家湾村", "王芳|1|李明", "赵四|2|李明", "二、大河村3组", "孙七||李明"))
	check(t, r, 1, 3, 3, 3)
	if h := r.Households; h[0].Village != "李家湾村" || h[2].Village != "大河村" || h[2].Group != "3组" {
		t.Errorf("%+v", h)
	}
	r = run(villages(), sheet("户", "户主|村组|联系干部", "王芳|松林村8组|李明", "赵四|青石镇松林村第九村民小组|李明", "孙七|松木村8组|李明", "周八||李明", "吴九|大河社区|李明"))
	check(t, r, 1, 3, 3, 3, "户 4 B village_unknown", "户 5 B village_missing")
	if h := r.Households; h[0].Group != "8组" || h[1].GroupNo != 9 || h[2].Village != "大河村" {
		t.Errorf("%+v", h)
	}
	if f := r.Problems[0].Fixes; f[0] != (Suggestion{Set, "松林村8组"}) {
		t.Errorf("%+v", f)
	}
}

// 16. Values that contradict each other are said and do not hold the row.
func TestContradictions(t *testing.T) {
	r := run(villages(), sheet("户", "姓名|性别|出生年月|身份证号|与户主关系|村|电话|联系干部", "王芳|男|1949.12|11010519491231002X|户主|松林村|12345678901|李明", "赵大|男|1950-1-1|"+idOf(17)+"|配偶||1380000|"))
	check(t, r, 1, 1, 2, 1, "户 2 B sex_mismatch", "户 2 G phone_bad", "户 3 C birth_mismatch", "户 3 G phone_bad")
	if m := r.Households[0].Members[0]; m.Sex != identity.Female {
		t.Errorf("%+v", m)
	}
}

// 17. Formulas, errors and results that are not there.
func TestFormulas(t *testing.T) {
	s := sheet("户", "户主|村|家庭人口|电话|联系干部", "王芳|松林村|4|13800000001|李明", "赵四|松林村|3|#N/A|李明", "孙七|松林村|x|13800000003|李明")
	s.Rows[1].Cells[2].Flag = grid.Number | grid.Formula
	s.Rows[2].Cells[2].Flag = grid.Number | grid.Formula
	s.Rows[2].Cells[3].Flag = grid.Error
	s.Rows[3].Cells[2] = grid.Cell{Col: 2, Flag: grid.Formula}
	r := run(villages(), s)
	check(t, r, 1, 3, 3, 3, "户 2 C formula", "户 3 D cell_error", "户 4 C formula_empty")
	if r.Problems[0].Args["count"] != "2" || r.Households[0].Size != 4 {
		t.Errorf("%+v", r.Problems[0])
	}
}

// 18. One household over several rows because it has two officials; a family in one cell.
func TestOneHouseholdSeveralRows(t *testing.T) {
	s := sheet("户", "户主|村|电话|联系干部", "王芳|松林村|13800000001|李明", "|||钱进", "赵四|大河村||李明", "|||孙立")
	s.Merge(grid.Area{Top: 4, Left: 0, Bottom: 5, Right: 0})
	s.Merge(grid.Area{Top: 4, Left: 1, Bottom: 5, Right: 1})
	check(t, run(villages(), s), 3, 2, 2, 4)
	r := run(villages(), sheet("户", "户主|家庭成员|身份证号|村|联系干部", "王芳|王芳、赵大、赵二|11010519491231002X|松林村|李明", "孙七|孙八，孙九|"+idOf(18)+"|大河村|李明"))
	check(t, r, 1, 2, 6, 2)
	if m := r.Households[1].Members; m[0].Name != "孙七" || m[0].ID.Text != idOf(18) || m[1].ID.Text != "" {
		t.Errorf("%+v", m)
	}
}

// Whatever the order of the columns, the same people come out.
func TestColumnOrder(t *testing.T) {
	cols := [][3]string{{"户主", "王芳", "赵四"}, {"身份证号", "11010519491231002X", idOf(21)}, {"村", "松林村", "大河村"}, {"组", "1", "2"}, {"困难类型", "残疾", "低保"}, {"联系干部", "李明", "钱进"}, {"备注", "无", "-"}}
	for shift := range cols {
		var lines [3]string
		for i := range cols {
			for k := range lines {
				lines[k] += cols[(i+shift)%len(cols)][k] + "|"
			}
		}
		r := run(villages(), sheet("户", lines[:]...))
		check(t, r, 2, 2, 2, 2)
		names := []string{r.Households[0].Head, r.Households[1].Pairings[0].Name, r.Households[0].Care[0], r.Households[0].Note}
		if diff := cmp.Diff([]string{"王芳", "钱进", "disabled", ""}, names); diff != "" {
			t.Errorf("shifted by %d: %s", shift, diff)
		}
	}
}

// 19. An official and a village merged over several households, 同上, posts written with the name.
func TestMergedOverHouseholds(t *testing.T) {
	s := sheet("户", "联系干部|村|组|户主", "镇长李明|松林村|1|王芳", "||2|赵四", "钱进同志|大河村|3|孙七", "〃|同上|同上|周八", "李明（镇长）|石桥村|1|吴九", "||1|郑十")
	s.Merge(grid.Area{Top: 2, Left: 0, Bottom: 3, Right: 0})
	s.Merge(grid.Area{Top: 2, Left: 1, Bottom: 3, Right: 1})
	r := run(villages(), s)
	check(t, r, 2, 5, 5, 5, "户 7 B village_missing")
	for i, want := range []string{"李明 松林村 1组", "李明 松林村 2组", "钱进 大河村 3组", "钱进 大河村 3组", "李明 石桥村 1组"} {
		h := r.Households[i]
		if got := h.Pairings[0].Name + " " + h.Village + " " + h.Group; got != want {
			t.Errorf("%s: %s, want %s", h.Head, got, want)
		}
	}
	if r.Cadres[0].Post != "镇长" || r.Problems[0].Fixes[0] != (Suggestion{Set, "石桥村"}) {
		t.Errorf("%+v %+v", r.Cadres[0], r.Problems[0])
	}
}

// 20. No head at all: nothing is read, but the columns are offered, and named by a person they are.
func TestNoHead(t *testing.T) {
	s := sheet("户", "王芳|11010519491231002X|松林村|13800000001|李明", "赵四|"+idOf(20)+"|大河村|13800000002|李明")
	l := Recognise(s)
	if l.Kind != KindSkip || len(l.Columns) != 5 || l.Columns[1].Field != FieldID || l.Columns[3].Field != FieldPhone || len(l.Columns[0].Samples) != 2 {
		t.Fatalf("%+v", l)
	}
	l.Kind, l.Columns[0].Field, l.Columns[2].Field, l.Columns[4].Field = KindHouseholds, FieldHead, FieldVillage, FieldCadre
	check(t, Extract(Input{Sheets: []grid.Sheet{s}, Layouts: []Layout{l}, Known: villages(), Today: today}), 1, 2, 2, 2)
}

// 21. What a person changes in the layout counts: another field, another village for the sheet.
func TestLayoutIsChanged(t *testing.T) {
	s := sheet("户", "名|号|谁", "王芳|13800000001|李明", "赵四|13800000002|钱进")
	l := Recognise(s)
	l.Kind, l.HeadRow, l.FirstRow, l.Village = KindHouseholds, 1, 2, "松林村"
	for i, f := range []Field{FieldHead, FieldPhone, FieldCadre} {
		l.Columns[i].Field = f
	}
	r := Extract(Input{Sheets: []grid.Sheet{s}, Layouts: []Layout{l}, Known: villages(), Today: today})
	check(t, r, 2, 2, 2, 2)
}

// A village nobody knows is never offered as the one that was meant.
func TestAVillageIsNotNearItself(t *testing.T) {
	r := run(Known{}, sheet("户", "户主|村|联系干部", "王芳|松林村|李明", "李华|松林村|李明", "赵强|松木村|李明"), sheet("村", "姓名|职务|驻村", "李明|镇长|松林村"))
	for _, p := range r.Problems {
		if p.Key == KeyVillageUnknown && strings.Contains(p.Args["near"], p.Value) {
			t.Errorf("%s is like %s", p.Value, p.Args["near"])
		}
	}
	p := newPlaces(Known{})
	p.order = []string{"不存在村", "松林村"}
	if near := p.suggest("不存在村"); contains(near, "不存在村") {
		t.Error(near)
	}
}

// The line of 填报单位 and 填报日期 above a head is no part of it.
func TestFormLineAboveTheHead(t *testing.T) {
	s := grid.FromText("户", [][]string{{"联系户花名册"}, {"填报单位：青石镇", "", "", "填报日期：2026年3月", ""}, {"户主", "村", "组", "挂联人", "联系电话"}, {"王芳", "松林村", "3组", "李明", "13800000001"}})
	l := Recognise(s)
	if l.HeadRow != 3 || l.HeadRows != 1 {
		t.Fatalf("head in row %d, %d rows", l.HeadRow, l.HeadRows)
	}
	for _, c := range l.Columns {
		if strings.Contains(c.Header, "填报") {
			t.Error(c.Header)
		}
	}
}
