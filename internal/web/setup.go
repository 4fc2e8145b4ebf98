package web

import (
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
	"lianxin/plans"
)

type setupPage struct {
	Base
	Token string
	Typed bool // the form was sent: passwords are not kept
	Slips []login.Slip
}

func setupPages() []Page {
	return []Page{{"setup/wait", &setupPage{}}, {"setup/setup", &setupPage{}}, {"setup/done", &setupPage{}}}
}

func (w *Web) setupRoutes() []door.Route {
	return []door.Route{
		Get("/setup", door.Open, door.Quiet, w.setupForm),
		Post("/setup", door.Open, door.Writes, w.setupSent),
	}
}

func newSetup(token string) *setupPage {
	return &setupPage{Base: Base{Title: K("page_login.setup_title"), Shell: Bare}, Token: token}
}

// setupForm opens with the one-time link the first start printed.
func (w *Web) setupForm(c *door.Call) error {
	token := c.Query("token")
	if err := w.Book.CheckSetup(c.Context(), w.DB, token); err != nil {
		return err
	}
	return w.Render(c, "setup/setup", newSetup(token))
}

// places are the levels above the first township; the township's nine digits
// hold the codes of all of them (GB/T 2260, GB/T 10114).
var places = []struct {
	name   string
	digits int
}{{"province", 2}, {"prefecture", 4}, {"county", 6}, {"township", 9}}

func (w *Web) setupSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p := newSetup(f.Get("token"))
	if err := w.Book.CheckSetup(c.Context(), w.DB, p.Token); err != nil {
		return w.again(c, "setup/setup", p, err)
	}
	code := strings.TrimSpace(f.Get("code"))
	var bad fault.Fields // all of it, in one answer
	bad.Check(len(code) == 9 && strings.Trim(code, "0123456789") == "", "code", "page_login.setup_code_bad")
	var enter []region.EnterInput
	for _, l := range places {
		name := strings.TrimSpace(f.Get(l.name))
		bad.Check(name != "" && len([]rune(name)) <= 40, l.name, "page_login.setup_place_bad", "level", K("page_login.setup_"+l.name))
		if len(code) == 9 {
			enter = append(enter, region.EnterInput{Code: code[:l.digits], Name: name})
		}
	}
	bad.Check(f.Get("password") == f.Get("password2"), "password2", "page_login.not_twice")
	in := login.SetupInput{From: w.from(c)}
	for _, x := range []struct {
		name string
		to   *login.SetupPerson
	}{{"admin", &in.Admin}, {"system", &in.System}, {"security", &in.Security}, {"audit", &in.Audit}, {"office", &in.Office}} {
		*x.to = login.SetupPerson{Username: f.Get(x.name + ".username"), Name: f.Get(x.name + ".name"), Person: f.Get(x.name + ".person")}
	}
	bad = append(bad, in.Faults()...)
	county := code[:min(len(code), 6)]
	bad = append(bad, w.Book.Faults(f.Get("password"), login.About{County: county, Username: in.Admin.Username, Name: in.Admin.Name})...)
	if err := bad.Err(); err != nil {
		p.Typed = true
		return w.again(c, "setup/setup", p, err)
	}
	in.County, in.CountyRegion, in.TownRegion = county, region.PathOf(county), region.PathOf(code)
	p.Typed = true // whatever is refused from here on, the passwords are typed again
	if in.Password, err = w.Book.Choose(c.Context(), f.Get("password"), login.About{County: county, Username: in.Admin.Username, Name: in.Admin.Name}); err != nil {
		return w.again(c, "setup/setup", p, err)
	}
	// The account does not exist yet; the record of the first regions names the set-up.
	who := access.New(access.Identity{Account: "setup", County: county, Door: access.Page, Request: c.Request})
	founder := access.New(access.Identity{Account: "setup", County: county, Grants: []access.Grant{{Role: access.CountyAdmin, Region: in.CountyRegion}}, Door: access.Page, Request: c.Request})
	rules, err := plans.Texts()
	if err != nil {
		return err
	}
	res, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (login.SetupResult, error) {
		if err := w.Book.CheckSetup(c.Context(), tx, p.Token); err != nil {
			return login.SetupResult{}, err
		}
		if err := region.Found(c.Context(), tx, who, enter); err != nil {
			return login.SetupResult{}, err
		}
		// Both plans' rules are in force from the first day; the county changes them later.
		if err := campaign.Found(c.Context(), tx, founder, w.Texts.T(c.Lang, "page_login.setup_decided"), rules...); err != nil {
			return login.SetupResult{}, err
		}
		return w.Book.Setup(c.Context(), tx, p.Token, in)
	})
	if err != nil {
		return w.again(c, "setup/setup", p, err)
	}
	w.enter(c, res.Entry)
	return w.Render(c, "setup/done", &setupPage{Base: Base{Title: K("page_login.setup_done_title"), Shell: Bare}, Slips: res.Slips})
}
