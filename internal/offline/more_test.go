package offline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lianxin/internal/web/browsertest"
	"lianxin/ui"
)

// ready is an office with one home, and a page whose store is signed in.
func ready(t *testing.T, more string, before ...string) (*office, *browsertest.Page) {
	t.Helper()
	o := newOffice(t)
	o.homes(1, 1)
	b := browsertest.StartIn(t, t.TempDir())
	p := b.Tab(browsertest.Phone)
	for _, js := range before {
		p.Before(js)
	}
	o.begin(p, more)
	signIn(t, p, "liming")
	waitFor(t, "the list", func() bool { return homesOf(p) == 1 })
	return o, p
}

func homesOf(p *browsertest.Page) int   { return browsertest.Eval[int](p, `P.homes().length`) }
func waitingOf(p *browsertest.Page) int { return browsertest.Eval[int](p, `P.state.waiting`) }

func (o *office) again(p *browsertest.Page, more string) {
	o.t.Helper()
	p.Go(o.URL + "/m/bare")
	o.store(p, more)
}

// TestStorageDenied: without IndexedDB a record is safe at the office only: it
// goes there at once, or nobody says that it was saved.
func TestStorageDenied(t *testing.T) {
	for name, js := range map[string]string{
		"none":    `Object.defineProperty(window, 'indexedDB', {value: undefined})`,
		"throws":  `IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }`,
		"fails":   `IDBFactory.prototype.open = () => { const r = {error: new DOMException('no', 'UnknownError')}; setTimeout(() => r.onerror(), 10); return r; }`,
		"no keys": `const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (v, k) { if (this.name === 'keys') throw new DOMException('no', 'DataCloneError'); return put.call(this, v, k); }`,
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			o, p := ready(t, "", js)
			if browsertest.Eval[bool](p, `P.state.kept !== false || !P.state.fleeting`) {
				t.Error("it says that it keeps something")
			}
			o.set(func() { o.off = true })
			_ = browsertest.Await[bool](p, `P.keep('visit:h1', {words: '只在这一页'}).then(() => true)`)
			const js = `P.save('visit.record', {household: 'h1', at: '2026-11-26', how: 'home', words: '只在这一页'}, '王桂兰', 'visit:h1')`
			if _, err := browsertest.Try[string](p, js); err == nil || !strings.Contains(err.Error(), "unsent") {
				t.Error("it says that the record is safe:", err)
			}
			if waitingOf(p) != 0 || browsertest.Await[string](p, `P.draft('visit:h1').then((d) => d.words)`) != "只在这一页" {
				t.Error("the words did not stay in the form")
			}
			// An answer that is lost: the words stay, and the second try is the same record.
			o.set(func() { o.off = false; o.fate = func() string { return "cut" } })
			if _, err := browsertest.Try[string](p, js); err == nil {
				t.Error("delivered, said nobody")
			}
			o.set(func() { o.fate = nil })
			_ = browsertest.Await[string](p, js)
			if o.arrived() != 1 || waitingOf(p) != 0 || browsertest.Await[bool](p, `P.draft('visit:h1').then((d) => d !== null)`) {
				t.Error("not delivered", o.arrived(), waitingOf(p))
			}
			o.chained()
		})
	}
}

