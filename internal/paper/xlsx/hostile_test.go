package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/grid"
)

const (
	typesXML = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	rootRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookXML  = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="户" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
)

// pack makes a workbook of one sheet out of its rows; change may add or replace parts.
func pack(t testing.TB, rows string, change map[string]string) []byte {
	t.Helper()
	parts := map[string]string{"[Content_Types].xml": typesXML, "_rels/.rels": rootRels, "xl/workbook.xml": bookXML, "xl/_rels/workbook.xml.rels": bookRels,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`}
	for k, v := range change {
		parts[k] = v
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"} {
		put(t, z, name, parts[name])
		delete(parts, name)
	}
	for name, v := range parts {
		put(t, z, name, v)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t testing.TB, z *zip.Writer, name, content string) {
	t.Helper()
	w, err := z.Create(name)
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func read(b []byte) (grid.Workbook, error) {
	return xlsx.Read(bytes.NewReader(b), int64(len(b)), xlsx.Limits{})
}

func keyOf(err error) string {
	var r *xlsx.Refusal
	if errors.As(err, &r) {
		return r.Key
	}
	return fmt.Sprint(err)
}

const oneCell = `<row r="1"><c r="A1" t="str"><v>户主</v></c></row>`

// bomb holds a sheet of spaces that packs a thousand to one.
func bomb(t testing.TB, size int) []byte {
	return pack(t, oneCell+strings.Repeat(" ", size), nil)
}

func TestHostile(t *testing.T) {
	rel := func(kind, target, mode string) string {
		return strings.Replace(bookRels, "</Relationships>", `<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`+kind+`" Target="`+target+`"`+mode+`/></Relationships>`, 1)
	}
	inner := pack(t, oneCell, nil)
	many := map[string]string{}
	for i := 0; i < 2100; i++ {
		many[fmt.Sprintf("xl/media/%d.bin", i)] = "x"
	}
	longRow := func(n int) string {
		var b strings.Builder
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b, `<row r="%d"/>`, i)
		}
		return b.String()
	}
	cases := map[string]struct {
		file []byte
		want string
	}{
		"empty":                 {nil, xlsx.KeyEmpty},
		"not a workbook":        {[]byte("hello, 世界, this is text"), xlsx.KeyNotXLSX},
		"zip without workbook":  {pack(t, oneCell, map[string]string{"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>", "xl/workbook.xml": "<x/>"}), xlsx.KeyNoSheet},
		"old .xls":              {append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...), xlsx.KeyOldXLS},
		"password":              {append(append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...), []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")...), xlsx.KeyPassword},
		"zip bomb":              {bomb(t, 30<<20), xlsx.KeyBomb},
		"part too large":        {bomb(t, 40<<20), xlsx.KeyBomb},
		"too many parts":        {pack(t, oneCell, many), xlsx.KeyBomb},
		"macro part":            {pack(t, oneCell, map[string]string{"xl/vbaProject.bin": "x"}), xlsx.KeyMacros},
		"macro type (.xlsm)":    {pack(t, oneCell, map[string]string{"[Content_Types].xml": strings.Replace(typesXML, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", 1)}), xlsx.KeyMacros},
		"macro sheet":           {pack(t, oneCell, map[string]string{"xl/macrosheets/sheet1.xml": "<x/>"}), xlsx.KeyMacros},
		"macro renamed":         {pack(t, oneCell, map[string]string{"xl/_rels/workbook.xml.rels": rel("vbaProject", "harmless.txt", "")}), xlsx.KeyMacros},
		"external link part":    {pack(t, oneCell, map[string]string{"xl/externalLinks/externalLink1.xml": "<x/>"}), xlsx.KeyExternal},
		"external relation":     {pack(t, oneCell, map[string]string{"xl/_rels/workbook.xml.rels": rel("attachedTemplate", "http://198.51.100.1/x", ` TargetMode="External"`)}), xlsx.KeyExternal},
		"external in a sheet":   {pack(t, oneCell, map[string]string{"xl/worksheets/_rels/sheet1.xml.rels": rel("image", "file:///etc/passwd", ` TargetMode="External"`)}), xlsx.KeyExternal},
		"data connection":       {pack(t, oneCell, map[string]string{"xl/connections.xml": "<x/>"}), xlsx.KeyExternal},
		"embedded object":       {pack(t, oneCell, map[string]string{"xl/embeddings/oleObject1.bin": "x"}), xlsx.KeyEmbedded},
		"DDE formula":           {pack(t, `<row r="1"><c r="A1"><f>cmd|'/C calc'!A0</f><v>1</v></c></row>`, nil), xlsx.KeyCommands},
		"web formula":           {pack(t, `<row r="1"><c r="A1"><f>WEBSERVICE("http://198.51.100.1")</f><v>1</v></c></row>`, nil), xlsx.KeyCommands},
		"formula to other file": {pack(t, `<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>1</v></c></row>`, nil), xlsx.KeyCommands},
		"nested archive":        {pack(t, oneCell, map[string]string{"xl/media/image1.zip": string(inner)}), xlsx.KeyNested},
		"sheet is an archive":   {pack(t, oneCell, map[string]string{"xl/worksheets/sheet1.xml": string(inner)}), xlsx.KeyNested},
		"row-index bomb":        {pack(t, `<row r="1"><c r="A1" t="str"><v>户主</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>`, nil), xlsx.KeyRows},
		"a million rows":        {pack(t, longRow(1000000), nil), xlsx.KeyRowsEmpty},
		"too many rows":         {pack(t, rowsOf(20001), nil), xlsx.KeyRows},
		"column far right":      {pack(t, `<row r="1"><c r="XFD1"><v>1</v></c></row>`, nil), xlsx.KeyColumns},
		"rows backwards":        {pack(t, `<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>`, nil), xlsx.KeyDamaged},
		"cell in wrong row":     {pack(t, `<row r="2"><c r="A7"><v>1</v></c></row>`, nil), xlsx.KeyDamaged},
		"long cell":             {pack(t, `<row r="1"><c r="A1" t="str"><v>`+longText(40000)+`</v></c></row>`, nil), xlsx.KeyCellLong},
		"entity":                {pack(t, "", map[string]string{"xl/worksheets/sheet1.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>`}), xlsx.KeyDamaged},
		"string out of range":   {pack(t, `<row r="1"><c r="A1" t="s"><v>99</v></c></row>`, nil), xlsx.KeyDamaged},
		"cut off":               {inner[:len(inner)/2], xlsx.KeyDamaged},
		"broken xml":            {pack(t, `<row r="1"><c r="A1"><v>1</row>`, nil), xlsx.KeyDamaged},
		"binary workbook":       {pack(t, oneCell, map[string]string{"xl/workbook.bin": "x"}), xlsx.KeyBinary},
		"two parts of one name": {twoParts(t), xlsx.KeyDamaged},
		"encrypted entry":       {encrypted(t, inner), xlsx.KeyPassword},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := read(c.file)
			if keyOf(err) != c.want {
				t.Errorf("says %q, want %q", keyOf(err), c.want)
			}
			if d := time.Since(start); d > 15*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

func longText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d ", crc32.ChecksumIEEE([]byte{byte(i), byte(i >> 8)}))
	}
	return b.String()
}

func rowsOf(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d"><v>%d</v></c></row>`, i, i, crc32.ChecksumIEEE([]byte{byte(i), byte(i >> 8)}))
	}
	return b.String()
}

func twoParts(t *testing.T) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put(t, z, "[Content_Types].xml", typesXML)
	put(t, z, "xl/workbook.xml", bookXML)
	put(t, z, "XL/Workbook.xml", bookXML)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encrypted sets the encryption flag of every directory entry.
func encrypted(t *testing.T, file []byte) []byte {
	out := bytes.Clone(file)
	n := 0
	for i := 0; i+10 < len(out); i++ {
		if bytes.Equal(out[i:i+4], []byte("PK\x01\x02")) {
			out[i+8] |= 1
			n++
		}
	}
	if n == 0 {
		t.Fatal("no directory")
	}
	return out
}

// What a hostile file may cost: little memory, whatever it claims.
func TestHostileMemory(t *testing.T) {
	huge := `<dimension ref="A1:XFD1048576"/>`
	files := map[string][]byte{
		"bomb":            bomb(t, 31<<20),
		"row-index bomb":  pack(t, oneCell+`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`, nil),
		"claimed million": pack(t, "", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet>` + huge + `<sheetData>` + oneCell + `<row r="1048576" s="3" customFormat="1"/></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>`}),
		"many strings":    pack(t, oneCell, map[string]string{"xl/sharedStrings.xml": `<sst>` + strings.Repeat(`<si><t>a</t></si>`, 100000) + `</sst>`}),
	}
	for name, f := range files {
		if strings.Contains(name, "row-index") && len(f) > 2500 {
			t.Errorf("%s: %d bytes", name, len(f))
		}
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(f)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
			t.Errorf("%s: allocated %d MiB (%v)", name, got>>20, err)
		}
	}
}

// A sheet formatted down to the last row is common and harmless: empty rows are left out.
func TestEmptyRowsAreHarmless(t *testing.T) {
	w, err := read(pack(t, oneCell+`<row r="2"><c r="A2" t="str"><v>王芳</v></c></row><row r="1048576" s="3" customFormat="1"><c r="A1048576" s="3"/></row>`, nil))
	if err != nil || len(w.Sheets) != 1 || len(w.Sheets[0].Rows) != 2 {
		t.Fatalf("%+v %v", w, err)
	}
	w, err = read(pack(t, `<row r="1"><c r="A1" t="str"><v>见 http://example.org</v></c></row>`, map[string]string{
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="mailto:a@example.org" TargetMode="External"/></Relationships>`}))
	if err != nil || len(w.Sheets[0].Rows) != 1 {
		t.Fatalf("a hyperlink is harmless: %v", err)
	}
}

// What Excel writes comes out as people see it: dates, formulas' results, merges, hidden columns.
func TestCells(t *testing.T) {
	f := excelize.NewFile()
	date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	own, _ := f.NewStyle(&excelize.Style{CustomNumFmt: ptr(`yyyy"年"m"月"d"日"`)})
	set := func(cell string, v any) {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "标题")
	set("A2", 46082)
	set("B2", 46082)
	set("C2", 46082)
	set("D2", 3.1)
	set("E2", 13800001234)
	set("F2", 9.90101195412247e17)
	set("G2", "换\r\n行_x000D_")
	set("H2", true)
	must(t, f.SetCellStyle("Sheet1", "A2", "A2", date))
	must(t, f.SetCellStyle("Sheet1", "B2", "B2", own))
	must(t, f.SetCellFormula("Sheet1", "I2", "SUM(D2:D2)"))
	must(t, f.MergeCell("Sheet1", "A1", "C1"))
	must(t, f.MergeCell("Sheet1", "H2", "H3"))
	set("A3", "下")
	must(t, f.SetColVisible("Sheet1", "E", false))
	if _, err := f.NewSheet("藏"); err != nil {
		t.Fatal(err)
	}
	must(t, f.SetCellValue("藏", "A1", "x"))
	must(t, f.SetSheetVisible("藏", false))
	must(t, f.SetCellRichText("Sheet1", "J2", []excelize.RichTextRun{{Text: "王"}, {Text: "芳", Font: &excelize.Font{Bold: true}}}))
	var b bytes.Buffer
	must(t, f.Write(&b))
	w, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s := w.Sheets[0]
	row, _ := s.Row(2)
	for col, want := range map[int]string{0: "2026-03-01", 1: "2026-03-01", 2: "46082", 3: "3.1", 4: "13800001234", 7: "TRUE", 9: "王芳"} {
		if got := row.Text(col); got != want {
			t.Errorf("%s2 = %q, want %q", grid.Ref(col), got, want)
		}
	}
	if c := row.At(0); c.Flag&grid.Date == 0 || row.At(5).Flag&grid.Number == 0 || row.At(8).Flag&grid.Formula == 0 {
		t.Errorf("flags: %+v", row.Cells)
	}
	if top, _ := s.Row(1); top.Text(2) != "标题" || top.At(2).Flag&grid.Merged == 0 {
		t.Errorf("merged title: %+v", top)
	}
	if below, _ := s.Row(3); below.Text(7) != "TRUE" || below.At(7).Flag&grid.Merged == 0 {
		t.Errorf("merged down: %+v", below)
	}
	if !s.HiddenCols[4] || !w.Sheets[1].Hidden || s.Hidden {
		t.Errorf("hidden: %v %v", s.HiddenCols, w.Sheets[1].Hidden)
	}
	if strings.ContainsRune(row.Text(6), '\r') || !strings.Contains(row.Text(6), "换\n行") {
		t.Errorf("line break: %q", row.Text(6))
	}
}

func ptr[T any](v T) *T { return &v }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, oneCell, nil))
	f.Add(pack(f, rowsOf(30), nil))
	f.Add([]byte("PK\x03\x04"))
	lim := xlsx.Limits{Total: 4 << 20, Part: 2 << 20, Rows: 500, Columns: 50, Cells: 5000}
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := xlsx.Read(bytes.NewReader(b), int64(len(b)), lim)
		var r *xlsx.Refusal
		if err != nil {
			if !errors.As(err, &r) || !strings.HasPrefix(r.Key, "xlsx.") {
				t.Fatalf("no refusal with a key: %v", err)
			}
			return
		}
		for _, s := range w.Sheets {
			last := 0
			for _, row := range s.Rows {
				if row.Number <= last || row.Number > 500 || len(row.Cells) > 50 {
					t.Fatalf("%+v", row)
				}
				last = row.Number
			}
		}
	})
}

// FuzzSheet changes the sheet inside an intact archive, where FuzzRead seldom gets.
func FuzzSheet(f *testing.F) {
	f.Add(oneCell)
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><r><t>王</t></r><rPh><t>x</t></rPh></is></c><c r="B1"><f>1+1</f><v>2E0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:C9"/></mergeCells>`)
	f.Add(`<row r="3" hidden="1"><c><v>9.9e17</v></c><c t="e"><v>#N/A</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		_, err := read(pack(t, rows, nil))
		var r *xlsx.Refusal
		if err != nil && !errors.As(err, &r) {
			t.Fatal(err)
		}
	})
}
