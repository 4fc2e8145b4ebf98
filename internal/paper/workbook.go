package paper

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes the register as a workbook set up to be printed: A4 landscape, one page
// wide, heads repeated, pages numbered. All words are stored as texts, never as formulas.
func (r Register) WriteXLSX(w io.Writer) (err error) {
	b, err := newBook(r.Title, len(r.Columns))
	if err != nil {
		return err
	}
	defer b.close(&err)
	top := 1 + len(r.Notes)
	heads := r.headRows()
	if err := b.setUp(top+1, top+heads, 1); err != nil {
		return err
	}
	s, err := b.f.NewStreamWriter(sheetName)
	if err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	for i, c := range r.Columns {
		if err := s.SetColWidth(i+1, i+1, c.Width); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
	}
	if err := r.head(b, s, heads); err != nil {
		return err
	}
	at, n := top+heads, 0
	line := make([]any, len(r.Columns))
	for row := range r.Rows {
		for i, c := range r.Columns {
			var v any
			if i < len(row) {
				v = row[i]
			}
			line[i] = b.value(c.Kind, v)
		}
		at, n = at+1, n+1
		if err := s.SetRow(cellName(1, at), line, excelize.RowOpts{Height: rowHeight(line, r.Columns, 0)}); err != nil {
			return fmt.Errorf("xlsx: row %d: %w", at, err)
		}
	}
	if n == 0 && r.Empty != "" {
		if err := s.SetRow(cellName(1, at+1), []any{excelize.Cell{StyleID: b.style.note, Value: r.Empty}}); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
	}
	if err := s.Flush(); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return b.write(w)
}

func (r Register) headRows() int {
	for _, c := range r.Columns {
		if c.Group != "" {
			return 2
		}
	}
	return 1
}

func (r Register) head(b *book, s *excelize.StreamWriter, heads int) error {
	wide := len(r.Columns)
	put := func(row int, style int, words string, height float64) error {
		if err := s.SetRow(cellName(1, row), []any{excelize.Cell{StyleID: style, Value: words}}, excelize.RowOpts{Height: height}); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
		if wide < 2 {
			return nil
		}
		return s.MergeCell(cellName(1, row), cellName(wide, row))
	}
	if err := put(1, b.style.title, r.Title, 32); err != nil {
		return err
	}
	for i, n := range r.Notes {
		if err := put(2+i, b.style.note, n, 18); err != nil {
			return err
		}
	}
	top := 2 + len(r.Notes)
	first, second := make([]any, wide), make([]any, wide)
	for i, c := range r.Columns {
		upper := c.Group
		if upper == "" {
			upper = c.Name
		}
		first[i], second[i] = excelize.Cell{StyleID: b.style.head, Value: upper}, excelize.Cell{StyleID: b.style.head, Value: c.Name}
	}
	if err := s.SetRow(cellName(1, top), first, excelize.RowOpts{Height: 22}); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	if heads == 1 {
		return nil
	}
	if err := s.SetRow(cellName(1, top+1), second, excelize.RowOpts{Height: rowHeight(second, r.Columns, 0) + 4}); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	for i := 0; i < wide; {
		if r.Columns[i].Group == "" {
			if err := s.MergeCell(cellName(i+1, top), cellName(i+1, top+1)); err != nil {
				return fmt.Errorf("xlsx: %w", err)
			}
			i++
			continue
		}
		end := i + 1
		for end < wide && r.Columns[end].Group == r.Columns[i].Group {
			end++
		}
		if end > i+1 {
			if err := s.MergeCell(cellName(i+1, top), cellName(end, top)); err != nil {
				return fmt.Errorf("xlsx: %w", err)
			}
		}
		i = end
	}
	return nil
}

const sheetName = "Sheet1"

// book is a workbook of one sheet with the styles of our registers.
type book struct {
	f     *excelize.File
	wide  int
	style struct{ title, note, head, words, code, number, day int }
}