// TestLock: with a lock nothing can be read without the six digits, also after
// the browser was closed; wrong tries lead to the password, and to the end.
func TestLock(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	save(p, "锁前记的")
	_ = browsertest.Await[bool](p, `P.keep('d', {words: '锁里的稿'}).then(() => P.setLock('135790')).then(() => true)`)
	o.again(p, "")
	if !browsertest.Eval[bool](p, `P.state.locked && P.state.hasLock && P.homes().length === 0 && P.me() === null`) {
		t.Error("not locked after a reload")
	}
	for _, js := range []string{`P.save('thought.write', {words: 'x'}, 't')`, `P.draft('d')`, `P.keep('d', {})`} {
		if _, err := browsertest.Try[string](p, js); err == nil || !strings.Contains(err.Error(), "locked") {
			t.Errorf("%s: %v", js, err)
		}
	}
	if browsertest.Await[int](p, `P.box().then((b) => b.length)`) != 1 || browsertest.Await[bool](p, `P.box().then((b) => b[0].body !== null)`) {
		t.Error("the box under lock")
	}
	if browsertest.Await[bool](p, `P.unlock('000000')`) || !browsertest.Await[bool](p, `P.unlock('135790')`) {
		t.Error("the digits")
	}
	if s := browsertest.Await[string](p, `P.draft('d').then((d) => d.words)`); s != "锁里的稿" {
		t.Error(s)
	}
	// It closes after five minutes of rest, and what was being written is kept.
	_ = browsertest.Await[bool](p, `(async () => { P.keep('d', {words: '最后一笔'}); S.touched = {mono: performance.now() - 301000, wall: Date.now()}; dispatchEvent(new Event('scroll')); await new Promise((r) => setTimeout(r, 300)); return true; })()`)
	if !browsertest.Eval[bool](p, `P.state.locked && P.homes().length === 0`) {
		t.Error("it does not close by itself")
	}
	if !browsertest.Await[bool](p, `P.unlock('135790')`) {
		t.Fatal("the digits, again")
	}
	if s := browsertest.Await[string](p, `P.draft('d').then((d) => d.words)`); s != "最后一笔" {
		t.Error(s)
	}
	// Sealed records are sent also while it is closed.
	o.set(func() { o.off = false })
	_ = browsertest.Await[bool](p, `(async () => { P.lock(); await new Promise((r) => setTimeout(r, 200)); await P.send(); return true; })()`)
	if o.arrived() != 1 || waitingOf(p) != 0 {
		t.Error("not sent under lock")
	}
	// Five wrong tries: the password, and also the right digits no longer open.
	o.set(func() { o.off = true })
	_ = browsertest.Await[bool](p, `(async () => { await P.unlock('135790'); await P.save('thought.write', {words: 'y'}, 't'); P.lock(); await new Promise((r) => setTimeout(r, 200)); for (let i = 0; i < 5; i++) await P.unlock('111111'); return true; })()`)
	o.again(p, "")
	if browsertest.Await[bool](p, `P.unlock('135790')`) || !browsertest.Eval[bool](p, `P.state.expired && P.state.locked`) {
		t.Error("five wrong tries and the digits still open")
	}
	o.set(func() { o.off = false })
	signIn(t, p, "liming")
	waitFor(t, "the list anew", func() bool { return homesOf(p) == 1 })
	waitFor(t, "the record saved before", func() bool { return o.arrived() == 2 && waitingOf(p) == 0 })
	if browsertest.Eval[bool](p, `P.state.locked || P.state.hasLock`) {
		t.Error("the password does not open")
	}
	// What was begun under the forgotten digits is there, and the person is asked
	// for new ones until he says something.
	if s := browsertest.Await[string](p, `P.draft('d').then((d) => d ? d.words : 'gone')`); s != "最后一笔" {
		t.Error("the draft under the forgotten lock:", s)
	}
	o.again(p, "")
	if !browsertest.Eval[bool](p, `P.state.relock && P.state.dropped === 0`) {
		t.Error("nobody says that the lock is off")
	}
	// Ten: the list is wiped, what waits is not.
	o.set(func() { o.off = true })
	_ = browsertest.Await[bool](p, `(async () => { await P.save('thought.write', {words: 'z'}, 't'); await P.setLock('246800'); P.lock(); await new Promise((r) => setTimeout(r, 200)); for (let i = 0; i < 10; i++) await P.unlock('111111'); return true; })()`)
	if !browsertest.Eval[bool](p, `!P.state.signedIn && !P.state.locked && P.state.waiting === 1 && P.homes().length === 0`) {
		t.Error("ten wrong tries")
	}
	if n := browsertest.Await[int](p, `S.db.run('readonly', ['copy'], (tx) => tx.all('copy')).then((a) => a.length)`); n != 0 {
		t.Errorf("%d readable things are left", n)
	}
	o.set(func() { o.off, o.session = false, true })
	o.again(p, "")
	time.Sleep(300 * time.Millisecond)
	if homesOf(p) != 0 {
		t.Error("the list came back without a password")
	}
	signIn(t, p, "liming")
	if browsertest.Eval[bool](p, `P.state.relock`) {
		t.Error("after ten tries there is no lock to set anew")
	}
	waitFor(t, "the third record", func() bool { return o.arrived() == 3 && waitingOf(p) == 0 && homesOf(p) == 1 })
}

