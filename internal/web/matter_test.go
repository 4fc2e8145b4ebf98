package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// raise writes down matters at the desk.
func (k *worked) raise(t *testing.T, n int) (ids []string) {
	t.Helper()
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		k.Clock.Add(time.Second)
		in := appeal.OpenInput{ID: fmt.Sprintf("raised-%04d", i), Source: "phone", Title: fmt.Sprintf("第%d段水渠堵了", i+1), Topic: "water", Region: Dahe, Name: "杨加旺", Phone: "13800004321", Wish: "水过不来，秧栽不下去"}
		if i%5 == 0 {
			in.Emphasis = lifecycle.Resented
		}
		k.do(t, func(tx *db.Tx) error {
			o, err := appeal.Open(t.Context(), tx, Who(access.Office, Qingshi, "", workedDay), in, cal)
			ids = append(ids, o.ID)
			return err
		})
	}
	k.Clock.Add(time.Second)
	return ids
}

func (k *worked) move(t *testing.T, who access.Actor, in appeal.MoveInput) {
	t.Helper()
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	k.Clock.Add(time.Second)
	in.ID = fmt.Sprintf("moved-%s-%s-%d", in.Move, in.Appeal, k.Clock.Now().Unix())
	k.do(t, func(tx *db.Tx) error {
		_, err := appeal.Move(t.Context(), tx, who, in, cal)
		return err
	})
}