func newBook(title string, wide int) (*book, error) {
	b := &book{f: excelize.NewFile(), wide: wide}
	if err := b.f.SetDocProps(&excelize.DocProperties{Title: title, Language: "zh-CN", Creator: " "}); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	thin := []excelize.Border{}
	for _, side := range []string{"left", "right", "top", "bottom"} {
		thin = append(thin, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	day, text := "yyyy-mm-dd", "@"
	for _, s := range []struct {
		id *int
		st excelize.Style
	}{
		{&b.style.title, excelize.Style{Font: &excelize.Font{Family: "方正小标宋简体", Size: 18}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}},
		{&b.style.note, excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Alignment: &excelize.Alignment{Vertical: "center"}}},
		{&b.style.head, excelize.Style{Font: &excelize.Font{Family: "黑体", Size: 10}, Border: thin, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&b.style.words, excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Border: thin, CustomNumFmt: &text, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&b.style.code, excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Border: thin, CustomNumFmt: &text, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&b.style.number, excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Border: thin, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}},
		{&b.style.day, excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Border: thin, CustomNumFmt: &day, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}},
	} {
		id, err := b.f.NewStyle(&s.st)
		if err != nil {
			return nil, fmt.Errorf("xlsx: %w", err)
		}
		*s.id = id
	}
	return b, nil
}

// setUp prepares the sheet for paper and screen: rows headFrom to headTo repeat on every
// page and, with the first columns, stay in sight.
func (b *book) setUp(headFrom, headTo, fixedColumns int) error {
	a4, one, any, landscape := 9, 1, 0, "landscape"
	yes := true
	top, side, bottom, foot := 22/25.4, 12/25.4, 16/25.4, 7/25.4
	for _, do := range []func() error{
		func() error {
			return b.f.SetSheetProps(sheetName, &excelize.SheetPropsOptions{FitToPage: &yes})
		},
		func() error {
			return b.f.SetPageLayout(sheetName, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &one, FitToHeight: &any})
		},
		func() error {
			return b.f.SetPageMargins(sheetName, &excelize.PageLayoutMarginsOptions{Top: &top, Left: &side, Right: &side, Bottom: &bottom, Footer: &foot, Horizontally: &yes})
		},
		func() error {
			return b.f.SetHeaderFooter(sheetName, &excelize.HeaderFooterOptions{OddFooter: "&C&9第 &P 页　共 &N 页"})
		},
		func() error {
			return b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: sheetName,
				RefersTo: fmt.Sprintf("%s!$%d:$%d", sheetName, headFrom, headTo)})
		},
		func() error {
			return b.f.SetPanes(sheetName, &excelize.Panes{Freeze: true, XSplit: fixedColumns, YSplit: headTo,
				TopLeftCell: cellName(fixedColumns+1, headTo+1), ActivePane: "bottomRight"})
		},
	} {
		if err := do(); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
	}
	return nil
}

// value gives a value the look of its column. A day that is not known is an empty cell.
func (b *book) value(kind ColumnKind, v any) excelize.Cell {
	switch kind {
	case Code:
		return excelize.Cell{StyleID: b.style.code, Value: textOf(v)}
	case Number:
		if s, ok := v.(string); ok {
			v = plainCell(s)
		}
		return excelize.Cell{StyleID: b.style.number, Value: v}
	case Day:
		if t, ok := v.(time.Time); ok && t.IsZero() {
			v = nil
		} else if s, ok := v.(string); ok {
			v = plainCell(s)
		}
		return excelize.Cell{StyleID: b.style.day, Value: v}
	}
	return excelize.Cell{StyleID: b.style.words, Value: textOf(v)}
}

func textOf(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return plainCell(v)
	case time.Time:
		return shortDate(v)
	}
	return fmt.Sprint(v)
}

func (b *book) write(w io.Writer) error {
	if _, err := b.f.WriteTo(w); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

func (b *book) close(err *error) {
	if e := b.f.Close(); e != nil && *err == nil {
		*err = fmt.Errorf("xlsx: %w", e)
	}
}

// cellName is A1 for column 1, row 1; our registers stay far from the sheet's limits.
func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return "A1"
	}
	return name
}
