// Package grid is a spreadsheet as the rules see it: sheets, rows and cells with their text, and
// nothing of any file format. paper/xlsx fills it from .xlsx, .csv or pasted text; rule/roster reads
// people out of it. Only cells that hold something are kept, so that an empty million rows cost nothing.
package grid

import (
	"sort"
	"strings"
)

// Flag says how a cell's text came about.
type Flag uint8

const (
	Number  Flag = 1 << iota // stored as a number: more than 15 digits are lost, leading zeros too
	Formula                  // computed; the text is the result the file carried along
	Merged                   // lies under a merged area; the text is the area's
	Date                     // stored as a day number, shown as 2026-03-01
	Error                    // #N/A, #REF! …
)

// Cell is one cell that holds something. Col counts from 0.
type Cell struct {
	Col  int
	Text string
	Flag Flag
}

// Row holds the cells of one row in column order. Number is the row number people see, from 1.
type Row struct {
	Number int
	Hidden bool
	Cells  []Cell
}

// At gives the cell of a column, or an empty one.
func (r Row) At(col int) Cell {
	i := sort.Search(len(r.Cells), func(i int) bool { return r.Cells[i].Col >= col })
	if i < len(r.Cells) && r.Cells[i].Col == col {
		return r.Cells[i]
	}
	return Cell{Col: col}
}

// Text gives the text of a column's cell.
func (r Row) Text(col int) string { return r.At(col).Text }

// Area is a merged area; rows from 1, columns from 0, both ends included.
type Area struct{ Top, Left, Bottom, Right int }

// Sheet is one sheet. Rows are in order; rows without content are left out.
type Sheet struct {
	Name       string
	Hidden     bool
	Rows       []Row
	Merges     []Area
	HiddenCols map[int]bool
}

// Width is one more than the last column that holds anything.
func (s *Sheet) Width() int {
	w := 0
	for _, r := range s.Rows {
		if n := len(r.Cells); n > 0 && r.Cells[n-1].Col >= w {
			w = r.Cells[n-1].Col + 1
		}
	}
	return w
}

// Row finds a row by its number; ok is false when it holds nothing.
func (s *Sheet) Row(number int) (Row, bool) {
	i := sort.Search(len(s.Rows), func(i int) bool { return s.Rows[i].Number >= number })
	if i < len(s.Rows) && s.Rows[i].Number == number {
		return s.Rows[i], true
	}
	return Row{}, false
}

// MergeAt gives the merged area a cell belongs to; ok is false when there is none.
func (s *Sheet) MergeAt(row, col int) (Area, bool) {
	for _, m := range s.Merges {
		if row >= m.Top && row <= m.Bottom && col >= m.Left && col <= m.Right {
			return m, true
		}
	}
	return Area{}, false
}

// Workbook is a file's sheets in the order of their tabs.
type Workbook struct {
	Sheets []Sheet
	// Format is xlsx, csv or paste.
	Format string
}

// Ref gives a column's letters: 0 → A, 26 → AA.
func Ref(col int) string {
	if col < 0 {
		return ""
	}
	var b []byte
	for col++; col > 0; col = (col - 1) / 26 {
		b = append([]byte{byte('A' + (col-1)%26)}, b...)
	}
	return string(b)
}

// FromText makes a sheet from plain rows, as tests and pasted text need it. Row numbers count from 1.
func FromText(name string, rows [][]string) Sheet {
	s := Sheet{Name: name}
	for i, cols := range rows {
		var r Row
		for c, t := range cols {
			if strings.TrimSpace(t) != "" {
				r.Cells = append(r.Cells, Cell{Col: c, Text: t})
			}
		}
		if len(r.Cells) > 0 {
			r.Number = i + 1
			s.Rows = append(s.Rows, r)
		}
	}
	return s
}

// Merge records a merged area and lets its other cells show the text of the first one, as people
// see it. Cells that hold something of their own keep it. It answers how many cells it filled.
func (s *Sheet) Merge(a Area) int {
	s.Merges = append(s.Merges, a)
	first, ok := s.Row(a.Top)
	if !ok {
		return 0
	}
	text := first.Text(a.Left)
	if text == "" {
		return 0
	}
	n := 0
	i := sort.Search(len(s.Rows), func(i int) bool { return s.Rows[i].Number >= a.Top })
	for ; i < len(s.Rows) && s.Rows[i].Number <= a.Bottom; i++ {
		for col := a.Left; col <= a.Right; col++ {
			if s.Rows[i].Number == a.Top && col == a.Left {
				continue
			}
			if s.Rows[i].put(Cell{Col: col, Text: text, Flag: Merged}) {
				n++
			}
		}
	}
	return n
}

func (r *Row) put(c Cell) bool {
	i := sort.Search(len(r.Cells), func(i int) bool { return r.Cells[i].Col >= c.Col })
	if i < len(r.Cells) && r.Cells[i].Col == c.Col {
		return false
	}
	r.Cells = append(r.Cells, Cell{})
	copy(r.Cells[i+1:], r.Cells[i:])
	r.Cells[i] = c
	return true
}
