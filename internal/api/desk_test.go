package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/api"
	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/outbound"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/workday"
	. "lianxin/internal/work/worktest"
	"lianxin/ui"
)

// people who may ask, by the token they send.
var people = map[string]access.Identity{
	"county":     {Account: "a-county", County: County, Grants: []access.Grant{{Role: access.CountyAdmin, Region: Root}}},
	"office":     {Account: "a-office", County: County, Grants: []access.Grant{{Role: access.Office, Region: Qingshi}}},
	"baihe":      {Account: "a-baihe", County: County, Grants: []access.Grant{{Role: access.Office, Region: Baihe}}},
	"zhao":       {Account: "a-zhao", County: County, Cadre: ZhaoWei, Grants: []access.Grant{{Role: access.Leader, Region: Qingshi}}},
	"li":         {Account: "a-li", County: County, Cadre: LiMing, Grants: []access.Grant{{Role: access.Cadre, Region: Qingshi}}},
	"discipline": {Account: "a-discipline", County: County, Grants: []access.Grant{{Role: access.Discipline, Region: Root}}},
	"sysadmin":   {Account: "a-sysadmin", County: County, Grants: []access.Grant{{Role: access.SysAdmin, Region: Root}}},
}

// desk is the API with everybody at it.
type desk struct {
	t   *testing.T
	db  *db.DB
	url string
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	days, err := workday.New()
	if err != nil {
		t.Fatal(err)
	}
	post := notice.NewPost(outbound.New(outbound.Options{}), func() string { return "https://lianxin.example" }, func(ref string) string { return "/" + ref }, func(key string) string { return key })
	a := api.New(api.Config{DB: d, Texts: texts, Workdays: days, Post: post})
	s := httptest.NewServer(door.Handler(door.Config{
		Resolve: func(_ context.Context, token string) (door.Session, error) {
			return door.Session{Identity: people[token]}, nil
		},
		NewID: d.NewID, Now: d.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), FailPage: a.Fail, FailJSON: a.Fail,
	}, a.Routes()))
	t.Cleanup(s.Close)
	return &desk{t, d, s.URL + "/api/v1"}
}

// ask sends a request and gives the answer as it was decoded; the status must be
// the one that is wanted.
func (k *desk) ask(who, method, path, body string, want int) map[string]any {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.url+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+who)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	if res.StatusCode != want {
		k.t.Fatalf("%s %s %s: %d, want %d: %s", who, method, path, res.StatusCode, want, b)
	}
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		k.t.Fatalf("%s %s: %s", method, path, b)
	}
	return out
}

func (k *desk) get(who, path string, want int) map[string]any {
	k.t.Helper()
	return k.ask(who, "GET", path, "", want)
}

func (k *desk) post(who, path, body string, want int) map[string]any {
	k.t.Helper()
	return k.ask(who, "POST", path, body, want)
}

// wrong are the names of the fields a refusal tells.
func wrong(problem map[string]any) string {
	var names []string
	fields, _ := problem["fields"].([]any)
	for _, f := range fields {
		names = append(names, f.(map[string]any)["name"].(string))
	}
	return strings.Join(names, " ")
}

func (k *desk) items(m map[string]any) []map[string]any {
	k.t.Helper()
	var out []map[string]any
	for _, x := range m["items"].([]any) {
		out = append(out, x.(map[string]any))
	}
	return out
}

func (k *desk) audited(action, purpose string) int {
	k.t.Helper()
	rows, _, err := audit.Search(k.t.Context(), k.db, audit.Filter{County: County, Limit: 200})
	if err != nil {
		k.t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if b, _ := json.Marshal(r); strings.Contains(string(b), action) && strings.Contains(string(b), purpose) {
			n++
		}
	}
	return n
}

