package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/xuri/excelize/v2"

	"lianxin/internal/rule/grid"
)

// Note is what is wrong with one row, in words for the clerk. Column (letters) names the cell to
// mark; it may be empty.
type Note struct {
	Sheet  string
	Row    int
	Column string
	Text   string
}

// Annotate writes a copy of an uploaded .xlsx with one more column, head, behind the last one,
// that holds the notes in red; the cells they speak of get a red frame. heads gives the row each
// sheet's head stands in (0: none). Everything else of the workbook stays as it was.
func Annotate(out io.Writer, file []byte, head string, heads map[string]int, notes []Note) error {
	lim := Standard()
	book, err := Read(bytes.NewReader(file), int64(len(file)), lim)
	if err != nil {
		return err // never open with the other library what the careful one refuses
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: lim.Total, UnzipXMLSizeLimit: lim.Part})
	if err != nil {
		return refuse(KeyDamaged)
	}
	defer func() { _ = f.Close() }()
	red, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Color: "C00000"}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, NumFmt: 49})
	if err != nil {
		return err
	}
	bySheet := map[string][]Note{}
	for _, n := range notes {
		bySheet[n.Sheet] = append(bySheet[n.Sheet], n)
	}
	for _, s := range book.Sheets {
		if list := bySheet[s.Name]; len(list) > 0 {
			if err := annotateSheet(f, s, head, heads[s.Name], list, red); err != nil {
				return fmt.Errorf("xlsx.Annotate(%s): %w", s.Name, err)
			}
		}
	}
	return f.Write(out)
}

func annotateSheet(f *excelize.File, s grid.Sheet, head string, headRow int, notes []Note, red int) error {
	col := grid.Ref(s.Width())
	if headRow > 0 {
		cell := fmt.Sprintf("%s%d", col, headRow)
		if err := f.SetCellStr(s.Name, cell, head); err != nil {
			return err
		}
		if err := f.SetCellStyle(s.Name, cell, cell, red); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(s.Name, col, col, 48); err != nil {
		return err
	}
	framed := map[int]int{} // a cell's style with a red frame, by its old style
	for row, list := range byRow(notes) {
		var words []string
		for _, n := range list {
			words = append(words, n.Text)
			if n.Column != "" {
				if err := frame(f, s.Name, fmt.Sprintf("%s%d", n.Column, row), framed); err != nil {
					return err
				}
			}
		}
		cell := fmt.Sprintf("%s%d", col, row)
		if err := f.SetCellStr(s.Name, cell, clip(strings.Join(words, "\n"))); err != nil {
			return err
		}
		if err := f.SetCellStyle(s.Name, cell, cell, red); err != nil {
			return err
		}
	}
	return nil
}

func byRow(notes []Note) map[int][]Note {
	out := map[int][]Note{}
	for _, n := range notes {
		if n.Row > 0 {
			out[n.Row] = append(out[n.Row], n)
		}
	}
	for _, l := range out {
		sort.SliceStable(l, func(i, j int) bool { return l[i].Column < l[j].Column })
	}
	return out
}

// frame keeps a cell's number format and font and puts a red frame around it.
func frame(f *excelize.File, sheet, cell string, framed map[int]int) error {
	old, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		return err
	}
	id, ok := framed[old]
	if !ok {
		style, err := f.GetStyle(old)
		if err != nil {
			return err
		}
		for _, side := range []string{"left", "right", "top", "bottom"} {
			style.Border = append(without(style.Border, side), excelize.Border{Type: side, Color: "C00000", Style: 2})
		}
		if id, err = f.NewStyle(style); err != nil {
			return err
		}
		framed[old] = id
	}
	return f.SetCellStyle(sheet, cell, cell, id)
}

func without(list []excelize.Border, side string) []excelize.Border {
	var out []excelize.Border
	for _, b := range list {
		if b.Type != side {
			out = append(out, b)
		}
	}
	return out
}

// AnnotateGrid does the same for a .csv or pasted cells, which come back as an .xlsx.
func AnnotateGrid(out io.Writer, book grid.Workbook, head string, heads map[string]int, notes []Note) error {
	var buf bytes.Buffer
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	renamed := make([]Note, len(notes))
	copy(renamed, notes)
	newHeads := map[string]int{}
	for i, s := range book.Sheets {
		name := sheetName(s.Name, i+1)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		newHeads[name] = heads[s.Name]
		for j := range renamed {
			if notes[j].Sheet == s.Name {
				renamed[j].Sheet = name
			}
		}
		for _, r := range s.Rows {
			for _, c := range r.Cells {
				cell := fmt.Sprintf("%s%d", grid.Ref(c.Col), r.Number)
				if err := f.SetCellStr(name, cell, clip(c.Text)); err != nil {
					return err
				}
				if err := f.SetCellStyle(name, cell, cell, text); err != nil {
					return err
				}
			}
		}
	}
	if err := f.Write(&buf); err != nil {
		return err
	}
	return Annotate(out, buf.Bytes(), head, newHeads, renamed)
}
