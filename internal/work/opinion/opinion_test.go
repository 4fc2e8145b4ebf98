package opinion_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	office  = Who(access.Office, Qingshi, "", today)
	baihe   = Who(access.Office, Baihe, "", today)
	li      = Who(access.Cadre, Qingshi, LiMing, today)
	zhao    = Who(access.Cadre, Qingshi, ZhaoWei, today)
	village = Who(access.Committee, Lijiawan, "", today)
	leader  = Who(access.Leader, Qingshi, "", today)
)

func do(d *db.DB, fn func(tx *db.Tx) error) error { return db.Do(context.Background(), d, fn) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// town is a township in which 王桂兰's home raised the canal twice.
func town(t *testing.T, d *db.DB) {
	t.Helper()
	Seed(t, d)
	cal, err := calendar.Shipped()
	must(t, err)
	must(t, do(d, func(tx *db.Tx) error {
		_, _, err := visit.Record(t.Context(), tx, li, visit.RecordInput{ID: "visit-canal", Household: WangHome, How: "home", At: "2026-11-20", Words: "王桂兰说李家湾村的渠塌了浇不上地，去年就说了，打 13800002001 找她", Thought: "早该修"}, cal)
		return err
	}))
	must(t, do(d, func(tx *db.Tx) error {
		_, err := appeal.Open(t.Context(), tx, office, appeal.OpenInput{ID: "appeal-canal", Source: "phone", Region: Lijiawan, Topic: "water", Title: "水渠塌方", Wish: "盼把水渠修好，三个组都用这条渠", Name: "过路的周大伯", Phone: "13800002099"}, cal)
		return err
	}))
}

func input(id string) opinion.ProposeInput {
	return opinion.ProposeInput{ID: id, Title: "几个组共用的水渠塌了没人修", Said: "两年里多户说同一条水渠塌方，春灌用不上水。", Suggestion: "列入小型水利维修，春灌前修通。", Addressee: "镇党委",
		Sources: []opinion.Source{{Kind: opinion.Visit, Ref: "visit-canal", Quote: "渠塌了浇不上地，去年就说了"}}}
}

func propose(d *db.DB, who access.Actor, in opinion.ProposeInput) (o opinion.Opinion, err error) {
	err = do(d, func(tx *db.Tx) error { o, _, err = opinion.Propose(context.Background(), tx, who, in); return err })
	return o, err
}

func act(d *db.DB, who access.Actor, op string, move upward.Move, version int, words string) (o opinion.Opinion, err error) {
	err = do(d, func(tx *db.Tx) error {
		o, err = opinion.Act(context.Background(), tx, who, opinion.MoveInput{ID: op, Opinion: "opinion-01", Version: version, Move: move, Words: words})
		return err
	})
	return o, err
}

func edit(d *db.DB, who access.Actor, in opinion.EditInput) (o opinion.Opinion, err error) {
	in.Opinion = "opinion-01"
	err = do(d, func(tx *db.Tx) error { o, err = opinion.Edit(context.Background(), tx, who, in); return err })
	return o, err
}

func told(t *testing.T, d *db.DB, who access.Actor, kind string) bool {
	t.Helper()
	is, _, err := notice.List(t.Context(), d, who, notice.Filter{})
	must(t, err)
	for _, i := range is {
		if i.Kind == kind && i.Ref == "opinion:opinion-01" {
			return true
		}
	}
	return false
}

// can reports whether a refusal names something that is possible in its place.
func can(err error, prefix string) bool {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Args) != 2 || e.Args[0] != "can" {
		return false
	}
	ks, _ := e.Args[1].(lang.Keys)
	return len(ks) > 0 && strings.HasPrefix(ks[0], prefix)
}

func field(err error, name, key string) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && slices.ContainsFunc(e.Fields, func(x fault.Field) bool { return x.Name == name && x.Key == key })
}