// A meeting from its call to its end, by programs alone.
func TestMeetingByAPI(t *testing.T) {
	k := openDesk(t)
	k.post("office", "/meetings", `{"id":"by-api-meet-1","kind":"analysis","region":"`+Qingshi+`","day":"2026-11-20","period_from":"2026-10-01","period_to":"2026-12-31"}`, 201)
	k.post("li", "/meetings/by-api-meet-1/items", `{"id":"by-api-meet-item-0","items":[{"title":"水渠"}]}`, 403)
	k.post("baihe", "/meetings/by-api-meet-1/items", `{"id":"by-api-meet-item-0","items":[{"title":"水渠"}]}`, 404)
	if p := k.post("office", "/meetings/by-api-meet-1/items", `{"id":"by-api-meet-item-0"}`, 422); wrong(p) != "items" {
		t.Error(p)
	}
	m := k.post("office", "/meetings/by-api-meet-1/items", `{"id":"by-api-meet-item-1","items":[{"title":"水渠塌了"},{"title":"路灯"},{"title":"写错的"}]}`, 200)
	items := k.items(m)
	if len(items) != 3 {
		t.Fatal(m)
	}
	first, second, third := "/meetings/by-api-meet-1/items/"+items[0]["id"].(string), "/meetings/by-api-meet-1/items/"+items[1]["id"].(string), "/meetings/by-api-meet-1/items/"+items[2]["id"].(string)
	if q := k.get("office", first+"/quotes", 200); q["items"] == nil {
		t.Error(q)
	}
	k.get("zhao", first+"/quotes", 403)
	if m = k.post("office", third, `{"id":"by-api-meet-drop","drop":true}`, 200); len(k.items(m)) != 2 {
		t.Error(m)
	}
	k.post("zhao", first, `{"id":"by-api-meet-set-0","title":"水渠塌了"}`, 403)
	if p := k.post("office", first, `{"id":"by-api-meet-set-1","title":"水渠塌了","decision":"maybe"}`, 422); wrong(p) != "decision" {
		t.Error(p)
	}
	k.post("office", first, `{"id":"by-api-meet-set-2","title":"水渠塌了","decision":"assign","owner":"`+LiMing+`","due":"2026-12-20","words":"渠口早该修了"}`, 200)
	k.post("office", second, `{"id":"by-api-meet-set-3","title":"路灯","decision":"explain"}`, 200)
	if p := k.post("office", "/meetings/by-api-meet-1/minutes", `{"id":"by-api-meet-min-0","version":99,"day":"2026-11-20"}`, 409); p["key"] == "" {
		t.Error(p)
	}
	version := func() string {
		b, _ := json.Marshal(k.get("office", "/meetings/by-api-meet-1", 200)["version"])
		return string(b)
	}
	k.post("li", "/meetings/by-api-meet-1/minutes", `{"id":"by-api-meet-min-1","version":`+version()+`,"day":"2026-11-20"}`, 403)
	m = k.post("office", "/meetings/by-api-meet-1/minutes", `{"id":"by-api-meet-min-2","version":`+version()+`,"day":"2026-11-20","place":"三楼","chair":"`+ZhaoWei+`","recorder":"`+LiMing+`","cadres":{"`+ZhaoWei+`":"present","`+LiMing+`":"present"},"done":true}`, 200)
	if m["state"] != "recorded" || k.items(m)[0]["appeal"] == nil {
		t.Errorf("the decision made no matter: %v", m)
	}
	k.post("office", second+"/settle", `{"id":"by-api-meet-settle","words":"向大家说明了"}`, 200)
	k.post("zhao", second+"/settle", `{"id":"by-api-meet-settle-2","words":"x"}`, 403)
	k.post("li", "/meetings/by-api-meet-1/sign", `{"id":"by-api-meet-sign-0","version":`+version()+`}`, 403)
	k.post("zhao", "/meetings/by-api-meet-1/sign", `{"id":"by-api-meet-sign-1","version":1}`, 409)
	if m = k.post("zhao", "/meetings/by-api-meet-1/sign", `{"id":"by-api-meet-sign-2","version":`+version()+`}`, 200); m["state"] != "signed" {
		t.Error(m)
	}
	// What only adds needs no reason, and goes back for signature.
	if m = k.post("office", "/meetings/by-api-meet-1/items", `{"id":"by-api-meet-item-2","items":[{"title":"又想起一件"}]}`, 200); m["state"] != "recorded" || len(k.items(m)) != 3 {
		t.Error(m)
	}
	if p := k.post("office", "/meetings/by-api-meet-1/items/"+k.items(m)[2]["id"].(string), `{"id":"by-api-meet-set-4","title":"又想起两件"}`, 422); wrong(p) != "why" {
		t.Error(p)
	}
	k.post("zhao", "/meetings/by-api-meet-1/sign", `{"id":"by-api-meet-sign-3","version":`+version()+`}`, 200)
	k.post("office", "/meetings/by-api-meet-1/close", `{"id":"by-api-meet-close-0"}`, 403)
	if p := k.post("zhao", "/meetings/by-api-meet-1/close", `{"id":"by-api-meet-close-1"}`, 409); p["key"] != "meeting.decisions_open" {
		t.Error(p)
	}
	if v := k.get("zhao", "/meetings/by-api-meet-1/versions", 200); len(k.items(v)) != 1 {
		t.Error(v)
	}
	// A talk: who came, what he says, and the end of one of which nothing is open.
	k.post("office", "/meetings", `{"id":"by-api-meet-2","kind":"forum","region":"`+Lijiawan+`","day":"2026-11-20","chair":"`+ZhaoWei+`"}`, 201)
	k.post("baihe", "/meetings/by-api-meet-2/attend", `{"id":"by-api-meet-attend-0","household":"`+BaiHome+`"}`, 404)
	if p := k.post("office", "/meetings/by-api-meet-2/attend", `{"id":"by-api-meet-attend-1","household":"`+ChenHome+`"}`, 422); wrong(p) != "household" {
		t.Error(p)
	}
	k.post("office", "/meetings/by-api-meet-2/attend", `{"id":"by-api-meet-attend-2","household":"`+WangHome+`"}`, 200)
	if p := k.post("office", "/meetings/by-api-meet-2/raise", `{"id":"by-api-meet-raise-0"}`, 422); wrong(p) != "title" {
		t.Error(p)
	}
	if m = k.post("office", "/meetings/by-api-meet-2/raise", `{"id":"by-api-meet-raise-1","title":"路灯坏了"}`, 200); k.items(m)[0]["appeal"] == nil {
		t.Error(m)
	}
}

