// Package html writes a paper as a fragment of a print page: what the office sees before
// it prints, and the cheapest way to print.
//
// The fragment carries classes only, no style attributes and no scripts, because the
// content security policy of the pages forbids them; ui/css/print.css gives the classes
// their look after GB/T 9704-2012. Codes are drawn as inline SVG.
package html

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"rsc.io/qr"

	"lianxin/internal/paper/doc"
)

// Fragment writes the document as one <article>. Every word of the document is escaped
// here, and nothing else but fixed element and class names is written, so the result may
// be put into an html/template page as it is. It fails when a code cannot be drawn.
//
// Pictures are data: addresses; a page that shows them must allow img-src data:.
func Fragment(d doc.Document) (template.HTML, error) {
	o := &out{}
	lie := "upright"
	if d.Page.Landscape {
		lie = "landscape"
	}
	number := "n-none"
	if d.Page.Number != doc.Unnumbered {
		number = "n-" + word(string(d.Page.Number))
	}
	o.open("article", "paper p-"+word(string(d.Page.Kind)), string(d.Page.Paper), lie, number, grid(d.Page.Grid))
	for i, block := range d.Blocks {
		if err := o.block(block); err != nil {
			return "", fmt.Errorf("html: block %d: %w", i+1, err)
		}
	}
	o.close("article")
	return template.HTML(o.b.String()), nil // #nosec G203 -- escaped piece by piece, see above
}

func grid(on bool) string {
	if on {
		return "grid"
	}
	return ""
}

type out struct{ b strings.Builder }

func (o *out) open(tag string, classes ...string) {
	o.b.WriteString("<" + tag)
	o.class(classes...)
	o.b.WriteString(">")
}

func (o *out) class(classes ...string) {
	if c := strings.Join(strings.Fields(strings.Join(classes, " ")), " "); c != "" {
		o.b.WriteString(` class="` + template.HTMLEscapeString(c) + `"`)
	}
}

func (o *out) close(tag string) { o.b.WriteString("</" + tag + ">\n") }

// quoted is a short word in quotation marks, “两委”, which a narrow column must not
// take apart: the closing mark would stand alone on the next line.
var quoted = regexp.MustCompile(`“[^“”<>&\s]{1,4}”`)

// text escapes words and turns line ends into breaks.
func (o *out) text(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = quoted.ReplaceAllString(template.HTMLEscapeString(s), `<span class="nb">$0</span>`)
	o.b.WriteString(strings.ReplaceAll(s, "\n", "<br>"))
}

func (o *out) line(tag, classes, text string) {
	o.open(tag, classes)
	o.text(text)
	o.close(tag)
}

func (o *out) block(block doc.Block) error {
	switch v := block.(type) {
	case doc.Title:
		o.open("h1", "title")
		for i, l := range v.Lines {
			if i > 0 {
				o.b.WriteString("<br>")
			}
			o.text(l)
		}
		o.close("h1")
	case doc.Subtitle:
		o.line("p", "subtitle", v.Text)
	case doc.Heading:
		level := min(max(v.Level, 1), 4)
		o.line("h"+strconv.Itoa(level+1), "level-"+strconv.Itoa(level), v.Text)
	case doc.Paragraph:
		o.paragraph(v)
	case doc.Table:
		o.table(v)
	case doc.Image:
		o.open("figure", align(v.Align))
		fmt.Fprintf(&o.b, `<img src="data:image/png;base64,%s" width="%d" height="%d" alt="%s">`, base64.StdEncoding.EncodeToString(v.PNG),
			px(v.Width), px(v.Height), template.HTMLEscapeString(v.Alt))
		o.close("figure")
	case doc.QR:
		return o.code(v)
	case doc.PageBreak:
		o.b.WriteString(`<div class="page-break"></div>` + "\n")
	case doc.Signature:
		o.open("div", "signature")
		if v.Unit != "" {
			o.line("p", "", v.Unit)
		}
		o.line("p", "", v.Date)
		o.close("div")
	}
	return nil
}

func (o *out) paragraph(v doc.Paragraph) {
	classes := []string{align(v.Align), size(v.Size)}
	if v.Indent {
		classes = append(classes, "indent")
	}
	if v.KeepNext {
		classes = append(classes, "keep")
	}
	if v.Space > 0 {
		classes = append(classes, "after-"+strconv.Itoa(min(v.Space, 9)))
	}
	o.open("p", classes...)
	o.runs(v.Runs)
	o.close("p")
}

func (o *out) runs(runs []doc.Run) {
	for _, r := range runs {
		tag := "span"
		if r.Bold {
			tag = "strong"
		}
		var classes []string
		if r.Face != "" {
			classes = append(classes, "f-"+word(string(r.Face)))
		}
		if r.Size != "" {
			classes = append(classes, size(r.Size))
		}
		if r.Red {
			classes = append(classes, "red")
		}
		if tag == "span" && len(classes) == 0 {
			o.text(r.Text)
			continue
		}
		o.open(tag, classes...)
		o.text(r.Text)
		o.b.WriteString("</" + tag + ">")
	}
}

// code draws a QR code as squares of an SVG, one path for all.
func (o *out) code(v doc.QR) error {
	c, err := qr.Encode(v.Content, qr.Q)
	if err != nil {
		return fmt.Errorf("code %q: %w", v.Alt, err)
	}
	o.open("figure", "code", align(v.Align))
	side := c.Size + 8 // four empty squares around, as the code's standard asks
	fmt.Fprintf(&o.b, `<svg width="%gmm" height="%gmm" viewBox="-4 -4 %d %d" role="img" shape-rendering="crispEdges"><title>%s</title><path fill="#000" d="`,
		v.Size, v.Size, side, side, template.HTMLEscapeString(v.Alt))
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&o.b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	o.b.WriteString(`"/></svg>`)
	o.close("figure")
	return nil
}

func align(a doc.Align) string {
	if a == doc.Left {
		return ""
	}
	return "a-" + word(string(a))
}

func size(s doc.Size) string {
	if s == doc.Size3 {
		return ""
	}
	return "s-" + word(string(s))
}

// word keeps only letters and figures, so that a value can never be more than one class.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func px(mm float64) int { return int(mm/25.4*96 + 0.5) }
