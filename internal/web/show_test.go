package web

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/ui"
)

// showPage holds every part once; it exists in tests only.
type showPage struct {
	Base
	Steps   Steps
	Pills   []Pill
	Table   Table
	Pager   Pager
	Options []Option
	Found   []Option
	Chart   Chart
	Masked  Masked
	Tag     Tag
	Dots    Dots
	Nothing Say
}

// overlay is the program's files and one page of the test's.
type overlay struct{ fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if name == "pages/test/show.html" {
		return os.Open("testdata/show.html")
	}
	return o.FS.Open(name)
}

func newShow() *showPage {
	opts := []Option{{Value: "a", Text: "入户"}, {Value: "b", Text: "电话"}, {Value: "c", Text: "碰面"}, {Value: "d", Text: "没见到"}}
	row := func(what, who, small, state, tone string) Row {
		return Row{[]Cell{{Text: Plain(what), Href: "#" + what}, {Text: Plain(who), Small: Plain(small)}, C("走访"), C("水务站 周凯"), C("过 4 天"), {Text: Plain(state), Tag: tone}}}
	}
	heads := []string{"事项", "户", "来源", "承办", "期限", "状态"}
	t := Table{Caption: Plain("要处理的事"), Keys: true, Rows: []Row{
		row("水渠塌方，浇不上地", "赵水生", "大河村2组", "在办", "o"), row("三组水渠堵了", "杨加旺", "大河村3组", "在办", "o"), row("想办高龄补贴", "王桂兰", "李家湾村3组", "待受理", "i"), row("村口路灯不亮", "王桂兰", "李家湾村3组", "待回访", "g"),
	}}
	for _, h := range heads {
		t.Cols = append(t.Cols, Col{Head: Plain(h)})
	}
	return &showPage{
		Base: Base{Title: Plain("今日待办"), Sub: Plain("2026年11月23日，星期一"), At: "/today"}, Table: t,
		Steps: Steps{Keys: []string{"web.menu.imports", "web.menu.cards", "web.menu.plans"}, At: 1},
		Pills: []Pill{{Text: Plain("我的待办"), Href: "#p", Here: true, Count: 10}, {Text: Plain("快到期"), Href: "#q", Count: 5}, {Text: Plain("全部"), Href: "#r"}},
		Pager: Pager{Next: "#next"}, Options: opts, Found: []Option{{Value: "h1", Text: "王桂兰", Note: "李家湾村3组"}, {Value: "h2", Text: "王小军", Note: "大河村1组"}},
		Chart:  Chart{ID: "c1", Title: Plain("办好一件事要几天"), Unit: "web.yuan", Bars: []Bar{{Label: "看病就医", Value: 3, High: false}, {Label: "道路水利", Value: 19, High: true}}, Mark: &Mark{Plain("承诺 15 天"), 15}},
		Masked: Masked{ID: "m1", What: Plain("电话"), Text: "138****5678", Action: "/show", Field: "phone", Purposes: []Option{{Value: "visit", Text: "联系走访"}}},
		Tag:    Tag{Tone: "g", Icon: "check", Text: Plain("办好了")}, Dots: Dots{Done: 4, Of: 6, Text: Plain("今年 4 次，定 6 次")}, Nothing: Plain("这几天没有该去的户。"),
	}
}

func showRoutes(w *Web) []door.Route {
	see := door.Need(access.Self)
	return append(w.Routes(),
		Get("/show", see, door.Quiet, func(c *door.Call) error { return w.Render(c, "test/show", newShow()) }),
		Post("/show", see, door.Quiet, func(c *door.Call) error {
			f, err := w.Form(c)
			if err != nil {
				return err
			}
			if f.Get("drop") != "" {
				if ok, err := w.Confirmed(c, Plain("不要了？"), K("web.confirm.yes")); !ok {
					return err
				}
				return w.Done(c, "/show", "page_login.device_forgotten")
			}
			var bad fault.Fields
			bad.Check(f.Get("name") != "", "name", "login.name_form")
			bad.Check(f.Get("how") != "b", "how", "fault.json_value")
			if err := bad.Err(); err != nil {
				return w.Refill(c, "test/show", newShow(), err)
			}
			return w.Done(c, "/show", "page_login.activated")
		}),
		Get("/show/pick", see, door.Quiet, func(c *door.Call) error {
			return w.Found(c, []Option{{Value: "h9", Text: "找到的" + c.Query("q"), Note: "石桥村4组"}}, false)
		}),
		Get("/show/broken", see, door.Quiet, func(*door.Call) error { return errors.New("no such table: 王桂兰") }),
	)
}

