package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// crowd adds colleagues: ten of one unit, two of one name in two units, and the
// committee of the home's village.
func (k *worked) crowd(t *testing.T) {
	t.Helper()
	office := Who(access.Office, Qingshi, "", workedDay)
	add := func(id, name, unit, title, rank, village string) {
		k.do(t, func(tx *db.Tx) error {
			_, err := cadre.Add(t.Context(), tx, office, cadre.AddInput{ID: id, Region: Qingshi, Name: name, Post: cadre.PostInput{UnitName: unit, Title: title, Rank: rank, Village: village, From: "2024-01-01"}})
			return err
		})
	}
	for i, n := range []string{"安一", "安二", "安三", "安四", "安五", "安六", "安七", "安八", "安九", "安十"} {
		add("cadre-an-000"+string(rune('0'+i)), n, "农业办", "干部", cadre.TownshipStaff, "")
	}
	add("cadre-zhang-nong", "张强", "民政办", "干部", cadre.TownshipStaff, "")
	add("cadre-zhang-dang", "张强", "党政办", "干部", cadre.TownshipStaff, "")
	add("cadre-village-01", "李守田", "李家湾村委会", "主任", cadre.VillageCommittee, Lijiawan)
}

func (k *worked) latest(t *testing.T) visit.Visit {
	t.Helper()
	vs, _, err := visit.List(t.Context(), k.DB, Who(access.Cadre, Qingshi, LiMing, workedDay), visit.Filter{From: workedDay})
	if err != nil || len(vs) == 0 {
		t.Fatalf("%+v %v", vs, err)
	}
	return vs[0]
}

// Companions are people who are ticked, not names: of two of one name the form
// asks which, and nobody is credited before that is said.
func TestCompanionsAreChosen(t *testing.T) {
	k := openWorked(t)
	k.crowd(t)
	_, body, _ := k.call(t, "li", "/visits/new?household="+WangHome, nil)
	at, n := strings.Index(body, `value="`+ZhaoWei+`"`), strings.Count(body, ` name="with_id"`)
	if at < 0 || n == 0 || n > likely || strings.Index(body, ` name="with_id"`) < at-60 {
		t.Fatalf("%d are offered, who helps the home too first: %d", n, at)
	}
	if !strings.Contains(body, "李守田") {
		t.Error("the village's committee is not offered")
	}
	form := func(op string) url.Values {
		return url.Values{"op": {op}, "household": {WangHome}, "day": {"2026-11-23"}, "clock": {"11:30"}, "how": {"home"}, "need": {"0"}}
	}
	f := form("01JZZZZZZZZZZZZZZZZZZZZZZA")
	f.Set("with", "张强、赵")
	status, body, _ := k.call(t, "li", "/visits", f)
	for _, want := range []string{"2位张强", "本镇干部里没有赵", "民政办干部", "党政办干部", `value="cadre-zhang-nong"`, `value="cadre-zhang-dang"`, `value="` + ZhaoWei + `"`} {
		if status != 422 || !strings.Contains(body, want) {
			t.Errorf("%d: %q is missing", status, want)
		}
	}
	f["with_id"] = []string{"cadre-zhang-dang", ZhaoWei} // the same words still stand in the field
	if status, body, _ := k.call(t, "li", "/visits", f); status != 303 {
		t.Fatalf("%d %s", status, body)
	}
	v := k.latest(t)
	if len(v.With) != 2 || !slices.Contains(v.With, ZhaoWei) || !slices.Contains(v.With, "cadre-zhang-dang") {
		t.Errorf("credited: %v", v.With)
	}
	_, body, _ = k.call(t, "li", "/visits/"+v.ID+"/amend", nil)
	if strings.Count(body, ` checked><span>`) < 2 || !strings.Contains(body, `value="cadre-zhang-dang" checked`) {
		t.Error("the correction does not show who came along")
	}
	// A correction takes one back and adds another; the figures follow both.
	f = url.Values{"op": {"01JZZZZZZZZZZZZZZZZZZZZZZB"}, "version": {"1"}, "day": {"2026-11-23"}, "clock": {"11:30"}, "how": {"home"}, "with_id": {ZhaoWei}, "with": {"李守田"}, "why": {"记漏了"}}
	if status, body, _ := k.call(t, "li", "/visits/"+v.ID+"/amend", f); status != 303 {
		t.Fatalf("%d %s", status, body)
	}
	if v = k.latest(t); !slices.Contains(v.With, "cadre-village-01") || !slices.Contains(v.With, ZhaoWei) || len(v.With) != 2 {
		t.Errorf("after the correction: %v", v.With)
	}
	vs, err := visit.Versions(t.Context(), k.DB, Who(access.Cadre, Qingshi, LiMing, workedDay), v.ID)
	if err != nil || len(vs) != 1 || !slices.Contains(vs[0].Visit.With, "cadre-zhang-dang") {
		t.Errorf("what stood there before is lost: %+v %v", vs, err)
	}
	// Who went along once is offered first next time.
	if _, body, _ = k.call(t, "li", "/visits/new?household=home-chenxiulan", nil); strings.Count(body, ` name="with_id"`) > likely || !strings.Contains(body, `value="cadre-village-01"`) {
		t.Error("who went along lately is not offered")
	}
	// Searching is for those who may record a visit there.
	if status, body, _ := k.call(t, "li", "/visits/companions?household="+WangHome+"&q=zq", nil); status != 200 || strings.Count(body, "张强") != 2 || !strings.Contains(body, "党政办干部") {
		t.Errorf("%d %s", status, body)
	}
	for who, want := range map[string]int{"sun": 404, "leader": 403, "zhao": 200, "nobody": 303} {
		if status, _, _ := k.call(t, who, "/visits/companions?household="+WangHome+"&q=zq", nil); status != want {
			t.Errorf("%s: %d, want %d", who, status, want)
		}
	}
}

