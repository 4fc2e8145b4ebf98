package paper

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"lianxin/internal/paper/doc"
	"lianxin/internal/paper/docx"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with testdata/golden/name; -update rewrites it, and the diff is reviewed.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

func TestPapersAsText(t *testing.T) {
	for name, d := range sampleDocuments() {
		if name != "diary-long" && name != "meeting-long" {
			golden(t, name+".txt", doc.Dump(d))
		}
	}
	var b bytes.Buffer
	if err := Visits(sampleVisits()).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "visits.csv", b.String())
	b.Reset()
	if err := Progress(sampleProgress()).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "progress.csv", b.String())
	b.Reset()
	if err := Meetings(MeetingsData{Scope: "青石镇", From: day(2026, 1, 1), To: day(2026, 12, 31), Made: day(2026, 12, 31), Rows: slices.Values([]MeetingData{sampleMeeting(), {Kind: "座谈会", Year: 2026, Number: 2, On: day(2026, 12, 6)}})}).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "meetings.csv", b.String())
}

func TestDiaryIsInTimeOrder(t *testing.T) {
	text := doc.Dump(Diary(sampleDiary()))
	last := -1
	for _, words := range []string{"1. 2026年3月5日（星期四）15:20　王桂兰", "2. 2026年3月18日（星期三）　赵大海", "补记：2026年3月25日；代记：村文书 陈娟；更正：2026年4月1日", "heading 1 二、2026年4月", "3. 2026年4月2日"} {
		at := strings.Index(text, words)
		if at <= last {
			t.Errorf("%q is missing or out of order", words)
		}
		last = at
	}
}

// Forms are one page, whatever the reader's own fonts do to line breaks.
func TestFormsTakeOnePage(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	info, err2 := exec.LookPath("pdfinfo")
	if err != nil || err2 != nil {
		t.Skip("LibreOffice or poppler is not installed")
	}
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir}
	forms := []string{"registration", "registration-blank", "contactform", "contactform-blank", "ledger-empty", "handover-empty", "meeting", "meeting-blank", "meetings-empty", "opinion", "opinion-small", "opinion-middle", "opinion-large", "opinion-full", "diary"}
	for _, name := range forms {
		path := filepath.Join(dir, name+".docx")
		f, err := os.Create(path) //nolint:gosec // a test's own folder
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(docx.Write(f, sampleDocuments()[name]), f.Close()); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command(soffice, args...).CombinedOutput(); err != nil { //nolint:gosec // fixed arguments
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	pages := regexp.MustCompile(`Pages:\s+(\d+)`)
	for _, name := range forms {
		out, err := exec.Command(info, filepath.Join(dir, name+".pdf")).Output() //nolint:gosec // fixed arguments
		if err != nil {
			t.Fatalf("%s did not become a PDF: %v", name, err)
		}
		n, _ := strconv.Atoi(pages.FindStringSubmatch(string(out))[1])
		if name == "diary" {
			if n < 2 {
				t.Errorf("the diary's cover does not stand alone: %d page", n)
			}
		} else if n != 1 {
			t.Errorf("%s takes %d pages", name, n)
		}
	}
}

func TestCardTextCanBeRead(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	var b bytes.Buffer
	if err := ContactCards(&b, face(t), day(2026, 3, 5), slices.Values(hardCards())); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool, "-layout", "-", "-") //nolint:gosec // fixed arguments
	cmd.Stdin = &b
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// Strong words are struck three times and must still be read once.
	for words, n := range map[string]int{"138 0000 1234": 3, "犇㛃䶮": 1, "龑喆㸃": 1, "李家湾村3组12号": 3, "监督电话 0838-6600110": 3, "买买提吐尔逊·阿卜杜热西提·": 1, "2026年3月5日发卡": 3} {
		if got := strings.Count(string(out), words); got != n {
			t.Errorf("%q is on the sheet %d times, want %d\n%s", words, got, n, out)
		}
	}
}

