package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lianxin/internal/base/lang"
	"lianxin/internal/rule/access"
)

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)+$`)

// spoken collects where the program names message keys.
type spoken struct {
	must     map[string]string // keys that certainly are message keys → where
	may      map[string]bool   // every literal that looks like one
	prefixes map[string]bool   // "web.error." + name, and printf "visit.how.%s"
}

func TestKeys(t *testing.T) {
	c, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	s := &spoken{map[string]string{}, map[string]bool{}, map[string]bool{}}
	s.templates(t)
	s.phone(t)
	s.source(t, "../..")
	for _, tag := range []string{lang.Chinese, lang.English} {
		have := map[string]bool{}
		for _, k := range c.Keys(tag) {
			have[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(s.must)) {
			if !have[k] {
				t.Errorf("%s: key %s is missing (%s)", tag, k, s.must[k])
			}
		}
		for k := range have {
			if !s.may[k] && !s.prefixed(k) {
				t.Errorf("%s: key %s is not used", tag, k)
			}
		}
	}
}

// TestLanguagesAgree: the second language has the same keys, the same
// arguments, and no text is blank.
func TestLanguagesAgree(t *testing.T) {
	c, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	zh, en := c.Keys(lang.Chinese), c.Keys(lang.English)
	for _, k := range zh {
		if !slices.Contains(en, k) {
			t.Errorf("en: key %s is missing", k)
		}
	}
	for _, k := range en {
		if !slices.Contains(zh, k) {
			t.Errorf("zh-CN: key %s is missing", k)
		}
	}
	mark := regexp.MustCompile(`\{[a-z_]+\}`)
	args := func(tag, k string) []string {
		all := mark.FindAllString(c.T(tag, k), -1)
		slices.Sort(all)
		return slices.Compact(all)
	}
	for _, k := range zh {
		if strings.TrimSpace(c.T(lang.Chinese, k)) == "" || strings.TrimSpace(c.T(lang.English, k)) == "" {
			t.Errorf("%s is blank", k)
		}
		// An English sentence may do without an argument (a plural), never use
		// one the Chinese does not have.
		for _, a := range args(lang.English, k) {
			if !slices.Contains(args(lang.Chinese, k), a) {
				t.Errorf("%s: English names %s, Chinese does not", k, a)
			}
		}
	}
}

// TestNoWordsInTemplates keeps visible text in the catalogue, where the office
// can change it.
func TestNoWordsInTemplates(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}+`)
	comment := regexp.MustCompile(`(?s)\{\{/\*.*?\*/\}\}`)
	check := func(name, text string) {
		if m := han.FindString(comment.ReplaceAllString(text, "")); m != "" {
			t.Errorf("%s: %q belongs into ui/lang", name, m)
		}
	}
	eachFile(t, "pages", check)
	eachFile(t, "parts", check)
	eachFile(t, "public", check)
	eachFile(t, "js", check)
	line := regexp.MustCompile(`(?m)^\s*(?:/?\*|//).*$`)
	eachFile(t, "phone", func(name, text string) { check(name, line.ReplaceAllString(text, "")) })
}

func (s *spoken) prefixed(k string) bool {
	for p := range s.prefixes {
		if strings.HasPrefix(k, p) {
			return true
		}
	}
	return false
}

func (s *spoken) literal(v string) bool {
	if keyForm.MatchString(v) {
		s.may[v] = true
		return true
	}
	if p, _, ok := strings.Cut(v, "%"); ok {
		v = p
	}
	if n := len(v); n > 2 && (v[n-1] == '.' || v[n-1] == '_') && strings.Contains(v, ".") && keyForm.MatchString(strings.TrimRight(v, "._")+".x") {
		s.prefixes[v] = true
	}
	return false
}

func (s *spoken) templates(t *testing.T) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoted := regexp.MustCompile(`(\.(?:May|Text|Area|Date|Select|Radio|Checks|Check|Password|File|Picker|Fill|Value|Values|Errors) |template |block |define |icon |asset )?"([^"]*)"`)
	scan := func(name, text string) {
		for _, a := range action.FindAllString(text, -1) {
			for _, m := range quoted.FindAllStringSubmatch(a, -1) {
				if m[1] == "" && s.literal(m[2]) {
					s.must[m[2]] = name
				}
			}
		}
	}
	eachFile(t, "pages", scan)
	eachFile(t, "parts", scan)
	eachFile(t, "public", scan)
}

