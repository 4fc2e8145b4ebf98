package paper

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// DiaryData fills the book of one official's visit diary (A12): the visits of a period.
type DiaryData struct {
	Cadre    Person
	Township string
	From, To time.Time // the first and last day asked for
	Entries  []DiaryEntry
	Heard    DiaryHeard
	Printed  time.Time // day of printing
	Overall  string    // who answers for the whole, with the title; may be empty
	Office   string    // number of the leading group's office; may be empty
}

// DiaryHeard is what the book holds: visits as the plan counts them, and beside them what
// is on record and is not counted.
type DiaryHeard struct{ Visits, Phone, Absent, Declined, Other int }

// words says the numbers; what there is none of is left out, visits never.
func (h DiaryHeard) words() string {
	s := fmt.Sprintf("%d次", h.Visits)
	var beside []string
	for _, x := range []struct {
		words string
		n     int
	}{{"电话%d次", h.Phone}, {"未遇%d次", h.Absent}, {"谢绝%d次", h.Declined}, {"不计次数%d条", h.Other}} {
		if x.n > 0 {
			beside = append(beside, fmt.Sprintf(x.words, x.n))
		}
	}
	if beside != nil {
		s += "（另有" + strings.Join(beside, "、") + "）"
	}
	return s
}

// DiaryEntry is one visit: when, what was learned, what will be done and by when are the
// plan's four facts (A12); the rest helps to read them. An entry without a household is a
// thought written down on its own.
type DiaryEntry struct {
	At         time.Time
	Household  string
	Place      string
	Way        string // in words: 入户走访, 电话, 未遇 …
	People     []string
	Topics     []string
	Learned    string
	Measures   []DiaryMeasure
	Result     string
	Thoughts   string    // 想法和建议
	WrittenOn  time.Time // set when written later than the visit: 补记
	WrittenFor string    // set when somebody else wrote it: 代记, and who
	Amended    time.Time // set when corrected later: 更正; the earlier words stay on record
}

// DiaryMeasure is what was promised, by when, and what became of it.
type DiaryMeasure struct {
	Words  string
	Due    time.Time
	Result string
}

// Diary makes the book: a cover, then the entries by time, grouped by month. A period
// without entries says so, so that an empty book is not taken for a failed print.
func Diary(d DiaryData) doc.Document {
	entries := slices.Clone(d.Entries)
	slices.SortStableFunc(entries, func(a, b DiaryEntry) int { return a.At.Compare(b.At) })
	out := doc.Document{Title: "民情日记　" + d.Cadre.Name, Page: doc.OfficialPage(), Blocks: diaryCover(d)}
	if len(entries) == 0 {
		out.Blocks = append(out.Blocks, doc.Text("这段时间没有走访记录。"))
		return out
	}
	month, number := "", 0
	for i, e := range entries {
		if m := fmt.Sprintf("%d年%d月", e.At.Year(), int(e.At.Month())); m != month {
			month, number = m, number+1
			out.Blocks = append(out.Blocks, doc.Heading{Level: 1, Text: doc.Number(1, number) + m})
		}
		out.Blocks = append(out.Blocks, diaryEntry(i+1, e))
	}
	return out
}

func diaryCover(d DiaryData) []doc.Block {
	line := func(label, words string) doc.Row {
		return doc.R(doc.Cell{Runs: []doc.Run{{Text: label, Face: doc.Hei}}, Align: doc.Right}, doc.C(words)).High(2)
	}
	rows := []doc.Row{line("姓　　名", d.Cadre.Name), line("单　　位", d.Cadre.Unit), line("职　　务", d.Cadre.Post),
		line("记录时间", period(d.From, d.To)), line("走访次数", d.Heard.words())}
	if !d.Printed.IsZero() {
		rows = append(rows, line("打印日期", date(d.Printed)))
	}
	if d.Overall != "" {
		rows = append(rows, line("总负责人", d.Overall))
	}
	if d.Office != "" {
		rows = append(rows, line("办公室电话", grouped(d.Office)))
	}
	// The cover is one page, also when every line is there and some take two.
	if len(rows) > 6 {
		for i := range rows {
			rows[i].Lines = 1
		}
	}
	blocks := []doc.Block{}
	if d.Township != "" {
		blocks = append(blocks, doc.Paragraph{Runs: []doc.Run{doc.T(d.Township)}, Align: doc.Center, Space: 2})
	}
	return append(blocks,
		doc.Paragraph{Runs: []doc.Run{{Text: "民 情 日 记", Face: doc.Biao, Size: doc.Size1}}, Align: doc.Center, Size: doc.Size1, Space: 2},
		doc.Paragraph{Size: doc.Size2, Space: 3},
		doc.Table{Widths: []float64{38, 118}, Rows: rows, Bare: true},
		doc.PageBreak{})
}

// diaryEntry is one entry as a small table: it stays readable when offices paste it into
// their own forms.
func diaryEntry(n int, e DiaryEntry) doc.Table {
	head := fmt.Sprintf("%d. %s　%s", n, moment(e.At), e.Household)
	first := doc.Cell{Runs: append([]doc.Run{{Text: head, Face: doc.Hei}}, diaryMarks(e)...), Cols: 6}
	t := doc.Table{Widths: []float64{23, 22, 40, 17, 22, 32}, Size: doc.SizeSmall4}
	if e.Household == "" {
		first.Runs[0].Text = fmt.Sprintf("%d. %s", n, moment(e.At))
		t.Rows = []doc.Row{{Cells: []doc.Cell{first}, KeepNext: true}, doc.R(doc.L("想法和\n建　议"), doc.C(e.Thoughts).Span(5, 1))}
		return t
	}
	t.Rows = []doc.Row{
		{Cells: []doc.Cell{first}, KeepNext: true},
		{Cells: []doc.Cell{doc.L("地点"), doc.C(e.Place).Span(3, 1), doc.L("方式"), doc.C(e.Way)}, KeepNext: true},
		{Cells: []doc.Cell{doc.L("走访人员"), doc.C(strings.Join(e.People, "、")).Span(5, 1)}, KeepNext: true},
	}
	row := func(label, words string) {
		if words != "" {
			t.Rows = append(t.Rows, doc.R(doc.L(label), doc.C(words).Span(5, 1)))
		}
	}
	row("谈到的事", strings.Join(e.Topics, "、"))
	row("了解到的\n情　　况", e.Learned)
	for _, m := range e.Measures {
		t.Rows = append(t.Rows,
			doc.Row{Cells: []doc.Cell{doc.L("措施办法").Span(1, 2), doc.C(m.Words).Span(5, 1)}, KeepNext: true},
			doc.R(doc.L("办结时限"), dueCell(m.Due), doc.L("结果"), doc.C(m.Result).Span(2, 1)))
	}
	row("结　　果", e.Result)
	row("想法和\n建　议", e.Thoughts)
	return t
}

func dueCell(due time.Time) doc.Cell {
	if due.IsZero() {
		return doc.C("未定")
	}
	return doc.C(date(due))
}

// diaryMarks says openly what was written later, by another, or corrected.
func diaryMarks(e DiaryEntry) []doc.Run {
	var marks []string
	if !e.WrittenOn.IsZero() {
		marks = append(marks, "补记："+date(e.WrittenOn))
	}
	if e.WrittenFor != "" {
		marks = append(marks, "代记："+e.WrittenFor)
	}
	if !e.Amended.IsZero() {
		marks = append(marks, "更正："+date(e.Amended))
	}
	if len(marks) == 0 {
		return nil
	}
	return []doc.Run{{Text: "　〔" + strings.Join(marks, "；") + "〕", Face: doc.Kai}}
}
