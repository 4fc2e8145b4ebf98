package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/account"
	"lianxin/internal/work/cadre"
	. "lianxin/internal/work/worktest"
)

// kept is a township with 110 officials and real accounts for its office and
// the administrators; token is each one's session.
type kept struct {
	t     *testing.T
	d     *db.DB
	book  *login.Book
	web   *web.Web
	url   string
	token map[string]string
	id    map[string]string
}

const keptDay = calendar.Day("2026-11-23")

func keep(t *testing.T) *kept {
	t.Helper()
	d, clock := dbtest.SQLite(t)
	Seed(t, d)
	k := &kept{t: t, d: d, token: map[string]string{}, id: map[string]string{}}
	office := Who(access.Office, Qingshi, "", keptDay)
	surnames := []string{"李", "王", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐"}
	given := []string{"明", "秀英", "建国", "海燕", "志强", "小芳", "国庆", "春梅", "文军", "丽华"}
	for i := range 108 { // with 李明 and 赵伟 110
		p := cadre.PostInput{UnitName: []string{"党政办", "农技站", "民政办", "综治办", "财政所"}[i%5], Title: "干部", Rank: cadre.TownshipStaff, From: "2024-01-01"}
		if i >= 84 {
			p = cadre.PostInput{UnitName: "李家湾村委会", Title: "村委会委员", Rank: cadre.VillageCommittee, Village: Lijiawan, From: "2024-01-01"}
		}
		k.do(func(tx *db.Tx) error {
			_, err := cadre.Add(t.Context(), tx, office, cadre.AddInput{ID: fmt.Sprintf("cadre-%06d", i), Region: Qingshi, Name: surnames[i%11] + given[i%10], Phone: fmt.Sprintf("1380000%04d", 4000+i), Post: p})
			return err
		})
	}
	k.book = login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
	t.Cleanup(func() { _ = k.book.Close(context.Background()) })
	texts, err := web.Texts()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	k.url = server.URL
	file := filepath.Join(t.TempDir(), "anchor")
	k.web, err = web.New(web.Config{DB: d, Texts: texts, Log: log, Book: k.book, Accounts: account.New(k.book, web.Roster),
		Machine: web.Machine{URL: k.url, Version: "1.0", Anchors: func() ([]audit.Anchor, error) { return audit.ReadAnchors(file) }}})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = door.Handler(door.Config{
		Resolve: func(ctx context.Context, token string) (door.Session, error) {
			l, err := k.book.Resolve(ctx, token)
			if err != nil {
				return door.Session{}, err
			}
			i := access.Identity{Account: l.Account, Cadre: l.Cadre, County: l.County, Fresh: l.Fresh}
			for _, g := range l.Grants {
				i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
			}
			return door.Session{Identity: i}, nil
		},
		NewID: d.NewID, Now: clock.Now, Log: log, FailPage: k.web.Fail, FailJSON: k.web.Fail,
	}, k.web.Routes())
	for _, x := range []struct {
		user, name string
		role       access.Role
		place      string
	}{{"zhangmin", "张敏", access.Office, Qingshi}, {"xianban", "罗县办", access.CountyAdmin, Root}, {"xitong", "孙一", access.SysAdmin, Root}, {"anquan", "钱二", access.SecAdmin, Root}, {"shenji", "周三", access.Auditor, Root}} {
		k.enter(x.user, x.name, x.role, x.place)
	}
	return k
}

func (k *kept) do(f func(*db.Tx) error) {
	k.t.Helper()
	if err := db.Do(k.t.Context(), k.d, f); err != nil {
		k.t.Fatal(err)
	}
}

// enter makes an account with a role and logs it in.
func (k *kept) enter(user, name string, role access.Role, place string) {
	k.t.Helper()
	by := Who(access.SysAdmin, Root, "", keptDay)
	var code string
	k.do(func(tx *db.Tx) error {
		a, err := k.book.CreateAccount(k.t.Context(), tx, by, login.NewAccount{County: County, Username: user, Name: name, Region: place, Class: string(role.Class())})
		if err != nil {
			return err
		}
		k.id[user] = a.ID
		if _, err := k.book.AddGrant(k.t.Context(), tx, by, login.NewGrant{County: County, Account: a.ID, Role: string(role), Region: place}); err != nil {
			return err
		}
		ss, err := k.book.IssueCodes(k.t.Context(), tx, by, County, []string{a.ID})
		if err == nil {
			code = ss[0].Code
		}
		return err
	})
	e, err := k.book.Activate(k.t.Context(), login.Activation{Code: code, Password: good, From: login.From{Kind: login.Browser, Label: "test", Door: "page"}})
	if err != nil {
		k.t.Fatal(err)
	}
	k.token[user] = e.Token
}

func (k *kept) open(b *browsertest.Browser, s browsertest.Size, user string) *browsertest.Page {
	p := b.Open(s)
	p.Cookie(k.url, door.PlainSessionCookie, k.token[user])
	return p
}

func (k *kept) send(user, method, path string, form url.Values) (*http.Response, []byte) {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		k.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: k.token[user]})
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return res, b
}