// TestTwentyByKeyboard: twenty matters are taken up and handed on without a
// mouse, with a look at what will happen before, and can be taken back.
func TestTwentyByKeyboard(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	ids := k.raise(t, 20)
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/matters?view=take&source=phone")
	p.Sound()
	p.Shot("queue-take")
	state := func(id string) appeal.Appeal {
		a, err := appeal.Get(t.Context(), k.DB, County, id)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	p.Taps, p.Keys = 0, 0
	for i := range ids {
		p.Press(" ")
		if i < len(ids)-1 {
			p.Press("ArrowDown")
		}
	}
	if n := browsertest.Eval[int](p, `document.querySelectorAll("tbody input.ck:checked").length`); n != 20 || !strings.Contains(p.Text("[data-bulk]"), "20") {
		t.Fatalf("%d rows are chosen, the bar says %q", n, p.Text("[data-bulk]"))
	}
	p.PressOn("z")
	if !strings.Contains(p.Text("h1"), "受理 20件") {
		t.Fatalf("a row waiting to be taken up is taken up: %q", p.Text("h1"))
	}
	p.Sound()
	p.Long("bulk-choose")
	// The form's first field has the focus: a name, its only answer, Enter.
	p.Press("赵", "伟")
	p.Wait("#f-owner input[type=radio]:checked")
	p.PressOn("Enter")
	if state(ids[0]).State != lifecycle.Registered {
		t.Fatal("something changed before it was confirmed")
	}
	if !strings.Contains(p.Text("tbody tr"), "赵伟") {
		t.Errorf("the preview does not say whose it will be: %q", p.Text("tbody tr"))
	}
	p.Sound()
	p.Long("bulk-preview")
	p.PressOn("Enter")
	if p.Taps != 0 || p.Keys > 45 {
		t.Errorf("twenty matters took %d taps and %d keys", p.Taps, p.Keys)
	}
	for _, id := range ids {
		if a := state(id); a.State != lifecycle.Handling || a.Owner != ZhaoWei {
			t.Fatalf("%+v", a)
		}
	}
	if !strings.Contains(p.Text(".flash"), "20件") || !p.Has(".told button") {
		t.Errorf("after: %q", p.Text("main"))
	}
	p.Sound()
	p.Shot("bulk-done")
	p.Follow(".told button")
	if a := state(ids[3]); a.State != lifecycle.Registered || a.Owner != appeal.Office || p.Has(".told") {
		t.Errorf("taken back: %+v", a)
	}

	// Keys mean nothing outside the table, nor while a word is being composed.
	p.Press("/")
	p.Press("z")
	if got := browsertest.Eval[string](p, `document.querySelector("#find").value`); !strings.HasSuffix(got, "z") || !strings.Contains(p.Address(), "/matters") {
		t.Errorf("in the search box: %q at %s", got, p.Address())
	}
	p.Go(k.URL + "/matters?view=take&source=phone")
	_ = browsertest.Eval[bool](p, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "z", isComposing: true, bubbles: true}))`)
	p.Press("?")
	if !p.Has("[data-keyhelp][open]") {
		t.Error("? does not show the keys")
	}
	p.Press("a")
	if n := browsertest.Eval[int](p, `document.querySelectorAll("tbody input.ck:checked").length`); n != 20 {
		t.Errorf("A chose %d", n)
	}
}

// TestMatterPages: a matter in every state, and every page about it, is sound on
// a phone and at a desk and offers what may be done.
func TestMatterPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	ids := k.raise(t, 8)
	office, zhao, leader := Who(access.Office, Qingshi, "", workedDay), Who(access.Cadre, Qingshi, ZhaoWei, workedDay), Who(access.Leader, Qingshi, "", workedDay)
	for _, id := range ids[1:7] {
		k.move(t, office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei, Topic: "water"})
	}
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[2], Move: lifecycle.Ask, Due: "2026-12-25", Words: "等水管到货"})
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[3], Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "渠道清通了，已经放水。"})
	k.move(t, office, appeal.MoveInput{Appeal: ids[4], Move: lifecycle.Shelve, Words: "要等明年的项目"})
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[5], Move: lifecycle.Answer, Outcome: lifecycle.Partly, Words: "先清了一半。"})
	k.move(t, office, appeal.MoveInput{Appeal: ids[5], Move: lifecycle.Agree, Way: "call", Face: 2, Words: "先这样也行"})
	k.move(t, office, appeal.MoveInput{Appeal: ids[6], Move: lifecycle.Merge, Into: ids[1]})
	_ = leader
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
		p := b.Open(size)
		for _, x := range []struct{ who, path, want string }{
			{"office", "/matters/" + ids[0], "受理，交给他办"}, {"office", "/matters/" + ids[1], "答复"}, {"leader", "/matters/" + ids[2], "同意延期"},
			{"office", "/matters/" + ids[3], "群众怎么说"}, {"office", "/matters/" + ids[4], "重新办理"}, {"office", "/matters/" + ids[5], "重新办"}, {"office", "/matters/" + ids[6], "撤销合并"},
			{"zhao", "/matters/" + ids[1], "退回"}, {"office", "/matters", "受理并转办"}, {"zhao", "/matters", "在办"}, {"leader", "/matters?view=asked", "同意延期"}, {"office", "/matters/new", "登记"},
			{"office", "/matters/" + ids[1] + "/join", "加进去"}, {"county", "/settings/topics", "加一类"}, {"office", "/settings/topics", "县里统一定"}, {"office", "/today", "要处理的事"},
		} {
			p.Cookie(k.URL, door.PlainSessionCookie, x.who)
			p.Go(k.URL + x.path)
			p.Sound()
			if got := p.Text("main"); !strings.Contains(got, x.want) {
				t.Errorf("%s %s as %s: no %q in %q", size.Name, x.path, x.who, x.want, got)
			}
			if n := browsertest.Eval[int](p, `(() => { const ids = [...document.querySelectorAll("[id]")].map(e => e.id); return ids.length - new Set(ids).size; })()`); n != 0 {
				t.Errorf("%s %s as %s: %d ids twice", size.Name, x.path, x.who, n)
			}
			p.Long("matter" + strings.NewReplacer("/", "-", "?", "-", "raised", "r").Replace(x.path) + "-" + x.who)
		}
	}
	// Somebody who is only given matters has none of the desk's tools.
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "zhao")
	p.Go(k.URL + "/matters?view=all")
	if p.Has(".bulk") || p.Has("a[href*='view=take']") || strings.Contains(p.Text("main"), "第8段") {
		t.Errorf("the desk's tools, or a stranger's matter: %q", p.Text("main"))
	}
}

// TestNewMatter: a matter is written down; while it is typed, the one that says
// the same is offered, and joining it copies nothing.
func TestNewMatter(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	ids := k.raise(t, 1)
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/matters/new")
	_ = browsertest.Eval[bool](p, `(() => { const s = document.querySelector("#f-place"); s.value = "`+Dahe+`"; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`)
	p.Type("#f-title", "水渠堵了")
	p.Wait("[data-alike] button[name=join]")
	p.Sound()
	p.Long("new-alike")
	p.Type("#f-name", "何丽")
	k.Clock.Add(time.Minute)
	p.Follow("[data-alike] button[name=join]")
	vs, err := appeal.Voices(t.Context(), k.DB, Who(access.Office, Qingshi, "", workedDay), ids[0])
	if err != nil || len(vs) != 2 || vs[1].Name != "何丽" || vs[1].Wish != "水渠堵了" {
		t.Fatalf("%+v %v", vs, err)
	}
	// A number is masked and opened with a purpose.
	if got := p.Text(".voices"); strings.Contains(got, "13800004321") || !strings.Contains(got, "138") {
		t.Errorf("the number: %q", got)
	}
	p.Tap(".reveal summary")
	p.Follow(".reveal .btn")
	if !strings.Contains(p.Text(".voices"), "138 0000 4321") {
		t.Errorf("opened: %q", p.Text(".voices"))
	}
	p.Go(k.URL + "/matters/" + ids[0])
	p.Follow(".voices a.txt")
	if !strings.Contains(p.Text(".slip"), "凭这个码查") || len(strings.ReplaceAll(p.Text(".slip .code"), " ", "")) != 12 {
		t.Errorf("the slip: %q", p.Text(".slip"))
	}
	p.Sound()
	p.Shot("slip")
}
