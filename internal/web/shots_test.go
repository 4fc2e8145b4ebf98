package web

import (
	"os"
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/web/browsertest"
)

// TestWorkedPages leaves a picture of every page of this file's nouns at both sizes
// and with letters twice as large, and finds what a person would stumble over.
func TestWorkedPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	pages, uses := map[string]*browsertest.Page{}, map[string]int{}
	only := os.Getenv("LIANXIN_ONLY")
	for _, x := range []struct{ name, who, path string }{
		{"today", "li", "/today"},
		{"today-told", "li", "/today?told=done"},
		{"today-office", "office", "/today"},
		{"today-leader", "leader", "/today"},
		{"today-inspector", "inspector", "/today"},
		{"today-village", "village", "/today"},
		{"today-head", "head", "/today"},
		{"today-county", "county", "/today"},
		{"today-unseen", "office", "/today/unseen"},
		{"today-alone", "office", "/today/alone"},
		{"stays", "li", "/stays"},
		{"stays-like", "li", "/stays?like=1"},
		{"stay-new", "li", "/stays/new"},
		{"stay-new-office", "office", "/stays/new"},
		{"stays-office", "office", "/stays"},
		{"stays-village", "head", "/stays?state=declared"},
		{"stay", "head", "/stays/stay-0004"},
		{"stay-own", "li", "/stays/stay-0001"},
		{"practical", "li", "/practical"},
		{"practical-office", "office", "/practical"},
		{"practical-new", "li", "/practical/new?household=home-long"},
		{"practical-pick", "li", "/practical/new"},
		{"practical-item", "li", "/practical/item-0001"},
		{"practical-confirm", "head", "/practical/item-0000"},
		{"matter", "li", "/matters/open"},
		{"matter-done", "li", "/matters/done"},
		{"visit-new", "li", "/visits/new?household=home-wangguilan"},
		{"visit-pick", "li", "/visits/new"},
		{"visit-pick-office", "office", "/visits/new?q=wang"},
		{"visit-new-office", "office", "/visits/new?household=home-wangguilan"},
		{"visits", "li", "/visits"},
		{"visits-office", "office", "/visits"},
		{"visit", "li", "/visits/visit-0003"},
		{"visit-matters", "li", "/visits/visit-0004"},
		{"visit-inspector", "inspector", "/visits/visit-0004"},
		{"visit-amend", "li", "/visits/visit-0003/amend"},
		{"visit-void", "li", "/visits/visit-0003/void"},
		{"matters", "li", "/matters"},
		{"matters-office", "office", "/matters?view=all"},
		{"diary", "li", "/diary"},
		{"diary-year", "li", "/diary?year=2026"},
		{"diary-office", "office", "/diary"},
		{"diary-office-li", "office", "/diary?cadre=cadre-liming"},
		{"diary-home", "office", "/diary?household=home-wangguilan"},
		{"diary-print", "li", "/diary/print?year=2026"},
		{"search", "li", "/search"},
		{"search-found", "office", "/search?q=%E8%B7%AF%E7%81%AF"},
		{"search-name", "office", "/search?q=%E7%8E%8B"},
		{"search-none", "li", "/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%8F%A5&kind=matter"},
	} {
		if only != "" && !strings.Contains(","+only+",", ","+x.name+",") {
			continue
		}
		for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
			at := x.who + size.Name
			if uses[at]++; pages[at] == nil || uses[at]%8 == 0 {
				pages[at] = b.Open(size) // a tab has a minute and a half
				pages[at].Cookie(k.URL, door.PlainSessionCookie, x.who)
			}
			p := pages[at]
			path := strings.NewReplacer("/matters/open", "/matters/"+k.Open, "/matters/done", "/matters/"+k.Done, "told=done", "told="+k.Done).Replace(x.path)
			p.Go(k.URL + path)
			p.Sound()
			p.Long(x.name)
			p.Cookie(k.URL, door.LangCookie, "en")
			p.Go(k.URL + path)
			p.Sound()
			p.Long(x.name + "-en")
			p.Cookie(k.URL, door.LangCookie, "zh-CN")
			p.Go(k.URL + path)
			p.Letters(2)
			p.Sound()
			p.Long(x.name + "-200")
		}
	}
}
