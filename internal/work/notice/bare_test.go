package notice

import (
	"strings"
	"testing"

	"lianxin/internal/base/lang"
	"lianxin/ui"
)

// TestBareLabel: where a browser did not say what it is, no empty brackets stand
// in its place, and every message about a login has such words.
func TestBareLabel(t *testing.T) {
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"new_device", "password", "code", "activated"} {
		for label, want := range map[string]bool{"": false, "Chrome, Windows": kind != "code"} {
			key, args := Item{Kind: loginPrefix + kind, Label: label}.Text()
			for _, tag := range []string{lang.Chinese, lang.English} {
				s := texts.T(tag, key, args...)
				if !texts.Has(key) || strings.ContainsAny(s, "（(") != want || strings.Contains(s, "{") {
					t.Errorf("%s %q: %s", kind, label, s)
				}
			}
		}
	}
}
