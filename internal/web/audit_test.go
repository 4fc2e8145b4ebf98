package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	. "lianxin/internal/work/worktest"
)

// TestAuditWords reads every audit.Note and audit.Refuse of the program: what was
// done, what it was done to and every reference of a row have words in both
// languages, so that the record can be read by somebody who never saw the code.
func TestAuditWords(t *testing.T) {
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	notes := 0
	root := os.DirFS("..")
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := fs.ReadFile(root, path)
		if err != nil || !strings.Contains(string(b), "audit.") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, b, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if x, is := ast.Unparen(call.Fun).(*ast.SelectorExpr); !ok || !is || x.Sel.Name != "Note" && x.Sel.Name != "Refuse" {
				return true
			}
			if p, ok := sel.X.(*ast.Ident); !ok || p.Name != "audit" || len(call.Args) < 5 {
				return true
			}
			notes++
			literal := func(e ast.Expr) string {
				if b, ok := e.(*ast.BinaryExpr); ok {
					e = b.X
				}
				l, ok := e.(*ast.BasicLit)
				if !ok || l.Kind != token.STRING {
					return ""
				}
				s, _ := strconv.Unquote(l.Value)
				return s
			}
			want := []string{}
			if _, whole := call.Args[2].(*ast.BasicLit); whole {
				want = append(want, "page_audit.act."+literal(call.Args[2]))
			}
			if noun, _, _ := strings.Cut(literal(call.Args[3]), ":"); noun != "" {
				want = append(want, "page_audit.thing."+noun)
			}
			for i := 5; i < len(call.Args); i += 2 {
				if name := literal(call.Args[i]); name != "" {
					want = append(want, "page_audit.key."+name)
				}
			}
			for _, key := range want {
				if !texts.Has(key) {
					t.Errorf("%s: %s has no words", path, key)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || notes < 100 {
		t.Errorf("%d calls found, %v", notes, err)
	}
}

// TestAuditRead: rows are told in words, in both languages, and no code of the
// program stands among them.
func TestAuditRead(t *testing.T) {
	k := openWorked(t)
	people := map[string]access.Identity{"auditor": identityOf(access.Auditor, Root, "")}
	k.URL = browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, people).URL
	k.do(t, func(tx *db.Tx) error {
		office := Who(access.Office, Qingshi, "", workedDay)
		audit.Note(tx, office, "login.enter", "account:a1", "", "kind", "browser", "new_device", true, "rehashed", false)
		audit.Note(tx, office, "stay.declare", "stay:s1", Qingshi, "kind", "research", "from", "2026-11-02", "to", "2026-11-04")
		audit.Note(tx, office, "card.void", "card:k1", Group1, "why", "lost")
		audit.Note(tx, office, "appeal.transfer", "appeal:p1", Qingshi)
		audit.Note(tx, office, "opinion.approve", "opinion:o1", Qingshi, "version", 2)
		audit.Refuse(tx, office, "access.refused", "route:GET /today", "", "because", "access.not_role")
		audit.Note(tx, office, "complaint.reveal", "complaint:c1", Root, "field", "identity", "purpose", "contact")
		audit.Note(tx, office, "appeal.escalated", "appeal:p2", Qingshi, "level", "station")
		return nil
	})
	for lang, want := range map[string]string{"zh-CN": "没有这个选项，可以写：已办、被拒绝", "en": "There is no such choice; known are done, refused"} {
		if text, err := pageText(k.URL+"/audit?result=foo", "auditor", lang); err != nil || !strings.Contains(text, want) {
			t.Errorf("a choice there is not, %s: %v\n%s", lang, err, text)
		}
	}
	body := func(lang string) string {
		p, err := pageText(k.URL+"/audit", "auditor", lang)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for lang, wants := range map[string][]string{
		"zh-CN": {"登录", "种类：", "新设备：是", "报驻村", "种类：调研", "从：11月2日", "转办", "社情民意", "原因：您的角色不能做这件事", "用途：联系反映人", "上报到：", "镇办公室（青石镇）", "原因：遗失", "青石镇李家湾村1组"},
		"en":    {"logged in", "new device: yes", "from: 2 Nov", "purpose: Contact the sender", "Township office (青石镇)"},
	} {
		text := body(lang)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in\n%s", lang, want, text)
			}
		}
		// Without accounts the actor is told by his id, county_admin-….
		for _, code := range regexp.MustCompile(`\b[a-z]+[_.][a-z][a-z_.]*\b|=true|=false`).FindAllString(text, -1) {
			if !slices.Contains([]string{"county_admin", "village_head"}, code) {
				t.Errorf("%s: the code %s", lang, code)
			}
		}
	}
}

// pageText asks for a page in a language and gives what stands on it.
func pageText(address, who, lang string) (string, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: who})
	r.AddCookie(&http.Cookie{Name: door.LangCookie, Value: lang})
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s := regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>|<textarea.*?</textarea>`).ReplaceAllString(string(b), "")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "<wbr>", ""), `<span class="kv">`, "")
	return html.UnescapeString(regexp.MustCompile(`\s*<[^>]*>\s*`).ReplaceAllString(s, "\n")), err
}

// TestAuditNames: campaigns and officials stand by their names in the record, in
// both languages; homes keep their numbers.
func TestAuditNames(t *testing.T) {
	k := openWorked(t)
	k.URL = browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, map[string]access.Identity{"auditor": identityOf(access.Auditor, Root, "")}).URL
	for query, want := range map[string][2]string{
		"action=campaign.":  {"挂包帮", "Direct contact with households (Gua-Bao-Bang)"},
		"action=pairing.":   {"李明", "李明"},
		"action=stay.":      {"李明", "李明"},
		"action=household.": {WangHome, WangHome},
	} {
		for i, lang := range []string{"zh-CN", "en"} {
			text, err := pageText(k.URL+"/audit?"+query, "auditor", lang)
			if err != nil || !strings.Contains(text, want[i]) {
				t.Errorf("%s, %s: %q is missing: %v\n%s", query, lang, want[i], err, text)
			}
			// The actor of these rows has an id made of the official's.
			for _, id := range []string{"guabangbao", "siqun", "\n" + LiMing, ": " + LiMing, "：" + LiMing, "\n" + ZhaoWei, "/99/"} {
				if strings.Contains(text, id) {
					t.Errorf("%s, %s: %s stands there", query, lang, id)
				}
			}
			if strings.Contains(text, "王桂兰") {
				t.Errorf("%s: the record names a home", query)
			}
		}
	}
}
