package web

import (
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/web/browsertest"
	. "lianxin/internal/work/worktest"
)

// TestProgressPages: every number of the lists opens to its records.
func TestProgressPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "office")
		for _, x := range []struct{ path, name, want string }{
			{"/progress", "progress", "李明"}, {"/progress?by=home", "progress-homes", "王桂兰"}, {"/progress?by=place", "progress-places", "李家湾村"},
			{"/progress?campaign=siqun", "progress-siqun", "李明"}, {"/progress?year=2025", "progress-last", "李明"}, {"/progress?place=" + url.QueryEscape(Dahe), "progress-village", "赵伟"},
			{"/progress/why?cadre=" + LiMing + "&campaign=guabangbao&duty=visits", "why", "计入"},
		} {
			p.Go(k.URL + x.path)
			p.Sound()
			if !strings.Contains(p.Text("main"), x.want) {
				t.Errorf("%s %s does not show %s", size.Name, x.path, x.want)
			}
			p.Shot(x.name)
			p.Letters(2)
			p.Sound()
			p.Shot(x.name + "-200")
		}
		p.Cookie(k.URL, door.LangCookie, "en")
		for _, path := range []string{"/progress", "/progress?by=home", "/progress?by=place", "/progress/why?cadre=" + LiMing} {
			p.Go(k.URL + path)
			p.Sound()
		}
	}
}

// TestWhy follows a number to the records behind it, and a record to its page.
func TestWhy(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/progress")
	list := p.Text("main")
	if strings.Contains(list, "%") || strings.Contains(list, "名次：") {
		t.Errorf("a share or a rank:\n%s", list)
	}
	if i, j := strings.Index(list, "赵伟"), strings.Index(list, "李明"); i < 0 || j < 0 || i > j {
		t.Error("the leading body does not stand first")
	}
	sel := `tbody tr a[href*="cadre=` + LiMing + `"][href*="duty=visits"]`
	number := p.Text(sel + " b")
	p.Follow(sel)
	text := p.Text("main")
	for _, want := range []string{"每年深入联系户走访不得少于6次", "计入", "不计", "电话、视频另计", "王桂兰"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %s:\n%s", want, text)
		}
	}
	if got := p.Text(".fig b"); got != number {
		t.Errorf("the list says %s, its page %s", number, got)
	}
	p.Sound()
	p.Long("why-desk-long")
	p.Follow(`.why .far a[href*="household="]`)
	p.Sound()
	p.Follow(`.why .far a[href^="/visits/"]`)
	if !strings.Contains(p.Address(), "/visits/") {
		t.Errorf("a record leads to %s", p.Address())
	}
	// An official sees his own and nobody else's.
	q := b.Open(browsertest.Phone)
	q.Cookie(k.URL, door.PlainSessionCookie, "li")
	q.Go(k.URL + "/progress")
	if text := q.Text("main"); !strings.Contains(text, "走访") || strings.Contains(text, "赵伟") {
		t.Errorf("his own:\n%s", text)
	}
	q.Sound()
	q.Long("progress-own")
	q.Letters(2)
	q.Sound()
	q.Letters(1)
	q.Follow(`.lines a[href*="duty=visits"]`)
	q.Sound()
	q.Long("why-own")
	for _, x := range []struct {
		who, path string
		want      int
	}{
		{"li", "/progress/why?cadre=" + ZhaoWei, 403},
		{"sun", "/progress/why?cadre=" + LiMing, 404},
		{"inspector", "/progress/why?cadre=" + LiMing, 403},
		{"checker", "/progress/why?cadre=" + LiMing, 200},
		{"checker", "/progress/why?cadre=" + ZhaoWei, 403},
		{"county", "/progress", 200},
		{"county", "/progress/why?cadre=" + LiMing, 403},
		{"office", "/progress/why?cadre=nobody-here", 404},
		{"office", "/progress?year=1999", 422},
		{"office", "/progress?place=" + url.QueryEscape(Baihe), 404},
		{"office", "/progress/why?cadre=" + LiMing + "&campaign=unheard", 404},
	} {
		if status, body, _ := k.call(t, x.who, x.path, nil); status != x.want {
			t.Errorf("%s %s: %d, want %d\n%.300s", x.who, x.path, status, x.want, body)
		}
	}
	// Of the homes an official helps, an inspector learns the names of the drawn ones.
	if _, body, _ := k.call(t, "checker", "/progress/why?cadre="+LiMing, nil); strings.Contains(strings.ReplaceAll(body, "/households/"+WangHome, ""), "/households/home-") {
		t.Error("an inspector is led to the page of a home that was not drawn")
	}
}