// TestUpward follows an opinion from a diary to the answer and back.
func TestUpward(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town(t, d)
		in := input("opinion-01")
		in.Sources = append(in.Sources, opinion.Source{Kind: opinion.Visit, Ref: "visit-canal"})
		if _, err := propose(d, li, in); !field(err, "sources", "opinion.source_closed") {
			t.Error("the same source twice:", err)
		}
		o, err := propose(d, li, input("opinion-01"))
		must(t, err)
		if o.Region != Lijiawan || o.State != upward.Proposed || o.Cadre != LiMing || o.Homes != 1 || len(o.Sources) != 1 {
			t.Fatalf("%+v", o)
		}
		if again, err := propose(d, li, input("opinion-01")); err != nil || again.ID != o.ID {
			t.Error("sent again:", err)
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			want fault.Kind
		}{{"a colleague", zhao, fault.Forbidden}, {"the village", village, fault.Forbidden}, {"another township", baihe, fault.NotFound}} {
			if _, err := opinion.Show(t.Context(), d, x.who, "opinion-01"); !fault.Is(err, x.want) {
				t.Error(x.name, "reads it:", err)
			}
			if os, _, err := opinion.List(t.Context(), d, x.who, opinion.Filter{}); len(os) != 0 {
				t.Error(x.name, "lists it:", err)
			}
		}
		for _, who := range []access.Actor{li, office, leader} {
			if os, _, err := opinion.List(t.Context(), d, who, opinion.Filter{State: upward.Proposed}); err != nil || len(os) != 1 || os[0].Title != o.Title {
				t.Error(os, err)
			}
		}
		// The office edits; what the official wrote stays readable.
		if _, err := edit(d, zhao, opinion.EditInput{ID: "edit-no-01", Version: 1, Title: "别的", Said: "别的"}); !fault.Is(err, fault.Forbidden) {
			t.Error("a colleague edits:", err)
		}
		e := opinion.EditInput{ID: "edit-off-1", Version: 1, Title: "共用水渠塌方两年未修", Said: o.Said, Sources: o.Sources}
		o, err = edit(d, office, e)
		must(t, err)
		if o.State != upward.Edited || o.Version != 2 || o.Sources[0].Quote == "" {
			t.Fatalf("%+v", o)
		}
		e.ID = "edit-off-2"
		if _, err := edit(d, office, e); !fault.Is(err, fault.Conflict) {
			t.Error("a version nobody read:", err)
		}
		if _, err := edit(d, li, opinion.EditInput{ID: "edit-late-1", Version: 2, Title: "晚了", Said: "晚了"}); !fault.Is(err, fault.Conflict) {
			t.Error("its proposer edits after the office:", err)
		}
		if _, err := act(d, office, "ask-early-1", upward.Ask, 2, ""); !field(err, "suggestion", "opinion.suggestion_needed") || !field(err, "addressee", "opinion.addressee_needed") {
			t.Error("asked without a suggestion:", err)
		}
		e.ID, e.Version, e.Suggestion, e.Addressee = "edit-off-3", 2, "列入小型水利维修。", "县水务局"
		_, err = edit(d, office, e)
		must(t, err)
		vs, err := opinion.Versions(t.Context(), d, li, "opinion-01")
		if err != nil || len(vs) != 3 || vs[2].Title != "几个组共用的水渠塌了没人修" || vs[2].Sources[0].Quote == "" {
			t.Fatalf("%+v %v", vs, err)
		}
		if _, err := act(d, li, "ask-own-01", upward.Ask, 3, ""); !fault.Is(err, fault.Forbidden) {
			t.Error("its proposer asks for approval:", err)
		}
		if _, err := act(d, office, "send-early1", upward.Send, 3, ""); !fault.Is(err, fault.Conflict) || !can(err, "opinion.step.") {
			t.Error("sent unapproved:", err)
		}
		_, err = act(d, office, "ask-office1", upward.Ask, 3, "")
		must(t, err)
		if !told(t, d, leader, "opinion.to_approve") || told(t, d, li, "opinion.to_approve") {
			t.Error("who is asked to approve")
		}
		if _, err := act(d, office, "approve-no1", upward.Approve, 3, ""); !fault.Is(err, fault.Forbidden) {
			t.Error("the office approves:", err)
		}
		if _, err := act(d, leader, "return-bad1", upward.Return, 3, " "); !field(err, "words", "opinion.words_needed.return") {
			t.Error("returned without a word:", err)
		}
		_, err = act(d, leader, "return-ok-1", upward.Return, 3, "把户数写清楚")
		must(t, err)
		if !told(t, d, office, "opinion.returned") {
			t.Error("the office does not learn that it came back")
		}
		e.ID, e.Version, e.Said = "edit-off-4", 3, "两年里十二户说同一条水渠塌方。"
		_, err = edit(d, office, e)
		must(t, err)
		_, err = act(d, office, "ask-office2", upward.Ask, 4, "")
		must(t, err)
		if _, err := act(d, leader, "approve-old", upward.Approve, 3, ""); !fault.Is(err, fault.Conflict) {
			t.Error("approves words he has not read:", err)
		}
		_, err = act(d, leader, "approve-ok1", upward.Approve, 4, "")
		must(t, err)
		if o, err = act(d, office, "send-ok-001", upward.Send, 4, ""); err != nil || o.SentOn != today {
			t.Fatal(o.SentOn, err)
		}
		if _, err := act(d, office, "decline-bad", upward.Decline, 4, ""); !field(err, "words", "opinion.words_needed.decline") {
			t.Error("not adopted without an explanation:", err)
		}
		if o, err = act(d, office, "decline-ok1", upward.Decline, 4, "明年统一维修，今年没有资金"); err != nil || o.Outcome != upward.NotAdopted || o.AnsweredOn != today {
			t.Fatalf("%+v %v", o, err)
		}
		if !told(t, d, li, "opinion.answered") {
			t.Error("the proposer does not learn of the answer")
		}
		o, err = act(d, office, "tell-ok-001", upward.Tell, 4, "当面说了")
		if err != nil || o.State != upward.Told {
			t.Fatal(o.State, err)
		}
		steps, err := opinion.Steps(t.Context(), d, li, "opinion-01")
		if err != nil || len(steps) != 11 || steps[0].Move != "propose" || steps[10].Words != "当面说了" {
			t.Errorf("%+v %v", steps, err)
		}
	})
}

