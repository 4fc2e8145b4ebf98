package web

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"

	"lianxin/ui"
)

// TestContrast computes every pair of text and ground the style sheets use from
// the tokens: 4.5 for text (WCAG 2.2 1.4.3; 工信部 适老化 1.3), 3 for the borders
// of controls and for marks (1.4.11).
func TestContrast(t *testing.T) {
	b, err := fs.ReadFile(ui.Files, "css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	token := map[string]string{"white": "#ffffff"}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(string(b), -1) {
		token[m[1]] = m[2]
	}
	if len(token) < 25 {
		t.Fatalf("only %d colours found", len(token))
	}
	grounds := []string{"paper", "paper-2", "paper-3", "card", "row", "grey-tint", "blue-row"}
	type pair struct {
		text, ground string
		least        float64
	}
	var pairs []pair
	for _, g := range grounds {
		pairs = append(pairs, pair{"ink", g, 7}, pair{"ink-2", g, 4.5})
	}
	for _, g := range []string{"paper", "paper-2", "card", "row", "blue-row"} {
		pairs = append(pairs, pair{"ink-3", g, 4.5}, pair{"blue", g, 4.5}, pair{"red", g, 4.5}, pair{"crimson", g, 4.5}, pair{"ochre", g, 4.5}, pair{"green", g, 4.5})
	}
	for _, c := range []string{"blue", "green", "ochre", "crimson", "red"} {
		pairs = append(pairs, pair{c, c + "-tint", 4.5}, pair{"ink", c + "-tint", 7}, pair{"ink-3", c + "-tint", 4.5})
	}
	pairs = append(pairs,
		pair{"on-red", "red", 4.5}, pair{"on-red", "red-dark", 4.5}, pair{"white", "ink", 7},
		pair{"line-2", "card", 3}, pair{"line-2", "paper", 3}, pair{"bar", "card", 3}, pair{"ochre", "card", 3},
		pair{"focus", "card", 3}, pair{"focus", "paper", 3}, pair{"focus", "paper-2", 3}, pair{"ink-2", "card", 3})
	for _, p := range pairs {
		text, ground := token[p.text], token[p.ground]
		if text == "" || ground == "" {
			t.Errorf("token %s or %s is gone", p.text, p.ground)
			continue
		}
		if got := contrast(t, text, ground); got < p.least {
			t.Errorf("%s on %s: %.2f, at least %.1f", p.text, p.ground, got, p.least)
		}
	}
}

// TestColoursAreTokens: style sheets name tokens, so that the test above sees
// every pair. White on ink and the veil behind dialogs are the exceptions.
func TestColoursAreTokens(t *testing.T) {
	hex := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
	eachFile(t, "css", func(name, text string) {
		if name == "css/tokens.css" || name == "css/print.css" {
			return
		}
		for _, c := range hex.FindAllString(text, -1) {
			if c != "#fff" {
				t.Errorf("%s: %s is not a token", name, c)
			}
		}
	})
}

// contrast is WCAG's ratio of relative luminances.
func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
}
