package paper

import (
	"fmt"
	"iter"
	"slices"
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
	return doc.Document{Title: title, Page: minutesPage(), Blocks: meetingForm(title, d)}
}

func meetingForm(title string, d MeetingData) []doc.Block {
	t := doc.Table{Widths: []float64{24, 66, 24, 51}, Size: doc.Size5}
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
	top := doc.Table{Widths: []float64{100, 65}, Size: doc.Size5, Bare: true, Rows: []doc.Row{doc.R(doc.C("单位："+d.Unit), doc.Cell{Runs: []doc.Run{doc.T(d.number())}, Align: doc.Right})}}
	return []doc.Block{doc.Title{Lines: []string{title}}, top, t}
}

// minutesPage is a form's, with numbers: minutes run over several pages.
func minutesPage() doc.Page {
	p := doc.FormPage()
	p.Number = doc.Counted
	return p
}

const minutesTitle = "民情分析会议记录"

// MeetingForms makes the minutes of several meetings, each on pages of its own.
func MeetingForms(ds []MeetingData) doc.Document {
	out := doc.Document{Title: minutesTitle, Page: minutesPage()}
	for i, d := range ds {
		if i > 0 {
			out.Blocks = append(out.Blocks, doc.PageBreak{})
		}
		out.Blocks = append(out.Blocks, meetingForm(meetingTitle(d), d)...)
	}
	if len(ds) == 0 {
		out.Blocks = append(out.Blocks, doc.Title{Lines: []string{minutesTitle}}, doc.Text(noMinutes))
	}
	return out
}

const noMinutes = "这段时间没有已审签的会议记录。"

// MeetingsData fills the register of meetings of a place and a period.
type MeetingsData struct {
	Scope    string
	From, To time.Time
	Made     time.Time
	Rows     iter.Seq[MeetingData]
}

var meetingColumns = []Column{{Name: "序号", Width: 6, Kind: Number}, {Group: "会议", Name: "名称", Width: 13}, {Group: "会议", Name: "第几次", Width: 12}, {Group: "会议", Name: "日期", Width: 11, Kind: Day}, {Group: "会议", Name: "时间", Width: 12}, {Group: "会议", Name: "地点", Width: 14},
	{Name: "主持人", Width: 9}, {Name: "记录人", Width: 9}, {Name: "出席", Width: 24}, {Name: "请假", Width: 12}, {Name: "列席", Width: 14},
	{Name: "议题", Width: 22}, {Name: "民情来源", Width: 24}, {Name: "汇报人", Width: 9}, {Name: "群众原话", Width: 28}, {Name: "分析", Width: 28}, {Name: "意见", Width: 24},
	{Name: "决定", Width: 8}, {Name: "责任单位和责任人", Width: 14}, {Name: "时限", Width: 11, Kind: Day}, {Name: "办理情况", Width: 18}, {Name: "会议小结", Width: 24}, {Group: "审签", Name: "姓名", Width: 9}, {Group: "审签", Name: "日期", Width: 11, Kind: Day}}

// Meetings makes the register, one line for each matter talked over; a meeting
// that noted none has one line all the same.
func Meetings(d MeetingsData) Register {
	r := Register{Title: minutesTitle, Notes: notes(d.Scope, period(d.From, d.To), d.Made), Empty: noMinutes, Columns: slices.Clone(meetingColumns)}
	r.Rows = func(yield func([]any) bool) {
		n := 0
		for m := range d.Rows {
			items := m.Items
			if len(items) == 0 {
				items = []MeetingItem{{}}
			}
			for _, x := range items {
				n++
				if !yield([]any{n, m.Kind, m.number(), dayOf(m.On), m.clock(), m.Place, m.Chair, m.Recorder, strings.Join(m.Present, "、"), strings.Join(m.Leave, "、"), strings.Join(m.Sitting, "、"),
					x.Title, x.Source, x.Reporter, strings.Join(x.quotes(), "\n"), x.analysis(), x.Opinion, x.Decision, x.Who, x.Due, x.Result, m.Summary, m.Signed, m.SignedOn}) {
					return
				}
			}
		}
	}
	return r
}

func (d MeetingData) number() string {
	if d.Number == 0 {
		return "　　　　年第　　次"
	}
	return fmt.Sprintf("%d年第%d次", d.Year, d.Number)
}

func (d MeetingData) clock() string {
	if d.From != "" && d.To != "" {
		return d.From + "—" + d.To
	}
	return d.From
}

// quotes sets people's own words in their marks.
func (x MeetingItem) quotes() (out []string) {
	for _, q := range x.Quotes {
		out = append(out, "“"+q+"”")
	}
	return out
}

// analysis begins with what sort of thing it is.
func (x MeetingItem) analysis() string {
	return strings.Join(nonEmpty(x.Sort, x.Analysis), "。")
}

func meetingTime(d MeetingData) string {
	s := dateOrBlank(d.On)
	if clock := d.clock(); clock != "" {
		s += "　" + clock
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
	add("群众原话", strings.Join(x.quotes(), "\n"))
	add("分　　析", x.analysis())
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
