package paper

import (
	"fmt"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// LedgerData fills 《干部直接联系群众基本情况登记表》, the first part of the ledger (B25): each
// official with the households he or she is paired with and what came of it in the year.
type LedgerData struct {
	Unit       string // who keeps the ledger: township or village
	Year       int
	Cadres     []LedgerCadre
	Overall    string // who answers for the whole, with the title; may be empty
	Office     string // number of the leading group's office; may be empty
	FilledBy   string
	ReviewedBy string
	On         time.Time
}

// LedgerCadre is one official; one without households still has a line, so that the gap
// shows.
type LedgerCadre struct {
	Person
	Households []LedgerHousehold
}

// LedgerHousehold is one pairing in the year; a household can have several.
type LedgerHousehold struct {
	ID          string // tells two lines of one household apart from two households
	Village     string // village and group
	Householder string
	People      int
	Kind        string
	Address     string
	Phone       string
	From, To    time.Time
	CardNo      string
	CardOn      time.Time
	Visits      int
	Raised      int
	Solved      int
	Items       []LedgerItem
	Remark      string
}

// LedgerItem is a practical item: what, done when, confirmed by the household or not.
type LedgerItem struct {
	Name      string
	DoneOn    time.Time
	Confirmed bool
}

const ledgerTitle = "干部直接联系群众基本情况登记表"

// ledgerColumns are the columns of domain practice; Width is in millimetres here and sums
// to the text width of an A4 landscape page.
var ledgerColumns = []Column{
	{Name: "序号", Width: 6.5, Kind: Number},
	{Group: "联系干部", Name: "姓名", Width: 13}, {Group: "联系干部", Name: "单位", Width: 14}, {Group: "联系干部", Name: "职务", Width: 14}, {Group: "联系干部", Name: "联系电话", Width: 18.5, Kind: Code},
	{Name: "联系村组", Width: 17},
	{Group: "联系户", Name: "户主", Width: 13}, {Group: "联系户", Name: "人口", Width: 6.5, Kind: Number}, {Group: "联系户", Name: "类别", Width: 11}, {Group: "联系户", Name: "住址", Width: 19.5}, {Group: "联系户", Name: "电话", Width: 18.5, Kind: Code},
	{Name: "结对起止", Width: 16},
	{Group: "联系卡", Name: "编号", Width: 15, Kind: Code}, {Group: "联系卡", Name: "发放日期", Width: 15.5, Kind: Day},
	{Name: "年度走访次数", Width: 7, Kind: Number},
	{Group: "反映问题", Name: "反映数", Width: 7, Kind: Number}, {Group: "反映问题", Name: "已解决", Width: 7, Kind: Number},
	{Group: "实事", Name: "名称", Width: 18.5}, {Group: "实事", Name: "完成日期", Width: 15.5}, {Group: "实事", Name: "群众确认", Width: 8},
	{Name: "备注", Width: 12},
}

// cadreColumns is how many columns at the left belong to the official and are merged over
// all of his or her households.
const cadreColumns = 5

// together is how many households of one official stay on one page of the print.
const together = 6

// ledgerLine gives the values of one line, in the order of ledgerColumns.
func ledgerLine(n int, c LedgerCadre, h LedgerHousehold) []any {
	var names, days, confirmed []string
	for i, it := range h.Items {
		mark := ""
		if len(h.Items) > 1 {
			mark = fmt.Sprintf("%d.", i+1)
		}
		names = append(names, mark+it.Name)
		day, ok := "未完成", "否"
		if !it.DoneOn.IsZero() {
			day = shortDate(it.DoneOn)
		}
		if it.Confirmed {
			ok = "是"
		}
		days, confirmed = append(days, day), append(confirmed, ok)
	}
	line := []any{n, c.Name, c.Unit, c.Post, c.Phone}
	if h.Householder == "" {
		return append(line, "", "尚未结对", nil, "", "", "", "", "", time.Time{}, nil, nil, nil, "", "", "", h.Remark)
	}
	return append(line, h.Village, h.Householder, h.People, h.Kind, h.Address, h.Phone, fromTo(h.From, h.To), h.CardNo, h.CardOn,
		h.Visits, h.Raised, h.Solved, strings.Join(names, "\n"), strings.Join(days, "\n"), strings.Join(confirmed, "\n"), h.Remark)
}

// fromTo is a period on two lines; the column's head says which is which.
func fromTo(from, to time.Time) string {
	switch {
	case from.IsZero():
		return ""
	case to.IsZero():
		return shortDate(from) + "\n至今"
	}
	return shortDate(from) + "\n" + shortDate(to)
}

// lines gives the households of an official, or one empty line.
func (c LedgerCadre) lines() []LedgerHousehold {
	if len(c.Households) == 0 {
		return []LedgerHousehold{{}}
	}
	return c.Households
}

// Ledger makes the register as a print page, A4 landscape; WriteLedger makes the workbook.
func Ledger(d LedgerData) doc.Document {
	t := doc.Table{Size: doc.Size6, Face: doc.Plain, Head: ledgerHead()}
	for _, c := range ledgerColumns {
		t.Widths = append(t.Widths, c.Width)
	}
	for i, c := range d.Cadres {
		homes := c.lines()
		for j, h := range homes {
			// Merged cells say their words once; on paper a long list says them again after
			// every few homes, so that no page is without the official's name.
			block := min(len(homes)-j/together*together, together)
			row := doc.Row{KeepNext: j%together < block-1}
			for k, v := range ledgerLine(i+1, c, h) {
				if k < cadreColumns && j%together > 0 {
					continue
				}
				cell := ledgerCell(ledgerColumns[k].Kind, v)
				if k < cadreColumns {
					cell.Rows = block
				}
				row.Cells = append(row.Cells, cell)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	if len(d.Cadres) == 0 {
		t.Rows = []doc.Row{doc.R(doc.M("本年度没有登记的联系干部。").Span(len(ledgerColumns), 1)).High(2)}
	}
	wide := doc.LedgerPage().TextWidth() / 3
	ends := func(left, middle, right string) doc.Table {
		return doc.Table{Widths: []float64{wide, wide, wide}, Size: doc.Size5, Bare: true,
			Rows: []doc.Row{doc.R(doc.C(left), doc.M(middle), doc.Cell{Runs: []doc.Run{doc.T(right)}, Align: doc.Right})}}
	}
	blocks := []doc.Block{
		doc.Title{Lines: []string{ledgerTitle}},
		ends("填报单位："+d.Unit, fmt.Sprintf("%d年度", d.Year), ledgerCount(d)), t,
		ends("填表人："+d.FilledBy, "审核人："+d.ReviewedBy, "日期："+dateOrBlank(d.On)),
	}
	if s := officeLine(d.Overall, d.Office); s != "" {
		blocks = append(blocks, doc.Paragraph{Runs: []doc.Run{doc.T(s)}, Size: doc.Size5})
	}
	return doc.Document{Title: ledgerTitle, Page: doc.LedgerPage(), Blocks: blocks}
}

func ledgerCount(d LedgerData) string {
	homes, lines := 0, 0
	seen := map[string]bool{}
	for _, c := range d.Cadres {
		for _, h := range c.Households {
			lines++
			if h.ID == "" || !seen[h.ID] {
				homes++
			}
			seen[h.ID] = true
		}
	}
	s := fmt.Sprintf("干部%d人，联系户%d户", len(d.Cadres), homes)
	if lines > homes { // a household whose helper changed, or with two, has more lines
		s += fmt.Sprintf("，结对%d条", lines)
	}
	return s
}

func ledgerCell(kind ColumnKind, v any) doc.Cell {
	words := ""
	switch v := v.(type) {
	case string:
		words = v
	case int:
		words = fmt.Sprint(v)
	case time.Time:
		words = shortDate(v)
	}
	if kind == Words {
		return doc.C(words)
	}
	return doc.M(words)
}

func ledgerHead() []doc.Row {
	var first, second doc.Row
	for i := 0; i < len(ledgerColumns); {
		c := ledgerColumns[i]
		if c.Group == "" {
			first.Cells = append(first.Cells, doc.L(c.Name).Span(1, 2))
			i++
			continue
		}
		n := 0
		for i+n < len(ledgerColumns) && ledgerColumns[i+n].Group == c.Group {
			second.Cells = append(second.Cells, doc.L(ledgerColumns[i+n].Name))
			n++
		}
		first.Cells = append(first.Cells, doc.L(c.Group).Span(n, 1))
		i += n
	}
	return []doc.Row{first, second}
}
