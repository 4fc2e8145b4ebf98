package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/api"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/lifecycle"
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

// TestMovesAreTold: the document says which moves there are, what each needs, and
// how ids are made; and what it says is needed is refused when left out.
func TestMovesAreTold(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Info       struct{ Description string }
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]struct{ Enum []string }
				AllOf      []struct {
					If struct {
						Properties struct{ Move struct{ Const string } }
					}
					Then struct{ Required []string }
				}
			}
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(doc.Info.Description, "8到64") {
		t.Error("how an id is made is not told")
	}
	move := doc.Components.Schemas["appeal.MoveInput"]
	if len(move.Properties["move"].Enum) != len(lifecycle.Moves) || !slices.Contains(move.Required, "id") || !slices.Contains(move.Required, "move") {
		t.Errorf("%+v", move)
	}
	told := map[string][]string{}
	for _, x := range move.AllOf {
		told[x.If.Properties.Move.Const] = x.Then.Required
	}
	for mv, want := range map[string]string{"accept": "owner", "answer": "outcome words", "agree": "way", "ask": "due words", "call": "", "merge": "into", "shelve": "words"} {
		if got := strings.Join(told[mv], " "); got != want {
			t.Errorf("%s needs %q, told %q", mv, want, got)
		}
	}
}
