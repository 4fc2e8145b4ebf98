package offline_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
)

// list puts a small picture into the office: what the screens draw.
func (o *office) list() {
	today := calendar.FromTime(time.Now())
	put := func(k, v string) {
		var x map[string]any
		if err := json.Unmarshal([]byte(strings.NewReplacer("TODAY", string(today), "PAST", string(today.Add(-14)), "SOON", string(today.Add(3))).Replace(v)), &x); err != nil {
			o.t.Fatal(err)
		}
		o.records[k] = x
	}
	put("me", `{"cadre":"c1","name":"李明","post":"科员","unit":"农业服务中心","township":"白河镇","lang":"zh-CN","today":"TODAY","office":{"name":"镇党政办","phone":"0912-5550101"},"complaints":"","villages":[{"id":"v1","name":"李家湾村"}],"village":"v1","colleagues":[],"nights":[]}`)
	put("home:h1", `{"id":"h1","head":"王桂兰","initials":"wgl","pinyin":"wangguilan","village":"李家湾村","group":"3组","address":"","phone":"13800000178","priority":true,"tags":["household.tag.living_alone"],"members":[],"role":"lead","since":"2026-01-01","due":{"by":"PAST","key":"quota.next.past","args":{"days":14}},"year":{"done":4,"want":6,"seen":5},"last":"2026-09-10","card":null}`)
	put("matter:m1", `{"id":"m1","home":"h1","title":"约村医上门","wish":"","state":"handling","outcome":"","due":"SOON","provisional":false,"mine":true,"raised":true,"owner":"李明","emphasis":"","opened":"PAST","said":"","moves":["answer","ask"],"version":1}`)
}

// TestScreensWithoutSignal: an official signs in once, records with a finger
// while nothing can be reached, and is told when it has arrived.
func TestScreensWithoutSignal(t *testing.T) {
	o := newOffice(t)
	o.list()
	p := browsertest.Start(t).Open(browsertest.Phone)
	p.Go(o.URL + "/m/")
	p.Wait("#user")
	p.Type("#user", "liming")
	p.Type("#pass", "wrong")
	p.Tap(".btn.full")
	p.Wait(".wrong:not([hidden])")
	_ = browsertest.Eval[bool](p, `document.querySelector('#pass').value = '', true`)
	p.Type("#pass", "right")
	p.Tap(".btn.full")
	p.Wait(".cards")
	p.Tap(".foot .btn")
	p.Wait(".go")
	p.Sound()
	p.Shot("real-today")
	o.set(func() { o.off = true })
	p.Tap(".go")
	p.Wait("#v-need")
	p.Tap("#v-need label:nth-child(1)")
	p.Tap(".foot .btn")
	p.Wait(".net b")
	if s := p.Text(".net p"); !strings.HasPrefix(s, "没有信号也照常记。") || !strings.Contains(s, "1条存在这部手机里") {
		t.Errorf("strip %q", s)
	}
	if n := o.arrived(); n != 0 {
		t.Errorf("%d arrived without signal", n)
	}
	p.Wait(".hh .wait") // 另有1条待同步
	p.Shot("real-offline")
	o.set(func() { o.off = false })
	_ = browsertest.Eval[bool](p, `dispatchEvent(new Event('online'))`)
	waitFor(t, "delivery", func() bool { return o.arrived() == 1 })
	waitFor(t, "the word that it arrived", func() bool { return strings.HasPrefix(p.Text(".toast p"), "送到了，") })
	waitFor(t, "a quiet screen", func() bool { return !p.Has(".net") })
	p.Shot("real-delivered")
}

// enter signs in with a finger.
func enter(p *browsertest.Page) {
	p.Wait("#user")
	p.Type("#user", "liming")
	p.Type("#pass", "right")
	p.Tap(".btn.p.full")
}

// says looks in one step, while the screen may be drawn anew.
func says(p *browsertest.Page, selector, words string) bool {
	return browsertest.Eval[bool](p, fmt.Sprintf(`((document.querySelector(%q) || {}).textContent || '').includes(%q)`, selector, words))
}

const welcomed = `if (location.protocol !== 'about:') localStorage.setItem('lianxin-pref-welcomed', 'true')`

// TestShellOutlivesSignOut: who signs in after 登出并清除 has an app without
// signal, too, also by the address without its last stroke; and the browser's
// history names no home.
func TestShellOutlivesSignOut(t *testing.T) {
	o := newOffice(t)
	o.list()
	p := browsertest.StartIn(t, t.TempDir()).Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Go(o.URL + "/m")
	enter(p)
	p.Wait(".go")
	waitFor(t, "the worker", func() bool {
		return browsertest.Await[bool](p, `navigator.serviceWorker.ready.then((r) => !!r.active && !!navigator.serviceWorker.controller)`)
	})
	p.Tap(".hh h3 a")
	p.Wait(".people, .empty")
	if s := browsertest.Eval[string](p, `document.title`); strings.Contains(s, "王桂兰") || !strings.HasPrefix(s, "走访户") {
		t.Errorf("the browser's history reads %q", s)
	}
	_ = browsertest.Eval[bool](p, `location.hash = '#/me', true`)
	p.Wait(".btn.bad")
	_ = browsertest.Eval[bool](p, `document.querySelector('.btn.bad').click(), true`)
	p.Wait("dialog.ask[open]")
	p.Tap("dialog.ask .btn.bad")
	enter(p)
	p.Wait(".cards")
	p.Tap(".foot .btn")
	p.Wait(".go")
	o.set(func() { o.dark = true })
	for _, path := range []string{"/m/", "/m"} {
		p.Go("about:blank")
		p.Go(o.URL + path)
		waitFor(t, "the list without signal at "+path, func() bool { return p.Has(".go") })
	}
}

