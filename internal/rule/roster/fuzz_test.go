package roster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// accounted checks what must hold for any file: every row that says something is found again among
// the good, the held, the skipped or the problems; good households have a householder and a
// village; problems point at rows of the file.
func accounted(t interface{ Fatalf(string, ...any) }, sheets []grid.Sheet, r Result) {
	seen := map[RowRef]bool{}
	for _, h := range r.Households {
		if len(h.Members) == 0 || h.Head == "" || h.Members[0].Name != h.Head || h.Members[0].Relation != "户主" || h.Village == "" {
			t.Fatalf("household without householder or village: %+v", h)
		}
		for i, p := range h.Pairings {
			if p.Cadre >= len(r.Cadres) || p.Cadre < 0 && p.Ref == "" || p.Joint != (i > 0) {
				t.Fatalf("pairing leads nowhere: %+v", h)
			}
		}
		for _, n := range h.Rows {
			seen[RowRef{h.Sheet, n}] = true
		}
	}
	for _, c := range r.Cadres {
		seen[RowRef{c.Sheet, c.Row}] = true
	}
	for _, x := range r.Held {
		seen[x] = true
	}
	for _, x := range r.Skipped {
		seen[x.RowRef] = true
	}
	rows := map[RowRef]bool{}
	for _, s := range sheets {
		for _, row := range s.Rows {
			rows[RowRef{s.Name, row.Number}] = true
		}
	}
	for _, p := range r.Problems {
		at := RowRef{p.Sheet, p.Row}
		if !rows[at] || !strings.HasPrefix(p.Key, "roster.") {
			t.Fatalf("problem points nowhere: %+v", p)
		}
		seen[at] = true
	}
	for i := range sheets {
		ls := Blocks(sheets[i])
		l := ls[0]
		if l.Kind == KindSkip && len(ls) == 1 {
			continue
		}
		if l.Kind == KindSkip { // rows above the part that is read
			l = ls[1]
		}
		for _, row := range sheets[i].Rows {
			if row.Number < l.FirstRow || seen[RowRef{sheets[i].Name, row.Number}] {
				continue
			}
			for _, c := range row.Cells {
				if identity.Fold(c.Text) != "" && c.Flag&grid.Merged == 0 && !sheets[i].HiddenCols[c.Col] {
					t.Fatalf("row %d of %s disappeared: %+v", row.Number, sheets[i].Name, row)
				}
			}
		}
	}
}

var words = []string{"", "", "王芳", "李明", "钱进、孙立", "松林村", "大河村8组", "3", "第三组", "13800000001", "138", "11010519491231002X", "990101195412247000", "户主", "儿子", "女",
	"低保、残疾", "小计", "合计：3", "注：无", "备注", "示例", "1", "2026.3.1", "无", "王芳（户主）", "不存在村", "镇长", "欧阳 建国", "9.9E+17", "4人", "一、李家湾村"}

var headWords = []string{"户主", "姓名", "户主姓名", "身份证号", "村", "组", "电话", "联系干部", "与户主关系", "性别", "困难类型", "序号", "户号", "出生日期", "职务", "驻村", "类别", "备注", "家庭人口", "住址", "", "联系电话", "单位"}

// Any table made of the words of this trade: nothing is lost, nothing is half imported, the same
// file gives the same answer, and fixes for rows that do not exist change nothing.
func TestNothingDisappears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sheets []grid.Sheet
		for n := range rapid.IntRange(1, 2).Draw(t, "sheets") {
			width := rapid.IntRange(2, 8).Draw(t, "width")
			lines := [][]string{{"青石镇松林村花名册"}, rapid.SliceOfN(rapid.SampledFrom(headWords), width, width).Draw(t, "head")}
			for range rapid.IntRange(1, 12).Draw(t, "rows") {
				lines = append(lines, rapid.SliceOfN(rapid.SampledFrom(words), width, width).Draw(t, "row"))
			}
			if rapid.Bool().Draw(t, "second") {
				lines = append(lines, []string{"大河村花名册"}, rapid.SliceOfN(rapid.SampledFrom(headWords), width, width).Draw(t, "head"))
				for range rapid.IntRange(1, 6).Draw(t, "rows") {
					lines = append(lines, rapid.SliceOfN(rapid.SampledFrom(words), width, width).Draw(t, "row"))
				}
			}
			s := grid.FromText(fmt.Sprint("表", n), lines)
			if rapid.Bool().Draw(t, "merge") {
				top := rapid.IntRange(3, len(lines)).Draw(t, "top")
				s.Merge(grid.Area{Top: top, Left: 0, Bottom: min(top+2, len(lines)), Right: rapid.IntRange(0, 1).Draw(t, "right")})
			}
			sheets = append(sheets, s)
		}
		k := Known{}
		if rapid.Bool().Draw(t, "known") {
			k = villages()
		}
		r := run(k, sheets...)
		accounted(t, sheets, r)
		if diff := cmp.Diff(r, run(k, sheets...)); diff != "" {
			t.Fatalf("not the same twice: %s", diff)
		}
		in := Input{Sheets: sheets, Layouts: RecogniseAll(sheets), Known: k, Today: today}
		same := Apply(in, []Fix{{Action: Set, Sheet: "没有", Row: 9, Field: FieldHead, Value: "x"}, {Action: Skip, Sheet: "表0", Row: 99999}, {Action: Accept, Key: KeyIDChecksum, Alike: true}})
		if diff := cmp.Diff(r, same); diff != "" {
			t.Fatalf("a fix for nothing changed something: %s", diff)
		}
		// Leaving out every row with an error leaves no error and loses no good household of a one-row kind.
		var fixes []Fix
		for _, p := range r.Problems {
			if p.Severity == Error {
				fixes = append(fixes, Fix{Action: Skip, Sheet: p.Sheet, Row: p.Row})
			}
		}
		accounted(t, sheets, Apply(in, fixes))
	})
}

