package doc

import (
	"fmt"
	"strings"
)

// Dump writes a document as readable lines. It is what golden tests compare and what a
// reviewer reads when a paper changes: words first, look in brackets.
func Dump(d Document) string {
	var b strings.Builder
	w, h := d.Page.Size()
	fmt.Fprintf(&b, "document %q\npage %s %gx%g mm, margins %g %g %g %g, numbers %q, grid %v\n",
		d.Title, d.Page.Kind, w, h, d.Page.Top, d.Page.Right, d.Page.Bottom, d.Page.Left, d.Page.Number, d.Page.Grid)
	for _, block := range d.Blocks {
		dumpBlock(&b, block)
	}
	return b.String()
}

func dumpBlock(b *strings.Builder, block Block) {
	switch v := block.(type) {
	case Title:
		fmt.Fprintf(b, "title %s\n", strings.Join(v.Lines, " / "))
	case Subtitle:
		fmt.Fprintf(b, "subtitle %s\n", v.Text)
	case Heading:
		fmt.Fprintf(b, "heading %d %s\n", v.Level, v.Text)
	case Paragraph:
		fmt.Fprintf(b, "paragraph%s %s\n", marks("indent", v.Indent, "keep", v.KeepNext, string(v.Align), v.Align != "",
			"size "+string(v.Size), v.Size != "", fmt.Sprintf("after %d", v.Space), v.Space > 0), runs(v.Runs))
	case Table:
		fmt.Fprintf(b, "table %v%s\n", v.Widths, marks("bare", v.Bare, "size "+string(v.Size), v.Size != "", string(v.Face), v.Face != ""))
		dumpRows(b, "head", v.Head)
		dumpRows(b, "row", v.Rows)
	case Image:
		fmt.Fprintf(b, "image %gx%g mm %s (%d bytes)\n", v.Width, v.Height, v.Alt, len(v.PNG))
	case QR:
		fmt.Fprintf(b, "code %g mm %s = %s\n", v.Size, v.Alt, v.Content)
	case PageBreak:
		b.WriteString("page break\n")
	case Signature:
		fmt.Fprintf(b, "signature %s, %s\n", v.Unit, v.Date)
	}
}

func dumpRows(b *strings.Builder, name string, rows []Row) {
	for _, row := range rows {
		fmt.Fprintf(b, "  %s%s", name, marks(fmt.Sprintf("%d lines", row.Lines), row.Lines > 0, "keep", row.KeepNext))
		for _, c := range row.Cells {
			span := ""
			if c.Cols > 1 || c.Rows > 1 {
				span = fmt.Sprintf("<%dx%d>", max(c.Cols, 1), max(c.Rows, 1))
			}
			fmt.Fprintf(b, " |%s%s %s", span, marks("label", c.Label, "top", c.Top, string(c.Align), c.Align != "" && !c.Label), runs(c.Runs))
		}
		b.WriteString("\n")
	}
}

func runs(list []Run) string {
	var b strings.Builder
	for _, r := range list {
		m := marks(string(r.Face), r.Face != "", "size "+string(r.Size), r.Size != "", "bold", r.Bold, "red", r.Red)
		b.WriteString(m + strings.ReplaceAll(r.Text, "\n", "⏎"))
	}
	return b.String()
}

// marks takes pairs of a word and whether it applies.
func marks(pairs ...any) string {
	var on []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1].(bool) {
			on = append(on, pairs[i].(string))
		}
	}
	if len(on) == 0 {
		return ""
	}
	return "[" + strings.Join(on, " ") + "]"
}
