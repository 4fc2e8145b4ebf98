// Package phone_test tells stories of an official's phone in the mountains: the
// whole program behind a line that fails, a real browser, and a profile that is
// looked through afterwards.
package phone_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	mrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/worktest"
)

const password = "Huaishu-xia-3-jia"

// village is the program with one official, and the line between him and it.
type village struct {
	*httptest.Server
	t   testing.TB
	app *app.App
	mu  sync.Mutex
	// handler is the program's own; old, where set, is the app of an earlier
	// release in place of its own.
	handler http.Handler
	old     bundle
	// fate of a call: "" passes, "drop" never arrives, "cut" arrives and its
	// answer does not, "twice" arrives twice.
	fate func(path string) string
}

func newVillage(t *testing.T) *village {
	t.Helper()
	cfg, err := config.Load("", nil, map[string]string{"data": filepath.Join(t.TempDir(), "data"), "listen": "127.0.0.1:0", "backup.at": "off", "jobs.nightly": "off"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, app.Options{Alone: true, Getenv: func(string) string { return "" }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(context.Background()) })
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	worktest.Seed(t, a.DB)
	sys := worktest.Who(access.SysAdmin, worktest.Root, "", calendar.FromTime(a.DB.Now()))
	slips, err := db.Write(t.Context(), a.DB, func(tx *db.Tx) ([]login.Slip, error) {
		x, err := a.Logins.CreateAccount(t.Context(), tx, sys, login.NewAccount{County: worktest.County, Username: "liming", Name: "李明", Cadre: worktest.LiMing, Region: worktest.Qingshi, Class: string(access.Cadre.Class())})
		if err != nil {
			return nil, err
		}
		if _, err := a.Logins.AddGrant(t.Context(), tx, sys, login.NewGrant{County: worktest.County, Account: x.ID, Role: string(access.Cadre), Region: worktest.Qingshi}); err != nil {
			return nil, err
		}
		return a.Logins.IssueCodes(t.Context(), tx, sys, worktest.County, []string{x.ID})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Logins.Activate(t.Context(), login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.Browser, Label: "test", Door: string(access.CLI), Request: "test"}}); err != nil {
		t.Fatal(err)
	}
	h, _, err := a.Table()
	if err != nil {
		t.Fatal(err)
	}
	v := &village{t: t, app: a, handler: h}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.line(h, w, r) }))
	v.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(v.Close)
	return v
}

func (v *village) line(h http.Handler, w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/m/bare" { // a page with the origin and nothing else
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><link rel=icon href=data:,><title>bare</title>")
		return
	}
	v.mu.Lock()
	fate := ""
	if v.fate != nil {
		fate = v.fate(r.URL.Path)
	}
	if v.old != nil && strings.HasPrefix(r.URL.Path, "/m/") {
		h = v.old
	}
	v.mu.Unlock()
	switch fate {
	case "drop":
		panic(http.ErrAbortHandler)
	case "cut", "twice":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(strings.NewReader(string(body)))
		h.ServeHTTP(httptest.NewRecorder(), again)
		if fate == "cut" {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	h.ServeHTTP(w, r)
}

// net sets what the line does.
func (v *village) net(fate func(path string) string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fate = fate
}

// shell sets whose app the server has; nil is its own.
func (v *village) shell(b bundle) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.old = b
}

func none(string) string { return "drop" }