func TestSafeCell(t *testing.T) {
	for in, want := range map[string]string{
		"":               "",
		"一切如常。":          "一切如常。",
		"3-5户":           "3-5户",
		"=1+1":           "'=1+1",
		"＝1+1":           "'＝1+1", // full width
		"－5":             "'－5",
		"@SUM(A1)":       "'@SUM(A1)",
		"\t=1":           "'\t=1",
		"　=1":            "'　=1", // behind a Chinese blank
		"\u200b+1":       "'\u200b+1",
		"\x00=1":         "'=1",
		"a\r\nb":         "a\nb",
		"\r=1":           "'=1",
		"+8613800001234": "'+8613800001234",
	} {
		if got := safeCell(in); got != want {
			t.Errorf("safeCell(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"13800001234": "13800001234\t", "510101199001011234": "510101199001011234\t", "0838-6600110": "0838-6600110", "QS-1": "QS-1", "7": "7", "007": "007\t"} {
		if got := numberText(in); got != want {
			t.Errorf("numberText(%q) = %q, want %q", in, got, want)
		}
	}
}

// No text whatever becomes a formula, in .csv or .xlsx, and the words come back as they were.
func TestNoTextBecomesAFormula(t *testing.T) {
	signs := rapid.RuneFrom([]rune("=+-@＝＋－＠\t\r\n\x00 　\u200b\ufeff;,\"'张王12aB|!()"))
	rapid.Check(t, func(t *rapid.T) {
		texts := []any{rapid.StringOfN(signs, 0, 12, -1).Draw(t, "words"), rapid.StringOfN(signs, 0, 12, -1).Draw(t, "code")}
		r := Register{Title: "=1+1", Notes: []string{"@x"}, Columns: []Column{{Name: "=名", Width: 10}, {Group: "＋组", Name: "号", Width: 10, Kind: Code}},
			Rows: slices.Values([][]any{texts})}
		var b bytes.Buffer
		if err := r.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v: %d rows", err, len(rows))
		}
		for _, row := range rows {
			for _, v := range row {
				if v != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n\x00", []rune(v)[0]) {
					t.Fatalf("%q begins like a formula", v)
				}
			}
		}
		for i, v := range rows[1] {
			// A code may have got a tab behind it, any value a quote before it; nothing else changes.
			bare := func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "'"), "\t") }
			if want := plainCell(texts[i].(string)); bare(v) != bare(want) {
				t.Fatalf("%q came back as %q", want, v)
			}
		}
		b.Reset()
		if err := r.WriteXLSX(&b); err != nil {
			t.Fatal(err)
		}
		if sheet := part(t, b.Bytes(), "xl/worksheets/sheet1.xml"); strings.Contains(sheet, "<f>") || strings.Contains(sheet, "<f ") {
			t.Fatalf("a formula in %s", sheet)
		}
	})
}

