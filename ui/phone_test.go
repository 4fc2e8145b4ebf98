package ui_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/base/lang"
	"lianxin/internal/web/browsertest"
	desk "lianxin/internal/work/phone"
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
		{"today-held", "box=saved,held", "", ".net.w"},
		{"today-expired", "expired=1&box=saved", "", ".net.w"},
		{"today-full", "full=1&box=saved", "", ".net.w"},
		{"today-old", "old=1&box=saved&net=none", "", ".net.w"},
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
		{"item-wordless", "box=wordless", "item/f", "#b-words"},
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
			if size.Name == "phone" {
				// what lies under the tabs at the moment is reached by scrolling
				_ = browsertest.Eval[bool](p, `document.querySelector('.below').style.position = 'static', true`)
				p.Axe()
			}
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

// record begins at the list of today, as after opening the app.
func record(t *testing.T, b *browsertest.Browser, query string) *browsertest.Page {
	t.Helper()
	p := b.Open(browsertest.Phone)
	open(p, phone(t), query, "")
	p.Wait(".go")
	return p
}

// last is the body of the record that was stored last.
func last(t *testing.T, p *browsertest.Page) (kind string, body map[string]any) {
	t.Helper()
	var r struct {
		Kind string
		Body map[string]any
	}
	if err := json.Unmarshal([]byte(browsertest.Eval[string](p, `JSON.stringify(window.fake.last() || {})`)), &r); err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(r.Body)
	if err == nil {
		err = desk.Readable(r.Kind, 1, sent)
	}
	if err != nil {
		t.Errorf("the office cannot read %s %s: %v", r.Kind, sent, err)
	}
	return r.Kind, r.Body
}

func want(t *testing.T, what string, got, expected any) {
	t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(expected)
	if string(a) != string(b) {
		t.Errorf("%s: %s, want %s", what, a, b)
	}
}