// TestSignOut: refused while something waits, unless forced; then nothing is
// left, and the next official begins with another number.
func TestSignOut(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	save(p, "还没送")
	if s := browsertest.Await[string](p, `P.signOut('asked').then((r) => JSON.stringify(r))`); s != `{"ok":false,"waiting":1}` {
		t.Error(s)
	}
	device := browsertest.Eval[string](p, `S.device.id`)
	if s := browsertest.Await[string](p, `P.signOut('forced').then((r) => JSON.stringify(r))`); s != `{"ok":true,"waiting":0}` {
		t.Error(s)
	}
	if browsertest.Eval[bool](p, `P.state.signedIn || P.state.waiting > 0 || P.homes().length > 0`) {
		t.Error("something is left")
	}
	o.again(p, "")
	if browsertest.Eval[string](p, `S.device.id`) == device {
		t.Error("the number is the old one")
	}
	if n := browsertest.Await[int](p, `S.db.run('readonly', ['copy', 'box'], async (tx) => (await tx.all('copy')).length + (await tx.all('box')).length)`); n != 0 {
		t.Error(n, "rows are left")
	}
	// The session is ended at the next signal.
	o.set(func() { o.off = false })
	o.again(p, "")
	waitFor(t, "the session's end", func() bool { o.mu.Lock(); defer o.mu.Unlock(); return !o.session })
	signIn(t, p, "zhang")
	waitFor(t, "the list", func() bool { return homesOf(p) == 1 })
	// Another official on the same page: not while records of the first wait.
	o.set(func() { o.off = true })
	save(p, "张的")
	o.set(func() { o.off, o.session = false, false })
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	o.set(func() { o.owner = map[string]string{} })
	if s := browsertest.Await[string](p, `P.signIn('liming', 'right').then((r) => r.text || '')`); s != "phonebox.others_records" {
		t.Error(s)
	}
	if o.arrived() != 0 {
		t.Error("a record went out under another name")
	}
}

// TestLostPhone: told so, it hands over what waits, signed, and wipes itself.
func TestLostPhone(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	save(p, "丢手机前记的")
	_ = browsertest.Await[bool](p, `P.keep('d', {words: 'x'}).then(() => true)`)
	device := browsertest.Eval[string](p, `S.device.id`)
	o.set(func() {
		o.off, o.session = false, false
		o.lost[device] = true
		n := 0
		o.fate = func() string { // the hand-over itself breaks off once
			if n++; n == 3 {
				return "drop"
			}
			return ""
		}
	})
	o.again(p, "")
	waitFor(t, "the loss", func() bool { return browsertest.Eval[bool](p, `P.state.lost && P.state.dropped === 1`) })
	waitFor(t, "the wipe", func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.left) >= 1 })
	waitFor(t, "nothing left", func() bool {
		return browsertest.Await[bool](p, `indexedDB.databases().then((d) => d.length === 0)`)
	})
	o.set(func() {
		if !strings.Contains(o.left[0], "丢手机前记的") || len(o.ops) != 0 {
			t.Error(o.left, o.ops)
		}
	})
}

