package lang

import (
	"testing"
	"testing/fstest"
)

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
