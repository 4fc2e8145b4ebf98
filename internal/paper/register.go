package paper

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"
)

// Register is a list as a spreadsheet: title, notes, a head of one or two rows, one row a
// record. Rows are taken one by one, so a register of a million visits needs no more
// memory than one of ten.
type Register struct {
	Title   string
	Notes   []string // lines under the title: unit, period, when made
	Columns []Column
	Rows    iter.Seq[[]any] // string, int, float64, time.Time or nil for each column
	Empty   string          // what stands in the first row when there are none
}

// Column is one column; columns that follow each other with the same Group share a head.
type Column struct {
	Group string
	Name  string
	Width float64 // in characters of a spreadsheet
	Kind  ColumnKind
}

// ColumnKind says what the values of a column are.
type ColumnKind int

// Words wrap; a Code (phone, card number) is digits but never a number; a Number is
// counted with; a Day is a date.
const (
	Words ColumnKind = iota
	Code
	Number
	Day
)

// Head is the column's name on its own, with its group where it has one.
func (c Column) Head() string {
	if c.Group == "" {
		return c.Name
	}
	return c.Group + "·" + c.Name
}

// WriteCSV writes the register as UTF-8 .csv with the mark that makes Excel and WPS read
// it as such, CRLF line ends, and one head row. Values that could begin a formula are
// neutralised, see safeCell.
func (r Register) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		line[i] = safeCell(c.Head())
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	for row := range r.Rows {
		for i, c := range r.Columns {
			line[i] = ""
			if i < len(row) {
				line[i] = csvValue(c, row[i])
			}
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	return nil
}

func csvValue(c Column, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return shortDate(v)
	case string:
		if c.Kind == Code {
			return numberText(v)
		}
		return safeCell(v)
	}
	return safeCell(fmt.Sprint(v))
}
