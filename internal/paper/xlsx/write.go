package xlsx

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// Column is one column of a table. Columns side by side with the same non-empty Group stand under
// one merged head of that name.
type Column struct {
	Group, Title string
	Width        float64 // in characters; 0 means 12
	Center       bool
}

// Table is a sheet with its heads. Title stands merged over all columns, Note (unit, date) below it.
type Table struct {
	Sheet, Title, Note string
	Columns            []Column
	Portrait           bool
}

// Writer makes a workbook of tables, row by row, so that a long export does not lie in memory.
type Writer struct {
	f      *excelize.File
	sheets int
	st     styles
}

type styles struct{ title, note, head, text, center int }

// NewWriter starts an empty workbook.
func NewWriter() (*Writer, error) {
	w := &Writer{f: excelize.NewFile()}
	border := []excelize.Border{{Type: "left", Color: "808080", Style: 1}, {Type: "right", Color: "808080", Style: 1},
		{Type: "top", Color: "808080", Style: 1}, {Type: "bottom", Color: "808080", Style: 1}}
	text := excelize.Font{Family: "宋体", Size: 11}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&w.st.title, excelize.Style{Font: &excelize.Font{Family: "黑体", Size: 18}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}, NumFmt: 49}},
		{&w.st.note, excelize.Style{Font: &text, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true}, NumFmt: 49}},
		{&w.st.head, excelize.Style{Font: &excelize.Font{Family: "黑体", Size: 11}, Border: border, NumFmt: 49, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}},
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&w.st.text, excelize.Style{Font: &text, Border: border, NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&w.st.center, excelize.Style{Font: &text, Border: border, NumFmt: 49, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
	} {
		id, err := w.f.NewStyle(&s.style)
		if err != nil {
			return nil, fmt.Errorf("xlsx.NewWriter: %w", err)
		}
		*s.to = id
	}
	return w, nil
}

// Properties writes what the file says about itself (OUT-4: who exported it).
func (w *Writer) Properties(title, author, subject string) error {
	return w.f.SetDocProps(&excelize.DocProperties{Title: title, Creator: author, LastModifiedBy: author, Subject: subject})
}

// Rows takes the rows of one table.
type Rows struct {
	w    *Writer
	s    *excelize.StreamWriter
	t    Table
	next int // number of the next row, from 1
	err  error
}

// Table begins a sheet: title, note, one or two rows of heads, frozen and repeated on each page.
// The sheet before must be closed first.
func (w *Writer) Table(t Table) (*Rows, error) {
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("xlsx.Table(%s): no columns", t.Sheet)
	}
	name := sheetName(t.Sheet, w.sheets+1)
	if w.sheets == 0 {
		if err := w.f.SetSheetName("Sheet1", name); err != nil {
			return nil, err
		}
	} else if _, err := w.f.NewSheet(name); err != nil {
		return nil, err
	}
	w.sheets++
	t.Sheet = name
	s, err := w.f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	r := &Rows{w: w, s: s, t: t, next: 1}
	r.layout()
	r.heads()
	return r, r.err
}

func (r *Rows) do(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("xlsx sheet %s: %w", r.t.Sheet, err)
	}
}

func (r *Rows) layout() {
	orientation, paper, fit, zero := "landscape", 9, true, 0 // 9 is A4
	if r.t.Portrait {
		orientation = "portrait"
	}
	r.do(r.w.f.SetPageLayout(r.t.Sheet, &excelize.PageLayoutOptions{Orientation: &orientation, Size: &paper, FitToHeight: &zero}))
	r.do(r.w.f.SetSheetProps(r.t.Sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	for i, c := range r.t.Columns {
		width := c.Width
		if width <= 0 {
			width = 12
		}
		r.do(r.s.SetColWidth(i+1, i+1, min(width, 120)))
	}
	head := r.headRows()
	top := r.titleRows() + head
	r.do(r.s.SetPanes(&excelize.Panes{Freeze: true, YSplit: top, TopLeftCell: fmt.Sprintf("A%d", top+1), ActivePane: "bottomLeft"}))
	r.do(r.w.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: r.t.Sheet,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(r.t.Sheet, "'", "''"), r.titleRows()+1, top)}))
}

func (r *Rows) titleRows() int {
	n := 0
	if r.t.Title != "" {
		n++
	}
	if r.t.Note != "" {
		n++
	}
	return n
}

func (r *Rows) headRows() int {
	for _, c := range r.t.Columns {
		if c.Group != "" {
			return 2
		}
	}
	return 1
}

