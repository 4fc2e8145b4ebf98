package web

import (
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/inspection"
	. "lianxin/internal/work/worktest"
)

// TestInspectionPages: the office looks at the villages, draws, names a home and
// ends the check; its inspector finds the drawn homes first thing, and nothing else.
func TestInspectionPages(t *testing.T) {
	k := openWorked(t)
	b := browsertest.Start(t)
	account := Inspector(t, k.DB, "jiancha", Qingshi)
	me := workedPeople["inspector"]
	me.Account = account
	serve := func() string {
		i := me
		var err error
		if i.Sample, err = inspection.Sample(t.Context(), k.DB, County, account, i.Grants, workedDay); err != nil {
			t.Fatal(err)
		}
		return browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, map[string]access.Identity{"me": i, "office": workedPeople["office"]}).URL
	}
	at := serve()
	desk, phone := b.Open(browsertest.Desk), b.Open(browsertest.Phone)
	desk.Cookie(at, door.PlainSessionCookie, "office")
	phone.Cookie(at, door.PlainSessionCookie, "me")
	desk.Go(at + "/inspections")
	desk.Sound()
	desk.Shot("inspections-none")
	phone.Go(at + "/today")
	phone.Sound()
	if !strings.Contains(phone.Text("main"), "由镇办公室抽取") {
		t.Error("an inspector without a check:", phone.Text("main"))
	}
	phone.Shot("inspector-none")
	phone.Go(at + "/households")
	phone.Sound()
	if strings.Contains(phone.Text("main"), "王桂兰") {
		t.Error("homes without a check")
	}

	desk.Go(at + "/inspections/new")
	desk.Sound()
	desk.Long("inspection-new")
	desk.Type("#f-title", "11月抽查")
	desk.Type("#f-purpose", "看走访记录和群众说的对不对得上")
	desk.Tap(`input[name=people]`)
	desk.Type("#f-n", "2")
	desk.Follow(`button[value=look]`)
	if s := desk.Text("main"); !strings.Contains(s, "只有8户可抽") {
		t.Error("more homes than there are:", s)
	}
	desk.Long("inspection-above")
	browsertest.Eval[string](desk, `document.querySelector('#f-n').value = '2'`)
	desk.Follow(`button[value=look]`)
	desk.Sound()
	desk.Long("inspection-look")
	desk.Follow(`button[value=draw]`)
	desk.Sound()
	path := strings.TrimPrefix(desk.Address(), at)
	if !strings.HasPrefix(path, "/inspections/") || !strings.Contains(desk.Text("main"), "2户") {
		t.Fatal(path, desk.Text("main"))
	}
	desk.Long("inspection-office")
	desk.Go(at + path + "/draw")
	desk.Sound()
	if !strings.Contains(desk.Text("main"), "一致") || strings.Contains(desk.Text("main"), "不一致") {
		t.Error(desk.Text("main"))
	}
	desk.Long("inspection-draw")

	at = serve()
	phone.Cookie(at, door.PlainSessionCookie, "me")
	phone.Go(at + "/today")
	phone.Sound()
	if s := phone.Text("main"); !strings.Contains(s, "11月抽查") || !strings.Contains(s, "2户") {
		t.Error(s)
	}
	phone.Long("inspector-today")
	homes := browsertest.Eval[int](phone, `new Set([...document.querySelectorAll('.panel:has(a[href^="/inspections/"]) .far a[href^="/households/"]')].map(a=>a.href)).size`)
	if homes != 2 {
		t.Errorf("%d homes stand there", homes)
	}
	phone.Follow(`.panel:has(a[href^="/inspections/"]) .far a[href^="/households/"]`)
	phone.Sound()
	phone.Long("inspector-home")
	for _, p := range []string{"/inspections", path, "/households", "/visits", "/matters", "/stays", "/practical", "/progress", "/progress?by=home", "/progress?by=place", "/cadres", "/diary"} {
		phone.Go(at + p)
		phone.Sound()
		phone.Shot("inspector" + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(p))
	}
	phone.Cookie(at, door.PlainSessionCookie, "office")
	for _, p := range []string{"/inspections", "/inspections/new", path, path + "/draw"} {
		phone.Go(at + p)
		phone.Sound()
		phone.Long("office" + strings.ReplaceAll(p, "/", "-")[:min(len(p), 16)] + url.PathEscape(p[len(p)-4:]))
		phone.Cookie(at, door.LangCookie, "en")
		phone.Go(at + p)
		phone.Sound()
		phone.Letters(2)
		phone.Sound()
		phone.Cookie(at, door.LangCookie, "zh-CN")
		phone.Go(at + "/inspections")
	}
	k.URL = at
	if status, _, body := k.post(t, "office", path+"/end", "why", ""); status != 422 || !strings.Contains(body, "为什么提前结束") {
		t.Error(status)
	}
	if status, _, body := k.post(t, "office", path+"/homes", "household_q", "王桂兰", "find", "1"); status != 200 || !strings.Contains(body, "王桂兰") {
		t.Error(status, body)
	}
	if status, _, _ := k.post(t, "office", path+"/homes", "household", "home-none", "reason", "有人反映"); status != 422 {
		t.Error(status)
	}
	if status, _, body := k.post(t, "office", "/inspections", "step", "draw", "n", "x", "title", ""); status != 422 || !strings.Contains(body, "请写检查名称") || !strings.Contains(body, "请选检查人员") {
		t.Error(status, body)
	}
	if status, _, _ := k.post(t, "office", path+"/end", "why", "查完了"); status != 303 {
		t.Error(status)
	}
}
