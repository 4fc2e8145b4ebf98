package docx

import (
	"fmt"
	"math"
	"strings"

	"lianxin/internal/paper/doc"
)

// rules draws a table's lines: half a point inside, one point outside.
const rules = `<w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="auto"/><w:left w:val="single" w:sz="8" w:space="0" w:color="auto"/>` +
	`<w:bottom w:val="single" w:sz="8" w:space="0" w:color="auto"/><w:right w:val="single" w:sz="8" w:space="0" w:color="auto"/>` +
	`<w:insideH w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:insideV w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tblBorders>`

func (o *body) table(t doc.Table) {
	total := 0.0
	for _, w := range t.Widths {
		total += w
	}
	border := rules
	if t.Bare {
		border = ""
	}
	tight := ""
	if t.Size == doc.Size6 { // a ledger's narrow columns need every point
		tight = `<w:tblCellMar><w:left w:w="28" w:type="dxa"/><w:right w:w="28" w:type="dxa"/></w:tblCellMar>`
	}
	fmt.Fprintf(&o.b, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/>%s<w:tblLayout w:type="fixed"/>%s</w:tblPr><w:tblGrid>`, twips(total), border, tight)
	for _, w := range t.Widths {
		fmt.Fprintf(&o.b, `<w:gridCol w:w="%d"/>`, twips(w))
	}
	o.b.WriteString(`</w:tblGrid>`)
	o.rows(t, t.Head, true)
	o.rows(t, t.Rows, false)
	o.b.WriteString(`</w:tbl>`)
}

// rows writes rows; where a cell of an earlier row reaches down, Word wants a cell that
// says it continues.
func (o *body) rows(t doc.Table, rows []doc.Row, head bool) {
	type open struct{ left, cols int } // rows still to cover, width of the merged cell
	covered := make([]open, len(t.Widths))
	for _, row := range rows {
		o.b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if row.Lines > 0 {
			fmt.Fprintf(&o.b, `<w:trHeight w:val="%d" w:hRule="atLeast"/>`, int(math.Round((float64(row.Lines)*t.Size.Points()*lineFactor+6)*20)))
		}
		if head {
			o.b.WriteString(`<w:tblHeader/>`)
		}
		o.b.WriteString(`</w:trPr>`)
		next := 0
		for col := 0; col < len(t.Widths); {
			if c := &covered[col]; c.left > 0 {
				c.left--
				o.cell(t, doc.Cell{Cols: c.cols}, col, `<w:vMerge/>`, row.KeepNext || head)
				col += c.cols
				continue
			}
			cell := doc.Cell{}
			if next < len(row.Cells) {
				cell = row.Cells[next]
				next++
			}
			cell.Cols = min(max(cell.Cols, 1), len(t.Widths)-col)
			merge := ""
			if cell.Rows > 1 {
				merge = `<w:vMerge w:val="restart"/>`
				covered[col] = open{cell.Rows - 1, cell.Cols}
			}
			o.cell(t, cell, col, merge, row.KeepNext || head)
			col += cell.Cols
		}
		o.b.WriteString(`</w:tr>`)
	}
}

// lineFactor is the distance of lines in a table, in heights of its type.
const lineFactor = 1.3

func (o *body) cell(t doc.Table, c doc.Cell, col int, merge string, keep bool) {
	w := 0.0
	for i := range c.Cols {
		w += t.Widths[col+i]
	}
	fmt.Fprintf(&o.b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, twips(w))
	if c.Cols > 1 {
		fmt.Fprintf(&o.b, `<w:gridSpan w:val="%d"/>`, c.Cols)
	}
	o.b.WriteString(merge)
	if c.Top {
		o.b.WriteString(`<w:vAlign w:val="top"/></w:tcPr>`)
	} else {
		o.b.WriteString(`<w:vAlign w:val="center"/></w:tcPr>`)
	}
	var p strings.Builder
	if keep {
		p.WriteString(`<w:keepNext/>`)
	}
	fmt.Fprintf(&p, `<w:snapToGrid w:val="0"/><w:spacing w:before="40" w:after="40" w:line="%d" w:lineRule="atLeast"/>`,
		int(math.Round(t.Size.Points()*lineFactor*20)))
	jc := string(c.Align)
	if jc == "" {
		jc = "left" // justified text in narrow columns tears words apart
	}
	p.WriteString(`<w:jc w:val="` + jc + `"/>`)
	l := look{face: t.Face, size: t.Size, offset: true}
	if c.Label {
		l.face = doc.Hei
	}
	o.para(p.String(), l, c.Runs...)
	o.b.WriteString(`</w:tc>`)
}