// TestSlips: an office hands out slips to its whole roster in one PDF; the QR's
// address greets its holder; the codes are shown once.
func TestSlips(t *testing.T) {
	b := browsertest.Start(t)
	k := keep(t)
	p := k.open(b, browsertest.Phone, "zhangmin")
	p.Go(k.url + "/accounts")
	p.Sound()
	p.Shot("accounts-roster")
	p = k.open(b, browsertest.Desk, "zhangmin")
	p.Go(k.url + "/accounts")
	p.Sound()
	p.Shot("accounts-roster")
	if text := p.Text("main"); strings.Count(text, "没有账号") < 110 {
		t.Errorf("%d of 110 without account", strings.Count(text, "没有账号"))
	}
	p.Follow(`.bulk a.btn`)
	p.Sound()
	p.Shot("slips")
	if text := p.Text("main"); !strings.Contains(text, "将给110人各打印一张激活条") || !strings.Contains(text, "其中110人还没有账号") {
		t.Errorf("before the slips:\n%s", text)
	}
	form := url.Values{}
	page := browsertest.Eval[string](p, `[...document.querySelectorAll('main form input')].map(e=>e.name+'='+encodeURIComponent(e.value)).join('&')`)
	for kv := range strings.SplitSeq(page, "&") {
		name, value, _ := strings.Cut(kv, "=")
		if value, err := url.QueryUnescape(value); err == nil {
			form.Add(name, value)
		}
	}
	res, pdf := k.send("zhangmin", http.MethodPost, "/accounts/slips", form)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(pdf, []byte("%PDF")) || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %.80s", res.StatusCode, res.Header, pdf)
	}
	if again, body := k.send("zhangmin", http.MethodPost, "/accounts/slips", form); again.StatusCode != http.StatusGone || !bytes.Contains(body, []byte("只显示一次")) {
		t.Errorf("sent again: %d", again.StatusCode)
	}
	words := pdfText(t, pdf)
	codes := map[string]bool{}
	for _, c := range regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindAllString(words, -1) {
		codes[c] = true
	}
	if len(codes) != 110 || strings.Count(words, "\f") != 11 || !strings.Contains(words, "liming") {
		t.Errorf("%d codes on %d sheets", len(codes), strings.Count(words, "\f"))
	}
	p.Go(k.url + "/accounts?only=without")
	if text := p.Text("main"); !strings.Contains(text, "没有符合的") {
		t.Errorf("after the slips:\n%s", text)
	}
	p.Go(k.url + "/accounts?unit=" + url.QueryEscape("农技站"))
	p.Sound()
	// The address of the QR: the code stands behind "#" and reaches no log.
	var code string
	for c := range codes {
		code = strings.ReplaceAll(c, "-", "")
		break
	}
	phone := b.Open(browsertest.Phone)
	phone.Go(k.url + "/activate#" + code)
	phone.Wait("#f-password2")
	if strings.Contains(phone.Address(), code) {
		t.Error("the code stays in the address")
	}
	phone.Sound()
	phone.Shot("slip-scanned")
	// One official of another township is not in reach, nor is a made-up one.
	for _, id := range []string{SunYue, "cadre-nobody"} {
		if res, _ := k.send("zhangmin", http.MethodGet, "/accounts/slips?cadre="+id, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", id, res.StatusCode)
		}
	}
	if res, _ := k.send("xianban", http.MethodGet, "/accounts", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("the county's administrator: %d", res.StatusCode)
	}
}

