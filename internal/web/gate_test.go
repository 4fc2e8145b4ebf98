package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/account"
)

// house is a server with the real register of accounts.
type house struct {
	d     *db.DB
	clock *dbtest.Clock
	book  *login.Book
	web   *web.Web
	url   string
}

func start(t *testing.T, d *db.DB, clock *dbtest.Clock) *house {
	t.Helper()
	texts, err := web.Texts()
	if err != nil {
		t.Fatal(err)
	}
	book := login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
	t.Cleanup(func() { _ = book.Close(context.Background()) })
	desk := account.New(book, func(context.Context, db.Reader, string, string) (account.Official, error) {
		return account.Official{}, fault.New(fault.NotFound, "fault.not_found")
	})
	log := slog.New(slog.DiscardHandler)
	w, err := web.New(web.Config{DB: d, Texts: texts, Log: log, Book: book, Accounts: desk})
	if err != nil {
		t.Fatal(err)
	}
	h := door.Handler(door.Config{
		Resolve: func(ctx context.Context, token string) (door.Session, error) {
			l, err := book.Resolve(ctx, token)
			if err != nil {
				return door.Session{}, err
			}
			i := access.Identity{Account: l.Account, Cadre: l.Cadre, County: l.County, Fresh: l.Fresh}
			for _, g := range l.Grants {
				i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
			}
			return door.Session{Identity: i}, nil
		},
		NewID: d.NewID, Now: time.Now, Log: log, FailPage: w.Fail, FailJSON: w.Fail,
	}, w.Routes())
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &house{d, clock, book, w, s.URL}
}

// visitor is a browser without scripts.
type visitor struct {
	t *testing.T
	c *http.Client
	h *house
}

func (h *house) visitor(t *testing.T) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, &http.Client{Jar: jar}, h}
}

// get and post give status, final path and text of the page.
func (v *visitor) get(path string) (int, string, string) {
	v.t.Helper()
	r, err := v.c.Get(v.h.url + path)
	return v.read(r, err)
}

func (v *visitor) post(path string, kv ...string) (int, string, string) {
	v.t.Helper()
	f := url.Values{}
	for i := 0; i < len(kv); i += 2 {
		f.Set(kv[i], kv[i+1])
	}
	r, err := v.c.PostForm(v.h.url+path, f)
	return v.read(r, err)
}

func (v *visitor) read(r *http.Response, err error) (int, string, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return r.StatusCode, r.Request.URL.Path, string(b)
}

const good = "水渠 风铃 铁锅 向北 走三里"

// setup goes through the first start and gives the codes on the four slips.
func (v *visitor) setup() []string {
	v.t.Helper()
	token, err := v.h.book.SetupToken(context.Background())
	if err != nil || token == "" {
		v.t.Fatalf("token %q, %v", token, err)
	}
	status, _, page := v.post("/setup", "token", token, "code", "990101001", "province", "示例省", "prefecture", "示例市", "county", "云河县", "township", "青石镇",
		"admin.name", "高远", "admin.username", "gaoyuan", "password", good, "password2", good,
		"system.name", "孙一", "system.username", "sunyi", "security.name", "钱二", "security.username", "qianer", "audit.name", "周三", "audit.username", "zhousan",
		"office.name", "张敏", "office.username", "zhangmin")
	codes := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindAllString(page, -1)
	if status != 200 || len(codes) != 4 {
		v.t.Fatalf("set-up: %d, %d codes\n%s", status, len(codes), page)
	}
	return codes
}

