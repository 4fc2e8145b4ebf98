package web

import (
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/progress"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

// openRuled is openWorked with both shipped plans in force and the figures
// counted.
func openRuled(t *testing.T) *worked {
	t.Helper()
	k := openWorked(t)
	county := Who(access.CountyAdmin, Root, "", workedDay)
	var texts [][]byte
	for _, n := range plans.Names() {
		b, err := plans.Read(n)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, b)
	}
	k.do(t, func(tx *db.Tx) error { return campaign.Found(t.Context(), tx, county, "县委常委会议", texts...) })
	if _, err := progress.RecountWaiting(t.Context(), k.DB, Root, 1000); err != nil {
		t.Fatal(err)
	}
	return k
}

// TestPlanPages: values with their clause, a draft with a mistake told by its
// line, a dry run over last year, and the issue that binds the township.
func TestPlanPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "li")
		p.Go(k.URL + "/plans")
		p.Sound()
		p.Shot("plans")
		text := p.Text("main")
		for _, want := range []string{"条款原文", "23户", "很可能是“2—3户”", "县委", "执行中"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the plan's page does not say %s", size.Name, want)
			}
		}
		if p.Has(`a[href^="/plans/new"]`) {
			t.Error("an official is offered to draft")
		}
		p.Letters(2)
		p.Sound()
		p.Shot("plans-200")
	}

	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/plans/new?place=" + url.QueryEscape(Qingshi) + "&from=guabangbao")
	p.Sound()
	// Fewer visits than the county asks for: a township may not.
	_ = browsertest.Eval[bool](p, `(()=>{const t=document.querySelector('#f-text');t.value=t.value.replace('min = 6','min = 5');return true})()`)
	p.Follow(".actions .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "有2处要改") || !strings.Contains(text, "min = 5") {
		t.Errorf("a township below the floor is not told:\n%s", text)
	}
	p.Sound()
	p.Long("plan-mend")
	p.Tap(".mends a[data-line]")
	if got := browsertest.Eval[string](p, `(()=>{const t=document.querySelector('#f-text');return t.value.slice(t.selectionStart,t.selectionEnd)})()`); got != "min = 5" {
		t.Errorf("the link marks %q", got)
	}
	_ = browsertest.Eval[bool](p, `(()=>{const t=document.querySelector('#f-text');t.value=t.value.replace('min = 5','min = 8');return true})()`)
	p.Follow(".actions .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "没有错误") || !strings.Contains(text, "走访次数") {
		t.Errorf("the change is not shown:\n%s", text)
	}
	p.Sound()
	p.Shot("plan-draft")
	p.Follow(`button[value=dryrun]`)
	p.Follow(`.pillrow .pill:not([aria-current])`)
	text := p.Text("main")
	for _, want := range []string{"按职级合计", "镇干部", "李明", "走访"} {
		if !strings.Contains(text, want) {
			t.Errorf("the dry run does not show %s:\n%s", want, text)
		}
	}
	if strings.Index(text, "李明") > strings.Index(text, "赵伟") {
		t.Error("officials do not stand in the order of their names")
	}
	p.Sound()
	p.Shot("plan-dryrun")
	p.Follow(`.ttl .acts .btn.p`)
	p.Type("#f-decided", "镇党委会议（2026年第8次）")
	p.Sound()
	p.Shot("plan-issue")
	p.Tap(".actions .btn.p")
	p.Wait("#ask[open]")
	p.Follow("#ask [value=yes]")
	if text := p.Text("main"); !strings.Contains(text, "镇党委会议（2026年第8次）") || !strings.Contains(text, "青石镇") {
		t.Errorf("after the issue:\n%s", text)
	}
	p.Follow(`a[href^="/plans/diff"]`)
	if text := p.Text("main"); !strings.Contains(text, "走访次数") || !strings.Contains(text, "8") {
		t.Errorf("the comparison:\n%s", text)
	}
	p.Sound()
	p.Shot("plan-diff")

	// The county sets the floors; it sees sums, not officials.
	p = b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "county")
	p.Go(k.URL + "/plans")
	p.Sound()
	p.Shot("plans-county")
	p.Go(k.URL + "/plans/end?place=" + url.QueryEscape(Root) + "&campaign=siqun")
	p.Sound()
}
