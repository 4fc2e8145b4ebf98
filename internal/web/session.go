package web

import (
	"net/http"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
)

// live is what the call's token stands for; the register remembers it, so this
// costs no query.
func (w *Web) live(c *door.Call) (login.Live, error) {
	return w.Book.Resolve(c.Context(), c.Token)
}

// person names the one who looks, and the township (or county) he works in.
func (w *Web) person(c *door.Call) (Person, error) {
	var p Person
	if w.Book == nil {
		return p, nil
	}
	l, err := w.live(c)
	if err != nil {
		return p, err
	}
	p.Name = l.Name
	if id := c.Who.Cadre(); id != "" {
		posts, err := cadre.PostsOf(c.Context(), w.DB, c.Who.County(), []string{id})
		if err != nil {
			return p, err
		}
		if post, ok := (cadre.Cadre{Posts: posts}).Post(c.Who.Today()); ok {
			p.Unit = post.UnitName
		}
	}
	home := c.Who.Home()
	if town := region.Upto(home, region.Township); town != "" {
		home = town
	}
	if home == "" {
		return p, nil
	}
	r, err := region.ByPath(c.Context(), w.DB, home)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return p, err
	}
	p.Home = r.Name
	return p, nil
}

const deviceCookie = "lianxin-device"

func (w *Web) sessionCookie() string {
	if w.Secure {
		return door.SessionCookie
	}
	return door.PlainSessionCookie
}

// enter gives the browser what it needs for a session that began.
func (w *Web) enter(c *door.Call, e login.Entry) {
	c.Token = e.Token
	w.cookie(c, w.sessionCookie(), e.Token, int(login.SessionLife.Seconds()))
	if e.Device != "" {
		w.cookie(c, w.deviceName(), e.Device, 2*365*24*3600)
	}
}

func (w *Web) deviceName() string {
	if w.Secure {
		return "__Host-" + deviceCookie
	}
	return deviceCookie
}

// from says from which device somebody comes.
func (w *Web) from(c *door.Call) login.From {
	f := login.From{Kind: login.Browser, Label: browserLabel(c.R.UserAgent()), Door: "page", Request: c.Request}
	if k, err := c.R.Cookie(w.deviceName()); err == nil {
		f.Device = k.Value
	}
	return f
}

// leave takes the session from the browser.
func (w *Web) leave(c *door.Call) {
	for _, name := range []string{door.SessionCookie, door.PlainSessionCookie} {
		if _, err := c.R.Cookie(name); err == nil {
			// A __Host- cookie is only taken away by one that is Secure too.
			http.SetCookie(c.W, &http.Cookie{Name: name, Path: "/", MaxAge: -1, HttpOnly: true, Secure: strings.HasPrefix(name, "__Host-"), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure follows from whether people reach us by HTTPS
		}
	}
}

// browserLabel names browser and system in two words, so that people recognise
// their own devices in the list; nothing finer is kept.
func browserLabel(agent string) string {
	first := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := first("MicroMessenger", "WeChat", "DingTalk", "DingTalk", "Edg", "Edge", "HuaweiBrowser", "Huawei", "MiuiBrowser", "MIUI", "UCBrowser", "UC",
		"Firefox", "Firefox", "Chrome", "Chrome", "Safari", "Safari")
	system := first("OpenHarmony", "HarmonyOS", "HarmonyOS", "HarmonyOS", "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}