// TestGate walks through the first start, a slip, a login, a wrong password and
// logging out, without scripts, on both engines.
func TestGate(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := start(t, d, clock)
		v := h.visitor(t)
		must := func(what string, ok bool, page string) {
			t.Helper()
			if !ok {
				t.Errorf("%s\n%s", what, page)
			}
		}
		status, path, page := v.get("/")
		must("before set-up people are told what to do", status == 200 && path == "/login" && strings.Contains(page, "还没有设置好"), page)
		status, _, page = v.get("/setup?token=wrong")
		must("a wrong link is gone", status == 410, page)
		codes := v.setup()
		status, path, page = v.get("/me")
		must("who set up is in", status == 200 && path == "/me" && strings.Contains(page, "高远") && strings.Contains(page, "县管理员") && strings.Contains(page, "云河县"), page)

		office := h.visitor(t)
		status, _, page = office.get("/activate?code=" + strings.ToLower(codes[3]))
		must("the slip greets its holder", status == 200 && strings.Contains(page, "张敏"), page)
		status, _, page = office.post("/activate", "code", codes[3], "password", "短", "password2", "短")
		must("a short password is refused beside its field", status == 422 && strings.Contains(page, `id="f-password-error"`), page)
		status, _, page = office.post("/activate", "code", codes[3], "password", good, "password2", good+"x")
		must("two different passwords are refused", status == 422 && strings.Contains(page, `id="f-password2-error"`), page)
		status, path, page = office.post("/activate", "code", codes[3], "password", good, "password2", good)
		must("the slip lets in, once, with a word", status == 200 && path != "/activate" && strings.Contains(page, "密码设好了"), page)
		_, _, page = office.get("/me")
		must("the message is shown once", !strings.Contains(page, "密码设好了") && strings.Contains(page, "青石镇"), page)
		status, _, page = h.visitor(t).post("/activate", "code", codes[3], "password", good, "password2", good)
		must("a used slip says so", status == 410 && strings.Contains(page, "已经用过"), page)

		status, path, page = office.post("/logout")
		must("logging out leads to the gate", status == 200 && path == "/login" && strings.Contains(page, "已退出"), page)
		status, path, _ = office.get("/me?x=1")
		must("afterwards a page asks to log in", status == 200 && path == "/login", "")
		status, _, page = office.post("/login", "username", "zhangmin", "password", "错的密码错的密码错的", "next", "/me?x=1")
		must("a wrong password is refused, the name kept, the password not", status == 401 && strings.Contains(page, `value="zhangmin"`) && !strings.Contains(page, "错的密码") && strings.Contains(page, `value="/me?x=1"`), page)
		status, path, _ = office.post("/login", "username", "zhangmin", "password", good, "next", "/me?x=1")
		must("the right one leads where one wanted to go", status == 200 && path == "/me", "")
		_, path, _ = h.visitor(t).post("/login", "username", "zhangmin", "password", good, "next", "//evil.example/")
		must("but not to another site", path == "/today", path)

		_, _, page = office.get("/me")
		must("two sessions are listed", strings.Count(page, `name="session"`) >= 2, page)
		status, path, page = office.post("/me/sessions", "session", "others")
		must("the others end", status == 200 && path == "/me" && strings.Count(page, `name="session"`) == 0, page)
		status, _, page = office.post("/me/password", "password", "不对的不对的不对的", "new_password", good+" 二", "password2", good+" 二")
		must("the old password is asked for", status == 422 && strings.Contains(page, `id="f-password-error"`), page)
		status, path, _ = office.post("/me/password", "password", good, "new_password", good+" 二", "password2", good+" 二")
		must("and changed", status == 200 && path == "/me", path)
		status, _, page = office.post("/look", "lang", "en", "size", "3", "next", "/me")
		must("language and size are kept", status == 200 && strings.Contains(page, `<html lang="en" class="size-3">`) && strings.Contains(page, "Township office"), page)
		status, path, page = office.post("/again", "password", good+" 二", "next", "/me")
		must("the password again", status == 200 && path == "/me", page)

		status, _, page = office.get("/nowhere")
		must("a page that is not there says what to do", status == 404 && strings.Contains(page, "Page not found"), page)
		h.clock.Add(login.IdleContent + 1)
		status, _, page = office.post("/me/password", "password", good)
		must("an expired session keeps the form in the browser", status == 401 && strings.Contains(page, `target="_blank"`), page)
	})
}

// TestLook opens the pages of the gate in a browser on a phone and a desk, with
// letters twice as large too.
func TestLook(t *testing.T) {
	b := browsertest.Start(t)
	d, clock := dbtest.SQLite(t)
	h := start(t, d, clock)
	token, err := h.book.SetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		for _, path := range []string{"/login", "/setup?token=" + token} {
			p.Go(h.url + path)
			p.Sound()
		}
		p.Long("setup")
		p.Letters(2)
		p.Sound()
	}
	codes := h.visitor(t).setup()
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		for _, x := range []struct{ name, path string }{{"login", "/login"}, {"activate", "/activate"}, {"choose", "/activate?code=" + codes[0]}, {"gone", "/setup?token=x"}, {"notfound", "/nowhere"}} {
			p.Go(h.url + x.path)
			p.Sound()
			p.Shot(x.name)
			p.Letters(2)
			p.Sound()
			p.Long(x.name + "-200")
		}
		p.Go(h.url + "/login?next=/me")
		p.Type("#f-username", "gaoyuan")
		p.Type("#f-password", "不是这一个密码")
		p.Follow("button.full")
		p.Sound()
		p.Shot("login-wrong")
		p.Type("#f-password", good)
		p.Follow("button.full")
		if !strings.HasSuffix(p.Address(), "/me") {
			t.Fatalf("after login at %s", p.Address())
		}
		p.Sound()
		p.Long("me")
		p.Letters(2)
		p.Sound()
		p.Long("me-200")
		for _, x := range []struct{ name, path string }{{"password", "/me/password"}, {"again", "/again?next=/me"}, {"notfound-in", "/nowhere"}} {
			p.Go(h.url + x.path)
			p.Sound()
			p.Shot(x.name)
			p.Letters(2)
			p.Sound()
		}
	}
}

// TestSetupTellsAllAtOnce sends a first start with a fault in every part: one
// answer tells them all and keeps what was typed, but for the passwords.
func TestSetupTellsAllAtOnce(t *testing.T) {
	d, clock := dbtest.SQLite(t)
	h := start(t, d, clock)
	v := h.visitor(t)
	token, err := h.book.SetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, _, page := v.post("/setup", "token", token, "code", "99", "province", "示例省", "prefecture", "", "county", "云河县", "township", "青石镇",
		"admin.name", "高远", "admin.username", "g", "password", "short", "password2", "other",
		"system.name", "孙一", "system.username", "sunyi", "security.name", "孙一", "security.username", "sunyi", "audit.name", "周三", "audit.username", "zhousan",
		"office.name", "张敏", "office.username", "zhangmin")
	for _, id := range []string{"code", "prefecture", "admin.username", "password", "password2", "security.name", "security.username"} {
		if !strings.Contains(page, `id="f-`+strings.ReplaceAll(id, ".", "-")+`-error"`) {
			t.Errorf("%s is not told", id)
		}
	}
	for _, want := range []string{"9 位数字", "三个人", "两次输的密码不一样", "密码至少要12个字", "密码不保留", `value="示例省"`, `value="周三"`, `value="zhangmin"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if status != 422 && status != 400 || strings.Contains(page, `value="short"`) || strings.Contains(page, `id="f-audit-name-error"`) {
		t.Errorf("%d, a password is kept, or a right field is blamed", status)
	}
	v.setup()
}
