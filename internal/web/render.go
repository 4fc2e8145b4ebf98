package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
)

// Render shows a page. The handler has set Title and what is its own; Render
// adds menu, person, language and the message left by the step before.
func (w *Web) Render(c *door.Call, name string, p based) error {
	return w.render(c, http.StatusOK, name, p)
}

// Refill shows the form again with what was typed and what is wrong with it.
// Failures that are not about the input are handed on.
func (w *Web) Refill(c *door.Call, name string, p based, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid && e.Kind != fault.Conflict && e.Kind != fault.Busy {
		return err
	}
	b := p.base()
	b.values = c.R.PostForm
	b.note(e)
	if e.Kind != fault.Conflict {
		b.Op = c.Operation // the same operation, corrected; a conflict needs a new one
	}
	return w.render(c, door.Status(err), name, p)
}

// again is Refill for a page that shown makes anew; of several forms on it, form
// is the one that was sent and stays open.
func again[P based](w *Web, c *door.Call, page, form string, wrong error, shown func(*door.Call) (P, error)) error {
	p, err := shown(c)
	if err != nil {
		return err
	}
	p.base().Open = form
	return w.Refill(c, page, p, wrong)
}

// refind shows a form with what was typed, without a complaint: a search in it
// was made, or there is more to be filled in.
func (w *Web) refind(c *door.Call, name string, p based) error {
	p.base().values = c.R.PostForm
	return w.Render(c, name, p)
}

func (w *Web) render(c *door.Call, status int, name string, p based) error {
	b := p.base()
	if err := w.dress(c, b); err != nil {
		return err
	}
	t, err := w.sets.get(b.Lang, name)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("web: page %s: %w", name, err)
	}
	w.write(c, status, out.Bytes())
	return nil
}

// dress fills what every page has.
func (w *Web) dress(c *door.Call, b *Base) error {
	b.Lang, b.Request, b.who = c.Lang, c.Request, c.Who
	if w.sets.pages[b.Lang] == nil {
		b.Lang = "zh-CN"
	}
	b.Size = size(c.R)
	b.Path = c.R.URL.RequestURI()
	b.Today = calendar.FromTime(w.DB.Now())
	if b.Op == "" {
		b.Op = w.DB.NewID()
	}
	if b.At == "" {
		b.At = section(c.R.URL.Path)
	}
	if c.Who.Anonymous() {
		if b.Shell == Desk || b.Shell == Task {
			b.Shell = Bare
		}
		b.Flash = w.takeFlash(c)
		return nil
	}
	switch { // whoever reads no words finds households only
	case access.May(c.Who, access.Search) && w.paths["/search"]:
		b.Search = "/search"
	case access.May(c.Who, access.HouseholdList) && w.paths["/households"]:
		b.Search = "/households"
	}
	b.Registers = w.paths["/matters/new"] && access.May(c.Who, access.AppealAssign)
	if b.Shell == Fragment {
		return nil
	}
	b.Flash = w.takeFlash(c)
	counts := w.counts(c.Context(), c.Who)
	b.Menu, b.Tabs = w.menu(c.Who, b.At, counts)
	if b.Bell = counts["/notices"]; b.Bell > notice.Most {
		b.Bell, b.BellMore = notice.Most, true
	}
	var err error
	b.Person, err = w.person(c)
	return err
}

func (w *Web) write(c *door.Call, status int, body []byte) {
	h := c.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	// Pages carry no secret beside what the reader typed, so compressing them
	// gives nothing away; villages have slow lines.
	if zips(c.R) && len(body) > 1400 {
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
}

// datedForm is Form for acts that set a day: with the county's working days.
func (w *Web) datedForm(c *door.Call) (url.Values, calendar.Calendar, error) {
	f, err := w.Form(c)
	if err != nil {
		return nil, calendar.Calendar{}, err
	}
	cal, err := w.workdays(c)
	return f, cal, err
}

// Form reads the form that was sent and takes the operation id from it.
func (w *Web) Form(c *door.Call) (url.Values, error) {
	if strings.HasPrefix(c.R.Header.Get("Content-Type"), "multipart/form-data") {
		if err := c.R.ParseMultipartForm(4 << 20); err != nil {
			return nil, badForm(err)
		}
	} else if err := c.R.ParseForm(); err != nil {
		return nil, badForm(err)
	}
	c.Operation = c.R.PostForm.Get("op")
	if c.Operation != "" && !id.Valid(c.Operation) {
		return nil, fault.New(fault.Invalid, "fault.id_needed")
	}
	for _, vs := range c.R.PostForm {
		for i, v := range vs {
			vs[i] = clean(v)
		}
	}
	return c.R.PostForm, nil
}

// clean takes what no form field may hold: broken UTF-8 and control signs;
// browsers send line ends as CR LF.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xFEFF {
			return -1
		}
		return r
	}, s)
}

func badForm(err error) error {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return big
	}
	return fault.Wrap(err, fault.Invalid, "fault.form_broken")
}

// Done sends the browser on after a write, with a message for the next page.
func (w *Web) Done(c *door.Call, to, key string, args ...any) error {
	if key != "" {
		w.setFlash(c, K(key, args...))
	}
	return w.Redirect(c, to)
}

// Redirect sends the browser to an address of ours.
func (w *Web) Redirect(c *door.Call, to string) error {
	http.Redirect(c.W, c.R, local(to, "/"), http.StatusSeeOther)
	return nil
}

// local keeps addresses that a request names within this site.
func local(to, otherwise string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return otherwise
	}
	return to
}