func openShow(t *testing.T) *Web {
	t.Helper()
	w := open(t)
	sets, err := w.parse(overlay{ui.Files}, append(Pages(), Page{"test/show", &showPage{}}))
	if err != nil {
		t.Fatal(err)
	}
	w.sets = sets
	for _, p := range []string{"/today", "/households", "/cadres", "/visits", "/visits/new", "/diary", "/stays", "/matters", "/imports", "/cards", "/plans", "/progress", "/exports", "/settings", "/accounts", "/grants", "/audit", "/system"} {
		w.paths[p] = true
	}
	return w
}

func TestPartsAgainstStructs(t *testing.T) {
	w := openShow(t)
	set, err := w.sets.get("zh-CN", "test/show")
	if err == nil {
		err = templatecheck.CheckHTML(set, &showPage{})
	}
	if err != nil {
		t.Error(err)
	}
}

var showSessions = map[string]access.Identity{
	"office": {Account: "a1", Cadre: "c1", County: "990101", Grants: []access.Grant{{Role: access.Office, Region: "/99/9901/990101/990101001/"}, {Role: access.Cadre, Region: "/99/9901/990101/990101001/"}}},
	"sys":    {Account: "a2", County: "990101", Grants: []access.Grant{{Role: access.SysAdmin, Region: "/99/9901/990101/"}}},
}

// TestParts shows every part in a browser, on phone and desk, with small and
// large letters, and uses a form as people do.
func TestParts(t *testing.T) {
	b := browsertest.Start(t)
	w := openShow(t)
	s := browsertest.Serve(t, showRoutes(w), w.Fail, showSessions)
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Small, browsertest.Desk, browsertest.Note} {
		p := b.Open(size)
		p.Cookie(s.URL, door.PlainSessionCookie, "office")
		p.Go(s.URL + "/show")
		p.Sound()
		p.Shot("parts")
		p.Long("parts-long")
		p.Letters(2)
		p.Sound()
		p.Shot("parts-big")
		p.Long("parts-200")
	}
	p := b.Open(browsertest.Phone)
	p.Cookie(s.URL, door.PlainSessionCookie, "office")
	p.Go(s.URL + "/show")
	if p.Has("#f-book") && browsertest.Eval[bool](p, "!document.querySelector('#f-book').closest('[data-when]').hidden") {
		t.Error("the part that belongs to another answer is open")
	}
	p.Tap("#f-how label:nth-child(2)")
	if browsertest.Eval[bool](p, "document.querySelector('#f-book').closest('[data-when]').hidden") {
		t.Error("the part of the chosen answer stays closed")
	}
	p.Type("#f-household-q", "wgl")
	p.Wait(".found input[value=h9]")
	p.Tap(".found label")
	p.Type("#f-name", "王桂兰")
	p.Follow(".form .actions .btn.p")
	if !p.Has("#f-how.bad") || !p.Has(".problem a[href='#f-how']") {
		t.Error("the problem is not told beside its field and in the summary")
	}
	if got := browsertest.Eval[string](p, "document.querySelector('#f-name').value"); got != "王桂兰" {
		t.Errorf("what was typed is lost: %q", got)
	}
	p.Sound()
	p.Shot("parts-problem")
	p.Tap("button[data-confirm]")
	p.Shot("parts-confirm")
	p.Follow("dialog.ask button[value=yes]")
	if !strings.Contains(p.Text(".flash"), "已去掉") {
		t.Error("after a confirmed act the message is missing")
	}
	p.Tap(".menu summary")
	p.Shot("parts-menu")
	p.Sound()
	p.Go(s.URL + "/show/broken")
	p.Sound()
	p.Shot("broken")
	if text := p.Text("main"); strings.Contains(text, "王桂兰") || !strings.Contains(text, "编号") {
		t.Errorf("a failure of ours reads %q", text)
	}
}

