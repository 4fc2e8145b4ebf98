package public

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/ui"
)

// Say is something to tell: a message key with arguments, or proper text.
type Say struct {
	Key  string
	Args []any
	Text string
}

// K tells the text behind a key.
func K(key string, args ...any) Say { return Say{Key: key, Args: args} }

// Plain tells a text that is data already.
func Plain(text string) Say { return Say{Text: text} }

// Zero reports whether there is nothing to tell.
func (s Say) Zero() bool { return s.Key == "" && s.Text == "" }

// Base is in every page. A page has what its own struct has and nothing more.
type Base struct {
	Title Say
	Town  string // name of the township, "" where it is not known
	Lang  string
	Back  string // address "back" leads to

	errs   map[string]Say
	values url.Values
	Wrong  []Say // what was wrong with the form that was sent
	Op     string
}

func (b *Base) base() *Base { return b }

// Value of a field as it was sent.
func (b *Base) Value(name string) string { return b.values.Get(name) }

// Error of a field.
func (b *Base) Error(name string) Say { return b.errs[name] }

type based interface{ base() *Base }

// failPage tells what cannot be shown, and whom to call instead.
type failPage struct {
	Base
	Text, Do Say
	Phone    string
	Number   string // of the request, where something is broken
}

// donePage says that something was taken.
type donePage struct {
	Base
	Text Say
	Code string // the code to look it up by, "" when there is none
	Note Say
}

// pages are the templates with their structs.
var pages = map[string]any{
	"card": &cardPage{}, "say": &sayPage{}, "meant": &meantPage{}, "done": &donePage{}, "box": &boxPage{}, "code": &codePage{}, "matter": &matterPage{}, "sight": &sightPage{}, "fail": &failPage{},
}

func (p *Public) parse() error {
	p.sets = map[string]map[string]*template.Template{}
	for _, tag := range []string{lang.Chinese, lang.English} {
		p.sets[tag] = map[string]*template.Template{}
		for name := range pages {
			t, err := template.New(name).Funcs(p.funcs(tag)).ParseFS(ui.Files, "public/_*.html", "public/"+name+".html")
			if err != nil {
				return err
			}
			p.sets[tag][name] = t
		}
	}
	return nil
}

func (p *Public) funcs(tag string) template.FuncMap {
	return template.FuncMap{
		"t":      func(what any, args ...any) string { return p.tell(tag, what, args...) },
		"asset":  p.Asset,
		"spaced": spaced,
		"most":   func() int { return most },
		"icon": func(name string) template.HTML {
			// #nosec G203 -- both parts are ours: the hash and a literal name, escaped
			return template.HTML(`<svg class="i" aria-hidden="true" focusable="false"><use href="` + p.Asset("icons.svg") + "#" + template.HTMLEscapeString(name) + `"/></svg>`)
		},
	}
}

func (p *Public) tell(tag string, what any, args ...any) string {
	s, ok := what.(Say)
	if !ok {
		s = Say{Key: fmt.Sprint(what)}
	}
	if s.Key == "" {
		return s.Text
	}
	all := append(append([]any(nil), s.Args...), args...)
	for i := 1; i < len(all); i += 2 {
		switch v := all[i].(type) {
		case Say:
			all[i] = p.tell(tag, v)
		case calendar.Day:
			all[i] = p.day(tag, v)
		}
	}
	return p.Texts.T(tag, s.Key, all...)
}

// day writes 11月23日, with its year when that is another than the present one.
func (p *Public) day(tag string, d calendar.Day) string {
	if !d.Valid() {
		return string(d)
	}
	year := d.Year() != p.today().Year()
	switch {
	case tag == lang.English && year:
		return d.Time().Format("2 January 2006")
	case tag == lang.English:
		return d.Time().Format("2 January")
	case year:
		return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.DayOfMonth())
	}
	return fmt.Sprintf("%d月%d日", d.Month(), d.DayOfMonth())
}

// spaced writes 138 0000 1234 and 1234 5678 9012, as people read numbers aloud.
func spaced(s string) string {
	if strings.Trim(s, "0123456789") != "" {
		return s
	}
	switch len(s) {
	case 11:
		return s[:3] + " " + s[3:7] + " " + s[7:]
	case 12:
		return s[:4] + " " + s[4:8] + " " + s[8:]
	}
	return s
}

func (p *Public) render(c *door.Call, status int, name string, page based) error {
	b := page.base()
	if b.Lang = c.Lang; p.sets[b.Lang] == nil {
		b.Lang = lang.Chinese
	}
	if b.Op == "" {
		b.Op = p.DB.NewID()
	}
	var out bytes.Buffer
	if err := p.sets[b.Lang][name].ExecuteTemplate(&out, "page", page); err != nil {
		return fmt.Errorf("public: page %s: %w", name, err)
	}
	h := c.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	body := out.Bytes()
	if strings.Contains(c.R.Header.Get("Accept-Encoding"), "gzip") && len(body) > 1400 {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		var z bytes.Buffer
		g, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed)
		_, _ = g.Write(body)
		_ = g.Close()
		body = z.Bytes()
	}
	c.W.WriteHeader(status)
	_, _ = c.W.Write(body) // the reader may have gone away; there is nobody to tell
	return nil
}

// refill shows a form again with what was typed and what is wrong with it.
func (p *Public) refill(c *door.Call, name string, page based, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid && e.Kind != fault.Conflict {
		return err
	}
	b := page.base()
	b.values, b.errs = c.R.PostForm, map[string]Say{}
	for _, f := range e.Fields {
		s := K(f.Key, f.Args...)
		if _, twice := b.errs[f.Name]; !twice {
			b.errs[f.Name] = s
			b.Wrong = append(b.Wrong, s)
		}
	}
	if len(b.Wrong) == 0 {
		b.Wrong = []Say{K(e.Key, e.Args...)}
	}
	if e.Kind != fault.Conflict {
		b.Op = c.Operation
	}
	return p.render(c, door.Status(err), name, page)
}

func brokenForm(err error) error { return fault.Wrap(err, fault.Invalid, "fault.form_broken") }

// Fail tells a failure of this door's paths; the chain calls it.
func (p *Public) Fail(c *door.Call, err error) {
	status := door.Status(err)
	page := &failPage{Base: Base{Title: K("public.fail_title")}, Text: K("public.fail"), Do: K("public.fail_do")}
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		page = unknown()
	case http.StatusRequestEntityTooLarge:
		page = &failPage{Base: Base{Title: K("public.large_title")}, Text: K("public.large"), Do: K("public.large_do", "most", most)}
	case http.StatusInternalServerError, http.StatusServiceUnavailable:
		page.Number = c.Request
	}
	if e := p.render(c, status, "fail", page); e != nil {
		p.Log.Error("failure page", "request", c.Request, "error", door.Clean(e))
		http.Error(c.W, p.tell(lang.Chinese, page.Title)+"\n"+c.Request, status)
	}
}

// unknown is the one page for every wrong token, code or path.
func unknown() *failPage {
	return &failPage{Base: Base{Title: K("public.unknown_title")}, Text: K("public.unknown"), Do: K("public.unknown_do")}
}
