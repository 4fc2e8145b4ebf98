package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/web"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/notice"
	. "lianxin/internal/work/worktest"
)

// TestNotices: the bell, the list, opening and marking; and the county's way to
// switch a channel on, on both screens.
func TestNotices(t *testing.T) {
	b := browsertest.Start(t)
	k := keep(t)
	k.web.Post, k.web.Counts = Sender(), web.Counts(k.d)
	for _, in := range []notice.In{
		{To: notice.Role(access.Office, Lijiawan), Kind: "appeal.answered", Ref: "appeal:appeal-0001"},
		{To: notice.Role(access.Office, Qingshi), Kind: "appeal.extension_asked", Ref: "appeal:appeal-0002", Args: map[string]any{"due": keptDay.Add(9)}},
		{To: notice.Account(k.id["zhangmin"]), Kind: "meeting.called", Ref: "meeting:meeting-01", Region: Qingshi, Args: map[string]any{"on": keptDay.Add(3)}},
		{To: notice.Role(access.CountyAdmin, Root), Kind: "calendar.year_missing", Ref: "calendar:2027", Args: map[string]any{"year": 2027}},
	} {
		k.do(func(tx *db.Tx) error { return notice.Tell(t.Context(), tx, in) })
	}
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		p := k.open(b, size, "zhangmin")
		p.Go(k.url + "/notices")
		if text := p.Text("main"); !strings.Contains(text, "11月26日开会，请您参加") || !strings.Contains(text, "申请延到12月2日") {
			t.Errorf("the list:\n%s", text)
		}
		p.Sound()
		p.Shot("notices")
		p.Letters(2)
		p.Sound()
	}
	p := k.open(b, browsertest.Desk, "zhangmin")
	p.Go(k.url + "/notices")
	if n := p.Text(".bell b"); n != "3" {
		t.Errorf("the bell says %q", n)
	}
	p.Follow(`.notes li .d .btn`)
	if n := p.Text(".bell b"); n != "2" {
		t.Errorf("the bell says %q", n)
	}
	p.Follow(`.ttl .acts .btn`)
	if p.Has(".bell b") || p.Has(".notes .new") {
		t.Error("all have been seen")
	}
	p.Go(k.url + "/notices?view=unread")
	if !strings.Contains(p.Text("main"), "都看过了") {
		t.Error(p.Text("main"))
	}
	if res, _ := k.send("xitong", http.MethodGet, "/notices", nil); res.StatusCode != 200 {
		t.Error("an administrator has a list too")
	}

	c := k.open(b, browsertest.Desk, "xianban")
	c.Go(k.url + "/settings/channels")
	c.Sound()
	c.Shot("channels-none")
	c.Follow(`a[href="/settings/channels/new?kind=dingtalk"]`)
	c.Sound()
	c.Shot("channel-new")
	c.Type("#f-address", "https://10.0.0.1/robot/send?access_token=geheim")
	c.Type("#f-secret", "SECgeheim")
	c.Tap("#f-kinds label:nth-child(1)")
	c.Follow(".form:last-of-type .btn.p")
	if text := c.Text("main"); !strings.Contains(text, "没有打开") {
		t.Errorf("saved:\n%s", text)
	}
	c.Set("#f-until", string(keptDay.Add(90)))
	c.Type("#f-basis", "县委办〔2026〕12号")
	c.Follow(`button[name=on][value="1"]`)
	if text := c.Text("main"); !strings.Contains(text, "已打开") || !strings.Contains(text, "罗县办") || !strings.Contains(text, "12号") {
		t.Errorf("switched on:\n%s", text)
	}
	c.Follow(`form[action$="/try"] .btn`)
	if text := c.Text("main"); !strings.Contains(text, "outbound.allow") {
		t.Errorf("tried:\n%s", text)
	}
	c.Sound()
	c.Long("channel")
	c.Go(k.url + "/settings/channels")
	c.Shot("channels")
	phone := k.open(b, browsertest.Phone, "xianban")
	for _, path := range []string{"/settings/channels", strings.TrimPrefix(c.Address(), k.url), "/settings/channels/new?kind=smtp"} {
		phone.Go(k.url + path)
		phone.Sound()
		phone.Letters(2)
		phone.Sound()
	}
	phone.Long("channel-mail")
	if _, body := k.send("xitong", http.MethodGet, "/settings/channels", nil); !strings.Contains(string(body), "已打开") || strings.Contains(string(body), "geheim") {
		t.Error("the system administrator watches, and sees no secret")
	}
	if _, body := k.send("zhangmin", http.MethodGet, "/relief", nil); !strings.Contains(string(body), "钉钉群机器人（到 ") {
		t.Error("what is switched on is told to everybody")
	}

	// One's own address.
	if res, _ := k.send("zhangmin", http.MethodPost, "/me/mail", url.Values{"address": {"x"}}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no address: %d", res.StatusCode)
	}
	k.send("zhangmin", http.MethodPost, "/me/mail", url.Values{"address": {"zhang@county.example"}})
	m := k.open(b, browsertest.Phone, "zhangmin")
	m.Go(k.url + "/me")
	if !strings.Contains(m.Text("main"), "县里现在没有打开邮件") {
		t.Error(m.Text("main"))
	}
	m.Sound()
	m.Long("me-mail")
}
