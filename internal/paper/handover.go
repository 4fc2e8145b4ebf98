package paper

import (
	"fmt"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// HandoverData fills the sheet that passes households from one official to the next.
type HandoverData struct {
	Township   string
	From, To   Person
	Reason     string // in words: 调动, 退休 …
	On         time.Time
	Witness    string // who supervises; empty leaves room to write
	Overall    string // who answers for the whole, with the title; may be empty
	Office     string // number of the leading group's office; may be empty
	Households []HandoverHousehold
}

// HandoverHousehold is what the next official has to know about one home. Cautions are
// for the two officials; the caller leaves out what the receiver may not read.
type HandoverHousehold struct {
	Householder string
	Address     string
	Phone       string
	PairedFrom  time.Time
	PairedTo    time.Time
	Promises    []HandoverPromise // open ones
	LastVisits  []HandoverVisit
	Cautions    string
}

// HandoverPromise is a promise still to be kept.
type HandoverPromise struct {
	Title string
	Due   time.Time
	State string // in words: 正在办, 已延期 …
}

// HandoverVisit is one of the last visits in a line.
type HandoverVisit struct {
	On   time.Time
	Way  string
	Gist string
}

// Handover makes the handover sheet 交接单: who hands over to whom, then each household
// with what is open, then the signatures of both and of the one who supervises.
func Handover(d HandoverData) doc.Document {
	out := doc.Document{Title: "联系户交接单", Page: doc.FormPage()}
	out.Page.Number = doc.Counted
	title := "联系户交接单"
	if d.Township != "" {
		title = d.Township + title
	}
	people := doc.Table{Widths: []float64{22, 60.5, 22, 60.5}, Size: doc.SizeSmall4, Rows: []doc.Row{
		doc.R(doc.L("移交人"), doc.C(personLines(d.From)), doc.L("接收人"), doc.C(personLines(d.To))).High(2),
		doc.R(doc.L("交接原因"), doc.C(d.Reason), doc.L("交接日期"), doc.C(dateOrBlank(d.On))),
		doc.R(doc.L("交接户数"), doc.C(fmt.Sprintf("%d户", len(d.Households))), doc.L("未了事项"), doc.C(fmt.Sprintf("%d件", openPromises(d)))),
	}}
	out.Blocks = append(out.Blocks, doc.Title{Lines: []string{title}}, people)
	if len(d.Households) == 0 {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T("本次没有需要移交的联系户。")}, Size: doc.SizeSmall4, Indent: true})
	}
	for i, h := range d.Households {
		t := handoverTable(i+1, h)
		for j := range t.Rows {
			// The last home stays with the signatures, so that nobody signs an empty page.
			t.Rows[j].KeepNext = t.Rows[j].KeepNext || i == len(d.Households)-1
		}
		out.Blocks = append(out.Blocks, t)
	}
	out.Blocks = append(out.Blocks,
		doc.Paragraph{Runs: []doc.Run{doc.T("以上情况已当面交接清楚，未了事项由接收人继续办理并向群众说明。")}, Size: doc.SizeSmall4, Indent: true, KeepNext: true, Space: 1},
		signatures("移交人（签字）：", "接收人（签字）：", "监交人（签字）："+d.Witness))
	if s := officeLine(d.Overall, d.Office); s != "" {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(s)}, Size: doc.Size5})
	}
	return out
}

func personLine(p Person) string {
	var parts []string
	for _, s := range []string{p.Name, p.Unit, p.Post, grouped(p.Phone)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "，")
}

// personLines is personLine with the post and the phone on lines of their own.
func personLines(p Person) string {
	first := p.Name
	if p.Unit != "" {
		first += "，" + p.Unit
	}
	lines := []string{first}
	for _, s := range []string{p.Post, grouped(p.Phone)} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}

func openPromises(d HandoverData) int {
	n := 0
	for _, h := range d.Households {
		n += len(h.Promises)
	}
	return n
}

func handoverTable(n int, h HandoverHousehold) doc.Table {
	t := doc.Table{Widths: []float64{22, 66, 42, 35}, Size: doc.SizeSmall4}
	t.Rows = []doc.Row{
		{Cells: []doc.Cell{{Runs: []doc.Run{{Text: fmt.Sprintf("%d. %s", n, h.Householder), Face: doc.Hei}}, Cols: 2},
			doc.L("结对起止"), doc.C(span(h.PairedFrom, h.PairedTo))}, KeepNext: true},
		{Cells: []doc.Cell{doc.L("住址"), doc.C(h.Address), doc.L("电话"), doc.C(grouped(h.Phone))}, KeepNext: true},
	}
	t.Rows = append(t.Rows, listed("未了事项", len(h.Promises), "无", func(i int) []doc.Cell {
		p := h.Promises[i]
		due := "时限未定"
		if !p.Due.IsZero() {
			due = date(p.Due) + "前"
		}
		return []doc.Cell{doc.C(p.Title), doc.C(due), doc.C(p.State)}
	})...)
	t.Rows = append(t.Rows, listed("最近走访", len(h.LastVisits), "还没有走访记录", func(i int) []doc.Cell {
		v := h.LastVisits[i]
		return []doc.Cell{doc.C(v.Gist), doc.C(date(v.On)), doc.C(v.Way)}
	})...)
	cautions := h.Cautions
	if cautions == "" {
		cautions = "无"
	}
	t.Rows = append(t.Rows, doc.R(doc.L("注意事项"), doc.C(cautions).Span(3, 1)))
	return t
}

// listed makes rows of three cells beside one label that reaches down all of them.
func listed(label string, n int, none string, cells func(int) []doc.Cell) []doc.Row {
	if n == 0 {
		return []doc.Row{doc.R(doc.L(label), doc.C(none).Span(3, 1))}
	}
	var rows []doc.Row
	for i := range n {
		row := doc.Row{Cells: cells(i), KeepNext: i < n-1}
		if i == 0 {
			row.Cells = append([]doc.Cell{doc.L(label).Span(1, n)}, row.Cells...)
		}
		rows = append(rows, row)
	}
	return rows
}

// span is a period in the ledger's short form, on two lines.
func span(from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	if to.IsZero() {
		return shortDate(from) + "\n至今"
	}
	return shortDate(from) + "\n至" + shortDate(to)
}

// signatures leaves room to sign, side by side, and a date under each.
func signatures(labels ...string) doc.Table {
	t := doc.Table{Size: doc.SizeSmall4, Bare: true}
	var names, dates []doc.Cell
	for _, l := range labels {
		t.Widths = append(t.Widths, 165/float64(len(labels)))
		names = append(names, doc.C(l))
		dates = append(dates, doc.C(blankDate))
	}
	t.Rows = []doc.Row{{Cells: names, Lines: 3, KeepNext: true}, {Cells: dates, Lines: 2}}
	return t
}
