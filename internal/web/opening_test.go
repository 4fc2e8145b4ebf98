package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/complaint"
	. "lianxin/internal/work/worktest"
)

// TestOpeningPages: the discipline inspection asks to see who a sender is, the
// security administrator agrees on a page that tells nothing of the complaint,
// and the name is shown to the one who asked.
func TestOpeningPages(t *testing.T) {
	k := openWorked(t)
	people := map[string]access.Identity{"watch": identityOf(access.Discipline, Root, ""), "security": identityOf(access.SecAdmin, Root, "")}
	k.URL = browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, people).URL
	var id string
	k.do(t, func(tx *db.Tx) error {
		r, err := complaint.Send(t.Context(), tx, complaint.PublicInput{County: County, Town: Qingshi, ID: "complaint-0001", Said: complaint.Said{Words: "修路款少发了三百元", Reach: "马家老二"}})
		id = r.Complaint()
		return err
	})
	n := 0
	send := func(who, path string, f url.Values) (int, string) {
		n++
		f.Set("op", "opening-form-"+string(rune('a'+n)))
		code, body, _ := k.call(t, who, path, f)
		return code, body
	}
	see := func(who, path string) string {
		_, body, _ := k.call(t, who, path, nil)
		return body
	}
	at := "/complaints/" + id
	if code, body := send("watch", at+"/reveal", url.Values{}); code != 403 || !strings.Contains(body, "要两个人") {
		t.Errorf("alone: %d", code)
	}
	if code, body := send("watch", at+"/openings", url.Values{"purpose": {"verify"}, "reason": {""}}); code != 422 || !strings.Contains(body, "为什么要看") {
		t.Errorf("without a reason: %d", code)
	}
	if code, _ := send("watch", at+"/openings", url.Values{"purpose": {"verify"}, "reason": {"当面认收条"}}); code != 303 {
		t.Errorf("asked: %d", code)
	}
	if body := see("watch", at); !strings.Contains(body, "等另一人同意") || strings.Contains(body, "马家老二") || strings.Contains(body, `action="/openings/`) {
		t.Errorf("the asker's page:\n%s", body)
	}
	page := see("security", "/openings")
	m := regexp.MustCompile(`action="(/openings/[^"]+)"`).FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, "当面认收条") || strings.Contains(page, "三百元") || strings.Contains(page, id) || strings.Contains(page, "马家老二") {
		t.Fatalf("the second person's page:\n%s", page)
	}
	if code, _ := send("watch", m[1], url.Values{"do": {"grant"}}); code != 403 {
		t.Errorf("agreed to his own: %d", code)
	}
	if code, _ := send("security", m[1], url.Values{"do": {"perhaps"}}); code != 422 {
		t.Errorf("neither yes nor no: %d", code)
	}
	if code, _ := send("security", m[1], url.Values{"do": {"grant"}}); code != 303 {
		t.Errorf("agreed: %d", code)
	}
	if body := see("watch", at); !regexp.MustCompile(`\d+月\d+日 \d\d:\d\d前可以看`).MatchString(body) {
		t.Errorf("until when:\n%s", body)
	}
	if code, body := send("watch", at+"/reveal", url.Values{}); code != 200 || !strings.Contains(body, "马家老二") {
		t.Errorf("opened: %d", code)
	}
	if body := see("security", "/openings"); strings.Contains(body, "当面认收条") {
		t.Error("it still waits")
	}
}
