package app

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"lianxin/internal/api"
	"lianxin/internal/base/audit"
	"lianxin/internal/base/backup"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/base/outbound"
	"lianxin/internal/door"
	"lianxin/internal/offline"
	"lianxin/internal/public"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web"
	"lianxin/internal/work/account"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/phone"
	"lianxin/ui"
)

// doors makes the doors and the one table of their routes.
func (a *App) doors() (*web.Web, *public.Public, *api.API, []door.Route, error) {
	// The pages know where a thing is shown, and the sender writes that into its links.
	var pages *web.Web
	var err error
	a.Post = notice.NewPost(outbound.New(outbound.Options{Allow: a.Config.Outbound.Allow}), a.Config.URL,
		func(ref string) string { return pages.NoticePath(ref) }, func(key string) string { return a.Texts.T(a.Config.Language, key) })
	pages, err = web.New(web.Config{
		DB: a.DB, Texts: a.Texts, Log: a.Log, Book: a.Logins, Accounts: account.New(a.Logins, web.Roster),
		Post:   a.Post,
		Phones: a.phones(),
		Secure: a.Config.Secure(), Proxied: a.Config.Proxy, Counts: web.Counts(a.DB), Workdays: a.Workdays,
		Machine: web.Machine{URL: a.Config.URL(), Version: Version, Proxied: a.Config.Proxy, LastBackup: a.lastBackup, Anchors: func() ([]audit.Anchor, error) { return audit.ReadAnchors(a.Config.Anchors()) }},
	})
	if err != nil {
		return nil, nil, nil, nil, err
	}
	villagers, err := public.New(public.Config{DB: a.DB, Texts: a.Texts, Log: a.Log, Book: a.Logins, Workdays: a.Workdays, Proxied: a.Config.Proxy, Asset: pages.Asset})
	if err != nil {
		return nil, nil, nil, nil, err
	}
	calls, described := a.calls()
	shell, err := offline.NewShell(ui.Files, a.Texts)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	table := slices.Concat(pages.Routes(), villagers.Routes(), shell.Routes(), described)
	return pages, villagers, calls, table, calls.Publish(table)
}

// calls makes the doors of other programs and the rows that the document of the
// API tells of.
func (a *App) calls() (*api.API, []door.Route) {
	calls := api.New(api.Config{DB: a.DB, Texts: a.Texts, Logins: a.Logins, Workdays: a.Workdays, Post: a.Post, Version: Version})
	table := append([]door.Route{a.health()}, calls.Routes()...)
	return calls, append(table, offline.New(offline.Config{DB: a.DB, Book: a.Logins, Desk: a.phones(), Log: a.Log, Secure: a.Config.Secure()}).Routes()...)
}

// Document makes the document served at /api/v1/openapi.json, without a database.
func Document(cfg *config.Config, texts *lang.Catalog) ([]byte, error) {
	calls, table := (&App{Config: cfg, Texts: texts}).calls()
	return calls.Describe(table)
}

// handler makes the one handler of the program from the one table.
func (a *App) handler() (http.Handler, error) {
	h, _, err := a.Table()
	return h, err
}

// Table makes the handler the program serves with and the table it was made
// from. Tests that must reach every route walk it, so that what they see is
// what runs.
func (a *App) Table() (http.Handler, []door.Route, error) {
	pages, villagers, calls, table, err := a.doors()
	if err != nil {
		return nil, nil, err
	}
	return door.Handler(door.Config{
		Resolve: a.resolve, NewID: a.DB.NewID, Now: a.DB.Now, Log: a.Log,
		FailPage: failPage(pages, villagers), FailJSON: calls.Fail, Denied: a.denied,
		Secure: a.Config.Secure(), Busy: a.Config.Requests,
	}, table), table, nil
}

// failPage tells a failure in the words of the door whose path it is.
func failPage(pages *web.Web, villagers *public.Public) func(*door.Call, error) {
	return func(c *door.Call, err error) {
		if public.Owns(c.R.URL.Path) {
			villagers.Fail(c, err)
			return
		}
		pages.Fail(c, err)
	}
}

// lastBackup is when the newest backup was made; ok is false when there is none.
func (a *App) lastBackup() (at time.Time, ok bool, err error) {
	l, err := backup.List(a.Config.Backups())
	if err != nil || len(l) == 0 {
		return time.Time{}, false, err
	}
	return l[0].At, true, nil
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
	if i.Sample, err = inspection.Sample(ctx, a.DB, i.County, i.Account, i.Grants, day); err != nil {
		return door.Session{}, err
	}
	return door.Session{Identity: i, Kind: l.Kind, Device: l.Device}, nil
}

// phones is the desk of what officials' phones bring.
func (a *App) phones() *phone.Desk {
	return &phone.Desk{Book: a.Logins, As: a.as, Days: a.Workdays.Calendar, Say: a.Texts.T}
}

// as says who an account is at this moment, with the grants it holds today: a
// record of its that lay in 待核处 is written as its own.
func (a *App) as(ctx context.Context, r db.Reader, county, account, request string) (access.Actor, error) {
	x, err := a.Logins.Find(ctx, r, county, account)
	if err != nil {
		return access.Actor{}, err
	}
	today := calendar.FromTime(a.DB.Now())
	i := access.Identity{Account: x.ID, Cadre: x.Cadre, County: county, Door: access.API, Request: request, Today: today}
	if x.State == login.Active {
		gs, err := login.GrantsOn(ctx, r, county, account, string(today))
		if err != nil {
			return access.Actor{}, err
		}
		for _, g := range gs {
			i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
		}
	}
	return access.New(i), nil
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
