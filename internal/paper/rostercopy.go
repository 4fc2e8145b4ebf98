package paper

import (
	"io"

	"lianxin/internal/paper/xlsx"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/roster"
)

// RosterCopy writes the list that was uploaded once more, with one column
// behind the last that says in red what is wrong with a row, so that an office
// can put it right where it keeps the list. Text and pasted cells come back as
// a workbook.
func RosterCopy(out io.Writer, s roster.Staged, file []byte, problems []rule.Problem, t roster.Tell) error {
	heads := map[string]int{}
	for _, l := range s.Layouts {
		if l.HeadRow > 0 {
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
