package internal

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "lianxin/"

// layers of work, from the lowest. A package imports only what lies below it,
// so that reading it never leads upwards and nothing depends on itself in a
// circle of meaning.
var layers = [][]string{
	{"scope", "tally"},
	{"region"},
	{"notice"},
	{"cadre"},
	{"minors"},
	{"household"},
	{"campaign", "workday"},
	{"advice", "appeal", "leading", "practical", "stay"},
	{"pairing"},
	{"visit", "reception"},
	{"inspection", "meeting"},
	{"progress", "ledger", "report", "lookup", "opinion"},
	{"evaluation"},
	{"posting", "archive"},
	{"account", "complaint", "feedback"},
	{"phone"},
	{"rehome", "roster"},
	{"worktest"},
	{"worktest/phones"},
}

// forbidden edges beyond the layers: importer, what it must not import, why.
var forbidden = []struct {
	from   string
	not    []string
	except []string
	why    string
}{
	{"internal/rule/", []string{"internal/", "plans", "ui"}, []string{"internal/rule/"}, "a rule is pure: whoever doubts a number can compute it again from the same facts"},
	{"internal/rule/", []string{"net/http", "database/sql", "os", "crypto/rand", "math/rand", "math/rand/v2", "log", "log/slog"}, nil, "a rule sees only its arguments"},
	{"internal/base/", []string{"internal/", "plans", "ui"}, []string{"internal/base/"}, "the base knows nothing of villages and could serve another programme"},
	{"internal/work/", []string{"internal/"}, []string{"internal/work/", "internal/base/", "internal/rule/"}, "work is the same through every door; it does not know doors and papers"},
	{"internal/work/", []string{"net/http", "html/template", "text/template", "database/sql", "os", "crypto/rand", "math/rand", "math/rand/v2", "log", "log/slog"}, nil, "a use case gets its clock, chance and database as arguments and fails with keys, not words"},
	{"internal/paper/", []string{"internal/base/db", "internal/web", "internal/api", "internal/cli", "internal/app", "internal/door", "net/http"}, nil, "a paper is made from data that somebody was allowed to read; it cannot fetch more"},
	{"internal/paper/doc", []string{"internal/"}, nil, "the document model is plain"},
	{"internal/door", []string{"internal/work/", "internal/paper", "internal/web", "internal/public", "internal/offline", "internal/api", "internal/cli", "internal/app"}, nil, "the chain in front of every route does not know what is behind it"},
	{"internal/web", []string{"internal/api", "internal/cli", "internal/app", "internal/demo"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/api", []string{"internal/web", "internal/cli", "internal/app", "internal/demo"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/api", []string{"internal/paper"}, []string{"internal/paper/rosterfile"}, "the JSON door gives facts, not papers; only a list that was sent as a workbook is read as one and given back as one"},
	{"internal/public", []string{"internal/web", "internal/api", "internal/cli", "internal/app", "internal/demo", "internal/paper"}, []string{"internal/web/browsertest"}, "doors do not import each other: what two need belongs to work"},
	{"internal/offline", []string{"internal/web", "internal/api", "internal/cli", "internal/app", "internal/demo", "internal/public", "internal/paper"}, []string{"internal/web/browsertest"}, "doors do not import each other: what two need belongs to work"},
	{"internal/web", []string{"internal/offline"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/api", []string{"internal/offline"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/web", []string{"internal/public"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/api", []string{"internal/public"}, nil, "doors do not import each other: what two need belongs to work"},
	{"internal/app", []string{"internal/cli"}, nil, "only cli starts the program"},
	{"internal/sample", []string{"internal/"}, nil, "invented people are made from nothing, so that tests of any package may use them"},
	{"internal/demo", []string{"internal/web", "internal/api", "internal/cli", "internal/door"}, nil, "the demo goes through the use cases like everybody"},
	{"cmd/", []string{"internal/"}, []string{"internal/cli"}, "main reads arguments and sets the exit code"},
	{"internal/", []string{"cmd/"}, nil, "nothing imports the command"},
}

type pkg struct {
	ImportPath, Dir, Name, Doc string
	Imports                    []string
	GoFiles                    []string
}

// packages lists the module once. A package that does not compile at the moment
// still has its imports.
var packages = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Name,Doc,Imports,GoFiles", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var ps []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			return nil, err
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		if len(p.GoFiles) > 0 {
			ps = append(ps, p)
		}
	}
	return ps, nil
})

func all(t *testing.T) []pkg {
	t.Helper()
	ps, err := packages()
	if err != nil || len(ps) < 30 {
		t.Fatal("the module's packages were not listed:", len(ps), err)
	}
	return ps
}

func in(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return path == strings.TrimSuffix(p, "/") || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
	})
}