// What the discipline inspection does on its pages, and a sender with his own.
func TestComplaintMovesByAPI(t *testing.T) {
	k := openDesk(t)
	k.post("discipline", "/complaints", `{"id":"by-api-complaint-1","source":"paper","town":"`+Qingshi+`","words":"来信反映"}`, 201)
	id := k.items(k.get("discipline", "/complaints", 200))[0]["complaint"].(map[string]any)["id"].(string)
	k.post("office", "/complaints/"+id+"/move", `{"id":"by-api-move-0","do":"take"}`, 403)
	if p := k.post("discipline", "/complaints/"+id+"/move", `{"id":"by-api-move-1","do":"close"}`, 409); p["key"] != "complaint.not_now" {
		t.Error(p)
	}
	if c := k.post("discipline", "/complaints/"+id+"/move", `{"id":"by-api-move-2","do":"take"}`, 200); c["state"] == "sent" {
		t.Error(c)
	}
	k.post("li", "/complaints", `{"id":"by-api-complaint-2","words":"我要反映"}`, 201)
	own := k.items(k.get("li", "/complaints?mine=true", 200))[0]["own"].(map[string]any)["id"].(string)
	if p := k.post("li", "/complaints/"+own+"/more", `{"id":"by-api-more-0","do":"take"}`, 422); wrong(p) != "do" {
		t.Error(p)
	}
	k.post("zhao", "/complaints/"+own+"/more", `{"id":"by-api-more-1","do":"added","words":"补充"}`, 404)
	k.post("li", "/complaints/"+own+"/more", `{"id":"by-api-more-2","do":"added","words":"补充"}`, 200)
	if s := k.post("li", "/complaints/"+own+"/more", `{"id":"by-api-more-3","do":"take_back"}`, 200); s["state"] != "withdrawn" {
		t.Error(s)
	}
}

func TestKeptFiltersByAPI(t *testing.T) {
	k := openDesk(t)
	for _, q := range []string{"", "nonsense=1", "view=never", "place=" + url.QueryEscape(Baihe), "topic=unknown", "view=over&after=x"} {
		k.post("office", "/appeals/views", `{"id":"by-api-view-0","name":"过期","query":"`+q+`"}`, map[bool]int{true: 404, false: 422}[strings.HasPrefix(q, "place")])
	}
	k.post("county", "/appeals/views", `{"id":"by-api-view-0","name":"过期","query":"view=over"}`, 403)
	k.post("office", "/appeals/views", `{"id":"by-api-view-1","name":"过期","query":"topic=water&view=over"}`, 201)
	if vs := k.items(k.get("office", "/appeals/views", 200)); len(vs) != 1 || vs[0]["query"] != "topic=water&view=over" {
		t.Error(vs)
	}
	if vs := k.items(k.get("zhao", "/appeals/views", 200)); len(vs) != 0 {
		t.Error("another's:", vs)
	}
	k.post("office", "/appeals/views/by-api-view-1/drop", "", 200)
	if vs := k.items(k.get("office", "/appeals/views", 200)); len(vs) != 0 {
		t.Error(vs)
	}
}