// On a phone: likely companions are ticked with a finger, others found while
// typing; the field is free again for the next.
func TestCompanionsOnThePhone(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	k.crowd(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")
	p.Go(k.URL + "/visits/new?household=" + WangHome)
	p.Tap("#f-need label:nth-child(1)")
	p.Tap(".more.fold summary")
	p.Tap("#f-company .picks label:nth-child(1)")
	p.Type("#f-with", "张强")
	p.Wait("#f-company .found li:nth-child(2)")
	p.Sound()
	p.Long("companions-found")
	p.Tap("#f-company .found li:nth-child(1) label")
	if v := browsertest.Eval[string](p, `document.querySelector("#f-with").value`); v != "" || p.Has("#f-company .found li") {
		t.Errorf("the field still holds %q", v)
	}
	if n := browsertest.Eval[int](p, `document.querySelectorAll("#f-company .picks input:checked").length`); n != 2 {
		t.Errorf("%d are ticked", n)
	}
	p.Sound()
	p.Long("companions")
	p.Letters(2)
	p.Sound()
	p.Long("companions-200")
	p.Letters(1)
	p.Follow(".actions .btn.p")
	if v := k.latest(t); len(v.With) != 2 {
		t.Errorf("credited: %v", v.With)
	}
}

// What is opened with a purpose, and lists narrowed to a state, stand well on a
// phone, in large letters too.
func TestOpenedOnThePhone(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	office := Who(access.Office, Qingshi, "", workedDay)
	k.do(t, func(tx *db.Tx) error {
		_, err := household.ChangeTag(t.Context(), tx, office, household.TagChange{ID: "tag-proof-0001", Household: WangHome, TagInput: household.TagInput{Tag: "disabled", Source: "department", From: "2026-11-03", Evidence: "残疾证99010119500307002542，肢体二级"}})
		return err
	})
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	for i, at := range []string{"/households/" + WangHome, "/households/" + WangHome + "/amend", "/meetings?state=planned", "/opinions?state=sent"} {
		p.Go(k.URL + at)
		p.Letters(1)
		p.Sound()
		p.Long("opened-" + string(rune('a'+i)))
		p.Letters(2)
		p.Sound()
		p.Long("opened-200-" + string(rune('a'+i)))
	}
}
