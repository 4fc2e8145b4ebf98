package appeal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	li        = Who(access.Cadre, Qingshi, LiMing, today)
	zhao      = Who(access.Cadre, Qingshi, ZhaoWei, today)
	leader    = Who(access.Leader, Qingshi, "", today)
	committee = Who(access.Committee, Lijiawan, "", today)
)

func cal(t *testing.T) calendar.Calendar {
	t.Helper()
	c, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type bench struct {
	*testing.T
	d     *db.DB
	clock *dbtest.Clock
	cal   calendar.Calendar
	n     int
}

func set(t *testing.T, d *db.DB, clock *dbtest.Clock) *bench {
	Seed(t, d)
	return &bench{t, d, clock, cal(t), 0}
}

func (b *bench) op() string { b.n++; return fmt.Sprintf("operation-%03d", b.n) }

func (b *bench) open(who access.Actor, in appeal.OpenInput) (appeal.Opened, error) {
	b.clock.Add(time.Second)
	if in.ID == "" {
		in.ID = b.op()
	}
	return db.Write(b.Context(), b.d, func(tx *db.Tx) (appeal.Opened, error) { return appeal.Open(b.Context(), tx, who, in, b.cal) })
}

func (b *bench) move(who access.Actor, in appeal.MoveInput) (appeal.Appeal, error) {
	b.clock.Add(time.Second)
	in.ID = b.op()
	return db.Write(b.Context(), b.d, func(tx *db.Tx) (appeal.Appeal, error) { return appeal.Move(b.Context(), tx, who, in, b.cal) })
}

func (b *bench) must(a appeal.Appeal, err error) appeal.Appeal {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// TestPromise: due days as said, by working days, or the usual limit; ticked
// off by its owner, closed only by the people's word heard by somebody else.
func TestPromise(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, _, err := visit.Record(t.Context(), tx, li, visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", At: "2026-11-20", Promises: []appeal.OpenInput{
				{ID: "appeal-001", Title: "问低保", Due: "2026-12-01"}, {ID: "appeal-002", Title: "修路灯", Days: 3}, {ID: "appeal-003", Title: "换水表"}, {ID: "appeal-004", Title: "修水渠", By: appeal.Station, Topic: "water"}}}, b.cal)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for id, due := range map[string]calendar.Day{"appeal-001": "2026-12-01", "appeal-002": "2026-11-25", "appeal-003": "2026-12-01", "appeal-004": "2026-11-27"} { // 20 November 2026 is a Friday
			a, err := appeal.Show(t.Context(), d, li, id)
			if err != nil || a.DueOn != due || a.Sponsor != LiMing || a.Origin != "visit:visit-0001" || a.Region != Group1 {
				t.Errorf("%+v %v", a, err)
			}
			if want := map[bool]lifecycle.State{true: lifecycle.Registered, false: lifecycle.Handling}[id == "appeal-004"]; a.State != want {
				t.Errorf("%s is %s", id, a.State)
			}
		}
		for _, x := range []struct {
			name  string
			who   access.Actor
			in    appeal.MoveInput
			want  fault.Kind
			state lifecycle.State
		}{
			{"asked for without a reason", li, appeal.MoveInput{Move: lifecycle.Ask, Due: "2026-12-10"}, fault.Invalid, lifecycle.Handling},
			{"asked for an earlier day", li, appeal.MoveInput{Move: lifecycle.Ask, Due: "2026-11-30", Words: "等材料"}, fault.Invalid, lifecycle.Handling},
			{"asked for", li, appeal.MoveInput{Move: lifecycle.Ask, Due: "2026-12-10", Words: "等材料"}, "", lifecycle.Extension},
			{"granted by himself", li, appeal.MoveInput{Move: lifecycle.Grant}, fault.Forbidden, lifecycle.Extension},
			{"granted by the office, where the plan says the leader", Office(today), appeal.MoveInput{Move: lifecycle.Grant}, fault.Forbidden, lifecycle.Extension},
			{"granted", leader, appeal.MoveInput{Move: lifecycle.Grant}, "", lifecycle.Handling},
			{"answered by a colleague", zhao, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}, fault.Forbidden, lifecycle.Handling},
			{"answered by a leader", leader, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}, fault.Forbidden, lifecycle.Handling},
			{"by another township", Who(access.Office, Baihe, "", today), appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}, fault.NotFound, lifecycle.Handling},
			{"an end that is none", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: "forgotten"}, fault.Invalid, lifecycle.Handling},
			{"cannot, without a reason", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Cannot}, fault.Invalid, lifecycle.Handling},
			{"done before it was promised", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了", On: "2026-11-19"}, fault.Invalid, lifecycle.Handling},
			{"done tomorrow", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了", On: "2026-11-24"}, fault.Invalid, lifecycle.Handling},
			{"ticked off", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, On: "2026-11-22", Words: "已到账"}, "", lifecycle.Answered},
			{"agreed to by himself", li, appeal.MoveInput{Move: lifecycle.Agree}, fault.Forbidden, lifecycle.Answered},
			{"the home says no", committee, appeal.MoveInput{Move: lifecycle.Dispute, Way: "visit", Words: "还没到账"}, "", lifecycle.Handling},
			{"done again", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}, "", lifecycle.Answered},
			{"the home agrees", committee, appeal.MoveInput{Move: lifecycle.Agree, Way: "visit", Face: 3}, "", lifecycle.Closed},
			{"answered twice", li, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}, fault.Conflict, lifecycle.Closed},
		} {
			x.in.Appeal = "appeal-001"
			_, err := b.move(x.who, x.in)
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			a, err := appeal.Show(t.Context(), d, li, "appeal-001")
			if err != nil || a.State != x.state || a.Owner != LiMing {
				t.Fatalf("%s: %+v %v", x.name, a, err)
			}
		}
		a, _ := appeal.Show(t.Context(), d, li, "appeal-001")
		if a.Extended != 1 || a.Redo != 1 || a.DueOn != "2026-12-10" || a.Outcome != lifecycle.Solved || a.ClosedOn != today {
			t.Errorf("%+v", a)
		}
		vs, err := appeal.Voices(t.Context(), d, li, "appeal-001")
		if err != nil || len(vs) != 1 || vs[0].Word != appeal.Agreed || vs[0].Face != 3 || vs[0].Household != WangHome {
			t.Errorf("%+v %v", vs, err)
		}
	})
}

