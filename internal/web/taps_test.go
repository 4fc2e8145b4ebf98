package web

import (
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// The effort of recording a visit, counted on a phone's screen from today's
// page: what the programme promises is at most 5 taps when nothing is to be
// done and 8 with a promise, and no key for the first; what is meant is 4 and 7.
func TestTapsOfAVisit(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")

	p.Go(k.URL + "/today")
	p.Taps, p.Keys = 0, 0
	first := p.Text(".list .hh h3 a")
	p.Follow(".list .hh a.go")
	if got := p.Text(".tops .who b"); got != first {
		t.Errorf("the form is for %q, the line was for %q", got, first)
	}
	if y := browsertest.Eval[float64](p, `document.querySelector("#f-need").getBoundingClientRect().bottom`); y > 844 {
		t.Errorf("the one question that must be answered lies below the first screen: %v", y)
	}
	p.Shot("visit-first")
	p.Tap("#f-need label:nth-child(1)")
	p.Sound()
	p.Follow(".actions .btn.p")
	if p.Taps > 4 || p.Keys != 0 {
		t.Errorf("nothing to do: %d taps and %d keys", p.Taps, p.Keys)
	}
	if !strings.HasSuffix(p.Address(), "/today") || !strings.Contains(p.Text(".flash"), "存好了") {
		t.Errorf("after saving: %s %q", p.Address(), p.Text(".flash"))
	}
	p.Shot("visit-saved")
	li := Who("cadre", Qingshi, LiMing, workedDay)
	vs, _, err := visit.List(t.Context(), k.DB, li, visit.Filter{From: workedDay})
	if err != nil || len(vs) != 1 || vs[0].Usual || vs[0].How != "home" || vs[0].Clock != "15:20" || vs[0].Need {
		t.Fatalf("stored: %+v %v", vs, err)
	}

	p.Taps, p.Keys = 0, 0
	p.Follow(".list .hh a.go")
	p.Tap("#f-topics label:nth-child(1)")
	p.Tap("#f-need label:nth-child(2)")
	p.Tap("#f-promises-0-title")
	p.Type("#f-promises-0-title", "送去镇卫生院看腿")
	p.Tap("#f-promises-0-days label:nth-child(1)")
	p.Sound()
	p.Long("visit-promise")
	p.Follow(".actions .btn.p")
	if p.Taps > 7 || p.Keys > 20 {
		t.Errorf("with a promise: %d taps and %d keys", p.Taps, p.Keys)
	}
	if !strings.Contains(p.Text(".flash"), "1件") || !strings.Contains(p.Text(".todo"), "送去镇卫生院看腿") {
		t.Errorf("after saving: %q %q", p.Text(".flash"), p.Text(".todo"))
	}

	// Ticked off with a sentence about what came of it.
	p.Taps = 0
	title := p.Text(".todo li b:not(.vh)")
	p.Follow(".todo a.done")
	if !strings.Contains(p.Text(".told"), strings.TrimSpace(title)) {
		t.Errorf("ticking off %q: %q", title, p.Text(".told"))
	}
	p.Sound()
	p.Shot("ticking")
	p.Type("#told", "办完了")
	p.Follow(".told .btn")
	if p.Taps > 3 || !p.Has(".flash") || strings.Contains(p.Text(".todo"), strings.TrimSpace(title)) {
		t.Errorf("ticked off with %d taps: %q", p.Taps, p.Text(".flash"))
	}
}

// What was typed is never lost: a promise without words comes back with
// everything in its place.
func TestVisitComesBackWhole(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "li")
		p.Go(k.URL + "/visits/new?household=" + WangHome)
		p.Tap("#f-how label:nth-child(4)")
		p.Tap("#f-unmet label:nth-child(2)")
		p.Tap("#f-need label:nth-child(2)")
		p.Type("#f-words", "敲了门，隔着门说不方便。")
		p.Tap(".more.fold summary")
		p.Tap("#f-weather label:nth-child(3)")
		p.Type("#f-with", "赵伟、张三")
		p.Long("visit-open")
		p.Follow(".actions .btn.p")
		p.Sound()
		p.Long("visit-problem")
		for _, want := range []string{"#f-with", ".problem a[href='#f-with']", ".problem a[href='#f-promises-0-title']", "input[name=unmet][value=declined]:checked", "input[name=weather][value=overcast]:checked", ".more.fold[open]"} {
			if !p.Has(want) {
				t.Errorf("%s: %s is missing", size.Name, want)
			}
		}
		if got := browsertest.Eval[string](p, `document.querySelector("#f-words").value`); got != "敲了门，隔着门说不方便。" {
			t.Errorf("%s: the words are lost: %q", size.Name, got)
		}
		p.Go(k.URL + "/today")
	}
}

// Last week's nights in the village: three taps from today's page when they
// were like the week before.
func TestTapsOfAWeek(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")
	p.Go(k.URL + "/today")
	p.Taps, p.Keys = 0, 0
	p.Follow(".links a[href='/stays']")
	p.Follow("#week .acts a")
	p.Follow("#week .acts .btn.p")
	if p.Taps > 3 || p.Keys != 0 || !strings.Contains(p.Text(".flash"), "3夜") {
		t.Errorf("%d taps, %d keys, %q", p.Taps, p.Keys, p.Text(".flash"))
	}
	if n := browsertest.Eval[int](p, `document.querySelectorAll("#f-nights input:checked:disabled").length`); n != 3 {
		t.Errorf("%d nights stand as declared", n)
	}
	p.Sound()
}
