package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web"
)

// handler makes the one handler of the program from the one table.
func (a *App) handler() (http.Handler, error) {
	pages, err := web.New(web.Config{DB: a.DB, Texts: a.Texts, Log: a.Log, Secure: a.Config.Secure(), Proxied: a.Config.Proxy})
	if err != nil {
		return nil, err
	}
	table := append([]door.Route{a.health()}, pages.Routes()...)
	return door.Handler(door.Config{
		Resolve: a.resolve, NewID: a.DB.NewID, Now: a.DB.Now, Log: a.Log,
		FailPage: pages.Fail, FailJSON: a.failJSON, Denied: a.denied,
		Secure: a.Config.Secure(), Busy: a.Config.Requests,
	}, table), nil
}

// health answers 200 once the server can serve: the database answers.
func (a *App) health() door.Route {
	return door.Route{Kind: door.JSON, Method: http.MethodGet, Pattern: "/healthz", Policy: door.Open, Limits: door.Small, Audit: door.Quiet, Says: "app.health",
		Handle: func(c *door.Call) error {
			if err := a.DB.Ping(c.Context()); err != nil {
				return fault.Wrap(err, fault.Busy, "fault.busy")
			}
			c.W.Header().Set("Content-Type", "application/json")
			_, err := c.W.Write([]byte("{\"status\":\"ok\"}\n"))
			return err
		}}
}

// resolve turns a token into a session of the doors.
func (a *App) resolve(ctx context.Context, token string) (door.Session, error) {
	l, err := a.Logins.Resolve(ctx, token)
	if err != nil {
		return door.Session{}, err
	}
	day, err := calendar.Parse(l.Today)
	if err != nil {
		return door.Session{}, err
	}
	i := access.Identity{Account: l.Account, Cadre: l.Cadre, County: l.County, Fresh: l.Fresh, Today: day, Grants: make([]access.Grant, 0, len(l.Grants))}
	for _, g := range l.Grants {
		i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
	}
	return door.Session{Identity: i}, nil
}

// denied records that something inside somebody's regions was refused.
func (a *App) denied(c *door.Call, r door.Route, err error) {
	because := ""
	if e, ok := errors.AsType[*fault.Error](err); ok {
		because = e.Key
	}
	werr := db.Do(context.WithoutCancel(c.Context()), a.DB, func(tx *db.Tx) error {
		audit.Refuse(tx, c.Who, "access.refused", "route:"+r.Method+" "+r.Pattern, "", "because", because)
		return nil
	})
	if werr != nil {
		a.Log.Error("a refusal was not recorded", "request", c.Request, "error", door.Clean(werr))
	}
}

type problemField struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// failJSON tells a failure as problem+json (RFC 9457).
func (a *App) failJSON(c *door.Call, err error) {
	p := struct {
		Type   string         `json:"type"`
		Title  string         `json:"title"`
		Status int            `json:"status"`
		ID     string         `json:"request"`
		Fields []problemField `json:"fields,omitempty"`
	}{Type: "about:blank", Title: a.Texts.T(c.Lang, "web.error.internal"), Status: door.Status(err), ID: c.Request}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		p.Title = a.Texts.T(c.Lang, e.Key, e.Args...)
		for _, f := range e.Fields {
			p.Fields = append(p.Fields, problemField{f.Name, a.Texts.T(c.Lang, f.Key, f.Args...)})
		}
	} else if p.Status != http.StatusInternalServerError {
		p.Title = http.StatusText(p.Status)
	}
	c.W.Header().Set("Content-Type", "application/problem+json")
	c.W.WriteHeader(p.Status)
	if err := json.NewEncoder(c.W).Encode(p); err != nil {
		a.Log.Debug("an answer was not taken", "request", c.Request)
	}
}
