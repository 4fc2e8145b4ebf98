package offline_test

import (
	"bytes"
	"compress/gzip"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianxin/internal/web/browsertest"
)

// get fetches as a browser does and gives the bytes that travelled.
func get(t testing.TB, url string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, b
}

func plain(t testing.TB, res *http.Response, b []byte) string {
	t.Helper()
	if res.Header.Get("Content-Encoding") != "gzip" {
		return string(b)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestShellWeighsLittle adds up what the service worker keeps, both languages
// and the worker itself: 150 KB compressed and no more.
func TestShellWeighsLittle(t *testing.T) {
	o := newOffice(t)
	res, b := get(t, o.URL+"/m/sw.js")
	sum := len(b)
	worker := plain(t, res, b)
	list := regexp.MustCompile(`"(/m/[^"]*)"`).FindAllStringSubmatch(strings.SplitN(worker, "\n", 3)[1], -1)
	if len(list) < 15 {
		t.Fatalf("the worker keeps %d files:\n%.300s", len(list), worker)
	}
	for _, m := range list {
		res, b := get(t, o.URL+m[1])
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", m[1], res.Status)
		}
		sum += len(b)
		if m[1] != "/m/" && res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %q", m[1], res.Header.Get("Cache-Control"))
		}
	}
	t.Logf("%d files, %d KB compressed", len(list), sum>>10)
	if sum > 150<<10 {
		t.Errorf("the shell weighs %d KB", sum>>10)
	}
}

// TestShellLinks: everything the page names is there, and the icons are what
// the manifest says.
func TestShellLinks(t *testing.T) {
	o := newOffice(t)
	res, b := get(t, o.URL+"/m")
	if res.Request.URL.Path != "/m/" {
		t.Error(res.Request.URL)
	}
	page := plain(t, res, b)
	res, b = get(t, o.URL+"/m/manifest.webmanifest")
	manifest := plain(t, res, b)
	n := 0
	for _, m := range regexp.MustCompile(`(?:href|src)"?[=:]"(/[^"]*)"`).FindAllStringSubmatch(page+manifest, -1) {
		res, b := get(t, o.URL+m[1])
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", m[1], res.Status)
		}
		n++
		size, ok := map[string]int{"180": 180, "192": 192, "512": 512, "mask": 512}[strings.TrimSuffix(m[1][strings.LastIndexByte(m[1], '-')+1:], ".png")]
		if !ok {
			continue
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size {
			t.Errorf("%s: %v %v", m[1], img.Bounds(), err)
			continue
		}
		_, _, _, edge := img.At(0, 0).RGBA()
		if round := strings.Contains(m[1], "icon-192") || strings.Contains(m[1], "icon-512"); round != (edge == 0) {
			t.Errorf("%s: its corner has alpha %d", m[1], edge)
		}
		reds, whites := 0, 0
		for y := range size {
			for x := range size {
				r, g, b, _ := img.At(x, y).RGBA()
				if r>>8 == 0x9b && g>>8 == 0x2a && b>>8 == 0x20 {
					reds++
				} else if r>>8 > 250 && g>>8 > 250 {
					whites++
				}
			}
		}
		if reds < size*size/2 || whites < size*size/40 {
			t.Errorf("%s: %d red, %d white", m[1], reds, whites)
		}
	}
	if n < 20 {
		t.Errorf("only %d addresses", n)
	}
	if res, _ := get(t, o.URL+"/m/a/0000/phone/app.js"); res.StatusCode != 404 {
		t.Error(res.Status)
	}
	if res, _ := get(t, o.URL+"/m/a/"+o.build+"/phone/types.js"); res.StatusCode != 404 {
		t.Error("types are for the checker only")
	}
	res, _ = get(t, o.URL+"/m/")
	tag := res.Header.Get("ETag")
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, o.URL+"/m/", nil)
	req.Header.Set("If-None-Match", tag)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotModified {
		t.Error(res.Status)
	}
}

// homes are eight households with two years of visits, as large as they come.
func (o *office) homes(n, visits int) {
	o.records["me"] = map[string]any{"cadre": "c1", "name": "李明", "post": "副镇长", "unit": "青石镇", "township": "青石镇", "lang": "zh-CN", "today": time.Now().Format(time.DateOnly),
		"office": map[string]any{"name": "党政办", "phone": "0710-1234567"}, "complaints": "", "villages": []any{}, "village": "", "colleagues": []any{}, "nights": []bool{}}
	o.records["lists"] = map[string]any{"topics": []any{}, "appealTopics": []any{}}
	for i := range n {
		id := "h" + string(rune('a'+i))
		o.records["home:"+id] = map[string]any{"id": id, "head": "王桂兰", "initials": "wgl", "pinyin": "wangguilan", "village": "李家湾村", "group": "二组", "address": "李家湾村二组", "phone": "13800000000", "priority": false,
			"tags": []string{}, "members": []any{map[string]any{"id": "m" + id, "name": "王桂兰", "relation": "户主", "age": 70, "phone": "", "initials": "wgl"}}, "role": "lead", "since": "2024-01-01",
			"due": map[string]any{"by": time.Now().Format(time.DateOnly), "key": "quota.next.now", "args": map[string]any{}}, "year": map[string]any{"done": 3, "want": 6, "seen": 3}, "last": "2026-10-01", "card": nil}
		for j := range visits {
			v := id + "-" + string(rune('a'+j%26)) + string(rune('a'+j/26))
			o.records["visit:"+v] = map[string]any{"id": v, "home": id, "day": "2026-10-01", "clock": "15:20", "how": "home", "topics": []string{"life"}, "weather": "sun", "need": false, "usual": true,
				"words": strings.Repeat("说了说家里的事，屋顶漏雨要修。", 8), "by": "李明", "mine": true, "late": false, "proxy": false, "version": 1, "voided": false}
		}
	}
}

