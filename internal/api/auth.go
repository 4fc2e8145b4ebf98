package api

import (
	"encoding/json"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
)

func marshal(v any) ([]byte, error) { b, err := json.Marshal(v); return append(b, '\n'), err }

// LoginInput is a username with its password.
type LoginInput struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// LoginAnswer carries the token for "Authorization: Bearer".
type LoginAnswer struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
}

// Me is who is asking.
type Me struct {
	Account  string    `json:"account"`
	Username string    `json:"username"`
	Name     string    `json:"name"`
	Cadre    string    `json:"cadre,omitempty"`
	County   string    `json:"county"`
	Grants   []MeGrant `json:"grants"`
}

// MeGrant is a role in a region.
type MeGrant struct {
	Role   string `json:"role"`
	Region string `json:"region"`
}

// Done is the answer of calls that have nothing to tell.
type Done struct {
	OK bool `json:"ok"`
}

func (a *API) auth() []door.Route {
	return []door.Route{
		door.API("POST", base+"/login", door.Open, door.Small, door.Writes, "api.login", func(c *door.Call, in LoginInput) (LoginAnswer, bool, error) {
			e, err := a.Logins.Login(c.Context(), login.Attempt{Username: in.Username, Password: in.Password,
				From: login.From{Kind: login.API, Label: "API", Door: string(access.API), Request: c.Request}})
			return LoginAnswer{e.Token, e.Expires}, false, err
		}),
		door.API("POST", base+"/logout", door.Need(access.Self), door.Small, door.Writes, "api.logout", func(c *door.Call, _ door.Nothing) (Done, bool, error) {
			l, err := a.Logins.Resolve(c.Context(), c.Token)
			if err != nil {
				return Done{}, false, err
			}
			err = db.Do(c.Context(), a.DB, func(tx *db.Tx) error { return a.Logins.Logout(c.Context(), tx, c.Who, l) })
			return Done{err == nil}, false, err
		}),
		door.API("GET", base+"/me", door.Need(access.Self), door.Small, door.Quiet, "api.me", func(c *door.Call, _ door.Nothing) (Me, bool, error) {
			l, err := a.Logins.Resolve(c.Context(), c.Token)
			if err != nil {
				return Me{}, false, err
			}
			m := Me{Account: l.Account, Username: l.Username, Name: l.Name, Cadre: l.Cadre, County: l.County, Grants: []MeGrant{}}
			for _, g := range l.Grants {
				m.Grants = append(m.Grants, MeGrant{g.Role, g.Region})
			}
			return m, false, nil
		}),
	}
}
