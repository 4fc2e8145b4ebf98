// Package browsertest drives Debian's Chromium against a test server: it opens
// pages on the screen of a phone or a desk, counts taps and keys, and finds
// what a person would stumble over: sideways scrolling, messages on the
// console, violations of the content security policy, targets too small for a
// thumb. With LIANXIN_SHOTS naming a folder it leaves pictures there.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Size of a screen in CSS pixels.
type Size struct {
	Name          string
	Width, Height int64
	Touch         bool
}

// The screens: a common phone and an office monitor.
var (
	Phone = Size{"phone", 390, 844, true}
	Small = Size{"small", 360, 640, true}
	Desk  = Size{"desk", 1440, 900, false}
	Note  = Size{"note", 1366, 768, false} // the office's old monitor
)

// Browser is one running Chromium for a test.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// Chromium finds the program, "" when there is none.
func Chromium() string {
	for _, p := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	p, _ := exec.LookPath("chromium")
	return p
}

// Start begins a browser that ends with the test. Without Chromium the test is
// skipped, except where CI is set: there it fails.
func Start(t testing.TB) *Browser {
	t.Helper()
	return StartIn(t, t.TempDir())
}

// StartIn is Start with a profile in a folder, which may be one that another
// browser left.
func StartIn(t testing.TB, folder string) *Browser {
	t.Helper()
	exe := Chromium()
	if exe == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("Chromium is not installed")
		}
		t.Skip("Chromium is not installed")
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(exe), chromedp.UserDataDir(folder), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless,
		chromedp.NoSandbox, chromedp.DisableGPU, // the tests may run as root in a container
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"),
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(func() { end(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium: %v", err)
	}
	return &Browser{t, ctx}
}

// Page is one tab with its own counters.
type Page struct {
	t          testing.TB
	ctx        context.Context
	Size       Size
	Taps, Keys int
	mu         sync.Mutex
	complaints []string
}

// Open opens a tab with its own cookies on a screen.
func (b *Browser) Open(s Size) *Page {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	b.t.Cleanup(func() { cancel(); end() })
	p := &Page{t: b.t, ctx: ctx, Size: s}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, page.Enable, page.EnableParams{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.Width, Height: s.Height, DeviceScaleFactor: 1, Mobile: s.Touch})
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: s.Touch})
	call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Shanghai"})
	return p
}

// hear collects what the console says.
func (p *Page) hear(ev any) {
	say := ""
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		say = "exception: " + e.ExceptionDetails.Text
		if o := e.ExceptionDetails.Exception; o != nil {
			say += " " + o.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			say = "console"
			for _, a := range e.Args {
				say += " " + string(a.Value)
			}
		}
	case *log.EventEntryAdded:
		// A page of failure is itself what a test looks at.
		if (e.Entry.Level == "error" || e.Entry.Level == "warning") && !strings.Contains(e.Entry.Text, "the server responded with a status of ") {
			say = string(e.Entry.Source) + ": " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	if say != "" {
		p.mu.Lock()
		p.complaints = append(p.complaints, say)
		p.mu.Unlock()
	}
}

func call[P, R any](p *Page, c cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, c, params); err != nil {
		p.t.Fatalf("browser: %s: %v", c.Method, err)
	}
}

// Do runs steps; a failure ends the test.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

func get[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, a)
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
	return v
}

// Cookie sets a cookie for a server.
func (p *Page) Cookie(server, name, value string) {
	p.t.Helper()
	call(p, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: server, Path: "/"})
}

// Go opens an address and waits for the page.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(address))
}

// Tap touches the first visible element of a selector and counts it.
func (p *Page) Tap(selector string) {
	p.t.Helper()
	p.Taps++
	p.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Follow is Tap on something that leads to another page.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	p.Taps++
	wait, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	loaded := make(chan struct{}, 1)
	err := chromedp.Listen(wait, func(ev any) {
		if _, ok := ev.(*page.EventLoadEventFired); ok {
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
	p.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
	select {
	case <-loaded:
	case <-wait.Done():
		p.t.Fatalf("browser: %s led nowhere", selector)
	}
}

// Type writes into a field and counts the signs.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.Keys += utf8.RuneCountInString(text)
	p.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Set puts a value into a field without typing (dates).
func (p *Page) Set(selector, value string) {
	p.t.Helper()
	p.Do(chromedp.SetValue(chromedp.CSS(selector), value))
}

// Upload chooses a file, as a person does from the folder of pictures.
func (p *Page) Upload(selector, file string) {
	p.t.Helper()
	p.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

// Wait until something is in the page.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	for range 100 {
		if p.Has(selector) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("browser: %s never came", selector)
}

// Text of an element.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return get(p, chromedp.Text(chromedp.CSS(selector)))
}

// Eval computes something in the page.
func Eval[T any](p *Page, js string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](js))
}

// Has reports whether something is in the page.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return Eval[bool](p, fmt.Sprintf("document.querySelector(%q) !== null", selector))
}