// pdfText reads a PDF with poppler.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("poppler is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestAccountPages: the system administrator makes an account and a slip but no
// role; the security administrator gives the role, to others only.
func TestAccountPages(t *testing.T) {
	b := browsertest.Start(t)
	k := keep(t)
	p := k.open(b, browsertest.Desk, "xitong")
	p.Go(k.url + "/accounts")
	p.Sound()
	p.Shot("accounts")
	p.Follow(`.ttl .acts a.btn`)
	p.Type("#f-name", "检查组 周检")
	p.Type("#f-username", "zhangmin")
	p.Follow(".actions .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "已经有人用了") {
		t.Errorf("a username twice:\n%s", text)
	}
	p.Sound()
	p.Shot("account-new")
	_ = browsertest.Eval[bool](p, `(()=>{document.querySelector('#f-username').value='jiancha';return true})()`)
	p.Follow(".actions .btn.p")
	if text := p.Text("main"); !strings.Contains(text, "账号建好了") || !strings.Contains(text, "还没有授权") {
		t.Errorf("the new account:\n%s", text)
	}
	p.Sound()
	p.Shot("account")
	id := p.Address()[strings.LastIndex(p.Address(), "/")+1:]
	res, pdf := k.send("xitong", http.MethodPost, "/accounts/slips", url.Values{"op": {"slip-000001"}, "account": {id}})
	if res.StatusCode != 200 || !strings.Contains(pdfText(t, pdf), "jiancha") {
		t.Errorf("a single slip: %d", res.StatusCode)
	}

	s := k.open(b, browsertest.Desk, "anquan")
	s.Go(k.url + "/grants?begins=jian")
	s.Sound()
	s.Shot("grants")
	s.Follow(`table a[href="/grants/` + id + `"]`)
	s.Tap("#f-role label:nth-child(4)")
	s.Set("#f-to", "2026-12-31")
	s.Follow(".actions .btn.p")
	if text := s.Text("main"); !strings.Contains(text, "检查人员") || !strings.Contains(text, "到2026年12月31日") {
		t.Errorf("the role:\n%s", text)
	}
	s.Sound()
	s.Shot("grant")
	s.Tap(`.far form .btn`)
	s.Wait("#ask[open]")
	s.Follow("#ask [value=yes]")
	if text := s.Text("main"); !strings.Contains(text, "还没有授权") || !strings.Contains(text, "以前的角色") {
		t.Errorf("taken back:\n%s", text)
	}
	s.Sound()
	s.Go(k.url + "/grants/" + k.id["anquan"])
	if s.Has("#f-role") || !strings.Contains(s.Text("main"), "不能给自己授权") {
		t.Error("one gives oneself a role")
	}
	phone := k.open(b, browsertest.Phone, "anquan")
	for _, path := range []string{"/grants", "/grants/" + id} {
		phone.Go(k.url + path)
		phone.Sound()
		phone.Letters(2)
		phone.Sound()
	}
	phone.Shot("grant-200")
	// Disabling ends sessions at once.
	p.Go(k.url + "/accounts/" + k.id["zhangmin"])
	p.Tap(".tail .btn.bad")
	p.Wait("#ask[open]")
	p.Follow("#ask [value=yes]")
	if res, _ := k.send("zhangmin", http.MethodGet, "/accounts", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a disabled account: %d", res.StatusCode)
	}
	// An act of consequence asks for the password again after a while.
	if res, _ := k.send("anquan", http.MethodGet, "/grants/"+id, nil); res.StatusCode != 200 {
		t.Errorf("fresh: %d", res.StatusCode)
	}
}

