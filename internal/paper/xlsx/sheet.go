package xlsx

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// maxRowElements bounds the rows a sheet may claim, empty ones included. Sheets carried over from old
// programs have up to 65,536 formatted empty rows; a million is an attack or a mistake.
const maxRowElements = 200000

// maxMerges and maxMergeFill bound the work of showing merged texts in every cell below them.
const (
	maxMerges    = 20000
	maxMergeFill = 400000
)

// sheet streams one sheet. Rows that hold nothing are skipped wherever they claim to be; a row
// that holds something below the limit refuses the file, with its number.
func (b *reader) sheet(ref sheetRef, part string) (grid.Sheet, error) {
	s := grid.Sheet{Name: ref.name, Hidden: ref.state == "hidden" || ref.state == "veryHidden", HiddenCols: map[int]bool{}}
	rc, err := b.part(part)
	if err != nil || rc == nil {
		return s, err
	}
	defer func() { _ = rc.Close() }()
	w := &sheetReader{reader: b, sheet: &s, d: newDecoder(rc)}
	if err := w.run(); err != nil {
		return s, err
	}
	filled := 0
	for _, m := range w.merges {
		if filled > maxMergeFill {
			break
		}
		filled += s.Merge(m)
	}
	b.cells += filled
	return s, nil
}

type sheetReader struct {
	*reader
	sheet    *grid.Sheet
	d        *xml.Decoder
	merges   []grid.Area
	elements int
	row      grid.Row // the row being read
	lastRow  int
}

func (w *sheetReader) run() error {
	for {
		tok, err := w.d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return asRefusal(err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return refuse(KeyDamaged)
		case xml.StartElement:
			if err := w.open(t); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				w.closeRow()
			}
		}
	}
}

func (w *sheetReader) open(t xml.StartElement) error {
	switch t.Name.Local {
	case "col":
		if v := attr(t, "hidden"); v == "1" || v == "true" {
			from, _ := strconv.Atoi(attr(t, "min"))
			to, _ := strconv.Atoi(attr(t, "max"))
			for c := max(from, 1); c <= min(to, w.lim.Columns); c++ {
				w.sheet.HiddenCols[c-1] = true
			}
		}
	case "row":
		if w.elements++; w.elements > maxRowElements {
			return refuse(KeyRowsEmpty, "sheet", w.sheet.Name, "limit", strconv.Itoa(maxRowElements))
		}
		n := w.lastRow + 1
		if v := attr(t, "r"); v != "" {
			x, err := strconv.Atoi(v)
			if err != nil || x <= w.lastRow {
				return refuse(KeyDamaged)
			}
			n = x
		}
		w.lastRow = n
		v := attr(t, "hidden")
		w.row = grid.Row{Number: n, Hidden: v == "1" || v == "true"}
	case "c":
		return w.cell(t)
	case "mergeCell":
		if a, ok := parseArea(attr(t, "ref")); ok && len(w.merges) < maxMerges {
			a.Right = min(a.Right, w.lim.Columns-1)
			w.merges = append(w.merges, a)
		}
	case "oleObject":
		return refuse(KeyEmbedded)
	}
	return nil
}

func (w *sheetReader) closeRow() {
	if len(w.row.Cells) > 0 {
		w.sheet.Rows = append(w.sheet.Rows, w.row)
	}
	w.row = grid.Row{}
}

// cell reads one <c> up to its end.
func (w *sheetReader) cell(t xml.StartElement) error {
	col := 0
	if n := len(w.row.Cells); n > 0 {
		col = w.row.Cells[n-1].Col + 1
	}
	if r := attr(t, "r"); r != "" {
		c, row, ok := parseRef(r)
		if !ok || row != w.row.Number {
			return refuse(KeyDamaged)
		}
		col = c
	}
	kind, style := attr(t, "t"), attr(t, "s")
	value, formula, hasFormula, err := w.content(kind)
	if err != nil {
		return err
	}
	if hasFormula {
		if dangerous(formula) {
			return refuse(KeyCommands, "sheet", w.sheet.Name, "cell", grid.Ref(col)+strconv.Itoa(w.row.Number))
		}
	}
	c := grid.Cell{Col: col}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(w.strings) {
			if strings.TrimSpace(value) == "" {
				return nil
			}
			return refuse(KeyDamaged)
		}
		c.Text = w.strings[i]
	case "str", "inlineStr":
		c.Text = unescape(value)
	case "b":
		c.Text = map[bool]string{true: "TRUE", false: "FALSE"}[value == "1" || value == "true"]
	case "e":
		c.Text, c.Flag = value, grid.Error
	case "d":
		c.Text, c.Flag = value, grid.Date
	default:
		c.Text, c.Flag = w.number(strings.TrimSpace(value), style)
	}
	if hasFormula {
		c.Flag |= grid.Formula
	}
	if strings.TrimSpace(c.Text) == "" && !hasFormula {
		return nil
	}
	return w.add(c)
}