// part reads one file of a zip.
func part(t interface{ Fatal(...any) }, data []byte, name string) string {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLedgerWorkbook(t *testing.T) {
	var b bytes.Buffer
	if err := WriteLedger(&b, sampleLedger()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A1": ledgerTitle, "B3": "联系干部", "B4": "姓名", "U3": "备注", "B5": "李晓燕", "E5": "13800001234", "G6": hardCards()[1].Householder,
		"N5": "2026-03-05", "O5": "7", "G9": "尚未结对", "T5": "是\n否"} {
		if got, _ := f.GetCellValue(sheetName, cell); got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	if kind, _ := f.GetCellType(sheetName, "E5"); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Errorf("a phone is stored as %v, not as text", kind)
	}
	merged, _ := f.GetMergeCells(sheetName)
	var ranges []string
	for _, m := range merged {
		ranges = append(ranges, m.GetStartAxis()+":"+m.GetEndAxis())
	}
	for _, want := range []string{"A1:U1", "A3:A4", "B3:E3", "G3:K3", "M3:N3", "P3:Q3", "R3:T3", "A5:A7", "E5:E7"} {
		if !slices.Contains(ranges, want) {
			t.Errorf("%s is not merged: %v", want, ranges)
		}
	}
	layout, _ := f.GetPageLayout(sheetName)
	if *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
		t.Error("the ledger is not set up for A4 landscape, one page wide")
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "Sheet1!$3:$4" {
		t.Errorf("the head does not repeat: %v", names)
	}
	sum := 0.0
	for _, c := range ledgerColumns {
		sum += c.Width
	}
	if room := doc.LedgerPage().TextWidth(); sum > room {
		t.Errorf("columns take %v mm of %v", sum, room)
	}
	for _, c := range []LedgerCadre{{}, {Households: []LedgerHousehold{{Householder: "x"}}}} {
		if n := len(ledgerLine(1, c, c.lines()[0])); n != len(ledgerColumns) {
			t.Errorf("a line has %d values for %d columns", n, len(ledgerColumns))
		}
	}
}

func TestEmptyRegisterSaysSo(t *testing.T) {
	var b bytes.Buffer
	d := sampleVisits()
	d.Visits = slices.Values([]VisitRow{})
	if err := Visits(d).WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := f.GetCellValue(sheetName, "A4"); got != "这段时间没有走访记录。" {
		t.Errorf("A4 = %q", got)
	}
}

func TestDatesAndPhones(t *testing.T) {
	for _, c := range [][2]string{
		{date(day(2026, 3, 5)), "2026年3月5日"}, {moment(at(2026, 11, 23, 9, 5)), "2026年11月23日（星期一）09:05"}, {moment(day(2026, 3, 1)), "2026年3月1日（星期日）"},
		{period(day(2026, 1, 1), day(2026, 6, 30)), "2026年1月1日—2026年6月30日"}, {period(day(2026, 1, 1), time.Time{}), "2026年1月1日至今"}, {period(time.Time{}, time.Time{}), ""}, {date(time.Time{}), ""},
		{grouped("13800001234"), "138 0000 1234"}, {grouped("0838-6601234"), "0838-6601234"}, {grouped("1380000123x"), "1380000123x"}, {grouped(""), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestWordFilesAreWellFormed(t *testing.T) {
	for name, d := range sampleDocuments() {
		var b bytes.Buffer
		if err := docx.Write(&b, d); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"word/document.xml", "word/styles.xml", "word/settings.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"} {
			dec := xml.NewDecoder(strings.NewReader(part(t, b.Bytes(), file)))
			for {
				if _, err := dec.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %s: %v", name, file, err)
				}
			}
		}
	}
}

// The grid of GB/T 9704-2012 as a reader really sets it: 22 lines of 28 characters a page.
func TestTwentyTwoLinesOfTwentyEight(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	tool, err2 := exec.LookPath("pdftotext")
	if err != nil || err2 != nil {
		t.Skip("LibreOffice or poppler is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "grid.docx")
	f, err := os.Create(path) //nolint:gosec // a test's own folder
	if err != nil {
		t.Fatal(err)
	}
	full := doc.Document{Page: doc.OfficialPage(), Blocks: []doc.Block{doc.Paragraph{Runs: []doc.Run{doc.T(strings.Repeat("走", 28*23))}}}}
	if err := errors.Join(docx.Write(f, full), f.Close()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, path).CombinedOutput(); err != nil { //nolint:gosec // fixed arguments
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	out, err := exec.Command(tool, filepath.Join(dir, "grid.pdf"), "-").Output() //nolint:gosec // fixed arguments
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(out), "\f")
	lines := 0
	for _, l := range strings.Split(first, "\n") {
		if n := strings.Count(l, "走"); n > 0 {
			lines++
			if n != 28 {
				t.Errorf("line %d has %d characters", lines, n)
			}
		}
	}
	if lines != 22 {
		t.Errorf("the first page has %d lines", lines)
	}
}
