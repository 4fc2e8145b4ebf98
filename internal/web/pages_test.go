package web

import (
	"io/fs"
	"log/slog"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/lang"
	"lianxin/ui"
)

// open makes the office door over a fresh embedded database.
func open(t testing.TB) *Web {
	t.Helper()
	d, _ := dbtest.SQLite(t)
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{DB: d, Texts: texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTemplatesAgainstStructs(t *testing.T) {
	w := open(t)
	for _, tag := range []string{lang.Chinese, lang.English} {
		for _, p := range Pages() {
			set, err := w.sets.get(tag, p.Name)
			if err == nil {
				err = templatecheck.CheckHTML(set, p.Of)
			}
			if err != nil {
				t.Errorf("%s %s: %v", tag, p.Name, err)
			}
		}
	}
}

// TestPagesListed finds template files that no page uses.
func TestPagesListed(t *testing.T) {
	listed := map[string]bool{}
	for _, p := range Pages() {
		listed["pages/"+p.Name+".html"] = true
	}
	eachFile(t, "pages", func(name, _ string) {
		if !listed[name] && !strings.HasPrefix(path.Base(name), "_") {
			t.Errorf("%s is not in the list of pages", name)
		}
	})
}

// TestNoInline keeps the content security policy true: no style attribute, no
// script or handler inside a page, no address outside.
func TestNoInline(t *testing.T) {
	bad := regexp.MustCompile(`(?i)\sstyle\s*=|\son[a-z]+\s*=|<style|<script(?:[^>]*>\s*[^<\s])|javascript:|(?:src|href|action)="(?:https?:)?//`)
	check := func(name, text string) {
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s: %q is refused by the content security policy", name, m)
		}
	}
	eachFile(t, "pages", check)
	eachFile(t, "parts", check)
	eachFile(t, "public", check)
	eachFile(t, "css", func(name, text string) {
		if strings.Contains(text, "url(") || strings.Contains(text, "@import") {
			t.Errorf("%s: fetches something else", name)
		}
	})
}

// TestIcons finds icons that are used and not drawn, and the other way round.
func TestIcons(t *testing.T) {
	b, err := fs.ReadFile(ui.Files, "icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, m := range regexp.MustCompile(`<symbol id="([a-z]+)"`).FindAllStringSubmatch(string(b), -1) {
		drawn[m[1]] = false
	}
	use := func(where, name string) {
		if _, ok := drawn[name]; !ok {
			t.Errorf("%s: there is no icon %q", where, name)
		}
		drawn[name] = true
	}
	re := regexp.MustCompile(`\bicon "([^"]*)"`)
	scan := func(name, text string) {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			use(name, m[1])
		}
	}
	eachFile(t, "pages", scan)
	eachFile(t, "parts", scan)
	eachFile(t, "public", scan)
	for _, g := range slices.Concat(desk, three, []Group{{"", tabs}}) {
		for _, e := range g.Entries {
			use("menu", e.Icon)
		}
	}
}

func eachFile(t *testing.T, root string, f func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(ui.Files, root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(ui.Files, name)
		if err == nil {
			f(name, string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
