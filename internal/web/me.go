package web

import (
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/account"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
)

type mePage struct {
	Base
	Own    account.Own
	Grants []grantLine
	Mails  bool   // the county sends mail
	Mail   string // where to, "" when he wants none
	Phones []phoneLine
	Held   int  // records of his in 待核处
	Field  bool // he may use the phone app
}

type grantLine struct {
	Role  string
	Where string
	To    string
}

func mePages() []Page {
	return []Page{{"me/me", &mePage{}}, {"me/password", &mePage{}}}
}

func (w *Web) meRoutes() []door.Route {
	self := door.Need(access.Self)
	return []door.Route{
		Get("/me", self, door.Quiet, w.me),
		Get("/me/password", self, door.Quiet, w.passwordForm),
		Post("/me/password", self, door.Writes, w.passwordSent),
		Post("/me/sessions", self, door.Writes, w.endSessions),
		Post("/me/devices", self, door.Writes, w.forgetDevice),
		Post("/me/mail", self, door.Writes, w.mailSent),
	}
}

func (w *Web) me(c *door.Call) error {
	p, err := w.mine(c)
	if err != nil {
		return err
	}
	return w.Render(c, "me/me", p)
}

func (w *Web) mine(c *door.Call) (*mePage, error) {
	l, err := w.live(c)
	if err != nil {
		return nil, err
	}
	p := &mePage{Base: Base{Title: K("web.tab.me")}}
	if p.Own, err = w.Accounts.Mine(c.Context(), w.DB, c.Who, l.Session); err != nil {
		return nil, err
	}
	for _, g := range p.Own.Account.Grants {
		if !g.Holds(login.Today(w.DB.Now())) {
			continue
		}
		line := grantLine{Role: "web.role." + g.Role, To: g.To}
		r, err := region.ByPath(c.Context(), w.DB, g.Region)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		line.Where = r.Name
		p.Grants = append(p.Grants, line)
	}
	mails, err := notice.OpenChannels(c.Context(), w.DB, c.Who.County(), c.Who.Today())
	if err != nil {
		return nil, err
	}
	p.Mails = slices.ContainsFunc(mails, func(n notice.Channel) bool { return n.Kind == notice.Mail })
	if p.Mail, err = notice.MyMail(c.Context(), w.DB, c.Who); err != nil {
		return nil, err
	}
	p.Fill("address", p.Mail)
	if c.Who.Cadre() != "" {
		if err := w.myPhones(c, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func passwordPage() *mePage {
	return &mePage{Base: Base{Title: K("page_login.password_title"), Shell: Task, At: "/me", Back: "/me"}}
}

func (w *Web) passwordForm(c *door.Call) error { return w.Render(c, "me/password", passwordPage()) }

func (w *Web) passwordSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	l, err := w.live(c)
	if err != nil {
		return err
	}
	err = twice(f.Get("new_password"), f.Get("password2"))
	var e login.Entry
	if err == nil {
		e, err = w.Book.ChangePassword(c.Context(), c.Who, l, f.Get("password"), f.Get("new_password"), w.from(c))
	}
	if err != nil {
		return w.Refill(c, "me/password", passwordPage(), err)
	}
	w.enter(c, e)
	return w.Done(c, "/me", "page_login.password_changed")
}

// endSessions ends one of one's own sessions, or all but this one.
func (w *Web) endSessions(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	l, err := w.live(c)
	if err != nil {
		return err
	}
	return w.own(c, "page_login.session_ended", func(tx *db.Tx) error {
		if f.Get("session") == "others" {
			return w.Accounts.EndMyOthers(c.Context(), tx, c.Who, l.Session)
		}
		return w.Accounts.EndMine(c.Context(), tx, c.Who, f.Get("session"))
	})
}

func (w *Web) forgetDevice(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.own(c, "page_login.device_forgotten", func(tx *db.Tx) error {
		return w.Accounts.ForgetMine(c.Context(), tx, c.Who, f.Get("device"))
	})
}

// mailSent sets or takes back the address one wants one's notices at.
func (w *Web) mailSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := notice.MailInput{Address: f.Get("address")}
	if f.Get("off") != "" {
		in.Address = ""
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return notice.WantMail(c.Context(), tx, c.Who, in) }); err != nil {
		p, e := w.mine(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "me/me", p, err)
	}
	if in.Address == "" {
		return w.Done(c, "/me", "page_notice.mail_off_done")
	}
	return w.Done(c, "/me", "page_notice.mail_on_done")
}

// own runs a change of one's own account and returns to its page.
func (w *Web) own(c *door.Call, said string, fn func(*db.Tx) error) error {
	if err := db.Do(c.Context(), w.DB, fn); err != nil {
		return err
	}
	return w.Done(c, "/me", said)
}
