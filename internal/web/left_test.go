package web

import (
	"encoding/json"
	"html"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	. "lianxin/internal/work/worktest"
	"lianxin/ui"
)

// typed are words of the seeded data that are messages of ours as well: names of
// topics and lists, relations, results somebody wrote. Papers are Chinese in both
// languages and are not asked for.
var typed = []string{"住房", "户主", "配偶", "心", "中文", "上学", "其他", "电话", "家访", "青石镇", "路灯", "用水", "满意"}

// unasked are pages that show a plan's own words beside their English, and those
// that need accounts, which this data has none of.
var unasked = []string{"/settings/catalogues", "/accounts", "/grants", "/system"}

// codes are words with a dot or a line below that people may meet on a page.
var codes = regexp.MustCompile(`^(?:e\.g|county_admin|village_head|holiday_cn|lianxin\.[a-z]+|[a-z.]+\.(?:xlsx|csv|docx|toml|json|pdf))$`)

// TestLeftovers walks the pages of every role in both languages: in English no
// message stands in Chinese, in Chinese no code of the program stands among the
// words, and no section repeats the heading of its page.
func TestLeftovers(t *testing.T) {
	k := openWorked(t)
	people := maps.Clone(workedPeople)
	people["auditor"], people["security"], people["watch"] = identityOf(access.Auditor, Root, ""), identityOf(access.SecAdmin, Root, ""), identityOf(access.Discipline, Root, "")
	k.URL = browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, people).URL
	messages := map[string]string{}
	files, err := fs.Glob(ui.Files, "lang/zh-CN/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := fs.ReadFile(ui.Files, f)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for key, text := range m {
			if regexp.MustCompile(`\p{Han}`).MatchString(text) && !strings.Contains(text, "{") && !slices.Contains(typed, text) {
				messages[text] = key
			}
		}
	}
	word := regexp.MustCompile(`[a-z]+(?:[_.][a-z]+)+`)
	link := regexp.MustCompile(`href="(/[^"#]*)"`)
	heading := regexp.MustCompile(`(?s)<h([12])[^>]*>(.*?)</h[12]>`)
	plain := regexp.MustCompile(`<[^>]*>`)
	pages, told := 0, map[string]bool{}
	wrong := func(what string) {
		if !told[what] && len(told) < 60 {
			told[what] = true
			t.Error(what)
		}
	}
	for who := range people {
		todo, met := []string{"/", "/me", "/settings", "/settings/topics"}, map[string]bool{}
		for len(todo) > 0 && len(met) < 60 {
			path := todo[0]
			todo = todo[1:]
			u, _ := url.Parse(path)
			shape := regexp.MustCompile(`/[^/]*[0-9A-Z-][^/]*`).ReplaceAllString(u.Path, "/{}") // one page of a kind is enough
			if met[shape] || strings.HasSuffix(u.Path, "/print") || strings.HasSuffix(u.Path, "/form") || strings.HasSuffix(u.Path, "/slip") || strings.HasPrefix(u.Path, "/assets") || slices.Contains(unasked, u.Path) || strings.Contains(u.Path, ".") {
				continue
			}
			met[shape] = true
			status, body, head := k.call(t, who, path, nil)
			if status != 200 || !strings.HasPrefix(head.Get("Content-Type"), "text/html") {
				continue
			}
			for _, m := range link.FindAllStringSubmatch(body, -1) {
				todo = append(todo, html.UnescapeString(m[1]))
			}
			pages++
			h1 := ""
			for _, m := range heading.FindAllStringSubmatch(body, -1) {
				switch s := strings.TrimSpace(plain.ReplaceAllString(m[2], "")); {
				case m[1] == "1":
					h1 = s
				case s == h1 && s != "":
					wrong(path + ": the heading " + s + " stands twice")
				}
			}
			for _, lang := range []string{"zh-CN", "en"} {
				text, err := pageText(k.URL+path, who, lang)
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.SplitSeq(text, "\n") {
					line = strings.TrimSpace(line)
					if key := messages[line]; key != "" && lang == "en" {
						wrong(who + " " + path + ": " + line + " (" + key + ") in English")
					}
					for _, code := range word.FindAllString(line, -1) {
						if !codes.MatchString(code) && !strings.Contains(line, "http") && !strings.Contains(line, "@") {
							wrong(who + " " + path + " " + lang + ": the code " + code + " in " + line)
						}
					}
				}
			}
		}
	}
	if pages < 150 {
		t.Errorf("only %d pages were seen", pages)
	}
	t.Logf("%d pages", pages)
}
