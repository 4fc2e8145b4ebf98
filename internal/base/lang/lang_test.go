package lang

import (
	"testing"
	"testing/fstest"
)

func TestWanted(t *testing.T) {
	for accept, want := range map[string]string{
		"": Chinese, "en": English, "en-GB,en;q=0.9": English, "zh-CN,zh;q=0.9,en;q=0.8": Chinese, "zh;q=0.5, en;q=0.8": English,
		"fr": Chinese, "fr,en;q=0.5": English, "en;q=0": Chinese, "en;q=x": Chinese, "*": Chinese, ";;,,": Chinese,
	} {
		if got := Wanted(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestOneAndMany(t *testing.T) {
	c := &Catalog{texts: map[string]map[string]string{Chinese: {"a": "过{n}天"}, English: {"a": "{n} {n:day|days} over"}}}
	for n, want := range map[int]string{0: "0 days over", 1: "1 day over", 2: "2 days over", 11: "11 days over"} {
		if got := c.T(English, "a", "n", n); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCatalog(t *testing.T) {
	f := fstest.MapFS{
		"l/zh-CN/visit.json": {Data: []byte(`{"visit.days":"已过 {n} 天","visit.only":"只有中文"}`)},
		"l/en/visit.json":    {Data: []byte(`{"visit.days":"{n} days ago"}`)},
	}
	c, err := Load(f, "l")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ tag, key, want string }{
		{Chinese, "visit.days", "已过 7 天"},
		{English, "visit.days", "7 days ago"},
		{English, "visit.only", "只有中文"},
		{Chinese, "visit.none", "visit.none"},
	} {
		if got := c.T(x.tag, x.key, "n", 7); got != x.want {
			t.Errorf("T(%s, %s) = %q, want %q", x.tag, x.key, got, x.want)
		}
	}
	f["l/zh-CN/other.json"] = &fstest.MapFile{Data: []byte(`{"visit.days":"again"}`)}
	if _, err := Load(f, "l"); err == nil {
		t.Fatal("a key given twice was accepted")
	}
}
