package ui_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"lianxin/internal/base/lang"
	"lianxin/internal/web/browsertest"
	"lianxin/ui"
)

// policy is what the server sends with every page; the screens must do without
// inline styles and scripts.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'"

// phone serves the screens over an invented store (testdata/phone/fake.js).
func phone(t *testing.T) string {
	t.Helper()
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		tag := lang.Chinese
		if r.URL.Query().Get("lang") == "en" {
			tag = lang.English
		}
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: tag})
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><title>x</title><link rel="icon" href="/mark.svg">
<link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/base.css"><link rel="stylesheet" href="/phone/phone.css"><script type="module" src="/fake.js"></script></head><body class="field phone"><div id="app"></div></body></html>`, tag)
	})
	mux.HandleFunc("/phone/texts.js", func(w http.ResponseWriter, r *http.Request) {
		tag := lang.Chinese
		if c, err := r.Cookie("lang"); err == nil {
			tag = c.Value
		}
		all := map[string]string{}
		for _, k := range texts.Keys(tag) {
			all[k] = texts.T(tag, k)
		}
		b, err := json.Marshal(all)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprintf(w, `const all = %s; export function t(key, args) { let s = all[key]; if (s === undefined) { console.error('no text ' + key); return key; } for (const k in args || {}) s = s.split('{' + k + '}').join(String(args[k])); if (/\{[a-z]+\}/.test(s)) console.error('no argument ' + key + ' ' + s); return s; }`, b)
	})
	mux.HandleFunc("/fake.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/phone/fake.js") })
	mux.Handle("/", http.FileServer(http.FS(os.DirFS("."))))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// open shows a screen and waits until it stands.
func open(p *browsertest.Page, url, query, hash string) {
	p.Go("about:blank")
	p.Go(url + "/?" + query + "#/" + hash)
	p.Wait("#main > *")
}

// TestPhoneScreens looks at every screen and every state on the usual phone, a
// small one, with letters twice as large and in English, and leaves pictures.
func TestPhoneScreens(t *testing.T) {
	b := browsertest.Start(t)
	url := phone(t)
	only := os.Getenv("LIANXIN_ONLY")
	screens := []struct{ name, query, hash, wait string }{
		{"today", "", "", ".hh"},
		{"today-offline", "net=none&box=saved", "", ".net"},
		{"today-quiet", "net=none", "", ".chip.off"},
		{"today-sending", "box=saved&sending=1", "", ".chip.on"},
		{"today-weak", "net=weak&box=saved", "", ".net"},
		{"today-held", "box=saved,held", "", ".net.o"},
		{"today-expired", "expired=1&box=saved", "", ".net.o"},
		{"today-full", "full=1&box=saved", "", ".net.o"},
		{"today-old", "old=1&box=saved&net=none", "", ".net.o"},
		{"today-renewed", "renewed=1", "", ".net.i"},
		{"today-wechat", "shell=wechat-ios", "", ".info"},
		{"today-empty", "empty=1", "", ".empty"},
		{"today-loading", "loading=1", "", ".info"},
		{"today-gone72", "gone72=1&box=saved", "", ".info"},
		{"today-long", "long=1&box=saved,held", "", ".hh"},
		{"today-size3", "size=3&net=none&box=saved", "", ".hh"},
		{"homes", "", "homes", ".hh"},
		{"homes-long", "long=1", "homes", ".hh"},
		{"homes-empty", "empty=1", "homes", ".empty"},
		{"home", "", "home/home1", ".people"},
		{"home-long", "long=1", "home/home1", ".people"},
		{"home-bare", "", "home/home8", ".people"},
		{"home-gone", "", "home/nowhere", ".empty"},
		{"advise", "", "advise/home1", ".picks"},
		{"visit", "net=none", "visit/home1", ".picks"},
		{"visit-long", "long=1", "visit/home1", ".picks"},
		{"visit-pick", "", "visit", ".hh"},
		{"amend", "", "amend/vis1", "textarea"},
		{"matters", "", "matters", ".todo"},
		{"matters-raised", "", "matters/raised", ".todo"},
		{"matters-empty", "empty=1", "matters", ".empty"},
		{"matter", "", "matter/mat1", ".picks"},
		{"matter-closed", "", "matter/mat4", ".facts"},
		{"raise", "", "raise", "textarea"},
		{"diary", "", "diary", ".date"},
		{"diary-empty", "empty=1", "diary", ".empty"},
		{"thought", "", "thought", "textarea"},
		{"thought-visit", "", "thought/vis1", "textarea"},
		{"nights", "", "nights", ".seven"},
		{"nights-this", "", "nights/this", ".seven"},
		{"nights-long", "long=1", "nights", ".seven"},
		{"box", "box=saved,held,both,closed", "box", ".todo"},
		{"box-empty", "", "box", ".empty"},
		{"item", "box=saved", "item/a", ".box"},
		{"item-held", "box=held", "item/c", ".person"},
		{"item-both", "box=both", "item/d", ".both"},
		{"item-closed", "box=closed", "item/e", ".info"},
		{"me", "box=saved", "me", ".sizes"},
		{"me-long", "long=1&unkept=1", "me", ".sizes"},
		{"about", "", "about", ".says"},
		{"lock-setting", "", "lock", ".pin"},
		{"sign-in", "new=1", "", "#user"},
		{"sign-in-again", "expired=1", "enter", "#user"},
		{"welcome", "first=1", "", ".cards"},
		{"welcome-again", "", "welcome", ".cards"},
		{"locked", "lock=1", "", "#pin"},
		{"lost", "lost=1", "", ".gatebox"},
	}
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Small} {
		var p *browsertest.Page
		for i, x := range screens {
			if only != "" && !strings.Contains(","+only+",", ","+x.name+",") {
				continue
			}
			if p == nil || i%12 == 0 {
				p = b.Open(size) // a tab has a minute and a half
			}
			open(p, url, x.query, x.hash)
			p.Wait(x.wait)
			p.Sound()
			p.Shot(x.name)
			p.Long(x.name + "-long")
			if size.Name == "small" {
				p.Letters(2)
				p.Sound()
				p.Long(x.name + "-200")
				continue
			}
			open(p, url, x.query+"&lang=en", x.hash)
			p.Wait(x.wait)
			p.Sound()
			p.Long(x.name + "-en")
		}
	}
}
