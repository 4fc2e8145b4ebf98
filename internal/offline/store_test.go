package offline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/web/browsertest"
)

// begin opens the store in a page without screens and signs in.
func (o *office) begin(p *browsertest.Page, more string) {
	o.t.Helper()
	p.Go(o.URL + "/m/bare")
	o.store(p, more)
}

func (o *office) store(p *browsertest.Page, more string) {
	o.t.Helper()
	browsertest.Await[bool](p, fmt.Sprintf(`import('/m/a/%s/phone/store.js').then(async (m) => {
		window.P = await m.openPhone({t: (k) => k, patience: 0, %s}); window.S = P.store; return true; })`, o.build, more))
}

func signIn(t testing.TB, p *browsertest.Page, user string) {
	t.Helper()
	if s := browsertest.Await[string](p, fmt.Sprintf(`P.signIn(%q, 'right').then((r) => r.ok ? '' : r.text)`, user)); s != "" {
		t.Fatal("sign in: " + s)
	}
}

func save(p *browsertest.Page, words string) string {
	return browsertest.Await[string](p, fmt.Sprintf(`P.save('visit.record', {household: 'h1', at: '2026-11-26', how: 'home', words: %q}, '王桂兰')`, words))
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 400 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("never came: " + what)
}

func (o *office) arrived() int { o.mu.Lock(); defer o.mu.Unlock(); return len(o.ops) }

const canary = "金丝雀在柴房后面"

// TestKilledBeforeSending: what was said to be on the phone is there after the
// browser was killed, arrives once, and nobody reads it in the profile.
func TestKilledBeforeSending(t *testing.T) {
	o := newOffice(t)
	folder := t.TempDir()
	o.records["home:h1"] = map[string]any{"id": "h1", "head": "名册里的" + canary}
	o.records["me"] = map[string]any{"name": "李明"}
	browsertest.Finds(t, o.URL+"/m/bare", canary, "王桂兰") // or the search below would say nothing
	b := browsertest.StartIn(t, folder)
	p := b.Tab(browsertest.Phone)
	o.begin(p, "")
	signIn(t, p, "liming")
	waitFor(t, "the list", func() bool { return browsertest.Eval[int](p, `P.homes().length`) == 1 })
	o.set(func() { o.off = true })
	id := save(p, "没信号时记的"+canary)
	browsertest.Await[bool](p, `P.keep('visit:h2', {words: '没写完的`+canary+`'}).then(() => true)`)
	if n := browsertest.Eval[int](p, `P.state.waiting`); n != 1 {
		t.Fatal("waiting", n)
	}
	b.Kill()
	if found := browsertest.Lying(t, folder, canary, "王桂兰"); len(found) > 0 {
		t.Errorf("the profile tells %v", found)
	}

	b = browsertest.StartIn(t, folder)
	p = b.Tab(browsertest.Phone)
	o.set(func() { o.off = false })
	p.Go(o.URL + "/m/bare")
	o.set(func() { o.session = false }) // and the session has ended in between
	o.store(p, "")
	waitFor(t, "expired", func() bool { return browsertest.Eval[bool](p, `P.state.expired`) })
	if n := browsertest.Eval[int](p, `P.state.waiting`); n != 1 {
		t.Fatal("after the kill waiting", n)
	}
	if s := browsertest.Await[string](p, `P.draft('visit:h2').then((d) => d.words)`); s != "没写完的"+canary {
		t.Errorf("draft %q", s)
	}
	if s := browsertest.Await[string](p, `P.box().then((b) => b[0].title + ' ' + b[0].body.words)`); s != "王桂兰 没信号时记的"+canary {
		t.Errorf("readable copy %q", s)
	}
	signIn(t, p, "liming")
	waitFor(t, "delivery", func() bool { return o.arrived() == 1 })
	waitFor(t, "an empty box", func() bool { return browsertest.Eval[int](p, `P.state.waiting`) == 0 })
	o.set(func() {
		if o.times[id] != 1 || !strings.Contains(o.ops[id], "没信号时记的"+canary) {
			t.Errorf("%s came %d times: %s", id, o.times[id], o.ops[id])
		}
	})
	b.Kill()
	if found := browsertest.Lying(t, folder, canary, "王桂兰"); len(found) > 0 {
		t.Errorf("the profile tells %v", found)
	}
}

// TestFaultyLine: some hundred records over a line that drops, cuts and doubles
// arrive once each, in the order of saving within the phone.
func TestFaultyLine(t *testing.T) {
	o := newOffice(t)
	b := browsertest.StartIn(t, t.TempDir())
	p := b.Tab(browsertest.Phone)
	o.begin(p, "")
	signIn(t, p, "liming")
	o.set(func() {
		o.fate = fates(1, map[string]int{"drop": 15, "cut": 20, "twice": 20, "503": 10, "html": 5})
	})
	const n = 300
	two := b.Tab(browsertest.Phone) // a second tab of the same phone
	o.begin(two, "")
	browsertest.Await[bool](p, fmt.Sprintf(`(async () => { for (let i = 0; i < %d; i++) { await P.save('thought.write', {day: '2026-11-26', words: 'w' + i}, 't'); if (i %% 7 === 0) S.sync.now(); } return true; })()`, n/2))
	browsertest.Await[bool](two, fmt.Sprintf(`(async () => { for (let i = %d; i < %d; i++) { await P.save('thought.write', {day: '2026-11-26', words: 'w' + i}, 't'); if (i %% 7 === 0) S.sync.now(); } return true; })()`, n/2, n))
	for range 400 {
		_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
		_ = browsertest.Await[bool](two, `P.send().then(() => true)`)
		if browsertest.Await[int](p, `P.box().then((b) => b.length)`) == 0 {
			break
		}
	}
	o.set(func() {
		if len(o.ops) != n {
			t.Errorf("%d of %d arrived", len(o.ops), n)
		}
		words := map[string]bool{}
		for _, b := range o.ops {
			words[b] = true
		}
		if len(words) != n {
			t.Errorf("%d different ones", len(words))
		}
		seen := map[int64]bool{}
		for id, s := range o.seqs {
			if seen[s] || s < 1 || s > n {
				t.Errorf("%s has number %d", id, s)
			}
			seen[s] = true
		}
		t.Logf("%d pushes, %d pulls", o.pushes, o.pulls)
	})
	o.chained()
	if browsertest.Await[int](two, `P.box().then((b) => b.length)`) != 0 {
		t.Error("the other tab still shows some")
	}
}
