package matrix_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// site is one access check in a use case.
type site struct {
	file       string
	line       int
	from, upto int // of the function's name in the call
	call       string
}

// sites finds the access checks of the use cases: scope.Can(…) and
// scope.Check(…) about one thing, scope.Where(…) about the rows of a list.
func sites(tb testing.TB) []site {
	tb.Helper()
	root, err := filepath.Abs("../../internal/work")
	must(tb, err)
	var out []site
	must(tb, filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/scope/") || strings.Contains(name, "/worktest/") {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := c.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "scope" && (sel.Sel.Name == "Can" || sel.Sel.Name == "Check" || sel.Sel.Name == "Where") {
				p := set.Position(c.Pos())
				out = append(out, site{name, p.Line, set.Position(sel.Pos()).Offset, set.Position(sel.End()).Offset, "scope." + sel.Sel.Name})
			}
			return true
		})
		return nil
	}))
	return out
}

// TestMutation takes away one access check at a time and runs the matrix, or for
// a list the crawl, which must fail (ACC-3). It compiles the program anew for each, so it runs only when
// LIANXIN_MUTATION is set: 1 takes one check of every file, all takes them all,
// a part of a path takes those of the files it names.
func TestMutation(t *testing.T) {
	mode := os.Getenv("LIANXIN_MUTATION")
	if mode == "" {
		t.Skip("set LIANXIN_MUTATION=1 to take away access checks one by one")
	}
	all := sites(t)
	var chosen []site
	perFile := map[string]int{}
	for _, s := range all {
		switch {
		case mode == "all", mode == "1" && perFile[s.file+s.call] == 0, mode != "1" && strings.Contains(s.file+":"+strconv.Itoa(s.line), mode):
			chosen = append(chosen, s)
		}
		perFile[s.file+s.call]++
	}
	if out, failed := run(t, "", "^(TestMatrix|TestCrawl|TestElsewhere)$"); failed {
		t.Fatalf("the matrix fails with all checks in place\n%s", tail(out))
	}
	killed := 0
	for _, s := range chosen {
		name := fmt.Sprintf("%s:%d", s.file[strings.Index(s.file, "internal/work/"):], s.line)
		out, failed := mutate(t, s)
		switch {
		case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
			t.Errorf("%s: does not build without the check\n%s", name, tail(out))
		case failed:
			killed++
			t.Logf("%s: caught", name)
		default:
			t.Errorf("%s: the matrix does not notice that the check is gone", name)
		}
	}
	t.Logf("mutation: %d of %d access checks taken away, %d noticed", len(chosen), len(all), killed)
}

// mutate runs the matrix with one check answering "allowed" whatever it is asked.
func mutate(t *testing.T, s site) (out string, failed bool) {
	b, err := os.ReadFile(s.file)
	must(t, err)
	instead, tests := "(func(...any) error { return nil })", "^TestMatrix$"
	if s.call == "scope.Where" {
		instead, tests = "(func(...any) string { return `1 = 1` })", "^(TestCrawl|TestElsewhere)$"
	}
	text := string(b[:s.from]) + instead + string(b[s.upto:])
	text += "\nvar _ = scope.Limit // keeps the import in use\n"
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	o, err := json.Marshal(map[string]map[string]string{"Replace": {s.file: file}})
	must(t, err)
	must(t, os.WriteFile(overlay, o, 0o600))
	return run(t, overlay, tests)
}

func run(t *testing.T, overlay, tests string) (out string, failed bool) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-count=1", "-run", tests, ".")
	cmd.Env = append(os.Environ(), "LIANXIN_MATRIX=sqlite", "LIANXIN_MUTATION=")
	res, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return string(res), err != nil
}

func tail(s string) string { return s[max(0, len(s)-1500):] }
