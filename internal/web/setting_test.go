package web

import (
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/feedback"
	. "lianxin/internal/work/worktest"
)

// TestReadable: every action and every personal field has words in both
// languages, so that the pages of rules show no key; and every action stands
// in one group.
func TestReadable(t *testing.T) {
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{lang.Chinese, lang.English} {
		have := map[string]bool{}
		for _, k := range texts.Keys(tag) {
			have[k] = true
		}
		for _, a := range access.Actions() {
			if k := "page_setting.do." + strings.ReplaceAll(string(a), ".", "_"); !have[k] {
				t.Errorf("%s: %s is missing", tag, k)
			}
		}
		for _, f := range privacy.All().Fields {
			for _, k := range []string{"privacy.table." + f.Table, "privacy.field." + f.Table + "." + f.Column, f.Purpose, f.Retention, "privacy.class." + string(f.Class)} {
				if !have[k] {
					t.Errorf("%s: %s is missing", tag, k)
				}
			}
			if f.Form != "" && !have["privacy.form."+string(f.Form)] {
				t.Errorf("%s: privacy.form.%s is missing", tag, f.Form)
			}
			if f.Readers != "self" && !access.May(access.New(access.Identity{Account: "x", Grants: everyGrant()}), access.Action(f.Readers)) {
				t.Errorf("%s.%s: nobody reads %s", f.Table, f.Column, f.Readers)
			}
		}
	}
	grouped := map[string]int{}
	for _, g := range actionGroups {
		for _, n := range g.nouns {
			grouped[n]++
		}
	}
	for _, a := range access.Actions() {
		if noun, _, _ := strings.Cut(string(a), "."); grouped[noun] != 1 {
			t.Errorf("%s stands in %d groups", a, grouped[noun])
		}
	}
}

func everyGrant() (out []access.Grant) {
	for _, r := range access.Roles {
		out = append(out, access.Grant{Role: r, Region: Root})
	}
	return out
}

// TestSettingPages looks at the rules that are open to everybody.
func TestSettingPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "office")
		for _, x := range []struct{ path, name, want string }{
			{"/settings", "settings", "还没有备份"},
			{"/settings/catalogues", "catalogues", "孤寡老人"},
			{"/settings/roles", "roles", "看和答复投诉建议"},
			{"/settings/privacy", "privacy", "身份证号"},
			{"/relief", "relief", "打卡签到"},
		} {
			p.Go(k.URL + x.path)
			p.Sound()
			if !strings.Contains(p.Text("main"), x.want) {
				t.Errorf("%s %s does not say %s", size.Name, x.path, x.want)
			}
			p.Shot(x.name)
			p.Letters(2)
			p.Sound()
			p.Shot(x.name + "-200")
		}
		p.Cookie(k.URL, door.LangCookie, lang.English)
		for _, path := range []string{"/settings", "/settings/catalogues", "/settings/roles", "/settings/privacy", "/relief", "/plans", "/feedback"} {
			p.Go(k.URL + path)
			p.Sound()
		}
		p.Shot("feedback-en")
	}
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")
	p.Go(k.URL + "/settings")
	p.Sound()
	if strings.Contains(p.Text("main"), "备份") && strings.Contains(p.Text("main"), "这套系统") {
		t.Error("an official is shown the machine")
	}
}

// TestFeedback: an official writes on his phone, from the foot of any page; his
// leader and office see nothing; the county answers; he reads it.
func TestFeedback(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")
	p.Go(k.URL + "/plans")
	p.Follow(`footer a[href="/feedback"]`)
	p.Sound()
	p.Shot("feedback")
	p.Tap("#f-kind label:nth-child(3)")
	p.Type("#f-words", "每月还要再交一份纸表，和这里记的一样。")
	p.Follow(".actions .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "已送到县里") || !strings.Contains(text, "待答复") {
		t.Errorf("after sending:\n%s", text)
	}
	p.Sound()
	for _, other := range []string{"office", "leader", "zhao", "village", "inspector"} {
		q := b.Open(browsertest.Phone)
		q.Cookie(k.URL, door.PlainSessionCookie, other)
		q.Go(k.URL + "/feedback")
		if strings.Contains(q.Text("main"), "纸表") {
			t.Errorf("%s reads it", other)
		}
	}
	q := b.Open(browsertest.Desk)
	q.Cookie(k.URL, door.PlainSessionCookie, "county")
	q.Go(k.URL + "/feedback")
	if text := q.Text("main"); !strings.Contains(text, "纸表") || strings.Contains(text, "李明") {
		t.Errorf("the county reads:\n%s", text)
	}
	q.Sound()
	q.Shot("feedback-county")
	q.Follow(`.far a[href^="/feedback/"]`)
	q.Type("#f-words", "这份表从下月起停报，已经通知青石镇。")
	q.Sound()
	q.Shot("feedback-answer")
	q.Follow(".actions .btn.p")
	q.Sound()
	p.Go(k.URL + "/feedback")
	if text := p.Text("main"); !strings.Contains(text, "从下月起停报") {
		t.Errorf("the sender does not see the answer:\n%s", text)
	}
	p.Sound()
	p.Long("feedback-answered")
	p.Letters(2)
	p.Sound()
	k.do(t, func(tx *db.Tx) error {
		_, err := feedback.Send(t.Context(), tx, Who(access.Cadre, Baihe, SunYue, workedDay), feedback.SendInput{ID: "fb-long-0001", Kind: "suggestion", Words: strings.Repeat("一个字也没有断开的很长很长的话", 120), Signed: "孙悦"})
		return err
	})
	q.Go(k.URL + "/feedback")
	q.Sound()
}
