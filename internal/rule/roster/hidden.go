package roster

import (
	"strconv"

	"lianxin/internal/rule/grid"
)

// notice tells something about a file that is nobody's fault, until it is accepted.
func (j *job) notice(v view, c Column, key string, args map[string]string) {
	val := value{Text: c.Header, Col: Column{Index: c.Index, Ref: c.Ref, Header: c.Header}}
	if c.Header == "" {
		val.Col.Header = c.Ref
	}
	args["ref"] = c.Ref
	if !j.d.accepted(v.ref(), key, val.Text) {
		j.problem(v, val, key, Warning, args)
	}
}

// hidden says which columns and rows nobody sees in the workbook, and what became of them.
func (j *job) hidden(s *sheetView) {
	for _, c := range s.layout.Columns {
		if !c.Hidden || c.Field == FieldSerial {
			continue
		}
		n, first := 0, view{}
		for _, r := range s.data() {
			if cell := r.At(c.Index); cell.Text != "" && cell.Flag&grid.Merged == 0 {
				if n++; n == 1 {
					first = view{s: s, row: r}
				}
			}
		}
		if n == 0 {
			continue
		}
		key := KeyHiddenRead
		if c.Field == FieldNone {
			key = KeyHiddenLeft
		}
		j.notice(first, c, key, map[string]string{"count": strconv.Itoa(n)})
	}
	if s.layout.SkipHidden {
		return
	}
	n, first := 0, view{}
	for _, r := range s.data() {
		v := view{s: s, row: r}
		if !r.Hidden {
			continue
		}
		if why, _ := v.skip(); why != "" {
			continue
		}
		if n++; n == 1 {
			first = v
		}
	}
	if n > 0 {
		j.notice(first, Column{}, KeyHiddenRows, map[string]string{"count": strconv.Itoa(n)})
	}
}

// hiddenSheets names the lists on sheets that nobody sees; they are not read.
func (j *job) hiddenSheets() {
	for i := range j.in.Sheets {
		s := &j.in.Sheets[i]
		for _, l := range j.in.Layouts {
			if l.Sheet != s.Name || !s.Hidden || l.Kind != KindSkip || l.HeadRow == 0 {
				continue
			}
			n := 0
			for _, r := range s.Rows {
				if r.Number >= l.FirstRow {
					n++
				}
			}
			if row, ok := s.Row(l.HeadRow); ok && n > 0 {
				j.notice(view{s: &sheetView{sheet: s, layout: l}, row: row}, Column{Header: s.Name}, KeyHiddenSheet, map[string]string{"sheet": s.Name, "count": strconv.Itoa(n)})
			}
			break
		}
	}
}
