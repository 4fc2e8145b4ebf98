package web

import (
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"lianxin/internal/base/lang"
	"lianxin/ui"
)

// TestTemplatesOnDemand: many people open the same page for the first time at
// once, and nobody pays for pages that are not opened.
func TestTemplatesOnDemand(t *testing.T) {
	w := open(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, p := range Pages()[:5] {
				a, err := w.sets.get(lang.English, p.Name)
				if err != nil {
					t.Error(err)
				} else if b, _ := w.sets.get(lang.English, p.Name); a != b {
					t.Errorf("%s is made twice", p.Name)
				}
			}
		})
	}
	wg.Wait()
	if last := w.sets.pages[lang.English][Pages()[5].Name]; last.t != nil {
		t.Error("a page was made that nobody opened")
	}
	if _, err := w.sets.get(lang.Chinese, "no/such"); err == nil {
		t.Error("an unknown page is given")
	}
}

// TestTemplatesParts: a part comes in place of nothing and of an empty
// definition, and a page's own definition in place of a part, as when all are
// parsed together; what a page does not use it does not hold.
func TestTemplatesParts(t *testing.T) {
	w := open(t)
	set, err := w.parse(fstest.MapFS{
		"parts/a.html":     {Data: []byte(`{{define "layout"}}{{if true}}{{block "main" .}}usual{{end}}{{else}}{{range .}}{{template "far"}}{{end}}{{end}}{{template "foot"}}{{end}}{{define "foot"}}foot{{end}}{{define "far"}}{{end}}{{define "unused"}}x{{end}}`)},
		"pages/x/one.html": {Data: []byte(`{{define "main"}}one {{template "shared"}}{{end}}`)},
		"pages/x/two.html": {Data: []byte(`{{define "foot"}} {{end}}`)},
		"pages/x/_s.html":  {Data: []byte(`{{define "shared"}}shared{{end}}`)},
	}, []Page{{Name: "x/one"}, {Name: "x/two"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x/one": "one sharedfoot", "x/two": "usualfoot"} {
		p, err := set.get(lang.Chinese, name)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := p.Execute(&b, nil); err != nil || b.String() != want {
			t.Errorf("%s: %q, %v; want %q", name, b.String(), err, want)
		}
		if p.Lookup("unused") != nil {
			t.Errorf("%s holds a part it does not use", name)
		}
	}
	for _, bad := range []fstest.MapFS{
		{"parts/a.html": {Data: []byte(`{{define "layout"}}{{end}}`)}, "pages/x/one.html": {Data: []byte(`{{if}}`)}},
		{"parts/a.html": {Data: []byte(`{{define "other"}}{{end}}`)}, "pages/x/one.html": {Data: []byte(`x`)}},
	} {
		if _, err := w.parse(bad, []Page{{Name: "x/one"}}); err == nil {
			t.Error("a broken page is taken")
		}
	}
	if _, err := w.parse(ui.Files, append(Pages(), Pages()[0])); err == nil {
		t.Error("a page is taken twice")
	}
}

// BenchmarkTemplates tells what the templates of all pages in both languages
// hold once everybody has opened everything.
func BenchmarkTemplates(b *testing.B) {
	w := open(b)
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	for b.Loop() {
		ts, err := w.parse(ui.Files, Pages())
		if err != nil {
			b.Fatal(err)
		}
		before := held()
		for _, tag := range []string{lang.Chinese, lang.English} {
			for _, p := range Pages() {
				t, err := ts.get(tag, p.Name)
				if err != nil {
					b.Fatal(err)
				}
				_ = t.Execute(io.Discard, nil) // fails for want of data, once the page is escaped
			}
		}
		b.ReportMetric(held()-before, "MB-all-pages")
		runtime.KeepAlive(ts)
	}
}