// TestDesk: a call is registered, taken up by the county's days, handed on,
// handed back, shelved and taken up again.
func TestDesk(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		if _, err := b.open(office, appeal.OpenInput{Source: "phone", Title: " ", Region: Dahe}); !fault.Is(err, fault.Invalid) {
			t.Error("no title", err)
		}
		if _, err := b.open(li, appeal.OpenInput{Source: "phone", Title: "问路", Household: ChenHome}); !fault.Is(err, fault.Forbidden) {
			t.Error("a colleague's home", err)
		}
		o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: "水渠塌方，浇不上地", Region: Dahe, Wish: "去年就说了", Name: "赵水生", Phone: "138 0000 2031"})
		if err != nil || o.State != lifecycle.Registered || o.Owner != appeal.Office || o.NextOn != "2026-11-24" || len(o.Code) != 12 {
			t.Fatalf("%+v %v", o, err)
		}
		a := b.must(b.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: LiMing, Topic: "water", Urgency: "hard", Heart: lifecycle.Resented}))
		if a.Owner != LiMing || a.DueOn != "2026-12-14" || a.NextOn != a.DueOn || a.TakenOn != today { // 15 working days
			t.Errorf("%+v", a)
		}
		if _, err := b.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Transfer, Owner: SunYue}); !fault.Is(err, fault.Invalid) {
			t.Error("to another township", err)
		}
		a = b.must(b.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Transfer, Owner: ZhaoWei}))
		if a.Owner != ZhaoWei || a.DueOn != "2026-12-14" {
			t.Errorf("%+v", a)
		}
		if _, err := b.move(zhao, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Return}); !fault.Is(err, fault.Invalid) {
			t.Error("handed back without a reason", err)
		}
		a = b.must(b.move(zhao, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Return, Words: "归水务站"}))
		if a.Owner != appeal.Office || a.State != lifecycle.Registered {
			t.Errorf("%+v", a)
		}
		a = b.must(b.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Shelve, Words: "资金明年才有"}))
		if a.State != lifecycle.Shelved || a.NextOn != "2026-12-31" {
			t.Errorf("%+v", a)
		}
		clock.Set(time.Date(2027, 1, 4, 2, 0, 0, 0, time.UTC))
		late := Who(access.Office, Qingshi, "", "2027-01-04")
		due, _, err := appeal.Shelf(t.Context(), d, County, "", "2027-01-04")
		if err != nil || len(due) != 1 {
			t.Errorf("%v %v", due, err)
		}
		a = b.must(b.move(late, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Look, Words: "预算还没下来"}))
		if a.State != lifecycle.Shelved || a.NextOn != "2027-03-31" {
			t.Errorf("%+v", a)
		}
		a = b.must(b.move(late, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.TakeUp}))
		if a.State != lifecycle.Handling || a.DueOn <= "2027-01-04" {
			t.Errorf("%+v", a)
		}
		// The same words are offered while somebody types them.
		ls, err := appeal.Similar(t.Context(), d, late, "水渠塌方浇不上地了", "", Dahe)
		if err != nil || len(ls) != 1 || ls[0].ID != o.ID {
			t.Errorf("%+v %v", ls, err)
		}
	})
}

