package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/roster"
)

// A text stays a text whatever it begins with, and the file holds no formula at all.
func TestTextStaysText(t *testing.T) {
	texts := []string{"=1+1", "+86 138", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "\t=1", "0838", "990101195412247717", `=cmd|'/C calc'!A0`, "_x000D_", "a<b&c>\"d\"", "换\n行", "https://example.org", "{=1}"}
	w, err := xlsx.NewWriter()
	must(t, err)
	must(t, w.Properties("走访台账", "某某", "导出"))
	rows, err := w.Table(xlsx.Table{Sheet: "表/一", Title: "青石镇走访台账", Note: "单位：青石镇", Columns: []xlsx.Column{{Title: "序号", Center: true}, {Group: "户主", Title: "姓名"}, {Group: "户主", Title: "电话", Width: 20}, {Title: "备注"}}})
	must(t, err)
	for i, s := range texts {
		n, err := rows.Add(i+1, s, identity.Date{Year: 2026, Month: 3, Day: 1}, nil)
		must(t, err)
		if n != i+5 {
			t.Fatalf("row %d, want %d", n, i+5)
		}
	}
	must(t, rows.MergeDown(3, 5, 7))
	must(t, rows.Line("合计：17"))
	must(t, rows.Close())
	second, err := w.Table(xlsx.Table{Columns: []xlsx.Column{{Title: "姓名"}}, Portrait: true})
	must(t, err)
	must(t, second.Close())
	var b bytes.Buffer
	must(t, w.Write(&b))

	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	must(t, err)
	for _, p := range z.File {
		rc, err := p.Open()
		must(t, err)
		content, err := io.ReadAll(rc)
		must(t, err)
		if bytes.Contains(content, []byte("<f>")) || bytes.Contains(content, []byte("<f ")) {
			t.Errorf("%s holds a formula", p.Name)
		}
	}
	book, err := read(b.Bytes())
	must(t, err)
	s := book.Sheets[0]
	if s.Name != "表 一" || len(book.Sheets) != 2 {
		t.Errorf("sheets: %q, %d", s.Name, len(book.Sheets))
	}
	for i, want := range texts {
		row, _ := s.Row(i + 5)
		if got := row.Text(1); strings.TrimSpace(got) != strings.TrimSpace(want) || row.At(1).Flag&grid.Formula != 0 {
			t.Errorf("row %d holds %q, want %q", i+5, got, want)
		}
		if row.Text(2) != "2026-03-01" || row.Text(0) != fmt.Sprint(i+1) {
			t.Errorf("row %d: %+v", i+5, row)
		}
	}
	head, _ := s.Row(3)
	if head.Text(1) != "户主" || head.Text(2) != "户主" || head.At(2).Flag&grid.Merged == 0 {
		t.Errorf("two-row head: %+v", head)
	}
	if l := roster.Recognise(s); l.HeadRow != 3 || l.HeadRows != 2 {
		t.Errorf("our own table is recognised as %+v", l)
	}
}

func TestHarmlessCSV(t *testing.T) {
	var b bytes.Buffer
	c, err := xlsx.NewCSV(&b, "姓名", "备注")
	must(t, err)
	must(t, c.Add("王芳", "=1+1"))
	must(t, c.Add("李明", "＝1+1"))
	must(t, c.Add("张三", "a\nb,c"))
	must(t, c.Close())
	want := "\uFEFF姓名,备注\r\n王芳,'=1+1\r\n李明,'＝1+1\r\n张三,\"a\r\nb,c\"\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{"+1", "-1", "@a", "\ta", "\ra", "＋1", "－1", "＠1", " =1"} {
		if xlsx.Harmless(s)[0] != '\'' {
			t.Errorf("%q is left as it is", s)
		}
	}
	for _, s := range []string{"王芳", "", "3-1", "a=b"} {
		if xlsx.Harmless(s) != s {
			t.Errorf("%q is changed", s)
		}
	}
}

