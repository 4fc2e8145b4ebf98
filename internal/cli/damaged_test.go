package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/cli"
)

// TestChangedFileIsAFinding: somebody changed a page of the audit record behind
// the program's back. That is a finding in words, not a failure of the disk.
func TestChangedFileIsAFinding(t *testing.T) {
	data := dataFolder(t)
	cfg := config.Default()
	cfg.Data = data
	a, err := app.Open(t.Context(), cfg, app.Options{Alone: true, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	for range 40 { // several pages: the first, the last and those between are met in other places
		if err := a.Note(t.Context(), app.Operator{Name: "tester", Door: "cli"}, "backup.make", "backup"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(data, "lianxin.db")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const size = 4096
	met := 0
	for page := 1; page*size <= len(whole); page++ {
		at := bytes.Index(whole[(page-1)*size:page*size], []byte("backup.make"))
		if at < 0 {
			continue // the rows of the record and its index name what was done
		}
		changed := bytes.Clone(whole)
		changed[(page-1)*size+at] = 'R'
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := run(t, "audit", "verify", "--data", data)
		if code == cli.OK {
			continue // a page that the record is not read from
		}
		met++
		told := fmt.Sprintf("数据库文件第 %d 页已损坏", page)
		if code != cli.Problems || !strings.Contains(out, told) || strings.Contains(out+errs, "sqlite3:") {
			t.Errorf("page %d: code %d\n%s\n%s", page, code, out, errs)
		}
		code, out, errs = run(t, "audit", "verify", "--json", "--data", data)
		var answer struct {
			Findings []struct {
				Key  string
				Page int
			}
		}
		if err := json.Unmarshal([]byte(out), &answer); err != nil || code != cli.Problems || len(answer.Findings) != 1 || answer.Findings[0].Key != "audit.page" || answer.Findings[0].Page != page {
			t.Errorf("page %d: %v, code %d\n%s\n%s", page, err, code, out, errs)
		}
		for _, args := range [][]string{{"doctor", "--data", data}, {"doctor", "--quick", "--data", data}} {
			code, out, errs = run(t, args...)
			if code != cli.Problems || !strings.Contains(out, "数据库: "+told) || strings.Contains(out, "[正常] 审计锚点") || strings.Contains(out, "[问题] 时钟") || strings.Contains(out+errs, "sqlite3:") {
				t.Errorf("page %d, %v: code %d\n%s\n%s", page, args, code, out, errs)
			}
		}
	}
	if met < 3 {
		t.Fatalf("%d pages of the record were changed", met)
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := run(t, "audit", "verify", "--data", data); code != cli.OK {
		t.Fatalf("the whole file: code %d\n%s\n%s", code, out, errs)
	}
}