// TestCode: a look-up code opens the state, a wrong one nothing, and the
// table holds neither code nor words.
func TestCode(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "paper", Title: "桥栏杆坏了", Region: Dahe, Wish: "孩子过桥害怕", Name: "周秀英"})
		if err != nil {
			t.Fatal(err)
		}
		spaced := o.Code[:4] + " " + o.Code[4:8] + "-" + o.Code[8:]
		s, err := appeal.ByCode(t.Context(), d, County, spaced)
		if err != nil || s.State != lifecycle.Registered {
			t.Fatalf("%+v %v", s, err)
		}
		for _, wrong := range []string{"", "1", "000000000000", o.Code + "1", strings.Repeat("９", 12)} {
			if _, err := appeal.ByCode(t.Context(), d, County, wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		rows, err := db.All(t.Context(), d, db.Text, `SELECT code || wish || name FROM appeal_voices`)
		if err != nil || len(rows) != 1 || strings.Contains(rows[0], o.Code) || strings.Contains(rows[0], "过桥") || strings.Contains(rows[0], "周秀英") {
			t.Errorf("%v %v", rows, err)
		}
		again, err := appeal.Slip(t.Context(), d, Office(today), o.ID, s.Voice)
		if err != nil || again != o.Code {
			t.Errorf("printed again: %s %v", again, err)
		}
		// The bearer's word: only on an answer, and it closes.
		bearer := appeal.Bearer{County: County, Mark: "code:" + s.Voice}
		say := func(agree bool) (appeal.Seen, error) {
			b.clock.Add(time.Second)
			return db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Seen, error) {
				return appeal.Say(t.Context(), tx, bearer, func(v appeal.Voice) bool { return v.ID == s.Voice }, appeal.WordInput{ID: b.op(), Voice: s.Voice, Agree: agree, Face: 1}, b.cal)
			})
		}
		if _, err := say(true); !fault.Is(err, fault.Conflict) {
			t.Error("agreed to nothing", err)
		}
		b.must(b.move(Office(today), appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: ZhaoWei}))
		b.must(b.move(zhao, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}))
		if s, err := say(false); err != nil || s.State != lifecycle.Handling {
			t.Errorf("%+v %v", s, err)
		}
		b.must(b.move(zhao, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}))
		if s, err := say(true); err != nil || s.State != lifecycle.Closed {
			t.Errorf("%+v %v", s, err)
		}
	})
}

