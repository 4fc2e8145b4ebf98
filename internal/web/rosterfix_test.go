package web

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/id"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	. "lianxin/internal/work/worktest"
)

// importDesk is a clerk at the import pages, without a browser and without scripts.
type importDesk struct {
	t   *testing.T
	d   *db.DB
	url string
}

func openDesk(t *testing.T) *importDesk {
	d, clock, w := rosterWorld(t)
	s := browsertest.ServeAt(t, clock.Now, w.Routes(), w.Fail, map[string]access.Identity{"office": identityOf(access.Office, Qingshi, "")})
	return &importDesk{t, d, s.URL}
}

func (k *importDesk) call(path string, form url.Values) (status int, body, location string) {
	k.t.Helper()
	method, in := http.MethodGet, ""
	if form != nil {
		if form.Get("op") == "" {
			form.Set("op", id.New(k.d.Now(), rand.Reader))
		}
		method, in = http.MethodPost, form.Encode()
	}
	return k.do(method, path, "application/x-www-form-urlencoded", in)
}

func (k *importDesk) do(method, path, kind, in string) (status int, body, location string) {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.url+path, strings.NewReader(in))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: "office"})
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	rec := httptest.NewRecorder()
	if _, err := rec.Body.ReadFrom(res.Body); err != nil {
		k.t.Fatal(err)
	}
	return res.StatusCode, rec.Body.String(), res.Header.Get("Location")
}

// paste sends a list copied from a spreadsheet and gives the address of its import.
func (k *importDesk) paste(lines ...string) string {
	k.t.Helper()
	status, body, to := k.call("/imports", url.Values{"text": {strings.ReplaceAll(strings.Join(lines, "\n"), "|", "\t")}})
	if status != 303 {
		k.t.Fatalf("%d %s", status, body)
	}
	return strings.TrimSuffix(to, "/columns")
}

var (
	inputTag = regexp.MustCompile(`<(?:input|select|button)[^>]*>`)
	attrOf   = func(tag, name string) string {
		m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
		if m == nil {
			return ""
		}
		return strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#39;", "'", "&#43;", "+").Replace(m[1])
	}
)

// formAround gives what a browser would send of the form that holds a button's
// or field's mark, without any button.
func formAround(t *testing.T, body, mark string) url.Values {
	t.Helper()
	at := strings.Index(body, mark)
	if at < 0 {
		t.Fatalf("no %q on the page", mark)
	}
	from := strings.LastIndex(body[:at], "<form")
	to := at + strings.Index(body[at:], "</form>")
	out := url.Values{}
	for _, tag := range inputTag.FindAllString(body[from:to], -1) {
		kind, name := attrOf(tag, "type"), attrOf(tag, "name")
		if name == "" || strings.HasPrefix(tag, "<button") || kind == "checkbox" && !strings.Contains(tag, " checked") {
			continue
		}
		out.Add(name, attrOf(tag, "value"))
	}
	return out
}

// What is typed into one kind of problem is not lost when the button of another
// is pressed, nor when somebody goes on or takes an earlier repair back.
func TestFixKeepsEverythingTyped(t *testing.T) {
	k := openDesk(t)
	for _, button := range []string{"group", "save", "next"} {
		at := k.paste("户主|村|组|电话|联系干部", "|松林村|1组|13800000001|李明", "赵四|松林材|1组|13800000002|李明", "孙七|大河村|2组|1380000|李明", "周八|大河村|2组|13800000004|李明")
		_, body, _ := k.call(at+"/fix", nil)
		form := formAround(t, body, `name="v.1"`)
		n := 0
		for name, v := range form {
			if !strings.HasPrefix(name, "v.") {
				continue
			}
			ref := form.Get("ref." + name[2:])
			switch {
			case strings.Contains(ref, `"head_missing`) || strings.Contains(ref, "roster.head_missing"):
				v[0] = "王芳"
			case strings.Contains(ref, "roster.village_unknown"):
				v[0] = "松林村"
			case strings.Contains(ref, "roster.phone_bad"):
				v[0] = "13800000003"
			default:
				continue
			}
			n++
		}
		if n != 3 {
			t.Fatalf("%d fields to type into, want 3: %v", n, form)
		}
		form.Set(button, map[string]string{"group": "roster.head_missing", "save": "1", "next": "1"}[button])
		status, _, to := k.call(at+"/fix", form)
		if want := at + map[string]string{"group": "/fix", "save": "/fix", "next": "/confirm"}[button]; status != 303 || to != want {
			t.Errorf("%s: %d %s, want %s", button, status, to, want)
		}
		_, body, _ = k.call(at+"/fix", nil)
		if left := strings.Count(body, `name="ref.`); left != 0 {
			t.Errorf("%s: %d rows still to repair", button, left)
		}
		// Taken back, the repair is gone and what was typed elsewhere meanwhile stays.
		form = formAround(t, body, `name="drop"`)
		form.Set("drop", "0")
		if status, _, _ := k.call(at+"/fix", form); status != 303 {
			t.Errorf("taken back: %d", status)
		}
		_, body, _ = k.call(at+"/fix", nil)
		if left := strings.Count(body, `name="ref.`); left != 1 {
			t.Errorf("%s: %d rows to repair after one was taken back, want 1", button, left)
		}
	}
}