// TestSeventyTwoHours: without a word from the office the list goes and the
// box stays; a clock set back does not help.
func TestSeventyTwoHours(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	save(p, "三天前记的")
	_ = browsertest.Await[bool](p, `P.keep('d', {words: '稿'}).then(() => true)`)
	// The page lives on for two days, the clock is set back, then two days more.
	_ = browsertest.Await[bool](p, `(async () => { let off = 0; const now = Date.now.bind(Date); S.clock.wall = () => now() + off;
		off = 48 * 3600e3; await S.checkContact(); off = -1000 * 3600e3; await S.checkContact(); window.half = P.homes().length; off += 25 * 3600e3; await S.checkContact(); return true; })()`)
	if browsertest.Eval[int](p, `window.half`) != 1 {
		t.Error("gone after 48 hours")
	}
	if !browsertest.Eval[bool](p, `P.state.gone72 && P.homes().length === 0 && P.state.waiting === 1 && P.state.listAt === 0`) {
		t.Error("after 73 hours:", browsertest.Eval[string](p, `JSON.stringify(P.state)`))
	}
	if s := browsertest.Await[string](p, `P.draft('d').then((d) => d.words)`); s != "稿" {
		t.Error(s)
	}
	o.again(p, "")
	if !browsertest.Eval[bool](p, `P.state.gone72 && P.homes().length === 0`) {
		t.Error("back after a reload")
	}
	o.set(func() { o.off = false })
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	waitFor(t, "list and delivery", func() bool {
		return homesOf(p) == 1 && o.arrived() == 1 && !browsertest.Eval[bool](p, `P.state.gone72`)
	})
}

// TestClock: the phone's own count, over sleep, kills and clocks set to
// anything.
func TestClock(t *testing.T) {
	o := newOffice(t)
	p := browsertest.StartIn(t, t.TempDir()).Tab(browsertest.Phone)
	p.Go(o.URL + "/m/bare")
	const hour = 3600_000
	for _, x := range []struct {
		name   string
		steps  string // [mono, wall] in hours; null for a kill between two lives
		t, age float64
	}{
		{"a page that is awake", `[[1,1],[1,1]]`, 2, 2},
		{"asleep: the monotonic clock stands", `[[1,1],[0,8]]`, 9, 9},
		{"set back while open", `[[1,-100]]`, 1, 1},
		{"set forward by years", `[[1,175200]]`, 1, 175200},
		{"killed for a day", `[[1,1],null,[0,24],[1,1]]`, 26, 26},
		{"killed, and set back", `[[1,1],null,[0,-50],[2,2]]`, 3, 3},
		{"back by 20 years, then right again", `[[1,-175200],null,[0,175200]]`, 175201, 175201},
	} {
		got := browsertest.Await[[]float64](p, fmt.Sprintf(`import('/m/a/%s/phone/clock.js').then(({Clock}) => { let wall = 1.8e12, mono = 0; let c = new Clock(null, () => wall, () => mono);
			const steps = %s; for (let i = 0; i < steps.length; i++) { const s = steps[i]; if (s === null) { const k = c.kept(); i++; wall += steps[i][1] * %d; mono = 0; c = new Clock(k, () => wall, () => mono); continue; } mono += s[0] * %d; wall += s[1] * %d; c.step(); }
			return [c.t / %d, c.age / %d]; })`, o.build, x.steps, hour, hour, hour, hour, hour))
		if got[0] != x.t || got[1] != x.age {
			t.Errorf("%s: %v, want %v %v", x.name, got, x.t, x.age)
		}
	}
}

// TestTakenBack: undo works while a record has not left, and leaves no hole in
// the numbers; afterwards it says no.
func TestTakenBack(t *testing.T) {
	o, p := ready(t, "patience: 60000")
	// A page opened anew within those seconds sends without a further reason.
	o.again(p, "patience: 1500")
	save(p, "零")
	o.again(p, "patience: 1500")
	waitFor(t, "the record of before", func() bool { return o.arrived() == 1 })
	o.again(p, "patience: 60000")
	a, b, c := save(p, "一"), save(p, "二"), save(p, "三")
	if !browsertest.Await[bool](p, fmt.Sprintf(`P.undo(%q)`, b)) || waitingOf(p) != 2 {
		t.Error("not taken back")
	}
	time.Sleep(200 * time.Millisecond)
	if o.arrived() != 1 {
		t.Error("sent before its time")
	}
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	if browsertest.Await[bool](p, fmt.Sprintf(`P.undo(%q)`, a)) {
		t.Error("taken back after it was sent")
	}
	o.set(func() {
		if len(o.ops) != 3 || o.seqs[a] != 2 || o.seqs[c] != 3 {
			t.Error(o.seqs)
		}
	})
	// Without any network a try is not a sending: it can still be taken back.
	p.Line(true, 0, 0)
	d := save(p, "四")
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	if browsertest.Eval[string](p, `P.state.net`) != "none" {
		t.Error(browsertest.Eval[string](p, `P.state.net`))
	}
	if !browsertest.Await[bool](p, fmt.Sprintf(`P.undo(%q)`, d)) {
		t.Error("not taken back without network")
	}
	// A line that breaks may have carried it.
	p.Line(false, 0, 0)
	o.set(func() { o.fate = func() string { return "cut" } })
	e := save(p, "五")
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	if browsertest.Await[bool](p, fmt.Sprintf(`P.undo(%q)`, e)) {
		t.Error("taken back though the office has it")
	}
	o.chained()
}

