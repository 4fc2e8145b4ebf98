package docx

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/paper/doc"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample has one block of each kind, merged cells in both directions, and hostile words.
func sample() doc.Document {
	return doc.Document{Title: "样张<&>", Page: doc.OfficialPage(), Blocks: []doc.Block{
		doc.Title{Lines: []string{"青石镇关于开展", "走访工作的通知"}}, doc.Subtitle{Text: "（征求意见稿）"},
		doc.Heading{Level: 1, Text: "一、总体要求"}, doc.Heading{Level: 2, Text: "（一）目标"}, doc.Text("“老百姓的事”<script>&\x00，一件一件办。\n换行"),
		doc.Paragraph{Runs: []doc.Run{{Text: "要点", Bold: true, Red: true, Face: doc.Hei, Size: doc.Size4}}, Align: doc.Center, Size: doc.Size5, Space: 1, KeepNext: true},
		doc.Table{Widths: []float64{30, 40, 50}, Size: doc.Size5, Head: []doc.Row{doc.R(doc.L("甲").Span(1, 2), doc.L("乙").Span(2, 1)), doc.R(doc.L("丙"), doc.L("丁"))},
			Rows: []doc.Row{doc.R(doc.C("a").Span(2, 3), doc.M("b")).High(2), doc.R(doc.C("c").AtTop()), doc.R(), doc.R(doc.C("太宽").Span(9, 1))}},
		doc.Table{Widths: []float64{60, 60}, Rows: []doc.Row{doc.R(doc.C("x"), doc.C("y"))}},
		doc.QR{Content: "https://a.cn/k/K7QM2ZP4XA", Size: 30, Alt: "码\"", Align: doc.Center}, doc.PageBreak{},
		doc.Signature{Unit: "中共青石镇委员会", Date: "2026年3月5日"},
	}}
}

func parts(t *testing.T, d doc.Document) map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
		if f.Modified.Year() != 1980 {
			t.Errorf("%s carries a time: %v", f.Name, f.Modified)
		}
	}
	return all
}

func TestGolden(t *testing.T) {
	all := parts(t, sample())
	// One element a line, so that a diff can be read.
	got := strings.ReplaceAll(all["word/document.xml"], "><", ">\n<") + "\n" + strings.ReplaceAll(all["word/footer1.xml"], "><", ">\n<") + "\n"
	path := filepath.Join("testdata", "document.xml.txt")
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
		t.Errorf("document.xml (-want +got):\n%s", d)
	}
	if !strings.HasPrefix(all["word/media/image1.png"], "\x89PNG") {
		t.Error("the code's picture is missing")
	}
}

// Every row must fill the grid: Word calls a file damaged whose rows fall short.
func TestRowsFillTheGrid(t *testing.T) {
	text := parts(t, sample())["word/document.xml"]
	for ti, table := range strings.Split(text, "<w:tbl>")[1:] {
		columns := strings.Count(table, "<w:gridCol ")
		for ri, row := range strings.Split(table, "<w:tr>")[1:] {
			n := strings.Count(row, "<w:tc>")
			for k := 2; k <= columns; k++ {
				n += (k - 1) * strings.Count(row, fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, k))
			}
			if n != columns {
				t.Errorf("table %d row %d covers %d of %d columns", ti+1, ri+1, n, columns)
			}
		}
	}
	if n := strings.Count(text, "<w:tblHeader/>"); n != 2 {
		t.Errorf("%d rows repeat, want 2", n)
	}
}

func TestPageOfTheStandard(t *testing.T) {
	all := parts(t, sample())
	for _, want := range []string{`<w:pgSz w:w="11906" w:h="16838"/>`, `w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"`, `<w:docGrid w:type="lines" w:linePitch="579"/>`} {
		if !strings.Contains(all["word/document.xml"], want) {
			t.Errorf("no %s", want)
		}
	}
	// 28 characters of 16 pt, each set 0.25 pt closer, are 441 pt and fit into 156 mm, 442.2 pt.
	if !strings.Contains(all["word/styles.xml"], `<w:spacing w:val="-5"/>`) {
		t.Error("running text is not set closer")
	}
	if !strings.Contains(all["word/footer1.xml"], "— ") || !strings.Contains(all["word/footer1.xml"], " PAGE ") || !strings.Contains(all["word/settings.xml"], "evenAndOddHeaders") {
		t.Error("no page number after the standard")
	}
	ledger := parts(t, doc.Document{Page: doc.LedgerPage()})
	if !strings.Contains(ledger["word/document.xml"], `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>`) {
		t.Error("a ledger does not lie on its side")
	}
	if none := parts(t, doc.Document{Page: doc.FormPage()}); none["word/footer1.xml"] != "" {
		t.Error("a form without page numbers has a foot")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrorsReachTheCaller(t *testing.T) {
	if err := Write(broken{}, sample()); err == nil {
		t.Error("a full disk went unnoticed")
	}
	if err := Write(io.Discard, doc.Document{Blocks: []doc.Block{doc.QR{Content: strings.Repeat("x", 5000), Alt: "长"}}}); err == nil || !strings.Contains(err.Error(), "block 1") {
		t.Errorf("a code that cannot be drawn: %v", err)
	}
}

func TestLongUnitKeepsTheDateInPlace(t *testing.T) {
	text := parts(t, doc.Document{Page: doc.OfficialPage(), Blocks: []doc.Block{doc.Signature{Unit: strings.Repeat("某", 24), Date: "2026年3月5日"}}})["word/document.xml"]
	if !strings.Contains(text, `<w:ind w:rightChars="400" w:right="1280"/>`) || !strings.Contains(text, `<w:ind w:rightChars="0" w:right="0"/>`) {
		t.Error("the date should end four characters from the edge, the long unit at the edge")
	}
}
