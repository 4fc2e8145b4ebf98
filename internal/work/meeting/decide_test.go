package meeting_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// decision is a matter as it was before a meeting, what is decided, and what
// becomes of both.
type decision struct {
	name     string
	owner    string       // before
	due      calendar.Day // before; a usual one where empty
	before   func(t *testing.T, d *db.DB, id string)
	decision string
	to       string
	by       calendar.Day
	want     func(a appeal.Appeal) bool
	steps    []string // the last ones
	refused  string   // key of the item's problem
}

// TestDecidedMatters: a decision about a matter that is there changes whose it is
// and by when, by the rules every other change goes by; what they refuse is told
// at the item and nothing is written.
func TestDecidedMatters(t *testing.T) {
	move := func(who access.Actor, mv lifecycle.Move, in appeal.MoveInput) func(*testing.T, *db.DB, string) {
		return func(t *testing.T, d *db.DB, id string) {
			in.ID, in.Appeal, in.Move = "before-"+id+string(mv), id, mv
			if _, err := write(d, func(tx *db.Tx) (appeal.Appeal, error) { return appeal.Move(t.Context(), tx, who, in, cal(t)) }); err != nil {
				t.Fatal(id, mv, err)
			}
		}
	}
	later, sooner, usual := today.Add(40), today.Add(2), today.Add(20)
	for _, x := range []decision{
		{name: "taken-up", decision: meeting.Assign, to: ZhaoWei, by: later, steps: []string{"decided", "accept", "ask"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Extension && a.Owner == ZhaoWei && a.DueOn < later && a.AskedDue == later
			}},
		{name: "taken-up-sooner", decision: meeting.Assign, to: ZhaoWei, by: sooner, steps: []string{"decided", "accept", "redue"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Handling && a.Owner == ZhaoWei && a.DueOn == sooner && a.Extended == 0
			}},
		{name: "waits-for-the-office", decision: meeting.Self, by: later, steps: []string{"decided", "redue"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Registered && a.Owner == appeal.Office && a.DueOn == later
			}},
		{name: "handed-on", owner: LiMing, due: usual, decision: meeting.Assign, to: ZhaoWei, steps: []string{"decided", "transfer"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Handling && a.Owner == ZhaoWei && a.DueOn == usual
			}},
		{name: "sooner", owner: LiMing, due: usual, decision: meeting.Self, to: LiMing, by: sooner, steps: []string{"decided", "redue"},
			want: func(a appeal.Appeal) bool { return a.Owner == LiMing && a.DueOn == sooner && a.Extended == 0 }},
		// No day is put off past the approver: it is asked for, counted when granted.
		{name: "put-off", owner: LiMing, due: usual, decision: meeting.Assign, to: ZhaoWei, by: later, steps: []string{"decided", "transfer", "ask"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Extension && a.Owner == ZhaoWei && a.DueOn == usual && a.AskedDue == later
			}},
		{name: "off-the-shelf", owner: LiMing, due: usual, before: move(office, lifecycle.Shelve, appeal.MoveInput{Words: "今年没有资金"}), decision: meeting.Assign, to: ZhaoWei, by: sooner, steps: []string{"decided", "take_up", "transfer", "redue"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Handling && a.Owner == ZhaoWei && a.DueOn == sooner
			}},
		{name: "reported-up", owner: LiMing, due: usual, decision: meeting.Report, to: ZhaoWei, by: later, steps: []string{"open", "decided"},
			want: func(a appeal.Appeal) bool {
				return a.State == lifecycle.Handling && a.Owner == LiMing && a.DueOn == usual
			}},
		{name: "as-it-is", owner: LiMing, due: usual, decision: meeting.Self, steps: []string{"open", "decided"},
			want: func(a appeal.Appeal) bool { return a.Owner == LiMing && a.DueOn == usual }},
		{name: "answered-already", owner: LiMing, due: usual, before: move(li, lifecycle.Answer, appeal.MoveInput{Outcome: lifecycle.Solved, Words: "修好了"}), decision: meeting.Assign, to: ZhaoWei, by: later, refused: "lifecycle.state"},
		// 交办 to nobody leaves it where it lay; who hands it on is asked to whom.
		{name: "to-nobody", decision: meeting.Assign, by: later, refused: "meeting.owner_needed"},
		{name: "of-another-town", owner: LiMing, due: usual, decision: meeting.Assign, to: HeFang, by: later, refused: "meeting.official_unknown"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { x.run(t, d, clock) })
		})
	}
}