func TestRevealAndSlipByAPI(t *testing.T) {
	k := openDesk(t)
	a := k.post("office", "/appeals", `{"id":"by-api-appeal-1","source":"phone","household":"`+WangHome+`","title":"路灯不亮","phone":"13812345678"}`, 201)
	id := a["id"].(string)
	voice := k.get("office", "/appeals/"+id, 200)["raised"].([]any)[0].(map[string]any)
	if voice["phone"] == "13812345678" {
		t.Fatal("the number stands open", voice)
	}
	v := voice["id"].(string)
	if p := k.post("office", "/appeals/"+id+"/reveal", `{"voice":"`+v+`"}`, 422); wrong(p) != "purpose" {
		t.Error(p)
	}
	k.post("baihe", "/appeals/"+id+"/reveal", `{"voice":"`+v+`","purpose":"handle"}`, 404)
	if got := k.post("office", "/appeals/"+id+"/reveal", `{"voice":"`+v+`","purpose":"handle"}`, 200); got["value"] != "13812345678" || k.audited("appeal.reveal", "handle") != 1 {
		t.Error(got)
	}
	k.get("office", "/appeals/"+id+"/slip?voice="+v, 404) // no slip was handed out
	k.post("office", "/receptions", `{"id":"by-api-recept","household":"`+YangHome+`","words":"水管坏了","way":"matter","told":"slip"}`, 201)
	desk := k.get("office", "/receptions/by-api-recept", 200)["appeal"].(string)
	v = k.get("office", "/appeals/"+desk, 200)["raised"].([]any)[0].(map[string]any)["id"].(string)
	if got := k.get("office", "/appeals/"+desk+"/slip?voice="+v, 200); len(got["code"].(string)) != 12 {
		t.Error(got)
	}
	k.get("zhao", "/appeals/"+desk+"/slip?voice="+v, 403)
	k.post("office", "/appeals/"+id+"/result", `{"id":"by-api-result-1","result":"修好了"}`, 409)
	k.post("baihe", "/appeals/"+id+"/result", `{"id":"by-api-result-2","result":"修好了"}`, 404)
}

// A topic of the county's own needs no code to be thought of.
func TestTopicWithoutCode(t *testing.T) {
	k := openDesk(t)
	x := k.post("county", "/appeals/topics", `{"id":"by-api-topic-1","name":"渡口","urgent":1,"normal":3,"hard":7}`, 201)
	y := k.post("county", "/appeals/topics", `{"id":"by-api-topic-2","name":"码头","urgent":1,"normal":3,"hard":7}`, 201)
	if x["id"] == "" || y["id"] == x["id"] {
		t.Error(x, y)
	}
	if p := k.post("county", "/appeals/topics", `{"id":"by-api-topic-3","topic":"渡","name":"渡船","urgent":1,"normal":3,"hard":7}`, 422); wrong(p) != "topic" {
		t.Error(p)
	}
}

