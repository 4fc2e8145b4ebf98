package html

import (
	"fmt"
	"strconv"

	"lianxin/internal/paper/doc"
)

// table keeps column widths as shares in the col elements, an attribute and not a style.
func (o *out) table(t doc.Table) {
	kind := "ruled"
	if t.Bare {
		kind = "bare"
	}
	face := ""
	if t.Face != "" {
		face = "f-" + word(string(t.Face))
	}
	o.open("table", kind, size(t.Size), face)
	total := 0.0
	for _, w := range t.Widths {
		total += w
	}
	o.b.WriteString("<colgroup>")
	for _, w := range t.Widths {
		fmt.Fprintf(&o.b, `<col width="%.2f%%">`, w/total*100)
	}
	o.b.WriteString("</colgroup>\n")
	if len(t.Head) > 0 {
		o.b.WriteString("<thead>\n")
		o.rows(t.Head, true)
		o.b.WriteString("</thead>\n")
	}
	for rows := t.Rows; len(rows) > 0; {
		n, whole := together(rows)
		o.open("tbody", whole)
		o.rows(rows[:n], false)
		o.b.WriteString("</tbody>\n")
		rows = rows[n:]
	}
	o.close("table")
}

// together gives how many rows stand in one body: those that stay on one page,
// which is then called whole, or the loose ones up to the next of that kind.
// A cell over several rows is never torn.
func together(rows []doc.Row) (n int, class string) {
	open := 0
	for i, r := range rows {
		if r.KeepNext && i > 0 && class == "" && open == 0 {
			return i, ""
		}
		if r.KeepNext && i == 0 {
			class = "whole"
		}
		for _, c := range r.Cells {
			open = max(open, c.Rows)
		}
		open = max(open-1, 0)
		if class != "" && !r.KeepNext && open == 0 {
			return i + 1, class
		}
	}
	return len(rows), class
}

func (o *out) rows(rows []doc.Row, head bool) {
	for _, row := range rows {
		classes := []string{}
		if row.Lines > 0 {
			classes = append(classes, "lines-"+strconv.Itoa(min(row.Lines, 12)))
		}
		if row.KeepNext {
			classes = append(classes, "keep")
		}
		o.open("tr", classes...)
		for _, c := range row.Cells {
			o.cell(c, head)
		}
		o.close("tr")
	}
}

func (o *out) cell(c doc.Cell, head bool) {
	tag, top := "td", ""
	if c.Label || head {
		tag = "th"
	}
	if c.Top {
		top = "top"
	}
	o.b.WriteString("<" + tag)
	o.class(align(c.Align), top)
	if head {
		o.b.WriteString(` scope="col"`)
	}
	if c.Cols > 1 {
		fmt.Fprintf(&o.b, ` colspan="%d"`, c.Cols)
	}
	if c.Rows > 1 {
		fmt.Fprintf(&o.b, ` rowspan="%d"`, c.Rows)
	}
	o.b.WriteString(">")
	o.runs(c.Runs)
	o.b.WriteString("</" + tag + ">")
}
