package web

import (
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/web/browsertest"
)

// TestHolidayPage: everybody sees which year is missing and what that means; the
// county administrator enters it, is told a mistake by its line, and enters a
// local holiday; the others then see it.
func TestHolidayPage(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	const missing = "2027年放假通知还没有录入，期限暂按周一至周五推算"
	const year = `{"year": 2027, "source": "演示用，不是国务院办公厅的通知", "days": [
{"name": "元旦", "date": "2027-01-01", "off": true},
{"name": "劳动节", "date": "2027-05-01", "off": true},
{"name": "国庆节", "date": "2027-10-01", "off": true},
{"name": "国庆节", "date": "2027-10-02", "off": true},
{"name": "国庆节", "date": "2027-10-0X", "off": true}]}`
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "li")
		p.Go(k.URL + "/settings/holidays")
		p.Sound()
		if text := p.Text("main"); !strings.Contains(text, missing) || !strings.Contains(text, "248个工作日") || !strings.Contains(text, "国办发明电〔2025〕7号") || strings.Contains(text, "检查并录入") {
			t.Errorf("an official reads:\n%s", text)
		}
		p.Shot("holidays")
		p.Cookie(k.URL, door.PlainSessionCookie, "county")
		p.Go(k.URL + "/settings/holidays")
		p.Sound()
		p.Shot("holidays-county")
	}
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "county")
	p.Go(k.URL + "/settings/holidays")
	p.Type("#f-text", year)
	p.Follow("form[action='/settings/holidays'] .btn.p")
	p.Sound()
	if text := p.Text("main"); !strings.Contains(text, "第6行：没有“2027-10-0X”这一天") {
		t.Errorf("a bad file:\n%s", text)
	}
	p.Shot("holidays-bad")
	p.Go(k.URL + "/settings/holidays")
	p.Type("#f-text", strings.Replace(year, "10-0X", "10-03", 1))
	p.Follow("form[action='/settings/holidays'] .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "已录入2027年的放假安排") || strings.Contains(text, missing) || !strings.Contains(text, "本县录入") {
		t.Errorf("after entering:\n%s", text)
	}
	p.Type("#f-name", "火把节")
	p.Set("#f-from", "2027-07-26")
	p.Type("#f-reason", "州政府办公室通知")
	p.Follow("form[action='/settings/holidays/local'] .btn.p")
	p.Sound()
	if text := p.Text("main"); !strings.Contains(text, "已录入本地假日1天") || !strings.Contains(text, "2027年7月26日") {
		t.Errorf("after the local day:\n%s", text)
	}
	p.Shot("holidays-entered")
	q := b.Open(browsertest.Phone)
	q.Cookie(k.URL, door.PlainSessionCookie, "office")
	q.Go(k.URL + "/settings/holidays")
	q.Sound()
	if text := q.Text("main"); strings.Contains(text, missing) || !strings.Contains(text, "火把节") {
		t.Errorf("the office reads:\n%s", text)
	}
}
