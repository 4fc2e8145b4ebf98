package xlsx

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// Harmless gives a text that no spreadsheet takes for a formula when it stands in a .csv: values
// that begin with = + - @, their full-width forms, TAB, CR or NUL get a leading apostrophe. Plain
// numbers keep their sign.
func Harmless(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u3000"))
	if s != "" && (s[0] == '\t' || s[0] == '\r' || s[0] == '\n' || strings.ContainsRune("=+-@＝＋－＠", r)) {
		return "'" + s
	}
	return s
}

// CSV writes comma separated text that Excel and WPS open without a question: UTF-8 with mark,
// CR LF, no value that could be taken for a formula.
type CSV struct{ w *csv.Writer }

// NewCSV begins a file with its head row.
func NewCSV(out io.Writer, head ...string) (*CSV, error) {
	if _, err := io.WriteString(out, "\uFEFF"); err != nil {
		return nil, err
	}
	c := &CSV{w: csv.NewWriter(out)}
	c.w.UseCRLF = true
	return c, c.Add(head...)
}

// Add writes a row.
func (c *CSV) Add(values ...string) error {
	row := make([]string, len(values))
	for i, v := range values {
		row[i] = Harmless(v)
	}
	return c.w.Write(row)
}

// Close writes what is still held back.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}
