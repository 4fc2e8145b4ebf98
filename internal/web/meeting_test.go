package web

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/meeting"
	. "lianxin/internal/work/worktest"
)

// TestMeetingStory: from the proposal over the minutes to a matter, and back
// onto the next agenda.
func TestMeetingStory(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	office := Who(access.Office, Qingshi, "", workedDay)
	for _, id := range []string{"water-0001", "water-0002", "water-0003"} {
		k.do(t, func(tx *db.Tx) error {
			_, err := appeal.Open(t.Context(), tx, office, appeal.OpenInput{ID: id, Source: "phone", Household: WangHome, Topic: "water", Title: "自来水常停", Wish: "一到下午就没水，做不成饭"}, cal)
			return err
		})
	}
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/meetings/new")
	p.Sound()
	p.Shot("meeting-new")
	p.Set("#f-day", string(workedDay))
	p.Type("#f-room", "镇政府二楼会议室")
	p.Set("#f-chair", ZhaoWei)
	p.Set("#f-recorder", LiMing)
	p.Follow(".form .btn.p")
	if !strings.HasSuffix(p.Address(), "/agenda") || !strings.Contains(p.Text("main"), "供水") && !strings.Contains(p.Text("main"), "水") {
		t.Fatal(p.Address(), p.Text("main"))
	}
	p.Sound()
	p.Shot("meeting-agenda")
	p.Tap(`label.tick:has(input[value^="recurs~matter~water~"])`)
	p.Follow("form.loose .btn.p")
	p.Sound()
	id := p.Address()[strings.LastIndex(p.Address(), "/")+1:]
	if i := strings.IndexAny(id, "?#"); i >= 0 {
		id = id[:i]
	}
	m, err := meeting.Get(t.Context(), k.DB, County, id)
	if err != nil || len(m.Items) != 1 {
		t.Fatal(id, m, err)
	}
	p.Go(k.URL + "/meetings/" + id + "/items/" + m.Items[0].ID)
	p.Sound()
	p.Tap("#f-quotes li:nth-child(1) label")
	p.Tap(`label:has(input[name=decision][value=assign])`)
	p.Type("#f-analysis", "水源不足，管子老化")
	p.Type("#f-opinion", "先修引水管")
	p.Set("#f-owner", LiMing)
	p.Set("#f-due", string(workedDay.Add(20)))
	p.Long("meeting-item")
	p.Follow(".form .btn.p")
	p.Go(k.URL + "/meetings/" + id + "/minutes")
	p.Sound()
	p.Long("meeting-minutes")
	p.Follow(`button[name=done]`)
	p.Sound()
	p.Shot("meeting-show")
	if m, err = meeting.Get(t.Context(), k.DB, County, id); err != nil || m.State != meeting.Recorded || m.Items[0].Appeal == "" || len(m.Items[0].Quotes) != 1 {
		t.Fatalf("%+v %v %s", m, err, p.Text("main"))
	}
	p.Go(k.URL + "/meetings/" + id + "/print")
	p.Long("meeting-print")
	if _, body := k.get(t, "leader", "/meetings/"+id); strings.Contains(body, `/sign"`) {
		t.Error("a leader who did not chair it is offered to sign")
	}
	p.Cookie(k.URL, door.PlainSessionCookie, "zhao")
	p.Go(k.URL + "/meetings/" + id)
	p.Follow(`form[action$="/sign"] .btn`)
	if !strings.Contains(p.Text("main"), "已审签") {
		t.Error(p.Text("main"))
	}
	k.Clock.Add(time.Hour)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/meetings/agenda")
	if s := p.Text("main"); !strings.Contains(s, "上次会议没有办结的") || !strings.Contains(s, "水") {
		t.Error(s)
	}
	phone := b.Open(browsertest.Phone)
	phone.Cookie(k.URL, door.PlainSessionCookie, "office")
	for _, path := range []string{"/meetings", "/meetings/agenda", "/meetings/" + id, "/meetings/" + id + "/minutes", "/meetings/" + id + "/items/" + m.Items[0].ID} {
		phone.Go(k.URL + path)
		phone.Sound()
		phone.Long("meeting" + strings.NewReplacer("/", "-", id, "one", m.Items[0].ID, "item").Replace(strings.TrimPrefix(path, "/meetings")))
	}
	status, _, body, head := k.as(t, "office", "GET", "/meetings/"+id+"/minutes.docx", nil)
	if status != 200 || !strings.Contains(head.Get("Content-Disposition"), "docx") {
		t.Fatal(status, head)
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
	for _, want := range []string{"民情分析会议记录", "镇政府二楼会议室", "一到下午就没水，做不成饭", "先修引水管", "交办", "李明"} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("the file does not say %s", want)
		}
	}
}
