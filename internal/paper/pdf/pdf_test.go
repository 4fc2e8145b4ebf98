package pdf

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func open(t testing.TB) *Face {
	t.Helper()
	f, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMissingRunes(t *testing.T) {
	f := open(t)
	for text, want := range map[string]string{
		"犇㛃䶮":               "", // rare, but names have them
		"王桂兰·ABC 0838-66（）": "",
		"张\n王":              "",
		"王𠮷𠮷桂\U000F0000":    "𠮷\U000F0000", // not in the face, named once each
		"a\tb":              "\t",
		"":                  "",
	} {
		if got := string(f.MissingRunes(text)); got != want {
			t.Errorf("MissingRunes(%q) = %q, want %q", text, got, want)
		}
	}
	err := f.Check("好", "王𠮷")
	if err == nil || !strings.Contains(err.Error(), "'𠮷' (U+20BB7)") {
		t.Errorf("the message does not name the sign: %v", err)
	}
}

func TestWidth(t *testing.T) {
	f := open(t)
	// A Chinese sign is as wide as its type is high: 10 signs of 72 pt are 10 inches.
	if got := f.Width("一二三四五六七八九十", 72); got < 253.9 || got > 254.1 {
		t.Errorf("ten signs are %v mm", got)
	}
	if f.Width("111", 10) != f.Width("888", 10) {
		t.Error("figures are not of one width")
	}
}

// half measures without a face: 1 mm a Chinese sign, half that a Latin one, at any size.
func half(s string, points float64) float64 {
	n := 0.0
	for _, r := range s {
		if r < 0x2E80 {
			n += 0.5
		} else {
			n++
		}
	}
	return n * points
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{
		{"李家湾村三组", 3, "李家湾|村三组"},
		{"一二三，四", 3, "一二|三，四"}, // no comma at the start of a line
		{"一二（三）", 3, "一二|（三）"}, // no bracket at its end
		{"电话138000", 3, "电话|138000"},
		{"1380000138000", 3, "138000|013800|0"}, // longer than any line: has to be torn
		{"阿卜杜·热西提·玉", 6, "阿卜杜·|热西提·玉"},          // names break at the dot
		{"阿卜杜热西提·玉", 4, "阿卜杜热|西提·玉"},            // unless a part is too long
		{"a\nb", 9, "a|b"}, {"", 9, ""}, {"in the village", 3.5, "in the|village"},
	} {
		if got := strings.Join(Wrap(half, c.text, 1, c.width), "|"); got != c.want {
			t.Errorf("Wrap(%q, %v) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// Wrapping loses no sign but blanks at line ends, and no line is too long unless it is a
// single sign.
func TestWrapKeepsEverySign(t *testing.T) {
	signs := rapid.RuneFrom([]rune("李家湾村，。（）·“”AB12 -\n"))
	rapid.Check(t, func(t *rapid.T) {
		text, width := rapid.StringOf(signs).Draw(t, "text"), rapid.Float64Range(0.3, 12).Draw(t, "width")
		lines := Wrap(half, text, 1, width)
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, l := range lines {
			if half(l, 1) > width && len([]rune(l)) > 1 {
				t.Fatalf("line %q is longer than %v", l, width)
			}
		}
	})
}

func TestFit(t *testing.T) {
	if lines, points := Fit(half, "一二三四", 4, 3, 0.5, 1); points != 1 || len(lines) != 1 {
		t.Errorf("%v at %v", lines, points)
	}
	// Two lines are made even rather than long and short.
	if lines, _ := Fit(half, "一二三四五六七", 6, 1, 1, 2); !slices.Equal(lines, []string{"一二三四", "五六七"}) {
		t.Errorf("%v", lines)
	}
	if lines, points := Fit(half, strings.Repeat("长", 30), 6, 2, 1, 2); points != 1 || len(lines) != 5 {
		t.Errorf("%d lines at %v", len(lines), points)
	}
}

func page() Page {
	return Page{Width: 90, Height: 54, Texts: []Text{{X: 5, Y: 10, Points: 12, Words: "王桂兰犇", Color: Ink, Strong: true}, {Words: ""}},
		Lines: []Line{{X1: 1, Y1: 1, X2: 9, Y2: 1, Width: 0.2, Dashed: true, Color: Cut}}, Codes: []Code{{X: 50, Y: 10, Size: 25, Content: "https://a.cn/k/K7QM2ZP4XA"}}}
}

func TestSamePagesSameBytes(t *testing.T) {
	f := open(t)
	info := Info{Title: "连心卡", Made: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} { // also shows that one face serves two files
		if err := Write(w, f, info, slices.Values([]Page{page(), page()})); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of the same pages differ")
	}
	if !bytes.HasPrefix(a.Bytes(), []byte("%PDF-")) || a.Len() > 60_000 {
		t.Errorf("%d bytes: the whole face went in, or nothing", a.Len())
	}
}

func TestNothingIsWrittenAroundAHole(t *testing.T) {
	bad := page()
	bad.Texts[0].Words = "王𠮷"
	var b bytes.Buffer
	if err := Write(&b, open(t), Info{}, slices.Values([]Page{page(), bad})); err == nil || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}

func TestOpenRefusesWhatIsNoFace(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("OTTO"), bytes.Repeat([]byte{0xff}, 400)} {
		if _, err := OpenTTF(data); err == nil {
			t.Errorf("%d bytes of nothing were taken for a face", len(data))
		}
	}
}