// TestImports: who may import whom.
func TestImports(t *testing.T) {
	layer := map[string]int{}
	for i, names := range layers {
		for _, n := range names {
			layer[n] = i
		}
	}
	for _, p := range all(t) {
		a, work := strings.CutPrefix(p.ImportPath, "internal/work/")
		la, known := layer[a]
		if work && !known {
			t.Errorf("internal/work/%s is in no layer: give it its place in this test", a)
		}
		for _, path := range p.Imports {
			to := strings.TrimPrefix(path, module)
			for _, r := range forbidden {
				if in(p.ImportPath, []string{r.from}) && in(to, r.not) && !in(to, r.except) && !in(p.ImportPath, []string{to}) {
					t.Errorf("%s imports %s: %s", p.ImportPath, to, r.why)
				}
			}
			b, both := strings.CutPrefix(to, "internal/work/")
			if work && known && both && layer[b] >= la {
				t.Errorf("work/%s imports work/%s: work goes only downwards (see layers)", a, b)
			}
		}
	}
}

// TestPackageComments: every package says what it is for, in sentences.
func TestPackageComments(t *testing.T) {
	for _, p := range all(t) {
		if len(p.Doc) < 30 || !strings.Contains(p.Doc, " ") || (p.Name != "main" && !strings.HasPrefix(p.Doc, "Package "+p.Name+" ")) {
			t.Errorf("%s: its comment should say what it is for: %q", p.ImportPath, p.Doc)
		}
	}
}

type source struct {
	pkg  string // import path without the module
	name string // path from the root
	file *ast.File
	set  *token.FileSet
}

func (s source) at(n ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// sources parses every file that is not a test.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, p := range all(t) {
		for _, name := range p.GoFiles {
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Log(err) // the compiler tells of it
				continue
			}
			out = append(out, source{p.ImportPath, p.ImportPath + "/" + name, f, set})
		}
	}
	return out
}

// calls visits each call X.Sel(…) where X is an imported package, with that
// package's path, or "" when X is something else.
func (s source) calls(visit func(path, name string, c *ast.CallExpr)) {
	imports := map[string]string{}
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		imports[name] = path
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := c.Fun.(*ast.SelectorExpr); ok {
			path := ""
			if x, ok := f.X.(*ast.Ident); ok && x.Obj == nil {
				path = imports[x.Name]
			}
			visit(path, f.Sel.Name, c)
		}
		return true
	})
}

// TestOnlyTheChainRegistersHandlers: a route that is not in the one table has
// no policy, no limits and no test.
func TestOnlyTheChainRegistersHandlers(t *testing.T) {
	found := false
	for _, s := range sources(t) {
		s.calls(func(path, name string, c *ast.CallExpr) {
			registers := name == "HandleFunc" || (name == "Handle" && len(c.Args) == 2 && (path == "" || path == "net/http")) || (path == "net/http" && name == "NewServeMux")
			if !registers {
				return
			}
			if s.pkg == "internal/door" {
				found = true
				return
			}
			t.Errorf("%s: %s registers a handler outside internal/door", s.at(c), name)
		})
	}
	if !found {
		t.Error("no registration was found at all: this test looks at the wrong thing")
	}
}

// clocks may read the time; everybody else gets it as an argument.
var clocks = map[string]string{
	"internal/app":             "hands the clock to everybody",
	"internal/cli":             "reports how long a command took",
	"internal/base/db":         "paces the queue of writes; stores nothing",
	"internal/base/db/dbtest":  "names throw-away databases",
	"internal/base/login":      "a stopwatch, so that every refused login takes as long",
	"internal/door":            "deadlines of sockets, which live by the machine's clock",
	"internal/web/browsertest": "serves tests",
	"scripts/tally":            "a tool for developers",
	"e2e/kill":                 "kills the server again and again and takes the time",
	"cmd/lianxin":              "starts the program",
}

func TestTimeIsAnArgument(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			f, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := f.X.(*ast.Ident)
			if !ok || x.Name != "time" || x.Obj != nil || (f.Sel.Name != "Now" && f.Sel.Name != "Since" && f.Sel.Name != "Until") {
				return true
			}
			if _, ok := clocks[s.pkg]; !ok {
				t.Errorf("%s: time.%s: take the time as an argument (tx.Now, Config.Now)", s.at(n), f.Sel.Name)
			}
			return true
		})
	}
}

// makers may say who somebody is.
var makers = map[string]string{
	"internal/door":          "resolves the session of every request",
	"internal/web":           "the first set-up, before there is any account",
	"internal/app":           "the machine's own jobs",
	"internal/cli":           "whoever has the machine",
	"internal/demo":          "invented people",
	"internal/work/worktest": "tests",
}

func TestOnlyDoorsMakeActors(t *testing.T) {
	found := false
	for _, s := range sources(t) {
		s.calls(func(path, name string, c *ast.CallExpr) {
			if path != module+"internal/rule/access" || name != "New" {
				return
			}
			found = true
			if _, ok := makers[s.pkg]; !ok {
				t.Errorf("%s: only doors say who somebody is; take the actor as an argument", s.at(c))
			}
		})
	}
	if !found {
		t.Error("no call of access.New was found at all")
	}
}

// TestNoWorkBeforeMain: no package does anything by being imported.
func TestNoWorkBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: init runs before anybody asked", s.at(d))
			}
		}
	}
}