// "All of this kind" reaches only its own kind, and the rest of the page is kept.
func TestFixAllOfOneKind(t *testing.T) {
	k := openDesk(t)
	at := k.paste("户主|村|组|电话|联系干部", "|松林村|1组|13800000001|李明", "|松林村|1组|13800000009|李明", "赵四|松林材|1组|13800000002|李明", "孙七|松林木|2组|13800000003|李明", "周八|大河村|2组|13800000004|李明")
	_, body, _ := k.call(at+"/fix", nil)
	form := formAround(t, body, `name="v.1"`)
	if !form.Has("all.roster.head_missing") || !form.Has("all.roster.village_unknown") {
		t.Fatalf("no choice for all of a kind: %v", form)
	}
	form.Set("all.roster.head_missing", "skip")
	for name, v := range form {
		if strings.HasPrefix(name, "v.") && v[0] == "松林材" {
			v[0] = "松林村"
		}
	}
	form.Set("save", "1")
	k.call(at+"/fix", form)
	_, body, _ = k.call(at+"/fix", nil)
	if left := strings.Count(body, `name="ref.`); left != 1 || !strings.Contains(body, "松林木") {
		t.Errorf("%d rows to repair, want the one with 松林木", left)
	}
}

// A list without a good row offers nothing to confirm: the page says why, with the first problems,
// and leads back.
func TestNothingToImport(t *testing.T) {
	k := openDesk(t)
	imp := k.paste("户主|村|组", "王芳|火星村|1", "赵四||2", "|松林村|3")
	for _, path := range []string{"/confirm"} {
		status, body, _ := k.call(imp+path, nil)
		if status != 200 || strings.Contains(body, "data-confirm=\"确认") || strings.Contains(body, "action=\""+imp+"/confirm\"") {
			t.Errorf("%d: offers to confirm nothing", status)
		}
		for _, want := range []string{"没有可以导入的内容", "火星村", "B2", imp + "/fix", imp + "/columns"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s is not told", want)
			}
		}
	}
	imp = k.paste("村里一切都好", "没有名单")
	if _, body, _ := k.call(imp+"/confirm", nil); !strings.Contains(body, "没有认出名单") {
		t.Error("not told that there is no list")
	}
	// The same list once more: everything is stored, and nothing waits to be confirmed.
	list := []string{"户主|村|联系干部", "王芳|松林村|李明"}
	imp = k.paste(list...)
	if status, body, _ := k.call(imp+"/confirm", url.Values{"since": {"2026-01-01"}, "version": {"1"}}); status != 303 {
		t.Fatalf("%d %s", status, body)
	}
	imp = k.paste(list...)
	_, body, _ := k.call(imp+"/confirm", nil)
	if strings.Contains(body, "btn p\" data-confirm") || !strings.Contains(body, "没有要新增的") || !strings.Contains(body, "回到导入") {
		t.Error("a list that brings nothing can be confirmed")
	}
}

// Two lists below each other on one sheet are shown as two, each with its own columns and samples.
func TestTwoHeadsInTheWizard(t *testing.T) {
	k := openDesk(t)
	imp := k.paste("联系干部|户主|村|电话", "李明|王芳|松林村|13800000001", "青石镇大河村联系户名册||", "户主|身份证号|联系干部|电话", "赵四|110105194912310021|钱进|13800000002", "孙七||钱进|13800000003")
	_, body, _ := k.call(imp+"/columns", nil)
	for _, want := range []string{"第 1 个表头下", "第 2 个表头下", "孙七", `name="f.1.B"`, `name="kind.1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	form := formAround(t, body, `action="`+imp+`/columns"`)
	form.Set("kind.0", "households")
	form.Set("kind.1", "households")
	form.Set("head.0", "1")
	form.Set("head.1", "4")
	form.Set("village.1", "石桥村")
	form.Set("f.1.A", "head")
	form.Set("f.1.B", "id_number")
	form.Set("f.1.C", "cadre")
	if status, body, to := k.call(imp+"/columns", form); status != 303 || !strings.HasSuffix(to, "/fix") {
		t.Fatalf("%d %s %s", status, to, body)
	}
	_, body, _ = k.call(imp+"/fix", nil)
	if !strings.Contains(body, "110105194912310021") || strings.Contains(body, "“户主”不是") {
		t.Error("rows under the second head are read by the first one's columns")
	}
	form.Set("head.1", "2")
	form.Del("op")
	if status, body, _ := k.call(imp+"/columns", form); status != 303 {
		t.Errorf("%d %s", status, body)
	}
	form.Set("head.1", "1")
	form.Del("op")
	if status, body, _ := k.call(imp+"/columns", form); status != 422 && status != 400 || !strings.Contains(body, "不在“") {
		t.Errorf("%d %s", status, body)
	}
}
