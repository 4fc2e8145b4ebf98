package phone_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/worktest"
)

// office lets somebody of the township's office in at a desk.
func (v *village) office(b *browsertest.Browser, size browsertest.Size) *browsertest.Page {
	v.t.Helper()
	sys := worktest.Who(access.SysAdmin, worktest.Root, "", calendar.FromTime(v.app.DB.Now()))
	if v.count(`SELECT COUNT(*) FROM accounts WHERE username = 'zhangmin'`) == 0 {
		slips, err := db.Write(v.t.Context(), v.app.DB, func(tx *db.Tx) ([]login.Slip, error) {
			x, err := v.app.Logins.CreateAccount(v.t.Context(), tx, sys, login.NewAccount{County: worktest.County, Username: "zhangmin", Name: "张敏", Region: worktest.Qingshi, Class: string(access.Office.Class())})
			if err != nil {
				return nil, err
			}
			if _, err := v.app.Logins.AddGrant(v.t.Context(), tx, sys, login.NewGrant{County: worktest.County, Account: x.ID, Role: string(access.Office), Region: worktest.Qingshi}); err != nil {
				return nil, err
			}
			return v.app.Logins.IssueCodes(v.t.Context(), tx, sys, worktest.County, []string{x.ID})
		})
		if err != nil {
			v.t.Fatal(err)
		}
		if _, err := v.app.Logins.Activate(v.t.Context(), login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.Browser, Label: "test", Door: string(access.CLI), Request: "test"}}); err != nil {
			v.t.Fatal(err)
		}
	}
	p := b.Tab(size)
	p.Go(v.URL + "/login")
	p.Type("#f-username", "zhangmin")
	p.Type("#f-password", password)
	p.Follow(".gatebox .btn.p")
	return p
}