// TestStartsWithoutNetwork: with everything kept, the app stands within a
// second on a processor four times slower, and no server is there.
func TestStartsWithoutNetwork(t *testing.T) {
	o := newOffice(t)
	o.homes(8, 24)
	b := browsertest.StartIn(t, t.TempDir())
	p := b.Tab(browsertest.Phone)
	p.Before(`if (location.protocol !== 'about:') localStorage.setItem('lianxin-pref-welcomed', 'true')`)
	p.Before(`new MutationObserver((_, o) => { if (document.querySelector('#main > *') && !document.querySelector('[aria-busy]')) { window.stood = performance.now(); o.disconnect(); } }).observe(document, {childList: true, subtree: true})`)
	p.Go(o.URL + "/m/")
	p.Wait("#user")
	p.Type("#user", "liming")
	p.Type("#pass", "right")
	p.Tap(".btn.p.full")
	waitFor(t, "the list", func() bool { return p.Has(".hh") })
	waitFor(t, "the worker", func() bool {
		return browsertest.Await[bool](p, `navigator.serviceWorker.ready.then((r) => !!r.active && !!navigator.serviceWorker.controller)`)
	})
	p.Sound()
	p.Shot("shell-first")
	o.set(func() { o.dark = true })
	p.Slow(4)
	var took []float64
	for range 4 {
		p.Go("about:blank")
		p.Go(o.URL + "/m/")
		waitFor(t, "the screen", func() bool { return browsertest.Eval[float64](p, `window.stood || 0`) > 0 })
		took = append(took, browsertest.Eval[float64](p, `window.stood`))
	}
	p.Shot("shell-offline")
	t.Logf("without network, processor ×4: %.0f ms", took)
	best := took[0]
	for _, x := range took {
		best = min(best, x)
	}
	if best > 1000 {
		t.Errorf("it takes %.0f ms", best)
	}
	if s := p.Text("#app"); !strings.Contains(s, "王桂兰") {
		t.Errorf("the list is not there: %.200s", s)
	}
}

// TestFirstLoadOnSlowLine: from nothing to the first screen on slow 3G (400
// ms, 50 KB/s) within five seconds.
func TestFirstLoadOnSlowLine(t *testing.T) {
	o := newOffice(t)
	took := 0.0
	for range 3 { // a machine that is busy with other tests is no slow line
		p := browsertest.StartIn(t, t.TempDir()).Tab(browsertest.Phone)
		p.Before(`new MutationObserver((_, o) => { if (document.querySelector('#user')) { window.stood = performance.now(); o.disconnect(); } }).observe(document, {childList: true, subtree: true})`)
		p.Line(false, 50_000, 400)
		p.Go(o.URL + "/m/")
		waitFor(t, "the screen", func() bool { return browsertest.Eval[float64](p, `window.stood || 0`) > 0 })
		took = browsertest.Eval[float64](p, `window.stood`)
		t.Logf("first load on slow 3G: %.0f ms", took)
		if took <= 5000 {
			return
		}
	}
	t.Errorf("it takes %.0f ms", took)
}

// TestFloor: the app runs on Chrome and WebView 87 and on iOS 15, which no test
// here can start. What came later is looked for in what is served.
func TestFloor(t *testing.T) {
	late := map[string]*regexp.Regexp{}
	for name, re := range map[string]string{
		"looking behind in expressions": `\(\?<[=!]`, "structuredClone": `structuredClone`, "randomUUID": `randomUUID`, "at()": `\.at\(`, "findLast": `\.findLast`,
		"copies of arrays": `\.to(Sorted|Reversed|Spliced)\b|\.with\(`, "hasOwn": `Object\.hasOwn\b|\.groupBy\(`, "static blocks": `static \{`, "private members": `this\.#`,
		"popovers": `showPopover`, "error causes": `\{ ?cause:`, "array fromAsync": `fromAsync|withResolvers`, "set methods": `\.(union|intersection|symmetricDifference)\(`,
		"code from texts": `\beval\(|new Function\(|innerHTML ?=|\.write\(`,
	} {
		late[".js "+name] = regexp.MustCompile(re)
	}
	for name, re := range map[string]string{
		":has": `:has\(`, "aspect-ratio": `aspect-ratio`, "new heights": `\d[dsl]v[hw]\b`, "colours mixed": `color-mix|oklch`, "layers": `@layer|@container|@property|@scope`,
		"nesting": `[;{]\s*&`, "text-wrap": `text-wrap`,
	} {
		late[".css "+name] = regexp.MustCompile(re)
	}
	comment := regexp.MustCompile(`(?s)/\*.*?\*/|(?m)^\s*//.*$`)
	n := 0
	o := newOffice(t)
	res, worker := get(t, o.URL+"/m/sw.js")
	for _, m := range regexp.MustCompile(`"(/m/a/[^"]*)"`).FindAllStringSubmatch(plain(t, res, worker), -1) {
		res, b := get(t, o.URL+m[1])
		text := comment.ReplaceAllString(plain(t, res, b), "")
		if strings.Contains(m[1], "/texts-") {
			continue
		}
		n++
		for what, re := range late {
			kind, name, _ := strings.Cut(what, " ")
			if strings.HasSuffix(m[1], kind) {
				if found := re.FindString(text); found != "" {
					t.Errorf("%s uses %s (%s)", m[1], name, found)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d files", n)
	}
}
