package paper

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
	"lianxin/internal/paper/pdf"
)

// ReceiptData fills the slip a visitor takes home from the desk. It names nobody: whoever
// finds it learns neither who came nor where he lives.
type ReceiptData struct {
	Township string
	Number   string
	At       time.Time
	Title    string    // what was raised
	Done     string    // what was done about it, in words
	Due      time.Time // day of the answer; zero where it was answered at once
	Doubt    bool      // that day may change when its year's holidays are announced
	Code     string    // twelve digits; empty where nothing is to be looked up
	Site     string    // address of the page that takes the code; empty without an address
	Phone    string    // the township's number; may be empty
}

func (d ReceiptData) check(index int) error {
	for _, f := range []struct{ name, value string }{{"Township", d.Township}, {"Number", d.Number}, {"Title", d.Title}} {
		if strings.TrimSpace(f.value) == "" {
			return &FieldError{Index: index, Ref: d.Number, Field: f.name, Why: WhyMissing}
		}
	}
	return nil
}

// fours sets digits apart in groups of four, as people read them aloud.
func fours(code string) string {
	var parts []string
	for len(code) > 4 {
		parts, code = append(parts, code[:4]), code[4:]
	}
	return strings.Join(append(parts, code), " ")
}

func (d ReceiptData) due() string {
	if d.Due.IsZero() {
		return ""
	}
	if d.Doubt {
		return date(d.Due) + "前（暂定）"
	}
	return date(d.Due) + "前"
}

// lookup says how one learns what became of it.
func (d ReceiptData) lookup() string {
	switch {
	case d.Code == "":
		return ""
	case d.Site == "":
		return "凭查询码到接待处或打电话查办理情况。"
	}
	return "手机扫码或打开 " + d.Site + "，输入查询码，看办得怎么样。"
}

// Receipt makes the slip as a document, for the print page.
func Receipt(d ReceiptData) doc.Document {
	page := doc.FormPage()
	page.Paper, page.Top, page.Left, page.Right, page.Bottom = doc.A5, 14, 14, 14, 12
	out := doc.Document{Title: "来访接待回执　" + d.Number, Page: page}
	t := doc.Table{Widths: []float64{28, 92}, Size: doc.SizeSmall4}
	row := func(label, words string) {
		if words != "" {
			t.Rows = append(t.Rows, doc.R(doc.L(label), doc.C(words)))
		}
	}
	row("编　　号", d.Number)
	row("来访时间", moment(d.At))
	row("反映的事", d.Title)
	row("处理意见", d.Done)
	row("答复期限", d.due())
	if d.Code != "" {
		t.Rows = append(t.Rows, doc.R(doc.L("查 询 码"), doc.Cell{Runs: []doc.Run{{Text: fours(d.Code), Face: doc.Hei, Size: doc.Size2}}}))
	}
	row("咨询电话", grouped(d.Phone))
	out.Blocks = []doc.Block{doc.Paragraph{Runs: []doc.Run{doc.T(d.Township)}, Align: doc.Center, Size: doc.Size4},
		doc.Paragraph{Runs: []doc.Run{{Text: "来访接待回执", Face: doc.Biao, Size: doc.Size2}}, Align: doc.Center, Size: doc.Size2}, t}
	if s := d.lookup(); s != "" {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(s)}, Size: doc.Size5, Align: doc.Center})
		if d.Site != "" {
			out.Blocks = append(out.Blocks, doc.QR{Content: d.Site, Size: 30, Alt: "查询办理情况：" + d.Site, Align: doc.Center})
		}
	}
	return out
}

// Receipts writes slips of A6, one to a page, for the printer at the desk.
func Receipts(w io.Writer, f *pdf.Face, made time.Time, slips iter.Seq[ReceiptData]) error {
	return sheets(w, f, pdf.Info{Title: "来访接待回执", Made: made}, sheet{Width: receiptWidth, Height: receiptHeight, Places: []place{{0, 0}}}, slips, ReceiptData.check, receipt)
}

const receiptWidth, receiptHeight = 105.0, 148.0

