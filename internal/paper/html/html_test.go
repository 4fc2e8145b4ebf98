package html

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/internal/paper/doc"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sample(words string) doc.Document {
	return doc.Document{Title: words, Page: doc.OfficialPage(), Blocks: []doc.Block{
		doc.Title{Lines: []string{"一行", words}}, doc.Subtitle{Text: words}, doc.Heading{Level: 1, Text: words}, doc.Heading{Level: 4, Text: words}, doc.Text(words + "\n换行"),
		doc.Paragraph{Runs: []doc.Run{{Text: words, Bold: true, Red: true, Face: doc.Hei, Size: doc.Size4}}, Align: doc.Center, Size: doc.Size5, Space: 1, KeepNext: true},
		doc.Table{Widths: []float64{30, 40, 50}, Size: doc.Size6, Face: doc.Plain, Head: []doc.Row{doc.R(doc.L("甲").Span(1, 2), doc.L("乙").Span(2, 1)), doc.R(doc.L("丙"), doc.L("丁"))},
			Rows: []doc.Row{doc.R(doc.C(words).Span(2, 1), doc.M("b")).High(2), {Cells: []doc.Cell{doc.C("c").AtTop(), doc.L(words), {Align: doc.Right}}, KeepNext: true}}},
		doc.Table{Widths: []float64{60, 60}, Bare: true, Rows: []doc.Row{doc.R(doc.C("x"), doc.C("y"))}},
		doc.Image{PNG: []byte("png"), Width: 10, Height: 10, Alt: words, Align: doc.Right},
		doc.QR{Content: "https://a.cn/k/K7QM2ZP4XA", Size: 30, Alt: words, Align: doc.Center}, doc.PageBreak{}, doc.Signature{Unit: words, Date: "2026年3月5日"},
	}}
}

func fragment(t interface{ Fatal(...any) }, d doc.Document) string {
	page, err := Fragment(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestGolden(t *testing.T) {
	got := fragment(t, sample("“走访”<b>&"))
	path := filepath.Join("testdata", "sample.html.txt")
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
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Whatever the words, the page keeps the same elements, and no style or script appears:
// the content security policy forbids them.
func TestWordsStayWords(t *testing.T) {
	tags := regexp.MustCompile(`<[^>]*>`)
	attr := regexp.MustCompile(`(alt="|<title>)[^"<]*`)
	shape := func(page string) string {
		return strings.Join(tags.FindAllString(attr.ReplaceAllString(page, "$1"), -1), "")
	}
	want := shape(fragment(t, sample("x")))
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOfN(rapid.RuneFrom([]rune(`<>"'&/=;ab style onclick王{}`+"`\x00")), 1, 20, -1).Draw(t, "words")
		if got := shape(fragment(t, sample(words))); got != want {
			t.Fatalf("%q changed the page: %s", words, cmp.Diff(want, got))
		}
	})
	if strings.Contains(want, "style=") || strings.Contains(want, "<script") {
		t.Error("the page carries a style attribute or a script")
	}
}

// Each class the writer uses has a rule in the style sheet, or nobody would see it.
func TestClassesHaveRules(t *testing.T) {
	css, err := os.ReadFile(filepath.Join("..", "..", "..", "ui", "css", "print.css"))
	if err != nil {
		t.Fatal(err)
	}
	// Size and lie of the sheet and the number's style are said by the page set-up's rule.
	said := map[string]bool{"a4": true, "upright": true, "n-dashed": true, "n-none": true}
	pages := fragment(t, sample("x"))
	for _, s := range []doc.Size{doc.Size1, doc.Size2, doc.SizeSmall2, doc.Size4, doc.SizeSmall4, doc.Size5, doc.SizeSmall5, doc.Size6} {
		for _, f := range []doc.Face{doc.Hei, doc.Kai, doc.Biao, doc.Plain} {
			pages += fragment(t, doc.Document{Page: doc.FormPage(), Blocks: []doc.Block{doc.Paragraph{Size: s, Space: len(s) * 4, Runs: []doc.Run{{Text: "x", Face: f}}}}})
		}
	}
	for n := range 13 {
		pages += fragment(t, doc.Document{Page: doc.LedgerPage(), Blocks: []doc.Block{doc.Table{Widths: []float64{1}, Rows: []doc.Row{doc.R(doc.C("x")).High(n)}}}})
	}
	said["n-counted"] = true
	for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(pages, -1) {
		for _, class := range strings.Fields(m[1]) {
			if !said[class] && !regexp.MustCompile(`\.`+class+`[^a-z0-9-]`).Match(css) {
				t.Errorf("class %s has no rule in print.css", class)
			}
		}
	}
}

func TestBadCodeIsAnError(t *testing.T) {
	if _, err := Fragment(doc.Document{Blocks: []doc.Block{doc.QR{Content: strings.Repeat("x", 5000), Alt: "长"}}}); err == nil {
		t.Error("a code that cannot be drawn went unnoticed")
	}
}

// TestQuotedTogether: a short word in quotation marks is not taken apart at the
// end of a line; a whole sentence may be.
func TestQuotedTogether(t *testing.T) {
	for in, want := range map[string]string{"松林村“两委”": `松林村<span class="nb">“两委”</span>`, "他说：“明天再来看看”": "他说：“明天再来看看”", "“<b>”": "“&lt;b&gt;”"} {
		o := &out{}
		if o.text(in); o.b.String() != want {
			t.Errorf("%q: %s, want %s", in, o.b.String(), want)
		}
	}
}
