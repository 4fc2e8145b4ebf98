package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"sync"
	"text/template/parse"

	"lianxin/internal/base/lang"
)

// templates makes the template of a page in a language when it is first asked
// for. Escaping writes into a template, so each needs trees of its own: copies
// of all parts for every page in every language were nine tenths of what the
// program held. Now a page has the parts it uses, once somebody opens it.
type templates struct {
	files fs.FS
	funcs func(tag string) template.FuncMap
	parts map[string]*parse.Tree // of every page and language; copied, never changed
	pages map[string]map[string]*page
}

type page struct {
	once sync.Once
	t    *template.Template
	err  error
}

// parse reads every page once and keeps the parts they share. It fails when a
// template does not parse, so a broken page cannot be deployed.
func (w *Web) parse(f fs.FS, pages []Page) (*templates, error) {
	ts := &templates{files: f, funcs: w.funcs, parts: map[string]*parse.Tree{}, pages: map[string]map[string]*page{}}
	parts, err := template.New("parts").Funcs(w.funcs(lang.Chinese)).ParseFS(f, "parts/*.html")
	if err != nil {
		return nil, err
	}
	for _, t := range parts.Templates() {
		if t.Tree != nil {
			ts.parts[t.Name()] = t.Tree
		}
	}
	for _, tag := range []string{lang.Chinese, lang.English} {
		ts.pages[tag] = map[string]*page{}
		for _, p := range pages {
			if ts.pages[tag][p.Name] != nil {
				return nil, fmt.Errorf("web: page %s is listed twice", p.Name)
			}
			ts.pages[tag][p.Name] = &page{}
		}
	}
	for _, p := range pages {
		if _, err := ts.make(lang.Chinese, p.Name); err != nil {
			return nil, err
		}
	}
	return ts, nil
}

// get gives the template of a page in a language.
func (ts *templates) get(tag, name string) (*template.Template, error) {
	p := ts.pages[tag][name]
	if p == nil {
		return nil, fmt.Errorf("web: page %s is not in the list of pages", name)
	}
	p.once.Do(func() { p.t, p.err = ts.make(tag, name) })
	return p.t, p.err
}

// make reads a page's own files and adds the parts it uses, itself or through
// other parts.
func (ts *templates) make(tag, name string) (*template.Template, error) {
	t := template.New("page").Funcs(ts.funcs(tag))
	shared, err := fs.Glob(ts.files, path.Join("pages", path.Dir(name), "_*.html"))
	if err != nil {
		return nil, err
	}
	for _, file := range append(shared, path.Join("pages", name+".html")) {
		if t, err = t.ParseFS(ts.files, file); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	seen := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		own := t.Lookup(name)
		if part := ts.parts[name]; part != nil && (own == nil || own.Tree == nil || parse.IsEmptyTree(own.Tree.Root)) {
			// As in a set that is parsed together, what a page defines stands in
			// place of a part, unless it is empty.
			if own, err = t.AddParseTree(name, part.Copy()); err != nil {
				return fmt.Errorf("web: %w", err)
			}
		}
		if own == nil || own.Tree == nil {
			return nil // told when the page is shown, and by the test of every page
		}
		for _, n := range called(own.Tree.Root, nil) {
			if err := add(n); err != nil {
				return err
			}
		}
		return nil
	}
	if err := add("layout"); err != nil {
		return nil, err
	}
	if t = t.Lookup("layout"); t == nil {
		return nil, fmt.Errorf("web: page %s has no layout", name)
	}
	return t, nil
}

// called adds the names of the templates that a piece of a template calls.
func called(n parse.Node, names []string) []string {
	branch := func(b *parse.BranchNode) {
		names = called(b.List, names)
		if b.ElseList != nil {
			names = called(b.ElseList, names)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, x := range n.Nodes {
			names = called(x, names)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		names = append(names, n.Name)
	}
	return names
}