// TestHeldAndPoison: a refused record stays with reasons and a person until
// somebody dealt with it; one that spoils a request does not stop the others.
func TestHeldAndPoison(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	var ids []string
	for i := range 5 {
		ids = append(ids, save(p, fmt.Sprint("第", i)))
	}
	o.set(func() { o.off = false; o.refuse[ids[1]] = true; o.bad[ids[3]] = true })
	for range 8 {
		_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	}
	if o.arrived() != 3 || waitingOf(p) != 1 {
		t.Fatalf("%d arrived, %d wait", o.arrived(), waitingOf(p))
	}
	held := func() string {
		return browsertest.Await[string](p, fmt.Sprintf(`P.box().then((b) => JSON.stringify(b.filter((x) => x.id === %q).map((x) => [x.state, x.title, x.body.words, x.reasons.map((r) => r.text).join(), x.person && x.person.name])))`, ids[1]))
	}
	if s := held(); s != `[["held","王桂兰","第1","这户已换联系人","周春来"]]` || browsertest.Eval[int](p, `P.state.held`) != 1 {
		t.Error(s)
	}
	if s := browsertest.Eval[string](p, `P.visits('h1').map((v) => v.words.slice(0, 2) + (v.pending || '')).join()`); !strings.Contains(s, "第1held") || !strings.Contains(s, "第3saved") || strings.Contains(s, "第0held") {
		t.Error(s)
	}
	o.again(p, "")
	if s := held(); !strings.HasPrefix(s, `[["held","王桂兰"`) {
		t.Error("after a reload:", s)
	}
	// The office lets it through.
	o.set(func() {
		o.records["held:held-"+ids[1]] = map[string]any{"id": "held-" + ids[1], "kind": "visit.record", "at": time.Now().UnixMilli(), "state": "done", "reasons": []any{}, "person": nil, "body": map[string]any{"words": "第1"}, "theirs": nil, "answer": "已收下"}
	})
	waitFor(t, "the answer", func() bool { // a round under way may have asked before
		_ = browsertest.Await[bool](p, `(async () => { S.sync.lastPull = -1e9; await P.send(); return true; })()`)
		return browsertest.Eval[int](p, `P.state.held`) == 0
	})
	if s := held(); s != "[]" {
		t.Log("shown under its own number now:", s)
	}
	if s := browsertest.Await[string](p, `P.box().then((b) => b.filter((x) => x.state === 'closed').map((x) => x.id).join())`); s == "" {
		t.Error("a held one that was dealt with is not shown")
	} else {
		_ = browsertest.Await[bool](p, fmt.Sprintf(`P.forget(%q).then(() => true)`, s))
	}
	if n := browsertest.Await[int](p, `P.box().then((b) => b.length)`); n != 1 {
		t.Error(n, "left")
	}
	o.set(func() { o.bad = map[string]bool{} })
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	if o.arrived() != 4 || waitingOf(p) != 0 {
		t.Error("the one that spoiled requests is stuck", o.arrived(), waitingOf(p))
	}
	o.chained()
}

