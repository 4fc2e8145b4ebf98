package lookup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{"", ""}, {"低保", "低保"}, {"低 保", "低保"}, {"低　保", "低保"}, {"低\n保", "低保"}, {"低，保", "低 保"}, {"低， 保", "低 保"},
		{"ＡＢ１２", "ab12"}, {"two words", "two words"}, {"two  words", "two words"}, {"第 2 组", "第2组"}, {"3 4", "3 4"}, {"。。低保。。", "低保"}, {"低\u200b保", "低保"}, {"〇号", "〇号"},
	} {
		f := fold(x.in)
		if got := f.String(); got != x.want {
			t.Errorf("%q: %q, want %q", x.in, got, x.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("前头的话", 40) + "门前的水渠堵了" + strings.Repeat("后头的话", 40)
	ps, ok := excerpt([]string{"没有", long}, words("水渠"))
	if !ok {
		t.Fatal("not found")
	}
	whole := ""
	for _, p := range ps {
		whole += p.Text
		if p.Hit != (p.Text == "水渠") {
			t.Errorf("%+v", p)
		}
	}
	if n := utf8.RuneCountInString(whole); n > excerptLen || n < excerptLen-4 || !strings.HasPrefix(whole, "…") || !strings.HasSuffix(whole, "…") || !strings.Contains(whole, "门前的水渠堵了") {
		t.Error(n, whole)
	}
	for _, s := range []string{"水渠", "水渠" + strings.Repeat("话", 80), strings.Repeat("话", 80) + "水渠"} {
		if ps, ok = excerpt([]string{s}, words("水渠")); !ok {
			t.Error(s)
		}
		n := 0
		for _, p := range ps {
			n += utf8.RuneCountInString(p.Text)
		}
		if n > excerptLen {
			t.Error(n, ps)
		}
	}
	if _, ok = excerpt([]string{"水", "渠"}, words("水渠")); ok {
		t.Error("found across two texts")
	}
	if _, ok = excerpt([]string{"低保", "水渠"}, words("水渠 低保")); !ok {
		t.Error("two words in two texts of a record")
	}
}

// Whatever is written and asked: no panic, an excerpt is a part of the text and
// holds what was asked for.
func FuzzExcerpt(f *testing.F) {
	f.Add("门前的水 渠堵了。", "水渠")
	f.Add("ａ１ b", "a1")
	f.Add("\xff低保", "低保 \xff")
	f.Fuzz(func(t *testing.T, text, ask string) {
		asked := words(ask)
		ps, ok := excerpt([]string{text}, asked)
		if !ok {
			return
		}
		whole, hit := "", false
		for _, p := range ps {
			whole, hit = whole+p.Text, hit || p.Hit
		}
		if !hit || utf8.RuneCountInString(whole) > excerptLen {
			t.Fatalf("%q in %q: %q", ask, text, whole)
		}
	})
}

// A topic is found by the diaries' name and by the catalogue's.
func TestMeant(t *testing.T) {
	for topic, want := range map[string]string{"health": "health medical", "medical": "medical health", "water": "water water_road", "water_road": "water_road water road power", "land": "land", "housing": "housing"} {
		if got := strings.Join(meant(topic), " "); got != want {
			t.Errorf("%s: %s, want %s", topic, got, want)
		}
	}
}