// Address of the page.
func (p *Page) Address() string {
	p.t.Helper()
	return get(p, chromedp.Location())
}

// Letters enlarges all text, as 大字 of the phone does; 2 is twice.
func (p *Page) Letters(factor float64) {
	p.t.Helper()
	_ = Eval[bool](p, fmt.Sprintf(`document.documentElement.style.fontSize='%d%%',true`, int(factor*100)))
}

const look = `(() => {
  const out = {wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, beyond: [], tiny: []};
  const boxed = (e) => { for (let p = e.parentElement; p; p = p.parentElement) { const s = getComputedStyle(p); if (s.overflowX !== 'visible') return true; } return false; };
  for (const e of document.querySelectorAll('body *')) {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    if (!r.width || !r.height || s.visibility === 'hidden' || s.clipPath === 'inset(50%)') continue;
    if (r.right > innerWidth + 1 && !boxed(e)) out.beyond.push(e.tagName + '.' + e.className + ' ' + Math.round(r.right));
  }
  for (const e of document.querySelectorAll('a,button,input,select,textarea,summary')) {
    const s = getComputedStyle(e);
    if (s.opacity === '0' || s.display === 'inline' && e.closest('p,li,label') || e.closest('.skip,.vh,[hidden]')) continue;
    let box = e.matches('input[type=radio],input[type=checkbox]') ? e.closest('label') || e : e.closest('.find') || e;
    if (getComputedStyle(e, '::after').position === 'absolute') box = e.offsetParent || e; // the whole row is the target
    const r = box.getBoundingClientRect();
    if (!r.width || !r.height) continue;
    if (r.width < MIN || r.height < MIN) out.tiny.push(e.tagName + ' ' + (e.name || e.textContent.trim().slice(0, 12)) + ' ' + Math.round(r.width) + 'x' + Math.round(r.height));
  }
  return JSON.stringify(out);
})()`

// Sound reports everything that is wrong with the page as it stands: it scrolls
// sideways, something is cut off, the console complains, a target is smaller
// than a thumb (44 px on a phone, 24 at a desk).
func (p *Page) Sound() {
	p.t.Helper()
	least := "24"
	if p.Size.Touch {
		least = "40" // 44 with the line between two rows
	}
	p.sound(least)
}

// Sixty is Sound for pages of old people: no target is smaller than 60 px.
func (p *Page) Sixty() { p.t.Helper(); p.sound("60") }

// NoScripts keeps the pages of this tab from running any script.
func (p *Page) NoScripts() {
	p.t.Helper()
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

func (p *Page) sound(least string) {
	p.t.Helper()
	s := Eval[string](p, strings.ReplaceAll(look, "MIN", least))
	var found struct {
		Wide         float64
		Beyond, Tiny []string
	}
	if err := json.Unmarshal([]byte(s), &found); err != nil {
		p.t.Fatal(err)
	}
	at := p.Address() + " " + p.Size.Name
	if found.Wide > 0 {
		p.t.Errorf("%s: scrolls sideways by %v px (%s)", at, found.Wide, strings.Join(found.Beyond, "; "))
	}
	if len(found.Tiny) > 0 {
		p.t.Errorf("%s: targets too small: %s", at, strings.Join(found.Tiny, "; "))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		p.t.Errorf("%s: %s", at, c)
	}
	p.complaints = nil
}

// Shot leaves a picture of the screen when LIANXIN_SHOTS names a folder.
func (p *Page) Shot(name string) { p.shot(name, false) }

// Long is Shot of the whole page.
func (p *Page) Long(name string) { p.shot(name, true) }

func (p *Page) shot(name string, whole bool) {
	p.t.Helper()
	folder := os.Getenv("LIANXIN_SHOTS")
	if folder == "" {
		return
	}
	a := chromedp.CaptureScreenshot()
	if whole {
		a = chromedp.FullScreenshot(100)
	}
	b := get(p, a)
	if err := os.WriteFile(filepath.Join(folder, name+"-"+p.Size.Name+".png"), b, 0o600); err != nil { // #nosec G703 -- the tester names the folder
		p.t.Error(err)
	}
}

// Press types keys into whatever has the focus and counts each: letters, or
// names of keys such as ArrowDown, Enter and Tab, a space being a space.
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	named := map[string]string{"ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape}
	for _, k := range keys {
		p.Keys++
		sign, ok := named[k]
		if !ok {
			sign = k
		}
		p.Do(chromedp.KeyEvent(sign))
	}
}

// PressOn is Press of a key that leads to another page.
func (p *Page) PressOn(key string) {
	p.t.Helper()
	_ = Eval[bool](p, `window.stale = true`)
	p.Press(key)
	for range 400 {
		time.Sleep(50 * time.Millisecond)
		if Eval[bool](p, `window.stale !== true && document.readyState === "complete"`) {
			return
		}
	}
	p.t.Fatalf("browser: %s led nowhere", key)
}