// tap brings something into the middle of the screen, as a thumb does, and
// touches it: at the edges the bars lie over it.
func tap(p *browsertest.Page, selector string) {
	_ = browsertest.Eval[bool](p, fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (e && !e.closest('.foot,.toast,.bar,dialog')) e.scrollIntoView({block: 'center'}); return true; })()`, selector))
	p.Tap(selector)
}

// TestPhoneEffort counts what a record costs with a finger (ux.md (a)).
func TestPhoneEffort(t *testing.T) {
	b := browsertest.Start(t)
	t.Run("whom to visit", func(t *testing.T) {
		p := record(t, b, "net=none")
		if got := p.Text(".hh h3 a"); got != "王桂兰" || p.Taps != 0 {
			t.Errorf("%s after %d taps", got, p.Taps)
		}
	})
	t.Run("nothing to follow up", func(t *testing.T) {
		p := record(t, b, "net=none")
		tap(p, ".go")
		p.Wait("#v-need")
		tap(p, "#v-need label:nth-child(1)")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		if p.Taps > 4 || p.Keys > 0 {
			t.Errorf("%d taps, %d keys", p.Taps, p.Keys)
		}
		kind, body := last(t, p)
		want(t, "kind", kind, "visit.record")
		want(t, "household", body["household"], "home1")
		want(t, "how", body["how"], "home")
		want(t, "usual", body["usual"], nil) // not said, so not written
		for _, k := range []string{"promises", "words", "place", "photo", "topics"} {
			if _, ok := body[k]; ok {
				t.Errorf("the record carries %s: %v", k, body)
			}
		}
		p.Wait(".hh .wait") // the server's figure stands, what waits is told beside it
		p.Wait(".toast p")
		for range 40 {
			if p.Text(".toast p") != "" {
				break
			}
		}
		want(t, "toast", p.Text(".toast p"), "已存手机。")
		p.Shot("toast")
	})
	t.Run("one sentence", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-need")
		tap(p, "#v-need label:nth-child(1)")
		tap(p, "#v-words")
		p.Type("#v-words", "腿疼好些了，孙子放假回来照看。")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		if p.Taps > 5 || p.Keys > 20 {
			t.Errorf("%d taps, %d keys", p.Taps, p.Keys)
		}
		_, body := last(t, p)
		want(t, "words", body["words"], "腿疼好些了，孙子放假回来照看。")
		want(t, "usual", body["usual"], nil)
	})
	t.Run("a promise", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-need")
		tap(p, "#v-need label:nth-child(2)")
		tap(p, "#v-what-0")
		p.Type("#v-what-0", "送王桂兰去镇卫生院看腿")
		tap(p, ".one fieldset:nth-of-type(1) label:nth-child(2)")
		tap(p, ".one fieldset:nth-of-type(2) label:nth-child(1)")
		p.Long("promise")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		if p.Taps > 7 || p.Keys > 40 {
			t.Errorf("%d taps, %d keys", p.Taps, p.Keys)
		}
		_, body := last(t, p)
		want(t, "promises", body["promises"], []any{map[string]any{"title": "送王桂兰去镇卫生院看腿", "by": "station", "days": 3}})
	})
	t.Run("the week's nights", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, `.links a[href="#/nights"]`)
		p.Wait(".seven")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		if p.Taps > 3 {
			t.Errorf("%d taps", p.Taps)
		}
		kind, body := last(t, p)
		want(t, "kind", kind, "stay.week")
		want(t, "nights", body["nights"], []bool{true, true, false, true, false, false, false})
		want(t, "village", body["village"], "v1")
	})
	t.Run("a promise kept", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".todo .done")
		p.Wait("#told")
		tap(p, ".telling .btn") // nobody is told "done" with nothing behind it
		p.Wait("#told-wrong")
		p.Shot("telling")
		p.Taps--
		p.Type("#told", "送到了")
		tap(p, ".telling .btn")
		p.Wait(".told")
		if p.Taps > 3 {
			t.Errorf("%d taps", p.Taps)
		}
		kind, body := last(t, p)
		want(t, "kind", kind, "matter.move")
		want(t, "body", body, map[string]any{"appeal": "mat1", "move": "answer", "outcome": "solved", "words": "送到了"})
	})
}

// TestPhoneForm: nothing is lost between the keystroke and the save.
func TestPhoneForm(t *testing.T) {
	b := browsertest.Start(t)
	t.Run("the one answer is asked for", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-need")
		tap(p, ".foot .btn")
		p.Wait("#v-need .wrong")
		p.Shot("visit-wrong")
		p.Axe()
		tap(p, "#v-need label:nth-child(2)")
		tap(p, ".foot .btn")
		p.Wait("#v-what-0-wrong")
		if p.Has("#v-need .wrong") {
			t.Error("what is right by now is still called wrong")
		}
		p.Sound()
	})
	t.Run("a draft comes back", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-words")
		p.Type("#v-words", "写了一半")
		tap(p, "#v-how label:nth-child(2)")
		tap(p, ".bar .back")
		p.Wait(".hh")
		for range 40 {
			if strings.Contains(p.Text(".go"), "接着记") {
				break
			}
		}
		want(t, "button", strings.TrimSpace(p.Text(".go")), "接着记")
		tap(p, ".go")
		p.Wait(".going:not([hidden])")
		want(t, "words", browsertest.Eval[string](p, `document.querySelector('#v-words').value`), "写了一半")
		want(t, "how", browsertest.Eval[string](p, `document.querySelector('[name=how]:checked').value`), "phone")
		p.Shot("visit-draft")
		tap(p, ".going .txt")
		p.Wait(".going[hidden]")
		want(t, "words", browsertest.Eval[string](p, `document.querySelector('#v-words').value`), "")
	})
	t.Run("taken back within five seconds", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-need")
		p.Type("#v-words", "记错了户")
		tap(p, "#v-need label:nth-child(1)")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden]) button")
		tap(p, ".toast button")
		p.Wait("#v-words")
		want(t, "words", browsertest.Eval[string](p, `document.querySelector('#v-words').value`), "记错了户")
		want(t, "box", browsertest.Eval[int](p, `window.fake.phone.state.waiting`), 0)
	})
	t.Run("a later record says so", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-need")
		tap(p, ".tops .row .txt")
		tap(p, "#v-on label:nth-child(2)")
		if got := p.Text(".tops .row b"); got != "昨天" {
			t.Errorf("yesterday is called %q", got)
		}
		tap(p, "#v-on label:nth-child(3)")
		p.Set("#v-day", browsertest.Eval[string](p, `(() => { const d = new Date(Date.now() - 4 * 864e5 + 288e5); return d.toISOString().slice(0, 10); })()`))
		_ = browsertest.Eval[bool](p, `document.querySelector('#v-day').dispatchEvent(new Event('input', {bubbles: true}))`)
		if got := p.Text(".open .hint"); !strings.Contains(got, "补记") {
			t.Errorf("told: %q", got)
		}
		p.Sound()
		p.Shot("visit-late")
		tap(p, "#v-need label:nth-child(1)")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		_, body := last(t, p)
		if at, _ := body["at"].(string); len(at) != 10 {
			t.Errorf("a time nobody told: %v", body["at"])
		}
	})
	t.Run("two edits of one text", func(t *testing.T) {
		p := b.Open(browsertest.Phone)
		open(p, phone(t), "box=both", "item/d")
		p.Wait(".choose")
		tap(p, "[data-at=mine]")
		p.Wait(".toast:not([hidden])")
		kind, body := last(t, p)
		want(t, "kind", kind, "held.choose")
		want(t, "body", body, map[string]any{"held": "held-d", "choice": "mine", "seen": 2})
		p.Wait(".info:not(.w)")
		if p.Has(".choose") || !strings.Contains(p.Text("#main"), "选好了：留我写的") {
			t.Errorf("it can be chosen again: %s", p.Text("#main"))
		}
		p.Sound()
		p.Axe()
		p.Shot("item-chosen")
	})
	t.Run("the words that were missing", func(t *testing.T) {
		p := b.Open(browsertest.Phone)
		open(p, phone(t), "box=wordless", "item/f")
		p.Wait("#b-words")
		tap(p, "[data-at=words]")
		p.Wait("#b-words-wrong")
		p.Type("#b-words", "补贴已经批下来了")
		tap(p, "[data-at=words]")
		p.Wait(".toast:not([hidden])")
		kind, body := last(t, p)
		want(t, "kind", kind, "held.choose")
		want(t, "body", body, map[string]any{"held": "held-f", "choice": "words", "words": "补贴已经批下来了"})
	})
	t.Run("longer than the office takes", func(t *testing.T) {
		p := record(t, b, "")
		tap(p, ".go")
		p.Wait("#v-words")
		tap(p, "#v-need label:nth-child(1)")
		_ = browsertest.Eval[bool](p, `(() => { const e = document.querySelector('#v-words'); e.value = '长'.repeat(10000); e.dispatchEvent(new Event('input', {bubbles: true})); return true; })()`)
		tap(p, ".foot .btn")
		p.Wait("#v-words-wrong")
		p.Sound()
		want(t, "words", browsertest.Eval[int](p, `document.querySelector('#v-words').value.length`), 10000)
		want(t, "told", strings.HasPrefix(p.Text("#v-words-wrong"), "多了6000个字"), true)
		want(t, "saved", browsertest.Eval[int](p, `window.fake.phone.state.waiting`), 0)
	})
	t.Run("no room to store", func(t *testing.T) {
		p := record(t, b, "nospace=1")
		tap(p, ".go")
		p.Wait("#v-need")
		p.Type("#v-words", "不能丢")
		tap(p, "#v-need label:nth-child(1)")
		tap(p, ".foot .btn")
		p.Wait("dialog.ask[open]")
		p.Shot("nospace")
		tap(p, "dialog.ask .btn")
		want(t, "words", browsertest.Eval[string](p, `document.querySelector('#v-words').value`), "不能丢")
	})
	t.Run("Enter and the input method", func(t *testing.T) {
		p := record(t, b, "")
		_ = browsertest.Eval[bool](p, `location.hash = '#/raise', true`)
		p.Wait("#r-what")
		tap(p, "#r-what")
		p.Press("Enter")
		if p.Has(".wrong") || browsertest.Eval[int](p, `window.fake.phone.state.waiting`) != 0 {
			t.Error("Enter sent the form")
		}
	})
}

// TestPhoneStates: what changes while a screen is open.
func TestPhoneStates(t *testing.T) {
	b := browsertest.Start(t)
	t.Run("delivered", func(t *testing.T) {
		p := record(t, b, "net=none&box=saved")
		want(t, "strip", p.Text(".net p"), "没有信号也照常记。\n2条存在这部手机里，有信号自动送出。")
		_ = browsertest.Eval[bool](p, `window.fake.set({net: 'ok', sending: {i: 1, n: 2}}), true`)
		p.Wait(".chip.on")
		want(t, "chip", p.Text(".chip"), "正在送1/2")
		_ = browsertest.Eval[bool](p, `window.fake.deliver(), true`)
		p.Wait(".toast:not([hidden])")
		for range 40 {
			if p.Text(".toast p") != "" {
				break
			}
		}
		want(t, "toast", p.Text(".toast p"), "送到了，10:42")
		p.Shot("delivered")
		if p.Has(".net") || p.Has(".chip.on") {
			t.Error("the strip stays when nothing matters any more")
		}
	})
	t.Run("signing out with unsent records", func(t *testing.T) {
		p := record(t, b, "box=saved")
		_ = browsertest.Eval[bool](p, `location.hash = '#/me', true`)
		p.Wait(".btn.bad")
		tap(p, ".btn.bad")
		p.Wait("dialog.ask[open]")
		want(t, "question", p.Text("dialog.ask p"), "还有2条没送出，退出会丢。")
		p.Shot("sign-out")
		p.Axe()
		tap(p, "dialog.ask .btn:nth-child(1)")
		p.Wait(".todo")
		want(t, "sent", browsertest.Eval[int](p, `window.fake.sent`), 1)
		_ = browsertest.Eval[bool](p, `location.hash = '#/me', true`)
		p.Wait(".btn.bad")
		tap(p, ".btn.bad")
		p.Wait("dialog.ask[open]")
		tap(p, "dialog.ask .btn.bad")
		p.Wait("#user")
		want(t, "how", browsertest.Eval[string](p, `window.fake.out`), "forced")
	})
	t.Run("without a dialog element", func(t *testing.T) {
		p := record(t, b, "box=saved")
		_ = browsertest.Eval[bool](p, `delete HTMLDialogElement.prototype.showModal, location.hash = '#/me', true`)
		p.Wait(".btn.bad")
		tap(p, ".btn.bad")
		p.Wait(".veil .ask")
		p.Press("Tab", "Tab", "Tab")
		want(t, "focus", browsertest.Eval[bool](p, `document.querySelector('.ask').contains(document.activeElement)`), true)
		p.Shot("sign-out-old")
		p.Axe()
		p.Press("Escape")
		if p.Has(".veil") {
			t.Error("Escape does not put the question aside")
		}
	})
	t.Run("the first run", func(t *testing.T) {
		p := b.Open(browsertest.Phone)
		open(p, phone(t), "new=1", "")
		p.Wait("#user")
		p.Type("#user", "liming")
		p.Type("#pass", "wrong")
		p.Press("Enter")
		p.Wait(".wrong:not([hidden])")
		p.Shot("sign-in-wrong")
		p.Axe()
		_ = browsertest.Eval[bool](p, `document.querySelector('#pass').value = 'right', true`)
		tap(p, ".btn.full")
		p.Wait(".cards")
		tap(p, ".foot .btn")
		p.Wait(".hh")
	})
	t.Run("locked in the middle of a sentence", func(t *testing.T) {
		p := record(t, b, "")
		_ = browsertest.Eval[bool](p, `void window.fake.phone.setLock('246802'), location.hash = '#/visit/home1', true`)
		p.Wait("#v-words")
		p.Type("#v-words", "写到一半")
		_ = browsertest.Eval[bool](p, `window.fake.set({locked: true}), true`)
		p.Wait("#pin")
		if browsertest.Eval[bool](p, `/王桂兰|写到一半/.test(document.body.textContent)`) {
			t.Error("a name stands on the locked screen")
		}
		p.Type("#pin", "111111")
		p.Wait(".wrong:not([hidden])")
		p.Type("#pin", "246802")
		p.Wait("#v-words")
		want(t, "words", browsertest.Eval[string](p, `document.querySelector('#v-words').value`), "写到一半")
	})
	t.Run("search", func(t *testing.T) {
		p := record(t, b, "")
		_ = browsertest.Eval[bool](p, `location.hash = '#/homes', true`)
		for q, n := range map[string]int{"wgl": 1, "王": 1, "5组": 2, "lixy": 0, "wxb": 1, "chen": 1} {
			p.Wait("#seek")
			_ = browsertest.Eval[bool](p, `document.querySelector('#seek').value = '', true`)
			p.Type("#seek", q)
			want(t, q, browsertest.Eval[int](p, `document.querySelectorAll('.hh').length`), n)
		}
		want(t, "focus stays", browsertest.Eval[string](p, `document.activeElement.id`), "seek")
	})
	t.Run("two edits of one text", func(t *testing.T) {
		p := record(t, b, "box=both")
		tap(p, ".net .txt")
		p.Wait(".todo a")
		tap(p, ".todo a")
		p.Wait(".both")
		p.Sound()
	})
	t.Run("a correction keeps what it does not name", func(t *testing.T) {
		p := record(t, b, "")
		_ = browsertest.Eval[bool](p, `location.hash = '#/amend/vis2', true`)
		p.Wait("#a-words")
		p.Type("#a-words", "补一句。")
		tap(p, ".foot .btn")
		p.Wait(".toast:not([hidden])")
		_, body := last(t, p)
		want(t, "version", body["version"], 2)
		want(t, "policies", body["policies"], []string{"medical"})
		want(t, "topics", body["topics"], []string{"health", "subsidy"})
	})
}

// TestPhoneIcons: what a screen names is drawn, and drawn as elsewhere.
func TestPhoneIcons(t *testing.T) {
	drawn, err := os.ReadFile("phone/icons.js")
	if err != nil {
		t.Fatal(err)
	}
	sprite, err := os.ReadFile("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+): '(.*)',$`).FindAllStringSubmatch(string(drawn), -1) {
		have[m[1]] = m[2]
	}
	for _, m := range regexp.MustCompile(`<symbol id="([a-z]+)" viewBox="0 0 24 24">(.*?)</symbol>`).FindAllStringSubmatch(string(sprite), -1) {
		if d, ok := have[m[1]]; ok && d != m[2] {
			t.Errorf("%s is drawn otherwise than in icons.svg", m[1])
		}
	}
	files, _ := filepath.Glob("phone/views/*.js")
	used := ""
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		used += string(b)
		for _, m := range regexp.MustCompile(`\bicon\('([a-z]+)'\)`).FindAllStringSubmatch(string(b), -1) {
			if have[m[1]] == "" {
				t.Errorf("%s: %s is not drawn", f, m[1])
			}
		}
	}
	for n := range have {
		if !strings.Contains(used, "'"+n+"'") {
			t.Errorf("%s is not used", n)
		}
	}
}

