package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// call asks for a page as somebody; form is sent when it is not nil.
func (k *worked) call(t *testing.T, who, path string, form url.Values) (status int, body string, head http.Header) {
	t.Helper()
	method, in := http.MethodGet, ""
	if form != nil {
		method, in = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, k.URL+path, strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: who})
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

// What one township writes another township's official cannot find; what a
// colleague wrote is refused openly.
func TestWhoSeesWhat(t *testing.T) {
	k := openWorked(t)
	for _, x := range []struct {
		who, path string
		want      int
	}{
		{"sun", "/visits/visit-0000", 404}, {"sun", "/visits/visit-0003/amend", 404}, {"sun", "/visits/new?household=" + WangHome, 404}, {"sun", "/matters/" + k.Open, 404},
		{"sun", "/diary?cadre=" + LiMing, 404}, {"sun", "/diary?household=" + WangHome, 404}, {"sun", "/diary.docx?cadre=" + LiMing, 404}, {"sun", "/stays/stay-0000", 404}, {"sun", "/practical/item-0000", 404}, {"sun", "/practical/new?household=" + WangHome, 404},
		{"zhao", "/visits/visit-0000", 403}, {"zhao", "/visits/visit-0002", 200}, {"zhao", "/visits/visit-0002/amend", 403}, {"zhao", "/matters/" + k.Open, 403}, {"zhao", "/diary?cadre=" + LiMing, 403}, {"zhao", "/diary/print?cadre=" + LiMing, 403},
		{"zhao", "/stays/stay-0000", 403}, {"zhao", "/visits/new?household=home-luoxiaojun", 403},
		{"leader", "/diary?cadre=" + LiMing, 200}, {"leader", "/diary/print?cadre=" + LiMing, 200}, {"leader", "/diary.docx?cadre=" + LiMing, 403}, {"leader", "/visits/new", 403},
		{"inspector", "/diary", 200}, {"inspector", "/matters", 200}, {"inspector", "/visits", 200}, {"inspector", "/visits/visit-0000", 403}, {"checker", "/matters/" + k.Open, 403}, {"checker", "/diary?household=" + WangHome, 200}, {"checker", "/diary?cadre=" + LiMing, 403}, {"checker", "/search?q=腿疼", 403}, {"checker", "/visits/visit-0002", 200}, {"county", "/visits", 403}, {"county", "/today", 200}, {"village", "/visits/visit-0000", 403}, {"village", "/stays/stay-0000", 200},
		{"office", "/visits/visit-0000/void", 403}, {"office", "/visits/nowhere", 404}, {"office", "/diary?cadre=" + SunYue, 404}, {"nobody", "/today", 303},
	} {
		if got, body, _ := k.call(t, x.who, x.path, nil); got != x.want {
			t.Errorf("%s %s: %d, want %d", x.who, x.path, got, x.want)
		} else if got >= 400 && (strings.Contains(body, "王桂兰") || strings.Contains(body, "李明")) {
			t.Errorf("%s %s: the refusal tells a name", x.who, x.path)
		}
	}
	for _, path := range []string{"/today", "/visits", "/visits?household=" + WangHome, "/visits/new", "/matters?view=all", "/diary", "/stays", "/practical", "/practical/new"} {
		_, body, _ := k.call(t, "sun", path, nil)
		for _, word := range []string{"王桂兰", "李家湾", "李明", "腿疼"} {
			if strings.Contains(body, word) {
				t.Errorf("%s shows %s to another township", path, word)
			}
		}
	}
	if _, body, _ := k.call(t, "checker", "/visits/visit-0000", nil); !strings.Contains(body, "王桂兰") || !strings.Contains(body, "扶墙") {
		t.Error("an inspector reads the words of the drawn home")
	}
	if _, body, _ := k.call(t, "inspector", "/visits", nil); strings.Contains(body, "王桂兰") || strings.Contains(body, "多云") {
		t.Error("the list shows a home to an inspector without a check")
	}
}