var (
	write   = regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?([a-z][a-z0-9_]*)`)
	dynamic = regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?$`)
	create  = regexp.MustCompile(`(?m)^CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?([a-z0-9_]+)`)
	listed  = regexp.MustCompile(`([a-z]+/[a-z/]+)(?:\s*\(([^)]*)\))?`)
)

// anyTable may write tables whose names they get as arguments.
var anyTable = map[string]string{
	"internal/work/region": "MovePrefix moves paths for the tables' owners, who call it",
	"internal/base/login":  "moves the paths of its own two tables",
	"internal/base/backup": "puts back everything from a backup",
	"internal/base/db":     "the list of migrations",
}

// owners reads the headers of the migrations: table → package.
func owners(t *testing.T) map[string]string {
	t.Helper()
	m := map[string]string{}
	files, err := filepath.Glob("base/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	slices.Sort(files)
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		_, head, ok := strings.Cut(text, "-- owner: ")
		head, _, _ = strings.Cut(head, "\n")
		tables := create.FindAllStringSubmatch(text, -1)
		if !ok && len(tables) > 0 {
			t.Errorf("%s: its header does not say who owns the tables (-- owner: work/x)", filepath.Base(name))
			continue
		}
		claims := listed.FindAllStringSubmatch(head, -1)
		for _, x := range tables {
			for _, c := range claims {
				names := strings.FieldsFunc(c[2], func(r rune) bool { return r == ',' || r == ' ' })
				if c[2] == "" || slices.Contains(names, x[1]) {
					m[x[1]] = "internal/" + c[1]
				}
			}
			if m[x[1]] == "" {
				t.Errorf("%s: nobody owns %s", filepath.Base(name), x[1])
			}
		}
	}
	return m
}

// TestOneWriterPerTable: a table is written by the package that owns it and by
// nobody else, so that what may be in it is decided in one place. The owner
// says so in its package comment.
func TestOneWriterPerTable(t *testing.T) {
	own := owners(t)
	own["schema_steps"] = "internal/base/db"
	wrote, said := map[string]bool{}, map[string]string{}
	for _, s := range sources(t) {
		if s.file.Doc != nil {
			if _, list, ok := strings.Cut(s.file.Doc.Text(), "Owns:"); ok {
				list, _, _ = strings.Cut(list, ".")
				for _, name := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
					said[name] = s.pkg
				}
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.BasicLit:
				if v.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(v.Value)
				if err != nil {
					return true
				}
				for _, m := range write.FindAllStringSubmatch(text, -1) {
					table := m[1]
					switch {
					case own[table] == "" && !strings.HasPrefix(table, "river_"):
						if strings.Contains(text, "$1") || strings.Contains(text, "VALUES") {
							t.Errorf("%s writes %s, which no migration makes", s.at(v), table)
						}
					case own[table] != s.pkg && !strings.HasPrefix(table, "river_"):
						t.Errorf("%s writes %s, which belongs to %s", s.at(v), table, own[table])
					default:
						wrote[table] = true
					}
				}
				if _, ok := anyTable[s.pkg]; !ok && dynamic.MatchString(text) {
					t.Errorf("%s writes a table whose name stands elsewhere", s.at(v))
				}
			case *ast.CallExpr:
				// region.MovePrefix(ctx, tx, "table", …) writes for its caller.
				name := ""
				switch f := v.Fun.(type) {
				case *ast.SelectorExpr:
					name = f.Sel.Name
				case *ast.Ident:
					name = f.Name
				}
				if name != "MovePrefix" || len(v.Args) < 3 {
					return true
				}
				if lit, ok := v.Args[2].(*ast.BasicLit); ok {
					if table, _ := strconv.Unquote(lit.Value); own[table] != s.pkg {
						t.Errorf("%s moves %s, which belongs to %s", s.at(v), table, own[table])
					}
				}
			}
			return true
		})
	}
	for table, p := range own {
		if table == "schema_steps" {
			continue
		}
		if said[table] != p {
			t.Errorf("%s belongs to %s by its migration; the package comment (Owns: …) says %q", table, p, said[table])
		}
		if !wrote[table] {
			t.Errorf("nobody writes %s: is it needed, or is this test blind?", table)
		}
	}
}

// TestNoHouseAddresses: nothing that is shipped names the machine it was made on.
func TestNoHouseAddresses(t *testing.T) {
	bad := regexp.MustCompile(`(^|["'\s(=])/(?:root|work)/[a-z]`)
	for _, dir := range []string{"../internal", "../cmd", "../ui", "../plans", "../docs", "../scripts"} {
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(name, "arch_test.go") {
				return nil //nolint:nilerr // a folder that does not exist yet
			}
			switch filepath.Ext(name) {
			case ".go", ".md", ".toml", ".json", ".html", ".css", ".js", ".sql", ".sh", ".yaml":
			default:
				return nil
			}
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if m := bad.Find(b); m != nil {
				t.Errorf("%s: %s", name, m)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
