package docx

import (
	"fmt"
	"math"
	"strings"

	"lianxin/internal/paper/doc"
)

const drawNS = ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
	` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"` +
	` xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
	` xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`

func (o *body) xml() string {
	return `<w:document ` + wordNS + drawNS + `><w:body>` + o.b.String() + section(o.page) + `</w:body></w:document>`
}

// section sets sheet, margins, page number and grid for the whole paper.
func section(p doc.Page) string {
	var b strings.Builder
	b.WriteString(`<w:sectPr>`)
	for _, f := range footers(p.Number) {
		fmt.Fprintf(&b, `<w:footerReference w:type="%s" r:id="%s"/>`, f.kind, f.id)
	}
	w, h := p.Size()
	orient := ""
	if p.Landscape {
		orient = ` w:orient="landscape"`
	}
	fmt.Fprintf(&b, `<w:pgSz w:w="%d" w:h="%d"%s/>`, twips(w), twips(h), orient)
	// The number stands 7 mm below the text area: 35 mm less 7 mm less its own 5 mm.
	foot := p.Bottom - 12
	if p.Number != doc.Dashed {
		foot = p.Bottom / 2
	}
	fmt.Fprintf(&b, `<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="%d" w:gutter="0"/>`,
		twips(p.Top), twips(p.Right), twips(p.Bottom), twips(p.Left), twips(15), twips(foot))
	if p.Grid {
		fmt.Fprintf(&b, `<w:docGrid w:type="lines" w:linePitch="%d"/>`, int(math.Round(doc.LinePitch*20)))
	}
	return b.String() + `</w:sectPr>`
}

func (o *body) rels() string {
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	rel := func(id, typ, target string) {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s%s" Target="%s"/>`, id, kind, typ, target)
	}
	rel("rId1", "styles", "styles.xml")
	rel("rId2", "settings", "settings.xml")
	rel("rId3", "fontTable", "fontTable.xml")
	for _, f := range footers(o.page.Number) {
		rel(f.id, "footer", f.file)
	}
	for i := range o.images {
		rel(fmt.Sprintf("rImg%d", i+1), "image", fmt.Sprintf("media/image%d.png", i+1))
	}
	return b.String() + `</Relationships>`
}

// picture puts a PNG of so many millimetres on a line of its own.
func (o *body) picture(png []byte, width, height float64, alt string, align doc.Align) {
	o.images = append(o.images, png)
	n := len(o.images)
	cx, cy := int(width*36000), int(height*36000) // 36,000 EMU are a millimetre
	jc := string(align)
	if jc == "" {
		jc = "left"
	}
	fmt.Fprintf(&o.b, `<w:p><w:pPr><w:snapToGrid w:val="0"/><w:jc w:val="%s"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">`+
		`<wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="image%d" descr="%s"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">`+
		`<pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="image%d.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rImg%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`+
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		jc, cx, cy, n, n, esc(alt), n, n, n, cx, cy)
}