func (v *village) count(query string, args ...any) int {
	v.t.Helper()
	n, err := db.One(v.t.Context(), v.app.DB, db.Int, query, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	return n
}

func waitFor(t testing.TB, p *browsertest.Page, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("never came: %s\n%.600s", what, p.Text("body"))
}

func signIn(p *browsertest.Page) {
	p.Wait("#user")
	p.Type("#user", "liming")
	p.Type("#pass", password)
	p.Tap(".gatebox .btn.p")
}

func says(p *browsertest.Page, text string) bool {
	ok, err := browsertest.Try[bool](p, fmt.Sprintf(`document.body.textContent.includes(%q)`, text))
	return err == nil && ok
}

// welcomed has seen the cards of the first run.
const welcomed = `if (location.protocol !== 'about:') localStorage.setItem('lianxin-pref-welcomed', 'true')`

const canary = "柴房后面的金丝雀"

// secrets are what a finder of the phone must not read, and what must not even
// come to it.
var secrets = []string{canary, "王桂兰", "13800002001", "村口老槐树", "990101195003070025", "腿疼"}

// lying finds secrets in the files of a folder.
func lying(t testing.TB, folder string) []string {
	t.Helper()
	return browsertest.Lying(t, folder, secrets...)
}

// TestMountain: offline, recorded, the browser killed, opened again, signed in
// anew because the session had ended: delivered once, and nothing to read in
// the profile at any time.
func TestMountain(t *testing.T) {
	v := newVillage(t)
	folder := t.TempDir()
	browsertest.Finds(t, v.URL+"/m/bare", secrets...) // or finding nothing would say nothing
	b := browsertest.StartIn(t, folder)
	p := b.Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Go(v.URL + "/m/")
	signIn(p)
	waitFor(t, p, "the list", func() bool { return says(p, "共联系1户") })
	p.Go(v.URL + "/m/#/homes")
	waitFor(t, p, "the home", func() bool { return says(p, "王桂兰") })
	p.Sound()
	p.Shot("mountain-today")

	v.net(none)
	p.Go(v.URL + "/m/#/visit/" + worktest.WangHome)
	p.Wait("#v-need")
	p.Tap("#v-need label")
	p.Type("#v-words", canary)
	p.Tap(".foot .btn.p")
	waitFor(t, p, "已存手机", func() bool { return says(p, "已存手机") })
	p.Shot("mountain-saved")
	// Another visit is being written when the battery dies.
	p.Go(v.URL + "/m/#/visit/" + worktest.WangHome)
	p.Wait("#v-need")
	p.Type("#v-words", "没写完"+canary)
	time.Sleep(300 * time.Millisecond)
	b.Kill()
	if found := lying(t, folder); len(found) > 0 {
		t.Errorf("a finder reads %v", found)
	}

	v.net(nil)
	b = browsertest.StartIn(t, folder)
	p = b.Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Forget() // the session is over
	p.Go(v.URL + "/m/")
	waitFor(t, p, "the strip of an ended session", func() bool { return says(p, "登录过期了") })
	p.Shot("mountain-expired")
	if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County); n != 0 {
		t.Errorf("%d visits without a session", n)
	}
	p.Go(v.URL + "/m/#/enter")
	signIn(p)
	waitFor(t, p, "the delivery", func() bool { return v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County) == 1 })
	p.Go(v.URL + "/m/#/box")
	waitFor(t, p, "an empty box", func() bool { return !says(p, "存在手机里") })
	p.Go(v.URL + "/m/#/visit/" + worktest.WangHome)
	p.Wait("#v-words")
	if s := browsertest.Eval[string](p, `document.querySelector('#v-words').value`); s != "没写完"+canary {
		t.Errorf("the draft is %q", s)
	}
	p.Go(v.URL + "/m/#/home/" + worktest.WangHome)
	waitFor(t, p, "the visit on the home's page", func() bool { return says(p, canary) })
	p.Shot("mountain-home")
	if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County); n != 1 {
		t.Errorf("%d visits", n)
	}
	b.Kill()
	if found := lying(t, folder); len(found) > 0 {
		t.Errorf("a finder reads %v", found)
	}
}

// TestBrokenLine: hundreds of records over a line that drops, cuts and doubles,
// from two tabs, with the real program at its other end: each has its effect
// once, and the numbers on both sides agree.
func TestBrokenLine(t *testing.T) {
	v := newVillage(t)
	b := browsertest.StartIn(t, t.TempDir())
	p := b.Tab(browsertest.Phone)
	begin := func(p *browsertest.Page) {
		p.Go(v.URL + "/m/bare")
		_ = browsertest.Await[bool](p, `fetch('/m/').then((r) => r.headers.get('X-Lianxin-Build')).then((b) => import('/m/a/' + b + '/phone/store.js')).then((m) => m.openPhone({t: (k) => k, patience: 0})).then((x) => { window.P = x; return true; })`)
	}
	begin(p)
	if s := browsertest.Await[string](p, fmt.Sprintf(`P.signIn('liming', %q).then((r) => r.ok ? '' : r.text)`, password)); s != "" {
		t.Fatal(s)
	}
	two := b.Tab(browsertest.Phone)
	begin(two)
	dice := mrand.New(mrand.NewPCG(3, 9)) // #nosec G404 -- a test's dice
	v.net(func(path string) string {
		if !strings.HasPrefix(path, "/api/") {
			return ""
		}
		return []string{"drop", "cut", "cut", "twice", "twice", "", "", "", "", ""}[dice.IntN(10)]
	})
	const n = 120
	for i := range n {
		tab := []*browsertest.Page{p, two}[i%2]
		_ = browsertest.Await[string](tab, fmt.Sprintf(`P.save('visit.record', {household: %q, at: '2026-%02d-%02d', how: 'home', words: 'w%d'}, 't')`, worktest.WangHome, 2+i/15, 1+i%15, i))
	}
	waitFor(t, p, "an empty box", func() bool {
		_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
		_ = browsertest.Await[bool](two, `P.send().then(() => true)`)
		return browsertest.Await[int](p, `P.store.reload().then(() => P.state.waiting)`) == 0
	})
	if got := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County); got != n {
		t.Errorf("%d visits of %d", got, n)
	}
	v.net(nil)
	_ = browsertest.Await[bool](p, `(async () => { P.store.sync.lastPull = -1e9; await P.send(); return true; })()`)
	if s := browsertest.Await[string](p, `P.box().then((b) => JSON.stringify(b))`); s != "[]" {
		t.Errorf("left: %.300s", s)
	}
	waitFor(t, p, "the picture", func() bool {
		return browsertest.Eval[int](p, `new Set(P.visits().map((v) => v.words)).size`) == n && browsertest.Eval[int](p, `P.visits().length`) == n
	})
	if s := browsertest.Eval[string](p, `JSON.stringify(P.visits().filter((v) => v.pending))`); s != "[]" {
		t.Errorf("still pending: %.300s", s)
	}
}
