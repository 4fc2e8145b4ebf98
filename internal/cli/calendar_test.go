package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCalendar checks and adds a year's file: a bad one is told of by line and
// leaves nothing behind, a good one is listed over the program's.
func TestCalendar(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := filepath.Join(dir, "2027.json")
	run := func(args ...string) (int, string, string) {
		var out, bad strings.Builder
		code := Run(World{Out: &out, Err: &bad, In: strings.NewReader("")}, append([]string{"--data", data, "--lang", "zh"}, args...))
		return code, out.String(), bad.String()
	}
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const good = `{"year": 2027, "source": "演示用", "days": [
{"name": "元旦", "date": "2027-01-01", "off": true},
{"name": "劳动节", "date": "2027-05-01", "off": true},
{"name": "国庆节", "date": "2027-10-01", "off": true},
{"name": "国庆节", "date": "2027-10-02", "off": true},
{"name": "国庆节", "date": "2027-10-03", "off": true}]}`
	write(strings.Replace(good, "2027-05-01", "2027-05-51", 1))
	for _, what := range []string{"check", "add"} {
		if code, _, bad := run("calendar", what, file); code != Problems || !strings.Contains(bad, ":3: 第3行：没有“2027-05-51”这一天") {
			t.Errorf("%s of a bad file: %d %s", what, code, bad)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a refused file made a data folder")
	}
	write(good)
	if code, out, bad := run("calendar", "check", file); code != OK || !strings.Contains(out, "2027年") {
		t.Errorf("check: %d %s %s", code, out, bad)
	}
	if code, out, bad := run("calendar", "add", file); code != OK || !strings.Contains(out, "2027.json") {
		t.Fatalf("add: %d %s %s", code, out, bad)
	}
	if code, out, bad := run("calendar", "add", file); code != OK || !strings.Contains(out, "替换") {
		t.Errorf("again: %d %s %s", code, out, bad)
	}
	code, out, bad := run("calendar", "list", "--json")
	var rows []struct {
		Year    int    `json:"year"`
		Working int    `json:"working_days"`
		File    string `json:"file"`
	}
	if err := json.Unmarshal([]byte(out), &rows); code != OK || err != nil || len(rows) != 21 || rows[0].Year != 2027 || rows[0].File != "2027.json" || rows[1].Working != 248 || rows[1].File != "" {
		t.Fatalf("list: %d %v %s %s", code, err, out, bad)
	}
	if err := os.WriteFile(filepath.Join(data, "calendar", "other.json"), []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, bad := run("calendar", "list"); code != Problems || !strings.Contains(out, "2026  248个工作日") || !strings.Contains(bad, "other.json:1:") {
		t.Errorf("list with a bad file: %d %s %s", code, out, bad)
	}
	if code, _, bad := run("calendar", "check", filepath.Join(dir, "none.json")); code != Failed || !strings.Contains(bad, "none.json") {
		t.Errorf("no file: %d %s", code, bad)
	}
}
