package web

import (
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/account"
)

func (w *Web) grantList(c *door.Call) error {
	p := &accountListPage{Base: Base{Title: K("web.menu.grants")}}
	if err := w.accountRows(c, p); err != nil {
		return err
	}
	return w.Render(c, "account/grants", p)
}

type grantPage struct {
	Base
	Line    accountLine
	Now     []heldGrant
	History []grantLine
	Roles   []Option
	Places  []Option
	Own     bool // one's own account: nobody gives himself a role
}

// heldGrant is a grant that has not ended.
type heldGrant struct {
	ID       string
	Role     string // message key
	Where    string
	From, To string
	Coming   bool
}

func (w *Web) grantShown(c *door.Call) (*grantPage, error) {
	a, err := w.Accounts.Find(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	places := map[string]string{}
	p := &grantPage{Base: Base{Title: K("page_account.grant_title", "name", a.Name), Sub: Plain(a.Username), At: "/grants", Back: "/grants"}, Line: w.accountLine(c, a, places), Own: a.ID == c.Who.Account()}
	today := string(c.Who.Today())
	for _, g := range a.Grants {
		if g.To != "" && g.To < today {
			continue
		}
		p.Now = append(p.Now, heldGrant{g.ID, "web.role." + g.Role, w.whereIs(c, places, g.Region), g.From, g.To, g.From > today})
	}
	for _, r := range access.Roles {
		if string(r.Class()) == a.Class {
			p.Roles = append(p.Roles, Option{Value: string(r), Key: "web.role." + string(r)})
		}
	}
	if p.Places, err = w.placesFor(c, access.GrantManage); err != nil {
		return nil, err
	}
	p.History, err = w.grantHistory(c, a.ID, places)
	return p, err
}

// grantHistory lists what an account held before, the newest first.
func (w *Web) grantHistory(c *door.Call, id string, places map[string]string) ([]grantLine, error) {
	gs, err := w.Accounts.History(c.Context(), w.DB, c.Who, id)
	if err != nil {
		return nil, err
	}
	slices.Reverse(gs)
	var out []grantLine
	today := string(c.Who.Today())
	for _, g := range gs {
		if g.Ended.IsZero() && (g.To == "" || g.To >= today) {
			continue
		}
		to := g.To
		if !g.Ended.IsZero() {
			to = login.Today(g.Ended)
		}
		out = append(out, grantLine{Role: "web.role." + g.Role, Where: w.whereIs(c, places, g.Region), To: to})
	}
	return out, nil
}

func (w *Web) grantShow(c *door.Call) error {
	p, err := w.grantShown(c)
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	p.Fill("region", p.Line.Region)
	return w.Render(c, "account/grant", p)
}

func (w *Web) grantSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := account.GrantInput{ID: c.Operation, Account: c.Path("id"), Role: f.Get("role"), Region: f.Get("region"), From: f.Get("from"), To: f.Get("to")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := w.Accounts.Grant(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		p, e := w.grantShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "account/grant", p, err)
	}
	return w.Done(c, "/grants/"+in.Account, "page_account.granted")
}

func (w *Web) grantEnd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_account.grant_end_sure"), K("page_account.grant_end")); !ok {
		return err
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := w.Accounts.EndGrant(c.Context(), tx, c.Who, account.EndGrantInput{ID: c.Operation, Grant: f.Get("grant")})
		return err
	})
	if err != nil {
		p, e := w.grantShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "account/grant", p, err)
	}
	return w.Done(c, "/grants/"+c.Path("id"), "page_account.grant_ended")
}
