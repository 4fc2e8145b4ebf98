package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/internal/api"
	"lianxin/internal/base/lang"
	"lianxin/ui"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestDocumentIsTheGoldenOne(t *testing.T) {
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	a := api.New(api.Config{Texts: texts})
	got, err := a.Describe(a.Routes())
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("the API changed; look at the difference and run with -update (%v)", err)
	}
	again, _ := a.Describe(a.Routes())
	if !bytes.Equal(got, again) {
		t.Fatal("two runs give different documents")
	}
}

// Every reference leads somewhere and every sentence has its text.
func TestDocumentIsWhole(t *testing.T) {
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	a := api.New(api.Config{Texts: texts})
	b, err := a.Describe(a.Routes())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if _, ref, ok := strings.Cut(line, `"#/components/schemas/`); ok && doc.Components.Schemas[strings.Trim(ref, `",`)] == nil {
			t.Errorf("%s leads nowhere", strings.TrimSpace(line))
		}
		if strings.Contains(line, `: "api.`) {
			t.Errorf("a key without text: %s", strings.TrimSpace(line))
		}
	}
	for _, r := range a.Routes() {
		if !texts.Has(r.Says) {
			t.Errorf("%s %s: no text %s", r.Method, r.Pattern, r.Says)
		}
	}
}
