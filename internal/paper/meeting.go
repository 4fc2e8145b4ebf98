package paper

import (
	"fmt"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// MeetingData fills 《民情分析会议记录》 (B25, part three of the ledger), and the
// records of talks in the same form.
type MeetingData struct {
	Kind     string // 民情分析会, 民情恳谈会, 座谈会
	Unit     string // township or village
	Year     int
	Number   int // 第几次
	On       time.Time
	From, To string // clock
	Place    string
	Chair    string
	Recorder string
	Present  []string // officials with their posts, homes, others
	Leave    []string
	Sitting  []string
	Followup string // what became of the last meeting's decisions
	Items    []MeetingItem
	Summary  string
	Signed   string // the leader who signed, "" while nobody has
	SignedOn time.Time
}

// MeetingItem is one matter of the meeting.
type MeetingItem struct {
	Title    string
	Source   string // what it rests on, with the numbers
	Reporter string
	Quotes   []string // original words
	Sort     string   // 共性、热点
	Analysis string
	Opinion  string
	Decision string
	Who      string // unit and person responsible
	Due      time.Time
	Result   string // how it stands
}

// meetingTitle is the paper's name.
func meetingTitle(d MeetingData) string { return strings.TrimSuffix(d.Kind, "会") + "会议记录" }

// Meeting makes the minutes; a row without words is kept, so that the blank form
// can be written by hand.
func Meeting(d MeetingData) doc.Document {
	title := meetingTitle(d)
	t := doc.Table{Widths: []float64{24, 58, 24, 59}, Size: doc.Size5}
	row := func(label, words string, lines int) {
		t.Rows = append(t.Rows, doc.R(doc.L(label), doc.C(words).Span(3, 1)).High(lines))
	}
	t.Rows = append(t.Rows,
		doc.R(doc.L("时　　间"), doc.C(meetingTime(d)), doc.L("地　　点"), doc.C(d.Place)).High(1),
		doc.R(doc.L("主 持 人"), doc.C(d.Chair), doc.L("记 录 人"), doc.C(d.Recorder)).High(1))
	row("出　　席", strings.Join(d.Present, "、"), 2)
	row("请　　假", strings.Join(d.Leave, "、"), 1)
	row("列　　席", strings.Join(d.Sitting, "、"), 1)
	row("上次会议\n事项落实", d.Followup, 2)
	for i, x := range d.Items {
		t.Rows = append(t.Rows, itemRows(i+1, x)...)
	}
	if len(d.Items) == 0 {
		row("议　　题", "", 12)
	}
	row("会议小结", d.Summary, 2)
	signed := "　　　　　　　　　　　　年　　月　　日"
	if d.Signed != "" {
		signed = d.Signed + "　　" + date(d.SignedOn)
	}
	row("审　　签", signed, 2)
	number := fmt.Sprintf("%d年第%d次", d.Year, d.Number)
	if d.Number == 0 {
		number = "　　　　年第　　次"
	}
	top := doc.Table{Widths: []float64{100, 65}, Size: doc.Size5, Bare: true, Rows: []doc.Row{doc.R(doc.C("单位："+d.Unit), doc.Cell{Runs: []doc.Run{doc.T(number)}, Align: doc.Right})}}
	return doc.Document{Title: title, Page: doc.FormPage(), Blocks: []doc.Block{doc.Title{Lines: []string{title}}, top, t}}
}

func meetingTime(d MeetingData) string {
	s := dateOrBlank(d.On)
	switch {
	case d.From != "" && d.To != "":
		s += "　" + d.From + "—" + d.To
	case d.From != "":
		s += "　" + d.From
	}
	return s
}

// itemRows are the lines of one matter under a head with its number.
func itemRows(n int, x MeetingItem) []doc.Row {
	rows := []doc.Row{{Cells: []doc.Cell{doc.L("议 题 " + doc.Chinese(n)), {Runs: []doc.Run{{Text: x.Title, Face: doc.Hei}}, Cols: 3}}, KeepNext: true}}
	add := func(label, words string) {
		if words != "" {
			rows = append(rows, doc.R(doc.L(label), doc.C(words).Span(3, 1)))
		}
	}
	add("民情来源", x.Source)
	add("汇 报 人", x.Reporter)
	var quotes []string
	for _, q := range x.Quotes {
		quotes = append(quotes, "“"+q+"”")
	}
	add("群众原话", strings.Join(quotes, "\n"))
	analysis := x.Analysis
	if x.Sort != "" {
		analysis = strings.TrimSuffix(x.Sort+"。"+analysis, "。")
	}
	add("分　　析", analysis)
	add("意　　见", x.Opinion)
	if x.Decision != "" {
		due := ""
		if !x.Due.IsZero() {
			due = date(x.Due)
		}
		rows = append(rows, doc.R(doc.L("决　　定"), doc.C(x.Decision), doc.L("责任和时限"), doc.C(strings.Join(nonEmpty(x.Who, due), "\n"))))
	}
	add("办理情况", x.Result)
	return rows
}

func nonEmpty(ss ...string) (out []string) {
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