// TestMenu: everybody sees his own entries and no others.
func TestMenu(t *testing.T) {
	w := openShow(t)
	at := "/99/9901/990101/990101001/"
	paths := func(cadre string, roles ...access.Role) string {
		i := access.Identity{Account: "a", Cadre: cadre, County: "990101"}
		for _, r := range roles {
			i.Grants = append(i.Grants, access.Grant{Role: r, Region: at})
		}
		gs, bar := w.menu(access.New(i), "/today", nil)
		var out []string
		for _, g := range gs {
			for _, e := range g.Entries {
				out = append(out, e.Path)
			}
		}
		if len(bar) > 0 {
			out = append(out, "+tabs")
		}
		return strings.Join(out, " ")
	}
	for _, x := range []struct {
		name, cadre string
		roles       []access.Role
		want        string
	}{
		{"nobody", "", nil, ""},
		{"office", "", []access.Role{access.Office}, "/today /inspections /search /households /cadres /visits /diary /stays /matters /meetings /receptions /practical /opinions /phones /imports /cards /plans /leading /minors /progress /exports /accounts /handin /confide /settings"},
		{"cadre", "c1", []access.Role{access.Cadre}, "/today /search /households /cadres /visits /diary /stays /matters /meetings /practical /opinions /cards /plans /leading /progress /confide +tabs"},
		{"leader", "", []access.Role{access.Leader}, "/today /inspections /search /households /cadres /visits /diary /stays /matters /meetings /receptions /practical /opinions /plans /leading /minors /progress /confide"},
		{"inspector", "", []access.Role{access.Inspector}, "/today /inspections /households /cadres /visits /diary /stays /matters /practical /plans /leading /progress"},
		{"county", "", []access.Role{access.CountyAdmin}, "/today /plans /leading /progress /feedback /settings"},
		{"handler", "c1", []access.Role{access.Handler}, "/search /cadres /matters /meetings /confide"},
		{"discipline", "", []access.Role{access.Discipline}, "/complaints /confide"},
		{"sysadmin", "", []access.Role{access.SysAdmin}, "/accounts /system"},
		{"secadmin", "", []access.Role{access.SecAdmin}, "/grants"},
		{"auditor", "", []access.Role{access.Auditor}, "/audit"},
	} {
		if got := paths(x.cadre, x.roles...); got != x.want {
			t.Errorf("%s sees %s, want %s", x.name, got, x.want)
		}
	}
}

// TestFiles: static files live for ever under their hash and nowhere else.
func TestFiles(t *testing.T) {
	w := open(t)
	s := browsertest.Serve(t, w.Routes(), w.Fail, nil)
	for _, x := range []struct {
		path, kind, cache string
		status            int
	}{
		{w.files.path("css/base.css"), "text/css", "public, max-age=31536000, immutable", 200},
		{w.files.path("js/app.js"), "text/javascript", "public, max-age=31536000, immutable", 200},
		{w.files.path("icons.svg"), "image/svg+xml", "public, max-age=31536000, immutable", 200},
		{"/a/0000/css/base.css", "text/html", "no-store", 404},
		{w.files.path("lang/zh-CN/web.json"), "text/html", "no-store", 404},
		{w.files.path("../ui.go"), "text/html", "no-store", 404},
	} {
		r, err := http.Get(s.URL + x.path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != x.status || !strings.HasPrefix(r.Header.Get("Content-Type"), x.kind) || r.Header.Get("Cache-Control") != x.cache {
			t.Errorf("%s: %d %s %s", x.path, r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"))
		}
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if r.Header.Get(h) == "" {
				t.Errorf("%s: header %s is missing", x.path, h)
			}
		}
	}
}

// TestLocal: a request cannot lead people to another site.
func TestLocal(t *testing.T) {
	for in, want := range map[string]string{"/me": "/me", "/me?a=b#c": "/me?a=b#c", "": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/", "javascript:alert(1)": "/", "me": "/", "/a\r\nb": "/", "/%0a": "/%0a"} {
		if got := local(in, "/"); got != want {
			t.Errorf("local(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestYuan(t *testing.T) {
	for in, want := range map[int64]string{0: "0", 5: "0.05", 100: "1", 123450: "1,234.50", -99: "−0.99", 1234567800: "12,345,678"} {
		if got := Yuan(in); got != want {
			t.Errorf("Yuan(%d) = %q, want %q", in, got, want)
		}
	}
}