// phone reads the modules of the phone app: what stands in t('…') is a key,
// other literals may be one or the beginning of one.
func (s *spoken) phone(t *testing.T) {
	quoted := regexp.MustCompile("(\\bt\\()?(['`])([a-z0-9_.-]+)(['`](\\s*\\+)?|\\$\\{)")
	eachFile(t, "phone", func(name, text string) {
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			if whole := m[4] == m[2]; s.literal(m[3]) && m[1] != "" && whole {
				s.must[m[3]] = name
			}
		}
	})
}

// source reads every Go file that is not a test.
func (s *spoken) source(t *testing.T, root string) {
	actions := map[string]bool{}
	for _, a := range access.Actions() {
		actions[string(a)] = true
	}
	set := token.NewFileSet()
	for _, dir := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				return nil // a file being written just now; the compiler tells of it
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch v := n.(type) {
				case *ast.BasicLit:
					if v.Kind == token.STRING {
						if text, err := strconv.Unquote(v.Value); err == nil {
							s.literal(text)
						}
					}
				case *ast.CallExpr:
					for _, k := range keysOf(v) {
						if !actions[k] {
							s.must[k] = set.Position(v.Pos()).String()
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// keysOf gives the literals of a call that stand where a message key stands.
func keysOf(c *ast.CallExpr) []string {
	at := -1
	switch f := c.Fun.(type) {
	case *ast.Ident:
		if f.Name == "K" {
			at = 0
		}
	case *ast.SelectorExpr:
		pkg, _ := f.X.(*ast.Ident)
		switch f.Sel.Name {
		case "K":
			at = 0
		case "New":
			if pkg != nil && pkg.Name == "fault" {
				at = 1
			}
		case "Wrap":
			if pkg != nil && pkg.Name == "fault" {
				at = 2
			}
		case "Done":
			at = 2
		case "Add":
			if len(c.Args) >= 2 {
				at = 1
			}
		case "Check":
			if len(c.Args) >= 3 {
				at = 2
			}
		}
	}
	if at < 0 || at >= len(c.Args) {
		return nil
	}
	lit, ok := c.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	v, err := strconv.Unquote(lit.Value)
	if err != nil || !keyForm.MatchString(v) {
		return nil
	}
	return []string{v}
}

// countArgs name numbers of things; limits ("at most {n} characters") are never one.
var (
	countArgs = regexp.MustCompile(`\{(?:n|count|days|homes|rows|officials|households|members|pairings|nights|steps|visits|audit|anchors|held|tries|load|cadres|off|worked)\} (?:(?:working|open|audit|exchanged working) )?([a-z]+s|people|are|were|have)\b`)
	limitSaid = regexp.MustCompile(`(?:at most|more than|at least|longer than|to|beginning with) $`)
	oneForm   = regexp.MustCompile(`\{(\w+):([^|{}]*)\|([^|{}]*)\}`)
	verbForms = []string{"is", "was", "has", "as", "this", "its"}
)

// TestEnglishCounts: a number and what it counts agree in English, for one as
// for many: every counted word has both forms.
func TestEnglishCounts(t *testing.T) {
	c, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Keys(lang.English) {
		text := c.T(lang.English, k)
		for _, at := range countArgs.FindAllStringSubmatchIndex(text, -1) {
			if word := text[at[2]:at[3]]; !slices.Contains(verbForms, word) && !limitSaid.MatchString(strings.ToLower(text[:at[0]])) {
				t.Errorf("%s: %q has no form for one: %s", k, word, text)
			}
		}
		var args []any
		for _, m := range oneForm.FindAllStringSubmatch(text, -1) {
			args = append(args, m[1], 1)
		}
		if len(args) == 0 {
			continue
		}
		if one := c.T(lang.English, k, args...); strings.Contains(one, "|") || regexp.MustCompile(`\b1 (?:days|visits|homes|households|rows|people|records|are|were)\b`).MatchString(one) {
			t.Errorf("%s: %s", k, one)
		}
	}
}

// TestOneAddress: whoever reads — an official or a villager, often the same
// sentence — is addressed as 您, never as 你 or as both.
func TestOneAddress(t *testing.T) {
	c, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Keys(lang.Chinese) {
		if s := c.T(lang.Chinese, k); strings.Contains(s, "你") {
			t.Errorf("%s: %s", k, s)
		}
	}
}
