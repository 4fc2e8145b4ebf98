// Package rosterfile reads the lists that offices send — workbooks, text with
// commas, cells pasted from a spreadsheet — and gives them back with what is
// wrong in one more column. It is what the pages and the JSON door need of
// spreadsheets to take a roster in.
package rosterfile

import (
	"errors"
	"io"

	"lianxin/internal/base/fault"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/grid"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/roster"
)

// Copy writes the list that was uploaded once more, with one column
// behind the last that says in red what is wrong with a row, so that an office
// can put it right where it keeps the list. Text and pasted cells come back as
// a workbook.
func Copy(out io.Writer, s roster.Staged, file []byte, problems []rule.Problem, t roster.Tell) error {
	heads := map[string]int{}
	for _, l := range s.Layouts {
		if l.HeadRow > 0 && heads[l.Sheet] == 0 {
			heads[l.Sheet] = l.HeadRow + max(0, l.HeadRows-1)
		}
	}
	notes := make([]xlsx.Note, 0, len(problems))
	for _, p := range problems {
		notes = append(notes, xlsx.Note{Sheet: p.Sheet, Row: p.Row, Column: p.ColumnRef, Text: roster.Sentence(t, p)})
	}
	if s.Format == "xlsx" {
		return xlsx.Annotate(out, file, t("import.annotated_head"), heads, notes)
	}
	return xlsx.AnnotateGrid(out, s.Book, t("import.annotated_head"), heads, notes)
}

// Read takes a file by what it is, not by what it is called. A file that is
// refused is an Invalid input; field is the one of the form or body it came in.
func Read(field, name string, file []byte) (grid.Workbook, error) {
	book, err := xlsx.ReadUpload(name, file, xlsx.Limits{})
	return book, refused(field, err)
}

// Paste takes cells copied from a spreadsheet.
func Paste(field, name, text string) (grid.Workbook, error) {
	book, err := xlsx.ReadPaste(text, name, xlsx.Limits{})
	return book, refused(field, err)
}

func refused(field string, err error) error {
	no, ok := errors.AsType[*xlsx.Refusal](err)
	if !ok {
		return err
	}
	var args []any
	for k, v := range no.Args {
		args = append(args, k, v)
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: no.Key, Args: args}}}
}