// Text files as they come: with and without mark, GB18030, semicolons, line breaks and blank lines.
func TestReadCSV(t *testing.T) {
	plain := "户主,村,身份证号\n王芳,松林村,\"990101195412247717\"\n\n\"李\n明\",大河村,=\"0838\"\n赵四,石桥村,1\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	must(t, err)
	utf16 := []byte{0xFF, 0xFE}
	for _, r := range plain {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, text := range map[string]string{"utf-8": plain, "mark": "\uFEFF" + plain, "gb18030": gb, "semicolon": strings.ReplaceAll(plain, ",", ";"),
		"tab": strings.ReplaceAll(plain, ",", "\t"), "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "utf-16": string(utf16)} {
		w, err := xlsx.ReadCSV(strings.NewReader(text), "户", xlsx.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s := w.Sheets[0]
		var got []string
		for _, r := range s.Rows {
			got = append(got, fmt.Sprintf("%d %s|%s|%s", r.Number, r.Text(0), r.Text(1), r.Text(2)))
		}
		want := []string{"1 户主|村|身份证号", "2 王芳|松林村|990101195412247717", "4 李\n明|大河村|0838", "5 赵四|石桥村|1"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty": {"\n \n", xlsx.KeyEmpty}, "binary": {"\x89PNG\r\n\x1a\n\x00\x00", xlsx.KeyCSVBinary}, "noise": {"a" + strings.Repeat("\xFF\xFE\xFD,\x80\xFF", 50), xlsx.KeyCSVBinary},
		"many rows": {strings.Repeat("a,b\n", 20001), xlsx.KeyRows}, "many columns": {strings.Repeat("a,", 300) + "b", xlsx.KeyColumns},
	} {
		if _, err := xlsx.ReadCSV(strings.NewReader(c.text), "x", xlsx.Limits{}); keyOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	w, err := xlsx.ReadPaste("户主\t村\t联系干部\n王芳\t松林村\t\"李明\n张三\"\n", "粘贴", xlsx.Limits{})
	must(t, err)
	if got := w.Sheets[0].Rows[1].Text(2); got != "李明\n张三" || w.Format != "paste" {
		t.Errorf("paste: %q", got)
	}
}

// The marked copy keeps the office's own sheet and adds one column; read again it gives the same
// figures.
func TestAnnotate(t *testing.T) {
	file, err := os.ReadFile("testdata/r4-errors.xlsx")
	must(t, err)
	in := input(readFile(t, "testdata/r4-errors.xlsx"), known())
	before := roster.Extract(in)
	var notes []xlsx.Note
	for _, p := range before.Problems {
		notes = append(notes, xlsx.Note{Sheet: p.Sheet, Row: p.Row, Column: p.ColumnRef, Text: p.Key})
	}
	var out bytes.Buffer
	must(t, xlsx.Annotate(&out, file, "问题", map[string]int{"户": 2}, notes))
	book, err := read(out.Bytes())
	must(t, err)
	s := book.Sheets[1]
	head, _ := s.Row(2)
	row, _ := s.Row(14)
	if head.Text(8) != "问题" || row.Text(8) != roster.KeyIDChecksum || row.Text(0) != "彭娟明" {
		t.Errorf("head %q, row %q", head.Text(8), row.Text(8))
	}
	after := roster.Extract(input(book, known()))
	if diff := cmp.Diff(before.Counts(), after.Counts()); diff != "" {
		t.Error(diff)
	}
	w, err := xlsx.ReadCSV(strings.NewReader("户主,村\n,松林村\n"), "a/b", xlsx.Limits{})
	must(t, err)
	out.Reset()
	must(t, xlsx.AnnotateGrid(&out, w, "问题", map[string]int{"a/b": 1}, []xlsx.Note{{Sheet: "a/b", Row: 2, Column: "A", Text: "=缺户主"}}))
	book, err = read(out.Bytes())
	must(t, err)
	if r, _ := book.Sheets[0].Row(2); r.Text(2) != "=缺户主" || r.At(2).Flag&grid.Formula != 0 {
		t.Errorf("%+v", r)
	}
	if err := xlsx.Annotate(io.Discard, pack(t, oneCell, map[string]string{"xl/vbaProject.bin": "x"}), "问题", nil, nil); keyOf(err) != xlsx.KeyMacros {
		t.Errorf("macros: %v", err)
	}
}

// The forms we hand out are read by ourselves: no examples, no mistakes, every column understood.
func TestTemplates(t *testing.T) {
	for _, tmpl := range xlsx.Templates() {
		var b bytes.Buffer
		must(t, xlsx.WriteTemplate(&b, tmpl))
		if tmpl.FileName() == "" {
			t.Error("no name")
		}
		book, err := read(b.Bytes())
		must(t, err)
		res := roster.Extract(input(book, known()))
		if c := res.Counts(); c != (roster.Counts{}) {
			t.Errorf("%s empty: %+v %+v", tmpl, c, res.Problems)
		}
		l := roster.Recognise(book.Sheets[0])
		for _, c := range l.Columns {
			if c.Field == roster.FieldNone {
				t.Errorf("%s: column %s is not understood", tmpl, c.Header)
			}
		}
		// filled in below the examples
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		must(t, err)
		name := book.Sheets[0].Name
		first := l.FirstRow + len(book.Sheets[0].Rows) - 3
		for i, c := range l.Columns {
			v := map[roster.Field]string{roster.FieldHead: "王芳", roster.FieldName: "王芳", roster.FieldMember: "王芳", roster.FieldRelation: "户主", roster.FieldVillage: "松林村",
				roster.FieldPosted: "松林村", roster.FieldCadre: "李明", roster.FieldSerial: "1", roster.FieldHouseholdNo: "1", roster.FieldID: "11010519491231002X"}[c.Field]
			must(t, f.SetCellStr(name, fmt.Sprintf("%s%d", grid.Ref(i), first+2), v))
		}
		b.Reset()
		must(t, f.Write(&b))
		book, err = read(b.Bytes())
		must(t, err)
		res = roster.Extract(input(book, known()))
		if c := res.Counts(); c.Households+c.Cadres == 0 || c.Errors+c.Warnings > 0 {
			t.Errorf("%s filled: %+v %+v", tmpl, c, res.Problems)
		}
	}
}

// Whatever text is written is read back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.StringMatching(`[ -~一-龥=＝\n]{0,20}[0-9A-Za-z一-龥]`), 1, 8).Draw(t, "texts")
		w, err := xlsx.NewWriter()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := w.Table(xlsx.Table{Sheet: "x", Columns: []xlsx.Column{{Title: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if _, err := rows.Add(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := w.Write(&b); err != nil {
			t.Fatal(err)
		}
		book, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want {
			if got := book.Sheets[0].Rows[i+1].Text(0); got != s {
				t.Fatalf("%q came back as %q", s, got)
			}
		}
	})
}

// personRows writes n people in households of three or four, as an office would.
func personRows(t testing.TB, n int) []byte {
	w, err := xlsx.NewWriter()
	must(t, err)
	rows, err := w.Table(xlsx.Table{Sheet: "花名册", Title: "青石镇干部直接联系群众花名册", Columns: []xlsx.Column{{Title: "序号"}, {Title: "户主姓名"}, {Title: "姓名"}, {Title: "性别"}, {Title: "与户主关系"},
		{Title: "公民身份号码"}, {Title: "行政村"}, {Title: "村民小组"}, {Title: "家庭住址"}, {Title: "联系电话"}, {Title: "困难类型"}, {Title: "结对干部"}, {Title: "职务"}, {Title: "备注"}}})
	must(t, err)
	head := ""
	for i := 0; i < n; i++ {
		name := fmt.Sprintf("%c%c%c", '王'+rune(i%40), '芳'+rune(i/40%50), '小'+rune(i/2000))
		body := fmt.Sprintf("990101%04d%02d%02d%03d", 1940+i%70, 1+i%12, 1+i%28, i/70%999)
		sex := "女"
		if body[16]%2 == 1 {
			sex = "男"
		}
		if i%4 == 0 {
			head = name
			_, err = rows.Add(fmt.Sprint(i/4+1), head, name, sex, "户主", body+string(identity.IDCheck(body)), []string{"松林村", "大河村"}[i%2], fmt.Sprint(i%9+1, "组"), "青石镇松林村1组", fmt.Sprintf("1380%07d", i), "低保户", fmt.Sprintf("李%c", '明'+rune(i%110)), "科员", "")
		} else {
			_, err = rows.Add("", head, name, sex, "儿子", body+string(identity.IDCheck(body)), "", "", "", "", "", "", "", "")
		}
		must(t, err)
	}
	must(t, rows.Close())
	var b bytes.Buffer
	must(t, w.Write(&b))
	return b.Bytes()
}

// BenchmarkRead7000 is the reader's part of "7,000 person rows import in under 10 s".
func BenchmarkRead7000(b *testing.B) {
	file := personRows(b, 7000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := read(file); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImport7000 adds recognising and extracting.
func BenchmarkImport7000(b *testing.B) {
	file := personRows(b, 7000)
	for b.Loop() {
		w, err := read(file)
		if err != nil {
			b.Fatal(err)
		}
		res := roster.Extract(input(w, known()))
		if c := res.Counts(); c.Households < 1700 || c.Errors > 20 {
			b.Fatalf("%+v %+v", c, res.Problems[:min(5, len(res.Problems))])
		}
	}
}