// TestPhoneKeyboard walks through a form with Tab: the focus is seen, goes from
// above to below, and never hides under the bars that stick.
func TestPhoneKeyboard(t *testing.T) {
	p := record(t, browsertest.Start(t), "")
	_ = browsertest.Eval[bool](p, `location.hash = '#/visit/home1', true`)
	p.Wait("#v-need")
	_ = browsertest.Eval[bool](p, `document.querySelector('.skip').focus(), true`)
	seen := map[string]bool{}
	for range 40 {
		p.Press("Tab")
		got := browsertest.Eval[string](p, `(() => {
			if (document.activeElement === document.body) return 'body';
			const e = document.activeElement, r = e.getBoundingClientRect(), foot = document.querySelector('.foot'), bar = document.querySelector('.bar');
			const box = e.matches('.picks input') ? e.nextElementSibling : e, s = getComputedStyle(box);
			const name = e.id || e.name || e.className || e.tagName;
			if (parseFloat(s.outlineWidth) < 3 || s.outlineStyle === 'none') return 'unseen ' + name;
			if (!foot.contains(e) && !bar.contains(e) && !e.matches('.skip') && (r.bottom > foot.getBoundingClientRect().top + 1 || r.top < bar.getBoundingClientRect().bottom - 1)) return 'hidden ' + name + ' ' + Math.round(r.top) + '-' + Math.round(r.bottom);
			return name;
		})()`)
		if got == "body" {
			break // round once
		}
		if strings.HasPrefix(got, "unseen") || strings.HasPrefix(got, "hidden") {
			t.Error(got)
		}
		seen[got] = true
	}
	for _, n := range []string{"back", "how", "topics", "need", "v-words", "btn p"} {
		if !seen[n] {
			t.Errorf("Tab never reaches %s: %v", n, seen)
		}
	}
}

