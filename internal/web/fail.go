package web

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
)

type failPage struct {
	Base
	Status  int
	Message Say // what happened
	Do      Say // what to do now
	Fields  []Say
	Login   string // where to log in again, "" when that does not help
	Number  bool   // show the number of the request
}

// Fail tells a failure in the words of people. It is the chain's FailPage.
func (w *Web) Fail(c *door.Call, err error) {
	status := door.Status(err)
	kind := fault.Of(err)
	if kind == fault.Unknown && (c.R.Method == http.MethodGet || c.R.Method == http.MethodHead) {
		to := "/login"
		if p := c.R.URL.RequestURI(); p != "/" {
			to += "?next=" + url.QueryEscape(local(p, "/"))
		}
		http.Redirect(c.W, c.R, to, http.StatusSeeOther)
		return
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Key == "fault.password_again" && c.R.Method == http.MethodGet {
		http.Redirect(c.W, c.R, "/again?next="+url.QueryEscape(local(c.R.URL.RequestURI(), "/")), http.StatusSeeOther)
		return
	}
	name := string(kind)
	if status == http.StatusMethodNotAllowed {
		name = "method"
	} else if name == "" {
		name = "internal"
	}
	p := &failPage{Status: status, Message: K("web.error." + name), Do: K("web.error." + name + "_do"), Number: kind == "" && name != "method"}
	p.Title = K("web.error." + name + "_title")
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if e.Key != "" && kind != fault.Unknown && e.Key != "fault.not_found" {
			p.Message = K(e.Key, e.Args...)
		}
		for _, f := range e.Fields {
			s := K(f.Key, f.Args...)
			if !reflect.DeepEqual(s, p.Message) && !slices.ContainsFunc(p.Fields, func(x Say) bool { return reflect.DeepEqual(x, s) }) {
				p.Fields = append(p.Fields, s)
			}
		}
		if e.Key == "fault.password_again" {
			p.Do, p.Login = K("web.error.password_again_do"), "/again"
		}
	}
	if kind == fault.Unknown {
		p.Login = "/login"
	}
	if e := w.render(c, status, "base/fail", p); e != nil {
		// The page of failures failed too (the database is gone, say): plain
		// words are better than a blank screen.
		w.Log.Error("failure page", "request", c.Request, "error", door.Clean(e))
		http.Error(c.W, w.T(c.Lang, p.Title)+"\n"+w.T(c.Lang, p.Do)+"\n"+c.Request, status)
	}
}