// TestBundle: several at once with a preview, what cannot be moved is named,
// and the whole is taken back unless somebody went on.
func TestBundle(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		var ids []string
		for i := range 4 {
			o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: fmt.Sprintf("水渠堵了%d", i), Region: Dahe, Name: "某先生"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, o.ID)
		}
		bulk := func(in appeal.BulkInput) (appeal.Bundle, error) {
			b.clock.Add(time.Second)
			in.ID = b.op()
			return db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) { return appeal.Bulk(t.Context(), tx, office, in, b.cal) })
		}
		undo := func(id string) (appeal.Bundle, error) {
			b.clock.Add(time.Second)
			return db.Write(t.Context(), d, func(tx *db.Tx) (appeal.Bundle, error) {
				return appeal.Undo(t.Context(), tx, office, b.op(), id, b.cal)
			})
		}
		fs, err := appeal.Preview(t.Context(), d, office, appeal.BulkInput{Appeals: ids, Move: lifecycle.Accept, Owner: ZhaoWei, Topic: "water"}, b.cal)
		if err != nil || len(fs) != 4 || fs[0].Owner != ZhaoWei || fs[0].Due != "2026-11-30" {
			t.Fatalf("%+v %v", fs, err)
		}
		x, err := bulk(appeal.BulkInput{Appeals: ids, Move: lifecycle.Accept, Owner: ZhaoWei, Topic: "water"})
		if err != nil || x.N != 4 || len(x.Left) != 0 || x.Region != Dahe {
			t.Fatalf("%+v %v", x, err)
		}
		b.must(b.move(zhao, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}))
		y, err := undo(x.ID)
		if err != nil || y.N != 3 || len(y.Left) != 1 || y.Left[0].Appeal != ids[0] {
			t.Fatalf("%+v %v", y, err)
		}
		if _, err := undo(x.ID); !fault.Is(err, fault.Conflict) {
			t.Error("undone twice", err)
		}
		a, err := appeal.Show(t.Context(), d, office, ids[1])
		if err != nil || a.State != lifecycle.Registered || a.Owner != appeal.Office {
			t.Errorf("%+v %v", a, err)
		}
		m, err := bulk(appeal.BulkInput{Appeals: ids[1:], Move: lifecycle.Merge, Into: ids[1]})
		if err != nil || m.N != 2 {
			t.Fatalf("%+v %v", m, err)
		}
		vs, err := appeal.Voices(t.Context(), d, office, ids[1])
		if err != nil || len(vs) != 3 {
			t.Errorf("%d voices %v", len(vs), err)
		}
		if y, err = undo(m.ID); err != nil || y.N != 2 {
			t.Errorf("%+v %v", y, err)
		}
		if vs, err = appeal.Voices(t.Context(), d, office, ids[1]); err != nil || len(vs) != 1 {
			t.Errorf("%d voices %v", len(vs), err)
		}
		late, err := bulk(appeal.BulkInput{Appeals: ids[1:], Move: lifecycle.Redue, Due: "2026-12-20", Words: "一起办"})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Add(25 * time.Hour)
		if _, err := undo(late.ID); !fault.Is(err, fault.Gone) {
			t.Error("a day later", err)
		}
	})
}

// TestTick: reminders before, the ladder after, each step once; a round sets
// its own day; a provisional day is counted again when the notice comes.
func TestTick(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "路灯不亮", Household: WangHome, Owner: LiMing, Topic: "power"}) // 3 working days: 26 November
		if err != nil || o.DueOn != "2026-11-26" {
			t.Fatalf("%+v %v", o, err)
		}
		var got []string
		for day := today; day <= "2026-12-12"; day = day.Add(1) {
			rs, err := db.Write(t.Context(), d, func(tx *db.Tx) ([]appeal.Reminder, error) {
				rs, _, err := appeal.Tick(t.Context(), tx, County, "", day, b.cal)
				return rs, err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rs {
				got = append(got, string(day[5:])+" "+r.Kind+" "+r.Level)
			}
		}
		want := []string{"11-25 due_soon ", "11-26 due_soon ", "11-27 overdue village", "12-01 escalated station", "12-03 escalated leader", "12-10 escalated county"}
		if !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
		// Over the turn of the year without a notice for 2027.
		p, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "修桥", Region: Dahe, Days: 30, Name: "某先生"})
		if err != nil || !p.Provisional {
			t.Fatalf("%+v %v", p, err)
		}
		n, err := db.Write(t.Context(), d, func(tx *db.Tx) (int, error) {
			return appeal.Recount(t.Context(), tx, County, b.cal.With(calendar.Notice{Year: 2027, Source: "假定", Days: []calendar.Holiday{{Name: "元旦", Date: "2027-01-01", Off: true}, {Name: "元旦", Date: "2027-01-04", Off: true}}}))
		})
		after, err2 := appeal.Show(t.Context(), d, Office(today), p.ID)
		if err != nil || err2 != nil || n != 1 || after.Provisional || after.DueOn != p.DueOn.Add(3) && after.DueOn != p.DueOn.Add(2) && after.DueOn != p.DueOn.Add(4) {
			t.Errorf("%d %v; %s → %s %v", n, err, p.DueOn, after.DueOn, err2)
		}
	})
}