// TestDesk: what a phone brings and a rule refuses lies at the desk, is decided
// there, and the phone is told; a file the phone saved is taken once; a lost
// phone is found again in time.
func TestDesk(t *testing.T) {
	v := newVillage(t)
	phone := browsertest.StartIn(t, t.TempDir())
	p := phone.Tab(browsertest.Phone)
	p.Go(v.URL + "/m/bare")
	_ = browsertest.Await[bool](p, `fetch('/m/').then((r) => r.headers.get('X-Lianxin-Build')).then((b) => import('/m/a/' + b + '/phone/store.js')).then((m) => m.openPhone({t: (k) => k, patience: 0})).then((x) => { window.P = x; return true; })`)
	if s := browsertest.Await[string](p, fmt.Sprintf(`P.signIn('liming', %q).then((r) => r.ok ? '' : r.text)`, password)); s != "" {
		t.Fatal(s)
	}
	save := func(kind, body string) {
		t.Helper()
		_ = browsertest.Await[string](p, fmt.Sprintf(`P.save(%q, %s, 't').then((x) => '')`, kind, body))
	}
	send := func() { t.Helper(); _ = browsertest.Await[bool](p, `P.send().then(() => true)`) }
	pull := func() string {
		t.Helper()
		return browsertest.Await[string](p, `(async () => { P.store.sync.lastPull = -1e9; await P.send(); return JSON.stringify(await P.box()); })()`)
	}
	heldIDs := func() []string {
		t.Helper()
		ids, err := db.All(t.Context(), v.app.DB, db.Text, `SELECT id FROM phone_held WHERE state = 'open' ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	visits := func() int { return v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County) }

	// A day that lies too far back is refused, and corrected at the desk.
	save("visit.record", fmt.Sprintf(`{household: %q, at: '2019-03-01T15:20', how: 'home', topics: ['health'], words: '屋后水沟要清'}`, worktest.WangHome))
	send()
	waitFor(t, p, "a held record", func() bool { send(); return len(heldIDs()) == 1 })
	b := browsertest.StartIn(t, t.TempDir())
	d := v.office(b, browsertest.Desk)
	d.Go(v.URL + "/today?desk=1")
	if s := d.Text("main"); !strings.Contains(s, "待核处的记录") {
		t.Error("today:", s)
	}
	d.Go(v.URL + "/held")
	if s := d.Text("main"); !strings.Contains(s, "李明") || !strings.Contains(s, "走访") {
		t.Error("the list:", s)
	}
	d.Sound()
	d.Shot("held-list")
	d.Follow("td a")
	if s := d.Text("main"); !strings.Contains(s, "屋后水沟要清") || !strings.Contains(s, "王桂兰") || !strings.Contains(s, "2019年3月1日") {
		t.Error("the record:", s)
	}
	d.Sound()
	d.Shot("held-record")
	d.Follow(`form[action^="/held/"] .btn.p`)
	if s := d.Text("main"); !d.Has("#problem") || len(heldIDs()) != 1 {
		t.Error("let through again:", s)
	}
	d.Shot("held-refused")
	d.Follow(`a[href^="/visits/new"]`)
	if s := browsertest.Eval[string](d, `document.querySelector('#f-words').value + document.querySelector('#f-day').value`); s != "屋后水沟要清2019-03-01" {
		t.Error("prefilled:", s)
	}
	d.Sound()
	d.Shot("held-fix")
	d.Set("#f-day", string(calendar.FromTime(v.app.DB.Now()).Add(-3)))
	d.Follow("form.visit .btn.p")
	if s := d.Text("main"); !strings.Contains(s, "更正后收下") || len(heldIDs()) != 0 || visits() != 1 {
		t.Error("corrected:", s, visits())
	}
	if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1 AND proxy AND cadre = $2`, worktest.County, worktest.LiMing); n != 1 {
		t.Error("it is not a visit written for him")
	}
	d.Shot("held-fixed")
	pull()
	waitFor(t, p, "the phone is told", func() bool { return !strings.Contains(pull(), `"state":"held"`) })

	// Two edits of one text: both are kept.
	id, err := db.One(t.Context(), v.app.DB, db.Text, `SELECT id FROM visits WHERE county = $1`, worktest.County)
	if err != nil {
		t.Fatal(err)
	}
	save("visit.amend", fmt.Sprintf(`{visit: %q, version: 7, at: '', how: 'home', topics: [], policies: [], activities: [], weather: '', words: '水沟已清了一半', why: ''}`, id))
	waitFor(t, p, "two edits", func() bool { send(); return len(heldIDs()) == 1 })
	d.Go(v.URL + "/held/" + heldIDs()[0])
	if s := d.Text("main"); !strings.Contains(s, "水沟已清了一半") || !strings.Contains(s, "屋后水沟要清") || !strings.Contains(s, "两份都留") {
		t.Error("side by side:", s)
	}
	d.Sound()
	d.Shot("held-two")
	d.Follow(`button[value=both]`)
	d.Go(v.URL + "/visits/" + id)
	if s := d.Text("main"); !strings.Contains(s, "屋后水沟要清") || !strings.Contains(s, "以下是李明在手机上改的一份") || !strings.Contains(s, "水沟已清了一半") {
		t.Error("joined:", s)
	}

	// Not taken, with a reason the phone is told.
	save("visit.record", fmt.Sprintf(`{household: %q, at: '2018-03-01', how: 'home', words: '%s'}`, worktest.WangHome, strings.Repeat("很长的一段话", 80)))
	waitFor(t, p, "a third", func() bool { send(); return len(heldIDs()) == 1 })
	small := b.Tab(browsertest.Phone) // the same person, on a small screen
	small.Go(v.URL + "/held/" + heldIDs()[0])
	small.Sound()
	small.Long("held-small")
	small.Letters(2)
	small.Sound()
	small.Long("held-large")
	small.Letters(1)
	small.Type("#f-words", "名册里没有这一户")
	small.Follow(`.form .btn`)
	small.Go(v.URL + "/held?view=dropped")
	small.Sound()
	small.Long("held-dropped")
	waitFor(t, p, "the answer on the phone", func() bool { return strings.Contains(pull(), "名册里没有这一户") })

	// A file, brought twice; then the phone sends the same.
	before := visits()
	v.net(func(path string) string { // the desk has a line, the phone has none
		if strings.HasPrefix(path, "/api/v1/offline/") {
			return "drop"
		}
		return ""
	})
	for i := range 3 {
		save("visit.record", fmt.Sprintf(`{household: %q, at: '', how: 'home', words: '文件%d'}`, worktest.WangHome, i))
	}
	text := browsertest.Await[string](p, `P.file().then((f) => f.text())`)
	folder := t.TempDir()
	bring := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d.Go(v.URL + "/held/file")
		d.Do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
		d.Follow("form.form .btn.p")
		d.Sound()
		d.Shot("file-" + name)
		return d.Text("main")
	}
	d.Go(v.URL + "/held/file")
	d.Sound()
	d.Shot("file-empty")
	for name, want := range map[string]string{"foreign": "没有在您负责的地方登录过", "other": "不是手机上", "huge": "不是手机上", "key": "改动过"} {
		s := map[string]string{"foreign": strings.Replace(text, `"device":"`, `"device":"0`, 1), "other": "你好", "huge": strings.Repeat("x", 1<<20), "key": strings.Replace(text, `"key":"B`, `"key":"C`, 1)}[name]
		if got := bring(name, s); !strings.Contains(got, want) || visits() != before {
			t.Error(name, got)
		}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	broken := lines[0] + "\n" + strings.Replace(lines[1], `"seq":`, `"seq":9`, 1) + "\n" + lines[2] + "\n" + lines[3][:len(lines[3])-30]
	if s := bring("broken", broken); !strings.Contains(s, "收下1条") || !strings.Contains(s, "有2行没有收下") || !strings.Contains(s, "断了") || !strings.Contains(s, "签名对不上") || visits() != before+1 {
		t.Error("a broken file:", s, visits()-before)
	}
	if s := bring("whole", text); !strings.Contains(s, "收下2条，先前已收1条") || visits() != before+3 {
		t.Error("the whole file:", s, visits()-before)
	}
	if s := bring("twice", text); !strings.Contains(s, "收下0条，先前已收3条") || visits() != before+3 {
		t.Error("again:", s, visits()-before)
	}
	v.net(nil)
	waitFor(t, p, "an empty box", func() bool {
		send()
		return browsertest.Await[int](p, `P.store.reload().then(() => P.state.waiting)`) == 0
	})
	if visits() != before+3 {
		t.Error("the phone's own sending counted again:", visits()-before)
	}
	if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1 AND NOT proxy AND cadre = $2`, worktest.County, worktest.LiMing); n != 3 {
		t.Error("records of a file are not the official's own:", n)
	}

	// Lost, and found before it heard of it; lost again, and told.
	d.Go(v.URL + "/phones")
	d.Sound()
	d.Shot("phones")
	d.Follow("td a")
	d.Sound()
	d.Shot("phone")
	small.Go(d.Address())
	small.Sound()
	small.Long("phone-small")
	small.Letters(2)
	small.Sound()
	lose := func() {
		t.Helper()
		d.Tap(`#f-why label`)
		d.Follow(`.form .btn.p`)
	}
	lose()
	if s := d.Text("main"); !strings.Contains(s, "还没有联过网") {
		t.Error("lost:", s)
	}
	d.Shot("phone-lost")
	d.Follow(`form[action$="/found"] .btn`)
	if s := d.Text("main"); !strings.Contains(s, "已退出") {
		t.Error("found:", s)
	}
	lose()
	send()
	waitFor(t, p, "the lost phone hears of it", func() bool {
		send()
		d.Go(d.Address())
		return strings.Contains(d.Text("main"), "已清空")
	})
	d.Shot("phone-wiped")
}