// TestWords: names, numbers and villages stay out, quotations are word for word.
func TestWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town(t, d)
		for i, x := range []struct {
			change     func(*opinion.ProposeInput)
			field, key string
		}{
			{func(in *opinion.ProposeInput) { in.Said = "王桂兰家浇不上地" }, "said", "opinion.name_in_it"},
			{func(in *opinion.ProposeInput) { in.Sources, in.Said = nil, "王桂兰家浇不上地" }, "said", "opinion.name_in_it"},
			{func(in *opinion.ProposeInput) { in.Suggestion = "请打 138 0000 2001 问" }, "suggestion", "opinion.number_in_it"},
			{func(in *opinion.ProposeInput) { in.Nameless, in.Title = true, "李家湾的渠塌了" }, "title", "opinion.place_in_it"},
			{func(in *opinion.ProposeInput) { in.Sources[0].Quote = "渠塌了，地全荒了" }, "quote_0", "opinion.not_said"},
			{func(in *opinion.ProposeInput) { in.Sources[0].Ref = "visit-none" }, "sources", "opinion.source_closed"},
			{func(in *opinion.ProposeInput) { in.Sources[0].Kind = "household" }, "sources", "opinion.source_closed"},
			{func(in *opinion.ProposeInput) {
				in.Said, in.Suggestion = strings.Repeat("渠", 900), strings.Repeat("修", 600)
			}, "said", "opinion.too_long"},
			{func(in *opinion.ProposeInput) { in.Said = strings.Repeat("渠", 901) }, "said", "fault.too_long"},
			{func(in *opinion.ProposeInput) { in.Title = " " }, "title", "opinion.title_needed"},
			{func(in *opinion.ProposeInput) { in.Region = Qingshi + "none/" }, "region", "opinion.region_bad"},
		} {
			in := input("opinion-" + string(rune('a'+i)) + "0")
			x.change(&in)
			if _, err := propose(d, li, in); !field(err, x.field, x.key) {
				t.Errorf("%d: %v, want %s %s", i, err, x.field, x.key)
			}
		}
		// A colleague may not read the diary and quotes nothing from it; the
		// office of another township neither, and he cannot write about it.
		for _, who := range []access.Actor{zhao, baihe} {
			if _, err := propose(d, who, input("opinion-zz")); err == nil {
				t.Error("quoted from a closed diary")
			}
		}
		if _, err := propose(d, baihe, opinion.ProposeInput{ID: "opinion-zy", Region: Lijiawan, Title: "x", Said: "x"}); !fault.Is(err, fault.NotFound) {
			t.Error("written about another township:", err)
		}
		// Left out: the village in a quotation becomes some village, a name stars.
		in := input("opinion-01")
		in.Nameless = true
		in.Sources[0].Quote = "王桂兰说李家湾村的渠塌了浇不上地，去年就说了，打 13800002001"
		o, err := propose(d, li, in)
		must(t, err)
		if q := o.Sources[0].Quote; strings.Contains(q, "李家湾") || strings.Contains(q, "王桂兰") || strings.Contains(q, "13800002001") || !strings.Contains(q, upward.Somewhere+"的渠塌了") {
			t.Error(q)
		}
		ds, place, homes, err := opinion.Drafts(t.Context(), d, office, []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-canal"}, {Kind: opinion.Visit, Ref: "visit-canal"}, {Kind: opinion.Visit, Ref: "none"}})
		if err != nil || len(ds) != 2 || place != Lijiawan || homes != 2 || strings.Contains(ds[1].Words[0], "王桂兰") {
			t.Errorf("%+v %s %d %v", ds, place, homes, err)
		}
		// A neighbour who is spoken of is hidden too.
		cal, err := calendar.Shipped()
		must(t, err)
		must(t, do(d, func(tx *db.Tx) error {
			_, err := appeal.Open(t.Context(), tx, office, appeal.OpenInput{ID: "appeal-other", Source: "phone", Region: Lijiawan, Topic: "water", Title: "给王桂兰家接水", Wish: "王桂兰一个人挑不动水", Name: "邻居"}, cal)
			return err
		}))
		if ds, _, _, err := opinion.Drafts(t.Context(), d, office, []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-other"}}); err != nil || strings.Contains(strings.Join(ds[0].Words, ""), "王桂兰") {
			t.Errorf("%+v %v", ds, err)
		}
		// Nothing lies open.
		for _, q := range []string{`SELECT title || said || suggestion || addressee || quotes FROM opinion_texts`} {
			rows, err := db.All(t.Context(), d, db.Text, q)
			must(t, err)
			for _, r := range rows {
				if strings.Contains(r, "渠") || strings.Contains(r, "镇党委") {
					t.Error("lies open:", r)
				}
			}
		}
	})
}