func (x decision) run(t *testing.T, d *db.DB, clock *dbtest.Clock) {
	ctx := t.Context()
	Seed(t, d)
	m, err := call(d, office, meeting.CallInput{ID: "meeting-01", Kind: meeting.Forum, Region: Qingshi, Day: today, From: "09:00", Place: "二楼", Chair: ZhaoWei, Recorder: LiMing})
	if err != nil {
		t.Fatal(err)
	}
	m, err = write(d, func(tx *db.Tx) (meeting.Meeting, error) {
		return meeting.Raise(ctx, tx, office, meeting.RaiseInput{ID: "raise-0001", Meeting: m.ID, Title: "路灯坏了", Owner: x.owner, Due: x.due}, cal(t))
	})
	if err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Minute)
	id := m.Items[0].Appeal
	if x.before != nil {
		x.before(t, d, id)
	}
	clock.Add(time.Minute)
	was, err := appeal.Get(ctx, d, County, id)
	if err != nil {
		t.Fatal(err)
	}
	set := func(op string, in meeting.ItemInput) error {
		in.ID, in.Meeting, in.Item, in.Title = op, m.ID, m.Items[0].ID, "路灯坏了"
		got, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.SetItem(ctx, tx, office, in, cal(t)) })
		if err == nil {
			m = got
		}
		return err
	}
	wrong := func(err error) bool {
		e, ok := errors.AsType[*fault.Error](err)
		return ok && e.Kind == fault.Invalid && slices.ContainsFunc(e.Fields, func(f fault.Field) bool {
			return f.Key == x.refused && (f.Key != "lifecycle.state" || f.Name == "item.1.decision" && len(f.Args) == 2)
		})
	}
	err = set("set-00001", meeting.ItemInput{Decision: x.decision, Owner: x.to, Due: x.by, Opinion: "先办这件"})
	if x.refused != "" && wrong(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if a, err := appeal.Get(ctx, d, County, id); err != nil || a.Version != was.Version {
		t.Error("minutes that are being written change nothing yet:", a, err)
	}
	m, err = write(d, func(tx *db.Tx) (meeting.Meeting, error) {
		return meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: "min-00001", Meeting: m.ID, Version: m.Version, Day: today, Place: "二楼", Chair: ZhaoWei, Recorder: LiMing, Done: true}, cal(t))
	})
	if x.refused != "" {
		a, aerr := appeal.Get(ctx, d, County, id)
		if !wrong(err) || aerr != nil || a.Version != was.Version || a.State != was.State {
			t.Fatalf("%v, and the matter %+v %v", err, a, aerr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := appeal.Get(ctx, d, County, id)
	if err != nil || !x.want(a) || m.Items[0].Appeal != id || m.Items[0].State != a.State {
		t.Errorf("%+v %v", a, err)
	}
	if x.decision != meeting.Report && m.Items[0].Owner != a.Handler() {
		t.Errorf("the minutes do not say who: %+v", m.Items[0])
	}
	steps, err := appeal.Steps(ctx, d, office, id)
	var kinds []string
	for _, s := range steps {
		kinds = append(kinds, s.Kind)
		if s.Kind == "decided" && (s.Words != "先办这件" || s.Before != x.decision || s.After != string(x.by)) {
			t.Errorf("%+v", s)
		}
	}
	if err != nil || len(kinds) < len(x.steps) || !slices.Equal(kinds[len(kinds)-len(x.steps):], x.steps) {
		t.Error(kinds, err)
	}
	told, _, err := notice.List(ctx, d, zhao, notice.Filter{})
	if err != nil || x.to == ZhaoWei && x.decision == meeting.Assign && !slices.ContainsFunc(told, func(i notice.Item) bool { return i.Kind == "appeal.given" }) {
		t.Error("the new owner was not told:", told, err)
	}
	x.comesBack(t, d, m, a)
	// The same again decides nothing again; a reason and another title do not either.
	again := meeting.ItemInput{Decision: x.decision, Owner: m.Items[0].Owner, Due: m.Items[0].Due, Opinion: "先办这件", Analysis: "补充", Why: "漏记"}
	if err := set("set-00002", again); err != nil {
		t.Fatal(err)
	}
	if n, err := appeal.Steps(ctx, d, office, id); err != nil || len(n) != len(steps) {
		t.Errorf("decided twice: %v %v", n, err)
	}
	x.signed(t, d, m, a)
}

// comesBack: the next agenda hears of every decision that is not done.
func (x decision) comesBack(t *testing.T, d *db.DB, m meeting.Meeting, a appeal.Appeal) {
	p, err := meeting.Propose(t.Context(), d, office, Qingshi, quarter)
	st := find(p, agenda.Standing)
	if err != nil || len(st) != 1 || st[0].State != string(a.State) || !slices.Contains(st[0].Refs, "appeal:"+a.ID) || !slices.Contains(st[0].Refs, "meeting:"+m.ID+":"+m.Items[0].ID) {
		t.Errorf("%+v %v", st, err)
	}
	for _, i := range p.Items {
		if i.Kind != agenda.Standing && slices.Contains(i.Refs, "appeal:"+a.ID) {
			t.Errorf("on the agenda twice: %+v", i)
		}
	}
}

// signed: a chair who decides about extensions grants by his signature what the
// meeting asked for.
func (x decision) signed(t *testing.T, d *db.DB, m meeting.Meeting, a appeal.Appeal) {
	if _, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
		return meeting.Sign(t.Context(), tx, leader, "sign-00001", m.ID, m.Version, cal(t))
	}); err != nil {
		t.Fatal(err)
	}
	after, err := appeal.Get(t.Context(), d, County, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if asked := strings.Contains(strings.Join(x.steps, " "), "ask"); asked && (after.State != lifecycle.Handling || after.DueOn != x.by || after.Extended != 1) || !asked && after.Version != a.Version {
		t.Errorf("%+v", after)
	}
}

// TestDiaryCounts: a diary's number is the visits in which the topic was talked
// about, and the list it opens has exactly those; promises made there carry the
// topic when there is one alone.
func TestDiaryCounts(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := t.Context()
		Seed(t, d)
		for i, x := range []struct {
			topics []string
			topic  string // of its promise
		}{{[]string{"health"}, "medical"}, {[]string{"health", "income"}, ""}, {[]string{"health", "water_road"}, ""}, {[]string{"water_road"}, ""}, {[]string{"health"}, "medical"}, {[]string{"health"}, "medical"}, {nil, ""}, {[]string{"subsidy"}, "policy"}} {
			v, err := write(d, func(tx *db.Tx) (visit.Visit, error) {
				v, _, err := visit.Record(ctx, tx, li, visit.RecordInput{ID: "visit-000" + strconv.Itoa(i), Household: WangHome, How: "home", At: "2026-11-20T1" + strconv.Itoa(i) + ":00", Topics: x.topics, Promises: []appeal.OpenInput{{Title: "问一问"}, {Title: "修路", Topic: "road", Days: 3}}}, cal(t))
				return v, err
			})
			if err != nil || v.Promises[0].Topic != x.topic || v.Promises[1].Topic != "road" || v.Promises[0].DueOn != "2026-12-01" || v.Promises[1].DueOn != "2026-11-25" {
				t.Fatalf("%v: %+v %v", x.topics, v.Promises, err)
			}
		}
		p, err := meeting.Propose(ctx, d, office, Qingshi, quarter)
		var heard agenda.Item
		for _, i := range find(p, agenda.Recurs) {
			if i.Source == agenda.Diaries {
				heard = i
			}
		}
		if err != nil || heard.Topic != "health" || heard.N != 5 || heard.Place != Lijiawan {
			t.Fatalf("%+v %v", p.Items, err)
		}
		vs, _, err := visit.List(ctx, d, office, visit.Filter{Place: heard.Place, Topic: heard.Topic, From: quarter.From, To: quarter.To})
		if err != nil || len(vs) != heard.N {
			t.Errorf("%d visits behind %d: %v", len(vs), heard.N, err)
		}
		last := p.Items[len(p.Items)-1]
		if last.Kind != agenda.Unsorted || last.N != 4 {
			t.Errorf("%+v", last)
		}
		as, _, err := meeting.Behind(ctx, d, office, last.Place, "", quarter, "")
		if err != nil || len(as) != last.N {
			t.Errorf("%d matters behind %d: %v", len(as), last.N, err)
		}
	})
}