func (w *sheetReader) add(c grid.Cell) error {
	n := len(w.row.Cells)
	switch {
	case n > 0 && w.row.Cells[n-1].Col >= c.Col:
		return refuse(KeyDamaged)
	case w.row.Number > w.lim.Rows:
		return refuse(KeyRows, "sheet", w.sheet.Name, "row", strconv.Itoa(w.row.Number), "limit", strconv.Itoa(w.lim.Rows))
	case c.Col >= w.lim.Columns:
		return refuse(KeyColumns, "sheet", w.sheet.Name, "cell", grid.Ref(c.Col)+strconv.Itoa(w.row.Number), "limit", strconv.Itoa(w.lim.Columns))
	case len(c.Text) > w.lim.Cell:
		return refuse(KeyCellLong, "limit", strconv.Itoa(w.lim.Cell))
	}
	w.cells++
	w.text += int64(len(c.Text))
	if w.cells > w.lim.Cells || w.text > w.lim.Text {
		return refuse(KeyCells)
	}
	w.row.Cells = append(w.row.Cells, c)
	return nil
}

// content gathers a cell's <v>, <is> and <f>.
func (w *sheetReader) content(kind string) (value, formula string, hasFormula bool, err error) {
	var v, f strings.Builder
	var into *strings.Builder
	for {
		tok, err := w.d.RawToken()
		if err != nil {
			return "", "", false, asRefusal(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				into = &v
			case "f":
				into, hasFormula = &f, true
			case "is":
				text, err := w.richText(w.d)
				if err != nil {
					return "", "", false, err
				}
				v.WriteString(text)
			default:
				into = nil
			}
		case xml.EndElement:
			if t.Name.Local == "c" {
				return v.String(), f.String(), hasFormula, nil
			}
			if t.Name.Local == "row" {
				return "", "", false, refuse(KeyDamaged)
			}
			into = nil
		case xml.CharData:
			if into != nil {
				into.Write(t)
				if into.Len() > w.lim.Cell {
					return "", "", false, refuse(KeyCellLong, "limit", strconv.Itoa(w.lim.Cell))
				}
			}
		}
	}
}

// dangerous finds formulas that start programs or fetch data (DDE, WEBSERVICE, CALL …).
func dangerous(f string) bool {
	if f == "" {
		return false
	}
	up := strings.ToUpper(identity.Squeeze(f))
	for _, w := range []string{"WEBSERVICE(", "CALL(", "REGISTER(", "REGISTER.ID(", "EXEC(", "RTD(", "DDE(", "FILTERXML(", "CMD|", "MSEXCEL|", "POWERSHELL"} {
		if strings.Contains(up, w) {
			return true
		}
	}
	// application|topic!item
	if i := strings.IndexByte(up, '|'); i > 0 && strings.IndexByte(up[i:], '!') > 0 {
		return true
	}
	// [1]Sheet1!A1 or 'C:\x\[book.xlsx]Sheet1'!A1 reads from another file
	if i := strings.IndexByte(up, '['); i >= 0 {
		if j := strings.IndexByte(up[i:], ']'); j > 0 && strings.IndexByte(up[i+j:], '!') > 0 {
			return true
		}
	}
	return false
}

// number shows a stored number: dates as 2026-03-01, whole numbers with all digits, others without
// the dust of binary fractions.
func (w *sheetReader) number(v, style string) (string, grid.Flag) {
	if v == "" {
		return "", 0
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return v, grid.Number
	}
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(w.dates) && w.dates[i] && f >= 1 && f < 2958466 {
		if d, ok := identity.FromSerial(int(f), w.from04); ok {
			return d.String(), grid.Number | grid.Date
		}
	}
	return plainNumber(v, f), grid.Number
}

func plainNumber(v string, f float64) string {
	if len(v) < 30 && strings.Trim(v, "0123456789") == "" {
		return v
	}
	if f == float64(int64(f)) && f > -1e18 && f < 1e18 {
		return strconv.FormatInt(int64(f), 10)
	}
	if f > 1e18 || f < -1e18 {
		return strconv.FormatFloat(f, 'g', 15, 64)
	}
	s := strconv.FormatFloat(f, 'g', 15, 64)
	if strings.ContainsRune(s, 'e') {
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// parseRef reads B12 as column 1, row 12.
func parseRef(s string) (col, row int, ok bool) {
	i := 0
	for i < len(s) && i < 4 && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z') {
		col = col*26 + int(s[i]&^0x20-'A') + 1
		i++
	}
	if i == 0 || i == len(s) || len(s)-i > 7 || col > 16384 {
		return 0, 0, false
	}
	for _, c := range []byte(s[i:]) {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
		row = row*10 + int(c-'0')
	}
	return col - 1, row, row >= 1
}

func parseArea(s string) (grid.Area, bool) {
	a, b, two := strings.Cut(s, ":")
	if !two {
		return grid.Area{}, false
	}
	l, t, ok1 := parseRef(a)
	r, bt, ok2 := parseRef(b)
	if !ok1 || !ok2 || r < l || bt < t {
		return grid.Area{}, false
	}
	return grid.Area{Top: t, Left: l, Bottom: bt, Right: r}, true
}