// Good rows never depend on bad ones: whatever one row of a clean list is changed to, the others
// come in.
func TestBadRowsHoldNobodyUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := [][]string{{"户主", "身份证号", "村", "组", "电话", "困难类型", "联系干部"}}
		for i := range 8 {
			lines = append(lines, []string{"王" + string(rune('甲'+i)), idOf(30 + i), "松林村", "1", fmt.Sprintf("1380000%04d", i), "残疾", "李明"})
		}
		n := rapid.IntRange(1, 8).Draw(t, "row")
		for c := range lines[n] {
			if rapid.Bool().Draw(t, "change") {
				lines[n][c] = rapid.SampledFrom(words).Draw(t, "word")
			}
		}
		r := run(villages(), grid.FromText("户", lines))
		if got := len(r.Households); got < 7 {
			t.Fatalf("row %v: %d of 7 other households, %v", lines[n], got, told(r))
		}
	})
}

func FuzzExtract(f *testing.F) {
	f.Add("户主|村|联系干部\n王芳|松林村|李明", 0)
	f.Add("标题\n序号|户主情况||联系干部\n|姓名|电话|姓名\n1|王芳|138|李明", 3)
	f.Add("姓名|与户主关系|身份证号\n王芳|户主|11010519491231002X\n李明|儿子|", 5)
	f.Add("姓名|职务|驻村\n李明|镇长|松林村\n小计", 1)
	f.Add("序号|联系干部|户主|村\n1|李明|王芳|松林村\n大河村花名册\n户主|村|联系干部|电话\n赵四|大河村|李明|138\n户主情况||帮扶人|\n姓名|电话|姓名|电话\n孙七|138|李明|139", 4)
	f.Fuzz(func(t *testing.T, text string, flags int) {
		if len(text) > 4000 {
			return
		}
		var lines [][]string
		for _, l := range strings.Split(text, "\n") {
			lines = append(lines, strings.Split(l, "|"))
		}
		s := grid.FromText("户", lines)
		if flags&1 != 0 {
			s.HiddenCols = map[int]bool{flags >> 4 & 7: true}
		}
		if flags&2 != 0 {
			s.Merge(grid.Area{Top: 1 + flags>>6&7, Left: flags >> 9 & 3, Bottom: 3 + flags>>6&7, Right: flags >> 9 & 3})
		}
		k := Known{}
		if flags&4 != 0 {
			k = villages()
		}
		sheets := []grid.Sheet{s}
		accounted(t, sheets, run(k, sheets...))
	})
}

// Files made to be slow: 20,000 rows that are all wrong, or all the same, take seconds, not minutes.
func TestHostileRowsAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("slow under the race detector")
	}
	for name, row := range map[string]func(i int) string{
		"unknown everything": func(i int) string {
			return fmt.Sprintf("王%c%c|甲%c%c村|99010119000101%04d|乙%c%c", '一'+rune(i%9000), '一'+rune(i/9000), '一'+rune(i%9000), '一'+rune(i/9000), i, '一'+rune(i%9000), '一'+rune(i/9000))
		},
		"one name":         func(i int) string { return fmt.Sprintf("王芳|松林村||李明（%d）", i) },
		"doubtful numbers": func(i int) string { return fmt.Sprintf("王%c|松林村|990101195412247000|李明", '一'+rune(i)) },
	} {
		lines := []string{"户主|村|身份证号|联系干部"}
		for i := range 19000 {
			lines = append(lines, row(i))
		}
		start := time.Now()
		s := sheet("户", lines...)
		r := run(villages(), s)
		accounted(t, []grid.Sheet{s}, r)
		run(Known{}, s)
		if d := time.Since(start); d > 5*time.Minute { // work that grows with the square of the rows, not a matter of speed
			t.Errorf("%s took %s", name, d)
		} else {
			t.Logf("%s: %s, %+v", name, d, r.Counts())
		}
	}
}