func (r *Rows) heads() {
	last := len(r.t.Columns) - 1
	for _, line := range []struct {
		text   string
		style  int
		height float64
	}{{r.t.Title, r.w.st.title, 34}, {r.t.Note, r.w.st.note, 20}} {
		if line.text == "" {
			continue
		}
		r.set([]any{excelize.Cell{StyleID: line.style, Value: literal(line.text)}}, excelize.RowOpts{Height: line.height})
		if last > 0 {
			r.merge(0, r.next, last, r.next)
		}
		r.next++
	}
	upper, lower := make([]any, last+1), make([]any, last+1)
	two := r.headRows() == 2
	for i := 0; i <= last; i++ {
		c := r.t.Columns[i]
		if !two || c.Group == "" {
			upper[i] = excelize.Cell{StyleID: r.w.st.head, Value: c.Title}
			lower[i] = excelize.Cell{StyleID: r.w.st.head}
			if two {
				r.merge(i, r.next, i, r.next+1)
			}
			continue
		}
		upper[i] = excelize.Cell{StyleID: r.w.st.head, Value: c.Group}
		lower[i] = excelize.Cell{StyleID: r.w.st.head, Value: c.Title}
		if i > 0 && r.t.Columns[i-1].Group == c.Group {
			upper[i] = excelize.Cell{StyleID: r.w.st.head}
			continue
		}
		end := i
		for end < last && r.t.Columns[end+1].Group == c.Group {
			end++
		}
		if end > i {
			r.merge(i, r.next, end, r.next)
		}
	}
	r.set(upper, excelize.RowOpts{Height: 22})
	r.next++
	if two {
		r.set(lower, excelize.RowOpts{Height: 22})
		r.next++
	}
}

func (r *Rows) set(values []any, opts ...excelize.RowOpts) {
	r.do(r.s.SetRow(fmt.Sprintf("A%d", r.next), values, opts...))
}

func (r *Rows) merge(left, top, right, bottom int) {
	r.do(r.s.MergeCell(fmt.Sprintf("%s%d", grid.Ref(left), top), fmt.Sprintf("%s%d", grid.Ref(right), bottom)))
}

// Add writes a row and answers its number. Strings stay text whatever they begin with; int, int64
// and float64 become numbers, identity.Date its spelling 2026-03-01, nil an empty cell.
func (r *Rows) Add(values ...any) (int, error) {
	row := make([]any, len(r.t.Columns))
	for i := range row {
		style := r.w.st.text
		if r.t.Columns[i].Center {
			style = r.w.st.center
		}
		cell := excelize.Cell{StyleID: style}
		if i < len(values) {
			cell.Value = value(values[i])
		}
		row[i] = cell
	}
	r.set(row)
	r.next++
	return r.next - 1, r.err
}

// MergeDown merges one column (from 0) of the rows from–to, as numbered by Add.
func (r *Rows) MergeDown(col, from, to int) error {
	if to > from {
		r.merge(col, from, col, to)
	}
	return r.err
}

// Line writes one text over all columns: a sum, a note below the table.
func (r *Rows) Line(text string) error {
	r.set([]any{excelize.Cell{StyleID: r.w.st.note, Value: literal(text)}})
	if len(r.t.Columns) > 1 {
		r.merge(0, r.next, len(r.t.Columns)-1, r.next)
	}
	r.next++
	return r.err
}

// Close ends the sheet.
func (r *Rows) Close() error {
	if r.err == nil {
		r.do(r.s.Flush())
	}
	return r.err
}

// Write sends the workbook and frees what it held.
func (w *Writer) Write(out io.Writer) error {
	defer func() { _ = w.f.Close() }()
	if w.sheets == 0 {
		return fmt.Errorf("xlsx.Write: no sheet")
	}
	w.f.SetActiveSheet(0)
	return w.f.Write(out)
}

// value never gives excelize anything it could take for a formula.
func value(v any) any {
	switch x := v.(type) {
	case nil:
		return nil
	case string:
		return literal(x)
	case int, int64, float64:
		return x
	case identity.Date:
		return x.String()
	case fmt.Stringer:
		return literal(x.String())
	}
	return literal(fmt.Sprint(v))
}

var escapes = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// literal keeps a text that looks like a spreadsheet's escape (_x000D_) from being read as one.
func literal(s string) string {
	if strings.Contains(s, "_x") {
		s = escapes.ReplaceAllString(s, "_x005F_$1")
	}
	return clip(s)
}

// clip keeps a text within the 32,767 characters a cell can hold.
func clip(s string) string {
	if len(s) <= 32767 || utf8.RuneCountInString(s) <= 32767 {
		return s
	}
	return string([]rune(s)[:32767])
}

// sheetName makes a name a spreadsheet accepts: 31 characters, none of : \ / ? * [ ].
func sheetName(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < 0x20 {
			return ' '
		}
		return r
	}, s)
	s = strings.Trim(s, " '")
	if rs := []rune(s); len(rs) > 31 {
		s = string(rs[:31])
	}
	if s == "" {
		s = fmt.Sprintf("表%d", n)
	}
	return s
}
