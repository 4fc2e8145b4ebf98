package web

import (
	"net/http"

	"lianxin/internal/base/lang"
	"lianxin/internal/door"
)

func basePages() []Page {
	return []Page{
		{"base/fail", &failPage{}},
		{"base/confirm", &confirmPage{}},
		{"base/found", &foundPage{}},
	}
}

func (w *Web) baseRoutes() []door.Route {
	return []door.Route{
		Get("/{$}", door.Open, door.Quiet, w.home),
		Post("/look", door.Open, door.Quiet, w.look),
	}
}

// home sends people to the page their work starts on.
func (w *Web) home(c *door.Call) error {
	if c.Who.Anonymous() {
		return w.Redirect(c, "/login")
	}
	return w.Redirect(c, w.first(c.Who))
}

const sizeCookie = "lianxin-size"

// size is the chosen size of letters: "" (as the device has it), "2" or "3".
func size(r *http.Request) string {
	if k, err := r.Cookie(sizeCookie); err == nil && (k.Value == "2" || k.Value == "3") {
		return k.Value
	}
	return ""
}

// look keeps the size of letters and the language in this browser.
func (w *Web) look(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	const year = 365 * 24 * 3600
	switch s := c.Form("size"); s {
	case "1":
		w.cookie(c, sizeCookie, "", -1)
	case "2", "3":
		w.cookie(c, sizeCookie, s, year)
	}
	if l := c.Form("lang"); l == lang.Chinese || l == lang.English {
		w.cookie(c, door.LangCookie, l, year)
	}
	return w.Redirect(c, local(c.Form("next"), "/"))
}

type confirmPage struct {
	Base
	Question Say
	Yes      Say
	Keep     []Sent
}

// Sent is one value of a form that is sent on.
type Sent struct{ Name, Value string }

// Confirmed asks before something that cannot be taken back. Without scripts
// it shows a page with the question which sends the same form again; a script
// asks in a dialog and sends "sure" at once. When it answers false the caller
// returns the error (nil when the question was shown).
func (w *Web) Confirmed(c *door.Call, question, yes Say) (bool, error) {
	if c.Form("sure") == "1" {
		return true, nil
	}
	p := &confirmPage{Base: Base{Title: K("web.confirm.title"), Shell: Task}, Question: question, Yes: yes}
	for k, vs := range c.R.PostForm {
		for _, v := range vs {
			p.Keep = append(p.Keep, Sent{k, v})
		}
	}
	return false, w.Render(c, "base/confirm", p)
}