// One visit, written once, stands in the list, on the home's page of visits, in
// the diary, in its Word file, among the promises and on today's page.
func TestWrittenOnceFoundEverywhere(t *testing.T) {
	k := openWorked(t)
	form := url.Values{"op": {"01JZZZZZZZZZZZZZZZZZZZZZZZ"}, "household": {WangHome}, "day": {"2026-11-23"}, "clock": {"11:30"}, "how": {"home"}, "topics": {"health"}, "need": {"1"}, "words": {"想装一部老人机。"},
		"promises.0.title": {"帮忙装老人机"}, "promises.0.by": {"self"}, "promises.0.days": {"3"}, "with": {"赵伟"}, "thought": {"独居老人都该有。"}}
	for range 2 { // the second time as after a lost answer
		if status, body, head := k.call(t, "li", "/visits", form); status != 303 || head.Get("Location") != "/today" {
			t.Fatalf("%d %s", status, body)
		}
	}
	vs, _, err := visit.List(t.Context(), k.DB, Who("cadre", Qingshi, LiMing, workedDay), visit.Filter{From: workedDay})
	if err != nil || len(vs) != 1 || len(vs[0].With) != 1 || vs[0].With[0] != ZhaoWei {
		t.Fatalf("%+v %v", vs, err)
	}
	for path, words := range map[string][]string{
		"/visits": {"想装一部老人机"}, "/visits?household=" + WangHome: {"想装一部老人机"}, "/diary": {"想装一部老人机", "帮忙装老人机", "独居老人都该有", "11:30"}, "/diary/print": {"想装一部老人机", "帮忙装老人机", "独居老人都该有"},
		"/matters": {"帮忙装老人机"}, "/today": {"帮忙装老人机"}, "/visits/" + vs[0].ID: {"想装一部老人机", "帮忙装老人机", "独居老人都该有", "赵伟"},
	} {
		_, body, _ := k.call(t, "li", path, nil)
		for _, word := range words {
			if !strings.Contains(body, word) {
				t.Errorf("%s does not show %q", path, word)
			}
		}
	}
	status, body, head := k.call(t, "li", "/diary.docx?month=2026-11", nil)
	if status != 200 || !strings.Contains(head.Get("Content-Disposition"), url.PathEscape("民情日记李明")) {
		t.Fatalf("%d %v", status, head)
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil || !bytes.Contains(text, []byte("想装一部老人机")) || !bytes.Contains(text, []byte("帮忙装老人机")) || !bytes.Contains(text, []byte("问得最多的是医保缴费")) {
		t.Errorf("the Word file lacks the record: %v", err)
	}
	detail, err := db.One(t.Context(), k.DB, db.Text, `SELECT detail FROM audit_rows WHERE action = 'diary.export' AND object = $1`, "cadre:"+LiMing)
	if err != nil || !strings.Contains(detail, `"rows":5`) {
		t.Errorf("the file left no trace: %q %v", detail, err)
	}
}

// What cannot be taken comes back with what was typed and the reason.
func TestRefusedAndKept(t *testing.T) {
	k := openWorked(t)
	op := func(n string) string { return "01JYYYYYYYYYYYYYYYYYYYY" + n }
	for _, x := range []struct {
		name, who, path string
		form            url.Values
		want            int
		words           []string
	}{
		{"no answer", "li", "/visits", url.Values{"op": {op("001")}, "household": {WangHome}, "how": {"phone"}, "words": {"打了电话"}}, 422, []string{"有没有要办的事", "打了电话", `value="phone" checked`}},
		{"a promise without words", "li", "/visits", url.Values{"op": {op("002")}, "household": {WangHome}, "how": {"home"}, "need": {"1"}, "promises.0.days": {"3"}}, 422, []string{"请写要办什么", "#f-promises-0-title"}},
		{"tomorrow", "li", "/visits", url.Values{"op": {op("003")}, "household": {WangHome}, "how": {"home"}, "need": {"0"}, "day": {"2026-11-24"}}, 422, []string{"三年内", "<details class=\"swap\" open>"}},
		{"a colleague's home", "zhao", "/visits", url.Values{"op": {op("004")}, "household": {"home-luoxiaojun"}, "how": {"home"}, "need": {"0"}}, 403, nil},
		{"the office for nobody", "office", "/visits", url.Values{"op": {op("005")}, "household": {"home-malaosi"}, "how": {"home"}, "need": {"0"}}, 422, []string{"请选是谁去的"}},
		{"the office for somebody unknown", "office", "/visits", url.Values{"op": {op("006")}, "household": {"home-malaosi"}, "how": {"home"}, "need": {"0"}, "for_name": {"孙悦"}}, 422, []string{"没有孙悦"}},
		{"the office for him", "office", "/visits", url.Values{"op": {op("007")}, "household": {"home-malaosi"}, "how": {"home"}, "need": {"0"}, "for_name": {"赵伟"}}, 303, nil},
		{"a correction of an older version", "li", "/visits/visit-0003/amend", url.Values{"op": {op("008")}, "version": {"1"}, "day": {"2026-09-10"}, "how": {"home"}, "words": {"我这边的改法"}}, 409, []string{"我这边的改法", "共卖了六百多斤", `name="version" value="2"`}},
		{"void without a reason", "li", "/visits/visit-0003/void", url.Values{"op": {op("009")}}, 422, []string{"请写明原因"}},
		{"extend to an earlier day", "li", "/matters/" + k.Open + "/move", url.Values{"op": {op("010")}, "move": {"ask"}, "due": {"2026-10-30"}, "words": {"等县里答复"}}, 422, []string{"晚于原来的期限", "等县里答复"}},
		{"withdrawn without a reason", "li", "/matters/" + k.Open + "/move", url.Values{"op": {op("011")}, "move": {"answer"}, "outcome": {"withdrawn"}}, 422, []string{"请写明原因"}},
		{"answered twice", "li", "/matters/" + k.Done + "/move", url.Values{"op": {op("012")}, "move": {"answer"}, "outcome": {"solved"}}, 409, []string{"现在不能这样办。可以：重新办"}},
		{"ticked by a colleague", "zhao", "/matters/" + k.Open + "/move", url.Values{"op": {op("013")}, "move": {"answer"}, "outcome": {"solved"}}, 403, nil},
		{"days already declared", "li", "/stays", url.Values{"op": {op("014")}, "kind": {"stay"}, "from": {"2026-11-10"}, "to": {"2026-11-12"}, "village": {Lijiawan}, "note": {"县里检查"}}, 409, []string{"重复", "县里检查", `value="2026-11-12"`}},
		{"no night", "li", "/stays/week", url.Values{"op": {op("015")}, "monday": {"2026-11-16"}, "village": {Lijiawan}}, 422, []string{"没有新的住村夜"}},
		{"nights", "li", "/stays/week", url.Values{"op": {op("016")}, "monday": {"2026-11-16"}, "nights": {"0", "1"}, "village": {Lijiawan}}, 303, nil},
		{"his own stay", "li", "/stays/stay-0004/confirm", url.Values{"op": {op("017")}}, 403, nil},
		{"by a member of the committee", "village", "/stays/stay-0004/confirm", url.Values{"op": {op("118")}}, 403, nil},
		{"by the village head", "head", "/stays/stay-0004/confirm", url.Values{"op": {op("018")}}, 303, nil},
		{"disputed without a reason", "head", "/stays/stay-0003/dispute", url.Values{"op": {op("019")}}, 422, []string{"请写明原因"}},
		{"an amount that is none", "li", "/practical", url.Values{"op": {op("020")}, "household": {WangHome}, "kind": {"medical"}, "title": {"办慢性病证"}, "amount": {"两百"}}, 422, []string{"金额要写数字", "办慢性病证", "两百"}},
		{"proposed", "li", "/practical", url.Values{"op": {op("021")}, "household": {WangHome}, "kind": {"medical"}, "title": {"办慢性病证"}, "amount": {"86.5"}}, 303, nil},
		{"the home's word by himself", "li", "/practical/item-0000/confirm", url.Values{"op": {op("022")}, "way": {"signature"}}, 403, nil},
		{"a witness without a name", "head", "/practical/item-0000/confirm", url.Values{"op": {op("023")}, "way": {"witness"}}, 422, []string{"请写见证人"}},
		{"the home's word by a member of the committee", "village", "/practical/item-0000/confirm", url.Values{"op": {op("124")}, "way": {"signature"}}, 403, nil},
		{"the home's word", "head", "/practical/item-0000/confirm", url.Values{"op": {op("024")}, "way": {"witness"}, "witness": {"村文书陈娟"}}, 303, nil},
		{"a thought without words", "li", "/diary", url.Values{"op": {op("025")}, "day": {"2026-11-20"}}, 422, []string{"请写几个字"}},
	} {
		status, body, _ := k.call(t, x.who, x.path, x.form)
		if status != x.want {
			t.Errorf("%s: %d, want %d", x.name, status, x.want)
		}
		for _, word := range x.words {
			if !strings.Contains(body, word) {
				t.Errorf("%s: %q is missing", x.name, word)
			}
		}
	}
	amount, err := db.One(t.Context(), k.DB, db.Int, `SELECT amount FROM practicals WHERE id = $1`, op("021"))
	if err != nil || amount != 8650 {
		t.Errorf("86.5元 was stored as %d fen (%v)", amount, err)
	}
}

// What stands in the way of a stay is told once above the form, not once more
// for each record of the same day.
func TestStayReasonsAreToldOnce(t *testing.T) {
	k := openWorked(t)
	half := func(n string, halves url.Values) {
		form := url.Values{"op": {"01K0000000000000000000" + n}, "kind": {"stay"}, "from": {"2026-10-21"}, "to": {"2026-10-21"}, "village": {Lijiawan}}
		for name, v := range halves {
			form[name] = v
		}
		if status, body, _ := k.call(t, "li", "/stays", form); status != 303 {
			t.Fatalf("%d %s", status, body)
		}
	}
	half("0001", url.Values{"from_half": {"1"}})
	half("0002", url.Values{"to_half": {"1"}})
	status, body, _ := k.call(t, "li", "/stays", url.Values{"op": {"01K00000000000000000000003"}, "kind": {"stay"}, "from": {"2026-10-21"}, "to": {"2026-10-22"}, "village": {Lijiawan}})
	_, above, found := strings.Cut(body, `id="problem"`)
	above, _, _ = strings.Cut(above, "</div>")
	if status != 409 || !found || strings.Count(above, "重复") != 1 || !strings.Contains(above, "重复1天") {
		t.Errorf("%d, told: %s", status, above)
	}
}

// What is declared does not count before the village says so: until then it
// stands beside the figure, one button confirms all that waits, and the office
// rules on what the village disputes.
func TestStaysCountWhenConfirmed(t *testing.T) {
	k := openWorked(t)
	must := func(who, path string, form url.Values, status int, has ...string) {
		t.Helper()
		got, body, _ := k.call(t, who, path, form)
		if got != status {
			t.Errorf("%s %s: %d, want %d", who, path, got, status)
		}
		for _, h := range has {
			if !strings.Contains(body, h) {
				t.Errorf("%s %s does not say %q", who, path, h)
			}
		}
	}
	must("li", "/stays?mine=1", nil, 200, "已确认驻村4.5天，住4夜", "另有15.5天待村里确认")
	must("office", "/progress?campaign=siqun&year=2026", nil, 200, "另有12.5天待村里确认")
	must("office", "/progress/why?cadre="+LiMing+"&campaign=siqun&year=2026", nil, 200, "4.5", "另有12.5天待村里确认", "待村里确认</small>")
	must("head", "/today?desk=1", nil, 200, "/stays/waiting", "待确认的驻村、调研")
	must("head", "/stays/waiting", nil, 200, "stay-0002", "stay-0003", "stay-0004", "stay-0005")
	must("li", "/stays/waiting", nil, 403)
	must("head", "/stays/confirm", url.Values{"op": {"01K00000000000000000000101"}}, 422, "请至少选一条")
	must("head", "/stays/confirm", url.Values{"op": {"01K00000000000000000000102"}, "stays": {"stay-0002", "stay-0003", "stay-0004", "stay-0005"}}, 303)
	must("head", "/stays/waiting", nil, 200, "没有等着确认的")
	must("li", "/stays?mine=1", nil, 200, "已确认驻村17天，住17夜")
	must("office", "/stays/stay-0001", nil, 200, "/stays/stay-0001/rule")
	must("head", "/stays/stay-0001/rule", url.Values{"op": {"01K00000000000000000000103"}, "verdict": {"ruled_out"}, "why": {"签到簿上没有"}}, 403)
	must("office", "/stays/stay-0001/rule", url.Values{"op": {"01K00000000000000000000104"}, "verdict": {"ruled_out"}}, 422, "请写明原因")
	must("office", "/stays/stay-0001/rule", url.Values{"op": {"01K00000000000000000000105"}, "verdict": {"ruled_out"}, "why": {"签到簿上没有"}}, 303)
	must("li", "/stays/stay-0001", nil, 200, "裁定不计", "签到簿上没有", "周四下午就回镇里开会了")
	must("li", "/notices", nil, 200, "有了裁定")
}