// TestFileForTheOffice: what waits, as a file that only the office can read and
// that says whose phone it comes from.
func TestFileForTheOffice(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { o.off = true })
	for i := range 3 {
		save(p, fmt.Sprint(canary, i))
	}
	text := browsertest.Await[string](p, `P.file().then((f) => f.text())`)
	if name := browsertest.Await[string](p, `P.file().then((f) => f.name)`); name != "phonebox.file_name" {
		t.Error(name)
	}
	if strings.Contains(text, canary) {
		t.Error("it can be read")
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var head struct{ Format, Device, Account, Key, Made string }
	if err := json.Unmarshal([]byte(lines[0]), &head); err != nil || head.Format != "lianxin-outbox-1" || head.Account != "cadre-liming" || len(lines) != 4 {
		t.Fatal(lines[0], len(lines), err)
	}
	pub, err := publicKey(head.Key)
	if err != nil {
		t.Fatal(err)
	}
	prev := ""
	for i, l := range lines[1:] {
		var op operation
		d := json.NewDecoder(bytes.NewReader([]byte(l)))
		d.DisallowUnknownFields()
		if err := d.Decode(&op); err != nil {
			t.Fatal(err)
		}
		if err := verify(pub, op); err != nil || op.Seq != int64(i+1) || op.Prev != prev {
			t.Error(i, err, op.Seq)
		}
		prev = digest(op.Sig)
		if s, err := o.open(op); err != nil || !strings.Contains(s, fmt.Sprint(canary, i)) {
			t.Error(s, err)
		}
		op.Seq++
		if verify(pub, op) == nil {
			t.Error("a changed number passes")
		}
	}
	// The phone sends the same later by itself: the office knows them by their ids.
	o.set(func() { o.off = false })
	_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
	if o.arrived() != 3 {
		t.Error(o.arrived())
	}
}

// TestTwoTabsWithoutLocks: an old iOS has no navigator.locks and no channel
// between tabs; still each record goes out once.
func TestTwoTabsWithoutLocks(t *testing.T) {
	o := newOffice(t)
	b := browsertest.StartIn(t, t.TempDir())
	const old = `Object.defineProperty(Navigator.prototype, 'locks', {value: undefined}); delete window.BroadcastChannel`
	p, two := b.Tab(browsertest.Phone), b.Tab(browsertest.Phone)
	p.Before(old)
	two.Before(old)
	o.begin(p, "")
	signIn(t, p, "liming")
	o.begin(two, "")
	o.set(func() { o.off = true })
	for i := range 30 {
		save([]*browsertest.Page{p, two}[i%2], fmt.Sprint("双页", i))
	}
	o.set(func() { o.off = false })
	for range 5 {
		_ = browsertest.Eval[bool](p, `S.sync.now(), true`)
		_ = browsertest.Eval[bool](two, `S.sync.now(), true`)
		_ = browsertest.Await[bool](p, `P.send().then(() => true)`)
		_ = browsertest.Await[bool](two, `P.send().then(() => true)`)
	}
	waitFor(t, "all", func() bool { return o.arrived() == 30 })
	o.set(func() {
		for id, n := range o.times {
			if n != 1 {
				t.Errorf("%s came %d times", id, n)
			}
		}
	})
	if browsertest.Await[int](two, `P.box().then((b) => b.length)`)+browsertest.Await[int](p, `P.box().then((b) => b.length)`) != 0 {
		t.Error("still shown")
	}
}

// TestRemoval: a right that was lost leaves the phone in the same step.
func TestRemoval(t *testing.T) {
	o, p := ready(t, "")
	o.set(func() { delete(o.records, "home:ha") })
	_ = browsertest.Await[bool](p, `(async () => { S.sync.lastPull = -1e9; await P.send(); return true; })()`)
	if homesOf(p) != 0 {
		t.Error("still there")
	}
	o.set(func() { o.off = true })
	o.again(p, "")
	if homesOf(p) != 0 || browsertest.Eval[string](p, `P.me().name`) != "李明" {
		t.Error("after a reload")
	}
}

