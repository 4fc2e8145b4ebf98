package web

import (
	"errors"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
)

type loginPage struct {
	Base
	Next  string
	Known string // the name a slip belongs to
	Code  string
}

func loginPages() []Page {
	return []Page{
		{"login/login", &loginPage{}},
		{"login/activate", &loginPage{}},
		{"login/choose", &loginPage{}},
		{"login/again", &loginPage{}},
	}
}

func (w *Web) loginRoutes() []door.Route {
	return []door.Route{
		Get("/login", door.Open, door.Quiet, w.loginForm),
		Post("/login", door.Open, door.Writes, w.loginSent),
		Post("/logout", door.Open, door.Writes, w.logout),
		Get("/activate", door.Open, door.Quiet, w.activateForm),
		Post("/activate", door.Open, door.Writes, w.activateSent),
		Get("/again", door.Need(access.Self), door.Quiet, w.againForm),
		Post("/again", door.Need(access.Self), door.Writes, w.againSent),
	}
}

func (w *Web) loginForm(c *door.Call) error {
	next := local(c.Query("next"), "/")
	if !c.Who.Anonymous() {
		return w.Redirect(c, next)
	}
	if none, err := login.None(c.Context(), w.DB); err != nil {
		return err
	} else if none {
		return w.Render(c, "setup/wait", &setupPage{Base: Base{Title: K("page_login.setup_title"), Shell: Bare}})
	}
	return w.Render(c, "login/login", &loginPage{Base: Base{Title: K("page_login.title"), Shell: Bare}, Next: next})
}

func (w *Web) loginSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	e, err := w.Book.Login(c.Context(), login.Attempt{Username: f.Get("username"), Password: f.Get("password"), From: w.from(c)})
	if err != nil {
		p := &loginPage{Base: Base{Title: K("page_login.title"), Shell: Bare}, Next: local(f.Get("next"), "/")}
		return w.again(c, "login/login", p, err)
	}
	w.enter(c, e)
	return w.Redirect(c, local(f.Get("next"), "/"))
}

// again shows a form of the gate once more; a refused login is one of its
// failures, not a reason to send people elsewhere.
func (w *Web) again(c *door.Call, name string, p based, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Unknown || e.Kind == fault.Gone) {
		b := p.base()
		b.values = c.R.PostForm
		b.note(e)
		return w.render(c, door.Status(err), name, p)
	}
	return w.Refill(c, name, p, err)
}

func (w *Web) logout(c *door.Call) error {
	if !c.Who.Anonymous() {
		l, err := w.live(c)
		if err != nil {
			return err
		}
		if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return w.Book.Logout(c.Context(), tx, c.Who, l) }); err != nil {
			return err
		}
	}
	w.leave(c)
	return w.Done(c, "/login", "page_login.logged_out")
}

// activateForm is where the code on a slip is typed, or where its QR leads.
func (w *Web) activateForm(c *door.Call) error {
	p := &loginPage{Base: Base{Title: K("page_login.activate_title"), Shell: Bare, Back: "/login"}}
	if code := c.Query("code"); code != "" {
		return w.choose(c, code)
	}
	return w.Render(c, "login/activate", p)
}

// choose greets the holder of a slip and lets him choose his password.
func (w *Web) choose(c *door.Call, code string) error {
	a, err := w.Book.CheckCode(c.Context(), code)
	if err != nil {
		p := &loginPage{Base: Base{Title: K("page_login.activate_title"), Shell: Bare}}
		p.Fill("code", code)
		if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.Gone) {
			p.note(e)
			return w.render(c, door.Status(err), "login/activate", p)
		}
		return err
	}
	p := &loginPage{Base: Base{Title: K("page_login.choose_title", "name", a.Name), Shell: Bare}, Known: a.Username, Code: code}
	return w.Render(c, "login/choose", p)
}

func (w *Web) activateSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if !f.Has("password") {
		return w.choose(c, f.Get("code"))
	}
	err = twice(f.Get("password"), f.Get("password2"))
	var e login.Entry
	if err == nil {
		e, err = w.Book.Activate(c.Context(), login.Activation{Code: f.Get("code"), Password: f.Get("password"), From: w.from(c)})
	}
	if err != nil {
		a, e := w.Book.CheckCode(c.Context(), f.Get("code"))
		if e != nil {
			return w.choose(c, f.Get("code")) // the slip is the trouble
		}
		p := &loginPage{Base: Base{Title: K("page_login.choose_title", "name", a.Name), Shell: Bare}, Known: a.Username, Code: f.Get("code")}
		return w.again(c, "login/choose", p, err)
	}
	w.enter(c, e)
	return w.Done(c, "/", "page_login.activated")
}

// twice compares a new password with its repetition.
func twice(a, b string) error {
	var f fault.Fields
	f.Check(a == b, "password2", "page_login.not_twice")
	return f.Err()
}

// againForm asks for the password before an act of consequence.
func (w *Web) againForm(c *door.Call) error {
	return w.Render(c, "login/again", &loginPage{Base: Base{Title: K("page_login.again_title"), Shell: Task, At: "/me", Back: "/"}, Next: local(c.Query("next"), "/")})
}

func (w *Web) againSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	l, err := w.live(c)
	if err != nil {
		return err
	}
	token, err := w.Book.Confirm(c.Context(), c.Who, l, f.Get("password"))
	next := local(f.Get("next"), "/")
	if err != nil {
		return w.Refill(c, "login/again", &loginPage{Base: Base{Title: K("page_login.again_title"), Shell: Task, At: "/me", Back: "/"}, Next: next}, err)
	}
	w.enter(c, login.Entry{Token: token})
	return w.Redirect(c, next)
}
