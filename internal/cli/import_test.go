package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/cli"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
)

// dataFolder is a data folder with 青石镇 and its six villages.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	cfg := config.Default()
	cfg.Data = dir
	a, err := app.Open(t.Context(), cfg, app.Options{Alone: true, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	places := []region.EnterInput{{Code: "99", Name: "示例省"}, {Code: "9901", Name: "示例州"}, {Code: "990101", Name: "云岭县"}, {Code: "990101100", Name: "青石镇"}, {Code: "990101101", Name: "白河镇"}}
	for i, v := range []string{"李家湾村", "大河村", "石桥村", "上寨村", "松林村", "龙潭村"} {
		places = append(places, region.EnterInput{Code: fmt.Sprintf("990101100%d", 201+i), Name: v, Kind: "committee"})
	}
	who := access.New(access.Identity{Account: "test", County: "990101", Grants: []access.Grant{{Role: access.CountyAdmin, Region: "/99/9901/990101/"}}})
	if err := db.Do(t.Context(), a.DB, func(tx *db.Tx) error { return region.Found(t.Context(), tx, who, places) }); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

type importAnswer struct {
	Officials, Households, Members, Pairings int
	Problems, Warnings                       []struct {
		Sheet, Column, Value, Problem, Cell string
		Row                                 int
	}
	New struct{ Officials, Households, Pairings int }
}

func run(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, err bytes.Buffer
	code := cli.Run(cli.World{Out: &out, Err: &err, In: strings.NewReader(""), Environ: []string{"LIANXIN_LANG=zh", "USER=tester"}}, args)
	return code, out.String(), err.String()
}

func importJSON(t *testing.T, want int, args ...string) importAnswer {
	t.Helper()
	code, out, errs := run(t, append([]string{"import", "roster", "--json"}, args...)...)
	if code != want {
		t.Fatalf("exit code %d, want %d\n%s\n%s", code, want, out, errs)
	}
	var a importAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return a
}

// TestImportRoster takes the three workbooks in by the command line, dry and
// then for good: the figures beside them come out exactly.
func TestImportRoster(t *testing.T) {
	data := dataFolder(t)
	for _, name := range []string{"r1-clean", "r2-merged", "r4-errors"} {
		var want struct {
			Officials, Households, Members, Pairings int
			BadRows                                  []int
		}
		b, err := os.ReadFile(filepath.Join("testdata", "rosters", name+".expect.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		code := cli.OK
		if len(want.BadRows) > 0 {
			code = cli.Problems
		}
		file := filepath.Join("testdata", "rosters", name+".xlsx")
		for _, args := range [][]string{{file, "--data", data, "--township", "990101100", "--dry-run"}, {file, "--data", data, "--township", "青石镇"}, {file, "--data", data, "--township", "青石镇"}} {
			got := importJSON(t, code, args...)
			if diff := cmp.Diff([4]int{want.Officials, want.Households, want.Members, want.Pairings}, [4]int{got.Officials, got.Households, got.Members, got.Pairings}); diff != "" {
				t.Errorf("%s: officials, households, members, pairings: %s", name, diff)
			}
			var bad []int
			for _, p := range got.Problems {
				bad = append(bad, p.Row)
				if p.Sheet == "" || p.Problem == "" || p.Column == "" || strings.HasPrefix(p.Problem, "roster.") {
					t.Errorf("%s: %+v", name, p)
				}
			}
			sort.Ints(bad)
			if diff := cmp.Diff(want.BadRows, bad); diff != "" {
				t.Errorf("%s: rows with problems: %s", name, diff)
			}
		}
	}
	if again := importJSON(t, cli.OK, filepath.Join("testdata", "rosters", "r1-clean.xlsx"), "--data", data, "--township", "青石镇"); again.New.Households+again.New.Officials+again.New.Pairings != 0 {
		t.Errorf("the same file again: %+v", again.New)
	}
}

// TestImportSeveral: officials named in two files count once, dry or not.
func TestImportSeveral(t *testing.T) {
	data := dataFolder(t)
	one, two := filepath.Join(t.TempDir(), "干部.csv"), filepath.Join(t.TempDir(), "户.csv")
	for f, s := range map[string]string{one: "姓名,职务,驻村\n李明,副镇长,大河村\n赵伟,干事,李家湾村\n", two: "户主,村,联系电话,联系干部\n王桂兰,大河村,13800001234,李明\n陈大有,李家湾村,,赵伟\n"} {
		if err := os.WriteFile(f, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dry := importJSON(t, cli.OK, one, two, "--data", data, "--township", "青石镇", "--dry-run")
	wet := importJSON(t, cli.OK, one, two, "--data", data, "--township", "青石镇")
	if diff := cmp.Diff(dry, wet); diff != "" || wet.Officials != 2 || wet.Households != 2 || wet.Pairings != 2 || wet.New.Officials != 2 {
		t.Errorf("dry and wet differ: %s %+v", diff, wet)
	}
	if again := importJSON(t, cli.OK, one, two, "--data", data, "--township", "青石镇"); again.Officials != 2 || again.New.Officials != 0 {
		t.Errorf("again: %+v", again)
	}
}

// TestImportRefusals: wrong towns, hostile or empty files and templates.
func TestImportRefusals(t *testing.T) {
	data := dataFolder(t)
	bad := filepath.Join(t.TempDir(), "坏.xlsx")
	if err := os.WriteFile(bad, []byte("PK\x03\x04 nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := run(t, "import", "roster", bad, "--data", data, "--township", "青石镇", "--json"); code != cli.Failed || !strings.Contains(out, "损坏") || !strings.Contains(errs, "没有读到") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, _, errs := run(t, "import", "roster", bad, "--data", data, "--township", "黑石镇"); code != cli.Failed || !strings.Contains(errs, "黑石镇") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := run(t, "import", "roster", bad, "--data", data); code != cli.Usage || !strings.Contains(errs, "--township") {
		t.Errorf("%d %s", code, errs)
	}
	form := filepath.Join(t.TempDir(), "空表.xlsx")
	if code, _, errs := run(t, "import", "roster", "--template", "people", form); code != cli.OK {
		t.Fatalf("%d %s", code, errs)
	}
	if code, out, errs := run(t, "import", "roster", form, "--data", data, "--township", "青石镇"); code != cli.Failed || !strings.Contains(out, "0 户") {
		t.Errorf("an empty form: %d %s %s", code, out, errs)
	}
	if code, _, _ := run(t, "import", "roster", "--template", "people", form); code != cli.Failed {
		t.Error("a file was overwritten")
	}
}

// A list for a township without villages: the program says which places it
// makes, and makes up no code that could be an official one. A list that names
// another helper says so too, as nothing is changed.
func TestImportSaysWhatItMadeAndKept(t *testing.T) {
	dir := dataFolder(t)
	file := func(name, text string) string {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := file("一.csv", "户主,村,组,联系干部\n王芳,东山村,3组,李明\n赵强,西河社区,1组,孙立\n")
	code, out, errs := run(t, "--data", dir, "import", "roster", "--township", "白河镇", first)
	if code != 0 || !strings.Contains(out, "新建的村组 4 个") || !strings.Contains(out, "东山村：3组") || !strings.Contains(out, "西河社区：1组") {
		t.Fatal(code, out, errs)
	}
	second := file("二.csv", "户主,村,组,联系干部\n王芳,东山村,3组,孙立\n")
	code, out, errs = run(t, "--data", dir, "import", "roster", "--township", "白河镇", second)
	if code != 0 || !strings.Contains(out, "没有改的 1 户") || !strings.Contains(out, "系统里是李明，表里是孙立") {
		t.Error(code, out, errs)
	}
	code, out, _ = run(t, "--data", dir, "import", "roster", "--json", "--township", "白河镇", second)
	if code != 0 || !strings.Contains(out, `"stored": "李明"`) || strings.Contains(out, `"pairings": 1`) && !strings.Contains(out, `"changed": {
    "officials": 0,
    "households": 0,
    "pairings": 0`) {
		t.Error(code, out)
	}
}

// What the parser and the system say in English is said in Chinese to Chinese readers.
func TestChineseErrors(t *testing.T) {
	dir := dataFolder(t)
	english := regexp.MustCompile(`[a-z]{3,} [a-z]{2,}`) // names of plans stand with commas between
	for _, x := range []struct {
		args []string
		code int
		say  string
	}{
		{[]string{"frob"}, 2, "frob"},
		{[]string{"doctor", "frob"}, 2, "多写了“frob”"},
		{[]string{"doctor", "--frob"}, 2, "没有“--frob”这个选项"},
		{[]string{"--lang", "fr", "version"}, 2, "只能写 zh 或 en"},
		{[]string{"--data", dir, "import", "roster", "--township", "白河镇", "nofile.xlsx"}, 1, "没有这个文件：nofile.xlsx"},
		{[]string{"plan", "check", "nofile.toml"}, 1, "找不到方案 nofile.toml"},
		{[]string{"import", "roster"}, 2, ""},
	} {
		code, _, errs := run(t, x.args...)
		first, _, _ := strings.Cut(errs, "\n")
		if code != x.code || !strings.Contains(first, x.say) || english.MatchString(first) {
			t.Errorf("%v: %d %q", x.args, code, errs)
		}
	}
}
