package xlsx

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"lianxin/internal/rule/grid"
)

// ReadCSV reads comma, semicolon or tab separated text: UTF-8 with or without mark, UTF-16 with
// mark, or GB18030 (which is what Excel and WPS save as "CSV" in China). name becomes the sheet's name.
func ReadCSV(r io.Reader, name string, limits Limits) (grid.Workbook, error) {
	lim := limits.orStandard()
	b, err := io.ReadAll(io.LimitReader(r, lim.File+1))
	if err != nil {
		return grid.Workbook{}, refuse(KeyUnreadable)
	}
	if int64(len(b)) > lim.File {
		return grid.Workbook{}, refuse(KeyTooBig, "limit", megabytes(lim.File))
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return grid.Workbook{}, refuse(KeyEmpty)
	}
	text, err := decode(b)
	if err != nil {
		return grid.Workbook{}, err
	}
	return table(text, delimiter(text), name, "csv", lim)
}

// ReadPaste reads cells copied from a spreadsheet: tabs between columns, a line a row.
func ReadPaste(text, name string, limits Limits) (grid.Workbook, error) {
	lim := limits.orStandard()
	if int64(len(text)) > lim.File {
		return grid.Workbook{}, refuse(KeyTooBig, "limit", megabytes(lim.File))
	}
	if strings.TrimSpace(text) == "" {
		return grid.Workbook{}, refuse(KeyEmpty)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return grid.Workbook{}, refuse(KeyCSVBinary)
	}
	comma := '\t'
	if !strings.ContainsRune(text, '\t') {
		comma = delimiter(text)
	}
	return table(text, comma, name, "paste", lim)
}

func decode(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		b = b[3:]
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b)
		if err != nil {
			return "", refuse(KeyCSVBinary)
		}
		b = out
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return "", refuse(KeyCSVBinary)
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return "", refuse(KeyCSVBinary)
	}
	bad := bytes.Count(out, []byte("\uFFFD"))
	if bad > 0 && bad*50 > utf8.RuneCount(out) {
		return "", refuse(KeyCSVBinary) // neither UTF-8 nor Chinese text: a picture or a program renamed
	}
	return string(out), nil
}

// delimiter counts in the first lines, outside quotes.
func delimiter(text string) rune {
	head := text[:min(len(text), 16<<10)]
	best, most := ',', 0
	for _, c := range []rune{',', '\t', ';', '，', '|'} {
		if n := strings.Count(head, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

func table(text string, comma rune, name, format string, lim Limits) (grid.Workbook, error) {
	rd := csv.NewReader(strings.NewReader(text))
	rd.Comma, rd.FieldsPerRecord, rd.LazyQuotes, rd.ReuseRecord = comma, -1, true, true
	s := grid.Sheet{Name: name, HiddenCols: map[int]bool{}}
	cells, kept := 0, int64(0)
	extra := 0 // line breaks inside cells so far
	for {
		rec, err := rd.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var pe *csv.ParseError
			line := 0
			if errors.As(err, &pe) {
				line = pe.Line
			}
			return grid.Workbook{}, refuse(KeyCSVBroken, "line", strconv.Itoa(line))
		}
		// The reader skips blank lines and joins lines inside quotes; people count rows as their
		// spreadsheet shows them.
		line, _ := rd.FieldPos(0)
		number := line - extra
		for _, v := range rec {
			extra += strings.Count(v, "\n")
		}
		row := grid.Row{Number: number}
		for col, v := range rec {
			v = unformula(v)
			if strings.TrimSpace(v) == "" {
				continue
			}
			switch {
			case number > lim.Rows:
				return grid.Workbook{}, refuse(KeyRows, "sheet", name, "row", strconv.Itoa(number), "limit", strconv.Itoa(lim.Rows))
			case col >= lim.Columns:
				return grid.Workbook{}, refuse(KeyColumns, "sheet", name, "cell", grid.Ref(col)+strconv.Itoa(number), "limit", strconv.Itoa(lim.Columns))
			case len(v) > lim.Cell:
				return grid.Workbook{}, refuse(KeyCellLong, "limit", strconv.Itoa(lim.Cell))
			}
			cells++
			if kept += int64(len(v)); cells > lim.Cells || kept > lim.Text {
				return grid.Workbook{}, refuse(KeyCells)
			}
			row.Cells = append(row.Cells, grid.Cell{Col: col, Text: strings.Clone(v)})
		}
		if len(row.Cells) > 0 {
			s.Rows = append(s.Rows, row)
		}
	}
	if len(s.Rows) == 0 {
		return grid.Workbook{}, refuse(KeyEmpty)
	}
	return grid.Workbook{Format: format, Sheets: []grid.Sheet{s}}, nil
}

// unformula: ="0838" is how programs keep leading zeros in a .csv.
func unformula(v string) string {
	if t, ok := strings.CutPrefix(v, `="`); ok && strings.HasSuffix(t, `"`) {
		return strings.TrimSuffix(t, `"`)
	}
	return v
}