// TestVillageReportsUp: what a village's talk reports upward lies with the
// township's office afterwards, also where the one who led the talk had taken it on;
// he hands nobody else anything.
func TestVillageReportsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		head := Who(access.Committee, Lijiawan, LiMing, today)
		m, err := call(d, head, meeting.CallInput{ID: "talk-0001", Kind: meeting.Talk, Region: Lijiawan, Day: today, Place: "村委会", Chair: LiMing, Recorder: LiMing})
		if err != nil {
			t.Fatal(err)
		}
		for n, owner := range []string{LiMing, ""} {
			if m, err = write(d, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.Raise(ctx, tx, head, meeting.RaiseInput{ID: "raise-000" + strconv.Itoa(n), Meeting: m.ID, Title: "水渠漏水" + strconv.Itoa(n), Owner: owner}, cal(t))
			}); err != nil {
				t.Fatal(err)
			}
		}
		set := func(op string, n int, decision, owner string) error {
			got, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.SetItem(ctx, tx, head, meeting.ItemInput{ID: op, Meeting: m.ID, Item: m.Items[n].ID, Title: m.Items[n].Title, Decision: decision, Owner: owner}, cal(t))
			})
			if err == nil {
				m = got
			}
			return err
		}
		err = set("set-00001", 0, meeting.Assign, ZhaoWei)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Fields[0].Name != "decision" || e.Fields[0].Key != "meeting.assign_office" {
			t.Errorf("a village hands on past the office: %v", err)
		}
		for n := range 2 {
			if err := set("set-0001"+strconv.Itoa(n), n, meeting.Report, ""); err != nil {
				t.Fatal(err)
			}
		}
		if m, err = write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Minutes(ctx, tx, head, meeting.MinutesInput{ID: "min-00001", Meeting: m.ID, Version: m.Version, Day: today, Place: "村委会", Chair: LiMing, Recorder: LiMing, Done: true}, cal(t))
		}); err != nil {
			t.Fatal(err)
		}
		for _, i := range m.Items {
			a, err := appeal.Get(ctx, d, County, i.Appeal)
			if err != nil || a.Owner != appeal.Office || a.State != lifecycle.Registered || i.State != a.State {
				t.Errorf("%s: %+v %v", i.Title, a, err)
			}
		}
		if got, err := appeal.Possible(ctx, d, office, must(appeal.Get(ctx, d, County, m.Items[0].Appeal))); err != nil || !slices.Contains(got, lifecycle.Accept) {
			t.Errorf("the office may take it up: %v %v", got, err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
