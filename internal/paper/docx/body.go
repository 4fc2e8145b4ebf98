package docx

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"rsc.io/qr"

	"lianxin/internal/paper/doc"
)

// body gathers the text of word/document.xml and the pictures it refers to.
type body struct {
	page   doc.Page
	b      strings.Builder
	images [][]byte
}

func newBody(d doc.Document) (*body, error) {
	o := &body{page: d.Page}
	for i, block := range d.Blocks {
		if i > 0 && ruled(d.Blocks[i-1]) && ruled(block) {
			o.small(8) // or the second table would look like more of the first
		}
		if err := o.block(block); err != nil {
			return nil, fmt.Errorf("docx: block %d: %w", i+1, err)
		}
	}
	// Word wants a paragraph after the last table; one point high it never costs a page.
	if n := len(d.Blocks); n == 0 || isTable(d.Blocks[n-1]) {
		o.hair()
	}
	return o, nil
}

func isTable(b doc.Block) bool { _, ok := b.(doc.Table); return ok }

func ruled(b doc.Block) bool { t, ok := b.(doc.Table); return ok && !t.Bare }

func (o *body) block(block doc.Block) error {
	switch v := block.(type) {
	case doc.Title:
		o.title(v)
	case doc.Subtitle:
		o.para(`<w:pStyle w:val="Subtitle"/>`, look{face: doc.Kai}, doc.T(v.Text))
		o.blank(1)
	case doc.Heading:
		o.para(fmt.Sprintf(`<w:pStyle w:val="Heading%d"/>`, min(max(v.Level, 1), 4)), look{}, doc.T(v.Text))
	case doc.Paragraph:
		o.paragraph(v)
	case doc.Table:
		o.table(v)
		o.hair() // or the next table would grow onto this one
	case doc.Image:
		o.picture(v.PNG, v.Width, v.Height, v.Alt, v.Align)
	case doc.QR:
		code, err := qr.Encode(v.Content, qr.Q)
		if err != nil {
			return fmt.Errorf("code %q: %w", v.Alt, err)
		}
		o.picture(code.PNG(), v.Size, v.Size, v.Alt, v.Align)
	case doc.PageBreak:
		// A break inside a paragraph would leave an empty line at the top of the new page.
		fmt.Fprintf(&o.b, `<w:p><w:pPr><w:pageBreakBefore/><w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>`)
	case doc.Signature:
		o.signature(v)
	}
	return nil
}

// look is what a run inherits from the paragraph or cell around it; empty parts come
// from the style.
type look struct {
	face   doc.Face
	size   doc.Size
	offset bool // off the character grid
}

func (o *body) para(pPr string, l look, runs ...doc.Run) {
	o.b.WriteString(`<w:p>`)
	if pPr != "" {
		o.b.WriteString(`<w:pPr>` + pPr + `</w:pPr>`)
	}
	for _, r := range runs {
		o.run(r, l)
	}
	o.b.WriteString(`</w:p>`)
}

func (o *body) run(r doc.Run, l look) {
	if r.Face != "" {
		l.face = r.Face
	}
	if r.Size != "" {
		l.size = r.Size
	}
	var p strings.Builder
	if l.face != "" {
		p.WriteString(fonts(l.face))
	} else {
		p.WriteString(`<w:rFonts w:hint="eastAsia"/>`)
	}
	if r.Bold {
		p.WriteString(`<w:b/>`)
	}
	// The order of these marks is the schema's; Word calls a file damaged otherwise.
	if l.offset {
		p.WriteString(`<w:snapToGrid w:val="0"/>`)
	}
	if r.Red {
		p.WriteString(`<w:color w:val="9B2A20"/>`)
	}
	if l.size != "" {
		p.WriteString(loose(l.size.Points()) + sz(l.size.Points()))
	}
	o.b.WriteString(`<w:r><w:rPr>` + p.String() + `</w:rPr>`)
	for i, part := range strings.Split(strings.ReplaceAll(r.Text, "\r\n", "\n"), "\n") {
		if i > 0 {
			o.b.WriteString(`<w:br/>`)
		}
		if part != "" {
			o.b.WriteString(`<w:t xml:space="preserve">` + esc(part) + `</w:t>`)
		}
	}
	o.b.WriteString(`</w:r>`)
}

// title stands in 22 pt on lines of 36 pt: two lines of title on one grid line would touch.
func (o *body) title(v doc.Title) {
	for _, line := range v.Lines {
		o.para(`<w:pStyle w:val="Title"/><w:snapToGrid w:val="0"/><w:spacing w:line="720" w:lineRule="exact"/>`, look{}, doc.T(line))
	}
	if o.page.Grid {
		o.blank(1)
		return
	}
	o.small(12)
}

func (o *body) paragraph(v doc.Paragraph) {
	for range v.Space {
		if v.Size == doc.Size3 {
			o.blank(1)
		} else {
			o.small(v.Size.Points())
		}
	}
	var p strings.Builder
	if v.KeepNext {
		p.WriteString(`<w:keepNext/>`)
	}
	if v.Size != doc.Size3 {
		// Small print off the grid, at one and a half of its own height.
		fmt.Fprintf(&p, `<w:snapToGrid w:val="0"/><w:spacing w:line="%d" w:lineRule="atLeast"/>`, int(math.Round(v.Size.Points()*1.5*20)))
	}
	if v.Indent {
		fmt.Fprintf(&p, `<w:ind w:firstLineChars="200" w:firstLine="%d"/>`, int(v.Size.Points()*40))
	}
	if v.Align != doc.Left {
		fmt.Fprintf(&p, `<w:jc w:val="%s"/>`, string(v.Align))
	}
	o.para(p.String(), look{size: v.Size}, v.Runs...)
}

// signature: the date ends four characters from the right edge, the unit stands centred
// above it (GB/T 9704-2012, 7.3.5.1); a unit longer than that moves left.
func (o *body) signature(v doc.Signature) {
	o.blank(2)
	unit, date := width(v.Unit), width(v.Date)
	right := 4.0
	if unit < date {
		right += (date - unit) / 2
	} else {
		right = math.Max(0, right-(unit-date)/2)
	}
	line := func(text string, chars float64) {
		o.para(fmt.Sprintf(`<w:keepLines/><w:ind w:rightChars="%d" w:right="%d"/><w:jc w:val="right"/>`, int(chars*100), int(chars*320)), look{}, doc.T(text))
	}
	if v.Unit != "" {
		line(v.Unit, right)
	}
	line(v.Date, 4)
}

// width counts characters; two Latin ones make one.
func width(s string) float64 {
	n := 0.0
	for _, r := range s {
		if r < utf8.RuneSelf {
			n += 0.5
		} else {
			n++
		}
	}
	return n
}

func (o *body) blank(n int) {
	for range n {
		o.b.WriteString(`<w:p/>`)
	}
}

// small is an empty line of its own height in points.
func (o *body) small(points float64) {
	fmt.Fprintf(&o.b, `<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="%d" w:lineRule="exact"/><w:rPr>%s</w:rPr></w:pPr></w:p>`,
		int(points*20), sz(points))
}

func (o *body) hair() { o.small(1) }

func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never refuses; signs XML forbids become �
	return b.String()
}

func twips(mm float64) int { return int(math.Round(mm / 25.4 * 1440)) }