func receipt(m pdf.Measure, d ReceiptData) pdf.Page {
	p := &sketch{Page: pdf.Page{Width: receiptWidth, Height: receiptHeight}, m: m}
	const pad = 9.0
	right := receiptWidth - pad
	room := right - pad
	p.text(pad, 15, 14, "来访接待回执", pdf.Red, true)
	p.endFit(right, 15, 46, 9, 6.5, d.Township, pdf.Gray)
	p.rule(pad, 18, right, 18, 0.4, pdf.Red)
	limit := 78.0
	if d.Code == "" {
		limit = 118
	}
	y := p.set(pad, 21, room, limit, fields{label: 18, points: 8.5, leading: 1.25, gap: 1.4, list: []field{
		{label: "编　　号", words: d.Number, most: 12, least: 9, lines: 1, strong: true},
		{label: "来访时间", words: moment(d.At), most: 10.5, least: 7.5, lines: 1},
		{label: "反映的事", words: d.Title, most: 11, least: 7.5, lines: 3},
		{label: "处理意见", words: d.Done, most: 10.5, least: 7.5, lines: 4},
		{label: "答复期限", words: d.due(), most: 12, least: 9, lines: 1, strong: true},
	}})
	if d.Code != "" {
		y = max(y+2, 66)
		p.rule(pad, y, right, y, 0.2, pdf.Cut)
		p.text(pad, y+6, 8.5, "查询码", pdf.Gray, false)
		y = p.lines(pad, y+7.5, room, 25, 18, 1, 1.15, fours(d.Code), pdf.Ink, true) + 1
		x := pad
		if d.Site != "" {
			const side = 32.0
			p.code(pad-2, y, side, d.Site)
			x += side
		}
		p.lines(x, y+5, right-x, 10, 7.5, 6, 1.35, d.lookup(), pdf.Ink, false)
	}
	p.rule(pad, 134, right, 134, 0.2, pdf.Cut)
	foot := "请保管好本回执。"
	if d.Phone != "" {
		foot = "咨询电话 " + grouped(d.Phone) + "　" + foot
	}
	p.lineFit(pad, 140, room, 9, 7, foot, pdf.Ink)
	return p.Page
}

// ReceptionRow is one line of the register of receptions (domain.md 2.5), in words.
type ReceptionRow struct {
	Number   string
	At       time.Time
	Name     string
	Sex      string
	Age      int
	Phone    string
	Address  string
	People   int
	Speakers []string // representatives of a group
	Place    string
	Words    string // 来访事由
	Topic    string
	Receiver string
	Post     string
	Opinion  string // 处理意见
	Told     string // 受理告知方式
	State    string
	Due      time.Time
	Doubt    bool   // that day may change when its year's holidays are announced
	Result   string // 处理结果, from the matter
	Next     string // 后续安排
	Face     string // 满意度
	Earlier  string // number of the earlier reception
	Urgent   bool
	Remarks  string
}

func (r ReceptionRow) kind() string {
	if r.People >= 5 {
		return fmt.Sprintf("集体访（%d人）", r.People)
	}
	return "单访"
}

// remarks joins what stands under 备注.
func (r ReceptionRow) remarks() string {
	var parts []string
	if r.Urgent {
		parts = append(parts, "紧急")
	}
	if len(r.Speakers) > 0 {
		parts = append(parts, "代表："+strings.Join(r.Speakers, "、"))
	}
	if r.Earlier != "" {
		parts = append(parts, "重复来访，前次"+r.Earlier)
	}
	if r.Remarks != "" {
		parts = append(parts, r.Remarks)
	}
	return strings.Join(parts, "；")
}

const receptionTitle = "接待群众来访登记表"

// Reception makes the forms, a page for each visitor.
func Reception(scope string, rows []ReceptionRow) doc.Document {
	out := doc.Document{Title: receptionTitle, Page: doc.FormPage()}
	for i, r := range rows {
		if i > 0 {
			out.Blocks = append(out.Blocks, doc.PageBreak{})
		}
		out.Blocks = append(out.Blocks, receptionForm(scope, r)...)
	}
	if len(rows) == 0 {
		out.Blocks = append(out.Blocks, doc.Title{Lines: []string{receptionTitle}}, doc.Text("这段时间没有来访登记。"))
	}
	return out
}