// TestPhoneRecords: what each form sends, the office can read to the last field.
func TestPhoneRecords(t *testing.T) {
	p := record(t, browsertest.Start(t), "")
	kept := func(kind string) {
		t.Helper()
		p.Wait(".toast:not([hidden]) button")
		got, _ := last(t, p)
		want(t, "kind", got, kind)
		_ = browsertest.Eval[bool](p, `document.querySelector('.toast').hidden = true`)
	}
	at := func(hash, wait string) {
		_ = browsertest.Eval[bool](p, `location.hash = '#/`+hash+`', true`)
		p.Wait(wait)
	}
	at("visit/home2", "#v-need")
	tap(p, "#v-how label:nth-child(3)")
	tap(p, ".sub:not([hidden]) label:nth-child(2)")
	tap(p, "[name=topics][value=subsidy]+span")
	tap(p, "#v-need label:nth-child(2)")
	p.Type("#v-what-0", "问补贴")
	tap(p, "summary")
	tap(p, "[name=weather][value=rain]+span")
	tap(p, "[name=policies][value=medical]+span")
	tap(p, "[name=activities][value=talk]+span")
	p.Type("#v-with", "欧阳")
	tap(p, "[name=with]+span")
	p.Type("#v-thought", "要跟进")
	p.Long("visit-whole")
	p.Sound()
	tap(p, ".foot .btn")
	kept("visit.record")
	_, body := last(t, p)
	for k, v := range map[string]any{"how": "meeting", "weather": "rain", "policies": []string{"medical"}, "activities": []string{"talk"}, "with": []string{"c9"}, "thought": "要跟进", "topics": []string{"subsidy"}} {
		want(t, k, body[k], v)
	}
	at("matter/mat2", "#m-way")
	tap(p, "[name=way][value=ask]+span")
	p.Type("#m-words", "村医这周下乡")
	p.Sound()
	p.Shot("matter-ask")
	tap(p, ".foot .btn")
	kept("matter.move")
	at("matter/mat1", "#m-way")
	tap(p, "[name=way][value=cannot]+span")
	tap(p, ".foot .btn")
	p.Wait("#m-words-wrong")
	p.Type("#m-words", "年龄没到")
	tap(p, ".foot .btn")
	kept("matter.move")
	at("raise", "#r-home")
	p.Set("#r-home", "home3")
	_ = browsertest.Eval[bool](p, `document.querySelector('#r-home').dispatchEvent(new Event('input', {bubbles: true}))`)
	p.Type("#r-what", "路灯坏了")
	tap(p, ".foot .btn")
	kept("matter.open")
	at("advise/home1", "#advise-kind")
	tap(p, "[name=kind][value=phone]+span")
	p.Type("#advise-value", "13900001111")
	p.Sound()
	tap(p, ".foot .btn")
	kept("advice.send")
	at("thought", "#t-words")
	p.Type("#t-words", "路要修")
	tap(p, ".foot .btn")
	kept("thought.write")
	at("amend/vis1", "#a-words")
	p.Type("#a-words", "改一句")
	tap(p, ".foot .btn")
	kept("visit.amend")
	at("nights", ".seven")
	tap(p, ".foot .btn")
	kept("stay.week")
}