// TestSavedDraftStaysGone: a text box that still has the focus at 存好, and is
// taken away with it, does not bring its words back as a draft.
func TestSavedDraftStaysGone(t *testing.T) {
	o := newOffice(t)
	o.list()
	p := browsertest.Start(t).Open(browsertest.Phone)
	p.Before(welcomed)
	p.Go(o.URL + "/m/")
	enter(p)
	p.Wait(".go")
	p.Tap(".go")
	p.Wait("#v-need")
	p.Tap("#v-need label:nth-child(1)")
	p.Type("#v-words", "记过的话")
	_ = browsertest.Eval[bool](p, `document.querySelector('.foot .btn').click(), true`)
	p.Wait(".toast:not([hidden])")
	p.Wait(".go")
	time.Sleep(300 * time.Millisecond)
	p.Tap(".go")
	p.Wait("#v-need")
	if s := browsertest.Eval[string](p, `document.querySelector('#v-words').value`); s != "" || !p.Has(".going[hidden]") {
		t.Errorf("the saved words are a draft again: %q", s)
	}
}

// TestNothingKept: a browser that keeps nothing is told of before and after,
// and what could not be sent stays on the screen.
func TestNothingKept(t *testing.T) {
	o := newOffice(t)
	o.list()
	p := browsertest.Start(t).Open(browsertest.Phone)
	p.Before(welcomed)
	p.Before(`IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }`)
	p.Go(o.URL + "/m/")
	p.Wait(".info.w")
	enter(p)
	p.Wait(".go")
	if s := p.Text(".net p"); !strings.HasPrefix(s, "这部手机存不住东西") {
		t.Errorf("strip %q", s)
	}
	p.Shot("nothing-kept")
	p.Tap(".go")
	p.Wait("#v-need")
	p.Tap("#v-need label:nth-child(1)")
	p.Type("#v-words", "不能丢")
	o.set(func() { o.off = true })
	p.Tap(".foot .btn")
	p.Wait("dialog.ask[open]")
	if s := p.Text("dialog.ask p"); !strings.HasPrefix(s, "没有送出去") {
		t.Errorf("told %q", s)
	}
	p.Tap("dialog.ask .btn")
	o.set(func() { o.off = false })
	if s := browsertest.Eval[string](p, `document.querySelector('#v-words').value`); s != "不能丢" {
		t.Errorf("the words are %q", s)
	}
	p.Tap(".foot .btn")
	waitFor(t, "delivery", func() bool { return o.arrived() == 1 })
	waitFor(t, "the word that it arrived", func() bool { return strings.HasPrefix(p.Text(".toast p"), "送到了") })
}

// TestDraftOfAHomeThatWent: what was begun for a home that is no longer in the
// list is named, can be read, and can be deleted.
func TestDraftOfAHomeThatWent(t *testing.T) {
	o := newOffice(t)
	o.list()
	p := browsertest.Start(t).Open(browsertest.Phone)
	p.Before(welcomed)
	p.Go(o.URL + "/m/")
	enter(p)
	p.Wait(".go")
	p.Tap(".go")
	p.Wait("#v-need")
	p.Type("#v-words", "写了一半")
	p.Tap(".bar .back")
	waitFor(t, "the draft", func() bool { return says(p, ".go", "接着记") })
	o.set(func() { delete(o.records, "home:h1") })
	p.Go("about:blank")
	p.Go(o.URL + "/m/")
	waitFor(t, "the word about it", func() bool { return says(p, ".net p", "有1条没写完的") })
	p.Tap(".net .txt")
	p.Wait(`a[href^="#/draft/"]`)
	if s := p.Text(`a[href^="#/draft/"] b`); s != "王桂兰家，走访" {
		t.Errorf("it is called %q", s)
	}
	p.Tap(`a[href^="#/draft/"]`)
	p.Wait("#d-words")
	if s := browsertest.Eval[string](p, `document.querySelector('#d-words').value`); s != "写了一半" {
		t.Errorf("the words are %q", s)
	}
	p.Sound()
	p.Shot("draft-stray")
	p.Tap(".btn.bad")
	p.Wait("dialog.ask[open]")
	p.Tap("dialog.ask .btn.bad")
	waitFor(t, "the empty box", func() bool { return p.Has(".empty") && !p.Has(".todo") })
}