// TestAuditPage: the auditor searches, and checks the whole record, which finds
// one changed sign.
func TestAuditPage(t *testing.T) {
	b := browsertest.Start(t)
	k := keep(t)
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		p := k.open(b, size, "shenji")
		p.Go(k.url + "/audit")
		p.Sound()
		p.Shot("audit")
		p.Letters(2)
		p.Sound()
		p.Shot("audit-200")
	}
	p := k.open(b, browsertest.Desk, "shenji")
	p.Go(k.url + "/audit?actor=zhangmin")
	if text := p.Text("main"); !strings.Contains(text, "用激活条设密码") || strings.Contains(text, "登记干部") {
		t.Errorf("by actor:\n%s", text)
	}
	p.Go(k.url + "/audit?action=cadre.&from=2026-11-23&to=2026-11-23")
	p.Sound()
	if n := browsertest.Eval[int](p, "document.querySelectorAll('tbody tr').length"); n != 50 {
		t.Errorf("%d rows on the first page", n)
	}
	seen := p.Text("tbody tr:first-child")
	p.Follow(`a[rel=next]`)
	if p.Text("tbody tr:first-child") == seen {
		t.Error("the second page is the first")
	}
	p.Go(k.url + "/audit?object=household:" + WangHome)
	if text := p.Text("main"); !strings.Contains(text, "登记户") {
		t.Errorf("by object:\n%s", text)
	}
	n, err := audit.Count(t.Context(), k.d, County)
	if err != nil {
		t.Fatal(err)
	}
	p.Go(k.url + "/audit")
	p.Follow(".ttl .acts .btn.p")
	p.Wait("#verified")
	m := regexp.MustCompile(`共核对 (\d+) 条`).FindStringSubmatch(p.Text("#verified"))
	if m == nil || m[1] < fmt.Sprint(n) || !strings.Contains(p.Text("#verified"), "核对无误") {
		t.Errorf("checked: %s, %d rows", p.Text("#verified"), n)
	}
	p.Sound()
	p.Shot("audit-good")
	k.do(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE audit_rows SET object = 'household:other' WHERE county = $1 AND seq = 17`, County)
		return err
	})
	p.Go(k.url + "/audit")
	p.Follow(".ttl .acts .btn.p")
	p.Wait("#verified")
	if text := p.Text("#verified"); !strings.Contains(text, "记录被动过") || !strings.Contains(text, "第 17 条被改动") {
		t.Errorf("after a change: %s", text)
	}
	p.Sound()
	p.Shot("audit-bad")
	if res, _ := k.send("xitong", http.MethodGet, "/audit", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("the system administrator reads the record: %d", res.StatusCode)
	}
}

// TestAdministratorsSeeNoContent opens every page without path values as each
// of the three administrators: no name, number or word of a household, and no
// official's phone, is in any of them.
func TestAdministratorsSeeNoContent(t *testing.T) {
	k := keep(t)
	personal := []string{"王桂兰", "杨加旺", "陈大有", "白水生", "13800002001", "138****2001", "990101195003070025", "老槐树", "腿疼", "13800001001", "low_income"}
	for _, user := range []string{"xitong", "anquan", "shenji"} {
		opened := 0
		for _, r := range k.web.Routes() {
			if r.Method != http.MethodGet || strings.Contains(r.Pattern, "{") || r.Policy.Open {
				continue
			}
			res, body := k.send(user, http.MethodGet, r.Pattern, nil)
			if res.StatusCode == 200 {
				opened++
			}
			for _, no := range personal {
				if bytes.Contains(body, []byte(no)) {
					t.Errorf("%s finds %s at %s", user, no, r.Pattern)
				}
			}
		}
		if opened < 6 {
			t.Errorf("%s opened %d pages", user, opened)
		}
	}
}

// The whole menu of the office stands on an ordinary screen.
func TestMenuFits(t *testing.T) {
	b := browsertest.Start(t)
	k := keep(t)
	p := k.open(b, browsertest.Desk, "zhangmin")
	p.Go(k.url + "/accounts")
	p.Sound()
	if more := browsertest.Eval[int](p, `(e=>e.scrollHeight-e.clientHeight)(document.querySelector('.side'))`); more > 0 {
		t.Errorf("%d pixels of the menu lie below the screen", more)
	}
	p.Shot("menu-office")
	p = k.open(b, browsertest.Note, "zhangmin")
	p.Go(k.url + "/accounts")
	p.Shot("menu-office-note")
}
