package browsertest

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Tab opens a tab in the browser's own profile, where what a page keeps lies in
// the folder given to [StartIn] and outlives the browser.
func (b *Browser) Tab(s Size) *Page {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	ctx, cancel := context.WithTimeout(ctx, 180*time.Second)
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

// Close shuts the tab, as a person puts an app away.
func (p *Page) Close() {
	p.t.Helper()
	call(p, page.Close, cdp.Empty{})
	time.Sleep(500 * time.Millisecond)
}

// Kill ends the browser as a power cut or a full memory would: at once, with
// nothing tidied up.
func (b *Browser) Kill() {
	b.t.Helper()
	p := chromedp.FromContext(b.ctx).Browser.Process()
	if p == nil {
		b.t.Fatal("browser: no process to kill")
	}
	if err := p.Kill(); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	_, _ = p.Wait() // whoever started it may have waited already
	time.Sleep(300 * time.Millisecond)
}

// Slow makes the processor of this tab n times slower, as a cheap phone's is.
func (p *Page) Slow(n float64) {
	p.t.Helper()
	call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: n})
}

// Line gives the tab a network: bytes a second, and milliseconds of a round
// trip; off is no network at all. The zero values take every limit away.
func (p *Page) Line(off bool, bytes, latency float64) {
	p.t.Helper()
	if bytes == 0 {
		bytes = -1
	}
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		EmulateOfflineServiceWorker: &off,
		MatchedNetworkConditions:    []*network.Conditions{{Latency: latency, DownloadThroughput: bytes, UploadThroughput: bytes, Offline: off}},
	})
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, Latency: latency, DownloadThroughput: bytes, UploadThroughput: bytes})
}

// Agent names another browser to servers and pages.
func (p *Page) Agent(name string) {
	p.t.Helper()
	call(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: name})
}

// Before runs a script before those of every page of this tab.
func (p *Page) Before(js string) {
	p.t.Helper()
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
}

// Await computes something in the page that comes later: js is an expression
// that may be a promise.
func Await[T any](p *Page, js string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// Try is Await where a failure is what the test looks at.
func Try[T any](p *Page, js string) (T, error) {
	p.t.Helper()
	return chromedp.Run(p.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// Forget drops all cookies of the browser, as an ended session does.
func (p *Page) Forget() {
	p.t.Helper()
	call(p, network.ClearBrowserCookies, cdp.Empty{})
}