// TestCount: the figures of the queue are those of its lists, for everybody.
func TestCount(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		for i, x := range []struct {
			home, owner string
			due         calendar.Day
		}{{WangHome, LiMing, "2026-11-24"}, {WangHome, "", ""}, {YangHome, ZhaoWei, "2026-12-20"}, {ChenHome, ZhaoWei, "2026-11-23"}} {
			if _, err := b.open(Office(today), appeal.OpenInput{ID: fmt.Sprintf("matter-%04d", i), Source: "phone", Household: x.home, Owner: x.owner, Title: "修路灯", Due: x.due}); err != nil {
				t.Fatal(err)
			}
		}
		b.must(b.move(zhao, appeal.MoveInput{Appeal: "matter-0002", Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "办好了"}))
		clock.Add(24 * time.Hour)
		day := today.Add(1)
		for _, x := range []struct {
			name string
			who  access.Actor
			want appeal.Queue
		}{
			{"the office", Office(day), appeal.Queue{Live: 4, Take: 1, Soon: 1, Over: 1, Mine: 1, Others: 2, Call: 1, Eldest: today, Longest: "2026-11-23"}},
			{"the next office", Who(access.Office, Baihe, "", day), appeal.Queue{}},
			{"an official: his own and what he brought", Who(access.Cadre, Qingshi, LiMing, day), appeal.Queue{Live: 2, Take: 1, Soon: 1, Mine: 1, Eldest: today}},
			{"the county's administrator", Who(access.CountyAdmin, Root, "", day), appeal.Queue{}},
		} {
			q, err := appeal.Count(t.Context(), d, x.who, "", 3)
			if err != nil || q != x.want {
				t.Errorf("%s: %+v %v, want %+v", x.name, q, err, x.want)
			}
			if !access.May(x.who, access.AppealRead) {
				continue
			}
			for f, n := range map[*appeal.Filter]int{{}: q.Live, {State: lifecycle.Registered}: q.Take, {State: lifecycle.Answered}: q.Call, {Before: day, Running: true}: q.Over} {
				as, _, err := appeal.List(t.Context(), d, x.who, *f)
				if err != nil || len(as) != n {
					t.Errorf("%s: %+v has %d, want %d, %v", x.name, *f, len(as), n, err)
				}
			}
		}
	})
}

// TestList pages through both orders without loss; 最怨 comes first.
func TestList(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		for i := range 9 {
			if _, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Household: WangHome, Owner: LiMing, Title: "办事", Emphasis: []string{"", lifecycle.Hoped, lifecycle.Resented}[i%3], Due: today.Add(9 - i)}); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []appeal.Filter{{}, {Any: true}, {Owner: LiMing}, {Household: WangHome, Any: true}, {Place: Lijiawan}} {
			f.Limit = 2
			var got []appeal.Appeal
			for {
				as, next, err := appeal.List(t.Context(), d, Office(today), f)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, as...)
				if f.After = next; next == "" {
					break
				}
			}
			if len(got) != 9 {
				t.Errorf("%+v: %d", f, len(got))
			}
			if !f.Any && (got[0].Emphasis != lifecycle.Resented || got[3].Emphasis != lifecycle.Hoped || got[8].Emphasis != "") {
				t.Errorf("%+v: not 最怨 before 最盼", f)
			}
		}
		if as, _, err := appeal.List(t.Context(), d, Who(access.Inspector, Qingshi, "", today), appeal.Filter{}); err != nil || len(as) != 0 {
			t.Error("an inspector without a check", as, err)
		}
		if as, _, err := appeal.List(t.Context(), d, Checks(today, []string{WangHome}), appeal.Filter{Any: true}); err != nil || len(as) == 0 || slices.ContainsFunc(as, func(a appeal.Appeal) bool { return a.Household != WangHome }) {
			t.Error("an inspector has the matters of the drawn home", as, err)
		}
		if _, _, err := appeal.List(t.Context(), d, Office(today), appeal.Filter{Place: Baihe}); !fault.Is(err, fault.NotFound) {
			t.Error("another township", err)
		}
	})
}
