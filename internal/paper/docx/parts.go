package docx

import (
	"fmt"
	"math"
	"strings"

	"lianxin/internal/paper/doc"
)

const wordNS = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`

const packageRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
	`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`</Relationships>`

// settings: punctuation may shrink at line ends and must not begin a line, as Chinese
// typesetting wants; odd and even pages have their own foot (the number changes sides).
const settings = `<w:settings ` + wordNS + `><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/>` +
	`<w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>` +
	`<w:drawingGridVerticalSpacing w:val="579"/><w:characterSpacingControl w:val="compressPunctuation"/>` +
	`<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>` +
	`<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>` +
	`<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
	`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`

func core(title string) string {
	return `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + esc(title) + `</dc:title><dc:language>zh-CN</dc:language></cp:coreProperties>`
}

func contentTypes(n doc.Numbering) string {
	var b strings.Builder
	b.WriteString(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>`)
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	for _, p := range [][2]string{{"document", "document.main"}, {"styles", "styles"}, {"settings", "settings"}, {"fontTable", "fontTable"}} {
		fmt.Fprintf(&b, `<Override PartName="/word/%s.xml" ContentType="%s%s+xml"/>`, p[0], word, p[1])
	}
	for _, f := range footers(n) {
		fmt.Fprintf(&b, `<Override PartName="/word/%s" ContentType="%sfooter+xml"/>`, f.file, word)
	}
	return b.String() + `</Types>`
}

// fontName gives the font a face asks for, as Word and WPS list it, and the one to take
// where it is missing (the GB2312 faces came with old Windows only).
func fontName(f doc.Face) (name, other string) {
	switch f {
	case doc.Hei:
		return "黑体", "SimHei"
	case doc.Kai:
		return "楷体_GB2312", "楷体"
	case doc.Biao:
		return "方正小标宋简体", "小标宋"
	case doc.Plain:
		return "宋体", "SimSun"
	}
	return "仿宋_GB2312", "仿宋"
}

func fontTable() string {
	var b strings.Builder
	b.WriteString(`<w:fonts ` + wordNS + `>`)
	for _, f := range []doc.Face{doc.Fang, doc.Hei, doc.Kai, doc.Biao, doc.Plain} {
		name, other := fontName(f)
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>`, name, other)
	}
	return b.String() + `</w:fonts>`
}

// fonts asks for a face for Chinese and Latin text alike, except that running text takes
// the usual Times New Roman for letters and figures. The hint makes the reader treat “ ” …
// and — as Chinese signs, which otherwise come out narrow and on the wrong side.
func fonts(f doc.Face) string {
	name, _ := fontName(f)
	latin := name
	if f == doc.Fang || f == doc.Plain {
		latin = "Times New Roman"
	}
	return fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s" w:hint="eastAsia"/>`, latin, latin, name, latin)
}

func styles(p doc.Page) string {
	line := `<w:spacing w:before="0" w:after="0"/>`
	return `<w:styles ` + wordNS + `><w:docDefaults><w:rPrDefault><w:rPr>` + fonts(doc.Fang) +
		tighten(p) + `<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>` +
		`<w:pPrDefault/></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl w:val="0"/>` +
		line + `<w:jc w:val="both"/></w:pPr></w:style>` +
		style("Title", "Title", `<w:keepNext/><w:jc w:val="center"/>`, doc.Biao, 22) +
		style("Subtitle", "Subtitle", `<w:keepNext/><w:jc w:val="center"/>`, doc.Kai, 16) +
		heading(1, doc.Hei) + heading(2, doc.Kai) + heading(3, doc.Fang) + heading(4, doc.Fang) +
		style("Footer", "footer", `<w:snapToGrid w:val="0"/>`, doc.Plain, 14) +
		`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>` +
		`<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="57" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>` +
		`</w:styles>`
}

func style(id, name, pPr string, f doc.Face, points float64) string {
	return fmt.Sprintf(`<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:basedOn w:val="a"/><w:qFormat/><w:pPr>%s</w:pPr>`+
		`<w:rPr>%s%s%s</w:rPr></w:style>`, id, name, pPr, fonts(f), loose(points), sz(points))
}

// tighten sets running text closer, so that 28 characters of 16 pt fit into a line of
// 156 mm. A character grid in the section would say the same to Word, but other readers
// stretch every title and heading to it.
func tighten(p doc.Page) string {
	if !p.Grid {
		return ""
	}
	pitch := p.TextWidth() / 25.4 * 72 / doc.GridColumns
	return fmt.Sprintf(`<w:spacing w:val="%d"/>`, int(math.Floor((pitch-16)*20)))
}

// loose takes that back for type of another size.
func loose(points float64) string {
	if points == doc.Size3.Points() {
		return ""
	}
	return `<w:spacing w:val="0"/>`
}

// heading: two characters in, no extra bold (GB/T 9704-2012, 7.3.3). The outline level
// lets Word's navigation pane list the parts.
func heading(level int, f doc.Face) string {
	return style(fmt.Sprintf("Heading%d", level), fmt.Sprintf("heading %d", level),
		fmt.Sprintf(`<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/><w:outlineLvl w:val="%d"/>`, level-1), f, 16)
}

func sz(points float64) string {
	half := int(math.Round(points * 2))
	return fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, half, half)
}

type footer struct{ id, kind, file, xml string }

// footers: "— 1 —" in 14 pt 宋体, odd pages right, even pages left, one character in
// (GB/T 9704-2012, 7.5); or "第 1 页 共 3 页" in the middle of every page.
func footers(n doc.Numbering) []footer {
	switch n {
	case doc.Dashed:
		odd := foot(`<w:jc w:val="right"/>`, `<w:ind w:rightChars="100" w:right="280"/>`, 14, "— ", "PAGE", " —")
		even := foot(`<w:jc w:val="left"/>`, `<w:ind w:leftChars="100" w:left="280"/>`, 14, "— ", "PAGE", " —")
		return []footer{{"rFoot1", "default", "footer1.xml", odd}, {"rFoot2", "even", "footer2.xml", even}}
	case doc.Counted:
		f := foot(`<w:jc w:val="center"/>`, ``, 9, "第 ", "PAGE", " 页　共 ", "NUMPAGES", " 页")
		return []footer{{"rFoot1", "default", "footer1.xml", f}, {"rFoot2", "even", "footer2.xml", f}}
	}
	return nil
}

// foot writes words and page fields in turn.
func foot(jc, ind string, points float64, parts ...string) string {
	rpr := `<w:rPr>` + fonts(doc.Plain) + sz(points) + `</w:rPr>`
	var b strings.Builder
	b.WriteString(`<w:ftr ` + wordNS + `><w:p><w:pPr><w:pStyle w:val="Footer"/>` + ind + jc + `</w:pPr>`)
	for i, p := range parts {
		if i%2 == 0 {
			b.WriteString(`<w:r>` + rpr + `<w:t xml:space="preserve">` + p + `</w:t></w:r>`)
			continue
		}
		b.WriteString(`<w:r>` + rpr + `<w:fldChar w:fldCharType="begin"/></w:r><w:r>` + rpr + `<w:instrText xml:space="preserve"> ` + p + ` </w:instrText></w:r>` +
			`<w:r>` + rpr + `<w:fldChar w:fldCharType="separate"/></w:r><w:r>` + rpr + `<w:t>1</w:t></w:r><w:r>` + rpr + `<w:fldChar w:fldCharType="end"/></w:r>`)
	}
	return b.String() + `</w:p></w:ftr>`
}
