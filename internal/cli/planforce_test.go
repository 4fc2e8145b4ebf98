package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/plans"
)

// A draft is tried over the records, put in force, and a lower one refused by
// line.
func TestPlanInForce(t *testing.T) {
	dir := dataFolder(t)
	importJSON(t, 0, filepath.Join("testdata", "rosters", "r1-clean.xlsx"), "--data", dir, "--township", "青石镇")
	file := func(name string, change ...string) string {
		b, err := plans.Read("guabangbao")
		if err != nil {
			t.Fatal(err)
		}
		s := strings.NewReplacer(change...).Replace(string(b))
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	county := file("county.toml")
	high := file("high.toml", "min = 6\n", "min = 9\n", "version = 1", "version = 2", "effective = 2012-02-28", "effective = 2099-01-01")
	low := file("low.toml", "min = 6\n", "min = 5\n", "version = 1", "version = 2", "effective = 2012-02-28", "effective = 2099-01-01")

	type dry struct {
		Township, Against string
		Year              int
		Lines             []struct {
			Name, Cadre, Duty string
			Officials         int
			Current, Draft    struct {
				Owed bool
				Due  float64
			}
		}
	}
	try := func() (d dry) {
		code, out, errs := run(t, "plan", "dry-run", high, "--data", dir, "--township", "青石镇", "--year", "2026", "--json")
		if code != 0 || json.Unmarshal([]byte(out), &d) != nil || len(d.Lines) == 0 {
			t.Fatal(code, out, errs)
		}
		return d
	}
	if d := try(); d.Against != "" || d.Lines[0].Current.Owed || !d.Lines[0].Draft.Owed || d.Lines[0].Officials == 0 {
		t.Fatalf("before any plan: %+v", d.Lines[0])
	}
	if code, out, errs := run(t, "plan", "issue", county, "--data", dir, "--county", "云岭县", "--decided", "县委常委会"); code != 0 || !strings.Contains(out, "挂包帮第1版") {
		t.Fatal(code, out, errs)
	}
	d := try()
	found := false
	for _, l := range d.Lines {
		found = found || l.Duty == "visits" && l.Cadre != "" && l.Name != "" && l.Draft.Due > l.Current.Due
	}
	if d.Against != "guabangbao v1" || d.Township != "青石镇" || d.Year != 2026 || !found {
		t.Fatalf("%+v", d)
	}
	if code, out, errs := run(t, "plan", "dry-run", high, "--data", dir, "--township", "青石镇", "--year", "2026"); code != 0 || !strings.Contains(out, "→") {
		t.Fatal(code, out, errs)
	}
	if code, _, errs := run(t, "plan", "issue", low, "--data", dir, "--township", "青石镇", "--decided", "镇党委"); code != 3 || !strings.Contains(errs, "low.toml:") {
		t.Fatal(code, errs)
	}
	if code, out, errs := run(t, "plan", "issue", high, "--data", dir, "--township", "青石镇", "--decided", "镇党委", "--json"); code != 0 || !strings.Contains(out, `"number": 2`) {
		t.Fatal(code, out, errs)
	}
	if code, _, _ := run(t, "plan", "issue", high, "--data", dir, "--decided", "镇党委"); code != 2 { // no place named
		t.Fatal(code)
	}
}
