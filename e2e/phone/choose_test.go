package phone_test

import (
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// TestChoose: an official's correction meets another of the same visit. He sees
// both texts side by side on his phone, takes one without signal, and it stands
// once the line is there again, although that line says everything twice.
func TestChoose(t *testing.T) {
	v := newVillage(t)
	li := worktest.Who(access.Cadre, worktest.Qingshi, worktest.LiMing, calendar.FromTime(v.app.DB.Now()))
	write := func(fn func(tx *db.Tx) error) {
		t.Helper()
		if err := db.Do(t.Context(), v.app.DB, fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *db.Tx) error {
		_, _, err := visit.Record(t.Context(), tx, li, visit.RecordInput{ID: "visit-of-two-texts", Household: worktest.WangHome, How: "home", Words: "水沟要清"}, calendar.Calendar{})
		return err
	})
	now := func() visit.Visit {
		t.Helper()
		x, err := visit.Get(t.Context(), v.app.DB, worktest.County, "visit-of-two-texts")
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	p := browsertest.StartIn(t, t.TempDir()).Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Go(v.URL + "/m/")
	signIn(p)
	waitFor(t, p, "the list", func() bool { return says(p, "共联系1户") })
	v.net(none)
	p.Go(v.URL + "/m/#/amend/visit-of-two-texts")
	p.Wait("#a-words")
	p.Type("#a-words", "，屋后也要清")
	p.Tap(".foot .btn.p")
	waitFor(t, p, "已存手机", func() bool { return says(p, "已存手机") })
	write(func(tx *db.Tx) error {
		_, err := visit.Amend(t.Context(), tx, li, visit.AmendInput{ID: "amend-at-the-desk", Visit: "visit-of-two-texts", Version: 1, How: "home", Words: "水沟清了一半"})
		return err
	})
	v.net(nil)
	p.Go(v.URL + "/m/#/box")
	p.Wait("[data-at=send]")
	p.Tap("[data-at=send]")
	waitFor(t, p, "a held record", func() bool { return p.Has(`.todo a[href^="#/item/"] .o`) })
	p.Tap(`.todo a[href^="#/item/"]`)
	waitFor(t, p, "both texts", func() bool { return p.Has(".choose") && says(p, "屋后也要清") && says(p, "水沟清了一半") })
	p.Sound()
	p.Axe()
	p.Shot("choose-both")
	v.net(none)
	p.Tap("[data-at=mine]")
	waitFor(t, p, "the choice", func() bool { return says(p, "选好了：留我写的") })
	p.Shot("choose-chosen")
	if now().Words != "水沟清了一半" {
		t.Error("it stands before it was sent:", now().Words)
	}
	v.net(func(string) string { return "twice" })
	p.Go(v.URL + "/m/#/box")
	p.Wait("[data-at=send]")
	p.Tap("[data-at=send]")
	waitFor(t, p, "the choice at the office", func() bool { return now().Words == "水沟要清，屋后也要清" })
	if x := now(); x.Version != 3 {
		t.Error("it was done", x.Version-2, "times")
	}
	waitFor(t, p, "a quiet box", func() bool { return !says(p, "存在手机里") && !p.Has(".todo .tag.o") })
	if s := p.Text("#main"); strings.Contains(s, "没送成") {
		t.Error(s)
	}
	if n := v.count(`SELECT COUNT(*) FROM phone_held WHERE state = 'open'`); n != 0 {
		t.Error(n, "records are open")
	}
}
