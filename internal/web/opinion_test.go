package web

import (
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/upward"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/opinion"
)

// TestOpinionStory follows an opinion from a search whose hits are ticked to the
// answer on its page, by those who do it.
func TestOpinionStory(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	li, desk := b.Open(browsertest.Phone), b.Open(browsertest.Desk)
	li.Cookie(k.URL, door.PlainSessionCookie, "li")
	li.Go(k.URL + "/matters/" + k.Open)
	li.Follow(`a[href^="/opinions/new"]`)
	li.Sound()
	if !li.Has(`input[name=src][value="appeal:` + k.Open + `"]`) {
		t.Fatal("the matter is not taken along:", li.Text("main"))
	}
	li.Type("#f-title", "几个组的水渠塌了没人修")
	li.Type("#f-said", "两年里多户说同一条水渠塌方，春灌用不上水。")
	if n := browsertest.Eval[string](li, `document.querySelector('[data-n]').textContent`); n != "21" {
		t.Errorf("counted %s characters", n)
	}
	li.Tap("#f-use_0")
	if n := browsertest.Eval[string](li, `document.querySelector('[data-n]').textContent`); n == "21" {
		t.Error("a ticked quotation is not counted")
	}
	li.Tap("#f-nameless")
	if strings.Contains(li.Text("main"), "王桂兰") {
		t.Error("somebody who is spoken of is named")
	}
	li.Long("opinion-new")
	li.Follow("form.form button.btn.p")
	li.Sound()
	at := strings.TrimPrefix(li.Address(), k.URL)
	if !strings.HasPrefix(at, "/opinions/") || !strings.Contains(li.Text("main"), "新提出") {
		t.Fatal(at, li.Text("main"))
	}
	li.Long("opinion-mine")

	desk.Cookie(k.URL, door.PlainSessionCookie, "office")
	desk.Go(k.URL + "/opinions")
	desk.Sound()
	desk.Shot("opinions")
	desk.Go(k.URL + at + "/edit")
	desk.Type("#f-suggestion", "列入小型水利维修，春灌前修通。")
	desk.Type("#f-addressee", "镇党委")
	desk.Sound()
	desk.Long("opinion-edit")
	desk.Follow("form.form button.btn.p")
	desk.Sound()
	desk.Long("opinion-office")
	desk.Follow(`form:has(input[value=ask]) button`)
	desk.Cookie(k.URL, door.PlainSessionCookie, "leader")
	desk.Go(k.URL + at)
	desk.Sound()
	desk.Shot("opinion-leader")
	desk.Follow(`form:has(input[value=approve]) button`)
	desk.Cookie(k.URL, door.PlainSessionCookie, "office")
	desk.Go(k.URL + at)
	desk.Follow(`form:has(input[value=send]) button`)
	desk.Type("#f-words", "列入明年维修计划，今年先清淤。")
	desk.Follow(`button[value=adopt]`)
	desk.Sound()
	if !strings.Contains(desk.Text("main"), "列入明年维修计划") {
		t.Error(desk.Text("main"))
	}
	desk.Long("opinion-answered")
	desk.Go(k.URL + at + "/print")
	desk.Sound()
	if s := desk.Text("main"); strings.Contains(s, "李家湾") || strings.Contains(s, "草稿") || strings.Contains(s, "李明") || !strings.Contains(s, "镇党委") {
		t.Error(s)
	}
	desk.Long("opinion-paper")
	li.Go(k.URL + "/opinions")
	li.Sound()
	li.Shot("opinions")
	for _, p := range []string{"/opinions", at, "/opinions/new"} {
		li.Cookie(k.URL, door.LangCookie, "en")
		li.Go(k.URL + p)
		li.Sound()
		li.Letters(2)
		li.Sound()
	}
}

// TestOpinionDoors: wrong words come back with the form, a refused edit leads to
// the page, papers are downloaded and recorded.
func TestOpinionDoors(t *testing.T) {
	k := openWorked(t)
	status, at, body := k.post(t, "li", "/opinions", "title", "渠塌了", "said", "打 13800002001 问", "src", "appeal:"+k.Open, "use_0", "1", "quote_0", "没人说过的话")
	if status != 422 || !strings.Contains(body, "里面有电话") || !strings.Contains(body, "一字不差") || !strings.Contains(body, "appeal:"+k.Open) {
		t.Error(status, at, body)
	}
	if status, _, body = k.post(t, "zhao", "/opinions", "title", "渠塌了", "said", "都说", "src", "appeal:"+k.Open); status != 422 || strings.Contains(body, "appeal:"+k.Open) {
		t.Error("somebody else's matter:", status)
	}
	status, at, _ = k.post(t, "li", "/opinions", "title", "渠塌了", "said", "两年里都说渠塌了")
	if status != 303 {
		t.Fatal(status)
	}
	at, _, _ = strings.Cut(at, "?")
	if status, body := k.get(t, "li", at+"/edit"); status != 200 || !strings.Contains(body, "两年里都说渠塌了") {
		t.Error(status)
	}
	if status, where, _, _ := k.as(t, "leader", "GET", at+"/edit", nil); status != 303 || where != at {
		t.Error("a leader edits:", status, where)
	}
	if status, _ := k.get(t, "zhao", at); status != 403 {
		t.Error("a colleague reads it:", status)
	}
	id := strings.TrimPrefix(at, "/opinions/")
	status, _, body, head := k.as(t, "office", "GET", at+"/paper.docx", nil)
	if status != 200 || !strings.HasPrefix(body, "PK") || !strings.Contains(head.Get("Content-Disposition"), "filename") || k.audited(t, "opinion.export", "opinion:"+id) != 1 {
		t.Error(status, head)
	}
	if status, _, _ := k.post(t, "office", at+"/move", "version", "1", "move", "ask"); status != 422 {
		t.Error("asked without a suggestion:", status)
	}
	if status, body := k.get(t, "office", "/search?q="+url.QueryEscape("修")); status != 200 || strings.Contains(body, `name="src"`) != strings.Contains(body, `class="words"`) {
		t.Error("hits cannot be ticked:", status)
	}
	for _, v := range []string{"", "editing", "approving", "sent", "answered", "mine"} {
		status, body := k.get(t, "office", "/opinions?view="+v)
		if status != 200 || strings.Contains(body, "渠塌了") != (v == "" || v == "editing") {
			t.Error(v, status)
		}
	}
	os, _, err := opinion.List(t.Context(), k.DB, access.New(workedPeople["office"]), opinion.Filter{State: upward.Proposed})
	if err != nil || len(os) != 1 {
		t.Error(os, err)
	}
	if n, err := db.One(t.Context(), k.DB, db.Int, `SELECT COUNT(*) FROM opinion_texts`); n != 1 || err != nil {
		t.Error(n, err)
	}
}
