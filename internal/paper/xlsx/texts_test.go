package xlsx_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every key that the reader and the rules of identity answer has its sentence in both languages, and
// both ask for the same values.
func TestTexts(t *testing.T) {
	values := regexp.MustCompile(`\{[a-z_]+\}`)
	for noun, dir := range map[string]string{"xlsx": ".", "identity": "../../rule/identity"} {
		texts := map[string]map[string]string{}
		for _, tag := range []string{"zh-CN", "en"} {
			b, err := os.ReadFile("../../../ui/lang/" + tag + "/" + noun + ".json")
			must(t, err)
			texts[tag] = map[string]string{}
			one := map[string]string{}
			must(t, json.Unmarshal(b, &one))
			texts[tag] = one
		}
		files, _ := filepath.Glob(dir + "/*.go")
		found := 0
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			must(t, err)
			for _, m := range regexp.MustCompile(`= +"(`+noun+`\.[a-z_]+)"`).FindAllStringSubmatch(string(b), -1) {
				found++
				zh, en := texts["zh-CN"][m[1]], texts["en"][m[1]]
				if zh == "" || en == "" {
					t.Errorf("no text for %s", m[1])
				}
				if a, b := values.FindAllString(zh, -1), values.FindAllString(en, -1); len(a) != len(b) {
					t.Errorf("%s: %v and %v", m[1], a, b)
				}
			}
		}
		if found != len(texts["zh-CN"]) || found < 15 {
			t.Errorf("%s: %d keys in the code, %d texts", noun, found, len(texts["zh-CN"]))
		}
	}
}
