package web

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/region"
	. "lianxin/internal/work/worktest"
)

// TestImportWizard takes the workbook with mistakes through all four steps, on
// a desk and on a phone: upload, columns, repairs, confirmation, undo.
func TestImportWizard(t *testing.T) {
	b := browsertest.Start(t)
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		t.Run(size.Name, func(t *testing.T) { wizard(t, b, size) })
	}
}

// rosterWorld is a township with its six villages and nobody in it.
func rosterWorld(t *testing.T) (*db.DB, *dbtest.Clock, *Web) {
	t.Helper()
	d, clock := dbtest.SQLite(t)
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{DB: d, Texts: texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	places := []region.EnterInput{{Code: "99", Name: "示例省"}, {Code: "9901", Name: "示例州"}, {Code: "990101", Name: "云岭县"}, {Code: "990101100", Name: "青石镇"}}
	for i, v := range []string{"李家湾村", "大河村", "石桥村", "上寨村", "松林村", "龙潭村"} {
		places = append(places, region.EnterInput{Code: fmt.Sprintf("990101100%d", 201+i), Name: v, Kind: "committee"})
	}
	if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
		return region.Found(t.Context(), tx, Who(access.CountyAdmin, Root, "", workedDay), places)
	}); err != nil {
		t.Fatal(err)
	}
	return d, clock, w
}

func wizard(t *testing.T, b *browsertest.Browser, size browsertest.Size) {
	d, clock, w := rosterWorld(t)
	count := func(table string) int {
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	s := browsertest.ServeAt(t, clock.Now, w.Routes(), w.Fail, map[string]access.Identity{"office": identityOf(access.Office, Qingshi, "")})
	p := b.Open(size)
	p.Cookie(s.URL, door.PlainSessionCookie, "office")
	look := func(name string) {
		t.Helper()
		p.Sound()
		p.Shot("import-" + name)
		p.Long("import-" + name + "-long")
	}

	p.Go(s.URL + "/imports")
	look("1-upload")
	p.Follow("form[enctype] .btn.p")
	if !p.Has("#f-file-error") {
		t.Error("nothing chosen, nothing said")
	}
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{abs(t, "testdata/rosters/r4-errors.xlsx")}))
	p.Follow("form[enctype] .btn.p")
	look("2-columns")
	if n := browsertest.Eval[int](p, "document.querySelectorAll('.samples').length"); n < 10 {
		t.Errorf("%d columns with values", n)
	}
	p.Follow("form[action$=columns] .actions .btn.p")
	look("3-fix")
	if text := p.Text(".go-on .lead"); !strings.Contains(text, "55") || !strings.Contains(text, "5 行") {
		t.Errorf("told %q", text)
	}
	if n := browsertest.Eval[int](p, "document.querySelectorAll('.trouble').length"); n != 5 {
		t.Errorf("%d groups of problems", n)
	}
	// The name that is missing is typed, the twice listed row is skipped.
	fix := func(key, js string) {
		t.Helper()
		group := fmt.Sprintf("document.querySelector('button[name=group][value=\"%s\"]').closest('details')", key)
		browsertest.Eval[bool](p, "(()=>{const f="+group+";"+js+";f.querySelector('button[name=group]').classList.add('now');return true})()")
		p.Follow("button.now")
	}
	fix("roster.head_missing", "f.querySelector('input[type=text]').value='王芳'")
	fix("roster.duplicate", "f.open=true;f.querySelector('select').value='skip'")
	if text := p.Text(".go-on .lead"); !strings.Contains(text, "56") || !strings.Contains(text, "3 行") {
		t.Errorf("after two repairs %q", text)
	}
	look("4-fixed")
	if count("households") != 0 {
		t.Error("written before the confirmation")
	}
	p.Follow(".go-on .btn.p")
	look("5-confirm")
	p.Letters(2)
	p.Sound()
	p.Letters(1)
	p.Tap("button[data-confirm].p")
	p.Follow("dialog.ask button[value=yes]")
	look("6-done")
	if n := count("households"); n != 56 {
		t.Errorf("%d households stored", n)
	}
	p.Go(s.URL + "/imports")
	look("7-list")

	// The same file again: nothing new.
	clock.Add(time.Minute)
	p.Go(s.URL + "/imports")
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{abs(t, "testdata/rosters/r4-errors.xlsx")}))
	p.Follow("form[enctype] .btn.p")
	if !p.Has(".flash") {
		t.Error("not told that the file was imported before")
	}
	p.Go(strings.Replace(p.Address(), "/columns", "/confirm", 1))
	look("8-again")

	p.Go(s.URL + "/imports")
	p.Follow("tbody tr:nth-child(2) a")
	p.Tap("button[data-confirm].bad")
	p.Follow("dialog.ask button[value=yes]")
	look("9-undone")
	if count("households")+count("cadres")+count("pairings") != 0 {
		t.Error("the undo left something")
	}
}

func abs(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
