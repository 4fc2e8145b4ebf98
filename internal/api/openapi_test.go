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

// free are string fields of inputs that are called like a closed list and are
// none, or whose words hang on the place: catalogues of a plan or county.
var free = map[string]bool{
	"api.ComplaintInput.source":    true, // of the phone's form, checked with the kind it is for
	"inspection.DrawInput.purpose": true, // words of the office
	"opinion.Source.kind":          true,
	"roster.SheetLayout.kind":      true, // the reader's word for a sheet, given back as it came
	"region.EnterInput.kind":       true, // the statistical office's code
}

// An input field named like a list of words tells its words, so that nobody has
// to guess them from refusals.
func TestClosedListsAreTold(t *testing.T) {
	b, err := os.ReadFile("testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Properties map[string]struct {
			Type string `json:"type"`
			Enum []any  `json:"enum"`
		} `json:"properties"`
	}
	var doc struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, s := range doc.Components.Schemas {
		if !strings.HasSuffix(strings.ToLower(name), "input") {
			continue
		}
		for f, p := range s.Properties {
			switch f {
			case "kind", "way", "purpose", "verdict", "sex", "route", "told", "how", "weather", "urgency", "emphasis", "move", "outcome":
				n++
				if p.Type == "string" && p.Enum == nil && !free[name+"."+f] {
					t.Errorf("%s.%s: its words are not told", name, f)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d fields were looked at", n)
	}
}