// TestTwoPeople: a leader who wrote some version does not approve it.
func TestTwoPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town(t, d)
		boss := access.New(access.Identity{Account: "boss", Cadre: ZhaoWei, County: County, Grants: []access.Grant{{Role: access.Leader, Region: Qingshi}}, Door: access.Page, Today: today})
		in := input("opinion-01")
		in.Sources = []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-canal", Quote: "盼把水渠修好"}}
		_, err := propose(d, boss, in)
		must(t, err)
		_, err = act(d, office, "ask-office1", upward.Ask, 1, "")
		must(t, err)
		if _, err := act(d, boss, "approve-own", upward.Approve, 1, ""); !fault.Is(err, fault.Forbidden) {
			t.Error("approved by its author:", err)
		}
		o, err := opinion.Show(t.Context(), d, boss, "opinion-01")
		must(t, err)
		if ms, err := opinion.Possible(t.Context(), d, boss, o); err != nil || strings.Contains(join(ms), "approve") || !strings.Contains(join(ms), "return") {
			t.Error(ms, err)
		}
		if _, err := act(d, leader, "approve-oth", upward.Approve, 1, ""); err != nil {
			t.Error(err)
		}
	})
}

func join(ms []upward.Move) (s string) {
	for _, m := range ms {
		s += string(m) + " "
	}
	return s
}

// TestOfMatter: a matter's readers see the answer once the proposer was told,
// and never where the village was left out.
func TestOfMatter(t *testing.T) {
	for _, nameless := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			town(t, d)
			in := input("opinion-01")
			in.Nameless = nameless
			in.Sources = []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-canal"}}
			_, err := propose(d, office, in)
			must(t, err)
			seen := func(who access.Actor) []opinion.Voiced {
				vs, err := opinion.OfMatter(t.Context(), d, who, "appeal-canal")
				must(t, err)
				return vs
			}
			if len(seen(village)) != 0 || len(seen(leader)) != 1 || seen(leader)[0].ID == "" {
				t.Error("before the answer:", seen(village), seen(leader))
			}
			for i, x := range []struct {
				who  access.Actor
				move upward.Move
			}{{office, upward.Ask}, {leader, upward.Approve}, {office, upward.Send}, {office, upward.Adopt}, {office, upward.Tell}} {
				_, err := act(d, x.who, "move-canal-"+string(rune('0'+i)), x.move, 1, "春灌前修好")
				must(t, err)
			}
			vs := seen(village)
			if nameless && len(vs) != 0 || !nameless && (len(vs) != 1 || vs[0].ID != "" || vs[0].Answer != "春灌前修好" || vs[0].Outcome != upward.Adopted) {
				t.Errorf("nameless %v: %+v", nameless, vs)
			}
		})
	}
}

// TestKeys: the list goes on where it stopped.
func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town(t, d)
		for i := range 5 {
			in := input("opinion-0" + string(rune('1'+i)))
			in.Sources = nil
			_, err := propose(d, li, in)
			must(t, err)
		}
		var got []string
		after := ""
		for {
			os, next, err := opinion.List(t.Context(), d, li, opinion.Filter{Mine: true, After: after, Limit: 2})
			must(t, err)
			for _, o := range os {
				got = append(got, o.ID)
			}
			if after = next; next == "" {
				break
			}
		}
		if strings.Join(got, " ") != "opinion-05 opinion-04 opinion-03 opinion-02 opinion-01" {
			t.Error(got)
		}
		if _, _, err := opinion.List(t.Context(), d, li, opinion.Filter{State: "gone"}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if _, err := act(d, li, "withdraw-01", upward.Withdraw, 1, ""); err != nil {
			t.Error(err)
		}
	})
}