// TestInnerBrowser: inside WeChat on iOS there is no service worker; the page
// that stays open records, keeps and sends.
func TestInnerBrowser(t *testing.T) {
	o := newOffice(t)
	o.homes(2, 1)
	b := browsertest.StartIn(t, t.TempDir())
	p := b.Tab(browsertest.Phone)
	p.Agent("Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.40")
	p.Before(`delete Navigator.prototype.serviceWorker; Object.defineProperty(Navigator.prototype, 'locks', {value: undefined}); if (location.protocol !== 'about:') localStorage.setItem('lianxin-pref-welcomed', 'true')`)
	p.Go(o.URL + "/m/")
	p.Wait("#user")
	p.Type("#user", "liming")
	p.Type("#pass", "right")
	p.Tap(".btn.p.full")
	p.Wait(".hh")
	o.set(func() { o.off = true })
	p.Tap(`a[href="#/visit/ha"]`)
	p.Wait(".picks")
	p.Tap(`#v-need label`)
	p.Shot("inner-visit")
	p.Tap(`.foot .btn.p`)
	waitFor(t, "the record in the box", func() bool { return browsertest.Eval[bool](p, `document.body.textContent.includes('已存手机')`) })
	p.Sound()
	p.Shot("inner-saved")
	o.set(func() { o.off = false })
	_ = browsertest.Eval[bool](p, `dispatchEvent(new Event('online'))`)
	waitFor(t, "the delivery", func() bool { return o.arrived() == 1 })
}

// newer is the tree with one module changed, as the next release has it.
func newer(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(ui.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(ui.Files, name)
		if name == "phone/app.js" {
			b = append(b, "\nwindow.newer = true;\n"...)
		}
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNewVersion: it waits while the page stands, comes when it is taken or at
// the next opening, and is whole: it opens without network.
func TestNewVersion(t *testing.T) {
	for _, how := range []string{"taken", "opened"} {
		t.Run(how, func(t *testing.T) {
			o := newOffice(t)
			b := browsertest.StartIn(t, t.TempDir())
			p := b.Tab(browsertest.Phone)
			p.Go(o.URL + "/m/")
			p.Wait("#user")
			waitFor(t, "the worker", func() bool {
				return browsertest.Await[bool](p, `navigator.serviceWorker.ready.then((r) => !!r.active && !!navigator.serviceWorker.controller)`)
			})
			o.release(newer(t))
			p.Type("#user", "half a name")
			_ = browsertest.Await[bool](p, `navigator.serviceWorker.getRegistration('/m/').then((r) => r.update()).then(() => true)`)
			waitFor(t, "a waiting version", func() bool {
				return browsertest.Await[bool](p, `navigator.serviceWorker.getRegistration('/m/').then((r) => !!r.waiting)`)
			})
			time.Sleep(600 * time.Millisecond)
			if browsertest.Eval[string](p, `document.querySelector('#user').value`) != "half a name" || browsertest.Eval[bool](p, `window.newer === true`) {
				t.Error("the form was pulled away")
			}
			if how == "taken" {
				_ = browsertest.Eval[bool](p, `navigator.serviceWorker.getRegistration('/m/').then((r) => { navigator.serviceWorker.addEventListener('controllerchange', () => location.reload()); r.waiting.postMessage({take: 'now'}); }), true`)
			} else {
				// Put away and opened: a tab that only leaves for another page may
				// find the old worker still busy, which is whole too.
				q := b.Tab(browsertest.Phone)
				p.Close()
				p = q
				p.Go(o.URL + "/m/")
			}
			waitFor(t, "the new version", func() bool {
				ok, err := browsertest.Try[bool](p, `window.newer === true && !!document.querySelector('#user')`)
				return err == nil && ok
			})
			waitFor(t, "one cache", func() bool {
				n, err := browsertest.Try[int](p, `caches.keys().then((k) => k.length)`)
				return err == nil && n == 1
			})
			o.set(func() { o.dark = true })
			p.Go("about:blank")
			p.Go(o.URL + "/m/")
			p.Wait("#user")
			if !browsertest.Eval[bool](p, `window.newer === true`) {
				t.Error("the old one without network")
			}
		})
	}
}