func receptionForm(scope string, r ReceptionRow) []doc.Block {
	t := doc.Table{Widths: []float64{24, 34, 16, 19, 24, 48}, Size: doc.SizeSmall4}
	age := count(r.Age)
	if age != "" {
		age += "岁"
	}
	tall := func(label, words string, lines int) {
		t.Rows = append(t.Rows, doc.R(doc.L(label), doc.C(words).Span(5, 1)).High(lines))
	}
	t.Rows = append(t.Rows,
		doc.R(doc.L("来访人"), doc.C(r.Name), doc.L("性别"), doc.M(r.Sex), doc.L("年龄"), doc.C(age)),
		doc.R(doc.L("联系方式"), doc.C(grouped(r.Phone)).Span(3, 1), doc.L("来访形式"), doc.C(r.kind())),
		doc.R(doc.L("单位或\n住　址"), doc.C(r.Address).Span(5, 1)),
		doc.R(doc.L("来访时间"), doc.C(moment(r.At)).Span(3, 1), doc.L("地　点"), doc.C(r.Place)),
		doc.R(doc.L("接待人"), doc.C(r.Receiver).Span(3, 1), doc.L("职　务"), doc.C(r.Post)))
	tall("来访事由", r.Words, 6)
	t.Rows = append(t.Rows, doc.R(doc.L("类　别"), doc.C(r.Topic).Span(3, 1), doc.L("告知方式"), doc.C(r.Told)))
	tall("处理意见", r.Opinion, 4)
	tall("处理结果", r.Result, 4)
	due := ""
	if !r.Due.IsZero() {
		if due = date(r.Due); r.Doubt {
			due += "（暂定）"
		}
	}
	t.Rows = append(t.Rows, doc.R(doc.L("办理期限"), doc.C(due).Span(3, 1), doc.L("办理状态"), doc.C(r.State)))
	tall("后续安排", r.Next, 2)
	t.Rows = append(t.Rows, doc.R(doc.L("满意度"), doc.C(r.Face).Span(5, 1)))
	tall("备　注", r.remarks(), 2)
	return []doc.Block{doc.Title{Lines: []string{receptionTitle}},
		doc.Table{Widths: []float64{95, 70}, Size: doc.SizeSmall4, Bare: true, Rows: []doc.Row{doc.R(doc.C(scope), doc.Cell{Runs: []doc.Run{doc.T("编号：" + r.Number)}, Align: doc.Right})}}, t}
}

// ReceptionsData fills the register of receptions of a place and a period.
type ReceptionsData struct {
	Scope    string
	From, To time.Time
	Made     time.Time
	Rows     iter.Seq[ReceptionRow]
}

var receptionColumns = []Column{{Name: "序号", Width: 6, Kind: Number}, {Name: "编号", Width: 11, Kind: Code}, {Name: "来访日期", Width: 11, Kind: Day}, {Name: "时间", Width: 7}, {Name: "地点", Width: 12},
	{Group: "来访人", Name: "姓名", Width: 11}, {Group: "来访人", Name: "性别", Width: 6}, {Group: "来访人", Name: "年龄", Width: 6, Kind: Number}, {Group: "来访人", Name: "联系方式", Width: 14, Kind: Code}, {Group: "来访人", Name: "单位或住址", Width: 18},
	{Name: "来访形式", Width: 10}, {Name: "人数", Width: 6, Kind: Number}, {Name: "来访事由", Width: 34}, {Name: "类别", Width: 11},
	{Group: "接待人", Name: "姓名", Width: 10}, {Group: "接待人", Name: "职务", Width: 12}, {Name: "处理意见", Width: 22}, {Name: "告知方式", Width: 9}, {Name: "办理期限", Width: 11, Kind: Day}, {Name: "办理状态", Width: 11},
	{Name: "处理结果", Width: 24}, {Name: "后续安排", Width: 16}, {Name: "满意度", Width: 8}, {Name: "备注", Width: 20}}

// Receptions makes the register, for .xlsx and .csv.
func Receptions(d ReceptionsData) Register {
	r := Register{Title: receptionTitle, Notes: notes(d.Scope, period(d.From, d.To), d.Made), Empty: "这段时间没有来访登记。", Columns: slices.Clone(receptionColumns)}
	r.Rows = func(yield func([]any) bool) {
		n := 0
		for x := range d.Rows {
			n++
			clock := ""
			if x.At.Hour() != 0 || x.At.Minute() != 0 {
				clock = x.At.Format("15:04")
			}
			var age any
			if x.Age > 0 {
				age = x.Age
			}
			kind := "单访"
			if x.People >= 5 {
				kind = "集体访"
			}
			remarks := x.remarks()
			if x.Doubt && !x.Due.IsZero() { // the day's own column holds a day and nothing else
				remarks = strings.TrimSuffix("办理期限暂定；"+remarks, "；")
			}
			if !yield([]any{n, x.Number, dayOf(x.At), clock, x.Place, x.Name, x.Sex, age, x.Phone, x.Address, kind, x.People, x.Words, x.Topic, x.Receiver, x.Post, x.Opinion, x.Told, x.Due, x.State, x.Result, x.Next, x.Face, remarks}) {
				return
			}
		}
	}
	return r
}