func TestHolidaysByAPI(t *testing.T) {
	k := openDesk(t)
	year := func(last string) string {
		text, _ := json.Marshal(`{"year":2027,"source":"国务院办公厅通知","days":[{"name":"元旦","date":"2027-01-01","off":true},{"name":"劳动节","date":"2027-05-01","off":true},{"name":"国庆节","date":"2027-10-01","off":true},{"name":"国庆节","date":"2027-10-02","off":true},{"name":"国庆节","date":"` + last + `","off":true}]}`)
		return string(text)
	}
	held := func() string { b, _ := json.Marshal(k.get("li", "/holidays", 200)["years"]); return string(b) }
	if strings.Contains(held(), `"year":2027`) {
		t.Fatal("2027 is announced already")
	}
	k.post("office", "/holidays", `{"id":"by-api-year-0","text":`+year("2027-10-03")+`}`, 403)
	if p := k.post("county", "/holidays", `{"id":"by-api-year-1","text":`+year("2027-10-0X")+`}`, 422); !strings.HasPrefix(wrong(p), "file") {
		t.Error(p)
	}
	k.post("county", "/holidays", `{"id":"by-api-year-2","text":`+year("2027-10-03")+`}`, 201)
	if !strings.Contains(held(), `"year":2027`) {
		t.Error("2027 is still missing")
	}
	k.post("office", "/holidays/2027/drop", `{"id":"by-api-drop-0"}`, 403)
	k.post("county", "/holidays/2099/drop", `{"id":"by-api-drop-1"}`, 404)
	k.post("county", "/holidays/2027/drop", `{"id":"by-api-drop-2"}`, 200)
	if strings.Contains(held(), `"year":2027`) {
		t.Error("2027 is still held")
	}
	k.post("office", "/holidays/local", `{"id":"by-api-local-0","name":"火把节","from":"2026-12-24","reason":"州政府通知"}`, 403)
	if p := k.post("county", "/holidays/local", `{"id":"by-api-local-1","name":"火把节","from":"2026-12-24"}`, 422); wrong(p) != "reason" {
		t.Error(p)
	}
	k.post("county", "/holidays/local", `{"id":"by-api-local-2","name":"火把节","from":"2026-12-24","reason":"州政府通知"}`, 201)
	if l, _ := k.get("office", "/holidays", 200)["local"].([]any); len(l) != 1 {
		t.Error(l)
	}
	k.post("office", "/holidays/local/2026-12-24/drop", `{"id":"by-api-local-3"}`, 403)
	k.post("county", "/holidays/local/2026-12-24/drop", `{"id":"by-api-local-4"}`, 200)
}

func TestChannelsByAPI(t *testing.T) {
	k := openDesk(t)
	const body = `"kind":"wecom","region":"` + Qingshi + `","address":"https://qyapi.weixin.example/cgi-bin/webhook/send?key=secretkey","kinds":["appeal.given"]}`
	k.post("office", "/channels", `{"id":"by-api-channel-1",`+body, 403)
	k.post("sysadmin", "/channels", `{"id":"by-api-channel-1",`+body, 403)
	if p := k.post("county", "/channels", `{"id":"by-api-channel-1","kind":"wecom","region":"`+Qingshi+`","kinds":["appeal.given"]}`, 422); wrong(p) != "address" {
		t.Error(p)
	}
	c := k.post("county", "/channels", `{"id":"by-api-channel-1",`+body, 201)
	if b, _ := json.Marshal(c); c["state"] != "off" || strings.Contains(string(b), "secretkey") {
		t.Errorf("a new channel: %s", b)
	}
	for _, who := range []string{"county", "sysadmin"} {
		b, _ := json.Marshal([]any{k.get(who, "/channels", 200), k.get(who, "/channels/by-api-channel-1", 200), k.get(who, "/channels/troubles", 200)})
		if !strings.Contains(string(b), "qyapi.weixin.example") || strings.Contains(string(b), "secretkey") {
			t.Errorf("%s reads %s", who, b)
		}
	}
	for _, path := range []string{"/channels", "/channels/by-api-channel-1", "/channels/troubles"} {
		k.get("office", path, 403)
	}
	k.post("county", "/channels/by-api-channel-1", `{"id":"by-api-channel-2","version":7,"kinds":["appeal.given"]}`, 409)
	k.post("sysadmin", "/channels/by-api-channel-1", `{"id":"by-api-channel-2","version":1,"kinds":["appeal.given"]}`, 403)
	k.post("county", "/channels/by-api-channel-1", `{"id":"by-api-channel-3","version":1,"kinds":["appeal.given","appeal.disputed"]}`, 200)
	if p := k.post("county", "/channels/by-api-channel-1/switch", `{"id":"by-api-switch-0","on":true}`, 422); wrong(p) != "until basis" {
		t.Error(p)
	}
	k.post("sysadmin", "/channels/by-api-channel-1/switch", `{"id":"by-api-switch-1","on":false}`, 403)
	if c := k.post("county", "/channels/by-api-channel-1/switch", `{"id":"by-api-switch-2","on":true,"until":"2027-03-01","basis":"县委办12号"}`, 200); c["state"] != "on" {
		t.Error(c)
	}
	k.post("sysadmin", "/channels/by-api-channel-1/try", "", 403)
	if a := k.post("county", "/channels/by-api-channel-1/try", "", 200); a["arrived"] != false || a["why"] == "" {
		t.Error(a)
	}
	k.post("sysadmin", "/channels/by-api-channel-1/remove", "", 403)
	k.post("county", "/channels/by-api-channel-1/remove", "", 200)
	k.get("county", "/channels/by-api-channel-1", 404)
}

