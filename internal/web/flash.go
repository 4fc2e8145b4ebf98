package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"lianxin/internal/door"
)

// The message shown once on the page after a write travels in a cookie that
// lives a minute and carries our mark, so that nobody else can put words on a
// page.
const flashCookie = "lianxin-flash"

func (w *Web) setFlash(c *door.Call, s Say) {
	args := make([]string, len(s.Args))
	for i, a := range s.Args {
		if i%2 == 1 {
			args[i] = fmt.Sprint(w.args(c.Lang, s.Args)[i])
		} else {
			args[i] = fmt.Sprint(a)
		}
	}
	b, err := json.Marshal(append([]string{s.Key}, args...))
	if err != nil {
		return
	}
	v := base64.RawURLEncoding.EncodeToString(b)
	w.cookie(c, flashCookie, v+"."+w.sign("flash", v), 60)
}

func (w *Web) takeFlash(c *door.Call) Say {
	k, err := c.R.Cookie(flashCookie)
	if err != nil {
		return Say{}
	}
	w.cookie(c, flashCookie, "", -1)
	v, mark, _ := strings.Cut(k.Value, ".")
	b, err := base64.RawURLEncoding.DecodeString(v)
	if err != nil || !w.signed("flash", v, mark) {
		return Say{}
	}
	var parts []string
	if json.Unmarshal(b, &parts) != nil || len(parts) == 0 {
		return Say{}
	}
	s := K(parts[0])
	for _, a := range parts[1:] {
		s.Args = append(s.Args, a)
	}
	return s
}

// cookie sets a small cookie of ours; seconds < 0 removes it.
func (w *Web) cookie(c *door.Call, name, value string, seconds int) {
	http.SetCookie(c.W, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: w.Secure, SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure is off only where the site is plain HTTP
}
