package cli

import (
	"errors"
	"fmt"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/work/region"
)

type userCmd struct {
	Add     userAdd    `cmd:"" help:"user_add"`
	List    userList   `cmd:"" help:"user_list"`
	Disable userSwitch `cmd:"" help:"user_disable"`
	Enable  userEnable `cmd:"" help:"user_enable"`
	Code    userCode   `cmd:"" help:"user_code"`
}

type userAdd struct {
	Username string `arg:"" help:"username"`
	Name     string `required:"" help:"user_name" placeholder:"NAME"`
	Role     string `required:"" help:"user_role" placeholder:"ROLE"`
	Region   string `required:"" help:"user_region" placeholder:"CODE"`
	JSON     bool   `help:"json"`
}

type made struct {
	Account login.Account `json:"account"`
	Slip    login.Slip    `json:"slip"`
}

// Run makes an account with one role and prints its activation code. It is the
// machine's own way in, for the first administrators and for the day when the
// last of them has lost his password; the record says that it was used.
func (c *userAdd) Run(r *run) error {
	class := login.ClassOf(c.Role)
	if class == "" {
		return misuse("cli.role_unknown", "role", c.Role)
	}
	return r.with(func(a *app.App) error {
		at, county, err := place(r, a, c.Region)
		if err != nil {
			return err
		}
		who := r.operator()
		who.County = county
		m, err := db.Write(r.ctx, a.DB, func(tx *db.Tx) (m made, err error) {
			m.Account, err = a.Logins.CreateAccount(r.ctx, tx, who, login.NewAccount{County: county, Username: c.Username, Name: c.Name, Region: at, Class: class})
			if err != nil {
				return m, err
			}
			if _, err := a.Logins.AddGrant(r.ctx, tx, who, login.NewGrant{County: county, Account: m.Account.ID, Role: c.Role, Region: at}); err != nil {
				return m, err
			}
			s, err := a.Logins.IssueCodes(r.ctx, tx, who, county, []string{m.Account.ID})
			if err == nil {
				m.Slip = s[0]
			}
			return m, err
		})
		if err != nil {
			return err
		}
		return r.slip(m, c.JSON)
	})
}

func place(r *run, a *app.App, code string) (path, county string, err error) {
	levels := []region.Level{region.Township, region.County, region.Village}
	if l, ok := region.LevelOf(code); ok && code[0] >= '0' && code[0] <= '9' {
		levels = []region.Level{l}
	}
	for _, l := range levels {
		x, county, err := region.Find(r.ctx, a.DB, code, l)
		if err == nil {
			return x.Path, county, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return "", "", err
		}
	}
	return "", "", fault.New(fault.NotFound, "cli.region_unknown", "region", code)
}

func (r *run) slip(m made, json bool) error {
	if json {
		return r.json(m)
	}
	r.say("cli.slip", "username", m.Slip.Username, "name", m.Slip.Name, "code", m.Slip.Code, "until", m.Slip.Expires.Local().Format(time.DateOnly), "url", r.cfg.URL())
	return nil
}

type userList struct {
	Region string `help:"user_region" placeholder:"CODE"`
	JSON   bool   `help:"json"`
}

// Run lists accounts; with --json as one array.
func (c *userList) Run(r *run) error {
	return r.with(func(a *app.App) error {
		type scope struct{ county, path string }
		var where []scope
		if c.Region != "" {
			p, county, err := place(r, a, c.Region)
			if err != nil {
				return err
			}
			where = []scope{{county, p}}
		} else {
			var err error
			where, err = db.All(r.ctx, a.DB, func(w db.Row) (s scope, err error) { return s, w.Scan(&s.county, &s.path) },
				`SELECT DISTINCT county, '/' FROM accounts ORDER BY county`)
			if err != nil {
				return err
			}
			for i, s := range where {
				where[i].path = region.PathOf(s.county)
			}
		}
		all := []login.Account{}
		for _, s := range where {
			for after := ""; ; {
				l, next, err := a.Logins.ListAccounts(r.ctx, a.DB, login.Filter{County: s.county, Regions: []string{s.path}, Limit: 500, After: after})
				if err != nil {
					return err
				}
				all = append(all, l...)
				if after = next; next == "" {
					break
				}
			}
		}
		if c.JSON {
			return r.json(all)
		}
		for _, x := range all {
			roles := ""
			for _, g := range x.Grants {
				roles += " " + g.Role + "@" + region.Last(g.Region)
			}
			state := r.t("cli.account." + x.State)
			if x.State == login.Active && !x.Activated {
				state = r.t("cli.account.waiting")
			}
			fmt.Fprintf(r.Out, "%-20s %-8s %s%s\n", x.Username, x.Name, state, roles)
		}
		return nil
	})
}

type userSwitch struct {
	Username string `arg:"" help:"username"`
}

// Run disables an account; its sessions end at once.
func (c *userSwitch) Run(r *run) error { return r.toggle(c.Username, false) }

type userEnable struct {
	Username string `arg:"" help:"username"`
}

// Run enables an account again.
func (c *userEnable) Run(r *run) error { return r.toggle(c.Username, true) }

func (r *run) toggle(username string, on bool) error {
	return r.with(func(a *app.App) error {
		who := r.operator()
		x, err := db.Write(r.ctx, a.DB, func(tx *db.Tx) (login.Account, error) {
			x, err := a.Logins.FindUsername(r.ctx, tx, username)
			if err != nil {
				return x, named(err, username)
			}
			who.County = x.County
			if on {
				return x, a.Logins.Enable(r.ctx, tx, who, x.County, x.ID)
			}
			return x, a.Logins.Disable(r.ctx, tx, who, x.County, x.ID)
		})
		if err != nil {
			return err
		}
		r.say(map[bool]string{true: "cli.user_enabled", false: "cli.user_disabled"}[on], "username", x.Username)
		return nil
	})
}

type userCode struct {
	Username string `arg:"" help:"username"`
	JSON     bool   `help:"json"`
}

// Run prints a new activation code; codes printed before are void.
func (c *userCode) Run(r *run) error {
	return r.with(func(a *app.App) error {
		who := r.operator()
		m, err := db.Write(r.ctx, a.DB, func(tx *db.Tx) (m made, err error) {
			if m.Account, err = a.Logins.FindUsername(r.ctx, tx, c.Username); err != nil {
				return m, named(err, c.Username)
			}
			who.County = m.Account.County
			s, err := a.Logins.IssueCodes(r.ctx, tx, who, m.Account.County, []string{m.Account.ID})
			if err == nil {
				m.Slip = s[0]
			}
			return m, err
		})
		if err != nil {
			return err
		}
		return r.slip(m, c.JSON)
	})
}

func named(err error, username string) error {
	if fault.Is(err, fault.NotFound) {
		return errors.Join(fault.New(fault.NotFound, "cli.user_unknown", "username", username))
	}
	return err
}