func TestReceptionsByAPI(t *testing.T) {
	k := openDesk(t)
	k.post("office", "/receptions", `{"id":"by-api-recept-1","household":"`+WangHome+`","words":"路灯不亮","way":"matter","told":"slip"}`, 201)
	if s := k.get("office", "/receptions/by-api-recept-1/slip", 200); len(s["code"].(string)) != 12 || s["title"] != "路灯不亮" {
		t.Error(s)
	}
	k.get("zhao", "/receptions/by-api-recept-1/slip", 403)
	k.get("baihe", "/receptions/by-api-recept-1/slip", 404)
	k.post("zhao", "/receptions/by-api-recept-1", `{"id":"by-api-amend-0","version":1,"words":"路灯","why":"听错"}`, 403)
	if p := k.post("office", "/receptions/by-api-recept-1", `{"id":"by-api-amend-1","version":1,"words":"路灯"}`, 422); wrong(p) != "why" {
		t.Error(p)
	}
	k.post("office", "/receptions/by-api-recept-1", `{"id":"by-api-amend-2","version":1,"words":"路灯坏了两盏","phone":"13812345678","why":"听错"}`, 200)
	if p := k.post("office", "/receptions/by-api-recept-1/reveal", `{}`, 422); wrong(p) != "purpose" {
		t.Error(p)
	}
	k.post("zhao", "/receptions/by-api-recept-1/reveal", `{"purpose":"contact"}`, 403)
	if v := k.post("office", "/receptions/by-api-recept-1/reveal", `{"purpose":"contact"}`, 200); v["value"] != "13812345678" || k.audited("reception.reveal", "contact") != 1 {
		t.Error(v)
	}
	k.post("office", "/receptions", `{"id":"by-api-recept-2","household":"`+YangHome+`","words":"问医保怎么交"}`, 201)
	k.get("office", "/receptions/by-api-recept-2/slip", 409)
	k.post("zhao", "/receptions/by-api-recept-2/receive", `{"id":"by-api-receive-0","way":"matter"}`, 403)
	if p := k.post("office", "/receptions/by-api-recept-2/receive", `{"id":"by-api-receive-1","way":"answer"}`, 422); wrong(p) != "opinion" {
		t.Error(p)
	}
	k.post("office", "/receptions/by-api-recept-2/heard", `{"id":"by-api-heard-0","face":3}`, 409)
	k.post("office", "/receptions/by-api-recept-2/receive", `{"id":"by-api-receive-2","way":"answer","opinion":"在手机上交"}`, 200)
	k.post("zhao", "/receptions/by-api-recept-2/heard", `{"id":"by-api-heard-1","face":3}`, 403)
	if x := k.post("office", "/receptions/by-api-recept-2/heard", `{"id":"by-api-heard-2","face":3}`, 200); x["state"] != "closed" {
		t.Error(x)
	}
	// The register: for a purpose, on the record, with what the homes' records know.
	if p := k.post("office", "/exports/receptions", `{}`, 422); wrong(p) != "purpose" {
		t.Error(p)
	}
	k.post("zhao", "/exports/receptions", `{"purpose":"report"}`, 403)
	k.post("office", "/exports/receptions", `{"purpose":"report","place":"`+Baihe+`"}`, 404)
	page := k.post("office", "/exports/receptions", `{"purpose":"report","limit":1}`, 200)
	x := k.items(page)[0]
	if x["phone"] != "13812345678" || x["sex"] != "female" || x["age"] != 76.0 || !strings.Contains(x["address"].(string), "老槐树") || page["next"] == "" || k.audited("export.receptions", "report") != 1 {
		t.Error(page)
	}
	page = k.post("office", "/exports/receptions", `{"purpose":"report","after":"`+page["next"].(string)+`"}`, 200)
	if x := k.items(page)[0]; x["phone"] != "13800002002" || page["next"] != "" || k.audited("export.receptions", "report") != 2 {
		t.Error(page)
	}
}
